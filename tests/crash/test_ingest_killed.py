"""A process killed at any instant of ingest leaves nothing half: the next one ends it.

Each kill starts a process that ingests a small workspace, kills it after a part of the
time that takes, and ingests again. What is stored then must be, row for row,
what an undisturbed ingest stores.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from lagesbild import store
from lagesbild.ingest import ingest_files
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.tiny_town import (
    make_tiny_town,
    police,
    write_counts,
    write_fires,
    write_police,
    write_reports,
)

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="dödade processer är bara prövade på POSIX"
)
PROJECT = Path(__file__).parents[2]
# every kill is a process of its own: two dozen each time, hundreds when asked for
N_KILLS = int(os.environ.get("LAGESBILD_KILLS", "24"))
GOLDEN = 0.618034
# what tells when a delivery was committed, and nothing else, may differ
CLOCK = ["committed_at"]

INGEST = """
import sys
from lagesbild.ingest import ingest_files
from lagesbild.workspace import open_workspace
from lagesbild.geocode import place
from lagesbild.read import reference
import geopandas, openpyxl, phonenumbers, personnummer, clevercsv, scipy.spatial
ws = open_workspace(sys.argv[1])
print("redo", flush=True)
ingest_files(ws)
print("klar", flush=True)
"""
HOLD = """
import sys
from lagesbild.workspace import lock, open_workspace
with lock(open_workspace(sys.argv[1])):
    print("redo", flush=True)
    sys.stdin.read()
"""


def _deliver(folder):
    rows = [police(f"K{i}", day="2025-12-30") for i in range(6)]
    write_police(folder, *rows, name="polisen_2025-K4.csv")
    moved = police("K0", day="2026-01-02")
    write_police(folder, moved, *rows[1:5], name="polisen_2025-K4_rattad.csv")
    write_reports(
        folder, (1, "2025-12-30", "Klotter", "Kvarngatan 2"), ("", "x", "Lampa", "")
    )
    write_fires(folder, ("2026-03-01", "Ågatan 1"), ("2026-03-01", "Ågatan 1"))
    write_counts(folder, ("A01", "klotter", "2026-K1", 3))


def _say_what_a_stored_text_means(folder):
    """A report is stored without a place; the register that places it waits."""
    file = (9, "2025-11-02", "Klotter", "Röda ladan")
    write_reports(folder / "inkommande", file, name="fel_2025-K4.csv")
    ingest_files(open_workspace(folder))
    register = folder / "register" / "platser_alias.csv"
    register.write_text("text;betyder\nRöda ladan;Ågatan 1\n", encoding="utf-8")


def _contents(ws):
    """All that is stored, in an order that does not hang on how it was written."""
    frames = {
        "incidents": store.load_incidents(ws),
        "withdrawn": store.load_withdrawn(ws),
        "deliveries": store.load_deliveries(ws).drop(columns=CLOCK),
        "placings": store.load_placings(ws).drop(columns=CLOCK),
        "quarantine": store.load_quarantine(ws),
        "ready_counts": store.load_ready_counts(ws),
    }
    return {
        name: frame.sort_values(list(frame.columns[:2]), ignore_index=True)
        for name, frame in frames.items()
    }


def _names(folder):
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A workspace with its files waiting, what ingest makes of it, and how long."""
    folder = tmp_path_factory.mktemp("orord")
    waiting = make_tiny_town(folder / "vantar").root
    _say_what_a_stored_text_means(waiting)
    _deliver(waiting / "inkommande")
    shutil.copytree(waiting, folder / "klar", copy_function=shutil.copy2)
    started = time.monotonic()
    process = _start(INGEST, folder / "klar")
    started = time.monotonic()
    assert process.wait() == 0
    seconds = time.monotonic() - started
    return waiting, open_workspace(folder / "klar"), seconds


def _start(code, folder):
    """Start a process and wait until it is about to do what it is for."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "redo\n"
    return process


def _kill_and_go_on(number, undisturbed, tmp_path):
    waiting, whole, seconds = undisturbed
    shutil.copytree(waiting, tmp_path / "w", copy_function=shutil.copy2)
    ws = open_workspace(tmp_path / "w")
    process = _start(INGEST, ws.root)
    # multiples of the golden ratio lie evenly over the time, however many they are
    time.sleep(number * GOLDEN % 1 * seconds)
    process.kill()
    process.communicate()
    # what a reader sees between is whole deliveries, each accounted for
    assert store.verify_store(ws) == []
    told = ingest_files(ws)
    good = {"inläst", "redan inläst", "omplacerade"}
    assert {one["status"] for one in told} <= good
    assert verify(ws) == {"ok": True, "faults": []}
    expected = _contents(whole)
    for name, frame in _contents(ws).items():
        pd.testing.assert_frame_equal(frame, expected[name], obj=name)
    rows = store.load_deliveries(ws)
    parts = ["rows_stored", "rows_unchanged", "rows_quarantined"]
    assert rows["rows_in"].eq(rows[parts].sum(axis=1)).all()
    assert _names(ws.inbox) == []
    assert _names(ws.archive) == _names(whole.archive)
    assert _names(ws.receipts) == _names(whole.receipts)
    # nothing uncommitted is left to sweep
    assert store.sweep(ws) == 0


@pytest.mark.slow
@pytest.mark.parametrize("number", range(N_KILLS))
def test_the_next_ingest_makes_whole_what_a_kill_cut_short(
    number, undisturbed, tmp_path
):
    _kill_and_go_on(number, undisturbed, tmp_path)


def test_the_second_of_two_at_once_is_refused_and_says_who_writes(tmp_path):
    ws = make_tiny_town(tmp_path / "w")
    _deliver(ws.inbox)
    first = _start(HOLD, ws.root)
    try:
        words = ["-w", str(ws.root), "ingest"]
        code = f"from lagesbild.cli import main; main({words!r})"
        second = subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True
        )
        assert second.returncode == 5
        assert "skrivs just nu av en annan körning" in second.stderr
        assert f"process {first.pid}" in second.stderr
        assert len(_names(ws.inbox)) == 5
    finally:
        first.communicate("")
    assert {one["status"] for one in ingest_files(ws)} == {"inläst"}


def test_two_that_race_store_each_file_once(undisturbed, tmp_path):
    waiting, whole, _ = undisturbed
    shutil.copytree(waiting, tmp_path / "w", copy_function=shutil.copy2)
    ws = open_workspace(tmp_path / "w")
    both = [_start(INGEST, ws.root) for _ in range(2)]
    ends = [process.communicate()[0] for process in both]
    assert "klar\n" in ends
    ingest_files(ws)
    assert verify(ws) == {"ok": True, "faults": []}
    pd.testing.assert_frame_equal(
        _contents(ws)["incidents"], _contents(whole)["incidents"]
    )

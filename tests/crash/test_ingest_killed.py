"""A process killed at any instant of ingest leaves nothing half: the next one ends it.

Each kill starts a process that ingests a small workspace, kills it after a part of the
time that takes, and ingests again. What is stored then must be, row for row,
what an undisturbed ingest stores.
"""

import os
import shutil
import time

import pandas as pd
import pytest

from lagesbild import cli, store, terminal
from lagesbild.ingest import ingest_files
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import hold, ingest, kill, start
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
# a few kills each time; LAGESBILD_KILLS=300 pytest tests/crash is the long proof
N_KILLS = int(os.environ.get("LAGESBILD_KILLS", "6"))
# what tells when a delivery was committed, and nothing else, may differ
CLOCK = ["committed_at"]


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
    process, told = start(ingest, folder / "klar")
    started = time.monotonic()
    assert told.recv() == "klar"
    seconds = time.monotonic() - started
    process.join()
    assert process.exitcode == 0
    whole = open_workspace(folder / "klar")
    return waiting, whole, _contents(whole), seconds


def _kill_and_go_on(number, undisturbed, tmp_path):
    waiting, whole, expected, seconds = undisturbed
    shutil.copytree(waiting, tmp_path / "w", copy_function=shutil.copy2)
    ws = open_workspace(tmp_path / "w")
    process, _ = start(ingest, ws.root)
    kill(process, number, seconds)
    # what a reader sees between is whole deliveries, each accounted for
    assert store.verify_store(ws) == []
    told = ingest_files(ws)
    good = {"inläst", "redan inläst", "omplacerade"}
    assert {one["status"] for one in told} <= good
    assert verify(ws) == {"ok": True, "faults": []}
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


def test_the_second_of_two_at_once_is_refused_and_says_who_writes(tmp_path, capfd):
    ws = make_tiny_town(tmp_path / "w")
    _deliver(ws.inbox)
    first, told = start(hold, ws.root)
    try:
        words = ["-w", str(ws.root), "ingest"]
        assert terminal.run(cli.commands, words) == 5
        error = capfd.readouterr().err
        assert "skrivs just nu av en annan körning" in error
        assert f"process {first.pid}" in error
        assert len(_names(ws.inbox)) == 5
    finally:
        told.send("släpp")
        first.join()
    assert {one["status"] for one in ingest_files(ws)} == {"inläst"}


def test_two_that_race_store_each_file_once(undisturbed, tmp_path):
    waiting, _, expected, _ = undisturbed
    shutil.copytree(waiting, tmp_path / "w", copy_function=shutil.copy2)
    ws = open_workspace(tmp_path / "w")
    both = [start(ingest, ws.root) for _ in range(2)]
    for process, _ in both:
        process.join()
    assert 0 in [process.exitcode for process, _ in both]
    ingest_files(ws)
    assert verify(ws) == {"ok": True, "faults": []}
    pd.testing.assert_frame_equal(_contents(ws)["incidents"], expected["incidents"])

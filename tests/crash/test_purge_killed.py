"""A purge killed at any instant is before or after, and the next command ends it."""

import os
import shutil
import time
from datetime import date

import pytest

from lagesbild import journal, purge, store
from lagesbild.closing import close_cycles
from lagesbild.errors import StoreError
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.publish.exchange import finish_or_undo
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import kill, start
from tests.tiny_town import make_tiny_town, police, write_police, write_reports

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="dödade processer är bara prövade på POSIX"
)
# LAGESBILD_KILLS=300 pytest tests/crash is the long proof
N_KILLS = int(os.environ.get("LAGESBILD_KILLS", "12")) // 3
TODAY = date(2026, 4, 20)
SOURCES = ("felanmalan", "raddningen")


def do_purge(folder, told):
    """Purge by rule; says when it begins and when it is done."""
    ws = open_workspace(folder)
    told.send("redo")
    purge.purge(ws, today=TODAY)
    told.send("klar")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Two old quarters and a new one; what is left of them, and how long it took."""
    folder = tmp_path_factory.mktemp("gallras")
    ws = make_tiny_town(folder / "hel")
    for quarter, day in (
        ("2020-K4", "2020-11-03"),
        ("2024-K1", "2024-02-03"),
        ("2026-K1", "2026-02-03"),
    ):
        rows = [police(f"5000-K{quarter[:4]}{i}", day) for i in range(5)]
        write_police(ws.inbox, *rows, name=f"polisen_{quarter}.csv")
        faults = (f"FA-{quarter}", day, "Klotter", "Kvarngatan 2")
        write_reports(ws.inbox, faults, name=f"fel_{quarter}.csv")
    ingest_files(ws)
    quarters = [Period("2020-K4"), Period("2024-K1")]
    close_cycles(ws, quarters, without=SOURCES)
    shutil.copytree(ws.root, folder / "klar")
    process, told = start(do_purge, folder / "klar")
    started = time.monotonic()
    assert told.recv() == "klar"
    seconds = time.monotonic() - started
    process.join()
    after = open_workspace(folder / "klar")
    return ws, store.load_incidents(after), seconds


def _read(ws):
    """What is stored, or nothing where a command must finish the exchange first."""
    try:
        return store.load_incidents(ws)
    except StoreError as error:
        assert "slutförs" in str(error)
        return None


@pytest.mark.slow
@pytest.mark.parametrize("number", range(N_KILLS))
def test_a_killed_purge_is_undone_or_finished(number, undisturbed, tmp_path):
    whole, after, seconds = undisturbed
    shutil.copytree(whole.root, tmp_path / "w")
    ws = open_workspace(tmp_path / "w")
    process, _ = start(do_purge, ws.root)
    kill(process, number, seconds)
    before = store.load_incidents(whole)
    sizes = {len(before), len(after)}
    between = _read(ws)
    assert between is None or len(between) in sizes
    finish_or_undo(ws)  # what every command does first
    purge.finish(ws)
    found = store.load_incidents(ws)
    assert len(found) in sizes
    assert between is None or len(between) == len(found)
    assert verify(ws) == {"ok": True, "faults": []}
    is_done = len(found) == len(after)
    assert ("purge" in journal.read_log(ws)["what"].tolist()) == is_done
    told = purge.purge(ws, today=TODAY)
    assert told["ok"] and bool(told["n_rows"]) != is_done
    assert set(store.load_incidents(ws)["incident_id"]) == set(after["incident_id"])
    assert not list(ws.archive.glob("*2020-K4.csv"))
    names = sorted(p.name for p in ws.lager.iterdir() if p.name.startswith("tabell"))
    assert names == ["tabeller"]

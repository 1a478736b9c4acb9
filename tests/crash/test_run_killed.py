"""A run, an update or a release killed at any instant leaves pages as before or after.

Each is killed after a part of the time that it takes undisturbed; what every command
does first is then done, the pages are read, and the same is asked for again.
"""

import os
import shutil
import time

import pytest

from lagesbild import frozen, journal, store
from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.publish import batch, release, update
from lagesbild.publish.exchange import finish_or_undo
from lagesbild.publish.products import PRODUCTS
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import kill, make_few_pages, start
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE, assess, bytes_of, decide
from tests.tiny_town import make_tiny_town, police, write_police, write_reports

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="dödade processer är bara prövade på POSIX"
)
# LAGESBILD_KILLS=300 pytest tests/crash is the long proof
N_KILLS = max(1, int(os.environ.get("LAGESBILD_KILLS", "12")) // 12)
CYCLE, NEXT = "2026-K1", "2026-K2"


def do_run(folder, told):
    """Make every page again; says when it begins and when it is done."""
    ws = open_workspace(folder)
    make_few_pages()
    told.send("redo")
    batch.run_cycle(ws, CYCLE, jobs=1, force=True)
    told.send("klar")


def do_release(folder, told):
    """Release the cycle to the council."""
    ws = open_workspace(folder)
    make_few_pages()
    told.send("redo")
    release.release_cycle(ws, CYCLE, "radet", jobs=1)
    told.send("klar")


def do_update(folder, told):
    """Take in what has come for the next quarter, and show it to intern."""
    ws = open_workspace(folder)
    make_few_pages()
    told.send("redo")
    update.update(ws, jobs=1)
    told.send("klar")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project whose cycle is closed, decided on and run."""
    folder = tmp_path_factory.mktemp("hel")
    for product in PRODUCTS:
        write_notebook(folder / "notebooks" / f"{product.name}.ipynb", PAGE)
    ws = make_tiny_town(folder / "data" / "nyby")
    rows = [police(f"5000-K{i}", "2026-02-03") for i in range(9)]
    write_police(ws.inbox, *rows)
    ingest_files(ws)
    close_cycle(ws, Period(CYCLE), without=("felanmalan", "raddningen"))
    decide(ws, "kommunen", "polisen")
    assess(ws, CYCLE)
    _do(do_run, ws)
    # waits for an update: two deliveries, each whole or not at all
    rows = [police(f"5000-L{i}", "2026-05-03") for i in range(9)]
    write_police(ws.inbox, *rows, name="polisen_2026-K2.csv")
    fault = ("FA-9", "2026-05-03", "Klotter", "Ågatan 1")
    write_reports(ws.inbox, fault, name="fel_2026-K2.csv")
    return ws


def _do(what, ws):
    """Do it undisturbed; how long it took."""
    process, said = start(what, ws.root)
    started = time.monotonic()
    assert said.recv() == "klar"
    seconds = time.monotonic() - started
    process.join()
    assert process.exitcode == 0
    return seconds


def _copy(ws, folder):
    shutil.copytree(ws.project, folder)
    return open_workspace(folder / ws.root.relative_to(ws.project))


@pytest.fixture(scope="module")
def after(made, tmp_path_factory):
    """What each leaves when nothing disturbs it, and how long it took."""
    told = {}
    for what in (do_run, do_release, do_update):
        ws = _copy(made, tmp_path_factory.mktemp("klar") / "projekt")
        seconds = _do(what, ws)
        told[what] = bytes_of(ws.outputs), seconds
    return told


@pytest.mark.slow
@pytest.mark.parametrize("what", [do_run, do_release])
@pytest.mark.parametrize("number", range(1, N_KILLS + 1))
def test_pages_are_whole_and_the_next_succeeds(made, after, tmp_path, what, number):
    wanted, seconds = after[what]
    ws = _copy(made, tmp_path / "projekt")
    process, _ = start(what, ws.root)
    kill(process, number, seconds)
    finish_or_undo(ws)  # what every command does first
    assert verify(ws) == {"ok": True, "faults": []}
    assert bytes_of(ws.outputs) in (bytes_of(made.outputs), wanted)
    is_shown = "radet" in batch.find_shown_releases(ws, Period(CYCLE))
    if what is do_run or not is_shown:
        _do(what, ws)
    assert bytes_of(ws.outputs) == wanted
    assert verify(ws) == {"ok": True, "faults": []}
    releases = [(CYCLE, "radet")] if what is do_release else []
    assert frozen.find_releases(ws) == releases
    noted = journal.read_log(ws)["what"].tolist()
    assert noted.count("release") == len(releases)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, N_KILLS + 1))
def test_an_update_is_made_whole_by_the_next(made, after, tmp_path, number):
    wanted, seconds = after[do_update]
    ws = _copy(made, tmp_path / "projekt")
    process, _ = start(do_update, ws.root)
    kill(process, number, seconds)
    finish_or_undo(ws)  # what every command does first
    assert verify(ws) == {"ok": True, "faults": []}
    # the pages of either quarter are as before or after; deliveries go one by one
    assert bytes_of(ws.outputs / CYCLE) == bytes_of(made.outputs / CYCLE)
    assert len(store.load_incidents(ws)) in (9, 10, 18, 19)
    _do(do_update, ws)
    assert bytes_of(ws.outputs) == wanted
    assert verify(ws) == {"ok": True, "faults": []}
    assert len(store.load_incidents(ws)) == 19
    rows = store.load_deliveries(ws)
    parts = ["rows_stored", "rows_unchanged", "rows_quarantined"]
    assert rows["rows_in"].eq(rows[parts].sum(axis=1)).all()
    noted = journal.noted(ws, "ingest", "leverans")
    assert noted == set(rows["delivery_id"])
    assert not list(ws.inbox.iterdir())

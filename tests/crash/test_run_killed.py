"""A run or a release killed at any instant leaves pages as before or after.

Each is killed after a part of the time that it takes undisturbed; what every command
does first is then done, the pages are read, and the same is asked for again.
"""

import os
import shutil
import time

import pytest

from lagesbild import frozen, journal
from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.publish import batch, release
from lagesbild.publish.exchange import finish_or_undo
from lagesbild.publish.products import PRODUCTS
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import kill, start
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE, assess, bytes_of, decide
from tests.tiny_town import make_tiny_town, police, write_police

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="dödade processer är bara prövade på POSIX"
)
# LAGESBILD_KILLS=300 pytest tests/crash is the long proof
N_KILLS = max(1, int(os.environ.get("LAGESBILD_KILLS", "12")) // 12)
CYCLE = "2026-K1"


def do_run(folder, told):
    """Make every page again; says when it begins and when it is done."""
    ws = open_workspace(folder)
    told.send("redo")
    batch.run_cycle(ws, CYCLE, jobs=1, force=True)
    told.send("klar")


def do_release(folder, told):
    """Release the cycle to the council."""
    ws = open_workspace(folder)
    told.send("redo")
    release.release_cycle(ws, CYCLE, "radet", jobs=1)
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
    batch.run_cycle(ws, CYCLE, jobs=1)
    return ws


def _copy(ws, folder):
    shutil.copytree(ws.project, folder)
    return open_workspace(folder / ws.root.relative_to(ws.project))


@pytest.fixture(scope="module")
def after(made, tmp_path_factory):
    """What each leaves when nothing disturbs it, and how long it took."""
    told = {}
    for what in (do_run, do_release):
        ws = _copy(made, tmp_path_factory.mktemp("klar") / "projekt")
        process, said = start(what, ws.root)
        started = time.monotonic()
        assert said.recv() == "klar"
        seconds = time.monotonic() - started
        process.join()
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
        again, said = start(what, ws.root)
        assert said.recv() == "klar"
        again.join()
    assert bytes_of(ws.outputs) == wanted
    assert verify(ws) == {"ok": True, "faults": []}
    releases = [(CYCLE, "radet")] if what is do_release else []
    assert frozen.find_releases(ws) == releases
    noted = journal.read_log(ws)["what"].tolist()
    assert noted.count("release") == len(releases)

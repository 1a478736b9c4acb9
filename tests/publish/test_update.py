"""What has come is shown to ``intern``, and nothing new costs next to nothing."""

import subprocess
import sys

import filelock
import pytest

from lagesbild import journal
from lagesbild.errors import LockError
from lagesbild.publish import news, update
from lagesbild.publish.products import PRODUCTS
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE
from tests.tiny_town import make_tiny_town, police, write_police

pytestmark = pytest.mark.usefixtures("forked_workers")
CYCLE = "2026-K1"
ALONE = """
import sys
from lagesbild import cli

try:
    cli.main(["update", "-w", sys.argv[1]])
except SystemExit as end:
    loaded = [m for m in ("pandas", "deltalake", "altair") if m in sys.modules]
    sys.exit(", ".join(loaded) or end.code)
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A project of its own, whose inbox holds one delivery."""
    folder = tmp_path_factory.mktemp("projekt")
    for product in PRODUCTS:
        write_notebook(folder / "notebooks" / f"{product.name}.ipynb", PAGE)
    ws = make_tiny_town(folder / "data" / "nyby")
    ws.inbox.mkdir(exist_ok=True)
    write_police(ws.inbox, police("K1", "2026-02-03"), police("K2", "2026-02-04"))
    return ws


def _all(ws):
    files = [f for f in ws.project.rglob("*") if f.is_file()]
    return {f: (f.stat().st_size, f.stat().st_mtime_ns) for f in files}


@pytest.mark.slow
def test_what_has_come_is_shown_to_intern_and_then_nothing_is_touched(town):
    told = update.update(town, jobs=1)
    assert [row["status"] for row in told["deliveries"]] == ["inläst"]
    assert told["cycles"] == [CYCLE]
    assert {page["audience"] for page in told["pages"]} == {"intern"}
    folder = town.outputs / CYCLE
    assert [f.name for f in folder.iterdir()] == ["intern"]
    page = (folder / "intern" / "02_lagesbild.html").read_text("utf-8")
    assert "Preliminär. Kvartalet är öppet" in page

    log = journal.read_log(town)
    assert log["what"].tolist() == ["ingest", "run", "update"]
    n_made = len(told["pages"])
    assert log["facts"].tolist()[1:] == [
        f"kvartal={CYCLE}, mottagare=intern, sidor={n_made}, gjorda={n_made}",
        f"leveranser=1, kvartal={CYCLE}, gjorda={n_made}",
    ]

    before = _all(town)
    words = [sys.executable, "-c", ALONE, str(town.root)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", cwd=town.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Inget nytt.\n", "")
    assert _all(town) == before

    write_police(town.inbox, police("K3", "2026-02-05"), name="polisen_2026-K1_b.csv")
    assert news.look(town) != news.read_last(town)


def test_a_file_that_is_still_being_written_waits(tmp_path):
    ws = make_tiny_town(tmp_path / "nyby")
    ws.inbox.mkdir(exist_ok=True)
    file = write_police(ws.inbox, police("K1"))
    first = news.look(ws)
    assert news.still_arriving(ws, first, news.look(ws)) == set()
    with file.open("a", encoding="utf-8") as more:
        more.write("\n")
    late = write_police(ws.inbox, police("K9"), name="polisen_2026-K2.csv")
    assert news.still_arriving(ws, first, news.look(ws)) == {file, late}


def test_two_updates_at_a_time_are_one_too_many(tmp_path):
    ws = make_tiny_town(tmp_path / "nyby")
    ws.lager.mkdir(exist_ok=True)
    with filelock.FileLock(ws.lager / "uppdatering.lock"):
        with pytest.raises(LockError, match="pågår redan") as error:
            update.update(ws)
    assert error.value.exit_code == 5
    assert not (ws.lager / news.FILE).exists()

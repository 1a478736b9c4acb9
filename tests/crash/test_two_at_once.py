"""Each command that writes refuses while another does, and changes nothing."""

import os

import pytest

from lagesbild import cli, terminal
from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.publish.products import PRODUCTS
from tests.crash.ingesting import hold, start
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE, assess, bytes_of, decide
from tests.tiny_town import make_tiny_town, police, write_police, write_reports

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="två processer är bara prövade på POSIX"
)
CYCLE = "2026-K1"
WRITING = {
    "ingest": ["ingest"],
    "close": ["close", "2026-K2"],
    "run": ["run", CYCLE, "--jobs", "1"],
    "release": ["release", CYCLE, "--audience", "radet", "--jobs", "1"],
    "purge": ["purge", "--confirm"],
    "update": ["update", "--jobs", "1"],
    "statistics": ["statistics"],
}
READING = [["status"], ["log"], ["verify"], ["trace", "5000-K1"]]


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A closed quarter that may be released, a file that waits, and who writes."""
    folder = tmp_path_factory.mktemp("las")
    for product in PRODUCTS:
        write_notebook(folder / "notebooks" / f"{product.name}.ipynb", PAGE)
    ws = make_tiny_town(folder / "data" / "nyby")
    write_police(ws.inbox, police("5000-K1"))
    ingest_files(ws)
    close_cycle(ws, Period(CYCLE), without=("felanmalan", "raddningen"))
    decide(ws, "kommunen", "polisen")
    assess(ws, CYCLE)
    write_reports(ws.inbox, (1, "2026-02-03", "Klotter", "Kvarngatan 2"))
    process, told = start(hold, ws.root)
    yield ws, process
    told.send("släpp")
    process.join()


def _refused(held, words, capfd):
    """What is told; nothing in the workspace, or among its pages, has changed."""
    ws, process = held
    before = _content(ws)
    assert terminal.run(cli.commands, [*words, "-w", str(ws.root)]) == 5
    told = capfd.readouterr().err
    assert told.startswith("Fel: ") and "Traceback" not in told
    assert f"process {process.pid}, sedan 20" in told and "Vänta tills" in told
    assert _content(ws) == before


def _content(ws):
    found = bytes_of(ws.project).items()
    return {name: bytes for name, bytes in found if not name.endswith(".lock")}


@pytest.mark.parametrize("name", WRITING)
def test_a_command_that_writes_is_refused(held, name, capfd):
    _refused(held, WRITING[name], capfd)


def test_a_backup_is_refused(held, tmp_path, capfd):
    _refused(held, ["backup", str(tmp_path / "kopia.gz")], capfd)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_a_command_that_reads_is_not(held, words, capfd):
    assert terminal.run(cli.commands, [*words, "-w", str(held[0].root)]) == 0

"""A disk that is full, can only be read, or goes away while a command works.

Said in a sentence, nothing lost, and the next command succeeds. The disk is a file
system of its own, which only a process with the right to mount can make.
"""

import os
import shutil
import subprocess

import pytest

from lagesbild import frozen, store
from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.publish.products import PRODUCTS
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import make_few_pages, start
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE, assess, bytes_of, decide
from tests.tiny_town import make_tiny_town, police, write_police, write_reports

CYCLE = "2026-K1"
ROOT = "projekt/data/nyby"
ROOM = 24_000  # less than what any of the commands writes
WORDS = {
    "ingest": ["ingest"],
    "close": ["close", "2026-K2", "--without", "felanmalan", "--without", "raddningen"],
    "run": ["run", CYCLE, "--jobs", "1", "--force"],
    "release": ["release", CYCLE, "--audience", "radet", "--jobs", "1"],
    "purge": ["purge", "5000-K1", "--decision", "NYBY 9", "--confirm"],
    "backup": ["backup", "KOPIA"],
    "update": ["update", "--jobs", "1"],
}
MIDDLE = {
    "ingest": "lagesbild.store.append_rows",
    "close": "lagesbild.frozen.append_closed_contributors",
    "run": "lagesbild.publish.batch.do_all",
    "release": "lagesbild.publish.batch.do_all",
    "purge": "lagesbild.purging.write_without",
    "backup": "lagesbild.backup._describe",
    "update": "lagesbild.publish.batch.do_all",
}
"""Before what of each command the disk goes away."""
# a few each time; LAGESBILD_KILLS=300 pytest tests/crash tries every command
IS_LONG = int(os.environ.get("LAGESBILD_KILLS", "12")) >= 100
FULL = WORDS if IS_LONG else ["run", "purge", "backup"]
GONE = WORDS if IS_LONG else ["close"]
READ_ONLY = WORDS if IS_LONG else ["run"]


def do_command(folder, told):
    """Do what ord.txt says, as a user does; the disk may go away before a step."""
    from pkgutil import resolve_name

    from lagesbild import cli, terminal

    words = (folder / "ord.txt").read_text("utf-8").split("\n")
    step = words[0]
    make_few_pages()
    if step:
        module, _, function = step.rpartition(".")
        module = resolve_name(module)
        real = getattr(module, function)

        def without_disk(*args, **named):
            _call("umount", "-l", folder / "disk")
            setattr(module, function, real)
            return real(*args, **named)

        setattr(module, function, without_disk)
    told.send("redo")
    with (folder / "fel.txt").open("w") as errors:
        os.dup2(errors.fileno(), 2)
        told.send(terminal.run(cli.commands, words[1:]))


def _call(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A closed quarter that may be released, its pages, and a delivery that waits."""
    folder = tmp_path_factory.mktemp("diskar") / "projekt"
    folder.mkdir()
    for product in PRODUCTS:
        write_notebook(folder / "notebooks" / f"{product.name}.ipynb", PAGE)
    ws = make_tiny_town(folder / "data" / "nyby")
    write_police(ws.inbox, *(police(f"5000-K{i}") for i in range(9)))
    late = police("5000-L1", "2026-06-30")
    write_police(ws.inbox, late, name="polisen_2026-K2.csv")
    ingest_files(ws)
    close_cycle(ws, Period(CYCLE), without=("felanmalan", "raddningen"))
    decide(ws, "kommunen", "polisen")
    assess(ws, CYCLE)
    file = ws.registers / "beslut.csv"
    head, *rows = file.read_text("utf-8").splitlines()
    rows.append(";;kommunen;påhittad chef;2026-05-04;NYBY 9;gallring;Påhittat")
    file.write_text("\n".join([f"{head};slag;beslut", *rows]) + "\n", "utf-8")
    write_reports(ws.inbox, *((i, "2026-05-03", "Klotter", "") for i in range(999)))
    (folder / "outputs").mkdir()
    return folder


@pytest.fixture
def disk(made, tmp_path):
    """The project on a disk of its own, seen through a place that can go away."""
    real, seen = tmp_path / "riktig", tmp_path / "disk"
    real.mkdir()
    seen.mkdir()
    try:
        _call("mount", "-t", "tmpfs", "-o", "size=99m", "tmpfs", real)
        _call("mount", "--bind", real, seen)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("den som kör proven får inte montera ett filsystem")
    shutil.copytree(made, real / "projekt")
    yield real, seen
    for place in (seen, real):
        subprocess.run(["umount", "-l", str(place)], capture_output=True)


def _do(seen, name, *, step=""):
    words = [str(seen / "kopia.gz") if w == "KOPIA" else w for w in WORDS[name]]
    told = [step, *words, "-w", str(seen / ROOT)]
    (seen.parent / "ord.txt").write_text("\n".join(told), encoding="utf-8")
    process, said = start(do_command, seen.parent)
    code = said.recv()
    process.join()
    return code, (seen.parent / "fel.txt").read_text("utf-8")


def _refused(told):
    code, error = told
    assert code == 1
    assert "Traceback" not in error and "ett fel i Lägesbild" not in error
    said = error[error.index("Fel: ") :]
    assert "5000-" not in said
    return said


def _as_before(real, made):
    """What is stored and shown is what it was."""
    ws, before = (open_workspace(folder / "data/nyby") for folder in (real, made))
    assert verify(ws) == {"ok": True, "faults": []}
    stored = [set(store.load_incidents(one)["source_key"]) for one in (ws, before)]
    assert stored[0] == stored[1]
    assert frozen.find_releases(ws) == []
    assert bytes_of(ws.outputs) == bytes_of(before.outputs)


def _succeeds(seen, name):
    code, error = _do(seen, name)
    assert (code, error) == (0, "")
    assert verify(open_workspace(seen / ROOT)) == {"ok": True, "faults": []}


@pytest.mark.slow
@pytest.mark.parametrize("name", FULL)
def test_a_full_disk(disk, made, name):
    real, seen = disk
    used = shutil.disk_usage(real).used
    _call("mount", "-o", f"remount,size={used + ROOM}", real)
    assert "disk" in _refused(_do(seen, name))
    _as_before(real / "projekt", made)
    assert not list(seen.glob("kopia*"))
    _call("mount", "-o", "remount,size=99m", real)
    _succeeds(seen, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", READ_ONLY)
def test_a_disk_that_can_only_be_read(disk, made, name):
    real, seen = disk
    _call("mount", "-o", "remount,ro,bind", seen)
    assert "går bara att läsa" in _refused(_do(seen, name))
    _as_before(real / "projekt", made)


@pytest.mark.slow
@pytest.mark.parametrize("name", GONE)
def test_a_disk_that_goes_away_in_the_middle(disk, made, name):
    real, seen = disk
    _refused(_do(seen, name, step=MIDDLE[name]))
    _call("mount", "--bind", real, seen)
    _succeeds(seen, name)

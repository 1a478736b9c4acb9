"""A backup or a restore killed at any instant is whole, or not there at all."""

import os
import shutil
import time

import pytest

from lagesbild import journal
from lagesbild.backup import make_backup, restore_backup
from lagesbild.errors import UsageError
from lagesbild.ingest import ingest_files
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import kill, start
from tests.publish.test_release import bytes_of
from tests.tiny_town import make_tiny_town, police, write_police

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="dödade processer är bara prövade på POSIX"
)
# LAGESBILD_KILLS=300 pytest tests/crash is the long proof
N_KILLS = int(os.environ.get("LAGESBILD_KILLS", "12")) // 4
OWN = ("skrivlas.lock", "logg.lock", journal.FILE)


def do_backup(folder, told):
    """Back up the workspace; says when it begins and when it is done."""
    ws = open_workspace(folder / "w")
    told.send("redo")
    make_backup(ws, folder / "kopia.gz")
    told.send("klar")


def do_restore(folder, told):
    """Restore the backup to a new folder."""
    told.send("redo")
    restore_backup(folder / "kopia.gz", folder / "ny")
    told.send("klar")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace of some megabytes, its backup, and how long each takes."""
    folder = tmp_path_factory.mktemp("kopia")
    ws = make_tiny_town(folder / "w")
    write_police(ws.inbox, *(police(f"5000-K{i}") for i in range(9)))
    ingest_files(ws)
    for number in range(8):  # what is not compressed takes time
        (ws.root / "referens" / f"karta{number}.bin").write_bytes(os.urandom(1 << 20))
    seconds = {}
    for what in (do_backup, do_restore):
        process, told = start(what, folder)
        started = time.monotonic()
        assert told.recv() == "klar"
        seconds[what] = time.monotonic() - started
        process.join()
    return folder, seconds


def _content(folder):
    return {n: b for n, b in bytes_of(folder).items() if not n.endswith(OWN)}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, N_KILLS + 1))
def test_a_killed_backup_is_whole_or_not_there(made, tmp_path, number):
    folder, seconds = made
    shutil.copytree(folder / "w", tmp_path / "w")
    process, _ = start(do_backup, tmp_path)
    kill(process, number, seconds[do_backup])
    if not (tmp_path / "kopia.gz").exists():
        process, told = start(do_backup, tmp_path)
        assert told.recv() == "klar"
        process.join()
    restore_backup(tmp_path / "kopia.gz", tmp_path / "ny")
    assert _content(tmp_path / "ny") == _content(folder / "w")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["kopia.gz", "ny", "w"]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, N_KILLS + 1))
def test_a_killed_restore_is_whole_or_not_there(made, tmp_path, number):
    folder, seconds = made
    shutil.copyfile(folder / "kopia.gz", tmp_path / "kopia.gz")
    process, _ = start(do_restore, tmp_path)
    kill(process, number, seconds[do_restore])
    try:
        restore_backup(tmp_path / "kopia.gz", tmp_path / "ny")
    except UsageError:  # it was done
        assert (
            journal.read_log(open_workspace(tmp_path / "ny"))["what"]
            .eq("restore")
            .any()
        )
    assert _content(tmp_path / "ny") == _content(folder / "w")
    assert verify(open_workspace(tmp_path / "ny")) == {"ok": True, "faults": []}
    assert not (tmp_path / "ny.aterstalls").exists()

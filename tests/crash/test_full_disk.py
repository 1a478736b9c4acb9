"""A disk that takes no more: said clearly, nothing lost, and the next command succeeds.

A limit on how large a file a process may write stands in for the full disk.
"""

import os
import shutil

import pytest

from lagesbild import store
from lagesbild.ingest import ingest_files
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import start
from tests.tiny_town import make_tiny_town, police, write_police

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="gränsen för filers storlek finns bara på POSIX"
)


def ingest_on_a_full_disk(folder, told):
    """Run the command as a user does, with no file larger than the limit."""
    import resource

    from lagesbild import cli, terminal

    limit = int((folder / "grans.txt").read_text())
    told.send("redo")
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    with (folder / "fel.txt").open("w") as errors:
        os.dup2(errors.fileno(), 2)
        code = terminal.run(cli.commands, ["-w", str(folder), "ingest"])
    told.send(code)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    ws = make_tiny_town(tmp_path_factory.mktemp("full") / "w")
    write_police(ws.inbox, police("A", "2025-11-03"), name="polisen_2025-K4.csv")
    ingest_files(ws)
    return ws


@pytest.mark.parametrize(
    ("n_rows", "limit", "code"),
    [pytest.param(200, 3_000, 1, id="archive"), pytest.param(20, 4_000, 1, id="table")],
)
def test_nothing_is_lost_and_it_is_said(waiting, tmp_path, n_rows, limit, code):
    shutil.copytree(waiting.root, tmp_path / "w")
    ws = open_workspace(tmp_path / "w")
    write_police(ws.inbox, *(police(f"K{i}", place="Ågatan 1") for i in range(n_rows)))
    (ws.root / "grans.txt").write_text(str(limit))
    process, told = start(ingest_on_a_full_disk, ws.root)
    assert told.recv() == code
    process.join()
    said = (ws.root / "fel.txt").read_text()
    # a library may add words of its own to the command's
    told = said[said.index("Fel:") :]
    assert "disk" in told and "Ågatan" not in said
    assert store.load_incidents(ws)["source_key"].tolist() == ["A"]
    assert [f.name for f in ws.inbox.iterdir()] == ["polisen_2026-K1.csv"]
    assert [one["status"] for one in ingest_files(ws)] == ["inläst"]
    assert len(store.load_incidents(ws)) == 1 + n_rows
    assert verify(ws) == {"ok": True, "faults": []}

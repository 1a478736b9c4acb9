"""Same inputs, same bytes, wherever and however a run is made."""

import hashlib
import os
import shutil
import subprocess
import sys

import pytest

from lagesbild import ingest
from lagesbild.publish.products import PRODUCTS
from lagesbild.workspace import open_workspace
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE
from tests.tiny_town import make_tiny_town, police, write_police

CYCLE = "2026-K1"
RUN = """
import os, sys

if os.name == "posix":
    os.umask(int(sys.argv[4], 8))
from lagesbild.publish.batch import run_cycle
from lagesbild.workspace import open_workspace

run_cycle(open_workspace(sys.argv[1]), sys.argv[2], jobs=int(sys.argv[3]), force=True)
"""
OTHERWISE = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}


def _hashes(folder):
    return {
        f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


@pytest.mark.slow
def test_every_file_is_the_same_in_another_place_and_way(tmp_path):
    for product in PRODUCTS:
        file = tmp_path / "a" / "notebooks" / f"{product.name}.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_notebook(file, PAGE)
    ws = make_tiny_town(tmp_path / "a" / "data" / "nyby")
    write_police(ws.inbox, police("K1", "2026-02-03"), police("K2", "2026-02-04"))
    ingest.ingest_files(ws)
    shutil.rmtree(ws.outputs, ignore_errors=True)
    # files that are copied in another order lie in another order in their folders
    for folder in sorted((tmp_path / "a").rglob("*"), reverse=True):
        if folder.is_file():
            target = tmp_path / "b" / folder.relative_to(tmp_path / "a")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder, target)
    runs = []
    for name, jobs, mask, changed in (("a", 1, "022", {}), ("b", 3, "077", OTHERWISE)):
        root = tmp_path / name / "data" / "nyby"
        words = [sys.executable, "-c", RUN, str(root), CYCLE, str(jobs), mask]
        folder = tmp_path if changed else root
        subprocess.run(words, env=os.environ | changed, cwd=folder, check=True)
        runs.append(_hashes(open_workspace(root).outputs))
    assert runs[0] == runs[1]
    assert len(runs[0]) > 10

"""Workers whose parent was killed write nothing more: two seconds later, or ever.

The parent of two workers is killed while each of their notebooks writes one file after
the other, for as long as it is let to; what the last of them was written is compared
with when the parent was killed.
"""

import os
import subprocess
import sys
import time

import psutil
import pytest

from tests.publish.test_work import run_is_up

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="dödade processer är bara prövade på POSIX"
)
# LAGESBILD_KILLS=300 pytest tests/crash is the long proof
N_KILLS = max(1, int(os.environ.get("LAGESBILD_KILLS", "12")) // 12)
MOST_SECONDS = 2

WRITING = """
import itertools, pathlib
for number in itertools.count():
    file = pathlib.Path(started).with_name(f"{audience}_{number % 50}.txt")
    file.write_text("x" * 999)
"""
RUN = f"""
import pathlib, sys
from dataclasses import replace
from lagesbild.publish.work import How, do_all
from tests.publish.test_work import make_task

folder = pathlib.Path(sys.argv[1])
task = make_task(folder, {WRITING!r}, started=str(folder / "x"))
tasks = [
    replace(task, file=f"{{n}}.html", parameters=task.parameters | {{"audience": n}})
    for n in "ab"
]
do_all(tasks, How(jobs=2, fresh_kernels=sys.argv[2] == "egna"))
"""


def _times(folder):
    return {file: file.stat().st_mtime for file in folder.rglob("*.*")}


@pytest.mark.slow
@pytest.mark.parametrize("kernels", ["gemensam", "egna"])
@pytest.mark.parametrize("number", range(N_KILLS))
def test_nothing_is_written_after_the_parent_is_gone(tmp_path, kernels, number):
    run = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path), kernels])
    while not all((tmp_path / f"{name}_49.txt").exists() for name in "ab"):
        assert run.poll() is None
        run_is_up(run)
    workers = psutil.Process(run.pid).children(recursive=True)
    assert len(workers) >= (4 if kernels == "egna" else 2)
    killed = time.time()
    run.kill()
    run.wait()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []
    last = _times(tmp_path)
    seconds = max(last.values()) - killed
    print(f"{kernels}: sista filen {seconds:.2f} s efter")
    # they did write when the parent went, and no longer than they may
    assert -1 < seconds < MOST_SECONDS
    # nobody that was not waited for is left to write
    assert not [p for p in psutil.process_iter(["cmdline"]) if _is_about(p, tmp_path)]
    assert _times(tmp_path) == last


def _is_about(process, folder):
    return any(str(folder) in word for word in process.info["cmdline"] or [])

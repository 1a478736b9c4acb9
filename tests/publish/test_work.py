"""Processes of the batch: what they tell, when they are stopped, and by whom."""

import os
import subprocess
import sys

import psutil
import pytest

from lagesbild.errors import NotebookError, PublishError
from lagesbild.publish.work import How, Task, do_all
from tests.publish.conftest import write_notebook

FOREVER = """
import os, threading
open(started, "w").write(str(os.getpid()))
threading.Event().wait()
"""


def make_task(folder, code, **parameters):
    notebook = folder / "02_prov.ipynb"
    write_notebook(notebook, code, ("audience", "started"))
    return Task(
        product="02_prov",
        audience="intern",
        notebook=notebook,
        parameters={"audience": "intern"} | parameters,
        title="Prov",
        file="02_prov.html",
        folder=folder,
        executed=folder / "lager",
        frame=None,
    )


def test_a_page_that_takes_too_long_is_stopped_and_named(tmp_path):
    task = make_task(tmp_path, FOREVER, started=str(tmp_path / "igång"))
    with pytest.raises(NotebookError) as error:
        do_all([task], How(jobs=1, time_limit=3))
    assert "02_prov.ipynb (intern) stannades" in str(error.value)
    assert "3 sekunder" in str(error.value)
    begun = tmp_path / "igång"
    assert not begun.exists() or not psutil.pid_exists(int(begun.read_text()))


def test_a_process_that_dies_is_told_as_such(tmp_path):
    with pytest.raises(PublishError, match="avslutades av datorn"):
        do_all([make_task(tmp_path, "import os\nos._exit(1)")], How(jobs=2))


def test_what_is_running_is_told(tmp_path):
    told = []
    with pytest.raises(NotebookError):
        do_all(
            [make_task(tmp_path, "1 / 0")],
            How(jobs=1, on_progress=lambda *now: told.append(now)),
        )
    assert told == [(0, 1, "intern/02_prov.html")]


ALONE = """
import pathlib, sys
from tests.publish.test_work import FOREVER, make_task
from lagesbild.publish.work import How, do_all

folder = pathlib.Path(sys.argv[1])
started = str(folder / "igång")
do_all([make_task(folder, FOREVER, started=started)], How(jobs=1))
"""


@pytest.mark.slow
def test_processes_end_when_the_one_that_started_them_is_killed(tmp_path):
    run = subprocess.Popen([sys.executable, "-c", ALONE, str(tmp_path)])
    begun = tmp_path / "igång"
    while not (begun.exists() and begun.read_text()):
        assert run.poll() is None
        run_is_up(run)
    worker = psutil.Process(int(begun.read_text()))
    run.kill()
    run.wait()
    _, alive = psutil.wait_procs([worker], timeout=60)
    assert alive == []


def run_is_up(run):
    """Let the processor go to the others for a moment; fails when it has ended."""
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(timeout=0.2)


STOPPED = """
import os, signal, sys
from lagesbild import cli, status

status.status = lambda ws: os.kill(os.getpid(), signal.SIGTERM)
cli.main(["status", "-w", sys.argv[1]])
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGTERM to send")
def test_being_asked_to_end_is_as_ctrl_c(project):
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, str(project.root)],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert done.stderr.lstrip().startswith("Avbrutet.")

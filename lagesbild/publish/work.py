"""Spread the notebooks of a run over processes; each page is written by its worker.

In: one ``Task`` a page. Out: the pages in the staging folder, and how long each took.
Every process loads the libraries once and then makes page after page. Nothing of a
page depends on which process made it or in what order.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lagesbild.errors import NotebookError, PublishError
from lagesbild.publish import execute, page, watch

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

_ENVIRONMENT = {
    # sets of words come in the same order in every process
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    # one page, one processor: the pages are what is spread
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

_PAGES = "sidor"


@dataclass(frozen=True)
class Task:
    """One page to make: the notebook, what it is given, and where the page goes.

    ``folder`` is the audience's staging folder, ``executed`` the private one where
    the executed notebook is kept, ``has_exit`` as of its ``Product``.
    """

    product: str
    audience: str
    notebook: Path
    parameters: dict
    title: str
    file: str
    folder: Path
    executed: Path
    frame: page.Frame
    has_exit: bool = False

    @property
    def name(self) -> str:
        """The page's, with its audience's."""
        return f"{self.audience}/{self.file}"


@dataclass(frozen=True)
class How:
    """How the pages of a run are made.

    Attributes
    ----------
    jobs : int, optional
        Number of processes; None is one a processor.
    fresh_kernels : bool
        Whether every notebook gets a kernel of its own; slow, and the same pages.
    time_limit : float, optional
        Most seconds that a page may take.
    on_progress : function, optional
        Called with done, in all, and the names of the pages being made.
    force : bool
        Whether pages are made again that nothing has changed of.
    products : tuple of str
        Names of products that are made again in any case.
    workers : function, optional
        Given a number, gives in a ``with`` the ``Places`` that make as many pages at a
        time; None is processes of this machine.
    """

    jobs: int | None = None
    fresh_kernels: bool = False
    time_limit: float | None = None
    on_progress: Callable[[int, int, str], None] | None = None
    force: bool = False
    products: tuple[str, ...] = ()
    workers: Callable[[int], AbstractContextManager[Places]] | None = None


class Places(Protocol):
    """Where work is done: handed out here, and what became of it taken back."""

    def submit(self, function: Callable, *given: object, **named: object) -> Future:
        """Have the function called there."""

    def take(self, future: Future) -> dict:
        """What the function told; raises what it raised."""


@dataclass(frozen=True)
class _Straight:
    """An executor as it is."""

    pool: Executor

    def submit(self, function: Callable, *given: object, **named: object) -> Future:
        return self.pool.submit(function, *given, **named)

    def take(self, future: Future) -> dict:
        return future.result()


def do_all(tasks: list[Task], how: How) -> list[dict]:
    """Make all pages.

    Parameters
    ----------
    tasks : list of Task
    how : How

    Returns
    -------
    list of dict
        file, product, audience and seconds, as they became ready.

    Raises
    ------
    NotebookError, PublishError
        Of the first page that fails or takes too long; no further page is begun.
    """
    from joblib import cpu_count

    n_jobs = min(how.jobs or cpu_count(), len(tasks))
    with (how.workers or _processes)(n_jobs) as pool:
        return list(_do_each(pool, tasks, n_jobs, how))


def _do_each(pool: Places, tasks: list[Task], n_jobs: int, how: How) -> Iterator[dict]:
    """Hand each process one page at a time, so that what is running is known."""
    from concurrent.futures import FIRST_COMPLETED, wait

    left, running, n_done = list(reversed(tasks)), {}, 0
    while left or running:
        while left and len(running) < n_jobs:
            task = left.pop()
            future = pool.submit(make_page, task, fresh_kernel=how.fresh_kernels)
            running[future] = task, time.monotonic()
        if how.on_progress is not None:
            names = ", ".join(task.name for task, _ in running.values())
            how.on_progress(n_done, len(tasks), names)
        done, _ = wait(running, _seconds_left(running, how), FIRST_COMPLETED)
        if not done:
            _refuse_late(running, how)
        for future in done:
            del running[future]
            n_done += 1
            yield pool.take(future)
    if how.on_progress is not None:
        how.on_progress(n_done, len(tasks), "")


def _seconds_left(running: dict, how: How) -> float | None:
    if how.time_limit is None:
        return None
    first = min(since for _, since in running.values())
    return max(0.0, first + how.time_limit - time.monotonic())


def _refuse_late(running: dict, how: How) -> None:
    task, _ = min(running.values(), key=lambda pair: pair[1])
    raise NotebookError(
        f"{task.notebook.name} ({execute.shown(task.parameters)}) stannades: sidan var "
        f"inte klar på {how.time_limit:g} sekunder. Höj --time-limit, eller se efter "
        "vad notebooken gör. Tidigare sidor är orörda."
    )


@contextmanager
def _processes(n_jobs: int) -> Iterator[Places]:
    """Processes with the libraries loaded; if anything goes wrong they are ended."""
    from concurrent.futures import wait

    from joblib.externals.loky import BrokenProcessPool

    pool = start_processes(n_jobs)
    try:
        # the time limit of the first pages does not count what loading takes
        wait([pool.submit(os.getpid) for _ in range(n_jobs)])
        yield _Straight(pool)
    except BaseException as error:
        pool.shutdown(kill_workers=True)
        if isinstance(error, BrokenProcessPool):
            raise PublishError(
                "En av processerna avslutades av datorn, oftast för att minnet tog "
                "slut. Kör igen med --jobs 1. Tidigare sidor är orörda."
            ) from None
        raise
    pool.shutdown()


def start_processes(n_jobs: int) -> Executor:
    """Processes of this machine that are ready for pages, and end when this one does.

    Parameters
    ----------
    n_jobs : int

    Returns
    -------
    Executor
        joblib's; ``shutdown(kill_workers=True)`` ends them at once.
    """
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(
        n_jobs, initializer=_begin, initargs=(os.getpid(),), env=_ENVIRONMENT
    )


@contextmanager
def in_this_process(_n_jobs: int = 1) -> Iterator[Places]:
    """Make one page after the other here, where the municipalities are what is spread.

    In a thread of its own, so that a page that takes too long can be left: the process
    is then no longer fit for anything, and ``is_stuck`` says so.
    """
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1, thread_name_prefix=_PAGES)
    try:
        yield _Straight(pool)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def is_stuck() -> bool:
    """Whether a page that was left is still being made in this process."""
    return any(one.name.startswith(_PAGES) for one in threading.enumerate())


def _begin(parent: int) -> None:
    """Make this process ready for pages: watched, deaf to Ctrl-C, libraries loaded."""
    import gc
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and decides
    watch.watch(parent)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    execute.load_libraries()
    gc.freeze()  # what is loaded stays: it need not be looked through again


def make_page(task: Task, *, fresh_kernel: bool = False) -> dict:
    """Run the task's notebook, keep it executed, and write its page."""
    started = time.monotonic()
    kept = task.executed / Path(task.file).with_suffix(".ipynb")
    executed = execute.execute(
        task.notebook, task.parameters, kept, fresh_kernel=fresh_kernel
    )
    html = page.render_notebook(
        executed,
        task.frame,
        file=task.file,
        title=task.title,
        has_exit=task.has_exit,
    )
    (task.folder / task.file).write_text(html, encoding="utf-8", newline="\n")
    return {
        "file": task.file,
        "product": task.product,
        "audience": task.audience,
        "seconds": round(time.monotonic() - started, 3),
    }

"""Spread the notebooks of a run over processes; each page is written by its worker.

In: one ``Task`` a page. Out: the pages in the staging folder, and how long each took.
Every process keeps one warm kernel. Nothing of a page depends on which process made
it or in what order.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lagesbild.errors import PublishError
from lagesbild.publish import kernel, page


@dataclass(frozen=True)
class Task:
    """One page to make: the notebook, what it is given, and where the page goes.

    ``folder`` is the audience's staging folder, ``executed`` the private one where
    the executed notebook is kept.
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


def do_all(
    tasks: list[Task],
    *,
    jobs: int | None,
    on_progress: Callable[[int, int, str], None] | None,
) -> list[dict]:
    """Make all pages.

    Parameters
    ----------
    tasks : list of Task
    jobs : int or None
        Number of processes; None is one a processor.
    on_progress : function or None
        Called with done, in all, and the name of the page just made.

    Returns
    -------
    list of dict
        file, product, audience and seconds, as they became ready.

    Raises
    ------
    NotebookError, PublishError
        Of the first page that fails; no further page is begun.
    """
    from joblib import Parallel, cpu_count, delayed
    from joblib.externals.loky import BrokenProcessPool

    n_jobs = min(jobs or cpu_count(), len(tasks))
    done: list[dict] = []
    try:
        # one page at a time to each process: area sheets and the big page differ
        parallel = Parallel(
            n_jobs, backend="loky", return_as="generator_unordered", batch_size=1
        )
        for told in parallel(delayed(make_page)(task) for task in tasks):
            done.append(told)
            if on_progress is not None:
                on_progress(len(done), len(tasks), f"{told['audience']}/{told['file']}")
    except BrokenProcessPool:
        raise PublishError(
            "En av processerna avslutades av datorn, oftast för att minnet tog slut. "
            "Kör igen med --jobs 1. Tidigare sidor är orörda."
        ) from None
    finally:
        _send_home()
    return done


def make_page(task: Task) -> dict:
    """Run the task's notebook, keep it executed, and write its page."""
    started = time.monotonic()
    kept = task.executed / Path(task.file).with_suffix(".ipynb")
    executed = kernel.execute(task.notebook, task.parameters, kept)
    html = page.render_notebook(executed, task.frame, file=task.file, title=task.title)
    (task.folder / task.file).write_text(html, encoding="utf-8", newline="\n")
    return {
        "file": task.file,
        "product": task.product,
        "audience": task.audience,
        "seconds": round(time.monotonic() - started, 3),
    }


def _send_home() -> None:
    """End the processes and their kernels, that otherwise wait for more to do."""
    from joblib.externals.loky import get_reusable_executor

    kernel.shut_down()
    get_reusable_executor().shutdown(wait=True)

"""The same notebooks by our run, and by papermill and nbconvert: seconds side by side.

    python tests/bench/bench_pages.py WORKSPACE CYCLE [--pages N] [--no-limits]

WORKSPACE is ingested and has been run once, so that publications are ready. N area
sheets of ``intern`` are made in one process of the batch, then with ``papermill`` and
``jupyter nbconvert --no-input`` one after another, then the same two at a time; at last
the whole cycle is made again from its publications. Every way has run once before it
is measured, so that bytecode lies ready. Prints one JSON object: wall and processor
seconds (the latter do not depend on what else the machine does). Leaves with 1 where a
limit is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from lagesbild.publication import open_publication
from lagesbild.publish import batch
from lagesbild.publish.plan import check_notebooks, plan_pages
from lagesbild.publish.work import How, do_all
from lagesbild.workspace import open_workspace

LEAST_TIMES = {"one_after_another": 15, "two_at_a_time": 8}
MOST_SECONDS = 40
_SHEET = "03_omradesblad"


def measure(make) -> dict[str, float]:
    """Wall and processor seconds of a call, with those of the processes it starts."""
    before, started = _cpu(), time.perf_counter()
    make()
    wall = time.perf_counter() - started
    return {"wall": round(wall, 2), "cpu": round(_cpu() - before, 2)}


def _cpu() -> float:
    told = psutil.Process().cpu_times()
    return told.user + told.system + told.children_user + told.children_system


def by_tools(task, folder: Path) -> None:
    """One page as one would make it by hand: two commands."""
    executed = folder / f"{task.parameters['area_id']}.ipynb"
    words = ["-m", "papermill", str(task.notebook), str(executed), "--cwd"]
    words += [str(task.notebook.parent), "--no-progress-bar", "--log-level", "ERROR"]
    for name, value in task.parameters.items():
        words += ["-r", name, str(value)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    words = ["-m", "nbconvert", "--to", "html", "--no-input", str(executed)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)


def main() -> int:
    """Measure, print, and tell by the exit code whether the limits hold."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("workspace")
    asked.add_argument("cycle")
    asked.add_argument("--pages", type=int, default=8)
    asked.add_argument("--no-limits", action="store_true")
    given = asked.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    ws = open_workspace(given.workspace)
    publication = open_publication(ws, given.cycle, "intern")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebooks = check_notebooks(ws.project / "notebooks", {})
        tasks = plan_pages(ws, publication, notebooks, folder, folder / "kort")
        sheets = [t for t in tasks if t.product == _SHEET]
        told = side_by_side(sheets, given.pages, folder)
    limits = [told["times"][way] >= n for way, n in LEAST_TIMES.items()]
    batch.run_cycle(ws, given.cycle, jobs=2)
    told["cycle"] = measure(
        lambda: batch.run_cycle(ws, given.cycle, jobs=2, force=True)
    )
    told["cycle"]["pages"] = len(list((ws.outputs / given.cycle).rglob("*.html")))
    # two processors: the cycle's share of each, whatever else the machine does
    limits.append(told["cycle"]["cpu"] / 2 <= MOST_SECONDS)
    print(json.dumps(told, indent=1))
    return 0 if all(limits) or given.no_limits else 1


def side_by_side(sheets: list, n_pages: int, folder: Path) -> dict:
    """Measure the three ways; times is how many times as long the tools take a page."""
    do_all(sheets[:1], How(jobs=1))
    by_tools(sheets[0], folder)
    # starting and loading is paid once a run, as it is in a cycle of many pages
    one = measure(lambda: do_all(sheets[:1], How(jobs=1)))
    every = measure(lambda: do_all(sheets, How(jobs=1)))
    ours = {k: (every[k] - one[k]) / (len(sheets) - 1) for k in one}
    chosen = sheets[:n_pages]
    alone = measure(lambda: [by_tools(task, folder) for task in chosen])
    pool = ThreadPoolExecutor(2)
    two = measure(lambda: list(pool.map(lambda task: by_tools(task, folder), chosen)))
    our_two = measure(lambda: do_all(sheets, How(jobs=2)))
    a_page = {
        "ours": {k: every[k] / len(sheets) for k in every},
        "ours_two_at_a_time": {k: our_two[k] / len(sheets) for k in our_two},
        "one_after_another": {k: alone[k] / len(chosen) for k in alone},
        "two_at_a_time": {k: two[k] / len(chosen) for k in two},
    }
    return {
        "seconds_a_page": {
            way: {k: round(v, 3) for k, v in told.items()}
            for way, told in a_page.items()
        },
        "ours_without_start": {k: round(v, 3) for k, v in ours.items()},
        "times": {
            "one_after_another": round(
                a_page["one_after_another"]["cpu"] / a_page["ours"]["cpu"], 1
            ),
            "two_at_a_time": round(
                a_page["two_at_a_time"]["cpu"] / a_page["ours_two_at_a_time"]["cpu"], 1
            ),
        },
        "times_by_wall": {
            "one_after_another": round(
                a_page["one_after_another"]["wall"] / a_page["ours"]["wall"], 1
            ),
            "two_at_a_time": round(
                a_page["two_at_a_time"]["wall"] / a_page["ours_two_at_a_time"]["wall"],
                1,
            ),
        },
        "pages": {"ours": len(sheets), "tools": len(chosen)},
    }


if __name__ == "__main__":
    sys.exit(main())

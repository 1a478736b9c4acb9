"""All steps of one quarter in a process of its own, each with its cost, as JSON.

Run by ``bench_soak`` and ``bench_country``: ``python -m tests.bench.one_cycle FOLDER
QUARTER STEP …``. A step is ingest, close, run, release_radet, release_offentlig,
purge or verify.
"""

import json
import resource
import sys
import time
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.publication import make_publications
from lagesbild.publish import execute, plan, products, unchanged, work
from lagesbild.publish.batch import run_cycle
from lagesbild.publish.release import release_cycle
from lagesbild.status import verify
from lagesbild.workspace import open_workspace

PAGES = ("02_lagesbild", "03_omradesblad")
"""What tells all of a quarter's figures; the other pages cost the same each quarter."""


def _ingest(ws, cycle) -> None:
    told = ingest_files(ws)
    assert {one["status"] for one in told} == {"inläst"}, told


def _verify(ws, cycle) -> None:
    told = verify(ws)
    assert told["ok"], told


DO = {
    "ingest": _ingest,
    "close": close_cycle,
    "measure": make_publications,
    "run": lambda ws, cycle: run_cycle(ws, cycle, jobs=1, audiences=("intern",)),
    "release_radet": lambda ws, cycle: release_cycle(ws, cycle, "radet", jobs=1),
    "release_offentlig": lambda ws, cycle: release_cycle(
        ws, cycle, "offentlig", jobs=1
    ),
    "verify": _verify,
}


class _Here:
    """Makes a page at once, where its time and memory are told with the rest."""

    def submit(self, make, *words, **named) -> Future:
        done = Future()
        done.set_result(make(*words, **named))
        return done


@contextmanager
def _in_this_process(n_jobs: int):
    """In place of the run's processes, which each begin with loading the libraries."""
    execute.load_libraries()
    yield work._Straight(_Here())


def _used() -> float:
    """Processor time of this process and of those that have ended below it."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(r.ru_utime + r.ru_stime for r in map(resource.getrusage, who))


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    """Most memory of this process since ``_forget_peak``, or of any below it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    own = next(int(n.split()[1]) for n in lines if n.startswith("VmHWM"))
    below = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, below) / 1024


def main(folder: str, cycle: str, *steps: str) -> None:
    """Do the steps and tell of each."""
    few = tuple(p for p in products.PRODUCTS if p.name in PAGES)
    for module in (products, plan, unchanged):
        module.PRODUCTS = few
    work._processes = _in_this_process
    told = [{"step": "start", "cpu_s": _used(), "wall_s": 0.0, "memory_mb": _peak_mb()}]
    for step in steps:
        _forget_peak()
        used, started = _used(), time.monotonic()
        DO[step](open_workspace(folder), Period(cycle))
        cost = {"cpu_s": _used() - used, "wall_s": time.monotonic() - started}
        told.append({"step": step, **cost, "memory_mb": _peak_mb()})
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])

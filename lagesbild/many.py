"""Make the quarter of every municipality of a folder, each by itself.

In: a folder of workspaces. Out: for each what became of it; one that fails is told and
stops no other. One municipality is one unit of work, handed to a process: its pages
are made there one after the other, with the very code of a run of one municipality.
What is ready already, and made of what is there now, is not begun.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import LagesbildError, PublishError, UsageError, explain
from lagesbild.opening import open_whole
from lagesbild.publish import ready, slots
from lagesbild.publish.exchange import finish_or_undo
from lagesbild.publish.products import PRODUCTS
from lagesbild.workspace import SETTINGS_FILE, open_workspace

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

MADE, UNCHANGED, FAILED = "gjord", "oförändrad", "misslyckad"
_PRODUCTS = {product.name for product in PRODUCTS}
_ROWS = "lager/tabeller/reports"


@dataclass(frozen=True)
class Asked:
    """What is asked of every municipality.

    Attributes
    ----------
    cycle : str
        A quarter.
    parameters : dict
        Further parameters for the notebooks that declare them.
    products : tuple of str
        Products whose pages are made again in any case.
    time_limit : float, optional
        Most seconds that a page may take.
    force, fresh_kernels : bool
        As for ``run_cycle``.
    """

    cycle: str
    parameters: dict = field(default_factory=dict)
    products: tuple[str, ...] = ()
    time_limit: float | None = None
    force: bool = False
    fresh_kernels: bool = False

    @property
    def can_be_ready(self) -> bool:
        """Whether a municipality of which nothing has changed may be left."""
        return not (self.force or self.fresh_kernels or self.products)


def find_workspaces(folder: Path) -> list[Path]:
    """The workspaces of a folder, by name: its folders with kommun.toml or lager/.

    Raises
    ------
    UsageError
        If there is none, or two are of one municipality or would write to one folder
        of pages.
    """
    if (folder / SETTINGS_FILE).is_file():
        raise UsageError(
            f"'{folder}' är själv en arbetsyta. Skriv mappen som har arbetsytorna i "
            f"sig, eller kör den för sig med -w '{folder}'."
        )
    inside = {place.parent for place in folder.glob(f"*/{SETTINGS_FILE}")}
    # one that has lost its kommun.toml is told when its turn comes
    found = sorted(inside | {place.parent for place in folder.glob("*/lager")})
    if not inside:
        raise UsageError(
            f"Ingen mapp i '{folder}' har en {SETTINGS_FILE}. Skriv mappen som har "
            "kommunernas arbetsytor i sig, till exempel data/."
        )
    _refuse_same(found)
    return found


def _refuse_same(folders: list[Path]) -> None:
    seen: dict[tuple[str, str], Path] = {}
    for folder in folders:
        try:
            ws = open_workspace(folder.absolute())
        except (LagesbildError, OSError):
            continue  # told when its turn comes; nothing is written for it
        code, outputs = ws.settings.municipality.code, str(ws.outputs)
        for key, same in (
            (("code", code), f"har samma kommunkod, {code}"),
            (("outputs", outputs.casefold()), f"skriver sina sidor i {outputs}"),
        ):
            other = seen.setdefault(key, folder)
            if other is not folder:
                raise UsageError(
                    f"Både {other.name} och {folder.name} {same}. Rätta den ena, eller "
                    "flytta bort den ur mappen. Inget har gjorts."
                )


def run_all(
    folders: list[Path],
    asked: Asked,
    *,
    places: Callable[[int], AbstractContextManager] = slots.on_this_machine,
    jobs: int,
    on_begun: Callable[[int, int, str], None] = lambda *_: None,
    on_done: Callable[[int, int, dict], None] = lambda *_: None,
) -> dict:
    """Make the quarter of every municipality that is not ready.

    Parameters
    ----------
    folders : list of Path
        From ``find_workspaces``.
    asked : Asked
    places : function
        Given a number, gives in a ``with`` as many places to work in.
    jobs : int
        How many municipalities at a time, at most.
    on_begun : function
        Called with how many are done, how many there are, and the names of those that
        are being made.
    on_done : function
        Called with how many are done, how many there are, and what became of one.

    Returns
    -------
    dict
        cycle, seconds, ``municipalities`` (one entry a municipality, by folder) and the
        numbers made, unchanged and failed. An entry has folder, name, outcome, pages,
        made, released, n_purged and seconds; one that failed has error and exit_code.
    """
    started, told = time.monotonic(), []

    def note(one: dict) -> None:
        told.append(one)
        on_done(len(told), len(folders), one)

    left = []
    for folder in folders:
        done = _look(folder, asked)
        note(done) if isinstance(done, dict) else left.append(done)
    left.sort(key=lambda unit: _size(unit[0]))  # taken from the end: the largest first
    if left:
        with _whole_at_the_end(left), places(min(jobs, len(left))) as pool:
            for one in _make_each(pool, left, asked, len(folders), on_begun):
                note(one)
    counted = {
        name: sum(one["outcome"] == outcome for one in told)
        for name, outcome in (
            *(("made", MADE), ("unchanged", UNCHANGED), ("failed", FAILED)),
        )
    }
    told.sort(key=lambda one: one["folder"])
    seconds = round(time.monotonic() - started, 3)
    return {
        "cycle": asked.cycle,
        "municipalities": told,
        **counted,
        "seconds": seconds,
    }


def _look(folder: Path, asked: Asked) -> dict | tuple[Workspace, str]:
    """What became of one that need not or cannot be made; of others, what to make."""
    try:
        ws = open_whole(folder.absolute())
        seen = ready.look(ws, asked.cycle, asked.parameters)
        kept = ready.find_ready(ws, asked.cycle, seen) if asked.can_be_ready else None
    except Exception as error:
        return _failed(folder.name, error)
    if kept is None:
        return ws, seen
    return kept | {"outcome": UNCHANGED, "made": 0, "seconds": 0.0}


@contextmanager
def _whole_at_the_end(units: list[tuple[Workspace, str]]) -> Iterator[None]:
    """Undo at once what is half done when the run is stopped."""
    begun = [ws for ws, _ in units]
    try:
        yield
    except BaseException:
        for ws in begun:
            finish_or_undo(ws)
        raise


def _make_each(
    pool, left: list, asked: Asked, n_all: int, on_begun: Callable
) -> Iterator[dict]:
    """Hand each place one municipality at a time, so that a lost one is known."""
    running: dict[Future, tuple[Workspace, str]] = {}
    while left or running:
        while left and len(running) < pool.count:
            ws, seen = left.pop()
            running[pool.submit(make_one, ws.root, ws.project, asked)] = ws, seen
        names = ", ".join(ws.name for ws, _ in running.values())
        on_begun(n_all - len(left) - len(running), n_all, names)
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            ws, seen = running.pop(future)
            yield _take(pool, future, ws, seen, asked)


def _take(pool, future: Future, ws: Workspace, seen: str, asked: Asked) -> dict:
    try:
        told = pool.take(future)
        told.pop("is_stuck")
        if told["outcome"] != FAILED:
            ready.keep(ws, asked.cycle, seen, told)
    except Exception as error:
        finish_or_undo(ws)  # a process that was ended could not do it itself
        return _failed(ws.name, error)
    return told


def make_one(
    folder: Path, project: Path, asked: Asked, *, beacon: Path | None = None
) -> dict:
    """Make one municipality's quarter, in this process; a failure is told, not raised.

    Parameters
    ----------
    folder : Path
        Of the workspace.
    project : Path
        The workspace's, as the one who asks sees it; this process stands there.
    asked : Asked
    beacon : Path, optional
        A file that is there as long as somebody waits; no page is begun without it.

    Returns
    -------
    dict
        An entry of ``run_all``, and ``is_stuck``, whether a page that was left is still
        being made, so that this process is to be ended.
    """
    from threadpoolctl import threadpool_limits

    from lagesbild.publish import batch, news, work

    try:
        ws = open_whole(folder)
        if ws.project != project:
            raise PublishError(f"projektets mapp är {ws.project}, inte {project}.")
        before = news.look_below(ws.outputs / asked.cycle)
        with threadpool_limits(1):
            made = batch.run_cycle(
                ws,
                asked.cycle,
                jobs=1,
                parameters=asked.parameters,
                products=asked.products,
                time_limit=asked.time_limit,
                force=asked.force,
                fresh_kernels=asked.fresh_kernels,
                workers=work.in_this_process,
                on_progress=partial(_refuse_unwanted, beacon),
            )
    except Exception as error:  # whatever it is, the others are not to suffer from it
        return _failed(folder.name, error) | {"is_stuck": work.is_stuck()}
    n_kept = sum(page.get("is_kept", False) for page in made["pages"])
    # the front page and others that no notebook makes are written every time
    n_beside = sum(page["product"] not in _PRODUCTS for page in made["pages"])
    n_made = len(made["pages"]) - n_kept
    n_made = 0 if n_made == n_beside else n_made
    is_same = before == news.look_below(ws.outputs / asked.cycle)
    return {
        "folder": ws.name,
        "name": ws.settings.municipality.name,
        "outcome": UNCHANGED if is_same and not n_made else MADE,
        "pages": len(made["pages"]),
        "made": n_made,
        "released": made["released"],
        "n_purged": made["n_purged"],
        "seconds": made["seconds"],
        "is_stuck": False,
    }


def _refuse_unwanted(beacon: Path | None, *_: object) -> None:
    if beacon is not None and not beacon.exists():
        raise PublishError("avbröts: ingen väntar längre på den.")


def _failed(name: str, error: Exception) -> dict:
    told = explain(error)
    if not told:
        told = (
            f"ett fel i Lägesbild ({type(error).__name__}). Kör den för sig med -w och "
            "--debug, och lämna det som visas till den som sköter programmet."
        )
    code = error.exit_code if isinstance(error, LagesbildError) else 1
    return {
        "folder": name,
        "name": None,
        "outcome": FAILED,
        "pages": 0,
        "made": 0,
        "released": [],
        "n_purged": 0,
        "seconds": 0.0,
        "error": told,
        "exit_code": code,
    }


def _size(ws: Workspace) -> int:
    files = (ws.root / _ROWS).rglob("*.parquet")
    return sum(file.stat().st_size for file in files)

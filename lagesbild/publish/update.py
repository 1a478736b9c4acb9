"""The continuous path: what has come is read in, and ``intern`` is shown it.

In: a workspace in which something is new. Out: the pages of ``intern`` for the open
quarters. Other audiences' pages change by ``run`` and ``release`` only. Safe to run
every few minutes: two updates never run at once, and a file that is still being
written waits for the next.
"""

from __future__ import annotations

from collections.abc import Callable

from lagesbild import inbox, ingest, journal, store
from lagesbild.closing import closed_cycles
from lagesbild.errors import LockError
from lagesbild.period import Period
from lagesbild.publish import news
from lagesbild.publish.batch import run_cycle
from lagesbild.workspace import Workspace, make_private_folder

_AUDIENCE = "intern"


def update(
    ws: Workspace,
    *,
    before: dict[str, list[int]] | None = None,
    jobs: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> dict:
    """Read in what waits, and make the pages of ``intern`` that it touches.

    Parameters
    ----------
    ws : Workspace
    before : dict, optional
        From ``news.look``, a moment ago: files changed since are still arriving.
    jobs, on_progress
        As for ``run_cycle``.

    Returns
    -------
    dict
        ``deliveries``, as ``ingest_files`` tells; ``cycles``, whose pages were made;
        ``pages``, one entry a page made again; and ``arriving``, how many files were
        left since they are still being written.

    Raises
    ------
    LockError
        If another update is going on.
    LagesbildError
        As ``ingest_files`` and ``run_cycle``; the next update tries again.
    """
    import filelock

    make_private_folder(ws.lager)
    guard = filelock.FileLock(ws.lager / "uppdatering.lock", timeout=0, mode=0o600)
    try:
        guard.acquire()
    except filelock.Timeout:
        raise LockError(
            "En uppdatering pågår redan. Den här gör ingenting; nästa tar det som "
            "återstår."
        ) from None
    try:
        return _update(ws, before or news.look(ws), jobs, on_progress)
    finally:
        guard.release()


def _update(
    ws: Workspace, before: dict, jobs: int | None, on_progress: Callable | None
) -> dict:
    waiting = inbox.find_waiting(ws)
    arriving = news.still_arriving(ws, before, news.look(ws))
    whole = [file for file in waiting if file not in arriving]
    told = ingest.ingest_files(ws, whole, on_progress=on_progress)
    pages, cycles = [], _open_cycles(ws)
    for cycle in cycles:
        how = {"jobs": jobs, "on_progress": on_progress, "audiences": [_AUDIENCE]}
        made = run_cycle(ws, cycle, **how)["pages"]
        pages += [page for page in made if not page.get("is_kept")]
    after = news.look(ws)
    for file in news.still_arriving(ws, before, after) | arriving:
        after.pop(file.relative_to(ws.root).as_posix(), None)  # for the next update
    news.write_last(ws, after)
    if told or pages:
        labels = ", ".join(map(str, cycles))
        facts = {"leveranser": len(told), "kvartal": labels, "gjorda": len(pages)}
        journal.note(ws, "update", **facts)
    return {
        "deliveries": told,
        "cycles": [str(cycle) for cycle in cycles],
        "pages": pages,
        "arriving": len(arriving),
    }


def _open_cycles(ws: Workspace) -> list[Period]:
    """The latest quarter with deliveries and others with pages, if not closed."""
    deliveries = store.load_deliveries(ws)
    rows = deliveries[deliveries["source_kind"] != "notis"]
    if rows.empty:
        return []
    latest = Period.containing(rows["period_end"].max().date())
    shown = [
        Period(folder.parent.name)
        for folder in sorted(ws.outputs.glob(f"*-K?/{_AUDIENCE}"))
    ]
    closed = set(closed_cycles(ws))
    cycles = sorted({latest, *shown}, key=lambda cycle: cycle.start)
    return [cycle for cycle in cycles if str(cycle) not in closed]

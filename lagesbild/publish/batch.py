"""The way out: one cycle's notebooks → the pages of every audience, all or none.

In: a workspace with its deliveries read in. Out: ``outputs/<kommun>/<cycle>/``, with a
folder an audience: pages, index.html and manifest.json. Executed notebooks and run
times are kept in lager/, which is private. A run that fails leaves the old pages.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild import journal, private
from lagesbild.audiences import RELEASED
from lagesbild.period import Period
from lagesbild.protect.published import DRAFT
from lagesbild.publish import beside, checks, exchange, gate, manifest, unchanged
from lagesbild.publish.plan import check_notebooks, frame_of, plan_pages
from lagesbild.publish.work import How, do_all
from lagesbild.purging import count_purged
from lagesbild.workspace import AUDIENCES, lock, make_private_folder

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.publish.work import Places
    from lagesbild.workspace import Workspace

RUNS = "korningar"


def run_cycle(
    ws: Workspace,
    cycle: Period | str,
    *,
    jobs: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
    parameters: dict | None = None,
    fresh_kernels: bool = False,
    time_limit: float | None = None,
    force: bool = False,
    products: Sequence[str] = (),
    audiences: Sequence[str] = AUDIENCES,
    workers: Callable[[int], AbstractContextManager[Places]] | None = None,
) -> dict:
    """Make the pages of a cycle for every audience, and put them in place together.

    Parameters
    ----------
    ws : Workspace
    cycle : Period or str
        A quarter.
    jobs : int, optional
        Number of processes; None is one a processor.
    on_progress : function, optional
        Called with pages done, pages in all and the names of those being made.
    parameters : dict, optional
        Further parameters, each for the notebooks that declare it.
    fresh_kernels : bool
        Whether every notebook gets a kernel of its own; slow, and the same pages.
    time_limit : float, optional
        Most seconds that a page may take; None is no limit.
    force : bool
        Make also the pages again that nothing has changed of; so do fresh kernels.
    products : sequence of str
        Names of products whose pages are made again in any case.
    audiences : sequence of str
        Whose pages; those of others are left as they are.
    workers : function, optional
        As of ``How``: where the pages are made, if not in processes of this machine.

    Returns
    -------
    dict
        ``pages``, one entry a page with file, product, audience and seconds, and
        ``is_kept`` if it was not made again since nothing of it had changed;
        ``released``, the audiences whose pages have been released and are left as they
        are; ``n_purged``, rows of the quarter that were purged by key, so that the
        draft is not what it was; and ``seconds`` in all.

    Raises
    ------
    ParameterError
        If a notebook lacks a parameter; nothing has been run.
    NotebookError, PublishError, ProtectError
        If a page cannot be made or put in place; the previous pages stay.
    """
    from lagesbild.publication import make_publications

    started, cycle = time.monotonic(), Period(str(cycle))
    force = force or fresh_kernels
    how = How(
        *(jobs, fresh_kernels, time_limit, on_progress, force, tuple(products), workers)
    )
    given = check_notebooks(ws.project / "notebooks", parameters or {})
    made = make_publications(ws, cycle)
    private.make_shared_folder(ws.outputs)
    with lock(ws), exchange.replacing(ws.outputs / str(cycle)) as staging:
        left = keep_folders(ws, cycle, staging, find_shown_releases(ws, cycle))
        keep_folders(ws, cycle, staging, set(AUDIENCES) - {*audiences, *left})
        drafts = [made[name] for name in audiences if name not in left]
        pages = make_pages(ws, drafts, staging, given=given, how=how)
        private.share(staging, RELEASED)
    seconds = round(time.monotonic() - started, 3)
    told = {"pages": _in_order(pages), "released": left, "seconds": seconds}
    told["n_purged"] = count_purged(ws, cycle)
    _log(ws, cycle, told)
    n_made = sum(not page.get("is_kept") for page in pages)
    shown = ", ".join(name for name in audiences if name not in left)
    facts = {"mottagare": shown, "sidor": len(pages), "gjorda": n_made}
    journal.note(ws, "run", kvartal=cycle.label, **facts)
    return told


def find_shown_releases(ws: Workspace, cycle: Period) -> list[str]:
    """The audiences whose released pages of a cycle lie in outputs/."""
    from lagesbild.frozen import find_releases

    shown = []
    for label, audience in find_releases(ws):
        folder = ws.outputs / str(cycle) / audience
        if label == str(cycle) and manifest.read_status(folder) not in ("", DRAFT):
            shown.append(audience)
    return shown


def keep_folders(
    ws: Workspace, cycle: Period, staging: Path, audiences: Iterable[str]
) -> list[str]:
    """Take audiences' folders over to staging byte by byte; tell which there were."""
    kept = []
    for audience in audiences:
        folder = ws.outputs / str(cycle) / audience
        if folder.is_dir():
            shutil.copytree(folder, staging / audience)
            kept.append(audience)
    return kept


def make_pages(
    ws: Workspace,
    publications: list[Publication],
    staging: Path,
    *,
    given: dict[str, dict] | None = None,
    how: How = How(),  # noqa: B008 - a frozen value
) -> list[dict]:
    """Make the pages of publications in a staging folder, and hold them to the rules.

    Parameters
    ----------
    ws : Workspace
    publications : list of Publication
        Of one cycle; its audiences' folders are not in ``staging`` yet.
    staging : Path
    given : dict, optional
        Further parameters by notebook, as ``check_notebooks`` gives them.
    how : How
        Over how many processes, and so on.

    Returns
    -------
    list of dict
        One entry a page: file, product, audience and seconds.
    """
    given = given or check_notebooks(ws.project / "notebooks", {})
    cycle = publications[0].cycle if publications else ""
    runs = make_private_folder(make_private_folder(ws.lager / RUNS) / cycle)
    planned = {
        p.audience: plan_pages(ws, p, given, staging, runs) for p in publications
    }
    keys = {
        p.audience: unchanged.keys_of(ws, p, planned[p.audience]) for p in publications
    }
    before = ws.outputs / cycle
    left, pages = [], []
    for audience, tasks in planned.items():
        again = {
            task.file for task in tasks if how.force or task.product in how.products
        }
        known = {file: key for file, key in keys[audience].items() if file not in again}
        more, kept = unchanged.take_over(tasks, known, pages=before / audience)
        left, pages = left + more, pages + kept
    pages += do_all(left, how) if left else []
    for publication in publications:
        audience = publication.audience
        folder = staging / audience
        pages += beside.write_beside(ws, publication, frame_of(publication), folder)
        extra = {k: v for names in given.values() for k, v in names.items()}
        manifest.write(staging, publication, ws, parameters=extra)
        unchanged.keep_times(folder, before / audience)
        unchanged.remember(planned[audience], keys[audience])
    checks.check_folder(staging, private=ws.root)
    for publication in publications:
        gate.check_publication(staging / publication.audience, publication, ws)
    return pages


def _in_order(pages: list[dict]) -> list[dict]:
    return sorted(pages, key=lambda p: (AUDIENCES.index(p["audience"]), p["file"]))


def _log(ws: Workspace, cycle: Period, told: dict) -> None:
    """Run times are told here and nowhere else: pages are the same in every run."""
    line = {"cycle": str(cycle), "ended_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    with (ws.lager / RUNS / "logg.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line | told, ensure_ascii=False) + "\n")

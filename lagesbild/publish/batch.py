"""The way out: one cycle's notebooks → the pages of every audience, all or none.

In: a workspace with its deliveries read in. Out: ``outputs/<kommun>/<cycle>/``, with a
folder an audience: pages, index.html and manifest.json. Executed notebooks and run
times are kept in lager/, which is private. A run that fails leaves the old pages.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import ParameterError
from lagesbild.period import Period
from lagesbild.protect.published import DRAFT
from lagesbild.publish import (
    checks,
    exchange,
    gate,
    index,
    kernel,
    manifest,
    meeting,
    page,
    since,
    statement,
)
from lagesbild.publish.products import PRODUCTS, check_names, for_audience, page_name
from lagesbild.publish.work import Task, do_all
from lagesbild.workspace import AUDIENCES, lock, make_private_folder

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

RUNS = "korningar"
_PRIVATE_AUDIENCE = "intern"


def run_cycle(
    ws: Workspace,
    cycle: Period | str,
    *,
    jobs: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
    parameters: dict | None = None,
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
        Called with pages done, pages in all and the name of the latest.
    parameters : dict, optional
        Further parameters, each for the notebooks that declare it.

    Returns
    -------
    dict
        ``pages``, one entry a page with file, product, audience and seconds;
        ``released``, the audiences whose pages have been released and are left as they
        are; and ``seconds`` in all.

    Raises
    ------
    ParameterError
        If a notebook lacks a parameter; nothing has been run.
    NotebookError, PublishError, ProtectError
        If a page cannot be made or put in place; the previous pages stay.
    """
    from lagesbild.publication import make_publications

    started = time.monotonic()
    cycle = Period(str(cycle))
    given = check_notebooks(ws.project / "notebooks", parameters or {})
    made = make_publications(ws, cycle).values()
    with lock(ws), exchange.replacing(ws.outputs / str(cycle)) as staging:
        left = keep_folders(ws, cycle, staging, find_shown_releases(ws, cycle))
        drafts = [p for p in made if p.audience not in left]
        pages = make_pages(
            ws, drafts, staging, given=given, jobs=jobs, on_progress=on_progress
        )
    seconds = round(time.monotonic() - started, 3)
    told = {"pages": _in_order(pages), "released": left, "seconds": seconds}
    _log(ws, cycle, told)
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
    jobs: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
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
    jobs, on_progress
        As for ``run_cycle``.

    Returns
    -------
    list of dict
        One entry a page: file, product, audience and seconds.
    """
    given = given or check_notebooks(ws.project / "notebooks", {})
    cycle = publications[0].cycle if publications else ""
    runs = _empty_runs(ws, cycle, [p.audience for p in publications])
    tasks = [task for p in publications for task in _plan(ws, p, given, staging, runs)]
    pages = do_all(tasks, jobs=jobs, on_progress=on_progress) if tasks else []
    for publication in publications:
        pages.append(_write_index(ws, publication, staging))
        pages.append(_write_statement(publication, staging))
        if publication.audience == meeting.AUDIENCE:
            pages.append(_write_meeting(publication, staging))
        extra = {k: v for names in given.values() for k, v in names.items()}
        manifest.write(staging, publication, ws, parameters=extra)
    checks.check_folder(staging, private=ws.root)
    for publication in publications:
        gate.check_publication(staging / publication.audience, publication, ws)
    return pages


def check_notebooks(folder: Path, extra: dict) -> dict[str, dict]:
    """Hold every notebook's parameters to the table; give each its further ones."""
    known = {p.name: kernel.parameters_of(folder / f"{p.name}.ipynb") for p in PRODUCTS}
    for product in PRODUCTS:
        kernel.check_parameters(product.name, known[product.name], product.parameters)
    ours = {name for product in PRODUCTS for name in product.parameters}
    for name in extra:
        if name in ours:
            raise ParameterError(f"Parametern '{name}' sätts av körningen själv.")
        if not any(name in names for names in known.values()):
            told = sorted({n for names in known.values() for n in names} - ours)
            raise ParameterError(
                f"Ingen notebook har parametern '{name}'. De har, utöver dem som "
                f"körningen sätter: {', '.join(told) or 'inga'}."
            )
    return {
        product: {name: value for name, value in extra.items() if name in names}
        for product, names in known.items()
    }


def _empty_runs(ws: Workspace, cycle: str, audiences: list[str]) -> Path:
    """Where the executed notebooks of this run are kept, emptied of the last one's."""
    folder = ws.lager / RUNS / cycle
    for audience in audiences:
        shutil.rmtree(folder / audience, ignore_errors=True)
    make_private_folder(folder.parent)
    return make_private_folder(folder)


def _make_folder(staging: Path, audience: str) -> Path:
    folder = staging / audience
    if audience == _PRIVATE_AUDIENCE:
        return make_private_folder(folder)
    folder.mkdir()
    return folder


def _plan(
    ws: Workspace, publication: Publication, given: dict, staging: Path, runs: Path
) -> list[Task]:
    """One task a page of this audience, in the order of the table of products."""
    frame = _frame(publication)
    folder = _make_folder(staging, publication.audience)
    tasks = []
    for product in for_audience(publication.audience):
        common = {
            "workspace": str(ws.root),
            "cycle": str(publication.cycle),
            "audience": publication.audience,
        } | given[product.name]
        task = Task(
            product=product.name,
            audience=publication.audience,
            notebook=ws.project / "notebooks" / f"{product.name}.ipynb",
            parameters=common,
            title=product.title,
            file=page_name(product),
            folder=folder,
            executed=runs / publication.audience,
            frame=frame,
        )
        if not product.per_area:
            tasks.append(task)
            continue
        areas = publication.areas_listed
        check_names(product, areas["area_id"])
        tasks += [
            replace(
                task,
                parameters=common | {"area_id": area_id},
                title=name,
                file=page_name(product, area_id),
            )
            for area_id, name in zip(areas["area_id"], areas["name"], strict=True)
        ]
    return tasks


def _frame(publication: Publication) -> page.Frame:
    """What all pages of the audience share; area sheets are reached from the index."""
    links = [page.Link(index.FILE, "Start")]
    for product in for_audience(publication.audience):
        file = f"{index.FILE}#hitta" if product.per_area else page_name(product)
        links.append(page.Link(file, product.title))
    return page.Frame(
        municipality=publication.municipality,
        is_invented=publication.is_invented,
        audience=publication.audience,
        cycle=str(publication.cycle),
        period_name=Period(str(publication.cycle)).name,
        status=publication.status,
        mark=publication.meta["mark"],
        contact=publication.contact,
        navigation=tuple(links),
    )


def _write_index(ws: Workspace, publication: Publication, staging: Path) -> dict:
    from lagesbild.read.reference import load_areas, load_base_map

    started = time.monotonic()
    html = index.render(
        publication,
        _frame(publication),
        areas=load_areas(ws),
        base_map=load_base_map(ws),
        products=for_audience(publication.audience),
        threshold=publication.meta["threshold"],
        earlier=since.find_earlier(ws, publication.cycle, publication.audience),
        last_release=since.find_last_release(
            ws, publication.cycle, publication.audience
        ),
    )
    return _write(publication, staging, index.FILE, html, started)


def _write_statement(publication: Publication, staging: Path) -> dict:
    started = time.monotonic()
    html = statement.render(publication, _frame(publication))
    return _write(publication, staging, statement.FILE, html, started)


def _write_meeting(publication: Publication, staging: Path) -> dict:
    started = time.monotonic()
    folder = staging / publication.audience
    pages = {f: (folder / f).read_text(encoding="utf-8") for f in meeting.parts()}
    html = meeting.render(pages, publication, _frame(publication))
    return _write(publication, staging, meeting.FILE, html, started)


def _write(
    publication: Publication, staging: Path, file: str, html: str, started: float
) -> dict:
    """Write a page that no notebook makes, and tell of it as of the others."""
    (staging / publication.audience / file).write_text(
        html, encoding="utf-8", newline="\n"
    )
    return {
        "file": file,
        "product": Path(file).stem,
        "audience": publication.audience,
        "seconds": round(time.monotonic() - started, 3),
    }


def _in_order(pages: list[dict]) -> list[dict]:
    return sorted(pages, key=lambda p: (AUDIENCES.index(p["audience"]), p["file"]))


def _log(ws: Workspace, cycle: Period, told: dict) -> None:
    """Run times are told here and nowhere else: pages are the same in every run."""
    line = {"cycle": str(cycle), "ended_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    with (ws.lager / RUNS / "logg.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line | told, ensure_ascii=False) + "\n")

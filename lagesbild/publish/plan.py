"""Which pages a cycle has: one task a page of an audience.

In: publications and the table of products. Out: tasks for ``work``, and the ``Frame``
around all pages of an audience. Parameters are held to the notebooks before any runs.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import ParameterError
from lagesbild.period import Period
from lagesbild.publish import execute, index, page
from lagesbild.publish.products import (
    PRODUCTS,
    check_names,
    in_publication,
    page_name,
)
from lagesbild.publish.work import Task
from lagesbild.workspace import make_private_folder

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

_PRIVATE_AUDIENCE = "intern"


def check_notebooks(folder: Path, extra: dict) -> dict[str, dict]:
    """Hold every notebook's parameters to the table; give each its further ones.

    Parameters
    ----------
    folder : Path
        The notebooks'.
    extra : dict
        Further parameters, each for the notebooks that declare it.

    Returns
    -------
    dict of str to dict
        By product.

    Raises
    ------
    ParameterError
        If a notebook lacks a parameter, or none has a further one.
    """
    known = {
        p.name: execute.parameters_of(folder / f"{p.name}.ipynb") for p in PRODUCTS
    }
    for product in PRODUCTS:
        execute.check_parameters(product.name, known[product.name], product.parameters)
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


def plan_pages(
    ws: Workspace, publication: Publication, given: dict, staging: Path, runs: Path
) -> list[Task]:
    """Plan one task a page of this audience, in the order of the table of products.

    Parameters
    ----------
    ws : Workspace
    publication : Publication
    given : dict
        Further parameters by product.
    staging : Path
        The audience's folder is made there.
    runs : Path
        Where executed notebooks are kept.

    Returns
    -------
    list of Task
    """
    frame = frame_of(publication)
    folder = _make_folder(staging, publication.audience)
    tasks = []
    for product in in_publication(publication):
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
            title=product.tab_title,
            has_exit=product.has_exit,
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


def frame_of(publication: Publication) -> page.Frame:
    """What all pages of the audience share; area sheets are reached from the index."""
    links = [page.Link(index.FILE, "Start")]
    for product in in_publication(publication):
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


def _make_folder(staging: Path, audience: str) -> Path:
    folder = staging / audience
    if audience == _PRIVATE_AUDIENCE:
        return make_private_folder(folder)
    folder.mkdir()
    return folder

"""The council's agenda and the year's report as Word documents.

In: a cycle, or a year's released cycles. Out: a DOCX where the caller says, held by the
last gate before it is put there. Its words and figures are those of the pages, made of
the same publications: the agenda's of what the council may see, the report's of what
everyone has been handed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.agreement.tables import THEMES
from lagesbild.errors import ReleaseError, UsageError
from lagesbild.frozen import find_releases
from lagesbild.period import Period
from lagesbild.present import show_assessment, show_heading
from lagesbild.present.agreement import show_agreement
from lagesbild.present.display import ID
from lagesbild.publication import open_earlier, open_publication, open_release
from lagesbild.publish import gate, word

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

COUNCIL, EVERYONE = "radet", "offentlig"
ENDING = ".docx"
_AGENDA = ("signals", "plan_table", "promise_table", "due", "law")
_REPORT = ("plan_table", "plan", "promise_table", "dialogues", "law", "open_issues")


def make_agenda(ws: Workspace, cycle: Period | str, file: Path) -> Path:
    """Write the council's meeting as a document to edit and file.

    Parameters
    ----------
    ws : Workspace
    cycle : Period or str
        A quarter.
    file : Path
        Ends in .docx, and lies outside the folder of pages.

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        If the file has another ending, or would lie among the pages.
    PublishError
        If the document holds what may not leave the house; nothing is then written.
    """
    cycle = Period(str(cycle))
    publication = open_publication(ws, cycle, COUNCIL)
    before = open_earlier(ws, publication)
    parts = [
        show_heading(publication, title="Strategiska rådet"),
        show_agreement(publication, "opening"),
        show_agreement(publication, "situation", before=before),
        *(show_agreement(publication, part) for part in _AGENDA),
    ]
    title = f"Dagordning för strategiska rådet, {cycle}"
    return _write(ws, publication, [part.page for part in parts], file, title)


def make_report(ws: Workspace, year: int, file: Path) -> Path:
    """Write the year's report to kommunfullmäktige (lag 2023:196, 13 §).

    Parameters
    ----------
    ws : Workspace
    year : int
    file : Path
        Ends in .docx, and lies outside the folder of pages.

    Returns
    -------
    Path

    Raises
    ------
    ReleaseError
        If no cycle of the year has been released to everyone.
    UsageError, PublishError
        As ``make_agenda``.
    """
    cycles = [
        label
        for label, audience in find_releases(ws)
        if audience == EVERYONE and Period(label).start.year == year
    ]
    if not cycles:
        raise ReleaseError(
            f"Inget kvartal av {year} är utlämnat till {EVERYONE}. Rapporten bygger "
            "bara på det som är utlämnat. Inget har skrivits."
        )
    each = [open_release(ws, label, EVERYONE) for label in cycles]
    last = each[-1]
    title = f"Rapport till kommunfullmäktige {year}"
    parts = [Markup("<h1>{}</h1>").format(title), _basis(year, each)]
    for publication in each:
        parts += _quarter(publication)
    parts += [show_agreement(last, part).page for part in _REPORT]
    return _write(ws, last, parts, file, title)


def _basis(year: int, each: list[Publication]) -> Markup:
    names = ", ".join(publication.cycle for publication in each)
    last = each[-1]
    told = [
        f"{last.municipality}: kommunstyrelsens rapport enligt lag (2023:196) 13 §.",
        f"Rapporten för {year} bygger på det som är utlämnat till alla: {names}.",
        "Planen, löftena och lagens punkter är de som lämnades ut sist.",
    ]
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in told)


def _quarter(publication: Publication) -> list[Markup]:
    """One released cycle: who decided, the assessments and the six sentences."""
    name = Period(publication.cycle).name
    head = Markup("<h2>Läget {}</h2><p>{}.</p>").format(name, publication.status)
    rows = publication.texts["analyses"].rows if publication.texts else None
    themes = [t for t in THEMES if rows is not None and (rows["theme"] == t).any()]
    told = [show_assessment(publication, theme).page for theme in (None, *themes)]
    return [head, show_agreement(publication, "in_short").page, *told]


def _marks(publication: Publication) -> Markup:
    """What stands on top of every page stands first in a document too."""
    told = [publication.meta["mark"]] if publication.meta["mark"] else []
    if publication.is_invented:
        told.append(f"Påhittade siffror. {publication.municipality} finns inte.")
    return Markup("").join(Markup("<p><b>{}</b></p>").format(line) for line in told)


def _write(ws, publication, parts: list[Markup], file: Path, title: str) -> Path:
    if file.suffix.lower() != ENDING:
        raise UsageError(f"{file.name}: dokumentets namn ska sluta på {ENDING}.")
    if file.resolve().is_relative_to(ws.outputs.resolve()):
        raise UsageError("Dokumentet får inte ligga bland sidorna. Välj en annan mapp.")
    parts = [_marks(publication), *parts]
    parts = [part.replace(ID, f"d{n}-") for n, part in enumerate(parts)]
    drafted = file.with_name(f"{file.stem}.del{ENDING}")
    try:
        word.write_document(parts, drafted, title=title)
        gate.check_document(drafted, "".join(parts), publication, ws)
        os.replace(drafted, file)
    finally:
        drafted.unlink(missing_ok=True)
    return file

"""Numbers that stand in the place of a hidden cell, found by the words around them.

In: a page as it was written and its publication. Out: whether a table of it tells a
number, or a verdict, where the publication hides one. Used by ``gate``: it reads names
of areas, types and quarters as a reader does, and nothing of how the page was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Literal

from lagesbild.errors import PeriodError
from lagesbild.offences import ALL, category_names
from lagesbild.period import Period
from lagesbild.present import cells
from lagesbild.protect.notes import MUNICIPALITY, WITHOUT_AREA
from lagesbild.publish.products import PRODUCTS, page_name

if TYPE_CHECKING:
    import pandas as pd

    from lagesbild.publication import Publication

_KEYS = ["area_id", "category", "period"]
FAULT = "ett tal för en dold cell"
_CHANGED = (*cells.UP, *cells.DOWN, cells.NO_CHANGE, cells.TOO_FEW)
_ROOTS = ("Alla brott", "Alla observationer")
_PER = "per 1\u00a0000"
_BY_TITLE = {
    "observation": "n_observations",
    "anmälningar": "n_reports",
    "händelser": "n_events",
}
_OCCURRED = "inträffade"


@dataclass
class Table:
    """One table of a page: its caption's sentences, its headings and its rows."""

    caption: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Figure:
    """One map of a page: its caption's sentences, and what its areas are called."""

    caption: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    """The tables and figures of a page, in words."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.figures: list[Figure] = []
        self._in_caption = False
        self._in_cell = False
        self._is_open: Literal["", "figure", "caption", "title"] = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "figure":
            self.figures.append(Figure())
            self._is_open = "figure"
        elif self._is_open:
            self.figures[-1].labels += [v for _, v in attrs if v and ": " in v]
            self._is_open = {"figcaption": "caption", "title": "title"}.get(
                tag, self._is_open
            )
        if tag == "table":
            self.tables.append(Table())
        elif not self.tables:
            return
        elif tag == "caption":
            self._in_caption = True
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in ("td", "th") and self.tables[-1].rows:
            self._in_cell = True
            self.tables[-1].rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._is_open = ""
        elif self._is_open and tag in ("figcaption", "title"):
            self._is_open = "figure"
        self._in_caption &= tag != "caption"
        self._in_cell &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._is_open == "caption":
            self.figures[-1].caption.append(data)
        elif self._is_open:
            self.figures[-1].labels.append(data)
        if self._in_caption:
            self.tables[-1].caption.append(data)
        elif self._in_cell:
            self.tables[-1].rows[-1][-1] += data


@dataclass(frozen=True)
class Place:
    """What one place of a table is about, and what stands there.

    ``column`` is a column of the publication's cells.
    """

    area_id: str
    category: str
    period: str
    column: str
    text: str


Known = dict[tuple[str, str, str], dict[str, str]]
"""Area, type and period → which of the cell's columns may be shown, by status."""


def list_known(publication: Publication) -> Known:
    """What a publication shows of each of its cells, and of its whole years."""
    years = publication.protected_years.assign(area_id=MUNICIPALITY)
    return _statuses(years) | _statuses(publication.cells)


def _statuses(frame: pd.DataFrame) -> Known:
    keys = zip(*(frame[name] for name in _KEYS), strict=True)
    told = frame[[name for name in frame if name.endswith("_status")]]
    return dict(zip(keys, cells.records(told), strict=True))


def find_hidden_numbers(
    html: str, file: str, publication: Publication, known: Known | None = None
) -> list[str]:
    """Tell whether a page's tables or maps give away a cell that is hidden.

    Parameters
    ----------
    html : str
    file : str
        The page's name: an area's sheet is about that area.
    publication : Publication
        What the audience may have.
    known : dict, optional
        From ``list_known``, if many pages are read.

    Returns
    -------
    list of str
        ``FAULT`` or nothing. A number for a cell that the publication does not hold at
        all is a fault too.
    """
    known = list_known(publication) if known is None else known
    places = read_places(html, file, publication)
    is_told = any(_is_told(place, known) for place in places)
    return [FAULT] if is_told else []


def read_places(html: str, file: str, publication: Publication) -> Iterator[Place]:
    """Every place of the page's tables and maps that is about one cell.

    Tables of something else (deliveries, signals, the week) give none.
    """
    words = _Words(file, publication)
    reader = _Page()
    reader.feed(html)
    for table in reader.tables:
        yield from words.read(table)
    for figure in reader.figures:
        yield from words.read_map(figure)


class _Words:
    """The names that a table of this page may use, and what they stand for."""

    def __init__(self, file: str, publication: Publication) -> None:
        areas = publication.areas_listed
        self.areas = dict(zip(areas["name"], areas["area_id"], strict=True))
        self.areas |= {"Utan område": WITHOUT_AREA, "Hela kommunen": MUNICIPALITY}
        self.categories = {name: key for key, name in category_names().items()}
        self.categories |= dict.fromkeys(_ROOTS, ALL)
        self.cycle = str(publication.cycle)
        self.area_id = MUNICIPALITY
        sheet = next(product for product in PRODUCTS if product.per_area)
        for area_id in areas["area_id"]:
            if page_name(sheet, area_id) == file:
                self.area_id = area_id

    def read(self, table: Table) -> Iterator[Place]:
        if not table.caption or not table.rows or not any(table.caption):
            return
        told = self._about(table)
        head, *rows = table.rows
        for row in rows:
            about = self._row(row[0], told) if len(row) == len(head) else None
            if about is None:
                return
            for heading, text in zip(head[1:], row[1:], strict=True):
                place = self._place(heading, text, about)
                if place is not None:
                    yield place

    def read_map(self, figure: Figure) -> Iterator[Place]:
        """Areas are told as "Norrängen: 3,3 per 1 000 invånare"; a chart has none."""
        if not any(figure.caption):
            return
        told = self._about(figure)
        count = told.pop("count")
        for label in figure.labels:
            name, _, text = label.partition(": ")
            if name.strip() in self.areas:
                column = "rate" if _PER in text else count
                area_id = self.areas[name.strip()]
                yield Place(**told | {"area_id": area_id}, column=column, text=text)

    def _about(self, table: Table | Figure) -> dict:
        """What the caption says of every place in the table."""
        title, small = table.caption[0], " ".join(table.caption[1:]).casefold()
        told = {"area_id": self.area_id, "category": ALL, "period": self.cycle}
        # the longest name that begins the title: "Stöld" is part of other names
        names = [name for name in self.categories if title.startswith(name)]
        if names:
            told["category"] = self.categories[max(names, key=len)]
        # a chart's table names its area first of all, others last in the title
        whose = [n for n in self.areas if small.startswith(f"{n.casefold()}.")]
        whose += [n for n in self.areas if title.endswith(f" i {n}")]
        if whose:
            told["area_id"] = self.areas[whose[0]]
        rest = title.casefold()
        told["count"] = next(
            (count for word, count in _BY_TITLE.items() if word in rest), "n_offences"
        )
        if told["count"] == "n_events" and _OCCURRED in small:
            told["count"] = "n_events_occurred"
        return told

    def _row(self, label: str, told: dict) -> dict | None:
        label = label.strip()
        if label in self.areas:
            return told | {"area_id": self.areas[label]}
        if label in self.categories:
            return told | {"category": self.categories[label]}
        try:
            return told | {"period": Period(label).label}
        except PeriodError:
            return None

    def _place(self, heading: str, text: str, about: dict) -> Place | None:
        about = dict(about)
        column = about.pop("count")
        heading = heading.strip()
        if heading in self.categories:
            about["category"] = self.categories[heading]
        elif heading.startswith("Hela kommunen"):
            about["area_id"], column = MUNICIPALITY, "rate"
        elif heading == cells.column("n_offences_last_year").heading:
            column += "_last_year"
        elif _PER in heading.casefold() or heading == _heading("rate_interval"):
            # a share of the municipality's number may stand where no rate is computed
            column = column if "%" in text else "rate"
        elif heading in (_heading("rate_ratio"), _heading("verdict")):
            column = "change"
        else:
            column = _count_of(heading) or column
            if heading != "Antal" and _count_of(heading) is None:
                return None
        return Place(**about, column=column, text=text.strip())


def _heading(name: str) -> str:
    return cells.column(name).heading


def _count_of(heading: str) -> str | None:
    """The count that a column's heading names, with who tells it or without."""
    subjects = {cells.column(name).subject: name for name in cells.COUNTED}
    for subject, name in subjects.items():
        ending = subject[0].lower() + subject[1:]
        if heading == subject or heading.endswith(f": {ending}"):
            return name
    return None


def _is_told(place: Place, known: Known) -> bool:
    """Whether a number or a verdict stands where the publication shows none."""
    says = re.search(r"\d", place.text) or any(w in place.text for w in _CHANGED)
    if not says:
        return False
    held = known.get((place.area_id, place.category, place.period))
    return held is None or held.get(f"{place.column}_status") == "suppressed"

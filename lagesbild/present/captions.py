"""Captions: what, where, when, unit, and the notes the publication asks for.

In: a ``ProtectedTable`` and the column it shows. Out: title and small print. Used by
tables, maps and charts, so that the same cells are named in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.period import Period
from lagesbild.present import cells, swedish

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

WHOLE = "*"
WITHOUT = ""
ALL = ("alla", "brott")
_ALL_NAMES = {cells.OFFENCES: "Alla brott", cells.OBSERVATIONS: "Alla observationer"}
_DIVISIONS = {r"\d{4}R\d{3}": "RegSO-område", r"\d{4}[ABC]\d{4}": "DeSO-område"}
OBSERVED = (
    "Observationer är det som kommunen, bostadsbolag och räddningstjänst har fått "
    "rapport om. De läggs aldrig ihop med anmälda brott"
)


def measure(table: ProtectedTable, columns: tuple[str, ...] = ()) -> str:
    """The count that the table is about.

    The first count among ``columns`` decides, else what the cells' rates are of.
    """
    for name in columns:
        if name in cells.COUNTED:
            return name
    if table.frame.empty:
        return cells.OFFENCES
    return cells.measure_of({"measure": table.frame["measure"].iloc[0]})


def subject(table: ProtectedTable, column: cells.Column) -> str:
    """What is counted: "Anmälda brott", "Skadegörelse", "Klotter: observationer"."""
    what = column.subject
    if column.is_derived:
        what = cells.column(measure(table)).subject
    category = table.fixed.get("category")
    if category is None or category in ALL:
        return what
    name = table.category_names[category]
    if what == cells.column(cells.OFFENCES).subject:
        return name
    return f"{name}: {swedish.lower_first(what)}"


def category_name(table: ProtectedTable, category: str, of: str) -> str:
    """A category's name; the root's says what it is the total of."""
    if category == "alla" or (category in ALL and of == cells.OFFENCES):
        return _ALL_NAMES.get(of, table.category_names[category])
    return table.category_names[category]


def place(table: ProtectedTable) -> str:
    """Where: the fixed area's name, or the whole municipality."""
    area = table.fixed.get("area_id", WHOLE)
    return "Hela kommunen" if area == WHOLE else table.area_names[area]


def area_word(area_ids: Iterable[str]) -> str:
    """What the areas are, by SCB's codes: RegSO-område, DeSO-område, else område."""
    ids = list(area_ids)
    for pattern, word in _DIVISIONS.items():
        if ids and all(re.fullmatch(pattern, area_id) for area_id in ids):
            return word
    return "område"


def counted_areas(area_ids: Iterable[str]) -> str:
    """How many areas of which kind: "28 områden", "9 RegSO-områden"."""
    ids = list(area_ids)
    return f"{len(ids)} {area_word(ids)}{'' if len(ids) == 1 else 'n'}"


def when(table: ProtectedTable) -> str:
    """The period in words: "juli–september 2026"."""
    return Period(str(table.fixed.get("period") or table.cycle)).name


def dated(table: ProtectedTable) -> str:
    """The period and the date it goes by: "registrerade juli–september 2026"."""
    word = "registrerade" if _is_reported(table) else "inträffade"
    return f"{word} {when(table)}"


def by_date(table: ProtectedTable) -> str:
    """Which date makes a quarter of a table by period."""
    day = "registreringsdatum" if _is_reported(table) else "brottsdatum"
    return f"Kvartal efter {day}"


def _is_reported(table: ProtectedTable) -> bool:
    # a table by date of occurrence holds events alone
    return cells.OFFENCES in table.frame


def small_print(*parts: str) -> str:
    """When and unit, as sentences."""
    return " ".join(
        swedish.upper_first(part.rstrip(".")) + "." for part in parts if part
    )


def caption(
    title: str,
    small: str,
    notes: tuple[str, ...] = (),
    *,
    id: str,
    wide: bool = False,
) -> Markup:
    """A table's caption; its ``id`` is the title's.

    ``notes`` are those the publication asks for: they stand folded in the caption, so
    that a page of many tables can be read, and unfolded on paper. ``wide`` adds the
    hint that a phone's reader needs.
    """
    folded = Markup("")
    if notes:
        folded = Markup(
            '<details class="om"><summary>Vad siffrorna omfattar</summary>'
            "<small>{}</small></details>"
        ).format(" ".join(notes))
    drag = Markup('<small class="drag">Dra tabellen i sidled för att se allt.</small>')
    return Markup(
        '<caption><span id="{}">{}</span><small>{}</small>{}{}</caption>'
    ).format(id, title, small, folded, drag if wide else "")

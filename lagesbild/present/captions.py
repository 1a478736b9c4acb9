"""Captions: what, where, when, unit, and the notes the publication asks for.

In: a ``ProtectedTable`` and the column it shows. Out: title and small print. Used by
tables, maps and charts, so that the same cells are named in the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.period import Period
from lagesbild.present import swedish
from lagesbild.present.cells import Column

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

WHOLE = "*"
WITHOUT = ""
ALL = ("alla", "brott")


def subject(table: ProtectedTable, column: Column, category: str | None = None) -> str:
    """What is counted: "Anmälda brott", "Skadegörelse"."""
    category = category if category is not None else table.fixed.get("category")
    if category is None or category in ALL:
        return column.subject
    name = table.category_names[category]
    return (
        name
        if column.subject == "Anmälda brott"
        else f"{name}: {swedish.lower_first(column.subject)}"
    )


def place(table: ProtectedTable) -> str:
    """Where: the fixed area's name, or the whole municipality."""
    area = table.fixed.get("area_id", WHOLE)
    return table.area_names.get(area, "Hela kommunen")


def when(table: ProtectedTable) -> str:
    """The period in words: "juli–september 2026"."""
    return Period(str(table.fixed.get("period") or table.cycle)).name


def small_print(table: ProtectedTable, *parts: str) -> str:
    """When and unit first, then every note the publication asks for."""
    told = [swedish.upper_first(part.rstrip(".")) + "." for part in parts if part]
    return " ".join([*told, *table.notes])


def caption(title: str, small: str, *, id: str, wide: bool = False) -> Markup:
    """A table's caption; ``wide`` adds the hint that a phone's reader needs."""
    drag = Markup('<small class="drag">Dra tabellen i sidled för att se allt.</small>')
    return Markup('<caption id="{}">{}<small>{}</small>{}</caption>').format(
        id, title, small, drag if wide else ""
    )

"""The rows of a table in reading order, never by value.

In: a ``ProtectedTable`` with one dimension. Out: its rows with ``label``, ``place``
(0, 1, 2 …) and ``fixed``, the look of a row that no sorting moves. Used by tables,
maps and charts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lagesbild.period import Period
from lagesbild.present import captions, cells, swedish

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

_LAST = {captions.WITHOUT: (1, "out"), captions.WHOLE: (2, "sum")}


def rows(
    table: ProtectedTable,
    *,
    of: str = cells.OFFENCES,
    groups: Sequence[str] = (),
    level: str = "leaf",
) -> list[dict]:
    """The rows in order; of a table by category those that ``of`` counts."""
    by = table.by[0]
    found = cells.records(table.frame)
    if by == "period":
        found.sort(key=lambda row: Period(str(row["period"])))
        named = [row | {"label": str(row["period"]), "fixed": ""} for row in found]
    elif by == "area_id":
        by_id = {str(row["area_id"]): row for row in found}
        named = [by_id[id] | told for id, told in areas(table, list(by_id))]
    else:
        named = _categories(table, found, of, groups, level)
    return [row | {"place": place} for place, row in enumerate(named)]


def areas(table: ProtectedTable, area_ids: Sequence[str]) -> list[tuple[str, dict]]:
    """Areas in alphabetical order, then "Utan område", then the municipality.

    Each with ``label``, ``rank`` (0 for an area on the map) and ``fixed``.
    """
    named = []
    for area_id in area_ids:
        rank, fixed = _LAST.get(area_id, (0, ""))
        is_whole = area_id == captions.WHOLE
        label = "Hela kommunen" if is_whole else table.area_names[area_id]
        named.append((area_id, {"label": label, "rank": rank, "fixed": fixed}))
    # two areas of one name keep their order by id, whatever order the cells came in
    return sorted(
        named,
        key=lambda pair: (pair[1]["rank"], swedish.sort_key(pair[1]["label"]), pair[0]),
    )


def _categories(table, found: list[dict], of: str, groups, level: str) -> list[dict]:
    from lagesbild.offences import load_categories

    known = load_categories()
    known = known[~known["group"].eq("skyddade")]
    if groups:
        known = known[known["group"].isin(list(groups))]
    column = "group" if level == "group" else "category"
    names = list(dict.fromkeys(known[column]))
    total = "alla"
    if level == "leaf" and len(groups) == 1 and len(names) > 1:
        total = groups[0]
    if not groups or total != "alla":
        names.append(total)
    by_name = {str(row["category"]): row for row in found}
    return [
        by_name[name]
        | {
            "label": captions.category_name(table, name, of if level == "leaf" else ""),
            "fixed": "sum" if name == total else "",
        }
        for name in names
        if name in by_name and (level == "group" or _is_told(by_name[name], of))
    ]


def _is_told(row: dict, of: str) -> bool:
    """Whether anybody tells this category as that count."""
    return cells.read(row, of).kind != "not_computed"

"""The plan's finished actions, beside what happened where nothing was done.

In: the register of actions, a cycle's cells, and which areas lie beside which. Out: an
effect an action, and all cells that it rests on. Next: ``protect.planned``. The
sentence never has the action's own words: they pass another door.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from lagesbild.measure.actions import MAX_BEFORE
from lagesbild.measure.effects import before_after
from lagesbild.measure.totals import MUNICIPALITY, WITHOUT_AREA
from lagesbild.period import Period

COLUMNS = ["action_id", "area_id", "category", "base_areas", "from_period", "to_period"]
WORDS = {
    "improved": "har troligen hjälpt",
    "worsened": "blev fler",
    "no_difference": "ingen effekt syns",
    "too_few": "för få händelser för att avgöra",
    "too_short_history": "för kort historik",
    "not_judged": "bedöms inte efter antal",
}


def find_effects(
    actions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    cycle: Period | str,
    neighbours: Mapping[str, Collection[str]],
) -> pd.DataFrame:
    """Judge each finished action that has an area and a category.

    Parameters
    ----------
    actions : DataFrame
        The register of actions; without ``compare_with`` an action is compared with
        all areas that are not beside its own.
    cells : DataFrame
        From ``measure_cycle``.
    cycle : Period or str
        The last quarter to use.
    neighbours : mapping
        area_id → areas beside it.

    Returns
    -------
    DataFrame
        One row, one action: action_id, area_id, category, base_areas (all whose cells
        were used, separated by "|"), from_period and to_period (the quarters used, at
        the widest), verdict (``WORDS``) and sentence.
    """
    cycle = Period(str(cycle))
    done = actions["finished_on"] <= pd.Timestamp(cycle.end)
    done &= actions["area_id"].notna() & actions["category"].notna()
    rows = actions[done].reset_index(drop=True)
    if rows.empty:
        text = [*COLUMNS, "verdict", "sentence"]
        return pd.DataFrame(columns=text).astype("str")
    counts = _events(cells)
    areas = sorted(set(counts["area_id"]) - {MUNICIPALITY, WITHOUT_AREA})
    rows["compare_with"] = [
        told if isinstance(told, str) else _others(area, areas, neighbours)
        for area, told in zip(rows["area_id"], rows["compare_with"], strict=True)
    ]
    judged = before_after(
        rows.assign(title="", noun=_nouns(rows, cells)),
        counts,
        until=cycle,
        neighbours=neighbours,
    )
    first = [
        Period.containing(day.date()).shift(-MAX_BEFORE).label
        for day in rows["finished_on"]
    ]
    base = [
        "|".join(dict.fromkeys([area, *other.split("|"), *neighbours.get(area, ())]))
        for area, other in zip(rows["area_id"], rows["compare_with"], strict=True)
    ]
    return rows[["action_id", "area_id", "category"]].assign(
        base_areas=base,
        from_period=first,
        to_period=cycle.label,
        verdict=judged["status"].map(WORDS),
        sentence=judged["sentence"],
    )


def _others(area: str, areas: list[str], neighbours: Mapping) -> str:
    near = {area, *neighbours.get(area, ())}
    return "|".join(other for other in areas if other not in near)


def _nouns(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    of = cells.drop_duplicates("category").set_index("category")["measure"]
    is_police = rows["category"].map(of) == "n_offences"
    return is_police.map({True: "anmälda brott", False: "observationer"})


def _events(cells: pd.DataFrame) -> pd.DataFrame:
    """The count that each cell is about, so that whoever sees it can follow.

    That of reports is shown by no area; the regression allows for how much more than
    chance the offences vary.
    """
    is_police = cells["measure"] == "n_offences"
    table = cells[["area_id", "category", "period"]].copy()
    for name, source, is_it in (
        ("n_reports", "n_offences", is_police),
        ("n_observations", "n_observations", ~is_police),
    ):
        table[name] = cells[source].astype("float64").where(is_it, np.nan)
    return table

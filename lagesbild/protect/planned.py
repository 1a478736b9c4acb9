"""The plan's computed words, as much of them as an audience may be told.

In: statuses, goals and effects of all actions, an audience's cells, and which actions
it may read of. Out: frames of that audience. Next: ``Publication.findings``.

No hidden count can be bounded by what is told here. A goal or an effect is a function
of single cells, by a method that docs/metod.md makes public. It is told only where
every one of those cells is shown to the audience (or missing for everybody), so that
the reader could have computed it from the page. A goal below the
audience's threshold is a count that would be hidden if it were reached. All else says
"följs internt", which follows from what is hidden, and that the reader sees. An action
that the audience may not read of has no row.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from lagesbild.agreement.statuses import FOLLOWED_INSIDE, NOT_JUDGED
from lagesbild.audiences import Audience
from lagesbild.offences import FOUND_BY_POLICE
from lagesbild.protect.notes import MUNICIPALITY

_SENTENCE = "Effekten följs internt, för antalen är för små för att visas."
_NUMBERS = ["count", "lower", "upper", "target"]
_OF_DELIVERIES = ("för kort historik", NOT_JUDGED)
"""Said of any count: they follow from the deliveries and the kind of offence."""


def tell_plan(
    plan: dict[str, pd.DataFrame],
    cells: pd.DataFrame,
    *,
    rule: Audience,
    action_ids: Collection[str],
    is_internal: bool,
) -> dict[str, pd.DataFrame]:
    """Make the plan's findings of one audience.

    Parameters
    ----------
    plan : dict of str to DataFrame
        ``actions`` (``agreement.plan.describe_actions``), ``goals``
        (``agreement.plan.judge_goals``) and ``effects``
        (``measure.planned.find_effects``).
    cells : DataFrame
        The audience's cells as measured now, from ``hide_cells``.
    rule : Audience
    action_ids : collection of str
        Those that pass ``protect.texts`` to the audience.
    is_internal : bool

    Returns
    -------
    dict of str to DataFrame
        ``plan``: action_id, status, has_owner, has_goal. ``goals``: action_id, area_id,
        category, measure, from_period, to_period, count, lower, upper, target, verdict.
        ``effects``: action_id, area_id, category, verdict, sentence. Numbers are
        missing and the verdict "följs internt" where the audience may not know.
    """
    mine = {
        name: frame[frame["action_id"].isin(action_ids)].reset_index(drop=True)
        for name, frame in plan.items()
    }
    goals, effects = mine["goals"], mine["effects"]
    if not is_internal:
        goals = _hide_goals(goals, cells, rule)
        effects = _hide_effects(effects, cells)
    columns = ["action_id", "area_id", "category", "verdict", "sentence"]
    return {"plan": mine["actions"], "goals": goals, "effects": effects[columns]}


def _hide_goals(
    goals: pd.DataFrame, cells: pd.DataFrame, rule: Audience
) -> pd.DataFrame:
    shown = {m: _Shown(cells, m) for m in ("n_offences", "n_observations")}
    hides = [
        not shown[row["measure"]].has_all(row, [row["area_id"]])
        or row["target"] < rule.rule_of(row["category"]).threshold
        for row in goals.to_dict("records")
    ]
    hidden = pd.Series(hides, goals.index, dtype=bool)
    out = goals.assign(verdict=goals["verdict"].mask(hidden, FOLLOWED_INSIDE))
    out.loc[hidden, _NUMBERS] = np.nan
    return out


def _hide_effects(effects: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    shown = _Shown(cells, None)
    hides = [
        row["verdict"] not in _OF_DELIVERIES
        and not shown.has_all(row, row["base_areas"].split("|"))
        for row in effects.to_dict("records")
    ]
    hidden = pd.Series(hides, effects.index, dtype=bool)
    return effects.assign(
        verdict=effects["verdict"].mask(hidden, FOLLOWED_INSIDE),
        sentence=effects["sentence"].mask(hidden, _SENTENCE),
    )


class _Shown:
    """Which cells an audience has, by one count; None is the one each cell is about."""

    def __init__(self, cells: pd.DataFrame, measure: str | None) -> None:
        of = cells["measure"] if measure is None else pd.Series(measure, cells.index)
        status = cells["n_offences_status"].where(
            of == "n_offences", cells["n_observations_status"]
        )
        hidden = status == "suppressed"
        # by area they are for intern alone: no other audience has those cells
        by_area = cells["area_id"] != MUNICIPALITY
        hidden |= by_area & cells["category"].isin(FOUND_BY_POLICE)
        keys = cells.loc[~hidden, ["area_id", "category", "period"]]
        self._keys = set(keys.itertuples(index=False, name=None))
        self._periods = sorted(cells["period"].unique())

    def has_all(self, row: dict, areas: Collection[str]) -> bool:
        """Whether each quarter between the row's two is there for each area."""
        used = [p for p in self._periods if row["from_period"] <= p <= row["to_period"]]
        wanted = {(area, row["category"], period) for area in areas for period in used}
        return bool(used) and wanted <= self._keys

"""What the plan's rows say when they are read on a given day: computed, never typed.

In: the register of actions, a day, and the cells of a cycle. Out: a status an action,
and whether its goal is reached. Next: ``publication``; ``protect.planned`` tells each
audience as much of it as it may know. The day is the run's, never today.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from lagesbild.agreement.statuses import (
    CANCELLED,
    DONE,
    LATE,
    MISSING,
    NOT_DUE,
    NOT_JUDGED,
    NOT_REACHED,
    ONGOING,
    PERHAPS,
    PLANNED,
    REACHED,
)
from lagesbild.agreement.tables import MEASURED, OWN_MEASURE
from lagesbild.measure.dispersion import overall
from lagesbild.measure.rates import rate
from lagesbild.offences import FOUND_BY_POLICE
from lagesbild.period import Period

WHOLE = "*"
YEAR = 4
_MEASURES = dict(zip(MEASURED, ("n_offences", "n_observations"), strict=True))
_GOAL = ["indicator", "baseline", "target", "direction", "goal_on"]


def describe_actions(actions: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Say where each action stands on a day.

    Parameters
    ----------
    actions : DataFrame
        The register, from ``registers.read_all``.
    as_of : date
        What has happened later has not happened.

    Returns
    -------
    DataFrame
        One row, one action in the register's order: action_id, status ("sen", "pågår",
        "planerad", "klar", "avbruten"), has_owner and has_goal (whether indicator,
        baseline, target, direction and date are all there).
    """
    day = pd.Timestamp(as_of)
    # the last that holds is said
    status = pd.Series(ONGOING, actions.index, dtype="str")
    status = status.mask(actions["starts_on"] > day, PLANNED)
    status = status.mask(actions["ends_on"] < day, LATE)
    status = status.mask(actions["cancelled_on"] <= day, CANCELLED)
    status = status.mask(actions["finished_on"] <= day, DONE)
    return pd.DataFrame(
        {
            "action_id": actions["action_id"],
            "status": status,
            "has_owner": actions["responsible"].notna(),
            "has_goal": actions[_GOAL].notna().all(axis=1),
        }
    ).reset_index(drop=True)


def judge_goals(
    actions: pd.DataFrame, cells: pd.DataFrame, *, cycle: Period | str
) -> pd.DataFrame:
    """Hold the picture's own figures to the goals, with their uncertainty.

    Parameters
    ----------
    actions : DataFrame
        The register.
    cells : DataFrame
        From ``measure_cycle``.
    cycle : Period or str
        A quarter.

    Returns
    -------
    DataFrame
        One row, one action whose goal the picture can measure: action_id, area_id ("*"
        the municipality), category, measure, from_period and to_period (the four last
        whole quarters up to the goal's day, or to the cycle), count, lower and upper
        (95 %, with the category's own variation beyond chance), target and
        verdict ("nått", "nått, men det kan vara slump", "inte nått", "ännu inte dags
        att säga", "uppgift saknas", "bedöms inte efter antal").
    """
    cycle = Period(str(cycle))
    has_goal = actions[_GOAL].notna().all(axis=1) & actions["category"].notna()
    rows = actions[has_goal & (actions["indicator"] != OWN_MEASURE)]
    told = [_judge(row, cells, cycle) for row in rows.to_dict("records")]
    names = ["action_id", "area_id", "category", "measure", "from_period", "to_period"]
    numbers = ["count", "lower", "upper", "target"]
    frame = pd.DataFrame(told, columns=[*names, *numbers, "verdict"])
    kinds = dict.fromkeys([*names, "verdict"], "str")
    return frame.astype(kinds | dict.fromkeys(numbers, "float64"))


def _judge(row: dict, cells: pd.DataFrame, cycle: Period) -> dict:
    due = Period.containing(row["goal_on"].date())
    if due.end > row["goal_on"].date():
        due = due.previous  # a quarter that goes on is not counted yet
    last = min(due, cycle)
    periods = [period.label for period in last.back(YEAR)]
    told = {
        "action_id": row["action_id"],
        "area_id": row["area_id"] if isinstance(row["area_id"], str) else WHOLE,
        "category": row["category"],
        "measure": _MEASURES[row["indicator"]],
        "from_period": periods[0],
        "to_period": periods[-1],
        "target": row["target"],
    }
    mine = (cells["area_id"] == told["area_id"]) & (
        cells["category"] == row["category"]
    )
    found = cells[mine & cells["period"].isin(periods)]
    count = found[told["measure"]].sum(min_count=YEAR) if len(found) == YEAR else np.nan
    if pd.isna(count):
        return told | {"verdict": MISSING}
    told |= {"count": float(count)} | _limits(float(count), _factor(cells, told))
    if row["category"] in FOUND_BY_POLICE:
        return told | {"verdict": NOT_JUDGED}
    if due > cycle:
        return told | {"verdict": NOT_DUE}
    return told | {"verdict": _verdict(told, row["direction"] == "ner")}


def _factor(cells: pd.DataFrame, told: dict) -> float:
    """How much more than by chance the category varies, as for all its figures."""
    mine = cells[cells["category"] == told["category"]]
    return float(overall(mine, mine[told["measure"]].astype("float64")).iloc[0])


def _limits(count: float, factor: float) -> dict[str, float]:
    """Limits of a count that varies so many times more than chance alone."""
    limits = rate([count / factor], [1.0], per=1).iloc[0]
    return {"lower": limits["lower"] * factor, "upper": limits["upper"] * factor}


def _verdict(told: dict, fewer_is_good: bool) -> str:
    sign = 1 if fewer_is_good else -1
    worst = told["upper"] if fewer_is_good else told["lower"]
    if sign * told["count"] > sign * told["target"]:
        return NOT_REACHED
    return REACHED if sign * worst <= sign * told["target"] else PERHAPS

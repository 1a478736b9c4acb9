"""Whether an action made a difference, beside what happened where nothing was done.

In: counts before and after, of the area of the action and of areas to compare with.
Out: ratios with limits, a quotient of displacement, and one honest sentence an action
(``actions``). Next: pages on the plan. Nothing here shows what caused a change; it
shows whether there is a change to explain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lagesbild.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from lagesbild.period import Period

Z95 = 1.959963984540054
MIN_EVENTS = 20
"""Fewest events in the area of the action, before and after together."""


@dataclass(frozen=True)
class Effect:
    """How a count developed beside another.

    Attributes
    ----------
    ratio : float
        Below 1: it fell more (or rose less) than what it is compared with. Missing
        where a count is 0.
    lower, upper : float
        95 %.
    p : float
        Two-sided.
    """

    ratio: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True)
class Displacement:
    """What happened around an area that improved.

    Attributes
    ----------
    wdq : float
        Weighted displacement quotient: above 0 the surroundings improved too; from
        0 to −1 some of the gain moved there; below −1 more than all of it did.
    target, buffer : float
        Change of each one's share of the control area's events.
    """

    wdq: float
    target: float
    buffer: float


def difference_in_differences(
    treated_before: float,
    treated_after: float,
    control_before: float,
    control_after: float,
    *,
    dispersion: float = 1.0,
) -> Effect:
    """Ratio of two ratios: after to before, treated to control.

    Parameters
    ----------
    treated_before, treated_after, control_before, control_after : float
        Counts of events of periods as long in all four, or longer after in both.
    dispersion : float
        Variance divided by mean where counts vary more than by chance.

    Returns
    -------
    Effect
        Wald limits and test on the log scale (Poisson regression with two areas and
        two periods); all missing where a count is 0.

    Raises
    ------
    UsageError
        If a count is negative or missing, or the dispersion below 1.
    """
    from scipy.special import ndtr

    counts = np.array(
        [treated_before, treated_after, control_before, control_after], dtype=float
    )
    if not (counts >= 0).all():
        raise UsageError("Antal före och efter ska vara kända och 0 eller fler.")
    if not dispersion >= 1:
        raise UsageError("'dispersion' ska vara 1 eller mer.")
    if (counts == 0).any():
        return Effect(np.nan, np.nan, np.nan, np.nan)
    log_ratio = float(np.log(counts) @ np.array([-1, 1, 1, -1]))
    error = np.sqrt(dispersion * (1 / counts).sum())
    return Effect(
        ratio=float(np.exp(log_ratio)),
        lower=float(np.exp(log_ratio - Z95 * error)),
        upper=float(np.exp(log_ratio + Z95 * error)),
        p=float(2 * ndtr(-abs(log_ratio) / error)),
    )


def displacement(
    a0: float, a1: float, b0: float, b1: float, c0: float, c1: float
) -> Displacement:
    """Weighted displacement quotient (Bowers and Johnson 2003).

    Parameters
    ----------
    a0, a1 : float
        Events in the target area before and after.
    b0, b1 : float
        In the buffer around it.
    c0, c1 : float
        In the control area, which is apart from both.

    Returns
    -------
    Displacement

    Raises
    ------
    UsageError
        If a count is negative or missing, the control area is empty before or after,
        or the target area did not improve beside it: nothing can then have moved.
    """
    counts = np.array([a0, a1, b0, b1, c0, c1], dtype=float)
    if not (counts >= 0).all() or c0 == 0 or c1 == 0:
        raise UsageError(
            "Antalen ska vara kända, och jämförelseområdets fler än 0 både före och "
            "efter."
        )
    target, buffer = a1 / c1 - a0 / c0, b1 / c1 - b0 / c0
    if target >= 0:
        raise UsageError(
            "Området för åtgärden har inte förbättrats jämfört med jämförelseområdet. "
            "Då finns inget som kan ha flyttat."
        )
    return Displacement(float(buffer / target), float(target), float(buffer))


def before_after(
    actions: pd.DataFrame,
    counts: pd.DataFrame,
    *,
    until: Period | str,
    neighbours: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Set what followed each finished action beside what happened elsewhere.

    Parameters
    ----------
    actions : DataFrame
        One row a finished action: title ("" where the sentence must not name it),
        category, area_id, finished_on (last day), compare_with (areas, as a list or
        separated by "|") and, if the counts are not of reports, noun.
    counts : DataFrame
        By area_id, category and period (quarters), with n_reports and
        n_observations; missing where nothing was delivered.
    until : Period or str
        The last quarter to use.
    neighbours : mapping, optional
        area_id → areas beside it, where what is driven away may turn up.

    Returns
    -------
    DataFrame
        One row an action: title, category, area_id; n_before, n_after (events in
        the area, up to eight quarters before and all after); ratio, lower, upper, p
        (below 1: fewer than the comparison areas lead one to expect; Poisson
        regression with effects of area and quarter, robust errors); spill_ratio,
        spill_lower, spill_upper (neighbours, the same way) and wdq (where the area
        improved); own_ratio, own_lower, own_upper (break in the area's own series,
        with eight quarters before or more); status (improved, worsened,
        no_difference, too_few, too_short_history, not_judged) and sentence (Swedish).

    Raises
    ------
    UsageError
        If a column is missing.
    """
    from lagesbild.measure.actions import judge_actions

    return judge_actions(actions, counts, until=until, neighbours=neighbours)

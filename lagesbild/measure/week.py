"""When in the week offences happen, as shares that point at nobody.

In: reports with the interval in which each event can have happened. Out: the share of
the events in each three hours of the week, over twelve months. Next: ``protect``,
through ``publication``. What the police find by looking is left out: its hours are
those of their work.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.errors import ShortHistoryError
from lagesbild.measure import aoristic, counting
from lagesbild.measure.history import short_history
from lagesbild.offences import FOUND_BY_POLICE, protected_categories
from lagesbild.period import Period

N_QUARTERS = 4
HOURS = 3
MIN_EVENTS = 1000
"""A share is told in whole per cent: one per cent is then ten events or more."""
ROUND_TO = 100
LEVEL = 0.01
UNEVEN, EVEN = "ojämnt", "ingen säker skillnad"


def find_week(
    incidents: pd.DataFrame,
    deliveries: pd.DataFrame,
    cycle: Period | str,
    *,
    rows_from: str | None = None,
) -> pd.DataFrame:
    """Spread the police's events of twelve months over the week.

    Parameters
    ----------
    incidents, deliveries : DataFrame
        From the store.
    cycle : Period or str
        The last of the four quarters in which the events were registered.
    rows_from : str, optional
        The first quarter whose rows are sure to be kept.

    Returns
    -------
    DataFrame
        One row, a weekday and three hours, 56 of them: weekday (0 is Monday), hour
        (the first of three, Swedish time), share (of all, to 0.01; events whose
        interval is longer are spread over it, Ratcliffe 2000), hour_share and
        day_share (of those hours on any day, of that day at any hour), n_events (of
        all, to the nearest hundred), by_day and by_week ("ojämnt" or "ingen säker
        skillnad": whether the hours of the day and the days of the week differ,
        ``aoristic.evenness``; missing where too few have a time sharp enough) and
        reason (Swedish, where there is no answer; the others are then missing).
    """
    cycle = Period(str(cycle))
    grid = pd.MultiIndex.from_product(
        [range(7), range(0, 24, HOURS)], names=["weekday", "hour"]
    )
    out = grid.to_frame(index=False)
    labels = [period.label for period in cycle.back(N_QUARTERS)]
    events = _events(incidents, labels)
    first, last = aoristic.intervals_of(events)
    matrix = aoristic.in_blocks(aoristic.weights(first, last), hours=HOURS)
    total = float(matrix.to_numpy().sum())
    reason = _explain(deliveries, labels, total)
    n_kept = sum(label >= (rows_from or "") for label in labels)
    if n_kept < N_QUARTERS:
        reason = short_history(n_kept, N_QUARTERS)
    is_told = reason is None
    shares = matrix.to_numpy() / max(total, 1.0)
    sums = [
        shares,
        shares.sum(axis=0, keepdims=True),
        shares.sum(axis=1, keepdims=True),
    ]
    told = [np.broadcast_to(s, shares.shape).ravel().round(2) for s in sums]
    for name, values in zip(("share", "hour_share", "day_share"), told, strict=True):
        out[name] = values if is_told else np.nan
    return out.assign(
        n_events=round(total / ROUND_TO) * ROUND_TO if is_told else np.nan,
        by_day=_evenness(first, last, "day") if is_told else None,
        by_week=_evenness(first, last, "week") if is_told else None,
        reason=reason,
    ).astype({"n_events": "Int64", "by_day": "str", "by_week": "str", "reason": "str"})


def _events(incidents: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    """One report an event, of those that the police were told."""
    rows = incidents[
        (incidents["source_kind"] == "police")
        & incidents["protected_class"].isna()
        & ~incidents["category"].isin([*protected_categories(), *FOUND_BY_POLICE])
    ]
    period = counting.quarter_labels(counting.quarter_numbers(rows["reported_on"]))
    rows = rows[np.isin(period, labels)]
    event = rows["event_id"].fillna(rows["incident_id"])
    return rows[~event.duplicated()]


def _explain(deliveries: pd.DataFrame, labels: list[str], total: float) -> str | None:
    """Why there is no answer; None: there is."""
    delivered = counting.find_delivered(deliveries)
    n_begun = sum(label >= delivered["period"].min() for label in labels)
    if n_begun < N_QUARTERS:
        return short_history(n_begun, N_QUARTERS)
    if not set(labels) <= counting.row_quarters(delivered):
        return "uppgift saknas"
    if total < MIN_EVENTS:
        return "för få händelser med känd tid"
    return None


def _evenness(first: pd.Series, last: pd.Series, cycle: str) -> str | None:
    try:
        found = aoristic.evenness(first, last, cycle=cycle)
    except ShortHistoryError:
        return None
    return UNEVEN if found.p < LEVEL else EVEN

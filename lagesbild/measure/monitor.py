"""What has changed in silence in the published statistics.

In: two versions of contract indicators, the one before and the one in force, and a
date. Out: a frame of what to look at, in Swedish, for the page on data quality: a
source that has grown old, a series that is gone, rows that are fewer, final figures
that were revised. Pure.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

STALE, GONE, FEWER, REVISED = "inaktuell", "serie borta", "färre rader", "reviderat"
MOST_INTERVALS = 2
MOST_FEWER = 0.20
MOST_REVISED_SHARE, MOST_REVISED = 0.05, 5
COLUMNS = ["what", "source", "indicator_id", "area_id", "period", "told"]
_SERIES = ["source", "indicator_id", "area_id", "breakdown"]


def watch_statistics(
    now: pd.DataFrame, before: pd.DataFrame, *, as_of: date
) -> pd.DataFrame:
    """Everything worth a look in the statistics in force.

    Parameters
    ----------
    now, before : DataFrame
        Contract indicators; ``before`` may have no rows.
    as_of : date

    Returns
    -------
    DataFrame
        One row, one finding: what ("inaktuell", "serie borta", "färre rader",
        "reviderat"), source, indicator_id, area_id and period (missing where it
        concerns more) and told (Swedish). No rows: nothing to tell.
    """
    parts = [
        find_stale(now, as_of=as_of),
        find_gone(now, before),
        find_fewer(now, before),
        find_revised(now, before),
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=COLUMNS, dtype="str")
    return pd.concat(filled, ignore_index=True)


def find_stale(now: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Indicators whose newest figure is older than two of their own intervals.

    The interval is the median distance between the ends of an indicator's periods;
    with one period only, the period's own length and a year at most.

    Returns
    -------
    DataFrame
        As ``watch_statistics``, one row an indicator.
    """
    told = now[now["value"].notna()]
    ends = period_ends(told["period"])
    rows = []
    for (source, indicator), days in ends.groupby(
        [told["source"], told["indicator_id"]], dropna=False
    ):
        distinct = np.sort(days.unique())
        newest = pd.Timestamp(distinct[-1])
        gaps = np.diff(distinct)
        quarterly = told.loc[days.index, "period"].str.contains("K").all()
        interval = (
            pd.Timedelta(np.median(gaps))
            if len(gaps)
            else pd.Timedelta(days=92 if quarterly else 366)
        )
        age = pd.Timestamp(as_of) - newest
        if age > MOST_INTERVALS * interval:
            words = (
                f"Senaste uppgiften gäller till och med {newest.date().isoformat()}. "
                f"Källan brukar komma med {_months(interval)} mellan: hämta den på "
                "nytt eller säg att den är inaktuell."
            )
            rows.append([STALE, source, indicator, None, None, words])
    return _frame(rows)


def _months(interval: pd.Timedelta) -> str:
    n_months = max(1, round(interval.days / 30.44))
    return "en månad" if n_months == 1 else f"{n_months} månader"


def period_ends(periods: pd.Series) -> pd.Series:
    """The last day of a year, quarter or of pooled years."""
    if periods.empty:
        return pd.Series(index=periods.index, dtype="datetime64[us]")
    last = periods.str.extract(r"(\d{4})(?:-K([1-4]))?$")
    month = last[1].map({"1": 3, "2": 6, "3": 9, "4": 12}).fillna(12).astype("int64")
    first = pd.to_datetime(
        pd.DataFrame({"year": last[0].astype("int64"), "month": month, "day": 1})
    )
    return first + pd.offsets.MonthEnd(0)


def find_gone(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Series that had figures before and have none now, one row a series."""
    had = before.loc[before["value"].notna(), _SERIES].drop_duplicates()
    have = now.loc[now["value"].notna(), _SERIES].drop_duplicates()
    both = had.merge(have, on=_SERIES, how="left", indicator=True)
    gone = both[both["_merge"] == "left_only"]
    return _frame(
        [
            [
                GONE,
                row.source,
                row.indicator_id,
                row.area_id,
                None,
                f"Serien ({row.breakdown}) fanns i förra versionen men inte i denna.",
            ]
            for row in gone.itertuples()
        ]
    )


def find_fewer(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Sources that have lost more than a fifth of their rows, one row a source."""
    had = before.groupby("source", dropna=False).size()
    have = now.groupby("source", dropna=False).size().reindex(had.index, fill_value=0)
    lost = had[have < (1 - MOST_FEWER) * had].index
    return _frame(
        [
            [
                FEWER,
                source,
                None,
                None,
                None,
                f"{have[source]} rader mot {had[source]} i förra versionen.",
            ]
            for source in lost
        ]
    )


def find_revised(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Final figures that were changed by more than 5 % and by 5 or more."""
    keys = [*_SERIES, "period"]
    both = before[before["status"] == "final"].merge(
        now[[*keys, "value"]], on=keys, suffixes=("_before", ""), validate="one_to_one"
    )
    change = (both["value"] - both["value_before"]).abs()
    is_revised = (change > MOST_REVISED_SHARE * both["value_before"].abs()) & (
        change >= MOST_REVISED
    )
    return _frame(
        [
            [
                REVISED,
                row.source,
                row.indicator_id,
                row.area_id,
                row.period,
                _revision(row.value_before, row.value),
            ]
            for row in both[is_revised].itertuples()
        ]
    )


def _revision(before: float, now: float) -> str:
    return f"Ett slutligt tal är ändrat från {_plain(before)} till {_plain(now)}."


def _plain(value: float) -> str:
    return f"{value:.1f}".replace(".", ",").removesuffix(",0")


def _frame(rows: list[list]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")

"""When it happens, although mostly only an interval is known.

In: the first and last moment at which each event can have happened. Out: the events
spread over weekday and hour (Ratcliffe 2000), and a test of whether they are even.
Next: the matrix of weekday and time on pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure.history import require_history

ZONE = "Europe/Stockholm"
WEEK = 7 * 24.0
MIN_EVENTS = 50
_CHUNK = 20_000


@dataclass(frozen=True)
class Evenness:
    """Test of whether events are spread evenly over a cycle.

    Attributes
    ----------
    statistic : float
        Chi-square with ``df`` degrees of freedom if they are.
    df : int
    p : float
    n : int
        Events that say anything of the cycle.
    """

    statistic: float
    df: int
    p: float
    n: int


def weights(occurred_from: pd.Series, occurred_to: pd.Series) -> pd.DataFrame:
    """Spread each event over the hours in which it can have happened.

    Parameters
    ----------
    occurred_from, occurred_to : Series of datetime
        With time zone (any), or Swedish clock time without. Where one is missing
        the other is taken for the moment; where both are, the event is left out.

    Returns
    -------
    DataFrame
        Seven rows (0 is Monday) by 24 columns (hours 0–23, Swedish time). The sum is
        the number of events that have a time.

    Raises
    ------
    UsageError
        If an interval ends before it begins.
    """
    start, length = _intervals(occurred_from, occurred_to)
    total = np.zeros(int(WEEK))
    for at in range(0, len(start), _CHUNK):
        total += _spread(start[at : at + _CHUNK], length[at : at + _CHUNK])
    return pd.DataFrame(total.reshape(7, 24), index=range(7), columns=range(24))


def intervals_of(incidents: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """First and last moment of each report; a day without time is the whole day.

    Parameters
    ----------
    incidents : DataFrame
        From ``load_incidents``: occurred_from, occurred_to, has_time.

    Returns
    -------
    tuple of Series
        For ``weights`` and ``evenness``.
    """
    first = incidents["occurred_from"].fillna(incidents["occurred_to"])
    last = incidents["occurred_to"].fillna(incidents["occurred_from"])
    # to the next midnight on the Swedish clock, in summer and winter alike
    local = last.dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    midnight = (local + pd.Timedelta(days=1)).dt.tz_localize(ZONE).dt.tz_convert("UTC")
    return first, last.where(incidents["has_time"], midnight.astype(last.dtype))


def in_blocks(matrix: pd.DataFrame, *, hours: int = 3) -> pd.DataFrame:
    """Add the hours of ``weights`` up to longer ones, for pages.

    Returns
    -------
    DataFrame
        Seven rows, a column a block named by its first hour.
    """
    if 24 % hours:
        raise UsageError("'hours' ska dela dygnet jämnt: 1, 2, 3, 4, 6, 8 eller 12.")
    return matrix.T.groupby(lambda hour: hour // hours * hours).sum().T


def _intervals(occurred_from, occurred_to) -> tuple[np.ndarray, np.ndarray]:
    """Hours since Monday midnight, Swedish time, and hours of length."""
    first, last = (
        pd.Series(v).reset_index(drop=True) for v in (occurred_from, occurred_to)
    )
    first, last = first.fillna(last), last.fillna(first)
    known = first.notna()
    first, last = first[known], last[known]
    length = ((last - first) / pd.Timedelta(hours=1)).to_numpy(dtype=float)
    if (length < 0).any():
        raise UsageError(
            f"{(length < 0).sum()} händelser slutar före de börjar. Rätta i källan."
        )
    if first.dt.tz is not None:
        first = first.dt.tz_convert(ZONE).dt.tz_localize(None)
    midnight = first.dt.normalize()
    start = first.dt.day_of_week * 24 + (first - midnight) / pd.Timedelta(hours=1)
    return start.to_numpy(dtype=float), length


def _spread(start: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Sum of weights by hour of the week."""
    hours = np.arange(int(WEEK))
    moments = length == 0
    total = np.bincount(start[moments].astype(int), minlength=len(hours)).astype(float)
    start, length = start[~moments, None], length[~moments, None]

    def before(t: np.ndarray) -> np.ndarray:
        """Time spent in each hour of the week before a moment."""
        weeks, rest = np.divmod(t, WEEK)
        return weeks + np.clip(rest - hours, 0, 1)

    return total + ((before(start + length) - before(start)) / length).sum(axis=0)


def evenness(
    occurred_from: pd.Series, occurred_to: pd.Series, *, cycle: str = "day"
) -> Evenness:
    """Test whether events are even over the day or over the week.

    Spread weights are no counts, and a chi-square of them would find patterns that
    only the spreading made. Here each event pulls towards its hour as strongly as
    its interval is short: the sum of pulls is compared with what intervals of the
    same lengths, placed at random, give (Rayleigh's test, with two waves).

    Parameters
    ----------
    occurred_from, occurred_to : Series of datetime
        As in ``weights``.
    cycle : str
        "day": hours of the day; "week": days of the week.

    Returns
    -------
    Evenness

    Raises
    ------
    ShortHistoryError
        On fewer than fifty events whose interval is shorter than half the cycle.
    UsageError
        If ``cycle`` is unknown.
    """
    from scipy.stats import chi2

    if cycle not in ("day", "week"):
        raise UsageError("'cycle' ska vara day eller week.")
    around = 24.0 if cycle == "day" else WEEK
    start, length = _intervals(occurred_from, occurred_to)
    sharp = length < around / 2
    require_history(int(sharp.sum()), MIN_EVENTS, "event")
    middle = 2 * np.pi * (start + length / 2)[sharp] / around
    statistic = 0.0
    for wave in (1, 2):
        pull = np.sinc(wave * length[sharp] / around)
        total = (pull * np.exp(1j * wave * middle)).sum()
        statistic += 2 * np.abs(total) ** 2 / (pull**2).sum()
    return Evenness(float(statistic), 4, float(chi2.sf(statistic, 4)), int(sharp.sum()))

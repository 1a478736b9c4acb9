"""Trends over years: whether counts rise or fall, how fast, and where they break.

In: a series in order of time. Out: test and slope, sums over four quarters, segments
between breaks. Next: pages; change points are for the analyst only.
Mann–Kendall asks whether later values tend to be higher; it needs no form of curve
and no normal distribution, yet takes periods for independent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.errors import UsageError
from lagesbild.measure.history import require_history
from lagesbild.offences import find_breaks

MIN_VALUES = 4
MIN_QUARTERS = 20
"""Fewest quarters of a statement about a trend: five of each season."""
MIN_FOR_CHANGE_POINT = 12


@dataclass(frozen=True)
class Trend:
    """Mann–Kendall's test of a series.

    Attributes
    ----------
    s : float
        Pairs that rise less pairs that fall.
    var_s : float
        Its variance where there is no trend, corrected for ties.
    z, p : float
        Corrected for continuity; two-sided.
    tau : float
        Kendall's tau-b, −1 to 1.
    slope : float
        Theil–Sen: median of the slopes of all pairs, per period; in a seasonal test
        of pairs in the same season, per year.
    n : int
        Values that were not missing.
    """

    s: float
    var_s: float
    z: float
    p: float
    tau: float
    slope: float
    n: int


def mann_kendall(values: ArrayLike) -> Trend:
    """Test whether a series rises or falls.

    Parameters
    ----------
    values : array-like
        In order of time and evenly spaced; missing is left out, and its place kept.

    Returns
    -------
    Trend

    Raises
    ------
    ShortHistoryError
        On fewer than four values.
    """
    x = _numbers(values)
    require_history(int((~np.isnan(x)).sum()), MIN_VALUES, "period")
    return _conclude([_season(x, np.arange(len(x), dtype=float))])


def seasonal_mann_kendall(
    values: ArrayLike, *, season: ArrayLike | None = None, n_seasons: int = 4
) -> Trend:
    """Test for a trend where the time of year matters: each season for itself.

    Parameters
    ----------
    values : array-like
        In order of time, evenly spaced.
    season : array-like, optional
        Season of each value; None counts from 0 over ``n_seasons``.
    n_seasons : int
        Periods a year.

    Returns
    -------
    Trend
        Sums over the seasons (Hirsch, Slack and Smith 1982); slope per year.

    Raises
    ------
    ShortHistoryError
        If a season has fewer than four values.
    """
    x = _numbers(values)
    order = np.arange(len(x))
    which = order % n_seasons if season is None else np.asarray(season)
    if len(which) != len(x):
        raise UsageError("'season' ska vara lika lång som 'values'.")
    names = np.unique(which)
    known = [int((~np.isnan(x[which == name])).sum()) for name in names]
    require_history(min(known, default=0), MIN_VALUES, "year")
    return _conclude(
        [_season(x[which == g], order[which == g] / n_seasons) for g in names]
    )


def _season(x: np.ndarray, at: np.ndarray) -> dict:
    """Sums over all pairs of one season's values."""
    at, x = at[~np.isnan(x)], x[~np.isnan(x)]
    n = len(x)
    first, second = np.triu_indices(n, k=1)
    rise = x[second] - x[first]
    ties = np.unique(x, return_counts=True)[1]
    pairs = n * (n - 1) / 2
    tied = (ties * (ties - 1) / 2).sum()
    spread = n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()
    return {
        "s": np.sign(rise).sum(),
        "var": spread / 18,
        "scale": np.sqrt(pairs * (pairs - tied)),
        "slopes": rise / (at[second] - at[first]),
        "n": n,
    }


def _conclude(seasons: list[dict]) -> Trend:
    from scipy.special import ndtr

    s, var, scale, n = (sum(g[k] for g in seasons) for k in ("s", "var", "scale", "n"))
    z = 0.0 if s == 0 or var == 0 else (s - np.sign(s)) / np.sqrt(var)
    return Trend(
        s=float(s),
        var_s=float(var),
        z=float(z),
        p=float(2 * ndtr(-abs(z))),
        tau=float(s / scale) if scale > 0 else np.nan,
        slope=float(np.median(np.concatenate([g["slopes"] for g in seasons]))),
        n=int(n),
    )


def quarterly_trend(counts: pd.Series, *, category: str | None = None) -> Trend:
    """Trend of a quarterly series since its last break.

    Parameters
    ----------
    counts : Series
        Index of quarters ("2026-K3"), in order and without gaps.
    category : str, optional
        Says which breaks concern it.

    Returns
    -------
    Trend
        Seasonal; slope per year.

    Raises
    ------
    ShortHistoryError
        If there are fewer than 20 quarters since the last break.
    """
    segment = split_at_breaks(counts, category=category)
    last = counts[segment == segment.max()] if len(counts) else counts
    require_history(int(last.notna().sum()), MIN_QUARTERS)
    return seasonal_mann_kendall(last, season=last.index.str[-1])


def split_at_breaks(
    values: pd.Series,
    *,
    category: str | None = None,
    breaks: Collection[str] = (),
) -> pd.Series:
    """Number the stretches of a series within which it may be compared.

    Parameters
    ----------
    values : Series
        Index of period labels, in order.
    category : str, optional
        Adds the known breaks of that category (``offences.find_breaks``).
    breaks : collection of str
        More labels, each the first period of something new.

    Returns
    -------
    Series
        Aligned, 0, 1, 2 …
    """
    labels = values.index.astype(str)
    known = find_breaks(category, labels) if category else {}
    is_new = np.isin(labels, [*breaks, *known])
    if len(is_new):
        is_new[0] = False
    return pd.Series(np.cumsum(is_new), index=values.index)


def rolling_year(values: pd.Series, *, n_periods: int = 4) -> pd.Series:
    """Sum of the latest four quarters at each quarter; season falls out.

    Returns
    -------
    Series
        Aligned; missing until a whole year is there and where a part is missing.
    """
    return values.astype("float64").rolling(n_periods, min_periods=n_periods).sum()


def change_points(counts: pd.Series, *, min_size: int = 4) -> list:
    """Where the level of a series of counts seems to shift; for the analyst only.

    Parameters
    ----------
    counts : Series
        In order of time, nothing missing; take out the season first, or use
        ``rolling_year`` sums with care: they smear a shift over a year.
    min_size : int
        Fewest periods between two shifts.

    Returns
    -------
    list
        Index labels of the first period of each new level, found by PELT (Killick
        2012) on square roots, where a count varies the same at any level.

    Raises
    ------
    ShortHistoryError
        On fewer than twelve periods.
    UsageError
        If something is missing.
    """
    import ruptures

    require_history(len(counts), MIN_FOR_CHANGE_POINT, "period")
    if counts.isna().any():
        raise UsageError("Brytpunkter söks bara i serier utan luckor.")
    roots = 2 * np.sqrt(counts.to_numpy(dtype=float) + 3 / 8)
    # variance from neighbours: a shift of level moves only one of the differences
    steps = np.diff(roots)
    variance = max(1.0, (1.4826 * np.median(np.abs(steps))) ** 2 / 2)
    search = ruptures.Pelt(model="l2", min_size=min_size, jump=1).fit(roots)
    ends = search.predict(pen=3 * np.log(len(roots)) * variance)
    return [counts.index[end] for end in ends[:-1]]


def _numbers(values: ArrayLike) -> np.ndarray:
    return pd.Series(values).to_numpy(dtype=float, na_value=np.nan)

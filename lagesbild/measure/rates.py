"""Rates and proportions with their intervals.

In: arrays or Series of counts and populations. Out: a frame aligned with them that
carries value, interval and method. Used by ``tables.py`` and by notebooks.
Equal to OHID's PHEindicatormethods (``phe_rate``, ``phe_proportion``, ``phe_dsr``)
and to ``EBest`` and ``EBlocal`` of R's package spdep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.errors import UsageError
from lagesbild.measure import graphs

if TYPE_CHECKING:
    from libpysal.graph import Graph

EXACT_BELOW = 10
"""Below this count the interval is exact (Garwood); from it, Byar's."""


def rate(
    count: ArrayLike,
    population: ArrayLike,
    *,
    per: float = 1000,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Rate of events in a population, with Poisson limits.

    Parameters
    ----------
    count : array-like
        Events, 0 or more. May have decimals: a quasi-Poisson limit is that of the
        count divided by its dispersion.
    population : array-like
        Persons (or person time); the rate is missing where it is 0 or missing.
    per : float
        The base of the rate, 1000 for "per 1 000 invånare".
    confidence : float
        0.95 gives two-sided 95 % limits.

    Returns
    -------
    DataFrame
        One row a pair, index of ``count``. rate, lower, upper: events per ``per``
        persons, missing where count or population is. method: "exact" or "byar",
        missing where the rate is.

    Raises
    ------
    UsageError
        If a count is negative, or confidence is not between 0 and 1.
    """
    from scipy.special import ndtri
    from scipy.stats import chi2

    index, x, n = _aligned(count, population)
    alpha = _alpha(confidence)
    if (x < 0).any():
        raise UsageError(f"'count' är negativt i {(x < 0).sum()} av {len(x)} rader.")
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x > 0, chi2.ppf(alpha / 2, 2 * x) / 2, 0.0)
        high = chi2.ppf(1 - alpha / 2, 2 * x + 2) / 2
        byar_low, byar_high = byar(x, ndtri(1 - alpha / 2))
        exact = x < EXACT_BELOW
        base = np.where(n > 0, n, np.nan) / per
        frame = pd.DataFrame(
            {
                "rate": x / base,
                "lower": np.where(exact, low, byar_low) / base,
                "upper": np.where(exact, high, byar_high) / base,
            },
            index=index,
        )
    frame["method"] = pd.Series(np.where(exact, "exact", "byar"), index=index)
    frame["method"] = frame["method"].where(frame["rate"].notna())
    frame.loc[frame["rate"].isna(), ["lower", "upper"]] = np.nan
    return frame


def byar(x: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Byar's limits of a count, ``z`` standard deviations out."""
    y = x + 1
    low = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
    return low, y * (1 - 1 / (9 * y) + z / (3 * np.sqrt(y))) ** 3


def direct_standardised(
    count: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike,
    *,
    per: float = 1000,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Rate the area would have had with the standard's mix of ages (or other strata).

    Parameters
    ----------
    count, population, standard : array-like
        Events, persons, and persons of the standard population, by stratum.
    per : float
    confidence : float

    Returns
    -------
    DataFrame
        One row: rate, lower, upper (Dobson's method on Byar's limits), events per
        ``per`` persons; missing on fewer than ten events in all.

    Raises
    ------
    UsageError
        If something is missing or negative, a population is 0, or the three are not
        of the same strata.
    """
    from scipy.special import ndtri

    x, n, weight = (np.asarray(v, dtype=float) for v in (count, population, standard))
    if not x.shape == n.shape == weight.shape or x.ndim != 1:
        raise UsageError("Antal, invånare och standard ska ha samma grupper.")
    everything = np.concatenate([x, n, weight])
    if not (everything >= 0).all() or (n == 0).any() or weight.sum() == 0:
        raise UsageError(
            "Antal, invånare och standard ska vara kända i alla grupper, och invånarna "
            "fler än 0."
        )
    total = x.sum()
    if total < EXACT_BELOW:
        return pd.DataFrame({"rate": [np.nan], "lower": np.nan, "upper": np.nan})
    value = (weight * x / n).sum() / weight.sum()
    spread = np.sqrt((weight**2 * x / n**2).sum() / weight.sum() ** 2 / total)
    low, high = byar(total, ndtri(1 - _alpha(confidence) / 2))
    limits = [value + spread * (limit - total) for limit in (low, high)]
    return pd.DataFrame(
        {"rate": [value * per], "lower": limits[0] * per, "upper": limits[1] * per}
    )


def smooth(
    count: ArrayLike, population: ArrayLike, *, graph: Graph | None = None
) -> pd.Series:
    """Rates drawn towards the mean, most where few live (empirical Bayes).

    Parameters
    ----------
    count, population : array-like
        Events and persons by area.
    graph : Graph, optional
        Neighbours; each area is then drawn towards the mean of itself and its
        neighbours, else towards that of all areas.

    Returns
    -------
    Series
        Smoothed rate per person, index of ``count`` (Marshall 1991); missing where
        the count or the population is missing, or the population is 0.
    """
    index, x, n = _aligned(count, population)
    known = ~np.isnan(x) & (n > 0)
    x, n = np.where(known, x, 0.0), np.where(known, n, 0.0)
    if graph is None:
        near = np.ones((1, len(x)))
    else:
        near = graphs.matrix(graph, index, include_self=True).toarray()
    near = near * known
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where(known, x / n, 0.0)
        people = near @ n
        mean = (near @ x) / people
        squares = near @ (n * (raw - mean) ** 2)
        between = squares / people - mean / (people / near.sum(axis=1))
        between = np.maximum(between, 0)
        trust = between / (between + mean / n)
    smoothed = np.where(mean > 0, mean + (raw - mean) * trust, 0.0)
    return pd.Series(np.where(known, smoothed, np.nan), index=index, name="rate")


def proportion(x: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> pd.DataFrame:
    """Share of ``n`` that are ``x``, with Wilson's limits.

    Returns
    -------
    DataFrame
        One row a pair, index of ``x``: proportion, lower, upper between 0 and 1;
        missing where ``n`` is 0 or anything is missing.

    Raises
    ------
    UsageError
        If an x is negative or above its n.
    """
    from scipy.special import ndtri

    index, x, n = _aligned(x, n)
    bad = (x < 0) | (x > n)
    if bad.any():
        raise UsageError(f"'x' ligger inte mellan 0 och n i {bad.sum()} rader.")
    z = ndtri(1 - _alpha(confidence) / 2)
    n = np.where(n > 0, n, np.nan)
    half = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    share = pd.DataFrame({"proportion": x / n}, index=index)
    # clipped: at x = 0 and x = n rounding can leave the limits a hair outside
    share["lower"] = np.clip((2 * x + z**2 - half) / 2 / (n + z**2), 0, 1)
    share["upper"] = np.clip((2 * x + z**2 + half) / 2 / (n + z**2), 0, 1)
    return share


def _alpha(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise UsageError("'confidence' ska ligga mellan 0 och 1, till exempel 0.95.")
    return 1 - confidence


def _aligned(a: ArrayLike, b: ArrayLike) -> tuple[pd.Index, np.ndarray, np.ndarray]:
    index = a.index if isinstance(a, pd.Series) else pd.RangeIndex(np.size(a))
    x, y = (
        np.atleast_1d(pd.Series(v).to_numpy(dtype=float, na_value=np.nan))
        if not np.isscalar(v)
        else np.array([float(v)])
        for v in (a, b)
    )
    x, y = np.broadcast_arrays(x, y)
    return (index if len(index) == len(x) else pd.RangeIndex(len(x))), x, y

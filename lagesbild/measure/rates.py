"""Rates and proportions with their intervals.

In: arrays or Series of counts and populations. Out: a frame aligned with them that
carries value, interval and method. Used by ``tables.py`` and by notebooks.
Equal to OHID's PHEindicatormethods (``phe_rate``, ``phe_proportion``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.errors import UsageError

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
    z = ndtri(1 - alpha / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x > 0, chi2.ppf(alpha / 2, 2 * x) / 2, 0.0)
        high = chi2.ppf(1 - alpha / 2, 2 * x + 2) / 2
        byar_low = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
        y = x + 1
        byar_high = y * (1 - 1 / (9 * y) + z / (3 * np.sqrt(y))) ** 3
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

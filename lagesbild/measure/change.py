"""Change between two periods: ratio, difference, their intervals, many tests at once.

In: arrays or Series of counts and populations of two periods. Out: a frame or Series
aligned with them. Used by ``tables.py``. Equal to R's ``poisson.test`` and
``p.adjust(method = "BH")``, and to Newcombe's tenth method.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.errors import UsageError
from lagesbild.measure.rates import proportion

# R's binom.test counts as equally rare what is within rounding of the observed
_TIE = 1 + 1e-7


def ratio(
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Ratio of two rates with exact conditional limits and test.

    Parameters
    ----------
    x1, n1 : array-like
        Events (whole numbers) and population or time of the later period.
    x0, n0 : array-like
        The same of the period compared with.
    confidence : float

    Returns
    -------
    DataFrame
        One row a comparison, index of ``x1``: ratio (infinite where ``x0`` is 0),
        lower, upper, p (two-sided). Nothing against nothing has no ratio: limits 0
        and infinity, p 1. All missing where a count is, or a population is not
        above 0.

    Raises
    ------
    UsageError
        If a count is negative or not whole.
    """
    from scipy.special import betaincinv

    index = x1.index if isinstance(x1, pd.Series) else pd.RangeIndex(np.size(x1))
    a, t1, b, t0 = np.broadcast_arrays(*(_numbers(v) for v in (x1, n1, x0, n0)))
    for values in (a, b):
        known = values[~np.isnan(values)]
        if ((known < 0) | (known != np.floor(known))).any():
            raise UsageError("Antal som jämförs ska vara hela tal från 0 och uppåt.")
    ok = (a + b >= 0) & (t1 > 0) & (t0 > 0)
    out = np.full((4, len(a)), np.nan)
    a, t1, b, t0 = a[ok], t1[ok], b[ok], t0[ok]
    alpha = 1 - confidence
    with np.errstate(divide="ignore", invalid="ignore"):
        # given their sum, the later count is binomial (Clopper–Pearson limits)
        low = np.where(a > 0, betaincinv(np.maximum(a, 1), b + 1, alpha / 2), 0.0)
        high = np.where(b > 0, betaincinv(a + 1, np.maximum(b, 1), 1 - alpha / 2), 1.0)
        out[0, ok] = (a / t1) / (b / t0)
        out[1, ok] = low / (1 - low) * t0 / t1
        out[2, ok] = high / (1 - high) * t0 / t1
    out[3, ok] = _two_sided(a, a + b, t1 / (t1 + t0))
    frame = pd.DataFrame(out.T, columns=["ratio", "lower", "upper", "p"])
    return frame.set_axis(index if len(index) == len(frame) else frame.index)


def _two_sided(x: np.ndarray, n: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Sum of the probabilities of all outcomes no likelier than ``x`` (binomial)."""
    from scipy.stats import binom

    if len(x) == 0:
        return x
    mean = n * p
    limit = binom.pmf(x, n, p) * _TIE
    lower_tail = x <= mean
    # on the far side of the mean probabilities fall outward: halve the interval
    # between its first and last outcome until the first rare enough one is found
    near = np.where(lower_tail, np.ceil(mean), np.floor(mean))
    step = np.where(lower_tail, 1, -1)
    good = np.where(lower_tail, n - near, near) + 1  # beyond the last: none
    bad = np.full(len(x), -1.0)
    while ((good - bad) > 1).any():
        middle = np.floor((good + bad) / 2)
        rare = binom.pmf(near + step * middle, n, p) <= limit
        open_ = (good - bad) > 1
        good = np.where(open_ & rare, middle, good)
        bad = np.where(open_ & ~rare, middle, bad)
    edge = near + step * good
    total = np.where(
        lower_tail,
        binom.cdf(x, n, p) + binom.sf(edge - 1, n, p),
        binom.sf(x - 1, n, p) + binom.cdf(edge, n, p),
    )
    return np.where(x == mean, 1.0, np.minimum(total, 1.0))


def difference(
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Difference of two shares, with limits by Newcombe's tenth method.

    Parameters
    ----------
    x1, n1 : array-like
        How many of how many, later period or first group.
    x0, n0 : array-like
        The same of what is compared with.
    confidence : float

    Returns
    -------
    DataFrame
        One row a comparison, index of ``x1``: difference, lower, upper, between −1
        and 1; missing where an n is 0 or anything is missing.

    Raises
    ------
    UsageError
        If an x is negative or above its n.
    """
    later = proportion(x1, n1, confidence=confidence)
    earlier = proportion(x0, n0, confidence=confidence).set_axis(later.index)
    return combine(later, earlier, "proportion")


def combine(later: pd.DataFrame, earlier: pd.DataFrame, value: str) -> pd.DataFrame:
    """Difference of two independent figures that have limits of their own.

    Parameters
    ----------
    later, earlier : DataFrame
        Aligned, with ``value``, lower and upper.
    value : str
        Name of the column of the figure.

    Returns
    -------
    DataFrame
        difference, lower, upper: the distances to the limits are put together at
        right angles (Newcombe 1998; for any figure Zou and Donner 2008).
    """
    gap = later[value] - earlier[value]
    down = np.hypot(later[value] - later["lower"], earlier["upper"] - earlier[value])
    up = np.hypot(later["upper"] - later[value], earlier[value] - earlier["lower"])
    return pd.DataFrame({"difference": gap, "lower": gap - down, "upper": gap + up})


def adjust(p: ArrayLike) -> pd.Series:
    """Adjust p-values of one family of tests by Benjamini and Hochberg.

    Parameters
    ----------
    p : array-like
        Missing values are no tests: they do not count in the family.

    Returns
    -------
    Series
        Adjusted p-values, index and order of ``p``; missing stays missing.
    """
    series = pd.Series(p, dtype="float64")
    known = series.dropna()
    order = known.sort_values(ascending=False, kind="stable")
    family = len(order)
    ranks = np.arange(family, 0, -1)
    stepped = np.minimum.accumulate(order.to_numpy() * family / ranks)
    adjusted = pd.Series(np.minimum(stepped, 1.0), index=order.index)
    return series.where(series.isna(), adjusted.reindex(series.index))


def widen(limits: pd.DataFrame, dispersion: ArrayLike) -> pd.DataFrame:
    """Make the answers of ``ratio`` honest for counts that vary more than by chance.

    Parameters
    ----------
    limits : DataFrame
        From ``ratio``.
    dispersion : array-like
        Quasi-Poisson factor, 1 or more: variance divided by mean.

    Returns
    -------
    DataFrame
        The same columns; the distance to the limits (on the log scale) and the
        distance of p from the middle (on the normal scale) are those of the exact
        method, stretched and shrunk by the square root of the factor.
    """
    from scipy.special import ndtr, ndtri

    root = np.sqrt(np.broadcast_to(_numbers(dispersion), len(limits)))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(limits["ratio"])
        lower = np.exp(log_ratio - (log_ratio - np.log(limits["lower"])) * root)
        upper = np.exp(log_ratio + (np.log(limits["upper"]) - log_ratio) * root)
        p = 2 * ndtr(ndtri(limits["p"] / 2) / root)
    # at ratio 0 or infinity one side has no log distance: scale the limit itself
    upper = upper.where(limits["ratio"] > 0, limits["upper"] * root**2)
    lower = lower.where(np.isfinite(limits["ratio"]), limits["lower"] / root**2)
    return limits.assign(
        lower=lower.where(limits["lower"] > 0, limits["lower"]),
        upper=upper.where(np.isfinite(limits["upper"]), limits["upper"]),
        p=p,
    )


def _numbers(values: ArrayLike) -> np.ndarray:
    if np.isscalar(values):
        return np.array([float(values)])
    return pd.Series(values).to_numpy(dtype=float, na_value=np.nan)

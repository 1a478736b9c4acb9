"""Signals: counts higher than the same time of earlier years and chance explain.

In: counts, one column a series and one row a period. Out: for each series and judged
period what was expected, the highest count that is not unusual, and whether it was
passed. Equal to ``farringtonFlexible`` of R's package surveillance (Noufaily et al.
2013), all series at once. Next: pages, through ``publication``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure.glm import Fit, fit_poisson
from lagesbild.measure.history import require_history

UNIT = {52: "week", 12: "month", 4: "quarter"}
METHODS = ("nbPlugin", "delta", "muan")
MIN_YEARS_FOR_TREND = 3


def farrington(
    counts: pd.DataFrame,
    *,
    monitor: Sequence[int],
    frequency: Literal[52, 12, 4],
    b: int,
    w: int,
    n_periods: int,
    past_not_included: int,
    alpha: float = 0.01,
    weights_threshold: float = 2.58,
    p_threshold_trend: float = 1,
    limit54: tuple[int, int] = (5, 4),
    threshold_method: Literal["nbPlugin", "delta", "muan"] = "nbPlugin",
    trend: bool = True,
) -> pd.DataFrame:
    """Judge counts against their own history by the improved Farrington algorithm.

    Parameters
    ----------
    counts : DataFrame
        One column a series, one row a period, in order and without gaps; missing
        where nothing was delivered, which is left out and never taken for 0.
    monitor : sequence of int
        Rows to judge, from 0.
    frequency : int
        Periods a year: 52, 12 or 4.
    b, w : int
        Years back, and periods on each side of the same time of each year.
    n_periods : int
        How many levels of season there are; 1 uses the windows alone.
    past_not_included : int
        Latest periods left out, so that what is going on is not taken for normal.
    alpha : float
        Probability that an ordinary count passes the limit.
    weights_threshold : float
        Standardised residuals above it are past outbreaks and weigh less.
    p_threshold_trend : float
        Highest p of a trend that is kept; 1 keeps any.
    limit54 : tuple of int
        No alarm on fewer than so many in so many latest periods.
    threshold_method : str
        How the limit is found: "nbPlugin", "delta" or "muan".
    trend : bool
        Whether a trend is tried; it is used only with three years or more, and not
        where it would expect more than was ever counted.

    Returns
    -------
    DataFrame
        One row, one series and judged period, by series, then period: series,
        period (index label of the row), count, expected, upper (largest count that
        is no alarm), score, alarm (bool), trend (bool: used), dispersion (1 or
        more). expected and upper are missing where ``limit54`` is not reached or
        no limit can be found, and all but count and alarm where the model has no
        solution.

    Raises
    ------
    ShortHistoryError
        If a judged period lacks b years and w periods before it.
    UsageError
        If an argument is out of bounds.
    """
    from threadpoolctl import threadpool_limits

    rows = np.asarray(list(monitor), dtype=int)
    _check(counts, rows, frequency, b, w, n_periods, limit54, threshold_method)
    require_history(int(rows.min()), b * frequency + w, UNIT[frequency])
    values = counts.to_numpy(dtype=float, na_value=np.nan).T
    parts = []
    # thin products of matrices: threads would wait for each other
    with threadpool_limits(limits=1, user_api="blas"):
        for k in rows:
            levels = _levels(k, frequency, b, w, n_periods)
            levels[max(k - past_not_included, 0) :] = 0
            at = np.flatnonzero(levels)
            middle, spread = at.mean(), max(np.ptp(at), 1)
            model = _choose(
                values[:, at],
                levels[at] - 1,
                (at - middle) / spread,
                (n_periods - 1, (k - middle) / spread),
                threshold=weights_threshold,
                p_trend=p_threshold_trend,
                trend=trend and b >= MIN_YEARS_FOR_TREND,
            )
            limit = _limit(values[:, k], *model[:3], alpha, threshold_method)
            recent = values[:, max(k - limit54[1] + 1, 0) : k + 1].sum(axis=1)
            enough = recent >= limit54[0]
            parts.append(_judge(values[:, k], model, limit, enough, threshold_method))
    found = {name: np.stack([part[name] for part in parts]) for name in parts[0]}
    frame = {
        "series": np.repeat(counts.columns.to_numpy(), len(rows)),
        "period": np.tile(counts.index.to_numpy()[rows], values.shape[0]),
    }
    return pd.DataFrame(frame | {name: grid.T.ravel() for name, grid in found.items()})


def _check(counts, rows, frequency, b, w, n_periods, limit54, method) -> None:
    good = {
        "'monitor' ska vara rader i tabellen, från 0": len(rows) > 0
        and 0 <= rows.min() <= rows.max() < len(counts),
        "'frequency' ska vara 52, 12 eller 4": frequency in UNIT,
        "'b' och 'n_periods' ska vara minst 1": b >= 1 and n_periods >= 1,
        "'w' ska vara från 0 till under 'frequency'": 0 <= w < frequency,
        "'n_periods' är fler än året rymmer": n_periods == 1
        or frequency - 2 * w - 1 >= n_periods - 1,
        "'limit54' ska vara två tal, minst 0 och minst 1": limit54[0] >= 0
        and limit54[1] >= 1,
        f"'threshold_method' ska vara {' eller '.join(METHODS)}": method in METHODS,
    }
    for rule, is_kept in good.items():
        if not is_kept:
            raise UsageError(f"{rule}.")


def _levels(k: int, frequency: int, b: int, w: int, n_periods: int) -> np.ndarray:
    """Level of season of each period up to the judged one; 0 where it is not used.

    The windows around the same time of each year are the level ``n_periods``; what
    lies between them is divided evenly among the others, the first ones longest.
    """
    levels = np.zeros(k + 1, dtype=int)
    levels[k - w :] = n_periods
    for year in range(1, b + 1):
        middle = k - year * frequency
        levels[middle - w : middle + w + 1] = n_periods
        if n_periods > 1:
            between = frequency - 2 * w - 1
            length, rest = divmod(between, n_periods - 1)
            lengths = np.full(n_periods - 1, length)
            lengths[:rest] += 1
            start = middle + w + 1
            levels[start : start + between] = np.repeat(
                np.arange(1, n_periods), lengths
            )
    return levels


def _choose(y, level, time, now, *, threshold, p_trend, trend: bool):
    """Log mean, its standard error, dispersion and use of trend of every series.

    The trend is kept where the fit with it has a solution, is significant enough
    and expects no more than was ever counted.
    """
    from scipy.stats import t as student

    eta, error, phi = np.full((3, len(y)), np.nan)
    keeps = np.zeros(len(y), dtype=bool)
    if trend:
        fit, phi = _fit_twice(y, level, time, threshold)
        eta, error, scale = _predict(fit, y, now)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = fit.slope / np.sqrt(scale * fit.slope_variance())
            p = 2 * student.sf(np.abs(ratio), fit.n_free)
        most = np.where(np.isnan(y), -np.inf, y).max(axis=1)
        keeps = (p < p_trend) & (np.exp(eta) <= most) & ~np.isnan(phi)
    rest = ~keeps
    if rest.any():
        flat, phi[rest] = _fit_twice(y[rest], level, None, threshold)
        eta[rest], error[rest], _ = _predict(flat, y[rest], now)
    solved = ~np.isnan(phi)
    return np.where(solved, eta, np.nan), np.where(solved, error, np.nan), phi, keeps


def _fit_twice(y, level, time, threshold) -> tuple[Fit, np.ndarray]:
    """Fit, weigh past outbreaks down, fit again; the dispersion is 1 or more.

    It is missing where the first fit found no solution.
    """
    first = fit_poisson(y, level, time)
    phi = np.fmax(first.dispersion(y), 1)
    known = ~np.isnan(y)
    counts, mu = np.where(known, y, 0.0), first.fitted
    with np.errstate(divide="ignore", invalid="ignore"):
        anscombe = 1.5 * (counts ** (2 / 3) * mu ** (-1 / 6) - np.sqrt(mu))
        s = anscombe / np.sqrt(phi[:, None] * (1 - first.leverage()))
        weights = np.where(s > threshold, s**-2.0, 1.0) * known
    with np.errstate(divide="ignore", invalid="ignore"):
        weights *= known.sum(axis=1, keepdims=True) / weights.sum(axis=1, keepdims=True)
    second = fit_poisson(y, level, time, weights=np.nan_to_num(weights))
    phi = np.fmax(second.dispersion(y), 1)
    return second, np.where(first.converged, phi, np.nan)


def _predict(fit: Fit, y: np.ndarray, now: tuple[int, float]):
    """Log mean, its standard error, and the dispersion that scales the error.

    R's ``predict`` takes that dispersion from weights which farringtonFlexible has
    put in place of the working weights; so do we, to give what it gives.
    """
    eta, unscaled = fit.predict(*now)
    squares = (fit.prior * fit.residuals(y) ** 2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = squares / fit.n_free
    return eta, unscaled * np.sqrt(scale), scale


def _limit(y, eta, error, phi, alpha: float, method: str) -> np.ndarray:
    """Largest count that is not unusual."""
    from scipy.special import ndtri
    from scipy.stats import nbinom, poisson

    z = ndtri(1 - alpha)
    with np.errstate(over="ignore", invalid="ignore"):
        if method == "delta":
            mu = np.exp(eta)
            tau = phi + (error * mu) ** 2 / mu
            spread = np.sqrt(4 / 9 * mu ** (1 / 3) * tau)
            return (mu ** (2 / 3) + z * spread) ** 1.5
        mu = np.exp(eta if method == "nbPlugin" else eta + z * error)
    usable = np.isfinite(mu) & ~np.isnan(phi)
    upper = np.full(len(mu), np.nan)
    wide = usable & (phi > 1)
    plain = usable & ~wide
    upper[wide] = nbinom.ppf(1 - alpha, mu[wide] / (phi[wide] - 1), 1 / phi[wide])
    upper[plain] = poisson.ppf(1 - alpha, mu[plain])
    return upper


def _judge(y, model, upper, enough, method: str) -> dict[str, np.ndarray]:
    eta, _, phi, keeps = model
    # R measures the score from the prediction as it stands: log mean but for delta
    middle = np.exp(eta) if method == "delta" else eta
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (y - middle) / (upper - middle)
    return {
        "count": y,
        "expected": np.where(enough & ~np.isnan(upper), np.exp(eta), np.nan),
        "upper": np.where(enough, upper, np.nan),
        "score": score,
        "alarm": enough & (score > 1) & (y != 0),
        "trend": keeps,
        "dispersion": phi,
    }

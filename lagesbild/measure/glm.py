"""Poisson regressions of many series on season and time, fitted together.

In: counts with one row a series; the season's level and the time of each column. Out:
a ``Fit`` that holds every series' effects, weights and dispersion. Used by
``signals``; a quasi-Poisson fit has the effects of a Poisson fit and a dispersion of
its own. Iterates as R's ``glm.fit`` does (same start, same stop, at most 25 rounds),
because whether a fit converges decides what ``farrington`` does next. A level a
season and one slope make the equations of least squares solvable by hand, which is
what makes hundreds of series fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-8
MAX_ROUNDS = 25
_SMALLEST = np.finfo(float).eps
_COLLINEAR = 1e-11
_SHRINK = 0.8  # of the series left before the others are put away


@dataclass(frozen=True)
class Fit:
    """Fits of ``s`` series to ``n`` columns with ``p`` levels of season.

    Attributes
    ----------
    level : ndarray of int
        n, from 0 to p − 1.
    time : ndarray
        n; all 0 where there is no slope.
    effects : ndarray
        s × p log means at time 0; 0 for a level without counts.
    slope : ndarray
        s, of the log mean.
    fitted, prior, working : ndarray
        s × n means; weights given, 0 where the count is missing; and weights of the
        last round's least squares.
    converged : ndarray of bool
        s.
    """

    level: np.ndarray
    time: np.ndarray
    effects: np.ndarray
    slope: np.ndarray
    fitted: np.ndarray
    prior: np.ndarray
    working: np.ndarray
    converged: np.ndarray

    @property
    def n_free(self) -> np.ndarray:
        """Counts less what was estimated from them."""
        _, _, rest, by_level = self._parts()
        used = (by_level > 0).sum(axis=1) + (rest > 0)
        return (self.prior > 0).sum(axis=1) - used

    def _parts(self):
        onehot = _onehot(self.level, self.effects.shape[1])
        return _divide(self.working, _columns(onehot, self.time))

    def residuals(self, counts: np.ndarray) -> np.ndarray:
        """Working residuals: (count − mean) / mean, 0 where it is missing."""
        return np.nan_to_num(counts - self.fitted) / self.fitted

    def dispersion(self, counts: np.ndarray) -> np.ndarray:
        """Pearson's estimate: 1 where only chance differs."""
        squares = (self.working * self.residuals(counts) ** 2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return squares / self.n_free

    def leverage(self) -> np.ndarray:
        """How much each count decides its own fitted mean, s × n, between 0 and 1."""
        inverse, centre, rest, _ = self._parts()
        from_centre = self.time - centre[:, self.level]
        own = inverse[:, self.level] + from_centre**2 * _invert(rest)[:, None]
        return np.clip(self.working * own, 0, 1)

    def slope_variance(self) -> np.ndarray:
        """Variance of the slope, before it is scaled by a dispersion."""
        return _invert(self._parts()[2])

    def predict(self, level: int, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Log mean at a level and time, and its unscaled standard error."""
        inverse, centre, rest, _ = self._parts()
        variance = inverse[:, level] + (time - centre[:, level]) ** 2 * _invert(rest)
        return self.effects[:, level] + self.slope * time, np.sqrt(variance)


def fit_poisson(
    counts: np.ndarray,
    level: np.ndarray,
    time: np.ndarray | None = None,
    *,
    weights: np.ndarray | None = None,
) -> Fit:
    """Fit every series to a level a season, and a slope if there is a time.

    Parameters
    ----------
    counts : ndarray
        s × n, missing where nothing was counted.
    level : ndarray of int
        n, from 0.
    time : ndarray, optional
        n, best centred and scaled.
    weights : ndarray, optional
        s × n prior weights.

    Returns
    -------
    Fit
    """
    known = ~np.isnan(counts)
    y = np.where(known, counts, 0.0)
    prior = known * (1.0 if weights is None else weights)
    with_slope = time is not None
    time = np.zeros(len(level)) if time is None else time
    onehot = _onehot(level, int(level.max()) + 1)
    columns = _columns(onehot, time)
    design = np.column_stack([onehot, time])
    out = _Results(len(y), design.shape[1], y.shape[1])
    left = np.arange(len(y))
    eta, mu = np.log(y + 0.1), y + 0.1
    beta = np.zeros((len(y), design.shape[1]))
    constant = _constant(y, prior)
    deviance = _deviance(y, eta, mu, prior, constant)
    open_ = np.ones(len(left), dtype=bool)
    for round_ in range(MAX_ROUNDS):
        working = prior * mu
        new = _solve(working, prior * (y - mu) + working * eta, columns, design)
        if not with_slope:
            new[:, -1] = 0.0
        beta, eta, mu, now = _step(new, beta, design, y, prior, constant)
        change = np.abs(now - deviance) / (np.abs(now) + 0.1)
        deviance = now
        done = open_ & (change < TOLERANCE)
        last = round_ == MAX_ROUNDS - 1
        out.keep(left, open_ if last else done, done, beta, mu, working)
        open_ &= ~done
        if not open_.any():
            break
        if open_.mean() < _SHRINK:
            left, y, prior, eta, mu, beta, constant, deviance = (
                v[open_] for v in (left, y, prior, eta, mu, beta, constant, deviance)
            )
            open_ = np.ones(len(left), dtype=bool)
    full = known * (1.0 if weights is None else weights)
    return Fit(
        level,
        time,
        out.beta[:, :-1],
        out.beta[:, -1],
        out.mu,
        full,
        out.working,
        out.converged,
    )


class _Results:
    """What is kept of each series when it is done."""

    def __init__(self, n_series: int, n_columns: int, n: int) -> None:
        self.beta = np.zeros((n_series, n_columns))
        self.mu, self.working = np.zeros((2, n_series, n))
        self.converged = np.zeros(n_series, dtype=bool)

    def keep(self, left, which, done, beta, mu, working) -> None:
        at = left[which]
        if len(at):
            self.beta[at], self.mu[at] = beta[which], mu[which]
            self.working[at], self.converged[at] = working[which], done[which]


def _onehot(level: np.ndarray, n_levels: int) -> np.ndarray:
    return (level[:, None] == np.arange(n_levels)).astype(float)


def _columns(onehot: np.ndarray, time: np.ndarray) -> np.ndarray:
    """What weights are summed by: level, level × time, and time squared."""
    return np.column_stack([onehot, onehot * time[:, None], time**2])


def _divide(working: np.ndarray, columns: np.ndarray):
    """Inverse weight and mean time of each level; the time's weight left; weights."""
    sums = working @ columns
    n_levels = (columns.shape[1] - 1) // 2
    by_level, moment, square = sums[:, :n_levels], sums[:, n_levels:-1], sums[:, -1]
    inverse = _invert(by_level)
    centre = moment * inverse
    rest = square - (moment * centre).sum(axis=1)
    return inverse, centre, np.where(rest > _COLLINEAR * square, rest, 0.0), by_level


def _invert(values: np.ndarray) -> np.ndarray:
    """One divided by what is there, and 0 for nothing."""
    with np.errstate(divide="ignore"):
        return np.where(values > 0, 1 / values, 0.0)


def _solve(working, target, columns, design) -> np.ndarray:
    """Weighted least squares; ``target`` is the weight times what is explained."""
    inverse, centre, rest, _ = _divide(working, columns)
    right = target @ design
    slope = (right[:, -1] - (centre * right[:, :-1]).sum(axis=1)) * _invert(rest)
    levels = inverse * right[:, :-1] - centre * slope[:, None]
    return np.column_stack([levels, slope])


def _step(new, old, design, y, prior, constant):
    """Take the step, halved as long as it leads outside what can be computed."""
    for _ in range(MAX_ROUNDS):
        eta = new @ design.T
        with np.errstate(over="ignore", invalid="ignore"):
            mu = np.maximum(np.exp(eta), _SMALLEST)
            deviance = _deviance(y, eta, mu, prior, constant)
        outside = ~np.isfinite(deviance)
        if not outside.any():
            break
        new = np.where(outside[:, None], (new + old) / 2, new)
    return new, eta, mu, deviance


def _constant(y: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """The part of the deviance that no fit changes."""
    return (prior * (y * np.log(np.where(y > 0, y, 1.0)) - y)).sum(axis=1)


def _deviance(y, eta, mu, prior, constant) -> np.ndarray:
    return 2 * (constant + (prior * (mu - y * eta)).sum(axis=1))

"""Beside others: areas beside their own municipality, it beside those like it.

In: counts and populations, or figures with limits. Out: frames aligned with them.
Next: pages. Which of two is higher is said only where the limits allow it; ranks come
as intervals, and no page for the public lists areas by rank.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.errors import UsageError
from lagesbild.measure.change import combine

LEVELS = {"95": 0.05, "998": 0.002}
INSIDE, UNKNOWN = "som väntat", "uppgift saknas"
HIGHER, LOWER = "högre", "lägre"
NO_DIFFERENCE, NOT_JUDGED = "ingen säker skillnad", "kan inte bedömas"
MEDIAN = "median"
MIN_FOR_MEDIAN_LIMITS = 6
N_DRAWS, SEED = 10_000, 2026


def funnel(
    count: ArrayLike, population: ArrayLike, *, per: float = 1000
) -> pd.DataFrame:
    """Which areas differ from the whole by more than chance and common variation.

    Parameters
    ----------
    count, population : array-like
        Events and persons by area.
    per : float

    Returns
    -------
    DataFrame
        One row an area, index of ``count``: rate and baseline (all areas together),
        events per ``per`` persons; lower_95, upper_95, lower_998, upper_998, between
        which an area of that size is expected (exact Poisson limits of the expected
        count, as OHID's, made wider by ``dispersion``); dispersion (1 or more, from
        winsorised residuals: Spiegelhalter 2005); position: "högre (99,8 %)",
        "högre (95 %)", "som väntat", "lägre (95 %)", "lägre (99,8 %)", or "uppgift
        saknas" where the count or the population is missing or the latter 0.

    Raises
    ------
    UsageError
        If a count is negative.
    """
    from scipy.stats import chi2

    index = count.index if isinstance(count, pd.Series) else None
    x, n = (
        pd.Series(v).to_numpy(dtype=float, na_value=np.nan) for v in (count, population)
    )
    if (x < 0).any():
        raise UsageError("Antal ska vara 0 eller fler.")
    known = ~np.isnan(x) & (n > 0)
    whole = n[known].sum()
    baseline = x[known].sum() / whole if whole > 0 else np.nan
    expected = np.where(known, n * baseline, np.nan)
    dispersion = _dispersion(x[known], expected[known])
    base = np.where(known, n, np.nan) / per
    frame = pd.DataFrame({"rate": x / base, "baseline": baseline * per}, index=index)
    mean = expected / dispersion
    for name, alpha in LEVELS.items():
        low = np.where(mean > 0, chi2.ppf(alpha / 2, 2 * mean) / 2, 0.0)
        high = chi2.ppf(1 - alpha / 2, 2 * mean + 2) / 2
        frame[f"lower_{name}"] = np.where(known, low * dispersion, np.nan) / base
        frame[f"upper_{name}"] = np.where(known, high * dispersion, np.nan) / base
    frame["dispersion"] = dispersion
    frame["position"] = _position(frame, known)
    return frame


def _dispersion(x: np.ndarray, expected: np.ndarray) -> float:
    """Mean square of residuals whose outermost tenths are drawn in."""
    use = expected > 0
    if use.sum() < 2:
        return 1.0
    # square roots: the residuals of small counts are then nearly normal
    z = 2 * (np.sqrt(x[use]) - np.sqrt(expected[use]))
    low, high = np.quantile(z, [0.1, 0.9])
    return max(1.0, float((np.clip(z, low, high) ** 2).mean()))


def _position(frame: pd.DataFrame, known: np.ndarray) -> pd.Series:
    rate = frame["rate"]
    words = np.select(
        [
            ~known,
            rate > frame["upper_998"],
            rate > frame["upper_95"],
            rate < frame["lower_998"],
            rate < frame["lower_95"],
        ],
        [
            UNKNOWN,
            f"{HIGHER} (99,8 %)",
            f"{HIGHER} (95 %)",
            f"{LOWER} (99,8 %)",
            f"{LOWER} (95 %)",
        ],
        default=INSIDE,
    )
    return pd.Series(words, index=frame.index, dtype="str")


def similar_group(
    values: pd.DataFrame, *, own: str, nation: str | None = None
) -> pd.DataFrame:
    """Set a municipality beside those like it, their median and the nation.

    Parameters
    ----------
    values : DataFrame
        One row a municipality or nation of one indicator and period: area_id, value,
        and lower and upper where they are known (missing: the figure has no limits
        to go by).
    own : str
        area_id of the municipality.
    nation : str, optional
        area_id of the nation; it does not count among the similar.

    Returns
    -------
    DataFrame
        One row, one comparison: the similar municipalities in the order given, then
        "median" of them (with limits from the order of six or more), then the
        nation. area_id, value, lower, upper, difference (own less the other),
        difference_lower, difference_upper, and verdict: "högre", "lägre", "ingen
        säker skillnad", "kan inte bedömas" (no limits) or "uppgift saknas".

    Raises
    ------
    UsageError
        If the municipality is not among the rows exactly once.
    """
    names = ["area_id", "value", "lower", "upper"]
    table = values.reindex(columns=names).reset_index(drop=True)
    mine = table[table["area_id"] == own]
    if len(mine) != 1:
        raise UsageError("Den egna kommunen ska finnas exakt en gång bland värdena.")
    others = table[~table["area_id"].isin([own, nation])]
    rows = [others, _median(others["value"])]
    if nation is not None:
        rows.append(table[table["area_id"] == nation])
    out = pd.concat(rows, ignore_index=True)
    out[names[1:]] = out[names[1:]].astype("float64")
    repeated = mine.iloc[[0] * len(out)].reset_index(drop=True)
    gap = combine(repeated.astype(dict.fromkeys(names[1:], "float64")), out, "value")
    words = np.select(
        [
            gap["difference"].isna(),
            gap["lower"].isna() | gap["upper"].isna(),
            gap["lower"] > 0,
            gap["upper"] < 0,
        ],
        [UNKNOWN, NOT_JUDGED, HIGHER, LOWER],
        default=NO_DIFFERENCE,
    )
    return out.assign(
        difference=gap["difference"],
        difference_lower=gap["lower"],
        difference_upper=gap["upper"],
        verdict=pd.Series(words, dtype="str"),
    )


def _median(values: pd.Series) -> pd.DataFrame:
    """The median and the values between which it lies with 95 % certainty."""
    from scipy.stats import binom

    x = np.sort(values.dropna().to_numpy(dtype=float))
    lower = upper = np.nan
    if len(x) >= MIN_FOR_MEDIAN_LIMITS:
        k = int(binom.ppf(0.025, len(x), 0.5))
        lower, upper = x[k - 1], x[len(x) - k]
    middle = float(np.median(x)) if len(x) else np.nan
    return pd.DataFrame(
        {"area_id": [MEDIAN], "value": middle, "lower": lower, "upper": upper}
    )


def rank_intervals(
    count: ArrayLike,
    population: ArrayLike,
    *,
    n_draws: int = N_DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Ranks of areas by rate, as the intervals that they are.

    Parameters
    ----------
    count, population : array-like
        Events and persons by area.
    n_draws : int
    seed : int

    Returns
    -------
    DataFrame
        One row an area, index of ``count``: rank (1 is the highest rate), lower and
        upper: the ranks it has in the middle 95 % of draws of the true rates
        (Goldstein and Spiegelhalter 1996); missing where count or population is.
    """
    index = count.index if isinstance(count, pd.Series) else None
    x, n = (
        pd.Series(v).to_numpy(dtype=float, na_value=np.nan) for v in (count, population)
    )
    known = ~np.isnan(x) & (n > 0)
    rng = np.random.default_rng(seed)
    drawn = rng.gamma(x[known] + 0.5, 1 / n[known], (n_draws, known.sum()))
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    out = np.full((3, len(x)), np.nan)
    out[0, known] = pd.Series(-x[known] / n[known]).rank(method="min")
    out[1:, known] = np.quantile(ranks, [0.025, 0.975], axis=0, method="nearest")
    columns = ["rank", "lower", "upper"]
    return pd.DataFrame(out.T, columns=columns, index=index).astype("Int64")

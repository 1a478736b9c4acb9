"""How much more than by chance counts vary from year to year.

In: counts by area, category and quarter. Out: a factor a row, variance divided by
mean (1 where only chance differs). Used by ``tables`` and ``comparing``, which
stretch every limit and test by it: one report can hold many offences, and one bad
night many reports.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.measure.totals import MUNICIPALITY, WITHOUT_AREA

MIN_PAIRS = 8
"""Fewest pairs of quarters a year apart that say how much a category varies."""
STEPS = np.array(
    [1, 1.2, 1.4, 1.7, 2, 2.4, 2.8, 3.4, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64, 128]
)
"""Factors are rounded up to these: a finer one would tell of hidden cells."""
EXTREME = 9.0
"""Three standard deviations: a pair further out is a change, not ordinary variation."""
_TERMS = ["squares", "sums", "n"]


def quarter_number(periods: pd.Series) -> pd.Series:
    """Quarters since year 0 of labels such as "2026-K3"."""
    codes, labels = pd.factorize(periods)
    numbers = np.array([int(x[:4]) * 4 + int(x[-1]) - 1 for x in labels])
    return pd.Series(numbers[codes] if len(codes) else [], periods.index, dtype="int64")


def overall(frame: pd.DataFrame, value: pd.Series) -> pd.Series:
    """Factor of each row from all of its category's history; 1 where it is unknown.

    Parameters
    ----------
    frame : DataFrame
        With area_id, period (quarters) and mostly category.
    value : Series
        The count, aligned with ``frame``.

    Returns
    -------
    Series
        Aligned. The squared difference of the same quarter in two years, divided by
        their sum, is 1 on average where only chance differs. It is taken over all
        areas (the municipality apart) and pairs of years of the category, over all
        categories where it has too few pairs; pairs that stand out as true changes
        count for no more than ``EXTREME`` times what is ordinary.
    """
    own, shared, _ = _terms(frame, value)
    return _first_known([own, shared], frame.index).fillna(1.0)


def without_own(frame: pd.DataFrame, value: pd.Series) -> pd.Series:
    """Factor of each row for a test of its own quarter against the year before.

    Returns
    -------
    Series
        As ``overall``, but the pairs that are about to be tested are left out where
        enough others are left; missing where nothing tells it.
    """
    own, shared, tested = _terms(frame, value)
    others = [own - tested[0], shared - tested[1]]
    return _first_known([*others, own, shared], frame.index)


def _terms(frame: pd.DataFrame, value: pd.Series):
    """Sums aligned with the frame: of the category, of all, of the row's quarter."""
    rows = pd.DataFrame(
        {
            "area_id": frame["area_id"].to_numpy(object),
            "category": frame["category"].to_numpy(object)
            if "category" in frame
            else "",
            "number": quarter_number(frame["period"]).to_numpy(),
            "level": (frame["area_id"] == MUNICIPALITY).to_numpy(),
            "x": value.to_numpy("float64"),
        }
    )
    index = pd.MultiIndex.from_frame(rows[["area_id", "category", "number"]])
    before = rows[["area_id", "category"]].assign(number=rows["number"] - 4)
    at = index.get_indexer(pd.MultiIndex.from_frame(before))
    x0 = np.where(at >= 0, rows["x"].to_numpy()[at], np.nan)
    sums = rows["x"] + x0
    counts = (sums > 0) & (rows["area_id"] != WITHOUT_AREA)
    rows["sums"] = sums.where(counts, 0.0)
    rows["squares"] = ((rows["x"] - x0) ** 2).where(counts, 0.0)
    rows["n"] = counts.astype(float)

    def total(*by: str) -> np.ndarray:
        return rows.groupby(list(by))[_TERMS].transform("sum").to_numpy()

    whole = rows["squares"].copy()
    ordinary = np.ones(len(rows))
    for _ in range(2):  # first from chance alone, then from what that leaves
        rows["squares"] = np.minimum(whole, EXTREME * ordinary * rows["sums"])
        squares, sums, _ = total("category", "level").T
        ordinary = np.maximum(squares / np.where(sums > 0, sums, 1), 1.0)
    rows["squares"] = np.minimum(whole, EXTREME * ordinary * rows["sums"])

    own, shared = total("category", "level"), total("level")
    now = total("category", "level", "number"), total("level", "number")
    return own, shared, now


def _first_known(terms: list[np.ndarray], index: pd.Index) -> pd.Series:
    factor = np.full(len(index), np.nan)
    for part in terms:
        squares, sums, n = part.T
        ok = np.isnan(factor) & (n >= MIN_PAIRS) & (sums > 0)
        raw = squares[ok] / sums[ok]
        step = np.minimum(np.searchsorted(STEPS, raw - 1e-9), len(STEPS) - 1)
        factor[ok] = STEPS[step]
    return pd.Series(factor, index=index)

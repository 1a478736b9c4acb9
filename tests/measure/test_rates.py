"""Rates and proportions against OHID's reference values and by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure import rates

STATS = Path(__file__).parents[2].parent / "shared" / "data" / "stats"


@pytest.mark.skipif(not STATS.is_dir(), reason="../shared/data/stats saknas")
@pytest.mark.parametrize("confidence,suffix", [(0.95, "95_0cl"), (0.998, "99_8cl")])
def test_rate_equals_phe_rate(confidence, suffix):
    expected = pd.read_csv(STATS / "rate_ci_phe_rate.csv")
    got = rates.rate(expected["o"], expected["n"], per=1000, confidence=confidence)
    np.testing.assert_allclose(got["rate"], expected["value"], rtol=1e-9)
    for side in ("lower", "upper"):
        np.testing.assert_allclose(
            got[side], expected[f"{side}{suffix}"], rtol=1e-9, atol=1e-12
        )
    assert (got["method"] == "byar").equals(expected["o"] >= 10)


@pytest.mark.parametrize(
    "count,population,per,lower,upper",
    [
        (82, 10_000, 100_000, 652.15, 1017.85),
        (48, 10_000, 100_000, 353.88, 636.42),
        (10, 2_000, 100_000, 239.37, 919.57),
        (0, 1, 1, 0, 3.6889),
        (3, 1, 1, 0.6187, 8.7673),
        (9, 1, 1, 4.1154, 17.0848),
    ],
)
def test_rate_by_hand(count, population, per, lower, upper):
    got = rates.rate(count, population, per=per).iloc[0]
    assert got["lower"] == pytest.approx(lower, abs=6e-3)
    assert got["upper"] == pytest.approx(upper, abs=6e-3)


def test_rate_is_missing_without_population_and_keeps_the_index():
    count = pd.Series([1, pd.NA, 3], dtype="Int64", index=[7, 8, 9])
    got = rates.rate(count, pd.Series([0, 10, 10], index=[7, 8, 9]))
    assert list(got.index) == [7, 8, 9]
    assert got["rate"].isna().tolist() == [True, True, False]
    assert got["upper"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    "x,n,lower,upper",
    [(3, 60, 0.01715, 0.13701), (0, 50, 0, 0.07135), (45, 120, 0.29352, 0.46423)],
)
def test_wilson_by_hand(x, n, lower, upper):
    got = rates.proportion(x, n).iloc[0]
    assert got["lower"] == pytest.approx(lower, abs=1e-5)
    assert got["upper"] == pytest.approx(upper, abs=1e-5)


def test_impossible_input_is_refused():
    with pytest.raises(UsageError):
        rates.rate([-1], [10])
    with pytest.raises(UsageError):
        rates.proportion([3], [2])
    with pytest.raises(UsageError):
        rates.rate([1], [10], confidence=95)

"""Ratios and adjustment against R's reference values."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.errors import UsageError
from lagesbild.measure import change

STATS = Path(__file__).parents[2].parent / "shared" / "data" / "stats"
here = pytest.mark.skipif(not STATS.is_dir(), reason="../shared/data/stats saknas")


@here
def test_ratio_equals_poisson_test():
    e = pd.read_csv(STATS / "rate_ratio_poisson_test.csv")
    got = change.ratio(e["x1"], e["T1"], e["x2"], e["T2"])
    for ours, theirs in {
        "ratio": "rate_ratio",
        "lower": "lower95",
        "upper": "upper95",
        "p": "p_value",
    }.items():
        np.testing.assert_allclose(got[ours], e[theirs], rtol=1e-9, atol=1e-14)


@here
def test_adjust_equals_p_adjust():
    e = pd.read_csv(STATS / "p_adjust.csv")
    np.testing.assert_allclose(change.adjust(e["p"]), e["BH"], rtol=1e-9)


def test_nothing_against_nothing_has_no_answer():
    got = change.ratio([0], [10], [0], [10]).iloc[0]
    assert np.isnan(got["ratio"])
    assert (got["lower"], got["upper"], got["p"]) == (0, np.inf, 1)


def test_missing_count_or_population_has_no_answer():
    got = change.ratio([np.nan, 3], [10, 0], [2, 3], [10, 10])
    assert got.isna().all(axis=None)


def test_adjust_keeps_missing_out_of_the_family():
    got = change.adjust(pd.Series([0.01, np.nan, 0.04], index=["a", "b", "c"]))
    assert got["a"] == pytest.approx(0.02)
    assert np.isnan(got["b"])
    assert got["c"] == pytest.approx(0.04)


def test_counts_must_be_whole():
    with pytest.raises(UsageError):
        change.ratio([1.5], [10], [2], [10])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.2, 5))
def test_p_equals_scipys_scalar_test(x1, x0, share):
    from scipy.stats import binomtest

    if x1 + x0 == 0:
        return
    got = change.ratio([x1], [share], [x0], [1.0])["p"].iloc[0]
    expected = binomtest(x1, x1 + x0, share / (share + 1)).pvalue
    assert got == pytest.approx(expected, rel=1e-8)


def test_widening_by_one_changes_nothing_and_by_more_only_widens():
    exact = change.ratio([20, 0, 7], [1, 1, 1], [10, 6, 0], [1, 1, 1])
    pd.testing.assert_frame_equal(change.widen(exact, 1.0), exact, rtol=1e-9)
    wide = change.widen(exact, 2.0)
    assert (wide["p"] > exact["p"]).all()
    assert (wide["lower"] <= exact["lower"]).all()
    assert (wide["upper"] >= exact["upper"]).all()


@pytest.mark.parametrize(
    "x1,n1,x0,n0,difference,lower,upper",
    [  # Newcombe 1998, table II, method 10
        (56, 70, 48, 80, 0.2, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.6, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.5714, 0.0582, 0.8062),
        (5, 56, 0, 29, 0.0893, -0.0381, 0.1926),
        (0, 10, 0, 20, 0.0, -0.1611, 0.2775),
        (10, 10, 0, 20, 1.0, 0.6791, 1.0),
        (10, 10, 0, 10, 1.0, 0.6075, 1.0),
    ],
)
def test_difference_equals_newcombes_table(x1, n1, x0, n0, difference, lower, upper):
    got = change.difference(x1, n1, x0, n0).iloc[0]
    assert got["difference"] == pytest.approx(difference, abs=5e-5)
    assert got["lower"] == pytest.approx(lower, abs=5e-5)
    assert got["upper"] == pytest.approx(upper, abs=5e-5)


def test_difference_changes_sign_with_order_and_is_missing_without_answers():
    one = change.difference([9, 0], [30, 0], [4, 1], [20, 9])
    other = change.difference([4, 1], [20, 9], [9, 0], [30, 0])
    assert one.iloc[0]["lower"] == pytest.approx(-other.iloc[0]["upper"])
    assert one.iloc[1].isna().all()

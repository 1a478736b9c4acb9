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


def test_direct_standardised_by_hand():
    # Dobson: 60 events; value (0.6·10/1000 + 0.4·50/2000) = 0.016;
    # variance 0.36·10/10⁶ + 0.16·50/4·10⁶ = 5.6e-6;
    # Byar's limits of 60: 45.7830, 77.2345
    got = rates.direct_standardised([10, 50], [1000, 2000], [600, 400]).iloc[0]
    assert got["rate"] == pytest.approx(16)
    spread = 1000 * np.sqrt(5.6e-6 / 60)
    assert got["lower"] == pytest.approx(16 + spread * (45.7830 - 60), abs=1e-3)
    assert got["upper"] == pytest.approx(16 + spread * (77.2345 - 60), abs=1e-3)


def test_standardised_to_itself_is_the_crude_rate():
    x, n = [12, 30, 7], [900, 2100, 800]
    got = rates.direct_standardised(x, n, n, per=1000).iloc[0]
    crude = rates.rate(sum(x), sum(n), per=1000).iloc[0]
    for name in ("rate", "lower", "upper"):
        assert got[name] == pytest.approx(crude[name], rel=1e-12)


@pytest.mark.parametrize("last,is_told", [(5, False), (6, True)])
def test_no_standardised_rate_on_fewer_than_ten_events(last, is_told):
    got = rates.direct_standardised([4, last], [100, 100], [1, 1])
    assert got.notna().all(axis=None) == is_told
    assert list(got.columns) == ["rate", "lower", "upper"]


@pytest.mark.parametrize("n,standard", [([0, 10], [1, 1]), ([10, 10], [1, np.nan])])
def test_standardising_needs_every_stratum(n, standard):
    with pytest.raises(UsageError):
        rates.direct_standardised([5, 9], n, standard)


def test_smooth_by_hand():
    # Marshall 1991: m = 30/300 = 0.1; s² = (100·0.1² + 100·0.1²)/300 = 1/150
    # a = s² − 0.1/100 = 17/3000; trust a/(a + 0.001) = 0.85
    got = rates.smooth([0, 10, 20], [100, 100, 100])
    np.testing.assert_allclose(got, [0.015, 0.1, 0.185], rtol=1e-12)


def test_smooth_gives_the_mean_where_only_chance_differs_and_keeps_gaps():
    count = pd.Series([10, 11, np.nan, 9], index=list("abcd"))
    got = rates.smooth(count, [100, 100, 100, 100])
    assert list(got.index) == list("abcd")
    np.testing.assert_allclose(got.drop("c"), 0.1)
    assert np.isnan(got["c"])
    assert rates.smooth([0, 0], [100, 100]).tolist() == [0, 0]


def test_local_smoothing_draws_towards_neighbours():
    graph = _line("abcd")
    count = pd.Series([2, 2, 40, 44], index=list("abcd"))
    got = rates.smooth(count, [1000, 1000, 1000, 1000], graph=graph)
    near, alone = rates.smooth(count, [1000] * 4), got
    assert alone["a"] == pytest.approx(0.002)  # it and b are alike
    assert near["a"] > alone["a"]
    mixed = rates.smooth(count[::-1], [1000] * 4, graph=graph)
    pd.testing.assert_series_equal(mixed[::-1], got)


def test_local_smoothing_over_everyone_is_global():
    from libpysal.graph import Graph

    ids = list("abc")
    pairs = {a: [b for b in ids if b != a] for a in ids}
    x, n = pd.Series([3, 9, 20], index=ids), [90, 110, 130]
    pd.testing.assert_series_equal(
        rates.smooth(x, n, graph=Graph.from_dicts(pairs)), rates.smooth(x, n)
    )


def test_graph_and_values_must_be_of_the_same_areas():
    with pytest.raises(UsageError):
        rates.smooth(pd.Series([1, 2], index=["a", "x"]), [9, 9], graph=_line("ab"))


def _line(names):
    from libpysal.graph import Graph

    return Graph.from_dicts(
        {
            a: [names[j] for j in (i - 1, i + 1) if 0 <= j < len(names)]
            for i, a in enumerate(names)
        }
    )

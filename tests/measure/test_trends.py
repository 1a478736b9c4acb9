"""Trends against R's reference values, and when there is none to give."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.errors import ShortHistoryError, UsageError
from lagesbild.measure import trends
from lagesbild.period import Period

STATS = Path(__file__).parents[2].parent / "shared" / "data" / "stats"
here = pytest.mark.skipif(not STATS.is_dir(), reason="../shared/data/stats saknas")


@here
def test_equals_r():
    told = pd.read_csv(STATS / "mann_kendall_input.csv")
    expected = pd.read_csv(STATS / "mann_kendall_expected.csv").set_index("series")
    for series, rows in told.groupby("series"):
        got, theirs = trends.mann_kendall(rows["y"]), expected.loc[series]
        assert got.n == theirs["n"]
        ours = [got.s, got.var_s, got.z, got.p, got.tau, got.slope]
        names = ["S", "VarS", "Z", "p", "tau_b", "sen_slope"]
        np.testing.assert_allclose(
            ours, theirs[names].astype(float), rtol=1e-9, atol=1e-14
        )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=6, max_size=20))
def test_equals_scipys_tau_and_turns_sign_with_time(values):
    from scipy.stats import kendalltau, theilslopes

    got = trends.mann_kendall(values)
    at = range(len(values))
    np.testing.assert_allclose(got.tau, kendalltau(at, values).statistic, atol=1e-12)
    assert got.slope == pytest.approx(theilslopes(values, at).slope)
    back = trends.mann_kendall(values[::-1])
    assert (back.s, back.p) == (-got.s, got.p)


def test_a_gap_keeps_its_place():
    got = trends.mann_kendall([0, np.nan, 2, 3, 4])
    assert (got.n, got.s, got.slope) == (4, 6, 1)


def test_short_history_gives_words():
    with pytest.raises(ShortHistoryError) as told:
        trends.mann_kendall([1, 2, np.nan, 3])
    assert str(told.value) == "för kort historik (har 3, behöver 4 perioder)"
    with pytest.raises(ShortHistoryError) as told:
        trends.quarterly_trend(_quarters("2026-K3", range(3)))
    assert str(told.value) == "för kort historik (har 3, behöver 20 kvartal)"
    with pytest.raises(ShortHistoryError):
        trends.seasonal_mann_kendall(range(15))


def test_season_is_no_trend_and_a_trend_shows_through_it():
    season = np.tile([10, 40, 20, 5], 6)
    flat = trends.seasonal_mann_kendall(season)
    assert (flat.s, flat.p, flat.slope) == (0, 1, 0)
    rising = trends.seasonal_mann_kendall(season + np.arange(24))
    # four seasons of six rising values: S = 4·15, var = 4·(6·5·17/18)
    assert (rising.s, rising.slope, rising.tau) == (60, 4, 1)
    assert rising.var_s == pytest.approx(4 * 28.3333333)


def _quarters(last, values):
    values = list(values)
    labels = [p.label for p in Period(last).back(len(values))]
    return pd.Series(values, index=labels)


def test_a_break_splits_the_trend_instead_of_being_crossed():
    counts = _quarters("2023-K4", [50] * 20 + list(range(20)))  # new codes in 2019
    segment = trends.split_at_breaks(counts, category="bedrageri")
    assert segment["2018-K4"] == segment["2019-K1"] - 1
    got = trends.quarterly_trend(counts, category="bedrageri")
    assert (got.n, got.slope) == (20, 4)
    assert trends.quarterly_trend(counts, category="klotter").n == 36  # 2015 on


def test_breaks_of_one_category_do_not_split_another():
    counts = _quarters("2024-K2", range(30))
    assert set(trends.split_at_breaks(counts, category="ran")) == {0}
    own = trends.split_at_breaks(counts, breaks=["2021-K3"])
    assert own["2021-K2"] == 0
    assert own["2021-K3"] == 1


def test_rolling_year_waits_for_a_whole_one():
    counts = _quarters("2026-K2", [1, 2, 3, 4, 5, np.nan])
    got = trends.rolling_year(counts).tolist()
    assert got[3:5] == [10, 14]
    assert np.isnan([*got[:3], got[5]]).all()


def test_a_shift_of_level_is_found_where_it_is_and_none_in_noise():
    pytest.importorskip("ruptures")
    rng = np.random.default_rng(7)
    counts = _quarters("2026-K3", [*rng.poisson(20, 12), *rng.poisson(60, 12)])
    assert trends.change_points(counts) == [counts.index[12]]
    wrong = [
        len(trends.change_points(_quarters("2026-K3", rng.poisson(30, 24)))) > 0
        for _ in range(40)
    ]
    assert np.mean(wrong) < 0.1
    with pytest.raises(ShortHistoryError):
        trends.change_points(counts[:11])
    with pytest.raises(UsageError):
        trends.change_points(counts.astype(float).where(counts != counts.iloc[3]))

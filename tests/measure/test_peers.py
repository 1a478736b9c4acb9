"""Areas beside the whole, the municipality beside those like it."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure import peers, rates


def test_funnel_without_extra_variation_has_exact_poisson_limits():
    count = pd.Series([20, 18, 22, 21, 19], index=list("abcde"))
    got = peers.funnel(count, [1000] * 5)
    assert got["dispersion"].tolist() == [1.0] * 5
    # 20 expected: chi2(0.025, 40)/2 and chi2(0.975, 42)/2; 99.8 % alike
    assert got.loc["a", "lower_95"] == pytest.approx(12.2165, abs=1e-4)
    assert got.loc["a", "upper_95"] == pytest.approx(30.8884, abs=1e-4)
    assert got.loc["a", "lower_998"] < got.loc["a", "lower_95"]
    assert set(got["position"]) == {"som väntat"}
    assert got.loc["c", "rate"] == 22


def test_funnel_finds_what_stands_out_and_widens_where_all_vary():
    calm = [20, 19, 21, 20, 20, 19, 21, 20, 21, 20, 19, 20]
    got = peers.funnel([*calm, 60], [1000] * 13)
    assert got["position"].tolist()[-1] == "högre (99,8 %)"
    wild = [5, 45, 12, 60, 8, 33, 70, 4, 22, 51, 9, 40]
    wide = peers.funnel(wild, [1000] * 12)
    assert wide["dispersion"].iloc[0] > 5
    assert not wide["position"].str.contains("99,8").any()


def test_funnel_tells_missing_from_zero():
    got = peers.funnel([np.nan, 0, 30, 30], [1000, 1000, 1000, 0])
    assert got["position"].tolist()[0] == "uppgift saknas"
    assert got["position"].tolist()[3] == "uppgift saknas"
    assert got["rate"].tolist()[1] == 0
    assert np.isnan(got["upper_95"].iloc[0])
    with pytest.raises(UsageError):
        peers.funnel([-1], [10])


def _indicators():
    return pd.DataFrame(
        {
            "area_id": ["egen", "b", "c", "d", "riket"],
            "value": [30.0, 20.0, 29.0, np.nan, 25.0],
            "lower": [27.0, 18.0, 26.0, np.nan, np.nan],
            "upper": [33.0, 22.0, 32.0, np.nan, np.nan],
        }
    )


def test_similar_group_says_higher_only_where_the_limits_allow():
    got = peers.similar_group(_indicators(), own="egen", nation="riket")
    assert got["area_id"].tolist() == ["b", "c", "d", "median", "riket"]
    assert got["verdict"].tolist() == [
        "högre",
        "ingen säker skillnad",
        "uppgift saknas",
        "kan inte bedömas",
        "kan inte bedömas",
    ]
    first = got.iloc[0]
    assert first["difference"] == 10
    # √(3² + 2²) each way
    assert first["difference_lower"] == pytest.approx(10 - np.sqrt(13))
    assert got.iloc[3]["value"] == 24.5  # median of b and c


def test_median_has_limits_from_six():
    table = pd.DataFrame({"area_id": list("eabcdfg"), "value": [9.0, 1, 2, 3, 4, 5, 6]})
    got = peers.similar_group(table, own="e")
    median = got[got["area_id"] == "median"].iloc[0]
    assert (median["value"], median["lower"], median["upper"]) == (3.5, 1, 6)
    few = peers.similar_group(table.head(6), own="e")
    assert few[few["area_id"] == "median"]["lower"].isna().all()


def test_own_municipality_must_be_there_once():
    with pytest.raises(UsageError):
        peers.similar_group(_indicators(), own="annan")


def test_ranks_are_wide_for_equals_and_narrow_for_one_apart():
    got = peers.rank_intervals([20, 21, 19, 200, np.nan], [1000] * 5)
    assert got["rank"].tolist()[:4] == [3, 2, 4, 1]
    assert (got["lower"][3], got["upper"][3]) == (1, 1)
    assert (got["lower"][0], got["upper"][0]) == (2, 4)
    assert got.loc[4].isna().all()


def test_own_limits_come_from_rates():
    own = rates.rate([30], [1000])
    frame = own.rename(columns={"rate": "value"}).assign(area_id="egen")
    other = frame.assign(area_id="b")
    got = peers.similar_group(pd.concat([frame, other]), own="egen")
    assert got["verdict"].tolist()[0] == "ingen säker skillnad"

"""Farrington against R's surveillance, and what the reference tables do not hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import ShortHistoryError, UsageError
from lagesbild.measure import glm, signals

STATS = Path(__file__).parents[2].parent / "shared" / "data" / "stats"
here = pytest.mark.skipif(not STATS.is_dir(), reason="../shared/data/stats saknas")
MONTHLY = {"frequency": 12, "b": 3, "w": 1, "n_periods": 4, "past_not_included": 3}


def _reference():
    if not STATS.is_dir():
        return []
    expected = pd.read_csv(STATS / "farrington_expected.csv")
    return list(expected.groupby(["series", "thresholdMethod", "trend"]))


@here
@pytest.mark.parametrize("key,expected", _reference(), ids=lambda k: str(k)[:40])
def test_equals_farrington_flexible(key, expected):
    series, method, trend = key
    told = pd.read_csv(STATS / "farrington_input.csv")
    told = told[told["series"] == series].set_index("t")[["y"]]
    how = pd.read_csv(STATS / "farrington_params.csv").set_index("series").loc[series]
    got = signals.farrington(
        told,
        monitor=expected["t"] - 1,
        frequency=int(how["freq"]),
        b=int(how["b"]),
        w=int(how["w"]),
        n_periods=int(how["noPeriods"]),
        past_not_included=int(how["pastWeeksNotIncluded"]),
        threshold_method=method,
        trend=bool(trend),
    )
    for ours, theirs in {
        "upper": "upperbound",
        "expected": "expected",
        "score": "score",
        "dispersion": "phi",
    }.items():
        # R's own fits stop at 1e-8
        np.testing.assert_allclose(got[ours], expected[theirs], rtol=1e-6, atol=1e-7)
    assert got["alarm"].tolist() == expected["alarm"].tolist()
    assert got["period"].tolist() == expected["t"].tolist()
    assert got["trend"].tolist() == expected["trend_fitted"].fillna(False).tolist()


def _counts(n_series=6, n=60, seed=2):
    rng = np.random.default_rng(seed)
    season = 1 + 0.3 * np.cos(2 * np.pi * np.arange(n) / 12)
    means = np.linspace(1, 20, n_series) * season[:, None]
    index = pd.period_range("2021-10", periods=n, freq="M").astype(str)
    counts = rng.poisson(means * rng.gamma(5, 0.2, means.shape)).astype(float)
    return pd.DataFrame(counts, index=index).add_prefix("s")


def test_series_are_judged_as_if_alone_and_come_by_series_then_period():
    counts = _counts()
    got = signals.farrington(counts, monitor=range(48, 60), **MONTHLY)
    assert got["series"].tolist() == [s for s in counts for _ in range(12)]
    assert got["period"].tolist() == list(counts.index[48:60]) * 6
    for name in ("s0", "s3"):
        alone = signals.farrington(counts[[name]], monitor=range(48, 60), **MONTHLY)
        mine = got[got["series"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, alone, rtol=1e-9)


@pytest.mark.parametrize("method", signals.METHODS)
def test_a_wave_is_found_and_an_ordinary_month_is_not(method):
    counts = _counts()
    counts.iloc[59, 4] = 90.0
    got = signals.farrington(
        counts, monitor=[58, 59], threshold_method=method, **MONTHLY
    )
    alarms = got[got["alarm"]]
    assert alarms[["series", "period"]].values.tolist() == [["s4", counts.index[59]]]
    assert (alarms["count"] > alarms["upper"]).all()


def test_what_was_not_delivered_is_left_out_and_is_no_zero():
    counts = _counts(2)
    gaps = counts.copy()
    gaps.iloc[12:24, 1] = np.nan
    zeros = counts.copy()
    zeros.iloc[12:24, 1] = 0.0
    full, gap, zero = (
        signals.farrington(c, monitor=[59], trend=False, **MONTHLY)["expected"]
        for c in (counts, gaps, zeros)
    )
    assert gap[0] == full[0]
    assert zero[1] < 0.9 * gap[1]
    missing_now = counts.copy()
    missing_now.iloc[59, 1] = np.nan
    row = signals.farrington(missing_now, monitor=[59], **MONTHLY).iloc[1]
    assert np.isnan(row["count"])
    assert not row["alarm"]


@pytest.mark.parametrize("last,upper_is_told", [(1.0, False), (2.0, True)])
def test_no_alarm_on_fewer_than_five_in_four_periods(last, upper_is_told):
    counts = pd.DataFrame({"s": [0.0, 1.0] * 30})
    counts.iloc[56:60, 0] = [1.0, 1.0, 1.0, last]
    got = signals.farrington(counts, monitor=[59], **MONTHLY).iloc[0]
    assert np.isnan(got["upper"]) != upper_is_told


def test_a_history_of_zeros_gives_no_limit_below_zero_and_no_crash():
    counts = pd.DataFrame({"s": np.zeros(60)})
    counts.iloc[59, 0] = 6.0
    got = signals.farrington(counts, monitor=[59], **MONTHLY).iloc[0]
    assert got["upper"] == 0
    assert got["alarm"]


def test_trend_is_dropped_where_it_expects_more_than_was_ever_counted():
    steep = pd.DataFrame({"s": np.round(np.exp(np.arange(60) / 15))})
    got = signals.farrington(steep, monitor=[59], **MONTHLY).iloc[0]
    assert not got["trend"]
    flat = signals.farrington(steep, monitor=[59], trend=False, **MONTHLY).iloc[0]
    assert got["expected"] == flat["expected"]
    picky = signals.farrington(
        _counts(), monitor=[59], p_threshold_trend=1e-9, **MONTHLY
    )
    assert not picky["trend"].any()


def test_short_history_is_told_in_words():
    counts = pd.DataFrame({"s": np.ones(6)})
    with pytest.raises(ShortHistoryError, match=r"för kort historik \(har 5, behöver"):
        signals.farrington(
            counts,
            monitor=[5],
            frequency=4,
            b=5,
            w=1,
            n_periods=1,
            past_not_included=0,
        )
    exact = pd.DataFrame({"s": np.ones(38)})
    assert len(signals.farrington(exact, monitor=[37], **MONTHLY)) == 1
    with pytest.raises(ShortHistoryError):
        signals.farrington(exact, monitor=[36], **MONTHLY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"monitor": [60]},
        {"monitor": []},
        {"frequency": 7},
        {"w": 12},
        {"n_periods": 11},
        {"limit54": (-1, 4)},
        {"threshold_method": "gissa"},
    ],
)
def test_impossible_arguments_are_refused(wrong):
    with pytest.raises(UsageError):
        signals.farrington(_counts(1), **({"monitor": [59], **MONTHLY} | wrong))


def test_fit_equals_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(4)
    level, time = np.arange(40) % 4, np.linspace(-0.5, 0.5, 40)
    counts = rng.poisson(np.exp(1 + 0.3 * level + time), (3, 40)).astype(float)
    counts[1, 5] = np.nan
    fit = glm.fit_poisson(counts, level, time)
    design = np.column_stack([level[:, None] == np.arange(4), time]).astype(float)
    now = np.array([0, 0, 0, 1, 0.7])
    eta, error = fit.predict(3, 0.7)
    for i in range(3):
        known = ~np.isnan(counts[i])
        model = sm.GLM(counts[i][known], design[known], family=sm.families.Poisson())
        other = model.fit(tol=1e-12)
        np.testing.assert_allclose(fit.effects[i], other.params[:4], rtol=1e-7)
        np.testing.assert_allclose(fit.slope[i], other.params[4], rtol=1e-6)
        assert eta[i] == pytest.approx(now @ other.params, rel=1e-7)
        variance = now @ other.normalized_cov_params @ now
        assert error[i] == pytest.approx(np.sqrt(variance), rel=1e-3)
        pearson = other.pearson_chi2 / other.df_resid
        # ours, as R's, are from the weights of the last round but one
        assert fit.dispersion(counts)[i] == pytest.approx(pearson, rel=1e-3)
        hat = other.get_hat_matrix_diag()
        np.testing.assert_allclose(fit.leverage()[i][known], hat, rtol=1e-3)


def test_where_the_mean_may_be_anything_there_is_no_limit_and_no_alarm():
    counts = pd.DataFrame({"s": np.zeros(60)})
    counts.iloc[59, 0] = 6.0
    got = signals.farrington(
        counts, monitor=[59], threshold_method="muan", **MONTHLY
    ).iloc[0]
    assert np.isnan([got["upper"], got["expected"]]).all()
    assert not got["alarm"]


def test_the_limit_is_rarely_passed_where_nothing_happens():
    counts = _counts(200, seed=9)
    got = signals.farrington(counts, monitor=range(48, 60), **MONTHLY)
    share = got["alarm"].sum() / got["upper"].notna().sum()
    assert 0.001 < share < 0.04  # alpha is 0.01; a short history makes it more

"""Near repeats and density."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import ShortHistoryError, UsageError
from lagesbild.measure import near


def _town(n=120, seed=1):
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 2000, (2, n)) + np.array([[500_000], [6_600_000]])
    return place[0], place[1], np.floor(rng.uniform(0, 90, n))


def _row(frame, metres, days):
    return frame[(frame["metres"] == metres) & (frame["days"] == days)].iloc[0]


def test_pairs_are_counted_in_their_bands_by_hand():
    east, north, day = _town(50)
    east, north = east * 0 + np.arange(50) * 10_000, north * 0
    east[:4] = [0, 0, 100, 250]
    day = np.arange(50) * 0.0
    day[:4] = [0, 7, 8, 9]
    got = near.near_repeat(east, north, day, n_permutations=19)
    assert _row(got, "samma plats", "0–7")["n_pairs"] == 1  # first and second
    assert _row(got, "0–100", "0–7")["n_pairs"] == 1  # second and third, one day
    assert _row(got, "0–100", "7–14")["n_pairs"] == 1  # first and third
    assert _row(got, "100–200", "0–7")["n_pairs"] == 1  # third and fourth
    assert _row(got, "200–400", "0–7")["n_pairs"] == 1  # second and fourth
    assert got["n_pairs"].sum() == 6


def test_repeats_are_found_where_they_are_planted_and_not_elsewhere():
    east, north, day = _town()
    east = np.r_[east, east[:40] + 60]
    north, day = np.r_[north, north[:40]], np.r_[day, day[:40] + 3]
    got = near.near_repeat(east, north, day, n_permutations=199)
    close = _row(got, "0–100", "0–7")
    assert close["p"] <= 0.01
    assert close["ratio"] > 2
    none = near.near_repeat(*_town(160, seed=5), n_permutations=199)
    assert _row(none, "0–100", "0–7")["p"] > 0.05


def test_dates_are_days_and_the_answer_is_the_same_each_time():
    east, north, day = _town()
    dates = pd.Timestamp("2026-01-01") + pd.to_timedelta(day, unit="D")
    one = near.near_repeat(east, north, day, n_permutations=49)
    pd.testing.assert_frame_equal(
        one, near.near_repeat(east, north, dates, n_permutations=49)
    )


def test_few_events_and_gaps_are_refused():
    east, north, day = _town(49)
    with pytest.raises(ShortHistoryError, match="har 49, behöver 50 händelser"):
        near.near_repeat(east, north, day)
    day[0] = np.nan
    with pytest.raises(UsageError):
        near.near_repeat(east, north, day)


def test_density_holds_all_events():
    east, north, _ = _town()
    got = near.density(east, north, bandwidth_m=300, cell_m=50)
    assert got["per_km2"].sum() * 0.05**2 == pytest.approx(120, rel=0.01)
    peak = near.density([500_025.0], [6_600_025.0], cell_m=50)
    top = peak.loc[peak["per_km2"].idxmax()]
    assert (top["easting_m"], top["northing_m"]) == (500_025, 6_600_025)
    assert top["per_km2"] == pytest.approx(3 / (np.pi * 0.3**2))


def test_density_refuses_squares_that_hide_or_are_too_many():
    with pytest.raises(UsageError):
        near.density([0.0], [0.0], bandwidth_m=100, cell_m=200)
    with pytest.raises(UsageError, match="rutor"):
        near.density([0.0, 1e6], [0.0, 1e6])
    assert near.density([], []).empty

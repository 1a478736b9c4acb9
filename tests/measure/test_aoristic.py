"""Events spread over the hours in which they can have happened."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.errors import ShortHistoryError, UsageError
from lagesbild.measure import aoristic

MONDAY = pd.Timestamp("2026-09-07")


def _weights(*intervals):
    first, last = zip(*intervals, strict=True)
    return aoristic.weights(
        pd.Series(pd.to_datetime(first)), pd.Series(pd.to_datetime(last))
    )


def test_shape_and_a_moment():
    got = _weights(("2026-09-08 13:59", "2026-09-08 13:59"))
    assert got.shape == (7, 24)
    assert got.loc[1, 13] == 1  # Tuesday
    assert got.to_numpy().sum() == 1


def test_interval_by_hand_over_midnight_and_over_the_week():
    # Sunday 23:30 to Monday 01:30: a quarter, a half, a quarter
    got = _weights(("2026-09-13 23:30", "2026-09-14 01:30"))
    assert (got.loc[6, 23], got.loc[0, 0], got.loc[0, 1]) == (0.25, 0.5, 0.25)
    week = _weights(("2026-09-09 05:00", "2026-09-23 05:00"))
    np.testing.assert_allclose(week, 1 / 168)


def test_moments_with_zone_are_swedish_time_and_survive_the_clock():
    first = pd.Series(pd.to_datetime(["2026-10-25 00:30"], utc=True))
    last = pd.Series(pd.to_datetime(["2026-10-25 01:30"], utc=True))
    # 02:30 summer time for an hour: the clock is put back in it
    got = aoristic.weights(first, last)
    assert got.to_numpy().sum() == pytest.approx(1)
    assert got.loc[6, 2] == pytest.approx(0.5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60_000), st.sampled_from([0, 1, 45, 600, 12_345])),
        min_size=1,
        max_size=8,
    )
)
def test_sum_of_weights_is_the_number_of_events_in_any_order(drawn):
    first = pd.Series([MONDAY + pd.Timedelta(minutes=m) for m, _ in drawn])
    last = first + pd.to_timedelta([n for _, n in drawn], unit="min")
    got = aoristic.weights(first, last)
    assert got.to_numpy().sum() == pytest.approx(len(drawn))
    assert (got.to_numpy() >= 0).all()
    back = aoristic.weights(first[::-1], last[::-1])
    np.testing.assert_allclose(got, back, atol=1e-9)


def test_one_known_end_is_the_moment_and_no_time_is_left_out():
    got = _weights((None, "2026-09-07 10:30"), ("2026-09-07 10:15", None), (None, None))
    assert got.loc[0, 10] == 2
    assert got.to_numpy().sum() == 2


def test_an_interval_that_ends_before_it_begins_is_refused():
    with pytest.raises(UsageError, match="1 händelser"):
        _weights(("2026-09-07 10:00", "2026-09-07 09:00"))


def _drawn(rng, hours, length):
    first = pd.Series(MONDAY + pd.to_timedelta(hours, unit="h"))
    before = rng.uniform(0, 1, len(hours)) * length
    first = first - pd.to_timedelta(before, unit="h")
    return first, first + pd.to_timedelta(length, unit="h")


def test_evenness_errs_as_often_as_it_says():
    rng = np.random.default_rng(1)
    p = [
        aoristic.evenness(
            *_drawn(rng, rng.uniform(0, 168 * 8, 200), rng.exponential(4, 200))
        ).p
        for _ in range(300)
    ]
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.09


def test_evenness_finds_the_night_though_hours_are_uncertain():
    rng = np.random.default_rng(2)
    night = rng.integers(0, 28, 300) * 24 + rng.normal(23, 3, 300)
    times = _drawn(rng, night, rng.exponential(6, 300))
    assert aoristic.evenness(*times).p < 0.001
    assert aoristic.evenness(*times, cycle="week").p > 0.01
    weekend = rng.integers(0, 10, 300) * 168 + rng.uniform(96, 144, 300)
    times = _drawn(rng, weekend, rng.exponential(6, 300))
    assert aoristic.evenness(*times, cycle="week").p < 0.001


def test_evenness_needs_events_that_say_something():
    first = pd.Series([MONDAY] * 60)
    with pytest.raises(ShortHistoryError, match="har 49, behöver 50 händelser"):
        aoristic.evenness(first, first + pd.to_timedelta([1] * 49 + [12] * 11, "h"))
    with pytest.raises(UsageError):
        aoristic.evenness(first, first, cycle="year")


def test_a_day_without_time_is_the_whole_swedish_day():
    rows = pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(["2026-09-06 22:00", "2026-09-07 08:00"]),
            "occurred_to": pd.to_datetime(["2026-09-06 22:00", "2026-09-07 08:30"]),
            "has_time": [False, True],
        }
    )
    for name in ("occurred_from", "occurred_to"):
        rows[name] = rows[name].dt.tz_localize("UTC").astype("datetime64[us, UTC]")
    got = aoristic.weights(*aoristic.intervals_of(rows))
    np.testing.assert_allclose(got.loc[0].drop(10), 1 / 24)
    assert got.loc[0, 10] == pytest.approx(1 + 1 / 24)
    assert got.loc[1:].to_numpy().sum() == 0
    blocks = aoristic.in_blocks(got)
    assert list(blocks.columns) == [0, 3, 6, 9, 12, 15, 18, 21]
    assert blocks.loc[0, 9] == pytest.approx(1 + 3 / 24)
    with pytest.raises(UsageError):
        aoristic.in_blocks(got, hours=5)

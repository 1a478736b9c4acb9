"""Dates and times in every shape met in deliveries; the clock changes by hand."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.clean import times
from lagesbild.errors import ReadError


def _series(*texts):
    return pd.Series(texts, dtype="str")


def _order(*texts, declared=None):
    return times.find_date_order(
        _series(*texts), declared=declared, column="Dag", file_name="a.csv"
    )


def _moments(*texts, clock=None, order=None):
    days = _series(*texts)
    return times.parse_moments(
        days, _series(*(clock or [None] * len(days))), order=order
    )


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-07-03", None),
        ("2026-7-3", None),
        ("2026/07/03", None),
        ("20260703", None),
        ("2026-07-03 22:10:00", None),
        ("46206", None),  # days since 1899-12-30, as spreadsheets count
        ("46206.75", None),
        ("7/3/26", "mdy"),
        ("07/03/2026", "mdy"),
        ("3/7/2026", "dmy"),
        ("03.07.26", "dmy"),
        ("26-07-03", "ymd"),
    ],
)
def test_one_day_in_many_shapes(text, order):
    assert times.parse_days(_series(text), order=order)[0] == pd.Timestamp("2026-07-03")


@pytest.mark.parametrize("text", ["2026-02-30", "13/13/26", "i går", "12", "99999", ""])
def test_what_is_no_day_is_missing(text):
    assert times.parse_days(_series(text), order="mdy").isna().all()


def test_two_digit_years():
    told = times.parse_days(_series("1/31/69", "1/31/70"), order="mdy")
    assert list(told.dt.year) == [2069, 1970]


def test_order_is_proved_by_the_whole_column():
    assert _order("7/3/26", "7/23/26") == "mdy"
    assert _order("3/7/26", "23/7/26") == "dmy"
    assert _order("2026-07-03", None) is None
    assert _order("5/5/26", "6/6/26") == "dmy"  # the same day in both orders
    assert _order("7/3/26", declared="mdy") == "mdy"


def test_order_that_cannot_be_known_is_an_error_naming_the_column():
    with pytest.raises(ReadError, match=r"'Dag'.*både som dag/månad"):
        _order("7/3/26", "8/4/26")
    with pytest.raises(ReadError, match=r"'Dag'.*olika ordning"):
        _order("7/23/26", "23/7/26")


def test_dates_half_turned_by_a_spreadsheet_are_refused():
    """A US spreadsheet reads 3/7 as 7 March but leaves 23/7, which it cannot read."""
    turned = [f"2026-{month:02d}-{month % 12 + 1:02d}" for month in range(1, 12)]
    with pytest.raises(ReadError, match=r"kalkylprogram.*'Dag'"):
        _order(*turned, "23/7/26", "24/7/26")
    assert _order(*turned, "2026-07-23", "23/7/26") == "dmy"


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_both_orders_give_the_day_back(day):
    american = f"{day.month}/{day.day}/{day:%y}"
    swedish = f"{day.day}/{day.month}/{day.year}"
    assert times.parse_days(_series(american), order="mdy")[0].date() == day
    assert times.parse_days(_series(swedish), order="dmy")[0].date() == day


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("5", 5), ("0", 0), ("45", 45), ("930", 570), ("0930", 570), ("2359", 1439)),
        *(("9:30", 570), ("09.30", 570), ("09:30:15", 570), ("9:30 PM", 1290)),
        *(("12:05 am", 5), ("12:05 pm", 725), ("0.5", 720), ("0,25", 360)),
        *(("0.395833333", 570), ("0.30", 30), ("2400", 1440), ("24:00", 1440)),
    ],
)
def test_time_of_day(text, minutes):
    assert times.parse_minutes(_series(text))[0] == minutes


@pytest.mark.parametrize("text", ["2575", "2401", "12:60", "kväll", "-1", "", "12345"])
def test_what_is_no_time_is_missing(text):
    assert times.parse_minutes(_series(text)).isna().all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1439))
def test_lost_zeros_are_restored(minutes):
    text = str(int(f"{minutes // 60:02d}{minutes % 60:02d}"))
    assert times.parse_minutes(_series(text))[0] == minutes


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-15 12:00", "2026-01-15 11:00"),
        ("2026-07-15 12:00", "2026-07-15 10:00"),
        ("2026-03-29 01:59", "2026-03-29 00:59"),
        ("2026-03-29 02:30", "2026-03-29 01:00"),  # does not exist: moved to 03:00
        ("2026-10-25 02:30", "2026-10-25 00:30"),  # happens twice: the first
        ("2026-10-25 03:00", "2026-10-25 02:00"),
        ("2026-10-25 02:30 +01:00", "2026-10-25 01:30"),
        ("2026-08-07 7:06:22 +02:00", "2026-08-07 05:06"),
        ("2026-08-07T07:06:22Z", "2026-08-07 07:06"),
    ],
)
def test_local_time_is_stored_in_utc(local, utc):
    told = _moments(local).iloc[0]
    assert told["moment"] == pd.Timestamp(utc, tz="UTC")
    assert told["has_time"]


def test_day_and_time_in_two_columns():
    told = _moments(
        *("7/23/26", "7/23/26", "7/23/26", "x", None),
        clock=["5", None, "2575", "5", "5"],
        order="mdy",
    )
    assert list(told["has_time"]) == [True, False, False, False, False]
    assert list(told["is_bad_time"]) == [False, False, True, False, False]
    assert list(told["is_bad_day"]) == [False, False, False, True, False]
    assert told["moment"][0] == pd.Timestamp("2026-07-22 22:05", tz="UTC")
    assert told["moment"][1] == pd.Timestamp("2026-07-22 22:00", tz="UTC")


def test_spreadsheet_number_with_part_of_day():
    told = _moments("46206.5", "46206,75", "46206")
    hours = told["moment"].dt.tz_convert(times.ZONE).dt.hour
    assert list(hours) == [12, 18, 0]
    assert list(told["has_time"]) == [True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-07-03 22:10",
            "2026-07-03 2210",
            "2026-07-03 22.10",
            "2026-07-03T22:10",
        ),
        *("20260703 2210", "7/3/26 22:10", "7/3/26 10:10 PM", "07/03/2026 22:10:00"),
        *("46206.9236111111", "46206,9236111111", "2026/07/03 22:10:00.000"),
    ],
)
def test_one_moment_in_every_shape(text):
    told = _moments(text, order="mdy").iloc[0]
    assert told["moment"] == pd.Timestamp("2026-07-03 20:10", tz="UTC")
    assert told["has_time"]


@pytest.mark.parametrize(
    ("day", "clock"),
    [("7/3/26", "2210"), ("46206", "0.9236111111"), ("2026-07-03 00:00:00", "22:10")],
)
def test_one_moment_in_two_columns(day, clock):
    told = _moments(day, clock=[clock], order="mdy").iloc[0]
    assert told["moment"] == pd.Timestamp("2026-07-03 20:10", tz="UTC")


@pytest.mark.parametrize(("n_rows", "has_time"), [(9, True), (10, False)])
def test_days_that_all_stand_with_midnight_have_no_time(n_rows, has_time):
    days = [f"2026-07-{n + 1:02d} 00:00:00" for n in range(n_rows)]
    assert set(_moments(*days)["has_time"]) == {has_time}
    assert _moments(*days, "2026-08-01 00:01:00")["has_time"].all()


def test_the_later_reading_of_a_repeated_hour():
    first = _moments("2026-10-25 02:30", "2026-10-25 03:30", "2026-07-01 02:30", None)
    later = times.read_as_later(first["moment"]) - first["moment"]
    assert later[:3].dt.total_seconds().tolist() == [3600, 0, 0]
    assert later.isna()[3]


def test_local_day_of_a_moment():
    moments = pd.Series(pd.to_datetime(["2026-07-02 22:30"], utc=True))
    assert times.local_days(moments)[0] == pd.Timestamp("2026-07-03")

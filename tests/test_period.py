"""Periods: their days, neighbours, order and Swedish names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.errors import PeriodError
from lagesbild.period import Period, swedish_date

KINDS = ["year", "half", "tertial", "quarter", "month"]
DAYS = st.dates(date(1950, 1, 1), date(2900, 12, 31))


@pytest.mark.parametrize(
    ("label", "first", "last", "name"),
    [
        ("2026-K3", date(2026, 7, 1), date(2026, 9, 30), "juli–september 2026"),
        ("2026-07", date(2026, 7, 1), date(2026, 7, 31), "juli 2026"),
        ("2026-T2", date(2026, 5, 1), date(2026, 8, 31), "maj–augusti 2026"),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30), "januari–juni 2026"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "februari 2024"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
    ],
)
def test_knows_its_days_and_name(label, first, last, name):
    period = Period(label)
    assert (period.start, period.end, period.name) == (first, last, name)


@pytest.mark.parametrize(
    "text", ["2026-K5", "2026K3", "26-K3", "", "2026-13", "2026-T4", None, "1066"]
)
def test_refuses_what_is_no_period(text):
    with pytest.raises(PeriodError, match="ingen period"):
        Period(text)


@given(DAYS, st.sampled_from(KINDS), st.integers(-40, 40))
def test_shifting_there_and_back_is_nothing(day, kind, steps):
    period = Period.containing(day, kind)
    assert day in period
    assert period.shift(steps).shift(-steps) == period
    assert period.next.start > period.end
    assert period.previous.end < period.start


@given(DAYS, st.sampled_from(KINDS))
def test_same_period_last_year_is_a_year_back(day, kind):
    period = Period.containing(day, kind)
    then = period.same_period_last_year
    assert (then.year, then.number) == (period.year - 1, period.number)


def test_history_is_oldest_first():
    labels = [p.label for p in Period("2026-K2").back(3)]
    assert labels == ["2025-K4", "2026-K1", "2026-K2"]


def test_periods_of_two_kinds_have_no_order():
    assert Period("2026-K1") < Period("2026-K2")
    with pytest.raises(PeriodError, match="olika slags"):
        assert Period("2026-K1") < Period("2026-01")


def test_a_day_in_running_text():
    assert swedish_date(date(2026, 10, 12)) == "12 oktober 2026"

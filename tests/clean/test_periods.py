"""Periods as file names and cells write them."""

from datetime import date

import pandas as pd
import pytest

from lagesbild.clean import periods


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("polis_2026-K3.xlsx", "2026-07-01", "2026-09-30"),
        ("polis_2026K3_v2.csv", "2026-07-01", "2026-09-30"),
        ("polis_2026-K3_20261012.xlsx", "2026-07-01", "2026-09-30"),
        ("Q3 2026.csv", "2026-07-01", "2026-09-30"),
        ("kvartal 3 2026.csv", "2026-07-01", "2026-09-30"),
        ("brand_2026_kv3.csv", "2026-07-01", "2026-09-30"),
        ("Brottsstatistik_Nyby_202607.csv", "2026-07-01", "2026-07-31"),
        ("x_2026-07.csv", "2026-07-01", "2026-07-31"),
        ("x_2026-T2.csv", "2026-05-01", "2026-08-31"),
        ("x_2026-H1.csv", "2026-01-01", "2026-06-30"),
        ("x_2026.csv", "2026-01-01", "2026-12-31"),
        ("x_20260701-20260930.csv", "2026-07-01", "2026-09-30"),
        ("x_2026-07-01_2026-09-15.csv", "2026-07-01", "2026-09-15"),
    ],
)
def test_file_name_tells_its_days(name, first, last):
    wanted = (date.fromisoformat(first), date.fromisoformat(last))
    assert periods.days_of_file(name) == wanted


@pytest.mark.parametrize(
    "name",
    [
        *("polis.csv", "polis_20260703.csv", "events_2023_2026.json"),
        *("2026-K1_2026-K2.csv", "x_2026-13-01_2026-13-02.csv"),
    ],
)
def test_file_name_without_one_period(name):
    assert periods.days_of_file(name) is None


def test_cells():
    told = periods.parse_periods(
        pd.Series(
            ["2026-K3", "202607", "kvartal 3 2026", "hela året", None], dtype="str"
        )
    )
    assert list(told[:3]) == ["2026-K3", "2026-07", "2026-K3"]
    assert told[3:].isna().all()


def test_days_of_rows():
    days = pd.Series(pd.to_datetime(["2026-07-03", None, "2026-07-01"]))
    assert periods.days_of_rows(days) == (date(2026, 7, 1), date(2026, 7, 3))
    assert periods.days_of_rows(days[1:2]) is None

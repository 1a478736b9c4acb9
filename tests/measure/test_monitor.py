"""What has changed in silence in the published statistics, at each threshold."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.measure.monitor import (
    FEWER,
    GONE,
    REVISED,
    STALE,
    find_fewer,
    find_revised,
    period_ends,
    watch_statistics,
)


def series(
    periods, *, indicator="bra_totalt", area="9998", values=None, status="final"
):
    n = len(periods)
    frame = pd.DataFrame(
        {
            "indicator_id": indicator,
            "area_id": area,
            "area_level": "municipality",
            "breakdown": "alla",
            "period": list(periods),
            "value": [100.0] * n if values is None else values,
            "lower": float("nan"),
            "upper": float("nan"),
            "n_respondents": pd.NA,
            "unit": "brott",
            "source": "Brå",
            "status": status,
            "retrieved_at": pd.Timestamp("2026-11-01"),
        }
    )
    return contracts.check(frame, "indicators")


NOTHING = contracts.empty("indicators")


def test_the_ends_of_periods():
    got = period_ends(pd.Series(["2025", "2026-K1", "2026-K4", "2021-2024"]))
    assert [day.date().isoformat() for day in got] == [
        "2025-12-31",
        "2026-03-31",
        "2026-12-31",
        "2024-12-31",
    ]


@pytest.mark.parametrize(
    ("periods", "as_of", "is_stale"),
    [
        (["2023", "2024"], date(2026, 12, 31), False),  # 730 days, 2 × 366 at most
        (["2023", "2024"], date(2027, 1, 3), True),
        (["2026-K1", "2026-K2"], date(2026, 12, 29), False),  # 182 days, 2 × 91
        (["2026-K1", "2026-K2"], date(2026, 12, 30), True),
        (["2019", "2022"], date(2028, 12, 1), False),  # every third year
        (["2019", "2022"], date(2029, 1, 1), True),
        (["2020-2023", "2021-2024"], date(2026, 12, 31), False),  # pooled, each year
        (["2020-2023", "2021-2024"], date(2027, 2, 1), True),
        (["2024"], date(2027, 1, 2), False),  # one period: its own length
        (["2024"], date(2027, 1, 3), True),
    ],
)
def test_a_source_is_stale_after_two_of_its_own_intervals(periods, as_of, is_stale):
    got = watch_statistics(series(periods), NOTHING, as_of=as_of)
    assert got["what"].tolist() == ([STALE] if is_stale else [])


def test_a_missing_figure_does_not_make_a_source_fresh():
    now = series(["2020", "2021", "2025"], values=[1.0, 2.0, float("nan")])
    got = watch_statistics(now, NOTHING, as_of=date(2026, 11, 1))
    assert got["what"].tolist() == [STALE]
    assert "2021-12-31" in got["told"].iloc[0]


def test_a_series_that_is_gone_is_told_once():
    before = pd.concat([series(["2024", "2025"]), series(["2025"], area="0000")])
    now = series(["2024", "2025"])
    got = watch_statistics(now, before, as_of=date(2026, 2, 1))
    told = got[got["what"] == GONE]
    assert told[["indicator_id", "area_id"]].to_numpy().tolist() == [
        ["bra_totalt", "0000"]
    ]


@pytest.mark.parametrize(("n_now", "is_told"), [(8, False), (7, True), (0, True)])
def test_rows_that_are_a_fifth_fewer(n_now, is_told):
    years = [str(year) for year in range(2016, 2026)]
    now = series(years[10 - n_now :]) if n_now else NOTHING
    got = find_fewer(now, series(years))
    assert got["what"].tolist() == ([FEWER] if is_told else [])


@pytest.mark.parametrize(
    ("before", "now", "status", "is_told"),
    [
        (100.0, 105.0, "final", False),  # 5 %, not more
        (100.0, 105.1, "final", True),
        (100.0, 94.0, "final", True),
        (50.0, 54.9, "final", False),  # under 5
        (50.0, 55.0, "final", True),
        (100.0, 120.0, "preliminary", False),
        (0.0, 5.0, "final", True),
        (100.0, float("nan"), "final", False),  # gone is told as gone
    ],
)
def test_final_figures_that_are_revised(before, now, status, is_told):
    got = find_revised(
        series(["2025"], values=[now]),
        series(["2025"], values=[before], status=status),
    )
    assert got["what"].tolist() == ([REVISED] if is_told else [])


def test_nothing_to_tell_has_the_same_columns():
    got = watch_statistics(NOTHING, NOTHING, as_of=date(2026, 1, 1))
    assert got.empty
    assert list(got.columns) == [
        "what",
        "source",
        "indicator_id",
        "area_id",
        "period",
        "told",
    ]

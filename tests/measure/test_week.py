"""When in the week it happens: shares of all, and silence where little is known."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.measure import week

CYCLE = "2026-K3"
MONDAY = pd.Timestamp("2026-08-03", tz="Europe/Stockholm")


def make_reports(n=1200, *, hours=None, category="klotter", quarters=4):
    """Reports spread evenly over the week, or all at ``hours`` after Monday 00:00."""
    rng = np.random.default_rng(1)
    at = rng.uniform(0, 168, n) if hours is None else np.resize(hours, n)
    moment = (MONDAY + pd.to_timedelta(at, unit="h")).tz_convert("UTC")
    day = pd.date_range("2025-10-01", periods=quarters, freq="QS")
    return pd.DataFrame(
        {
            "source_kind": "police",
            "category": category,
            "protected_class": pd.Series([np.nan] * n, dtype="str"),
            "reported_on": np.resize(day.to_numpy(), n),
            "occurred_from": moment.as_unit("us"),
            "occurred_to": moment.as_unit("us"),
            "has_time": True,
            "event_id": [f"e{i}" for i in range(n)],
            "incident_id": [f"r{i}" for i in range(n)],
        }
    )


def make_deliveries(first="2025-10-01", periods=4):
    start = pd.date_range(first, periods=periods, freq="QS")
    return pd.DataFrame(
        {
            "source": "polisen",
            "source_kind": "police",
            "period_start": start,
            "period_end": start + pd.offsets.QuarterEnd(),
        }
    )


def find(reports, deliveries=None):
    deliveries = make_deliveries() if deliveries is None else deliveries
    return week.find_week(reports, deliveries, CYCLE)


def test_even_reports_are_even_and_shares_are_whole_per_cents_of_all():
    got = find(make_reports())
    assert len(got) == 56
    assert set(got["by_day"]) == set(got["by_week"]) == {"ingen säker skillnad"}
    assert got["n_events"].unique().tolist() == [1200]
    assert got["share"].sum() == pytest.approx(1, abs=56 * 0.005)
    assert got["reason"].isna().all()
    cents = 100 * got[["share", "hour_share", "day_share"]]
    np.testing.assert_allclose(cents, cents.round(), atol=1e-9)


def test_friday_evening_is_found_on_its_day_and_at_its_hours():
    at = np.r_[
        np.full(300, 4 * 24 + 22.5), np.random.default_rng(2).uniform(0, 168, 900)
    ]
    got = find(make_reports(hours=at)).set_index(["weekday", "hour"])
    assert set(got["by_day"]) == set(got["by_week"]) == {"ojämnt"}
    assert got["share"].idxmax() == (4, 21)
    assert got["hour_share"].idxmax()[1] == 21
    assert got["day_share"].idxmax()[0] == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "narkotika"},
        {"category": "sexualbrott"},
        {"source_kind": "observation"},
        {"protected_class": "nara_relation"},
        {"event_id": "samma"},
        {"reported_on": pd.Timestamp("2025-09-30")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_not_counted_here(changes):
    extra = make_reports(1000, hours=[30.0]).assign(**changes)
    plain = make_reports()
    got = find(pd.concat([plain, extra], ignore_index=True))
    if changes.get("event_id"):
        plain = pd.concat([plain, extra.head(1)])  # told a thousand times, once counted
    pd.testing.assert_frame_equal(got, find(plain))


@pytest.mark.parametrize("n,is_told", [(999, False), (1000, True)])
def test_fewer_than_a_thousand_events_tell_nothing(n, is_told):
    got = find(make_reports(n))
    assert got["share"].notna().all() == is_told
    if not is_told:
        assert set(got["reason"]) == {"för få händelser med känd tid"}
        assert got[["n_events", "hour_share", "by_day"]].isna().all(axis=None)


def test_short_and_missing_are_told_apart():
    short = find(make_reports(), make_deliveries("2026-04-01", 2))
    assert set(short["reason"]) == {"för kort historik (har 2, behöver 4 kvartal)"}
    gap = make_deliveries("2025-01-01", 7).drop(index=[4])
    assert set(find(make_reports(), gap)["reason"]) == {"uppgift saknas"}
    assert find(make_reports(), gap)["share"].isna().all()

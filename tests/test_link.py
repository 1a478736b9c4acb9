"""One event is told once by each organisation; an event keeps its id."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild import contracts
from lagesbild.link import link_events
from lagesbild.workspace import LinkRules
from tests.examples import few

RULES = LinkRules(max_distance_m=150, max_hours=24)
DAY = pd.Timestamp("2026-07-01", tz="UTC")


def _report(key, source="polisen", hours=0.0, east=0.0, **more):
    moment = DAY + pd.Timedelta(hours=hours)
    return {
        "incident_id": key,
        "source": source,
        "source_kind": "police" if source == "polisen" else "observation",
        "source_key": key,
        "delivery_id": "d1",
        "row_number": 1,
        "municipality_code": "9999",
        "reported_on": moment.tz_localize(None).normalize(),
        "occurred_from": moment,
        "occurred_to": moment,
        "has_time": True,
        "category": "skadegorelse",
        "found_by": "anmälan",
        "is_withdrawn": False,
        "easting_m": 600_000.0 + east,
        "northing_m": 6_700_000.0,
    } | more


def _frame(*reports, events=None):
    placed = ["easting_m", "northing_m"]
    plain = pd.DataFrame(reports, columns=[*contracts.columns("reports"), *placed])
    frame = contracts.check(plain.drop(columns=placed), "reports")
    frame[placed] = plain[placed].astype("float64")
    if events is not None:
        frame["event_id"] = pd.Series(events, dtype="str")
    return frame


NOBODY = _frame(events=[])


def _events(new, neighbours=NOBODY):
    links = link_events(new, neighbours, rules=RULES)
    return dict(zip(links["incident_id"], links["event_id"], strict=True))


def test_no_report_gives_no_link():
    assert link_events(_frame(), NOBODY, rules=RULES).empty


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({"east": 150.0}, True),
        ({"east": 150.1}, False),
        ({"hours": 24.0}, True),
        ({"hours": 24.1}, False),
        ({"category": "klotter"}, True),
        ({"category": "brand"}, False),
        ({"source": "polisen"}, False),
        ({"protected_class": "sexualbrott", "category": "sexualbrott"}, False),
        ({"is_withdrawn": True}, False),
        ({"easting_m": np.nan, "northing_m": np.nan}, False),
        ({"occurred_from": pd.NaT, "occurred_to": pd.NaT}, False),
    ],
)
def test_limits_of_one_event(other, is_same):
    other = {"source": "bolaget"} | other
    found = _events(_frame(_report("a"), _report("b", **other)))
    assert found["a"] == "Ea"
    assert found["b"] == ("Ea" if is_same else "Eb")


def test_intervals_meet_where_moments_would_not():
    long = _report("a", occurred_to=DAY + pd.Timedelta(days=3))
    assert _events(_frame(long, _report("b", "bolaget", hours=90)))["b"] == "Ea"


def test_an_interval_of_weeks_links_with_nothing():
    vague = _report("a", occurred_to=DAY + pd.Timedelta(days=8))
    assert _events(_frame(vague, _report("b", "bolaget", hours=24)))["b"] == "Eb"


def test_a_day_without_time_lasts_until_midnight():
    day = _report("a", has_time=False)
    assert _events(_frame(day, _report("b", "bolaget", hours=48)))["b"] == "Ea"
    assert _events(_frame(day, _report("b", "bolaget", hours=48.1)))["b"] == "Eb"


@pytest.mark.parametrize(("days", "is_same"), [(183, True), (184, False)])
def test_reports_registered_half_a_year_apart_are_not_looked_for(days, is_same):
    late = pd.Timestamp("2026-07-01") + pd.Timedelta(days=days)
    found = _events(_frame(_report("a"), _report("b", "bolaget", reported_on=late)))
    assert (found["b"] == "Ea") == is_same


def test_the_nearest_pair_goes_first_and_a_source_tells_once():
    found = _events(
        _frame(
            _report("a"), _report("b", "bolaget", east=90), _report("c", "bolaget", 1)
        )
    )
    assert found == {"a": "Ea", "b": "Eb", "c": "Ea"}


def test_a_chain_is_not_one_event():
    found = _events(
        _frame(
            _report("a"),
            _report("b", "bolaget", east=100),
            _report("c", "kommunen", east=220),
        )
    )
    assert found == {"a": "Ea", "b": "Ea", "c": "Ec"}


def test_an_event_keeps_its_id_when_an_earlier_report_joins():
    stored = _frame(_report("b", "bolaget", hours=20), events=["Eb"])
    assert _events(_frame(_report("a")), stored) == {"a": "Eb"}


def test_a_corrected_founder_that_moves_leaves_its_id():
    stored = _frame(_report("a"), _report("b", "bolaget"), events=["Ea", "Ea"])
    moved = _frame(_report("a", east=5_000))
    links = link_events(moved, stored, rules=RULES)
    assert links["incident_id"].tolist() == ["a", "b"]
    assert links["event_id"].tolist() == ["Ea", "Eb"]


def test_a_corrected_report_that_stays_changes_nothing():
    stored = _frame(_report("a"), _report("b", "bolaget"), events=["Ea", "Ea"])
    assert _events(_frame(_report("b", "bolaget", east=10)), stored) == {"b": "Ea"}


reports = st.lists(
    st.tuples(
        st.sampled_from(["polisen", "bolaget", "kommunen"]),
        st.integers(0, 60),
        st.integers(0, 400),
        st.sampled_from(["skadegorelse", "klotter", "brand"]),
    ),
    min_size=1,
    max_size=8,
)


def _many(drawn, start=0):
    return [
        _report(f"r{start + i}", source, hours, east, category=category)
        for i, (source, hours, east, category) in enumerate(drawn)
    ]


@few(15)
@given(reports, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(drawn, random):
    rows = _many(drawn)
    shuffled = random.sample(rows, len(rows))
    assert _events(_frame(*rows)) == _events(_frame(*shuffled))


@few(15)
@given(reports, reports)
def test_each_new_report_has_one_link_and_again_changes_nothing(old, drawn):
    first = _frame(*_many(old))
    before = _events(first)
    stored = first.assign(event_id=first["incident_id"].map(before))
    new = _frame(*_many(drawn, start=len(old)))
    links = link_events(new, stored, rules=RULES)
    assert links["incident_id"].tolist() == new["incident_id"].tolist()
    after = pd.concat([stored, new.assign(event_id=links["event_id"])])
    assert link_events(new, after, rules=RULES).equals(links)
    members = after.groupby("event_id")["source"]
    assert (members.nunique() == members.size()).all()


def test_speed_of_a_whole_history():
    n, draw = 50_000, np.random.default_rng(2026)
    base = _frame(_report("x"))
    rows = base.loc[np.zeros(n, dtype=int)].reset_index(drop=True)
    rows["incident_id"] = [f"r{i:06d}" for i in range(n)]
    rows["source"] = draw.choice(["polisen", "bolaget", "kommunen"], n)
    rows["easting_m"] += draw.uniform(0, 4_000, n)
    rows["northing_m"] += draw.uniform(0, 3_000, n)
    hours = pd.to_timedelta(draw.uniform(0, 2_000 * 24, n), unit="h")
    rows["occurred_from"] = rows["occurred_to"] = (DAY + hours).astype(
        "datetime64[us, UTC]"
    )
    started = time.perf_counter()
    links = link_events(rows, NOBODY, rules=RULES)
    assert len(links) == n
    assert time.perf_counter() - started < 20

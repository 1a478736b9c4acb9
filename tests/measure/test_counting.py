"""Which quarters are delivered, in which quarter a report counts, what is counted."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.errors import ContractError
from lagesbild.measure import counting
from tests.examples import few
from tests.measure.frames import deliveries, incidents


def _delivered(*files, **more):
    found = counting.find_delivered(deliveries(*files), **more)
    return {
        (source, period): told
        for source, period, told in found[["source", "period", "is_delivered"]].values
    }


def test_quarters_from_the_first_to_the_last_delivered_by_anyone():
    assert _delivered(
        ("polisen", "police", "2025-10-01", "2025-12-31"),
        ("bolaget", "observation", "2026-04-01", "2026-06-30"),
    ) == {
        ("polisen", "2025-K4"): True,
        ("polisen", "2026-K1"): False,
        ("polisen", "2026-K2"): False,
        ("bolaget", "2025-K4"): False,
        ("bolaget", "2026-K1"): False,
        ("bolaget", "2026-K2"): True,
    }


@pytest.mark.parametrize("last,told", [("2026-08-31", False), ("2026-09-30", True)])
def test_a_quarter_of_whole_months_is_delivered_by_its_third(last, told):
    files = [
        ("polisen", "police", "2026-07-01", "2026-07-31"),
        ("polisen", "police", "2026-08-01", last),
    ]
    assert _delivered(*files) == {("polisen", "2026-K3"): told}


def test_a_file_dated_by_its_rows_has_delivered_the_quarters_it_touches():
    file = ("raddning", "observation", "2026-05-20", "2026-08-03")
    assert _delivered(file) == {
        ("raddning", "2026-K2"): True,
        ("raddning", "2026-K3"): True,
    }


def test_press_notices_and_files_without_period_deliver_nothing():
    frame = deliveries(
        ("notiser", "notis", "2026-01-01", "2026-03-31"),
        ("polisen", "police", None, None),
    )
    assert counting.find_delivered(frame).empty


def test_days_known_is_the_shortest_of_the_sources():
    files = [
        ("polisen", "police", "2026-04-01", "2026-07-31"),
        ("bolaget", "observation", "2026-04-01", "2026-06-30"),
    ]
    assert counting.days_known(deliveries(files[0]), "2026-K2") == 31
    assert counting.days_known(deliveries(*files), "2026-K2") == 0
    assert counting.days_known(deliveries(*files), "2026-K3") is None
    assert _delivered(files[0], known_days=31)[("polisen", "2026-K2")]
    assert not _delivered(files[0], known_days=32)[("polisen", "2026-K2")]


def test_protected_classes_and_unknown_codes_are_not_countable():
    rows = incidents(
        {},
        {"protected_class": "sexualbrott", "category": "sexualbrott"},
        {"protected_class": "okand_kod", "category": "okand_kod"},
        {"category": "nara_relation"},
    )
    assert list(counting.dated(rows)["incident_id"]) == ["r0"]


def test_quarter_of_registration_or_of_occurrence_in_swedish_time():
    rows = incidents(
        {"reported_on": "2026-07-01", "occurred_from": "2026-06-30 22:30"},
        {"reported_on": "2026-07-01", "occurred_from": "2026-06-30 21:30"},
        {"occurred_from": None, "occurred_to": "2026-03-31 23:00"},
        {"occurred_from": None, "occurred_to": None},
    )
    assert set(counting.dated(rows)["period"]) == {"2026-K3"}
    by_date = counting.dated(rows, "occurred")
    assert list(by_date["incident_id"]) == ["r0", "r1", "r2"]
    assert list(by_date["period"]) == ["2026-K3", "2026-K2", "2026-K2"]


def test_occurrence_can_count_what_was_known_in_time():
    rows = incidents(
        {"reported_on": "2026-07-10", "occurred_from": "2026-06-01 10:00"},
        {"reported_on": "2026-07-11", "occurred_from": "2026-06-01 10:00"},
    )
    known = counting.dated(rows, "occurred", known_days=10)
    assert list(known["incident_id"]) == ["r0"]


def test_an_unknown_category_or_a_police_report_without_number_is_an_error():
    with pytest.raises(ContractError, match=r"'category'.*1 rader"):
        counting.dated(incidents({"category": "finns_inte"}))
    with pytest.raises(ContractError, match="'n_offences'"):
        counting.dated(incidents({"n_offences": None}))


def test_an_event_counts_once_where_the_police_tell_it():
    other = {"source": "bolaget", "source_kind": "observation", "n_offences": None}
    rows = incidents(
        {"event_id": "e", "area_id": "O2", "reported_on": "2026-07-02", **other},
        {"event_id": "e", "area_id": "O1", "reported_on": "2026-07-03"},
        {"event_id": "f", "reported_on": "2026-06-30", "area_id": "O2", **other},
        {"event_id": "f", "reported_on": "2026-07-01", "area_id": "O1"},
    )
    tally = counting.tally_sources(counting.dated(rows))
    everyone = tally[tally["source"] == counting.ALL_SOURCES]
    assert everyone[["area_id", "period", "n_events"]].values.tolist() == [
        ["O1", "2026-K3", 1],  # e: the police's account of the quarter
        ["O2", "2026-K2", 1],  # f: told first in the quarter before
    ]
    others = tally[tally["source"] == counting.ALL_OBSERVERS]
    assert others["n_events"].sum() == 2


@few(12)
@given(st.data())
def test_order_of_rows_does_not_matter_and_nothing_vanishes(data):
    row = st.fixed_dictionaries(
        {
            "source": st.sampled_from(["polisen", "kommunen", "bolaget"]),
            "area_id": st.sampled_from(["O1", "O2", None]),
            "category": st.sampled_from(["klotter", "skadegorelse"]),
            "reported_on": st.sampled_from(["2026-06-30", "2026-07-01", "2026-09-01"]),
            "event_id": st.sampled_from(["a", "b", "c", None]),
            "n_offences": st.integers(1, 9),
        }
    )
    drawn = data.draw(st.lists(row, min_size=1, max_size=8))
    for one in drawn:
        is_police = one["source"] == "polisen"
        one["source_kind"] = "police" if is_police else "observation"
        one["n_offences"] = one["n_offences"] if is_police else None
    rows = counting.dated(incidents(*drawn))
    tally = counting.tally_sources(rows)
    mixed = rows.sample(frac=1, random_state=data.draw(st.integers(0, 99)))
    pd.testing.assert_frame_equal(tally, counting.tally_sources(mixed))
    whole = tally[~tally["source"].isin(counting.EXTRA_SOURCES)]
    assert whole[["n_reports", "n_observations"]].sum().sum() == len(rows)
    assert whole["n_offences"].sum() == rows["n_offences"].sum()
    everyone = tally.loc[tally["source"] == counting.ALL_SOURCES, "n_events"]
    assert everyone.sum() == rows["event_id"].nunique()

"""What a delivery changes, whatever order its rows have and whatever came before."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild import contracts
from lagesbild.arrivals import (
    days_around,
    find_changes,
    find_lost_counts,
    find_neighbours,
    refuse_drop,
)
from lagesbild.clean.cleaned import Cleaned
from lagesbild.errors import DropError
from lagesbild.link import MOST_DAYS_APART
from lagesbild.read.delivery import BROKEN, Delivered
from lagesbild.stored_columns import content_hash
from lagesbild.workspace import Layout, LinkRules
from tests.examples import few

START, END = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-31")


def _reports(rows):
    """Rows: key → (day of registration, number of offences)."""
    frame = pd.DataFrame(
        [
            {
                "incident_id": f"id{key}",
                "source_key": key,
                "reported_on": pd.Timestamp(day),
                "n_offences": number,
                "row_number": place,
            }
            for place, (key, (day, number)) in enumerate(rows.items(), start=1)
        ],
        columns=contracts.columns("reports"),
    )
    same = {
        "source": "polisen",
        "source_kind": "police",
        "delivery_id": "d",
        "municipality_code": "9999",
        "has_time": False,
        "category": "klotter",
        "found_by": "anmälan",
        "is_withdrawn": False,
    }
    return contracts.check(frame.assign(**same), "reports")


def _versions(rows, withdrawn=()):
    frame = _reports(rows)
    return frame.assign(
        content_hash=content_hash(frame),
        is_withdrawn=frame["source_key"].isin(withdrawn),
        delivery_id="gammal",
    )[
        [
            "incident_id",
            "source_key",
            "delivery_id",
            "reported_on",
            "is_withdrawn",
            "content_hash",
        ]
    ]


def _change(rows, before, *, withdrawn=(), is_full=True, accept_drop=True):
    layout = Layout(
        files="*", format="csv", columns={"source_key": "Nr"}, is_full=is_full
    )
    frame = pd.DataFrame({"Nr": list(rows), BROKEN: None}).astype("str")
    empty = contracts.empty("quarantine")
    cleaned = Cleaned("d", _reports(rows), empty, (), {}, START.date(), END.date())
    return find_changes(
        cleaned,
        Delivered(frame, "*", layout, (), "polisen_2026-K1.csv"),
        _versions(before, withdrawn),
        replaced=contracts.empty("deliveries"),
        source="polisen",
        accept_drop=accept_drop,
    )


KEYS = st.sampled_from("abcdef")
DAYS = st.sampled_from(["2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"])
ROWS = st.dictionaries(KEYS, st.tuples(DAYS, st.integers(1, 2)), max_size=6)


@few(20)
@given(ROWS, ROWS, st.sets(KEYS), st.booleans())
def test_what_is_in_force_after_a_delivery_is_the_file_and_what_it_does_not_cover(
    rows, before, withdrawn, is_full
):
    changes = _change(rows, before, withdrawn=withdrawn, is_full=is_full)
    assert len(changes.new) + changes.n_unchanged == len(rows)
    after = {k: v for k, v in before.items() if k not in withdrawn}
    after |= dict(
        zip(
            changes.new["source_key"],
            zip(
                changes.new["reported_on"].dt.strftime("%Y-%m-%d"),
                changes.new["n_offences"],
                strict=True,
            ),
            strict=True,
        )
    )
    for gone in changes.withdrawn_ids:
        del after[gone.removeprefix("id")]
    inside = ("2026-01-01", "2026-03-31")
    expected = {
        k: v
        for k, v in before.items()
        if k not in withdrawn and not (is_full and v[0] in inside)
    }
    assert after == expected | rows
    # telling the same again changes nothing
    again = _change(rows, expected | rows, is_full=is_full)
    assert (len(again.new), again.withdrawn_ids, again.moved_ids) == (0, [], [])


def test_a_report_moves_only_when_its_year_does():
    before = {"a": ("2025-12-31", 1), "b": ("2026-01-01", 1), "c": ("2025-12-31", 1)}
    rows = {"a": ("2026-01-01", 1), "b": ("2026-01-02", 1), "c": ("2025-12-31", 1)}
    changes = _change(rows, before)
    assert changes.moved_ids == ["ida"]
    assert [d.isoformat() for d in changes.registered] == ["2025-12-31", "2026-01-02"]


@pytest.mark.parametrize(
    ("n_lost", "n_before", "is_stopped"),
    [(0, 0, False), (1, 5, False), (2, 9, True), (20, 100, False), (21, 100, True)],
)
def test_a_fifth_may_be_lost_and_no_more(n_lost, n_before, is_stopped):
    if not is_stopped:
        assert refuse_drop(n_lost, n_before, file_name="a.csv") is None
        return
    with pytest.raises(DropError, match=f"{n_lost} av periodens {n_before}"):
        refuse_drop(n_lost, n_before, file_name="a.csv")


def test_lost_counts_are_cells_of_the_periods_told_again():
    def counts(*cells):
        rows = [
            {"area_id": area, "category": "klotter", "period": period, "n_offences": 1}
            for area, period in cells
        ]
        frame = pd.DataFrame(rows, columns=contracts.columns("ready_counts"))
        told = {"source": "antal", "delivery_id": "d", "row_number": 1}
        return contracts.check(frame.assign(**told), "ready_counts")

    before = counts(("A", "2026-K1"), (None, "2026-K1"), ("A", "2026-K2"))
    assert find_lost_counts(counts(("A", "2026-K1")), before) == (1, 2)
    assert find_lost_counts(counts((None, "2026-K1")), before) == (1, 2)
    assert find_lost_counts(counts(("A", "2026-K3")), before) == (0, 0)


def test_neighbours_reach_twice_as_far_as_a_link():
    first, last = days_around((START.date(), END.date()))
    assert (START.date() - first).days == (last - END.date()).days
    assert (START.date() - first).days == 2 * MOST_DAYS_APART


def test_neighbours_are_near_in_time_or_of_the_same_events():
    moment = pd.Timestamp("2026-02-01 12:00", tz="UTC")
    rows = dict.fromkeys("abcdef", ("2026-02-01", 1))
    stored = _reports(rows).assign(
        event_id=["E1", "E2", "E2", "E3", "E4", "E5"],
        easting_m=1.0,
        northing_m=1.0,
        occurred_from=[moment - pd.Timedelta(days=d) for d in (0, 90, 91, 3, 1, 0)],
    )
    new = _reports({"b": ("2026-02-01", 2)}).assign(
        occurred_from=moment, occurred_to=moment
    )
    gone = _reports({"f": ("2026-02-01", 1)})
    rules = LinkRules(max_distance_m=150, max_hours=24)
    found = find_neighbours(stored, new, gone, rules=rules)
    # near: a and e; b is the stored version, c of its event; d too early; f gone
    assert found["source_key"].tolist() == ["a", "b", "c", "e"]

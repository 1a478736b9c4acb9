"""Frozen counts stand for the rows they were counted from."""

import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.measure import closed, tables
from lagesbild.workspace import MeasureRules
from tests.measure.frames import (
    AREAS,
    POLICE_K2_K3,
    cell,
    deliveries,
    incidents,
    ready_counts,
)


def _close(rows, cycles, files, areas=AREAS, ready=None):
    parts = [
        closed.count_for_closing(rows, files, areas, label, ready_counts=ready)
        for label in cycles
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["closed_at"] = pd.Timestamp("2026-10-20", tz="UTC")
    return contracts.check(frame, "closed_counts")


def _behind(rows, frozen, areas):
    """Who is behind frozen counts, as closing writes it beside them."""
    parts = [
        closed.find_contributors(rows, counts, areas, cycle)
        for cycle, counts in frozen.groupby("cycle")
    ]
    return contracts.check(pd.concat(parts), "closed_contributors")


def _cycle(
    rows, closed_counts, files, areas, population, cycle, ready=None, behind=None
):
    return tables.measure_cycle(
        rows,
        closed_counts,
        contracts.empty("ready_counts") if ready is None else ready,
        files,
        areas,
        population,
        cycle=cycle,
        rules=MeasureRules(),
        closed_contributors=behind,
    )


@pytest.mark.parametrize("erased", [False, True])
def test_closed_quarters_give_the_cells_that_rows_gave(town, erased):
    t = town(4, 6)
    rest = t["deliveries"], t["areas"], t["population"], "2026-K2"
    nothing = contracts.empty("closed_counts")
    from_rows = _cycle(t["incidents"], nothing, *rest)
    labels = ["2025-K1", "2025-K2", "2025-K3", "2025-K4", "2026-K1"]
    frozen = _close(t["incidents"], labels, t["deliveries"], t["areas"])
    rows = t["incidents"]
    if erased:
        rows = rows[rows["reported_on"] >= "2026-04-01"]
    behind = _behind(t["incidents"], frozen, t["areas"])
    from_closed = _cycle(rows, frozen, *rest, behind=behind)
    pd.testing.assert_frame_equal(from_rows, from_closed)


def test_closing_while_quarters_come_gives_the_cells_that_rows_give(town):
    t = town(3, 4)
    frozen = [
        _close(rows[rows["reported_on"] < end], [label], t["deliveries"], t["areas"])
        for rows in [t["incidents"]]
        for label, end in (("2025-K1", "2025-04-01"), ("2025-K2", "2025-07-01"))
    ]
    rest = t["deliveries"], t["areas"], t["population"], "2025-K4"
    nothing = contracts.empty("closed_counts")
    closed_counts = pd.concat(frozen)
    behind = _behind(t["incidents"], closed_counts, t["areas"])
    pd.testing.assert_frame_equal(
        _cycle(t["incidents"], nothing, *rest),
        _cycle(t["incidents"], closed_counts, *rest, behind=behind),
    )


def test_an_event_of_a_closed_quarter_counts_in_no_later_one():
    rows = incidents(
        {"event_id": "e", "reported_on": "2026-06-30"},
        {"event_id": "e", "reported_on": "2026-07-01"},
    )
    files = deliveries(*POLICE_K2_K3)
    people = AREAS.assign(year=2025, n_inhabitants=900)
    frozen = _close(rows.head(1), ["2026-K2"], files)
    got = _cycle(rows, frozen, files, AREAS, people, "2026-K3")
    whole = got[(got["area_id"] == "*") & (got["category"] == "alla")]
    assert whole["n_events"].tolist() == [1, 0]
    assert whole["n_reports"].tolist() == [1, 1]


def test_a_source_that_did_not_deliver_is_missing_and_stays_so():
    late = ("bolaget", "observation", "2026-07-01", "2026-09-30")
    rows = incidents(
        {"reported_on": "2026-04-02"},
        {"source": "bolaget", "source_kind": "observation", "n_offences": None},
    )
    frozen = _close(rows, ["2026-K2"], deliveries(*POLICE_K2_K3, late))
    told = cell(frozen, source="bolaget", area_id="O1")
    assert told["is_missing"]
    assert pd.isna(told["n_observations"])
    tally, delivered = closed.read_closed(frozen, to="2026-K3")
    assert not cell(delivered, source="bolaget")["is_delivered"]
    assert cell(delivered, source="polisen")["is_delivered"]
    assert set(tally["period"]) == {"2026-K2"}


def test_a_source_that_came_later_was_missing_in_closed_quarters():
    rows = incidents(
        {"reported_on": "2026-04-02"},
        {"source": "bolaget", "source_kind": "observation", "n_offences": None},
    )
    frozen = _close(rows.head(1), ["2026-K2"], deliveries(POLICE_K2_K3[0]))
    files = deliveries(
        *POLICE_K2_K3, ("bolaget", "observation", "2026-07-01", "2026-09-30")
    )
    people = AREAS.assign(year=2025, n_inhabitants=900)
    got = _cycle(rows, frozen, files, AREAS, people, "2026-K3")
    got = got[(got["area_id"] == "*") & (got["category"] == "skadegorelse")]
    assert got["n_observations_status"].tolist() == ["missing", "shown"]
    assert got["n_offences_status"].tolist() == ["shown", "shown"]


def test_protected_classes_are_frozen_without_area_and_read_by_nobody():
    protected = {"protected_class": "sexualbrott", "category": "sexualbrott"}
    rows = incidents({}, protected, {**protected, "n_offences": 3})
    frozen = _close(rows, ["2026-K3"], deliveries(*POLICE_K2_K3))
    told = cell(frozen, category="sexualbrott")
    assert (told["area_id"], told["n_offences"], told["n_reports"]) == ("", 4, 2)
    tally, _ = closed.read_closed(frozen, to="2026-K3")
    assert set(tally["category"]) == {"skadegorelse"}


def test_unplaced_share_and_an_area_that_is_gone():
    rows = incidents({}, {}, {"area_id": None}, {"area_id": "riven"})
    frozen = _close(rows, ["2026-K3"], deliveries(*POLICE_K2_K3))
    of_police = frozen[frozen["source"] == "polisen"].set_index("area_id")
    assert of_police["n_reports"].to_dict() == {"O1": 2, "O2": 0, "": 2}
    assert of_police["unplaced_share"].tolist() == [0.5, 0.5, 0.5]


def test_ready_made_counts_are_frozen_and_read_as_such():
    files = deliveries(
        ("polisens_antal", "counts", "2026-04-01", "2026-06-30"),
        ("polisens_antal", "counts", "2026-07-01", "2026-09-30"),
    )
    ready = ready_counts(
        {"period": "2026-K2", "n_offences": 12}, {"n_offences": 5, "area_id": "O2"}
    )
    rows = incidents({}).head(0)
    people = AREAS.assign(year=2025, n_inhabitants=900)
    rest = files, AREAS, people, "2026-K3"
    nothing = contracts.empty("closed_counts")
    frozen = _close(rows, ["2026-K2"], files, ready=ready)
    assert frozen["n_reports"].isna().all()
    pd.testing.assert_frame_equal(
        _cycle(rows, nothing, *rest, ready=ready),
        _cycle(rows, frozen, *rest, ready=ready),
    )


def test_a_count_of_a_whole_year_says_nothing_of_a_quarter():
    files = deliveries(("polisens_antal", "counts", "2026-01-01", "2026-12-31"))
    ready = ready_counts({"period": "2026"})
    frozen = closed.count_for_closing(
        incidents({}), files, AREAS, "2026-K3", ready_counts=ready
    )
    assert frozen[frozen["source"] == "polisens_antal"].empty
    assert frozen.loc[frozen["source"] == "polisen", "is_missing"].all()

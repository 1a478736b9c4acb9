"""Counts, rates and change as notebooks call them."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.errors import UsageError
from lagesbild.measure import tables
from lagesbild.measure.counting import COUNTS
from lagesbild.workspace import MeasureRules
from tests.measure.frames import (
    AREAS,
    POLICE_K2_K3,
    cell,
    deliveries,
    incidents,
    ready_counts,
)

COMBINATIONS = [by for n in range(1, 5) for by in combinations(tables.DIMENSIONS, n)]


def _count(rows, by, files=POLICE_K2_K3, **more):
    return tables.count_incidents(
        rows, by, areas=AREAS, deliveries=deliveries(*files), **more
    )


@pytest.mark.parametrize("by", COMBINATIONS, ids="-".join)
def test_any_dimensions_give_every_combination_and_the_same_whole(town, by):
    t = town(3, 2, scale=1.0)
    got = tables.count_incidents(
        t["incidents"], by, areas=t["areas"], deliveries=t["deliveries"]
    )
    rows = t["incidents"]
    assert not got.duplicated(list(by)).any()
    if "source" not in by:
        sizes = {"area_id": 4, "category": rows["category"].nunique(), "period": 2}
        assert len(got) == np.prod([sizes[name] for name in by])
    is_police = rows["source_kind"] == "police"
    assert got["n_offences"].sum() == rows["n_offences"].sum()
    assert got["n_reports"].sum() == is_police.sum()
    assert got["n_observations"].sum() == (~is_police).sum()
    events = got if "source" not in by else got[got["source"] == "alla"]
    assert events["n_events"].sum() == rows["event_id"].nunique()
    if "area_id" in by:
        assert "" in set(got["area_id"])


def test_where_nothing_was_told_is_zero_where_nobody_delivered_is_missing():
    rows = incidents(
        {},
        {
            "source": "bolaget",
            "source_kind": "observation",
            "category": "storning",
            "n_offences": None,
        },
    )
    files = (*POLICE_K2_K3, ("bolaget", "observation", "2026-07-01", "2026-09-30"))
    got = _count(rows, ["category", "period"], files)
    quiet = cell(got, category="skadegorelse", period="2026-K2")
    assert (quiet["n_offences"], quiet["n_offences_status"]) == (0, "shown")
    assert quiet["n_observations_status"] == "not_computed"
    late = cell(got, category="storning", period="2026-K2")
    assert pd.isna(late["n_observations"])
    assert late["status"] == "missing"
    assert late["n_offences_status"] == "not_computed"
    told = cell(got, category="storning", period="2026-K3")
    assert (told["n_observations"], told["status"]) == (1, "shown")


def test_a_sum_with_a_missing_part_is_missing():
    files = (
        ("polisen", "police", "2026-07-01", "2026-09-30"),
        ("x", "observation", "2026-04-01", "2026-06-30"),
    )
    got = _count(incidents({}), ["area_id"], files)
    assert got["n_offences"].isna().all()
    assert (got["status"] == "missing").all()


def test_without_area_has_its_row_even_when_empty():
    got = _count(incidents({}), ["area_id"])
    assert list(got["area_id"]) == ["O1", "O2", ""]
    assert cell(got, area_id="")["n_offences"] == 0
    gone = _count(incidents({"area_id": None}, {"area_id": "riven"}), ["area_id"])
    assert gone["n_offences"].tolist() == [0, 0, 2]


def test_reports_outside_the_delivered_quarters_do_not_count():
    got = _count(incidents({}, {"reported_on": "2026-10-01"}), ["period"])
    assert list(got["period"]) == ["2026-K2", "2026-K3"]
    assert got["n_reports"].sum() == 1


def test_date_of_occurrence_is_a_measure_of_its_own():
    rows = incidents({"occurred_from": "2026-06-30 12:00"}, {})
    got = _count(rows, ["period"], date="occurred")
    assert got["n_reports"].tolist() == [1, 1]
    assert got.attrs["date_used"] == "brottsdatum"
    assert got["known_days"].isna().all()
    known = _count(rows, ["period"], date="occurred", known_days=0)
    assert known["n_reports"].tolist() == [0, 1]
    assert known["known_days"].tolist() == [0, 0]
    assert _count(rows, ["period"]).attrs["date_used"] == "registreringsdatum"


def test_ready_made_counts_stand_in_where_there_are_no_rows():
    files = (POLICE_K2_K3[1], ("antal", "counts", "2026-04-01", "2026-06-30"))
    ready = ready_counts({"source": "antal", "period": "2026-K2", "n_offences": 5})
    rows = incidents({}, {"category": "klotter"})
    got = _count(rows, ["category", "period"], files, ready_counts=ready)
    told = cell(got, category="skadegorelse", period="2026-K2")
    assert (told["n_offences"], told["n_offences_status"]) == (5, "shown")
    assert told["n_reports_status"] == "missing"
    # the counts never tell of klotter: that is not zero
    mute = cell(got, category="klotter", period="2026-K2")
    assert mute["n_offences_status"] == "missing"
    assert cell(got, category="klotter", period="2026-K3")["n_offences"] == 1


def test_unknown_words_are_errors():
    for by in ([], ["kommun"], ["period", "period"]):
        with pytest.raises(UsageError):
            _count(incidents({}), by)
    with pytest.raises(UsageError):
        _count(incidents({}), ["period"], date="anmält")
    for days, date in ((3, "reported"), (-1, "occurred")):
        with pytest.raises(UsageError):
            _count(incidents({}), ["period"], date=date, known_days=days)


def _counts(n=60, area="O1", period="2026-K3", **more):
    row = {"area_id": area, "period": period, "n_offences": n, **more}
    return pd.DataFrame([row]).astype({"n_offences": "Int64"})


def _people(*rows):
    return pd.DataFrame(rows, columns=["area_id", "year", "n_inhabitants"])


@pytest.mark.parametrize("people,status", [(499, "not_computed"), (500, "shown")])
def test_no_rate_on_fewer_than_500(people, status):
    got = tables.add_rates(_counts(), _people(("O1", 2026, people)), areas=AREAS)
    assert got["rate_status"].tolist() == [status]
    assert got["rate_reason"].isna().tolist() == [status == "shown"]


@pytest.mark.parametrize("kind", ["centrum", "industri", "handel"])
def test_no_rate_where_few_live_among_those_who_are_there(kind):
    areas = AREAS.assign(kind=kind)
    got = tables.add_rates(_counts(), _people(("O1", 2026, 900)), areas=areas)
    assert pd.isna(got["rate_per_1000_quarter"][0])
    assert kind in got["rate_reason"][0]


def test_rate_by_hand_with_its_unit_in_the_name():
    got = tables.add_rates(_counts(), _people(("O1", 2026, 2000)), areas=AREAS)
    assert got["rate_per_1000_quarter"][0] == 30.0
    # 60 events, Byar: 45.78 and 77.23
    assert got["rate_lower"][0] == pytest.approx(45.78 / 2, abs=0.01)
    assert got["rate_upper"][0] == pytest.approx(77.23 / 2, abs=0.01)
    more = tables.add_rates(_counts(), _people(("O1", 2026, 2000)), per=10_000)
    assert more["rate_per_10000_quarter"][0] == 300.0


def test_inhabitants_are_those_of_the_year_or_the_latest_before():
    people = _people(("O1", 2024, 1000), ("O1", 2026, 1200))
    for period, n in (("2025-K4", 1000), ("2026-K1", 1200), ("2027-K1", 1200)):
        got = tables.add_rates(_counts(period=period), people)
        assert got["n_inhabitants"][0] == n
    early = tables.add_rates(_counts(period="2023-K1"), people)
    assert early["rate_status"][0] == "not_computed"
    assert early["rate_reason"][0] == "Antalet invånare är inte känt."


def test_the_municipality_is_the_sum_of_areas_all_known():
    people = _people(("O1", 2024, 1000), ("O2", 2025, 500), ("O1", 2026, 1100))
    for period, n in (("2026-K1", 1600), ("2025-K1", 1500)):
        got = tables.add_rates(_counts(area="*", period=period), people)
        assert got["n_inhabitants"][0] == n
    got = tables.add_rates(_counts(area="*", period="2024-K1"), people)
    assert pd.isna(got["n_inhabitants"][0])


def test_rates_need_area_and_period():
    with pytest.raises(UsageError):
        tables.add_rates(pd.DataFrame({"period": ["2026-K3"]}), _people())


def _cycle(t, cycle, closed=None, ready=None):
    return tables.measure_cycle(
        t["incidents"],
        contracts.empty("closed_counts") if closed is None else closed,
        contracts.empty("ready_counts") if ready is None else ready,
        t["deliveries"],
        t["areas"],
        t["population"],
        cycle=cycle,
        rules=MeasureRules(),
    )


def test_cycle_areas_make_the_municipality_and_leaves_their_groups(town):
    got = _cycle(town(4, 5), "2026-K1")
    assert not got.duplicated(["area_id", "category", "period"]).any()
    inner = got[got["area_id"] != "*"]
    for name in COUNTS:
        whole = got[got["area_id"] == "*"].set_index(["category", "period"])[name]
        parts = inner.groupby(["category", "period"])[name].sum(min_count=1)
        told = whole.dropna()
        assert (parts.reindex(told.index) == told).all()
    at = got[(got["area_id"] == "*") & (got["period"] == "2026-K1")]
    at = at.set_index("category")["n_observations"]
    assert at["ordning"] == at[["storning", "otrygg_samling"]].sum()


def test_cycle_does_not_depend_on_the_order_of_rows(town):
    t = town(3, 5)
    mixed = t | {"incidents": t["incidents"].sample(frac=1, random_state=1)}
    pd.testing.assert_frame_equal(_cycle(t, "2026-K1"), _cycle(mixed, "2026-K1"))


def test_cycle_must_be_a_quarter_that_someone_delivered(town):
    t = town(2, 2)
    with pytest.raises(UsageError, match="kvartal"):
        _cycle(t, "2025")
    with pytest.raises(UsageError, match="Ingen källa"):
        _cycle(t, "2026-K4")


def test_short_history_gives_no_change(town):
    for n in (1, 2, 4):
        got = _cycle(town(3, n), f"2025-K{n}")
        assert set(got["verdict"]) <= {"för kort historik", "jämförs inte"}
        assert got[["rate_ratio", "ratio_lower", "ratio_upper"]].isna().all(axis=None)


@pytest.mark.slow
def test_all_measures_of_a_cycle_of_46000_incidents_take_under_5_seconds(town):
    from time import process_time  # the machine may be busy with other things

    t = town(28, 23, scale=2.7, first_year=2021)
    assert len(t["incidents"]) > 46_000
    start = process_time()
    _cycle(t, "2026-K3")
    assert process_time() - start < 5

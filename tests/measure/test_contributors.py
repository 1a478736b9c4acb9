"""Who and what lies behind a count, at every level, counted anew and not added up."""

import pandas as pd

from lagesbild import contracts
from lagesbild.measure.contributors import count_contributors
from lagesbild.measure.counting import dated
from lagesbild.measure.tables import measure_cycle
from lagesbild.workspace import MeasureRules
from tests.measure.frames import (
    AREAS,
    POLICE_K2_K3,
    cell,
    deliveries,
    incidents,
    ready_counts,
)

HERE = {"easting_m": 600_000.2, "northing_m": 6_700_000.0}
THERE = {"easting_m": 600_500.0, "northing_m": 6_700_000.0}
ROWS = (
    {"category": "skadegorelse", "event_id": "e", "n_offences": 30, **HERE},
    {"category": "klotter", "event_id": "e", "n_offences": 10, **HERE},
    {"category": "klotter", "event_id": "f", **HERE, "easting_m": 600_000.4},
    {"category": "klotter", "event_id": "g", "area_id": "O2", **THERE},
)


def counted(*rows):
    return count_contributors(dated(incidents(*rows)), ["O1", "O2", ""])


def behind(frame, area_id, category):
    told = cell(frame, area_id=area_id, category=category)
    return told[["n_events", "n_places", "n_offences_largest"]].tolist()


def test_an_event_and_a_place_count_once_at_every_level():
    found = counted(*ROWS)
    assert behind(found, "O1", "skadegorelse") == [1, 1, 30]
    assert behind(found, "O1", "klotter") == [2, 1, 10]
    # the sums of the leaves would be three events and two places
    assert behind(found, "O1", "brott") == [2, 1, 40]
    assert behind(found, "*", "alla") == [3, 2, 40]


def test_a_report_whose_place_is_not_known_is_a_place_of_its_own():
    unknown = [{"event_id": f"e{i}", "easting_m": None} for i in range(3)]
    area = [
        {"event_id": f"a{i}", "geocode_method": "omradesnamn", **HERE} for i in "ab"
    ]
    assert behind(counted(*unknown, *area), "O1", "skadegorelse")[1] == 5


def cycle(rows, files, ready=None):
    return measure_cycle(
        rows,
        contracts.empty("closed_counts"),
        contracts.empty("ready_counts") if ready is None else ready,
        files,
        AREAS,
        pd.DataFrame({"area_id": ["O1"], "year": [2025], "n_inhabitants": [900]}),
        cycle="2026-K3",
        rules=MeasureRules(),
    )


def test_cells_get_their_contributors_and_zero_where_nothing_was_told():
    cells = cycle(incidents(*ROWS), deliveries(*POLICE_K2_K3))
    now = cells[cells["period"] == "2026-K3"]
    whole = cell(now, area_id="O1", category="brott")
    assert whole["n_offences"] == 41
    names = ["n_police_events", "n_police_places", "n_offences_largest"]
    assert whole[names].tolist() == [2, 1, 40]
    assert cell(now, area_id="O2", category="skadegorelse")[names].tolist() == [0, 0, 0]


def test_behind_ready_made_counts_nothing_is_known():
    files = deliveries(
        ("polisens_antal", "counts", "2026-07-01", "2026-09-30"),
        ("kommunen", "observation", "2026-07-01", "2026-09-30"),
    )
    rows = incidents({"source": "kommunen", "source_kind": "observation"})
    cells = cycle(rows, files, ready_counts({"n_offences": 40}))
    told = cell(cells, area_id="O1", category="skadegorelse")
    assert told["n_offences"] == 40
    assert pd.isna(told["n_police_places"]) and pd.isna(told["n_offences_largest"])

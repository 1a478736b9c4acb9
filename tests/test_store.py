"""What is stored comes back as it was; readers see committed deliveries alone."""

import os
import re
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from lagesbild import contracts, store
from lagesbild.errors import ContractError, StoppedError, StoreError
from lagesbild.stored_columns import add_helpers, content_hash
from lagesbild.stored_form import append_rows, read_rows
from lagesbild.workspace import open_workspace
from tests.examples import few

SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"
[contact]
function = "Samordningsfunktionen"
email = "samordning@exempelkommun.example"
"""


def make_workspace(folder):
    (Path(folder) / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    return open_workspace(folder)


@pytest.fixture
def ws(tmp_path):
    return make_workspace(tmp_path)


def make_reports(delivery_id, days, *, first=1, **columns):
    """Reports polisen-<n>, registered on the days."""
    number = range(first, first + len(days))
    frame = pd.DataFrame(
        {
            "incident_id": [f"polisen-{n}" for n in number],
            "source": "polisen",
            "source_kind": "police",
            "source_key": [f"K{n}" for n in number],
            "delivery_id": delivery_id,
            "row_number": range(1, len(days) + 1),
            "municipality_code": "9999",
            "reported_on": pd.to_datetime(days),
            "occurred_from": pd.NaT,
            "occurred_to": pd.NaT,
            "has_time": True,
            "offence_code": "0821",
            "category": "cykelstold",
            "found_by": "anmälan",
            "protected_class": None,
            "n_offences": 1,
            "place_text": "Storgatan 1",
            "place_locality": None,
            "given_easting_m": float("nan"),
            "given_northing_m": float("nan"),
            "deso_code": None,
            "is_withdrawn": False,
        }
    ).assign(**columns)
    return contracts.check(frame, "reports")


def place(reports, area_id="O01"):
    live = reports[~reports["is_withdrawn"]]
    frame = pd.DataFrame(
        {
            "incident_id": live["incident_id"],
            "easting_m": 600_000.0,
            "northing_m": 6_700_000.0,
            "area_id": area_id,
            "geocode_method": "adress",
            "geocode_score": 1.0,
            "geocode_reason": None,
            "made_by": live["delivery_id"],
        }
    )
    return contracts.check(frame, "placements")


def link(reports, event_id=None):
    live = reports[~reports["is_withdrawn"]]
    events = live["incident_id"] if event_id is None else event_id
    frame = pd.DataFrame({"incident_id": live["incident_id"], "event_id": events})
    return contracts.check(frame.assign(made_by=live["delivery_id"]), "links")


def describe(delivery_id, **numbers):
    rows = {"rows_stored": 0, "rows_unchanged": 0, "rows_quarantined": 0} | numbers
    return {
        "delivery_id": delivery_id,
        "sha256": delivery_id * 4,
        "source": "polisen",
        "source_kind": "police",
        "file_name": "polisen_2026-K1.csv",
        "layout": "polisen_*.csv",
        "period_start": pd.Timestamp("2026-01-01"),
        "period_end": pd.Timestamp("2026-03-31"),
        "received_on": pd.Timestamp("2026-04-12"),
        "rows_in": sum(rows[name] for name in list(rows)[:3]),
        "rows_withdrawn": 0,
        "columns_dropped": None,
        "masked": None,
        "reader_version": "1",
        "settings_sha256": "0" * 64,
    } | rows


def commit(ws, delivery_id, reports, **other):
    live = int((~reports["is_withdrawn"]).sum())
    withdrawn = reports["is_withdrawn"] & ~reports["incident_id"].isin(
        reports.loc[~reports["is_withdrawn"], "incident_id"]
    )
    parts = {
        "placements": place(reports),
        "links": link(reports),
        "delivery": describe(
            delivery_id, rows_stored=live, rows_withdrawn=int(withdrawn.sum())
        ),
    }
    return store.commit_delivery(ws, reports=reports, **(parts | other))


A, B, C = "a" * 16, "b" * 16, "c" * 16


def test_an_empty_store_reads_as_empty_tables(ws):
    assert store.load_incidents(ws).empty
    assert store.load_deliveries(ws).columns.tolist() == contracts.columns("deliveries")
    assert store.load_quarantine(ws).empty
    assert store.load_ready_counts(ws).empty
    assert store.load_notices(ws).empty
    assert store.load_closed_counts(ws).empty
    assert store.sweep(ws) == 0
    assert store.verify_store(ws) == []


def test_the_latest_committed_version_is_in_force(ws):
    commit(ws, A, make_reports(A, ["2026-01-05", "2026-02-05"]))
    commit(ws, B, make_reports(B, ["2026-02-06"], first=2, n_offences=3))
    now = store.load_incidents(ws).set_index("source_key")
    assert now["n_offences"].to_dict() == {"K1": 1, "K2": 3}
    before = store.load_incidents(ws, as_of=1).set_index("source_key")
    assert before["n_offences"].to_dict() == {"K1": 1, "K2": 1}
    assert store.load_incidents(ws, as_of=0).empty
    assert store.load_deliveries(ws)["sequence_number"].tolist() == [1, 2]
    assert store.verify_store(ws) == []


def test_a_withdrawn_report_drops_out_and_is_listed(ws):
    commit(ws, A, make_reports(A, ["2026-01-05", "2026-02-05"]))
    commit(ws, B, make_reports(B, ["2026-02-05"], first=2, is_withdrawn=True))
    assert store.load_incidents(ws)["source_key"].tolist() == ["K1"]
    assert store.load_withdrawn(ws)["source_key"].tolist() == ["K2"]
    assert store.load_deliveries(ws)["rows_withdrawn"].tolist() == [0, 1]


def test_a_report_that_moves_to_another_year_leaves_its_old_one(ws):
    commit(ws, A, make_reports(A, ["2025-12-31"]))
    moved = make_reports(B, ["2025-12-31"], is_withdrawn=True)
    reports = pd.concat([make_reports(B, ["2026-01-01"]), moved])
    commit(ws, B, reports)
    assert store.load_incidents(ws, reported_to="2025-12-31").empty
    assert len(store.load_incidents(ws, reported_from=date(2026, 1, 1))) == 1
    assert len(store.load_incidents(ws)) == 1
    assert store.load_withdrawn(ws).empty
    assert store.verify_store(ws) == []


@pytest.mark.parametrize(
    ("first", "last", "keys"),
    [
        ("2026-01-01", "2026-01-01", ["K2"]),
        (None, "2025-12-31", ["K1"]),
        ("2026-01-02", None, ["K3"]),
    ],
)
def test_days_of_registration_are_both_included(ws, first, last, keys):
    commit(ws, A, make_reports(A, ["2025-12-31", "2026-01-01", "2026-01-02"]))
    found = store.load_incidents(ws, reported_from=first, reported_to=last)
    assert found["source_key"].tolist() == keys


def test_versions_are_the_current_ones_of_what_is_asked_for(ws):
    commit(ws, A, make_reports(A, ["2026-01-05", "2026-02-05", "2026-03-05"]))
    commit(ws, B, make_reports(B, ["2026-02-06"], first=1))

    def keys(**asked):
        rows = store.load_versions(ws, "polisen", **asked)
        return dict(zip(rows["source_key"], rows["delivery_id"], strict=True))

    assert keys() == {}
    assert keys(incident_ids=["polisen-2", "polisen-9"]) == {"K2": A}
    january = (date(2026, 1, 1), date(2026, 1, 31))
    # its first version was registered in January, the one in force was not
    assert keys(reported=january) == {"K1": B}
    assert keys(delivery_ids=[A]) == {"K1": B, "K2": A, "K3": A}
    assert store.load_versions(ws, "annan", delivery_ids=[A]).empty


def test_a_later_link_moves_a_neighbour_to_another_event(ws):
    first = make_reports(A, ["2025-12-31"])
    commit(ws, A, first)
    second = make_reports(B, ["2026-01-02"], first=2)
    both = pd.concat([link(second, "E1"), link(first, "E1").assign(made_by=B)])
    commit(ws, B, second, links=both)
    assert store.load_incidents(ws)["event_id"].tolist() == ["E1", "E1"]
    # the link was made in another year than the neighbour's: pruning must find it
    old = store.load_incidents(ws, reported_to="2025-12-31")
    assert old["event_id"].tolist() == ["E1"]
    assert store.load_incidents(ws, as_of=1)["event_id"].tolist() == ["polisen-1"]


def test_a_report_nobody_linked_is_its_own_event(ws):
    commit(ws, A, make_reports(A, ["2026-01-05"]), links=None)
    assert store.load_incidents(ws)["event_id"].tolist() == ["polisen-1"]


def test_ready_counts_are_replaced_by_period(ws):
    def counts(delivery_id, period, numbers):
        frame = pd.DataFrame(
            {
                "source": "polisen_antal",
                "delivery_id": delivery_id,
                "row_number": range(1, len(numbers) + 1),
                "area_id": None,
                "deso_code": None,
                "category": "klotter",
                "offence_code": None,
                "protected_class": None,
                "period": period,
                "n_offences": numbers,
            }
        )
        marker = describe(delivery_id, rows_stored=len(numbers))
        store.commit_delivery(
            ws, delivery=marker | {"source_kind": "counts"}, ready_counts=frame
        )

    counts(A, "2026-K1", [1, 2])
    counts(B, "2026-K2", [3])
    counts(C, "2026-K1", [4])
    assert store.load_ready_counts(ws)["n_offences"].tolist() == [3, 4]
    assert store.load_ready_counts(ws, as_of=2)["n_offences"].tolist() == [1, 2, 3]


def test_a_delivery_that_does_not_add_up_is_not_stored(ws):
    reports = make_reports(A, ["2026-01-05"])
    with pytest.raises(ContractError, match="sparade rader stämmer inte"):
        commit(ws, A, reports, delivery=describe(A, rows_stored=2))
    with pytest.raises(ContractError, match="placeringarna"):
        commit(ws, A, reports, placements=None)
    with pytest.raises(ContractError, match="annan leverans"):
        commit(ws, A, make_reports(B, ["2026-01-05"]))
    with pytest.raises(ContractError, match="rader in är inte"):
        commit(ws, A, reports, delivery=describe(A, rows_stored=1) | {"rows_in": 2})
    assert store.load_deliveries(ws).empty
    assert not (ws.lager / "tabeller").exists()


def test_a_delivery_is_committed_once(ws):
    commit(ws, A, make_reports(A, ["2026-01-05"]))
    with pytest.raises(StoreError, match="redan"):
        commit(ws, A, make_reports(A, ["2026-01-05"]))


@pytest.mark.parametrize("leak", ["place_text", "placement"])
def test_a_placed_protected_report_is_stopped(ws, leak):
    text = "Storgatan 1" if leak == "place_text" else None
    reports = make_reports(
        A, ["2026-01-05"], protected_class="nara_relation", place_text=text
    )
    area = place(reports) if leak == "placement" else _placed_nowhere(reports)
    with pytest.raises(StoppedError, match="1 rader av skyddade"):
        commit(ws, A, reports, placements=area)
    assert store.load_deliveries(ws).empty


def _placed_nowhere(reports):
    nowhere = {"easting_m": float("nan"), "northing_m": float("nan"), "area_id": None}
    return contracts.check(place(reports).assign(**nowhere), "placements")


def test_as_of_must_exist(ws):
    commit(ws, A, make_reports(A, ["2026-01-05"]))
    with pytest.raises(StoreError, match="leverans nummer 2"):
        store.load_incidents(ws, as_of=2)


def test_a_damaged_table_is_told_without_its_content(ws):
    commit(ws, A, make_reports(A, ["2026-01-05"]))
    for file in (ws.lager / "tabeller" / "reports").rglob("*.parquet"):
        file.write_bytes(b"Storgatan 1")
    with pytest.raises(StoreError, match="'reports'") as told:
        store.load_incidents(ws)
    assert "Storgatan" not in str(told.value)
    assert len(store.verify_store(ws)) == 1


def test_verify_finds_a_lost_row(ws):
    from deltalake import DeltaTable

    commit(ws, A, make_reports(A, ["2026-01-05", "2026-01-06"]))
    DeltaTable(str(ws.lager / "tabeller" / "reports")).delete("source_key = 'K1'")
    faults = store.verify_store(ws)
    assert any("sparade rader" in fault for fault in faults)
    assert not any("K1" in fault for fault in faults)


@pytest.mark.skipif(os.name != "posix", reason="ägarrättigheter finns bara på POSIX")
def test_only_the_owner_enters(ws):
    commit(ws, A, make_reports(A, ["2026-01-05"]))
    assert (ws.lager / "tabeller").stat().st_mode & 0o077 == 0


def test_one_module_imports_deltalake():
    package = Path(store.__file__).parent
    wanted = re.compile(r"^\s*(?:from|import) deltalake", re.MULTILINE)
    users = [
        f.name for f in package.rglob("*.py") if wanted.search(f.read_text("utf-8"))
    ]
    assert users == ["stored_form.py"]


# Both changes of the clock in 2026, an hour to each side, in Swedish time.
CLOCK_CHANGES = [
    pd.Timestamp(f"{day} {hour:02d}:30", tz="UTC")
    for day in ("2026-03-29", "2026-10-25")
    for hour in (0, 1, 2)
]
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
moments = st.none() | st.sampled_from(CLOCK_CHANGES)
row = st.fixed_dictionaries(
    {
        "n_offences": st.none() | st.integers(0, 2**53 + 1),
        "occurred_from": moments,
        "occurred_to": moments,
        "place_text": texts,
        "offence_code": st.none() | st.sampled_from(["0821", "9801", "nan", ""]),
        "given_easting_m": st.none() | st.floats(200_000, 1_000_000),
        "has_time": st.booleans(),
        "reported_on": st.dates(date(1999, 12, 31), date(2027, 1, 1)),
    }
)

NOTHING = {
    "n_offences": None,
    "occurred_from": None,
    "occurred_to": None,
    "place_text": None,
    "offence_code": None,
    "given_easting_m": None,
    "has_time": False,
    "reported_on": date(2026, 1, 1),
}


@few(5, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(row, min_size=1, max_size=5))
@example([NOTHING, NOTHING])
def test_what_is_stored_comes_back(rows):
    told = pd.DataFrame(rows)
    changed = {
        "n_offences": told["n_offences"].astype("object").astype("Int64"),
        "occurred_from": pd.to_datetime(told["occurred_from"], utc=True),
        "occurred_to": pd.to_datetime(told["occurred_to"], utc=True),
        "place_text": told["place_text"]
        .astype("str")
        .where(told["place_text"].notna()),
        "offence_code": told["offence_code"]
        .astype("str")
        .where(told["offence_code"].notna()),
        "given_easting_m": told["given_easting_m"].astype("float64"),
        "has_time": told["has_time"],
    }
    reports = make_reports(A, told["reported_on"].tolist(), **changed)
    with tempfile.TemporaryDirectory() as folder:
        ws = make_workspace(folder)
        commit(ws, A, reports)
        back = store.load_incidents(ws)[contracts.columns("reports")]
        pd.testing.assert_frame_equal(back, reports)
        versions = store.load_versions(ws, "polisen", delivery_ids=[A])
    versions = versions.set_index("incident_id")
    hashes = versions["content_hash"].loc[back["incident_id"]]
    assert hashes.tolist() == content_hash(back).tolist()


# A word that each rule of the contracts takes, by dtype.
SAMPLES = {
    "str": "x",
    "Int64": 7,
    "float64": 0.5,
    "bool": True,
    "datetime64[us]": pd.Timestamp("2026-03-29"),
    "datetime64[us, UTC]": CLOCK_CHANGES[1],
}
KNOWN = {
    "source_kind": "police",
    "found_by": "anmälan",
    "geocode_method": "avvisad",
    "protected_class": "sexualbrott",
}


@pytest.mark.parametrize("gaps", ["none", "all", "some"])
@pytest.mark.parametrize("table", [*store.PARTS, "deliveries", "closed_counts"])
def test_every_table_keeps_its_dtypes_whatever_gaps_it_has(ws, table, gaps):
    schema = contracts._TABLES[table]
    full, bare = {}, {}
    for name, dtype in contracts.empty(table).dtypes.items():
        full[name] = KNOWN.get(name, SAMPLES[str(dtype)])
        if name.endswith(("easting_m", "northing_m")):
            full[name] = 700_000.5 if "east" in name else 6_700_000.5
        bare[name] = None if schema[name].nullable else full[name]
    key = contracts._UNIQUE.get(table, ["delivery_id"])[0]
    bare |= {key: "y"} if key in bare else {}
    rows = {"none": [full], "all": [bare], "some": [full, bare]}[gaps]
    frame = contracts.check(pd.DataFrame(rows, columns=list(full)), table)
    years = pd.Series({"x": 2026})
    append_rows(ws, table, _with_helpers(frame, table, years))
    back = contracts.check(read_rows(ws, table, list(full)), table)
    order = [key] if key in frame else list(frame.columns[:1])
    pd.testing.assert_frame_equal(
        back.sort_values(order, ignore_index=True),
        frame.sort_values(order, ignore_index=True),
    )


def _with_helpers(frame, table, years):
    if table == "closed_counts":
        return frame.assign(closed_after=1)
    return add_helpers(frame, table, years=years)


@pytest.mark.parametrize("table", [*store.PARTS, "deliveries", "closed_counts"])
def test_no_rows_write_nothing_and_read_back_with_their_dtypes(ws, table):
    append_rows(ws, table, contracts.empty(table))
    assert not (ws.lager / "tabeller").exists()
    back = read_rows(ws, table, contracts.columns(table))
    pd.testing.assert_frame_equal(back, contracts.empty(table))

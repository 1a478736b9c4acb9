"""From a delivered file to committed rows: all or nothing, and nothing vanishes."""

import json
import os
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from lagesbild import ingest, store
from lagesbild.errors import LockError, UsageError
from lagesbild.ingest import ingest_files
from lagesbild.workspace import lock
from tests.tiny_town import (
    make_tiny_town,
    police,
    write,
    write_counts,
    write_fires,
    write_police,
    write_reports,
)

DATA = Path(__file__).parents[1].parent / "shared" / "data"
EVENTS = DATA / "polisen" / "events_gavleborg_2023_2026.json"
REGSO = DATA / "scb_regso" / "RegSO_2025_lan21.gpkg"


@pytest.fixture(scope="module")
def _made(tmp_path_factory):
    return make_tiny_town(tmp_path_factory.mktemp("mall") / "nyby")


@pytest.fixture
def ws(_made, tmp_path):
    from lagesbild.workspace import open_workspace

    shutil.copytree(_made.root, tmp_path / "nyby")
    ws = open_workspace(tmp_path / "nyby")
    yield ws
    assert store.verify_store(ws) == []


@pytest.fixture
def outside(tmp_path):
    return tmp_path / "utanfor"


def _counts(told):
    names = ("rows_in", "rows_stored", "rows_unchanged", "rows_quarantined")
    return tuple(told[name] for name in (*names, "rows_withdrawn"))


def _ingest(ws, *files, **more):
    (told,) = ingest_files(ws, list(files), **more)
    if "error" not in told:
        numbers = _counts(told)
        assert numbers[0] == sum(numbers[1:4])
    return told


def _keys(ws):
    return sorted(store.load_incidents(ws)["source_key"])


# --- what becomes of a file -----------------------------------------------------------


def test_a_file_in_the_inbox_is_stored_receipted_and_moved(ws):
    file = write_police(ws.inbox, police("K1"), police("K2", day="2026-13-01"))
    content = file.read_bytes()
    (told,) = ingest_files(ws)
    assert (told["status"], _counts(told)) == ("inläst", (2, 1, 0, 1, 0))
    assert list(ws.inbox.iterdir()) == []
    (kept,) = ws.archive.glob("*.csv")
    assert kept.read_bytes() == content
    assert len(list(ws.receipts.glob("*.txt"))) == 1
    assert store.load_quarantine(ws)["reason_code"].tolist() == ["ogiltigt_datum"]


def test_a_file_from_elsewhere_is_copied_and_never_changed(ws, outside):
    file = write_police(outside, police("K1"))
    os.utime(file, (1_780_000_000, 1_780_000_000))
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    told = _ingest(ws, file)
    assert told["status"] == "inläst"
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert len(list(ws.archive.glob("*.csv"))) == 1


def test_the_same_bytes_are_stored_once_whatever_their_name(ws, outside):
    _ingest(ws, write_police(outside, police("K1"), police("K2")))
    again = write_police(ws.inbox, police("K1"), police("K2"), name="polisen_kopia.csv")
    told = _ingest(ws, again)
    assert (told["status"], _counts(told)) == ("redan inläst", (2, 0, 2, 0, 0))
    assert len(store.load_deliveries(ws)) == 1
    assert not again.exists()
    assert len(list(ws.archive.glob("*.csv"))) == 1


def test_the_same_bytes_cannot_be_of_two_sources(ws, outside):
    file = write_police(outside, police("K1"))
    _ingest(ws, file)
    told = _ingest(ws, file, source="felanmalan")
    assert told["exit_code"] == 3 and "'polisen'" in told["error"]


def test_files_are_taken_oldest_first_also_from_folders(ws):
    for name in (
        "polisen_2026-K2.csv",
        "polisen_2025-K4.csv",
        "polisen_2026-K1_10.csv",
    ):
        write_police(ws.inbox / "mapp", police(name, day="2025-10-05"), name=name)
    write_police(ws.inbox, police("K", day="2026-01-05"), name="polisen_2026-K1_9.csv")
    write(ws.inbox / "Thumbs.db", ["x"])
    names = [told["file"] for told in ingest_files(ws)]
    assert names == [
        "polisen_2025-K4.csv",
        "polisen_2026-K1_9.csv",
        "polisen_2026-K1_10.csv",
        "polisen_2026-K2.csv",
    ]
    assert (ws.inbox / "Thumbs.db").exists()


def test_a_refused_file_leaves_the_store_and_does_not_stop_the_others(ws):
    bad = write(ws.inbox / "polisen_2026-K1.csv", ["ID;Fel", "K1;x"])
    write(ws.inbox / "okand.csv", ["x"])
    write_reports(ws.inbox, (1, "2026-02-03", "Klotter", "Kvarngatan 1"))
    told = {t["file"]: t for t in ingest_files(ws)}
    assert told["fel_2026-K1.csv"]["status"] == "inläst"
    assert "rubrik saknas" in told[bad.name]["error"]
    assert not told[bad.name]["error"].startswith(bad.name)
    assert "passar ingen källa" in told["okand.csv"]["error"]
    assert {t["exit_code"] for t in told.values() if "error" in t} == {3}
    assert bad.exists() and len(store.load_deliveries(ws)) == 1
    assert len(list(ws.archive.iterdir())) == 2  # the stored file and its note


def test_a_source_without_governance_is_stopped_before_it_is_read(ws, outside):
    told = _ingest(ws, write(outside / "utan_2026-K1.csv", ["vad som helst"]))
    assert (told["status"], told["exit_code"]) == ("stoppad", 4)
    assert "[sources.utan_beslut.governance]" in told["error"]
    assert not ws.archive.exists() or not list(ws.archive.iterdir())


def test_an_unknown_source_is_wrong_usage(ws):
    with pytest.raises(UsageError, match="'nej' finns inte"):
        ingest_files(ws, [], source="nej")


def test_a_held_lock_refuses(ws):
    # the same process may enter a lock it holds, so another file object holds it here
    import filelock

    with filelock.FileLock(ws.lager / "skrivlas.lock"), pytest.raises(LockError):
        ingest_files(ws, [])
    with lock(ws):
        pass


def test_our_own_fault_names_the_file(ws, outside, monkeypatch):
    def fail(*_, **__):
        raise KeyError("x")

    monkeypatch.setattr(ingest, "clean_reports", fail)
    with pytest.raises(KeyError) as told:
        ingest_files(ws, [write_police(outside, police("K1"))])
    assert "polisen_2026-K1.csv" in told.value.__notes__[0]
    assert store.load_deliveries(ws).empty


def test_nothing_is_registered_after_today(tmp_path):
    ws = make_tiny_town(tmp_path / "w", is_invented=False)
    year = date.today().year + 1
    row = police("K1", day=f"{year}-01-01")
    told = _ingest(ws, write_police(tmp_path, row, name="polisen_utdrag.csv"))
    assert _counts(told) == (1, 0, 0, 1, 0)


# --- what a later file changes --------------------------------------------------------


def test_a_corrected_row_is_a_new_version_and_the_rest_are_unchanged(ws, outside):
    _ingest(ws, write_police(outside, police("K1"), police("K2"), police("K3")))
    rows = police("K1"), police("K2", number=4), police("K3"), police("K4")
    told = _ingest(ws, write_police(outside, *rows, name="polisen_2026-K1_b.csv"))
    assert _counts(told) == (4, 2, 2, 0, 0)
    numbers = store.load_incidents(ws).set_index("source_key")["n_offences"]
    assert numbers.to_dict() == {"K1": 1, "K2": 4, "K3": 1, "K4": 1}
    assert store.load_incidents(ws, as_of=1)["n_offences"].sum() == 3


def test_a_row_missing_from_a_later_full_file_is_withdrawn_and_may_come_back(
    ws, outside
):
    rows = [police(f"K{i}") for i in range(1, 6)]
    other = police("L1", day="2026-04-02")
    _ingest(ws, write_police(outside, other, name="polisen_2026-K2.csv"))
    _ingest(ws, write_police(outside, *rows))
    told = _ingest(ws, write_police(outside, *rows[1:], name="polisen_2026-K1_b.csv"))
    assert _counts(told) == (4, 0, 4, 0, 1)
    assert _keys(ws) == ["K2", "K3", "K4", "K5", "L1"]
    assert store.load_withdrawn(ws)["source_key"].tolist() == ["K1"]
    told = _ingest(ws, write_police(outside, *rows, "", name="polisen_2026-K1_c.csv"))
    assert _counts(told) == (5, 1, 4, 0, 0)
    assert store.load_withdrawn(ws).empty


@pytest.mark.parametrize(("n_left", "is_stopped"), [(4, False), (3, True)])
def test_a_drop_of_more_than_a_fifth_asks(ws, outside, n_left, is_stopped):
    rows = [police(f"K{i}") for i in range(5)]
    _ingest(ws, write_police(outside, *rows))
    later = write_police(outside, *rows[:n_left], name="polisen_2026-K1_b.csv")
    told = _ingest(ws, later)
    assert (told.get("exit_code") == 4) == is_stopped
    if is_stopped:
        assert "2 av periodens 5" in told["error"] and "--accept-drop" in told["error"]
        assert len(_keys(ws)) == 5
        assert _counts(_ingest(ws, later, accept_drop=True)) == (3, 0, 3, 0, 2)
    assert len(_keys(ws)) == n_left


def test_a_row_rejected_this_time_is_not_withdrawn(ws, outside):
    rows = [police(f"K{i}") for i in range(5)]
    _ingest(ws, write_police(outside, *rows))
    broken = police("K0", number="inget")
    told = _ingest(
        ws, write_police(outside, broken, *rows[1:], name="polisen_2026-K1_b.csv")
    )
    assert _counts(told) == (5, 0, 4, 1, 0)
    assert len(_keys(ws)) == 5


def test_a_late_report_in_the_next_file_withdraws_nothing(ws, outside):
    _ingest(ws, write_police(outside, police("K1"), police("K2")))
    late = police("K3", day="2026-03-30"), police("K4", day="2026-04-02")
    told = _ingest(ws, write_police(outside, *late, name="polisen_2026-K2.csv"))
    assert _counts(told) == (2, 2, 0, 0, 0)
    assert len(_keys(ws)) == 4


def test_a_report_that_moves_to_another_year_is_in_that_year_alone(ws, outside):
    first = police("K1", day="2025-12-31")
    _ingest(ws, write_police(outside, first, name="polisen_2025-K4.csv"))
    told = _ingest(ws, write_police(outside, police("K1", day="2026-01-01")))
    assert _counts(told) == (1, 1, 0, 0, 0)
    assert store.load_incidents(ws, reported_to="2025-12-31").empty
    assert len(store.load_incidents(ws, reported_from="2026-01-01")) == 1
    assert store.load_withdrawn(ws).empty


def test_true_duplicates_are_quarantined(ws, outside):
    told = _ingest(ws, write_police(outside, police("K1"), police("K1"), police("K2")))
    assert _counts(told) == (3, 2, 0, 1, 0)
    rejected = store.load_quarantine(ws).iloc[0]
    assert (rejected["reason_code"], rejected["row_number"]) == ("dubblett", 2)


def test_without_keys_identical_rows_are_events_and_the_file_replaces_its_period(
    ws, outside
):
    fire = ("2026-03-01", "Ågatan 1")
    rows = [fire, fire, *(("2026-03-02", f"Kvarngatan {i}") for i in (1, 2, 9))]
    assert _counts(_ingest(ws, write_fires(outside, *rows))) == (5, 5, 0, 0, 0)
    rows[2] = ("2026-03-03", "Kvarngatan 1")
    later = write_fires(outside, *rows, name="brand_2026-K1_b.csv")
    assert _counts(_ingest(ws, later)) == (5, 1, 4, 0, 1)
    later = write_fires(outside, *rows[1:], name="brand_2026-K1_c.csv")
    assert _counts(_ingest(ws, later)) == (4, 0, 4, 0, 1)
    assert len(store.load_incidents(ws)) == 4


def test_a_month_within_a_quarter_replaces_its_days_of_it(ws, outside):
    rows = [(f"2026-0{m}-10", "Ågatan 1") for m in (1, 2, 3)]
    _ingest(ws, write_fires(outside, *rows))
    march = write_fires(outside, ("2026-03-11", "Ågatan 1"), name="brand_2026-03.csv")
    assert _counts(_ingest(ws, march)) == (1, 1, 0, 0, 1)
    days = store.load_incidents(ws)["reported_on"].dt.strftime("%m-%d")
    assert sorted(days) == ["01-10", "02-10", "03-11"]
    rows.append(("2026-03-12", "Ågatan 1"))
    quarter = write_fires(outside, *rows, name="brand_2026-K1_b.csv")
    assert _counts(_ingest(ws, quarter)) == (4, 2, 2, 0, 1)


def test_ready_made_counts_replace_their_period_and_lost_cells_are_counted(ws, outside):
    cells = [
        (a, "klotter", "2026-K1", 3) for a in ("A01", "A02", "A03", "okänt", "A01")
    ]
    cells[4] = ("A01", "cykelstold", "2026-K1", 6)
    assert _counts(_ingest(ws, write_counts(outside, *cells))) == (5, 5, 0, 0, 0)
    later = write_counts(outside, *cells[:4], name="antal_2026-K1_b.csv")
    assert _counts(_ingest(ws, later)) == (4, 4, 0, 0, 1)
    fewer = write_counts(outside, *cells[:3], name="antal_2026-K1_c.csv")
    assert _ingest(ws, fewer)["exit_code"] == 4
    assert _counts(_ingest(ws, fewer, accept_drop=True)) == (3, 3, 0, 0, 1)
    assert store.load_ready_counts(ws)["n_offences"].sum() == 9
    assert store.load_incidents(ws).empty


# --- where, and told by whom ----------------------------------------------------------


def test_one_event_told_by_two_counts_where_the_police_say(ws, outside):
    file = write_reports(outside, (1, "2026-02-03", "Klotter", "Kvarngatan 2"))
    _ingest(ws, file)
    _ingest(ws, write_police(outside, police("K1")))
    told = store.load_incidents(ws).set_index("source")
    assert told["event_id"].nunique() == 1
    assert told.loc["polisen", "category"] == "skadegorelse"
    assert told.loc["felanmalan", "category"] == "klotter"
    # the police correct the place: the event parts, and both ids stay in the store
    later = police("K1", place="Vikvägen 5")
    _ingest(ws, write_police(outside, later, name="polisen_2026-K1_b.csv"))
    assert store.load_incidents(ws)["event_id"].nunique() == 2


def test_deso_gives_an_area_only_where_it_lies_within_one(ws, outside):
    head = "desokod;Brottskod;Inskrivningsdatum;Brottsdatum från;Brottsdatum till"
    row = "821;2026-02-06;2026-02-03;2026-02-05;1"
    file = write(
        outside / "Brottsstatistik_Nyby_202602.csv",
        [
            f"{head};antal_brott",
            *(f"{deso};{row}" for deso in ("9999A0010", "9999A0020", "9999A0099")),
        ],
    )
    assert _counts(_ingest(ws, file)) == (3, 3, 0, 0, 0)
    rows = store.load_incidents(ws).set_index("deso_code")
    assert rows["area_id"].fillna("").to_dict() == {
        "9999A0010": "A01",
        "9999A0020": "",
        "9999A0099": "",
    }
    assert rows["easting_m"].isna().all()
    assert "inom ett enda område" in rows.loc["9999A0020", "geocode_reason"]


PERSONAL = "hos Påhittad Person 070-123 45 67, 19850101-1234 p.person@nyby.example"


def test_protected_classes_and_personal_data_leave_no_trace(ws):
    rows = (
        police("K1", code="0412", place="Kvarngatan 1"),
        police("K2", code="7777", place="Kvarngatan 2"),
        police("K3", place=f"Ågatan 1 {PERSONAL}"),
        police("K4", day="2026-02-30", place=PERSONAL),
        police("850101-1234"),
    )
    told = _ingest(ws, write_police(ws.inbox, *rows))
    assert _counts(told) == (5, 4, 0, 1, 0)
    incidents = store.load_incidents(ws).set_index("source_key")
    hidden = incidents.loc[["K1", "K2"]]
    assert hidden["protected_class"].tolist() == ["nara_relation", "okand_kod"]
    where = ["place_text", "deso_code", "area_id", "easting_m", "given_easting_m"]
    assert hidden[where].isna().all(axis=None)
    assert not hidden["has_time"].any()
    assert hidden["reported_on"].eq(pd.Timestamp("2026-02-03")).all()
    assert hidden["occurred_from"].dt.tz_convert("Europe/Stockholm").dt.hour.eq(0).all()
    words = ("Påhittad Person", "123 45 67", "850101", "@nyby", "fri text")
    stored = [
        f for f in ws.lager.rglob("*") if f.is_file() and ws.archive not in f.parents
    ]
    found = {f.name for f in stored for w in words if w.encode() in f.read_bytes()}
    assert found == set()
    frames = [
        store.load_incidents(ws),
        store.load_deliveries(ws),
        store.load_quarantine(ws),
    ]
    text = "".join(frame.to_csv() for frame in frames)
    assert not [word for word in words if word in text]
    assert store.load_deliveries(ws)["masked"][0] == (
        "e-post=2|namn=2|personnummer=3|telefon=2"
    )


def test_a_name_of_a_file_is_masked_too(ws, outside):
    file = write_police(outside, police("K1"), name="polisen_19850101-1234_2026-K1.csv")
    assert _ingest(ws, file)["status"] == "inläst"
    assert "1234" not in store.load_deliveries(ws)["file_name"][0]
    assert not [f for f in ws.lager.rglob("*1234*") if ws.archive not in f.parents]


# --- cost and real input --------------------------------------------------------------


def test_what_is_held_in_memory_is_what_the_store_holds(ws, outside, monkeypatch):
    held = []
    remember = ingest._Known.remember

    def compare(self, mark, parts):
        remember(self, mark, parts)
        if self.stored is None:
            return
        read = store.load_incidents(self.ws, reported_from=self.since)
        order = ["incident_id"]
        pd.testing.assert_frame_equal(
            self.stored[read.columns].sort_values(order, ignore_index=True),
            read.sort_values(order, ignore_index=True),
        )
        held.append(len(read))

    monkeypatch.setattr(ingest._Known, "remember", compare)
    files = [
        write_police(outside, police("K1"), *(police(f"A{i}") for i in range(6))),
        write_reports(outside, (1, "2026-02-03", "Klotter", "Kvarngatan 1")),
        write_police(
            outside,
            police("K1", place="Vikvägen 5"),
            *(police(f"A{i}") for i in range(5)),
            name="polisen_2026-K1_b.csv",
        ),
        write_police(
            outside, police("K1", day="2025-12-31"), name="polisen_2026-K2.csv"
        ),
        write_fires(outside, ("2026-03-01", "Ågatan 1")),
    ]
    told = ingest_files(ws, files)
    assert [t["status"] for t in told] == ["inläst"] * 5
    assert len(held) == 5


def test_the_history_is_not_read_for_a_new_quarter(ws, outside, monkeypatch):
    for year in (2019, 2021):
        name = f"polisen_{year}-K1.csv"
        _ingest(
            ws, write_police(outside, police(f"K{year}", f"{year}-02-03"), name=name)
        )
    asked = []
    load = store.load_incidents

    def spy(ws, **bounds):
        rows = load(ws, **bounds)
        asked.append((bounds["reported_from"], len(rows)))
        return rows

    monkeypatch.setattr(store, "load_incidents", spy)
    ingest_files(ws, [write_police(outside, police("K1"))])
    (bounds,) = asked
    assert bounds == (date(2025, 2, 2), 0)


@pytest.mark.skipif(not EVENTS.exists(), reason="shared/data saknas här")
def test_notices_of_polisen_se_are_accounted_for_and_never_counted(tmp_path):
    from lagesbild.initiate import init_workspace
    from lagesbild.workspace import open_workspace

    ws = open_workspace(init_workspace(tmp_path / "w", kommun="2181", areas=REGSO))
    told = _ingest(ws, EVENTS, source="polisen_api")
    n_events = len(json.loads(EVENTS.read_text(encoding="utf-8")))
    assert told["rows_in"] == n_events == 1_959
    # 258 name Sandviken at the end of their name (data/README)
    assert (told["rows_stored"], told["rows_quarantined"]) == (258, 1_701)
    reasons = store.load_quarantine(ws)["reason_code"].value_counts()
    assert set(reasons.index) <= {"annan_kommun", "bara_lan", "okand_form"}
    assert store.load_incidents(ws).empty and store.load_ready_counts(ws).empty
    assert len(store.load_notices(ws)) == 258

"""What is purged is gone from every file, and no figure of a later quarter moves."""

import json
import re
import shutil
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from lagesbild import journal, purge, purging, retention, store
from lagesbild.backup import make_backup
from lagesbild.closing import close_cycles
from lagesbild.errors import PurgeError, UsageError
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.publication import make_publications, open_publication
from lagesbild.publish import exchange
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.tiny_town import (
    make_tiny_town,
    police,
    write,
    write_fires,
    write_police,
    write_reports,
)

OLD, NEW = "2023-K4", "2026-K1"
TODAY = date(2026, 4, 20)
PLACES = ("Kvarngatan 1", "Kvarngatan 9", "Ågatan 1", "Vikvägen 5", "")
DECISIONS = "kvartal;mottagare;organisation;roll;datum;diarienummer;slag;beslut"


def quarters(first, last):
    found = [Period(first)]
    while found[-1].label != last:
        found.append(found[-1].next)
    return found


def _days(quarter):
    return [
        f"{quarter.year}-{3 * quarter.number - 2 + i // 4:02}-{3 + i:02}"
        for i in range(9)
    ]


def make_ten_quarters(folder, places=lambda quarter: PLACES):
    """All but the last one closed; rows are kept for two years, places for 18 months.

    ``places``: quarter → what the police write of where, five texts.
    """
    ws = make_tiny_town(folder)
    settings = (ws.root / "kommun.toml").read_text("utf-8")
    settings = settings.replace(
        "retention_row_months = 60", "retention_row_months = 24"
    )
    settings = settings.replace("_place_months = 24", "_place_months = 18")
    (ws.root / "kommun.toml").write_text(settings, "utf-8")
    ws = open_workspace(ws.root)
    for quarter in quarters(OLD, NEW):
        told = places(quarter)
        rows = [
            police(f"5000-K{quarter.year}{quarter.number}{i}", day, place=told[i % 5])
            for i, day in enumerate(_days(quarter))
        ]
        write_police(ws.inbox, *rows, name=f"polisen_{quarter.label}.csv")
        faults = [
            (f"FA-{quarter.label}-{i}", day, "Klotter", PLACES[i % 4])
            for i, day in enumerate(_days(quarter)[:4])
        ]
        write_reports(ws.inbox, *faults, name=f"fel_{quarter.label}.csv")
        fires = [(day, "Ågatan 1") for day in _days(quarter)[:2]]
        write_fires(ws.inbox, *fires, name=f"brand_{quarter.label}.csv")
    assert {one["status"] for one in ingest_files(ws)} == {"inläst"}
    close_cycles(ws, quarters(OLD, NEW)[:-1])
    return ws


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    ws = make_ten_quarters(tmp_path_factory.mktemp("gallring") / "nyby")
    make_publications(ws, NEW)
    return ws


@pytest.fixture
def ws(made, tmp_path):
    shutil.copytree(made.root, tmp_path / "nyby")
    (tmp_path / "notebooks").mkdir()  # pages of its own
    return open_workspace(tmp_path / "nyby")


def _old_keys(ws):
    current = purging.load_current(ws)
    return current[current["reported_on"] <= "2024-04-20"]


def test_the_decision_is_named_before_anything_goes(ws):
    told = purge.purge(ws, today=TODAY, is_trial=True)
    assert told["decisions"] == ["PÅHITTAT 2026/1"]
    assert told["n_rows"] == len(_old_keys(ws)) and told["ok"]
    assert len(store.load_incidents(ws)) == 150
    with pytest.raises(PurgeError, match="eget gallringsbeslut"):
        purge.purge(ws, ["5000-K202340"], today=TODAY)
    with pytest.raises(PurgeError, match="'NYBY 7' finns inte"):
        purge.purge(ws, ["5000-K202340"], decision="NYBY 7", today=TODAY)
    assert len(store.load_incidents(ws)) == 150


def test_nothing_is_left_in_any_file_and_no_figure_moves(ws, tmp_path):
    before = make_publications(ws, NEW)
    make_backup(ws, tmp_path / "kopia.tar.gz")
    gone = _old_keys(ws)
    current = purging.load_current(ws)
    bare = current[
        current["reported_on"].between("2024-04-21", "2024-10-20")
        & current["has_place"]
    ]
    assert len(gone) > 20 and len(bare) > 20
    told = purge.purge(ws, today=TODAY)
    assert told["ok"] and told["left"] == []
    assert (told["n_rows"], told["n_places"]) == (len(gone), len(bare))
    assert told["n_searched"] + told["n_not_searched"] == len(gone)
    assert [backup["fil"] for backup in told["backups"]] == ["kopia.tar.gz"]
    # each file is read here in another way than the proof reads it
    everything = b"".join(
        file.read_bytes() for file in ws.root.rglob("*") if file.is_file()
    )
    for key in [*gone["source_key"], *gone["incident_id"]]:
        assert key.encode() not in everything
    left = store.load_incidents(ws)
    assert not left["incident_id"].isin(gone["incident_id"]).any()
    stripped = left[left["incident_id"].isin(bare["incident_id"])]
    assert len(stripped) == len(bare)
    assert (
        stripped[["place_text", "given_easting_m", "easting_m"]].isna().all(axis=None)
    )
    assert stripped["area_id"].notna().any()  # the area is the statistics' own
    assert verify(ws) == {"ok": True, "faults": []}
    after = make_publications(ws, NEW)
    for audience, publication in before.items():
        pd.testing.assert_frame_equal(publication.cells, after[audience].cells)
        for name, frame in publication.findings.items():
            pd.testing.assert_frame_equal(frame, after[audience].findings[name])
        for name, frame in publication.quality.items():
            pd.testing.assert_frame_equal(frame, after[audience].quality[name])
    assert journal.read_lines(ws)[-1]["beslut"] == "PÅHITTAT 2026/1"


def test_a_draft_of_what_is_gone_is_not_made_again_and_says_so(ws):
    (ws.outputs / OLD / "intern").mkdir(parents=True)
    told = purge.purge(ws, today=TODAY)
    assert OLD in told["cycles"] and NEW not in told["cycles"]
    assert told["pages"] == [OLD]
    assert not (ws.outputs / OLD / "intern").exists()
    with pytest.raises(PurgeError, match=rf"{OLD} kan inte göras om.*PÅHITTAT"):
        open_publication(ws, OLD, "intern")
    assert purge.purge(ws, today=TODAY)["n_rows"] == 0


def test_rows_of_an_open_quarter_are_not_purged_by_rule(ws):
    with pytest.raises(PurgeError, match=rf"{NEW} är inte stängda"):
        purge.purge(ws, today=date(2028, 6, 1))
    assert len(store.load_incidents(ws)) == 150


def test_one_key_goes_by_a_decision_of_its_own_with_its_files_and_neighbours(ws):
    row = f"{NEW};;kommunen;påhittad chef;2026-04-02;NYBY 2026:9;gallring;Påhittat"
    write(ws.registers / "beslut.csv", [DECISIONS, row])
    with pytest.raises(UsageError, match="1 av 2 nycklar"):
        purge.purge(ws, ["5000-K202614", "finns inte"], decision="NYBY 2026:9")
    told = purge.purge(ws, ["5000-K202614"], decision="NYBY 2026:9")
    assert (told["n_rows"], told["n_files"], told["ok"]) == (1, 1, True)
    assert told["decisions"] == ["NYBY 2026:9"] and told["cycles"] == [NEW]
    assert len(store.load_incidents(ws)) == 149
    assert verify(ws) == {"ok": True, "faults": []}
    assert open_publication(ws, NEW, "intern").cycle == NEW  # it is still being made
    assert purging.count_purged(ws, NEW) == 1


@pytest.mark.parametrize("instant", ["planned", "exchange", "files", "noted"])
def test_cut_short_anywhere_it_is_undone_or_finished_by_the_next(
    ws, monkeypatch, instant
):
    def stop(*_, **__):
        raise KeyboardInterrupt

    where = {
        "planned": (purging, "write_without"),
        "exchange": (exchange, "_exchange"),
        "files": (purge, "_remove_what_is_made_from_rows"),
        "noted": (purge, "_note"),
    }[instant]
    keys = set(_old_keys(ws)["incident_id"])
    with monkeypatch.context() as broken:
        broken.setattr(*where, stop)
        with pytest.raises(KeyboardInterrupt):
            purge.purge(ws, today=TODAY)
    exchange.finish_or_undo(ws)
    purge.finish(ws)
    left = keys & set(store.load_incidents(ws)["incident_id"])
    assert len(left) in (0, len(keys)) and bool(left) == (instant == "planned")
    assert verify(ws) == {"ok": True, "faults": []}
    assert not (ws.lager / purge.JOURNAL).exists()
    assert sorted(p.name for p in ws.lager.glob("tabeller*")) == ["tabeller"]
    assert "purge" in journal.read_log(ws)["what"].tolist() or left
    told = purge.purge(ws, today=TODAY)
    assert told["ok"] and bool(told["n_rows"]) == bool(left)


def test_a_file_that_came_late_goes_with_the_first_of_its_places():
    """Raw files are kept three months, places 18."""
    terms = SimpleNamespace(retention_raw_months=3, retention_place_months=18)
    sources = {"polisen": SimpleNamespace(governance=terms)}
    sources["öppna"] = SimpleNamespace(governance=None)
    told = ["2024-10-20", "2024-10-21", "2024-10-21", "2024-10-20"]
    came = ["2026-04-01", "2026-04-01", "2026-01-20", "2026-04-01"]
    deliveries = pd.DataFrame(
        {
            "source": ["polisen", "polisen", "polisen", "öppna"],
            "period_start": pd.to_datetime(told),
            "received_on": pd.to_datetime(came),
        }
    )
    due = retention.find_due_files(deliveries, sources, today=TODAY)
    assert due.tolist() == [True, False, True, False]


def test_an_event_is_not_named_by_a_report_that_is_gone():
    links = pd.DataFrame(
        {"incident_id": ["a", "b", "c", "d"], "event_id": ["Ea", "Ea", "Ea", "Ed"]}
    )
    assert purging._rename_events(links, {"a"}) == {"Ea": "Eb"}
    assert purging._rename_events(links, {"d"}) == {}


def test_what_is_told_of_a_purge_holds_no_key(ws):
    told = purge.purge(ws, today=TODAY)
    text = json.dumps(told) + (ws.lager / journal.FILE).read_text("utf-8")
    assert not re.search("5000-K2|FA-20|Kvarngatan", text)

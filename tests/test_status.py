"""What is stored is told, and what is not whole is found."""

import json

import pytest

from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.status import status, verify
from tests.tiny_town import (
    make_tiny_town,
    police,
    write_fires,
    write_police,
    write_reports,
)


@pytest.fixture
def ws(tmp_path):
    (tmp_path / "notebooks").mkdir()
    ws = make_tiny_town(tmp_path / "data" / "nyby")
    write_police(ws.inbox, police("K1"), police("K2", number="inget"))
    write_reports(ws.inbox, (1, "2026-02-03", "Lampa", "Kvarngatan 2"))
    write_fires(ws.inbox, ("2026-05-01", "Ågatan 1"), name="brand_2026-H1.csv")
    ingest_files(ws)
    return ws


def test_status_counts_rows_and_files_and_lists_quarters(ws):
    close_cycle(ws, Period("2026-K1"))
    assert status(ws) == {
        "incidents": 3,
        "quarantined": 1,
        "deliveries": 3,
        "cycles": [
            {
                "cycle": "2026-K1",
                "is_closed": True,
                "missing_sources": [],
                "released": [],
            },
            {
                "cycle": "2026-K2",
                "is_closed": False,
                "missing_sources": ["polisen", "felanmalan"],
                "released": [],
            },
        ],
    }


def test_an_empty_workspace_has_nothing(tmp_path):
    ws = make_tiny_town(tmp_path / "w")
    assert status(ws) == {
        "incidents": 0,
        "quarantined": 0,
        "deliveries": 0,
        "cycles": [],
    }
    assert verify(ws) == {"ok": True, "faults": []}


def test_a_whole_workspace_is_whole(ws):
    assert verify(ws) == {"ok": True, "faults": []}


def test_a_changed_raw_file_is_found_and_one_deleted_by_rule_is_not(ws):
    first, second, third = sorted(ws.archive.glob("*.csv"))
    first.write_text("ändrad", encoding="utf-8")
    second.unlink()
    third.with_name(third.name + ".json").write_text("{", encoding="utf-8")
    told = verify(ws)
    assert not told["ok"]
    assert [fault.split(" ")[0] for fault in sorted(told["faults"])] == [
        "Arkivets",
        "Arkivfilen",
    ]


def test_changed_missing_and_unlisted_pages_are_found(ws):
    folder = ws.outputs / "2026-K1" / "radet"
    folder.mkdir(parents=True)
    for name in ("a.html", "c.html"):
        (folder / name).write_text("ändrad", encoding="utf-8")
    files = {"a.html": "0" * 64, "b.html": "0" * 64}
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"files": files}), encoding="utf-8")
    assert verify(ws)["faults"] == [
        "2026-K1/radet: sidan a.html är ändrad efter körningen.",
        "2026-K1/radet: sidan b.html saknas.",
        "2026-K1/radet: c.html hör inte dit.",
    ]
    manifest.write_text("[]", encoding="utf-8")
    assert verify(ws)["faults"] == ["2026-K1/radet: manifest.json går inte att läsa."]


def test_a_damaged_store_is_told(ws):
    for file in (ws.lager / "tabeller" / "placements").rglob("*.parquet"):
        file.write_bytes(b"x")
    assert verify(ws)["ok"] is False

"""What of the published statistics a publication holds, and what it never does."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from lagesbild import shown_statistics, statistics
from lagesbild.workspace import open_workspace

SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"
is_invented = true
[contact]
function = "Samordningen"
email = "a@b.example"
[statistics]
similar_group = "G1"
"""
GROUPS = [
    {
        "id": "G1",
        "title": "Liknande",
        "members": [
            {"member_id": "9998", "member_title": "Påhittad by"},
            {"member_id": "9999", "member_title": "Exempelkommun"},
        ],
    }
]
PLACES = ("9999", "9998", "9997", "0000")
BRA = "kommun;period;key;count;per100k\n" + "".join(
    f"{place};{year};total;80;{2000 + year}\n"
    for place in PLACES
    for year in (2023, 2024)
)
SUPPORT = (
    "indikator;kommun;period;varde\n"
    "stod_kvinnojour;9999;2024;9\nstod_kvinnojour;9999;2025;10\n"
)


@pytest.fixture
def ws(tmp_path):
    (tmp_path / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "statistik").mkdir()
    ws = open_workspace(tmp_path)
    write(ws, "kolada_grupper.json", json.dumps(GROUPS))
    write(ws, "bra_total.csv", BRA)
    write(ws, "stod.csv", SUPPORT)
    return ws


def write(ws, name, text, day=date(2026, 7, 1)):
    (ws.statistics / name).write_text(text, encoding="utf-8")
    statistics.keep_statistics(ws, statistics.read_statistics(ws, today=day))


def test_the_own_municipality_those_like_it_and_the_nation(ws):
    shown = shown_statistics.choose_statistics(ws)
    assert shown.version == statistics.statistics_versions(ws)[0]
    assert shown.retrieved_on == date(2026, 7, 1)
    told = shown.about["places"].to_numpy().tolist()
    assert told == [
        ["9999", "Exempelkommun", "own"],
        ["9998", "Påhittad by", "similar"],
        ["0099", "Exempellän", "county"],
        ["0000", "Påhittade riket", "nation"],
    ]
    # another municipality's figures were read but are not let through
    assert "9997" in set(statistics.load_indicators(ws)["area_id"])
    assert set(shown.figures["area_id"]) == {"9999", "9998", "0000"}


def test_nothing_by_area_is_let_through(ws):
    folder = statistics.read_statistics(ws, today=date(2026, 7, 1))
    own = folder.figures[folder.figures["area_id"] == "9999"].head(1)
    by_area = own.assign(period="2020", area_level="residential_area")
    figures = pd.concat([folder.figures, by_area], ignore_index=True)
    told = replace(folder, figures=figures, version="f" * 64)
    statistics.keep_statistics(ws, told)
    assert "residential_area" in set(statistics.load_indicators(ws)["area_level"])
    shown = shown_statistics.choose_statistics(ws).figures
    assert set(shown["area_level"]) == {"country", "municipality"}
    assert "2020" not in set(shown["period"])


def test_few_who_sought_help_are_hidden(ws):
    figures = shown_statistics.choose_statistics(ws).figures
    told = figures[figures["indicator_id"] == "stod_kvinnojour"].set_index("period")
    assert list(told["status"]) == ["suppressed", "final"]
    assert told["value"].isna().tolist() == [True, False]


def test_every_kind_of_file_says_where_it_is_had(ws):
    sources = shown_statistics.choose_statistics(ws).about["sources"].set_index("name")
    assert sources.loc["Brå, sammandragna serier", "n_files"] == 1
    assert sources.loc["Brå, sammandragna serier", "retrieved_on"] == "2026-07-01"
    can = sources.loc["CAN:s skolundersökning"]
    assert (can["n_files"], can["retrieved_on"], can["indicator_prefix"]) == (
        0,
        "",
        "can_",
    )
    assert "länsstyrelsen" in can["where"]
    known = shown_statistics.choose_statistics(ws).about["indicators"]["indicator_id"]
    prefixes = tuple(p for p in sources["indicator_prefix"] if p)
    assert known.str.startswith(prefixes).all()


def test_the_state_follows_files_and_those_like_it(ws):
    before = shown_statistics.state_of(ws)
    assert shown_statistics.state_of(ws) == before
    write(ws, "bra_total.csv", BRA.replace("4024", "4025"))
    assert shown_statistics.state_of(ws) != before
    watched = shown_statistics.choose_statistics(ws, as_of=date(2031, 1, 1)).watched
    assert "inaktuell" in set(watched["what"])


def test_a_workspace_without_statistics(tmp_path):
    (tmp_path / "kommun.toml").write_text(
        SETTINGS.replace('similar_group = "G1"', ""), encoding="utf-8"
    )
    shown = shown_statistics.choose_statistics(open_workspace(tmp_path))
    assert (shown.version, shown.retrieved_on) == ("", None)
    assert shown.figures.empty
    assert shown.watched.empty

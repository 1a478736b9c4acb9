"""A workspace's statistics folder: all or nothing, by version, every row accounted."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from lagesbild import cli, statistics, terminal
from lagesbild.errors import ReadError, StoreError
from lagesbild.workspace import open_workspace

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
TODAY = date(2026, 11, 1)
SETTINGS = """
[municipality]
code = "{code}"
name = "{name}"
county = "Gävleborgs län"
[contact]
function = "Samordningen"
email = "a@b.example"
[statistics]
similar_group = "G37506"
wastewater_site = "SE004"
"""
BRA = (
    "kommun;period;key;count;per100k\n"
    "9998;2024;total;80;2000\n9998;2025;total;82;2050\n"
)


def workspace(folder: Path, files: dict[str, str], code="9998", name="Exempelkommun"):
    (folder / "kommun.toml").write_text(
        SETTINGS.format(code=code, name=name), encoding="utf-8"
    )
    (folder / "statistik").mkdir(exist_ok=True)
    for file, text in files.items():
        (folder / "statistik" / file).write_text(text, encoding="utf-8")
    return open_workspace(folder)


def keep(ws, today=TODAY):
    folder = statistics.read_statistics(ws, today=today)
    statistics.keep_statistics(ws, folder)
    return folder


def test_what_is_kept_is_what_was_read(tmp_path):
    ws = workspace(tmp_path, {"bra_total.csv": BRA})
    folder = keep(ws)
    assert folder.files[["n_rows", "n_used", "n_figures"]].to_numpy().tolist() == [
        [2, 2, 4]
    ]
    got = statistics.load_indicators(ws)
    pd.testing.assert_frame_equal(got, folder.figures)
    assert set(got["retrieved_at"]) == {pd.Timestamp(TODAY)}
    assert statistics.statistics_versions(ws) == (folder.version, None)


def test_a_file_keeps_the_day_when_it_was_first_read(tmp_path):
    ws = workspace(tmp_path, {"bra_total.csv": BRA})
    first = keep(ws)
    again = keep(ws, today=date(2027, 3, 1))
    assert again.version == first.version
    assert statistics.statistics_versions(ws) == (first.version, None)
    (ws.statistics / "bra_total.csv").write_text(BRA.replace("82;2050", "90;2250"))
    third = keep(ws, today=date(2027, 3, 1))
    assert set(third.figures["retrieved_at"]) == {pd.Timestamp("2027-03-01")}
    assert statistics.statistics_versions(ws) == (third.version, first.version)
    # the version before can still be loaded
    old = statistics.load_indicators(ws, version=first.version)
    assert old["value"].max() == 2050
    with pytest.raises(StoreError, match="finns inte i lagret"):
        statistics.load_indicators(ws, version="0" * 64)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("okänd.csv", "namnet säger inte vad filen är"),
        ("can_2025.csv", "väntade rubrikerna indikator"),
        ("kolada_svar.json", "inget svar från Koladas API"),
    ],
)
def test_one_refused_file_leaves_what_was_in_force(tmp_path, name, told):
    ws = workspace(tmp_path, {"bra_total.csv": BRA})
    first = keep(ws)
    ws = workspace(tmp_path, {name: BRA})
    folder = statistics.read_statistics(ws, today=TODAY)
    refused = folder.files.set_index("file")["refused"]
    assert told in refused[name]
    assert refused["bra_total.csv"] == ""
    assert folder.figures.empty
    with pytest.raises(ReadError, match="1 filer i statistik/ kan inte läsas"):
        statistics.keep_statistics(ws, folder)
    assert statistics.statistics_versions(ws)[0] == first.version


def test_the_same_figure_in_two_files(tmp_path):
    ws = workspace(tmp_path, {"bra_a.csv": BRA, "bra_b.csv": BRA})
    assert len(keep(ws).figures) == 4
    ws = workspace(tmp_path, {"bra_b.csv": BRA.replace("2050", "2051")})
    with pytest.raises(ReadError, match=r"1 tal står olika i bra_a\.csv, bra_b\.csv"):
        statistics.read_statistics(ws, today=TODAY)


def test_templates_are_not_read_as_files(tmp_path):
    ws = workspace(tmp_path, {})
    statistics.write_statistics_templates(ws.statistics)
    assert len(list((ws.statistics / "mallar").iterdir())) == 8
    assert statistics.read_statistics(ws, today=TODAY).files.empty


def test_similar_municipalities_are_those_of_the_group(tmp_path):
    groups = [
        {
            "id": "G37506",
            "title": "Liknande kommuner, Exempelkommun",
            "members": [
                {"member_id": code, "member_title": "X"} for code in ("9997", "9998")
            ],
        }
    ]
    ws = workspace(tmp_path, {"kolada_grupper.json": json.dumps(groups)})
    assert statistics.find_similar(ws) == ("9997",)
    groups[0]["id"] = "G1"
    ws = workspace(tmp_path, {"kolada_grupper.json": json.dumps(groups)})
    with pytest.raises(ReadError, match="'G37506' finns inte"):
        statistics.find_similar(ws)


def run(ws, *words):
    return terminal.run(cli.commands, ["statistics", "-w", str(ws.root), *words])


def test_the_command_tells_each_file_and_what_to_look_at(tmp_path, capsys):
    ws = workspace(tmp_path, {"bra_total.csv": BRA})
    assert run(ws, "--check") == 0
    assert "bra_total.csv" in capsys.readouterr().out
    assert statistics.load_indicators(ws).empty
    assert run(ws, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["n_figures"], told["is_whole"]) == (4, True)
    assert run(ws, "--list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in listed["files"]] == ["bra_total.csv"]
    (ws.statistics / "bra_total.csv").write_text(BRA.replace("82;2050", "99;2475"))
    assert run(ws, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in told["findings"]] == ["reviderat", "reviderat"]


def test_the_command_fails_when_a_file_is_refused(tmp_path, capsys):
    ws = workspace(tmp_path, {"okänd.csv": BRA})
    assert run(ws) == 3
    assert "AVVISAD okänd.csv" in capsys.readouterr().err


@pytest.mark.skipif(not SHARED.is_dir(), reason="saknar ../shared/data")
def test_real_files_load_with_every_row_accounted_for(tmp_path):
    ws = workspace(tmp_path, {}, code="2181", name="Sandviken")
    wanted = {
        "bra": "*.csv",
        "kolada": "riket_regioner*.csv",
        "wastewater": "ww2025-all-data.csv",
        "scb_pxweb": "scb_v*.json",
    }
    for part, pattern in wanted.items():
        for file in (SHARED / part).glob(pattern):
            start = "kolada_" if part == "kolada" else ""
            (ws.statistics / f"{start}{file.name}").write_bytes(file.read_bytes())
    groups = SHARED / "kolada" / "municipality_groups_sandviken.json"
    (ws.statistics / groups.name).write_bytes(groups.read_bytes())
    folder = keep(ws)
    files = folder.files
    assert (files["n_rows"] == files["n_used"] + files["n_left_out"]).all()
    for row in files[files["file"].str.endswith(".csv")].itertuples():
        lines = (ws.statistics / row.file).read_text("utf-8-sig").splitlines()
        assert row.n_rows == len(lines) - 1, row.file
    assert len(statistics.find_similar(ws)) == 7
    at = folder.figures.set_index(["indicator_id", "area_id", "period"])["value"]
    assert at["euda_kokain", "SE004", "2021"] == 101.98
    assert at["bra_totalt", "2181", "2010"] > at["bra_person", "2181", "2010"]
    assert at["bra_totalt_antal", "0000", "2015"] == 1503399

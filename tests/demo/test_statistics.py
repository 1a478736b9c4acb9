"""The demo's invented statistics: read whole, the same every time, nobody's real."""

import csv
from datetime import date
from importlib import resources

import pytest

from lagesbild import shown_statistics, statistics
from lagesbild.demo.statistics import COUNTY, NATION, OWN, SIMILAR, write_statistics
from lagesbild.workspace import open_workspace

CODES = {OWN, COUNTY, NATION, *SIMILAR}


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    settings = resources.files("lagesbild.demo").joinpath("kommun_demo.toml")
    (folder / "kommun.toml").write_bytes(settings.read_bytes())
    write_statistics(folder / "statistik")
    ws = open_workspace(folder)
    read = statistics.read_statistics(ws, today=date(2026, 10, 5))
    statistics.keep_statistics(ws, read)
    return ws


def test_every_file_is_read_and_every_row_used(ws):
    files = statistics.load_statistics_files(ws)
    assert len(files) == 11
    assert set(files["refused"]) == {""}
    assert (files["n_rows"] == files["n_used"]).all()


def test_the_same_bytes_every_time(ws, tmp_path):
    write_statistics(tmp_path)
    here = {f.name: f.read_bytes() for f in ws.statistics.glob("*.*")}
    assert here == {f.name: f.read_bytes() for f in tmp_path.glob("*.*")}


def test_no_real_place_has_an_invented_figure(ws):
    figures = statistics.load_indicators(ws)
    places = figures[figures["area_level"] != "treatment_plant"]
    assert set(places["area_id"]) == CODES
    listed = resources.files("lagesbild").joinpath("municipalities.csv")
    with listed.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert not {row["code"] for row in rows} & CODES
    assert not {row["name"] for row in rows} & set(SIMILAR.values())
    shown = shown_statistics.choose_statistics(ws).about["places"]
    assert dict(zip(shown["area_id"], shown["name"], strict=True))[NATION] != "Riket"


def test_a_count_of_few_who_sought_help_is_hidden(ws):
    figures = shown_statistics.choose_statistics(ws).figures
    hidden = figures[figures["status"] == "suppressed"]
    assert hidden[["indicator_id", "period"]].to_numpy().tolist() == [
        ["stod_elevhalsa", "2023"]
    ]

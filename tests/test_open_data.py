"""A workspace on open data alone: what is taken, what is missing, whose it is not."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from lagesbild import cli, publication, terminal
from lagesbild.errors import UsageError
from lagesbild.open_data import make_open_workspace
from lagesbild.workspace import open_workspace

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
MARK = (
    "Exempel på öppna data – inte Sandvikens kommuns eller Polismyndighetens "
    "officiella lägesbild"
)
BRA = "kommun;period;key;count;per100k\n2181;2025;total;82;2050\n"


@pytest.fixture
def downloads(tmp_path):
    """What somebody has downloaded, in two folders."""
    folder = tmp_path / "hamtat"
    (folder / "inner").mkdir(parents=True)
    areas = gpd.GeoDataFrame(
        {"regsokod": ["2181R001", "2180R001"], "regsonamn": ["Norr", "Annan"]},
        geometry=[box(570000, 6720000, 571000, 6721000), box(0, 0, 1, 1)],
        crs="EPSG:3006",
    )
    areas.to_file(folder / "RegSO_2025.gpkg", driver="GPKG")
    (folder / "befolkning.csv").write_text("regsokod,pop_2025\n2181R001,900\n")
    (folder / "inner" / "bra_ar.csv").write_text(BRA)
    (folder / "inner" / "events_2026.json").write_text("[]")
    (folder / "inner" / "recept.txt").write_text("pannkakor")
    group = {"title": "Liknande kommuner, övergripande, Sandviken, 2025", "id": "G2"}
    older = {"title": "Liknande kommuner, övergripande, Sandviken, 2024", "id": "G1"}
    member = {"members": [{"member_id": "0480", "member_title": "Nyköping"}]}
    (folder / "kolada_grupper.json").write_text(
        json.dumps([older | member, group | member]), encoding="utf-8"
    )
    return folder


def make(downloads, kommun="2181"):
    target = downloads.parent / "ws"
    return make_open_workspace(target, kommun=kommun, files=downloads)


def test_files_come_in_place_and_settings_are_found_in_them(downloads):
    told = make(downloads)
    assert told.is_new
    assert told.unused == ("recept.txt",)
    ws = open_workspace(told.folder)
    assert ws.settings.statistics.similar_group == "G2"
    assert ws.settings.municipality.open_data_mark == MARK
    assert (ws.statistics / "bra_ar.csv").read_text() == BRA
    assert (ws.inbox / "events_2026.json").exists()
    assert (ws.reference / "befolkning.csv").exists()
    what = dict(told.missing)
    assert "beställer" in what["SCB:s medborgarundersökning"]
    assert "Brå, sammandragna serier" not in what
    assert "Adresser" in what


def test_new_files_come_to_a_workspace_whose_settings_stay(downloads):
    folder = make(downloads).folder
    settings = folder / "kommun.toml"
    edited = settings.read_text("utf-8").replace('"G2"', '"G1"')
    settings.write_text(edited, encoding="utf-8")
    newer = BRA.replace("2050", "2060")
    (downloads / "inner" / "bra_ar.csv").write_text(newer)
    told = make(downloads)
    assert not told.is_new
    assert settings.read_text("utf-8") == edited
    assert (folder / "statistik" / "bra_ar.csv").read_text() == newer
    assert not list((folder / "statistik").glob(".*"))


def test_what_cannot_be_laid_out_is_told(downloads, tmp_path):
    with pytest.raises(UsageError, match="Ingen kommun har koden"):
        make(downloads, kommun="9999")
    with pytest.raises(UsageError, match="inga områden för kommun 0114"):
        make(downloads, kommun="0114")
    assert not (tmp_path / "ws" / "kommun.toml").exists()
    make(downloads)
    with pytest.raises(UsageError, match="en annan kommuns"):
        make(downloads, kommun="2180")
    with pytest.raises(UsageError, match="finns inte"):
        make_open_workspace(tmp_path / "x", kommun="2181", files=tmp_path / "borta")


@pytest.mark.parametrize(
    ("adopted_by", "own", "wanted"),
    [
        ("", "", MARK),
        ("", "Internt", f"{MARK}. Internt"),
        ("Kommunstyrelsen", "", ""),
        ("Kommunstyrelsen", "Internt", "Internt"),
    ],
)
def test_the_mark_stands_until_somebody_has_adopted_it(
    downloads, adopted_by, own, wanted
):
    settings = open_workspace(make(downloads).folder).settings.municipality
    changed = settings.model_copy(update={"adopted_by": adopted_by})
    assert publication._mark(changed, own) == wanted


def test_the_command_says_what_is_missing(downloads, capsys, tmp_path):
    words = ["opendata", str(tmp_path / "w"), "--kommun", "2181", "--files"]
    assert terminal.run(cli.commands, [*words, str(downloads)]) == 0
    out = capsys.readouterr().out
    assert "Används inte: recept.txt." in out
    assert "CAN:s skolundersökning" in out
    assert terminal.run(cli.commands, [*words, str(downloads), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["is_new"] is False


@pytest.mark.skipif(not SHARED.is_dir(), reason="saknar ../shared/data")
def test_sandviken_is_laid_out_of_real_files(tmp_path):
    told = make_open_workspace(tmp_path / "ws", kommun="2181", files=SHARED)
    ws = open_workspace(told.folder)
    assert ws.settings.statistics.similar_group == "G37506"
    assert ws.settings.statistics.wastewater_site == "SE004"
    assert "RegSO_2025_sandviken_2181.gpkg" in told.used
    assert len(gpd.read_file(ws.reference / "omraden.gpkg")) == 11
    what = {name for name, _ in told.missing}
    assert {"CAN:s skolundersökning", "Hälsa på lika villkor"} <= what

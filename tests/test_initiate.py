"""Files as SCB and others give them become a workspace, or nothing is written."""

import re
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from lagesbild.agreement.registers import read_all
from lagesbild.agreement.tables import REGISTERS
from lagesbild.errors import RegisterError, UsageError
from lagesbild.geocode.alias_file import read_aliases
from lagesbild.initiate import init_workspace
from lagesbild.read import reference as r
from lagesbild.workspace import open_workspace, read_settings

DATA = Path(__file__).parents[1].parent / "shared" / "data"
REGSO = DATA / "scb_regso" / "RegSO_2025_lan21.gpkg"
REGSO_WGS84 = DATA / "scb_regso" / "RegSO_2025_sandviken_2181_wgs84.geojson"
DESO_WGS84 = DATA / "scb_deso" / "DeSO_2025_sandviken_regso_snapped_wgs84.geojson"
PEOPLE = DATA / "scb_deso" / "deso_population_2025.csv"
needs_data = pytest.mark.skipif(not REGSO.exists(), reason="shared/data saknas här")


def _box(east, size=1_000):
    return shapely.box(east, 67e5, east + size, 67e5 + size)


@pytest.fixture
def areas(tmp_path):
    file = tmp_path / "egna.gpkg"
    table = {"OMRADE_ID": ["01", "02"], "Namn": ["Ås", "By"], "annat": [1, 2]}
    gpd.GeoDataFrame(table, geometry=[_box(6e5), _box(601e3)], crs=3006).to_file(file)
    return file


@needs_data
@pytest.mark.parametrize(
    ("file", "n_areas"), [(REGSO, 11), (REGSO_WGS84, 11), (DESO_WGS84, 25)]
)
def test_scb_layers_make_areas_of_the_municipality(tmp_path, file, n_areas):
    made = init_workspace(tmp_path / "w", kommun="2181", areas=file, population=PEOPLE)
    ws = open_workspace(made)
    layer = gpd.read_file(made / "referens" / "omraden.gpkg")
    assert list(layer.columns) == ["omrade_id", "namn", "kommundel", "slag", "geometry"]
    assert layer.crs.to_epsg() == 3006
    assert ws.settings.municipality.name == "Sandviken"
    assert ws.settings.municipality.county == "Gävleborgs län"
    areas = r.load_areas(ws)
    assert len(areas) == n_areas
    assert areas["area_id"].str.startswith("2181").all()
    assert areas["name"].is_unique
    people = r.load_population(ws)
    assert set(people["area_id"]) == set(areas["area_id"])
    told = pd.read_csv(PEOPLE)
    of_ours = told.loc[told["kommunkod"] == 2181, "pop_2025"].sum()
    assert people["n_inhabitants"].sum() == of_ours


@needs_data
def test_deso_areas_are_also_the_deso_layer(tmp_path):
    made = init_workspace(tmp_path / "w", kommun="2181", areas=DESO_WGS84)
    ws = open_workspace(made)
    assert set(r.load_deso(ws)["deso_code"]) == set(r.load_areas(ws)["area_id"])


@needs_data
def test_another_municipality_than_the_files_is_told(tmp_path):
    with pytest.raises(RegisterError, match="inget av 94 områden ligger i kommun 0180"):
        init_workspace(tmp_path / "w", kommun="0180", areas=REGSO)
    assert not (tmp_path / "w").exists()


def test_own_layer_and_folders(tmp_path, areas):
    made = init_workspace(tmp_path / "w", kommun="0114", areas=areas)
    names = {"kommun.toml", "referens", "inkommande", "register"}
    names |= {"statistik", "lager"}
    assert {path.name for path in made.iterdir()} == names
    ws = open_workspace(made)
    assert ws.settings.municipality.code == "0114"
    assert r.load_areas(ws)["area_id"].tolist() == ["01", "02"]
    assert r.load_addresses(ws).empty
    names = [f"{register.file}.xlsx" for register in REGISTERS.values()]
    names = sorted([*names, "platser_alias.csv"])
    assert sorted(file.name for file in ws.registers.iterdir()) == names
    assert read_aliases(ws.registers / "platser_alias.csv").empty
    assert all(rows.empty for rows in read_all(ws.registers).values())


def test_polisen_api_is_ready_and_row_sources_are_not(tmp_path, areas):
    ws = open_workspace(init_workspace(tmp_path / "w", kommun="0114", areas=areas))
    assert list(ws.settings.sources) == ["polisen_api"]
    source = ws.settings.sources["polisen_api"]
    assert (source.kind, source.expected) == ("notis", "none")
    assert source.layouts[0].format == "polisen_api"


def test_the_templates_hold_once_they_are_filled_in(tmp_path, areas):
    file = init_workspace(tmp_path / "w", kommun="0114", areas=areas) / "kommun.toml"
    text = re.sub(r"(?m)^#(?=[\[\w\"])", "", file.read_text("utf-8"))
    text = re.sub(
        r'(?m)^(purpose|legal_basis|controller|decision_number|method|assessor) = ""',
        r'\1 = "påhittat"',
        text,
    )
    text = re.sub(r"(?m)^(retention_\w+) =$", r"\1 = 12", text)
    text = re.sub(
        r"(?m)^(impact_assessment_on|assessed_on|checked_on) =$",
        r"\1 = 2026-01-31",
        text,
    )
    file.write_text(text, encoding="utf-8")
    settings, _ = read_settings(file)
    assert settings.accessibility.missing == []
    assert settings.help.find_fault(date(2026, 2, 1)) is None
    rows = [s for s in settings.sources.values() if s.has_rows]
    assert len(rows) == 4
    assert all(source.governance for source in rows)
    assert len(settings.sources["polisen"].layouts) == 3
    layouts = [layout for source in rows for layout in source.layouts]
    # a row without a key cannot be told from another: its file replaces its period
    assert all(one.replaces_period != ("source_key" in one.columns) for one in layouts)


def test_a_workspace_is_never_overwritten(tmp_path, areas):
    made = init_workspace(tmp_path / "w", kommun="0114", areas=areas)
    before = (made / "kommun.toml").read_bytes()
    with pytest.raises(UsageError, match=r"innehåller redan kommun\.toml"):
        init_workspace(made, kommun="2181", areas=areas)
    assert (made / "kommun.toml").read_bytes() == before


@pytest.mark.parametrize("code", ["9999", "114", "", "Sandviken"])
def test_an_unknown_code_is_wrong_usage(tmp_path, areas, code):
    with pytest.raises(UsageError, match="kommunkod med fyra siffror"):
        init_workspace(tmp_path / "w", kommun=code, areas=areas)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_without_crs_or_known_columns_is_refused(tmp_path):
    file = tmp_path / "x.gpkg"
    layer = gpd.GeoDataFrame({"namn": ["Ås"]}, geometry=[_box(6e5)])
    layer.to_file(file)
    with pytest.raises(RegisterError, match="inget koordinatsystem"):
        init_workspace(tmp_path / "w", kommun="0114", areas=file)
    layer.set_crs(3006).to_file(file)
    with pytest.raises(RegisterError, match="hittar varken SCB:s"):
        init_workspace(tmp_path / "w", kommun="0114", areas=file)
    assert not (tmp_path / "w").exists()


def test_lantmateriets_addresses(tmp_path, areas):
    file = tmp_path / "belagenhetsadresser.gpkg"
    gpd.GeoDataFrame(
        {
            "adressomrade_faststalltnamn": ["Ågatan", "Ågatan", "Byn", "Ågatan"],
            "gardsadressomrade_faststalltnamn": [None, None, "Norrgården", None],
            "adressplatsnummer": ["1", "2", "3", "4"],
            "bokstavstillagg": ["A", None, None, None],
            "postnummer": [81133, 0, 81133, 81133],
            "postort": ["BYN"] * 4,
            "kommundel_faststalltnamn": [None] * 4,
            "kommunkod": ["0114", "0114", "0114", "2181"],
            "statusforbelagenhetsadress": [
                "Gällande",
                "Reserverad",
                "Gällande",
                "Gällande",
            ],
        },
        geometry=shapely.points([[6e5 + 10 * i, 67e5 + 10] for i in range(1, 5)]),
        crs=3006,
    ).to_file(file, layer="belagenhetsadress")
    made = init_workspace(tmp_path / "w", kommun="0114", areas=areas, addresses=file)
    found = r.load_addresses(open_workspace(made))
    assert found["street"].tolist() == ["Ågatan", "Byn Norrgården"]
    assert found["letter"].fillna("").tolist() == ["A", ""]
    assert found["postcode"].tolist() == ["81133", "81133"]
    assert found["easting_m"].tolist() == [600_010, 600_030]


def test_a_municipalitys_own_address_layer(tmp_path, areas):
    file = tmp_path / "adresser.geojson"
    gpd.GeoDataFrame(
        {
            "GATUADRESS": ["Långa vägen 12A", "Torget"],
            "POSTORT": ["Byn"] * 2,
            "POSTNR": ["80320"] * 2,
        },
        geometry=shapely.points([[6e5, 67e5], [6e5, 67e5]]),
        crs=3006,
    ).to_crs(4326).to_file(file)
    made = init_workspace(tmp_path / "w", kommun="0114", areas=areas, addresses=file)
    found = r.load_addresses(open_workspace(made)).fillna("")
    assert found["street"].tolist() == ["Långa vägen", "Torget"]
    assert found["house_number"].tolist() == ["12", ""]
    assert found["letter"].tolist() == ["A", ""]


def test_population_of_other_areas_is_refused(tmp_path, areas):
    file = tmp_path / "folk.csv"
    file.write_text("omrade_id,ar,antal\n77,2025,5\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="ingen av 1 rader hör till"):
        init_workspace(tmp_path / "w", kommun="0114", areas=areas, population=file)
    assert not (tmp_path / "w").exists()


PXWEB = """"Region","Alder","Kon","000007Y7 2023","000007Y7 2024"
"0114A0010","totalt","1+2",0,5
"0114A0010_DeSO2025","totalt","1+2",7,8
"0114A0010_DeSO2025","65-69","1+2",1,1
"0114A0020_DeSO2025","totalt","1+2",..,9
"0180A0010_DeSO2025","totalt","1+2",3,3
"""


def _population(folder, text):
    ids = ["0114A0010", "0114A0020"]
    layer = gpd.GeoDataFrame({"desokod": ids}, geometry=[_box(6e5), _box(602e3)])
    layer.set_crs(3006).to_file(folder / "deso.gpkg")
    file = folder / "folk.csv"
    file.write_text(text, encoding="utf-8")
    made = init_workspace(
        folder / "w", kommun="0114", areas=folder / "deso.gpkg", population=file
    )
    return r.load_population(open_workspace(made))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_population_as_scbs_table_service_gives_it(tmp_path):
    people = _population(tmp_path, PXWEB).set_index(["area_id", "year"])
    assert people["n_inhabitants"].to_dict() == {
        ("0114A0010", 2023): 7,
        ("0114A0010", 2024): 8,
        ("0114A0020", 2024): 9,
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("totalt", "20-24"), "'Alder' har ingen rad för totalen"),
        (("65-69", "totalt"), "samma område och år"),
        ((",5\n", ",fem\n"), "annat än tal"),
    ],
)
def test_population_that_is_not_of_everybody_is_refused(tmp_path, change, told):
    with pytest.raises(RegisterError, match=told):
        _population(tmp_path, PXWEB.replace(*change))


@needs_data
def test_population_of_a_neighbouring_county_as_downloaded(tmp_path):
    deso = DATA / "scb_deso"
    made = init_workspace(
        tmp_path / "w",
        kommun="2081",
        areas=deso / "deso_2025_dalarna_raw.geojson",
        population=deso / "folkmangd_deso_2024_raw.csv",
    )
    people = r.load_population(open_workspace(made))
    assert set(people["area_id"]) == set(r.load_areas(open_workspace(made))["area_id"])
    # the first row of the file that SCB gave
    assert people.set_index("area_id").loc["2081A0010", "n_inhabitants"] == 752

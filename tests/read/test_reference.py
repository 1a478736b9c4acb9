"""Reference files follow their form, or the error names file, row and column."""

import geopandas as gpd
import pytest
import shapely

from lagesbild.errors import RegisterError
from lagesbild.read import reference as r
from lagesbild.workspace import open_workspace

SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"
[contact]
function = "Samordningsfunktionen"
email = "samordning@exempelkommun.example"
"""


@pytest.fixture
def ws(tmp_path):
    (tmp_path / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "referens").mkdir()
    return open_workspace(tmp_path)


def _areas(**columns):
    n = len(columns.get("omrade_id", ["02", "01"]))
    boxes = [shapely.box(6e5 + i, 67e5, 6e5 + i + 1, 67e5 + 1) for i in range(n)]
    table = {"omrade_id": ["02", "01"], "namn": ["Ås", "By"]} | columns
    return gpd.GeoDataFrame(table, geometry=boxes, crs="EPSG:3006")


def _save(ws, layer, name="omraden.gpkg"):
    layer.to_file(ws.reference / name, driver="GPKG")


def _write(ws, name, text, encoding="utf-8"):
    (ws.reference / name).write_bytes(text.encode(encoding))


def test_areas_keep_leading_zeros_and_have_defaults(ws):
    _save(ws, _areas())
    areas = r.load_areas(ws)
    assert areas["area_id"].tolist() == ["01", "02"]
    assert areas["kind"].tolist() == ["bostad", "bostad"]
    assert areas["district"].isna().all()
    assert areas.geometry.iloc[0].bounds[0] == 600_001


def test_areas_of_another_crs_are_brought_to_ours(ws):
    _save(ws, _areas().to_crs("EPSG:4326"))
    areas = r.load_areas(ws)
    assert areas.crs.to_epsg() == 3006
    assert areas.geometry.iloc[1].bounds[0] == pytest.approx(600_000, abs=0.01)


def _without_crs(layer):
    return layer.set_crs(None, allow_override=True)


def _with_bow(layer):
    bow = shapely.Polygon(
        [(6e5, 67e5), (6e5 + 1, 67e5 + 1), (6e5 + 1, 67e5), (6e5, 67e5 + 1)]
    )
    return layer.set_geometry([layer.geometry.iloc[0], bow], crs=layer.crs)


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (_areas(extra=[1, 2]), "okänd kolumn: extra"),
        (_areas().drop(columns="namn"), "kolumn saknas: namn"),
        (_areas(omrade_id=["01", "01"]), "'omrade_id' ska vara unik"),
        (_areas(slag=["bostad", "park"]), "okänt ord i kolumnen 'slag'.*rad 2"),
        (_areas(namn=["Ås", None]), "'namn': värde saknas"),
        (_without_crs(_areas()), "inget koordinatsystem"),
        (_with_bow(_areas()), "saknar giltig yta, den första på rad 2"),
        (_areas().set_geometry(_areas().centroid), "2 rader saknar giltig yta"),
    ],
)
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_faulty_layer_is_refused(ws, layer, told):
    _save(ws, layer)
    with pytest.raises(RegisterError, match=f"omraden.gpkg.*{told}"):
        r.load_areas(ws)


def test_a_missing_areas_file_is_named(ws):
    with pytest.raises(RegisterError, match=r"omraden\.gpkg saknas"):
        r.load_areas(ws)


def test_what_is_no_map_is_refused(ws):
    _write(ws, "omraden.gpkg", "hej")
    with pytest.raises(RegisterError, match="kan inte läsas som karta"):
        r.load_areas(ws)


def test_absent_optional_files_give_no_rows(ws):
    assert r.load_population(ws).empty
    assert r.load_addresses(ws).empty
    assert r.load_places(ws).empty
    assert r.load_deso(ws) is None
    assert r.load_base_map(ws) is None


def test_population_with_semicolon_and_blank_as_thousands(ws):
    _write(ws, "befolkning.csv", "omrade_id;ar;antal\n01;2025;1 181\n", "utf-8-sig")
    row = r.load_population(ws).iloc[0]
    assert (row["area_id"], row["year"], row["n_inhabitants"]) == ("01", 2025, 1181)


ADDRESSES = "adress_id,gatuadress,husnummer,bokstav,postnummer,postort,kommundel,e,n\n"


def test_addresses_take_decimal_comma_and_keep_text(ws):
    row = '007,Ågatan,12,A,811 33,Byn,,"600000,5",6700000.0\n'
    _write(ws, "adresser.csv", ADDRESSES + row)
    found = r.load_addresses(ws).iloc[0]
    assert found["address_id"] == "007"
    assert found["house_number"] == "12"
    assert found["postcode"] == "81133"
    assert found["easting_m"] == 600_000.5


@pytest.mark.parametrize(
    ("name", "load", "text", "told"),
    [
        ("befolkning.csv", r.load_population, "omrade_id,ar\n", "kolumn saknas: antal"),
        (
            "befolkning.csv",
            r.load_population,
            "omrade_id,ar,antal\n1,2025,1\n1,2025,2\n",
            r"'omrade_id \+ ar' ska vara unik.*rad 2",
        ),
        (
            "befolkning.csv",
            r.load_population,
            "omrade_id,ar,antal\n1,2025,1\n2,2025,1.5\n",
            "inget tal i kolumnen 'antal', den första på rad 2",
        ),
        (
            "adresser.csv",
            r.load_addresses,
            ADDRESSES + "1,A,,,,,,x,1\n",
            "kolumnen 'e'",
        ),
        ("adresser.csv", r.load_addresses, ADDRESSES + "1,A,,,,,,1,1\n", "'e': talet"),
        (
            "platser.csv",
            r.load_places,
            "plats_id,namn,alias,e,n,x\n",
            "okänd kolumn: x",
        ),
        (
            "platser.csv",
            r.load_places,
            "P1,Lada,,600000,6700000\n",
            "ingen rubrikrad.* rubrikerna plats_id, namn, alias, e, n, och försök",
        ),
        ("platser.csv", r.load_places, "", "kan inte läsas som tabell"),
    ],
)
def test_a_faulty_table_is_refused_with_the_senders_headings(
    ws, name, load, text, told
):
    _write(ws, name, text)
    with pytest.raises(RegisterError, match=f"{name}.*{told}") as error:
        load(ws)
    assert "Lada" not in str(error.value)


def test_another_encoding_than_utf8_is_told(ws):
    _write(ws, "platser.csv", "plats_id,namn,alias,e,n\n1,Ån,,1,1\n", "latin-1")
    with pytest.raises(RegisterError, match="inte sparad som UTF-8"):
        r.load_places(ws)


@pytest.mark.parametrize("heading", ["deso_kod", "desokod"])
def test_deso_by_either_heading(ws, heading):
    layer = _areas().rename(columns={"omrade_id": heading})
    _save(ws, layer, "deso.gpkg")
    assert r.load_deso(ws)["deso_code"].tolist() == ["02", "01"]


def test_base_map_words_become_kinds(ws):
    _save(ws, _areas(slag=["vatten", "vag"]).drop(columns="omrade_id"), "baskarta.gpkg")
    base = r.load_base_map(ws)
    assert base["kind"].tolist() == ["water", "road"]
    assert base["name"].tolist() == ["Ås", "By"]


def test_base_map_with_another_word_is_refused(ws):
    _save(ws, _areas(slag=["vatten", "hus"]), "baskarta.gpkg")
    with pytest.raises(RegisterError, match="Välj bland vatten, vag"):
        r.load_base_map(ws)

"""Files that were made to do harm, each at the door it would be brought to."""

import json
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from lagesbild.errors import LagesbildError, RegisterError, SettingsError
from lagesbild.ingest import ingest_files
from lagesbild.initiate import init_workspace
from lagesbild.read.layers import read_layer
from lagesbild.read.reference import load_areas
from lagesbild.workspace import open_workspace, read_settings
from tests.hostile.doors import CANARY, DOORS, RefusedError, make_hall, seen
from tests.tiny_town import EAST, NORTH, SETTINGS

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX:s slag av filer")
TABLE = "Nr;Datum;Typ;Plats\n1;2026-02-03;Klotter;Kvarngatan 1\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return make_hall(tmp_path_factory.mktemp("dorrar"))


@pytest.fixture
def hall(kept):
    before = seen(kept.root)
    yield kept
    if seen(kept.root) != before:
        kept.put_back()


def refused(hall, door, file, match):
    before = seen(hall.root)
    with pytest.raises((LagesbildError, RefusedError), match=match) as error:
        DOORS[door](hall, file)
    assert CANARY not in str(error.value)
    assert seen(hall.root) == before


# --- what lies in inkommande/ and is no file ----------------------------------------


def left_in_the_inbox(hall):
    before = seen(hall.root)
    told = ingest_files(hall.ws)
    assert seen(hall.root) == before
    return [(row["file"], row["status"], row["error"]) for row in told]


@posix
def test_a_pipe_is_not_waited_for(hall):
    os.mkfifo(hall.ws.inbox / "fel_2026-K1.csv")
    ((_, status, error),) = left_in_the_inbox(hall)
    assert status == "avvisad" and "ingen vanlig fil" in error
    (hall.ws.inbox / "fel_2026-K1.csv").unlink()


@posix
@pytest.mark.parametrize(
    "door", ["answers", "register", "aliases", "addresses", "init"]
)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_refused_at_every_door(hall, tmp_path, door, kind):
    file = tmp_path / "fil.csv"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file = Path("/dev/zero")
    else:
        file.mkdir()
    refused(hall, door, file, "ingen vanlig fil|kan inte läsas|kan inte öppnas")


@posix
def test_a_link_in_the_inbox_is_refused_and_what_it_points_at_is_not_read(
    hall, tmp_path
):
    secret = tmp_path / "hemlig.csv"
    secret.write_text(TABLE, encoding="utf-8")
    link = hall.ws.inbox / "fel_2026-K1.csv"
    link.symlink_to(secret)
    ((_, status, error),) = left_in_the_inbox(hall)
    assert status == "avvisad" and "är en länk" in error
    link.unlink()
    # named by hand it is the user's own choice
    by_hand = tmp_path / "fel_2026-K1.csv"
    by_hand.symlink_to(secret)
    assert ingest_files(hall.ws, [by_hand])[0]["status"] == "inläst"


def test_a_folder_with_the_name_of_a_file_is_a_folder(hall):
    folder = hall.ws.inbox / "fel_2026-K1.csv"
    folder.mkdir()
    (folder / "fel_2026-K1.csv").write_text(TABLE, encoding="utf-8")
    (told,) = ingest_files(hall.ws)
    assert told["status"] == "inläst"
    folder.rmdir()


@posix
@pytest.mark.parametrize(
    "name",
    [
        b"fel_\n2026.csv",
        b"fel_\xff\xfe.csv",
        "fel_\u202egnp.csv".encode(),
        "fel_\u200b.csv".encode(),
        b"fel_" + b"a" * 247 + b".csv",
        b"fel_\x1b[31m.csv",
    ],
)
def test_a_name_that_cannot_be_told_or_kept_is_refused(hall, name):
    file = os.path.join(os.fsencode(hall.ws.inbox), name)
    with open(file, "wb") as out:
        out.write(TABLE.encode())
    ((shown, status, error),) = left_in_the_inbox(hall)
    assert status == "avvisad" and "namn" in error
    assert shown.isprintable() and error.isprintable()
    os.unlink(file)


def test_a_file_over_the_limit_of_the_settings_is_refused_unread(hall, tmp_path):
    file = tmp_path / "fel_2026-K1.csv"
    with file.open("wb") as out:
        out.truncate(2 << 30)  # takes no room on most disks
    for door in ("ingest", "answers", "register", "geocode", "init", "population"):
        refused(hall, door, file, "MB läses")
    settings = hall.root / "kommun.toml"
    text = settings.read_text("utf-8")
    file.write_text(TABLE + "x" * 1_000_001, encoding="utf-8")
    try:
        settings.write_text(text + "\n[limits]\nmax_file_mb = 1\n", encoding="utf-8")
        refused(hall, "ingest", file, "högst 1 MB läses")
    finally:
        settings.write_text(text, encoding="utf-8")


# --- maps ---------------------------------------------------------------------------


def square(west=EAST, south=NORTH, size=1000.0):
    return shapely.box(west, south, west + size, south + size)


def layer_of(tmp_path, *shapes, crs=3006, name="omraden.gpkg", **more):
    file = tmp_path / name
    table = {
        "omrade_id": [f"A{i}" for i in range(len(shapes))],
        "namn": [f"Område {i}" for i in range(len(shapes))],
    } | more
    gpd.GeoDataFrame(table, geometry=list(shapes), crs=crs).to_file(file)
    return file


BOW = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
BOW = shapely.transform(BOW, lambda at: at + np.array([EAST, NORTH]))


@pytest.mark.parametrize(
    ("shapes", "crs", "match"),
    [
        ([BOW], 3006, "saknar giltig yta"),
        ([shapely.Polygon()], 3006, "saknar giltig yta"),
        ([None], 3006, "saknar giltig yta"),
        ([shapely.Point(EAST, NORTH)], 3006, "saknar giltig yta"),
        ([square(float("nan"))], 3006, "saknar giltig yta|kan inte läsas"),
        ([square(float("inf"))], 3006, "saknar giltig yta|kan inte läsas"),
        ([square(16.8, 60.4, 0.1)], 3006, "utanför Sverige"),  # degrees said as metres
        ([square(NORTH, EAST)], 3006, "utanför Sverige"),  # axes that changed place
        ([square(60.4, 16.8, 0.1)], 4326, "utanför Sverige"),
        ([square(1_870_000, 8_480_000)], 3006, "utanför Sverige"),  # EPSG:3857
        ([square()], 3857, "utanför Sverige"),
        ([square()], None, "inget koordinatsystem"),
        ([square(1e300, 1e300)], 4326, "saknar giltig yta|utanför Sverige|kan inte"),
    ],
)
def test_a_shape_that_is_none_or_lies_elsewhere_is_refused(
    hall, tmp_path, shapes, crs, match
):
    file = layer_of(tmp_path, *shapes, crs=crs)
    refused(hall, "init", file, match)
    refused(hall, "areas", file, match)


def test_height_is_let_go(tmp_path):
    file = layer_of(tmp_path, shapely.force_3d(square(), 12.0))
    assert not read_layer(file).geometry.has_z.any()


@pytest.mark.parametrize(
    "text",
    [
        (
            '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/hostname'
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        ),
        "<OGRWFSDataSource><URL>http://nyby.example</URL></OGRWFSDataSource>",
        (
            '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline '
            '! read /etc/hostname ! limit 1","x":"FeatureCollection"}'
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
            "<gml:FeatureCollection>&a;</gml:FeatureCollection>"
        ),
        "omrade_id,namn,WKT\nA1,A,POINT(1 1)\n",
        "%PDF-1.7",
        "",
    ],
)
@pytest.mark.parametrize("name", ["omraden.gpkg", "omraden.geojson", "omraden.shp"])
def test_what_only_points_elsewhere_is_never_opened_as_a_map(
    hall, tmp_path, text, name
):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    refused(hall, "init", file, "kan inte läsas som karta")
    refused(hall, "addresses", file, "kan inte läsas som karta")


def test_a_zip_is_a_map_only_if_all_that_is_in_it_is(hall, tmp_path):
    whole = layer_of(tmp_path, square(), name="omraden.shp")
    zipped = tmp_path / "omraden.zip"
    with zipfile.ZipFile(zipped, "w") as parts:
        for file in tmp_path.glob("omraden.[sdpc]*"):
            parts.write(file, file.name)
    assert len(read_layer(zipped)) == 1
    with zipfile.ZipFile(zipped, "a") as parts:
        parts.writestr("../../../mer.vrt", "<OGRVRTDataSource/>")
    refused(hall, "init", zipped, "kan inte läsas som karta")
    assert whole.exists() and not (tmp_path.parent / "mer.vrt").exists()


def made_layer(tmp_path, *statements):
    """A GeoPackage whose layer ``omraden`` is made by SQL when it is read."""
    file = layer_of(tmp_path, square())
    with sqlite3.connect(file) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("ALTER TABLE omraden RENAME TO innan")
        for statement in statements:
            database.execute(statement)
    return file


@pytest.mark.parametrize(
    "statement",
    [
        (
            "CREATE VIEW omraden AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL"
            " SELECT x + 1 FROM n) SELECT x AS fid, '' AS omrade_id, '' AS namn,"
            " NULL AS geom FROM n"
        ),
        "CREATE VIEW omraden AS SELECT a.* FROM innan a, innan b, innan c",
        (
            "CREATE TABLE omraden (fid INTEGER PRIMARY KEY, geom BLOB, omrade_id"
            " TEXT, namn TEXT AS (hex(zeroblob(400000000))))"
        ),
        "CREATE VIRTUAL TABLE omraden USING fts4(geom, omrade_id, namn)",
    ],
)
def test_a_layer_that_is_made_when_it_is_read_is_refused(hall, tmp_path, statement):
    file = made_layer(tmp_path, statement)
    refused(hall, "init", file, "vy eller beräknas|kan inte läsas|hittar varken")


def test_a_trigger_is_never_run_and_other_layers_are_left_alone(hall, tmp_path):
    file = layer_of(tmp_path, square())
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE annat (a TEXT)")
        database.execute(
            "CREATE TRIGGER t AFTER UPDATE ON omraden BEGIN DELETE FROM omraden; END"
        )
    content = file.read_bytes()
    assert len(read_layer(file)) == 1
    assert file.read_bytes() == content


def test_a_layer_with_sql_for_a_name_is_a_name(hall, tmp_path):
    file = tmp_path / "omraden.gpkg"
    table = {"omrade_id": ["A1"], "namn": ["A"]}
    name = "x\"; DROP TABLE gpkg_contents; --' OR 1=1"
    gpd.GeoDataFrame(table, geometry=[square()], crs=3006).to_file(file, layer=name)
    assert len(read_layer(file)) == 1
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM gpkg_contents").fetchone() == (1,)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.95])
def test_a_damaged_database_is_refused(hall, tmp_path, share):
    file = layer_of(tmp_path, *[square(EAST + i) for i in range(200)])
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    refused(hall, "init", file, "kan inte läsas|saknar giltig yta|giltig")


@pytest.mark.parametrize(
    "area_id",
    [
        "../../x",
        "..\\x",
        "a/b",
        "a\nb",
        "\u202ea",
        "x" * 61,
        "NUL\x00",
        "'; import os #",
    ],
)
def test_an_id_of_an_area_cannot_leave_its_folder(hall, tmp_path, area_id):
    from lagesbild.publish.products import PRODUCTS, page_name

    if "\x00" not in area_id:
        file = layer_of(tmp_path, square(), omrade_id=[area_id])
        target = tmp_path / "egen" / "referens"
        target.mkdir(parents=True)
        shutil.copyfile(hall.root / "kommun.toml", target.parent / "kommun.toml")
        shutil.copyfile(file, target / "omraden.gpkg")
        if not area_id.isprintable() or len(area_id) > 60:
            with pytest.raises(RegisterError, match="omrade_id"):
                load_areas(open_workspace(target.parent))
        else:
            load_areas(open_workspace(target.parent))
    for product in PRODUCTS:
        told = page_name(product, area_id)
        assert Path(told).name == told and "\\" not in told and "\n" not in told


# --- JSON and kommun.toml -----------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"values":' * 100_000,
        '[{"id":1,"id":2,"datetime":"x","name":"y","type":"z"}]',
        '[{"id":' + "9" * 5000 + ',"datetime":"x","name":"y","type":"z"}]',
        '[{"id":NaN,"datetime":"x","name":"y","type":"z"}]',
        (
            '{"values":[{"kpi":"N07540","municipality":"2181","period":2024,"values":'
            '[{"gender":"T","value":Infinity}]}]}'
        ),
        "null",
        "1e999",
        '"text"',
    ],
)
@pytest.mark.parametrize(
    ("door", "name"),
    [
        ("ingest", "events_2026.json"),
        ("statistics", "kolada_a.json"),
        ("statistics", "kolada_grupper.json"),
        ("statistics", "scb_a.json"),
        ("init", "omraden.geojson"),
    ],
)
def test_json_made_to_break_a_reader_is_refused(hall, tmp_path, text, door, name):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    refused(hall, door, file, "JSON|json|lista|form|karta|Koladas")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = 1\na = 2\n",
        "[municipality]\ncode = " + "9" * 5000,
        "x = " + '"' * 3,
        "\x00",
        "= [",
    ],
)
def test_settings_made_to_break_the_reader_are_refused_in_swedish(tmp_path, text):
    file = tmp_path / "kommun.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        read_settings(file)
    assert "Rätta" in str(error.value) and " at line " not in str(error.value)


def test_a_source_cannot_have_a_path_for_a_name(tmp_path):
    file = tmp_path / "kommun.toml"
    text = SETTINGS.format(is_invented="true").replace(
        "sources.raddningen", 'sources."../../x"'
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="sources"):
        read_settings(file)


def test_the_names_of_downloads_are_not_followed_out_of_the_folder(tmp_path):
    from lagesbild.open_data import make_open_workspace

    files = tmp_path / "hamtat"
    files.mkdir()
    layer_of(files, square())
    outside = tmp_path / "utanfor.json"
    outside.write_text(json.dumps([]), encoding="utf-8")
    target = tmp_path / "oppen"
    told = make_open_workspace(target, kommun="2181", files=files)
    assert told.used == ("omraden.gpkg",)
    assert init_workspace  # the same door, by hand

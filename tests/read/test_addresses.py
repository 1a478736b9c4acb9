"""Address registers as they are delivered; the other forms are in test_initiate."""

import geopandas as gpd
import pytest
import shapely

from lagesbild.errors import RegisterError
from lagesbild.read.addresses import read_addresses

OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="60.62" lon="16.75">
  <tag k="addr:street" v="Kvarngatan"/><tag k="addr:housenumber" v="4A"/>
  <tag k="addr:city" v="Storbyn"/><tag k="addr:postcode" v="999 11"/>
 </node>
 <node id="2" lat="60.621" lon="16.75"/><node id="3" lat="60.622" lon="16.75"/>
 <node id="4" lat="60.622" lon="16.752"/><node id="5" lat="60.6" lon="16.7"/>
 <way id="9"><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="2"/>
  <tag k="building" v="yes"/><tag k="addr:street" v="Kvarngatan"/>
  <tag k="addr:housenumber" v="6;8"/>
 </way>
</osm>
"""


def test_openstreetmap_points_and_houses(tmp_path):
    file = tmp_path / "kommun.osm"
    file.write_text(OSM, encoding="utf-8")
    told = read_addresses(file)
    assert told["street"].tolist() == ["Kvarngatan"] * 3
    assert told["house_number"].tolist() == ["4", "6", "8"]
    assert told["letter"].fillna("").tolist() == ["A", "", ""]
    assert told.loc[0, ["postcode", "locality"]].tolist() == ["99911", "Storbyn"]
    assert told["address_id"].is_unique
    assert told["northing_m"].between(6_700_000, 6_740_000).all()


def test_openstreetmap_without_addresses_is_refused(tmp_path):
    file = tmp_path / "tom.osm"
    bare = '<?xml version="1.0"?>\n<osm version="0.6">\n<node id="1" lat="60" lon="16">'
    file.write_text(bare + '<tag k="name" v="x"/></node>\n</osm>\n', encoding="utf-8")
    with pytest.raises(RegisterError, match="inget objekt har 'addr:street'"):
        read_addresses(file)


def test_openstreetmap_tags_as_columns(tmp_path):
    layer = gpd.GeoDataFrame(
        {"addr:street": ["Kvarngatan"], "addr:housenumber": ["12-14"]},
        geometry=[shapely.Point(600_000, 6_700_000)],
        crs="EPSG:3006",
    )
    layer.to_file(tmp_path / "osm.geojson", driver="GeoJSON")
    told = read_addresses(tmp_path / "osm.geojson")
    assert told["house_number"].tolist() == ["12", "14"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RegisterError, match=r"saknas\.gpkg finns inte"):
        read_addresses(tmp_path / "saknas.gpkg")


def test_openstreetmap_through_ogr2ogr_keeps_its_tags(tmp_path):
    (tmp_path / "kommun.osm").write_text(OSM, encoding="utf-8")
    file = tmp_path / "kommun.gpkg"
    for name in ("points", "multipolygons"):
        layer = gpd.read_file(tmp_path / "kommun.osm", layer=name)
        layer.to_file(file, layer=name, mode="a" if file.exists() else "w")
    told = read_addresses(file)
    assert told["house_number"].tolist() == ["4", "6", "8"]
    one = gpd.read_file(file, layer="points")
    one.to_file(tmp_path / "points.geojson", driver="GeoJSON")
    assert read_addresses(tmp_path / "points.geojson")["letter"].tolist() == ["A"]


def test_openstreetmap_houses_without_a_street_have_the_name_of_their_place(tmp_path):
    layer = gpd.GeoDataFrame(
        {
            "addr:street": [None, "Kvarngatan"],
            "addr:place": ["Ytterbyn", "Storbyn"],
            "addr:housenumber": ["48", "4"],
        },
        geometry=[shapely.Point(16.75, 60.62), shapely.Point(16.76, 60.62)],
        crs="EPSG:4326",
    )
    layer.to_file(tmp_path / "osm.geojson", driver="GeoJSON")
    told = read_addresses(tmp_path / "osm.geojson")
    assert told["street"].tolist() == ["Ytterbyn", "Kvarngatan"]
    assert told["district"].fillna("").tolist() == ["", "Storbyn"]

import html as entities
import json
import re

import geopandas as gpd
import pytest

from lagesbild.present import leaflet, maps
from tests.present.invented import (
    HIDDEN,
    make_areas,
    make_base_map,
    make_row,
    make_table,
)

ROWS = [
    make_row(area_id="O00"),
    make_row(area_id="O01") | HIDDEN | {"rate_per_1000_quarter": 77.7, "n_offences": 3},
]


def to_html(**options):
    drawn = maps.shown_areas(make_table(ROWS, ["area_id"]), "rate_per_1000_quarter")
    areas = make_areas().assign(secret="hemligt", n_offences=3)
    return leaflet.to_html(areas, drawn, title="Karta", **options)


def features_of(html):
    own = entities.unescape(html).split("</script>")[-2]
    (data,) = re.findall(r"\w+_add\((\{.*\})\);\n", own)
    return json.loads(data)["features"]


def test_only_what_is_drawn_reaches_the_map():
    """folium embeds every column it is given."""
    features = features_of(to_html())
    told = [feature["properties"] for feature in features]
    for properties in told:
        properties.pop("highlight", None)
        properties.pop("style", None)
    assert {frozenset(properties) for properties in told} == {
        frozenset({"area_id", "name", "text", "look"})
    }
    assert {p["name"]: p["text"] for p in told} == {
        "Ängsbo": "5,1 per 1\u00a0000 invånare",
        "Alby": "visas inte",
    }
    whole = to_html()
    assert "hemligt" not in whole
    assert "77.7" not in whole


def test_borders_are_no_finer_than_the_pages():
    numbers = [
        number
        for feature in features_of(to_html())
        for ring in feature["geometry"]["coordinates"]
        for point in ring
        for number in point
    ]
    assert all(round(number, 5) == number for number in numbers)


def test_the_map_asks_for_nothing_over_the_network():
    html = entities.unescape(to_html(base_map=make_base_map()))
    assert re.findall(r"<(?:script|link|img)\b[^>]*>", html) == ["<script>"] * 3
    assert "tileLayer" not in html.split("</script>")[-2]


def test_the_same_map_twice_has_the_same_bytes():
    assert to_html() == to_html()


def test_folium_keeps_its_own_ids_afterwards():
    from branca.element import Element

    to_html()
    assert Element()._id != Element()._id
    with pytest.raises(KeyError):
        leaflet.to_html(make_areas().drop(columns="area_id"), {}, title="Karta")
    assert Element()._id != Element()._id


def test_a_base_map_without_rows_is_left_out():
    empty = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=3006)
    assert "Vatten" not in to_html(base_map=empty)

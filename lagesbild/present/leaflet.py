"""The map that pans, for JupyterLab alone: folium with Leaflet taken from disk.

In: area borders and what may be shown of each area. Out: HTML in a frame that makes
no request. A page never holds it. Used by ``maps``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from lagesbild.present import leaflet_files

if TYPE_CHECKING:
    import geopandas as gpd

_FILLS = {
    "k0": "#e3edf0",
    "k1": "#b3d0d8",
    "k2": "#7bafbe",
    "k3": "#33758a",
    "k4": "#0c4456",
    "kh": "#d5dadd",
    "km": "#ffffff",
    "kn": "#f2f5f6",
}


def to_html(
    areas: gpd.GeoDataFrame,
    drawn: dict[str, dict],
    *,
    title: str,
    base_map: gpd.GeoDataFrame | None = None,
) -> str:
    """The map as a frame of HTML.

    The GeoJSON within holds area_id, name, text and class of each area, nothing else;
    hidden areas are grey with a dashed edge and say "visas inte".
    """
    import folium

    shapes = _shapes(areas, drawn)
    with _steady_ids():
        world = folium.Map(
            tiles=None, height="480px", control_scale=True, zoom_snap=0.25
        )
        world.default_js, world.default_css = [], []
        if base_map is not None and not base_map.empty:
            _base(base_map).add_to(world)
        folium.GeoJson(
            shapes.to_json(drop_id=True),
            name=title,
            style_function=_style,
            highlight_function=lambda feature: {"weight": 4},
            tooltip=folium.GeoJsonTooltip(["name", "text"], labels=False, sticky=True),
        ).add_to(world)
        west, south, east, north = shapes.total_bounds
        world.fit_bounds([[south, west], [north, east]])
        figure = world.get_root()
        figure.height = "500px"
        figure.header.add_child(folium.Element(_leaflet()), name="leaflet_from_disk")
        return world._repr_html_()


def _shapes(areas: gpd.GeoDataFrame, drawn: dict[str, dict]) -> gpd.GeoDataFrame:
    import shapely

    kept = areas.loc[areas["area_id"].isin(list(drawn)), ["area_id", "geometry"]]
    left, bottom, right, top = kept.total_bounds
    # no finer than a pixel of the page's map
    coarse = shapely.coverage_simplify(
        kept.geometry.to_numpy(), max(right - left, top - bottom) / 700
    )
    kept = kept.set_geometry(coarse, crs=kept.crs).to_crs(4326)
    rounded = shapely.transform(kept.geometry.to_numpy(), lambda xy: xy.round(5))
    told = {
        key: kept["area_id"].map(lambda a, k=key: drawn[a][k])
        for key in ("name", "text")
    }
    looks = kept["area_id"].map(lambda a: drawn[a]["look"])
    return kept.set_geometry(rounded, crs=4326).assign(**told, look=looks)


def _style(feature: dict) -> dict:
    look = feature["properties"]["look"]
    return {
        "fillColor": _FILLS[look],
        "fillOpacity": 0.8,
        "color": "#5b6a74",
        "weight": 1.2,
        "dashArray": "5 4" if look in ("kh", "km") else None,
    }


def _base(base_map: gpd.GeoDataFrame):
    import folium

    plain = base_map[["kind", "geometry"]].to_crs(4326)
    return folium.GeoJson(
        plain.to_json(drop_id=True),
        name="Vatten och vägar",
        style_function=lambda feature: {
            "color": "#8fb0cc"
            if feature["properties"]["kind"] == "water"
            else "#9aa5ac",
            "fillColor": "#d6e6f3",
            "weight": 1.5,
        },
    )


def _leaflet() -> str:
    style, script = leaflet_files.style(), leaflet_files.script()
    return f"<style>{style}</style><script>{script}</script>"


@contextmanager
def _steady_ids() -> Iterator[None]:
    """Ids by order instead of chance: the same notebook gives the same output."""
    from branca.element import Element

    counter = count(1)
    chance = Element.__dict__["_generate_id"]
    Element._generate_id = classmethod(lambda cls: f"n{next(counter)}")
    try:
        yield
    finally:
        Element._generate_id = chance

"""The ground of the invented municipality: areas, DeSO, water and main roads.

In: nothing but the tables in this module. Out: frames of polygons and lines in
EPSG:3006. Next: ``demo.gazetteer`` lays streets on it.
The map is the same whatever the seed of the deliveries: Exempelkommun is one place, to
which different things may happen. It lies in the open sea of the Gulf of Bothnia, so
that no invented crime is told of a real place.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:3006"
CODE, NAME, COUNTY = "9999", "Exempelkommun", "Exempellän"
ORIGIN = np.array([700_000.0, 6_740_000.0])  # metres, of the kilometres below
_MIDDLE = np.array([8.2, 8.7])
_GROUND_SEED = 9999
_GRID_M = 0.1  # corners of neighbours are the same to the digit

# name, district, kind, km east, km north, inhabitants at the end of 2026, addresses
_AREAS = (
    ("Björkhöjden", "Exempelstad", "bostad", 9.7, 10.7, 2055, 420),
    ("Centrum", "Exempelstad", "centrum", 8.0, 8.1, 1150, 300),
    ("Ekbacken", "Diktnäs", "bostad", 8.3, 4.3, 1635, 370),
    ("Fågelsången", "Sagovik", "landsbygd", 14.0, 9.2, 835, 230),
    ("Granliden", "Fabelby", "bostad", 7.4, 13.0, 1465, 340),
    ("Hagaby", "Exempelstad", "bostad", 6.2, 6.1, 1815, 380),
    ("Hamnen", "Exempelstad", "industri", 9.1, 6.9, 140, 130),
    ("Kullen", "Fabelby", "bostad", 9.5, 12.8, 1395, 330),
    ("Kvarnbacken", "Exempelstad", "bostad", 9.7, 9.2, 2165, 440),
    ("Kyrkbyn", "Diktnäs", "landsbygd", 11.7, 4.4, 895, 240),
    ("Lillsjön", "Sagovik", "bostad", 12.5, 7.0, 1555, 360),
    ("Mellanby", "Påhittsbo", "landsbygd", 3.2, 5.9, 985, 250),
    ("Norrängen", "Exempelstad", "bostad", 8.3, 9.5, 2455, 440),
    ("Nybygget", "Exempelstad", "bostad", 6.3, 11.0, 1785, 380),
    ("Ringvallen", "Exempelstad", "bostad", 7.1, 9.9, 1755, 360),
    ("Rönndalen", "Diktnäs", "bostad", 9.8, 3.1, 1905, 400),
    ("Sjöstaden", "Exempelstad", "bostad", 9.2, 8.0, 2285, 380),
    ("Skogsbyn", "Fabelby", "landsbygd", 5.6, 14.0, 695, 220),
    ("Stationen", "Exempelstad", "handel", 7.0, 8.7, 460, 190),
    ("Strömmen", "Exempelstad", "bostad", 8.2, 7.1, 1765, 340),
    ("Sågverket", "Exempelstad", "industri", 9.0, 5.6, 90, 110),
    ("Södra lunden", "Exempelstad", "bostad", 7.3, 6.7, 1955, 380),
    ("Tallmon", "Fabelby", "landsbygd", 10.9, 14.3, 765, 220),
    ("Tegelbruket", "Exempelstad", "bostad", 6.4, 7.7, 1535, 330),
    ("Torpängen", "Diktnäs", "bostad", 6.9, 3.2, 1315, 330),
    ("Vallgården", "Exempelstad", "bostad", 5.5, 8.9, 1985, 400),
    ("Västermark", "Påhittsbo", "bostad", 3.3, 9.1, 1365, 340),
    ("Östanbäck", "Sagovik", "bostad", 11.9, 10.0, 1795, 390),
)
DISTRICTS = ("Exempelstad", "Fabelby", "Sagovik", "Diktnäs", "Påhittsbo")

_ROADS = {
    "Exempelleden": (
        (0.2, 7.3), (4.4, 7.9), (7.2, 8.2), (8.9, 8.6), (11.4, 8.9), (16.5, 9.9)
    ),
    "Fabelvägen": ((8.0, 8.3), (7.7, 10.4), (7.9, 12.4), (8.6, 17.5)),
    "Diktvägen": ((8.0, 8.3), (7.8, 6.2), (8.7, 4.0), (9.2, 0.0)),
}  # fmt: skip
_LAKES = {"Exempelsjön": (10.5, 7.7, 0.72), "Sagotjärnen": (13.1, 6.6, 0.30)}


@cache
def make_areas() -> gpd.GeoDataFrame:
    """The residential areas, as referens/omraden.gpkg holds them.

    Returns
    -------
    GeoDataFrame
        One row, one area: ``omrade_id``, ``namn``, ``kommundel``, ``slag`` and
        ``geometry`` (EPSG:3006). They cover the municipality without gap or overlap.
        Do not change it: it is made once.
    """
    import geopandas as gpd

    table = area_facts()
    rng = np.random.default_rng(_GROUND_SEED)
    seeds = shapely.points(table[["east_m", "north_m"]].to_numpy())
    outline = _blob(ORIGIN + _MIDDLE * 1000, 7600, 1.06, rng)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=outline)
    )
    cells = shapely.intersection(cells, outline, grid_size=_GRID_M)
    borders = shapely.line_merge(
        shapely.union_all(shapely.boundary(cells), grid_size=_GRID_M)
    )
    bent = [_bend(line, 0.13, rng) for line in shapely.get_parts(borders)]
    # one grid for all, so that the two sides of a border are the same line
    network = shapely.union_all(bent, grid_size=_GRID_M)
    shapes = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    inside = shapely.STRtree(shapes).query(seeds, predicate="within")
    ordered = shapes[inside[1][np.argsort(inside[0])]]
    columns = table[["omrade_id", "namn", "kommundel", "slag"]]
    return gpd.GeoDataFrame(columns, geometry=list(ordered), crs=CRS)


@cache
def area_facts() -> pd.DataFrame:
    """What is decided of each area, in the order of the areas.

    Returns
    -------
    DataFrame
        One row, one area: ``omrade_id``, ``namn``, ``kommundel``, ``slag``,
        ``east_m``, ``north_m`` (its middle), ``n_inhabitants`` (at the end of 2026),
        ``n_addresses`` (about). Do not change it: it is made once.
    """
    table = pd.DataFrame(
        _AREAS,
        columns=["namn", "kommundel", "slag", "e", "n", "n_inhabitants", "n_addresses"],
    )
    middles = ORIGIN + table[["e", "n"]].to_numpy() * 1000
    return table.assign(
        omrade_id=[f"EX{i:02d}" for i in range(1, len(table) + 1)],
        east_m=middles[:, 0],
        north_m=middles[:, 1],
    )


def area_id(name: str) -> str:
    """The id of the area of that name."""
    return area_facts().set_index("namn").loc[name, "omrade_id"]


def make_deso() -> gpd.GeoDataFrame:
    """DeSO areas: some within one residential area, some across two.

    Returns
    -------
    GeoDataFrame
        One row, one DeSO: ``deso_kod``, ``geometry`` (EPSG:3006). Together they cover
        the municipality.
    """
    import geopandas as gpd

    areas = make_areas().set_index("namn").geometry
    joined = [("Hamnen", "Sjöstaden"), ("Sågverket", "Ekbacken")]
    joined += [("Stationen", "Ringvallen"), ("Centrum", "Strömmen")]
    joined += [("Skogsbyn", "Granliden"), ("Tallmon", "Kullen")]
    halved = ["Norrängen", "Kvarnbacken", "Björkhöjden", "Vallgården"]
    shapes = []
    for pair in joined:
        shapes += _halve(shapely.union_all(areas[list(pair)], grid_size=_GRID_M), pair)
    for name in halved:
        shapes += _halve(areas[name], (name,))
    used = {name for pair in joined for name in pair} | set(halved)
    shapes += [shape for name, shape in areas.items() if name not in used]
    codes = [f"{CODE}{'ABC'[i % 3]}{1010 + 10 * i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"deso_kod": codes}, geometry=shapes, crs=CRS)


def _halve(shape: shapely.Polygon, names: tuple[str, ...]) -> list[shapely.Polygon]:
    """The two sides of a line through the middles of the areas, or west to east."""
    facts = area_facts().set_index("namn").loc[list(names)]
    ends = facts[["east_m", "north_m"]].to_numpy()
    middle = ends.mean(axis=0)
    along = ends[-1] - ends[0] if len(ends) > 1 else np.array([1.0, 0.2])
    along = along / np.hypot(*along) * 30_000
    normal = np.array([-along[1], along[0]])
    corners = [middle - along, middle + along]
    side = shapely.polygons([*corners, corners[1] + normal, corners[0] + normal])
    one = shapely.intersection(shape, side, grid_size=_GRID_M)
    return [one, shapely.difference(shape, one, grid_size=_GRID_M)]


@cache
def make_water() -> gpd.GeoDataFrame:
    """Lakes: one row a lake, ``namn`` and ``geometry`` (EPSG:3006)."""
    import geopandas as gpd

    rng = np.random.default_rng([_GROUND_SEED, 1])
    shapes = [
        _blob(ORIGIN + np.array([e, n]) * 1000, radius * 1000, 1.5, rng)
        for e, n, radius in _LAKES.values()
    ]
    return gpd.GeoDataFrame({"namn": list(_LAKES)}, geometry=shapes, crs=CRS)


def make_base_map() -> gpd.GeoDataFrame:
    """Water and main roads, as referens/baskarta.gpkg holds them.

    Returns
    -------
    GeoDataFrame
        One row, one lake or road: ``slag`` (vatten, vag), ``namn``, ``geometry``.
    """
    import geopandas as gpd

    rng = np.random.default_rng([_GROUND_SEED, 2])
    outline = shapely.union_all(make_areas().geometry, grid_size=_GRID_M)
    water = make_water().assign(slag="vatten")
    lines = [
        _bend(shapely.linestrings(ORIGIN + np.array(road) * 1000), 0.05, rng)
        for road in _ROADS.values()
    ]
    roads = gpd.GeoDataFrame(
        {"namn": list(_ROADS), "slag": "vag"},
        geometry=list(shapely.intersection(lines, outline, grid_size=_GRID_M)),
        crs=CRS,
    )
    joined = pd.concat([water, roads], ignore_index=True)
    return joined[["slag", "namn", "geometry"]]


def _blob(
    middle: np.ndarray, radius: float, stretch: float, rng: np.random.Generator
) -> shapely.Polygon:
    """An irregular round shape; ``stretch`` is its height through its width."""
    angles = np.linspace(0, 2 * np.pi, 144, endpoint=False)
    swing = sum(
        rng.normal(0, 0.055 / k) * np.cos(k * angles + rng.uniform(0, 2 * np.pi))
        for k in range(2, 12)
    )
    distance = radius * (1 + swing + rng.normal(0, 0.004, len(angles)))
    corners = np.column_stack([np.cos(angles), np.sin(angles) * stretch])
    return shapely.set_precision(
        shapely.polygons(middle + corners * distance[:, None]), _GRID_M
    )


def _bend(
    line: shapely.LineString, amount: float, rng: np.random.Generator
) -> shapely.LineString:
    """Move the middle of each long stretch sideways, again and again; ends stay."""
    corners = shapely.get_coordinates(line)
    while True:
        start, end = corners[:-1], corners[1:]
        along = end - start
        length = np.hypot(along[:, 0], along[:, 1])
        is_long = length > 200
        if not is_long.any():
            return shapely.linestrings(corners)
        normal = np.column_stack([-along[:, 1], along[:, 0]])
        shift = np.clip(rng.normal(0, amount, len(length)), -0.25, 0.25)
        middle = (start + end) / 2 + normal * shift[:, None]
        woven = np.insert(corners, np.flatnonzero(is_long) + 1, middle[is_long], axis=0)
        corners = woven

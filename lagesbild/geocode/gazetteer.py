"""What the municipality's own registers call streets, places, areas and localities.

In: the reference tables. Out: a ``Gazetteer``, a frozen value in which one name is one
key and every address knows its area. Next: parse and match.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from lagesbild.geocode import words
from lagesbild.geocode.areas import place_point_in_area

if TYPE_CHECKING:
    import geopandas as gpd

NEAR_M = 1_000
"""A coordinate this far beyond every area and address is outside the municipality."""


@dataclass(frozen=True)
class Entry:
    """One address, or one named place (then number None, letter "")."""

    number: int | None
    letter: str
    localities: frozenset[str]  # keys of postort and kommundel
    postcode: str
    east: float
    north: float
    area: str  # "" outside all areas


@dataclass(frozen=True)
class Names:
    """Names by key in tiers: as written, shortened, without dots, written out.

    A lookup takes the first tier that knows the key, so that "Asgatan" is never
    "Åsgatan" where both exist.
    """

    tiers: tuple[dict[str, frozenset[str]], ...]
    n_exact: int  # tiers whose keys are the name's own letters or its short forms

    def find(self, key: str) -> tuple[frozenset[str], int]:
        """Own keys of the names meant, and the tier; (empty, -1) if unknown."""
        ways = (key, key, words.fold(key), words.fold(key), words.fold_pairs(key))
        for tier, (known, way) in enumerate(zip(self.tiers, ways, strict=True)):
            if way in known:
                return known[way], tier
        return frozenset(), -1


@dataclass(frozen=True)
class Gazetteer:
    """All that is known of names in the municipality; made by ``make_gazetteer``."""

    streets: dict[str, tuple[Entry, ...]]
    street_names: Names
    places: dict[str, tuple[Entry, ...]]
    place_names: Names
    areas: dict[str, frozenset[str]]  # key of the name → area ids
    area_names: Names
    shapes: dict[str, shapely.Geometry]  # area id → polygon
    localities: frozenset[str]
    locality_names: Names
    postcodes: frozenset[str]
    foreign: frozenset[str]  # keys of other municipalities, counties and provinces
    own_region: frozenset[str]  # keys that restrict nothing
    extent: shapely.Geometry


def make_gazetteer(
    *, areas: gpd.GeoDataFrame, addresses: pd.DataFrame, places: pd.DataFrame
) -> Gazetteer:
    """Gather the names of the reference tables.

    Parameters
    ----------
    areas : GeoDataFrame
        Contract areas with geometry in EPSG:3006.
    addresses, places : DataFrame
        Of their contracts; may be empty.

    Returns
    -------
    Gazetteer
    """
    entries = _address_entries(addresses, areas)
    streets: dict[str, list[Entry]] = defaultdict(list)
    names: dict[str, str] = {}
    for street, entry in zip(addresses["street"], entries, strict=True):
        key = words.join_key(street)
        streets[key].append(entry)
        names.setdefault(key, street)
    localities = frozenset().union(*(e.localities for e in entries))
    foreign, own = _regions(addresses, localities)
    place_names, place_entries = _places(places, areas, addresses, entries)
    area_names: dict[str, set[str]] = defaultdict(set)
    for name, area_id in zip(areas["name"], areas["area_id"], strict=True):
        area_names[words.join_key(name)].add(area_id)
    shapes = dict(zip(areas["area_id"], areas.geometry, strict=True))
    return Gazetteer(
        streets={key: tuple(found) for key, found in streets.items()},
        street_names=_tiers(
            {k: {k} for k in streets},
            {k: words.short_forms(n) for k, n in names.items()},
        ),
        places=place_entries,
        place_names=_tiers(place_names, {}),
        areas={k: frozenset(v) for k, v in area_names.items()},
        area_names=_tiers({k: {k} for k in area_names}, {}),
        shapes=shapes,
        localities=localities,
        locality_names=_tiers({k: {k} for k in localities}, {}),
        postcodes=frozenset(e.postcode for e in entries if e.postcode),
        foreign=foreign,
        own_region=own,
        extent=_extent(areas, addresses),
    )


def _tiers(own: dict[str, set[str]], short: dict[str, set[str]]) -> Names:
    exact: dict[str, set[str]] = defaultdict(set)
    for key, targets in own.items():
        exact[key] |= targets
    shortened: dict[str, set[str]] = defaultdict(set)
    for key, forms in short.items():
        for form in forms:
            shortened[form] |= own[key]
    made = [exact, shortened]
    for source, way in (
        (exact, words.fold),
        (shortened, words.fold),
        (exact, words.fold_pairs),
    ):
        tier: dict[str, set[str]] = defaultdict(set)
        for key, targets in source.items():
            tier[way(key)] |= targets
        made.append(tier)
    frozen = tuple({k: frozenset(v) for k, v in t.items() if k} for t in made)
    return Names(frozen, n_exact=2)


def _address_entries(addresses: pd.DataFrame, areas: gpd.GeoDataFrame) -> list[Entry]:
    inside = place_point_in_area(addresses, areas).fillna("")
    number = addresses["house_number"].str.extract(r"(\d+)")[0]
    in_number = addresses["house_number"].str.extract(r"\d\s*([^\W\d_])\b")[0]
    letter = addresses["letter"].fillna(in_number).fillna("").str.strip().str.lower()
    texts = {
        column: addresses[column].fillna("").map(words.join_key)
        for column in ("locality", "district")
    }
    postcode = addresses["postcode"].fillna("").str.replace(r"\D", "", regex=True)
    return [
        Entry(
            int(n) if isinstance(n, str) else None, le, frozenset({a, b} - {""}), *rest
        )
        for n, le, a, b, *rest in zip(
            number,
            letter,
            texts["locality"],
            texts["district"],
            postcode,
            addresses["easting_m"],
            addresses["northing_m"],
            inside,
            strict=True,
        )
    ]


def _places(
    places: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    entries: list[Entry],
) -> tuple[dict[str, set[str]], dict[str, tuple[Entry, ...]]]:
    """Names → keys of places, and key → its entries.

    A place has no locality in the register: it takes those of the five addresses
    nearest to it.
    """
    inside = place_point_in_area(places, areas).fillna("")
    near = [frozenset()] * len(places)
    points = addresses[["easting_m", "northing_m"]].to_numpy(dtype="float64")
    if len(places) and len(points):
        from scipy.spatial import cKDTree

        k = min(5, len(points))
        wanted = places[["easting_m", "northing_m"]].to_numpy(dtype="float64")
        _, found = cKDTree(points).query(wanted, k=k)
        near = [
            frozenset().union(*(entries[i].localities for i in row))
            for row in np.asarray(found).reshape(len(places), k)
        ]
    names: dict[str, set[str]] = defaultdict(set)
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for name, aliases, east, north, area, localities in zip(
        places["name"],
        places["aliases"].fillna(""),
        places["easting_m"],
        places["northing_m"],
        inside,
        near,
        strict=True,
    ):
        entry = Entry(None, "", localities, "", east, north, area)
        for called in {words.join_key(n) for n in (name, *aliases.split("|"))} - {""}:
            names[called].add(called)
            by_key[called].append(entry)
    return names, {key: tuple(found) for key, found in by_key.items()}


def _regions(
    addresses: pd.DataFrame, localities: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of what lies elsewhere, and of what restricts nothing.

    Our own municipality is the one that most addresses have as their postort.
    """
    provinces = {
        row["county"]: row["provinces"] for row in _rows("geocode/provinces.csv")
    }
    municipalities = _rows("municipalities.csv")
    names = {row["name"]: words.join_key(row["name"]) for row in municipalities}
    counts = Counter(addresses["locality"].fillna("").map(words.join_key))
    own = max(municipalities, key=lambda r: counts[names[r["name"]]])
    is_known = counts[names[own["name"]]] > 0
    own_region: set[str] = set()
    elsewhere: set[str] = set()
    for row in municipalities:
        key = names[row["name"]]
        forms = {key + "kommun", key + "skommun", key + "kn"}
        if is_known and row is own:
            own_region |= forms
            continue
        elsewhere |= forms | ({key, key + "s"} - localities)
    for county, listed in provinces.items():
        region = {words.join_key(n) for n in (county, *listed.split("|"))}
        stem = words.join_key(county.removesuffix(" län"))
        region |= {stem, stem.removesuffix("s")}
        is_own = is_known and county == own["county"]
        (own_region if is_own else elsewhere).update(region)
    elsewhere -= own_region | localities
    return frozenset(elsewhere), frozenset(own_region - localities)


def _rows(name: str) -> list[dict[str, str]]:
    file = resources.files("lagesbild").joinpath(name)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _extent(areas: gpd.GeoDataFrame, addresses: pd.DataFrame) -> shapely.Geometry:
    points = shapely.multipoints(
        addresses[["easting_m", "northing_m"]].to_numpy(dtype="float64")
    )
    shapes = [*areas.geometry, points]
    hull = shapely.convex_hull(shapely.geometrycollections(shapes))
    return shapely.buffer(hull, NEAR_M)

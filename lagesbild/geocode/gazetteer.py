"""What the municipality's own registers call streets, places, areas and localities.

In: the reference tables. Out: a ``Gazetteer``, a frozen value in which one name is one
key and every address knows its area. Next: parse and match.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from lagesbild.geocode import words
from lagesbild.geocode.areas import place_point_in_area
from lagesbild.geocode.names import Names, make_names
from lagesbild.geocode.short import short_forms

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
    district: str  # key of the kommundel, else of the postort
    postcode: str
    east: float
    north: float
    area: str  # "" outside all areas


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """All that is known of names in the municipality; made by ``make_gazetteer``."""

    streets: dict[str, tuple[Entry, ...]]
    street_names: Names
    longer: dict[str, frozenset[str]]  # street → what stands before it in longer names
    places: dict[str, tuple[Entry, ...]]
    place_names: Names
    heads: frozenset[str]  # what the places are: "skola", "station", "hus"
    areas: dict[str, frozenset[str]]  # key of the name → area ids
    area_names: Names
    shapes: dict[str, shapely.Geometry]  # area id → polygon
    localities: frozenset[str]
    locality_names: Names
    postcodes: frozenset[str]
    elsewhere: dict[str, str]  # key → "region" (ours, restricts nothing), "foreign"
    # (another municipality, county or province) or "town" (another locality)
    extent: shapely.Geometry

    @cached_property
    def names_by_kind(self) -> tuple[tuple[str, Names], ...]:
        """What can be named, with its names."""
        return (
            ("street", self.street_names),
            ("place", self.place_names),
            ("locality", self.locality_names),
            ("area", self.area_names),
        )


def make_gazetteer(
    *,
    areas: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    places: pd.DataFrame,
    municipality: str | None = None,
) -> Gazetteer:
    """Gather the names of the reference tables.

    Parameters
    ----------
    areas : GeoDataFrame
        Contract areas with geometry in EPSG:3006.
    addresses, places : DataFrame
        Of their contracts; may be empty.
    municipality : str, optional
        Code of our own, whose name restricts nothing. None: the one that most
        addresses have as their postort.

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
    place_names, place_entries, heads = _places(places, areas, addresses, entries)
    area_names: dict[str, set[str]] = defaultdict(set)
    for name, area_id in zip(areas["name"], areas["area_id"], strict=True):
        area_names[words.join_key(name)].add(area_id)
    return Gazetteer(
        streets={key: tuple(found) for key, found in streets.items()},
        street_names=_street_names(names),
        longer=_longer_names(names),
        places=place_entries,
        place_names=make_names(place_names),
        heads=heads,
        areas={k: frozenset(v) for k, v in area_names.items()},
        area_names=make_names({k: {k} for k in area_names}),
        shapes=dict(zip(areas["area_id"], areas.geometry, strict=True)),
        localities=localities,
        locality_names=make_names({k: {k} for k in localities}),
        postcodes=frozenset(e.postcode for e in entries if e.postcode),
        elsewhere=_elsewhere(addresses, localities, municipality),
        extent=_extent(areas, addresses),
    )


def _street_names(names: dict[str, str]) -> Names:
    usual: dict[str, set[str]] = defaultdict(set)
    other: dict[str, set[str]] = defaultdict(set)
    for key, name in names.items():
        for forms, into in zip(short_forms(name), (usual, other), strict=True):
            for form in forms:
                into[form].add(key)
    for form, keys in other.items():
        # a form that ends as a name does is short for it: "Storgn" is Storgatan
        other[form] = {k for k in keys if k[-1] == form[-1]} or keys
    return make_names({key: {key} for key in names}, usual, other)


def _longer_names(names: dict[str, str]) -> dict[str, frozenset[str]]:
    """Storgatan → {"norra"} where Norra Storgatan is a street too."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names.values():
        parts = [t.text for t in words.tokenise(words.repair(name))]
        for at in range(1, len(parts)):
            rest = "".join(parts[at:])
            if rest in names:
                found[rest].add("".join(parts[:at]))
    return {key: frozenset(before) for key, before in found.items()}


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
    both: dict[tuple[str, str], frozenset[str]] = {}  # one set for all that share it
    return [
        Entry(
            int(n) if isinstance(n, str) else None,
            le,
            both.setdefault((a, b), frozenset({a, b} - {""})),
            b or a,
            *rest,
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
) -> tuple[dict[str, set[str]], dict[str, tuple[Entry, ...]], frozenset[str]]:
    """Names → keys of places, key → its entries, and the last words of the names.

    A place has no locality in the register: it takes those of the five addresses
    nearest to it, and the district of the nearest.
    """
    inside = place_point_in_area(places, areas).fillna("")
    near: list[list[Entry]] = [[] for _ in range(len(places))]
    points = addresses[["easting_m", "northing_m"]].to_numpy(dtype="float64")
    if len(places) and len(points):
        from scipy.spatial import cKDTree

        k = min(5, len(points))
        wanted = places[["easting_m", "northing_m"]].to_numpy(dtype="float64")
        _, found = cKDTree(points).query(wanted, k=k)
        near = [[entries[i] for i in row] for row in np.asarray(found).reshape(-1, k)]
    names: dict[str, set[str]] = defaultdict(set)
    by_key: dict[str, list[Entry]] = defaultdict(list)
    heads: set[str] = set()
    for name, aliases, east, north, area, beside in zip(
        places["name"],
        places["aliases"].fillna(""),
        places["easting_m"],
        places["northing_m"],
        inside,
        near,
        strict=True,
    ):
        localities = frozenset().union(*(e.localities for e in beside))
        district = beside[0].district if beside else ""
        entry = Entry(None, "", localities, district, "", east, north, area)
        called = (name, *aliases.split("|"))
        for key in {words.join_key(n) for n in called} - {""}:
            names[key].add(key)
            by_key[key].append(entry)
        for tokens in map(words.tokenise, called):
            if len(tokens) > 1:
                heads.add(tokens[-1].text)
    return names, {k: tuple(found) for k, found in by_key.items()}, frozenset(heads)


def _elsewhere(
    addresses: pd.DataFrame, localities: frozenset[str], municipality: str | None
) -> dict[str, str]:
    """Keys of Sweden's regions and localities, those of our own not among them."""
    provinces = {
        row["county"]: row["provinces"] for row in _rows("geocode/provinces.csv")
    }
    rows = _rows("municipalities.csv")
    names = {row["code"]: words.join_key(row["name"]) for row in rows}
    counts = Counter(addresses["locality"].fillna("").map(words.join_key))
    most = max(rows, key=lambda r: counts[names[r["code"]]])
    if municipality is None and counts[names[most["code"]]]:
        municipality = most["code"]
    own_region: set[str] = set()
    elsewhere: set[str] = set()
    own_county = ""
    for row in rows:
        key = names[row["code"]]
        forms = {key + s + k for s in ("", "s") for k in ("kommun", "kn", "komm")}
        if row["code"] == municipality:
            own_region |= forms | {key}
            own_county = row["county"]
            continue
        elsewhere |= forms | ({key, key + "s"} - localities)
    for county, listed in provinces.items():
        region = {words.join_key(n) for n in (county, *listed.split("|"))}
        stem = words.join_key(county.removesuffix(" län"))
        bare = stem.removesuffix("s")
        region |= {stem, bare, "region" + stem, "region" + bare}
        (own_region if county == own_county else elsewhere).update(region)
    named = dict.fromkeys(_towns(), "town")
    named |= dict.fromkeys(elsewhere, "foreign")
    named |= dict.fromkeys(own_region, "region")
    return {key: kind for key, kind in named.items() if key not in localities}


@cache
def municipality_codes() -> frozenset[str]:
    """Codes of Sweden's municipalities."""
    return frozenset(row["code"] for row in _rows("municipalities.csv"))


@cache
def _towns() -> frozenset[str]:
    """Keys of Sweden's localities (GeoNames, at least 500 inhabitants)."""
    return frozenset(
        words.join_key(row["name"]) for row in _rows("geocode/localities.csv")
    )


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

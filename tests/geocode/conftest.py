"""A small invented municipality: three areas in a row, two localities."""

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from lagesbild import contracts

EAST, NORTH = 600_000.0, 6_700_000.0
SIZE = 1_000


def make_areas():
    """A01 Ängby, A02 Norrängen and A03 Viken, each a square kilometre, west to east."""
    table = pd.DataFrame(
        {
            "area_id": ["A01", "A02", "A03"],
            "name": ["Ängby", "Norrängen", "Viken"],
            "district": None,
            "kind": "bostad",
        }
    )
    boxes = [
        shapely.box(EAST + i * SIZE, NORTH, EAST + (i + 1) * SIZE, NORTH + SIZE)
        for i in range(3)
    ]
    return gpd.GeoDataFrame(
        contracts.check(table, "areas"), geometry=boxes, crs="EPSG:3006"
    )


def make_addresses(*more):
    """Rows: street, number, letter, postcode, locality, metres east."""
    rows = [
        ("Kvarngatan", "1", None, "99911", "Storbyn", 100),
        ("Kvarngatan", "2", "A", "99911", "Storbyn", 120),
        ("Kvarngatan", "2", "B", "99911", "Storbyn", 130),
        ("Kvarngatan", "4", None, "99911", "Storbyn", 150),
        ("Kvarngatan", "1", None, "99922", "Viken", 2_500),
        ("Långa vägen", "1", None, "99911", "Storbyn", 900),
        ("Långa vägen", "3", None, "99911", "Storbyn", 1_100),
        ("Norra Ågatan", "7", None, "99911", "Storbyn", 1_500),
        ("Kyrkogatan", "5", None, "99911", "Storbyn", 300),
        ("Kyrkgatan", "5", None, "99911", "Storbyn", 1_300),
        ("Åsgatan", "3", None, "99911", "Storbyn", 400),
        ("Asgatan", "3", None, "99911", "Storbyn", 1_400),
        ("Torggatan", "1", None, "99911", "Storbyn", 140),
        ("Sankt Olofs gränd", "2", None, "99911", "Storbyn", 1_250),
        ("Utmark", "9", None, "99922", "Viken", 3_400),
        *more,
    ]
    columns = ["street", "house_number", "letter", "postcode", "locality", "easting_m"]
    table = pd.DataFrame(rows, columns=columns)
    table["easting_m"] += EAST
    table["northing_m"] = NORTH + 500
    table["district"] = table["locality"]
    table["address_id"] = [f"AD{i}" for i in range(len(table))]
    return contracts.check(table, "addresses")


def make_places():
    table = pd.DataFrame(
        {
            "place_id": ["P1", "P2", "P3"],
            "name": ["Storbyns station", "Folkets hus", "Folkets hus"],
            "aliases": ["resecentrum|stationen", None, None],
            "easting_m": [EAST + 200, EAST + 250, EAST + 2_600],
            "northing_m": NORTH + 500,
        }
    )
    return contracts.check(table, "places")


@pytest.fixture(scope="session")
def small_town():
    """The functions that make the reference tables."""
    return SimpleNamespace(
        areas=make_areas, addresses=make_addresses, places=make_places
    )

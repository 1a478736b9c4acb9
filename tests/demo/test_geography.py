"""The invented ground: whole, clear of borders, and nowhere on land."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lagesbild.demo import gazetteer, geography

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def test_the_areas_cover_the_municipality_without_gap_or_overlap():
    areas = geography.make_areas()
    assert areas.geometry.is_valid.all()
    whole = shapely.union_all(areas.geometry)
    assert whole.geom_type == "Polygon" and len(whole.interiors) == 0
    assert areas.area.sum() == pytest.approx(whole.area, rel=1e-9)


def test_the_borders_are_irregular():
    areas = geography.make_areas()
    n_corners = areas.geometry.map(lambda shape: len(shape.exterior.coords))
    assert n_corners.min() > 20
    assert (areas.area / areas.geometry.convex_hull.area).max() < 0.99


def test_each_deso_has_ground_and_they_cover_the_areas():
    deso = geography.make_deso()
    assert deso["deso_kod"].is_unique
    assert deso["deso_kod"].str.fullmatch(r"9999[ABC]\d{4}").all()
    assert deso.area.sum() == pytest.approx(geography.make_areas().area.sum())


def test_addresses_lie_in_their_area_and_clear_of_its_border():
    areas, addresses = geography.make_areas(), gazetteer.make_addresses()
    points = shapely.points(addresses[["e", "n"]].to_numpy())
    own = areas.geometry.to_numpy()[addresses["area"]]
    assert shapely.contains(own, points).all()
    assert shapely.distance(shapely.boundary(own), points).min() > 10


def test_one_address_once_and_its_neighbour_is_in_the_same_area():
    addresses = gazetteer.make_addresses()
    key = ["gatuadress", "husnummer", "bokstav", "postort"]
    assert not addresses.duplicated(key).any()
    other = addresses.iloc[addresses["neighbour"]].reset_index(drop=True)
    assert (other["area"] == addresses["area"]).all()
    spots = [frame[["e", "n"]].to_numpy() for frame in (addresses, other)]
    assert np.hypot(*(spots[0] - spots[1]).T).max() <= 70


def test_some_streets_are_hard_as_in_life():
    addresses = gazetteer.make_addresses()
    by_street = addresses.groupby("gatuadress")
    assert (by_street["postort"].nunique() > 1).sum() >= 5  # same name, two localities
    assert (by_street["area"].nunique() > 2).sum() >= 5  # through several areas
    names = set(addresses["gatuadress"])
    assert {"Kyrkogatan", "Kyrkgatan", "Lindvägen", "Lidvägen"} <= names
    assert (gazetteer.make_places()["namn"].value_counts() > 1).any()


# --- nothing real ---------------------------------------------------------------------


def test_no_area_or_locality_has_the_name_of_a_municipality():
    from importlib import resources

    file = resources.files("lagesbild").joinpath("municipalities.csv")
    with file.open(encoding="utf-8") as lines:
        real = pd.read_csv(lines, dtype="str")
    facts = geography.area_facts()
    own = {geography.NAME, *facts["namn"], *facts["kommundel"]}
    assert not own & set(real["name"])
    assert geography.CODE not in set(real["code"])


def test_it_lies_in_the_open_sea():
    file = DATA / "scb_regso" / "RegSO_2025_lan21.gpkg"
    if not file.is_file():
        pytest.skip("../shared/data saknas: SCB:s RegSO går inte att jämföra med")
    land = gpd.read_file(file).to_crs(geography.CRS)
    outline = shapely.union_all(geography.make_areas().geometry)
    assert land.distance(outline).min() > 5_000


def test_no_postcode_is_in_use():
    folder = DATA / "postnummer"
    if not folder.is_dir():
        pytest.skip("../shared/data saknas: postnumren går inte att jämföra med")
    used = "".join(
        file.read_text("utf-8").replace(" ", "")
        for file in folder.iterdir()
        if file.suffix in (".csv", ".json", ".txt")
    )
    assert "80320" in used or "80321" in used  # the list is one of postcodes
    own = gazetteer.make_addresses()["postnummer"].str.replace(" ", "").unique()
    assert not [code for code in own if code in used]

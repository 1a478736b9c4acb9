"""One placement a report; coordinate before text before DeSO; never a protected one."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lagesbild import contracts
from lagesbild.errors import RegisterError
from lagesbild.geocode import outcome as why
from lagesbild.geocode import place
from lagesbild.geocode.place import place_reports

EAST, NORTH, SIZE = 600_000.0, 6_700_000.0, 1_000  # of conftest's areas
DAY = pd.Timestamp("2026-07-01")


def _reports(*rows):
    base = {
        "source": "polisen",
        "source_kind": "police",
        "delivery_id": "d1",
        "municipality_code": "9999",
        "reported_on": DAY,
        "has_time": False,
        "category": "skadegorelse",
        "found_by": "anmälan",
        "is_withdrawn": False,
    }
    full = [
        base | {"incident_id": f"i{n}", "source_key": f"k{n}", "row_number": n} | row
        for n, row in enumerate(rows, start=1)
    ]
    frame = pd.DataFrame(full, columns=contracts.columns("reports"))
    return contracts.check(frame, "reports")


def _deso(*boxes):
    codes = [f"9999A00{i}0" for i in range(1, len(boxes) + 1)]
    return gpd.GeoDataFrame({"deso_code": codes}, geometry=list(boxes), crs="EPSG:3006")


@pytest.fixture(scope="module")
def placing(small_town):
    def placing(*rows, deso=None):
        return place_reports(
            _reports(*rows),
            areas=small_town.areas(),
            addresses=small_town.addresses(),
            places=small_town.places(),
            deso=deso,
            made_by="d1",
        )

    return placing


def _point(east, north=500):
    return {"given_easting_m": EAST + east, "given_northing_m": NORTH + north}


TEXT = {"place_text": "Kvarngatan 4", "place_locality": "Storbyn"}


def test_one_row_a_report_in_order(placing):
    placed = placing(TEXT, {"place_text": "se bilaga"}, TEXT, {})
    assert placed["incident_id"].tolist() == ["i1", "i2", "i3", "i4"]
    methods = ["adress", "avvisad", "adress", "avvisad"]
    assert placed["geocode_method"].tolist() == methods
    assert placed["area_id"].fillna("").tolist() == ["A01", "", "A01", ""]
    assert placed["geocode_reason"].iloc[3] == why.NO_TEXT
    assert placed.loc[[1, 3], ["easting_m", "northing_m"]].isna().all(axis=None)


def test_no_reports_no_placements(placing):
    assert placing().empty


def test_protected_reports_are_never_placed(placing):
    row = placing(TEXT | _point(100) | {"protected_class": "sexualbrott"}).iloc[0]
    assert row["geocode_method"] == "skyddad"
    hidden = ["easting_m", "northing_m", "area_id", "geocode_score"]
    assert row[hidden].isna().all()


def test_a_given_point_goes_before_the_text(placing):
    row = placing({"place_text": "se bilaga"} | _point(1_500)).iloc[0]
    assert (row["geocode_method"], row["area_id"]) == ("koordinat", "A02")
    assert row["easting_m"] == EAST + 1_500
    assert pd.isna(row["geocode_reason"])


@pytest.mark.parametrize(
    ("east", "method"), [(150 + 700, "koordinat"), (150 + 701, "avvisad")]
)
def test_a_point_that_contradicts_the_address_rejects_both(placing, east, method):
    row = placing(TEXT | _point(east)).iloc[0]
    assert row["geocode_method"] == method
    if method == "avvisad":
        assert row["geocode_reason"] == why.COORDINATE_DISAGREES
        assert pd.isna(row["area_id"])


def test_a_point_outside_the_areas_is_used_only_without_text(placing):
    placed = placing(TEXT | _point(-300), _point(-300), _point(-50_000))
    assert placed["geocode_method"].tolist() == ["adress", "koordinat", "avvisad"]
    assert placed["area_id"].fillna("").tolist() == ["A01", "", ""]
    assert placed["geocode_reason"].iloc[1] == why.OUTSIDE_AREAS
    assert placed["geocode_reason"].iloc[2] == why.OUTSIDE_MUNICIPALITY


def test_a_point_just_over_the_border_is_not_snapped(placing):
    placed = placing(_point(999.9), _point(1_000.1), _point(500, -0.1))
    assert placed["area_id"].fillna("").tolist() == ["A01", "A02", ""]


def test_deso_places_only_where_it_lies_within_one_area(placing):
    box = shapely.box
    within = box(EAST + 1_100, NORTH + 100, EAST + 1_900, NORTH + 900)
    tolerated = box(EAST - 9, NORTH, EAST + SIZE - 9, NORTH + SIZE)
    across = box(EAST - 11, NORTH, EAST + SIZE - 11, NORTH + SIZE)
    codes = [{"deso_code": f"9999A00{i}0"} for i in (1, 2, 3, 4)]
    placed = placing(*codes, deso=_deso(within, tolerated, across))
    assert placed["area_id"].fillna("").tolist() == ["A02", "A01", "", ""]
    assert placed["geocode_method"].tolist() == ["deso", "deso", "avvisad", "avvisad"]
    reasons = placed["geocode_reason"].tolist()
    assert reasons[2:] == [why.DESO_IN_SEVERAL, why.DESO_UNKNOWN]
    assert placed["easting_m"].isna().all()


def test_deso_without_a_layer_says_so(placing):
    row = placing({"deso_code": "9999A0010"}).iloc[0]
    assert row["geocode_reason"] == why.NO_DESO_LAYER


def test_an_address_far_from_the_given_deso_is_rejected(placing):
    far = shapely.box(EAST + 2_100, NORTH, EAST + 2_900, NORTH + 900)
    row = placing(TEXT | {"deso_code": "9999A0010"}, deso=_deso(far)).iloc[0]
    assert row["geocode_reason"] == why.DESO_DISAGREES
    assert pd.isna(row["area_id"])


def test_another_crs_is_an_error(small_town):
    with pytest.raises(RegisterError, match="EPSG:3006"):
        place_reports(
            _reports(TEXT),
            areas=small_town.areas().to_crs(4326),
            addresses=small_town.addresses(),
            places=small_town.places(),
            made_by="d1",
        )


def test_points_on_a_border_and_missing_points(small_town):
    points = pd.DataFrame(
        {"easting_m": [EAST + SIZE, np.nan], "northing_m": [NORTH + 1, NORTH + 1]},
        index=[7, 3],
    )
    found = place.place_point_in_area(points, small_town.areas().iloc[::-1])
    assert found.index.tolist() == [7, 3]
    assert found.fillna("").tolist() == ["A01", ""]


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("Långa vägen 1", "adress"),  # an address of A01
        ("Långa vgen 1", "adress_ungefarlig"),
        ("Norra Ågatan", "gata"),  # all of it in A02
        ("Storbyns station", "plats"),  # A01
    ],
)
def test_a_text_of_another_area_than_the_point_rejects_both(placing, text, method):
    said = {"place_text": text, "place_locality": "Storbyn"}
    alone, near, beside = placing(
        said, said | _point(990), said | _point(1_010)
    ).to_dict("records")
    assert alone["geocode_method"] == method
    agrees, denies = (near, beside) if alone["area_id"] == "A01" else (beside, near)
    assert (agrees["geocode_method"], agrees["area_id"]) == (
        "koordinat",
        alone["area_id"],
    )
    assert denies["geocode_reason"] == why.COORDINATE_DISAGREES
    assert pd.isna(denies["area_id"]) and pd.isna(denies["easting_m"])


def test_an_address_outside_all_areas_is_not_drawn_in_by_a_point(placing):
    said = {"place_text": "Utmark 9", "place_locality": "Viken"}
    row = placing(said | _point(2_990)).iloc[0]
    assert row["geocode_reason"] == why.COORDINATE_DISAGREES


@pytest.mark.parametrize(
    ("east", "method"), [(1_700, "koordinat"), (1_701, "avvisad"), (10, "koordinat")]
)
def test_an_areas_name_denies_only_a_point_far_from_the_area(placing, east, method):
    row = placing({"place_text": "Ängby"} | _point(east)).iloc[0]
    assert row["geocode_method"] == method

"""What a row says of its place."""

import pandas as pd
import pytest

from lagesbild.clean import places


def _read(**columns):
    return places.read_places(pd.DataFrame(columns, dtype="str"))


def test_street_and_number_make_a_place_text():
    told, masked, _ = _read(
        street=["Storgatan ", "Storgatan", None, None],
        house_number=["3 B", None, "4", None],
        place_text=[None, "Torget", None, None],
        area_name=[None, None, None, "Åsen"],
        locality=["Nyby", None, None, "850101-1234"],
    )
    # a number without its street is no place
    wanted = ["Storgatan 3 B", "Torget", "", "Åsen"]
    assert list(told["place_text"].fillna("")) == wanted
    assert told["place_locality"][3] == "[personnummer]"
    assert masked == {"personnummer": 1}


def test_degrees_become_metres():
    # SWEREF 99 TM of 60° N 15° E: on the central meridian, E exactly 500 000 m
    told, _, notes = _read(latitude=["60", "60,0"], longitude=["15.0", "15,0"])
    assert told["given_easting_m"].tolist() == pytest.approx([500_000] * 2, abs=0.01)
    assert told["given_northing_m"].tolist() == pytest.approx([6_651_411] * 2, abs=1)
    assert notes == ()


def test_points_that_cannot_be_in_sweden_are_not_given_but_counted():
    told, _, notes = _read(
        latitude=["0", "48.8", "60.6", "x", None],
        longitude=["0", "2.3", None, "16", None],
    )
    assert told["given_easting_m"].isna().all()
    assert told["given_northing_m"].isna().all()
    assert notes[0].startswith("4 rader har koordinater")


def test_metres_are_taken_as_they_are_and_turned_if_swapped():
    told, _, notes = _read(
        easting_m=["565 000,5", "6720000", "5"], northing_m=["6720000", "565000", "6"]
    )
    assert told["given_easting_m"].tolist()[:2] == [565000.5, 565000]
    assert told["given_northing_m"].tolist()[:2] == [6720000, 6720000]
    assert told["given_easting_m"].isna()[2]
    assert len(notes) == 2


def test_deso_codes():
    told, _, notes = _read(deso_code=["2181A0010", "2181C1230_DeSO2025", "Nyby", None])
    assert list(told["deso_code"][:2]) == ["2181A0010", "2181C1230"]
    assert told["deso_code"][2:].isna().all()
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("3.0", 3), ("1 200", 1200), ("-2", -2), ("0,0", 0)],
)
def test_whole_numbers(text, number):
    assert places.to_whole_numbers(pd.Series([text], dtype="str"))[0] == number


@pytest.mark.parametrize("text", ["1.5", "tre", "..", "1.200,5", "1e3", ""])
def test_what_is_no_whole_number_is_missing(text):
    assert places.to_whole_numbers(pd.Series([text], dtype="str")).isna().all()


def test_hidden_places_hold_nothing():
    told, _, _ = _read(street=["Ågatan"], latitude=["60"], longitude=["15"])
    hidden = places.hide_places(told, pd.Series([True]))
    assert hidden.isna().all(axis=None)

"""One point in every system that Sweden uses; golden values from pyproj's own CRS."""

import pyproj
import pytest

from lagesbild.geocode.coordinates import LOCAL_ZONES, RT_90, read_coordinates

EAST, NORTH = 600_500.0, 6_700_500.0


def _in(system):
    return pyproj.Transformer.from_crs(3006, system, always_xy=True).transform(
        EAST, NORTH
    )


def _near(points, metres=1.0):
    return [
        p for p in points if abs(p[0] - EAST) < metres and abs(p[1] - NORTH) < metres
    ]


@pytest.mark.parametrize(
    "text",
    [
        "N 6700500 E 600500",
        "600500 6700500",
        "6700500,600500",
        "600500,0 6700500,0",
        "sweref 6 700 500 / 600 500",
        "x=6700500 y=600500",
    ],
)
def test_sweref_in_either_order(text):
    assert read_coordinates(text) == [(EAST, NORTH)]


def test_degrees_with_comma_point_and_minutes():
    longitude, latitude = _in(4326)
    texts = [
        f"{latitude:.6f}, {longitude:.6f}",
        f"{latitude:.6f}N {longitude:.6f}E".replace(".", ","),
        f"{longitude:.6f} {latitude:.6f}",
    ]
    (d, m), (e, f) = divmod(latitude, 1), divmod(longitude, 1)
    texts.append(f"N {d:.0f}°{m * 60:.4f}' E {e:.0f}°{f * 60:.4f}'")
    texts.append(
        f"{d:.0f} grader {m * 60:.4f} minuter, {e:.0f} grader {f * 60:.4f} minuter"
    )
    for text in texts:
        assert _near(read_coordinates(text)), text


def test_rt_90():
    east, north = _in(RT_90)
    assert _near(read_coordinates(f"RT90 {north:.0f} {east:.0f}"), metres=2)


def test_a_zone_that_is_named_holds_far_from_its_middle():
    east, north = _in(LOCAL_ZONES["1500"])
    assert east > 200_000
    named = read_coordinates(f"SWEREF 99 15 00 {north:.0f} {east:.0f}")
    assert len(named) == 1 and _near(named, metres=2)


def test_a_local_zone_named_or_not():
    east, north = _in(LOCAL_ZONES["1630"])
    named = read_coordinates(f"SWEREF 99 16 30 {north:.0f} {east:.0f}")
    assert len(named) == 1 and _near(named, metres=2)
    unnamed = read_coordinates(f"{north:.0f} {east:.0f}")
    assert len(unnamed) == len(LOCAL_ZONES) and len(_near(unnamed, metres=2)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0, 0",
        "60.6, 16.8°C",
        "999999 9999999",
        "631088-3542",
        "N 672 E 59",
        "12345",
    ],
)
def test_what_is_no_coordinate_of_sweden(text):
    assert read_coordinates(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "geo:60.61699,16.74868",
        "https://maps.example/?q=60.61699,16.74868",
        "16.74868,60.61699",
    ],
)
def test_a_pair_with_nothing_but_a_comma_between(text):
    assert read_coordinates(text) == read_coordinates("60.61699 16.74868") != []

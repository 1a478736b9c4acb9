"""Coordinates written in a text, in the systems that Sweden uses.

In: a repaired text. Out: the points in EPSG:3006 that its two numbers may mean: SWEREF
99 TM or one of its twelve local zones, RT 90 2.5 gon V, WGS84, in either order.
Used by match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

SWEREF_TM, RT_90, WGS_84 = 3006, 3021, 4326
LOCAL_ZONES = {  # central meridian → EPSG code
    "1200": 3007,
    "1330": 3008,
    "1500": 3009,
    "1630": 3010,
    "1800": 3011,
    "1415": 3012,
    "1545": 3013,
    "1715": 3014,
    "1845": 3015,
    "2015": 3016,
    "2145": 3017,
    "2315": 3018,
}
_METRES = re.compile(
    r"""(?<![\d])(?:
      (?P<grouped>\d\ \d{3}\ \d{3}|(?<![\d]\ )\d{3}\ \d{3})(?![\ ]?\d)
    | (?P<plain>\d{5,7})(?:[.,](?P<part>\d{1,3})(?!\d))?(?![\d])
    | \d+[.,]\d+
    )""",
    re.VERBOSE,
)
_DEGREES = re.compile(r"(?<![\d.,])(\d{1,2})[.,](\d{3,})(?!\d)")
_COMMA_BETWEEN = re.compile(r"(?<=\d\.\d\d\d)(\d*),(?=\d{1,2}\.\d{3})")
_MINUTES = re.compile(
    r"""(?<![\d.,])(?P<d>\d{1,2})\s?(?:[°º]|grader\b)\s?
        (?P<m>\d{1,2}(?:[.,]\d+)?)\s?(?:['\u2032]|minuter\b)
        (?:\s?(?P<s>\d{1,2}(?:[.,]\d+)?)\s?(?:["\u2033]|''|sekunder\b))?""",
    re.VERBOSE,
)
_ZONE = re.compile(r"(?<!\d)(1[2-8]|2[0-3])[ .]?(00|15|30|45)(?!\d)")
_RT = re.compile(r"\brt\s?-?\s?90", re.IGNORECASE)
_NORTH = (6_100_000, 7_700_000)
_EAST_OF = {SWEREF_TM: (260_000, 1_000_000), RT_90: (1_200_000, 1_900_000)}
_EAST_LOCAL = (40_000, 260_000)


def read_coordinates(text: str) -> list[tuple[float, float]]:
    """The points that a text's two numbers may mean.

    Parameters
    ----------
    text : str
        One repaired text.

    Returns
    -------
    list of tuple of float
        Easting and northing in metres, EPSG:3006: one for each system the numbers fit.
        Empty where the text does not hold exactly one pair that lies in Sweden. A
        local zone that the text does not name gives one point for each zone.
    """
    if not any(c.isdigit() for c in text):
        return []
    degrees = _one(
        (lat, lon)
        for pair in pairwise(_degrees(text))
        for lat, lon in (pair, pair[::-1])
        if 55 <= lat <= 69.5 and 10.5 <= lon <= 24.5
    )
    if degrees:
        return [_transform(WGS_84, degrees[1], degrees[0])]
    metres = _one(
        (east, north)
        for pair in pairwise(_metres(text))
        for east, north in (pair, pair[::-1])
        if _NORTH[0] <= north <= _NORTH[1] and _systems(text, east)
    )
    if not metres:
        return []
    east, north = metres
    return [_transform(system, east, north) for system in _systems(text, east)]


def _systems(text: str, east: float) -> list[int]:
    """EPSG codes of the systems in which an easting lies in Sweden."""
    if _EAST_OF[RT_90][0] <= east <= _EAST_OF[RT_90][1]:
        return [RT_90]
    if _RT.search(text):
        return []
    if _EAST_OF[SWEREF_TM][0] <= east <= _EAST_OF[SWEREF_TM][1]:
        return [SWEREF_TM]
    if _EAST_LOCAL[0] <= east <= _EAST_LOCAL[1]:
        told = [a + b for a, b in _ZONE.findall(text) if a + b in LOCAL_ZONES]
        return [LOCAL_ZONES[zone] for zone in told] or list(LOCAL_ZONES.values())
    return []


def _one(found: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
    pairs = set(found)
    return pairs.pop() if len(pairs) == 1 else None


def _metres(text: str) -> list[float]:
    numbers = []
    for found in _METRES.finditer(text):
        if found["grouped"]:
            numbers.append(float(found["grouped"].replace(" ", "")))
        elif found["plain"]:
            numbers.append(float(f"{found['plain']}.{found['part'] or 0}"))
    return numbers


def _degrees(text: str) -> list[float]:
    """Degrees and minutes, else decimal degrees with at least three decimals."""
    minutes = [
        float(m["d"]) + _plain(m["m"]) / 60 + _plain(m["s"]) / 3600
        for m in _MINUTES.finditer(text)
    ]
    text = _COMMA_BETWEEN.sub(r"\1 ", text)  # "geo:60.12345,16.12345"
    return minutes or [float(f"{m[1]}.{m[2]}") for m in _DEGREES.finditer(text)]


def _plain(number: str | None) -> float:
    return float(number.replace(",", ".")) if number else 0.0


def _transform(system: int, east: float, north: float) -> tuple[float, float]:
    if system == SWEREF_TM:
        return east, north
    return _transformer(system).transform(east, north)


@cache
def _transformer(system: int):
    import pyproj

    return pyproj.Transformer.from_crs(f"EPSG:{system}", "EPSG:3006", always_xy=True)

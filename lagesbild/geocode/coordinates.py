"""Coordinates written in a text: SWEREF 99 TM or WGS84, in either order.

In: a repaired text. Out: metres in EPSG:3006, or nothing. Used by match.
"""

from __future__ import annotations

import re
from functools import cache

_METRES = re.compile(r"(?<![\d.,])(\d{6,7})(?:[.,](\d{1,3}))?(?![\d])")
_DEGREES = re.compile(r"(?<![\d.,])(\d{1,2})[.,](\d{3,})(?!\d)")


def read_coordinates(text: str) -> tuple[float, float] | None:
    """The point that a text gives as two numbers.

    Parameters
    ----------
    text : str
        One repaired text.

    Returns
    -------
    tuple of float or None
        Easting and northing in metres, EPSG:3006; None where the text does not hold
        exactly one pair that lies in Sweden.
    """
    metres = [_number(m) for m in _METRES.finditer(text)]
    if len(metres) == 2:
        for east, north in (metres, metres[::-1]):
            if 200_000 <= east <= 1_000_000 and 6_000_000 <= north <= 7_800_000:
                return east, north
    degrees = [_number(m) for m in _DEGREES.finditer(text)]
    if len(degrees) == 2:
        for latitude, longitude in (degrees, degrees[::-1]):
            if 55 <= latitude <= 70 and 10 <= longitude <= 25:
                return _to_sweref().transform(longitude, latitude)
    return None


def _number(found: re.Match[str]) -> float:
    return float(f"{found[1]}.{found[2] or 0}")


@cache
def _to_sweref():
    import pyproj

    return pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)

"""Where something happened, as the sender told it: a text, a point or a DeSO.

In: mapped columns of text. Out: place text and locality with personal data masked,
given coordinates in EPSG:3006, DeSO code, and Swedish notes. Next: ``clean.reports``.
Nothing is looked up here; that is for ``geocode``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.clean.cleaned import text_column
from lagesbild.clean.personal_data import mask_personal_data

_LATITUDES, _LONGITUDES = (55.0, 69.2), (10.5, 24.3)  # Sweden, WGS 84
_EASTINGS, _NORTHINGS = (260_000, 930_000), (6_100_000, 7_700_000)  # EPSG:3006
_DESO = r"^(\d{4}[ABC]\d{4})(?:_DeSO\d{4})?$"
_PLACE_COLUMNS = [
    "place_text",
    "place_locality",
    "given_easting_m",
    "given_northing_m",
    "deso_code",
]


def read_places(
    mapped: pd.DataFrame,
) -> tuple[pd.DataFrame, dict[str, int], tuple[str, ...]]:
    """Gather what each row says of its place.

    Parameters
    ----------
    mapped : DataFrame
        One row a report; any of the columns ``place_text``, ``street``,
        ``house_number``, ``locality``, ``area_name``, ``latitude``, ``longitude``,
        ``easting_m``, ``northing_m``, ``deso_code``.

    Returns
    -------
    DataFrame
        The same rows: ``place_text``, ``place_locality``, ``given_easting_m``,
        ``given_northing_m`` (EPSG:3006, missing where none is usable),
        ``deso_code``. No personal data of the known kinds.
    dict
        Kind of personal data → how many were masked.
    tuple of str
        Swedish notes on coordinates and codes left out.
    """
    place, masked_places = mask_personal_data(_place_text(mapped))
    locality, masked_localities = mask_personal_data(text_column(mapped, "locality"))
    points, notes = _read_points(mapped)
    code = read_deso(mapped)
    n_strange = int((text_column(mapped, "deso_code").notna() & code.isna()).sum())
    if n_strange:
        notes += (f"{n_strange} rader har en DeSO-kod som inte går att tolka.",)
    columns = [place, locality, points["easting"], points["northing"], code]
    places = pd.DataFrame(dict(zip(_PLACE_COLUMNS, columns, strict=True)))
    masked = {
        kind: masked_places.get(kind, 0) + masked_localities.get(kind, 0)
        for kind in {**masked_places, **masked_localities}
    }
    return places, masked, notes


def read_deso(mapped: pd.DataFrame) -> pd.Series:
    """The DeSO code of each row, without its vintage; missing where there is none."""
    told = text_column(mapped, "deso_code")
    return told.str.extract(_DESO, expand=False).astype("str")


def _place_text(mapped: pd.DataFrame) -> pd.Series:
    """The place in one text: as told, else street and number, else the area's name."""
    street = text_column(mapped, "street")
    number = text_column(mapped, "house_number").fillna("")
    address = (street + " " + number).str.strip()
    told = text_column(mapped, "place_text").fillna(address)
    told = told.fillna(text_column(mapped, "area_name"))
    return told.str.replace(r"\s+", " ", regex=True).str.strip()


def _read_points(mapped: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Given coordinates in EPSG:3006; what cannot lie in Sweden is not given."""
    east, north = (
        to_numbers(text_column(mapped, c)) for c in ("easting_m", "northing_m")
    )
    is_told = east.notna() | north.notna()
    swapped = east.between(*_NORTHINGS) & north.between(*_EASTINGS)
    east, north = east.mask(swapped, north), north.mask(swapped, east)
    inside = east.between(*_EASTINGS) & north.between(*_NORTHINGS)
    latitude, longitude = (
        to_numbers(text_column(mapped, c)) for c in ("latitude", "longitude")
    )
    has_degrees = latitude.notna() | longitude.notna()
    usable = latitude.between(*_LATITUDES) & longitude.between(*_LONGITUDES) & ~inside
    east, north = east.where(inside), north.where(inside)
    if usable.any():
        east[usable], north[usable] = _project(longitude[usable], latitude[usable])
    notes = ()
    n_turned = int((swapped & inside).sum())
    n_refused = int(((is_told | has_degrees) & east.isna()).sum())
    if n_turned:
        notes += (f"{n_turned} rader hade östlig och nordlig koordinat ombytta.",)
    if n_refused:
        told = "(till exempel 0,0); de räknas som att koordinater saknas."
        notes += (f"{n_refused} rader har koordinater utanför Sverige {told}",)
    return pd.DataFrame({"easting": east, "northing": north}), notes


def _project(longitude: pd.Series, latitude: pd.Series) -> tuple[np.ndarray, ...]:
    from pyproj import Transformer

    transformer = Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)
    return transformer.transform(longitude.to_numpy(), latitude.to_numpy())


def to_numbers(texts: pd.Series) -> pd.Series:
    """Numbers as Swedes and spreadsheets write them; missing where there is none.

    "60,61", "60.61", "6 720 000"; a text with both point and comma is no number.
    """
    plain = texts.astype("str").str.replace(r"[\s\u00a0\u202f]", "", regex=True)
    plain = plain.str.replace("\u2212", "-").str.replace(",", ".")
    plain = plain.where(plain.str.fullmatch(r"[-+]?\d+(?:\.\d+)?").fillna(False))
    return pd.to_numeric(plain).astype("float64")


def to_whole_numbers(texts: pd.Series) -> pd.Series:
    """Whole numbers (Int64); missing where the text is none: "3", "3.0", "1 200"."""
    numbers = to_numbers(texts)
    return numbers.where(numbers == numbers.round()).astype("Int64")


def hide_places(places: pd.DataFrame, is_protected: pd.Series) -> pd.DataFrame:
    """Drop everything that says where, for the rows of a protected class."""
    return places.assign(
        **{name: places[name].mask(is_protected) for name in _PLACE_COLUMNS}
    )

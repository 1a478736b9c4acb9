"""Address registers of the forms that municipalities have → addresses of the contract.

In: adresser.csv, Lantmäteriet's Belägenhetsadress, a municipality's own layer of points
or an extract of OpenStreetMap. Out: contract addresses, points in EPSG:3006.
Who is next: initiate and geocode.command.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild import contracts
from lagesbild.errors import RegisterError
from lagesbild.read import reference
from lagesbild.read.layers import list_layers, read_layer

if TYPE_CHECKING:
    import geopandas as gpd

_LM_LAYER = "belagenhetsadress"
_LM_STREET = "adressomrade_faststalltnamn"
_LM_FARM = "gardsadressomrade_faststalltnamn"
_OWN_STREET = "gatuadress"
_OSM_FILES = (".osm", ".pbf")
_OSM_LAYERS = ("points", "multipolygons")
_OSM_TAGS = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_OSM_STREET, _OSM_NUMBER = "addr:street", "addr:housenumber"
_OSM_PLACE = "addr:place"  # stands for the street where houses have none


def read_addresses(file: Path, kommun: str | None = None) -> pd.DataFrame:
    """Read an address register of any form that is known.

    Parameters
    ----------
    file : Path
        A CSV as adresser.csv; Lantmäteriet's GeoPackage; a layer of points with
        GATUADRESS and POSTORT; or OpenStreetMap's addresses (.osm, .osm.pbf, or a
        layer with the columns addr:street and addr:housenumber, or other_tags as
        ogr2ogr writes them), cut to the municipality.
    kommun : str, optional
        Municipal code; rows of others are left out where the register tells it.

    Returns
    -------
    DataFrame
        Contract addresses: one row, one address in force, point in EPSG:3006.

    Raises
    ------
    RegisterError
        If the file does not exist, cannot be read or has columns nobody knows.
    """
    file = Path(file)
    if file.suffix.lower() in (".csv", ".txt"):
        return reference.read_register(file, "addresses")
    if file.suffix.lower() in _OSM_FILES:
        layer = _read_osm_file(file)
    elif _is_osm_database(file):
        layer = _read_osm_file(file)
    else:
        layer = lower_headings(read_layer(file, _LM_LAYER))
        if "other_tags" in layer.columns:
            layer = _with_tags(layer)
    if _OSM_STREET in layer.columns:
        return _finish(_from_osm(layer), layer, file.name)
    if not layer.geometry.geom_type.eq("Point").all():
        raise RegisterError(
            f"{file.name}: varje adress ska ha en punkt. Rätta lagret och försök igen."
        )
    if _LM_STREET in layer.columns:
        table = _from_lantmateriet(layer, kommun)
    elif {_OWN_STREET, "postort"} <= set(layer.columns):
        table = _from_own_register(layer)
    else:
        raise RegisterError(
            f"{file.name}: känner inte igen adressernas kolumner. Filen ska ha "
            f"Lantmäteriets '{_LM_STREET}', GATUADRESS och POSTORT eller "
            f"OpenStreetMaps '{_OSM_STREET}', eller vara en CSV med "
            f"{', '.join(contracts.HEADINGS['addresses'])}."
        )
    return _finish(table, layer, file.name)


def lower_headings(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer with its columns, but not its geometry, named in lower case."""
    names = {c: c.lower() for c in layer.columns if c != layer.geometry.name}
    return layer.rename(columns=names)


def _finish(table: pd.DataFrame, layer: gpd.GeoDataFrame, where: str) -> pd.DataFrame:
    points = layer.geometry.reindex(table.index)
    if not points.geom_type.eq("Point").all():
        points = points.representative_point()
    table["easting_m"], table["northing_m"] = points.x, points.y
    table.insert(0, "address_id", _ids(layer.reindex(table.index)))
    has_street = table["street"].fillna("").str.strip() != ""
    # a point without a street's name cannot be asked for by name
    return contracts.check(table[has_street], "addresses", where=where)


def _from_lantmateriet(layer: pd.DataFrame, kommun: str | None) -> pd.DataFrame:
    own = layer
    if kommun and "kommunkod" in layer.columns:
        own = own[_text(own, "kommunkod").str.zfill(4) == kommun]
    status = _text(own, "statusforbelagenhetsadress")
    own = own[status.isna() | (status == "Gällande")]
    farm = _text(own, _LM_FARM).fillna("")
    return pd.DataFrame(
        {
            "street": (_text(own, _LM_STREET) + " " + farm).str.strip(),
            "house_number": _text(own, "adressplatsnummer"),
            "letter": _text(own, "bokstavstillagg"),
            "postcode": _postcodes(own, "postnummer"),
            "locality": _text(own, "postort"),
            "district": _text(own, "kommundel_faststalltnamn"),
        }
    )


def _from_own_register(layer: pd.DataFrame) -> pd.DataFrame:
    parts = _text(layer, _OWN_STREET).str.extract(
        r"^(?P<street>.*?)(?:\s+(?P<house_number>\d+)\s*(?P<letter>[^\W\d_])?)?$"
    )
    return parts.assign(
        postcode=_postcodes(layer, "postnr"),
        locality=_text(layer, "postort"),
        district=_text(layer, "kommundel"),
    )


def _is_osm_database(file: Path) -> bool:
    """Whether a file holds an OpenStreetMap extract's layers, as ogr2ogr makes them."""
    return set(_OSM_LAYERS) <= set(list_layers(file))


def _with_tags(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The objects with an address, the tags of their column other_tags as columns."""
    import geopandas as gpd

    tags = [dict(_OSM_TAGS.findall(t)) for t in _text(layer, "other_tags").fillna("")]
    found = pd.DataFrame(tags, index=layer.index).reindex(
        columns=list({_OSM_STREET, _OSM_PLACE} | {k for t in tags for k in t})
    )
    told = gpd.GeoDataFrame(found, geometry=layer.geometry, crs=layer.crs)
    return told[found[_OSM_STREET].notna() | found[_OSM_PLACE].notna()]


def _read_osm_file(file: Path) -> gpd.GeoDataFrame:
    """Objects of OpenStreetMap that have an address, its tags as columns."""
    layers = [_with_tags(read_layer(file, name)) for name in _OSM_LAYERS]
    layers = [layer for layer in layers if len(layer)]
    if not layers:
        raise RegisterError(
            f"{file.name}: inget objekt har '{_OSM_STREET}'. Ta ut OpenStreetMaps "
            "adresser för kommunen och försök igen."
        )
    return pd.concat(layers, ignore_index=True)


def _from_osm(layer: pd.DataFrame) -> pd.DataFrame:
    """One row a number: "12;14" and "12-14" are two addresses with one point."""
    numbers = _text(layer, _OSM_NUMBER).str.split(r"\s*[;,-]\s*", regex=True)
    rows = pd.DataFrame(
        {
            "street": _text(layer, _OSM_STREET).fillna(_text(layer, _OSM_PLACE)),
            "house_number": numbers,
            "postcode": _postcodes(layer, "addr:postcode"),
            "locality": _text(layer, "addr:city"),
            "district": _text(layer, "addr:suburb").fillna(
                _text(layer, _OSM_PLACE).where(_text(layer, _OSM_STREET).notna())
            ),
        }
    ).explode("house_number")
    parts = (
        rows["house_number"]
        .astype("str")
        .str.extract(r"^(?P<house_number>\d+)\s*(?P<letter>[^\W\d_])?$")
    )
    return rows.assign(house_number=parts["house_number"], letter=parts["letter"])


def _ids(layer: pd.DataFrame) -> pd.Series:
    given = _text(layer, "objektidentitet")
    if given.notna().all() and given.is_unique and len(given):
        return given
    return pd.Series([f"A{i:06d}" for i in range(1, len(layer) + 1)], layer.index)


def _text(layer: pd.DataFrame, column: str) -> pd.Series:
    if column not in layer.columns:
        return pd.Series(None, index=layer.index, dtype="str")
    values = layer[column]
    if pd.api.types.is_float_dtype(values):
        values = values.astype("Int64")
    text = values.astype("str").str.strip()
    return text.mask(text.isin(["", "<NA>"]))


def _postcodes(layer: pd.DataFrame, column: str) -> pd.Series:
    digits = _text(layer, column).str.replace(r"\D", "", regex=True)
    return digits.where(digits.str.fullmatch(r"[1-9]\d{4}").fillna(False).astype(bool))

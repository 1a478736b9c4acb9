"""The municipality's reference files → tables of the contract.

In: a workspace; its referens/ holds omraden.gpkg, befolkning.csv, adresser.csv,
platser.csv, deso.gpkg and baskarta.gpkg. Out: frames of the contract, geometry in
EPSG:3006. Who is next: geocode, measure and present.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild import contracts
from lagesbild.bounds import plain_name, read_bytes, refuse_cells, refuse_lines
from lagesbild.errors import ContractError, RegisterError
from lagesbild.read.header import MAX_COLUMNS
from lagesbild.read.layers import read_layer
from lagesbild.read.register import refuse_no_headings

if TYPE_CHECKING:
    import geopandas as gpd

    from lagesbild.workspace import Workspace

AREAS_FILE = "omraden.gpkg"
POPULATION_FILE = "befolkning.csv"
ADDRESSES_FILE = "adresser.csv"
PLACES_FILE = "platser.csv"
DESO_FILE = "deso.gpkg"
BASE_MAP_FILE = "baskarta.gpkg"

_OPTIONAL = {
    "areas": ("kommundel", "slag"),
    "addresses": ("bokstav", "postnummer", "kommundel"),
    "places": ("alias",),
}
_NUMBERS = ("year", "n_inhabitants", "easting_m", "northing_m")
_LONGEST = {"area_id": 60, "name": 200, "district": 200}
"""Letters; an area's id is part of file names."""
_SWEDEN = (200_000, 6_000_000, 1_000_000, 7_800_000)
_BASE_KINDS = {"vatten": "water", "vag": "road"}


def load_areas(ws: Workspace) -> gpd.GeoDataFrame:
    """Load the residential areas.

    Parameters
    ----------
    ws : Workspace

    Returns
    -------
    GeoDataFrame
        One row, one area: the contract's ``area_id``, ``name``, ``district``, ``kind``
        and ``geometry`` (EPSG:3006), by ``area_id``.

    Raises
    ------
    RegisterError
        If the file is missing, lacks a column or a coordinate system, has the same id
        twice or a geometry that is no valid polygon.
    """
    file = ws.reference / AREAS_FILE
    layer = read_layer(_required(file))
    return check_areas(layer, file.name)


def check_areas(layer: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    """Hold a layer with Swedish headings to the contract of areas, in EPSG:3006."""
    import geopandas as gpd

    headings = contracts.HEADINGS["areas"]
    attributes = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    table = _rename(attributes, "areas", where, may_have_more=("fid", "id"))
    table["kind"] = table["kind"].str.lower().fillna("bostad")
    _require_words(table["kind"], contracts.AREA_KINDS, "slag", where)
    checked = _check(table, "areas", where)
    for heading, column in headings.items():
        if column in _LONGEST:
            _require_short(checked[column], heading, _LONGEST[column], where)
    shapes = _polygons(layer.geometry, where, next(iter(headings)))
    areas = gpd.GeoDataFrame(checked, geometry=list(shapes), crs=shapes.crs)
    return areas.sort_values("area_id", ignore_index=True)


def load_population(ws: Workspace) -> pd.DataFrame:
    """Load the inhabitants by area and year.

    Returns
    -------
    DataFrame
        Contract population: one row, one area at the end of one year. No rows where
        befolkning.csv is absent: then no rate can be computed.

    Raises
    ------
    RegisterError
        If the file does not follow its form.
    """
    return _load_csv(ws.reference / POPULATION_FILE, "population")


def load_addresses(ws: Workspace) -> pd.DataFrame:
    """Load the address register.

    Returns
    -------
    DataFrame
        Contract addresses: one row, one address, point in EPSG:3006. No rows where
        adresser.csv is absent: then no address can be placed.

    Raises
    ------
    RegisterError
        If the file does not follow its form.
    """
    return _load_csv(ws.reference / ADDRESSES_FILE, "addresses")


def load_places(ws: Workspace) -> pd.DataFrame:
    """Load the named places.

    Returns
    -------
    DataFrame
        Contract places: one row, one place, point in EPSG:3006. No rows where
        platser.csv is absent.

    Raises
    ------
    RegisterError
        If the file does not follow its form.
    """
    return _load_csv(ws.reference / PLACES_FILE, "places")


def load_deso(ws: Workspace) -> gpd.GeoDataFrame | None:
    """Load the DeSO layer.

    Returns
    -------
    GeoDataFrame or None
        One row, one DeSO: ``deso_code``, ``geometry`` (EPSG:3006). None where
        deso.gpkg is absent.

    Raises
    ------
    RegisterError
        If the file has no column ``deso_kod`` or ``desokod``, the same code twice, no
        coordinate system or a faulty geometry.
    """
    import geopandas as gpd

    file = ws.reference / DESO_FILE
    if not file.is_file():
        return None
    layer = read_layer(file)
    heading = next((c for c in ("deso_kod", "desokod") if c in layer.columns), None)
    if heading is None:
        raise RegisterError(
            f"{file.name}: kolumnen 'deso_kod' (eller SCB:s 'desokod') saknas. Hämta "
            "DeSO-lagret på nytt eller döp om kolumnen."
        )
    codes = layer[heading].astype("str").str.strip()
    _require_unique(codes, heading, file.name)
    shapes = _polygons(layer.geometry, file.name, heading)
    return gpd.GeoDataFrame(
        {"deso_code": codes.to_numpy(object)}, geometry=list(shapes), crs=shapes.crs
    ).astype({"deso_code": "str"})


def load_base_map(ws: Workspace) -> gpd.GeoDataFrame | None:
    """Load water and main roads, the ground of the maps.

    Returns
    -------
    GeoDataFrame or None
        One row, one water or road: ``kind`` (water, road), ``name`` (may be missing),
        ``geometry`` (EPSG:3006). None where baskarta.gpkg is absent.

    Raises
    ------
    RegisterError
        If the file lacks ``slag`` or a coordinate system, or ``slag`` is another word
        than vatten or vag.
    """
    import geopandas as gpd

    file = ws.reference / BASE_MAP_FILE
    if not file.is_file():
        return None
    layer = read_layer(file)
    if "slag" not in layer.columns:
        raise RegisterError(
            f"{file.name}: kolumnen 'slag' saknas. Lägg till den med orden vatten och "
            "vag."
        )
    kind = layer["slag"].astype("str").str.lower()
    _require_words(kind, tuple(_BASE_KINDS), "slag", file.name)
    name = layer["namn"] if "namn" in layer.columns else pd.Series(None, layer.index)
    table = pd.DataFrame({"kind": kind.map(_BASE_KINDS), "name": name.astype("str")})
    return gpd.GeoDataFrame(
        table, geometry=list(layer.geometry), crs=layer.crs
    ).reset_index(drop=True)


def read_register(file: Path, table: str) -> pd.DataFrame:
    """Read a CSV register with Swedish headings into its contract.

    Parameters
    ----------
    file : Path
        UTF-8, comma or semicolon; decimal point or comma.
    table : {"population", "addresses", "places"}

    Returns
    -------
    DataFrame
        The table of the contract. Text keeps its leading zeros.

    Raises
    ------
    RegisterError
        If it is not UTF-8, or a column is missing, unknown or breaks the contract.
    """
    content = read_bytes(file, error=RegisterError)
    refuse_lines(content, file.name, error=RegisterError)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RegisterError(
            f"{file.name} är inte sparad som UTF-8. I Excel: välj 'CSV UTF-8'."
        ) from None
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    refuse_cells(text.count(separator), file.name, error=RegisterError)
    if head.count(separator) > MAX_COLUMNS or "\x00" in text:
        raise RegisterError(f"{file.name} är ingen tabell. Spara om den som CSV.")
    try:
        raw = pd.read_csv(io.StringIO(text), sep=separator, dtype="str")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError):
        raise RegisterError(
            f"{file.name} kan inte läsas som tabell: raderna har olika många kolumner "
            "eller så är filen tom. Spara om den från kalkylbladet."
        ) from None
    raw.columns = raw.columns.str.strip().str.lower()
    refuse_no_headings(raw.columns, list(contracts.HEADINGS[table]), file.name)
    named = _rename(raw.apply(lambda column: column.str.strip()), table, file.name)
    for column in [c for c in _NUMBERS if c in named.columns]:
        named[column] = _to_number(named[column], file.name, column, table)
    if table == "addresses":
        named["postcode"] = named["postcode"].str.replace(r"\D", "", regex=True)
    return _check(named, table, file.name)


def _load_csv(file: Path, table: str) -> pd.DataFrame:
    return read_register(file, table) if file.is_file() else contracts.empty(table)


def _required(file: Path) -> Path:
    if not file.is_file():
        raise RegisterError(
            f"Filen {file.name} saknas i mappen referens. Lägg dit den eller skapa "
            "arbetsytan på nytt med 'lagesbild init'."
        )
    return file


def _rename(
    frame: pd.DataFrame, table: str, where: str, may_have_more: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Swedish headings to the contract's names; unknown and missing ones told."""
    headings = contracts.HEADINGS[table]
    optional = _OPTIONAL.get(table, ())
    missing = [h for h in headings if h not in frame.columns and h not in optional]
    unknown = [c for c in frame.columns if c not in headings and c not in may_have_more]
    if missing or unknown:
        told = [f"kolumn saknas: {', '.join(missing)}"] if missing else []
        told += [f"okänd kolumn: {', '.join(map(str, unknown))}"] if unknown else []
        raise RegisterError(
            f"{where}: {'; '.join(told)}. Filen ska ha kolumnerna "
            f"{', '.join(headings)}. Rätta rubrikerna och försök igen."
        )
    full = frame.reindex(columns=list(headings)).rename(columns=headings)
    text = [c for c in full.columns if c not in _NUMBERS]
    return full.astype(dict.fromkeys(text, "str"))


def _to_number(values: pd.Series, where: str, column: str, table: str) -> pd.Series:
    plain = values.str.replace(r"[\s\u00a0]", "", regex=True)
    numbers = pd.to_numeric(plain.str.replace(",", ".", regex=False), errors="coerce")
    faulty = numbers.isna() & values.notna()
    heading = {v: k for k, v in contracts.HEADINGS[table].items()}[column]
    if column in ("year", "n_inhabitants"):
        faulty |= numbers.notna() & (numbers % 1 != 0)
    if faulty.any():
        raise RegisterError(
            f"{where}: {faulty.sum()} rader har inget tal i kolumnen '{heading}', den "
            f"första på rad {_line(faulty)}. Rätta dem och försök igen."
        )
    return numbers


def _check(table: pd.DataFrame, name: str, where: str) -> pd.DataFrame:
    keys = {"areas": ["area_id"], "population": ["area_id", "year"]}
    key = keys.get(name, [table.columns[0]])
    headings = {v: k for k, v in contracts.HEADINGS[name].items()}
    _require_unique(table[key], " + ".join(headings[k] for k in key), where)
    try:
        return contracts.check(table, name, where=where)
    except ContractError as error:
        told = str(error)
        for ours, theirs in headings.items():
            told = told.replace(f"'{ours}'", f"'{theirs}'")
        raise RegisterError(f"{told} Rätta filen och försök igen.") from None


def _require_unique(values: pd.Series | pd.DataFrame, heading: str, where: str) -> None:
    again = values.duplicated()
    if again.any():
        raise RegisterError(
            f"{where}: '{heading}' ska vara unik, men {again.sum()} rader har samma "
            f"som en tidigare rad, den första på rad {_line(again)}."
        )


def _require_words(
    values: pd.Series, words: tuple[str, ...], heading: str, where: str
) -> None:
    unknown = ~values.isin(words)
    if unknown.any():
        raise RegisterError(
            f"{where}: {unknown.sum()} rader har ett okänt ord i kolumnen '{heading}', "
            f"den första på rad {_line(unknown)}. Välj bland {', '.join(words)}."
        )


def _polygons(shapes: gpd.GeoSeries, where: str, heading: str) -> gpd.GeoSeries:
    kinds = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    faulty = ~(kinds & shapes.is_valid & ~shapes.is_empty)
    if faulty.any():
        raise RegisterError(
            f"{where}: {faulty.sum()} rader saknar giltig yta, den första på rad "
            f"{_line(faulty)}. Rätta geometrin i kartprogrammet (t.ex. 'Laga "
            f"geometrier') och behåll kolumnen '{heading}'."
        )
    west, south, east, north = _SWEDEN
    box = shapes.bounds
    outside = (box["minx"] < west) | (box["maxx"] > east)
    outside |= (box["miny"] < south) | (box["maxy"] > north)
    if outside.any():
        raise RegisterError(
            f"{where}: {outside.sum()} rader ligger utanför Sverige, den första på rad "
            f"{_line(outside)}. Fel koordinatsystem är angivet, eller så har axlarna "
            "bytt plats. Spara om lagret i SWEREF 99 TM (EPSG:3006)."
        )
    return shapes


def _require_short(values: pd.Series, heading: str, most: int, where: str) -> None:
    """Refuse what cannot be shown, or be part of a file's name."""
    told = values.fillna("")
    faulty = (told.str.len() > most) | (told.map(plain_name) != told)
    if faulty.any():
        raise RegisterError(
            f"{where}: {faulty.sum()} rader har i kolumnen '{heading}' fler än {most} "
            f"tecken eller tecken som inte syns, den första på rad {_line(faulty)}."
        )


def _line(rows: pd.Series) -> int:
    """Number of the first row told of; the first data row is 1."""
    return int(rows.to_numpy().argmax()) + 1

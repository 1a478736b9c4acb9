"""Read a map that came from outside: what it is by its bytes, and within bounds.

In: a file of areas, addresses or ground. Out: a layer in EPSG:3006. GDAL opens some
sixty forms by their content alone, among them ones that only point at other files, at
addresses on the network or at commands to run; none of these is let through to it.
Used by ``reference`` and ``addresses``.
"""

from __future__ import annotations

import sqlite3
import warnings
import zipfile
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lagesbild.bounds import MAP_FACTOR, plain_name, require_plain
from lagesbild.errors import RegisterError
from lagesbild.limits import USUAL, Limits

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:3006"
MAX_FEATURES = 1_000_000
_MOST_NUMBERS = 6_000_000
_HEAD = 4096
_SQLITE = b"SQLite format 3\x00"
_SHAPE = b"\x00\x00\x27\x0a"
_ZIP = b"PK\x03\x04"
_COMMANDS = b"gdal_streamed_alg"
_JSON_MARKS = (b"FeatureCollection", b'"features"', b'"Feature"')
_BESIDE = (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qmd", ".qix")
_IN_ZIP = (*_BESIDE, ".shp", ".gpkg", ".geojson", ".json", ".xml", ".txt", ".pdf")


def read_layer(
    file: Path, layer: str | None = None, *, limits: Limits = USUAL
) -> gpd.GeoDataFrame:
    """Read a map layer and bring it to EPSG:3006.

    Parameters
    ----------
    file : Path
        GeoPackage, GeoJSON, Shapefile (perhaps in a zip) or OpenStreetMap.
    layer : str, optional
        The one meant, where the file has one of that name; else its first.
    limits : Limits, optional

    Returns
    -------
    GeoDataFrame
        As in the file, geometry in EPSG:3006 without height.

    Raises
    ------
    RegisterError
        If it is another kind of file, beyond the limits, cannot be read, has no
        geometry or no declared coordinate system.
    """
    import geopandas as gpd

    names = list_layers(file, limits=limits)
    chosen = layer if layer in names else next(iter(names), None)
    if file.is_file() and _head(file).startswith(_SQLITE):
        _refuse_made_layer(file, chosen)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # several layers: the first is meant
            read = gpd.read_file(
                file.absolute(), layer=chosen, max_features=MAX_FEATURES + 1
            )
            if isinstance(read, gpd.GeoDataFrame) and read.crs is not None:
                read = read.set_geometry(read.geometry.force_2d()).to_crs(CRS)
    except Exception:  # GDAL, GEOS and PROJ each raise what they stumble on
        raise _unreadable(file) from None
    if not isinstance(read, gpd.GeoDataFrame):
        raise RegisterError(f"{file.name} har inga geometrier. Välj ett kartlager.")
    if read.crs is None:
        raise RegisterError(
            f"{file.name} anger inget koordinatsystem. Spara om lagret med "
            "koordinatsystem, helst SWEREF 99 TM (EPSG:3006)."
        )
    if len(read) > MAX_FEATURES:
        raise RegisterError(
            f"{file.name} har fler än {MAX_FEATURES} objekt. Klipp ut kommunens."
        )
    return read


def list_layers(file: Path, *, limits: Limits = USUAL) -> tuple[str, ...]:
    """The names of a map's layers, once it is known to be one.

    Raises
    ------
    RegisterError
        If it is another kind of file, beyond the limits, or cannot be read.
    """
    import pyogrio

    file = Path(file)
    if not file.is_dir():  # a geodatabase is a folder
        most = MAP_FACTOR * limits.max_bytes
        require_plain(file, most=most, error=RegisterError)
        if not _is_map(file, most):
            raise _unreadable(file)
        if _count_numbers(file) > _MOST_NUMBERS:
            raise RegisterError(
                f"{plain_name(file.name)} har fler än {_MOST_NUMBERS} tal. Klipp ut "
                "kommunens del, eller spara kartan som GeoPackage."
            )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = pyogrio.list_layers(file.absolute())[:, 0]
        return tuple(map(str, names))
    except Exception:
        raise _unreadable(file) from None


def _unreadable(file: Path) -> RegisterError:
    return RegisterError(
        f"{plain_name(file.name)} kan inte läsas som karta. Spara den som GeoPackage, "
        "GeoJSON eller Shapefile och försök igen."
    )


def _head(file: Path) -> bytes:
    with file.open("rb") as content:
        return content.read(_HEAD)


def _count_numbers(file: Path) -> int:
    """About how many numbers a map written as text has; GDAL holds them all at once."""
    if not _head(file).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return 0
    n_numbers = 0
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            n_numbers += chunk.count(b",")
    return n_numbers


def _is_map(file: Path, most: int) -> bool:
    """Whether its bytes, not its name, say that it is of a form that is let through."""
    head = _head(file)
    if head.startswith(_ZIP):
        return _is_zipped_map(file, most)
    return _is_plain_map(head)


def _is_plain_map(head: bytes) -> bool:
    if head.startswith((_SQLITE, _SHAPE)) or head[4:6] == b"\x0a\x09":
        return b"OSMHeader" in head or head.startswith((_SQLITE, _SHAPE))
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"{"):
        return _COMMANDS not in text and any(mark in text for mark in _JSON_MARKS)
    return text.startswith((b"<?xml", b"<osm")) and b"<osm " in text


def _is_zipped_map(file: Path, most: int) -> bool:
    try:
        with zipfile.ZipFile(file) as parts:
            members = [part for part in parts.infolist() if not part.is_dir()]
            size = sum(part.file_size for part in members)
            if len(members) > 1000 or size > most:
                return False
            for part in members:
                ending = PurePosixPath(part.filename.lower()).suffix
                if ending not in _IN_ZIP:
                    return False
                if ending in (".shp", ".gpkg", ".geojson", ".json"):
                    with parts.open(part) as content:
                        if not _is_plain_map(content.read(_HEAD)):
                            return False
    except Exception:  # of zipfile and of what it unpacks with
        return False
    return True


def _refuse_made_layer(file: Path, layer: str | None) -> None:
    """Refuse a layer that SQLite would make when it is read: it may never end.

    Raises
    ------
    RegisterError
        If it is a view, a virtual table or has computed columns, or the database is
        damaged.
    """
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            found = database.execute(
                "SELECT type, sql FROM sqlite_master WHERE lower(name) = lower(?)",
                (layer or "",),
            ).fetchall()
            computed = database.execute(
                "SELECT count(*) FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)",
                (layer or "",),
            ).fetchone()[0]
    except sqlite3.Error:
        raise _unreadable(file) from None
    is_made = computed or any(
        kind != "table" or "virtual table" in (sql or "").lower()[:200]
        for kind, sql in found
        if kind in ("table", "view")
    )
    if is_made:
        raise RegisterError(
            f"{plain_name(file.name)}: lagret är en vy eller beräknas när det läses. "
            "Spara det som ett eget lager i en ny GeoPackage."
        )

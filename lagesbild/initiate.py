"""Lay out an empty workspace for a real municipality.

In: its code and files as SCB, Lantmäteriet or the municipality itself gives them.
Out: a folder with kommun.toml, referens/, inkommande/, register/, statistik/ and
lager/, ready for ``ingest``. Everything is read and checked before anything is written;
kommun.toml is written last, so that half a workspace is never taken for one.
"""

from __future__ import annotations

import csv
import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lagesbild import contracts
from lagesbild.agreement.templates import load_published, write_templates
from lagesbild.errors import RegisterError, UsageError
from lagesbild.geocode.alias_file import write_template
from lagesbild.read import reference
from lagesbild.read.addresses import lower_headings, read_addresses
from lagesbild.read.layers import read_layer
from lagesbild.read.population import read_population
from lagesbild.spreadsheet import safe_table
from lagesbild.statistics import write_statistics_templates
from lagesbild.workspace import SETTINGS_FILE, make_private_folder, read_settings

if TYPE_CHECKING:
    import geopandas as gpd

FOLDERS = ("referens", "inkommande", "register", "statistik", "lager")
AREAS_LAYER = "omraden"
_MOST_MENDED = 0.001
"""Share of a faulty shape's surface that mending may change."""


def init_workspace(
    folder: Path,
    *,
    kommun: str,
    areas: Path,
    addresses: Path | None = None,
    population: Path | None = None,
    name: str | None = None,
) -> Path:
    """Lay out a workspace.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    kommun : str
        Municipal code, four digits.
    areas : Path
        Polygons of any format and coordinate system: SCB's RegSO or DeSO, cut to the
        municipality, or a layer with omrade_id and namn (kommundel, slag).
    addresses : Path, optional
        As adresser.csv, Lantmäteriet's Belägenhetsadress, or a layer of points with
        GATUADRESS, POSTORT and POSTNR.
    population : Path, optional
        As befolkning.csv, as SCB's table service gives it (CSV), or with desokod or
        regsokod and pop_<year>.
    name : str, optional
        The municipality's name on pages; else as in Sweden's list of municipalities.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        If no municipality has the code, or the folder already is a workspace.
    RegisterError
        If a file does not follow its form.
    """
    folder = Path(folder)
    _require_new(folder)
    municipality = find_municipality(kommun)
    layer = _read(areas)
    shapes, desos = read_areas(layer, kommun, where=Path(areas).name)
    points = read_addresses(Path(addresses), kommun) if addresses else None
    people = (
        read_population(Path(population), set(shapes["area_id"]))
        if population
        else None
    )
    for part in FOLDERS:
        make_private_folder(folder / part)
    target = folder / "referens"
    _write_layer(_headed(shapes, "areas"), target / reference.AREAS_FILE, AREAS_LAYER)
    if desos is not None:
        _write_layer(desos, target / reference.DESO_FILE, "deso")
    if points is not None:
        _write_csv(_headed(points, "addresses"), target / reference.ADDRESSES_FILE)
    if people is not None:
        _write_csv(_headed(people, "population"), target / reference.POPULATION_FILE)
    write_template(folder / "register")
    write_templates(
        folder / "register",
        areas=dict(zip(shapes["area_id"], shapes["name"], strict=True)),
        rows=load_published(kommun),
    )
    write_statistics_templates(folder / "statistik")
    _write_settings(folder / SETTINGS_FILE, municipality, name)
    return folder


def find_municipality(code: str) -> dict[str, str]:
    """The municipality with a code: ``code``, ``name``, ``county``."""
    file = resources.files("lagesbild").joinpath("municipalities.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if row["code"] == code]
    if not found:
        raise UsageError(
            f"Ingen kommun har koden '{code}'. Skriv SCB:s kommunkod med fyra siffror, "
            "till exempel 2181 för Sandviken."
        )
    return found[0]


def read_areas(
    layer: gpd.GeoDataFrame, kommun: str, *, where: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None]:
    """Recognise a layer of areas and cut it to the municipality.

    Parameters
    ----------
    layer : GeoDataFrame
        As read, in EPSG:3006.
    kommun : str
    where : str
        Name of its file, for errors.

    Returns
    -------
    areas : GeoDataFrame
        Contract areas with geometry.
    desos : GeoDataFrame or None
        ``desokod`` and geometry, where the areas are SCB's DeSO.

    Raises
    ------
    RegisterError
        If the columns are not recognised or no area lies in the municipality.
    """
    layer = lower_headings(layer)
    known = ("desokod", "regsokod", "omrade_id")
    code = next((c for c in known if c in layer.columns), None)
    if code is None:
        raise RegisterError(
            f"{where}: hittar varken SCB:s kolumner (regsokod, desokod) eller egna "
            "(omrade_id, namn). Döp om kolumnerna och försök igen."
        )
    layer = _mend(_cut(layer, kommun, code, where))
    if code == "omrade_id":
        kept = [c for c in contracts.HEADINGS["areas"] if c in layer.columns]
        return reference.check_areas(layer[[*kept, layer.geometry.name]], where), None
    named = layer.assign(omrade_id=layer[code].astype("str").str.strip())
    region = layer.get("regsonamn")
    if code == "regsokod" and region is not None:
        named["namn"] = region.str.strip()
    elif region is not None:
        # a DeSO has no name of its own; its last digits tell it from its neighbours
        named["namn"] = region.str.strip() + " " + named["omrade_id"].str[4:]
        named["kommundel"] = region.str.strip()
    else:
        named["namn"] = named["omrade_id"]
    kept = [c for c in contracts.HEADINGS["areas"] if c in named.columns]
    areas = reference.check_areas(named[[*kept, named.geometry.name]], where)
    if code != "desokod":
        return areas, None
    desos = areas[["area_id", "geometry"]].rename(columns={"area_id": "desokod"})
    return areas, desos


def _mend(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Mend rings that cross themselves by millimetres, as rounded coordinates do.

    A shape that would change more is left as it is, and refused by the contract.
    """
    shapes = layer.geometry
    # the mender stops at a coordinate that is no number
    shapes = shapes.where(np.isfinite(shapes.bounds).all(axis=1))
    mended = shapes.make_valid(method="structure", keep_collapsed=False)
    change = (mended.area - shapes.area).abs() / shapes.area.where(shapes.area > 0)
    use = ~shapes.is_valid & (change <= _MOST_MENDED)
    return layer.set_geometry(shapes.where(~use, mended))


def _cut(
    layer: gpd.GeoDataFrame, kommun: str, code: str, where: str
) -> gpd.GeoDataFrame:
    """Rows of the municipality, by its own column or the start of SCB's code."""
    if "kommunkod" in layer.columns:
        codes = layer["kommunkod"].astype("str").str.strip().str.zfill(4)
    elif code != "omrade_id":
        codes = layer[code].astype("str").str[:4]
    else:
        return layer
    own = layer[codes == kommun]
    if own.empty:
        raise RegisterError(
            f"{where}: inget av {len(layer)} områden ligger i kommun {kommun}. "
            "Kontrollera kommunkoden och filen."
        )
    return own


def _require_new(folder: Path) -> None:
    kept = [folder / SETTINGS_FILE, *(folder / "referens").glob("*")]
    taken = next((file.name for file in kept if file.exists()), None)
    if taken:
        raise UsageError(
            f"'{folder}' innehåller redan {taken}. Inget är ändrat. Välj en annan mapp "
            "eller flytta undan den gamla arbetsytan."
        )


def _read(file: Path) -> gpd.GeoDataFrame:
    return read_layer(Path(file))


def _headed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table under the Swedish headings that an analyst edits."""
    theirs = {v: k for k, v in contracts.HEADINGS[name].items()}
    return table.rename(columns=theirs)


def _write_layer(layer: gpd.GeoDataFrame, file: Path, name: str) -> None:
    layer.to_file(file, layer=name, driver="GPKG", engine="pyogrio")


def _write_csv(table: pd.DataFrame, file: Path) -> None:
    safe_table(table.round(1)).to_csv(
        file, index=False, encoding="utf-8", lineterminator="\n"
    )


def _write_settings(file: Path, municipality: dict[str, str], name: str | None) -> None:
    template = resources.files("lagesbild").joinpath("kommun_mall.toml")
    text = template.read_text("utf-8")
    values = {
        "@CODE@": municipality["code"],
        "@NAME@": name or municipality["name"],
        "@COUNTY@": municipality["county"],
    }
    for mark, value in values.items():
        # a JSON string is a TOML string
        text = text.replace(mark, json.dumps(value, ensure_ascii=False))
    draft = file.with_suffix(".ny")
    draft.write_text(text, encoding="utf-8", newline="\n")
    read_settings(draft)
    draft.replace(file)

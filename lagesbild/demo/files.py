"""Write the demo's files so that the same content is the same bytes.

In: tables and layers. Out: CSV, Excel and GeoPackage files without a trace of the
clock. Next: they lie in the workspace as if somebody had sent them.
"""

from __future__ import annotations

import io
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.agreement.templates import save_without_clock

if TYPE_CHECKING:
    import geopandas as gpd

_ISO_TIME = "2026-10-01T00:00:00Z"
_DATE_OPTION = "OGR_CURRENT_DATE"


def write_csv(
    table: pd.DataFrame,
    file: Path,
    *,
    separator: str = ";",
    encoding: str = "utf-8",
    newline: str = "\n",
) -> None:
    """Write a table as text."""
    table.to_csv(
        file, sep=separator, index=False, encoding=encoding, lineterminator=newline
    )


def write_excel(
    table: pd.DataFrame, file: Path, *, sheet: str, title: tuple[str, ...] = ()
) -> None:
    """Write a table as a sheet, its headings below the rows of the title."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for line in title:
        page.append([line] if line else [])
    page.append(list(table.columns))
    columns = [table[name].astype(object).to_numpy() for name in table.columns]
    for row in zip(*columns, strict=True):
        page.append([None if value == "" else value for value in row])
    drafted = io.BytesIO()
    book.save(drafted)
    save_without_clock(drafted, file)


def write_layer(layer: gpd.GeoDataFrame, file: Path, name: str) -> None:
    """Write a layer as a new GeoPackage."""
    import pyogrio

    file.unlink(missing_ok=True)
    before = pyogrio.get_gdal_config_option(_DATE_OPTION)
    pyogrio.set_gdal_config_options({_DATE_OPTION: _ISO_TIME})
    try:
        layer.to_file(file, layer=name, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({_DATE_OPTION: before})


def set_time(file: Path, moment: datetime) -> None:
    """Set when the file was last changed, which is taken as when it came."""
    os.utime(file, (moment.timestamp(), moment.timestamp()))

"""Points and DeSO areas to residential areas; a border is never snapped over.

In: points or DeSO polygons and the areas, all EPSG:3006. Out: area ids, missing where
no area holds them. Used by the gazetteer, by place and by whoever has points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from lagesbild.errors import RegisterError

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:3006"
DESO_SHARE = 0.99
"""Least share of a DeSO's surface that lies in one area; the rest is drawn borders."""


def place_point_in_area(points: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Tell in which area each point lies.

    Parameters
    ----------
    points : DataFrame
        One row, one point: ``easting_m``, ``northing_m`` (EPSG:3006), may be missing.
    areas : GeoDataFrame
        Contract areas with geometry in EPSG:3006.

    Returns
    -------
    Series of str
        ``area_id`` with the index of ``points``; missing where the point lies in no
        area or is missing. On a border between two areas: the first by ``area_id``,
        so that the answer hangs on nothing but the register.

    Raises
    ------
    RegisterError
        If the areas are not in EPSG:3006.
    """
    _require_crs(areas, "områdena")
    ids = np.full(len(points), None, dtype=object)
    east = points["easting_m"].to_numpy(dtype="float64", na_value=np.nan)
    north = points["northing_m"].to_numpy(dtype="float64", na_value=np.nan)
    rows = np.flatnonzero(np.isfinite(east) & np.isfinite(north))
    if len(rows) and len(areas):
        ordered = areas.sort_values("area_id")
        tree = shapely.STRtree(ordered.geometry.to_numpy())
        which, area = tree.query(
            shapely.points(east[rows], north[rows]), predicate="intersects"
        )
        order = np.lexsort((area, which))
        which, first = np.unique(which[order], return_index=True)
        ids[rows[which]] = ordered["area_id"].to_numpy(object)[area[order][first]]
    return pd.Series(ids, index=points.index, dtype="str", name="area_id")


def match_deso_to_areas(deso: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Tell which residential area holds each DeSO, where one does.

    Parameters
    ----------
    deso : GeoDataFrame
        One row, one DeSO: ``deso_code``, geometry in EPSG:3006.
    areas : GeoDataFrame
        Contract areas with geometry in EPSG:3006.

    Returns
    -------
    Series of str
        ``area_id`` by ``deso_code``; missing where no area holds at least 99 % of the
        DeSO's surface.
    """
    _require_crs(deso, "DeSO-lagret")
    _require_crs(areas, "områdena")
    codes = deso["deso_code"].to_numpy(object)
    ids = np.full(len(deso), None, dtype=object)
    if len(deso) and len(areas):
        shapes, holders = deso.geometry.to_numpy(), areas.geometry.to_numpy()
        of_deso, of_area = shapely.STRtree(holders).query(
            shapes, predicate="intersects"
        )
        common = shapely.area(shapely.intersection(shapes[of_deso], holders[of_area]))
        held = common >= DESO_SHARE * shapely.area(shapes)[of_deso]
        ids[of_deso[held]] = areas["area_id"].to_numpy(object)[of_area[held]]
    return pd.Series(ids, index=codes, dtype="str", name="area_id")


def _require_crs(frame: gpd.GeoDataFrame, what: str) -> None:
    if frame.crs is None or frame.crs.to_epsg() != 3006:
        raise RegisterError(
            f"Koordinatsystemet för {what} ska vara SWEREF 99 TM (EPSG:3006). Läs in "
            "lagret med load_areas eller load_deso, som räknar om det."
        )

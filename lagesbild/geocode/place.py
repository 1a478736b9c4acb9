"""Reports → placements: the given coordinate, else the text, else the DeSO.

Where coordinate and text point at different areas neither is used: which of them is
the slip cannot be told from the row.
In: reports and the reference tables. Out: placements, one row a report, in order;
rejected rows carry a Swedish reason. A wrong area is worse than no area.
Next room: link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from lagesbild import contracts
from lagesbild.geocode import match, outcome
from lagesbild.geocode.aliases import NO_ALIASES, Aliases, place_aliases
from lagesbild.geocode.areas import match_deso_to_areas, place_point_in_area
from lagesbild.geocode.gazetteer import Gazetteer, make_gazetteer
from lagesbild.geocode.texts import open_matcher

if TYPE_CHECKING:
    import geopandas as gpd


def place_reports(
    reports: pd.DataFrame,
    *,
    areas: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    places: pd.DataFrame,
    deso: gpd.GeoDataFrame | None = None,
    aliases: pd.DataFrame | None = None,
    made_by: str,
) -> pd.DataFrame:
    """Place each report in a residential area, or say why not.

    Parameters
    ----------
    reports : DataFrame
        Contract reports.
    areas : GeoDataFrame
        Contract areas with geometry in EPSG:3006.
    addresses, places : DataFrame
        Of their contracts; may be empty.
    deso : GeoDataFrame, optional
        ``deso_code`` and geometry in EPSG:3006.
    aliases : DataFrame, optional
        What the analyst says that texts mean, as ``alias_file.read_aliases`` gives it.
    made_by : str
        The delivery or version of a register that the placing comes from.

    Returns
    -------
    DataFrame
        Contract placements: one row a report, in the order of ``reports``. Points in
        EPSG:3006; ``area_id`` missing is "Utan område", with the reason. A placing by
        DeSO or a protected report has no point. ``geocode_score`` 0–1, missing for
        protected reports.

    Raises
    ------
    RegisterError
        If areas or DeSO are not in EPSG:3006, or an alias cannot be placed.
    """
    gazetteer, said = _prepare(areas, addresses, places, aliases)
    placed = _place_texts(reports, gazetteer, said)
    placed = _use_given_points(placed, reports, areas, gazetteer)
    placed = _use_deso(placed, reports, areas, deso)
    protected = reports["protected_class"].notna().to_numpy()
    placed.loc[protected, ["easting_m", "northing_m", "geocode_score"]] = np.nan
    placed.loc[protected, "area_id"] = None
    placed.loc[protected, "geocode_method"] = "skyddad"
    placed.loc[protected, "geocode_reason"] = outcome.PROTECTED
    placed["incident_id"] = reports["incident_id"].to_numpy(object)
    placed["made_by"] = made_by
    return contracts.check(placed, "placements")


def check_aliases(
    aliases: pd.DataFrame,
    *,
    areas: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    places: pd.DataFrame,
) -> None:
    """Hold what the analyst says that texts mean to the reference tables.

    Raises
    ------
    RegisterError
        As ``aliases.place_aliases``.
    """
    _prepare(areas, addresses, places, aliases)


_last: list = []


def _prepare(
    areas: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    places: pd.DataFrame,
    aliases: pd.DataFrame | None,
) -> tuple[Gazetteer, Aliases]:
    """What these very tables say, worked out once for all files of an ingest."""
    tables = (areas, addresses, places, aliases)
    if not _last or any(
        kept is not given for kept, given in zip(_last[0], tables, strict=True)
    ):
        gazetteer = make_gazetteer(areas=areas, addresses=addresses, places=places)
        said = NO_ALIASES if aliases is None else place_aliases(aliases, gazetteer)
        _last[:] = [tables, (gazetteer, said)]
    return _last[1]


def _place_texts(
    reports: pd.DataFrame, gazetteer: Gazetteer, aliases: Aliases
) -> pd.DataFrame:
    """Place each distinct pair of text and locality once, then spread to the rows."""
    is_open = reports["protected_class"].isna().to_numpy()
    pairs = pd.DataFrame(
        {
            "text": reports["place_text"].fillna("").to_numpy(object),
            "locality": reports["place_locality"].fillna("").to_numpy(object),
        }
    )
    pairs.loc[~is_open, :] = ""
    group = pairs.groupby(["text", "locality"], sort=False).ngroup().to_numpy()
    distinct = pairs.drop_duplicates()
    with open_matcher(gazetteer, aliases=aliases) as match_pairs:
        outcomes = match_pairs(list(distinct.itertuples(index=False, name=None)))
    return _to_frame(outcomes).take(group).reset_index(drop=True)


def _to_frame(outcomes: list[outcome.Outcome]) -> pd.DataFrame:
    """Outcomes as columns of placements; what is missing in them is missing here."""
    table = pd.DataFrame(
        {
            "easting_m": pd.array([o.east for o in outcomes], dtype="Float64"),
            "northing_m": pd.array([o.north for o in outcomes], dtype="Float64"),
            "area_id": pd.Series([o.area or None for o in outcomes], dtype="object"),
            "geocode_method": pd.Series([o.method for o in outcomes], dtype="object"),
            "geocode_score": [o.score for o in outcomes],
            "geocode_reason": pd.Series(
                [o.reason or None for o in outcomes], dtype="object"
            ),
        }
    )
    return table.astype({"easting_m": "float64", "northing_m": "float64"})


def _use_given_points(
    placed: pd.DataFrame,
    reports: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    gazetteer: Gazetteer,
) -> pd.DataFrame:
    """A coordinate inside an area goes before the text, unless the text denies it.

    Outside the areas it is used only where the text gave nothing.
    """
    given = pd.DataFrame(
        {
            "easting_m": reports["given_easting_m"].to_numpy(
                "float64", na_value=np.nan
            ),
            "northing_m": reports["given_northing_m"].to_numpy(
                "float64", na_value=np.nan
            ),
        }
    )
    has_point = given.notna().all(axis=1) & reports["protected_class"].isna().to_numpy()
    if not has_point.any():
        return placed
    area = place_point_in_area(given, areas)
    points = shapely.points(given.to_numpy())
    denied = has_point & _denies(placed, area, points, gazetteer)
    rejected = placed["geocode_method"].eq("avvisad")
    inside = has_point & area.notna() & ~denied
    outside = has_point & area.isna() & rejected
    shapely.prepare(gazetteer.extent)
    beyond = outside & ~shapely.intersects(gazetteer.extent, points)
    outside &= ~beyond
    used = inside | outside
    placed = placed.copy()
    placed.loc[used, ["easting_m", "northing_m"]] = given[used].to_numpy()
    placed.loc[used, "area_id"] = (
        area[used].astype(object).where(area[used].notna(), None)
    )
    placed.loc[used, "geocode_method"] = "koordinat"
    placed.loc[used, "geocode_score"] = 1.0
    placed.loc[inside, "geocode_reason"] = None
    placed.loc[outside, "geocode_reason"] = outcome.OUTSIDE_AREAS
    placed = _reject(placed, denied, outcome.COORDINATE_DISAGREES)
    return _reject(placed, beyond, outcome.OUTSIDE_MUNICIPALITY)


def _denies(
    placed: pd.DataFrame, area: pd.Series, points: np.ndarray, gazetteer: Gazetteer
) -> pd.Series:
    """Rows whose text and given point cannot both be right.

    The point lies in an area, and the text in another or in none; or an exact address
    lies more than 700 m from the point. People name areas loosely: such a name denies
    only a point more than 700 m from the area, as it does an address in a text.
    """
    other = area.notna() & placed["geocode_method"].ne("avvisad")
    other &= area.fillna("").ne(placed["area_id"].fillna(""))
    apart = shapely.distance(
        points, shapely.points(placed[["easting_m", "northing_m"]].to_numpy("float64"))
    )
    by_name = placed["geocode_method"].eq("omradesnamn")
    loose = np.flatnonzero(other & by_name)
    named = [gazetteer.shapes[area_id] for area_id in placed["area_id"].iloc[loose]]
    apart[loose] = shapely.distance(points[loose], np.array(named, dtype=object))
    is_far = apart > match.CONTRADICTS_M
    is_exact = placed["geocode_method"].eq("adress")
    return (other & ~by_name) | (is_far & (is_exact | (other & by_name)))


def _use_deso(
    placed: pd.DataFrame,
    reports: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    deso: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """A DeSO within one area places what has no text, and may deny an address."""
    codes = reports["deso_code"].reset_index(drop=True)
    has_code = codes.notna() & reports["protected_class"].isna().to_numpy()
    if not has_code.any():
        return placed
    rejected = placed["geocode_method"].eq("avvisad") & has_code
    rejected &= ~placed["geocode_reason"].eq(outcome.COORDINATE_DISAGREES)
    if deso is None:
        no_text = rejected & placed["geocode_reason"].eq(outcome.NO_TEXT)
        return _reject(placed, no_text, outcome.NO_DESO_LAYER)
    area = codes.map(match_deso_to_areas(deso, areas)).where(has_code)
    placed = placed.copy()
    used = rejected & area.notna()
    placed.loc[used, "area_id"] = area[used].astype(object)
    placed.loc[used, "geocode_method"] = "deso"
    placed.loc[used, "geocode_score"] = 0.9
    placed.loc[used, "geocode_reason"] = None
    known = codes.isin(deso["deso_code"])
    no_text = rejected & ~used & placed["geocode_reason"].eq(outcome.NO_TEXT)
    placed = _reject(placed, no_text & known, outcome.DESO_IN_SEVERAL)
    placed = _reject(placed, no_text & ~known, outcome.DESO_UNKNOWN)
    return _reject(
        placed,
        _far_from_deso(placed, codes.where(has_code), deso),
        outcome.DESO_DISAGREES,
    )


def _far_from_deso(
    placed: pd.DataFrame, codes: pd.Series, deso: gpd.GeoDataFrame
) -> pd.Series:
    """Rows whose point lies more than 700 m from the DeSO that the sender gave."""
    shapes = codes.map(
        dict(zip(deso["deso_code"], deso.geometry, strict=True))
    ).to_numpy(object)
    points = shapely.points(
        placed[["easting_m", "northing_m"]].to_numpy(dtype="float64")
    )
    both = placed["easting_m"].notna().to_numpy() & pd.notna(shapes)
    far = np.zeros(len(placed), dtype=bool)
    far[both] = shapely.distance(points[both], shapes[both]) > match.CONTRADICTS_M
    return pd.Series(far)


def _reject(placed: pd.DataFrame, rows: pd.Series, reason: str) -> pd.DataFrame:
    if not rows.any():
        return placed
    placed = placed.copy()
    placed.loc[rows, ["easting_m", "northing_m"]] = np.nan
    placed.loc[rows, "area_id"] = None
    placed.loc[rows, "geocode_method"] = "avvisad"
    placed.loc[rows, "geocode_score"] = 0.0
    placed.loc[rows, "geocode_reason"] = reason
    return placed

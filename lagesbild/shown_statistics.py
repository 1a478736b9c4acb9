"""What a publication holds of the published statistics in force.

In: a workspace's statistics, as ``statistics`` keeps them. Out: the figures of the
municipality, its county, those like it and the nation, with the names of places, what
each indicator is and where every kind of file is had. Nothing by residential area is
let through. Next: ``publication``; pages take statistics from there alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild import statistics
from lagesbild.measure.monitor import period_ends, watch_statistics
from lagesbild.measure.perceived import compare_perceived
from lagesbild.measure.reported import compare_years, with_limits
from lagesbild.measure.standing import GRADES, add_limits, find_standing
from lagesbild.protect.few import hide_few
from lagesbild.read.indicators import NATION, load_indicator_catalogue
from lagesbild.read.place_names import load_place_names
from lagesbild.read.statistics_file import KINDS

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

PROTECTED = ("stod_",)
"""What the indicators that count people who sought help begin with."""
ANDTS = ("alkohol", "narkotika", "dopning", "tobak", "spel")
_PLANT = "treatment_plant"
_LEVELS = ("country", "county", "municipality")


@dataclass(frozen=True)
class ShownStatistics:
    """The statistics of a publication, the same for every audience.

    Attributes
    ----------
    figures : DataFrame
        Contract indicators, but status may also be "suppressed" (and value, lower,
        upper and n_respondents then missing).
    about : dict of str to DataFrame
        places: area_id, name and role ("own", "similar", "county", "nation",
        "plant"), in that order. indicators: the whole catalogue, indicators.csv.
        sources: one row a kind of file: name, where (where it is had, Swedish),
        indicator_prefix (what its indicators begin with), n_files and retrieved_on
        (ISO, of the newest; both empty where there is none). reported and perceived:
        the municipality beside those like it and the nation, year by year, from
        ``measure.reported`` and ``measure.perceived``. standing: from
        ``measure.standing``, of the themes of ANDTS. limits: those that chance alone
        gives the municipality's figures of these, where their source tells none.
    watched : DataFrame
        From ``measure.monitor``, for ``intern``.
    version : str
        Under which the figures are kept; "" if nothing ever was.
    retrieved_on : date or None
        The newest file's.
    """

    figures: pd.DataFrame
    about: dict[str, pd.DataFrame]
    watched: pd.DataFrame
    version: str
    retrieved_on: date | None


def choose_statistics(ws: Workspace, *, as_of: date | None = None) -> ShownStatistics:
    """Choose what a publication holds of the statistics in force.

    Parameters
    ----------
    ws : Workspace
    as_of : date, optional
        The day by which a source is held to be old; that of the newest file if none.

    Returns
    -------
    ShownStatistics

    Raises
    ------
    ReadError
        If the file of groups lacks the group that settings name.
    StoreError
        If the version in force is not kept.
    """
    version, previous = statistics.statistics_versions(ws)
    every = statistics.load_indicators(ws)
    files = statistics.load_statistics_files(ws)
    days = [date.fromisoformat(day) for day in files["retrieved_on"]]
    newest = max(days, default=None)
    places = _places(ws, every)
    here = every["area_level"].isin([*_LEVELS, _PLANT])
    figures = every[here & every["area_id"].isin(places["area_id"])]
    figures = figures.reset_index(drop=True)
    catalogue = load_indicator_catalogue()
    ids = catalogue["indicator_id"]
    protected = ids[ids.str.startswith(PROTECTED)]
    before = statistics.load_indicators(ws, version=previous) if previous else every
    day = as_of or newest
    shown = hide_few(figures, protected=set(protected))
    return ShownStatistics(
        figures=shown,
        about={
            "places": places,
            "indicators": catalogue,
            "sources": _sources(files),
            **_beside_others(shown, places),
            **_standing(shown, places, catalogue, as_of=day),
        },
        watched=watch_statistics(every, before, as_of=day) if day else every.iloc[:0],
        version=version or "",
        retrieved_on=newest,
    )


def _beside_others(shown: pd.DataFrame, places: pd.DataFrame) -> dict:
    """Reported crime and perceived safety, from what is shown and nothing else."""
    own = places.loc[places["role"] == "own", "area_id"].iloc[0]
    similar = list(places.loc[places["role"] == "similar", "area_id"])
    reported = with_limits(shown, "bra_totalt")
    return {
        "reported": compare_years(reported, own=own, similar=similar),
        "perceived": compare_perceived(shown, own=own, similar=similar),
    }


def find_since(before: pd.DataFrame, now: ShownStatistics) -> pd.DataFrame:
    """What the municipality's own figures have that an earlier release had not.

    Parameters
    ----------
    before : DataFrame
        ``Publication.statistics`` of what was released last; no rows, and no columns,
        if it held none.
    now : ShownStatistics

    Returns
    -------
    DataFrame
        One row a figure of everyone, or of all pupils of a grade: indicator_id,
        area_id, breakdown, period, value, before (missing for a new one) and what
        ("nytt", "ändrat"), the newest first.
    """
    own = now.about["places"].query("role in ['own', 'plant']")["area_id"]
    figures = now.figures[
        now.figures["area_id"].isin(own)
        & now.figures["breakdown"].isin(["alla", *GRADES])
        & now.figures["value"].notna()
    ]
    keys = ["indicator_id", "area_id", "breakdown", "period"]
    old = before.reindex(columns=[*keys, "value"]).rename(columns={"value": "before"})
    both = figures[[*keys, "value"]].merge(
        old.astype(dict.fromkeys(keys, "str") | {"before": "float64"}),
        on=keys,
        how="left",
    )
    is_new = both["before"].isna()
    both = both.assign(what=is_new.map({True: "nytt", False: "ändrat"}))
    told = both[is_new | (both["value"] != both["before"])]
    told = told.assign(end=period_ends(told["period"]))
    order = told.sort_values(["end", *keys], ascending=[False, *[True] * len(keys)])
    return order.drop(columns="end").reset_index(drop=True)


def _standing(
    figures: pd.DataFrame, places: pd.DataFrame, catalogue: pd.DataFrame, *, as_of
) -> dict[str, pd.DataFrame]:
    own = places.loc[places["role"].isin(["own", "plant"]), "area_id"]
    of_andts = catalogue.loc[catalogue["theme"].isin(ANDTS), "indicator_id"]
    told = figures[figures["indicator_id"].isin(of_andts)]
    limited = add_limits(told)
    is_ours = told["lower"].reindex(limited.index).isna() & limited["lower"].notna()
    names = ["indicator_id", "area_id", "period", "lower", "upper"]
    standing = find_standing(
        limited,
        own=list(own),
        similar=list(places.loc[places["role"] == "similar", "area_id"]),
        nation=NATION,
        breaks=dict(zip(catalogue["indicator_id"], catalogue["breaks"], strict=True)),
        as_of=as_of,
    )
    limits = limited.loc[is_ours & limited["area_id"].isin(own), names]
    return {"standing": standing, "limits": limits.reset_index(drop=True)}


def state_of(ws: Workspace) -> list[str]:
    """What a publication's statistics are made from, as hashes."""
    version, previous = statistics.statistics_versions(ws)
    return [str(version), str(previous), *statistics.name_similar(ws)]


def _places(ws: Workspace, every: pd.DataFrame) -> pd.DataFrame:
    own = ws.settings.municipality
    nation = "Påhittade riket" if own.is_invented else "Riket"
    rows = [(own.code, own.name, "own")]
    rows += [(code, name, "similar") for code, name in _similar(ws).items()]
    rows += [("00" + own.code[:2], own.county, "county"), (NATION, nation, "nation")]
    plants = every.loc[every["area_level"] == _PLANT, "area_id"].unique()
    rows += [(plant, plant, "plant") for plant in plants]
    return pd.DataFrame(rows, columns=["area_id", "name", "role"], dtype="str")


def _similar(ws: Workspace) -> dict[str, str]:
    """Names by code; Kolada's own where SCB has none."""
    known = {code: name for name, code in load_place_names().items()}
    found = statistics.name_similar(ws)
    return {code: known.get(code, name) for code, name in found.items()}


def _sources(files: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for kind in KINDS:
        own = files.loc[files["kind"] == kind.name, "retrieved_on"]
        day = own.max() if len(own) else ""
        rows.append([kind.name, kind.source, kind.prefix, len(own), day])
    columns = ["name", "where", "indicator_prefix", "n_files", "retrieved_on"]
    return pd.DataFrame(rows, columns=columns)

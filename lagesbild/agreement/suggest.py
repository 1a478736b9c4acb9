"""Problems that the picture itself points at, for the groups to choose among.

In: the cells and findings of ``intern``. Out: candidates with a score whose every part
is told, a risk matrix to talk from, and rows to paste into the plan. Next: the working
groups, who know what no figure does. Offences that the police find by looking are no
candidates: their number says where the police have looked.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure.findings import RISING
from lagesbild.measure.hotspots import EMERGING, PERSISTENT
from lagesbild.offences import (
    ALL,
    FOUND_BY_POLICE,
    load_categories,
    protected_categories,
)
from lagesbild.period import Period
from lagesbild.read.register import read_register, refuse_faults

YEAR = 4
LEAST = 5
"""Fewer in four quarters are no pattern to plan for."""
CHANGE, SIGNAL, TREND, NEW_SPOT, LASTING_SPOT = 2, 2, 1, 4, 2
PARTS = ("volume", "change", "signal", "trend", "hot_spot", "safety", "harm")
_CHANGED, _SIGNAL = "ökar", "signal"
_SPOTS = {EMERGING: NEW_SPOT, PERSISTENT: LASTING_SPOT}
_SPOT_WORDS = {
    EMERGING: "Nya platser där händelser samlas",
    PERSISTENT: "Platser där händelser länge har samlats",
}
PROBABILITY = ((1, 1), (4, 2), (12, 3))
"""Offences a quarter, up to so many, and the step of the matrix; above is 4."""
_KEYS = ["area_id", "category"]
SPOT = "samlad plats"
HARM_FILE = "skadeindex.csv"
HARM_HEADINGS = ("kategori", "vikt", "kalla", "ar")


def read_harm(file: Path) -> pd.DataFrame | None:
    """Read a published index of harm, or None where there is no file.

    Parameters
    ----------
    file : Path
        A register: kategori, vikt, kalla, ar.

    Returns
    -------
    DataFrame or None
        One row, one category: category, weight, source, year.

    Raises
    ------
    RegisterError
        If a weight is no number, or a row lacks source or year.
    """
    if not file.is_file():
        return None
    rows = read_register(file, HARM_HEADINGS)
    weight = pd.to_numeric(rows["vikt"].str.replace(",", "."), errors="coerce")
    faults = [(n, "vikt", "ska vara ett tal") for n in rows.index[weight.isna()]]
    for heading in ("kalla", "ar"):
        bare = rows.index[rows[heading].str.strip() == ""]
        faults += [(n, heading, "fältet är tomt") for n in bare]
    refuse_faults(faults, file.name)
    return pd.DataFrame(
        {
            "category": rows["kategori"].str.strip(),
            "weight": weight,
            "source": rows["kalla"],
            "year": rows["ar"],
        }
    )


def suggest_problems(
    cells: pd.DataFrame,
    findings: dict[str, pd.DataFrame],
    cycle: Period | str,
    *,
    harm: pd.DataFrame | None = None,
    safety: pd.Series | None = None,
) -> pd.DataFrame:
    """Score what the picture shows, area by area.

    Parameters
    ----------
    cells : DataFrame
        A publication's cells, of ``intern``.
    findings : dict of str to DataFrame
        Its signals, trends and hot_spots.
    cycle : Period or str
        A quarter.
    harm : DataFrame, optional
        category, weight (0 and up), source and year: a published index of harm. None
        leaves harm out.
    safety : Series, optional
        Share who feel unsafe by area_id, from a survey that asked a drawn sample.

    Returns
    -------
    DataFrame
        One row, an area and a leaf category (or "samlad plats": places of the area
        where reports gather), by score, highest first: area_id, category, measure,
        n_year (in four quarters), n_quarter (in the cycle), a column of points for
        each of ``PARTS`` (missing where there is nothing to judge by), score (their
        sum), probability and impact (1 to 4 of the risk matrix; impact is missing
        without harm, and is then the group's to judge).

    Raises
    ------
    UsageError
        If ``harm`` lacks a column or names an unknown category.
    """
    cycle = Period(str(cycle))
    rows = _candidates(cells, cycle)
    rows["volume"] = _quarters_of(rows["n_year"])
    at = pd.MultiIndex.from_frame(rows[_KEYS])
    now = cells[cells["period"] == cycle.label].set_index(_KEYS)
    rows["change"] = CHANGE * now["verdict"].eq(_CHANGED).reindex(at).to_numpy(int)
    for name, word, points in (("signals", _SIGNAL, SIGNAL), ("trends", RISING, TREND)):
        told = findings[name].set_index(_KEYS)["verdict"].eq(word)
        part = name.removesuffix("s")
        rows[part] = points * told.reindex(at, fill_value=False).to_numpy(int)
    rows["hot_spot"] = np.nan
    rows = pd.concat([rows, _spots(rows, findings["hot_spots"])], ignore_index=True)
    rows["safety"] = _points(rows["area_id"], safety)
    rows["harm"] = _harm(rows["category"], harm)
    rows["score"] = rows[list(PARTS)].sum(axis=1)
    rows["probability"] = _step(rows["n_year"] / YEAR)
    rows["impact"] = rows["harm"]
    order = ["score", "n_year", *_KEYS]
    rows = rows.sort_values(order, ascending=[False, False, True, True])
    names = [*_KEYS, "measure", "n_year", "n_quarter", *PARTS, "score"]
    return rows[[*names, "probability", "impact"]].reset_index(drop=True)


def _candidates(cells: pd.DataFrame, cycle: Period) -> pd.DataFrame:
    """Areas and leaf categories with enough in four quarters, all of them told."""
    leaves = set(load_categories()["category"]) - {*FOUND_BY_POLICE}
    leaves -= {*protected_categories()}
    quarters = [p.label for p in cycle.back(YEAR)]
    own = cells[
        cells["period"].isin(quarters)
        & cells["category"].isin(leaves)
        & ~cells["area_id"].isin(["", "*"])
    ]
    of_police = own["measure"] == "n_offences"
    own = own.assign(n=own["n_offences"].where(of_police, own["n_observations"]))
    wide = own.pivot(index=[*_KEYS, "measure"], columns="period", values="n")
    wide = wide.reindex(columns=quarters).astype("float64")
    wide = wide[wide.notna().all(axis=1)]
    year = wide.sum(axis=1)
    rows = pd.DataFrame({"n_year": year, "n_quarter": wide[cycle.label]})
    return rows[year >= LEAST].astype("int64").reset_index()


def _quarters_of(counts: pd.Series) -> pd.Series:
    """1 for the smallest fourth of the candidates, 4 for the largest."""
    rank = counts.rank(method="average", pct=True)
    return np.ceil(rank * 4).clip(1, 4)


def _spots(rows: pd.DataFrame, spots: pd.DataFrame) -> pd.DataFrame:
    """A candidate for each area's class of places, as much as there is in the area."""
    told = spots[
        spots["hot_spot"].isin(list(_SPOTS)) & (spots["area_id"].fillna("") != "")
    ]
    told = told.sort_values("hot_spot", key=lambda k: k.map(_SPOTS), ascending=False)
    told = told.drop_duplicates("area_id")
    by_area = rows.groupby("area_id")
    n = by_area[["n_year", "n_quarter"]].sum().reindex(told["area_id"], fill_value=0)
    out = pd.DataFrame(
        {
            "area_id": told["area_id"].to_numpy(),
            "category": SPOT,
            "measure": told["hot_spot"].to_numpy(),
            "n_year": n["n_year"].to_numpy("int64"),
            "n_quarter": n["n_quarter"].to_numpy("int64"),
            "hot_spot": told["hot_spot"].map(_SPOTS).to_numpy("float64"),
        }
    )
    out["volume"] = _quarters_of(out["n_year"])
    # an area's sum is no series that a change was tested for
    return out.assign(change=np.nan, signal=np.nan, trend=np.nan)


def _points(area_ids: pd.Series, safety: pd.Series | None) -> pd.Series:
    if safety is None:
        return pd.Series(np.nan, area_ids.index)
    return area_ids.map(_quarters_of(safety.astype("float64")) / 2)


def _harm(categories: pd.Series, harm: pd.DataFrame | None) -> pd.Series:
    if harm is None:
        return pd.Series(np.nan, categories.index)
    lacking = [c for c in ("category", "weight", "source", "year") if c not in harm]
    if lacking:
        raise UsageError(f"Skadeindexet saknar kolumnen '{lacking[0]}'.")
    unknown = set(harm["category"]) - set(load_categories()["category"])
    if unknown:
        raise UsageError(f"Skadeindexet har en okänd kategori: {sorted(unknown)[0]}.")
    weight = harm.set_index("category")["weight"].astype("float64")
    return categories.map(_quarters_of(weight))


def _step(per_quarter: pd.Series) -> pd.Series:
    steps = pd.Series(4, per_quarter.index)
    for most, step in reversed(PROBABILITY):
        steps = steps.mask(per_quarter <= most, step)
    return steps


def make_plan_rows(
    problems: pd.DataFrame,
    cycle: Period | str,
    *,
    area_names: dict[str, str],
    category_names: dict[str, str],
) -> pd.DataFrame:
    """Make rows for the plan's register of what was suggested.

    Parameters
    ----------
    problems : DataFrame
        From ``suggest_problems``.
    cycle : Period or str
    area_names, category_names : dict of str to str

    Returns
    -------
    DataFrame
        One row, one problem: omrade_id, kategori, problem (what, where, how many and
        what was found), underlag, indikator, utgangslage (in four quarters) and
        riktning; headings of register/atgarder.
    """
    names = {"n_offences": "anmälda brott", "n_observations": "observationer"}
    told = []
    for row in problems.to_dict("records"):
        is_spot = row["category"] == SPOT
        told.append(
            {
                "omrade_id": row["area_id"],
                "kategori": ALL if is_spot else row["category"],
                "problem": describe(
                    row, area_names=area_names, category_names=category_names
                ),
                "underlag": f"02_lagesbild {Period(str(cycle)).label}",
                "indikator": names.get(row["measure"], names["n_offences"]),
                "utgangslage": "" if is_spot else str(row["n_year"]),
                "riktning": "ner",
            }
        )
    columns = ["omrade_id", "kategori", "problem", "underlag", "indikator"]
    return pd.DataFrame(told, columns=[*columns, "utgangslage", "riktning"])


def describe(
    row: dict, *, area_names: dict[str, str], category_names: dict[str, str]
) -> str:
    """A problem in one sentence: what, where, how many, and what was found."""
    where = area_names[row["area_id"]]
    if row["category"] == SPOT:
        return f"{_SPOT_WORDS[row['measure']]}, i {where}."
    of = "anmälda brott" if row["measure"] == "n_offences" else "observationer"
    found = [
        words
        for part, words in (
            ("change", "fler än samma kvartal i fjol"),
            ("signal", "ovanligt många det här kvartalet"),
            ("trend", "stigande över flera år"),
        )
        if row[part] > 0
    ]
    end = f": {', '.join(found)}" if found else ""
    name = category_names[row["category"]]
    return f"{name} i {where}, {row['n_year']} {of} på fyra kvartal{end}."


def risk_matrix(problems: pd.DataFrame) -> pd.DataFrame:
    """Count the problems in each box of the four by four matrix.

    Returns
    -------
    DataFrame
        Index impact 4 down to 1, columns probability 1 to 4; those whose impact the
        group has to judge are not in it.
    """
    judged = problems.dropna(subset="impact")
    counted = pd.crosstab(judged["impact"].astype(int), judged["probability"])
    steps = range(1, 5)
    return counted.reindex(index=reversed(steps), columns=steps, fill_value=0)

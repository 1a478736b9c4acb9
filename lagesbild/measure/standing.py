"""Where a municipality's published figures stand: before, by sex, beside others.

In: contract indicators of themes, small numbers already hidden. Out: one row a
comparison, with both figures, their limits and a verdict. Figures of different
sources, ages or units are never set against each other. Next: ``publication``, which
holds the rows for the pages on alcohol, narcotics and the like.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
import pandas as pd

from lagesbild.measure.change import combine
from lagesbild.measure.monitor import STALE, find_stale, period_ends
from lagesbild.measure.peers import MEDIAN
from lagesbild.measure.rates import rate
from lagesbild.measure.reported import COUNT, with_limits

HIGHER, LOWER = "högre", "lägre"
NO_DIFFERENCE, NOT_JUDGED = "ingen säker skillnad", "kan inte bedömas"
BROKEN, FIRST = "serien är bruten", "första mätningen"
TREND, SEX, OTHERS, OLD = "trend", "kön", "andra", "inaktuell"
GRADES = ("åk 9", "gy 2")
WOMEN, MEN = ("kvinnor", "flickor"), ("man", "pojkar")
_COUNTED = ("personer", "samtal", "antal")
_VALUES = ["value", "lower", "upper"]
COLUMNS = [
    "indicator_id",
    "grade",
    "what",
    "other",
    "period",
    "base_period",
    *_VALUES,
    "base",
    "base_lower",
    "base_upper",
    "verdict",
]


def add_limits(figures: pd.DataFrame) -> pd.DataFrame:
    """Give figures the limits that chance alone gives, where their source tells none.

    Parameters
    ----------
    figures : DataFrame
        Contract indicators.

    Returns
    -------
    DataFrame
        The same rows without Brå's counts: Brå's rates have Poisson limits of those
        counts, and counts of persons or calls those of their own number.
    """
    is_count = figures["indicator_id"].str.endswith(COUNT)
    out = figures[~is_count].copy()
    for indicator in out.loc[out["indicator_id"].str.startswith("bra_")][
        "indicator_id"
    ].unique():
        limits = with_limits(figures, indicator).set_index(["area_id", "period"])
        own = out["indicator_id"] == indicator
        found = limits.reindex(
            pd.MultiIndex.from_frame(out.loc[own, limits.index.names])
        )
        out.loc[own, ["lower", "upper"]] = found[["lower", "upper"]].to_numpy()
    counted = out["unit"].isin(_COUNTED) & out["value"].notna()
    limits = rate(out.loc[counted, "value"], 1, per=1)
    out.loc[counted, ["lower", "upper"]] = limits[["lower", "upper"]].to_numpy()
    return out


def find_standing(
    figures: pd.DataFrame,
    *,
    own: Collection[str],
    similar: Sequence[str],
    nation: str,
    breaks: dict[str, str],
    as_of: date | None = None,
) -> pd.DataFrame:
    """Compare each indicator's latest figure of the municipality.

    Parameters
    ----------
    figures : DataFrame
        From ``add_limits``.
    own : collection of str
        area_id of the municipality and of its treatment plants.
    similar : sequence of str
    nation : str
    breaks : dict
        indicator_id → years that begin a series of their own, parted by a space.
    as_of : date, optional
        For what has grown old.

    Returns
    -------
    DataFrame
        One row a comparison of the municipality's latest figure: indicator_id, grade
        ("alla", "åk 9", "gy 2"), what, other, period, base_period, the figure (value,
        lower, upper), what it is set beside (base, base_lower, base_upper) and
        verdict: "högre", "lägre", "ingen säker skillnad", "kan inte bedömas" (no
        limits). what "trend": the latest earlier period that does not overlap, with
        verdict also "serien är bruten" and "första mätningen"; "kön": girls or women
        (value) beside boys or men; "andra": other is the area_id of each similar
        municipality, "median" of them (no limits), or the nation, in the latest period
        that both have; "inaktuell": the source is older than two of its own intervals.
    """
    shown = figures[figures["value"].notna()]
    grade = shown["breakdown"].str.extract(f"^({'|'.join(GRADES)})", expand=False)
    shown = shown.assign(grade=grade.fillna("alla"), end=period_ends(shown["period"]))
    found: dict[tuple[str, str], list[dict]] = {}
    for row in shown.sort_values("end", kind="stable").to_dict("records"):
        found.setdefault((row["indicator_id"], row["grade"]), []).append(row)
    rows: list[dict] = []
    for (indicator, grade), told in found.items():
        mine = [row for row in told if row["area_id"] in own]
        whole = [row for row in mine if row["breakdown"] == grade]
        if not whole:
            continue
        of_it = [row for row in told if row["breakdown"] == grade]
        compared = [_trend(whole, breaks.get(indicator, ""))]
        compared += _sex(mine, whole[-1]["period"])
        compared += _others(of_it, whole[-1]["area_id"], similar, nation)
        rows += [{"indicator_id": indicator, "grade": grade} | one for one in compared]
    out = _judge(_frame(rows))
    if as_of is None:
        return out
    old = find_stale(shown[shown["area_id"].isin(list(own))], as_of=as_of)
    aged = [
        {"indicator_id": i, "grade": "alla", "what": OLD, "verdict": STALE}
        for i in old["indicator_id"]
    ]
    return pd.concat([out, _frame(aged)], ignore_index=True) if aged else out


def _frame(rows: list[dict]) -> pd.DataFrame:
    numbers = [*_VALUES, "base", "base_lower", "base_upper"]
    out = pd.DataFrame(rows, columns=COLUMNS)
    words = [name for name in COLUMNS if name not in numbers]
    out[words] = out[words].astype("object").where(out[words].notna(), "")
    return out.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(words, "str"))


def _judge(rows: pd.DataFrame) -> pd.DataFrame:
    """The verdict of every pair that has none yet, by the limits of its difference."""
    base = rows[["base", "base_lower", "base_upper"]].set_axis(_VALUES, axis=1)
    gap = combine(rows[_VALUES], base, "value")
    words = np.select(
        [
            gap[["lower", "upper"]].isna().any(axis=1),
            gap["lower"] > 0,
            gap["upper"] < 0,
        ],
        [NOT_JUDGED, HIGHER, LOWER],
        default=NO_DIFFERENCE,
    )
    open_ = rows["verdict"] == ""
    return rows.assign(
        verdict=rows["verdict"].mask(open_, pd.Series(words, rows.index))
    )


def _pair(one: dict, other: dict) -> dict:
    """Two figures with their limits."""
    told = {name: one[name] for name in _VALUES}
    told |= {"base": other["value"], "base_lower": other["lower"]}
    return told | {"base_upper": other["upper"]}


def _trend(whole: list[dict], breaks: str) -> dict:
    """The last figure beside the latest before it that shares no year with it."""
    *before, last = whole
    start = {"what": TREND, "period": last["period"]}
    if "-K" not in last["period"]:
        first_year = int(last["period"][:4])
        before = [row for row in before if row["end"].year < first_year]
    if not before:
        told = {name: last[name] for name in _VALUES}
        return start | told | {"verdict": FIRST}
    then = before[-1]
    told = start | {"base_period": then["period"]} | _pair(last, then)
    years = [int(year) for year in breaks.split()]
    if any(then["end"].year < year <= last["end"].year for year in years):
        told["verdict"] = BROKEN
    return told


def _sex(mine: list[dict], period: str) -> list[dict]:
    def only(words: tuple[str, ...]) -> list[dict]:
        return [
            row
            for row in mine
            if row["period"] == period
            and row["breakdown"].split()[-1] in words
            and "år" not in row["breakdown"].split()
        ]

    women, men = only(WOMEN), only(MEN)
    if len(women) != 1 or len(men) != 1:
        return []
    start = {"what": SEX, "other": men[0]["breakdown"].split()[-1], "period": period}
    return [start | {"base_period": period} | _pair(women[0], men[0])]


def _others(
    of_it: list[dict], own: str, similar: Sequence[str], nation: str
) -> list[dict]:
    """Those like it, their median and the nation, in the latest period of both."""
    rows = []
    by_place: dict[str, dict[str, dict]] = {}
    for row in of_it:  # in order of time
        by_place.setdefault(row["area_id"], {})[row["period"]] = row
    mine = by_place[own]
    for group in (similar, [nation]):
        theirs = {place: by_place[place] for place in group if place in by_place}
        common = [p for p in mine if any(p in told for told in theirs.values())]
        if not common:
            continue
        period = common[-1]
        start = {"what": OTHERS, "period": period, "base_period": period}
        there = {k: told[period] for k, told in theirs.items() if period in told}
        rows += [
            start | {"other": place} | _pair(mine[period], row)
            for place, row in there.items()
        ]
        if group is similar:
            middle = float(np.median([row["value"] for row in there.values()]))
            of_all = {"value": middle, "lower": np.nan, "upper": np.nan}
            rows.append(start | {"other": MEDIAN} | _pair(mine[period], of_all))
    return rows

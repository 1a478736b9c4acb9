"""Where a municipality's published figures stand: before, by sex, beside others.

In: contract indicators of themes, small numbers already hidden. Out: one row a
comparison, with both figures, their limits and a verdict. Figures of different
sources, ages or units are never set against each other. Next: ``publication``, which
holds the rows for the pages on alcohol, narcotics and the like.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import pandas as pd

from lagesbild.measure.change import combine
from lagesbild.measure.monitor import STALE, find_stale, period_ends
from lagesbild.measure.peers import MEDIAN, similar_group
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
        municipality, "median" of them, or the nation, in the latest period that both
        have; "inaktuell": the source is older than two of its own intervals.
    """
    shown = figures[figures["value"].notna()]
    grade = shown["breakdown"].str.extract(f"^({'|'.join(GRADES)})", expand=False)
    shown = shown.assign(grade=grade.fillna("alla"), end=period_ends(shown["period"]))
    mine = shown[shown["area_id"].isin(list(own))]
    rows: list[dict] = []
    for (indicator, grade), told in mine.groupby(["indicator_id", "grade"]):
        whole = told[told["breakdown"] == grade].sort_values("end", kind="stable")
        if whole.empty:
            continue
        start = {"indicator_id": indicator, "grade": grade}
        last = whole.iloc[-1]
        rows.append(start | _trend(whole, breaks.get(indicator, "")))
        rows += [start | row for row in _sex(told, last["period"])]
        of_it = shown[
            (shown["indicator_id"] == indicator) & (shown["breakdown"] == grade)
        ]
        rows += [
            start | row for row in _others(of_it, last["area_id"], similar, nation)
        ]
    if as_of is not None:
        old = find_stale(mine, as_of=as_of)
        rows += [
            {"indicator_id": row.indicator_id, "grade": "alla", "what": OLD}
            | {"verdict": STALE}
            for row in old.itertuples()
        ]
    return _frame(rows)


def _frame(rows: list[dict]) -> pd.DataFrame:
    numbers = [*_VALUES, "base", "base_lower", "base_upper"]
    out = pd.DataFrame(rows, columns=COLUMNS)
    words = [name for name in COLUMNS if name not in numbers]
    out[words] = out[words].astype("object").where(out[words].notna(), "")
    return out.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(words, "str"))


def _pair(one: pd.Series, other: pd.Series) -> dict:
    """Two figures and their verdict."""
    both = [pd.DataFrame([row[_VALUES].astype("float64")]) for row in (one, other)]
    gap = combine(*(frame.reset_index(drop=True) for frame in both), "value").iloc[0]
    verdict = NO_DIFFERENCE
    if gap[["lower", "upper"]].isna().any():
        verdict = NOT_JUDGED
    elif gap["lower"] > 0:
        verdict = HIGHER
    elif gap["upper"] < 0:
        verdict = LOWER
    told = {name: one[name] for name in _VALUES}
    told |= {"base": other["value"], "base_lower": other["lower"]}
    return told | {"base_upper": other["upper"], "verdict": verdict}


def _trend(whole: pd.DataFrame, breaks: str) -> dict:
    """The last figure beside the latest before it that shares no year with it."""
    last = whole.iloc[-1]
    start = {"what": TREND, "period": last["period"]}
    first_year = int(last["period"][:4])
    earlier = whole[whole["end"].dt.year < first_year]
    if "-K" in last["period"]:
        earlier = whole.iloc[:-1]
    if earlier.empty:
        told = {name: last[name] for name in _VALUES}
        return start | told | {"verdict": FIRST}
    before = earlier.iloc[-1]
    told = start | {"base_period": before["period"]} | _pair(last, before)
    years = [int(year) for year in breaks.split()]
    if any(before["end"].year < year <= last["end"].year for year in years):
        told["verdict"] = BROKEN
    return told


def _sex(told: pd.DataFrame, period: str) -> list[dict]:
    latest = told[told["period"] == period]
    words = latest["breakdown"].str.split().str[-1]
    is_age = latest["breakdown"].str.contains("år")
    women = latest[words.isin(WOMEN) & ~is_age]
    men = latest[words.isin(MEN) & ~is_age]
    if len(women) != 1 or len(men) != 1:
        return []
    start = {"what": SEX, "other": words[men.index[0]], "period": period}
    return [start | {"base_period": period} | _pair(women.iloc[0], men.iloc[0])]


def _others(of_it: pd.DataFrame, own: str, similar: Sequence[str], nation: str):
    """Those like it, their median and the nation, in the latest year of both."""
    rows = []
    mine = of_it[of_it["area_id"] == own]
    for group, end in ((list(similar), None), ([], nation)):
        theirs = of_it[of_it["area_id"].isin([*group, *([end] if end else [])])]
        common = sorted(set(theirs["period"]) & set(mine["period"]))
        if not common:
            continue
        period = max(common, key=lambda p: (p[-4:], p))
        table = of_it[of_it["period"] == period].set_index("area_id")
        ids = [own, *(code for code in group if code in table.index)]
        table = table.reindex([*ids, *([end] if end else [])]).reset_index()
        compared = similar_group(table, own=own, nation=end)
        at = table.iloc[0]
        for row in compared.itertuples():
            if row.area_id == MEDIAN and not group:
                continue
            rows.append(
                {
                    "what": OTHERS,
                    "other": row.area_id,
                    "period": period,
                    "base_period": period,
                    **{name: at[name] for name in _VALUES},
                    "base": row.value,
                    "base_lower": row.lower,
                    "base_upper": row.upper,
                    "verdict": row.verdict,
                }
            )
    return rows

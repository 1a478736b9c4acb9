"""What stands out in a cycle: signals, trends over years and places that stay hot.

In: the cells of ``tables.measure_cycle``, or reports with points. Out: one frame a
kind of finding, each row with its verdict or why there is none. Next: ``protect``,
through ``publication``; places for ``intern`` alone. Offences that the police find by
looking give no signal, whoever reads it would take their work for crime.
Signals and trends are of the count that a cell's verdict is about and of nothing
else, so that who sees a whole series could have found them alone: ``protect`` rests
on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lagesbild.errors import ShortHistoryError
from lagesbild.measure import hotspots, signals, trends
from lagesbild.measure.comparing import measured
from lagesbild.measure.counting import quarter_labels, quarter_numbers
from lagesbild.measure.history import short_history
from lagesbild.measure.totals import MUNICIPALITY, WITHOUT_AREA
from lagesbild.measure.week import find_week
from lagesbild.offences import (
    ALL,
    FOUND_BY_POLICE,
    find_breaks,
    load_categories,
    protected_categories,
)
from lagesbild.period import Period

MIN_YEARS, MAX_YEARS = 3, 5
WINDOW = 1
ALPHA = 0.01
"""With the limit "muan", which allows for how little fifteen quarters tell, about
five ordinary series in a thousand give a signal."""
LEVEL = 0.05
RISING, FALLING, NO_TREND = "stigande", "fallande", "ingen säker trend"
MISSING = "uppgift saknas"
CELL_M = 250
MAX_QUARTERS = 24
_KEYS = ["area_id", "category"]
YEAR = 4


def find_all(
    cells: pd.DataFrame,
    incidents: pd.DataFrame,
    deliveries: pd.DataFrame,
    *,
    cycle: Period | str,
    rows_from: str | None = None,
) -> dict[str, pd.DataFrame]:
    """Find all that a cycle's publications tell beside their cells.

    Parameters
    ----------
    cells : DataFrame
        From ``measure_cycle``.
    incidents, deliveries : DataFrame
        From the store.
    cycle : Period or str
    rows_from : str, optional
        The first quarter whose rows are sure to be kept: what needs rows reaches no
        farther back.

    Returns
    -------
    dict of str to DataFrame
        ``signals`` (``find_signals``), ``trends`` (``find_trends``), ``week``
        (``week.find_week``) and ``hot_spots``: one row, an area ("" without) and a
        class of ``find_hot_spots`` that squares of it have: area_id, hot_spot,
        n_squares and reason; without answer one row that has only its reason.
    """
    cycle = Period(str(cycle))
    return {
        "signals": find_signals(cells, cycle),
        "trends": find_trends(cells, cycle),
        "week": find_week(incidents, deliveries, cycle, rows_from=rows_from),
        "hot_spots": _count_squares(incidents, cycle, rows_from),
    }


def _count_squares(
    incidents: pd.DataFrame, cycle: Period, rows_from: str | None = None
) -> pd.DataFrame:
    if rows_from is not None:
        kept = incidents["reported_on"] >= pd.Timestamp(Period(rows_from).start)
        incidents = incidents[kept]
    try:
        squares = find_hot_spots(incidents, cycle)
    except ShortHistoryError as error:
        row = {"area_id": None, "hot_spot": None, "n_squares": 0, "reason": str(error)}
        return pd.DataFrame([row]).astype(
            dict.fromkeys(row, "str") | {"n_squares": int}
        )
    hot = squares[squares["hot_spot"] != hotspots.NONE]
    counted = hot.groupby(["area_id", "hot_spot"]).size().rename("n_squares")
    counted = counted.reset_index().assign(reason=pd.NA)
    return counted.astype(dict.fromkeys(["area_id", "hot_spot", "reason"], "str"))


def find_signals(cells: pd.DataFrame, cycle: Period | str) -> pd.DataFrame:
    """Find counts of the cycle that are higher than their own history explains.

    Parameters
    ----------
    cells : DataFrame
        From ``measure_cycle``.
    cycle : Period or str
        A quarter.

    Returns
    -------
    DataFrame
        One row, the municipality or an area and a leaf category that the police do
        not find by looking: area_id, category, measure (which count it is of), period,
        from_period (first quarter that was used), count, expected, upper (largest
        count that is no signal), score, is_signal and reason (Swedish, where there
        is no answer; numbers are then missing). By score, highest first.
    """
    cycle = Period(str(cycle))
    wide = _series(cells, cycle)
    wide = wide.loc[:, ~wide.columns.get_level_values("category").isin(FOUND_BY_POLICE)]
    needs = MIN_YEARS * YEAR + WINDOW + 1
    years = min(MAX_YEARS, (len(wide) - 1 - WINDOW) // YEAR)
    wide = wide.iloc[-(years * YEAR + WINDOW + 1) :] if len(wide) >= needs else wide
    n_known = wide.notna().sum()
    now = wide.iloc[-1] if len(wide) else pd.Series(dtype=float)
    reason = n_known.map(lambda n: short_history(int(n), needs)).where(n_known < needs)
    reason = reason.mask(now.isna(), MISSING)
    usable = wide.loc[:, reason.isna().to_numpy()]
    out = pd.DataFrame({"count": now, "reason": reason})
    if usable.shape[1]:
        numbers = pd.RangeIndex(usable.shape[1])
        found = signals.farrington(
            usable.set_axis(numbers, axis=1),
            monitor=[len(wide) - 1],
            frequency=YEAR,
            b=years,
            w=WINDOW,
            n_periods=1,
            past_not_included=WINDOW + 1,
            alpha=ALPHA,
            threshold_method="muan",
            trend=False,
        ).set_index(usable.columns)
        out = out.join(found[["expected", "upper", "score", "alarm"]])
    names = ["count", "expected", "upper", "score", "alarm", "reason"]
    out = out.reindex(columns=names).rename(columns={"alarm": "is_signal"})
    out = out.reset_index()
    out["is_signal"] = out["is_signal"].eq(True)
    out.insert(2, "measure", out["category"].map(_measures(cells)))
    out.insert(3, "period", cycle.label)
    first = wide.apply(pd.Series.first_valid_index).reindex(
        pd.MultiIndex.from_frame(out[_KEYS])
    )
    out.insert(4, "from_period", first.fillna(cycle.label).to_numpy())
    out["reason"] = out["reason"].astype("str")
    return out.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def find_trends(cells: pd.DataFrame, cycle: Period | str) -> pd.DataFrame:
    """Find trends over years, each season beside itself.

    Parameters
    ----------
    cells : DataFrame
        From ``measure_cycle``.
    cycle : Period or str
        The last quarter to use.

    Returns
    -------
    DataFrame
        One row, the municipality or an area and a leaf category or all offences:
        area_id, category, measure (which count it is of), from_period, to_period
        (since the last break of series), n_quarters, n_first_year and n_last_year
        (the first and last four quarters of them together), slope_per_year, p,
        verdict ("stigande", "fallande", "ingen säker trend", and "för kort
        historik" or "uppgift saknas"; where the police find the offences by looking
        "fler upptäckta" and "färre upptäckta") and reason (Swedish). Verdicts hold
        for all of the municipality's series at once, and for all areas'
        (Bonferroni, 5 %: unlike a step-wise adjustment it lets no
        other series, perhaps a hidden one, move a verdict).
    """
    wide = _series(cells, Period(str(cycle)), above=[ALL])
    rows = [_trend(*key, values) for key, values in wide.items()]
    names = [*_KEYS, "from_period", "to_period", "n_quarters", *_ENDS]
    out = pd.DataFrame(rows, columns=[*names, "slope_per_year", "p", "reason"])
    out["n_quarters"] = out["n_quarters"].astype("Int64")
    out[[*_ENDS, "slope_per_year", "p"]] = out[[*_ENDS, "slope_per_year", "p"]].astype(
        "float64"
    )
    out["reason"] = out["reason"].astype("str")
    out.insert(2, "measure", out["category"].map(_measures(cells)))
    return out.assign(verdict=_trend_words(out))


_ENDS = ["n_first_year", "n_last_year"]


def _measures(cells: pd.DataFrame) -> pd.Series:
    """Which count each category's verdicts are of."""
    return cells.drop_duplicates("category").set_index("category")["measure"]


def _trend(area: str, category: str, values: pd.Series) -> dict:
    row = {"area_id": area, "category": category}
    known = values.dropna()
    if known.empty:
        return row | {"reason": MISSING}
    row |= {
        "from_period": known.index[0],
        "to_period": known.index[-1],
        "n_quarters": len(known),
    }
    if len(known) < trends.MIN_QUARTERS:
        return row | {"reason": short_history(len(known), trends.MIN_QUARTERS)}
    season = [label[-1] for label in values.index]
    found = trends.seasonal_mann_kendall(values.to_numpy(), season=season)
    within = values[known.index[0] : known.index[-1]]
    ends = (within.iloc[:YEAR], within.iloc[-YEAR:])
    row |= {
        name: year.sum(min_count=YEAR) for name, year in zip(_ENDS, ends, strict=True)
    }
    return row | {"slope_per_year": found.slope, "p": found.p}


def _trend_words(out: pd.DataFrame) -> pd.Series:
    whole = out["area_id"] == MUNICIPALITY
    sure = out["p"] * out["p"].groupby(whole).transform("count") < LEVEL
    word = pd.Series(NO_TREND, index=out.index)
    word[sure & (out["slope_per_year"] > 0)] = RISING
    word[sure & (out["slope_per_year"] < 0)] = FALLING
    word[out["reason"].notna()] = "för kort historik"
    word[out["reason"] == MISSING] = MISSING
    effort = out["category"].isin(FOUND_BY_POLICE)
    seen = {RISING: "fler upptäckta", FALLING: "färre upptäckta"}
    return word.where(~effort, word.replace(seen)).astype("str")


def _series(
    cells: pd.DataFrame, cycle: Period, *, above: Sequence[str] = ()
) -> pd.DataFrame:
    """Counts by quarter (rows) and area × category (columns): leaves, and ``above``.

    What lies before the last break of a series is not the same thing, and missing.
    """
    wanted = {*load_categories()["category"], *above}
    rows = cells[
        cells["category"].isin(wanted)
        & (cells["area_id"] != WITHOUT_AREA)
        & (cells["period"] <= cycle.label)
    ]
    wide = rows.assign(value=measured(rows)[0]).pivot(
        index="period", columns=_KEYS, values="value"
    )
    wide = wide.sort_index()
    # what others than the police tell has no codes that could break it
    told_by_police = _measures(cells) == "n_offences"
    for category in wide.columns.unique("category"):
        breaks = find_breaks(category, wide.index) if told_by_police[category] else {}
        before = wide.index < max(breaks, default="")
        of_category = wide.columns.get_level_values("category") == category
        wide.loc[before, of_category] = np.nan
    return wide


def find_hot_spots(
    incidents: pd.DataFrame,
    cycle: Period | str,
    *,
    categories: list[str] | None = None,
    cell_m: float = CELL_M,
    n_quarters: int = MAX_QUARTERS,
) -> pd.DataFrame:
    """Find squares where reports gather, and say for how long; for ``intern`` alone.

    Parameters
    ----------
    incidents : DataFrame
        From ``load_incidents``; protected classes have no point and are not there.
    cycle : Period or str
        The last quarter.
    categories : list of str, optional
        Leaf categories; None takes all that the police do not find by looking.
    cell_m : float
        Side of the squares.
    n_quarters : int
        How far back to look.

    Returns
    -------
    DataFrame
        One row, a square that has had any report: easting_m, northing_m (its
        middle, EPSG:3006), area_id (most of its reports'; "" without), n_cycle
        and n_before (events of the cycle, and of the quarters before it that were
        used), hot_spot (class of
        ``hotspots.classify``, "ingen" among them).

    Raises
    ------
    ShortHistoryError
        On fewer than eight quarters with reports.
    """
    from libpysal.graph import Graph

    cycle = Period(str(cycle))
    rows = incidents[
        incidents["easting_m"].notna()
        & incidents["protected_class"].isna()
        & ~incidents["category"].isin(protected_categories())
    ]
    number = quarter_numbers(rows["reported_on"])
    period = pd.Series(quarter_labels(number), rows.index)
    told = set(period.unique())
    labels = [p.label for p in cycle.back(n_quarters) if p.label in told]
    square = np.floor(rows[["easting_m", "northing_m"]] / cell_m).astype("int64")
    square = square.assign(period=period)[period <= cycle.label]
    grid = square[["easting_m", "northing_m"]].drop_duplicates()
    grid = grid.sort_values(["easting_m", "northing_m"], ignore_index=True)
    if categories is None:
        wanted = ~rows["category"].isin(FOUND_BY_POLICE)
    else:
        wanted = rows["category"].isin(categories)
    event = rows["event_id"].fillna(rows["incident_id"])
    counted = square.assign(event=event)[wanted.reindex(square.index)]
    counted = counted.drop_duplicates(["event", "period"])
    counts = counted.groupby(["easting_m", "northing_m", "period"]).size().unstack()
    counts = counts.reindex(pd.MultiIndex.from_frame(grid)).reindex(columns=labels)
    counts = counts.fillna(0.0).reset_index(drop=True)
    graph = Graph.from_arrays(*_queen(grid.to_numpy()))
    hot = hotspots.classify(hotspots.hot_p(counts, graph))
    middle = (grid + 0.5) * cell_m
    return middle.assign(
        area_id=_area_of(square.assign(area_id=rows["area_id"]), grid),
        n_cycle=counts[labels[-1]].astype("int64"),
        n_before=counts[labels[:-1]].sum(axis=1).astype("int64"),
        hot_spot=hot,
    )


def _area_of(reports: pd.DataFrame, grid: pd.DataFrame) -> np.ndarray:
    """The area of most reports of each square; the first where two are even."""
    at = ["easting_m", "northing_m"]
    named = reports.assign(area_id=reports["area_id"].fillna(WITHOUT_AREA))
    size = named.groupby([*at, "area_id"]).size().rename("n").reset_index()
    size = size.sort_values(["n", "area_id"], ascending=[False, True], kind="stable")
    most = size.drop_duplicates(at).set_index(at)["area_id"]
    return most.reindex(pd.MultiIndex.from_frame(grid)).to_numpy()


def _queen(squares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Neighbours on all eight sides; a square without any is its own, at weight 0."""
    from scipy.spatial import cKDTree

    pairs = cKDTree(squares).query_pairs(1.5, output_type="ndarray")
    focal = np.r_[pairs[:, 0], pairs[:, 1]]
    other = np.r_[pairs[:, 1], pairs[:, 0]]
    alone = np.setdiff1d(np.arange(len(squares)), focal)
    weight = np.r_[np.ones(len(focal)), np.zeros(len(alone))]
    focal, other = np.r_[focal, alone], np.r_[other, alone]
    order = np.lexsort([other, focal])
    return focal[order], other[order], weight[order]

"""Reports counted by source, and sources gathered to the four counts.

In: incidents, ready-made counts and deliveries. Out: tallies (one row, area ×
category × quarter × source) and the full grid of inner cells made from them. Used by
``tables.py`` and ``closed.py``, so that open and closed quarters count alike.
A source that did not deliver a quarter makes its cells missing, never 0.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from lagesbild.errors import ContractError
from lagesbild.offences import load_categories, protected_categories
from lagesbild.period import Period

ALL_SOURCES = "alla"
"""Extra source in a tally: distinct events, whoever told them."""
ALL_OBSERVERS = "alla_observation"
"""Extra source in a tally: distinct events told by any observation source."""
EXTRA_SOURCES = (ALL_SOURCES, ALL_OBSERVERS)
KEYS = ["area_id", "category", "period"]
COUNTS = ("n_offences", "n_reports", "n_observations", "n_events")
_TALLY = [*KEYS, "source", "source_kind", *COUNTS]
ZONE = "Europe/Stockholm"


def quarter_numbers(days: pd.Series) -> pd.Series:
    """Quarters since year 0 of calendar days, float so that missing stays missing."""
    return days.dt.year * 4.0 + (days.dt.month - 1) // 3


def quarter_end(numbers: pd.Series) -> pd.Series:
    """Last day of quarters since year 0."""
    month = (numbers.astype("int64") * 3 + 3 - 1970 * 12).to_numpy()
    day = month.astype("datetime64[M]").astype("datetime64[us]")
    return pd.Series(day, numbers.index) - pd.Timedelta(days=1)


def quarter_labels(numbers: pd.Series | np.ndarray) -> np.ndarray:
    """Label, such as "2026-K3", of quarters since year 0."""
    codes, unique = pd.factorize(np.asarray(numbers, dtype="int64"))
    labels = np.array([f"{n // 4:04d}-K{n % 4 + 1}" for n in unique], dtype=object)
    return labels[codes] if len(codes) else np.array([], dtype=object)


def find_delivered(deliveries: pd.DataFrame, *, known_days: int = 0) -> pd.DataFrame:
    """Say which quarters each source has delivered.

    Parameters
    ----------
    deliveries : DataFrame
        The table deliveries; press notices are left out.
    known_days : int
        A quarter counts as delivered only where the source has told of so many days
        after its end too.

    Returns
    -------
    DataFrame
        One row, one source and quarter from the first delivered by anyone to the
        last: source, source_kind ("police", "observation", "counts"), period,
        is_delivered. A file of whole months has delivered a quarter when its three
        months are there; one whose days are those of its rows has delivered the
        quarters it touches, for a quiet source may have none in the first week.
    """
    known = deliveries["period_start"].notna() & (deliveries["source_kind"] != "notis")
    rows = deliveries[known].reset_index(drop=True)
    names = ["source", "source_kind", "period", "is_delivered"]
    if rows.empty:
        return pd.DataFrame(columns=names).astype({"is_delivered": "bool"})
    told = _months_told(rows)
    months = told.groupby(["source", "number"], as_index=False).size()
    sources = rows[["source", "source_kind"]].drop_duplicates("source")
    first, last = told["number"].min(), told["number"].max()
    quarters = pd.DataFrame({"number": np.arange(first, last + 1)})
    grid = sources.merge(quarters, how="cross")
    grid = grid.merge(months, how="left", on=["source", "number"])
    grid["is_delivered"] = grid["size"].eq(3)
    if known_days:
        end = rows["period_end"].fillna(rows["period_start"])
        last = grid["source"].map(end.groupby(rows["source"]).max())
        after = (last - quarter_end(grid["number"])).dt.days
        grid["is_delivered"] &= after >= known_days
    grid["period"] = quarter_labels(grid["number"])
    return grid.sort_values(["source", "number"])[names].reset_index(drop=True)


def days_known(deliveries: pd.DataFrame, period: str | Period) -> int | None:
    """Days after a quarter's end for which every source that has rows has told.

    Parameters
    ----------
    deliveries : DataFrame
        The table deliveries.
    period : str or Period
        A quarter.

    Returns
    -------
    int or None
        0 or more; None where a source that delivers rows has not delivered the
        quarter, so that it cannot be compared by date of occurrence yet.
    """
    quarter = Period(str(period))
    found = find_delivered(deliveries)
    found = found[found["source_kind"] != "counts"]
    now = found[found["period"] == quarter.label]
    if now.empty or not now["is_delivered"].all():
        return None
    rows = deliveries[deliveries["source"].isin(now["source"])]
    end = rows["period_end"].fillna(rows["period_start"]).groupby(rows["source"]).max()
    return max(0, int((end.min() - pd.Timestamp(quarter.end)).days))


def fill_delivered(delivered: pd.DataFrame) -> pd.DataFrame:
    """Add each source's quarters that are told of other sources only, undelivered."""
    sources = delivered[["source", "source_kind"]].drop_duplicates(
        "source", keep="last"
    )
    periods = delivered[["period"]].drop_duplicates()
    grid = sources.merge(periods, how="cross")
    known = pd.MultiIndex.from_frame(delivered[["source", "period"]])
    is_new = ~pd.MultiIndex.from_frame(grid[["source", "period"]]).isin(known)
    return pd.concat([delivered, grid[is_new].assign(is_delivered=False)])


def _months_told(files: pd.DataFrame) -> pd.DataFrame:
    """One row, a source and a month that a file of it covers, with its quarter."""
    start = files["period_start"]
    end = np.maximum(files["period_end"].fillna(start), start)
    first = start.dt.year * 12 + start.dt.month - 1
    last = end.dt.year * 12 + end.dt.month - 1
    is_whole = start.dt.is_month_start & end.dt.is_month_end
    first = first.where(is_whole, first // 3 * 3).to_numpy("int64")
    last = last.where(is_whole, last // 3 * 3 + 2).to_numpy("int64")
    length = last - first + 1
    at = np.repeat(np.arange(len(files)), length)
    step = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    month = first[at] + step
    told = pd.DataFrame({"source": files["source"].to_numpy()[at], "month": month})
    return told.drop_duplicates().assign(number=lambda t: t["month"] // 3)


def dated(
    incidents: pd.DataFrame, date: str = "reported", *, known_days: int | None = None
) -> pd.DataFrame:
    """Countable reports with the quarter in which they count.

    Protected classes and unknown codes are left out: they are counted by municipality
    and year only. By date of occurrence a report counts in the quarter in which it
    began, or ended where only that is known; one without either is left out, as is
    one registered more than ``known_days`` after the quarter's end.

    Returns
    -------
    DataFrame
        One row, one report: area_id ("" without area), category, period, source,
        source_kind, n_offences, event_id, incident_id and place (where it happened,
        if its point is known; else the report's own id).

    Raises
    ------
    ContractError
        If a category is not in the table of categories, or a report of the police
        lacks its number of offences.
    """
    _check(incidents)
    protected = incidents["protected_class"].notna()
    protected |= incidents["category"].isin(protected_categories())
    rows = incidents[~protected]
    if date == "reported":
        number = quarter_numbers(rows["reported_on"])
    else:
        moment = rows["occurred_from"].fillna(rows["occurred_to"])
        number = quarter_numbers(moment.dt.tz_convert(ZONE))
    rows, number = rows[number.notna()], number[number.notna()]
    if known_days is not None:
        last = quarter_end(number) + pd.Timedelta(days=known_days)
        in_time = rows["reported_on"] <= last
        rows, number = rows[in_time], number[in_time]
    named = ["category", "source", "source_kind", "n_offences", "incident_id"]
    counted = rows[named].assign(
        area_id=rows["area_id"].fillna(""),
        period=quarter_labels(number),
        event_id=rows["event_id"].fillna(rows["incident_id"]),
        reported_on=rows["reported_on"],
        place=_name_places(rows),
    )
    return counted.reset_index(drop=True)


def _name_places(rows: pd.DataFrame) -> pd.Series:
    """Distinct points to the metre; an area's own point says nothing of the place."""
    east, north = (rows[name].round() for name in ("easting_m", "northing_m"))
    is_point = east.notna() & ~rows["geocode_method"].isin(("omradesnamn", "deso"))
    point = east.astype("str") + " " + north.astype("str")
    return point.where(is_point, rows["incident_id"])


def _check(incidents: pd.DataFrame) -> None:
    known = incidents["category"].isin(load_categories()["category"])
    bare = (incidents["source_kind"] == "police") & incidents["n_offences"].isna()
    for column, bad, what in (
        ("category", ~known, "en kategori som inte finns i kategoritabellen"),
        ("n_offences", bare, "en polisanmälan utan antal brott"),
    ):
        if bad.any():
            raise ContractError(
                f"tabellen 'incidents' – '{column}': {what} ({bad.sum()} rader). Läs "
                "in leveransen på nytt."
            )


def tally_sources(rows: pd.DataFrame, *, counted: Collection[str] = ()) -> pd.DataFrame:
    """Count reports by source.

    Parameters
    ----------
    rows : DataFrame
        From ``dated``.
    counted : collection of str
        Events that have been counted elsewhere and count no more among all sources'.

    Returns
    -------
    DataFrame
        One row, area × category × quarter × source with at least one report:
        n_offences and n_reports (police), n_observations (others), n_events
        (distinct events told by the source). Under the source ``ALL_SOURCES`` each
        event counts once, in the first quarter that told it: where the police's
        report in it has it if there is one, else where the first report has it.
        ``ALL_OBSERVERS`` is the same of the others. What a later quarter tells of
        the event moves nothing, so a quarter that is over keeps its counts.
    """
    keys = [*KEYS, "source", "source_kind"]
    size = rows.groupby(keys, dropna=False).agg(
        n_rows=("incident_id", "size"), n_offences=("n_offences", "sum")
    )
    events = rows.drop_duplicates([*keys, "event_id"])
    events = events.groupby(keys, dropna=False).size()
    tally = size.assign(n_events=events).reset_index()
    is_police = tally["source_kind"] == "police"
    tally["n_reports"] = tally["n_rows"].where(is_police)
    tally["n_observations"] = tally["n_rows"].where(~is_police)
    tally["n_offences"] = tally["n_offences"].where(is_police)
    order = rows.assign(rank=(rows["source_kind"] != "police").astype(int))
    order = order.sort_values(["period", "rank", "reported_on", "incident_id"])
    parts = [tally[_TALLY]]
    others = order[order["source_kind"] != "police"]
    for source, told in ((ALL_SOURCES, order), (ALL_OBSERVERS, others)):
        leads = told.drop_duplicates("event_id")
        leads = leads[~leads["event_id"].isin(counted)]
        counted = leads.groupby(KEYS, dropna=False).size().rename("n_events")
        parts.append(
            counted.reset_index().assign(source=source, source_kind="observation")
        )
    return make_tally(pd.concat([part for part in parts if len(part)] or [tally]))


def make_tally(tally: pd.DataFrame) -> pd.DataFrame:
    """Give a tally its columns and dtypes, whatever it has of them."""
    out = tally.reindex(columns=_TALLY).reset_index(drop=True)
    text = dict.fromkeys((*KEYS, "source", "source_kind"), "str")
    return out.astype(text | dict.fromkeys(COUNTS, "float64"))


def row_quarters(delivered: pd.DataFrame) -> set[str]:
    """Quarters of which the police have delivered rows."""
    told = delivered["is_delivered"] & (delivered["source_kind"] == "police")
    return set(delivered.loc[told, "period"])


def gather(
    tally: pd.DataFrame,
    delivered: pd.DataFrame,
    *,
    area_ids: list[str],
    categories: list[str],
    periods: list[str],
) -> pd.DataFrame:
    """Gather sources to the four counts, with zeros and gaps filled in.

    Parameters
    ----------
    tally : DataFrame
        Of ``tally_sources``, ``tally_ready`` or closed counts.
    delivered : DataFrame
        Of ``find_delivered``.
    area_ids, categories, periods : list of str
        The grid; area "" ("Utan område") is among the areas, and what an area that
        the grid does not know has counts there.

    Returns
    -------
    DataFrame
        One row, area × category × period, the whole grid in that order:
        n_offences, n_reports, n_observations, n_events, n_police_events,
        n_observer_events (float, NaN unless shown) and for the first four
        ``<count>_status``: shown, missing, or not_computed where that kind of
        source never tells the category.
    """
    grid = pd.MultiIndex.from_product([area_ids, categories, periods], names=KEYS)
    shape = (len(area_ids), len(categories), len(periods))
    tally = to_known_areas(tally, area_ids)
    police = tally[tally["source_kind"] == "police"]
    others = tally[
        (tally["source_kind"] == "observation") & ~tally["source"].isin(EXTRA_SOURCES)
    ]

    def dense(rows: pd.DataFrame, count: str) -> np.ndarray:
        summed = rows.groupby(KEYS, dropna=False)[count].sum()
        return summed.reindex(grid, fill_value=0.0).to_numpy(float).reshape(shape)

    gaps = _gaps(police, others, delivered, categories, periods)
    values = {
        "n_offences": (dense(police, "n_offences"), "offences"),
        "n_reports": (dense(police, "n_reports"), "reports"),
        "n_observations": (dense(others, "n_observations"), "observations"),
        "n_events": (dense(_of(tally, ALL_SOURCES), "n_events"), "events"),
        "n_police_events": (dense(police, "n_events"), "reports"),
        "n_observer_events": (
            dense(_of(tally, ALL_OBSERVERS), "n_events"),
            "observations",
        ),
    }
    frame = grid.to_frame(index=False)
    for name, (counts, kind) in values.items():
        status = np.broadcast_to(gaps[kind], shape).reshape(-1)
        frame[name] = np.where(status == "shown", counts.reshape(-1), np.nan)
        if name in COUNTS:
            frame[f"{name}_status"] = pd.Series(status, dtype="str")
    return frame


def to_known_areas(tally: pd.DataFrame, area_ids: list[str]) -> pd.DataFrame:
    """Move what areas no longer in the register have to "Utan område"."""
    known = tally["area_id"].isin(area_ids)
    return (
        tally
        if known.all()
        else tally.assign(area_id=tally["area_id"].where(known, ""))
    )


def _of(tally: pd.DataFrame, source: str) -> pd.DataFrame:
    return tally[tally["source"] == source]


def _gaps(police, others, delivered, categories, periods) -> dict[str, np.ndarray]:
    """Status by category × period of each kind of count."""
    of_police = np.isin(categories, police["category"].unique())
    has_rows = np.isin(periods, list(row_quarters(delivered)))
    # ready-made counts tell of their own categories only, and rows of all
    of_counts = delivered[delivered["source_kind"] == "counts"]
    told = of_counts[of_counts["is_delivered"]]
    told = told[told["period"].isin(police["period"])]
    has_offences = _told(police, told, categories, periods) | has_rows
    late = _told(others, delivered[~delivered["is_delivered"]], categories, periods)
    observed = np.isin(categories, others["category"].unique())

    def words(is_told: np.ndarray, is_late: np.ndarray) -> np.ndarray:
        word = np.where(is_late, "missing", "shown").astype(object)
        return np.where(is_told[:, None], word, "not_computed")

    no_rows = np.broadcast_to(~has_rows, late.shape)
    either = (of_police[:, None] & no_rows) | (observed[:, None] & late)
    return {
        "offences": words(of_police, ~has_offences),
        "reports": words(of_police, no_rows),
        "observations": words(observed, late),
        "events": words(of_police | observed, either),
    }


def _told(tally, delivered, categories, periods) -> np.ndarray:
    """Whether any source of the category is in ``delivered``: category × period."""
    pairs = tally[["source", "category"]].drop_duplicates()
    found = pairs.merge(delivered[["source", "period"]], on="source")
    flags = np.zeros((len(categories), len(periods)), dtype=bool)
    where_c = pd.Index(categories).get_indexer(found["category"])
    where_p = pd.Index(periods).get_indexer(found["period"])
    inside = (where_c >= 0) & (where_p >= 0)
    flags[where_c[inside], where_p[inside]] = True
    return flags

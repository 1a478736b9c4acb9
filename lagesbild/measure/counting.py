"""Reports counted by source, and sources gathered to the four counts.

In: incidents, ready-made counts and deliveries. Out: tallies (one row, area ×
category × quarter × source) and the full grid of inner cells made from them. Used by
``tables.py`` and ``closed.py``, so that open and closed quarters count alike.
A source that did not deliver a quarter makes its cells missing, never 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.offences import protected_categories

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


def quarter_labels(numbers: pd.Series | np.ndarray) -> np.ndarray:
    """ "2026-K3" of quarters since year 0."""
    codes, unique = pd.factorize(np.asarray(numbers, dtype="int64"))
    labels = np.array([f"{n // 4:04d}-K{n % 4 + 1}" for n in unique], dtype=object)
    return labels[codes] if len(codes) else np.array([], dtype=object)


def find_delivered(deliveries: pd.DataFrame) -> pd.DataFrame:
    """Say which quarters each source has delivered.

    Parameters
    ----------
    deliveries : DataFrame
        The table deliveries; press notices are left out.

    Returns
    -------
    DataFrame
        One row, one source and quarter from the first delivered by anyone to the
        last: source, source_kind ("police", "observation", "counts"), period,
        is_delivered. A delivery that touches a quarter has delivered it.
    """
    known = deliveries["period_start"].notna() & (deliveries["source_kind"] != "notis")
    rows = deliveries[known].reset_index(drop=True)
    names = ["source", "source_kind", "period", "is_delivered"]
    if rows.empty:
        return pd.DataFrame(columns=names).astype({"is_delivered": "bool"})
    first = quarter_numbers(rows["period_start"]).astype("int64")
    end = rows["period_end"].fillna(rows["period_start"])
    last = np.maximum(quarter_numbers(end).astype("int64"), first)
    length = (last - first + 1).to_numpy()
    at = np.repeat(np.arange(len(rows)), length)
    step = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    touched = pd.DataFrame(
        {"source": rows["source"].to_numpy()[at], "number": first.to_numpy()[at] + step}
    ).drop_duplicates()
    sources = rows[["source", "source_kind"]].drop_duplicates("source")
    quarters = pd.DataFrame({"number": np.arange(first.min(), last.max() + 1)})
    grid = sources.merge(quarters, how="cross")
    grid = grid.merge(touched.assign(is_delivered=True), how="left")
    grid["is_delivered"] = grid["is_delivered"].eq(True)
    grid["period"] = quarter_labels(grid["number"])
    return grid.sort_values(["source", "number"])[names].reset_index(drop=True)


def dated(incidents: pd.DataFrame, date: str = "reported") -> pd.DataFrame:
    """Countable reports with the quarter in which they count.

    Protected classes and unknown codes are left out: they are counted by municipality
    and year only. By date of occurrence a report counts in the quarter in which it
    began, or ended where only that is known; one without either is left out.

    Returns
    -------
    DataFrame
        One row, one report: area_id ("" without area), category, period, source,
        source_kind, n_offences, event_id and incident_id.
    """
    protected = incidents["protected_class"].notna()
    protected |= incidents["category"].isin(protected_categories())
    rows = incidents[~protected]
    if date == "reported":
        number = quarter_numbers(rows["reported_on"])
    else:
        moment = rows["occurred_from"].fillna(rows["occurred_to"])
        number = quarter_numbers(moment.dt.tz_convert(ZONE))
    rows, number = rows[number.notna()], number[number.notna()]
    named = ["category", "source", "source_kind", "n_offences", "incident_id"]
    counted = rows[named].assign(
        area_id=rows["area_id"].fillna(""),
        period=quarter_labels(number),
        event_id=rows["event_id"].fillna(rows["incident_id"]),
        reported_on=rows["reported_on"],
    )
    return counted.reset_index(drop=True)


def tally_sources(rows: pd.DataFrame) -> pd.DataFrame:
    """Count reports by source.

    Parameters
    ----------
    rows : DataFrame
        From ``dated``.

    Returns
    -------
    DataFrame
        One row, area × category × quarter × source with at least one report:
        n_offences and n_reports (police), n_observations (others), n_events
        (distinct events told by the source). Under the source ``ALL_SOURCES`` each
        event counts once, where the police report has it if there is one, else
        where the first report has it; ``ALL_OBSERVERS`` is the same of the others.
    """
    keys = [*KEYS, "source", "source_kind"]
    size = rows.groupby(keys, sort=True).agg(
        n_rows=("incident_id", "size"), n_offences=("n_offences", "sum")
    )
    events = rows.drop_duplicates([*keys, "event_id"]).groupby(keys).size()
    tally = size.assign(n_events=events).reset_index()
    is_police = tally["source_kind"] == "police"
    tally["n_reports"] = tally["n_rows"].where(is_police)
    tally["n_observations"] = tally["n_rows"].where(~is_police)
    tally["n_offences"] = tally["n_offences"].where(is_police)
    # the police's account first, then the earliest: it says where the event counts
    order = rows.assign(rank=(rows["source_kind"] != "police").astype(int))
    order = order.sort_values(["rank", "reported_on", "incident_id"], kind="stable")
    parts = [tally[_TALLY]]
    others = order[order["source_kind"] != "police"]
    for source, told in ((ALL_SOURCES, order), (ALL_OBSERVERS, others)):
        leads = told.drop_duplicates("event_id")
        counted = leads.groupby(KEYS, sort=True).size().rename("n_events")
        parts.append(
            counted.reset_index().assign(source=source, source_kind="observation")
        )
    return _number(pd.concat([part for part in parts if len(part)] or [tally]))


def _number(tally: pd.DataFrame) -> pd.DataFrame:
    out = tally.reindex(columns=_TALLY).reset_index(drop=True)
    return out.astype(dict.fromkeys(COUNTS, "float64"))


def tally_ready(
    ready_counts: pd.DataFrame | None, delivered: pd.DataFrame, deliveries: pd.DataFrame
) -> pd.DataFrame:
    """Police offences of the quarters for which the police delivered no rows.

    A later file of a source and quarter replaces an earlier one.

    Returns
    -------
    DataFrame
        A tally whose only count is n_offences.
    """
    if ready_counts is None or ready_counts.empty:
        return _number(pd.DataFrame(columns=_TALLY))
    rows = ready_counts[
        ready_counts["protected_class"].isna()
        & ~ready_counts["category"].isin(protected_categories())
        & ~ready_counts["period"].isin(_row_quarters(delivered))
        & ready_counts["period"].str.fullmatch(r"\d{4}-K[1-4]")
    ]
    if "delivery_id" in deliveries and "delivery_id" in rows:
        number = deliveries.set_index("delivery_id")["sequence_number"]
        order = rows["delivery_id"].map(number).fillna(0)
        newest = order.groupby([rows["source"], rows["period"]]).transform("max")
        rows = rows[order == newest]
    rows = rows.assign(area_id=rows["area_id"].fillna(""), source_kind="police")
    keys = [*KEYS, "source", "source_kind"]
    return _number(rows.groupby(keys)["n_offences"].sum().reset_index())


def _row_quarters(delivered: pd.DataFrame) -> set[str]:
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
        The grid; area "" ("Utan område") is among the areas.

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
    police = tally[tally["source_kind"] == "police"]
    others = tally[
        (tally["source_kind"] == "observation") & ~tally["source"].isin(EXTRA_SOURCES)
    ]

    def dense(rows: pd.DataFrame, count: str) -> np.ndarray:
        summed = rows.groupby(KEYS)[count].sum()
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


def _of(tally: pd.DataFrame, source: str) -> pd.DataFrame:
    return tally[tally["source"] == source]


def _gaps(police, others, delivered, categories, periods) -> dict[str, np.ndarray]:
    """Status by category × period of each kind of count."""
    of_police = np.isin(categories, police["category"].unique())
    row_quarters = _row_quarters(delivered)
    counted = delivered["is_delivered"] & (delivered["source_kind"] != "observation")
    has_rows = np.isin(periods, list(row_quarters))
    has_offences = np.isin(periods, list(set(delivered.loc[counted, "period"])))
    has_offences &= has_rows | np.isin(periods, police["period"].unique())
    pairs = others[["source", "category"]].drop_duplicates()
    gap = pairs.merge(delivered[~delivered["is_delivered"]], on="source")
    late = np.zeros((len(categories), len(periods)), dtype=bool)
    where_c = pd.Index(categories).get_indexer(gap["category"])
    where_p = pd.Index(periods).get_indexer(gap["period"])
    inside = (where_c >= 0) & (where_p >= 0)
    late[where_c[inside], where_p[inside]] = True
    observed = np.isin(categories, pairs["category"].unique())

    def words(is_told: np.ndarray, is_late: np.ndarray) -> np.ndarray:
        word = np.where(is_late, "missing", "shown").astype(object)
        return np.where(is_told[:, None], word, "not_computed")

    no_rows = np.broadcast_to(~has_rows, late.shape)
    either = (of_police[:, None] & no_rows) | (observed[:, None] & late)
    return {
        "offences": words(of_police, np.broadcast_to(~has_offences, late.shape)),
        "reports": words(of_police, no_rows),
        "observations": words(observed, late),
        "events": words(of_police | observed, either),
    }

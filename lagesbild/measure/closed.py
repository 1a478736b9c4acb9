"""Counts that closing a cycle freezes, and frozen counts read back.

In: incidents, ready-made counts and deliveries, or the table closed_counts. Out: rows
of closed_counts, or the tally and deliveries they stand for. Next: ``closing`` writes
them, ``tables.measure_cycle`` reads them in place of rows that may be erased.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.measure.contributors import count_contributors
from lagesbild.measure.counting import (
    COUNTS,
    EXTRA_SOURCES,
    KEYS,
    dated,
    find_delivered,
    tally_sources,
    to_known_areas,
)
from lagesbild.measure.ready import tally_ready
from lagesbild.measure.totals import WITHOUT_AREA
from lagesbild.offences import load_categories
from lagesbild.period import Period


def count_for_closing(
    incidents: pd.DataFrame,
    deliveries: pd.DataFrame,
    areas: pd.DataFrame,
    cycle: str | Period,
    *,
    ready_counts: pd.DataFrame | None = None,
    closed_counts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count a cycle's quarter as the table closed_counts has it.

    Parameters
    ----------
    incidents : DataFrame
        From ``load_incidents``: the whole history, so that a category told in other
        quarters gets its zeros in this one.
    deliveries, ready_counts : DataFrame
        From the store.
    areas : DataFrame
        With ``area_id``.
    cycle : str or Period
        A quarter.
    closed_counts : DataFrame, optional
        Of earlier cycles: rows of what they tell may have been erased, and a category
        told there gets its zeros all the same.

    Returns
    -------
    DataFrame
        closed_counts without ``closed_at``. One row, area × category × source of the
        quarter, zeros filled in; area "" is "Utan område". The sources "alla" and
        "alla_observation" hold distinct events of all sources, and of all but the
        police (only n_events). Protected classes have area "" alone.
    """
    label = str(cycle)
    rows = dated(incidents)
    delivered = find_delivered(deliveries)
    ready = tally_ready(ready_counts, delivered, deliveries)
    area_ids = [*areas["area_id"], WITHOUT_AREA]
    seen = pd.concat([t for t in (tally_sources(rows), ready) if len(t)] or [ready])
    seen = to_known_areas(seen, area_ids)
    keys = [*KEYS, "source", "source_kind"]
    seen = seen.groupby(keys, dropna=False)[list(COUNTS)].sum(min_count=1).reset_index()
    pairs = seen[["source", "source_kind", "category"]]
    if closed_counts is not None:
        told = closed_counts["protected_class"].isna() & ~closed_counts["is_missing"]
        told &= closed_counts[list(COUNTS)].gt(0).any(axis="columns")
        pairs = pd.concat([pairs, closed_counts.loc[told, pairs.columns]])
    pairs = pairs.drop_duplicates().sort_values(["source", "category"])
    grid = pairs.merge(pd.DataFrame({"area_id": area_ids}), how="cross")
    now = seen[seen["period"] == label].drop(columns="source_kind")
    frame = grid.assign(period=label).merge(
        now, how="left", on=[*KEYS, "source"], validate="1:1"
    )
    frame = _zeros(frame, has_rows=~frame["source"].isin(set(ready["source"])))
    told = delivered[(delivered["period"] == label) & delivered["is_delivered"]]
    # a ready-made count of a whole year has come in, yet says nothing of the quarter
    is_mute = (told["source_kind"] == "counts") & ~told["source"].isin(now["source"])
    there = [*told.loc[~is_mute, "source"], *EXTRA_SOURCES]
    frame["is_missing"] = ~frame["source"].isin(there)
    frame.loc[frame["is_missing"], list(COUNTS[:3])] = np.nan
    frame = frame.assign(protected_class=pd.NA)
    protected = _protected(incidents, label)
    parts = [part for part in (frame, protected) if len(part)] or [frame]
    return _shape(pd.concat(parts, ignore_index=True), label)


def find_contributors(
    incidents: pd.DataFrame,
    counts: pd.DataFrame,
    areas: pd.DataFrame,
    cycle: str | Period,
) -> pd.DataFrame:
    """Find who and what lies behind a cycle's counts, as closed_contributors has it.

    Parameters
    ----------
    incidents, areas : DataFrame
        As for ``count_for_closing``.
    counts : DataFrame
        What that made of them.
    cycle : str or Period

    Returns
    -------
    DataFrame
        closed_contributors; no rows where ready-made counts hide what is behind.
    """
    label = str(cycle)
    rows = dated(incidents)
    rows = rows[rows["period"] == label]
    is_ready = counts["source_kind"].eq("police") & counts["n_reports"].isna()
    is_ready &= counts["protected_class"].isna() & counts["n_offences"].gt(0)
    if is_ready.any():
        rows = rows.iloc[:0]
    found = count_contributors(rows, [*areas["area_id"], WITHOUT_AREA])
    return found.assign(cycle=label)


def _zeros(frame: pd.DataFrame, *, has_rows: pd.Series) -> pd.DataFrame:
    """A count that its kind of source can have is 0 where nothing was told."""
    extra = frame["source"].isin(EXTRA_SOURCES)
    is_police = frame["source_kind"] == "police"
    can_have = {
        "n_offences": is_police,
        "n_reports": is_police & has_rows,
        "n_observations": ~is_police & ~extra,
        "n_events": pd.Series(True, index=frame.index),
    }
    filled = {n: frame[n].fillna(0.0).where(can) for n, can in can_have.items()}
    return frame.assign(**filled)


def _protected(incidents: pd.DataFrame, label: str) -> pd.DataFrame:
    """The protected classes by source, without area: only whole years may use them."""
    period = Period(label)
    rows = incidents[
        incidents["protected_class"].notna()
        & incidents["reported_on"].between(
            pd.Timestamp(period.start), pd.Timestamp(period.end)
        )
    ]
    keys = ["category", "source", "source_kind", "protected_class"]
    counted = rows.groupby(keys, as_index=False).agg(
        n_offences=("n_offences", "sum"),
        n_rows=("incident_id", "size"),
        n_events=("incident_id", "nunique"),
    )
    is_police = counted["source_kind"] == "police"
    return counted.drop(columns="n_rows").assign(
        area_id=WITHOUT_AREA,
        period=label,
        n_offences=counted["n_offences"].where(is_police),
        n_reports=counted["n_rows"].where(is_police),
        n_observations=counted["n_rows"].where(~is_police),
        is_missing=False,
    )


def _shape(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    total = frame["n_reports"].fillna(frame["n_observations"]).astype("float64")
    by = [frame["source"], frame["category"]]
    without = total.where(frame["area_id"] == WITHOUT_AREA, 0).groupby(by)
    whole = total.groupby(by).transform("sum")
    share = without.transform("sum") / whole.where(whole > 0)
    share = share.where(frame["protected_class"].isna())
    names = [*KEYS, "source", "source_kind", "protected_class", *COUNTS]
    shaped = frame[names].assign(cycle=label, unplaced_share=share)
    shaped["is_missing"] = frame["is_missing"].astype(bool)
    shaped[list(COUNTS)] = shaped[list(COUNTS)].astype("float64").astype("Int64")
    shaped["n_events"] = shaped["n_events"].fillna(0)
    text = [*KEYS, "source", "source_kind", "protected_class", "cycle"]
    shaped[text] = shaped[text].astype("str")
    order = load_categories()["category"]
    key = shaped["category"].map(dict(zip(order, range(len(order)), strict=True)))
    by = [shaped["source"], key, shaped["area_id"]]
    return shaped.iloc[np.lexsort([part.to_numpy() for part in reversed(by)])][
        ["cycle", *names, "unplaced_share", "is_missing"]
    ].reset_index(drop=True)


def read_closed(
    closed_counts: pd.DataFrame, *, to: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read frozen counts as a tally and the deliveries behind it.

    Parameters
    ----------
    closed_counts : DataFrame
        The table, of any number of cycles.
    to : str
        The last quarter wanted.

    Returns
    -------
    tally : DataFrame
        As of ``counting.tally_sources``; protected classes are left out.
    delivered : DataFrame
        As of ``counting.find_delivered``, for the closed quarters alone.
    """
    kept = closed_counts["protected_class"].isna() & (closed_counts["period"] <= to)
    rows = closed_counts[kept].reset_index(drop=True)
    counts = rows[list(COUNTS)].astype("float64")
    tally = rows[[*KEYS, "source", "source_kind"]].join(counts)
    told = rows[~rows["source"].isin(EXTRA_SOURCES)]
    # ready-made counts are the police's, yet nobody has seen the reports behind them
    ready = (told["source_kind"] == "police") & told["n_reports"].isna()
    kind = told["source_kind"].mask(ready & ~told["is_missing"], "counts")
    delivered = (
        told.assign(source_kind=kind)
        .groupby(["source", "period"], as_index=False)
        .agg(source_kind=("source_kind", "first"), late=("is_missing", "all"))
    )
    delivered["is_delivered"] = ~delivered.pop("late").astype(bool)
    return tally, delivered

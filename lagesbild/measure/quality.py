"""What the analyst needs to know of a cycle's data before trusting it.

In: the store's tables. Out: small tables of counts by reason, for the internal
publication alone. Next: ``publication``. Only ``rejected_texts`` holds values from
deliveries: masked place texts that several rows share.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lagesbild.measure import counting
from lagesbild.measure.rejected import count_rejected_texts
from lagesbild.offences import protected_categories
from lagesbild.period import Period


def list_deliveries(
    deliveries: pd.DataFrame,
    *,
    sources: Mapping[str, tuple[str, str, str, str]],
    periods: list[str],
) -> pd.DataFrame:
    """Say which source has delivered which quarter.

    Parameters
    ----------
    deliveries : DataFrame
        From the store.
    sources : mapping
        Key → name, organisation, kind, expected ("quarter" or "none").
    periods : list of str
        Quarters.

    Returns
    -------
    DataFrame
        One row, one source and quarter: source, source_name, organisation, period,
        received_on (latest; missing if not delivered), is_delivered, rows_in,
        rows_stored, rows_unchanged, rows_quarantined (of the files that end in the
        quarter; missing if none does). Press notices, and sources that nobody
        expects for a quarter they did not deliver, have no row.
    """
    wanted = {k: v for k, v in sources.items() if v[2] != "notis"}
    files = deliveries[deliveries["source"].isin(wanted)]
    told = counting.find_delivered(files)
    told = told[told["is_delivered"]][["source", "period", "is_delivered"]]
    grid = pd.DataFrame(
        [(k, v[0], v[1], v[3]) for k, v in wanted.items()],
        columns=["source", "source_name", "organisation", "expected"],
    ).merge(pd.DataFrame({"period": periods}), how="cross")
    grid = grid.merge(told, how="left", on=["source", "period"])
    grid["is_delivered"] = grid["is_delivered"].eq(True)
    grid = grid[grid["is_delivered"] | (grid.pop("expected") == "quarter")]
    counts = ["rows_in", "rows_stored", "rows_unchanged", "rows_quarantined"]
    numbers = _numbers(files, counts)
    received = _received(files, periods)
    grid = grid.merge(received, how="left", on=["source", "period"])
    grid = grid.merge(numbers, how="left", on=["source", "period"])
    names = ["source", "source_name", "organisation", "period", "received_on"]
    return grid[[*names, "is_delivered", *counts]].reset_index(drop=True)


def _received(files: pd.DataFrame, periods: list[str]) -> pd.DataFrame:
    """The latest day on which a file that touches the quarter came in."""
    known = files.dropna(subset=["period_start"])
    parts = []
    for label in periods:
        touching = _touches(known, Period(label))
        latest = known[touching].groupby("source")["received_on"].max().reset_index()
        parts.append(latest.assign(period=label))
    return pd.concat(parts, ignore_index=True)


def _touches(files: pd.DataFrame, period: Period) -> pd.Series:
    end = files["period_end"].fillna(files["period_start"])
    return (files["period_start"] <= pd.Timestamp(period.end)) & (
        end >= pd.Timestamp(period.start)
    )


def _numbers(files: pd.DataFrame, counts: list[str]) -> pd.DataFrame:
    known = files.dropna(subset=["period_start"])
    end = known["period_end"].fillna(known["period_start"])
    label = counting.quarter_labels(counting.quarter_numbers(end))
    rows = known.reindex(columns=["source", *counts]).assign(period=label)
    return rows.groupby(["source", "period"], as_index=False)[counts].sum()


def measure_quality(
    incidents: pd.DataFrame,
    deliveries: pd.DataFrame,
    quarantine: pd.DataFrame,
    notices: pd.DataFrame,
    *,
    cycle: Period,
    source_names: Mapping[str, str],
) -> dict[str, pd.DataFrame]:
    """Measure the quality of a cycle's data.

    Parameters
    ----------
    incidents, deliveries, quarantine, notices : DataFrame
        From the store.
    cycle : Period
    source_names : mapping of str to str

    Returns
    -------
    dict of str to DataFrame
        quarantine (source_name, reason, n_rows), geocoding (source_name, method,
        n_rows, share), rejected_places (reason, n_rows), rejected_texts (text,
        locality, reason, advice, n_rows), withdrawn (source_name, file_name, n_rows),
        masked (source_name, file_name, columns_dropped, masked), notices (notice_type,
        n_rows). Of files that touch the cycle or cover no period, and of reports
        registered in it, for rejected_texts in the year that ends with it; protected
        classes are left out.
    """
    unknown = deliveries["period_start"].isna()
    files = deliveries[unknown | _touches(deliveries, cycle)]
    files = files.assign(source_name=files["source"].map(source_names))
    files["source_name"] = files["source_name"].fillna(files["source"])
    files = files.sort_values("sequence_number")
    rejected = quarantine.merge(files[["delivery_id", "source_name"]], on="delivery_id")
    first, last = pd.Timestamp(cycle.start), pd.Timestamp(cycle.end)
    hidden = incidents["protected_class"].notna()
    hidden |= incidents["category"].isin(protected_categories())
    until = incidents[~hidden & (incidents["reported_on"] <= last)]
    year = until[until["reported_on"] > last - pd.DateOffset(years=1)]
    rows = until[until["reported_on"] >= first]
    rows = rows.assign(source_name=rows["source"].map(source_names))
    unsure = rows[
        rows["geocode_reason"].notna() & (rows["geocode_method"] == "avvisad")
    ]
    published = (
        notices["published_at"].dt.tz_convert(counting.ZONE).dt.tz_localize(None)
    )
    within = published.between(first, last + pd.Timedelta(days=1), inclusive="left")
    withdrawn = files[files["rows_withdrawn"].fillna(0) > 0]
    masked = files[files["columns_dropped"].notna() | files["masked"].notna()]
    return {
        "quarantine": _count(rejected, ["source_name", "reason"]),
        "geocoding": _methods(rows),
        "rejected_places": _count(
            unsure.rename(columns={"geocode_reason": "reason"}), ["reason"]
        ),
        "rejected_texts": count_rejected_texts(year),
        "withdrawn": withdrawn.rename(columns={"rows_withdrawn": "n_rows"})[
            ["source_name", "file_name", "n_rows"]
        ].reset_index(drop=True),
        "masked": masked[
            ["source_name", "file_name", "columns_dropped", "masked"]
        ].reset_index(drop=True),
        "notices": _count(notices[within], ["notice_type"]),
    }


def _methods(rows: pd.DataFrame) -> pd.DataFrame:
    table = _count(
        rows.rename(columns={"geocode_method": "method"}), ["source_name", "method"]
    )
    whole = table.groupby("source_name")["n_rows"].transform("sum")
    return table.assign(share=table["n_rows"] / whole)


def _count(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    counted = rows.groupby(by, dropna=False).size().rename("n_rows").reset_index()
    order = [*(["source_name"] if "source_name" in by else []), "n_rows"]
    return counted.sort_values(
        order, ascending=[name != "n_rows" for name in order], kind="stable"
    ).reset_index(drop=True)

"""Ready-made counts, for quarters in which the police deliver no rows.

In: the table ready_counts. Out: a tally as of ``counting.tally_sources``, with
n_offences alone. Used by ``tables`` and ``closed``.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.measure.counting import KEYS, make_tally, quarter_labels, row_quarters
from lagesbild.offences import protected_categories


def tally_ready(
    ready_counts: pd.DataFrame | None, delivered: pd.DataFrame, deliveries: pd.DataFrame
) -> pd.DataFrame:
    """Police offences of the quarters for which the police delivered no rows.

    A later file of a source and period replaces an earlier one. Counts by month are
    added up where all three months of the quarter are told; those of a longer period
    cannot be divided and count in no quarter.

    Returns
    -------
    DataFrame
        A tally whose only count is n_offences.
    """
    if ready_counts is None or ready_counts.empty:
        return make_tally(pd.DataFrame())
    rows = ready_counts[
        ready_counts["protected_class"].isna()
        & ~ready_counts["category"].isin(protected_categories())
    ]
    number = deliveries.set_index("delivery_id")["sequence_number"]
    order = rows["delivery_id"].map(number).fillna(0)
    newest = order.groupby([rows["source"], rows["period"]]).transform("max")
    rows = _to_quarters(rows[order == newest])
    rows = rows[~rows["period"].isin(row_quarters(delivered))]
    rows = rows.assign(area_id=rows["area_id"].fillna(""), source_kind="police")
    keys = [*KEYS, "source", "source_kind"]
    return make_tally(
        rows.groupby(keys, dropna=False)["n_offences"].sum().reset_index()
    )


def _to_quarters(rows: pd.DataFrame) -> pd.DataFrame:
    quarterly = rows[rows["period"].str.fullmatch(r"\d{4}-K[1-4]")]
    monthly = rows[rows["period"].str.fullmatch(r"\d{4}-\d\d")]
    if monthly.empty:
        return quarterly
    number = monthly["period"].str[:4].astype("int64") * 4
    number += (monthly["period"].str[5:].astype("int64") - 1) // 3
    quarter = pd.Series(quarter_labels(number), monthly.index, dtype="str")
    told = monthly["period"].groupby([monthly["source"], quarter]).transform("nunique")
    kept = monthly.assign(period=quarter)[told == 3]
    # a quarter told both ways counts as the quarter was told
    done = pd.MultiIndex.from_frame(quarterly[["source", "period"]])
    again = pd.MultiIndex.from_frame(kept[["source", "period"]]).isin(done)
    return pd.concat([quarterly, kept[~again]], ignore_index=True)

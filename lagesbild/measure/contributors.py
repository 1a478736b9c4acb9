"""Who and what lies behind a count: distinct events, distinct places, the largest.

In: reports of ``counting.dated``. Out: contributors of every area, node of the
category tree and quarter, and cells with them. Next: ``protect``, which hides a count
that many offences of one event, or many reports of one place, have made large.
Contributors of a total are counted anew: no sum of its parts tells them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.measure.counting import KEYS, to_known_areas
from lagesbild.measure.totals import MUNICIPALITY
from lagesbild.offences import ALL, load_categories

_BEHIND = {
    "police": {
        "n_events": "n_police_events",
        "n_places": "n_police_places",
        "n_offences_largest": "n_offences_largest",
    },
    "observation": {"n_events": "n_observer_events", "n_places": "n_observer_places"},
}


def count_contributors(rows: pd.DataFrame, area_ids: list[str]) -> pd.DataFrame:
    """Count the contributors of every cell that has a report.

    Parameters
    ----------
    rows : DataFrame
        From ``counting.dated``.
    area_ids : list of str
        The areas of the register, "" among them.

    Returns
    -------
    DataFrame
        One row, area (also "*") × node (leaf, group, "alla") × quarter × source_kind:
        n_events, n_places, n_offences_largest (offences of the event that has most;
        missing for observations).
    """
    rows = to_known_areas(rows, area_ids)
    group = rows["category"].map(load_categories().set_index("category")["group"])
    nodes = pd.concat(
        [rows, rows.assign(category=group), rows.assign(category=ALL)],
        ignore_index=True,
    )
    every = pd.concat([nodes, nodes.assign(area_id=MUNICIPALITY)], ignore_index=True)
    every["n_offences"] = every["n_offences"].astype("float64")
    keys = [*KEYS, "source_kind"]
    events = every.groupby([*keys, "event_id"])["n_offences"].sum(min_count=1)
    counted = events.groupby(keys).agg(n_events="size", n_offences_largest="max")
    counted["n_places"] = every.groupby(keys)["place"].nunique()
    columns = [*keys, "n_events", "n_places", "n_offences_largest"]
    return counted.reset_index()[columns]


def add_contributors(
    cells: pd.DataFrame, contributors: pd.DataFrame, *, known: set[str]
) -> pd.DataFrame:
    """Add to cells what lies behind them.

    Parameters
    ----------
    cells : DataFrame
        With n_police_events and n_observer_events, which are sums of leaves.
    contributors : DataFrame
        From ``count_contributors``.
    known : set of str
        Quarters of which the contributors are known; in others the columns are
        missing and the sums stay.

    Returns
    -------
    DataFrame
        The same rows with n_police_places, n_observer_places and n_offences_largest,
        and the numbers of events no larger than they are.
    """
    is_known = cells["period"].isin(known)
    out = cells.copy()
    for kind, names in _BEHIND.items():
        rows = contributors[contributors["source_kind"] == kind]
        told = out[KEYS].merge(
            rows[[*KEYS, *names]], how="left", on=KEYS, validate="1:1"
        )
        for theirs, ours in names.items():
            counted = told[theirs].astype("float64").fillna(0.0).set_axis(out.index)
            counted = counted.where(is_known)
            if ours in out:
                counted = np.fmin(out[ours].astype("float64"), counted).where(
                    out[ours].notna()
                )
            out[ours] = counted
    return out

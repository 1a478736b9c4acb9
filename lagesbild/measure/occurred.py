"""Events by the date on which they happened, a measure apart from what was reported.

In: incidents and the cells of a cycle. Out: one more count for each cell. Next:
``protect``, through ``publication``. Reports come late, so the last quarters are
never complete; closed counts hold no such dates, so this is read from the rows.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.measure import counting
from lagesbild.measure.contributors import count_contributors
from lagesbild.measure.totals import MUNICIPALITY, WITHOUT_AREA, add_totals
from lagesbild.offences import ALL, load_categories
from lagesbild.period import Period

NAME, PLACES = "n_events_occurred", "n_places_occurred"


def add_occurred(
    cells: pd.DataFrame,
    incidents: pd.DataFrame,
    deliveries: pd.DataFrame,
    *,
    cycle: Period | str,
    rows_from: str | None = None,
) -> pd.DataFrame:
    """Add the distinct events that happened in each quarter.

    Parameters
    ----------
    cells : DataFrame
        From ``measure_cycle``.
    incidents, deliveries : DataFrame
        From the store. Only reports registered up to the cycle's last day count, so
        that a cycle's figures stay what they were.
    cycle : Period or str
    rows_from : str, optional
        The first quarter whose rows are sure to be kept; earlier ones are missing.

    Returns
    -------
    DataFrame
        The same rows with n_events_occurred (distinct events whoever told them,
        without those of no date) and n_events_occurred_status: shown, missing (a
        source did not deliver, or the quarter's reports are erased), not_computed;
        and n_places_occurred, the distinct places behind.
    """
    end = pd.Timestamp(Period(str(cycle)).end)
    rows = incidents[incidents["reported_on"] <= end]
    leaves = set(load_categories()["category"]) & set(cells["category"])
    area_ids = [a for a in cells["area_id"].unique() if a != MUNICIPALITY]
    dated = counting.dated(rows, "occurred")
    area_ids = [*(a for a in area_ids if a != WITHOUT_AREA), WITHOUT_AREA]
    inner = counting.gather(
        counting.tally_sources(dated),
        counting.find_delivered(deliveries),
        area_ids=area_ids,
        categories=[c for c in cells["category"].unique() if c in leaves],
        periods=list(cells["period"].unique()),
    )
    told = add_totals(inner)[[*counting.KEYS, "n_events", "n_events_status"]]
    names = {"n_events": NAME, "n_events_status": f"{NAME}_status"}
    out = cells.merge(
        told.rename(columns=names), how="left", on=counting.KEYS, validate="1:1"
    ).set_axis(cells.index)
    out[PLACES] = _places(out, dated, area_ids)
    erased = out["period"].isin(_erased(cells, rows))
    erased |= out["period"] < (rows_from or "")
    erased &= out[f"{NAME}_status"] == "shown"
    out[NAME] = out[NAME].mask(erased)
    out[f"{NAME}_status"] = out[f"{NAME}_status"].mask(erased, "missing")
    return out


def _places(cells, dated, area_ids) -> pd.Series:
    """Distinct places of the events, whoever told them."""
    rows = dated.assign(source_kind="police")
    told = count_contributors(rows, area_ids)[[*counting.KEYS, "n_places"]]
    found = cells[counting.KEYS].merge(told, how="left", on=counting.KEYS)
    return found["n_places"].set_axis(cells.index)


def _erased(cells: pd.DataFrame, rows: pd.DataFrame) -> set[str]:
    """Quarters that have counts but no reports left to date them by."""
    whole = (cells["area_id"] == MUNICIPALITY) & (cells["category"] == ALL)
    counted = cells.loc[whole & (cells["n_events"] > 0), "period"]
    return set(counted) - set(counting.dated(rows)["period"])

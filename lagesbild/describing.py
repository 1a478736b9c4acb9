"""What a publication tells beside its cells, and what it is where there are none.

In: the store's tables, a cycle's cells and the statistics. Out: the parts that all
audiences' publications are made of. Used by ``publication``. A workspace on open data
alone has no deliveries: its cells have no rows, and the day of its data is that of the
newest statistics or press notices.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure import quality
from lagesbild.measure.totals import MUNICIPALITY
from lagesbild.protect.hide import COUNTS, hide_cells
from lagesbild.protect.years import count_protected_years

if TYPE_CHECKING:
    from lagesbild.period import Period
    from lagesbild.workspace import Workspace

_NOTICES = "notis"
_NUMBERS = ("n_inhabitants", "n_offences_last_year", "n_observations_last_year")


def has_deliveries(tables: dict[str, pd.DataFrame]) -> bool:
    """Whether anything has come that is counted; press notices are not."""
    is_counted = tables["deliveries"]["source_kind"] != _NOTICES
    return bool(is_counted.any() or len(tables["closed_counts"]))


def make_empty_cells() -> pd.DataFrame:
    """Cells without a row, in the columns and types of a publication."""
    text = pd.Series(dtype="str")
    columns = dict.fromkeys(("area_id", "category", "period", "measure"), text)
    columns |= dict.fromkeys(("rate_reason", "change_reason", "verdict"), text)
    for name in (*COUNTS, *_NUMBERS):
        columns[name] = pd.Series(dtype="Int64")
    for name in ("rate_per_1000_quarter", "rate_lower", "rate_upper", "rate_ratio"):
        columns[name] = pd.Series(dtype="float64")
    for name in ("ratio_lower", "ratio_upper"):
        columns[name] = pd.Series(dtype="float64")
    for name in (*COUNTS, "n_offences_last_year", "n_observations_last_year"):
        columns[f"{name}_status"] = text
    columns |= dict.fromkeys(("rate_status", "change_status"), text)
    hidden = pd.DataFrame({name: np.array([], dtype=bool) for name in COUNTS})
    return hide_cells(pd.DataFrame(columns), hidden)


def find_last_day(
    tables: dict[str, pd.DataFrame], retrieved_on: date | None, *, cycle: Period
) -> date:
    """When the last of what a publication without deliveries rests on came.

    Raises
    ------
    UsageError
        If there is nothing at all, or the cycle began after that day.
    """
    days = [day.date() for day in tables["deliveries"]["received_on"]]
    days += [retrieved_on] if retrieved_on else []
    if not days:
        raise UsageError(
            "Det finns varken leveranser eller statistik att göra sidor av. Lägg filer "
            "i inkommande/ eller statistik/ och kör 'lagesbild ingest' eller "
            "'lagesbild statistics'."
        )
    if max(days) < cycle.start:
        raise UsageError(
            f"{cycle} började efter den sista uppgiften, som kom {max(days)}. Välj ett "
            "tidigare kvartal."
        )
    return max(days)


def describe(
    ws: Workspace, cycle: Period, tables: dict, cells: pd.DataFrame, state: dict
) -> dict:
    """What a publication tells beside its cells; ``intern`` may have all of it.

    Returns
    -------
    dict
        By field of ``Publication``.
    """
    sources = ws.settings.sources
    names = {key: source.name for key, source in sources.items()}
    periods = sorted(cells["period"].unique()) or [cycle.label]
    deliveries = tables["deliveries"]
    counted = deliveries["source_kind"] != _NOTICES
    counted &= ~(deliveries["period_start"] > pd.Timestamp(cycle.end))
    last = deliveries.loc[counted, "received_on"].max()
    closed = tables["closed_counts"]
    late = closed[closed["is_missing"] & closed["source"].isin(names)]
    late = late[["period", "source"]].drop_duplicates()
    without = sorted([p, names[s]] for p, s in late.itertuples(index=False))
    return {
        "cycle": cycle.label,
        "data_until": None if pd.isna(last) else last.date(),
        "protected_years": count_protected_years(closed),
        "areas_listed": pd.DataFrame(
            tables["areas"][["area_id", "name", "kind", "district"]]
        ),
        "deliveries": quality.list_deliveries(
            deliveries,
            sources={
                key: (source.name, source.organisation, source.kind, source.expected)
                for key, source in sources.items()
            },
            periods=periods,
        ),
        "quality": quality.measure_quality(
            *(tables[n] for n in ("incidents", "deliveries", "quarantine", "notices")),
            cycle=cycle,
            source_names=names,
        ),
        "meta": {
            "sequence_number": state["sequence_number"],
            "settings_sha256": state["settings_sha256"],
            "made_from": state["made_from"],
            "rows_from": state["rows_from"],
            "is_closed": cycle.label in state["closed"],
            "closed_without": [pair for pair in without if pair[0] in periods],
            "has_deliveries": bool((cells["area_id"] == MUNICIPALITY).any()),
        },
    }

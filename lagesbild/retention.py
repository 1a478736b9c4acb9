"""How long each layer of the rows may be kept, and what is due to be deleted.

In: the terms of kommun.toml (gallringsfrister) and what is stored. Out: which reports
and raw files are due, and how far back a measure that needs rows may reach. Pure but
for the paths; used by ``purge`` and ``publication``.
The term of a row runs from the day it was registered, which is never after the day it
came, so that nothing is kept longer than the decision says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from lagesbild.archive import add_months
from lagesbild.period import Period
from lagesbild.workspace import Source

PLACE = ["place_text", "place_locality", "given_easting_m", "given_northing_m"]
"""Columns of a report that say where; area and DeSO are the statistics' own."""
POINT = ["easting_m", "northing_m"]
BY_RULE, BY_KEY = "regel", "nyckel"
ROWS, PLACES = "rader", "platser"


def find_due(
    reports: pd.DataFrame, sources: Mapping[str, Source], *, today: date
) -> pd.Series:
    """Say which layer of each report is due to be deleted.

    Parameters
    ----------
    reports : DataFrame
        Current versions, withdrawn ones too: source and reported_on.
    sources : mapping
        Key in kommun.toml → source. One without [governance] has no term, and one
        that is no longer in kommun.toml the shortest of all the others.
    today : date

    Returns
    -------
    Series
        "rader" (the whole row), "platser" (where it was) or missing, by index of
        ``reports``.
    """
    terms = {name: one.governance for name, one in sources.items()}
    told = [rule for rule in terms.values() if rule]
    due = pd.Series(pd.NA, index=reports.index, dtype="str")
    for layer, key in ((PLACES, "retention_place_months"), (ROWS, _ROW_MONTHS)):
        shortest = min((getattr(rule, key) for rule in told), default=None)
        for name in reports["source"].unique():
            rule = terms.get(name)
            months = getattr(rule, key) if rule else None
            months = shortest if name not in terms else months
            if months is None:
                continue
            last = pd.Timestamp(add_months(today, -months))
            is_old = reports["source"].eq(name) & reports["reported_on"].le(last)
            due = due.mask(is_old, layer)
    return due


_ROW_MONTHS = "retention_row_months"


def find_due_files(
    deliveries: pd.DataFrame, sources: Mapping[str, Source], *, today: date
) -> pd.Series:
    """Say of which deliveries the raw file is due; True by index of ``deliveries``.

    A file that came long after what it tells goes when the first of its places does.
    """
    is_due = pd.Series(False, index=deliveries.index)
    for name, source in sources.items():
        if rule := source.governance:
            came = pd.Timestamp(add_months(today, -rule.retention_raw_months))
            told = pd.Timestamp(add_months(today, -rule.retention_place_months))
            is_old = deliveries["received_on"].le(came)
            is_old |= deliveries["period_start"].le(told)
            is_due |= deliveries["source"].eq(name) & is_old
    return is_due


def find_reach(
    sources: Mapping[str, Source], purges: pd.DataFrame, cycle: Period
) -> str | None:
    """The first quarter whose rows and places a cycle's measures may count on.

    The rule alone decides while a cycle is made within a quarter after its end, so that
    a purge in between changes nothing of it.

    Parameters
    ----------
    sources : mapping
        Key in kommun.toml → source.
    purges : DataFrame
        Contract purges.
    cycle : Period
        A quarter.

    Returns
    -------
    str or None
        A quarter's label; None if rows are kept without a term and none was purged.
    """
    rules = [source.governance for source in sources.values() if source.governance]
    found = purges.loc[purges["by"] == BY_RULE, "period"].unique().tolist()
    if rules:
        months = min(
            min(r.retention_place_months, r.retention_row_months) for r in rules
        )
        last = add_months(cycle.next.end, -months)
        found.append(Period.containing(last).label)
    return Period(max(found)).next.label if found else None

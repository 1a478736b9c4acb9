"""Empty the hidden cells and all that derives from them.

In: a cycle's cells and the choice of ``choose_hidden``. Out: the cells an audience may
have, in the columns of a publication. Next: ``auditing`` and ``table``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.period import Period

HIDDEN_VERDICT = "visas inte"
COUNTS = (
    "n_offences",
    "n_observations",
    "n_reports",
    "n_events",
    "n_events_occurred",
)
RATE = ("rate_per_1000_quarter", "rate_lower", "rate_upper")
CHANGE = ("rate_ratio", "ratio_lower", "ratio_upper")
# said of a cell whatever its count is, so they may stand beside a hidden one
_NEUTRAL = (
    "jämförs inte",
    "ännu inte jämförbart",
    "uppgift saknas",
    "för kort historik",
)
COLUMNS = [
    "area_id",
    "category",
    "period",
    *(c for name in COUNTS for c in (name, f"{name}_status")),
    "measure",
    "n_inhabitants",
    *RATE,
    "rate_status",
    "rate_reason",
    "n_offences_last_year",
    "n_offences_last_year_status",
    "n_observations_last_year",
    "n_observations_last_year_status",
    *CHANGE,
    "change_status",
    "change_reason",
    "verdict",
]


def hide_cells(cells: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """Make the cells of one audience.

    Parameters
    ----------
    cells : DataFrame
        From ``measure_cycle``.
    hidden : DataFrame
        From ``choose_hidden``, same index.

    Returns
    -------
    DataFrame
        The same rows, columns ``COLUMNS``. Hidden counts, last year's hidden counts,
        and rates, ratios and verdicts that rest on one are empty, their status
        "suppressed" and their verdict "visas inte".
    """
    out = cells.reindex(columns=COLUMNS).copy()
    for name in COUNTS:
        out[name] = out[name].astype("float64").mask(hidden[name]).astype("Int64")
        status = f"{name}_status"
        out[status] = out[status].mask(hidden[name], "suppressed")
    before = _last_year(cells, hidden)
    for name in ("n_offences", "n_observations"):
        column, status = f"{name}_last_year", f"{name}_last_year_status"
        gone = before[name] & (out[status] == "shown")
        out[column] = out[column].mask(before[name])
        out[status] = out[status].mask(gone, "suppressed")
    return _hide_derived(out, hidden, before)


def _hide_derived(out, hidden, before) -> pd.DataFrame:
    is_offences = out["measure"] == "n_offences"

    def of_measure(flags: pd.DataFrame) -> pd.Series:
        return flags["n_offences"].where(is_offences, flags["n_observations"])

    gone = of_measure(hidden)
    out.loc[gone, list(RATE)] = np.nan
    out["rate_status"] = out["rate_status"].mask(
        gone & (out["rate_status"] == "shown"), "suppressed"
    )
    gone |= of_measure(before)
    out.loc[gone, list(CHANGE)] = np.nan
    told = gone & ~out["verdict"].isin(_NEUTRAL)
    out["change_status"] = out["change_status"].mask(told, "suppressed")
    out["change_reason"] = out["change_reason"].mask(told)
    out["verdict"] = out["verdict"].mask(told, HIDDEN_VERDICT)
    return out


def _last_year(cells: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """Whether the same cell of the same quarter last year is hidden."""
    keys = ["area_id", "category"]
    names = ["n_offences", "n_observations"]
    base = {p: Period(p).same_period_last_year.label for p in cells["period"].unique()}
    then = cells[[*keys, "period"]].join(hidden[names])
    now = cells[keys].assign(period=cells["period"].map(base))
    found = now.merge(then, how="left", on=[*keys, "period"], validate="1:1")
    return found[names].eq(True).set_axis(cells.index)

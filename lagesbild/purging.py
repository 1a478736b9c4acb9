"""Reports taken out of the store for good, and what is told of how many they were.

In: the ids of reports of which the row or the place is to go. Out: every table
written anew in a folder beside, without them and without a past, and the rows of
``purges`` that let the accounting add up. Used by ``purge``, which exchanges the
folders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild.accounting import is_taken_back
from lagesbild.contracts import check, columns, empty
from lagesbild.errors import PurgeError
from lagesbild.measure.counting import quarter_labels, quarter_numbers
from lagesbild.period import Period, swedish_date
from lagesbild.retention import (
    BY_KEY,
    BY_RULE,
    PLACE,
    PLACES,
    POINT,
    ROWS,
    find_reach,
)
from lagesbild.store import load_deliveries, load_purges
from lagesbild.store_anew import write_anew
from lagesbild.stored_columns import content_hash
from lagesbild.stored_form import read_rows
from lagesbild.versions import keep_current
from lagesbild.workspace import Workspace

_WHO = ["made_by", "period"]
_NUMBERS = ["n_stored", "n_withdrawn", "n_placed"]


@dataclass(frozen=True)
class Purged:
    """One purge of the store.

    Attributes
    ----------
    layers : Series
        incident_id → "rader" or "platser".
    marks : DataFrame
        Contract purges.
    """

    layers: pd.Series
    marks: pd.DataFrame


def load_current(ws: Workspace) -> pd.DataFrame:
    """The current version of every report, withdrawn ones too.

    Parameters
    ----------
    ws : Workspace
        Its lock is held, and what was never committed is swept.

    Returns
    -------
    DataFrame
        One row, one report: contract reports, period (the quarter in which it is
        registered) and has_place (a version or placement of it says where it was).
    """
    reports = read_rows(ws, "reports", columns("reports"))
    order = load_deliveries(ws).set_index("delivery_id")["sequence_number"]
    told = reports.assign(sequence_number=reports["delivery_id"].map(order))
    current = keep_current(told).drop(columns="sequence_number")
    placed = read_rows(ws, "placements", ["incident_id", *POINT])
    has = [
        frame.loc[frame[names].notna().any(axis="columns"), "incident_id"]
        for frame, names in ((reports, PLACE), (placed, POINT))
    ]
    quarter = quarter_labels(quarter_numbers(current["reported_on"]))
    current["period"] = pd.Series(quarter, current.index, dtype="str")
    return current.assign(has_place=current["incident_id"].isin(pd.concat(has)))


def plan_purge(
    ws: Workspace,
    current: pd.DataFrame,
    layers: pd.Series,
    *,
    purge_id: str,
    purged_on: date,
    by: str,
    decisions: Mapping[str, str],
) -> Purged:
    """Count what a purge is about to take, by delivery and quarter.

    Parameters
    ----------
    ws : Workspace
    current : DataFrame
        From ``load_current``.
    layers : Series
        incident_id → "rader" or "platser".
    purge_id, purged_on, by
        As of contract purges.
    decisions : mapping
        Source → number of the decision.

    Returns
    -------
    Purged
    """
    about = current.set_index("incident_id")[["period", "source"]]
    reports = read_rows(ws, "reports", ["incident_id", "delivery_id", "is_withdrawn"])
    placed = read_rows(ws, "placements", ["incident_id", "made_by"])
    parts = []
    for layer in (ROWS, PLACES):
        ids = layers.index[layers == layer]
        rows = reports[reports["incident_id"].isin(ids)]
        back = [is_taken_back(one) for _, one in rows.groupby("delivery_id")]
        back = pd.concat(back) if back else pd.Series(dtype=bool)
        rows = rows.rename(columns={"delivery_id": "made_by"}).assign(
            n_stored=(~rows["is_withdrawn"]).astype(int),
            n_withdrawn=back.reindex(rows.index).astype(int),
        )
        points = placed[placed["incident_id"].isin(ids)].assign(n_placed=1)
        both = pd.concat([rows, points]).join(about, on="incident_id")
        both = both.reindex(columns=[*_WHO, "source", *_NUMBERS]).fillna(
            dict.fromkeys(_NUMBERS, 0)
        )
        if layer == PLACES:
            both[_NUMBERS] = 0  # the rows stay
        counted = both.groupby([*_WHO, "source"], as_index=False)[_NUMBERS].sum()
        parts.append(counted.assign(layer=layer))
    marks = pd.concat([part for part in parts if len(part)] or parts)
    marks = marks.assign(
        purge_id=purge_id,
        purged_on=pd.Timestamp(purged_on),
        by=by,
        decision_number=marks["source"].map(dict(decisions)),
    )
    marks = marks.drop(columns="source").reset_index(drop=True)
    return Purged(layers, check(marks, "purges") if len(marks) else empty("purges"))


def write_without(ws: Workspace, into: Path | str, purged: Purged) -> None:
    """Write the store anew in an empty place, without what is purged."""
    rows = set(purged.layers.index[purged.layers == ROWS])
    places = set(purged.layers.index[purged.layers == PLACES])
    renamed = _rename_events(read_rows(ws, "links", ["incident_id", "event_id"]), rows)

    def reports(frame: pd.DataFrame) -> pd.DataFrame:
        kept = frame[~frame["incident_id"].isin(rows)]
        bare = kept["incident_id"].isin(places)
        kept = _blank(kept, PLACE, bare)
        # a hash of a row that held an address could be tried against all addresses
        hashed = content_hash(kept[columns("reports")])
        return kept.assign(content_hash=kept["content_hash"].mask(bare, hashed))

    def placements(frame: pd.DataFrame) -> pd.DataFrame:
        kept = frame[~frame["incident_id"].isin(rows)]
        return _blank(kept, POINT, kept["incident_id"].isin(places))

    def links(frame: pd.DataFrame) -> pd.DataFrame:
        kept = frame[~frame["incident_id"].isin(rows)]
        named = kept["event_id"].map(renamed).astype("str")
        return kept.assign(event_id=named.fillna(kept["event_id"]))

    changes = {"reports": reports, "placements": placements, "links": links}
    write_anew(ws, into, changes, more={"purges": purged.marks})


def _blank(frame: pd.DataFrame, names: list[str], where: pd.Series) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].mask(where) for name in names})


def _rename_events(links: pd.DataFrame, gone: set[str]) -> dict[str, str]:
    """New names for events that are named by a report that is gone."""
    named_by = links["event_id"].str.removeprefix("E")
    left = links[named_by.isin(gone) & ~links["incident_id"].isin(gone)]
    first = left.groupby("event_id")["incident_id"].min()
    return ("E" + first).to_dict()


def find_rows_from(ws: Workspace, cycle: Period) -> str | None:
    """The first quarter whose rows a cycle's measures may count on."""
    return find_reach(ws.settings.sources, load_purges(ws), cycle)


def refuse_purged(ws: Workspace, cycle: Period) -> None:
    """Let a draft be made only of a quarter whose rows are all there.

    Raises
    ------
    PurgeError
        If rows or places of the quarter have been purged by rule.
    """
    marks = load_purges(ws)
    mine = marks[(marks["period"] == cycle.label) & (marks["by"] == BY_RULE)]
    if mine.empty:
        return
    day = swedish_date(mine["purged_on"].max().date())
    decisions = ", ".join(sorted(mine["decision_number"].unique()))
    raise PurgeError(
        f"{cycle} kan inte göras om: rader eller platser i kvartalet gallrades den "
        f"{day} enligt {decisions}. De stängda antalen finns kvar i senare kvartal. "
        f"Det som är utlämnat görs om med 'lagesbild run {cycle} --as-published'."
    )


def count_purged(ws: Workspace, cycle: Period | str) -> int:
    """How many rows of a quarter have been purged by key: it is not what it was."""
    marks = load_purges(ws)
    mine = marks[(marks["period"] == str(cycle)) & (marks["by"] == BY_KEY)]
    return int(mine["n_stored"].sum())

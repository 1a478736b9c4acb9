"""What a delivery changes: new, unchanged and withdrawn rows, and its neighbours.

In: a cleaned delivery and what the store holds of the same reports. Out: what is to be
stored and what is withdrawn. Pure; used by ``ingest``, which asks the store only for
what a file touches, so that it costs what it brings and not what is stored already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from lagesbild import contracts
from lagesbild.clean.cleaned import Cleaned
from lagesbild.clean.reports import ids_in_file
from lagesbild.errors import DropError
from lagesbild.link import MOST_DAYS_APART
from lagesbild.read.delivery import Delivered
from lagesbild.stored_columns import content_hash
from lagesbild.workspace import LinkRules

MOST_DROPPED = 0.2
"""A delivery that loses more than this share of its period's rows asks first."""
_POINT = ["easting_m", "northing_m"]
_CELL = ["period", "area_id", "deso_code", "category", "offence_code"]


@dataclass(frozen=True)
class Changes:
    """What a delivery of reports changes.

    Attributes
    ----------
    new : DataFrame
        Contract reports: rows that are new or tell something else than before.
    n_unchanged : int
        Rows that say what is stored already.
    withdrawn_ids : list of str
        incident_id of reports that a full delivery of their period left out.
    moved_ids : list of str
        incident_id of reports whose new version has another year of registration:
        the version of the old year, where it may be looked for alone, is emptied.
    registered : tuple of date or None
        First and last day of registration of ``new``, before and now.
    """

    new: pd.DataFrame
    n_unchanged: int
    withdrawn_ids: list[str]
    moved_ids: list[str]
    registered: tuple[date, date] | None


def deliveries_replaced(
    deliveries: pd.DataFrame, cleaned: Cleaned, delivered: Delivered, source: str
) -> pd.DataFrame:
    """Earlier files of the source that cover days of a file that replaces its period.

    Returns
    -------
    DataFrame
        Rows of ``deliveries``; none if the file does not replace its period.
    """
    own = deliveries["source"] == source
    if not delivered.layout.replaces_period or cleaned.period_start is None:
        return deliveries[own & False]
    first, last = pd.Timestamp(cleaned.period_start), pd.Timestamp(cleaned.period_end)
    touches = (deliveries["period_start"] <= last) & (deliveries["period_end"] >= first)
    return deliveries[own & touches]


def find_changes(
    cleaned: Cleaned,
    delivered: Delivered,
    versions: pd.DataFrame,
    *,
    replaced: pd.DataFrame,
    source: str,
    accept_drop: bool,
) -> Changes:
    """Divide a delivery's rows by what is stored of the same source.

    Parameters
    ----------
    cleaned : Cleaned
        Rows under contract reports, each report once.
    delivered : Delivered
        The file as it came: a key in it is not gone although its row was rejected.
    versions : DataFrame
        From ``store.load_versions``: of the rows' reports, of all that were
        registered in the file's period, and of all in ``replaced``.
    replaced : DataFrame
        From ``deliveries_replaced``.
    source : str
    accept_drop : bool

    Returns
    -------
    Changes

    Raises
    ------
    DropError
        If more than a fifth of the period's reports are gone and the drop is not
        accepted.
    """
    rows = cleaned.rows
    known = rows[["incident_id"]].join(
        versions.set_index("incident_id"), on="incident_id"
    )
    is_live = known["is_withdrawn"].eq(False)
    same = is_live & (known["content_hash"] == content_hash(rows)).fillna(False)
    year, old_year = rows["reported_on"].dt.year, known["reported_on"].dt.year
    moved = is_live & ~same & (year != old_year)
    within = versions[
        _is_covered(versions, cleaned, delivered, replaced) & ~versions["is_withdrawn"]
    ]
    still = {*rows["incident_id"], *ids_in_file(delivered, source)}
    gone = within[~within["incident_id"].isin(still)]
    # without keys a corrected row is another row: then only their number tells a loss
    is_keyless = delivered.layout.replaces_period
    n_lost = len(within) - len(rows) if is_keyless else len(gone)
    if not accept_drop:
        refuse_drop(n_lost, len(within), file_name=delivered.file_name)
    new = rows[~same].reset_index(drop=True)
    days = pd.concat([rows["reported_on"], known["reported_on"]])[[*~same, *~same]]
    return Changes(
        new=new,
        n_unchanged=int(same.sum()),
        withdrawn_ids=gone["incident_id"].tolist(),
        moved_ids=rows.loc[moved, "incident_id"].tolist(),
        registered=(days.min().date(), days.max().date()) if len(new) else None,
    )


def _is_covered(
    versions: pd.DataFrame,
    cleaned: Cleaned,
    delivered: Delivered,
    replaced: pd.DataFrame,
) -> pd.Series:
    """Which stored reports the file must tell again or withdraw.

    With keys: those registered within its period. A file that replaces its period: all
    that came in files of days within it, since a report may be registered late, and
    of files that reach beyond it those registered within.
    """
    if not delivered.layout.is_full or cleaned.period_start is None:
        return pd.Series(False, index=versions.index)
    first, last = pd.Timestamp(cleaned.period_start), pd.Timestamp(cleaned.period_end)
    by_day = versions["reported_on"].between(first, last)
    if not delivered.layout.replaces_period:
        return by_day
    inside = (replaced["period_start"] >= first) & (replaced["period_end"] <= last)
    came_in = versions["delivery_id"]
    return came_in.isin(replaced.loc[inside, "delivery_id"]) | (
        by_day & came_in.isin(replaced["delivery_id"])
    )


def refuse_drop(n_lost: int, n_before: int, *, file_name: str) -> None:
    """Stop a delivery that loses too many of the rows its period had.

    Raises
    ------
    DropError
        If more than a fifth is lost.
    """
    if n_lost > MOST_DROPPED * n_before:
        raise DropError(
            f"{file_name}: {n_lost} av periodens {n_before} inlästa rader saknas i "
            "filen, mer än en femtedel. Fråga avsändaren om filen är hel. Är den det, "
            "läs in den igen med --accept-drop."
        )


def find_lost_counts(new: pd.DataFrame, in_force: pd.DataFrame) -> tuple[int, int]:
    """How many ready-made counts a file takes away, and how many its periods had.

    Parameters
    ----------
    new : DataFrame
        Contract ready_counts of the file.
    in_force : DataFrame
        Contract ready_counts of the same source.
    """
    before = in_force[in_force["period"].isin(new["period"])]
    told = {tuple(row) for row in new[_CELL].fillna("").itertuples(index=False)}
    cells = before[_CELL].fillna("").itertuples(index=False)
    return sum(tuple(cell) not in told for cell in cells), len(before)


def days_around(registered: tuple[date, date]) -> tuple[date, date]:
    """First and last day of registration of reports that may be of the same events.

    Twice the farthest two linked reports can be apart: a neighbour's event may have a
    third member.
    """
    margin = timedelta(days=2 * MOST_DAYS_APART)
    return registered[0] - margin, registered[1] + margin


def find_neighbours(
    stored: pd.DataFrame, new: pd.DataFrame, gone: pd.DataFrame, *, rules: LinkRules
) -> pd.DataFrame:
    """Stored reports that the new ones can be linked with or part from.

    Parameters
    ----------
    stored : DataFrame
        Incidents in force, registered in ``days_around`` the new ones.
    new, gone : DataFrame
        Contract reports: what the delivery brings and what it withdraws; a report
        in both has moved to another year.
    rules : LinkRules

    Returns
    -------
    DataFrame
        Contract reports with easting_m, northing_m and event_id: rows of ``stored``
        near ``new`` in time, the stored versions of reports in ``new``, and the other
        members of those reports' events; none that is gone.
    """
    is_gone = stored["incident_id"].isin(gone["incident_id"])
    frame = stored[~is_gone | stored["incident_id"].isin(new["incident_id"])]
    margin = pd.Timedelta(hours=rules.max_hours) + pd.Timedelta(days=1)
    first = new["occurred_from"].fillna(new["occurred_to"]).min() - margin
    last = new["occurred_to"].fillna(new["occurred_from"]).max() + margin
    starts = frame["occurred_from"].fillna(frame["occurred_to"])
    ends = frame["occurred_to"].fillna(frame["occurred_from"])
    is_again = frame["incident_id"].isin(new["incident_id"])
    events = frame.loc[is_again, "event_id"]
    near = (ends >= first) & (starts <= last)
    kept = near | is_again | frame["event_id"].isin(events)
    return frame.loc[kept, [*contracts.columns("reports"), *_POINT, "event_id"]]


def update_stored(stored: pd.DataFrame, parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The incidents in force after a delivery was committed, without reading again."""
    reports, placements = parts["reports"], parts["placements"]
    rest = stored[~stored["incident_id"].isin(reports["incident_id"])]
    links = parts["links"].set_index("incident_id")["event_id"]
    new = reports[~reports["is_withdrawn"]]
    if len(new):
        placed = placements.drop(columns="made_by")
        new = new.merge(placed, on="incident_id", how="left")
        new = new.assign(event_id=new["incident_id"].map(links))
        rest = pd.concat([rest, new[rest.columns]], ignore_index=True)
    moved = rest["incident_id"].map(links).astype("str")
    return rest.assign(event_id=moved.fillna(rest["event_id"]))

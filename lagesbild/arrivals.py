"""What a delivery changes: new, unchanged and withdrawn reports, and neighbours.

In: the reports in force and a cleaned delivery. Out: the rows to store. Used by
``ingest``, which keeps the reports in force at hand between files, so that a file
costs what it brings and not what the store holds.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from lagesbild import contracts
from lagesbild.clean.cleaned import Cleaned
from lagesbild.errors import DropError
from lagesbild.read.delivery import Delivered
from lagesbild.workspace import LinkRules

MAX_DROP = 0.2
"""A full delivery that loses more than this share of its period asks first."""
# What a delivery says of a report; how and when it came is not content.
_NOT_CONTENT = ("delivery_id", "row_number", "is_withdrawn")
_POINT = ("easting_m", "northing_m")


def current_reports(incidents: pd.DataFrame) -> pd.DataFrame:
    """The reports in force with a ``fingerprint`` of what they say.

    Parameters
    ----------
    incidents : DataFrame
        From ``load_incidents``.

    Returns
    -------
    DataFrame
        One row, one report: contract reports, easting_m, northing_m, event_id and
        fingerprint (whole number, the same for the same content).
    """
    kept = [*contracts.columns("reports"), *_POINT, "event_id"]
    frame = incidents[kept]
    return frame.assign(fingerprint=_fingerprint(frame))


def _fingerprint(reports: pd.DataFrame) -> pd.Series:
    content = [c for c in contracts.columns("reports") if c not in _NOT_CONTENT]
    return pd.util.hash_pandas_object(reports[content], index=False)


def compare_with_stored(
    current: pd.DataFrame,
    cleaned: Cleaned,
    delivered: Delivered,
    *,
    source: str,
    delivery_id: str,
    deliveries: pd.DataFrame,
    accept_drop: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell what a delivery brings that the store does not say already.

    Parameters
    ----------
    current : DataFrame
        From ``current_reports``.
    cleaned : Cleaned
        Rows under contract reports.
    delivered : Delivered
        The file as it came; its keys tell which reports are still there although
        the row was rejected this time.
    source, delivery_id : str
    deliveries : DataFrame
        Committed deliveries.
    accept_drop : bool

    Returns
    -------
    new : DataFrame
        Contract reports: rows that are new or say something else than before.
    gone : DataFrame
        Contract reports: a withdrawn version of each stored report of the period
        that a full delivery no longer holds.

    Raises
    ------
    DropError
        If more than a fifth of the period's reports are gone and the drop is not
        accepted.
    """
    rows = cleaned.rows
    stored = current[current["source"] == source]
    known = stored.set_index("incident_id")["fingerprint"]
    same = rows["incident_id"].map(known).eq(_fingerprint(rows)).fillna(False)
    new = rows[~same.astype(bool)].reset_index(drop=True)
    if not delivered.layout.is_full or cleaned.period_start is None:
        return new, contracts.empty("reports")
    within = stored[_covers(stored, cleaned, delivered, deliveries)]
    still = set(rows["incident_id"]) | _delivered_ids(delivered, source)
    missing = within[~within["incident_id"].isin(still)]
    if len(missing) > MAX_DROP * len(within) and not accept_drop:
        raise DropError(
            f"{delivered.file_name}: {len(missing)} av periodens {len(within)} "
            "inlästa rader saknas i filen. Är det rätt fil? Är bortfallet riktigt, kör "
            "om med --accept-drop."
        )
    gone = missing.assign(delivery_id=delivery_id, row_number=0, is_withdrawn=True)
    return new, contracts.check(gone[contracts.columns("reports")], "reports")


def _covers(
    stored: pd.DataFrame,
    cleaned: Cleaned,
    delivered: Delivered,
    deliveries: pd.DataFrame,
) -> pd.Series:
    """Which stored reports the file, being full, should hold.

    With keys: those registered within its period. Without keys: those that came in a
    file of the same period, since a late report's own file must not lose it.
    """
    first, last = pd.Timestamp(cleaned.period_start), pd.Timestamp(cleaned.period_end)
    if not delivered.layout.replaces_period:
        return stored["reported_on"].between(first, last)
    periods = deliveries.set_index("delivery_id")
    starts = stored["delivery_id"].map(periods["period_start"])
    ends = stored["delivery_id"].map(periods["period_end"])
    return (starts >= first) & (ends <= last)


def _delivered_ids(delivered: Delivered, source: str) -> set[str]:
    """Ids of all keyed rows in the file, also those that were rejected."""
    column = delivered.layout.columns.get("source_key")
    if column is None:
        return set()
    keys = delivered.frame[column].dropna().str.strip().unique()
    return {
        hashlib.sha256(f"{source}\x1f{key}".encode()).hexdigest()[:20] for key in keys
    }


def find_neighbours(
    current: pd.DataFrame, new: pd.DataFrame, gone: pd.DataFrame, *, rules: LinkRules
) -> pd.DataFrame:
    """Stored reports that the new ones can be linked with or part from.

    Returns
    -------
    DataFrame
        Rows of ``current``: near ``new`` in time, the stored versions of reports in
        ``new``, and the other members of those reports' events; none that is gone.
    """
    frame = current[~current["incident_id"].isin(gone["incident_id"])]
    margin = pd.Timedelta(hours=rules.max_hours) + pd.Timedelta(days=1)
    first = new["occurred_from"].fillna(new["occurred_to"]).min() - margin
    last = new["occurred_to"].fillna(new["occurred_from"]).max() + margin
    starts = frame["occurred_from"].fillna(frame["occurred_to"])
    ends = frame["occurred_to"].fillna(frame["occurred_from"])
    is_again = frame["incident_id"].isin(new["incident_id"])
    events = frame.loc[is_again, "event_id"]
    near = (ends >= first) & (starts <= last)
    return frame[near | is_again | frame["event_id"].isin(events)]


def update_current(
    current: pd.DataFrame, parts: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """The reports in force after a delivery was committed."""
    reports = parts["reports"]
    rest = current[~current["incident_id"].isin(reports["incident_id"])]
    new = reports[~reports["is_withdrawn"]]
    links = parts["links"].set_index("incident_id")["event_id"]
    if len(new):
        points = parts["placements"][["incident_id", *_POINT]]
        new = new.merge(points, on="incident_id", how="left")
        new = new.assign(event_id=new["incident_id"].map(links))
        new = new.assign(fingerprint=_fingerprint(new))
        rest = pd.concat([rest, new[rest.columns]], ignore_index=True)
    moved = rest["incident_id"].map(links)
    return rest.assign(event_id=moved.fillna(rest["event_id"]))

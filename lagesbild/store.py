"""The store: append-only Delta tables in lager/ or a bucket, and who may see a row.

In: one cleaned, placed and linked delivery. Out: the tables of ``contracts.py`` as
they stood after any delivery. Used by ``ingest``, ``closing``, ``status``, the
measures and the notebooks.

Delta is all-or-nothing a table, and a delivery spans several, so its row in
``deliveries`` is written last and marks it as committed: readers see only rows whose
delivery has that mark, ``sweep`` deletes the others. ``placings`` marks in the same way
what a register made us place again. Nothing is ever rewritten; the current version of a
report is the one of the latest committed delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from lagesbild.accounting import (
    MADE_BY,
    MARKED_BY,
    find_store_faults,
    refuse_unaccounted,
)
from lagesbild.contracts import check, columns, empty
from lagesbild.errors import ContractError, StoreError
from lagesbild.stored_columns import add_helpers, find_whole_files, in_years
from lagesbild.stored_form import (
    append_rows,
    be_writer,
    open_table,
    read_rows,
    see_versions,
    shut_out_others,
    telling,
)
from lagesbild.versions import join_incidents, keep_current
from lagesbild.workspace import Workspace

PARTS = ("reports", "placements", "links", "quarantine", "ready_counts", "notices")
"""What a delivery brings, in the order it is written, before its commit marker."""


def _is_one_of(values: Iterable[str], name: str = "incident_id") -> ds.Expression:
    return ds.field(name).isin(pa.array(list(values), pa.string()))


# --- what readers see -------------------------------------------------------------


def load_deliveries(ws: Workspace, *, as_of: int | None = None) -> pd.DataFrame:
    """Load the committed deliveries.

    Parameters
    ----------
    ws : Workspace
    as_of : int, optional
        A delivery's sequence number: the store as it stood after that delivery.

    Returns
    -------
    DataFrame
        One row, one committed file; columns of contract deliveries, in order of
        ``sequence_number``.

    Raises
    ------
    StoreError
        If no delivery has that sequence number, or the table cannot be read.
    """
    rows = check(read_rows(ws, "deliveries"), "deliveries", where="lagret")
    kept = rows["delivery_id"].isin(_order(ws, as_of=as_of).index)
    return rows[kept].sort_values("sequence_number", ignore_index=True)


def _order(ws: Workspace, *, as_of: int | None = None) -> pd.Series:
    """delivery_id or placing_id → sequence_number of what is committed."""
    marks = [
        read_rows(ws, table, [key, "sequence_number"]).set_index(key)["sequence_number"]
        for table, key in MARKED_BY.items()
    ]
    order = pd.concat(marks).sort_values()
    if as_of is None:
        return order
    if as_of != 0 and as_of not in set(order):
        raise StoreError(f"Lagret har ingen leverans nummer {as_of}, av {len(order)}.")
    return order[order <= as_of]


def latest_sequence_number(ws: Workspace) -> int:
    """Of the latest delivery or placing that is committed, 0 if there is none."""
    numbers = _order(ws)
    return int(numbers.max()) if len(numbers) else 0


def _committed(
    ws: Workspace,
    table: str,
    names: list[str] | None = None,
    *,
    order: pd.Series | None = None,
    where: ds.Expression | None = None,
) -> pd.DataFrame:
    """Rows of committed deliveries, in order of commit, with their sequence_number."""
    order = _order(ws) if order is None else order  # first: later commits stay unseen
    rows = read_rows(ws, table, names, where=where)
    made_by = rows[MADE_BY.get(table, "delivery_id")]
    rows["sequence_number"] = made_by.map(order).astype("Int64")
    rows = rows[rows["sequence_number"].notna()]
    by = ["sequence_number", *(["row_number"] if "row_number" in rows else [])]
    return rows.sort_values(by, kind="stable", ignore_index=True)


def _in_force(
    ws: Workspace,
    table: str,
    key: str | None = None,
    *,
    order: pd.Series,
    where: ds.Expression | None = None,
) -> pd.DataFrame:
    """Committed rows, the latest of each key if one is given; columns of contract."""
    rows = _committed(ws, table, order=order, where=where)
    rows = rows if key is None else rows.drop_duplicates(key, keep="last")
    return check(rows[columns(table)], table, where="lagret")


def load_placings(ws: Workspace) -> pd.DataFrame:
    """The times that stored reports were placed again; contract placings, in order."""
    rows = check(read_rows(ws, "placings"), "placings", where="lagret")
    return rows.sort_values("sequence_number", ignore_index=True)


def load_purges(ws: Workspace) -> pd.DataFrame:
    """What purges have taken of each delivery and quarter; contract purges."""
    return check(read_rows(ws, "purges"), "purges", where="lagret")


def load_incidents(
    ws: Workspace,
    *,
    as_of: int | None = None,
    reported_from: date | str | None = None,
    reported_to: date | str | None = None,
) -> pd.DataFrame:
    """Load the incidents: current reports with their placement and event.

    Parameters
    ----------
    ws : Workspace
    as_of : int, optional
        A delivery's sequence number: the store as it stood after that delivery.
    reported_from, reported_to : date or str, optional
        First and last day of registration, both included; only those years are read.

    Returns
    -------
    DataFrame
        One row, one report: the columns of contract reports, then easting_m and
        northing_m (EPSG:3006, metres), area_id (missing: "Utan område"),
        geocode_method, geocode_score (0–1), geocode_reason and event_id (an event
        nobody else told bears its incident_id). Withdrawn reports are left out.

    Raises
    ------
    StoreError
        If the store is damaged or has no delivery ``as_of``.
    """
    # no day of registration lies outside these bounds
    first = pd.Timestamp(reported_from or "1900-01-01")
    last = pd.Timestamp(reported_to or "2999-12-31")
    where, order = in_years(first.year, last.year), _order(ws, as_of=as_of)
    reports = keep_current(_committed(ws, "reports", order=order, where=where))
    keep = ~reports["is_withdrawn"] & reports["reported_on"].between(first, last)
    reports = check(reports.loc[keep, columns("reports")], "reports", where="lagret")
    if reported_from or reported_to:  # some days of the years
        where &= _is_one_of(reports["incident_id"])
    placements = _in_force(ws, "placements", "incident_id", order=order, where=where)
    links = _in_force(ws, "links", "incident_id", order=order, where=where)
    return join_incidents(reports, placements, links)


def load_withdrawn(ws: Workspace, *, as_of: int | None = None) -> pd.DataFrame:
    """Reports now withdrawn, contract reports; ``delivery_id`` is what withdrew it."""
    reports = keep_current(_committed(ws, "reports", order=_order(ws, as_of=as_of)))
    reports = reports.loc[reports["is_withdrawn"], columns("reports")]
    return check(reports, "reports", where="lagret")


def load_versions(
    ws: Workspace,
    source: str,
    *,
    incident_ids: Iterable[str] = (),
    reported: tuple[date, date] | None = None,
    delivery_ids: Iterable[str] = (),
) -> pd.DataFrame:
    """Current versions of some of a source's reports, in the few columns needed.

    Parameters
    ----------
    ws : Workspace
    source : str
    incident_ids : iterable of str
        Reports to look up.
    reported : tuple of date, optional
        Also those with a version registered on these days, both included.
    delivery_ids : iterable of str
        Also those of which these deliveries brought a version.

    Returns
    -------
    DataFrame
        One row, one report, withdrawn ones too: incident_id, source_key, delivery_id,
        reported_on, is_withdrawn, content_hash.
    """
    wanted = _is_one_of(incident_ids) | _is_one_of(delivery_ids, "delivery_id")
    if reported is not None:
        first, last = map(pa.scalar, reported)
        day = ds.field("reported_on")
        wanted |= (day >= first) & (day <= last)
    where = (ds.field("source") == source) & wanted
    found = read_rows(ws, "reports", ["incident_id"], where=where)["incident_id"]
    # of nothing found no file need be opened
    where = _is_one_of(found.unique()) if len(found) else in_years(0, 0)
    names = ["incident_id", "source_key", "delivery_id", "reported_on"]
    names += ["is_withdrawn", "content_hash"]
    rows = _committed(ws, "reports", names, where=where)
    return keep_current(rows)[names].reset_index(drop=True)


def load_reports(ws: Workspace, incident_ids: Iterable[str]) -> pd.DataFrame:
    """Current versions of some reports, withdrawn ones too; contract reports."""
    rows = keep_current(_committed(ws, "reports", where=_is_one_of(incident_ids)))
    return check(rows[columns("reports")], "reports", where="lagret")


def load_quarantine(ws: Workspace, *, as_of: int | None = None) -> pd.DataFrame:
    """Rejected rows of committed deliveries; columns of contract quarantine."""
    return _in_force(ws, "quarantine", order=_order(ws, as_of=as_of))


def load_ready_counts(ws: Workspace, *, as_of: int | None = None) -> pd.DataFrame:
    """Ready-made counts in force; a later file replaces its source's whole period."""
    rows = _in_force(
        ws, "ready_counts", order=_order(ws, as_of=as_of)
    )  # in order of commit
    latest = rows.groupby(["source", "period"])["delivery_id"].transform("last")
    return rows[rows["delivery_id"] == latest].reset_index(drop=True)


def load_notices(ws: Workspace, *, as_of: int | None = None) -> pd.DataFrame:
    """Press notices, latest version of each; columns of contract notices."""
    return _in_force(ws, "notices", "notice_id", order=_order(ws, as_of=as_of))


def load_closed_counts(ws: Workspace, *, as_of: int | None = None) -> pd.DataFrame:
    """Frozen counts; ``as_of`` leaves out what was closed after a later delivery."""
    rows = read_rows(ws, "closed_counts")
    if as_of is not None:
        rows = rows[rows["closed_after"] <= as_of]
    return check(rows[columns("closed_counts")], "closed_counts", where="lagret")


# --- writing ----------------------------------------------------------------------


def commit_delivery(
    ws: Workspace,
    *,
    delivery: Mapping[str, object],
    reports: pd.DataFrame | None = None,
    placements: pd.DataFrame | None = None,
    links: pd.DataFrame | None = None,
    quarantine: pd.DataFrame | None = None,
    ready_counts: pd.DataFrame | None = None,
    notices: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Store a whole delivery, or nothing of it that any reader sees.

    Parameters
    ----------
    ws : Workspace
        Its lock is held by the caller.
    delivery : mapping
        Contract deliveries without sequence_number and committed_at, set here.
    reports, placements, links, quarantine, ready_counts, notices : DataFrame, optional
        Each keeps its contract. Reports hold new versions, withdrawn ones
        (``is_withdrawn``) among them; placements has one row for each live report.

    Returns
    -------
    DataFrame
        The one row of contract deliveries that was written.

    Raises
    ------
    ContractError
        If a table breaks its contract or the row accounting does not add up.
    StoppedError
        If a protected report has a place.
    StoreError
        If it is committed already, or the disk cannot be written.
    """
    frames = (reports, placements, links, quarantine, ready_counts, notices)
    parts = {
        table: empty(table) if frame is None else check(frame, table)
        for table, frame in zip(PARTS, frames, strict=True)
    }
    seen, order = see_versions(ws, MARKED_BY), _order(ws)
    marker = pd.DataFrame([dict(delivery)]).assign(
        sequence_number=len(order) + 1,
        committed_at=pd.Timestamp(datetime.now(UTC)).as_unit("us"),
    )
    marker = check(marker, "deliveries")
    if marker["delivery_id"].isin(order.index).any():
        raise StoreError("Leveransen finns redan i lagret.")
    refuse_unaccounted(marker.iloc[0], parts)
    years = _years_of(ws, parts["reports"], parts["links"])
    for table in PARTS:
        append_rows(ws, table, add_helpers(parts[table], table, years=years))
    append_rows(ws, "deliveries", marker, seen=seen)
    return marker


def _years_of(ws: Workspace, reports: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """incident_id → year of registration, of the reports and of linked neighbours."""
    live = reports[~reports["is_withdrawn"]].set_index("incident_id")["reported_on"]
    others = links.loc[~links["incident_id"].isin(live.index), "incident_id"]
    if others.empty or live.empty:
        return live.dt.year
    # a neighbour is near in time: no need to look through the whole history
    where = in_years(live.min().year - 2, live.max().year + 2) & _is_one_of(others)
    names = ["incident_id", "delivery_id", "is_withdrawn", "reported_on"]
    stored = keep_current(_committed(ws, "reports", names, where=where))
    return pd.concat([live, stored.set_index("incident_id")["reported_on"]]).dt.year


def append_closed_counts(ws: Workspace, frame: pd.DataFrame) -> None:
    """Freeze the counts of a cycle; contract closed_counts, written in one piece."""
    checked = check(frame, "closed_counts")
    append_rows(
        ws, "closed_counts", checked.assign(closed_after=latest_sequence_number(ws))
    )


def sweep(ws: Workspace) -> int:
    """Delete rows that an interrupted ingest left without a mark; returns how many.

    Costs a look at the tables' logs, not at their rows. Call it with the lock held.
    """
    be_writer(ws)
    committed, n_deleted = set(_order(ws).index), 0
    for table in PARTS:
        if (stored := open_table(ws, table)) is None:
            continue
        made_by = MADE_BY.get(table, "delivery_id")
        with telling(table):
            files = pa.table(stored.get_add_actions(flatten=True))
        orphans = find_whole_files(files, made_by) - committed
        if orphans and shut_out_others(ws, MARKED_BY):
            orphans -= set(_order(ws).index)
        if orphans:
            told = ", ".join(f"'{name}'" for name in sorted(orphans))
            with telling(table):
                done = stored.delete(f"{made_by} IN ({told})")
            n_deleted += int(done["num_deleted_rows"] or 0)
    return n_deleted


def verify_store(ws: Workspace) -> list[str]:
    """Faults of the store in Swedish; rows that ``sweep`` would delete are none."""
    try:
        deliveries, placings = load_deliveries(ws), load_placings(ws)
        tables = {table: _committed(ws, table) for table in PARTS}
        for table in PARTS[:-1]:  # a notice may have several versions
            check(tables[table][columns(table)], table, where="lagret")
        load_notices(ws)
        load_closed_counts(ws)
        purges = load_purges(ws)
    except (ContractError, StoreError) as error:
        return [str(error)]
    return find_store_faults(deliveries, placings, tables, purges)

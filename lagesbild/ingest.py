"""The way in: read → clean → geocode → link → store, one file at a time.

In: delivered files. Out: committed deliveries, receipts and archived files, and for
each file what became of its rows. A file that cannot be read leaves the store as it
was and does not stop the others. Next: ``publication``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild import arrivals, contracts, inbox, journal, store
from lagesbild.archive import (
    accept_raw_files,
    archived_file,
    keep_raw_file,
    take_from_inbox,
)
from lagesbild.bounds import plain_name
from lagesbild.clean.cleaned import Cleaned
from lagesbild.clean.counts import clean_counts
from lagesbild.clean.notices import clean_notices
from lagesbild.clean.personal_data import mask_personal_data
from lagesbild.clean.reports import clean_reports
from lagesbild.clock import check_clock
from lagesbild.errors import LagesbildError, ReadError
from lagesbild.geocode.place import place_reports
from lagesbild.link import link_events
from lagesbild.place_again import place_again
from lagesbild.read import reference
from lagesbild.read.delivery import Delivered, read_delivery
from lagesbild.receipt import write_missing_receipts, write_receipt
from lagesbild.stored_form import keeping_open
from lagesbild.tending import tend
from lagesbild.workspace import Source, Workspace, lock

READER_VERSION = "1"
_COUNTS = (
    "rows_in",
    "rows_stored",
    "rows_unchanged",
    "rows_quarantined",
    "rows_withdrawn",
)
_NOTHING = dict.fromkeys(_COUNTS, 0)


@dataclass
class _Known:
    """What one call of ``ingest_files`` has at hand, loaded when first needed."""

    ws: Workspace
    deliveries: pd.DataFrame
    layers: dict = field(default_factory=dict)
    aliases: pd.DataFrame | None = None
    stored: pd.DataFrame | None = None
    since: date = date.max

    def layer(self, name: str) -> pd.DataFrame:
        if name not in self.layers:
            self.layers[name] = getattr(reference, f"load_{name}")(self.ws)
        return self.layers[name]

    def stored_since(self, day: date) -> pd.DataFrame:
        """Incidents registered from a day on; read again only to go farther back."""
        if self.stored is None or day < self.since:
            self.stored = store.load_incidents(self.ws, reported_from=day)
            self.since = day
        return self.stored

    def remember(self, mark: pd.DataFrame, parts: dict[str, pd.DataFrame]) -> None:
        self.deliveries = pd.concat([self.deliveries, mark], ignore_index=True)
        if self.stored is not None and "reports" in parts:
            self.stored = arrivals.update_stored(self.stored, parts)


def ingest_files(
    ws: Workspace,
    files: list[Path] | None = None,
    *,
    source: str | None = None,
    accept_drop: bool = False,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> list[dict]:
    """Take in delivered files, after what the analyst now says that texts mean.

    Parameters
    ----------
    ws : Workspace
    files : list of Path, optional
        None takes everything in inkommande/, oldest period first.
    source : str, optional
        Key of the source in kommun.toml; None finds it by the file's name.
    accept_drop : bool
        Take a delivery that loses more than a fifth of its period's rows.
    on_progress : callable, optional
        Called with files done, files in all and the file's name.

    Returns
    -------
    list of dict
        One a file: file, source, rows_in, rows_stored, rows_unchanged,
        rows_quarantined, rows_withdrawn, status ("inläst", "redan inläst", "avvisad"
        or "stoppad") and, for the last two, error and exit_code. ``is_left`` tells
        that another program kept the file from being moved out of inkommande/. First,
        if register/platser_alias.csv has changed, that file: status "omplacerade",
        rows_in the stored rows it touches and rows_stored those that got a new place.

    Raises
    ------
    UsageError
        If ``source`` is not in kommun.toml.
    RegisterError
        If register/platser_alias.csv is at fault; nothing is loaded then.
    LockError
        If another process is writing.
    """
    inbox.check_source(ws, source)
    with lock(ws), keeping_open():
        check_clock(ws)
        known = _Known(ws, _finish_what_was_cut_short(ws))
        known.aliases, told = place_again(ws, known.layer)
        found = inbox.find_waiting(ws) if files is None else files
        waiting = inbox.in_order(found)
        for done, file in enumerate(waiting):
            if on_progress:
                on_progress(done, len(waiting), plain_name(file.name))
            told.append(_ingest_or_tell(known, file, source, accept_drop))
        tend(ws)
        _note(known, told)
    return told


def _note(known: _Known, told: list[dict]) -> None:
    """Log what is committed, also by a run that was cut short, and what was refused."""
    noted = journal.noted(known.ws, "ingest", "leverans")
    new = known.deliveries[~known.deliveries["delivery_id"].isin(noted)]
    for mark in new.to_dict("records"):
        facts = {name: int(mark[name]) for name in _COUNTS}
        ids = {"leverans": mark["delivery_id"], "källa": mark["source"]}
        journal.note(known.ws, "ingest", **ids, **facts)
    for row in told:
        if "error" in row or row["status"] == "omplacerade":
            # the name of a file that was refused may hold anything
            facts = {"källa": row["source"] or "okänd", "utfall": row["status"]}
            journal.note(known.ws, "ingest", **facts)


def _finish_what_was_cut_short(ws: Workspace) -> pd.DataFrame:
    """Sweep what was never committed, finish what was; the committed deliveries."""
    store.sweep(ws)
    deliveries = store.load_deliveries(ws)
    accept_raw_files(ws, set(deliveries["delivery_id"]))
    write_missing_receipts(ws, deliveries, lambda: store.load_quarantine(ws))
    return deliveries


def _ingest_or_tell(
    known: _Known, file: Path, source: str | None, accept_drop: bool
) -> dict:
    name, shown = source, plain_name(file.name)
    try:
        inbox.check_file(known.ws, file)
        name = source or inbox.source_of(known.ws, file)
        return _ingest_file(known, file, name, accept_drop)
    except LagesbildError as error:
        if error.exit_code not in (3, 4):
            raise
        status = "avvisad" if error.exit_code == 3 else "stoppad"
        text = str(error).removeprefix(f"{shown}: ")
        told = {"status": status, "error": text, "exit_code": error.exit_code}
        return {"file": shown, "source": name, **_NOTHING, **told}
    except Exception as error:
        error.add_note(f"Det hände när {shown} skulle läsas in.")
        raise


def _ingest_file(known: _Known, file: Path, name: str, accept_drop: bool) -> dict:
    """One file, from bytes to commit; nothing is written before all of it is right."""
    ws, source = known.ws, known.ws.settings.sources[name]
    inbox.check_governance(name, source)
    sha256, received_on = inbox.identify(file, ws.settings.limits)
    before = known.deliveries[known.deliveries["sha256"] == sha256]
    if len(before):
        return _tell_again(ws, file, name, before.iloc[0])
    delivered = read_delivery(file, source, ws.settings.limits)
    cleaned = _clean(known, delivered, name, source, sha256[:16])
    parts, counts = _make_parts(known, delivered, cleaned, name, accept_drop)
    mark = _mark(ws, file, name, source, delivered, cleaned)
    mark |= {"sha256": sha256, "received_on": pd.Timestamp(received_on), **counts}
    keep_raw_file(ws, file, mark, source)
    row = store.commit_delivery(ws, delivery=mark, **parts)
    known.remember(row, parts)
    accept_raw_files(ws, {mark["delivery_id"]})
    write_receipt(ws, row.iloc[0], parts["quarantine"], notes=cleaned.notes)
    is_left = not take_from_inbox(ws, file)
    told = {"file": file.name, "source": name, "status": "inläst"}
    return {**told, **counts, "is_left": is_left}


def _tell_again(ws: Workspace, file: Path, name: str, mark: pd.Series) -> dict:
    """What a file that is stored already brings: nothing."""
    if mark["source"] != name:
        raise ReadError(
            f"{file.name}: filen är redan inläst som källan '{mark['source']}'."
        )
    if not archived_file(ws, mark).exists():
        keep_raw_file(ws, file, mark, ws.settings.sources[name])
        accept_raw_files(ws, {mark["delivery_id"]})
    counts = {key: int(mark[key]) for key in _COUNTS}
    counts["rows_unchanged"] += counts["rows_stored"]
    counts |= {"rows_stored": 0, "rows_withdrawn": 0}
    is_left = not take_from_inbox(ws, file)
    told = {"file": file.name, "source": name, "status": "redan inläst"}
    return {**told, **counts, "is_left": is_left}


def _clean(
    known: _Known, delivered: Delivered, name: str, source: Source, delivery_id: str
) -> Cleaned:
    municipality = known.ws.settings.municipality
    shared = {
        "source_name": name,
        "source": source,
        "municipality": municipality,
        "delivery_id": delivery_id,
    }
    if source.kind == "counts":
        return clean_counts(delivered, **shared, areas=known.layer("areas"))
    if source.kind == "notis":
        return clean_notices(delivered, **shared)
    today = None if municipality.is_invented else date.today()
    return clean_reports(delivered, **shared, today=today)


def _make_parts(
    known: _Known, delivered: Delivered, cleaned: Cleaned, name: str, accept_drop: bool
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """What the delivery brings to each table, and its counts of rows."""
    kind = known.ws.settings.sources[name].kind
    parts = {"quarantine": cleaned.quarantine}
    n_stored, n_unchanged, n_withdrawn = len(cleaned.rows), 0, 0
    if kind == "notis":
        parts["notices"] = cleaned.rows
    elif kind == "counts":
        parts["ready_counts"] = cleaned.rows
        in_force = store.load_ready_counts(known.ws)
        lost = arrivals.find_lost_counts(
            cleaned.rows, in_force[in_force["source"] == name]
        )
        n_withdrawn = lost[0]
        if not accept_drop:
            arrivals.refuse_drop(*lost, file_name=delivered.file_name)
    else:
        changes = _find_changes(known, delivered, cleaned, name, accept_drop)
        parts |= _place_and_link(known, cleaned, changes)
        n_stored, n_unchanged = len(changes.new), changes.n_unchanged
        n_withdrawn = len(changes.withdrawn_ids)
    numbers = (len(delivered.frame), n_stored, n_unchanged, len(cleaned.quarantine))
    return parts, dict(zip(_COUNTS, (*numbers, n_withdrawn), strict=True))


def _find_changes(
    known: _Known, delivered: Delivered, cleaned: Cleaned, name: str, accept_drop: bool
) -> arrivals.Changes:
    replaced = arrivals.deliveries_replaced(known.deliveries, cleaned, delivered, name)
    period = (cleaned.period_start, cleaned.period_end)
    versions = store.load_versions(
        known.ws,
        name,
        incident_ids=cleaned.rows["incident_id"],
        reported=period if delivered.layout.is_full and all(period) else None,
        delivery_ids=replaced["delivery_id"],
    )
    return arrivals.find_changes(
        cleaned,
        delivered,
        versions,
        replaced=replaced,
        source=name,
        accept_drop=accept_drop,
    )


def _place_and_link(
    known: _Known, cleaned: Cleaned, changes: arrivals.Changes
) -> dict[str, pd.DataFrame]:
    new, gone_ids = changes.new, changes.withdrawn_ids + changes.moved_ids
    parts = {table: contracts.empty(table) for table in ("placements", "links")}
    gone = contracts.empty("reports")
    if gone_ids:
        gone = store.load_reports(known.ws, gone_ids).assign(
            delivery_id=cleaned.delivery_id, row_number=0, is_withdrawn=True
        )
    parts["reports"] = pd.concat([new, gone], ignore_index=True)
    if new.empty:
        return parts
    parts["placements"] = place_reports(
        new,
        areas=known.layer("areas"),
        addresses=known.layer("addresses"),
        places=known.layer("places"),
        deso=known.layer("deso"),
        aliases=known.aliases,
        made_by=cleaned.delivery_id,
    )
    points = parts["placements"][["incident_id", "easting_m", "northing_m"]]
    stored = known.stored_since(arrivals.days_around(changes.registered)[0])
    rules = known.ws.settings.link
    near = arrivals.find_neighbours(stored, new, gone, rules=rules)
    placed = new.merge(points, on="incident_id", validate="one_to_one")
    return parts | {"links": link_events(placed, near, rules=rules)}


def _mark(
    ws: Workspace,
    file: Path,
    name: str,
    source: Source,
    delivered: Delivered,
    cleaned: Cleaned,
) -> dict[str, object]:
    """The delivery's own row, which commits it, but for its counts and its hash."""
    masked = [f"{kind}={n}" for kind, n in sorted(cleaned.masked.items()) if n]
    told, _ = mask_personal_data(pd.Series([file.name, *cleaned.columns_dropped]))
    return {
        "delivery_id": cleaned.delivery_id,
        "source": name,
        "source_kind": source.kind,
        "file_name": told[0],
        "layout": delivered.layout_name,
        "period_start": pd.Timestamp(cleaned.period_start),
        "period_end": pd.Timestamp(cleaned.period_end),
        "columns_dropped": "|".join(told[1:].str.replace("|", "/")) or None,
        "masked": "|".join(masked) or None,
        "reader_version": READER_VERSION,
        "settings_sha256": ws.settings_sha256,
    }

"""The way in: read → clean → geocode → link → store, one file at a time.

In: delivered files. Out: committed deliveries, receipts and archived files, and for
each file what became of its rows. A file that cannot be read leaves the store as it
was and does not stop the others. Next: ``publication``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from lagesbild import contracts, store
from lagesbild.archive import archive_file
from lagesbild.arrivals import (
    compare_with_stored,
    current_reports,
    find_neighbours,
    update_current,
)
from lagesbild.clean.cleaned import Cleaned
from lagesbild.clean.counts import clean_counts
from lagesbild.clean.notices import clean_notices
from lagesbild.clean.periods import days_of_file
from lagesbild.clean.reports import clean_reports
from lagesbild.errors import (
    GovernanceError,
    LagesbildError,
    ReadError,
    UsageError,
)
from lagesbild.geocode.place import place_reports
from lagesbild.link import link_events
from lagesbild.read import reference
from lagesbild.read.delivery import Delivered, read_delivery
from lagesbild.receipt import write_receipt
from lagesbild.workspace import Source, Workspace, lock

READER_VERSION = "1"
_NOTHING = dict.fromkeys(
    ("rows_in", "rows_stored", "rows_unchanged", "rows_quarantined", "rows_withdrawn"),
    0,
)


@dataclass
class _Known:
    """What one call of ``ingest_files`` has at hand, loaded when first needed."""

    ws: Workspace
    layers: dict = field(default_factory=dict)
    current: pd.DataFrame | None = None

    def layer(self, name: str) -> pd.DataFrame:
        if name not in self.layers:
            self.layers[name] = getattr(reference, f"load_{name}")(self.ws)
        return self.layers[name]

    def reports(self) -> pd.DataFrame:
        if self.current is None:
            self.current = current_reports(store.load_incidents(self.ws))
        return self.current


def ingest_files(
    ws: Workspace,
    files: list[Path] | None = None,
    *,
    source: str | None = None,
    accept_drop: bool = False,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> list[dict]:
    """Take in delivered files.

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
        or "stoppad") and, for the last two, error and exit_code.

    Raises
    ------
    UsageError
        If ``source`` is not in kommun.toml.
    LockError
        If another process is writing.
    """
    _check_source(ws, source)
    with lock(ws):
        store.sweep(ws)
        known = _Known(ws)
        waiting = _in_order(files if files is not None else _inbox(ws))
        told = []
        for done, file in enumerate(waiting):
            if on_progress:
                on_progress(done, len(waiting), file.name)
            told.append(_ingest_or_tell(known, file, source, accept_drop))
    return told


def _check_source(ws: Workspace, name: str | None) -> None:
    if name is not None and name not in ws.settings.sources:
        raise UsageError(
            f"Källan '{name}' finns inte i kommun.toml. Där finns: "
            f"{', '.join(ws.settings.sources) or 'ingen'}."
        )


def _inbox(ws: Workspace) -> list[Path]:
    if not ws.inbox.is_dir():
        return []
    return [
        file
        for file in ws.inbox.iterdir()
        if file.is_file() and not file.name.startswith((".", "~"))
    ]


def _in_order(files: list[Path]) -> list[Path]:
    """Oldest period first and then by name, so that corrections come after."""
    never = (date.max, date.max)
    return sorted(
        map(Path, files), key=lambda f: (days_of_file(f.name) or never, f.name)
    )


def _ingest_or_tell(
    known: _Known, file: Path, source: str | None, accept_drop: bool
) -> dict:
    name = source
    try:
        name = source or _source_of(known.ws, file)
        return _ingest_file(known, file, name, accept_drop)
    except LagesbildError as error:
        if error.exit_code not in (3, 4):
            raise
        status = "avvisad" if error.exit_code == 3 else "stoppad"
        told = {"status": status, "error": str(error), "exit_code": error.exit_code}
        return {"file": file.name, "source": name, **_NOTHING, **told}


def _source_of(ws: Workspace, file: Path) -> str:
    fitting = [
        name
        for name, source in ws.settings.sources.items()
        if any(
            fnmatch(file.name.casefold(), layout.files.casefold())
            for layout in source.layouts
        )
    ]
    if len(fitting) == 1:
        return fitting[0]
    found = "flera källor" if fitting else "ingen källa"
    raise ReadError(
        f"{file.name}: filnamnet passar {found} i kommun.toml. Ange källan med "
        "--source eller rätta mönstren i 'files'."
    )


def _ingest_file(known: _Known, file: Path, name: str, accept_drop: bool) -> dict:
    """One file, from bytes to commit; nothing is written before all of it is right."""
    ws, source = known.ws, known.ws.settings.sources[name]
    _check_governance(name, source)
    sha256, received_on = _look_at(file)
    mark = _already_in(ws, sha256)
    if mark is None:
        delivered = read_delivery(file, source)
        cleaned = _clean(known, delivered, name, source, sha256[:16])
        parts, counts = _make_parts(
            known, delivered, cleaned, name, sha256[:16], accept_drop
        )
        mark = _mark(ws, file, name, source, delivered, cleaned, counts, sha256)
        store.commit_delivery(ws, delivery=mark, **parts)
        if source.has_rows:
            known.current = update_current(known.reports(), parts)
        told = {"status": "inläst", **counts}
    else:
        counts = {key: int(mark.iloc[0][key]) for key in _NOTHING}
        stored = counts["rows_stored"] + counts["rows_unchanged"]
        told = {"status": "redan inläst", **counts, "rows_stored": 0}
        told |= {"rows_unchanged": stored, "rows_withdrawn": 0}
    _hand_over(ws, file, name, source, mark, received_on)
    return {"file": file.name, "source": name, **told}


def _check_governance(name: str, source: Source) -> None:
    if source.has_rows and source.governance is None:
        raise GovernanceError(
            f"Källan '{name}' lämnar uppgifter rad för rad men saknar "
            f"[sources.{name}.governance] i kommun.toml: ändamål, rättslig grund, "
            "ansvarig, gallring, beslutsnummer och datum för konsekvensbedömning. "
            "Fyll i dem innan något läses in."
        )


def _look_at(file: Path) -> tuple[str, date]:
    try:
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        changed = file.stat().st_mtime
    except OSError:
        raise ReadError(
            f"{file.name}: filen går inte att läsa. Är den öppen i ett annat program?"
        ) from None
    return sha256, datetime.fromtimestamp(changed, ZoneInfo("Europe/Stockholm")).date()


def _already_in(ws: Workspace, sha256: str) -> pd.DataFrame | None:
    deliveries = store.load_deliveries(ws)
    found = deliveries[deliveries["sha256"] == sha256]
    return found if len(found) else None


def _clean(
    known: _Known, delivered: Delivered, name: str, source: Source, delivery_id: str
) -> Cleaned:
    shared = {
        "source_name": name,
        "source": source,
        "municipality": known.ws.settings.municipality,
        "delivery_id": delivery_id,
    }
    if source.kind == "counts":
        return clean_counts(delivered, **shared, areas=known.layer("areas"))
    clean = clean_notices if source.kind == "notis" else clean_reports
    return clean(delivered, **shared)


def _make_parts(
    known: _Known,
    delivered: Delivered,
    cleaned: Cleaned,
    name: str,
    delivery_id: str,
    accept_drop: bool,
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """What the delivery brings to each table, and its counts of rows."""
    source = known.ws.settings.sources[name]
    names = ("reports", "placements", "links", "ready_counts", "notices")
    parts = {name: contracts.empty(name) for name in names}
    parts["quarantine"] = cleaned.quarantine
    n_withdrawn = n_unchanged = 0
    new = cleaned.rows
    if source.has_rows:
        new, gone = compare_with_stored(
            known.reports(),
            cleaned,
            delivered,
            source=name,
            delivery_id=delivery_id,
            deliveries=store.load_deliveries(known.ws),
            accept_drop=accept_drop,
        )
        n_withdrawn, n_unchanged = len(gone), len(cleaned.rows) - len(new)
        parts |= _place_and_link(known, new, gone)
    else:
        parts["ready_counts" if source.kind == "counts" else "notices"] = new
    return parts, {
        "rows_in": len(delivered.frame),
        "rows_stored": len(new),
        "rows_unchanged": n_unchanged,
        "rows_quarantined": len(cleaned.quarantine),
        "rows_withdrawn": n_withdrawn,
    }


def _place_and_link(
    known: _Known, new: pd.DataFrame, gone: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    reports = pd.concat([new, gone], ignore_index=True) if len(gone) else new
    if new.empty:
        return {"reports": reports}
    placements = place_reports(
        new,
        areas=known.layer("areas"),
        addresses=known.layer("addresses"),
        places=known.layer("places"),
        deso=known.layer("deso"),
        made_by=new["delivery_id"].iloc[0],
    )
    placed = new.merge(
        placements[["incident_id", "easting_m", "northing_m"]], on="incident_id"
    )
    rules = known.ws.settings.link
    near = find_neighbours(known.reports(), new, gone, rules=rules)
    links = link_events(placed, near[[*placed.columns, "event_id"]], rules=rules)
    return {"reports": reports, "placements": placements, "links": links}


def _mark(
    ws: Workspace,
    file: Path,
    name: str,
    source: Source,
    delivered: Delivered,
    cleaned: Cleaned,
    counts: dict[str, int],
    sha256: str,
) -> pd.DataFrame:
    """The delivery's own row, which commits it."""
    masked = [f"{kind}={n}" for kind, n in sorted(cleaned.masked.items()) if n]
    row = {
        "delivery_id": sha256[:16],
        "sha256": sha256,
        "sequence_number": len(store.load_deliveries(ws)) + 1,
        "source": name,
        "source_kind": source.kind,
        "file_name": file.name,
        "layout": delivered.layout_name,
        "period_start": pd.Timestamp(cleaned.period_start),
        "period_end": pd.Timestamp(cleaned.period_end),
        "received_on": pd.Timestamp(_look_at(file)[1]),
        **counts,
        "columns_dropped": "|".join(cleaned.columns_dropped) or None,
        "masked": "|".join(masked) or None,
        "reader_version": READER_VERSION,
        "settings_sha256": ws.settings_sha256,
        "committed_at": pd.Timestamp.now(tz="UTC"),
    }
    return contracts.check(pd.DataFrame([row]), "deliveries")


def _hand_over(
    ws: Workspace,
    file: Path,
    name: str,
    source: Source,
    mark: pd.DataFrame,
    received_on: date,
) -> None:
    """Receipt to the sender, file to the archive; also if a crash came between."""
    row = mark.iloc[0]
    quarantine = store.load_quarantine(ws)
    own = quarantine[quarantine["delivery_id"] == row["delivery_id"]]
    write_receipt(ws, row, own, source_title=source.name)
    archive_file(
        ws,
        file,
        delivery_id=row["delivery_id"],
        sha256=row["sha256"],
        source_name=name,
        source=source,
        received_on=received_on,
    )

"""What the workspace holds, and whether it is whole.

In: the store, the archive and the pages' manifests. Out: small dictionaries that the
command line tells or prints as JSON.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd

from lagesbild import store
from lagesbild.closing import closed_cycles, missing_sources
from lagesbild.errors import StoreError
from lagesbild.frozen import find_releases
from lagesbild.journal import find_log_faults
from lagesbild.period import Period
from lagesbild.workspace import Workspace


def status(ws: Workspace) -> dict:
    """Tell what is stored.

    Returns
    -------
    dict
        incidents and quarantined (rows), deliveries (files), and cycles: a list with
        cycle, is_closed, missing_sources and released (audiences), one entry a quarter
        with deliveries.
    """
    deliveries = store.load_deliveries(ws)
    closed, released = set(closed_cycles(ws)), find_releases(ws)
    return {
        "incidents": len(store.load_incidents(ws)),
        "quarantined": len(store.load_quarantine(ws)),
        "deliveries": len(deliveries),
        "cycles": [
            {
                "cycle": cycle.label,
                "is_closed": cycle.label in closed,
                "missing_sources": missing_sources(ws, cycle, deliveries),
                "released": [a for label, a in released if label == cycle.label],
            }
            for cycle in _cycles(deliveries)
        ],
    }


def _cycles(deliveries: pd.DataFrame) -> list[Period]:
    rows = deliveries[deliveries["source_kind"] != "notis"]
    first, last = rows["period_start"].min(), rows["period_end"].max()
    if pd.isna(first) or pd.isna(last):
        return []
    cycle, end = Period.containing(first.date()), Period.containing(last.date())
    cycles = [cycle]
    while cycles[-1] < end:
        cycles.append(cycles[-1].next)
    return cycles


def verify(ws: Workspace) -> dict:
    """Check that store, archive, pages, releases and log are whole.

    Returns
    -------
    dict
        ok, and faults: a list of Swedish sentences, empty if all is well.
    """
    faults = store.verify_store(ws) + _archive_faults(ws) + _page_faults(ws)
    faults += _release_faults(ws) + find_log_faults(ws)
    return {"ok": not faults, "faults": faults}


def _archive_faults(ws: Workspace) -> list[str]:
    """Raw files that are not as they came; one deleted by rule leaves its note."""
    faults = []
    for note in sorted(ws.archive.glob("*.json")):
        kept = note.with_suffix("")  # a.csv.json is the note beside a.csv
        if not kept.exists():
            continue
        wanted = (_read(note) or {}).get("sha256")
        if wanted is None:
            faults.append(f"Arkivets anteckning {note.name} går inte att läsa.")
        elif _sha256(kept) != wanted:
            faults.append(f"Arkivfilen {kept.name} är ändrad sedan den togs emot.")
    return faults


def _page_faults(ws: Workspace) -> list[str]:
    faults = []
    for manifest in sorted(ws.outputs.glob("*/*/manifest.json")):
        folder = manifest.parent
        where = f"{folder.parent.name}/{folder.name}"
        files = (_read(manifest) or {}).get("files")
        if not isinstance(files, dict):
            faults.append(f"{where}: manifest.json går inte att läsa.")
            continue
        for name, sha256 in files.items():
            if not (folder / name).is_file():
                faults.append(f"{where}: sidan {name} saknas.")
            elif _sha256(folder / name) != sha256:
                faults.append(f"{where}: sidan {name} är ändrad efter körningen.")
        there = (file for file in folder.rglob("*") if not file.is_dir())
        names = {file.relative_to(folder).as_posix() for file in there}
        names -= {*files, manifest.name}
        faults += [f"{where}: {name} hör inte dit." for name in sorted(names)]
    return faults


def _release_faults(ws: Workspace) -> list[str]:
    """Releases whose kept cells are gone: no later page could be held to them."""
    from lagesbild.publication import open_release

    try:
        releases = find_releases(ws)
    except StoreError as error:
        return [str(error)]
    faults = []
    for cycle, audience in releases:
        try:
            open_release(ws, cycle, audience)
        except StoreError as error:
            faults.append(str(error))
    return faults


def _read(file: Path) -> dict | None:
    """A small JSON object, or None if the file does not hold one."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

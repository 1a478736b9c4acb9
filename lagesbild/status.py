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
from lagesbild.period import Period
from lagesbild.workspace import Workspace


def status(ws: Workspace) -> dict:
    """Tell what is stored.

    Returns
    -------
    dict
        incidents and quarantined (rows), deliveries (files), and cycles: a list with
        cycle, is_closed and missing_sources, one entry a quarter with deliveries.
    """
    deliveries = store.load_deliveries(ws)
    closed = set(closed_cycles(ws))
    return {
        "incidents": len(store.load_incidents(ws)),
        "quarantined": len(store.load_quarantine(ws)),
        "deliveries": len(deliveries),
        "cycles": [
            {
                "cycle": cycle.label,
                "is_closed": cycle.label in closed,
                "missing_sources": missing_sources(ws, cycle),
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
    """Check that store, archive and pages are whole.

    Returns
    -------
    dict
        ok, and faults: a list of Swedish sentences, empty if all is well.
    """
    faults = store.verify_store(ws) + _archive_faults(ws) + _page_faults(ws)
    return {"ok": not faults, "faults": faults}


def _archive_faults(ws: Workspace) -> list[str]:
    faults = []
    for note in sorted(ws.archive.glob("*.json")):
        kept = note.with_suffix("")  # a.csv.json is the note beside a.csv
        if not kept.exists():
            continue
        if _sha256(kept) != json.loads(note.read_text("utf-8"))["sha256"]:
            faults.append(f"Arkivfilen {kept.name} är ändrad sedan den togs emot.")
    return faults


def _page_faults(ws: Workspace) -> list[str]:
    faults = []
    for manifest in sorted(ws.outputs.glob("*/*/manifest.json")):
        files = json.loads(manifest.read_text("utf-8"))["files"]
        folder = manifest.parent
        where = f"{folder.parent.name}/{folder.name}"
        for name, sha256 in files.items():
            if not (folder / name).exists():
                faults.append(f"{where}: sidan {name} saknas.")
            elif _sha256(folder / name) != sha256:
                faults.append(f"{where}: sidan {name} är ändrad efter körningen.")
    return faults


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

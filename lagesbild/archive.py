"""Accepted raw files, kept for their owner only, each with a day to be deleted.

In: a delivered file. Out: its copy in lager/arkiv with a note beside it. A file in
inkommande/ is moved there; a file from elsewhere is copied and never changed.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path

from lagesbild.workspace import Source, Workspace

_OWNER_ONLY = 0o600


def archive_file(
    ws: Workspace,
    file: Path,
    *,
    delivery_id: str,
    sha256: str,
    source_name: str,
    source: Source,
    received_on: date,
) -> Path:
    """Keep an accepted file until its source's retention has passed.

    Returns
    -------
    Path
        The archived file. Beside it lies a .json with source, sha256 and
        ``delete_by`` (missing for open data, which has no retention).
    """
    ws.archive.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = ws.archive / f"{delivery_id}_{file.name}"
    if not kept.exists():
        part = kept.with_name(kept.name + ".del")
        shutil.copyfile(file, part)
        part.chmod(_OWNER_ONLY)
        os.replace(part, kept)
    rules = source.governance
    delete_by = (
        add_months(received_on, rules.retention_raw_months).isoformat()
        if rules
        else None
    )
    note = {"source": source_name, "sha256": sha256, "delete_by": delete_by}
    kept.with_name(kept.name + ".json").write_text(
        json.dumps(note, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
        newline="\n",
    )
    if ws.inbox.resolve() in file.resolve().parents:
        file.unlink()
    return kept


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"no such day {months} months later")

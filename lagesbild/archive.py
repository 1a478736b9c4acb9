"""Accepted raw files, kept for their owner only, each with a day to be deleted.

In: a delivered file. Out: its copy in the workspace's archive with a note beside it.
A file in inkommande/ is moved there; a file from elsewhere is copied and never changed.
The copy is made before the delivery is committed and bears a name of its own until
then, so that a committed delivery always has its file and a refused one leaves none.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.private import owner_only
from lagesbild.workspace import Source, Workspace, make_private_folder

_PART = ".del"


def archived_file(ws: Workspace, mark: Mapping[str, object] | pd.Series) -> Path:
    """Where the raw file of a delivery lies, if it has not been deleted by rule."""
    return ws.archive / f"{mark['delivery_id']}_{mark['file_name']}"


def keep_raw_file(
    ws: Workspace, file: Path, mark: Mapping[str, object], source: Source
) -> None:
    """Copy a file to the archive, under a name that says it is not committed yet.

    Parameters
    ----------
    ws : Workspace
    file : Path
        Is not changed.
    mark : mapping
        Of contract deliveries: delivery_id, sha256, file_name, source, received_on.
    source : Source
        Its retention gives ``delete_by`` in the note beside the file; missing for open
        data, which has none.

    Raises
    ------
    ReadError
        If the file is no longer the one that was read.
    """
    make_private_folder(ws.archive)
    kept = archived_file(ws, mark)
    received_on, rules = mark["received_on"].date(), source.governance
    months = rules.retention_raw_months if rules else None
    note = {
        "source": mark["source"],
        "sha256": mark["sha256"],
        "delete_by": months and add_months(received_on, months).isoformat(),
    }
    told = json.dumps(note, ensure_ascii=False, indent=1) + "\n"
    write_whole(kept.with_name(kept.name + ".json"), told)
    part = kept.with_name(kept.name + _PART)
    with file.open("rb") as raw, open(part, "wb", opener=owner_only) as copy:
        shutil.copyfileobj(raw, copy)
    with part.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() == mark["sha256"]:
            return
    part.unlink()
    raise ReadError(
        f"{file.name}: filen ändrades medan den lästes. Vänta tills den är färdig och "
        "försök igen."
    )


def accept_raw_files(ws: Workspace, delivery_ids: set[str]) -> None:
    """Give copies of committed deliveries their name, and delete all other copies."""
    for part in ws.archive.glob(f"*{_PART}"):
        kept = part.with_name(part.name.removesuffix(_PART))
        if part.name[:16] in delivery_ids:
            os.replace(part, kept)
        else:
            kept.with_name(kept.name + ".json").unlink(missing_ok=True)
            part.unlink()


def take_from_inbox(ws: Workspace, file: Path) -> bool:
    """Remove an archived file from inkommande/; False if another program holds it."""
    if not file.absolute().parent.resolve().is_relative_to(ws.inbox.resolve()):
        return True
    try:
        file.unlink()
    except PermissionError:
        return False
    return True


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def write_whole(file: Path, text: str) -> None:
    """Write a small text file whole or not at all."""
    part = file.with_name(file.name + ".ny")
    with open(part, "w", encoding="utf-8", newline="\n", opener=owner_only) as out:
        out.write(text)
    os.replace(part, file)

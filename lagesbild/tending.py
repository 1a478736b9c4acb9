"""The upkeep of the store's tables: few files, and none that nobody can read.

In: the tables, with the lock held and nothing unswept. Out: the same rows in fewer
files; what a join, a sweep or a killed process left behind is deleted for good after a
week, which is for readers that have begun. No figure hangs on it: ``as_of`` goes by the
rows' sequence numbers and never by Delta's versions. Called by ``ingest``, ``closing``
and ``purge``, so that a workspace that takes in nothing more is tended too.
"""

from __future__ import annotations

from pathlib import Path

from lagesbild.accounting import MARKED_BY
from lagesbild.store import PARTS
from lagesbild.stored_form import open_table, place_of_tables, telling
from lagesbild.workspace import Workspace

_MOST_FILES = 8  # beside one a year: reading costs by the file, as much as by the row
_JOINED = (*PARTS, *MARKED_BY, "closed_counts")
_FROZEN = ("closed_contributors", "publications", "purges", "register_versions")
_HALF_WRITTEN = "*#[0-9]*"  # what a file is called until it is whole


def tend(ws: Workspace, *, keep_hours: int | None = None) -> None:
    """Join small files that are many, and delete those that no table has any more.

    Parameters
    ----------
    ws : Workspace
        Its lock is held by the caller, who has swept the store.
    keep_hours : int, optional
        How long a file that went out of its table is kept; None is a week.
    """
    for table in (*_JOINED, *_FROZEN):
        stored = open_table(ws, table)
        if stored is None:
            continue
        with telling(table):
            if table in _JOINED and _is_many(stored.file_uris()):
                stored.optimize.compact()
            # full: files too that no log knows, which a killed process has left
            stored.vacuum(
                keep_hours,
                dry_run=False,
                enforce_retention_duration=keep_hours is None,
                full=True,
            )
    if not ws.settings.store.is_remote:
        for file in Path(place_of_tables(ws)).rglob(_HALF_WRITTEN):
            file.unlink()  # nobody else writes, and no reader knows it


def _is_many(files: list[str]) -> bool:
    folders = {file.rpartition("/")[0] for file in files}
    return len(files) > _MOST_FILES + len(folders)

"""All tables at once: written anew in another place, and that place put in force.

In: changes of tables. Out: the tables without a past, in a folder beside or elsewhere
in the bucket. On a disk ``publish.exchange`` lets folders change place; a bucket has no
renames, so there the name of the folder in force is changed by one commit, and what was
in force is taken away. Used by ``purge``; the objects of a bucket also by ``traces``,
``backup``, ``made_from`` and ``publish.news``.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow.dataset as ds
import pyarrow.fs as pafs

from lagesbild.stored_columns import from_arrow, stored_schema, to_arrow
from lagesbild.stored_form import (
    IN_FORCE,
    TABLES,
    append_to,
    be_writer,
    bucket,
    open_table,
    place_of_tables,
    put_in_force,
    telling,
)
from lagesbild.workspace import Workspace


def write_anew(
    ws: Workspace,
    into: Path | str,
    changes: dict[str, Callable[[pd.DataFrame], pd.DataFrame]],
    *,
    more: dict[str, pd.DataFrame],
) -> None:
    """Write every table to another place, some of them changed and without a past.

    Parameters
    ----------
    ws : Workspace
    into : Path or str
        A folder that is empty, or what ``exchanging`` gives; it can take the place of
        the tables' own.
    changes : dict
        Table name → a function of its rows with helper columns, a year of them at a
        time; other tables are copied as they are. A table that is changed has no
        earlier versions there, whose files and logs would hold what is gone.
    more : dict of str to DataFrame
        Rows to add, under contract.
    """
    options = ws.settings.store.options()
    for table in _find_tables(ws):
        with telling(table):
            if table not in changes and options is None:
                shutil.copytree(ws.lager / TABLES / table, Path(into) / table)
                continue
            if (stored := open_table(ws, table)) is None:
                continue  # its first commit was never written
            change, dataset = changes.get(table), stored.to_pyarrow_dataset()
            for where in _years(dataset):
                frame = from_arrow(dataset.to_table(filter=where))
                frame = frame[stored_schema(table).names]
                frame = frame if change is None else change(frame)
                if len(frame):
                    append_to(f"{into}/{table}", to_arrow(frame, table), options)
    for table, frame in more.items():
        if len(frame):
            with telling(table):
                append_to(f"{into}/{table}", to_arrow(frame, table), options)


def _find_tables(ws: Workspace) -> list[str]:
    if ws.settings.store.is_remote:
        return _folders(ws, _folder_in_force(ws))
    own = ws.lager / TABLES
    return sorted(folder.name for folder in own.iterdir()) if own.is_dir() else []


def _years(stored: ds.Dataset) -> list[ds.Expression | None]:
    if "year" not in stored.schema.names:
        return [None]
    found = stored.to_table(columns=["year"])["year"].unique().to_pylist()
    return [ds.field("year") == year for year in sorted(found)]


@contextmanager
def exchanging(ws: Workspace) -> Iterator[str]:
    """Fill a new place in a bucket in a ``with``; its tables are in force at the end.

    If anything goes wrong inside, the old tables stay. What is not in force is taken
    away by ``remove_replaced``. The caller holds the workspace's lock.
    """
    be_writer(ws)
    folder = f"{TABLES}-{uuid.uuid4().hex[:16]}"
    yield f"{ws.settings.store.uri}/{folder}"
    put_in_force(ws, folder)


def remove_replaced(ws: Workspace) -> None:
    """Take away every place in the bucket that is not in force."""
    be_writer(ws)
    kept = _folder_in_force(ws)
    for folder in _folders(ws, ""):
        if folder.startswith(TABLES) and folder != kept:
            with telling(IN_FORCE):
                bucket(ws).delete_dir(folder)


# --- the objects of a bucket, as files ----------------------------------------------


def list_objects(ws: Workspace) -> list[str]:
    """Every object below the workspace's prefix, whatever it is; none on a disk."""
    if not ws.settings.store.is_remote:
        return []
    found = _list(ws, "", deep=True)
    return [info.path for info in found if info.type == pafs.FileType.File]


def list_objects_in_force(ws: Workspace) -> list[str]:
    """Those of the tables as they are now, from the folder that holds them."""
    if not ws.settings.store.is_remote:
        return []
    start = f"{_folder_in_force(ws)}/"
    return [name for name in list_objects(ws) if name.startswith(start)]


def read_object(ws: Workspace, name: str) -> bytes:
    """An object of ``list_objects``, whole."""
    with telling(IN_FORCE), bucket(ws).open_input_file(name) as content:
        return content.read()


def list_commits(ws: Workspace) -> list[tuple[str, int]]:
    """Place and time of every commit of every table: the same if nothing is new."""
    if not ws.settings.store.is_remote:
        logs = sorted((ws.lager / TABLES).glob("*/_delta_log/*.json"))
        return [(str(log), log.stat().st_mtime_ns) for log in logs]
    folder = _folder_in_force(ws)
    logs = [_list(ws, f"{folder}/{t}/_delta_log") for t in _folders(ws, folder)]
    return [
        (info.path, info.mtime_ns or 0)
        for log in logs
        for info in log
        if info.extension == "json"
    ]


def _folder_in_force(ws: Workspace) -> str:
    return place_of_tables(ws).rpartition("/")[2]


def _list(ws: Workspace, folder: str, *, deep: bool = False) -> list[pafs.FileInfo]:
    asked = pafs.FileSelector(folder, allow_not_found=True, recursive=deep)
    with telling(IN_FORCE):
        return sorted(bucket(ws).get_file_info(asked), key=lambda info: info.path)


def _folders(ws: Workspace, folder: str) -> list[str]:
    found = _list(ws, folder)
    return [info.base_name for info in found if info.type == pafs.FileType.Directory]

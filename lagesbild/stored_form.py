"""How a table of ``contracts.py`` lies on disk or in a bucket: as a Delta table.

In: a frame under contract, with the store's helper columns. Out: rows that are written
in one piece, and read back. Used by ``store`` and the rooms beside it; the only module
that imports deltalake.

In a bucket nothing can be renamed. There the tables lie in a folder of a name that
``i_kraft`` tells, a table without rows whose description is changed by one commit: so a
purge is before or after. Delta writes a commit only where there is none of its number,
and that is all that is asked of the server.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as pafs
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.fs import DeltaStorageHandler

from lagesbild.errors import LockError, StoreError
from lagesbild.object_store import explain
from lagesbild.stored_columns import empty_rows, from_arrow, stored_schema, to_arrow
from lagesbild.workspace import Workspace, make_private_folder

TABLES = "tabeller"
IN_FORCE = "i_kraft"
OWNER_FILE = "lagerplats.txt"
_OWNER, _CODE = "arbetsyta", "kommun"  # beside TABLES, what i_kraft tells
_ABSENT = -1  # the version of a table that is not there
# Reading a table replays its log since the last checkpoint: keep that short.
_CONFIGURATION = {"delta.checkpointInterval": "10"}


@contextmanager
def telling(table: str) -> Iterator[None]:
    """Turn faults of disk, bucket and library into ours."""
    try:
        yield
    except (DeltaError, OSError, pa.ArrowException) as error:
        # the libraries' own texts may hold values: only their kind is told
        if (why := explain(error)) is not None:
            raise StoreError(
                f"Lagrets tabeller går inte att nå: {why}. Inget har gått förlorat."
            ) from None
        raise StoreError(
            f"Tabellen '{table}' i lagret går inte att läsa eller skriva "
            f"({type(error).__name__}). Se efter att disken har plats och att mappen "
            "lager går att skriva i, och kör 'lagesbild verify'."
        ) from None


# --- where the tables lie -----------------------------------------------------------


def _options(ws: Workspace) -> dict[str, str] | None:
    return ws.settings.store.options()


def place_of_tables(ws: Workspace) -> str:
    """The folder, or the part of a bucket, that holds the tables now."""
    if not ws.settings.store.is_remote:
        return str(ws.lager / TABLES)
    told = _read_in_force(ws)
    return f"{ws.settings.store.uri}/{told[TABLES] if told else TABLES}"


def _read_in_force(ws: Workspace) -> dict[str, str] | None:
    """What the bucket says of its tables; None if nothing was ever written there."""
    if (ws.lager / TABLES).exists():
        raise StoreError(
            "Tabeller ligger i lager/tabeller, och kommun.toml säger att de ligger i "
            f"{ws.settings.store.uri}. Ta bort [store] ur kommun.toml, eller flytta "
            "upp dem och ta bort mappen: se docs/handbok.md, 'Tabellerna i en hink'."
        )
    with telling(IN_FORCE):
        stored = _open(_pointer(ws), _options(ws))
        if stored is None:
            return None
        told = json.loads(stored.metadata().description)
    if told[_CODE] != ws.settings.municipality.code:
        raise StoreError(
            f"{ws.settings.store.uri} håller tabellerna för kommun {told[_CODE]}. "
            "Rätta uri i kommun.toml: varje kommun har ett eget prefix."
        )
    return told


def _pointer(ws: Workspace) -> str:
    return f"{ws.settings.store.uri}/{IN_FORCE}"


def be_writer(ws: Workspace) -> str:
    """See that this workspace, and no copy of it, may write; tell where its tables lie.

    The workspace's lock keeps two commands apart, and a copy has a lock of its own. So
    a bucket knows which workspace's folder it belongs to.

    Raises
    ------
    LockError
        If the tables of the bucket are another folder's.
    """
    if not ws.settings.store.is_remote:
        return str(ws.lager / TABLES)
    told, mine = _read_in_force(ws), _identity(ws)
    if told is None:
        told = {_CODE: ws.settings.municipality.code, _OWNER: mine, TABLES: TABLES}
        with telling(IN_FORCE):
            nothing = pa.schema([(IN_FORCE, pa.string())])
            form = {"mode": "error", "description": json.dumps(told)}
            DeltaTable.create(
                _pointer(ws), nothing, storage_options=_options(ws), **form
            )
    if told[_OWNER] != mine:
        raise LockError(
            f"Tabellerna i {ws.settings.store.uri} skrivs av en annan kopia av "
            "arbetsytan. Arbeta i den. Finns den inte längre: skriv "
            f"{told[_OWNER]} i lager/{OWNER_FILE} här."
        )
    return f"{ws.settings.store.uri}/{told[TABLES]}"


def _identity(ws: Workspace) -> str:
    file = make_private_folder(ws.lager) / OWNER_FILE
    if not file.exists():
        file.write_text(uuid.uuid4().hex + "\n", encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


# --- one table ----------------------------------------------------------------------


def open_table(ws: Workspace, table: str) -> DeltaTable | None:
    """The table as it stands, or None if nothing was ever written to it."""
    base, options = place_of_tables(ws), _options(ws)
    with telling(table):
        stored = _open(f"{base}/{table}", options)
    if stored is None and options is None and not Path(base).exists():
        if (ws.lager / f"{TABLES}.byte.json").exists():
            raise StoreError(
                "En gallring blev avbruten mitt i bytet av tabeller. Kör 'lagesbild "
                "status': då slutförs den."
            )
    return stored


_opened: dict[tuple[str, str | None], DeltaTable] = {}
"""Tables that are met again: what is new of one is asked for, not its whole log."""
_keeping: list[bool] = []


@contextmanager
def keeping_open() -> Iterator[None]:
    """Open a table of the disk once in a ``with``.

    The caller holds the workspace's lock: nobody lets another table take its place.
    """
    _keeping.append(True)
    try:
        yield
    finally:
        _keeping.pop()
        for key in [key for key in _opened if key[1] is None]:
            del _opened[key]


def _open(place: str, options: dict[str, str] | None) -> DeltaTable | None:
    key = (place, None if options is None else options.get("endpoint", ""))
    if key in _opened:  # a place in a bucket never becomes another table
        _opened[key].update_incremental()
        return _opened[key]
    if options is None:
        stored = DeltaTable(place) if DeltaTable.is_deltatable(place) else None
        if stored is not None and _keeping:
            _opened[key] = stored
        return stored
    try:
        return _opened.setdefault(key, DeltaTable(place, storage_options=options))
    except TableNotFoundError:
        return None


def append_rows(
    ws: Workspace,
    table: str,
    frame: pd.DataFrame,
    *,
    seen: dict[str, int] | None = None,
) -> None:
    """Write rows, contract and helper columns, in one piece.

    Parameters
    ----------
    ws : Workspace
    table : str
    frame : DataFrame
    seen : dict, optional
        From ``see_versions``: nothing is written if these tables have moved on.

    Raises
    ------
    LockError
        If another copy of the workspace has written meanwhile.
    StoreError
        If the disk or the bucket cannot be written.
    """
    if frame.empty:
        return
    rows, base = to_arrow(frame, table), be_writer(ws)
    with telling(table):
        if _options(ws) is None:
            make_private_folder(ws.lager / TABLES)
        if seen:
            if see_versions(ws, seen) != seen:
                raise LockError(_MOVED)
            _append_after(f"{base}/{table}", rows, seen[table], _options(ws))
        else:
            append_to(f"{base}/{table}", rows, _options(ws))


_MOVED = (
    "En annan kopia av arbetsytan har skrivit i lagret samtidigt. Inget har sparats. "
    "Vänta tills den är klar och försök igen."
)


def see_versions(ws: Workspace, tables: Iterable[str]) -> dict[str, int]:
    """Table → version, of tables in a bucket; nothing for a disk, which has a lock."""
    if not ws.settings.store.is_remote:
        return {}
    opened = {table: open_table(ws, table) for table in tables}
    return {name: _ABSENT if t is None else t.version() for name, t in opened.items()}


def shut_out_others(ws: Workspace, tables: Iterable[str]) -> bool:
    """Let no commit be written that another copy has begun; whether that was needed.

    A commit that has seen a table's version before finds that it has moved on.
    """
    for table in tables if ws.settings.store.is_remote else ():
        if (stored := open_table(ws, table)) is not None:
            with telling(table):
                stored.alter.set_table_description(uuid.uuid4().hex)
    return ws.settings.store.is_remote


def read_rows(
    ws: Workspace,
    table: str,
    names: list[str] | None = None,
    *,
    where: ds.Expression | None = None,
) -> pd.DataFrame:
    """Read stored rows, committed or not, with the contract's dtypes."""
    names = names or stored_schema(table).names
    stored = open_table(ws, table)
    if stored is None:
        return from_arrow(empty_rows(table, names))
    with telling(table):
        rows = stored.to_pyarrow_dataset().to_table(columns=names, filter=where)
    return from_arrow(rows)


def append_to(place: str, rows: pa.Table, options: dict[str, str] | None) -> None:
    """Append rows, as ``to_arrow`` makes them, to the table at a place."""
    form = {"partition_by": _partitions(rows), "configuration": _CONFIGURATION}
    stored = _open(place, options)
    if stored is not None:
        write_deltalake(stored, rows, mode="append", **form)
    else:
        write_deltalake(place, rows, mode="append", storage_options=options, **form)


def _append_after(
    place: str, rows: pa.Table, version: int, options: dict[str, str] | None
) -> None:
    """Append to that very version of the table, or not at all."""
    form = {"partition_by": _partitions(rows), "configuration": _CONFIGURATION}
    form["commit_properties"] = CommitProperties(max_commit_retries=0)
    try:
        if version == _ABSENT:
            write_deltalake(place, rows, mode="error", storage_options=options, **form)
        else:
            stored = DeltaTable(place, version=version, storage_options=options)
            write_deltalake(stored, rows, mode="append", **form)
    except CommitFailedError:
        raise LockError(_MOVED) from None


def _partitions(rows: pa.Table) -> list[str] | None:
    return ["year"] if "year" in rows.column_names else None


# --- the bucket --------------------------------------------------------------------


def put_in_force(ws: Workspace, folder: str) -> None:
    """Let the tables of another folder of the bucket be the tables, in one commit."""
    be_writer(ws)
    with telling(IN_FORCE):
        pointer = _open(_pointer(ws), _options(ws))
        told = json.loads(pointer.metadata().description) | {TABLES: folder}
        once = CommitProperties(max_commit_retries=0)
        pointer.alter.set_table_description(json.dumps(told), commit_properties=once)


def bucket(ws: Workspace) -> pafs.FileSystem:
    """What lies below the workspace's prefix, as files."""
    handler = DeltaStorageHandler(ws.settings.store.uri, _options(ws))
    return pafs.PyFileSystem(handler)


def is_open_to_anyone(ws: Workspace) -> bool:
    """Whether the bucket tells what it holds to who has no key."""
    options = _options(ws) | {"skip_signature": "true", "max_retries": "0"}
    nobody = pafs.PyFileSystem(DeltaStorageHandler(ws.settings.store.uri, options))
    try:
        nobody.get_file_info(pafs.FileSelector(""))
    except (DeltaError, OSError):
        return False  # whatever the reason, it did not tell
    return True

"""How a table of ``contracts.py`` lies on disk: a Delta table with helper columns.

In: a frame under contract. Out: the rows that are written, and back again with the
contract's dtypes, whatever gaps a column has. Used by ``store`` alone; the only
module that imports deltalake.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from lagesbild.contracts import empty
from lagesbild.errors import ContractError, StoreError
from lagesbild.workspace import Workspace, make_private_folder

# Columns the store keeps beside the contract: year of registration to prune by, a
# hash to see at once that a row is unchanged, and what was known when a cycle closed.
_HELPERS = {
    "reports": {"year": pa.int64(), "content_hash": pa.int64()},
    "placements": {"year": pa.int64()},
    "links": {"year": pa.int64()},
    "closed_counts": {"closed_after": pa.int64()},
}
_KINDS = {
    "str": pa.string(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "datetime64[us]": pa.date32(),
    "datetime64[us, UTC]": pa.timestamp("us", tz="UTC"),
}
_YEAR_UNKNOWN = 0  # read whatever years are asked for
# Reading a table replays its log since the last checkpoint: keep that short.
_CONFIGURATION = {"delta.checkpointInterval": "10"}
_NOT_CONTENT = ["delivery_id", "row_number", "is_withdrawn"]


@cache
def stored_schema(table: str) -> pa.Schema:
    """The table's columns on disk: the contract's in order, then the helpers."""
    dtypes = empty(table).dtypes
    fields = [(name, _KINDS[str(dtype)]) for name, dtype in dtypes.items()]
    return pa.schema([*fields, *_HELPERS.get(table, {}).items()])


def to_arrow(frame: pd.DataFrame, table: str) -> pa.Table:
    """The frame, contract and helper columns, as it is written.

    Raises
    ------
    ContractError
        If a day has a time of day; names the table, never the value.
    """
    try:
        return pa.Table.from_pandas(
            frame, schema=stored_schema(table), preserve_index=False
        )
    except pa.ArrowException:
        raise ContractError(
            f"Tabellen '{table}' har ett värde av fel slag, till exempel en dag med "
            "klockslag. Ingenting har sparats."
        ) from None


def from_arrow(rows: pa.Table) -> pd.DataFrame:
    """Stored rows with the contract's dtypes: text, whole numbers with gaps, UTC."""
    wanted = [
        field.with_type(pa.timestamp("us")) if pa.types.is_date(field.type) else field
        for field in rows.schema
    ]
    whole = {pa.int64(): pd.Int64Dtype()}
    frame = rows.cast(pa.schema(wanted)).to_pandas(types_mapper=whole.get)
    text = [field.name for field in wanted if pa.types.is_string(field.type)]
    return frame.astype(dict.fromkeys(text, "str"))


def content_hash(reports: pd.DataFrame) -> pd.Series:
    """A 64-bit hash a row of what the report says, whatever file told it.

    Two versions of one report with the same hash have the same content.
    """
    told = reports.drop(columns=_NOT_CONTENT)
    return pd.util.hash_pandas_object(told, index=False).astype("int64")


def add_helpers(frame: pd.DataFrame, table: str, *, years: pd.Series) -> pd.DataFrame:
    """The frame with the store's own columns for a table that a delivery brings.

    Parameters
    ----------
    frame : DataFrame
        Keeps the table's contract.
    table : str
    years : Series
        incident_id → year of registration, for placements and links.
    """
    if table == "reports":
        year = frame["reported_on"].dt.year
        return frame.assign(year=year, content_hash=content_hash(frame))
    if "year" in stored_schema(table).names:
        year = frame["incident_id"].map(years).astype("Int64")
        return frame.assign(year=year.fillna(_YEAR_UNKNOWN))
    return frame


def in_years(first: int, last: int) -> ds.Expression:
    """Rows of those years of registration, both included."""
    year = ds.field("year")
    return ((year >= first) & (year <= last)) | (year == _YEAR_UNKNOWN)


def find_whole_files(files: pa.Table, made_by: str) -> set[str]:
    """Deliveries that wrote a file alone.

    Only swept tables are compacted, so a file of several holds committed rows alone.

    Parameters
    ----------
    files : Table
        One row, one data file: the least and greatest value of each column.
    made_by : str
        The column that names the delivery.
    """
    if not files.num_rows:
        return set()
    first, last = (files[f"{end}.{made_by}"].to_pylist() for end in ("min", "max"))
    return {one for one, other in zip(first, last, strict=True) if one == other}


def empty_rows(table: str, names: Sequence[str]) -> pa.Table:
    """No rows of the table's columns of those names."""
    return stored_schema(table).empty_table().select(list(names))


# --- one table on disk ------------------------------------------------------------


TABLES = "tabeller"


def _folder(ws: Workspace, table: str) -> str:
    return str(ws.lager / TABLES / table)


@contextmanager
def telling(table: str) -> Iterator[None]:
    """Turn faults of disk and library into ours."""
    try:
        yield
    except (DeltaError, OSError, pa.ArrowException) as error:
        # the libraries' own texts may hold values: only their kind is told
        raise StoreError(
            f"Tabellen '{table}' i lagret går inte att läsa eller skriva "
            f"({type(error).__name__}). Se efter att disken har plats och att mappen "
            "lager går att skriva i, och kör 'lagesbild verify'."
        ) from None


def open_table(ws: Workspace, table: str) -> DeltaTable | None:
    """The table as it stands, or None if nothing was ever written to it."""
    folder = _folder(ws, table)
    with telling(table):
        if DeltaTable.is_deltatable(folder):
            return DeltaTable(folder)
    if (ws.lager / f"{TABLES}.byte.json").exists() and not Path(folder).parent.exists():
        raise StoreError(
            "En gallring blev avbruten mitt i bytet av tabeller. Kör 'lagesbild "
            "status': då slutförs den."
        )
    return None


def append_rows(ws: Workspace, table: str, frame: pd.DataFrame) -> None:
    """Write rows, contract and helper columns, in one piece."""
    if frame.empty:
        return
    rows = to_arrow(frame, table)
    with telling(table):
        make_private_folder(ws.lager / TABLES)
        _append(_folder(ws, table), rows)


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


def _append(folder: str, rows: pa.Table) -> None:
    partitions = ["year"] if "year" in rows.column_names else None
    form = {"partition_by": partitions, "configuration": _CONFIGURATION}
    write_deltalake(folder, rows, mode="append", **form)


def write_anew(
    ws: Workspace,
    into: Path,
    changes: dict[str, Callable[[pd.DataFrame], pd.DataFrame]],
    *,
    more: dict[str, pd.DataFrame],
) -> None:
    """Write every table to another folder, some of them changed and without a past.

    Parameters
    ----------
    ws : Workspace
    into : Path
        A folder that is empty; it can take the place of the tables' own.
    changes : dict
        Table name → a function of its rows with helper columns, a year of them at a
        time; other tables are copied as they are. A table that is changed has no
        earlier versions there, whose files and logs would hold what is gone.
    more : dict of str to DataFrame
        Rows to add, under contract.
    """
    own = ws.lager / TABLES
    for folder in sorted(own.iterdir()) if own.is_dir() else []:
        table = folder.name
        with telling(table):
            if table not in changes:
                shutil.copytree(folder, into / table)
                continue
            stored = DeltaTable(str(folder)).to_pyarrow_dataset()
            for where in _years(stored):
                frame = from_arrow(stored.to_table(filter=where))
                frame = changes[table](frame[stored_schema(table).names])
                if len(frame):
                    _append(str(into / table), to_arrow(frame, table))
    for table, frame in more.items():
        if len(frame):
            with telling(table):
                _append(str(into / table), to_arrow(frame, table))


def _years(stored: ds.Dataset) -> list[ds.Expression]:
    found = stored.to_table(columns=["year"])["year"].unique().to_pylist()
    return [ds.field("year") == year for year in sorted(found)]

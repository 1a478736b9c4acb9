"""Which columns a stored table has, and how a frame becomes them and comes back.

In: a frame under contract. Out: the rows that are written, with the store's own helper
columns, and back again with the contract's dtypes, whatever gaps a column has. Knows
no disk. Used by ``stored_form`` and ``store``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from lagesbild.contracts import empty
from lagesbild.errors import ContractError

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

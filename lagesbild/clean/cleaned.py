"""What cleaning hands on, and the small steps that every kind of delivery shares.

In: a ``Delivered``. Out: its mapped columns under our names, its faults as one
quarantine row a rejected row, and ``Cleaned``, which ``ingest`` stores.
Columns that the layout does not map are never read further: an allow-list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from lagesbild import contracts
from lagesbild.read.delivery import Delivered
from lagesbild.read.header import BROKEN
from lagesbild.workspace import Municipality


@dataclass(frozen=True)
class Cleaned:
    """One delivery after cleaning; rows and quarantine account for every row in.

    Attributes
    ----------
    delivery_id : str
    rows : DataFrame
        Keeps the contract ``reports``, ``ready_counts`` or ``notices``.
    quarantine : DataFrame
        Keeps the contract ``quarantine``: one row, one rejected row.
    columns_dropped : tuple of str
        The sender's headings that were not kept.
    masked : dict
        Kind of personal data → how many were masked.
    period_start, period_end : date or None
        First and last day the delivery covers.
    notes : tuple of str
        Swedish sentences on what was detected or left out.
    """

    delivery_id: str
    rows: pd.DataFrame
    quarantine: pd.DataFrame
    columns_dropped: tuple[str, ...]
    masked: dict[str, int]
    period_start: date | None
    period_end: date | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """One rule and the rows that break it.

    Attributes
    ----------
    rows : Series of bool
        True where the row breaks the rule.
    column : str or None
        The sender's heading.
    code, reason : str
        The reason's code, and in Swedish what is wrong; never a value.
    """

    rows: pd.Series
    column: str | None
    code: str
    reason: str | pd.Series


def take_mapped(delivered: Delivered) -> pd.DataFrame:
    """The mapped columns under our names, text, same index; nothing else."""
    mapping = delivered.layout.columns
    frame = delivered.frame[list(mapping.values())]
    return frame.set_axis(list(mapping), axis="columns").copy()


def dropped_columns(delivered: Delivered) -> tuple[str, ...]:
    """The sender's headings that the layout does not map, in the file's order."""
    kept = {*delivered.layout.columns.values(), BROKEN}
    return tuple(str(name) for name in delivered.frame.columns if name not in kept)


def text_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """A mapped column, or one of missing text if the layout does not map it."""
    if name in frame.columns:
        return frame[name]
    return pd.Series(pd.NA, index=frame.index, dtype="str")


def heading(delivered: Delivered, *names: str) -> str | None:
    """The sender's heading of the first of our names that the layout maps."""
    mapping = delivered.layout.columns
    return next((mapping[name] for name in names if name in mapping), None)


def is_broken(delivered: Delivered) -> Fault:
    """The rows that the reader could not split into columns."""
    reason = delivered.frame[BROKEN]
    return Fault(reason.notna(), None, "trasig_rad", reason)


def is_elsewhere(delivered: Delivered, municipality: Municipality) -> Fault:
    """The rows whose municipality, by name or code, is another one."""
    told = text_column(take_mapped(delivered), "municipality")
    is_own = is_named(told, municipality)
    is_own |= (told.str.zfill(4) == municipality.code).fillna(False).astype(bool)
    return Fault(
        told.notna() & ~is_own,
        heading(delivered, "municipality"),
        "annan_kommun",
        "raden gäller en annan kommun",
    )


def is_named(texts: pd.Series, municipality: Municipality) -> pd.Series:
    """Whether each text names the municipality: "Nyby", "Nybys kommun", "NYBY"."""
    name = municipality.name.casefold()
    short = {name, name.removesuffix(" kommun"), name.removesuffix("s kommun")}
    own = {
        form for stem in short for form in (stem, f"{stem} kommun", f"{stem}s kommun")
    }
    return texts.str.casefold().str.strip().isin(own)


def collect_faults(
    faults: Iterable[Fault], index: pd.Index, *, delivery_id: str
) -> tuple[pd.DataFrame, pd.Series]:
    """Turn faults into quarantine rows; a row's first fault is the one told.

    Returns
    -------
    DataFrame
        Keeps the contract ``quarantine``, one row a rejected row, by row number.
    Series of bool
        True for the rows that are rejected.
    """
    rejected = pd.Series(False, index=index)
    parts = []
    for fault in faults:
        new = fault.rows.reindex(index, fill_value=False).astype(bool) & ~rejected
        rejected |= new
        if new.any():
            reason = fault.reason
            parts.append(
                pd.DataFrame(
                    {
                        "row_number": index[new],
                        "column": fault.column,
                        "reason_code": fault.code,
                        "reason": reason
                        if isinstance(reason, str)
                        else reason[new].to_numpy(),
                    }
                )
            )
    if not parts:
        return contracts.empty("quarantine"), rejected
    found = pd.concat(parts, ignore_index=True).sort_values("row_number")
    found = found.assign(delivery_id=delivery_id, column=found["column"].astype("str"))
    return contracts.check(found, "quarantine"), rejected


def find_duplicates(
    keys: pd.Series, content: pd.Series, *, column: str | None
) -> list[Fault]:
    """Rows that repeat a key: the last content is kept, where it first stands.

    Parameters
    ----------
    keys : Series of str
        The sender's key, of the rows that are otherwise accepted.
    content : Series of str
        All mapped columns of the same rows, joined.
    column : str or None
        The sender's heading of the key.
    """
    last = content.groupby(keys, dropna=False).transform("last")
    is_kept = (content == last) & ~pd.DataFrame({"k": keys, "c": content}).duplicated()
    return [
        Fault(
            ~is_kept & (content == last),
            column,
            "dubblett",
            "samma rad finns flera gånger i filen",
        ),
        Fault(
            content != last,
            column,
            "dubblett_nyckel",
            "samma nyckel finns längre ned i filen med andra uppgifter; den sista "
            "gäller",
        ),
    ]


def join_content(frame: pd.DataFrame) -> pd.Series:
    """All columns of each row as one text, to tell identical rows."""
    joined = pd.Series("", index=frame.index, dtype="str")
    for name in frame.columns:
        joined = joined + "\x1f" + frame[name].astype("str").fillna("")
    return joined

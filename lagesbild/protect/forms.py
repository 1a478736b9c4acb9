"""The form that tables must have for ``suppress`` and ``audit``, and what is said.

In: frames that somebody hands in. Out: nothing, or an error with file, row and column.
Used by ``lattice`` and ``standalone_audit``. A frame that was read from a file has the
file's name in ``attrs["file"]`` and line numbers as index; the rows of any other are
counted from 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lagesbild.errors import RegisterError, UsageError

HEADINGS = ["dim", "hier", "parent", "child"]
_FEW = 5


def check_names(dims: Sequence[str], count: str) -> None:
    """Refuse dimensions that are not different names, or none."""
    if not len(dims) or len({*dims, count}) <= len(dims):
        raise UsageError(
            "Dimensionerna ska vara minst en, alla olika, och räknekolumnen ingen av "
            "dem. Skriv till exempel: dims omrade,brott,kvartal och count antal."
        )


def check_columns(frame: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    """Refuse a frame without these columns."""
    lacking = [name for name in needed if name not in frame]
    if lacking:
        raise UsageError(
            f"{_name(frame, what)}: kolumn saknas: {', '.join(lacking)}. Rubrikerna "
            f"ska vara {', '.join(needed)}; rätta filen eller de namn du angav."
        )


def check_rows(frame: pd.DataFrame, bad, column: str, rule: str, what: str) -> None:
    """Refuse a frame with rows that break a rule; no value is told."""
    bad = np.asarray(bad, dtype=bool)
    if not bad.any():
        return
    rows = frame.index if "file" in frame.attrs else np.arange(1, len(frame) + 1)
    rows = [str(row) for row in np.asarray(rows)[bad]]
    told = ", ".join(rows[:_FEW]) + (" …" if len(rows) > _FEW else "")
    raise RegisterError(
        f"{_name(frame, what)}, rad {told}, kolumn {column}: {rule} "
        f"Det gäller {len(rows)} av {len(frame)} rader."
    )


def check_hierarchy(hierarchy: pd.DataFrame, dims: Sequence[str]) -> None:
    """Refuse trees over other dimensions, and a child under two parents."""
    what = "hierarkin"
    check_columns(hierarchy, HEADINGS, what)
    for column in HEADINGS:
        blank = hierarchy[column].isna() | (hierarchy[column] == "")
        check_rows(hierarchy, blank, column, "Rutan är tom. Fyll i den.", what)
    check_rows(
        hierarchy,
        ~hierarchy["dim"].isin(list(dims)),
        "dim",
        f"Dimensionen är ingen av de angivna ({', '.join(dims)}). Rätta namnet eller "
        "ta bort raden.",
        what,
    )
    check_rows(
        hierarchy,
        hierarchy.duplicated(["dim", "hier", "child"]),
        "child",
        "Barnet står redan i samma träd. Det ska ha en enda förälder där; andra "
        "indelningar ska ha ett eget namn i kolumnen hier.",
        what,
    )


def read_counts(
    frame: pd.DataFrame, count: str, what: str, *, may_be_empty: bool
) -> np.ndarray:
    """The counts as float, NaN where empty; refuse what is no count."""
    told = frame[count]
    empty = told.isna() | (told.astype("str").str.strip() == "")
    numbers = pd.to_numeric(told.mask(empty), errors="coerce")
    numbers = numbers.to_numpy(dtype=float, na_value=np.nan)
    is_count = (numbers >= 0) & (numbers == np.floor(numbers)) & np.isfinite(numbers)
    rule = "Antalet ska vara ett helt tal från 0" + (
        ", eller tomt där det är dolt." if may_be_empty else "."
    )
    bad = ~is_count & ~(empty.to_numpy() & may_be_empty)
    check_rows(frame, bad, count, f"{rule} Rätta raderna.", what)
    return numbers


def _name(frame: pd.DataFrame, what: str) -> str:
    return frame.attrs.get("file", what)

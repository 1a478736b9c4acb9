"""Find the heading row of a table and hold its rows to it.

In: rows of text, the headings a layout maps. Out: a frame of text with the sender's
headings, one row a data row, and Swedish notes. Used by the CSV and Excel readers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lagesbild.errors import ReadError

BROKEN = "__fel__"
"""Reserved column: why a row could not be split into its columns (else missing)."""
MAX_TITLE_ROWS = 30
MAX_COLUMNS = 1000
MANY = 1000
"""Of so many rows most must fit the headings; else the file is at fault, no row."""


@dataclass(frozen=True)
class Header:
    """Where the heading row lies and what it says.

    Attributes
    ----------
    position : int
        Index among the rows looked at.
    headings : tuple of str
        Mapped headings spelt as in the layout, others as the sender wrote them.
    missing : tuple of str
        Mapped headings that this row lacks; empty for a match.
    repeated : tuple of str
        Mapped headings that stand in it more than once.
    """

    position: int
    headings: tuple[str, ...]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def matches(self) -> bool:
        return not self.missing and not self.repeated


def heading_key(text: str) -> str:
    """A heading without what differs by accident: case, spaces, byte-order mark."""
    return " ".join(text.replace("\ufeff", "").split()).casefold()


def find_header(rows: list[list[str]], wanted: tuple[str, ...]) -> Header:
    """Find the row that holds all wanted headings, below any title rows.

    Parameters
    ----------
    rows : list of lists of str
        The file's first rows.
    wanted : tuple of str
        The headings that the layout maps.

    Returns
    -------
    Header
        Of the first row that holds them all, else of the row that holds most.
    """
    spelling = {heading_key(name): name for name in wanted}
    best = Header(0, (), tuple(wanted), ())
    for position, row in enumerate(rows[:MAX_TITLE_ROWS]):
        keys = [heading_key(cell) for cell in row]
        missing = tuple(name for key, name in spelling.items() if key not in keys)
        if len(missing) < len(best.missing):
            repeated = tuple(n for k, n in spelling.items() if keys.count(k) > 1)
            headings = [
                spelling.get(k, c.strip()) for k, c in zip(keys, row, strict=True)
            ]
            best = Header(position, _distinct(headings), missing, repeated)
        if not best.missing:
            break
    return best


def refuse_width(header: Header, file_name: str) -> None:
    """Stop at more columns than any table that somebody made has.

    Raises
    ------
    ReadError
        If there are more than ``MAX_COLUMNS``.
    """
    if len(header.headings) > MAX_COLUMNS:
        raise ReadError(
            f"{file_name}: rubrikraden har {len(header.headings)} kolumner, högst "
            f"{MAX_COLUMNS} läses. Be avsändaren skicka en fil med bara de kolumner "
            "som behövs."
        )


def _distinct(headings: list[str]) -> tuple[str, ...]:
    """Name empty headings by their place and number repeated ones."""
    width = len(headings)
    while width and not headings[width - 1]:
        width -= 1
    headings = headings[:width]
    if width > MAX_COLUMNS:
        return tuple(headings)  # is refused, and to tell them apart would take long
    named, told = [], {BROKEN}
    for place, heading in enumerate(headings, start=1):
        name, number = heading or f"kolumn {place}", 1
        while name in told:
            number += 1
            name = f"{heading or f'kolumn {place}'} ({number})"
        told.add(name)
        named.append(name)
    return tuple(named)


def build_frame(
    rows: list[list[str]],
    header: Header,
    broken: dict[int, str] | None = None,
    *,
    file_name: str = "",
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Make the frame of all data rows; a row that does not fit is kept and marked.

    Parameters
    ----------
    rows : list of lists of str
        Every row below the heading row.
    header : Header
    broken : dict, optional
        Index among ``rows`` → Swedish reason, for rows found broken before.
    file_name : str
        For errors.

    Returns
    -------
    DataFrame
        One row, one data row, index row number from 1; the sender's headings and
        ``BROKEN``. Blank cells are missing. Rows without any text are not rows.
    tuple of str
        Swedish notes: how many blank and how many broken rows.

    Raises
    ------
    ReadError
        If most of a thousand rows or more are broken: then the file is.
    """
    width, broken = len(header.headings), dict(broken or {})
    is_blank = [not any(cell.strip() for cell in row) for row in rows]
    kept = [i for i, blank in enumerate(is_blank) if not blank or i in broken]
    for i in kept:
        row = rows[i]
        if i not in broken and any(cell.strip() for cell in row[width:]):
            broken[i] = f"raden har fler fält än rubrikradens {width}"
        elif i not in broken and len(row) < width:
            broken[i] = f"raden har {len(row)} fält men rubrikraden {width}"
    if len(kept) >= MANY and 2 * len(broken) > len(kept):
        raise ReadError(damaged(file_name, str(len(broken)), len(kept), width))
    fitted = [(rows[i] + [""] * (width - len(rows[i])))[:width] for i in kept]
    table = np.array(fitted, dtype=object).reshape(len(kept), width)
    index = pd.RangeIndex(1, len(kept) + 1, name="row_number")
    frame = pd.DataFrame(table, columns=list(header.headings), index=index)
    frame = frame.astype("str").apply(lambda column: column.str.strip())
    frame = frame.mask(frame == "")
    frame[BROKEN] = pd.Series([broken.get(i) for i in kept], index=index, dtype="str")
    n_blank, n_broken = sum(is_blank), sum(i in broken for i in kept)
    notes = [f"{n_blank} tomma rader räknas inte som rader."] if n_blank else []
    notes += [f"{n_broken} rader går inte att dela i kolumner."] if n_broken else []
    return frame, tuple(notes)


def damaged(file_name: str, n_broken: str, n_rows: int, width: int) -> str:
    """What is told of a file whose rows are not its headings' rows."""
    return (
        f"{file_name}: {n_broken} av {n_rows} rader går inte att dela i rubrikradens "
        f"{width} kolumner. Filen är skadad eller har fel skiljetecken. Be avsändaren "
        "skicka den igen."
    )


def not_found(file_name: str, told: dict[str, Header]) -> ReadError:
    """The error when no layout's headings are in the file; names what is missing."""
    parts = []
    for layout_name, header in told.items():
        if header.repeated:
            text = f"rubriken står flera gånger: {', '.join(header.repeated)}"
        else:
            text = f"rubrik saknas: {', '.join(header.missing)}"
        parts.append(f"layout '{layout_name}' – {text}")
    return ReadError(
        f"{file_name}: ingen rubrikrad passar källans layouter ({'; '.join(parts)}). "
        "Rätta rubrikerna i filen eller 'columns' i kommun.toml."
    )

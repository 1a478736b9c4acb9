"""Read a register as a spreadsheet or an editor saved it.

In: a CSV or Excel file of register/. Out: its cells as text, indexed by the row that a
spreadsheet shows, or every fault at once by row and column, never by value. One
reader for all registers, so that none hides from the last gate what another reads.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from lagesbild.bounds import read_bytes, refuse_cells, refuse_lines
from lagesbild.errors import LagesbildError, ReadError, RegisterError

SHEET = "Register"
"""The sheet of a workbook that holds the rows; else its first."""
_COMMENT = "#"
_MOST_TOLD = 20
_TOO_MANY = "ingen rubrik; sätt citattecken runt en cell som innehåller skiljetecknet"

Fault = tuple[int, str, str]  # row of the file, column, what is wrong and what to do


def read_register(
    file: Path, headings: Sequence[str] = (), *, required: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a register's cells.

    Parameters
    ----------
    file : Path
        CSV, UTF-8 or as Swedish Excel writes it (Windows-1252), comma or semicolon; or
        .xlsx. Empty rows, and those that begin with "#", are no rows. May be absent.
    headings : sequence of str, optional
        The columns it may have, in lower case; none means any.
    required : sequence of str, optional
        Those it must have; all of ``headings`` unless told.

    Returns
    -------
    DataFrame
        One row, one row of the register: str, trimmed, "" where empty; columns
        ``headings``, or those of the file in lower case.

    Raises
    ------
    RegisterError
        If it is no text, workbook or table, a column is missing, unknown or there
        twice, or a row has more cells than there are headings.
    """
    records = _read_records(file) if file.exists() else []
    if not records:
        return pd.DataFrame(columns=list(headings), dtype="str")
    required = headings if required is None else required
    found = _check_headings(records[0][1], headings, required, file.name)
    rows = dict(records[1:])
    refuse_cells(len(found) * len(rows), file.name, error=RegisterError)
    refuse_faults(
        [
            (n, f"{len(found) + 1}", _TOO_MANY)
            for n, cells in rows.items()
            if any(cells[len(found) :])
        ],
        file.name,
    )
    even = {n: (c + [""] * len(found))[: len(found)] for n, c in rows.items()}
    frame = pd.DataFrame.from_dict(even, orient="index", columns=found, dtype="str")
    return frame.reindex(columns=list(headings or found), fill_value="").astype("str")


def refuse_faults(faults: Sequence[Fault], name: str) -> None:
    """Tell all faults of a register at once, in order of its rows.

    Raises
    ------
    RegisterError
        If there are any.
    """
    if not faults:
        return
    in_order = sorted(faults, key=lambda fault: fault[0])
    told = [f"rad {row}, kolumn {column}: {what}" for row, column, what in in_order]
    rest = len(told) - _MOST_TOLD
    more = [f"och {rest} fel till"] if rest > 0 else []
    raise RegisterError(
        f"{name}: {'; '.join([*told[:_MOST_TOLD], *more])}. Rätta och kör igen; inget "
        "är inläst."
    )


def _read_records(file: Path) -> list[tuple[int, list[str]]]:
    """The headings and the rows, by their number in a spreadsheet; cells stripped."""
    is_book = file.suffix.lower() == ".xlsx"
    records = _read_book(file) if is_book else _read_csv(file)
    stripped = [[cell.strip() for cell in cells] for cells in records]
    return [
        (n, cells)
        for n, cells in enumerate(stripped, start=1)
        if any(cells) and not cells[0].startswith(_COMMENT)
    ]


def _read_csv(file: Path) -> list[list[str]]:
    text = _decode(file)
    head = next((line for line in text.splitlines() if _is_heading(line)), "")
    separator = ";" if head.count(";") > head.count(",") else ","
    refuse_cells(text.count(separator), file.name, error=RegisterError)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise RegisterError(
            f"{file.name} kan inte läsas som tabell. Spara om den från kalkylbladet."
        ) from None


def _decode(file: Path) -> str:
    """UTF-8, or what Swedish Excel writes when it is asked for plain CSV."""
    content = read_bytes(file, error=RegisterError)
    refuse_lines(content, file.name, error=RegisterError)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # UTF-16 is any text in Windows-1252
            return text
    raise RegisterError(
        f"{file.name} kan inte läsas som text. I Excel: välj 'CSV UTF-8' eller spara "
        "den som .xlsx."
    )


def _read_book(file: Path) -> list[list[str]]:
    from lagesbild.read.excel_file import read_sheets

    try:
        content = read_bytes(file, error=RegisterError)
        sheets = dict(read_sheets(content, None, file.name))
    except ReadError as error:
        raise RegisterError(str(error)) from None
    return sheets.get(SHEET, next(iter(sheets.values()), []))


def _is_heading(line: str) -> bool:
    """The first line that is neither empty nor a comment, also one Excel quoted."""
    return line.strip(' ;,"')[:1] not in ("", _COMMENT)


def refuse_no_headings(
    found: Sequence[str],
    allowed: Sequence[str],
    name: str,
    *,
    error: type[LagesbildError] = RegisterError,
) -> None:
    """Refuse a first row that is a row of values: what stands there is not told.

    Raises
    ------
    RegisterError, or the error that is given
        If none of the allowed headings is there.
    """
    if allowed and not set(found) & set(allowed):
        raise error(
            f"{name}: första raden är ingen rubrikrad. Lägg överst en rad med "
            f"rubrikerna {', '.join(allowed)}, och försök igen. Inget är inläst."
        )


def _check_headings(
    cells: list[str], allowed: Sequence[str], required: Sequence[str], name: str
) -> list[str]:
    """The headings in lower case, without empty ones at the end."""
    found = [cell.lower() for cell in cells]
    while found and not found[-1]:
        found.pop()
    missing = [c for c in required if c not in found]
    unknown = [c for c in found if allowed and c not in allowed]
    again = sorted({c for c in found if found.count(c) > 1})
    refuse_no_headings(found, allowed, name)
    if missing or unknown or again:
        told = f"{name}: "
        if allowed:
            told += f"kolumnerna ska vara {', '.join(allowed)}. "
        raise RegisterError(
            f"{told}Saknas: {', '.join(missing) or 'inga'}; okända: "
            f"{', '.join(unknown) or 'inga'}; flera gånger: "
            f"{', '.join(again) or 'inga'}."
        )
    return found

"""Read a delivered Excel file (.xlsx): the sheet and the heading row, verified.

In: the file's bytes and a layout. Out: a frame of text, dates as ISO text and whole
numbers without decimals, with what was detected told in Swedish. Next:
``read.delivery``.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.header import (
    MAX_TITLE_ROWS,
    Header,
    build_frame,
    find_header,
    refuse_width,
)
from lagesbild.workspace import Layout

_MAX_UNPACKED = 400_000_000
_CELL_ERRORS = ("#N/A", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


def read_excel_file(
    content: bytes, layout: Layout, *, file_name: str
) -> tuple[pd.DataFrame | None, Header, tuple[str, ...]]:
    """Read an Excel file as one layout describes it.

    Parameters
    ----------
    content : bytes
    layout : Layout
        Its mapped headings find the sheet (if none is declared) and heading row.
    file_name : str
        For errors.

    Returns
    -------
    DataFrame or None
        One row, one data row (see ``build_frame``); None if no row of any sheet
        holds the mapped headings. Formulas are read as their saved values.
    Header
        The heading row, or the nearest to one.
    tuple of str
        Swedish notes on what was detected.

    Raises
    ------
    ReadError
        If it is no .xlsx file, the declared sheet is missing, or several sheets
        hold the mapped headings.
    """
    sheets = read_sheets(content, layout.sheet, file_name)
    wanted = tuple(layout.columns.values())
    found = {name: find_header(rows[:MAX_TITLE_ROWS], wanted) for name, rows in sheets}
    matching = [name for name, header in found.items() if header.matches]
    if len(matching) > 1:
        raise ReadError(
            f"{file_name}: flera blad har de rubriker som väntas ({len(matching)}). "
            "Skriv vilket som gäller i 'sheet' i kommun.toml."
        )
    if not matching:
        nearest = min(found.values(), key=lambda header: len(header.missing))
        return None, nearest, ()
    header = found[matching[0]]
    refuse_width(header, file_name)
    rows = dict(sheets)[matching[0]][header.position + 1 :]
    n_errors = sum(cell in _CELL_ERRORS for row in rows for cell in row)
    rows = [["" if cell in _CELL_ERRORS else cell for cell in row] for row in rows]
    frame, counted = build_frame(rows, header)
    detected = (
        f"Blad: {list(found).index(matching[0]) + 1} av {len(found)}.",
        f"Rubrikerna står på rad {header.position + 1}.",
    )
    if n_errors:
        counted += (f"{n_errors} celler med felvärde läses som tomma.",)
    return frame, header, detected + counted


def read_sheets(
    content: bytes, wanted: str | None, file_name: str
) -> list[tuple[str, list[list[str]]]]:
    """Name and rows of each sheet, every row as wide as the widest."""
    import openpyxl

    if not content:
        raise ReadError(f"{file_name}: filen är tom. Be avsändaren skicka den igen.")
    try:
        _refuse_size(content, file_name)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        names = [sheet.title for sheet in book.worksheets]
        if wanted is not None and wanted not in names:
            raise ReadError(
                f"{file_name}: bladet '{wanted}' finns inte. Rätta 'sheet' i "
                "kommun.toml eller be avsändaren om rätt fil."
            )
        chosen = names if wanted is None else [wanted]
        return [(name, _read_rows(book[name])) for name in chosen]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, EOFError):
        raise ReadError(
            f"{file_name}: filen är ingen läsbar Excelfil (.xlsx). Den kan vara "
            "skadad, lösenordsskyddad eller i det äldre formatet .xls: öppna den i "
            "Excel och spara som .xlsx."
        ) from None


def _refuse_size(content: bytes, file_name: str) -> None:
    """Stop at a file that a few bytes would unpack to more than memory holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > _MAX_UNPACKED:
        raise ReadError(
            f"{file_name}: filen packas upp till mer än {_MAX_UNPACKED // 1_000_000} "
            "MB. Be avsändaren dela den på flera perioder, eller skicka den som CSV."
        )


def _read_rows(sheet) -> list[list[str]]:
    sheet.reset_dimensions()  # what other programs write there is often wrong
    rows = [[_to_text(value) for value in row] for row in sheet.values]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _to_text(value: object) -> str:
    """A cell as text: ISO dates, HH:MM times, whole numbers without decimals."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        if value.time() == dt.time():
            return value.date().isoformat()
        return value.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, dt.time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, dt.timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(value)

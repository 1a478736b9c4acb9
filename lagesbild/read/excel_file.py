"""Read a delivered Excel file (.xlsx): the sheet and the heading row, verified.

In: the file's bytes and a layout. Out: a frame of text, dates as ISO text and whole
numbers without decimals, with what was detected told in Swedish. Next:
``read.delivery``.
"""

from __future__ import annotations

import datetime as dt
import io

import pandas as pd

from lagesbild.bounds import refuse_cells
from lagesbild.errors import ReadError
from lagesbild.limits import USUAL, Limits
from lagesbild.read.header import (
    MAX_COLUMNS,
    MAX_TITLE_ROWS,
    Header,
    build_frame,
    find_header,
    refuse_width,
)
from lagesbild.read.unpacked import EXCEL_ROWS, refuse_unpacked
from lagesbild.workspace import Layout

_CELL_ERRORS = ("#N/A", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


def read_excel_file(
    content: bytes, layout: Layout, *, file_name: str, limits: Limits = USUAL
) -> tuple[pd.DataFrame | None, Header, tuple[str, ...]]:
    """Read an Excel file as one layout describes it.

    Parameters
    ----------
    content : bytes
    layout : Layout
        Its mapped headings find the sheet (if none is declared) and heading row.
    file_name : str
        For errors.
    limits : Limits, optional

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
        If it is no .xlsx file or beyond the limits, the declared sheet is missing,
        or several sheets hold the mapped headings.
    """
    sheets = read_sheets(content, layout.sheet, file_name, limits=limits)
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
    frame, counted = build_frame(rows, header, file_name=file_name)
    detected = (
        f"Blad: {list(found).index(matching[0]) + 1} av {len(found)}.",
        f"Rubrikerna står på rad {header.position + 1}.",
    )
    if n_errors:
        counted += (f"{n_errors} celler med felvärde läses som tomma.",)
    return frame, header, detected + counted


def read_sheets(
    content: bytes, wanted: str | None, file_name: str, *, limits: Limits = USUAL
) -> list[tuple[str, list[list[str]]]]:
    """Name and rows of each sheet, every row as wide as the widest.

    Raises
    ------
    ReadError
        If it is no workbook, beyond the limits, or lacks the wanted sheet.
    """
    import openpyxl

    if not content:
        raise ReadError(f"{file_name}: filen är tom. Be avsändaren skicka den igen.")
    try:
        refuse_unpacked(content, file_name, limits)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        names = [sheet.title for sheet in book.worksheets]
        if wanted is not None and wanted not in names:
            raise ReadError(
                f"{file_name}: bladet '{wanted}' finns inte. Rätta 'sheet' i "
                "kommun.toml eller be avsändaren om rätt fil."
            )
        room = _Room(file_name, limits)
        chosen = names if wanted is None else [wanted]
        return [(name, _read_rows(book[name], room)) for name in chosen]
    except ReadError:
        raise
    except Exception:  # openpyxl has no error of its own for what it stumbles on
        raise ReadError(
            f"{file_name}: filen är ingen läsbar Excelfil (.xlsx). Den kan vara "
            "skadad, lösenordsskyddad eller i det äldre formatet .xls: öppna den i "
            "Excel och spara som .xlsx."
        ) from None


class _Room:
    """What is left of the room that all sheets of a book have together."""

    def __init__(self, file_name: str, limits: Limits) -> None:
        self.file_name, self.limits = file_name, limits
        self.n_rows = self.n_blank = self.n_cells = self.n_letters = 0

    def take(self, row: list[str]) -> None:
        """Count a row as wide as it was written.

        Raises
        ------
        ReadError
            If there is no room for it.
        """
        self.n_rows += bool(row)
        self.n_blank += not row
        self.n_cells += len(row)
        self.n_letters += sum(map(len, row))
        refuse_cells(self.n_cells, self.file_name)
        is_long = self.n_rows > self.limits.max_rows or self.n_blank > EXCEL_ROWS
        if is_long or self.n_letters > self.limits.max_bytes:
            bound = (
                f"fler än {self.limits.max_rows} rader"
                if is_long
                else f"mer än {self.limits.max_file_mb} MB text"
            )
            raise ReadError(
                f"{self.file_name}: bladen har {bound}. Be avsändaren dela filen på "
                "flera perioder, eller höj gränsen under [limits] i kommun.toml."
            )


def _read_rows(sheet, room: _Room) -> list[list[str]]:
    sheet.reset_dimensions()  # what other programs write there is often wrong
    rows: list[list[str]] = []
    known: dict[object, str] = {}  # a text that stands in a thousand cells is held once
    for values in sheet.values:
        row = [_known_text(value, known) for value in values]
        while row and not row[-1]:
            row.pop()
        room.take(row)
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    if width > MAX_COLUMNS and len(rows) > MAX_TITLE_ROWS:
        raise ReadError(
            f"{room.file_name}: bladet är {width} kolumner brett, högst {MAX_COLUMNS} "
            "läses. Ta bort det som står långt till höger."
        )
    refuse_cells(width * len(rows), room.file_name)
    return [row + [""] * (width - len(row)) for row in rows]


def _known_text(value: object, known: dict[object, str]) -> str:
    if not isinstance(value, str):
        return _to_text(value)
    told = known.get(value)
    if told is None:
        told = known[value] = value.strip()
    return told


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

"""How large a file may be, so that no file takes the computer's memory.

In: sizes seen before or while a file is read. Out: a Swedish error that says what to
do, or nothing. Used by the readers of formats and by ``ingest``.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from lagesbild.errors import ReadError
from lagesbild.workspace import Limits

MAX_MB = Limits().max_file_mb
"""Of a file, unless [limits] in kommun.toml says otherwise."""
# With the rest no file of any format takes more than 500 MB to read.
MAX_UNPACKED_MB = 400
MAX_ROWS = 300_000
MAX_COLUMNS = 1_000
MAX_CELLS = 3_000_000
MAX_LINE = 1_000_000  # characters
_SPLIT = "Be avsändaren dela den på flera perioder."


def check_size(file: Path, max_mb: float = MAX_MB) -> None:
    """Refuse a file that is too large, before any of it is read.

    Raises
    ------
    ReadError
        If it is too large or cannot be found.
    """
    try:
        size = file.stat().st_size
    except OSError:
        raise ReadError(
            f"{file.name}: filen kan inte öppnas. Stäng den i andra program och "
            "försök igen."
        ) from None
    if size > max_mb * 1_000_000:
        raise ReadError(
            f"{file.name}: filen är större än {max_mb:g} MB. {_SPLIT} Gränsen är "
            "max_file_mb i kommun.toml."
        )


def check_lines(text: str, *, file_name: str) -> None:
    """Refuse text of too many lines, or with a line too long to be a row.

    Raises
    ------
    ReadError
        Names the limit.
    """
    n_lines = text.count("\n")
    if n_lines > MAX_ROWS:
        raise ReadError(f"{file_name}: filen har fler än {MAX_ROWS} rader. {_SPLIT}")
    start, longest = 0, 0
    while start <= len(text) and longest <= MAX_LINE:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        longest, start = max(longest, end - start), end + 1
    if longest > MAX_LINE:
        raise ReadError(
            f"{file_name}: en rad är längre än {MAX_LINE} tecken. Är det en textfil "
            "med en rad per uppgift?"
        )


def check_table(n_rows: int, n_columns: int, *, file_name: str) -> None:
    """Refuse a table of too many rows, columns or cells.

    Raises
    ------
    ReadError
        Names the limit.
    """
    if n_columns > MAX_COLUMNS:
        raise ReadError(
            f"{file_name}: filen har fler än {MAX_COLUMNS} kolumner. Ta bort det som "
            "står långt till höger."
        )
    if n_rows > MAX_ROWS or n_rows * n_columns > MAX_CELLS:
        raise ReadError(
            f"{file_name}: filen har för många rader ({n_rows} med {n_columns} "
            f"kolumner). {_SPLIT}"
        )


def check_zip(book: zipfile.ZipFile, *, file_name: str) -> None:
    """Refuse a packed file whose contents are too large, before it is unpacked.

    Raises
    ------
    ReadError
        Names the limit.
    """
    size = sum(part.file_size for part in book.infolist())
    if size > MAX_UNPACKED_MB * 1_000_000:
        raise ReadError(
            f"{file_name}: filens innehåll är större än {MAX_UNPACKED_MB} MB. {_SPLIT}"
        )

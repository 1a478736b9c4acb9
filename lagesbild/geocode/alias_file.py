"""The analyst's register of what place texts mean, as it lies in register/.

In: register/platser_alias.csv, as a spreadsheet or an editor saved it. Out: its rows
with their faults told by row and column, all at once; or a new file with its headings
and what they mean. Next: ``aliases``, which places what the texts mean.
"""

from __future__ import annotations

import csv
import io
from importlib import resources
from pathlib import Path

import pandas as pd

from lagesbild.errors import RegisterError

FILE = "platser_alias.csv"
HEADINGS = ("text", "ort", "betyder", "kommentar")
_REQUIRED = ("text", "betyder")
_COMMENT = "#"
_MOST_TOLD = 20
_TOO_MANY = "ingen rubrik; sätt citattecken runt en cell som innehåller skiljetecknet"

Fault = tuple[int, str, str]  # row of the file, column, what is wrong and what to do


def write_template(folder: Path) -> None:
    """Write an empty register that explains itself, unless there is one already."""
    file = folder / FILE
    if file.exists():
        return
    mall = resources.files("lagesbild.geocode").joinpath("platser_alias_mall.csv")
    text = mall.read_text("utf-8")
    # Excel takes a CSV for UTF-8 only if it begins with a byte order mark
    file.write_text(text, encoding="utf-8-sig", newline="\n")


def read_aliases(file: Path) -> pd.DataFrame:
    """Read the analyst's register of what texts mean.

    Parameters
    ----------
    file : Path
        UTF-8, comma or semicolon: ``text``, ``ort`` (empty is any), ``betyder`` (an
        address, a place, an area or its id, coordinates; "-" is nowhere) and
        ``kommentar``. Empty rows, and those that begin with "#", are no rows. May be
        absent.

    Returns
    -------
    DataFrame
        One row, one text of one locality: ``text``, ``locality``, ``meaning``, all str,
        "" where empty; indexed by the row of the file as a spreadsheet numbers them.

    Raises
    ------
    RegisterError
        If it is not UTF-8 or no table, a column is missing or unknown, or a row has
        more cells than there are headings.
    """
    records = _read_records(file) if file.is_file() else []
    told = [(n, cells) for n, cells in records if not cells[0].startswith(_COMMENT)]
    if not told:
        return pd.DataFrame(columns=["text", "locality", "meaning"], dtype="str")
    headings = _check_headings(told[0][1], file.name)
    refuse_faults(
        [
            (n, f"{len(headings) + 1}", _TOO_MANY)
            for n, cells in told[1:]
            if any(cells[len(headings) :])
        ],
        file.name,
    )
    rows = {n: dict(zip(headings, cells, strict=False)) for n, cells in told[1:]}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(HEADINGS))
    names = {"ort": "locality", "betyder": "meaning"}
    table = table.fillna("").drop(columns="kommentar").rename(columns=names)
    return table.astype("str")


def _read_records(file: Path) -> list[tuple[int, list[str]]]:
    """Rows that hold something, by their number in a spreadsheet; cells stripped."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise RegisterError(
            f"{file.name} är inte sparad som UTF-8. I Excel: välj 'CSV UTF-8'."
        ) from None
    head = next((line for line in text.splitlines() if _is_heading(line)), "")
    separator = ";" if head.count(";") > head.count(",") else ","
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise RegisterError(
            f"{file.name} kan inte läsas som tabell. Spara om den från kalkylbladet."
        ) from None
    stripped = [[cell.strip() for cell in cells] for cells in records]
    return [(n, cells) for n, cells in enumerate(stripped, start=1) if any(cells)]


def _is_heading(line: str) -> bool:
    """The first line that is neither empty nor a comment, also one Excel quoted."""
    return line.strip(' ;,"')[:1] not in ("", _COMMENT)


def _check_headings(cells: list[str], name: str) -> list[str]:
    """The headings in lower case, without empty ones at the end."""
    headings = [cell.lower() for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    missing = [c for c in _REQUIRED if c not in headings]
    unknown = [c for c in headings if c not in HEADINGS]
    again = sorted({c for c in headings if headings.count(c) > 1})
    if missing or unknown or again:
        raise RegisterError(
            f"{name}: kolumnerna ska vara {', '.join(HEADINGS)}. Saknas: "
            f"{', '.join(missing) or 'inga'}; okända: {', '.join(unknown) or 'inga'}; "
            f"flera gånger: {', '.join(again) or 'inga'}."
        )
    return headings


def refuse_faults(faults: list[Fault], name: str = FILE) -> None:
    """Tell all faults of a register at once, in order of its rows.

    Raises
    ------
    RegisterError
        If there are any.
    """
    if not faults:
        return
    told = [f"rad {row}, kolumn {column}: {what}" for row, column, what in faults]
    told.sort(key=lambda line: int(line.split(",")[0].removeprefix("rad ")))
    rest = len(told) - _MOST_TOLD
    more = [f"och {rest} fel till"] if rest > 0 else []
    raise RegisterError(
        f"{name}: "
        + "; ".join([*told[:_MOST_TOLD], *more])
        + ". Rätta och kör igen; inget är inläst."
    )

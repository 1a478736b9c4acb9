"""Write the registers as workbooks to fill in: headings, drop-downs and instructions.

In: a folder, what cells may point at, and rows to begin with. Out: register/<file>.xlsx
where there is no such register yet. A municipality whose groups and promises are
published gets them filled in, as published and with roles alone. Used by ``initiate``
and the demo.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.agreement import contract
from lagesbild.agreement.contract import Column, Register
from lagesbild.agreement.reading import ENDINGS
from lagesbild.agreement.tables import REGISTERS
from lagesbild.offences import category_names
from lagesbild.read.register import SHEET, read_register
from lagesbild.spreadsheet import keep_as_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

INSTRUCTIONS, LISTS = "Läs först", "Listor"
LAST_ROW = 500
"""Rows of the sheet that have drop-downs and forms of cells."""
_WIDE, _NARROW, _DAY = 44, 18, "yyyy-mm-dd"
_ZIP_TIME = (2026, 10, 1, 0, 0, 0)
_ISO_TIME = "2026-10-01T00:00:00Z"
_ABOUT = (
    "Fyll i bladet Register, en rad för varje {one}. Rubrikerna ska stå kvar.",
    "Skriv roller, aldrig namn. Personnummer, telefon och e-post får inte stå här.",
    "Datum skrivs som 2026-08-31. Celler med pil har en lista att välja ur.",
    "Tomt i synlighet betyder intern: då syns raden inte för radet och offentlig.",
    "Kolumner med nej under ”Kan visas” syns bara för intern.",
    "Polisens rader visas för offentlig först från dagen i godkand_av_polisen.",
    "Kontrollera med: lagesbild plan check",
)


def write_templates(
    folder: Path,
    *,
    areas: Mapping[str, str] | None = None,
    rows: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write every register that is not there yet.

    Parameters
    ----------
    folder : Path
        register/ of a workspace.
    areas : mapping, optional
        area_id → name, to choose among.
    rows : mapping, optional
        Register's key → text cells under its headings, to begin with.
    """
    for register in REGISTERS.values():
        there = [folder / f"{register.file}{ending}" for ending in ENDINGS]
        if any(file.exists() for file in there):
            continue
        begun = (rows or {}).get(register.key)
        write_template(there[0], register, areas=areas or {}, rows=begun)


def load_published(kommun: str) -> dict[str, pd.DataFrame]:
    """Rows that a municipality has published itself, by register's key."""
    home = resources.files("lagesbild.agreement").joinpath("published")
    found = {}
    for register in REGISTERS.values():
        source = home.joinpath(f"{kommun}_{register.file}.csv")
        with resources.as_file(source) as file:
            if file.is_file():
                found[register.key] = read_register(
                    file, register.headings, required=register.required
                )
    return found


def write_template(
    file: Path,
    register: Register,
    *,
    areas: Mapping[str, str],
    rows: pd.DataFrame | None = None,
) -> None:
    """Write one register as a workbook; the same rows give the same bytes."""
    import openpyxl

    book = openpyxl.Workbook()
    about = book.active
    about.title = INSTRUCTIONS
    _write_instructions(about, register)
    sheet = book.create_sheet(SHEET)
    lists = book.create_sheet(LISTS)
    _write_rows(sheet, register, rows)
    _add_choices(sheet, lists, register, areas)
    book.active = book.index(sheet)
    book.properties.title = register.title
    book.properties.language = "sv-SE"
    book.properties.creator = "Lägesbild"
    keep_as_text(book)
    drafted = io.BytesIO()
    book.save(drafted)
    save_without_clock(drafted, file)


def _write_instructions(sheet: Worksheet, register: Register) -> None:
    from openpyxl.styles import Alignment, Font

    lines = [register.title, register.one_row]
    one = register.title.lower()
    lines += [line.format(one=f"rad i {one}") for line in _ABOUT]
    for line in lines:
        sheet.append([line])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([])
    sheet.append(["Kolumn", "Måste fyllas i", "Kan visas", "Vad som ska stå"])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for column in register.columns:
        must = "ja" if column.is_required else ""
        shown = "ja" if column.is_publishable else "nej"
        sheet.append([column.heading, must, shown, _explain(column)])
        sheet.cell(sheet.max_row, 4).alignment = Alignment(wrap_text=True)
    for letter, width in zip("ABCD", (24, 16, 12, 70), strict=True):
        sheet.column_dimensions[letter].width = width


def _explain(column: Column) -> str:
    if column.kind == contract.WORD:
        return f"{column.help} Välj {', '.join(column.words)}."
    return column.help


def _write_rows(
    sheet: Worksheet, register: Register, rows: pd.DataFrame | None
) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for n, column in enumerate(register.columns, start=1):
        cell = sheet.cell(1, n, column.heading)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3A4D")
        cell.comment = Comment(_explain(column), "Lägesbild")
        wide = column.kind == contract.TEXT
        sheet.column_dimensions[get_column_letter(n)].width = _WIDE if wide else _NARROW
        if column.kind == contract.DAY:
            sheet.column_dimensions[get_column_letter(n)].number_format = _DAY
    for number, cells in enumerate(_records(rows), start=2):
        for n, column in enumerate(register.columns, start=1):
            cell = sheet.cell(number, n, _value(cells[column.heading], column))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if column.kind == contract.DAY:
                cell.number_format = _DAY
    sheet.freeze_panes = "B2"


def _records(rows: pd.DataFrame | None) -> list[dict[str, str]]:
    return [] if rows is None else rows.to_dict("records")


def _value(text: str, column: Column) -> object:
    if not text:
        return None
    if column.kind == contract.DAY:
        return pd.Timestamp(text).to_pydatetime()
    return float(text) if column.kind == contract.NUMBER else text


def _add_choices(
    sheet: Worksheet, lists: Worksheet, register: Register, areas: Mapping[str, str]
) -> None:
    """A drop-down a column that has a list, and the lists on a sheet of their own."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    place = 0
    for n, column in enumerate(register.columns, start=1):
        choices = _choices(column, areas)
        letter = get_column_letter(n)
        if choices:
            place += 1
            source = _write_list(lists, place, column.heading, choices)
            check = DataValidation("list", formula1=source, allow_blank=True)
            check.error = "Välj ett av orden i listan."
        elif column.kind == contract.DAY:
            check = DataValidation("date", operator="greaterThan", formula1="36526")
            check.error = "Skriv datumet som 2026-08-31."
        else:
            continue
        check.errorTitle, check.promptTitle = column.heading, column.heading
        check.prompt = column.help
        check.showErrorMessage = check.showInputMessage = True
        check.add(f"{letter}2:{letter}{LAST_ROW}")
        sheet.add_data_validation(check)


def _choices(column: Column, areas: Mapping[str, str]) -> list[Sequence[str]]:
    """What may be chosen, each with what explains it."""
    if column.kind == contract.WORD:
        return [(word,) for word in column.words]
    if column.kind == contract.AREA:
        return list(areas.items())
    if column.kind == contract.CATEGORY:
        return list(category_names().items())
    return []


def _write_list(
    lists: Worksheet, place: int, heading: str, choices: Iterable[Sequence[str]]
) -> str:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    column = 2 * place - 1
    lists.cell(1, column, heading).font = Font(bold=True)
    last = 1
    for last, choice in enumerate(choices, start=2):
        for step, word in enumerate(choice):
            lists.cell(last, column + step, word)
    letter = get_column_letter(column)
    return f"'{LISTS}'!${letter}$2:${letter}${last}"


def save_without_clock(drafted: io.BytesIO, file: Path) -> None:
    """Pack a workbook anew: fixed times, and no compression, which differs by zlib."""
    with zipfile.ZipFile(drafted) as old, zipfile.ZipFile(file, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"\d{4}-\d\d-\d\dT[\d:]+Z", _ISO_TIME.encode(), content
                )
            entry = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            entry.create_system = 0  # else the machine's own
            new.writestr(entry, content)

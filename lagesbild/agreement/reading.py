"""Read a register as its declaration says, or tell every fault of it at once.

In: register/<file>.xlsx or .csv and a ``Register``. Out: a frame of our names and
dtypes, indexed by the row that a spreadsheet shows. Nothing of a register that has a
fault is loaded, and no message holds a value. Used by ``registers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild.agreement import contract
from lagesbild.agreement.contract import Column, Register
from lagesbild.clean.personal_data import mask_personal_data
from lagesbild.errors import PeriodError, RegisterError
from lagesbild.offences import category_names
from lagesbild.period import Period
from lagesbild.read.register import Fault, read_register, refuse_faults

ENDINGS = (".xlsx", ".csv")
_REFUSED = ("personnummer", "telefon", "e-post")
_DTYPES = {contract.DAY: "datetime64[us]", contract.NUMBER: "float64"}


@dataclass(frozen=True)
class Known:
    """What a cell may point at; None is not looked at.

    Attributes
    ----------
    areas, groups : collection of str, optional
        The ids that there are.
    """

    areas: Collection[str] | None = None
    groups: Collection[str] | None = None


def find_file(folder: Path, register: Register) -> Path:
    """The register's file; the one that would be read if there is none.

    Raises
    ------
    RegisterError
        If it lies there both as .xlsx and as .csv.
    """
    there = [folder / f"{register.file}{ending}" for ending in ENDINGS]
    there = [file for file in there if file.is_file()]
    if len(there) > 1:
        names = " och ".join(file.name for file in there)
        raise RegisterError(
            f"{names} finns båda, och bara en kan gälla. Ta bort den som är gammal. "
            "Inget är inläst."
        )
    return there[0] if there else folder / f"{register.file}{ENDINGS[0]}"


def read_sheet(
    file: Path, register: Register, known: Known | None = None
) -> pd.DataFrame:
    """Read one register.

    Parameters
    ----------
    file : Path
        .xlsx or .csv; may be absent.
    register : Register
    known : Known, optional

    Returns
    -------
    DataFrame
        One row, one row of the register, indexed by its row in the sheet; the
        register's columns under our names. Text is str, days datetime64[us], numbers
        float64; missing where the cell is empty.

    Raises
    ------
    RegisterError
        Tells every fault by row and column.
    """
    raw = read_register(file, register.headings, required=register.required)
    faults: list[Fault] = []
    known, values = known or Known(), {}
    for column in register.columns:
        read = [_read_cell(cell, column, known) for cell in raw[column.heading]]
        values[column.name] = [value for value, _ in read]
        faults += [
            (row, column.heading, what)
            for row, (_, what) in zip(raw.index, read, strict=True)
            if what
        ]
    faults += _find_private(raw, register) + _find_together(raw, register)
    refuse_faults(faults, file.name)
    frame = pd.DataFrame(values, index=raw.index)
    dtypes = {c.name: _DTYPES.get(c.kind, "str") for c in register.columns}
    return frame.astype(dtypes)


def _read_cell(cell: str, column: Column, known: Known) -> tuple[object, str]:
    """The cell's value, and what is wrong with it."""
    if not cell:
        return None, "fältet är tomt" if column.is_required else ""
    if column.kind == contract.WORD:
        return _one_of(cell, column.words)
    read = _READERS.get(column.kind)
    return read(cell, known) if read else (cell, "")


def _one_of(cell: str, words: Collection[str]) -> tuple[str | None, str]:
    found = {word.casefold(): word for word in words}.get(cell.casefold())
    return found, "" if found else f"skriv {' eller '.join(words)}"


def _day(cell: str, _known: Known) -> tuple[object, str]:
    told = "skriv datumet som 2026-08-31"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return None, told
    try:
        return pd.Timestamp(date.fromisoformat(cell)), ""
    except ValueError:
        return None, told


def _number(cell: str, _known: Known) -> tuple[object, str]:
    text = re.sub(r"[\s\u00a0\u202f]", "", cell).replace(",", ".")
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text), ""
    return None, "skriv ett tal, som 12 eller 7,5"


def _quarter(cell: str, _known: Known) -> tuple[object, str]:
    try:
        period = Period(cell)
    except PeriodError:
        return None, "skriv kvartalet som 2026-K2"
    if period.kind != "quarter":
        return None, "skriv kvartalet som 2026-K2"
    return period.label, ""


def _area(cell: str, known: Known) -> tuple[object, str]:
    if known.areas is None or cell in known.areas:
        return cell, ""
    return None, "området finns inte, skriv dess omrade_id ur referens"


def _areas(cell: str, known: Known) -> tuple[object, str]:
    ids = [part.strip() for part in cell.split("|") if part.strip()]
    told = [what for _, what in (_area(part, known) for part in ids) if what]
    return "|".join(ids), told[0] if told else ""


def _category(cell: str, _known: Known) -> tuple[object, str]:
    names = category_names()
    by_name = {name.casefold(): code for code, name in names.items()}
    found = cell if cell in names else by_name.get(cell.casefold())
    return found, "" if found else "kategorin finns inte, välj en i bladet Listor"


def _group(cell: str, known: Known) -> tuple[object, str]:
    if known.groups is None or cell in known.groups:
        return cell, ""
    return None, "gruppen finns inte i registret grupper"


_READERS: dict[str, Callable[[str, Known], tuple[object, str]]] = {
    contract.DAY: _day,
    contract.NUMBER: _number,
    contract.QUARTER: _quarter,
    contract.AREA: _area,
    contract.AREAS: _areas,
    contract.CATEGORY: _category,
    contract.GROUP: _group,
}


def _find_private(raw: pd.DataFrame, register: Register) -> list[Fault]:
    """Cells that hold what no register may: it is told by kind, never by value."""
    faults = []
    for column in register.columns:
        if column.kind not in contract.WRITTEN:
            continue
        texts = raw[column.heading]
        masked, counts = mask_personal_data(texts)
        if not counts.keys() & set(_REFUSED):
            continue
        for row, text in masked[masked != texts].items():
            kinds = [kind for kind in _REFUSED if f"[{kind}]" in text]
            what = f"{' och '.join(kinds)} får inte stå i ett register, ta bort det"
            faults += [(row, column.heading, what)] if kinds else []
    return faults


def _find_together(raw: pd.DataFrame, register: Register) -> list[Fault]:
    """What is wrong with cells of a row together, and with rows that are the same."""
    rows: list[tuple[int, Mapping[str, str]]] = [
        (row, {k: v.casefold() for k, v in cells.items()})
        for row, cells in zip(raw.index, raw.to_dict("records"), strict=True)
    ]
    faults = [
        (row, heading, what)
        for row, cells in rows
        for rule in register.rules
        for heading, what in rule(cells)
    ]
    seen = set()
    for row, cells in rows if register.unique else ():
        key = register.unique(cells)
        if all(not part for part in key):
            continue  # each empty cell is told already
        if key in seen:
            faults.append((row, register.unique_at, "samma sak finns redan ovanför"))
        seen.add(key)
    return faults

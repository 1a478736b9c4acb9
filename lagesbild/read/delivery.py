"""Read one delivered file in whichever of its source's layouts it comes.

In: a file and its source's settings. Out: ``Delivered``, the rows as the sender wrote
them and what was detected. Next: ``clean``.
A layout is chosen by its pattern on the file's name and by all its mapped headings
standing in the file. None or several that fit is an error, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd

from lagesbild.bounds import read_bytes
from lagesbild.errors import ReadError
from lagesbild.limits import USUAL, Limits
from lagesbild.read.csv_file import read_csv_file
from lagesbild.read.excel_file import read_excel_file
from lagesbild.read.header import BROKEN, Header, not_found
from lagesbild.read.polisen_api import read_polisen_api
from lagesbild.workspace import Layout, Source

__all__ = ["BROKEN", "Delivered", "read_delivery"]


@dataclass(frozen=True)
class Delivered:
    """One file as the sender wrote it.

    Attributes
    ----------
    frame : DataFrame
        One row, one data row of the file; all columns text, the sender's headings
        (mapped ones spelt as in the layout), blank cells missing; index
        ``row_number`` from 1. The reserved column ``BROKEN`` says in Swedish why a
        row could not be read; it is missing for rows that could.
    file_name : str
    layout_name : str
        The layout's pattern, numbered if several layouts share it.
    layout : Layout
    notes : tuple of str
        Swedish sentences on what was detected.
    """

    frame: pd.DataFrame
    layout_name: str
    layout: Layout
    notes: tuple[str, ...]
    file_name: str = ""


def read_delivery(file: Path, source: Source, limits: Limits = USUAL) -> Delivered:
    """Read a delivered file.

    Parameters
    ----------
    file : Path
    source : Source
        Its layouts say in which shapes its files come.
    limits : Limits, optional
        How large a file may be.

    Returns
    -------
    Delivered

    Raises
    ------
    ReadError
        If the file is missing, empty, damaged, beyond the limits or in an unknown
        encoding, or if not exactly one layout fits it; names the headings that are
        missing.
    """
    file = Path(file)
    candidates = _candidates(file.name, source)
    content = read_bytes(file, limits)
    fitting: list[Delivered] = []
    told: dict[str, Header] = {}
    for layout_name, layout in candidates.items():
        frame, header, notes = _read_as(content, layout, file.name, limits)
        if frame is None:
            told[layout_name] = header
        else:
            fitting.append(Delivered(frame, layout_name, layout, notes, file.name))
    if not fitting:
        raise not_found(file.name, told)
    if len(fitting) > 1:
        names = ", ".join(f"'{delivered.layout_name}'" for delivered in fitting)
        raise ReadError(
            f"{file.name}: flera layouter passar filen ({names}). Gör mönstren i "
            "'files' i kommun.toml så olika att bara en gör det."
        )
    return fitting[0]


def _candidates(file_name: str, source: Source) -> dict[str, Layout]:
    """The layouts whose pattern fits the file's name, by name."""
    patterns = [layout.files for layout in source.layouts]
    named = {
        pattern if patterns.count(pattern) == 1 else f"{pattern} ({number})": layout
        for number, (pattern, layout) in enumerate(
            zip(patterns, source.layouts, strict=True), start=1
        )
    }
    fitting = {
        name: layout
        for name, layout in named.items()
        if fnmatch(file_name.casefold(), layout.files.casefold())
    }
    if not fitting:
        raise ReadError(
            f"{file_name}: filnamnet passar ingen av källans layouter "
            f"({', '.join(patterns)}). Byt namn på filen eller lägg till en layout i "
            "kommun.toml."
        )
    return fitting


def _read_as(
    content: bytes, layout: Layout, file_name: str, limits: Limits
) -> tuple[pd.DataFrame | None, Header, tuple[str, ...]]:
    if layout.format == "polisen_api":
        frame, notes = read_polisen_api(content, file_name=file_name)
        return frame, Header(0, tuple(frame.columns), (), ()), notes
    if not layout.columns:
        raise ReadError(
            f"{file_name}: layouten '{layout.files}' säger inte vilka rubriker filen "
            "har. Fyll i 'columns' i kommun.toml."
        )
    reader = read_csv_file if layout.format == "csv" else read_excel_file
    return reader(content, layout, file_name=file_name, limits=limits)

"""Cells that a spreadsheet shows and never runs.

In: text that somebody wrote, on its way into a CSV or a workbook. Out: the same text,
with an apostrophe before it where a spreadsheet would take it for a formula. Used by
everything that writes tables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl import Workbook

_SIGNS = tuple("=+-@＝＋－＠")
_BREAKS = ("\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula; a number stays as it is."""
    is_formula = text.lstrip().startswith(_SIGNS) or text.startswith(_BREAKS)
    if not is_formula or len(text) == 1 or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every text, and every heading, made safe."""
    made = table.apply(
        lambda column: (
            column.map(
                lambda value: safe_cell(value) if isinstance(value, str) else value
            )
            if column.dtype.kind in "OUT" or str(column.dtype) == "str"
            else column
        )
    )
    return made.rename(columns=lambda name: safe_cell(str(name)))


def keep_as_text(book: Workbook) -> None:
    """Let no cell of a workbook of ours be a formula: none of them is meant as one."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"
                    cell.quotePrefix = True

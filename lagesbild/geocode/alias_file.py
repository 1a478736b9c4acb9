"""The analyst's register of what place texts mean, as it lies in register/.

In: register/platser_alias.csv, as a spreadsheet or an editor saved it. Out: its rows
with their faults told by row and column, all at once; or a new file with its headings
and what they mean. Next: ``aliases``, which places what the texts mean.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pandas as pd

from lagesbild.read.register import read_register

FILE = "platser_alias.csv"
HEADINGS = ("text", "ort", "betyder", "kommentar")
_REQUIRED = ("text", "betyder")


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
    table = read_register(file, HEADINGS, required=_REQUIRED)
    names = {"ort": "locality", "betyder": "meaning"}
    return table.drop(columns="kommentar").rename(columns=names)

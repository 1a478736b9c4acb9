"""Read the registers that the two organisations keep, all or none.

In: register/ of a workspace. Out: a frame a register, or every fault of every register
at once. Next: ``plan`` and ``promises`` compute from them, ``protect.texts`` lets words
through, ``publish.release`` asks for decisions and an assessment.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from lagesbild.agreement.reading import Known, find_file, read_sheet
from lagesbild.agreement.tables import (
    ANALYSES,
    DECISIONS,
    GROUPS,
    PURGE,
    REGISTERS,
    RELEASE,
)
from lagesbild.errors import RegisterError

DECISIONS_FILE, ANALYSES_FILE = "beslut.csv", "analys.csv"


def read_all(
    folder: Path, *, areas: frozenset[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Read every register.

    Parameters
    ----------
    folder : Path
        register/ of a workspace; a register that is not there is empty.
    areas : frozenset of str, optional
        The ids of the areas; none: any is taken.

    Returns
    -------
    dict of str to DataFrame
        By key of ``tables.REGISTERS``; see ``reading.read_sheet``.

    Raises
    ------
    RegisterError
        Tells every fault of every register by file, row and column.
    """
    found, told = {}, []
    known = Known(areas=areas)
    for register in REGISTERS.values():  # groups first: others point at them
        try:
            file = find_file(folder, register)
            found[register.key] = read_sheet(file, register, known)
        except RegisterError as error:
            told.append(str(error))
            continue
        if register is GROUPS and file.is_file():
            known = replace(known, groups=frozenset(found["groups"]["group"]))
    if told:
        raise RegisterError("\n".join(told))
    return found


def read_decisions(file: Path) -> pd.DataFrame:
    """Read who has decided that a cycle may be handed out.

    Parameters
    ----------
    file : Path
        beslut.csv of register/; beslut.xlsx beside it is read in its stead.

    Returns
    -------
    DataFrame
        One row, one organisation's decision on one cycle for one audience; the columns
        of ``tables.DECISIONS``.

    Raises
    ------
    RegisterError
        Tells every fault by row and column.
    """
    rows = read_sheet(find_file(file.parent, DECISIONS), DECISIONS)
    return rows[rows["kind"].fillna(RELEASE) == RELEASE].reset_index(drop=True)


def read_purge_decisions(file: Path) -> list[str]:
    """The numbers of the decisions that something is to be deleted.

    Parameters
    ----------
    file : Path
        As for ``read_decisions``.

    Raises
    ------
    RegisterError
        Tells every fault by row and column.
    """
    rows = read_sheet(find_file(file.parent, DECISIONS), DECISIONS)
    return sorted(rows.loc[rows["kind"] == PURGE, "decision_number"])


def read_analyses(file: Path) -> pd.DataFrame:
    """Read the written assessments.

    Parameters
    ----------
    file : Path
        analys.csv of register/; analys.xlsx beside it is read in its stead.

    Returns
    -------
    DataFrame
        One row, one text on one cycle; the columns of ``tables.ANALYSES``.

    Raises
    ------
    RegisterError
        Tells every fault by row and column.
    """
    rows = read_sheet(find_file(file.parent, ANALYSES), ANALYSES)
    return rows.reset_index(drop=True)

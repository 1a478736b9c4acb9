"""The registers' words that may stand in no file of an audience.

In: register/ and an audience. Out: sentences. Used by ``gate``, which reads the
registers anew and trusts nothing of how a page got its words.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from lagesbild.agreement.contract import TEXT
from lagesbild.agreement.registers import read_all
from lagesbild.agreement.tables import REGISTERS
from lagesbild.protect.texts import texts_for


def list_unmarked_words(folder: Path, audience: str, *, as_of: date) -> list[str]:
    """Texts of the registers that the door does not let through to an audience.

    Parameters
    ----------
    folder : Path
        register/ of a workspace.
    audience : str
    as_of : date
        The day the pages are about.

    Returns
    -------
    list of str
        Each once. A text that some row lets through is not among them.

    Raises
    ------
    RegisterError
        If a register has a fault.
    """
    written, passed = set(), set()
    for key, frame in read_all(folder).items():
        register = REGISTERS[key]
        rows = texts_for(frame, register, audience, as_of=as_of).rows
        for column in register.columns:
            if column.kind == TEXT:
                written |= set(frame[column.name].dropna())
                passed |= set(rows.get(column.name, ()))
    return sorted(written - passed)

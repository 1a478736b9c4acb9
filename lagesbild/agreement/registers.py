"""Read the registers of decisions and of written assessments.

In: register/beslut.csv and register/analys.csv, as saved from a spreadsheet. Out:
frames under contract. All faults of a file are told at once by row and column, never
by value. Used by ``publish.release``.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild import contracts
from lagesbild.audiences import RELEASED
from lagesbild.errors import PeriodError
from lagesbild.period import Period
from lagesbild.read.register import read_register, refuse_faults

DECISIONS_FILE, ANALYSES_FILE = "beslut.csv", "analys.csv"


def read_decisions(file: Path) -> pd.DataFrame:
    """Read who has decided that a cycle may be handed out.

    Parameters
    ----------
    file : Path
        UTF-8, comma or semicolon: kvartal, mottagare, organisation, roll, datum and
        diarienummer. May be absent.

    Returns
    -------
    DataFrame
        Contract decisions: one row, one organisation's decision on one cycle for one
        audience.

    Raises
    ------
    RegisterError
        Tells every fault by row and column.
    """
    rules = {
        "cycle": _is_quarter,
        "audience": _one_of(RELEASED),
        "organisation": _one_of(contracts.ORGANISATIONS),
        "role": _is_told,
        "decided_on": _is_day,
        "decision_number": _is_told,
    }
    rows = _read(file, "decisions", rules)
    keys = ["cycle", "audience", "organisation"]
    again = rows.index[rows.duplicated(keys)]
    refuse_faults(
        [(n, "organisation", "samma beslut finns redan") for n in again], file.name
    )
    rows["decided_on"] = pd.to_datetime(rows["decided_on"], format="%Y-%m-%d")
    return contracts.check(rows, "decisions", where=file.name)


def read_analyses(file: Path) -> pd.DataFrame:
    """Read the written assessments.

    Parameters
    ----------
    file : Path
        UTF-8, comma or semicolon: kvartal, roll and bedomning. May be absent.

    Returns
    -------
    DataFrame
        Contract analyses: one row, one text on one cycle. It is for those who decide
        and stands on no page.

    Raises
    ------
    RegisterError
        Tells every fault by row and column.
    """
    rules = {"cycle": _is_quarter, "role": _is_told, "text": _is_told}
    return contracts.check(_read(file, "analyses", rules), "analyses", where=file.name)


def write_templates(folder: Path) -> None:
    """Write the headings of the registers that are not there, for a spreadsheet."""
    for name, table in ((DECISIONS_FILE, "decisions"), (ANALYSES_FILE, "analyses")):
        file = folder / name
        if not file.exists():
            line = ";".join(contracts.HEADINGS[table]) + "\n"
            file.write_text(line, encoding="utf-8-sig", newline="\n")


def _read(file: Path, table: str, rules: dict) -> pd.DataFrame:
    """Rows under our names, indexed by the row of the sheet; "" is empty."""
    headings = contracts.HEADINGS[table]
    names = list(headings.values())
    raw = read_register(file, list(headings))
    rows = raw.rename(columns=headings)[names]
    ours = {name: heading for heading, name in headings.items()}
    faults = [
        (number, ours[name], told)
        for number, row in rows.iterrows()
        for name, rule in rules.items()
        if (told := "fältet är tomt" if row[name] == "" else rule(row[name]))
    ]
    refuse_faults(faults, file.name)
    return rows


def _is_told(text: str) -> str:
    return ""


def _one_of(words: tuple[str, ...]):
    told = f"skriv {' eller '.join(words)}"
    return lambda text: "" if text in words else told


def _is_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "skriv datumet som 2026-08-31"
    return "" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else "skriv 2026-08-31"


def _is_quarter(text: str) -> str:
    try:
        kind = Period(text).kind
    except PeriodError:
        kind = ""
    return "" if kind == "quarter" else "skriv kvartalet som 2026-K2"

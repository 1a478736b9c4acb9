"""What lag (2023:196) asks of a municipality, and what shows that it is done.

In: registers as somebody may read them, the names of files of evidence, and a day.
Out: one row a paragraph. A decision or a file is evidence; a word is not. Next:
``planning``, which gives each audience what its own rows show.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd

from lagesbild.agreement.promises import CLOCK_YEARS, two_year_clock
from lagesbild.agreement.statuses import LAW_DONE as DONE
from lagesbild.agreement.statuses import LAW_NOT_DONE as NOT_DONE
from lagesbild.agreement.statuses import LAW_OVERDUE as OVERDUE
from lagesbild.agreement.statuses import WHEEL_LATE
from lagesbild.agreement.tables import (
    AGREED,
    COORDINATION,
    COUNCIL,
    OTHER_PLANS,
    PARAGRAPHS,
    PICTURE,
    PLAN,
    REPORT,
)

NO_EVIDENCE = "sagt vara klart, men inget bevis finns"
NOTHING = "inget beslut och ingen fil"
REPORT_YEARS = 1
"""Lag (2023:196) 13 § says "fortlöpande"; a year is the house's own measure."""
REQUIREMENTS = dict(
    zip(
        PARAGRAPHS,
        (
            "Lägesbild med omfattning, konsekvenser och analys",
            "Åtgärdsplan med lägesbilden som underlag",
            "Lägesbilden uppdaterad och planen uppföljd minst vartannat år",
            "Samordning med kommunens övriga analys och planering",
            "Skriftlig överenskommelse om samverkan, med syften och områden",
            "Strategiskt råd som leds av kommunen",
            "Samordningsfunktion som är kontaktpunkt och sprider information",
            "Rapport till kommunfullmäktige",
        ),
        strict=True,
    )
)
_KINDS = {
    "4": PICTURE,
    "5": PLAN,
    "7": OTHER_PLANS,
    "8-9": AGREED,
    "10": COUNCIL,
    "11-12": COORDINATION,
    "13": REPORT,
}
_YEARS = {"4": CLOCK_YEARS, "13": REPORT_YEARS}
"""Paragraphs whose evidence grows old."""
_COLUMNS = ["paragraph", "requirement", "status", "evidence", "done_on", "due_on"]


def check_law(
    registers: Mapping[str, pd.DataFrame],
    *,
    as_of: date,
    files: Collection[str] = (),
) -> pd.DataFrame:
    """Hold each paragraph to its evidence.

    Parameters
    ----------
    registers : mapping
        decisions and law, those rows that the reader may see.
    as_of : date
        What is dated later has not happened.
    files : collection of str
        Names of the files that lie in register/bevis/.

    Returns
    -------
    DataFrame
        One row, one paragraph of 4–13 in the law's order: paragraph, requirement,
        status ("klart", "inte klart", "för sent"), evidence (what shows it, or what is
        lacking), done_on and due_on (when it must be done again; missing if never).
    """
    day = pd.Timestamp(as_of)
    ours = registers["decisions"]
    ours = ours[(ours["organisation"] == "kommunen") & (ours["decided_on"] <= day)]
    said = registers["law"].set_index("paragraph")
    clock = two_year_clock(registers["decisions"], as_of=as_of)
    rows = []
    for paragraph, requirement in REQUIREMENTS.items():
        if paragraph == "6":
            told = _by_clock(clock)
        else:
            told = _by_decision(ours[ours["kind"] == _KINDS[paragraph]])
        if told["status"] != DONE and paragraph in said.index:
            told = _by_file(said.loc[paragraph], set(files), day) or told
        rows.append(
            {"paragraph": paragraph, "requirement": requirement}
            | _grown_old(told, paragraph, day)
        )
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    text = dict.fromkeys(_COLUMNS[:4], "str")
    return frame.astype(text | dict.fromkeys(["done_on", "due_on"], "datetime64[us]"))


def _by_decision(found: pd.DataFrame) -> dict:
    if found.empty:
        return _told(NOT_DONE, NOTHING)
    last = found.sort_values("decided_on", kind="stable").iloc[-1]
    evidence = f"beslut av {last['role']}, {last['decision_number']}"
    return _told(DONE, evidence, last["decided_on"])


def _by_clock(clock: pd.DataFrame) -> dict:
    """Both the picture and the follow-up, and the one that comes due first."""
    first = clock.sort_values("due_on", kind="stable").iloc[0]
    due = first["due_on"]
    if clock["done_on"].isna().any():
        lacking = clock.loc[clock["done_on"].isna(), "kind"]
        evidence = f"inget beslut om {' eller '.join(lacking)}"
        late = (clock["status"] == WHEEL_LATE).any()
        return _told(OVERDUE if late else NOT_DONE, evidence) | {"due_on": due}
    done = clock["done_on"].min()
    status = OVERDUE if (clock["status"] == WHEEL_LATE).any() else DONE
    evidence = f"beslut om {' och '.join(clock['kind'])}"
    return _told(status, evidence, done) | {"due_on": due}


def _by_file(said: pd.Series, files: set[str], day: pd.Timestamp) -> dict | None:
    if said["status"] != DONE:
        return None
    is_there = isinstance(said["file"], str) and said["file"] in files
    if not is_there or not said["dated_on"] <= day:
        return _told(NOT_DONE, NO_EVIDENCE)
    return _told(DONE, f"filen {said['file']}", said["dated_on"])


def _grown_old(told: dict, paragraph: str, day: pd.Timestamp) -> dict:
    if paragraph not in _YEARS or told["status"] != DONE:
        return told
    due = told["done_on"] + pd.DateOffset(years=_YEARS[paragraph])
    return told | {"due_on": due, "status": OVERDUE if due < day else DONE}


def _told(status: str, evidence: str, done_on: object = pd.NaT) -> dict:
    return {
        "status": status,
        "evidence": evidence,
        "done_on": done_on,
        "due_on": pd.NaT,
    }

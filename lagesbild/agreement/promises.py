"""What the registers of promises, decisions and the yearly wheel say on a given day.

In: registers and a day. Out: which promises repeat the last, that none is current,
undertakings that nobody can follow up, the law's two-year clock, and what is late or
due in the year. Nothing is typed and nothing invented; the day is the run's.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from lagesbild.agreement.contract import WITHHELD
from lagesbild.agreement.statuses import (
    COMING,
    CURRENT,
    ENDED,
    NO_FOLLOW_UP,
    WHEEL_DONE,
    WHEEL_DUE,
    WHEEL_LATE,
    WHEEL_LATER,
)
from lagesbild.agreement.tables import ACTIVITY, FOLLOW_UP, PICTURE

SAME_PCT = 90
"""So alike two undertakings are the same, "nearly word for word" (rapidfuzz)."""
CLOCK_YEARS = 2
"""Lag (2023:196) 6 §: the picture and the plan's follow-up, every second year."""
CLOCK_FROM = {PICTURE: date(2023, 7, 1), FOLLOW_UP: date(2024, 7, 1)}
"""When there had to be a picture, and a plan to follow up."""
DUE_DAYS = 30


def describe_promises(promises: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Say of each undertaking whether it runs, repeats the last and can be followed up.

    Parameters
    ----------
    promises : DataFrame
        The register.
    as_of : date

    Returns
    -------
    DataFrame
        One row, one undertaking in the register's order: promise_id, undertaking,
        period ("kommande", "gäller", "avslutat"), repeats (the promise_id of the
        latest earlier promise that has it, or missing), repeats_promise (whether the
        promise's own words are that one's too) and follow_up ("" or "uppföljning
        saknas": no indicator, and not told to be an activity).
    """
    from rapidfuzz import fuzz

    day = pd.Timestamp(as_of)
    told = []
    for row in promises.to_dict("records"):
        earlier = promises[promises["to_day"] < row["from_day"]]
        last = earlier[earlier["to_day"] == earlier["to_day"].max()]
        alike = last["undertaking"].map(
            # what is withheld is like nothing, not even itself
            lambda text, row=row: (
                text != WITHHELD and fuzz.ratio(text, row["undertaking"]) >= SAME_PCT
            )
        )
        same = last[alike.astype(bool)]
        is_same = not same.empty and any(
            fuzz.ratio(text, row["promise"]) >= SAME_PCT for text in same["promise"]
        )
        has_measure = isinstance(row["indicator"], str) or row["direction"] == ACTIVITY
        told.append(
            {
                "promise_id": row["promise_id"],
                "undertaking": row["undertaking"],
                "period": _when(row, day),
                "repeats": None if same.empty else same["promise_id"].iloc[0],
                "repeats_promise": is_same,
                "follow_up": "" if has_measure else NO_FOLLOW_UP,
            }
        )
    text = ["promise_id", "undertaking", "period", "repeats", "follow_up"]
    columns = [*text[:4], "repeats_promise", "follow_up"]
    frame = pd.DataFrame(told, columns=columns)
    return frame.astype(dict.fromkeys(text, "str") | {"repeats_promise": bool})


def _when(row: dict, day: pd.Timestamp) -> str:
    if row["to_day"] < day:
        return ENDED
    return CURRENT if row["from_day"] <= day else COMING


def has_none_current(promises: pd.DataFrame, *, as_of: date) -> bool:
    """Whether promises have been made and none of them runs on the day."""
    told = describe_promises(promises, as_of=as_of)
    return not told.empty and not (told["period"] == CURRENT).any()


def two_year_clock(decisions: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """When the picture must be brought up to date and the plan followed up again.

    Parameters
    ----------
    decisions : DataFrame
        The register; only a decision is evidence.
    as_of : date

    Returns
    -------
    DataFrame
        One row each of "lägesbild" and "uppföljning": kind, done_on (the municipality's
        last decision, missing if none), due_on (two years after it; without any, after
        the law asked for the first) and status ("klart", "dags", "sent").
    """
    day, told = pd.Timestamp(as_of), []
    by_us = decisions[decisions["organisation"] == "kommunen"]
    for kind in (PICTURE, FOLLOW_UP):
        days = by_us.loc[by_us["kind"] == kind, "decided_on"]
        done = days[days <= day].max()
        start = pd.Timestamp(CLOCK_FROM[kind]) if pd.isna(done) else done
        due = start + pd.DateOffset(years=CLOCK_YEARS)
        status = WHEEL_LATE if due < day else _near(due, day, otherwise=WHEEL_DONE)
        if status == WHEEL_DONE and pd.isna(done):
            status = WHEEL_DUE
        told.append({"kind": kind, "done_on": done, "due_on": due, "status": status})
    return pd.DataFrame(told).astype(
        {"done_on": "datetime64[us]", "due_on": "datetime64[us]"}
    )


def describe_wheel(wheel: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Say what of the year is done, late, due within a month or later.

    Parameters
    ----------
    wheel : DataFrame
        The register.
    as_of : date

    Returns
    -------
    DataFrame
        One row, one entry by its day: due_on, what, kind and status ("klart", "sent",
        "dags", "senare").
    """
    day = pd.Timestamp(as_of)
    status = wheel["due_on"].map(
        lambda due: WHEEL_LATE if due < day else _near(due, day, otherwise=WHEEL_LATER)
    )
    status = status.astype("str").mask(wheel["done_on"] <= day, WHEEL_DONE)
    told = wheel[["due_on", "what", "kind"]].assign(status=status)
    return told.sort_values(["due_on", "what"], ignore_index=True)


def _near(due: pd.Timestamp, day: pd.Timestamp, *, otherwise: str) -> str:
    return WHEEL_DUE if (due - day).days <= DUE_DAYS else otherwise

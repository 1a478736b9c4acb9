"""When each report was made and when what it tells of happened.

In: a delivery's mapped columns. Out: day of registration, first and last moment, and
the faults in them. Next: ``clean.reports``.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from lagesbild.clean.cleaned import Fault, heading, text_column
from lagesbild.clean.times import (
    find_date_order,
    local_days,
    parse_moments,
    read_as_later,
    to_utc,
)
from lagesbild.read.delivery import Delivered

_FIRST_DAY = pd.Timestamp("1990-01-01")  # older days of registration are misprints


def read_times(
    mapped: pd.DataFrame, delivered: Delivered, *, last_day: date | None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read all dates and times of a delivery.

    Parameters
    ----------
    mapped : DataFrame
        One row a report, text, our names.
    delivered : Delivered
        For its layout and headings.
    last_day : date or None
        Last day of the period that the file's name tells, or today if that is
        earlier; later days of registration are refused.

    Returns
    -------
    DataFrame
        The same rows: ``reported_on`` (day), ``occurred_from``, ``occurred_to``
        (UTC; local midnights where ``has_time`` is False), ``has_time``. A layout
        that maps no occurrence has it at the time of the report, the last that the
        event can have happened.
    list of Fault
        Days and times that do not exist, reversed spans, missing and future days, and
        events that begin after they were reported.

    Raises
    ------
    ReadError
        If the order of day and month in a column is not proved or declared.
    """
    reported = _read(mapped, delivered, "reported_on", "reported_on", "reported_time")
    first = _read_end(mapped, delivered, "occurred_from")
    last = _read_end(mapped, delivered, "occurred_to")
    faults = [*_form_faults(reported), *_form_faults(first), *_form_faults(last)]
    if first is None and last is None:
        first = last = reported
    first, last = (first or last)[0], (last or first)[0]
    start = first["moment"].fillna(last["moment"])
    end = last["moment"].fillna(start)
    # 02:50–02:10 is twenty minutes in the night when the clocks are put back
    end = end.mask((start > end).fillna(False), read_as_later(end))
    has_time = first["has_time"].where(first["moment"].notna(), last["has_time"])
    has_time &= last["has_time"].where(last["moment"].notna(), has_time)
    start, end = (
        start.where(has_time, _midnight(start)),
        end.where(has_time, _midnight(end)),
    )
    if delivered.layout.reported_on_from == "occurred_to" or reported is None:
        reported_on, told_by = local_days(end), ("occurred_to", "occurred_to_date")
    else:
        reported_on, told_by = local_days(reported[0]["moment"]), ("reported_on",)
    column = heading(delivered, *told_by)
    faults += [
        Fault(reported_on.isna(), column, "saknar_datum", "datum för anmälan saknas"),
        Fault(
            _is_impossible(reported_on, last_day),
            column,
            "orimligt_datum",
            "anmälans datum är före 1990, efter leveransens period eller i framtiden",
        ),
        Fault(
            (start > end).fillna(False),
            heading(delivered, "occurred_to", "occurred_to_date"),
            "omvand_tid",
            "händelsen slutar före den börjar",
        ),
        Fault(
            (local_days(start) > reported_on).fillna(False),
            heading(delivered, "occurred_from", "occurred_from_date"),
            "framtida_tid",
            "händelsen börjar efter den dag då den anmäldes",
        ),
    ]
    times = {"reported_on": reported_on, "occurred_from": start, "occurred_to": end}
    return pd.DataFrame({**times, "has_time": has_time & start.notna()}), faults


def _read_end(mapped: pd.DataFrame, delivered: Delivered, end: str):
    """One end of the span, from one column or from a day and a time."""
    whole = end if end in mapped.columns else f"{end}_date"
    return _read(mapped, delivered, end, whole, f"{end}_time")


def _read(
    mapped: pd.DataFrame, delivered: Delivered, name: str, day: str, time: str
) -> tuple[pd.DataFrame, str, str] | None:
    if day not in mapped.columns:
        return None
    columns = delivered.layout.columns
    order = find_date_order(
        mapped[day],
        declared=delivered.layout.date_order,
        column=columns[day],
        file_name=delivered.file_name,
    )
    moments = parse_moments(mapped[day], text_column(mapped, time), order=order)
    return moments, columns[day], columns.get(time, columns[day])


def _form_faults(read: tuple[pd.DataFrame, str, str] | None) -> list[Fault]:
    if read is None:
        return []
    moments, day, time = read
    return [
        Fault(moments["is_bad_day"], day, "ogiltigt_datum", "datumet finns inte"),
        Fault(moments["is_bad_time"], time, "ogiltig_tid", "klockslaget finns inte"),
    ]


def _is_impossible(days: pd.Series, last_day: date | None) -> pd.Series:
    too_late = days > pd.Timestamp(last_day) if last_day else days.isna() & False
    return (days < _FIRST_DAY) | too_late


def _midnight(moments: pd.Series) -> pd.Series:
    return to_utc(local_days(moments))


def hide_time_of_day(times: pd.DataFrame, is_protected: pd.Series) -> pd.DataFrame:
    """Keep only the days of the rows of a protected class."""
    return times.assign(
        occurred_from=times["occurred_from"].mask(
            is_protected, _midnight(times["occurred_from"])
        ),
        occurred_to=times["occurred_to"].mask(
            is_protected, _midnight(times["occurred_to"])
        ),
        has_time=times["has_time"] & ~is_protected,
    )

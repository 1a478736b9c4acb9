"""Dates and times as people and spreadsheets write them.

In: columns of text. Out: days, minutes after midnight and moments in UTC, aligned,
with what could not be read left missing. Next: ``clean.reports``, ``clean.notices``.
The order of day and month is declared, or proved by the whole column; a column that
proves neither is an error. Local time is Europe/Stockholm: a time that the spring
change skips is moved forward to the first that exists, one that the autumn change
repeats is read as the first (``occurrences`` reads an end before its start as the
second). Days that all stand with midnight have no time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.errors import ReadError

ZONE = "Europe/Stockholm"
_DAY = "datetime64[us]"
_SPLIT = (
    r"^\s*(?P<day>\d{4}-\d{1,2}-\d{1,2}|\d{4}[/.]\d{1,2}[/.]\d{1,2}"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{8}|\d{5})"
    r"(?:(?:[T ]\s*|(?=[.,]))(?P<time>[\d:.,]+(?:\s*[AaPp][Mm])?))?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\s*$"
)
_SHORT = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})$"
_CLOCK = r"^(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d+)?)?\s*([AaPp][Mm])?$"
_MIDNIGHT = r"0?0[:.]?00(?:[:.]00(?:[.,]0+)?)?"
_MANY = 10  # rows that all look the same are no chance
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # days from 1899-12-30: 1954–2119
_EXCEL_DAY_0 = pd.Timestamp("1899-12-30")


def find_date_order(
    texts: pd.Series, *, declared: str | None, column: str, file_name: str
) -> str | None:
    """In what order the short dates of a column are written.

    Parameters
    ----------
    texts : Series of str
        The whole column: one value that is impossible as day/month proves the
        column month/day, and the other way round.
    declared : {"ymd", "mdy", "dmy"} or None
        What the layout says; it is believed.
    column, file_name : str
        For errors.

    Returns
    -------
    str or None
        "mdy", "dmy", "ymd", or None if the column has no dates where it matters.

    Raises
    ------
    ReadError
        If the column holds both orders, if none of its dates tells which, or if a
        spreadsheet of another country has turned those that it could read.
    """
    whole = _parts(texts)["day"]
    parts = _extract(whole, _SHORT).dropna(how="all")
    if declared is not None or parts.empty:
        return declared
    first, second = parts[0].astype(int), parts[1].astype(int)
    is_mdy, is_dmy = bool((second > 12).any()), bool((first > 12).any())
    advice = "Skriv 'date_order' för layouten i kommun.toml."
    if is_mdy and is_dmy:
        raise ReadError(
            f"{file_name}: datumen i kolumnen '{column}' är skrivna i olika ordning "
            f"({int((second > 12).sum())} rader månad/dag, {int((first > 12).sum())} "
            "rader dag/månad). Be avsändaren om en ny fil."
        )
    if _is_half_turned(whole, first):
        raise ReadError(
            f"{file_name}: ett kalkylprogram har vänt dag och månad i en del av "
            f"kolumnen '{column}' ({len(parts)} rader är kvar som text). Be "
            "avsändaren om en ny fil med datum som 2026-07-31."
        )
    if not is_mdy and not is_dmy and (first != second).any():
        raise ReadError(
            f"{file_name}: datumen i kolumnen '{column}' kan läsas både som dag/månad "
            f"och månad/dag ({len(parts)} rader). {advice}"
        )
    return "mdy" if is_mdy else "dmy"


def _is_half_turned(days: pd.Series, first: pd.Series) -> bool:
    """Whether all days that can be read turned have been, and no others.

    A spreadsheet set to month/day makes 3/7 the 7th of March, and leaves 23/7 as text.
    """
    read = _extract(days, r"^\d{4}-\d{1,2}-(\d{1,2})$")[0].dropna().astype(int)
    return len(read) >= _MANY and bool((read <= 12).all()) and bool((first > 12).all())


def _parts(texts: pd.Series) -> pd.DataFrame:
    return _extract(texts.astype("str"), _SPLIT)


def _extract(texts: pd.Series, pattern: str) -> pd.DataFrame:
    """``str.extract`` on the distinct texts only: a day stands in many rows."""
    places, distinct = pd.factorize(texts)
    told = pd.Series([*distinct, pd.NA], dtype="str")  # place -1 is missing: last
    return told.str.extract(pattern).iloc[places].set_axis(texts.index)


def parse_days(texts: pd.Series, *, order: str | None = None) -> pd.Series:
    """The day in each text; missing where there is none or it does not exist.

    Parameters
    ----------
    texts : Series of str
        "2026-07-03", "20260703", "7/3/26", "3/7/2026", "46206" (a spreadsheet's day
        number), any of them followed by a time.
    order : {"ymd", "mdy", "dmy"} or None
        Of short dates; None only if there are none.

    Returns
    -------
    Series of datetime64[us]
        At midnight.
    """
    texts = _parts(texts)["day"]
    days = pd.Series(pd.NaT, index=texts.index, dtype=_DAY)
    long = _extract(texts, r"^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})$")
    days = days.fillna(_make_days(long[0], long[2], long[3]))
    if order is not None:
        short = _extract(texts, _SHORT)
        place = {letter: short[i] for i, letter in enumerate(order)}
        days = days.fillna(_make_days(_full_year(place["y"]), place["m"], place["d"]))
    serial = pd.to_numeric(texts.where(texts.str.fullmatch(r"\d{5}").fillna(False)))
    serial = serial.where(serial.between(_FIRST_SERIAL, _LAST_SERIAL))
    serial_days = _EXCEL_DAY_0 + pd.to_timedelta(serial, unit="D")
    return days.fillna(serial_days.astype(_DAY))


def _full_year(years: pd.Series) -> pd.Series:
    number = pd.to_numeric(years)
    short = years.str.len() == 2
    full = number + np.where(number >= 70, 1900, 2000)  # as spreadsheets do, nearly
    return number.mask(short, full)


def _make_days(years: pd.Series, months: pd.Series, days: pd.Series) -> pd.Series:
    numbers = pd.DataFrame({"year": years, "month": months, "day": days})
    numbers = numbers.apply(pd.to_numeric)
    return pd.to_datetime(numbers, errors="coerce").astype(_DAY)


def parse_minutes(texts: pd.Series) -> pd.Series:
    """The time of day in each text, as minutes after midnight.

    Parameters
    ----------
    texts : Series of str
        "2210", "930" and "5" (leading zeros lost: 09:30, 00:05), "9:30", "09.30",
        "09:30:15", "9:30 PM", or "0.5" and "0,5" (a spreadsheet's part of a day).

    Returns
    -------
    Series of float
        0 to 1440 ("2400" is the day's end); missing where there is no such time.
    """
    texts = texts.astype("str").str.strip()
    clock = _extract(texts, _CLOCK)
    digits = _extract(texts, r"^(\d{1,4})$")[0].str.zfill(4)
    hours = pd.to_numeric(clock[0].fillna(digits.str[:2]))
    minutes = pd.to_numeric(clock[1].fillna(digits.str[2:]))
    half = clock[3].str.lower()
    hours = hours.mask(half.eq("pm") & (hours < 12), hours + 12)
    hours = hours.mask(half.eq("am") & (hours == 12), 0)
    total = hours * 60 + minutes
    is_time = (minutes < 60) & ((hours < 24) | (total == 1440))
    # "0.5" and "0,25" are parts of a day, but "0.30" is half past midnight
    as_share = texts.str.match(r"^0?(?:,\d+|\.(?:\d|\d{3,}))$").fillna(False)
    share = pd.to_numeric(texts.where(as_share).str.replace(",", "."))
    return total.where(is_time & ~as_share).mask(as_share, (share * 1440).round())


def parse_moments(
    days: pd.Series, times: pd.Series, *, order: str | None = None
) -> pd.DataFrame:
    """Read a day and a time of day, in one column of text or two.

    Parameters
    ----------
    days : Series of str
        A day, perhaps followed by a time.
    times : Series of str
        The time of day if it has a column of its own, else missing.
    order : str or None
        As ``parse_days``.

    Returns
    -------
    DataFrame
        One row a text, aligned: ``moment`` (datetime64[us, UTC]; local midnight
        without a time), ``has_time``, ``is_bad_day`` and ``is_bad_time`` (there is
        text that is no day or time).
    """
    parts = _parts(days)
    day = parse_days(days, order=order)
    inside = parts["time"]
    is_serial = parts["day"].str.fullmatch(r"\d{5}").fillna(False)
    inside = inside.mask(is_serial & inside.notna(), "0" + inside.fillna(""))
    if times.isna().all() and _is_padding(inside.dropna()):
        inside = inside.mask(inside.notna())
    written = times.astype("str").fillna(inside)
    minutes = parse_minutes(written)
    # a spreadsheet's part of a day may have few decimals after its day number
    share = pd.to_numeric(
        inside.where(is_serial).str.replace(",", "."), errors="coerce"
    )
    minutes = minutes.mask(times.isna() & share.notna(), (share * 1440).round())
    local = day + pd.to_timedelta(minutes.fillna(0), unit="min").astype(
        "timedelta64[us]"
    )
    moment = _with_zone(local, parts["zone"])
    return pd.DataFrame(
        {
            "moment": moment,
            "has_time": day.notna() & minutes.notna(),
            "is_bad_day": days.notna() & day.isna(),
            "is_bad_time": written.notna() & minutes.isna(),
        }
    )


def _is_padding(clocks: pd.Series) -> bool:
    """Whether a column of days has been written out with midnight as their time."""
    return len(clocks) >= _MANY and bool(clocks.str.fullmatch(_MIDNIGHT).all())


def _with_zone(local: pd.Series, zones: pd.Series) -> pd.Series:
    """UTC of local times; a text that names its own distance from UTC is believed."""
    moments = to_utc(local)
    told = zones.dropna().replace("Z", "+0000").str.replace(":", "")
    if told.empty:
        return moments
    sign = np.where(told.str[0] == "-", -1, 1)
    distance = sign * (told.str[1:3].astype(int) * 60 + told.str[3:].astype(int))
    exact = local[told.index] - pd.to_timedelta(distance, unit="min")
    moments[told.index] = exact.dt.tz_localize("UTC").astype("datetime64[us, UTC]")
    return moments


def to_utc(local: pd.Series) -> pd.Series:
    """Local Swedish times as moments in UTC (see the module on clock changes)."""
    placed = local.dt.tz_localize(
        ZONE, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward"
    )
    return placed.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def read_as_later(moments: pd.Series) -> pd.Series:
    """The same clock times, those that the autumn change repeats as the second."""
    local = moments.dt.tz_convert(ZONE).dt.tz_localize(None)
    placed = local.dt.tz_localize(ZONE, ambiguous=np.zeros(len(local), dtype=bool))
    return placed.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def local_days(moments: pd.Series) -> pd.Series:
    """The Swedish calendar day of each moment, at midnight without zone."""
    local = moments.dt.tz_convert(ZONE).dt.tz_localize(None)
    return local.dt.normalize().astype(_DAY)

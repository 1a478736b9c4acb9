"""The period that a file, or a cell of ready-made counts, is about.

In: a file's name or a cell's text as people write periods. Out: a ``Period`` or the
first and last day. Next: ``clean.reports``, ``clean.counts``.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePath

import pandas as pd

from lagesbild.period import Period

_YEAR = r"(?<!\d)((?:19|20)\d\d)"
_SIGN = {"k": "K", "kv": "K", "kvartal": "K", "q": "K", "t": "T", "h": "H"}
_WORDS = r"(kvartal|kv|k|q|tertial|t|halvår|h)"
_YEAR_FIRST = re.compile(rf"{_YEAR}[-_ ]?{_WORDS}[-_ ]?([1-4])(?!\d)", re.IGNORECASE)
_YEAR_LAST = re.compile(
    rf"(?<![^\W\d_]){_WORDS}[-_ ]?([1-4])[-_ ]{{0,2}}((?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_DAYS = re.compile(
    rf"{_YEAR}-?(\d\d)-?(\d\d)(?:[-_– ]{{1,3}}|[-_ ]?(?:till|to)[-_ ]?)"
    r"((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)"
)
_MONTH = re.compile(rf"{_YEAR}[-_ ]?(0[1-9]|1[0-2])(?![-_]?\d)")
_ONLY_YEAR = re.compile(rf"{_YEAR}(?!\d)")


def parse_period(text: str) -> Period | None:
    """The one period written in a text, or None.

    "2026-K3", "2026K3", "2026 Q3", "kvartal 3 2026", "2026-07", "202607", "2026".
    Two different periods in one text are none.
    """
    for found in (_quarters(text), _months(text), _years(text)):
        labels = set(found)
        if labels:
            return Period(labels.pop()) if len(labels) == 1 else None
    return None


def _quarters(text: str) -> list[str]:
    told = [(year, word, number) for year, word, number in _YEAR_FIRST.findall(text)]
    told += [(year, word, number) for word, number, year in _YEAR_LAST.findall(text)]
    labels = []
    for year, word, number in told:
        sign = _SIGN.get(word.lower(), word[0].upper())
        if int(number) <= {"K": 4, "T": 3, "H": 2}[sign]:
            labels.append(f"{year}-{sign}{number}")
    return labels


def _months(text: str) -> list[str]:
    return [f"{year}-{month}" for year, month in _MONTH.findall(text)]


def _years(text: str) -> list[str]:
    return _ONLY_YEAR.findall(text)


def days_of_file(file_name: str) -> tuple[date, date] | None:
    """First and last day of the period in a file's name, or None if it tells none."""
    name = PurePath(file_name).stem
    spans = _DAYS.findall(name)
    if len(spans) == 1:
        try:
            numbers = [int(part) for part in spans[0]]
            first, last = date(*numbers[:3]), date(*numbers[3:])
        except ValueError:
            return None
        return (first, last) if first <= last else None
    period = parse_period(name)
    return (period.start, period.end) if period else None


def days_of_rows(days: pd.Series) -> tuple[date, date] | None:
    """First and last of the days in a column, or None if it has none."""
    known = days.dropna()
    if known.empty:
        return None
    return known.min().date(), known.max().date()


def parse_periods(texts: pd.Series) -> pd.Series:
    """The label of the period in each text; missing where there is none.

    Parameters
    ----------
    texts : Series of str

    Returns
    -------
    Series of str
        Aligned labels, such as "2026-K3".
    """
    labels = {}
    for text in texts.dropna().unique():
        period = parse_period(text)
        labels[text] = period.label if period else pd.NA
    return texts.map(labels).astype("str")

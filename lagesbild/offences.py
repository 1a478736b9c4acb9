"""Offence codes and the categories in which the picture counts.

In: codes as ``clean`` has restored them (four characters, leading zeros). Out: for
each code its category, how such offences are found and its protected class. The
tables are data files beside this module: ``categories.csv`` (leaf → group),
``offence_codes.csv`` (one row a code and the years it was in use; names in our own
words) and ``series_breaks.csv`` (from when a category counts something else). Next:
``clean``, and every room that shows a category by name.
A code that is not in the table is "Okänd kod" and treated as protected.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

import pandas as pd

from lagesbild.period import Period

ALL = "alla"
UNKNOWN = "okand_kod"
FOUND_BY_POLICE = ("narkotika", "vapen", "trafikbrott")
"""Found when the police look: more of them says how the police worked."""
FOUND_BY_REPORT = "anmälan"
PROTECTED_GROUP = "skyddade"
_CODE_FORM = r"^\s*(\d{1,4})(?:\.0+)?(?!\d)"


@lru_cache(maxsize=1)
def _categories() -> pd.DataFrame:
    return _read("categories.csv")


@lru_cache(maxsize=1)
def _codes() -> pd.DataFrame:
    table = _read("offence_codes.csv")
    blank = table[["category", "protected_class"]].replace("", pd.NA)
    years = table[["valid_from", "valid_to"]].apply(pd.to_numeric).astype("Int64")
    return table.assign(**blank.astype("str"), **years)


@lru_cache(maxsize=1)
def _breaks() -> pd.DataFrame:
    return _read("series_breaks.csv")


def _read(name: str) -> pd.DataFrame:
    with (files("lagesbild") / name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype="str", keep_default_na=False)


def load_categories() -> pd.DataFrame:
    """The two-level hierarchy of categories.

    Returns
    -------
    DataFrame
        One row, one leaf category: ``category, name, group, group_name``, in the
        order in which they are shown. Leaves of group "skyddade" are the protected
        classes. The root above all groups is ``ALL``.
    """
    return _categories().copy()


def category_names() -> dict[str, str]:
    """Swedish name of every leaf, every group and the root ``ALL``."""
    table = _categories()
    groups = dict(zip(table["group"], table["group_name"], strict=True))
    leaves = dict(zip(table["category"], table["name"], strict=True))
    return {ALL: "Alla kategorier", **groups, **leaves}


def protected_categories() -> tuple[str, ...]:
    """The leaf categories that are never placed, linked or listed."""
    table = _categories()
    return tuple(table.loc[table["group"] == PROTECTED_GROUP, "category"])


def load_offence_codes() -> pd.DataFrame:
    """The table of offence codes.

    Returns
    -------
    DataFrame
        One row, one code: ``code`` (four characters), ``name`` (Swedish, our own
        words), ``category`` (leaf; missing where the code is no offence, such as a
        wildlife accident), ``found_by`` ("anmälan": told by someone; "ingripande":
        found when the police look for it), ``protected_class`` (missing: none),
        ``valid_from`` and ``valid_to`` (first and last year in use, Int64; missing:
        not known to begin or end). Years from Brå: "Klassificering av brott" and the
        list of codes in its database of reported offences.
    """
    return _codes().copy()


def restore_codes(codes: pd.Series) -> pd.Series:
    """Give codes back the leading zeros that spreadsheets take away.

    Parameters
    ----------
    codes : Series of str
        "821", "0821", "821.0" or "0821 with its name after".

    Returns
    -------
    Series of str
        Aligned, four digits; missing where the text does not begin with a number
        of at most four digits.
    """
    digits = codes.astype("str").str.extract(_CODE_FORM, expand=False)
    return digits.str.zfill(4).astype("str")


def classify_codes(codes: pd.Series) -> pd.DataFrame:
    """Say for each code what it counts as and how carefully it is handled.

    Parameters
    ----------
    codes : Series of str
        Four-character codes; missing where the sender gave none.

    Returns
    -------
    DataFrame
        One row a code, same index: ``category`` (leaf), ``found_by``,
        ``protected_class`` (missing: none). A code that is missing, not in the
        table or no offence is ``okand_kod``, protected.
    """
    table = _codes().dropna(subset="category").set_index("code")
    found = table.reindex(codes.astype("str"))
    found.index = codes.index
    unknown = found["category"].isna()
    return pd.DataFrame(
        {
            "category": found["category"].mask(unknown, UNKNOWN),
            "found_by": found["found_by"].mask(unknown, FOUND_BY_REPORT),
            "protected_class": found["protected_class"].mask(unknown, UNKNOWN),
        },
        index=codes.index,
    ).astype("str")


def is_no_offence(codes: pd.Series) -> pd.Series:
    """Whether each code is known and stands for something that is no offence."""
    table = _codes()
    return codes.isin(table.loc[table["category"].isna(), "code"])


def is_out_of_use(codes: pd.Series, days: pd.Series) -> pd.Series:
    """Whether each code was used before it was introduced or after it had ended.

    Parameters
    ----------
    codes : Series of str
        Four-character codes; one that is missing or unknown is not out of use.
    days : Series of datetime64
        Aligned; the day of registration, which is when a code is chosen.

    Returns
    -------
    Series of bool
    """
    used = _codes().set_index("code")[["valid_from", "valid_to"]].reindex(codes)
    used, year = used.set_axis(codes.index), days.dt.year.astype("Int64")
    early, late = year < used["valid_from"], year > used["valid_to"]
    return early.fillna(False).astype(bool) | late.fillna(False).astype(bool)


def load_series_breaks() -> pd.DataFrame:
    """From when what a category counts is another than before.

    Returns
    -------
    DataFrame
        One row, one break: ``first_period`` (quarter), ``category`` (leaf, or ``ALL``:
        every count of offences), ``is_in_totals`` ("ja" where offences came to or
        left what is counted at all, so that totals are broken too) and ``reason``
        (Swedish; what stands before the colon is short enough for a chart).
    """
    return _breaks().copy()


@lru_cache
def _breaks_of(category: str) -> tuple[tuple[str, str], ...]:
    """First period and reason of the breaks that concern a category."""
    table, groups = _breaks(), _categories().set_index("category")["group"]
    if groups.get(category, category) not in ("brott", PROTECTED_GROUP, ALL):
        return ()
    concerns = table["category"].isin([category, ALL])
    if category in ("brott", ALL):
        concerns |= table["is_in_totals"] == "ja"
    told = table.loc[concerns, ["first_period", "reason"]]
    return tuple(told.itertuples(index=False, name=None))


def find_breaks(category: str, labels: Iterable[str]) -> dict[str, str]:
    """The known breaks within a series of offences.

    Parameters
    ----------
    category : str
        A leaf, a group or ``ALL``; only offences have breaks.
    labels : iterable of str
        Labels of its periods, in order.

    Returns
    -------
    dict of str to str
        The first label of each new stretch → why, in Swedish. A break before or in
        the first period is none within the series.
    """
    breaks = _breaks_of(category)
    ends = [(label, Period(label).end) for label in labels] if breaks else []
    found: dict[str, str] = {}
    for first, reason in breaks:
        start = Period(first).start
        place = next((n for n, (_, end) in enumerate(ends) if end >= start), 0)
        if place:
            label = ends[place][0]
            found[label] = "; ".join(filter(None, [found.get(label), reason]))
    return found

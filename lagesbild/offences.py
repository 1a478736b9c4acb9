"""Offence codes and the categories in which the picture counts.

In: codes as ``clean`` has restored them (four characters, leading zeros). Out: for
each code its category, how such offences are found and its protected class. The
tables are data files beside this module: ``categories.csv`` (leaf → group) and
``offence_codes.csv`` (one row a code; names in our own words). Next: ``clean``,
and every room that shows a category by name.
A code that is not in the table is "Okänd kod" and treated as protected.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import pandas as pd

ALL = "alla"
UNKNOWN = "okand_kod"
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
        ``valid_from`` and ``valid_to`` (years, Int64; missing: not known to end).
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

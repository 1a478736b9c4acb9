"""Published figures that rest on few people: hidden for every audience.

In: contract indicators of the municipality and those it is compared with. Out: the same
rows; a value that could point at somebody is empty and its status "suppressed". Next:
``publication``. Most published statistics are everybody's already and pass untouched.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from lagesbild.audiences import PROTECTED_THRESHOLD

SUPPRESSED = "suppressed"
_SHARE = "procent"
_CLASS = r"^(åk 9|gy 2)"
_VALUES = ["value", "lower", "upper", "n_respondents"]


def hide_few(figures: pd.DataFrame, *, protected: Collection[str]) -> pd.DataFrame:
    """Hide counts of few who sought help, and shares of few who answered.

    Parameters
    ----------
    figures : DataFrame
        Contract indicators, area by area and year.
    protected : collection of str
        indicator_id of counts of people or cases that are protected.

    Returns
    -------
    DataFrame
        The same rows in the same order. Empty with status "suppressed": a protected
        count from 1 up to the threshold of protected classes; a share of fewer
        answers than that, and with it every other sex and age of the same year, since
        the whole less the others would tell it.
    """
    is_count = figures["indicator_id"].isin(list(protected))
    few = is_count & figures["value"].between(
        0, PROTECTED_THRESHOLD, inclusive="neither"
    )
    is_share = figures["unit"] == _SHARE
    few |= is_share & figures["n_respondents"].lt(PROTECTED_THRESHOLD).fillna(False)
    grade = figures["breakdown"].str.extract(_CLASS, expand=False).fillna("alla")
    is_part = figures["breakdown"] != grade
    keys = [figures[name] for name in ("indicator_id", "area_id", "period", "source")]
    beside = (few & is_part).groupby([*keys, grade]).transform("any")
    few |= is_part & beside & is_share
    return figures.assign(
        **{name: figures[name].mask(few) for name in _VALUES},
        status=figures["status"].mask(few, SUPPRESSED),
    )

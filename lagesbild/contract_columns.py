"""The kinds of column that a contract may have: text, number, day, point.

In: whether a value is required and its limits. Out: a column of pandera. Used by
``contracts`` alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import pandas as pd

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandera.pandas as pa
    from pandera.engines import pandas_engine

DAY = "datetime64[us]"
MOMENT = "datetime64[us, UTC]"


class _Text(pandas_engine.STRING):
    """``str``; that text was made text is seen of the column, not of each value."""

    def check(self, pandera_dtype: object, data_container: object = None) -> bool:
        return bool(super().check(pandera_dtype))


def text(required: bool = True, isin: tuple[str, ...] | None = None) -> pa.Column:
    checks = [pa.Check.isin(isin)] if isin else []
    return pa.Column(_Text(), checks, nullable=not required)


def whole(required: bool = True, least: int | None = 0) -> pa.Column:
    checks = [] if least is None else [pa.Check.ge(least)]
    return pa.Column("Int64", checks, nullable=not required)


def number(required: bool = False, low=None, high=None) -> pa.Column:
    checks = [] if low is None else [pa.Check.in_range(low, high)]
    return pa.Column("float64", checks, nullable=not required)


def east() -> pa.Column:
    return number(low=200_000, high=1_000_000)


def north() -> pa.Column:
    return number(low=6_000_000, high=7_800_000)


def time(dtype: str, required: bool = True) -> pa.Column:
    # pandera reads "datetime64[us]" as nanoseconds; check() makes it microseconds
    return pa.Column(dtype, nullable=not required, metadata={"dtype": dtype})


def rules_of(columns: Mapping[str, pa.Column]) -> dict[str, pa.Column]:
    """What the columns ask of their values, for a frame that has their dtypes.

    A column that any value of its dtype may stand in is left out.
    """
    return {
        name: pa.Column(None, column.checks, nullable=column.nullable)
        for name, column in columns.items()
        if column.checks or not column.nullable
    }


def has_dtypes(frame: pd.DataFrame, dtypes: pd.Series) -> bool:
    """Whether nothing has to be coerced, and no time is past what pandera takes.

    It reads every time as nanoseconds, which tell those of years 1678 to 2261.
    """
    if not frame.dtypes.equals(dtypes):
        return False
    times = [frame[n] for n, dtype in dtypes.items() if str(dtype) in (DAY, MOMENT)]
    return not any(t.max().year > 2261 or t.min().year < 1678 for t in times)

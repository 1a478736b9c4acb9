"""Short is not long: how a measure says that its history does not suffice.

In: how many periods there are and how many are needed. Out: the Swedish words that
stand where a number would have stood. Used by every measure that needs a history.
"""

from __future__ import annotations

from lagesbild.errors import ShortHistoryError

UNITS = {
    "week": ("vecka", "veckor"),
    "month": ("månad", "månader"),
    "quarter": ("kvartal", "kvartal"),
    "year": ("år", "år"),
    "period": ("period", "perioder"),
    "event": ("händelse", "händelser"),
}


def short_history(has: int, needs: int, unit: str = "quarter") -> str:
    """Say it: "för kort historik (har 3, behöver 20 kvartal)"."""
    one, many = UNITS[unit]
    word = one if needs == 1 else many
    return f"för kort historik (har {has}, behöver {needs} {word})"


def require_history(has: int, needs: int, unit: str = "quarter") -> None:
    """Stop if the history is too short.

    Raises
    ------
    ShortHistoryError
        Its text is that of ``short_history``, to be shown as it is.
    """
    if has < needs:
        raise ShortHistoryError(short_history(has, needs, unit))

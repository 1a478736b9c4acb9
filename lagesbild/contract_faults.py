"""What breaks a contract, in Swedish; pandera's own errors carry the values.

In: an error of pandera. Out: columns, rules and counts. Used by ``contracts`` alone.
"""

from __future__ import annotations

import pandas as pd

_RULES = {
    "not_nullable": "värde saknas",
    "isin": "okänt ord",
    "greater_than_or_equal_to": "för litet tal",
    "in_range": "talet ligger utanför det rimliga",
    "multiple_fields_uniqueness": "samma nyckel flera gånger",
    "field_uniqueness": "samma nyckel flera gånger",
    "dtype": "fel slags värde",
    "coerce_dtype": "fel slags värde",
}


def tell_faults(error: Exception) -> str:
    """Each column, the rule it breaks and in how many rows; never a value."""
    cases = getattr(error, "failure_cases", None)
    if not isinstance(cases, pd.DataFrame):
        return "fel slags värde"
    told = []
    for (column, rule), rows in cases.groupby(
        ["column", "check"], dropna=False, sort=True
    ):
        word = next((w for k, w in _RULES.items() if str(rule).startswith(k)), "fel")
        told.append(f"'{column}': {word} ({len(rows)} rader)")
    return "; ".join(told)

"""What breaks the form of kommun.toml, in Swedish.

In: an error of pydantic. Out: each key with what is wrong with it. Used by
``workspace`` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

_REASONS = {
    "extra_forbidden": "okänd nyckel",
    "missing": "nyckeln saknas",
    "string_pattern_mismatch": "har fel form",
    "literal_error": "okänt ord",
    "string_too_short": "är för kort eller tom",
    "greater_than_equal": "är för litet",
    "greater_than": "är för litet",
    "less_than_equal": "är för stort",
}


def explain(error: ValidationError) -> str:
    """Every faulty key and its fault, and what to do; never a value."""
    told = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"]) or "filen"
        reason = _REASONS.get(fault["type"], "har fel slags värde")
        if fault["type"] == "value_error":
            reason = str(fault["ctx"]["error"])
        if fault["type"] == "literal_error":
            expected = fault["ctx"]["expected"].replace(" or ", " eller ")
            reason += f", välj {expected}"
        told.append(f"'{key}': {reason}")
    return "; ".join(told) + ". Rätta och försök igen."

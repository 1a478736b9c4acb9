"""Numbers, spans and order as Swedish readers expect them.

In: shown numbers and names. Out: text. Used by every other module of this room.
"""

from __future__ import annotations

from collections.abc import Iterable

NO_BREAK = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
_NUMBERS = "en två tre fyra fem sex sju åtta nio tio elva tolv".split()

# å, ä and ö come after z, in that order; é, ü and the like sort as their base letter
_ORDER = str.maketrans(
    {
        "å": "{a",
        "ä": "{b",
        "ö": "{c",
        "é": "e",
        "è": "e",
        "ü": "y",
        "æ": "{b",
        "ø": "{c",
    }
)


def number(value: float, decimals: int = 0) -> str:
    """A number as Swedes write it: "1 234,5", with no-break space and true minus."""
    text = f"{abs(value):,.{decimals}f}".replace(",", NO_BREAK).replace(".", ",")
    is_negative = value < 0 and any(digit in "123456789" for digit in text)
    return MINUS + text if is_negative else text


def counted(n: int) -> str:
    """A small count as a word for the start of a sentence: "Två", then "13"."""
    return upper_first(_NUMBERS[n - 1]) if 0 < n <= len(_NUMBERS) else number(n)


def out_of(n: int, n_all: int) -> str:
    """A part of what people have written, in words: "En av sex", "Ingen av sex"."""
    return f"{counted(n) if n else 'Ingen'} av {lower_first(counted(n_all))}"


def rate(value: float) -> str:
    """A rate with one decimal; exactly none is "0"."""
    return "0" if value == 0 else number(value, 1)


def span(lower: float, upper: float) -> str:
    """An interval of rates: "1,3–7,6"."""
    return f"{rate(lower)}{DASH}{rate(upper)}"


def percent(share: float) -> str:
    """A share of one as per cent: "12,5 %"."""
    return f"{rate(100 * share)}{NO_BREAK}%"


def sort_key(name: str) -> str:
    """Key that sorts names in Swedish alphabetical order on every machine."""
    return name.casefold().translate(_ORDER)


def listed(names: Iterable[str]) -> str:
    """Names as running text: "A, B och C"."""
    *first, last = list(names)
    return f"{', '.join(first)} och {last}" if first else last


def lower_first(text: str) -> str:
    """The text with its first letter small, for use inside a sentence."""
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """The text with its first letter capital, for the start of a sentence."""
    return text[:1].upper() + text[1:]

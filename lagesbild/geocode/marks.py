"""Dates, hours, ordinals, postcodes, properties: digits that are no house number.

In: a repaired text and its tokens. Out: indices of the tokens. All forms are those of
numbers and of closed classes of words (months, "kl"), not of anybody's way to write.
Next: parse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lagesbild.geocode import words
from lagesbild.geocode.gazetteer import Gazetteer
from lagesbild.geocode.words import Token

_YEAR = r"(?:19|20)\d\d"
_HOUR = r"(?:[01]?\d|2[0-4])"
_CLOCK = rf"{_HOUR}[:.][0-5]\d(?:[:.][0-5]\d)?"
_MONTH = (
    r"(?:jan(?:uari)?|feb(?:ruari)?|mars?|apr(?:il)?|maj|juni?|juli?|aug(?:usti)?"
    r"|sept?(?:ember)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_TIME = re.compile(
    rf"""(?<![\d.,:])(?:
      {_YEAR}\s?[-/.]\s?\d\d?\s?[-/.]\s?\d\d?(?:[t\s]+{_CLOCK})?
    | {_YEAR}(?:0\d|1[0-2])(?:[0-2]\d|3[01])(?:[t\s]+\d{{4}})?
    | \d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])
    | \d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])
    | \d\d?/\d\d?(?:\s?[-/]\s?(?:{_YEAR}|\d\d)|\s{_YEAR})
    | \d\d?[.]\d\d?[.](?:{_YEAR}|\d\d)
    | (?:kl|klockan|klock)\b[.:]?\s*\d\d?(?:[:.]?\d\d)?(?:\s*-\s*\d\d?(?:[:.]?\d\d)?)?
    | {_CLOCK}(?:\s*-\s*{_CLOCK})?
    | \d\d?(?::?[ae])?[\s.]+{_MONTH}\b(?:\s+{_YEAR})?
    | \d\d?(?:[:.]\d\d)?\s*-?\s*tiden\b
    )(?![\d])""",
    re.VERBOSE,
)
_CLOCK_TIME = re.compile(_CLOCK)
_CLOCK_WORD = re.compile(
    r"\bk(?:l|lockan|lock)\b[.:]?\s*\d\d?(?:[:.]?\d\d)?(?:\s*-\s*\d\d?(?:[:.]?\d\d)?)?"
)
_ORDINAL = re.compile(r"(?<![\d:.])\d\d?\s?:\s?[ae]\b")
_JOINT = frozenset(["s", "ga", "fs"])  # "Trakt S:3", what several properties share
_BLOCK_WORDS = frozenset(["kv", "kvarteret", "kvart", "fastigheten", "fastighet"])
_DAY = re.compile(r"(?<![\d/.])(?:3[01]|[12]?\d)/(?:1[0-2]|0?[1-9])(?![\d/])")


def find_times(text: str, tokens: tuple[Token, ...]) -> tuple[set[int], set[int]]:
    """Indices of what tells when, and of ordinals ("2:a").

    Parameters
    ----------
    text : str
        As ``words.repair`` gives it.
    tokens : tuple of Token
        Its tokens.

    Returns
    -------
    times, ordinals : set of int
        "12/5" is a date where a number or a comma stands before it; after a street's
        name it is two houses.
    """
    if not any(t.is_number for t in tokens):
        return set(), set()
    lower = text.lower()
    times = set(_within(tokens, _TIME.finditer(lower)))
    times |= set(_within(tokens, _CLOCK_WORD.finditer(lower)))
    ordinals = set(_within(tokens, _ORDINAL.finditer(lower))) - times
    for found in _DAY.finditer(lower):
        days = [i for i in _within(tokens, [found]) if i not in times]
        if days and _is_after_number(tokens, days[0]):
            times |= set(days)
    return times, ordinals


def _within(tokens: tuple[Token, ...], found) -> Iterator[int]:
    for match in found:
        start, end = match.span()
        for i, token in enumerate(tokens):
            if start <= token.start < end:
                yield i


def _is_after_number(tokens: tuple[Token, ...], at: int) -> bool:
    if at == 0:
        return False
    before = tokens[at - 1]
    is_letter = len(before.text) == 1 and at > 1 and tokens[at - 2].is_number
    return "," in tokens[at].gap or before.is_number or is_letter


def find_postcodes(
    tokens: tuple[Token, ...],
    gazetteer: Gazetteer,
    times: set[int],
    is_after_address: Callable[[int], bool],
) -> tuple[list[str], set[int]]:
    """Postcodes, and the indices of the tokens that write them.

    Parameters
    ----------
    tokens : tuple of Token
    gazetteer : Gazetteer
    times : set of int
        Indices that are no postcode.
    is_after_address : callable
        Whether something that can be a house number stands before the index.

    Returns
    -------
    codes : list of str
        Five digits, or three and two, that the register knows; else only where it can
        be nothing but a postcode: after the address, at the start of a part, or with
        "postnr", "SE-" or "S-" before it. "Ärende 20264" is none.
    used : set of int
    """
    codes: list[str] = []
    used: set[int] = set()
    for i, token in enumerate(tokens):
        if not token.is_number or i in used or i in times:
            continue
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        is_pair = (
            len(token.text) == 3
            and after is not None
            and after.is_number
            and len(after.text) == 2
            and after.gap in (" ", "-")
        )
        code = token.text + after.text if is_pair else token.text
        if len(code) != 5 or code[0] == "0":
            continue
        width = 2 if is_pair else 1
        if is_pair and after.gap == "-" and code not in gazetteer.postcodes:
            continue  # a range of houses
        before = tokens[i - 1] if i else None
        is_told = before is not None and before.text in words.POSTAL
        if token.gap in (".", ":", "-", "/") and not is_told:
            continue
        behind = tokens[i + width] if i + width < len(tokens) else None
        stands_apart = before is not None and (
            is_told or before.is_number or len(before.text) == 1 or "," in token.gap
        )
        if behind is not None and behind.is_number and width == 1:
            stands_apart = False
        is_known = code in gazetteer.postcodes
        if is_known or is_told or (stands_apart and is_after_address(i)):
            codes.append(code)
            used |= set(range(i - is_told, i + width))
    return codes, used


def is_property(tokens: tuple[Token, ...], streets: set[int]) -> bool:
    """Whether a text tells a property, whose place the registers do not know.

    Parameters
    ----------
    tokens : tuple of Token
    streets : set of int
        Indices of the streets and their numbers.

    Returns
    -------
    bool
        True for "Trakt 1:23", "Trakt S:3", "kv Namn 3".
    """
    for i, token in enumerate(tokens):
        if i > 1 and token.is_number and token.gap in (":", ": ", " : "):
            before, named = tokens[i - 1], tokens[i - 2]
            is_name = not named.is_number and len(named.text) > 1
            if before.text in _JOINT and is_name and before.gap == " ":
                return True  # "Syren ga:7" is no Syrengatan 7
            if i in streets:
                continue
            is_joined = before.gap == "" and not _CLOCK_TIME.fullmatch(
                f"{before.text}:{token.text}"
            )  # "Trakt17:125", but "fredag17:25" is an hour
            is_pair = before.is_number and (before.gap == " " or is_joined)
            is_clock = named.text in words.CLOCK or i - 2 in streets
            if is_pair and is_name and not is_clock:
                return True
        if token.text in _BLOCK_WORDS:
            ahead = tokens[i + 1 : i + 4]
            is_name = bool(ahead) and not ahead[0].is_number
            if is_name and any(t.is_number for t in ahead):
                return True
    return False

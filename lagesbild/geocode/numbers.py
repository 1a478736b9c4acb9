"""House numbers as people write them: letter, range, list; and what is none.

In: tokens, and which of them are taken or names. Out: a ``Number`` and where it ends.
Used by parse and fuzzy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lagesbild.geocode import words
from lagesbild.geocode.words import Token

_RANGE_SIGNS = frozenset(["-", "/", "...", "…", "~"])
_LIST_SIGNS = frozenset([",", "&", "+"])
_LIST_WORDS = words.CONJUNCTIONS
_RANGE_WORDS = (
    ("till", "och", "med"),
    ("t", "o", "m"),
    ("till",),
    ("tom",),
    *((way, "till") for way in ("fram", "upp", "ned", "ner", "bort")),
)
_NUMBER_WORDS = words.NUMBER_WORDS
_BEFORE_NUMBER_WORD = frozenset(["från", "mellan"])
_CLOSE_GAPS = frozenset(
    ["", " ", ".", ". ", ":", ": ", " #", "#", " # ", "=", "-", "_", " : "]
)
_LOOSE_SIGNS = frozenset(" ,.;:-/(#=_|>[\"'")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MOST_DIGITS = 4
_STAIR_LETTERS = frozenset("abcdef")  # not the h, v, m and ö of "3 tr h"


@dataclass(frozen=True, slots=True)
class Number:
    """A house number as written. ``also`` ends a range or holds a list's others."""

    first: int
    letter: str = ""
    also: tuple[int, ...] = ()
    last_letter: str = ""  # of "12A-C"
    is_range: bool = False
    is_loose: bool = False  # a comma or bracket stands between street and number


@dataclass(frozen=True, slots=True)
class Reading:
    """Tokens with what is known of them before the numbers are read."""

    tokens: tuple[Token, ...]
    taken: frozenset[int] = frozenset()  # of dates, hours, ordinals, postcodes
    named: frozenset[int] = frozenset()  # of localities and other known names
    is_between: bool = False  # "mellan … 10 och 12"

    def at(self, index: int) -> Token | None:
        return self.tokens[index] if 0 <= index < len(self.tokens) else None


def read_number(reading: Reading, at: int) -> tuple[Number | None, int]:
    """Read the house number that begins at a token; return it and where it ends."""
    tokens = reading.tokens
    at = skip_number_word(tokens, at)
    if not _is_house_number(reading, at):
        return None, at
    is_loose = tokens[at].gap not in _CLOSE_GAPS
    if is_loose and not set(tokens[at].gap) <= _LOOSE_SIGNS:
        return None, at
    if is_loose and _counts_something(reading, at):
        return None, at
    number = Number(int(tokens[at].text), is_loose=is_loose)
    at += 1
    if _is_letter(reading, at):
        number, at = replace(number, letter=tokens[at].text), at + 1
    return _read_more(reading, at, number)


def _read_more(reading: Reading, at: int, number: Number) -> tuple[Number, int]:
    """Read what makes of a number a range or a list."""
    token = reading.at(at)
    if token is None:
        return number, at
    sign = token.gap.strip()
    if sign in _RANGE_SIGNS and skip_number_word(reading.tokens, at) > at:
        last = skip_number_word(reading.tokens, at)  # "13 - nr 21"
        if _is_house_number(reading, last):
            return _range_to(reading, last, number)
    if sign in _RANGE_SIGNS:
        if "-" in token.gap and _is_single(token) and at not in reading.taken:
            return replace(number, last_letter=token.text), at + 1
        is_tight = " " not in token.gap
        if _is_flat(token, number):
            return number, at + 1
        if _is_house_number(reading, at) and (
            is_tight or not _counts_something(reading, at)
        ):
            return _range_to(reading, at, number)
        return number, at
    for said in _RANGE_WORDS:
        if _says(reading.tokens, at, said):
            last = skip_number_word(reading.tokens, at + len(said))
            if _is_house_number(reading, last):
                return _range_to(reading, last, number)
    others = []
    while (token := reading.at(at)) is not None:
        step = at + 1 if token.text in _LIST_WORDS else at
        signs = token.gap.strip()
        is_parted = step > at or signs in _LIST_SIGNS
        step = skip_number_word(reading.tokens, step)
        if not is_parted or not _is_list_item(reading, step):
            break
        if _is_flat(reading.tokens[step], number):
            break
        others.append(int(reading.tokens[step].text))
        at = step + 2 if _is_letter(reading, step + 1) else step + 1
    is_range = reading.is_between and len(others) == 1
    return replace(number, also=tuple(others), is_range=is_range), at


def _range_to(reading: Reading, at: int, number: Number) -> tuple[Number, int]:
    last = int(reading.tokens[at].text)
    end = at + 2 if _is_letter(reading, at + 1) else at + 1
    return replace(number, also=(last,), is_range=True), end


def skip_number_word(tokens: tuple[Token, ...], at: int) -> int:
    """The index after "nr", "N:o", "från nr", "husen" …; the same where none stands."""
    ahead = [t.text for t in tokens[at : at + 3]]
    before = int(bool(ahead) and ahead[0] in _BEFORE_NUMBER_WORD)
    for n in (2, 1):
        said = ahead[before : before + n]
        if len(said) == n and "".join(said) in _NUMBER_WORDS:
            return at + before + n
    return at


def _is_flat(token: Token, number: Number) -> bool:
    """A flat's number has four digits: "5/1203"; a street with 1,203 houses, no."""
    return token.is_number and len(token.text) == 4 and number.first < 1_000


def _says(tokens: tuple[Token, ...], at: int, said: tuple[str, ...]) -> bool:
    return tuple(t.text for t in tokens[at : at + len(said)]) == said


def _is_list_item(reading: Reading, at: int) -> bool:
    if not _is_house_number(reading, at) or _counts_something(reading, at):
        return False
    return not _FIRST_YEAR <= int(reading.tokens[at].text) <= _LAST_YEAR


def _counts_something(reading: Reading, at: int) -> bool:
    """Whether a word that is no name follows the number: "2 bilar", "3 tr"."""
    end = at + 2 if _is_letter(reading, at + 1) else at + 1
    after = reading.at(end)
    if after is None or after.is_number or end in reading.named:
        return False
    if after.gap not in ("", " "):
        return False
    if after.text in words.GRAMMAR and after.text != "man":
        return False
    is_joining = after.text in _LIST_WORDS or len(after.text) == 1
    return not is_joining


def _is_house_number(reading: Reading, at: int) -> bool:
    """Digits that can be a house number: no time, date, count, part of a house."""
    token = reading.at(at)
    if token is None or not token.is_number or at in reading.taken:
        return False
    if len(token.text) > _MOST_DIGITS or int(token.text) == 0:
        return False
    after = reading.at(at + 1)
    if after is None:
        return True
    if after.text in words.UNITS and after.gap in ("", " "):
        beyond = reading.at(at + 2)  # "5 vån. 2", "5 trappa B": the unit has its own
        if beyond is None or at + 2 in reading.taken:
            return False
        is_lettered = beyond.text in _STAIR_LETTERS and beyond.gap == " "
        is_numbered = beyond.is_number and beyond.gap in ("", " ", ".", ". ")
        return is_lettered or is_numbered
    return not (after.is_number and after.gap in (".", ":"))


def _is_single(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isalpha()


def _is_letter(reading: Reading, at: int) -> bool:
    """One letter that belongs to the number before it."""
    token = reading.at(at)
    if token is None or not _is_single(token) or at in reading.taken:
        return False
    if token.gap == "":
        return True
    if token.gap != " " or any(_says(reading.tokens, at, r) for r in _RANGE_WORDS):
        return False
    after = reading.at(at + 1)
    if after is not None and after.gap in (".", ":", "/"):
        return False  # "3 t.o.m.", "3 c/o", "3 s:t"
    if after is not None and token.text in _LIST_WORDS:
        return False  # "14 o 20"
    continues = after is not None and not after.is_number and after.gap == " "
    # "3 i Sandviken", "3 x Kungsgatan", "3 n Storgatan"
    return not (continues and token.text in "ixonsöv") and token.text != "å"

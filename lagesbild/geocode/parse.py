"""What a place text holds: streets with numbers, places, areas, localities, the rest.

In: tokens and the gazetteer. Out: a ``Parsed`` value; it decides nothing about where.
The longest name that the registers know wins, and what is left over is told.
Next: match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lagesbild.geocode import words
from lagesbild.geocode.gazetteer import Gazetteer, Names
from lagesbild.geocode.words import Token

_JOINING = frozenset(["", " ", "-", "'", "’", ":", ". ", "."])
_MOST_WORDS = 6
_KINDS = ("street", "place", "locality", "region", "area", "foreign")
_SHORT_TIERS = (1, 3)
_RANGE_GAPS = frozenset(["-", " - ", "- ", " -", "/", " / ", "/ "])
_LIST_WORDS = frozenset(["och", "o", "samt", "resp", "respektive"])
_BLOCK_WORDS = frozenset(["kv", "kvarteret", "kvart", "fastigheten", "fastighet"])
_POSTCODE = re.compile(r"\d{5}")
_WILD_LEAST = 4  # letters of a key with a lost letter that must be left


@dataclass(frozen=True)
class Number:
    """A house number as written. ``also`` ends a range or holds a list's others."""

    first: int
    letter: str = ""
    also: tuple[int, ...] = ()
    last_letter: str = ""  # of "12A-C"
    is_range: bool = False


@dataclass(frozen=True)
class Span:
    """A run of tokens that is a name; ``keys`` are its meanings in the gazetteer."""

    start: int
    end: int
    kind: str
    keys: frozenset[str]
    tier: int
    number: Number | None = None
    full_end: int = 0  # after the number

    @property
    def indices(self) -> range:
        return range(self.start, max(self.end, self.full_end))


@dataclass(frozen=True)
class Parsed:
    """Everything read from one text."""

    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    postcodes: tuple[str, ...]
    used: frozenset[int]  # indices of tokens that are explained
    is_property: bool

    def of_kind(self, kind: str) -> list[Span]:
        return [span for span in self.spans if span.kind == kind]


def parse_text(text: str, gazetteer: Gazetteer) -> Parsed:
    """Read one repaired text.

    Parameters
    ----------
    text : str
        As ``words.repair`` gives it.
    gazetteer : Gazetteer

    Returns
    -------
    Parsed
    """
    tokens = words.tokenise(text)
    postcodes, used = _postcodes(tokens, gazetteer)
    # a postcode is no number of a house or of a list
    tokens = tuple(
        replace(t, text="#", is_number=False) if i in used else t
        for i, t in enumerate(tokens)
    )
    spans = tuple(
        _with_number(span, tokens, used) for span in _spans(tokens, gazetteer, used)
    )
    used |= {i for span in spans for i in span.indices}
    used |= _explained(tokens, used)
    return Parsed(
        tokens, spans, tuple(postcodes), frozenset(used), _is_property(tokens)
    )


def find_name(names: Names, key: str) -> tuple[frozenset[str], int]:
    """Look a key up; a letter lost on the way stands for any one or two."""
    if words.WILD not in key:
        return names.find(key)
    if len(key.replace(words.WILD, "")) < _WILD_LEAST:
        return frozenset(), -1
    form = re.compile(re.escape(key).replace(words.WILD, ".{1,2}"))
    for tier in (0, 1):
        hits = [v for k, v in names.tiers[tier].items() if form.fullmatch(k)]
        if hits:
            return frozenset().union(*hits), tier
    return frozenset(), -1


def runs_of_words(
    tokens: tuple[Token, ...], free: frozenset[int] | set[int], most: int = _MOST_WORDS
) -> Iterator[tuple[int, int, str]]:
    """Every run of words with nothing but a joining sign between: start, end, key."""
    for start, token in enumerate(tokens):
        if token.is_number or start not in free:
            continue
        key = ""
        for end in range(start, min(start + most, len(tokens))):
            follows = tokens[end]
            if follows.is_number or end not in free:
                break
            if end > start and follows.gap not in _JOINING:
                break
            key += follows.text
            yield start, end + 1, key


def read_number(tokens: tuple[Token, ...], at: int) -> tuple[Number | None, int]:
    """Read the house number that begins at a token; return it and where it ends."""
    if at < len(tokens) and tokens[at].text in ("nr", "nummer", "no"):
        at += 1
    if not _is_house_number(tokens, at) or tokens[at].gap.strip() not in ("", ".", ","):
        return None, at
    number, at = Number(int(tokens[at].text)), at + 1
    if _is_letter(tokens, at):
        number, at = replace(number, letter=tokens[at].text), at + 1
    return _read_more(tokens, at, number)


def _read_more(
    tokens: tuple[Token, ...], at: int, number: Number
) -> tuple[Number, int]:
    """Read what makes of a number a range or a list."""
    if at >= len(tokens):
        return number, at
    token = tokens[at]
    if token.gap in _RANGE_GAPS and token.gap.strip() == "-" and _is_single(token):
        return replace(number, last_letter=token.text), at + 1
    if token.gap in _RANGE_GAPS and _is_house_number(tokens, at):
        end = at + 2 if _is_letter(tokens, at + 1) else at + 1
        return replace(number, also=(int(token.text),), is_range=True), end
    if token.text in ("till", "tom") and _is_house_number(tokens, at + 1):
        end = at + 3 if _is_letter(tokens, at + 2) else at + 2
        return replace(number, also=(int(tokens[at + 1].text),), is_range=True), end
    others = []
    while at < len(tokens):
        step = at + 1 if tokens[at].text in _LIST_WORDS else at
        parted = step > at or tokens[at].gap.strip() in (",", "&", "+")
        if not parted or not _is_house_number(tokens, step):
            break
        others.append(int(tokens[step].text))
        at = step + 2 if _is_letter(tokens, step + 1) else step + 1
    return replace(number, also=tuple(others)), at


def _is_house_number(tokens: tuple[Token, ...], at: int) -> bool:
    """Digits that can be a house number: no time, date, count, part of a house."""
    if at >= len(tokens) or not tokens[at].is_number:
        return False
    if len(tokens[at].text) > 4 or int(tokens[at].text) == 0:
        return False
    if at + 1 < len(tokens):
        after = tokens[at + 1]
        if after.text in words.UNITS and after.gap in ("", " "):
            counts = at + 2 < len(tokens) and tokens[at + 2].is_number
            return counts  # "5 vån 2": the unit has its own number
        if after.is_number and after.gap in (".", ":"):
            return False
        if after.is_number and after.gap in ("/", "-") and at > 0:
            # "1, 12/5" is a date; "Storgatan 5/7" is a range
            return not (tokens[at - 1].is_number and "," in tokens[at].gap)
    return True


def _is_single(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isalpha()


def _is_letter(tokens: tuple[Token, ...], at: int) -> bool:
    """One letter that belongs to the number before it."""
    if at >= len(tokens) or not _is_single(tokens[at]):
        return False
    token = tokens[at]
    if token.gap == "":
        return True
    if token.gap != " ":
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    continues = after is not None and not after.is_number and after.gap == " "
    # "3 i Sandviken", "3 x Kungsgatan", "3 n Storgatan"
    return not (continues and token.text in "ixonsöv") and token.text != "å"


def _postcodes(
    tokens: tuple[Token, ...], gazetteer: Gazetteer
) -> tuple[list[str], set[int]]:
    """Five digits, or three and two, that the register knows or that look like one."""
    found, used = [], set()
    for i, token in enumerate(tokens):
        if not token.is_number or i in used or (i > 0 and token.gap in (".", ":", "-")):
            continue
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if len(token.text) == 3 and after and after.is_number and after.gap == " ":
            code, width = token.text + after.text, 2
        else:
            code, width = token.text, 1
        behind = tokens[i + width] if i + width < len(tokens) else None
        if not _POSTCODE.fullmatch(code) or code[0] == "0":
            continue
        stands_apart = i > 0 and (width == 2 or behind is None or not behind.is_number)
        if code in gazetteer.postcodes or stands_apart:
            found.append(code)
            used |= set(range(i, i + width))
    return found, used


def _spans(
    tokens: tuple[Token, ...], gazetteer: Gazetteer, used: set[int]
) -> list[Span]:
    """Known names that do not overlap, the longest first, in order of the text."""
    free = set(range(len(tokens))) - used
    candidates = []
    for start, end, key in runs_of_words(tokens, free):
        for rank, (kind, keys, tier) in enumerate(_meanings(key, gazetteer)):
            if kind == "street" and not _may_be_street(tokens, start, end, key, tier):
                continue
            numbered = kind == "street" and read_number(tokens, end)[0] is not None
            order = (-len(key), not numbered, tier in _SHORT_TIERS, rank)
            candidates.append((order, start, Span(start, end, kind, keys, tier)))
    chosen: list[Span] = []
    taken: set[int] = set()
    for _, _, span in sorted(candidates, key=lambda c: c[:2]):
        if taken.isdisjoint(span.indices):
            chosen.append(span)
            taken |= set(span.indices)
    return sorted(chosen, key=lambda span: span.start)


def _meanings(
    key: str, gazetteer: Gazetteer
) -> Iterator[tuple[str, frozenset[str], int]]:
    for kind, names in zip(
        _KINDS,
        (
            gazetteer.street_names,
            gazetteer.place_names,
            gazetteer.locality_names,
            gazetteer.own_region,
            gazetteer.area_names,
            gazetteer.foreign,
        ),
        strict=True,
    ):
        if isinstance(names, frozenset):
            if key in names:
                yield kind, frozenset([key]), 0
            continue
        keys, tier = find_name(names, key)
        if keys:
            yield kind, keys, tier


def _may_be_street(
    tokens: tuple[Token, ...], start: int, end: int, key: str, tier: int
) -> bool:
    """A short form, or a name that is no street by its ending, needs its number."""
    if read_number(tokens, end)[0] is not None:
        return tier not in _SHORT_TIERS or len(key) >= 3
    if key in words.NOISE:
        return False
    has_dot = end < len(tokens) and tokens[end].gap.startswith(".")
    if words.street_ending(key) and len(key) > 5:
        return True
    return tier in _SHORT_TIERS and has_dot and len(key) >= 4


def _with_number(span: Span, tokens: tuple[Token, ...], used: set[int]) -> Span:
    if span.kind != "street" or span.end in used:
        return span
    number, end = read_number(tokens, span.end)
    return replace(span, number=number, full_end=end) if number else span


def _explained(tokens: tuple[Token, ...], used: set[int]) -> set[int]:
    """Indices of words that say nothing of the place, and of all other digits."""
    found = set()
    of_person = False
    for i, token in enumerate(tokens):
        if "," in token.gap or "(" in token.gap or i in used:
            of_person = False
        if i + 1 < len(tokens) and token.text == "c" and tokens[i + 1].gap == "/":
            of_person = True
        is_noise = token.text in words.NOISE or token.text in words.CLOCK
        if of_person or is_noise or token.is_number or len(token.text) == 1:
            found.add(i)
    return found


def _is_property(tokens: tuple[Token, ...]) -> bool:
    """ "Trakt 1:23", "kv Namn 3": a property, whose place the registers do not know."""
    for i, token in enumerate(tokens):
        if i > 1 and token.is_number and token.gap in (":", ": "):
            before, named = tokens[i - 1], tokens[i - 2]
            is_name = not named.is_number and len(named.text) > 1
            is_pair = before.is_number and before.gap == " "
            if is_pair and is_name and named.text not in words.CLOCK:
                return True
        if token.text in _BLOCK_WORDS:
            ahead = tokens[i + 1 : i + 4]
            is_name = bool(ahead) and not ahead[0].is_number
            if is_name and any(t.is_number for t in ahead):
                return True
    return False

"""Which localities and postcodes a text and its locality column allow.

In: the column's text, the parsed text and the gazetteer. Out: ``Limits``, or the
reason why the place lies elsewhere. A locality nobody knows is elsewhere. Next: match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from lagesbild.geocode import outcome as why
from lagesbild.geocode import words
from lagesbild.geocode.gazetteer import Entry, Gazetteer
from lagesbild.geocode.numbers import read_number
from lagesbild.geocode.parse import Parsed, Span
from lagesbild.geocode.similar import find_similar_locality

_PARTS = re.compile(r"[,;/()|]+")
_FIELD = frozenset("=:|[{")
_ENDS = frozenset(".:;|]}")
_LEAST_TOWN = 5  # letters of a town's name, where capitals mean nothing


@dataclass(frozen=True, slots=True)
class Limits:
    """What the text and its locality allow: each set must be met."""

    localities: tuple[frozenset[str], ...] = ()
    postcodes: frozenset[str] = frozenset()

    def allow(self, entry: Entry) -> bool:
        if self.postcodes and entry.postcode and entry.postcode not in self.postcodes:
            return False
        return all(entry.localities & wanted for wanted in self.localities)

    @property
    def are_given(self) -> bool:
        return bool(self.localities or self.postcodes)


@lru_cache(maxsize=4_096)
def read_locality(locality: str, gazetteer: Gazetteer) -> Limits | None:
    """What the locality column allows; None if it names somewhere else."""
    limits = Limits()
    repaired = words.repair(locality)
    whole = _read_part(repaired, limits, gazetteer)
    if whole is not None:
        return whole
    parts = [part for part in _PARTS.split(repaired) if part.strip()]
    if len(parts) < 2:
        return None
    for part in parts:
        limits = _read_part(part, limits, gazetteer)
        if limits is None:
            return None
    return limits


def _read_part(text: str, limits: Limits, gazetteer: Gazetteer) -> Limits | None:
    tokens = words.tokenise(text)
    key = "".join(t.text for t in tokens if not t.is_number)
    codes = "".join(t.text for t in tokens if t.is_number)
    if len(codes) == 5:
        if gazetteer.postcodes and codes not in gazetteer.postcodes:
            return None
        limits = replace(limits, postcodes=limits.postcodes | {codes})
        key = key if key not in words.POSTAL else ""
    if not key or key in words.NOTHING:
        return limits
    elsewhere = gazetteer.elsewhere.get(key)
    if elsewhere == "region":
        return limits
    if elsewhere == "foreign":
        return None
    if not gazetteer.localities or key == "sverige":
        return limits
    keys, _ = gazetteer.locality_names.find(key)
    if not keys and elsewhere is None:
        keys = find_similar_locality(key, gazetteer)
    if not keys:
        return None
    return replace(limits, localities=(*limits.localities, keys))


def limit_by_text(
    parsed: Parsed, limits: Limits, gazetteer: Gazetteer
) -> tuple[Limits, float, str]:
    """Add the text's own localities and postcodes.

    Parameters
    ----------
    parsed : Parsed
    limits : Limits
        Of the locality column.
    gazetteer : Gazetteer

    Returns
    -------
    limits : Limits
    doubt : float
        What is to be taken off the score for words that nothing explains.
    fault : str
        The reason to reject; "" if there is none.
    """
    if gazetteer.postcodes and set(parsed.postcodes) - gazetteer.postcodes:
        return limits, 0.0, why.UNKNOWN_LOCALITY
    tail = _tail_from(parsed)
    localities = [*limits.localities]
    for span in parsed.of_kind("locality"):
        if _is_meant(parsed, span, tail):
            localities.append(span.keys)
    limits = Limits(tuple(localities), limits.postcodes | frozenset(parsed.postcodes))
    for span in parsed.of_kind("foreign", "town"):
        if _is_elsewhere(parsed, span, tail, limits.are_given):
            return limits, 0.0, why.UNKNOWN_LOCALITY
    doubt = 0.0
    for i in parsed.unexplained:
        if i < tail:
            may_be_town = _opens_part(parsed, i, limits.are_given)
            if may_be_town and words.looks_like_place(parsed.tokens[i].text):
                return limits, 0.0, why.UNKNOWN_LOCALITY
            doubt += 0.12 if may_be_town else 0.01
            continue
        similar = _similar_locality(parsed, i, gazetteer)
        if similar:
            limits = replace(limits, localities=(*limits.localities, similar))
        elif _may_be_locality(parsed, i, limits.are_given):
            return limits, 0.0, why.UNKNOWN_LOCALITY
        is_alone = _stands_alone(parsed.tokens, i, i + 1)
        is_unsure = parsed.is_capital(i) and (is_alone or not limits.are_given)
        doubt += 0.12 if is_unsure else 0.03
    return limits, min(doubt, 0.2), ""


def _tail_from(parsed: Parsed) -> int:
    """Where what may tell the locality begins: after the address or the place."""
    spans = [s for s in parsed.of_kind("street") if s.number]
    spans = spans or parsed.of_kind("street", "place", "area")
    if spans:
        return spans[-1].indices[-1] + 1
    # "Okändgatan 6 Valbo": a number closes an address though the street is unknown
    reading, length = parsed.reading, len(parsed.tokens)
    ends = (read_number(reading, at) for at in range(1, length))
    return next((end for number, end in ends if number), length)


def _is_meant(parsed: Parsed, span: Span, tail: int) -> bool:
    """A locality's name with a small letter, among other capitals, is a word."""
    if _is_direction(parsed.tokens, span.start):
        return False
    return span.start >= tail or parsed.is_capital(span.start)


def _is_elsewhere(parsed: Parsed, span: Span, tail: int, is_restricted: bool) -> bool:
    """Whether another municipality or town is where it is, not a word or a surname."""
    tokens = parsed.tokens
    if _is_direction(tokens, span.start):
        return False
    if not parsed.is_capital(span.start):
        # "Storgatan 4, avesta": after the address, alone, it can be nothing else
        is_own_part = span.kind == "foreign" and span.start >= tail
        return is_own_part and _stands_alone(tokens, span.start, span.end)
    length = sum(len(t.text) for t in tokens[span.start : span.end])
    is_weak = span.kind == "town"
    if is_weak and is_restricted and not parsed.is_mixed and length < _LEAST_TOWN:
        return False
    if _is_heading(parsed, span, is_restricted):
        return True
    if _stands_alone(tokens, span.start, span.end):
        return True
    if span.start >= tail:
        return not _is_surname(parsed, span.start)
    if is_weak and is_restricted:
        return False
    return any(
        street.start == span.end and "," not in tokens[span.end].gap
        for street in parsed.of_kind("street")
    ) and not _is_surname(parsed, span.start)


def _is_heading(parsed: Parsed, span: Span, is_restricted: bool) -> bool:
    """A town that opens the text, fills a field or stands with a colon before a street.

    "Okändby. Någon har ropat vid Storgatan 4", "ort=Okändby;gata=Storgatan 4",
    "Hör till Okändby: Storgatan 4". Where the locality is told, the last may be a
    person: "Anna Lund: Storgatan 4".
    """
    tokens, start, end = parsed.tokens, span.start, span.end
    if end == len(tokens):
        return start > 0 and tokens[start].gap.strip() in _FIELD
    after = tokens[end].gap.strip()
    if start == 0 or tokens[start].gap.strip() in _FIELD:
        is_ended = after[:1] in _ENDS if after else False
        if is_ended and not (is_restricted and span.kind == "town"):
            return True
    if is_restricted and (span.kind == "town" or _is_surname(parsed, start)):
        return False
    is_before_street = any(s.start == end for s in parsed.of_kind("street"))
    return after == ":" and is_before_street


def _is_direction(tokens: tuple, at: int) -> bool:
    """Whether a name tells the way, not the place: "mot Storvik"."""
    return at > 0 and tokens[at - 1].text == "mot" and tokens[at].gap == " "


def _is_surname(parsed: Parsed, at: int) -> bool:
    """A name right before says that this one is not a town: "Lars Lund"."""
    if not at or not parsed.is_mixed or parsed.tokens[at].gap != " ":
        return False
    before = at - 1
    return before in parsed.unexplained and parsed.is_capital(before)


def _stands_alone(tokens: tuple, start: int, end: int) -> bool:
    """Whether the tokens are a part of their own between commas, or the whole text."""
    opens = start == 0 or not set(tokens[start].gap).isdisjoint(",;(")
    closes = end == len(tokens) or not set(tokens[end].gap).isdisjoint(",;)")
    return opens and closes


def _similar_locality(parsed: Parsed, at: int, gazetteer: Gazetteer) -> frozenset[str]:
    """The locality that a misspelt word after the address means, if it may be one."""
    if not parsed.is_capital(at):
        return frozenset()
    return find_similar_locality(parsed.tokens[at].text, gazetteer)


def _may_be_locality(parsed: Parsed, at: int, is_restricted: bool) -> bool:
    """A word after the address that nobody can explain, and that may name a town."""
    tokens = parsed.tokens
    word = tokens[at].text
    if not parsed.is_capital(at) or _is_surname(parsed, at):
        return False
    if not words.looks_like_place(word):
        if _opens_sentence(tokens, at) or _is_label(parsed, at):
            return False
        if any(_is_full_name(parsed, first) for first in (at, at - 1)):
            return False
    is_plain = words.is_definite(word)
    is_named = words.looks_like_place(word)
    if not parsed.is_mixed:
        if is_restricted:
            return False
        # a place has a locality of its own, a street may be in any town
        is_street = bool(parsed.of_kind("street"))
        return not is_plain and (is_named or is_street)
    if is_restricted:
        follows_i = bool(at) and tokens[at - 1].text == "i"
        return follows_i or (is_named and _stands_alone(tokens, at, at + 1))
    return is_named or not is_plain


def _opens_sentence(tokens: tuple, at: int) -> bool:
    """A capital that a full stop explains: "Storgatan 7. Klottrat på fasad"."""
    after = at + 1
    is_followed = after < len(tokens) and tokens[after].gap == " "
    is_after_stop = tokens[at].gap.startswith((".", "!", "?"))
    return is_after_stop and is_followed and tokens[after].raw.islower()


def _is_full_name(parsed: Parsed, at: int) -> bool:
    """Two unknown names that are a part of their own: ", Fiktiva Exempelsson"."""
    tokens = parsed.tokens
    both = {at, at + 1}
    if at < 0 or not parsed.is_mixed or not both <= set(parsed.unexplained):
        return False
    if tokens[at].text in words.MODIFIERS or words.looks_like_place(
        tokens[at + 1].text
    ):
        return False
    is_named = all(map(parsed.is_capital, both)) and tokens[at + 1].gap == " "
    return is_named and _stands_alone(tokens, at, at + 2)


def _is_label(parsed: Parsed, at: int) -> bool:
    """A word that a number follows or counts: "kod 4521", "2 fönster"."""
    tokens, before, after = parsed.tokens, at - 1, at + 1
    if after < len(tokens) and tokens[after].is_number:
        return tokens[after].gap in (" ", ": ", ". ")
    is_last = after == len(tokens) - 1
    if is_last and len(tokens[after].text) == 1 and tokens[after].gap == " ":
        return True  # "byggnad C"
    if not at or not tokens[before].is_number or tokens[at].gap != " ":
        return False
    return not any(before in street.indices for street in parsed.of_kind("street"))


def _opens_part(parsed: Parsed, at: int, is_restricted: bool) -> bool:
    """A part of its own where nothing else tells the locality: "Okändby, Storg 5"."""
    is_alone = _stands_alone(parsed.tokens, at, at + 1)
    return is_alone and not is_restricted and parsed.is_capital(at)

"""The nearest name to one that is misspelt, or none if two are as near.

In: keys and the gazetteer. Out: keys of the names meant. Distance is
Damerau–Levenshtein: a letter added, dropped, changed, or two that changed places.
Used by match.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from lagesbild.geocode import words
from lagesbild.geocode.gazetteer import Entry, Gazetteer
from lagesbild.geocode.parse import Number, Parsed, Span, read_number, runs_of_words

_MOST_WORDS = 4
_ADJACENT = (" ", "-", ". ", ".", "")
_LONG_MODIFIERS = tuple(sorted(w for w in words.MODIFIERS if len(w) > 4))
_NO_STREET = words.NOISE | words.CLOCK
_BARE_ENDINGS = ("gatan", "vägen", "gränd", "stigen", "backen")


@dataclass(frozen=True)
class Similar:
    """Streets as near to what was written; no keys: it is a street nobody knows."""

    keys: frozenset[str]
    number: Number | None
    distance: int


def find_similar_street(
    parsed: Parsed,
    streets: list[Span],
    gazetteer: Gazetteer,
    allow: Callable[[Entry], bool],
) -> Similar | None:
    """The street that a misspelt name with a number means.

    Parameters
    ----------
    parsed : Parsed
    streets : list of Span
        Those that are sure to be streets; nothing is sought in them.
    gazetteer : Gazetteer
    allow : callable
        Whether an address lies in the locality given.

    Returns
    -------
    Similar or None
        None where nothing in the text looks like a street and its number. Without
        keys where something does and no street, or more than one, is near enough.
    """
    looks_like_street = False
    found: list[tuple[int, int, Similar]] = []
    sure = [s for s in parsed.spans if s.kind != "street"] + streets
    free = set(range(len(parsed.tokens))) - {i for s in sure for i in s.indices}
    for start, end, key in runs_of_words(parsed.tokens, free, _MOST_WORDS):
        number, _ = read_number(parsed.tokens, end)
        run = parsed.tokens[start:end]
        if run[0].text in words.NOISE or run[-1].text in _NO_STREET:
            continue
        has_ending = key.endswith(_BARE_ENDINGS) and len(key) > 8
        if number is None and not has_ending:
            continue
        looks_like_street |= has_ending
        if start and _is_modified(parsed, start):
            continue
        keys, distance = _nearest_streets(key, gazetteer, allow)
        if keys:
            found.append((end - start, distance, Similar(keys, number, distance)))
    if found:
        # the run with the most words explains most: "Nora Storgtan" is no Storgatan
        return min(found, key=lambda f: (-f[0], f[1]))[2]
    return Similar(frozenset(), None, 0) if looks_like_street else None


def is_part_of_longer_name(parsed: Parsed, span: Span, gazetteer: Gazetteer) -> bool:
    """ "Norra Storgatan" where only Storgatan is known is another street.

    So is "Nora Storgatan" where the register has a longer name as near as a typo.
    """
    others = {i for s in parsed.spans if s is not span for i in s.indices}
    if span.start == 0 or span.start - 1 in others:
        return False
    if _is_modified(parsed, span.start):
        return True
    before, gap = parsed.tokens[span.start - 1], parsed.tokens[span.start].gap
    if gap not in _ADJACENT or before.is_number or before.text in words.NOISE:
        return False
    key = "".join(t.text for t in parsed.tokens[span.start - 1 : span.end])
    near = nearest(key, tuple(gazetteer.streets), 2)
    return bool(set(near) - span.keys)


def _is_modified(parsed: Parsed, start: int) -> bool:
    before, gap = parsed.tokens[start - 1], parsed.tokens[start].gap
    if gap not in _ADJACENT:
        return False
    if before.text in words.MODIFIERS:
        return True
    is_word = not before.is_number and len(before.text) >= 4
    return is_word and bool(nearest(before.text, _LONG_MODIFIERS, 1))


def _nearest_streets(
    key: str,
    gazetteer: Gazetteer,
    allow: Callable[[Entry], bool],
) -> tuple[frozenset[str], int]:
    """Streets in the locality at the least distance, if nothing elsewhere is nearer."""
    most = most_changes(key)
    if not most:
        return frozenset(), 0
    near = nearest(key, tuple(gazetteer.streets), most)
    here = {k: d for k, d in near.items() if any(map(allow, gazetteer.streets[k]))}
    if not here:
        return frozenset(), 0
    least = min(here.values())
    chosen = frozenset(k for k, d in here.items() if d == least)
    if min(near.values()) < least:
        return frozenset(), 0
    return chosen, least


def find_similar_place(parsed: Parsed, gazetteer: Gazetteer) -> frozenset[str]:
    """Names of the only place that a misspelt text is near to; empty if none."""
    free = set(range(len(parsed.tokens)))
    best: dict[int, set[str]] = {}
    known = tuple(gazetteer.place_names.tiers[0])
    for start, end, key in runs_of_words(parsed.tokens, free, _MOST_WORDS):
        all_noise = all(t.text in words.NOISE for t in parsed.tokens[start:end])
        most = most_changes(key)
        if all_noise or len(key) < 7 or not most:
            continue
        for name, distance in nearest(key, known, most).items():
            best.setdefault(distance, set()).add(name)
    return frozenset(best[min(best)]) if best else frozenset()


def find_similar_locality(key: str, gazetteer: Gazetteer) -> frozenset[str]:
    """The only locality that a misspelt word is near to; empty if none."""
    most = min(most_changes(key), 1 if len(key) < 9 else 2)
    if not most or key in words.NOISE:
        return frozenset()
    near = nearest(key, tuple(sorted(gazetteer.localities)), most)
    least = min(near.values(), default=0)
    chosen = frozenset(k for k, d in near.items() if d == least)
    return chosen if len(chosen) == 1 else frozenset()


def most_changes(key: str) -> int:
    """How many letters may differ: none under five letters, two from eight."""
    return 0 if len(key) < 5 else 1 if len(key) < 8 else 2


@lru_cache(maxsize=32_768)
def nearest(key: str, known: Collection[str], most: int) -> dict[str, int]:
    """Names within ``most`` changes of the key, with their distance."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    hits = process.extract(
        key, known, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=None
    )
    return {name: int(distance) for name, distance, _ in hits}

"""The nearest name to one that is misspelt, or none if two are as near.

In: keys and the gazetteer. Out: keys of the names meant. Distance is
Damerau–Levenshtein: a letter added, dropped, changed, or two that changed places.
Used by locality and match.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from lagesbild.geocode import words
from lagesbild.geocode.gazetteer import Entry, Gazetteer
from lagesbild.geocode.names import Names
from lagesbild.geocode.numbers import Number, read_number
from lagesbild.geocode.parse import Parsed, Span, is_modified, runs_of_words

_MOST_WORDS = 4
_BARE_ENDINGS = ("gatan", "vägen", "gränd", "stigen", "backen", "allen", "torget")
_LEAST_BARE = 8  # letters of a word that is plainly a street's name
_LEAST_PLACE = 7  # letters of a place's name that may be misspelt
_LEAST_TWO_SLIPS = 10  # letters of one that may be misspelt twice


@dataclass(frozen=True, slots=True)
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
        keys where something does and no street is near enough.
    """
    looks_like_street = False
    found: list[tuple[int, int, Similar]] = []
    tokens = parsed.tokens
    sure = [s for s in parsed.spans if s.kind != "street"] + streets
    free = set(range(len(tokens))) - {i for s in sure for i in s.indices}
    others = parsed.of_kind("place", "area")
    known = [s for s in parsed.of_kind("street") if not s.is_part]
    unsure = [s for s in known if s not in streets]
    parts = [s for s in parsed.of_kind("street") if s.is_part]
    for start, end, key in runs_of_words(tokens, free, _MOST_WORDS):
        if tokens[end - 1].text in _NO_STREET or _opens_no_name(parsed, start):
            continue
        if any(s.start <= start and end <= s.end for s in unsure):
            continue  # it is known as a short form already
        number, _ = read_number(parsed.reading, end)
        has_ending = key.endswith(_BARE_ENDINGS) and len(key) > _LEAST_BARE
        is_name = parsed.is_mixed and parsed.is_capital(start)
        if number is None and not (has_ending and (is_name or not others)):
            continue
        looks_like_street |= has_ending
        if start and is_modified(tokens, start):
            continue
        keys, distance = _nearest_streets(key, gazetteer, allow)
        is_initial = end > start + 1 and len(tokens[start].text) < 4
        if is_initial and is_modified(tokens, start + 1):
            first = tokens[start].text[0]
            keys = frozenset(k for k in keys if k[0] == first)
        if any(keys <= s.keys and start < s.start < end for s in parts):
            continue  # "N:a Storgatan" is no slip for Storgatan
        if keys:
            found.append((end - start, distance, Similar(keys, number, distance)))
    if found:
        # the run with the most words explains most: "Nora Storgtan" is no Storgatan
        return min(found, key=lambda f: (-f[0], f[1]))[2]
    return Similar(frozenset(), None, 0) if looks_like_street else None


def _opens_no_name(parsed: Parsed, start: int) -> bool:
    is_name = parsed.is_mixed and parsed.is_capital(start)
    return parsed.tokens[start].text in words.EXPLAINED and not is_name


_NO_STREET = words.EXPLAINED - {"gata", "gatan", "väg", "vägen", "plats", "platsen"}


def _nearest_streets(
    key: str,
    gazetteer: Gazetteer,
    allow: Callable[[Entry], bool],
) -> tuple[frozenset[str], int]:
    """Streets in the locality at the least distance, if nothing elsewhere is nearer."""
    near = find_near(key, gazetteer.street_names)
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
    tokens = parsed.tokens
    best: dict[int, set[str]] = {}
    known = gazetteer.place_names
    for start, end, key in runs_of_words(tokens, set(range(len(tokens))), _MOST_WORDS):
        run = tokens[start:end]
        if len(key) < _LEAST_PLACE or all(t.text in words.EXPLAINED for t in run):
            continue
        if start and is_modified(tokens, start, "place"):
            continue
        for name, distance in find_near(key, known).items():
            if distance == 1 or len(key) >= _LEAST_TWO_SLIPS:
                best.setdefault(distance, set()).add(name)
    return frozenset(best[min(best)]) if best else frozenset()


def find_similar_locality(key: str, gazetteer: Gazetteer) -> frozenset[str]:
    """The only locality that a misspelt word is near to; empty if none."""
    if key in words.EXPLAINED:
        return frozenset()
    most = 1 if len(key) < 9 else 2
    near = {
        k: d for k, d in find_near(key, gazetteer.locality_names).items() if d <= most
    }
    least = min(near.values(), default=0)
    chosen = frozenset(k for k, d in near.items() if d == least)
    return chosen if len(chosen) == 1 else frozenset()


def most_changes(key: str) -> int:
    """How many letters may differ: none under five, two from eight, three at 16."""
    length = len(key)
    return 0 if length < 5 else 1 if length < 8 else 2 if length < 16 else 3


def find_near(key: str, known: Names) -> dict[str, int]:
    """Names near enough to be meant by the key, with their distance.

    A name of another direction or size ("Östgatan", "Västgatan") is never a slip.
    """
    most = most_changes(key)
    if not most:
        return {}
    said = words.direction_of(key)
    return {
        name: distance
        for name, distance in _nearest(key, known, most).items()
        if not said or words.direction_of(name) <= said
    }


@lru_cache(maxsize=32_768)
def _nearest(key: str, known: Names, most: int) -> dict[str, int]:
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    hits = process.extract(
        key,
        known.own,
        scorer=DamerauLevenshtein.distance,
        score_cutoff=most,
        limit=None,
    )
    return {name: int(distance) for name, distance, _ in hits}

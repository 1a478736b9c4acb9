"""One place text → one point and its area, or a rejection with its reason.

In: text, locality and gazetteer. Out: an ``Outcome``. Rejects whenever what is known
leaves more than one area possible. Next: place, which does it for a frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import shapely

from lagesbild.geocode import outcome as why
from lagesbild.geocode import words
from lagesbild.geocode.coordinates import read_coordinates
from lagesbild.geocode.fuzzy import (
    Similar,
    find_similar_locality,
    find_similar_place,
    find_similar_street,
    is_part_of_longer_name,
)
from lagesbild.geocode.gazetteer import Entry, Gazetteer
from lagesbild.geocode.outcome import Outcome
from lagesbild.geocode.parse import Number, Parsed, Span, find_name, parse_text

CONTRADICTS_M = 700
MEETS_M = 80


@dataclass(frozen=True)
class _Limits:
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


def match_text(text: str, locality: str, gazetteer: Gazetteer) -> Outcome:
    """Place one text.

    Parameters
    ----------
    text, locality : str
        As the sender wrote them; "" where missing.
    gazetteer : Gazetteer

    Returns
    -------
    Outcome
        Its reason never holds any part of the text.
    """
    text = words.repair(text)
    if not any(c.isalnum() for c in text):
        return why.rejected(why.NO_TEXT)
    limits = read_locality(locality, gazetteer)
    if limits is None:
        return why.rejected(why.UNKNOWN_LOCALITY)
    point = read_coordinates(text)
    if point:
        return place_coordinate(*point, gazetteer)
    parsed = parse_text(text, gazetteer)
    streets = parsed.of_kind("street")
    has_address = any(span.number for span in streets)
    if parsed.is_property and not has_address:
        return why.rejected(why.PROPERTY)
    parsed, limits, doubt, fault = _limits_of_text(parsed, limits, gazetteer)
    if fault:
        return why.rejected(fault)
    outcome = _match_parsed(parsed, limits, gazetteer)
    if outcome.method == "avvisad":
        return outcome
    outcome = _held_to_areas(outcome, parsed, gazetteer)
    return replace(outcome, score=round(max(outcome.score - doubt, 0.0), 2))


def read_locality(locality: str, gazetteer: Gazetteer) -> _Limits | None:
    """What the locality column allows; None if it names somewhere else."""
    tokens = words.tokenise(words.repair(locality))
    key = "".join(t.text for t in tokens if not t.is_number)
    codes = "".join(t.text for t in tokens if t.is_number)
    postcodes = frozenset([codes]) if len(codes) == 5 else frozenset()
    if postcodes and gazetteer.postcodes and not postcodes <= gazetteer.postcodes:
        return None
    limits = _Limits(postcodes=postcodes)
    if not key or key in words.NOTHING or key in gazetteer.own_region:
        return limits
    if key in gazetteer.foreign:
        return None
    if not gazetteer.localities or key.endswith("kommun"):
        return limits
    keys, _ = find_name(gazetteer.locality_names, key)
    keys = keys or find_similar_locality(key, gazetteer)
    return replace(limits, localities=(keys,)) if keys else None


def place_coordinate(east: float, north: float, gazetteer: Gazetteer) -> Outcome:
    """The area of a point somebody gave; rejected outside the municipality."""
    point = shapely.Point(east, north)
    inside = sorted(a for a, s in gazetteer.shapes.items() if s.intersects(point))
    if not inside and not gazetteer.extent.intersects(point):
        return why.rejected(why.OUTSIDE_MUNICIPALITY)
    return why.found("koordinat", 1.0, east, north, inside[0] if inside else "")


def _limits_of_text(
    parsed: Parsed, limits: _Limits, gazetteer: Gazetteer
) -> tuple[Parsed, _Limits, float, str]:
    """Add the text's own localities and postcodes; tell what cannot be explained.

    Returns the parsed text, the limits, what is to be taken off the score, and the
    reason to reject, "" if there is none.
    """
    localities = [*limits.localities, *(s.keys for s in parsed.of_kind("locality"))]
    postcodes = limits.postcodes | set(parsed.postcodes)
    if gazetteer.postcodes and set(parsed.postcodes) - gazetteer.postcodes:
        return parsed, limits, 0.0, why.UNKNOWN_LOCALITY
    streets = [s for s in parsed.of_kind("street") if s.number] or [
        s for s in parsed.spans if s.kind in ("street", "place")
    ]
    tail_from = streets[-1].indices[-1] + 1 if streets else len(parsed.tokens)
    for span in parsed.of_kind("foreign"):
        is_beside = any(
            street.start == span.end and "," not in parsed.tokens[span.end].gap
            for street in streets
        )
        is_apart = _stands_alone(parsed, span.start, span.end)
        if span.start >= tail_from or is_beside or is_apart:
            return parsed, limits, 0.0, why.UNKNOWN_LOCALITY
    doubt = 0.0
    for i in range(tail_from, len(parsed.tokens)):
        if i in parsed.used:
            continue
        similar = find_similar_locality(parsed.tokens[i].text, gazetteer)
        if similar:
            localities.append(similar)
        elif _looks_like_locality(parsed, i, bool(localities or postcodes)):
            return parsed, limits, 0.0, why.UNKNOWN_LOCALITY
        doubt = 0.1
    return parsed, _Limits(tuple(localities), frozenset(postcodes)), doubt, ""


def _stands_alone(parsed: Parsed, start: int, end: int) -> bool:
    """Whether the tokens are a part of their own between commas, or the whole text."""
    tokens = parsed.tokens
    opens = start == 0 or "," in tokens[start].gap
    closes = end == len(tokens) or "," in tokens[end].gap
    return opens and closes


def _looks_like_locality(parsed: Parsed, at: int, is_restricted: bool) -> bool:
    """A word after the address that nobody can explain, and that may name a town."""
    tokens = parsed.tokens
    token = tokens[at]
    raws = [t.raw for t in tokens if not t.is_number and len(t.raw) > 1]
    is_mixed = any(r[0].isupper() and not r.isupper() for r in raws)
    if at and tokens[at - 1].text == "i":
        return True
    if is_mixed:
        is_capital = token.raw[0].isupper()
        return is_capital and (not is_restricted or _stands_alone(parsed, at, at + 1))
    is_definite = token.text.endswith(("en", "et", "an", "na"))
    return not is_restricted and not is_definite


def _match_parsed(parsed: Parsed, limits: _Limits, gazetteer: Gazetteer) -> Outcome:
    """The steps from the surest kind of name to the least sure."""
    written = parsed.of_kind("street")
    streets = [s for s in written if not is_part_of_longer_name(parsed, s, gazetteer)]
    numbered = [span for span in streets if span.number]
    if len(streets) < len(written):
        numbered = []
    if numbered:
        found = [_match_address(s.keys, s.number, limits, gazetteer) for s in numbered]
        found = [
            replace(f, score=min(f.score, 0.97)) if s.tier > 0 else f
            for f, s in zip(found, numbered, strict=True)
        ]
        return _same_area(found)
    similar = find_similar_street(parsed, streets, gazetteer, limits.allow)
    if similar is not None and not similar.keys:
        return why.rejected(why.UNKNOWN_STREET)
    if similar is not None:
        return _match_similar(similar, limits, gazetteer)
    if len(streets) > 1:
        return _match_crossing(streets, limits, gazetteer)
    places = parsed.of_kind("place")
    if streets and any(token.text in words.CROSSING for token in parsed.tokens):
        return why.rejected(why.NO_CROSSING)
    if streets and not places:
        return _match_address(streets[0].keys, None, limits, gazetteer)
    if places:
        keys = frozenset().union(*(span.keys for span in places))
        return _match_place(keys, 0.95, limits, gazetteer)
    areas = _areas_named(parsed, gazetteer)
    if len(areas) == 1 and _is_explained(parsed):
        return _match_area(*areas, gazetteer)
    keys = find_similar_place(parsed, gazetteer)
    if keys:
        return _match_place(keys, 0.75, limits, gazetteer)
    only_locality = parsed.of_kind("locality") and _is_explained(parsed)
    return why.rejected(why.ONLY_LOCALITY if only_locality else why.UNKNOWN_PLACE)


def _match_similar(similar: Similar, limits: _Limits, gazetteer: Gazetteer) -> Outcome:
    """A misspelt street; of two as near, both must lie in one area."""
    found = [
        _match_address(frozenset([key]), similar.number, limits, gazetteer)
        for key in sorted(similar.keys)
    ]
    outcome = _same_area(found)
    if outcome.method == "gata" and similar.number:
        return why.rejected(why.UNKNOWN_STREET)  # neither name nor number is there
    if outcome.method == "avvisad":
        return outcome if len(found) == 1 else why.rejected(why.SEVERAL_SIMILAR)
    score = min(outcome.score, 0.9 - 0.1 * similar.distance)
    method = "adress_ungefarlig" if outcome.method == "adress" else outcome.method
    return replace(outcome, method=method, score=score)


def _numbered_by_locality(
    entries: list[Entry], number: Number
) -> tuple[list[Entry], bool]:
    """The number in every locality by itself: 6 here and 6A there are two houses."""
    groups: dict[frozenset[str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.localities, []).append(entry)
    found = [_numbered(group, number) for group in groups.values()]
    hits = [(chosen, exact) for chosen, exact in found if chosen]
    return [e for chosen, _ in hits for e in chosen], all(exact for _, exact in hits)


def _match_address(
    keys: frozenset[str], number: Number | None, limits: _Limits, gazetteer: Gazetteer
) -> Outcome:
    """Number, then street; never an address of another locality."""
    everywhere = [entry for key in keys for entry in gazetteer.streets[key]]
    entries = [entry for entry in everywhere if limits.allow(entry)]
    if not entries:
        return why.rejected(
            why.NOT_IN_LOCALITY if limits.are_given else why.UNKNOWN_STREET
        )
    if number is None:
        return _pick(entries, "gata", 0.85, why.NO_NUMBER, limits)
    chosen, is_exact = _numbered_by_locality(entries, number)
    if not chosen:
        return _pick(entries, "gata", 0.8, why.NUMBER_UNKNOWN, limits)
    method = "adress" if is_exact else "adress_ungefarlig"
    return _pick(chosen, method, 1.0 if is_exact else 0.92, why.SEVERAL_AREAS, limits)


def _numbered(entries: list[Entry], number: Number) -> tuple[list[Entry], bool]:
    """The addresses that a number means, and whether it is one and in the register."""
    low, high = number.first, max((number.first, *number.also))
    if number.is_range:
        low = min(number.first, *number.also)
        step = 2 if (high - low) % 2 == 0 else 1
        wanted = set(range(low, high + 1, step))
        found = [e for e in entries if e.number in wanted]
        ends = {e.number for e in found} & {low, high}
        return (found if ends else []), False
    if number.also:
        wanted = {number.first, *number.also}
        found = [e for e in entries if e.number in wanted]
        return (found if {e.number for e in found} == wanted else []), False
    same = [e for e in entries if e.number == number.first]
    if number.last_letter:
        return same, False
    exact = [e for e in same if e.letter == number.letter]
    return (exact, True) if exact else (same, False)


def _pick(
    entries: list[Entry], method: str, score: float, reason: str, limits: _Limits
) -> Outcome:
    """One point for several addresses, only where all lie in one area."""
    if len({entry.area for entry in entries}) > 1 or _are_scattered(entries):
        if not limits.are_given and not frozenset.intersection(
            *(entry.localities for entry in entries)
        ):
            reason = why.SEVERAL_LOCALITIES
        return why.rejected(reason)
    east = sum(e.east for e in entries) / len(entries)
    north = sum(e.north for e in entries) / len(entries)
    middle = min(entries, key=lambda e: (e.east - east) ** 2 + (e.north - north) ** 2)
    return why.found(method, score, middle.east, middle.north, middle.area)


def _are_scattered(entries: list[Entry]) -> bool:
    """Outside every area nothing else tells that addresses are near each other."""
    if entries[0].area or len(entries) == 1:
        return False
    return not frozenset.intersection(*(entry.localities for entry in entries))


def _same_area(found: list[Outcome]) -> Outcome:
    """Several addresses in a text are one place only if all lie in one area."""
    rejected = [outcome for outcome in found if outcome.method == "avvisad"]
    if rejected:
        return rejected[0]
    if len({outcome.area for outcome in found}) > 1:
        return why.rejected(why.SEVERAL_AREAS)
    if len(found) == 1:
        return found[0]
    return replace(found[0], method="adress_ungefarlig", score=0.9)


def _match_crossing(
    streets: list[Span], limits: _Limits, gazetteer: Gazetteer
) -> Outcome:
    """Where two streets come within 80 m of each other, in one locality only."""
    names = list(dict.fromkeys(span.keys for span in streets))
    if len(names) == 1:
        return _match_address(names[0], None, limits, gazetteer)
    if len(names) > 2:
        return why.rejected(why.NO_CROSSING)
    sides = [
        [e for key in keys for e in gazetteer.streets[key] if limits.allow(e)]
        for keys in names
    ]
    pairs = sorted(
        (
            ((a.east - b.east) ** 2 + (a.north - b.north) ** 2) ** 0.5,
            (a.east + b.east) / 2,
            (a.north + b.north) / 2,
            (a.area, b.area),
        )
        for a in sides[0]
        for b in sides[1]
        if a.localities & b.localities
    )
    near = [pair for pair in pairs if pair[0] <= MEETS_M]
    if not near:
        return why.rejected(why.NO_CROSSING)
    _, east, north, held_by = near[0]
    if any(abs(p[1] - east) + abs(p[2] - north) > 1_000 for p in near):
        return why.rejected(why.SEVERAL_LOCALITIES)
    outcome = place_coordinate(east, north, gazetteer)
    if {outcome.area} != set(held_by):
        return why.rejected(why.SEVERAL_AREAS)
    return replace(outcome, method="adress_ungefarlig", score=0.85)


def _match_place(
    keys: frozenset[str], score: float, limits: _Limits, gazetteer: Gazetteer
) -> Outcome:
    everywhere = [entry for key in sorted(keys) for entry in gazetteer.places[key]]
    where = replace(limits, postcodes=frozenset())  # a place has no postcode
    entries = [e for e in everywhere if not e.localities or where.allow(e)]
    if not entries:
        return why.rejected(why.PLACE_NOT_IN_LOCALITY)
    return _pick(entries, "plats", score, why.SEVERAL_PLACES, limits)


def _areas_named(parsed: Parsed, gazetteer: Gazetteer) -> frozenset[str]:
    """Areas named in the text; a locality's name counts where an area bears it."""
    keys = frozenset().union(*(span.keys for span in parsed.of_kind("area")))
    if not keys:
        keys = frozenset().union(*(s.keys for s in parsed.of_kind("locality")))
    return frozenset().union(*(gazetteer.areas.get(key, frozenset()) for key in keys))


def _match_area(area: str, gazetteer: Gazetteer) -> Outcome:
    point = gazetteer.shapes[area].representative_point()
    return why.found("omradesnamn", 0.9, point.x, point.y, area)


def _is_explained(parsed: Parsed) -> bool:
    return len(parsed.used) == len(parsed.tokens)


def _held_to_areas(outcome: Outcome, parsed: Parsed, gazetteer: Gazetteer) -> Outcome:
    """Reject an address far from the area that the text itself names."""
    point = shapely.Point(outcome.east, outcome.north)
    for span in parsed.of_kind("area"):
        ids = frozenset().union(*(gazetteer.areas[key] for key in span.keys))
        if min(gazetteer.shapes[i].distance(point) for i in ids) > CONTRADICTS_M:
            return why.rejected(why.AREA_DISAGREES)
    return outcome

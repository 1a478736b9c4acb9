"""One place text → one point and its area, or a rejection with its reason.

In: text, locality and gazetteer. Out: an ``Outcome``. Rejects whenever what is known
leaves more than one area possible. Next: place, which does it for a frame.
"""

from __future__ import annotations

from dataclasses import replace

import shapely

from lagesbild.geocode import outcome as why
from lagesbild.geocode import words
from lagesbild.geocode.coordinates import read_coordinates
from lagesbild.geocode.gazetteer import Gazetteer
from lagesbild.geocode.houses import has_number, match_address, pick, same_area
from lagesbild.geocode.locality import Limits, limit_by_text, read_locality
from lagesbild.geocode.names import FOLDED_TIERS, SHORT, SHORT_TIERS, THIN
from lagesbild.geocode.outcome import Outcome
from lagesbild.geocode.parse import Parsed, Span, is_modified, parse_text
from lagesbild.geocode.similar import (
    Similar,
    find_near,
    find_similar_place,
    find_similar_street,
)

CONTRADICTS_M = 700
MEETS_M = 80
_CROSSING_SCORE, _PLACE_SCORE, _AREA_SCORE, _SIMILAR_PLACE_SCORE = 0.93, 0.95, 0.9, 0.8


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
    points = read_coordinates(text)
    if points:
        return place_coordinates(points, gazetteer)
    parsed = parse_text(text, gazetteer)
    if parsed.is_property and not any(map(_is_plain_address, parsed.spans)):
        return why.rejected(why.PROPERTY)
    limits, doubt, fault = limit_by_text(parsed, limits, gazetteer)
    if fault:
        return why.rejected(fault)
    outcome = _match_parsed(parsed, limits, gazetteer)
    if outcome.method == "avvisad":
        return outcome
    outcome = _held_to_areas(outcome, parsed, gazetteer)
    return replace(outcome, score=round(max(outcome.score - doubt, 0.0), 2))


def _is_plain_address(span: Span) -> bool:
    """Whether "Fastigheten Storgatan 5", an address, is told; not "kv Torv 5"."""
    return bool(span.kind == "street" and span.number and span.tier < SHORT)


def place_coordinates(
    points: list[tuple[float, float]], gazetteer: Gazetteer
) -> Outcome:
    """The area of a point somebody gave, as far as one reading is in the municipality.

    Parameters
    ----------
    points : list of tuple of float
        What the numbers may mean, one for each coordinate system; EPSG:3006.
    gazetteer : Gazetteer

    Returns
    -------
    Outcome
        Rejected where no reading lies in the municipality, or more than one.
    """
    here = [p for p in points if gazetteer.extent.intersects(shapely.Point(p))]
    if not here:
        return why.rejected(why.OUTSIDE_MUNICIPALITY)
    if len(here) > 1:
        return why.rejected(why.SEVERAL_SYSTEMS)
    east, north = here[0]
    return why.found("koordinat", 1.0, east, north, _area_at(east, north, gazetteer))


def _area_at(east: float, north: float, gazetteer: Gazetteer) -> str:
    point = shapely.Point(east, north)
    return min(
        (a for a, s in gazetteer.shapes.items() if s.intersects(point)), default=""
    )


def _match_parsed(parsed: Parsed, limits: Limits, gazetteer: Gazetteer) -> Outcome:
    """The steps from the surest kind of name to the least sure."""
    written = parsed.of_kind("street")
    streets = [s for s in written if not s.is_part]
    numbered = [s for s in streets if s.number]
    unsure = [s for s in numbered if _may_be_longer(parsed, s)]
    if numbered and not unsure and len(streets) == len(written):
        return _match_numbered(parsed, numbered, streets, limits, gazetteer)
    sure = [s for s in streets if s not in unsure]
    similar = find_similar_street(parsed, sure, gazetteer, limits.allow)
    if unsure and len(streets) == len(written) and not (similar and similar.keys):
        return _match_numbered(parsed, numbered, streets, limits, gazetteer)
    if similar is not None and not similar.keys:
        return why.rejected(why.UNKNOWN_STREET)
    if similar is not None:
        return _match_similar(similar, limits, gazetteer)
    if len(streets) < len(written):
        return why.rejected(why.UNKNOWN_STREET)
    if len(streets) > 1:
        return _match_crossing(streets, limits, gazetteer)
    places = parsed.of_kind("place")
    if streets and _tells_crossing(parsed):
        return why.rejected(why.NO_CROSSING)
    if streets and not places:
        return match_address(streets[0].keys, None, limits, gazetteer)
    if places:
        return _match_places(places, limits, gazetteer)
    return _match_area_or_similar(parsed, limits, gazetteer)


def _tells_crossing(parsed: Parsed) -> bool:
    """Whether a second street is spoken of; the x of "Storgatan x" is no number."""
    said = [i for i, t in enumerate(parsed.tokens) if t.text in words.CROSSING]
    return any(
        parsed.tokens[i].text != "x" or any(after > i for after in parsed.unexplained)
        for i in said
    )


def _may_be_longer(parsed: Parsed, span: Span) -> bool:
    """Whether a short form may be the end of a longer, misspelt name: "Lindhs agta"."""
    before = span.start - 1
    return (
        span.tier in SHORT_TIERS
        and before in parsed.unexplained
        and parsed.tokens[span.start].gap in (" ", ". ")
    )


def _match_numbered(
    parsed: Parsed,
    numbered: list[Span],
    streets: list[Span],
    limits: Limits,
    gazetteer: Gazetteer,
) -> Outcome:
    """Every address that the text tells; a street beside them must not contradict."""
    found = [_match_span(span, parsed, limits, gazetteer) for span in numbered]
    outcome = same_area(found)
    if outcome.method == "avvisad":
        return outcome
    for street in streets:
        if street.number or street.keys in [s.keys for s in numbered]:
            continue
        entries = [e for k in street.keys for e in gazetteer.streets[k]]
        if not any(e.area == outcome.area for e in entries if limits.allow(e)):
            return why.rejected(why.SEVERAL_AREAS)
        outcome = replace(outcome, score=min(outcome.score, 0.9))
    return outcome


def _match_span(
    span: Span, parsed: Parsed, limits: Limits, gazetteer: Gazetteer
) -> Outcome:
    """A street as written, with its number; shortened or dotless is less sure."""
    outcome = match_address(span.keys, span.number, limits, gazetteer)
    if outcome.method == "avvisad":
        return outcome
    named = {i for s in parsed.spans for i in s.indices}
    has_dots = any(
        not t.text.isascii() for i, t in enumerate(parsed.tokens) if i not in named
    )
    if span.tier in FOLDED_TIERS and (outcome.method == "gata" or has_dots):
        # "Agatan 13": Ågatan has no 13, but Asgatan has. And who writes dots in other
        # words may have left out a letter, not a dot: "på Gransgatan 1"
        (key, *_) = sorted(span.keys)
        others = find_near(words.fold(key), gazetteer.street_names)
        as_near = {k for k, d in others.items() if d <= others.get(key, 0)}
        near = set(others) if outcome.method == "gata" else as_near
        if any(has_number(k, span.number, limits, gazetteer) for k in near - span.keys):
            return why.rejected(why.SEVERAL_SIMILAR)
    score = outcome.score
    if span.tier in SHORT_TIERS | FOLDED_TIERS:
        score = min(score, 0.93 if span.tier >= THIN else 0.97)
    if span.number.is_loose:
        score = min(score, 0.95)
    return replace(outcome, score=score)


def _match_similar(similar: Similar, limits: Limits, gazetteer: Gazetteer) -> Outcome:
    """A misspelt street; of two as near, both must lie in one area."""
    found = [
        match_address(frozenset([key]), similar.number, limits, gazetteer)
        for key in sorted(similar.keys)
    ]
    outcome = same_area(found)
    if outcome.method == "gata" and similar.number:
        return why.rejected(why.UNKNOWN_STREET)  # neither name nor number is there
    if outcome.method == "avvisad":
        return outcome if len(found) == 1 else why.rejected(why.SEVERAL_SIMILAR)
    score = min(outcome.score, 0.98 - 0.05 * similar.distance)
    method = "adress_ungefarlig" if outcome.method == "adress" else outcome.method
    return replace(outcome, method=method, score=score)


def _match_crossing(
    streets: list[Span], limits: Limits, gazetteer: Gazetteer
) -> Outcome:
    """Where two streets come within 80 m of each other, in one locality only."""
    names = list(dict.fromkeys(span.keys for span in streets))
    if len(names) == 1:
        return match_address(names[0], None, limits, gazetteer)
    if len(names) > 2:
        return why.rejected(why.NO_CROSSING)
    sides = [
        [e for key in keys for e in gazetteer.streets[key] if limits.allow(e)]
        for keys in names
    ]
    pairs = (
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
    near = sorted(pair for pair in pairs if pair[0] <= MEETS_M)
    if not near:
        return why.rejected(why.NO_CROSSING)
    _, east, north, held_by = near[0]
    if any(abs(p[1] - east) + abs(p[2] - north) > 1_000 for p in near):
        return why.rejected(why.SEVERAL_LOCALITIES)
    area = _area_at(east, north, gazetteer)
    if {area} != set(held_by):
        return why.rejected(why.SEVERAL_AREAS)
    return why.found("adress_ungefarlig", _CROSSING_SCORE, east, north, area)


def _match_places(places: list[Span], limits: Limits, gazetteer: Gazetteer) -> Outcome:
    if any(span.is_part for span in places):
        return why.rejected(why.UNKNOWN_PLACE)  # "gamla stationen" is another
    keys = frozenset().union(*(span.keys for span in places))
    return _match_place(keys, _PLACE_SCORE, limits, gazetteer)


def _match_place(
    keys: frozenset[str], score: float, limits: Limits, gazetteer: Gazetteer
) -> Outcome:
    everywhere = [entry for key in sorted(keys) for entry in gazetteer.places[key]]
    where = replace(limits, postcodes=frozenset())  # a place has no postcode
    entries = [e for e in everywhere if not e.localities or where.allow(e)]
    if not entries:
        return why.rejected(why.PLACE_NOT_IN_LOCALITY)
    if len(entries) > 1 and limits.localities:
        # the town before the villages that have it as their postort
        inner = [e for e in entries if all(e.district in w for w in limits.localities)]
        entries = inner or entries
    return pick(entries, "plats", score, why.SEVERAL_PLACES, limits)


def _match_area_or_similar(
    parsed: Parsed, limits: Limits, gazetteer: Gazetteer
) -> Outcome:
    areas = _areas_named(parsed, gazetteer)
    doubt = _doubt_of_area(parsed, gazetteer)
    if len(areas) == 1 and doubt is not None:
        (area,) = areas
        point = gazetteer.shapes[area].representative_point()
        score = _AREA_SCORE - doubt
        return why.found("omradesnamn", score, point.x, point.y, area)
    keys = find_similar_place(parsed, gazetteer)
    if keys:
        return _match_place(keys, _SIMILAR_PLACE_SCORE, limits, gazetteer)
    only_locality = parsed.of_kind("locality") and not parsed.unexplained
    return why.rejected(why.ONLY_LOCALITY if only_locality else why.UNKNOWN_PLACE)


def _areas_named(parsed: Parsed, gazetteer: Gazetteer) -> frozenset[str]:
    """Areas named in the text; a locality's name counts where an area bears it."""
    spans = [s for s in parsed.of_kind("area") if parsed.is_capital(s.start)]
    keys = frozenset().union(*(span.keys for span in spans))
    if not keys:
        keys = frozenset().union(*(s.keys for s in parsed.of_kind("locality")))
    return frozenset().union(*(gazetteer.areas.get(key, frozenset()) for key in keys))


def _doubt_of_area(parsed: Parsed, gazetteer: Gazetteer) -> float | None:
    """What words beside an area's name take off the score; None if they deny it.

    "Ängby skola" is a school and "Norra Ängby" another place: a word that follows the
    name is denied unless it is plainly no thing of its own, and so is any other name.
    """
    tokens = parsed.tokens
    named = parsed.of_kind("area", "locality")
    ends = {span.end for span in named}
    if any(s.start and is_modified(tokens, s.start, "place") for s in named):
        return None
    for i in parsed.unexplained:
        word = tokens[i].text
        if word in gazetteer.heads:
            return None
        if i in ends and tokens[i].gap in ("", " ", "-"):
            if not (words.is_definite(word) or _is_adverb(word)):
                return None
        if i and parsed.is_mixed and parsed.is_capital(i):
            return None
    return 0.05 if parsed.unexplained else 0.0


def _is_adverb(word: str) -> bool:
    return len(word) > 5 and word.endswith(("t", "vis", "stans"))


def _held_to_areas(outcome: Outcome, parsed: Parsed, gazetteer: Gazetteer) -> Outcome:
    """Reject an address far from the area that the text itself names."""
    named = parsed.of_kind("area")
    point = shapely.Point(outcome.east, outcome.north) if named else None
    for span in named:
        if not parsed.is_capital(span.start):
            continue
        ids = frozenset().union(*(gazetteer.areas[key] for key in span.keys))
        if min(gazetteer.shapes[i].distance(point) for i in ids) > CONTRADICTS_M:
            return why.rejected(why.AREA_DISAGREES)
    return outcome

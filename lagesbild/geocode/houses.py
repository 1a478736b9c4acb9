"""The addresses that a street and a number mean, and the one point they have.

In: streets' keys, a number, the limits and the gazetteer. Out: an ``Outcome``.
Several addresses are one place only if they lie in one area. Used by match.
"""

from __future__ import annotations

from dataclasses import replace

from lagesbild.geocode import outcome as why
from lagesbild.geocode.gazetteer import Entry, Gazetteer
from lagesbild.geocode.locality import Limits
from lagesbild.geocode.numbers import Number
from lagesbild.geocode.outcome import Outcome

EXACT_SCORE, NEAR_SCORE, STREET_SCORE, NO_SUCH_NUMBER_SCORE = 1.0, 0.97, 0.93, 0.92


def match_address(
    keys: frozenset[str], number: Number | None, limits: Limits, gazetteer: Gazetteer
) -> Outcome:
    """Number, then street; never an address of another locality."""
    everywhere = [entry for key in sorted(keys) for entry in gazetteer.streets[key]]
    if number is not None:
        wanted = {number.first, *number.also}
        groups: dict[tuple[str, frozenset[str]], list[Entry]] = {}
        for key in sorted(keys):
            for e in gazetteer.streets[key]:
                # the limits last, of few: a street has many
                if (number.is_range or e.number in wanted) and limits.allow(e):
                    groups.setdefault((key, e.localities), []).append(e)
        chosen, is_exact = _numbered_by_group(groups, number, limits)
        if chosen:
            method = "adress" if is_exact else "adress_ungefarlig"
            score = EXACT_SCORE if is_exact else NEAR_SCORE
            return pick(chosen, method, score, why.SEVERAL_AREAS, limits)
    entries = [entry for entry in everywhere if limits.allow(entry)]
    if not entries:
        return why.rejected(
            why.NOT_IN_LOCALITY if limits.are_given else why.UNKNOWN_STREET
        )
    if number is None:
        return pick(entries, "gata", STREET_SCORE, why.NO_NUMBER, limits)
    return pick(entries, "gata", NO_SUCH_NUMBER_SCORE, why.NUMBER_UNKNOWN, limits)


def has_number(key: str, number: Number, limits: Limits, gazetteer: Gazetteer) -> bool:
    """Whether the street has the number, in the locality given."""
    return any(
        entry.number == number.first and limits.allow(entry)
        for entry in gazetteer.streets[key]
    )


def _numbered_by_group(
    groups: dict[tuple[str, frozenset[str]], list[Entry]],
    number: Number,
    limits: Limits,
) -> tuple[list[Entry], bool]:
    """The number on every street and locality by itself: 6 and 6A are two houses.

    Where the locality is told, a letter that only one locality has decides; it does
    not tell which of two streets was meant.
    """
    found = [_numbered(group, number) for group in groups.values()]
    hits = [(chosen, exact) for chosen, exact in found if chosen]
    lettered = [hit for hit in hits if hit[1]]
    is_one_street = len({key for key, _ in groups}) == 1
    if limits.are_given and number.letter and lettered and is_one_street:
        hits = lettered
    if hits and number.also and not number.is_range:
        # 4 and 10 here, but a 4 there too: "4 & 10" may be one house in each
        return [e for group in groups.values() for e in group], False
    return [e for chosen, _ in hits for e in chosen], all(exact for _, exact in hits)


def _numbered(entries: list[Entry], number: Number) -> tuple[list[Entry], bool]:
    """The addresses that a number means, and whether it is one and in the register."""
    if number.is_range:
        low = min(number.first, *number.also)
        high = max(number.first, *number.also)
        step = 2 if (high - low) % 2 == 0 else 1
        found = [
            e
            for e in entries
            if e.number is not None
            and low <= e.number <= high
            and (e.number - low) % step == 0
        ]
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


def pick(
    entries: list[Entry], method: str, score: float, reason: str, limits: Limits
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


def same_area(found: list[Outcome]) -> Outcome:
    """Several addresses in a text are one place only if all lie in one area."""
    rejected = [outcome for outcome in found if outcome.method == "avvisad"]
    if rejected:
        return rejected[0]
    if len({outcome.area for outcome in found}) > 1:
        return why.rejected(why.SEVERAL_AREAS)
    if len(found) == 1:
        return found[0]
    score = min(0.95, *(outcome.score for outcome in found))
    return replace(found[0], method="adress_ungefarlig", score=score)

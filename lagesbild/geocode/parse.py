"""What a place text holds: streets with numbers, places, areas, localities, the rest.

In: tokens and the gazetteer. Out: a ``Parsed`` value; it decides nothing about where.
The longest name that the registers know wins, and what is left over is told.
Next: locality and match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lagesbild.geocode import words
from lagesbild.geocode.gazetteer import Gazetteer
from lagesbild.geocode.marks import find_postcodes, find_times, is_property
from lagesbild.geocode.names import SHORT, SHORT_TIERS, THIN
from lagesbild.geocode.numbers import Number, Reading, read_number, skip_number_word
from lagesbild.geocode.short import goes_on, street_ending, thinned
from lagesbild.geocode.words import Token

_ADJACENT = frozenset(["", " ", "-", ". ", "."])
_MOST_WORDS = 6
_DOTTED = frozenset(words.fold(m) for m in words.MODIFIERS if not m.isascii())
_LONG_MODIFIERS = [m for m in words.MODIFIERS - _DOTTED if len(m) > 4]
_LEAST_SHORT = 3  # letters of a short form
_LEAST_THIN = 5  # letters of a form that is short in nobody's usual way
_LEAST_BARE = 5  # letters of a street's name that is known without a number


@dataclass(frozen=True, slots=True)
class Span:
    """A run of tokens that is a name; ``keys`` are its meanings in the gazetteer."""

    start: int
    end: int
    kind: str  # street, place, locality, region, area, foreign or town
    keys: frozenset[str]
    tier: int
    number: Number | None = None
    full_end: int = 0  # after the number
    is_part: bool = False  # of a longer name that is not this one

    @property
    def indices(self) -> range:
        return range(self.start, max(self.end, self.full_end))


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything read from one text."""

    reading: Reading
    spans: tuple[Span, ...]
    postcodes: tuple[str, ...]
    unexplained: tuple[int, ...]  # indices of words that nothing accounts for
    is_mixed: bool  # capitals mean something
    is_property: bool

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.reading.tokens

    def of_kind(self, *kinds: str) -> list[Span]:
        return [span for span in self.spans if span.kind in kinds]

    def is_capital(self, at: int) -> bool:
        """Whether a word may be a name: a capital, or no capital means anything."""
        if self.tokens[at].raw[0].isupper():
            return True
        return not self.is_mixed and not any(
            len(t.raw) > 1 and t.raw.isupper() for t in self.tokens
        )


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
    times, ordinals = find_times(text, tokens)
    postcodes, coded = find_postcodes(
        tokens, gazetteer, times, lambda at: _has_number_before(tokens, times, at)
    )
    taken = frozenset(times | ordinals | coded)
    candidates = list(_candidates(tokens, gazetteer, taken))
    reading = Reading(
        tokens,
        taken,
        frozenset(
            i for s in candidates if s.kind != "street" for i in range(s.start, s.end)
        ),
        any(t.text == "mellan" for t in tokens),
    )
    spans = _choose(reading, candidates)
    spans = [_with_number(span, reading) for span in spans]
    spans = _with_lone_number(spans, reading)
    spans = _mark_parts(spans, tokens, gazetteer)
    used = taken | {i for span in spans for i in span.indices}
    return Parsed(
        reading,
        tuple(spans),
        tuple(postcodes),
        tuple(_unexplained(tokens, used)),
        words.is_mixed(tokens),
        is_property(
            tokens, {i for s in spans if s.kind == "street" for i in s.indices}
        ),
    )


def runs_of_words(
    tokens: tuple[Token, ...],
    free: frozenset[int] | set[int],
    most: int = _MOST_WORDS,
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
            if end > start and not goes_on(follows):
                break
            key += follows.text
            yield start, end + 1, key


def _has_number_before(tokens: tuple[Token, ...], times: set[int], at: int) -> bool:
    return any(
        t.is_number and len(t.text) <= 4 and 0 < i and i not in times
        for i, t in enumerate(tokens[:at])
    )


def _candidates(
    tokens: tuple[Token, ...], gazetteer: Gazetteer, taken: frozenset[int]
) -> Iterator[Span]:
    free = frozenset(range(len(tokens))) - taken
    for start, end, key in runs_of_words(tokens, free):
        is_and = tokens[start].raw == "o" and end > start + 1  # not Ö: "o Ringgatan"
        if is_and and tokens[start + 1].raw[0].isupper():
            continue
        for kind, keys, tier in _meanings(key, gazetteer):
            yield Span(start, end, kind, keys, tier)


def _meanings(
    key: str, gazetteer: Gazetteer
) -> Iterator[tuple[str, frozenset[str], int]]:
    for kind, names in gazetteer.names_by_kind:
        keys, tier = names.find(key)
        if keys:
            yield kind, keys, tier
    elsewhere = gazetteer.elsewhere.get(key)
    if elsewhere:
        yield elsewhere, frozenset([key]), 0


_RANKS = ("street", "place", "locality", "region", "area", "foreign", "town")


def _choose(reading: Reading, candidates: list[Span]) -> list[Span]:
    """Known names that do not overlap, the longest first, in order of the text."""
    ordered = []
    for span in candidates:
        number = None
        if span.kind == "street":
            number, _ = read_number(reading, span.end)
            if not _may_be_street(reading.tokens, span, number is not None):
                continue
        length = sum(len(t.text) for t in reading.tokens[span.start : span.end])
        order = (
            -length,
            number is None,
            span.tier in SHORT_TIERS,
            _RANKS.index(span.kind),
            span.start,
        )
        ordered.append((order, span))
    chosen: list[Span] = []
    free = set(range(len(reading.tokens)))
    for _, span in sorted(ordered, key=lambda o: o[0]):
        indices = set(span.indices)
        if indices <= free:
            chosen.append(span)
            free -= indices
    return sorted(chosen, key=lambda span: span.start)


def _may_be_street(tokens: tuple[Token, ...], span: Span, has_number: bool) -> bool:
    """A short form, or a name that is no street by its ending, needs its number."""
    run = tokens[span.start : span.end]
    key = "".join(t.text for t in run)
    is_signed = len(run) > 1 and run[-1].gap in (":", "-") and len(run[-1].text) == 1
    if span.tier >= THIN and any("-" in t.gap for t in run[1:]) and not is_signed:
        return False
    if has_number:
        if span.tier not in SHORT_TIERS:
            return True
        is_dotted = span.end < len(tokens) and tokens[span.end].gap.startswith(".")
        is_name = run[0].raw[0].isupper() and key not in words.EXPLAINED
        least = 2 if is_dotted or is_name else _LEAST_SHORT
        is_odd = span.tier >= THIN and not (
            is_signed or is_dotted
        )  # "Log:n" signs what it drops
        return len(key) >= (_LEAST_THIN if is_odd else least)
    if key in words.EXPLAINED:
        return False
    if span.tier < SHORT and street_ending(key) and len(key) >= _LEAST_BARE:
        return True
    has_dot = span.end < len(tokens) and tokens[span.end].gap.startswith(".")
    return span.tier in SHORT_TIERS and span.tier < THIN and has_dot and len(key) >= 4


def _with_number(span: Span, reading: Reading) -> Span:
    if span.kind != "street":
        return span
    number, end = read_number(reading, span.end)
    return replace(span, number=number, full_end=end) if number else span


def _with_lone_number(spans: list[Span], reading: Reading) -> list[Span]:
    """Give the only street a number that stands apart from it: "nr 5 på Storgatan".

    The number must be said to be one, or begin the text or stand beside a known name
    in a text that holds nothing else than names, grammar and that number.
    """
    streets = [span for span in spans if span.kind == "street"]
    if len(streets) != 1 or streets[0].number:
        return spans
    tokens, (street,) = reading.tokens, streets
    used = {i for span in spans for i in span.indices} | reading.taken
    told, bare = [], []
    done = 0
    for at, token in enumerate(tokens):
        if not token.is_number or at in used or at < done:
            continue
        number, end = read_number(reading, at)
        if number is None:
            continue
        is_named = end < len(tokens) and tokens[end].text == "an"  # "20:an på"
        if is_named and tokens[end].gap == ":":
            end += 1
        done = end
        before = tokens[at - 1] if at else None
        if tokens[end - 1].text == "an" or _is_told(tokens, at, used):
            told.append((number, at, end))
        elif before is None or at - 1 in used:
            bare.append((number, at, end))
        else:
            return spans
    if len(told) + len(bare) != 1:
        return spans
    (number, at, end) = (told + bare)[0]
    left = set(range(len(tokens))) - used - set(range(at, end))
    others = any(tokens[i].text not in words.GRAMMAR for i in left)
    opens = at == 0 and end == street.start and tokens[end].gap == " "
    between = set(range(end, street.start)) - used  # "2 på Storgatan" counts
    if bare and (between or (others and not opens)):
        return spans
    number = replace(number, is_loose=True)
    return [replace(s, number=number) if s is street else s for s in spans]


def _is_told(tokens: tuple[Token, ...], at: int, used: set[int]) -> bool:
    """Whether "nr" says that it is a house's number; "buss nr 5" has another."""
    for start in range(max(at - 3, 0), at):
        if skip_number_word(tokens, start) == at:
            is_first = start == 0 or start - 1 in used
            is_apart = not set(tokens[start].gap).isdisjoint(",;(|/")
            return is_first or is_apart or tokens[start - 1].text in words.GRAMMAR
    return False


def _mark_parts(
    spans: list[Span], tokens: tuple[Token, ...], gazetteer: Gazetteer
) -> list[Span]:
    """Mark streets and places that are the end of another name.

    "Norra Storgatan" where only Storgatan is known is another street, and so is "Nora
    Storgatan" where Norra Storgatan is known: then Nora is no town either.
    """
    owner = {i: span for span in spans for i in span.indices}
    dropped: set[int] = set()
    marked = []
    for span in spans:
        if span.kind in ("street", "place") and span.start:
            before = owner.get(span.start - 1)
            if _is_slip_of_longer(span, tokens, gazetteer) and (
                before is None or before.kind in ("foreign", "town", "locality")
            ):
                span = replace(span, is_part=True)
                dropped.add(span.start - 1)
            elif before is None and is_modified(tokens, span.start, span.kind):
                span = replace(span, is_part=True)
        marked.append(span)
    return [s for s in marked if not (s.kind != "street" and s.end - 1 in dropped)]


def _is_slip_of_longer(
    span: Span, tokens: tuple[Token, ...], gazetteer: Gazetteer
) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein

    before = tokens[span.start - 1]
    if before.is_number or len(before.text) < 3:
        return False
    if tokens[span.start].gap not in _ADJACENT:
        return False
    if before.text in words.EXPLAINED:
        return False
    most = 2 if len(before.text) > 3 and before.raw[0].isupper() else 1
    known = {p for key in span.keys for p in gazetteer.longer.get(key, ())}
    return any(
        len(p) > 3
        and 1 <= DamerauLevenshtein.distance(before.text, p, score_cutoff=most) <= most
        for p in known
    )


def is_modified(tokens: tuple[Token, ...], start: int, kind: str = "street") -> bool:
    """Whether a word that makes another name stands right before: "Norra", "V:a"."""
    before, gap = tokens[start - 1], tokens[start].gap
    if before.is_number or gap not in _ADJACENT:
        return False
    if words.is_modifier(before.text):
        if len(before.text) > 2:
            return True
        # "N Storgatan", "n. Storgatan"; but "Kungsgatan o Storgatan"
        is_initial = before.raw.isupper() or gap.startswith(".") or start == 1
        return kind == "street" and is_initial
    if start > 1 and before.gap == ":":
        key = tokens[start - 2].text + before.text
        return any(key in thinned(m) for m in words.MODIFIERS if len(m) > 3)
    if kind == "street" and len(before.text) < 4 and before.raw[0].isupper():
        # "Sto Skolgtan", where Stora Skolgatan is not known either
        is_short = any(before.text in thinned(m) for m in _LONG_MODIFIERS)
        return is_short and len(before.text) > 1 and not words.is_explained(before.text)
    is_long = len(before.text) >= 4 and before.text not in words.EXPLAINED
    if start > 1 and gap == " " and _is_forename(tokens, start - 2):
        return False  # "Nils Storm Kungsgatan"
    return is_long and kind == "street" and _is_nearly_modifier(before.text)


def _is_forename(tokens: tuple[Token, ...], at: int) -> bool:
    word = tokens[at]
    is_capital = word.raw[0].isupper() and not word.raw.isupper()
    return (
        is_capital and tokens[at + 1].gap == " " and not words.is_explained(word.text)
    )


def _is_nearly_modifier(word: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein

    return any(
        DamerauLevenshtein.distance(word, m, score_cutoff=1) <= 1
        for m in words.MODIFIERS
        if len(m) > 4
    )


def _unexplained(tokens: tuple[Token, ...], used: frozenset[int]) -> Iterator[int]:
    """Indices of words that nothing accounts for; digits always count something."""
    of_person = False
    names_left = 0  # of a person that is called "fru" or lives "hos" somebody
    for i, token in enumerate(tokens):
        if "," in token.gap or "(" in token.gap or i in used:
            of_person, names_left = False, 0
        if i + 1 < len(tokens) and token.text == "c" and tokens[i + 1].gap == "/":
            of_person = True
        is_plain = token.is_number or len(token.text) == 1
        if token.text in words.TITLES:
            names_left = 2
        if i in used or of_person or is_plain or words.is_explained(token.text):
            continue
        if names_left:
            names_left -= 1
            continue
        yield i

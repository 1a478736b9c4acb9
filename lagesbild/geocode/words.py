"""Texts as tokens and keys, and the closed classes of words in Swedish place texts.

In: a text as somebody wrote it. Out: tokens of letters or digits that know what stood
between them, and keys in which one name has one form. Next: gazetteer and parse.
The lists hold grammar (prepositions, pronouns, parts of a house, hours), not nouns:
a noun nobody foresaw must do as well as one that is listed.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from lagesbild.geocode.encoding import read_back

WILD = "¤"
"""Stands in a key for a letter that was lost on the way ("Sk?lgatan")."""

_MASK = re.compile(r"\[(?:personnummer|telefon|e-post|namn)\]")
# a letter of UTF-8 has two bytes, and each may have become a mark
_LOST = re.compile(
    r"\ufffd{1,2}|(?<=[^\W\d_])(?:[?\u00bf]{1,2}|[_*])(?=[^\W\d_])"
    r"|(?<!\S)[?\u00bf]{1,2}(?=[^\W\d])"
)
_DASHES_IN_A_ROW = re.compile(r"-{2,}")
_DASHES = str.maketrans("–—−‐‑→’´`", "------'''")
_TOKEN = re.compile(rf"[0-9]+|(?:[^\W\d_]|{WILD})+")
_ACCENTS = str.maketrans("éèêëáàâíìîóòôúùûüýçñæø", "eeeeaaaiiiooouuuuycnäö")
_BLANKS = re.compile(r"\s+")


def _read_words() -> dict[str, frozenset[str]]:
    file = resources.files("lagesbild").joinpath("geocode/words.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["kind"]: frozenset(row["words"].split()) for row in rows}


_WORDS = _read_words()
MODIFIERS = _WORDS["modifier"]
"""Before a street's name they make it another street's."""

_QUARTERS = tuple(m for m in MODIFIERS if m.endswith("stra"))

_DIRECTIONS = {
    stem: family
    for kind, family in _WORDS.items()
    if kind.startswith("direction_")
    for stem in family
}

HOUSE_PARTS = _WORDS["house_part"]
"""Words for a part of a house; a number or letter beside one is no house number."""

UNITS = _WORDS["unit"]
"""After a number they say that it counts something else than houses."""

CLOCK = _WORDS["clock"]
CROSSING = _WORDS["crossing"]
POSTAL = _WORDS["postal"]
"""Before five digits they say that these are a postcode."""

CONJUNCTIONS = _WORDS["conjunction"]
NUMBER_WORDS = _WORDS["number_word"]
"""Before digits they say that these are a house number."""

GRAMMAR = _WORDS["grammar"]
TITLES = _WORDS["title"] | _WORDS["of_home"]
"""After them comes the name of a person."""

EXPLAINED = HOUSE_PARTS | CLOCK | CROSSING | UNITS | POSTAL | CONJUNCTIONS
EXPLAINED |= NUMBER_WORDS | TITLES | _WORDS["grammar"]
"""Words that say nothing of which address, place or locality is meant."""

NOTHING = _WORDS["nothing"]
"""What people write in a locality column when they have none."""

_PART_ENDINGS = tuple(_WORDS["part_ending"])
_PLACE_ENDINGS = tuple(sorted(_WORDS["place_ending"], key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Token:
    """One run of letters or digits; ``gap`` is what stood before it."""

    text: str  # lower case, accents other than of å, ä and ö taken away
    raw: str
    gap: str
    is_number: bool
    start: int  # where it begins in the repaired text


def repair(text: str) -> str:
    """The text with broken encoding mended, letters composed and masks taken away."""
    text = read_back(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = _LOST.sub(WILD, _MASK.sub(" ", text)).replace("Ã", WILD)
    return _DASHES_IN_A_ROW.sub("-", text.translate(_DASHES)).strip()


def tokenise(text: str) -> tuple[Token, ...]:
    """Split a repaired text; digits and letters part even where nothing stands."""
    tokens, end = [], 0
    for found in _TOKEN.finditer(text):
        raw, start = found[0], found.start()
        gap = text[end:start]
        gap = gap if gap in ("", " ") else _BLANKS.sub(" ", gap)
        lower = raw.lower().translate(_ACCENTS)
        tokens.append(Token(lower, raw, gap, raw[0].isdecimal(), start))
        end = found.end()
    return tuple(tokens)


def join_key(text: str) -> str:
    """A name as letters and digits alone, lower case: "S:t Eriks g." → "steriksg"."""
    return "".join(token.text for token in tokenise(repair(text)))


@lru_cache(maxsize=65_536)
def fold(key: str) -> str:
    """The key without dots and rings: å, ä → a; ö → o."""
    parts = unicodedata.normalize("NFD", key)
    return "".join(c for c in parts if not unicodedata.combining(c))


def write_out(key: str) -> str:
    """The key with dots and rings written as pairs: å → aa, ä → ae, ö → oe."""
    return key.replace("å", "aa").replace("ä", "ae").replace("ö", "oe")


def fold_pairs(key: str) -> str:
    """The folded key with the written-out pairs as one letter: aa, ae → a; oe → o."""
    return fold(key).replace("aa", "a").replace("ae", "a").replace("oe", "o")


def is_mixed(tokens: tuple[Token, ...]) -> bool:
    """Whether capitals mean anything: some word has one first and small letters."""
    return any(
        len(t.raw) > 1 and t.raw[0].isupper() and not t.raw.isupper()
        for t in tokens
        if not t.is_number
    )


def is_explained(word: str) -> bool:
    """Whether a word is grammar or, by its last part, a part of a house.

    A Swedish compound is what its last part is: "halvtrappa", "vindsvåning".
    """
    return word in EXPLAINED or word.endswith(_PART_ENDINGS)


def is_modifier(word: str) -> bool:
    """Whether a word makes another name of the one after it: Norra, Nordöstra."""
    return word in MODIFIERS or word.endswith(_QUARTERS)


def looks_like_place(word: str) -> bool:
    """Whether a word ends as names of Swedish localities do: Okändby, Storvik."""
    return len(word) > 4 and word.endswith(_PLACE_ENDINGS)


def is_definite(word: str) -> bool:
    """Whether a word has the ending of a thing that is pointed at: "soprummet"."""
    return len(word) > 4 and word.endswith(("en", "et", "an", "na", "ns", "ts"))


def direction_of(key: str) -> frozenset[str]:
    """The direction or size that a name begins with, in all its forms; or none.

    A name that begins with one is never a slip for a name that begins with another.
    """
    stems = (stem for stem in _DIRECTIONS if key.startswith(stem))
    return _DIRECTIONS.get(max(stems, key=len, default=""), frozenset())

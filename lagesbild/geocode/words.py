"""Texts as tokens and keys, and the words of Swedish place texts.

In: a text as somebody wrote it. Out: tokens of letters or digits that know what stood
between them, and keys in which one name has one form. Next: gazetteer and parse.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

WILD = "¤"
"""Stands in a key for a letter that was lost on the way ("Sk?lgatan")."""

_MASK = re.compile(r"\[[^\]\d]*\]")
_BROKEN = re.compile("[ÃÂâ€Ð\u0080-\u009f]")
_LOST = re.compile(r"\ufffd|(?<=[^\W\d])\?(?=[^\W\d])|(?<!\S)\?(?=[^\W\d])")
_TOKEN = re.compile(rf"\d+|(?:[^\W\d_]|{WILD})+")

# What a street's name ends in, and how people shorten it. A longer ending stands
# before a shorter that it ends in.
STREET_ENDINGS = {
    "esplanaden": ("espl", "esplanad"),
    "promenaden": ("prom",),
    "gränden": ("gr", "gränd"),
    "gränd": ("gr", "gränden"),
    "slingan": ("sl",),
    "svängen": (),
    "stigen": ("st", "stig"),
    "backen": ("b", "back", "backe"),
    "torget": ("t", "torg"),
    "gången": ("gång",),
    "platsen": ("pl", "plats"),
    "parken": (),
    "kroken": (),
    "liden": (),
    "ringen": (),
    "leden": ("led",),
    "allén": ("all", "allé", "allen", "alle"),
    "gatan": ("g", "gt", "gat", "gata"),
    "vägen": ("v", "vg", "väg"),
    "plan": ("pl",),
    "torg": ("t",),
    "stig": ("st",),
    "gata": ("g", "gt", "gat", "gatan"),
    "väg": ("v", "vg", "vägen"),
    "allé": ("all",),
}
FIRST_WORDS = {
    "norra": ("n",),
    "södra": ("s",),
    "östra": ("ö",),
    "västra": ("v",),
    "gamla": ("gla", "gl", "g"),
    "nya": ("n",),
    "stora": ("st",),
    "lilla": ("l", "ll"),
    "övre": ("ö",),
    "nedre": ("n",),
    "sankt": ("st", "s", "sant"),
    "sankta": ("sta", "s"),
}


def _read_words() -> dict[str, frozenset[str]]:
    file = resources.files("lagesbild").joinpath("geocode/words.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["kind"]: frozenset(row["words"].split()) for row in rows}


_WORDS = _read_words()
MODIFIERS = _WORDS["modifier"]
"""Before a street's name they make it another street's."""

HOUSE_PARTS = _WORDS["house_part"]
"""Words for a part of a house; a number or letter beside one is no house number."""

UNITS = _WORDS["unit"]
"""After a number they say that it counts something else than houses."""

CLOCK = _WORDS["clock"]
CROSSING = _WORDS["crossing"]

NOISE = HOUSE_PARTS | _WORDS["empty"]
"""Words that say nothing of which address, place or locality is meant."""

NOTHING = _WORDS["nothing"]
"""What people write in a locality column when they have none."""


@dataclass(frozen=True)
class Token:
    """One run of letters or digits; ``gap`` is what stood before it."""

    text: str  # lower case
    raw: str
    gap: str
    is_number: bool


def repair(text: str) -> str:
    """The text with broken encoding mended, letters composed and masks taken away."""
    if _BROKEN.search(text):
        text = _mend(text)
    text = unicodedata.normalize("NFC", text)
    text = _LOST.sub(WILD, _MASK.sub(" ", text)).replace("Ã", WILD)
    # a coordinate may follow the street without a blank; en dash is a range
    return text.replace("–", "-").replace("—", "-").replace("−", "-").strip()


def _mend(text: str) -> str:
    """UTF-8 that was read as Latin-1 or cp1252, wholly or in part."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    import ftfy

    return ftfy.fix_text(text)


def tokenise(text: str) -> tuple[Token, ...]:
    """Split a repaired text; digits and letters part even where nothing stands."""
    tokens, end = [], 0
    for found in _TOKEN.finditer(text):
        raw = found[0]
        gap = re.sub(r"\s+", " ", text[end : found.start()])
        tokens.append(Token(raw.lower(), raw, gap, raw[0].isdecimal()))
        end = found.end()
    return tuple(tokens)


def join_key(text: str) -> str:
    """A name as its letters and digits alone, lower case: "S:t Eriks g." → "steriksg"."""
    return "".join(token.text for token in tokenise(repair(text)))


@lru_cache(maxsize=65_536)
def fold(key: str) -> str:
    """The key without dots and rings: å, ä → a; ö → o."""
    parts = unicodedata.normalize("NFD", key.replace("ø", "o").replace("æ", "a"))
    return "".join(c for c in parts if not unicodedata.combining(c))


def fold_pairs(key: str) -> str:
    """The folded key with the written-out pairs as one letter: aa, ae → a; oe → o."""
    return fold(key).replace("aa", "a").replace("ae", "a").replace("oe", "o")


def street_ending(key: str) -> str:
    """The ending a street's key has, or ""."""
    return next((e for e in STREET_ENDINGS if key.endswith(e)), "")


def short_forms(name: str) -> set[str]:
    """Keys of the ways a street's name is shortened.

    Parameters
    ----------
    name : str
        As in the register, e.g. "Södra Järnvägsgatan".

    Returns
    -------
    set of str
        Keys such as "södrajärnvägsg", "sjärnvägsgatan"; not the name's own key.
    """
    words = [t.text for t in tokenise(repair(name))]
    if not words:
        return set()
    firsts = {"".join(words[:1])}
    if len(words) > 1:
        firsts |= set(FIRST_WORDS.get(words[0], ()))
        full = {s: f for f, all_short in FIRST_WORDS.items() for s in all_short}
        if words[0] in ("st", "s") and len(words) > 1:
            firsts |= {"sankt", "st", "s"}
        elif words[0] in full and len(words[0]) > 1:
            firsts.add(full[words[0]])
    own = "".join(words)
    forms = set()
    for first in firsts:
        key = first + "".join(words[1:])
        forms.add(key)
        ending = street_ending(key)
        if ending and key != ending:
            stem = key[: -len(ending)]
            forms |= {stem + short for short in STREET_ENDINGS[ending]}
    return forms - {own}

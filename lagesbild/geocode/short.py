"""The ways a street's name is shortened.

In: a name as in the register. Out: keys that people may write for it: those everybody
uses ("Storg", "S:t Eriksg") and any other that drops letters from the ending or the
first word ("Storgtn", "V:a Storgatan", "H Martinsons väg"). Used by gazetteer.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from lagesbild.geocode.words import Token, repair, tokenise

# What a street's name ends in, and how people shorten it. A longer ending stands
# before a shorter that it ends in.
STREET_ENDINGS = {
    "esplanaden": ("espl", "esplanad"),
    "promenaden": ("prom",),
    "gränden": ("gr", "gränd"),
    "gränd": ("gr", "gränden"),
    "slingan": ("sl",),
    "svängen": ("sv",),
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
    "allen": ("all", "alle"),
    "gatan": ("g", "gt", "gat", "gata"),
    "vägen": ("v", "vg", "väg"),
    "plan": ("pl",),
    "torg": ("t",),
    "stig": ("st",),
    "gata": ("g", "gt", "gat", "gatan"),
    "väg": ("v", "vg", "vägen"),
    "alle": ("all",),
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
_JOINING = frozenset(["", " ", "-", "'", ":", ". ", "."])
_MOST_LETTERS = 5  # of an ending or first word with letters dropped


def goes_on(token: Token) -> bool:
    """Whether a word may belong to the name before it, as "gatan" in "Stor- gatan"."""
    if token.gap in _JOINING:
        return True
    return token.gap.strip() == "-" and token.text in STREET_ENDINGS


def street_ending(key: str) -> str:
    """The ending a street's key has, or ""."""
    return next((e for e in STREET_ENDINGS if key.endswith(e)), "")


def short_forms(name: str) -> tuple[set[str], set[str]]:
    """Keys of the ways a street's name is shortened.

    Parameters
    ----------
    name : str
        As in the register, e.g. "Södra Järnvägsgatan".

    Returns
    -------
    usual : set of str
        The forms everybody uses, such as "södrajärnvägsg", "sjärnvägsgatan".
    other : set of str
        Forms that drop other letters, such as "sdrjärnvägsgtn". Neither set holds the
        name's own key, and no form is in both.
    """
    words = [t.text for t in tokenise(repair(name))]
    if not words:
        return set(), set()
    own = "".join(words)
    usual_first, other_first = _first_forms(words)
    usual = _ended(usual_first, words[1:], usual=True)
    other = _ended(usual_first, words[1:], usual=False)
    # one letter dropped is a slip like any other, and looked for as such
    other = {form for form in other if len(form) != len(own) - 1}
    other |= _ended(other_first, words[1:], usual=True)
    other |= _ended(other_first, words[1:], usual=False)
    usual -= {own}
    return usual, other - usual - {own}


def _first_forms(words: list[str]) -> tuple[set[str], set[str]]:
    """Forms of the first word: usual and other; only the word itself if it is alone."""
    first = words[0]
    usual = {first}
    if len(words) == 1:
        return usual, set()
    usual |= set(FIRST_WORDS.get(first, ()))
    full = {s: f for f, all_short in FIRST_WORDS.items() for s in all_short}
    if first in ("st", "s"):
        usual |= {"sankt", "st", "s"}
    elif first in full and len(first) > 1:
        usual.add(full[first])
    other = thinned(first) if first in FIRST_WORDS else {first[0]}
    return usual, other - usual


def _ended(firsts: set[str], rest: list[str], *, usual: bool) -> set[str]:
    forms = set()
    for first in firsts:
        key = first + "".join(rest)
        ending = street_ending(key)
        has_stem = ending and key != ending
        if usual:
            forms.add(key)
        if has_stem:
            short = STREET_ENDINGS[ending] if usual else thinned(ending)
            forms |= {key[: -len(ending)] + s for s in short}
    return forms


@lru_cache(maxsize=256)
def thinned(word: str) -> frozenset[str]:
    """The word with letters dropped, never the first: "backen" → "bck", "bn" …"""
    return frozenset(
        word[0] + "".join(kept)
        for n in range(min(len(word) - 1, _MOST_LETTERS))
        for kept in combinations(word[1:], n)
    )

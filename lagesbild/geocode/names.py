"""Names by key, found however they are written.

In: own keys of names and their short forms. Out: ``Names`` to look keys up in.
Used by gazetteer, parse and locality.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lagesbild.geocode import words

EXACT, WRITTEN_OUT, FOLDED, SHORT, SHORT_FOLDED, THIN, THIN_FOLDED, PAIRS = range(8)
SHORT_TIERS = frozenset([SHORT, SHORT_FOLDED, THIN, THIN_FOLDED])
FOLDED_TIERS = frozenset([FOLDED, SHORT_FOLDED, THIN_FOLDED, PAIRS])
_LEAST_WILD = 4  # letters that must be left of a key that lost some
_PAIRS = ("aa", "ae", "oe")
_UNKNOWN: tuple[frozenset[str], int] = (frozenset(), -1)


@dataclass(frozen=True, eq=False)
class Names:
    """Names by key, the surest meaning of each.

    Tiers go from the name's own letters to its loosest form, and a key has the meaning
    of the first tier that knows it, so that "Asgatan" is never "Åsgatan" where both
    exist. A key with å, ä or ö is never folded: who writes them writes them all, and
    "Älgränd" for "Algränd" is a slip, not a lack of dots.
    """

    known: dict[str, tuple[frozenset[str], int]]
    own: tuple[str, ...]

    def find(self, key: str) -> tuple[frozenset[str], int]:
        """Own keys of the names meant, and the tier; (empty, -1) if unknown."""
        found = self.known.get(key)
        if found is not None:
            return found
        if words.WILD in key:
            return self._find_wild(key)
        if any(pair in key for pair in _PAIRS) and key.isascii():
            keys, tier = self.known.get(words.fold_pairs(key), _UNKNOWN)
            if tier in (FOLDED, PAIRS):
                return keys, PAIRS
        return _UNKNOWN

    def _find_wild(self, key: str) -> tuple[frozenset[str], int]:
        """A letter lost on the way is most likely one of those not in ASCII."""
        if len(key.replace(words.WILD, "")) < _LEAST_WILD:
            return _UNKNOWN
        longest = len(key) + key.count(words.WILD)
        for lost, most in (("[åäö]", len(key)), (".", len(key)), (".{1,2}", longest)):
            form = re.compile(re.escape(key).replace(words.WILD, lost))
            for tier in (EXACT, SHORT):
                hits = [
                    self.known[k][0]
                    for length in range(len(key), most + 1)
                    for k in self._by_length.get((tier, length), ())
                    if form.fullmatch(k)
                ]
                if hits:
                    return frozenset().union(*hits), tier
        return _UNKNOWN

    @cached_property
    def _by_length(self) -> dict[tuple[int, int], list[str]]:
        found: dict[tuple[int, int], list[str]] = defaultdict(list)
        for key, (_, tier) in self.known.items():
            found[tier, len(key)].append(key)
        return found


def make_names(
    own: Mapping[str, Iterable[str]],
    usual: Mapping[str, Iterable[str]] | None = None,
    other: Mapping[str, Iterable[str]] | None = None,
) -> Names:
    """Lay names out in tiers.

    Parameters
    ----------
    own : mapping of str to str
        The name's key → the keys it means.
    usual, other : mapping of str to str, optional
        Short form → the keys it may mean.

    Returns
    -------
    Names
    """
    exact = {key: frozenset(targets) for key, targets in own.items() if key}
    short = {key: frozenset(targets) for key, targets in (usual or {}).items()}
    thin = {key: frozenset(targets) for key, targets in (other or {}).items()}
    tiers = (
        exact,
        _rewritten(exact, words.write_out),
        _rewritten(exact, words.fold),
        short,
        _rewritten(short, words.fold),
        thin,
        _rewritten(thin, words.fold),
        _rewritten(exact, words.fold_pairs),
    )
    known: dict[str, tuple[frozenset[str], int]] = {}
    for tier, names in enumerate(tiers):
        for key, targets in names.items():
            known.setdefault(key, (targets, tier))
    return Names(known, tuple(exact))


def _rewritten(source: dict[str, frozenset[str]], way) -> dict[str, frozenset[str]]:
    made: dict[str, set[str]] = defaultdict(set)
    for key, targets in source.items():
        made[way(key)] |= targets
    return {key: frozenset(targets) for key, targets in made.items()}

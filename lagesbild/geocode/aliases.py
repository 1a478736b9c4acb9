"""What the analyst says that a text means, and which rows that touches.

In: the rows of register/platser_alias.csv, the gazetteer, and reports with their
placements. Out: ``Aliases`` that go before the geocoder's own reading, and the rows to
place again. Used by texts, place and place_again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from lagesbild.geocode import outcome as why
from lagesbild.geocode import words
from lagesbild.geocode.alias_file import FILE
from lagesbild.geocode.gazetteer import Gazetteer
from lagesbild.geocode.match import match_text
from lagesbild.geocode.outcome import Outcome
from lagesbild.read.register import Fault, refuse_faults

NOWHERE = "-"
"""In ``betyder``: the text names no place and is always rejected."""

Key = tuple[str, str]  # of text and locality, without case, blanks and signs


@dataclass(frozen=True)
class Aliases:
    """Outcome by key of text and locality; locality "" is any."""

    outcomes: dict[Key, Outcome]

    def find(self, text: str, locality: str) -> Outcome | None:
        """What a text means, or None where the analyst has said nothing of it."""
        if not self.outcomes:
            return None
        key, where = words.join_key(text), words.join_key(locality)
        return self.outcomes.get((key, where)) or self.outcomes.get((key, ""))


NO_ALIASES = Aliases({})


def place_aliases(table: pd.DataFrame, gazetteer: Gazetteer) -> Aliases:
    """Place what the analyst's texts mean.

    Parameters
    ----------
    table : DataFrame
        As ``alias_file.read_aliases`` gives it.
    gazetteer : Gazetteer

    Returns
    -------
    Aliases

    Raises
    ------
    RegisterError
        Names every row and column at fault: a text or meaning that is missing or holds
        neither letters nor digits, the same text and locality twice, or a meaning that
        cannot be placed: an alias never guesses either.
    """
    outcomes: dict[Key, Outcome] = {}
    faults: list[Fault] = []
    for row in table.itertuples():
        key = words.join_key(row.text), words.join_key(row.locality)
        outcome = _place_meaning(row.meaning, row.locality, gazetteer)
        if not key[0]:
            faults.append((row.Index, "text", _NO_TEXT))
        elif key in outcomes:
            faults.append((row.Index, "text", _AGAIN))
        if not row.meaning:
            faults.append((row.Index, "betyder", _NO_MEANING))
        elif outcome.method == "avvisad" and row.meaning != NOWHERE:
            told = f"går inte att placera, {outcome.reason}. {_MAY_MEAN}"
            faults.append((row.Index, "betyder", told))
        outcomes[key] = outcome
    refuse_faults(faults, FILE)
    return Aliases(outcomes)


_NO_TEXT = "saknar bokstäver och siffror. Skriv texten som den står på sidan"
_AGAIN = "samma text och ort som en tidigare rad. Behåll en av dem"
_NO_MEANING = "är tom. Fyll i, eller ta bort raden"
_MAY_MEAN = "Skriv en adress med ort, en plats, ett områdes namn eller id, eller '-'"


def _place_meaning(meaning: str, locality: str, gazetteer: Gazetteer) -> Outcome:
    if meaning == NOWHERE:
        return why.rejected(why.ALIAS_NOWHERE)
    shape = gazetteer.shapes.get(meaning)
    if shape is not None:
        point = shape.representative_point()
        return why.found("omradesnamn", 1.0, point.x, point.y, meaning)
    outcome = match_text(meaning, "", gazetteer)
    if outcome.method == "avvisad" and locality:
        outcome = match_text(meaning, locality, gazetteer)
    return outcome if outcome.method == "avvisad" else replace(outcome, score=1.0)


def digest_aliases(table: pd.DataFrame) -> dict[str, str]:
    """What to remember of a register to tell what a later one changes.

    Digests and not words: what lager/ keeps is only what cleaning has let through.

    Returns
    -------
    dict of str to str
        Digest of text and locality → digest of locality and meaning.
    """
    return {
        _digest(words.join_key(text), words.join_key(locality)): _digest(
            words.join_key(locality), meaning
        )
        for text, locality, meaning in table.itertuples(index=False, name=None)
    }


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def find_touched(
    reports: pd.DataFrame, before: Mapping[str, str], after: Mapping[str, str]
) -> pd.Series:
    """Tell of which stored reports the register now says something else.

    Parameters
    ----------
    reports : DataFrame
        ``place_text`` and ``place_locality`` as stored.
    before, after : mapping
        As ``digest_aliases`` gives them.

    Returns
    -------
    Series of bool
        With the index of ``reports``. True where a row of the register that was added,
        changed or taken away has the report's text, in its locality, or in any if no
        other row has its locality.
    """
    pairs = reports[["place_text", "place_locality"]].fillna("")

    def is_touched(text: str, locality: str) -> bool:
        key, where = words.join_key(text), words.join_key(locality)
        own, any_of_it = _digest(key, where), _digest(key, "")
        told = [said.get(own) or said.get(any_of_it) for said in (before, after)]
        return told[0] != told[1]

    rows = list(pairs.itertuples(index=False, name=None))
    touched = {pair for pair in set(rows) if is_touched(*pair)}
    return pd.Series([row in touched for row in rows], index=reports.index, dtype=bool)

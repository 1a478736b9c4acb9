"""What the analyst says that a text means, and which rows that touches.

In: register/platser_alias.csv, the gazetteer, and reports with their placements. Out:
``Aliases`` that go before the geocoder's own reading, the rows to place again, and the
rejected texts by frequency. Texts are as stored: masked; they stay in-house.
Used by texts, place and ingest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from lagesbild.errors import RegisterError
from lagesbild.geocode import outcome as why
from lagesbild.geocode import words
from lagesbild.geocode.gazetteer import Gazetteer
from lagesbild.geocode.match import match_text
from lagesbild.geocode.outcome import Outcome

FILE = "platser_alias.csv"
HEADINGS = ("text", "ort", "betyder", "kommentar")
NOWHERE = "-"
"""In ``betyder``: the text names no place and is always rejected."""

_REQUIRED = ("text", "betyder")
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


def read_aliases(file: Path) -> pd.DataFrame:
    """Read the analyst's register of what texts mean.

    Parameters
    ----------
    file : Path
        UTF-8, comma or semicolon: ``text``, ``ort`` (empty is any), ``betyder`` (an
        address, a place, an area or its id, coordinates; "-" is nowhere) and
        ``kommentar``. May be absent.

    Returns
    -------
    DataFrame
        One row, one text of one locality: ``text``, ``locality``, ``meaning``, all str,
        "" where empty; indexed by the row's number in the file, the first data row 1.

    Raises
    ------
    RegisterError
        If a column is missing or unknown, a row lacks ``text`` or ``betyder``, or two
        rows say different things of the same text.
    """
    empty = pd.DataFrame({c: [] for c in ("text", "locality", "meaning")}, dtype="str")
    if not file.is_file():
        return empty
    raw = _read_csv(file)
    if raw.empty:
        return empty
    lacking = raw[list(_REQUIRED)].eq("").any(axis=1)
    if lacking.any():
        raise RegisterError(
            f"{file.name}: rad {int(lacking.idxmax())} saknar text eller betyder. Fyll "
            "i båda, eller ta bort raden."
        )
    keys = pd.DataFrame(
        {"text": raw["text"].map(words.join_key), "ort": raw["ort"].map(words.join_key)}
    )
    unreadable = keys["text"].eq("")
    if unreadable.any():
        raise RegisterError(
            f"{file.name}: rad {int(unreadable.idxmax())} har varken bokstäver eller "
            "siffror i kolumnen 'text'. Skriv texten som den står i leveransen."
        )
    again = keys.duplicated()
    if again.any():
        raise RegisterError(
            f"{file.name}: rad {int(again.idxmax())} har samma text och ort som en "
            "tidigare rad. Behåll en av dem."
        )
    names = {"ort": "locality", "betyder": "meaning"}
    return raw[["text", "ort", "betyder"]].rename(columns=names).astype("str")


def _read_csv(file: Path) -> pd.DataFrame:
    try:
        head = file.read_text("utf-8-sig").splitlines()[:1]
        separator = ";" if head and head[0].count(";") > head[0].count(",") else ","
        raw = pd.read_csv(
            file,
            sep=separator,
            dtype="str",
            encoding="utf-8-sig",
            keep_default_na=False,
            index_col=False,
        )
    except UnicodeDecodeError:
        raise RegisterError(
            f"{file.name} är inte sparad som UTF-8. I Excel: välj 'CSV UTF-8'."
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        raise RegisterError(
            f"{file.name} kan inte läsas som tabell: raderna har olika många kolumner "
            "eller så är filen tom. Spara om den från kalkylbladet."
        ) from None
    raw.columns = raw.columns.str.strip().str.lower()
    missing = [c for c in _REQUIRED if c not in raw.columns]
    unknown = [c for c in raw.columns if c not in HEADINGS]
    if missing or unknown:
        raise RegisterError(
            f"{file.name}: kolumnerna ska vara {', '.join(HEADINGS)}. Saknas: "
            f"{', '.join(missing) or 'inga'}; okända: {', '.join(unknown) or 'inga'}."
        )
    raw = raw.reindex(columns=list(HEADINGS), fill_value="")
    raw = raw.apply(lambda column: column.str.strip())
    raw.index = range(1, len(raw) + 1)
    return raw


def place_aliases(table: pd.DataFrame, gazetteer: Gazetteer) -> Aliases:
    """Place what the analyst's texts mean.

    Parameters
    ----------
    table : DataFrame
        As ``read_aliases`` gives it.
    gazetteer : Gazetteer

    Returns
    -------
    Aliases

    Raises
    ------
    RegisterError
        If a meaning cannot be placed: an alias never guesses either.
    """
    outcomes: dict[Key, Outcome] = {}
    for row in table.itertuples():
        outcome = _place_meaning(row.meaning, row.locality, gazetteer)
        if outcome.method == "avvisad" and row.meaning != NOWHERE:
            raise RegisterError(
                f"{FILE}: rad {row.Index} går inte att placera: {outcome.reason}. "
                "Skriv en adress med ort, en plats, ett områdes namn eller id, eller "
                "'-'."
            )
        outcomes[words.join_key(row.text), words.join_key(row.locality)] = outcome
    return Aliases(outcomes)


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


def find_touched(
    reports: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame
) -> pd.Series:
    """Tell which stored reports a change of the aliases may place otherwise.

    Parameters
    ----------
    reports : DataFrame
        ``place_text`` and ``place_locality`` as stored.
    before, after : DataFrame
        As ``read_aliases`` gives them.

    Returns
    -------
    Series of bool
        With the index of ``reports``. True where a row of the register that was added,
        changed or taken away has the report's text, in its locality or in any.
    """
    rows = [set(t.itertuples(index=False, name=None)) for t in (before, after)]
    changed = {
        (words.join_key(text), words.join_key(locality))
        for text, locality, _ in rows[0] ^ rows[1]
    }
    pairs = reports[["place_text", "place_locality"]].fillna("")
    if not changed:
        return pd.Series(False, index=reports.index)
    distinct = pairs.drop_duplicates()
    touched = {
        (text, locality)
        for text, locality in distinct.itertuples(index=False, name=None)
        if not changed.isdisjoint(
            {
                (words.join_key(text), words.join_key(locality)),
                (words.join_key(text), ""),
            }
        )
    }
    hit = [pair in touched for pair in pairs.itertuples(index=False, name=None)]
    return pd.Series(hit, index=reports.index, dtype=bool)


def count_rejected_texts(incidents: pd.DataFrame) -> pd.DataFrame:
    """Group the texts that could not be placed, the most frequent first.

    Parameters
    ----------
    incidents : DataFrame
        ``place_text``, ``place_locality``, ``geocode_method``, ``geocode_reason``.

    Returns
    -------
    DataFrame
        One row, one text of one locality, however it is spaced or capitalised:
        ``text`` and ``locality`` as most often written, ``reason``, ``n_rows``. For
        in-house eyes only: a place text may hold what the masker does not know.
    """
    rows = incidents[incidents["geocode_method"] == "avvisad"]
    rows = rows[rows["place_text"].fillna("").str.strip() != ""]
    table = pd.DataFrame(
        {
            "text": rows["place_text"],
            "locality": rows["place_locality"].fillna(""),
            "reason": rows["geocode_reason"],
        }
    )
    written = table.value_counts(sort=False).rename("n_rows").reset_index()
    written["text_key"] = written["text"].map(words.join_key)
    written["locality_key"] = written["locality"].map(words.join_key)
    ordered = written.sort_values(
        ["n_rows", "text", "locality"], ascending=[False, True, True]
    )
    keys = ["text_key", "locality_key", "reason"]
    grouped = ordered.groupby(keys, sort=False, dropna=False).agg(
        text=("text", "first"), locality=("locality", "first"), n_rows=("n_rows", "sum")
    )
    grouped = grouped.reset_index().sort_values(
        ["n_rows", "text", "locality"], ascending=[False, True, True]
    )
    return grouped[["text", "locality", "reason", "n_rows"]].reset_index(drop=True)

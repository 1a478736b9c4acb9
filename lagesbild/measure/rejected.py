"""The place texts that could not be placed, by frequency, and what to do about each.

In: incidents. Out: one row a text, for the analyst alone: a place text may hold what
the masker does not know. Next: ``quality``.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.geocode import outcome as why
from lagesbild.geocode import words

LEAST, MOST = 2, 50
"""A text told once may point somebody out and is seldom worth a row in a register; a
list longer than this is not read."""

_SAY = "Skriv i platser_alias.csv vad texten betyder"
_ASK_TOWN = (
    "Be avsändaren skriva ort. Menas alltid samma ort? Skriv den i platser_alias.csv"
)
_ASK_NUMBER = "Be avsändaren skriva nummer"
_ASK_BOTH = "Fråga avsändaren vilken uppgift som gäller"
_ASK_ADDRESS = "Be avsändaren skriva adress"
_ADD_DESO = "Rätta deso.gpkg, eller be avsändaren skriva adress"
ADVICE = {
    why.OUTSIDE_AREAS: "Rätta omraden.gpkg om platsen hör till ett område",
    why.NO_TEXT: _ASK_ADDRESS,
    why.UNKNOWN_LOCALITY: f"Hör orten till kommunen? {_SAY}",
    why.LOCALITIES_DISAGREE: _ASK_BOTH,
    why.UNKNOWN_STREET: f"Lägg till gatan i adresser.csv. Är den felskriven? {_SAY}",
    why.SEVERAL_SIMILAR: _SAY,
    why.NOT_IN_LOCALITY: _ASK_BOTH,
    why.SEVERAL_LOCALITIES: _ASK_TOWN,
    why.NUMBER_UNKNOWN: "Lägg till numret i adresser.csv om det finns",
    why.NO_NUMBER: _ASK_NUMBER,
    why.SEVERAL_AREAS: "Be avsändaren skriva en enda adress",
    why.NO_CROSSING: f"Är gatorna rätt skrivna? {_SAY}",
    why.PROPERTY: f"Be avsändaren skriva adress. Känner du fastigheten? {_SAY}",
    why.UNKNOWN_PLACE: f"Lägg till platsen i platser.csv. Är det ett uttryck? {_SAY}",
    why.SEVERAL_PLACES: _ASK_TOWN,
    why.PLACE_NOT_IN_LOCALITY: _ASK_BOTH,
    why.ONLY_LOCALITY: _ASK_ADDRESS,
    why.AREA_DISAGREES: _ASK_BOTH,
    why.OUTSIDE_MUNICIPALITY: "Rätta inget: det hände inte i kommunen",
    why.TOO_MANY_CELLS: "Sätt citattecken runt texten i filen",
    why.ALIAS_NOWHERE: "Rätta inget: så står det i platser_alias.csv",
    why.PROTECTED: "Rätta inget: så ska det vara",
    why.DESO_IN_SEVERAL: _ASK_ADDRESS,
    why.DESO_UNKNOWN: _ADD_DESO,
    why.NO_DESO_LAYER: "Lägg deso.gpkg i referens/",
    why.COORDINATE_DISAGREES: _ASK_BOTH,
    why.DESO_DISAGREES: _ASK_BOTH,
    why.SEVERAL_SYSTEMS: "Be avsändaren skriva koordinatsystem",
}
"""Reason → what the analyst can do."""


def count_rejected_texts(
    incidents: pd.DataFrame, *, least: int = LEAST, most: int = MOST
) -> pd.DataFrame:
    """Group the texts that could not be placed, the most frequent first.

    Parameters
    ----------
    incidents : DataFrame
        ``place_text``, ``place_locality``, ``geocode_method``, ``geocode_reason``.
    least : int
        Rows that a text has at least.
    most : int
        Texts that are listed at most.

    Returns
    -------
    DataFrame
        One row, one text of one locality, however it is spaced or capitalised:
        ``text`` and ``locality`` as most often written ("" if none), ``reason``,
        ``advice`` and ``n_rows``. Texts of signs alone, and those that the analyst has
        said name no place, are left out: no register can help them.
    """
    rows = incidents[
        incidents["geocode_method"].eq("avvisad")
        & incidents["place_text"].notna()
        & incidents["geocode_reason"].ne(why.ALIAS_NOWHERE)
    ]
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
    written = _most_frequent_first(written[written["text_key"] != ""])
    keys = ["text_key", "locality_key", "reason"]
    grouped = written.groupby(keys, sort=False).agg(
        text=("text", "first"), locality=("locality", "first"), n_rows=("n_rows", "sum")
    )
    told = _most_frequent_first(grouped.reset_index())
    told = told[told["n_rows"] >= least].head(most).reset_index(drop=True)
    told["advice"] = told["reason"].map(ADVICE).astype("str")
    return told[["text", "locality", "reason", "advice", "n_rows"]]


def _most_frequent_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["n_rows", "text", "locality", "reason"], ascending=[False, True, True, True]
    )

"""Reported crime beside similar municipalities and the nation, in Swedish sentences.

In: the frame of ``measure.reported.compare_reported`` and names of places. Out: one
sentence a year, whichever way the figures point. Counts of published statistics are not
our cells: nothing here is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lagesbild.present.swedish import DASH, NO_BREAK, listed, number, upper_first

_MEDIAN = "median"
_ORDER = ("högre", "lägre", "ingen säker skillnad", "kan inte bedömas")
_MISSING = "uppgift saknas"
CAVEAT = (
    "Talen är anmälda brott, inte alla brott. Spannen (95 %) tar hänsyn till slumpen "
    "från år till år, inte till att människor anmäler olika mycket."
)


def tell_reported(
    comparison: pd.DataFrame,
    names: Mapping[str, str],
    *,
    own: str,
    nation: str = "0000",
) -> list[str]:
    """Say for each year where the municipality stands.

    Parameters
    ----------
    comparison : DataFrame
        Of ``compare_reported``.
    names : mapping
        area_id → name of the municipality and those like it.
    own : str
        area_id of the municipality.
    nation : str

    Returns
    -------
    list of str
        One text a year, the newest first: the rate as Brå writes it with its
        interval, how it stands to each similar municipality by name, and to the
        nation.
    """
    years = sorted(set(comparison["period"]), reverse=True)
    return [
        _year(
            year,
            comparison[comparison["period"] == year],
            names,
            own=own,
            nation=nation,
        )
        for year in years
    ]


def tell_without_survey(name: str) -> tuple[str, str]:
    """Say what cannot be said without a survey of the municipality.

    Returns
    -------
    tuple of str
        What cannot be tried; then who has the answers, and in what file they are told.
    """
    cannot = (
        "Om invånarna känner sig mindre trygga än brotten ger skäl till kan inte "
        f"prövas här. Det finns ingen enkät med svar för {name}."
    )
    where = (
        "SCB:s medborgarundersökning, som kommunen beställer av SCB, eller polisens "
        "trygghetsmätning, som lokalpolisområdet har, gör det möjligt. Svaren fylls i "
        "i mallar/medborgarundersokning.csv eller mallar/trygghetsmatning.csv. Inget "
        "annat läns och ingen annan kommuns svar visas i stället."
    )
    return cannot, where


def _year(
    year: str, rows: pd.DataFrame, names: Mapping[str, str], *, own: str, nation: str
) -> str:
    first = rows.iloc[0]
    prel = " (preliminärt)" if first["status"] == "preliminary" else ""
    text = (
        f"{year}{prel}: {names[own]} {_rate(first, 'own_')} anmälda brott per "
        f"{number(100_000)} invånare och år."
    )
    others = rows[~rows["area_id"].isin([_MEDIAN, nation])]
    parts = [
        f"{verdict} {'än' if verdict in _ORDER[:2] else 'mot'} {_named(some, names)}"
        for verdict in _ORDER
        if len(some := others[others["verdict"] == verdict])
    ]
    if parts:
        text += f" {upper_first('; '.join(parts))}."
    missing = others[others["verdict"] == _MISSING]
    if len(missing):
        text += f" Uppgift saknas för {_named(missing, names)}."
    return text + _nation(rows[rows["area_id"] == nation])


def _nation(rows: pd.DataFrame) -> str:
    if rows.empty or pd.isna(rows["value"].iloc[0]):
        return " Uppgift saknas för riket."
    row = rows.iloc[0]
    word = {"högre": "Högre än i riket", "lägre": "Lägre än i riket"}.get(
        row["verdict"], f"{upper_first(row['verdict'])} mot riket"
    )
    return f" {word}, {_rate(row)}."


def _named(rows: pd.DataFrame, names: Mapping[str, str]) -> str:
    return listed(
        f"{names[row['area_id']]} ({number(row['value'])})"
        if pd.notna(row["value"])
        else names[row["area_id"]]
        for _, row in rows.iterrows()
    )


def _rate(row: pd.Series, start: str = "") -> str:
    """A rate such as "10 234 (9 900–10 600)": whole numbers, as Brå writes them."""
    value, low, high = (row[start + name] for name in ("value", "lower", "upper"))
    if pd.isna(low) or pd.isna(high):
        return number(value)
    return f"{number(value)}{NO_BREAK}({number(low)}{DASH}{number(high)})"

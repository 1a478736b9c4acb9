"""Perceived safety against reported crime: what can be said, and what cannot.

In: a publication's statistics, already set beside similar municipalities and the nation
by ``measure``. Out: ``Shown`` parts of the page on safety, an entry of ``_PARTS`` each.
Where the municipality has no survey of its own nothing is drawn, and nobody else's
value stands in. "Faktisk trygghet" is the agreement's word, and never ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import (
    captions,
    figures,
    peers,
    quadrant,
    safety_places,
    swedish,
)
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_NATION = "0000"
_ON_PAGE = ("bra_", "mu_", "tm_", "ntu_", "kolada_", "hlv_")
_REPORTING = "ntu_anmalt"
_LESS, _MORE, _SAME = "mindre trygga", "tryggare", "ingen säker skillnad"
_WORSE = {("trygg", "lägre"): _LESS, ("otrygg", "högre"): _LESS}
_BETTER = {("trygg", "högre"): _MORE, ("otrygg", "lägre"): _MORE}
_CLAIM = "Påståendet är att invånarna känner sig mindre trygga fast färre brott sker."
_DARK = "Anmälda brott är inte alla brott, så påståendet kan inte prövas helt."


def show_safety(publication: Publication, part: str) -> Shown:
    """Show one part of what can be said of perceived safety and reported crime.

    Parameters
    ----------
    publication : Publication
    part : str
        "question", "reported", "reporting", "groups", "places", "walks" or "sources".

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If there is no such part.
    """
    if part not in _PARTS:
        raise UsageError(f"Delen '{part}' finns inte. Välj {', '.join(_PARTS)}.")
    return Shown(_PARTS[part](publication), text=part)


def _question(publication: Publication) -> Markup:
    """The quadrant with its sentences, or what is missing for it."""
    told = quadrant.pair(publication)
    if told.empty:
        cannot, where = peers.tell_without_survey(publication.municipality)
        return figures.paragraph(cannot) + Markup('<p class="note">{}</p>').format(
            where
        )
    latest = told[told["period"] == told["period"].max()]
    return Markup("{}{}{}").format(
        figures.sentences(_answer(publication, latest)),
        quadrant.figure(publication, latest),
        quadrant.gaps(publication, told),
    )


def _answer(publication: Publication, latest: pd.DataFrame) -> list[str]:
    """What the latest year with both axes says of the claim, whichever way."""
    first = latest.iloc[0]
    unit = figures.unit_of(publication, first["indicator_id"])
    name = figures.name_of(publication, first["indicator_id"])
    own = figures.with_span(first, "own_perceived", unit)
    told = [f"{name}, {first['period']}: {publication.municipality} {own}."]
    nation = latest[latest["area_id"] == _NATION]
    if nation.empty:
        return [*told, "Uppgift saknas för riket, så skillnaden kan inte bedömas."]
    row = nation.iloc[0]
    feels = _feels(row["means"], row["perceived_verdict"])
    told.append(
        f"{row['name']} {figures.with_span(row, 'perceived', unit)}: "
        f"{_told_feeling(feels, row['perceived_verdict'])}."
    )
    told.append(
        f"Anmälda brott: {figures.with_span(row, 'own_reported', '')} i kommunen och "
        f"{figures.with_span(row, 'reported', '')} i riket, per "
        f"{swedish.number(100_000)} invånare: {row['verdict']}"
        f"{' än i riket' if row['verdict'] in ('högre', 'lägre') else ''}."
    )
    return [*told, f"{_CLAIM} {_judge(feels, row['verdict'])} {_DARK}"]


def _feels(means: str, verdict: str) -> str:
    """What a higher or lower figure means for how safe people feel."""
    return (_WORSE | _BETTER).get((means, verdict), verdict)


def _told_feeling(feels: str, verdict: str) -> str:
    if feels in (_LESS, _MORE):
        return f"invånarna i kommunen känner sig {feels} än i riket"
    return f"{verdict} mot riket"


def _judge(feels: str, reported: str) -> str:
    if feels == _LESS and reported == "lägre":
        return "Siffrorna här pekar åt det hållet."
    if _MORE in feels or reported == "högre":
        return "Siffrorna här pekar inte åt det hållet."
    return "Siffrorna här räcker inte för att säga det."


def _reported(publication: Publication) -> Markup:
    """A sentence a year, the newest first, and every figure with its interval."""
    comparison = _years_with_others(publication)
    if comparison.empty:
        return figures.paragraph(
            "Här saknas Brås tal för kommunen. De hämtas på bra.se (statistik över "
            "anmälda brott) och läses in med lagesbild statistics."
        )
    places = publication.about_statistics["places"]
    names = dict(zip(places["area_id"], places["name"], strict=True))
    own = figures.place_of(publication, "own")
    return Markup("{}{}{}").format(
        figures.sentences(peers.tell_reported(comparison, names, own=own)),
        Markup('<p class="note">{}</p>').format(peers.CAVEAT),
        _every_year(comparison, names, own),
    )


def _years_with_others(publication: Publication) -> pd.DataFrame:
    """Years in which somebody else than the municipality has a figure too."""
    told = publication.about_statistics.get("reported", pd.DataFrame())
    if told.empty:
        return told
    known = told[told["area_id"] != "median"].groupby("period")["value"].count()
    return told[told["period"].isin(known.index[known > 0])]


def _every_year(comparison: pd.DataFrame, names: dict, own: str) -> Markup:
    id = f"{ID}anmalda-ar"
    head = ("Kommun", "Anmälda brott", "Spann (95 %)", "Kommunen mot den")
    bodies = []
    for year in sorted(set(comparison["period"]), reverse=True):
        rows = comparison[comparison["period"] == year]
        rows = rows[rows["area_id"] != "median"]
        first = rows.iloc[0]
        mine = (names[own], *_rate(first, "own_"), swedish.DASH)
        others = [
            (names[r["area_id"]], *_rate(r), r["verdict"]) for _, r in rows.iterrows()
        ]
        prel = " (preliminärt)" if first["status"] == "preliminary" else ""
        bodies.append(figures.group(f"{year}{prel}", [mine, *others], head))
    small = f"Per {swedish.number(100_000)} invånare och år. Källa: Brå."
    caption = captions.caption(
        "Anmälda brott år för år, med spann", small, id=id, wide=True
    )
    return Markup(
        '<details class="long"><summary>Alla år och kommuner i en tabell</summary>{}'
        "</details>"
    ).format(figures.table(id, caption, head, bodies, numbers=(1, 2)))


def _rate(row: pd.Series, start: str = "") -> tuple[str, str]:
    value, low, high = (row[start + name] for name in ("value", "lower", "upper"))
    if pd.isna(value):
        return figures.MISSING, swedish.DASH
    if pd.isna(low) or pd.isna(high):
        return swedish.number(value), swedish.DASH
    return (
        swedish.number(value),
        f"{swedish.number(low)}{swedish.DASH}{swedish.number(high)}",
    )


def _reporting(publication: Publication) -> Markup:
    """How many victims report: why reported crime is not crime."""
    told = publication.statistics
    told = told[told["indicator_id"] == _REPORTING] if len(told) else told
    told = told[told["value"].notna()] if len(told) else told
    if told.empty:
        return figures.paragraph(
            "Hur stor andel av de utsatta som anmäler saknas här. Brå frågar om det i "
            "Nationella trygghetsundersökningen (NTU); fyll i mallar/ntu.csv och kör "
            "lagesbild statistics. Utan den går det inte att säga hur mycket de "
            "anmälda brotten missar."
        )
    return figures.indicator_table(
        publication, told, title="Utsatta som har anmält till polisen", key="anmalt"
    )


def _groups(publication: Publication) -> Markup:
    """Perceived safety by sex and age, of the municipality alone."""
    about, told = publication.about_statistics, publication.statistics
    if len(told):
        known = about["indicators"]
        ids = known.loc[known["theme"] == "trygghet", "indicator_id"]
        told = told[
            (told["area_id"] == figures.place_of(publication, "own"))
            & told["indicator_id"].isin(ids)
            & (told["breakdown"] != "alla")
        ]
        newest = told.groupby("indicator_id")["period"].transform("max")
        told = told[told["period"] == newest]
    if told.empty:
        return figures.paragraph(
            "Inget svar efter kön och ålder finns för kommunen. Polisens "
            "trygghetsmätning beställs av lokalpolisområdet och SCB:s "
            "medborgarundersökning av kommunen; båda har svar efter kön."
        )
    return figures.indicator_table(
        publication, told, title="Kvinnor och män, unga och gamla", key="grupper"
    )


_PARTS: dict[str, Callable[[Publication], Markup]] = {
    "question": _question,
    "reported": _reported,
    "reporting": _reporting,
    "groups": _groups,
    "places": safety_places.places,
    "walks": safety_places.walks,
    "sources": lambda publication: figures.sources(publication, _ON_PAGE),
}

"""Violence in close relationships: the whole municipality, whole years, little else.

In: ``Publication.protected_years`` and statistics, the same for every audience. Out:
``Shown`` parts of the page, an entry of ``_PARTS`` each. There is no smaller division
than this: a year, the municipality and the police's four protected classes, each for
itself. Surveys stand here without sex and age, and nothing is called a rise or a fall.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.audiences import PROTECTED_THRESHOLD
from lagesbild.errors import UsageError
from lagesbild.offences import category_names
from lagesbild.present import captions, figures, swedish, tables
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_CLASSES = ("nara_relation", "hedersrelaterat", "brottsutsatt_barn", "sexualbrott")
_TITLE = "Anmälda brott per år, hela kommunen"
_SMALL = (
    f"Antal anmälda brott. 1{swedish.DASH}{PROTECTED_THRESHOLD - 1} visas inte. "
    "Kolumnerna läggs inte ihop. Bara hela år som är stängda, så att inget ändras i "
    "efterhand."
)
_NONE = (
    "Här finns inget tal än. Polisen lämnar anmälda brott med brottskod, kvartal för "
    "kvartal. När årets fyra kvartal är lästa och stängda visas året här."
)

_ASKED = ("hlv_utsatt_",)
_SURVEYS, _SUPPORT = ("hlv_",), ("stod_",)
_NO_SURVEY = (
    "Ingen enkät med svar om våld finns här. Hälsa på lika villkor från "
    "Folkhälsomyndigheten frågar om våld och hot det senaste året, från vem som helst: "
    "lägg filen i statistik/. Brås kartläggning av brott i nära relationer (rapport "
    "2014:8) gäller hela landet och har inga tal för en kommun."
)
_NO_SUPPORT = (
    "Inga antal finns här. Kvinnojouren, brottsofferjouren, elevhälsan och "
    "familjerätten kan lämna hur många som sökt stöd under ett år, för hela kommunen: "
    "fyll i mallar/stod.csv och lägg den i statistik/. Ett antal från 1 till 9 visas "
    "inte."
)


def show_violence(publication: Publication, part: str) -> Shown:
    """Show one part of what can be said of violence in close relationships.

    Parameters
    ----------
    publication : Publication
    part : str
        "years": offences reported, by class and closed year; "estimated": what surveys
        say; "support": how many sought help; "sources": which there are, and where.

    Returns
    -------
    Shown
        A table, or a sentence that says what is missing and where it is had.

    Raises
    ------
    UsageError
        If there is no such part.
    """
    if part not in _PARTS:
        raise UsageError(f"Delen '{part}' finns inte. Välj {', '.join(_PARTS)}.")
    return Shown(_PARTS[part](publication), text=part)


def _years(publication: Publication) -> Markup:
    years = publication.protected_years
    if years.empty:
        return figures.paragraph(_NONE)
    names = category_names()
    rows = {(row["period"], row["category"]): row for row in years.to_dict("records")}
    head = Markup("").join(
        Markup('<th scope="col" class="n">{}</th>').format(names[category])
        for category in _CLASSES
    )
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            year,
            Markup("").join(tables.td(rows[year, c], "n_offences") for c in _CLASSES),
        )
        for year in sorted(set(years["period"]), reverse=True)
    )
    id = f"{ID}skyddade-ar"
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        '<thead><tr><th scope="col">År</th>{}</tr></thead><tbody>{}</tbody></table>'
        "</div>"
    ).format(id, captions.caption(_TITLE, _SMALL, id=id, wide=True), head, body)


def _estimated(publication: Publication) -> Markup:
    told = _of(publication, _ASKED, ("own", "county", "nation"))
    if told.empty:
        return figures.paragraph(_NO_SURVEY)
    # pooled years overlap: an older period beside the newest would look like a change
    told = told[
        told["period"] == told.groupby("indicator_id")["period"].transform("max")
    ]
    return figures.indicator_table(
        publication, told, title="Utsatta enligt enkäter", key="enkater"
    )


def _support(publication: Publication) -> Markup:
    told = _of(publication, _SUPPORT, ("own",))
    if told.empty:
        return figures.paragraph(_NO_SUPPORT)
    return figures.indicator_table(
        publication, told, title="Sökt stöd, antal per år", key="stod"
    )


def _of(publication: Publication, starts: tuple, roles: tuple) -> pd.DataFrame:
    """Figures of everyone, without sex and age, of some places."""
    told = publication.statistics
    if told.empty:
        return told
    places = [figures.place_of(publication, role) for role in roles]
    return told[
        told["indicator_id"].str.startswith(starts)
        & told["area_id"].isin(places)
        & (told["breakdown"] == "alla")
    ]


_PARTS: dict[str, Callable[[Publication], Markup]] = {
    "years": _years,
    "estimated": _estimated,
    "support": _support,
    "sources": lambda publication: figures.sources(publication, _SURVEYS + _SUPPORT),
}

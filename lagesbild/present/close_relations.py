"""Violence in close relationships: whole years of the whole municipality, in a table.

In: ``Publication.protected_years``, which is the same for every audience. Out: one
``Shown``. There is no smaller division than this: a year, the municipality and the
police's four protected classes, each counted for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.audiences import PROTECTED_THRESHOLD
from lagesbild.offences import category_names
from lagesbild.present import captions, swedish, tables
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


def show_protected_years(publication: Publication) -> Shown:
    """Show how many offences of the protected classes were reported, year by year.

    Parameters
    ----------
    publication : Publication

    Returns
    -------
    Shown
        A table of the closed years, the newest first; a sentence where there is none.
    """
    years = publication.protected_years
    if years.empty:
        return Shown(Markup('<p class="text near">{}</p>').format(_NONE), text=_TITLE)
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
    table = Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        '<thead><tr><th scope="col">År</th>{}</tr></thead><tbody>{}</tbody></table>'
        "</div>"
    ).format(id, captions.caption(_TITLE, _SMALL, id=id, wide=True), head, body)
    return Shown(table, text=_TITLE)

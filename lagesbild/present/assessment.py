"""What people who know the place think of the figures: the page's second voice.

In: ``Publication.texts``. Out: ``Shown``: "Bedömning", set apart from all that is
computed by words, typeface and a rule, and signed with a role. Nothing is added to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.agreement.tables import THEMES
from lagesbild.errors import UsageError
from lagesbild.present import words
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication

TITLE = "Bedömning"
_PARTS = {
    "text": "",
    "consequences": "Konsekvenser",
    "causes": "Möjliga orsaker",
    "coming": "Vad som väntar",
    "uncertainty": "Osäkert",
}


def show_assessment(
    publication: Publication, theme: str | None = None, area: str | None = None
) -> Shown:
    """Show the written assessment of the cycle.

    Parameters
    ----------
    publication : Publication
    theme : str, optional
        "andts", "våld i nära relationer" or "trygghet".
    area : str, optional
        area_id. Without theme and area: that of the whole.

    Returns
    -------
    Shown
        Says so where the audience has none to read.

    Raises
    ------
    UsageError
        If the theme is unknown.
    """
    return Shown(
        Markup('<section aria-labelledby="{id}bed">{box}</section>').format(
            id=ID, box=box(publication, theme, area)
        ),
        text=TITLE,
    )


def box(
    publication: Publication, theme: str | None = None, area: str | None = None
) -> Markup:
    """The assessment in its frame, without a section around it."""
    if theme is not None and theme not in THEMES:
        raise UsageError(f"Temat '{theme}' finns inte. Välj {', '.join(THEMES)}.")
    found = [
        row
        for row in words.rows_of(publication, "analyses")
        if row["cycle"] == publication.cycle
        and row["theme"] == (theme or "")
        and row["area_id"] == (area or "")
    ]
    told = Markup("").join(map(_one, found)) or words.lede(
        f"Ingen skriven bedömning av {publication.cycle} finns att visa här."
    )
    return Markup(
        '<div class="human-box"><p class="tag human">Bedömning, skriven av en '
        'människa</p><h2 id="{}bed">{}</h2>{}</div>'
    ).format(ID, _title(theme), told)


def _title(theme: str | None) -> str:
    names = {"andts": "ANDTS"}
    return f"{TITLE}: {names.get(theme, theme)}" if theme else TITLE


def _one(row: dict) -> Markup:
    parts = [
        words.paragraphs(row[name], label=label)
        for name, label in _PARTS.items()
        if row[name]
    ]
    role = words.written(row["role"], begins=True)
    signed = Markup('<p class="sig">{}, {}.</p>').format(role, row["cycle"])
    return Markup("").join([*parts, signed])

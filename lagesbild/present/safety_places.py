"""Safety by area and by walk.

In: protected cells, and what people wrote of safety walks. Out: Markup, parts of the
page on safety. Lighting and disorder in traffic stand beside
reported crime and are never added to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.agreement.tables import WALK
from lagesbild.present import area_table, captions, figures, words
from lagesbild.present.display import ID

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_OFFENCES = ("alla", "skadegorelse")
_OBSERVATIONS = ("trasig_belysning", "farlig_korning", "otrygg_samling")


def places(publication: Publication) -> Markup:
    """Lighting, driving and gatherings by area, beside what the police are told."""
    if publication.cells.empty:
        return figures.paragraph(
            "Här finns inget per område: ingen leverans från polisen eller kommunen "
            "har kommit in. Brås statistik slutar vid kommungränsen."
        )
    told = publication.table("area_id", "category")
    return area_table.show_area_table(told, _OFFENCES, _OBSERVATIONS).page


def walks(publication: Publication) -> Markup:
    """Safety walks as they were written down, for whom they are marked."""
    rows = words.rows_of(publication, "dialogues")
    rows = [row for row in rows if row["kind"] == WALK]
    if not rows:
        return figures.paragraph(
            "Ingen trygghetsvandring finns i registret för den här sidans läsare. De "
            "förs in i register/dialoger.xlsx, en rad för varje vandring."
        )
    id = f"{ID}vandringar"
    head = ("När", "Plats", "Vad man talade om", "Vad som kom fram")
    names = Markup("").join(Markup('<th scope="col">{}</th>').format(h) for h in head)
    body = Markup("").join(
        Markup(
            '<tr><th scope="row">{}</th><td data-l="Plats">{}</td><td data-l="Vad man '
            'talade om">{}</td><td data-l="Vad som kom fram">{}</td></tr>'
        ).format(
            words.day(row["held_on"]),
            *(words.written(row.get(n, "")) for n in ("place", "themes", "summary")),
        )
        for row in rows
    )
    caption = captions.caption(
        "Trygghetsvandringar", "Skrivet av dem som höll i vandringen.", id=id
    )
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table '
        'class="stack">{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(id, caption, names, body)

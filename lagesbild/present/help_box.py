"""Where to turn for help: what stands before any figure of the page on violence.

In: the numbers that a publication holds from kommun.toml. Out: one ``Shown``. 112 is
first whatever the settings say, and no number stands here without the day on which
somebody last made sure that it is right.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.help_lines import MONTHS, dialled, is_stale
from lagesbild.period import swedish_date
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_TITLE = "Hjälp just nu"
_NONE = (
    "Kommunen har inte fyllt i några nummer till stöd och skyddat boende än. "
    "Socialtjänsten i kommunen har skyldighet att hjälpa."
)
_TRACES = (
    "Sidan kan synas i telefonens eller datorns historik. Kan någon annan se den, läs "
    "hellre på en dator som ingen i hemmet använder, eller ta bort sidan ur historiken."
)


def show_help(publication: Publication) -> Shown:
    """Show where to call: 112, the municipality's numbers, and when they were checked.

    Parameters
    ----------
    publication : Publication

    Returns
    -------
    Shown
        Numbers are links that a telephone dials. It says so when nobody has checked
        them for a year, or ever.
    """
    told = publication.meta.get("help", {})
    lines = told.get("lines", ())
    page = Markup(
        '<section class="flush" aria-labelledby="{id}hjalp"><h2 id="{id}hjalp">{title}'
        '</h2><ul class="call"><li>{emergency}</li>{lines}</ul>'
        '<p class="small near">{checked}</p><p class="small">{traces}</p></section>'
    ).format(
        id=ID,
        title=_TITLE,
        emergency=_line("112", "Fara för någons liv", "Ring alltid om det är bråttom."),
        lines=Markup("").join(
            Markup("<li>{}</li>").format(_line(*map(line.get, _KEYS))) for line in lines
        ),
        checked=_checked(publication, told.get("checked_on")) if lines else _NONE,
        traces=_TRACES,
    )
    return Shown(page, text=_TITLE)


_KEYS = ("phone", "name", "about")


def _line(phone: str, name: str, about: str) -> Markup:
    return Markup('<a href="tel:{}">{}</a> <span><b>{}</b>{}</span>').format(
        dialled(phone), phone, name, f" {about}" if about else ""
    )


def _checked(publication: Publication, checked_on: str | None) -> str:
    if checked_on is None:
        return "Ingen har kontrollerat att numren stämmer."
    day = date.fromisoformat(checked_on)
    told = f"Numren kontrollerades senast den {swedish_date(day)}."
    if is_stale(day, publication.data_until):
        return f"{told} Det är mer än {MONTHS} månader sedan: de kan ha ändrats."
    return told

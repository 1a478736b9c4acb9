"""The accessibility statement that the law (2018:1937, 13 §) asks for: a page a set.

In: a ``Publication``, whose ``meta`` holds [accessibility] of kommun.toml as it was,
and the ``Frame``. Out: HTML. What nobody has judged is called a draft.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.accessibility import Accessibility
from lagesbild.period import swedish_date
from lagesbild.publish import page

if TYPE_CHECKING:
    from lagesbild.publication import Publication

FILE = "tillganglighet.html"
TITLE = "Tillgänglighetsredogörelse"
NOT_JUDGED = "Utkast \N{EN DASH} ingen bedömning gjord"
_LEVELS = {
    "helt": "Helt förenlig",
    "delvis": "Delvis förenlig",
    "inte": "Inte förenlig",
}


def render(publication: Publication, frame: page.Frame) -> str:
    """Make the page of the statement.

    Parameters
    ----------
    publication : Publication
    frame : Frame

    Returns
    -------
    str
    """
    body = page.fill("statement.html.j2", **values(publication, frame))
    return page.render(body, frame, file=FILE, title=TITLE)


def values(publication: Publication, frame: page.Frame) -> dict[str, object]:
    """What the template says: the settings in words, "" where nobody has filled in."""
    told = Accessibility.model_validate(publication.meta.get("accessibility", {}))
    is_judged = not {"level", "assessed_on", "method", "assessor"} & set(told.missing)
    return {
        "municipality": frame.municipality,
        "cycle": frame.cycle,
        "contact": frame.contact,
        "is_judged": is_judged,
        "level": _LEVELS[told.level] if is_judged else NOT_JUDGED,
        "method": told.method or "",
        "assessor": told.assessor or "",
        "assessed_on": _day(told.assessed_on),
        "updated_on": _day(told.updated_on or told.assessed_on),
        "feedback_url": told.feedback_url or "",
        "shortcomings": told.shortcomings,
        "unreasonable": told.unreasonable,
        "exempt": told.exempt,
    }


def _day(day: date | None) -> Markup | str:
    if day is None:
        return ""
    return Markup('<time datetime="{}">{}</time>').format(day, swedish_date(day))

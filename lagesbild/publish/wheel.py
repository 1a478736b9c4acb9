"""The year of the agreement on a page of its own: meetings, deliveries, reports.

In: a ``Publication`` and the ``Frame``. Out: HTML. What is late or due follows from the
day of the deliveries, never from today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.present import page_parts
from lagesbild.present.agreement import show_agreement
from lagesbild.present.display import ID
from lagesbild.publish import page

if TYPE_CHECKING:
    from lagesbild.publication import Publication

FILE = "arshjul.html"
TITLE = "Årshjul"
LEDE = "Årets möten, leveranser, undersökningar och rapporter, och vad som är sent."


def render(publication: Publication, frame: page.Frame) -> str:
    """Make the page of the year.

    Parameters
    ----------
    publication : Publication
    frame : Frame

    Returns
    -------
    str
        HTML.
    """
    head = page_parts.show_heading(publication, title=TITLE).page
    body = show_agreement(publication, "wheel").page
    html = Markup("{}\n{}").format(head, body).replace(ID, "h-")
    return page.render(Markup(html), frame, file=FILE, title=TITLE)

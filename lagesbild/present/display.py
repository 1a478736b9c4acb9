"""The value every ``show_`` function returns.

In: a page fragment and what JupyterLab is to show. Out: ``Shown``, one value with
both. A page takes only ``PAGE_MIME``; what is live never reaches a page.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markupsafe import Markup

PAGE_MIME = "application/vnd.lagesbild.page+html"
PAGES_ONLY = "LAGESBILD_PAGES_ONLY"
"""Environment variable set in the batch: nobody looks, so nothing live is drawn."""

ID = "lbid-"
"""Every id in a fragment starts so; the page gives each fragment its own prefix."""


@dataclass(frozen=True)
class Shown:
    """Something to look at.

    Attributes
    ----------
    page : Markup
        The static fragment, finished HTML without style, script or address.
    live : function, optional
        Makes the MIME bundle of JupyterLab when it is asked for; None: the fragment.
    text : str
        What it is, in words, for a reader without HTML.
    """

    page: Markup
    text: str
    live: Callable[[], dict] | None = field(default=None, repr=False, compare=False)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        bundle = {PAGE_MIME: str(self.page), "text/plain": self.text}
        if os.environ.get(PAGES_ONLY) != "1":
            bundle |= self.live() if self.live else {"text/html": live_html(self.page)}
        return bundle

    def __repr__(self) -> str:
        return self.text


def live_html(page: Markup) -> str:
    """The fragment for JupyterLab, with the few rules of style it needs there."""
    return f'<style>{_live_css()}</style><div class="lagesbild">{PATTERN}{page}</div>'


@cache
def _live_css() -> str:
    return (Path(__file__).parent / "live.css").read_text(encoding="utf-8")


# Hidden is a diagonal hatch everywhere; the dots replace the colours of the map where
# the reader's system forces its own. The page template draws the same.
PATTERN = Markup(
    '<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="p-hid" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="pb" d="M0 0h8v8H0z"/>'
    '<path class="pl" d="M0 0v8"/></pattern>'
    + "".join(
        f'<pattern id="p-{n}" width="{size}" height="{size}" '
        f'patternUnits="userSpaceOnUse"><path class="pb" d="M0 0h{size}v{size}H0z"/>'
        f'<circle class="pd" cx="{size / 2}" cy="{size / 2}" r="{radius}"/></pattern>'
        for n, size, radius in ((1, 12, 1.4), (2, 9, 2), (3, 7, 2.5), (4, 5, 2.45))
    )
    + "</defs></svg>"
)

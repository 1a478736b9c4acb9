"""What came before a cycle: its audience's earlier pages and latest release.

In: the folders of pages, and what has been released. Out: links of the front page, and
the publication that ``present.changes`` compares with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lagesbild import frozen
from lagesbild.errors import PeriodError
from lagesbild.period import Period
from lagesbild.protect.published import DRAFT
from lagesbild.publication import open_release
from lagesbild.publish import manifest

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

_INTERNAL = "intern"


@dataclass(frozen=True)
class Earlier:
    """An earlier cycle's front page for the same audience, and its status."""

    cycle: str
    status: str
    file: str


def find_earlier(ws: Workspace, cycle: Period | str, audience: str) -> list[Earlier]:
    """The earlier cycles whose pages this audience may be led to, the latest first.

    Drafts are told to ``intern`` alone. It follows from the folders of pages and
    nothing else, so that no page leads to one that is not there.
    """
    found = []
    for folder in ws.outputs.glob("*/"):
        status = manifest.read_status(folder / audience)
        if not status or (status == DRAFT and audience != _INTERNAL):
            continue
        period = _quarter(folder.name)
        if period is not None and period < Period(str(cycle)):
            file = f"../../{folder.name}/{audience}/index.html"
            found.append((period, Earlier(folder.name, status, file)))
    return [one for _, one in sorted(found, key=lambda f: f[0].start, reverse=True)]


def _quarter(name: str) -> Period | None:
    try:
        period = Period(name)
    except PeriodError:
        return None
    return period if period.kind == "quarter" else None


def find_last_release(
    ws: Workspace, cycle: Period | str, audience: str
) -> Publication | None:
    """What the audience was handed last before this cycle, as it was."""
    before = [
        label
        for label, whom in frozen.find_releases(ws)
        if whom == audience and Period(label) < Period(str(cycle))
    ]
    return open_release(ws, before[-1], audience) if before else None

"""What came before a cycle: its audience's earlier pages, and what has changed since.

In: the folders of pages, and the publication that was released last. Out: links and
sentences of the front page. Only what both publications show is compared, so that
nothing is told that a reader of both sets of pages could not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild import frozen
from lagesbild.errors import PeriodError
from lagesbild.offences import ALL, FOUND_BY_POLICE, category_names
from lagesbild.period import Period
from lagesbild.present import swedish
from lagesbild.protect.notes import MUNICIPALITY
from lagesbild.protect.published import DRAFT, KEYS
from lagesbild.protect.told import NO_SIGNAL, SIGNAL
from lagesbild.publication import open_release
from lagesbild.publish import manifest

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

_COUNTS = ("n_offences", "n_observations", "n_reports", "n_events")
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


def tell_changes(before: Publication, now: Publication) -> list[str]:
    """Say what has changed between two publications of an audience.

    Parameters
    ----------
    before, now : Publication
        The one released last, and this cycle's.

    Returns
    -------
    list of str
        Sentences, at least one.
    """
    told = [*_signals(before, now), *_areas(before, now), *_revised(before, now)]
    return told or [f"Inget av det som stod i {before.cycle} har ändrats."]


def _signals(before: Publication, now: Publication) -> list[str]:
    """Which types of the whole municipality have begun or ceased to stand out."""
    names = category_names()
    was, is_ = _verdicts(before), _verdicts(now)
    told = []
    for category in (name for name in names if name in was and name in is_):
        pair = was[category], is_[category]
        if pair == (NO_SIGNAL, SIGNAL):
            told.append(f"{names[category]} är nytt bland det som sticker ut.")
        elif pair == (SIGNAL, NO_SIGNAL):
            told.append(f"{names[category]} sticker inte längre ut.")
    return told


def _verdicts(publication: Publication) -> pd.Series:
    """By category. What the police find by looking says how they have worked."""
    frame = publication.findings.get("signals", pd.DataFrame())
    if frame.empty:
        return pd.Series(dtype="str")
    frame = frame[(frame["area_id"] == MUNICIPALITY) & (frame["category"] != ALL)]
    frame = frame[~frame["category"].isin(FOUND_BY_POLICE)]
    return frame.set_index("category")["verdict"]


def _areas(before: Publication, now: Publication) -> list[str]:
    was, is_ = (set(p.areas_listed["name"]) for p in (before, now))
    told = []
    for names, word in ((is_ - was, "Nytt i listan"), (was - is_, "Inte kvar")):
        if names:
            listed = swedish.listed(sorted(names, key=swedish.sort_key))
            told.append(f"{word}: {listed}.")
    return told


def _revised(before: Publication, now: Publication) -> list[str]:
    """How many earlier numbers of those that both show are not the same any more."""
    both = before.cells.merge(now.cells, on=list(KEYS), suffixes=("_was", ""))
    moved = []
    for count in _COUNTS:
        shown = both[f"{count}_status"].eq("shown")
        shown &= both[f"{count}_status_was"].eq("shown")
        moved.append((both[count] - both[f"{count}_was"])[shown].abs())
    steps = pd.concat(moved).dropna()
    steps = steps[steps > 0]
    if steps.empty:
        return []
    if len(steps) == 1:
        return [f"Ett antal för tidigare kvartal är rättat, med {int(steps.iloc[0])}."]
    n, most = (swedish.number(int(number)) for number in (len(steps), steps.max()))
    return [f"{n} antal för tidigare kvartal är rättade, som mest med {most}."]

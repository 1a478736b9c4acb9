"""What has changed between two publications of an audience, in sentences.

In: the publication that was released last, and this cycle's. Out: sentences, for the
front page and for the council. Only what both publications show is compared, so that
nothing is told that a reader of both sets of pages could not see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.agreement import statuses as st
from lagesbild.offences import ALL, FOUND_BY_POLICE, category_names
from lagesbild.present import swedish
from lagesbild.present.captions import WHOLE
from lagesbild.present.findings import NO_SIGNAL, SIGNAL

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_KEYS = ["area_id", "category", "period"]
_COUNTS = ("n_offences", "n_observations", "n_reports", "n_events")


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
    told = [*_signals(before, now), *_plan(before, now), *_areas(before, now)]
    told += _revised(before, now)
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


def _plan(before: Publication, now: Publication) -> list[str]:
    """How many actions of the plan have become late, finished or new."""
    was, is_ = _statuses(before), _statuses(now)
    told = []
    for status, words in (
        (st.LATE, ("åtgärd har blivit sen", "åtgärder har blivit sena")),
        (st.DONE, ("åtgärd har blivit klar", "åtgärder har blivit klara")),
    ):
        n = sum(is_[id] == status != was[id] for id in is_.keys() & was.keys())
        told += [f"{swedish.counted(n)} {words[n != 1]}."] if n else []
    if was and (n := len(is_.keys() - was.keys())):
        words = ("åtgärd är ny", "åtgärder är nya")
        told.append(f"{swedish.counted(n)} {words[n != 1]} i planen.")
    return told


def _statuses(publication: Publication) -> dict[str, str]:
    frame = publication.findings.get("plan", pd.DataFrame())
    if frame.empty:
        return {}
    return frame.set_index("action_id")["status"].to_dict()


def _verdicts(publication: Publication) -> pd.Series:
    """By category. What the police find by looking says how they have worked."""
    frame = publication.findings.get("signals", pd.DataFrame())
    if frame.empty:
        return pd.Series(dtype="str")
    frame = frame[(frame["area_id"] == WHOLE) & (frame["category"] != ALL)]
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
    both = before.cells.merge(now.cells, on=_KEYS, suffixes=("_was", ""))
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

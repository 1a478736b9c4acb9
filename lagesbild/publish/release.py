"""Release a cycle to an audience: the only way out of the house.

In: a closed cycle, two decisions and a written assessment. Out: the audience's pages,
no longer a draft, and every cell of them recorded in the private store. The record is
written before the pages are put in place: if that is cut short, the next release of
the same cycle shows what was recorded.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild import frozen, journal, private
from lagesbild.agreement.registers import (
    ANALYSES_FILE,
    DECISIONS_FILE,
    read_analyses,
    read_decisions,
)
from lagesbild.agreement.tables import ORGANISATIONS
from lagesbild.audiences import RELEASED
from lagesbild.closing import closed_cycles
from lagesbild.errors import LockError, ReleaseError, UsageError
from lagesbild.made_from import state_of
from lagesbild.period import Period, swedish_date
from lagesbild.publication import RELEASING, make_candidate, open_release
from lagesbild.publish import again, batch, exchange, manifest, products
from lagesbild.publish.work import How
from lagesbild.workspace import AUDIENCES, Workspace, lock

if TYPE_CHECKING:
    from lagesbild.publication import Publication


def release_cycle(
    ws: Workspace,
    cycle: Period | str,
    audience: str,
    *,
    jobs: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> dict:
    """Release a cycle to an audience.

    Parameters
    ----------
    ws : Workspace
    cycle : Period or str
        A closed quarter.
    audience : str
        radet or offentlig.
    jobs, on_progress
        As for ``run_cycle``.

    Returns
    -------
    dict
        cycle, audience, status (who decided, and when), pages and seconds.

    Raises
    ------
    ReleaseError
        If the cycle is open or released already, or a decision or the assessment is
        missing; says all that is.
    ProtectError, PublishError
        If the pages cannot be shown to be safe; nothing is then recorded or shown.
    RegisterError
        If a register does not follow its form.
    UsageError
        If the audience cannot be released to, or the cycle is no quarter.
    """
    started = time.monotonic()
    cycle = Period(str(cycle))
    status = _require_all(ws, cycle, audience)
    publication, record = _candidate(ws, cycle, audience, status)
    private.make_shared_folder(ws.outputs)
    with lock(ws), exchange.replacing(ws.outputs / str(cycle)) as staging:
        _refuse_changed(ws, publication, record)
        others = [name for name in AUDIENCES if name != audience]
        batch.keep_folders(ws, cycle, staging, others)
        with _shown_to_notebooks(cycle, audience):
            how = How(jobs, on_progress=on_progress)
            pages = batch.make_pages(ws, [publication], staging, how=how)
        private.share(staging, RELEASED)
        again.keep_manifest(ws, cycle, audience, staging / audience / manifest.NAME)
        if record is not None:
            frozen.append_publications(ws, record)
        _note(ws)
    return {
        "cycle": str(cycle),
        "audience": audience,
        "status": publication.status,
        "pages": pages,
        "seconds": round(time.monotonic() - started, 3),
    }


def _note(ws: Workspace) -> None:
    """Log every release that is recorded, also one that was cut short there."""
    noted = journal.noted(ws, "release", "utlämnande")
    for cycle, audience in frozen.find_releases(ws):
        if f"{cycle}/{audience}" not in noted:
            journal.note(ws, "release", utlämnande=f"{cycle}/{audience}")


def _candidate(
    ws: Workspace, cycle: Period, audience: str, status: str
) -> tuple[Publication, pd.DataFrame | None]:
    """What to show, and what to record of it: nothing if that has been done."""
    if (str(cycle), audience) in frozen.find_releases(ws):
        return open_release(ws, cycle, audience), None
    return make_candidate(ws, cycle, audience, status=status)


def _refuse_changed(
    ws: Workspace, publication: Publication, record: pd.DataFrame | None
) -> None:
    """Another process may have written between the candidate and the pages."""
    is_same = publication.meta["made_from"] == state_of(ws)["made_from"]
    if record is not None and not is_same:
        raise LockError(
            "En annan körning ändrade arbetsytan medan utlämnandet förbereddes. Inget "
            "är utlämnat. Kör igen."
        )


def _require_all(ws: Workspace, cycle: Period, audience: str) -> str:
    """Refuse while anything is missing; who has decided, and when."""
    if audience not in RELEASED:
        raise UsageError(f"Utlämnande görs till {' eller '.join(RELEASED)}.")
    if cycle.kind != "quarter":
        raise UsageError(f"'{cycle}' är inget kvartal. Skriv till exempel 2026-K2.")
    if audience in batch.find_shown_releases(ws, cycle):
        raise ReleaseError(
            f"{cycle} är redan utlämnat till {audience}. Det som är utlämnat ändras "
            "inte."
        )
    decisions = read_decisions(ws.registers / DECISIONS_FILE)
    found = decisions[
        (decisions["cycle"] == str(cycle)) & (decisions["audience"] == audience)
    ].set_index("organisation")
    analyses = read_analyses(ws.registers / ANALYSES_FILE)
    missing = []
    if str(cycle) not in closed_cycles(ws):
        missing.append(f"{cycle} är öppet; stäng det med 'lagesbild close {cycle}'")
    missing += [
        f"{name} beslut i {DECISIONS_FILE}"
        for organisation, name in zip(
            ORGANISATIONS, ("kommunens", "polisens"), strict=True
        )
        if organisation not in found.index
    ]
    missing += _missing_assessments(analyses[analyses["cycle"] == str(cycle)], audience)
    # the page on violence goes to both: nobody is to be sent to a number that is wrong
    day = found["decided_on"].max().date() if len(found) else date.min
    if fault := ws.settings.help.find_fault(day):
        missing.append(fault)
    if audience == "offentlig" and (keys := ws.settings.accessibility.missing):
        missing.append(f"{', '.join(keys)} under [accessibility] i kommun.toml")
    if missing:
        raise ReleaseError(
            f"{cycle} kan inte lämnas ut till {audience}. Det som saknas: "
            f"{'; '.join(missing)}. Inget har skrivits."
        )
    return _tell(found)


def _missing_assessments(analyses: pd.DataFrame, audience: str) -> list[str]:
    """Lag (2023:196) 4 §: extent, consequences and analysis; and each theme shown."""
    rows = analyses[analyses["area_id"].isna()]
    whole = rows[rows["theme"].isna()]
    told = []
    if whole.empty:
        told.append(f"en skriven bedömning av hela kvartalet i {ANALYSES_FILE}")
    elif whole["consequences"].isna().all():
        told.append(f"konsekvenser i bedömningen av hela kvartalet i {ANALYSES_FILE}")
    return told + [
        f"en skriven bedömning av temat {theme} i {ANALYSES_FILE}"
        for theme in products.themes_for(audience)
        if theme not in set(rows["theme"])
    ]


def _tell(decisions: pd.DataFrame) -> str:
    """Say who decided: roles and organisations, and the day of the last decision."""
    day = swedish_date(decisions["decided_on"].max().date())
    by = [f"{name} ({decisions.loc[name, 'role']})" for name in ORGANISATIONS]
    return f"Fastställd den {day} av {' och '.join(by)}"


@contextmanager
def _shown_to_notebooks(cycle: Period, audience: str) -> Iterator[None]:
    """Let the notebooks of this process and its children, and no other, see it.

    A mark on disk could be left behind by a release that was cut short.
    """
    os.environ[RELEASING] = f"{cycle}/{audience}"
    try:
        yield
    finally:
        del os.environ[RELEASING]

"""Close a cycle: freeze its counts, so that erasing rows changes no history.

In: the store. Out: the cycle's rows of ``closed_counts``. Every later measure of a
closed quarter reads these. Next: ``publication``.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from lagesbild import contracts, store
from lagesbild.errors import CloseError, UsageError
from lagesbild.measure.closed import count_for_closing
from lagesbild.measure.counting import find_delivered
from lagesbild.period import Period, swedish_date
from lagesbild.read.reference import load_areas
from lagesbild.workspace import Workspace, lock


def close_cycle(
    ws: Workspace,
    cycle: Period,
    *,
    without: tuple[str, ...] = (),
    today: date | None = None,
) -> pd.DataFrame:
    """Freeze the counts of a cycle.

    Parameters
    ----------
    ws : Workspace
    cycle : Period
        A quarter that is over.
    without : tuple of str
        Sources that are allowed to be missing; the pages then say so.
    today : date, optional
        None takes the clock.

    Returns
    -------
    DataFrame
        Contract ``closed_counts``: area × category × period × source.

    Raises
    ------
    CloseError
        If the period is not over, the cycle is closed already, or a source that
        delivers every quarter has not delivered it.
    UsageError
        If the cycle is no quarter or ``without`` names an unknown source.
    """
    if cycle.kind != "quarter":
        raise UsageError(f"'{cycle}' är inget kvartal. Skriv till exempel 2026-K2.")
    with lock(ws):
        store.sweep(ws)
        _check(ws, cycle, without, today or date.today())
        frame = count_for_closing(
            store.load_incidents(ws),
            store.load_deliveries(ws),
            load_areas(ws),
            cycle,
            ready_counts=store.load_ready_counts(ws),
        ).assign(closed_at=pd.Timestamp.now(tz="UTC"))
        frame = contracts.check(frame, "closed_counts")
        store.append_closed_counts(ws, frame)
    return frame


def _check(ws: Workspace, cycle: Period, without: tuple[str, ...], today: date) -> None:
    unknown = sorted(set(without) - set(ws.settings.sources))
    if unknown:
        raise UsageError(
            f"--without: källan finns inte i kommun.toml: {', '.join(unknown)}."
        )
    if today <= cycle.end:
        raise CloseError(
            f"{cycle} är inte slut förrän {swedish_date(cycle.end)} och kan inte "
            "stängas än."
        )
    if cycle.label in closed_cycles(ws):
        raise CloseError(f"{cycle} är redan stängt. Stängda antal ändras aldrig.")
    missing = [s for s in missing_sources(ws, cycle) if s not in without]
    if missing:
        raise CloseError(
            f"{cycle} saknar leverans från {', '.join(missing)}. Läs in den, eller "
            f"stäng med {' '.join(f'--without {name}' for name in missing)}; sidorna "
            "säger då att uppgifterna saknas."
        )


def missing_sources(ws: Workspace, cycle: Period) -> list[str]:
    """Declared sources that deliver every quarter but lack this one."""
    delivered = find_delivered(store.load_deliveries(ws))
    there = delivered[(delivered["period"] == cycle.label) & delivered["is_delivered"]]
    return [
        name
        for name, source in ws.settings.sources.items()
        if source.expected == "quarter" and name not in set(there["source"])
    ]


def closed_cycles(ws: Workspace) -> list[str]:
    """Labels of the closed cycles, oldest first."""
    return sorted(store.load_closed_counts(ws)["cycle"].unique())

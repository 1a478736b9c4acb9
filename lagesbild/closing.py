"""Close a cycle: freeze its counts, so that erasing rows changes no history.

In: the store. Out: the cycles' rows of ``closed_counts``. Every later measure of a
closed quarter reads these. Next: ``publication``.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from lagesbild import contracts, frozen, journal, store
from lagesbild.clean.periods import days_of_file
from lagesbild.clock import check_clock
from lagesbild.errors import CloseError, UsageError
from lagesbild.measure.closed import count_for_closing, find_contributors
from lagesbild.period import Period, swedish_date
from lagesbild.read.reference import load_areas
from lagesbild.tending import tend
from lagesbild.workspace import Workspace, lock


def close_cycle(
    ws: Workspace,
    cycle: Period,
    *,
    without: tuple[str, ...] = (),
    today: date | None = None,
) -> pd.DataFrame:
    """Freeze the counts of one cycle; see ``close_cycles``."""
    return close_cycles(ws, [cycle], without=without, today=today)


def close_cycles(
    ws: Workspace,
    cycles: list[Period],
    *,
    without: tuple[str, ...] = (),
    today: date | None = None,
) -> pd.DataFrame:
    """Freeze the counts of cycles, of all of them or of none.

    Parameters
    ----------
    ws : Workspace
    cycles : list of Period
        Quarters that are over.
    without : tuple of str
        Sources that are allowed to be missing; the pages then say so, and a part of
        the quarter that they did deliver is left out.
    today : date, optional
        None takes the clock. An invented municipality lives by its deliveries.

    Returns
    -------
    DataFrame
        Contract ``closed_counts``: area × category × period × source.

    Raises
    ------
    CloseError
        If a period is not over, a cycle is closed already, or a source that
        delivers every quarter has not delivered it.
    UsageError
        If a cycle is no quarter or ``without`` names an unknown source.
    """
    for cycle in cycles:
        if cycle.kind != "quarter":
            raise UsageError(f"'{cycle}' är inget kvartal. Skriv till exempel 2026-K2.")
    with lock(ws):
        check_clock(ws)
        store.sweep(ws)
        deliveries = store.load_deliveries(ws)
        today = today or date.today()
        lacking = {c: _check(ws, c, deliveries, without, today) for c in cycles}
        frame, contributors = _count(ws, deliveries, lacking)
        frozen.append_closed_contributors(ws, contributors)
        store.append_closed_counts(ws, frame)
        for cycle in cycles:
            facts = {"utan": ", ".join(without)} if without else {}
            journal.note(ws, "close", kvartal=cycle.label, **facts)
        tend(ws)
    return frame


def _count(
    ws: Workspace, deliveries: pd.DataFrame, lacking: dict[Period, list[str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts and contributors of each cycle, without sources that lack some of it."""
    incidents, areas = store.load_incidents(ws), load_areas(ws)
    ready_counts = store.load_ready_counts(ws)
    before = store.load_closed_counts(ws)
    counted, behind = [], []
    for cycle, sources in lacking.items():
        is_part = deliveries["source"].isin(sources) & _touches(deliveries, cycle)
        rows, told = _without(incidents, sources, cycle), deliveries[~is_part]
        more = {"ready_counts": ready_counts, "closed_counts": before}
        counts = count_for_closing(rows, told, areas, cycle, **more)
        counted.append(counts)
        behind.append(find_contributors(rows, counts, areas, cycle))
    frame = pd.concat(counted, ignore_index=True)
    frame = frame.assign(closed_at=pd.Timestamp.now(tz="UTC"))
    return (
        contracts.check(frame, "closed_counts"),
        contracts.check(pd.concat(behind), "closed_contributors"),
    )


def _check(
    ws: Workspace,
    cycle: Period,
    deliveries: pd.DataFrame,
    without: tuple[str, ...],
    today: date,
) -> list[str]:
    """The sources that lack the cycle, all of them allowed to."""
    unknown = sorted(set(without) - set(ws.settings.sources))
    if unknown:
        raise UsageError(
            f"--without: källan finns inte i kommun.toml: {', '.join(unknown)}."
        )
    if not _is_over(ws, cycle, deliveries, today):
        raise CloseError(
            f"{cycle} är inte slut förrän {swedish_date(cycle.end)} och kan inte "
            "stängas än."
        )
    if cycle.label in closed_cycles(ws):
        raise CloseError(f"{cycle} är redan stängt. Stängda antal ändras aldrig.")
    lacking = missing_sources(ws, cycle, deliveries)
    missing = [source for source in lacking if source not in without]
    if missing:
        raise CloseError(
            f"{cycle} saknar hel leverans från {', '.join(missing)}. Läs in den, eller "
            f"stäng med {' '.join(f'--without {name}' for name in missing)}; sidorna "
            "säger då att uppgifterna saknas."
        )
    return lacking


def _is_over(
    ws: Workspace, cycle: Period, deliveries: pd.DataFrame, today: date
) -> bool:
    """By the clock; in an invented municipality time goes as far as its deliveries."""
    if ws.settings.municipality.is_invented:
        return bool((deliveries["period_end"] >= pd.Timestamp(cycle.end)).any())
    return today > cycle.end


def missing_sources(
    ws: Workspace, cycle: Period, deliveries: pd.DataFrame
) -> list[str]:
    """Declared sources that deliver every quarter but lack some of this one.

    A file whose name tells its period covers those days; one that does not, whose
    period is that of its rows, covers the quarters that it touches.
    """
    return [
        name
        for name, source in ws.settings.sources.items()
        if source.expected == "quarter"
        and not _covers(deliveries[deliveries["source"] == name], cycle)
    ]


def _covers(deliveries: pd.DataFrame, cycle: Period) -> bool:
    known = deliveries[deliveries["period_start"].notna()]
    spans = sorted(
        days_of_file(file_name)
        or (Period.containing(start.date()).start, Period.containing(end.date()).end)
        for file_name, start, end in zip(
            known["file_name"], known["period_start"], known["period_end"], strict=True
        )
    )
    reached = cycle.start
    for first, last in spans:
        if first <= reached:
            reached = max(reached, last + timedelta(days=1))
    return reached > cycle.end


def _touches(deliveries: pd.DataFrame, cycle: Period) -> pd.Series:
    first, last = pd.Timestamp(cycle.start), pd.Timestamp(cycle.end)
    return (deliveries["period_start"] <= last) & (deliveries["period_end"] >= first)


def _without(
    incidents: pd.DataFrame, lacking: list[str], cycle: Period
) -> pd.DataFrame:
    """A part of a quarter must not be taken for the whole: it is left out."""
    first, last = pd.Timestamp(cycle.start), pd.Timestamp(cycle.end)
    is_part = incidents["source"].isin(lacking) & incidents["reported_on"].between(
        first, last
    )
    return incidents[~is_part]


def closed_cycles(ws: Workspace) -> list[str]:
    """Labels of the closed cycles, oldest first."""
    return sorted(store.load_closed_counts(ws)["cycle"].unique())

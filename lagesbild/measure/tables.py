"""The frame verbs: count, rate, compare, and all of it for a cycle.

In: tables of the store and of reference, as frames. Out: frames by area, category and
quarter. Next: ``protect``, through ``publication``; an analyst uses them in notebooks.
A quarter counts what was registered in it; the date used stands in ``attrs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure import comparing, counting, dispersion, inhabitants, rates
from lagesbild.measure.closed import read_closed
from lagesbild.measure.contributors import add_contributors, count_contributors
from lagesbild.measure.counting import COUNTS, KEYS
from lagesbild.measure.ready import tally_ready
from lagesbild.measure.totals import WITHOUT_AREA, add_totals
from lagesbild.offences import load_categories
from lagesbild.period import Period

if TYPE_CHECKING:
    from lagesbild.workspace import MeasureRules

DIMENSIONS = (*KEYS, "source")
DATES = {"reported": "registreringsdatum", "occurred": "brottsdatum"}
MIN_INHABITANTS = 500
KINDS_WITHOUT_RATE = ("centrum", "industri", "handel")


def count_incidents(
    incidents: pd.DataFrame,
    by: Sequence[str],
    *,
    areas: pd.DataFrame,
    deliveries: pd.DataFrame,
    ready_counts: pd.DataFrame | None = None,
    date: str = "reported",
    known_days: int | None = None,
) -> pd.DataFrame:
    """Count reports, offences, observations and events.

    Parameters
    ----------
    incidents : DataFrame
        From ``load_incidents``. Protected classes and unknown codes are not counted,
        nor reports outside the quarters that ``deliveries`` cover.
    by : sequence of str
        Any of area_id, category, period and source.
    areas : DataFrame
        With ``area_id``.
    deliveries : DataFrame
        From ``load_deliveries``; says which quarters were delivered.
    ready_counts : DataFrame, optional
        Ready-made police counts, used for quarters without police rows.
    date : str
        "reported": by date of registration; "occurred": by date of occurrence, which
        goes on growing long after the quarter is over.
    known_days : int, optional
        By date of occurrence only: count what was registered at most so many days
        after the quarter's end (``counting.days_known`` tells how many the latest
        allows), so that quarters can be compared. None counts all.

    Returns
    -------
    DataFrame
        One row, one combination of ``by``, every combination present; area "" is
        "Utan område", source "alla" distinct events whoever told them.
        n_offences, n_reports, n_observations, n_events: Int64, missing where a
        source that tells the category has not delivered a quarter in the row, or
        where no source of that kind tells it. Each has a ``_status`` (shown, missing,
        not_computed); ``status`` is missing where any of them is. By date of
        occurrence also ``known_days``. ``attrs`` "date_used" says which date.

    Raises
    ------
    UsageError
        If ``by`` or ``date`` is unknown, or ``known_days`` does not fit the date.
    """
    by = [by] if isinstance(by, str) else list(by)
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown or not by or len(set(by)) < len(by):
        raise UsageError(f"'by' ska vara en eller flera av {', '.join(DIMENSIONS)}.")
    if date not in DATES:
        raise UsageError(f"'date' ska vara {' eller '.join(DATES)}.")
    if known_days is not None and (date == "reported" or known_days < 0):
        raise UsageError(
            "'known_days' ska vara 0 eller fler och gäller bara antal efter "
            "brottsdatum."
        )
    delivered = counting.find_delivered(deliveries, known_days=known_days or 0)
    rows = counting.dated(incidents, date, known_days=known_days)
    tally = counting.tally_sources(rows)
    # ready-made counts are by date of registration
    ready = ready_counts if date == "reported" else None
    ready = tally_ready(ready, delivered, deliveries)
    tally = pd.concat([t for t in (tally, ready) if len(t)] or [tally])
    grid = _grid(tally, delivered, areas)
    if "source" not in by:
        inner = counting.gather(tally, delivered, **grid)
        counted = _add_up(inner, by)
    else:
        counted = _by_source(tally, delivered, grid, by)
    if date == "occurred":
        counted["known_days"] = pd.Series(known_days, counted.index, dtype="Int64")
    counted.attrs["date_used"] = DATES[date]
    return counted


def _grid(tally, delivered, areas) -> dict[str, list[str]]:
    """Areas, the categories that anyone tells, and the quarters delivered."""
    told = set(tally["category"])
    return {
        "area_ids": [*areas["area_id"], WITHOUT_AREA],
        "categories": [c for c in load_categories()["category"] if c in told],
        "periods": sorted(set(delivered["period"])),
    }


def _add_up(inner: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    groups = inner.groupby(by, sort=False)
    out = groups.size().reset_index()[by]
    for name in COUNTS:
        status = inner[f"{name}_status"]
        flags = pd.DataFrame(
            {"late": status == "missing", "told": status != "not_computed"}
        )
        flags = flags.groupby([inner[key] for key in by], sort=False).any()
        words = np.where(flags["late"], "missing", "shown")
        words = np.where(flags["told"], words, "not_computed")
        total = groups[name].sum().to_numpy()
        out[name] = pd.Series(np.where(words == "shown", total, np.nan)).astype("Int64")
        out[f"{name}_status"] = pd.Series(words, dtype="str")
    any_late = (out[[f"{name}_status" for name in COUNTS]] == "missing").any(axis=1)
    out["status"] = pd.Series(np.where(any_late, "missing", "shown"), dtype="str")
    return out


def _by_source(tally, delivered, grid, by) -> pd.DataFrame:
    """One grid a source, of the categories that it tells."""
    parts = []
    tally = tally[tally["source"] != counting.ALL_OBSERVERS]
    for source, rows in tally.groupby("source", sort=True):
        if source == counting.ALL_SOURCES:
            inner = counting.gather(tally, delivered, **grid)
            for name in COUNTS[:3]:
                inner[name] = np.nan
                inner[f"{name}_status"] = "not_computed"
        else:
            told = set(rows["category"])
            own = grid | {"categories": [c for c in grid["categories"] if c in told]}
            copy = {"source": counting.ALL_SOURCES, "source_kind": "observation"}
            rows = pd.concat([rows, rows.assign(**copy)])
            mine = delivered[delivered["source"] == source]
            inner = counting.gather(rows, mine, **own)
        parts.append(_add_up(inner.assign(source=source), by))
    if not parts:
        empty = counting.gather(tally, delivered, **grid)
        return _add_up(empty.assign(source=""), by)
    return pd.concat(parts, ignore_index=True)


def add_rates(
    counts: pd.DataFrame,
    population: pd.DataFrame,
    *,
    per: int = 1000,
    areas: pd.DataFrame | None = None,
    min_inhabitants: int = MIN_INHABITANTS,
    kinds_without_rate: Sequence[str] = KINDS_WITHOUT_RATE,
) -> pd.DataFrame:
    """Add inhabitants and the rate a quarter, with its limits.

    The rate is of offences where the police tell the category, else of observations
    (column ``measure``). Its limits allow for the category's own overdispersion.

    Parameters
    ----------
    counts : DataFrame
        By area_id and period, and mostly category; area "*" is the municipality.
    population : DataFrame
        area_id, year, n_inhabitants: the year of the period, or the latest before.
    per : int
    areas : DataFrame, optional
        area_id and ``kind``; without it no kind is left without rate.
    min_inhabitants : int
    kinds_without_rate : sequence of str

    Returns
    -------
    DataFrame
        The same rows with measure, n_inhabitants, rate_per_<per>_quarter,
        rate_lower, rate_upper, rate_status (shown, missing, not_computed) and
        rate_reason (Swedish, where not computed).

    Raises
    ------
    UsageError
        If ``counts`` is not by area and period.
    """
    if not {"area_id", "period"} <= set(counts.columns):
        raise UsageError("Tal per invånare kräver antal efter area_id och period.")
    frame = comparing.name_measure(counts)
    value, status = comparing.measured(frame)
    people = inhabitants.find_inhabitants(frame, population)
    reason = inhabitants.explain_no_rate(
        frame, people, areas, least=min_inhabitants, kinds=kinds_without_rate
    )
    words = np.where(reason.notna(), "not_computed", status)
    factor = dispersion.overall(frame, value)
    # the limits of a count that varies ``factor`` times more than by chance
    limits = rates.rate(value / factor, people / factor, per=per)
    is_shown = words == "shown"
    return frame.assign(
        **{
            "n_inhabitants": people.astype("Int64"),
            f"rate_per_{per}_quarter": limits["rate"].where(is_shown),
            "rate_lower": limits["lower"].where(is_shown),
            "rate_upper": limits["upper"].where(is_shown),
            "rate_status": pd.Series(words, index=frame.index, dtype="str"),
            "rate_reason": reason,
        }
    )


def compare_periods(
    rates: pd.DataFrame, period: Period | str, base: Period | str
) -> pd.DataFrame:
    """Compare a period with an earlier one, with one verdict a cell.

    Parameters
    ----------
    rates : DataFrame
        From ``add_rates``, with the history: the category's own variation from year
        to year says how large a difference chance makes.
    period, base : Period or str
        Quarters; ``base`` is mostly the same quarter last year.

    Returns
    -------
    DataFrame
        The rows of ``period`` with n_offences_last_year and
        n_observations_last_year (counts of ``base``, each with ``_status``),
        rate_ratio (per inhabitant where a rate is computed, else of the counts),
        ratio_lower, ratio_upper, p (one test, unadjusted), change_status (shown,
        missing, not_computed, too_short_history) and verdict: "ökar", "minskar",
        "ingen säker förändring", "för få att jämföra", "jämförs inte" (Utan område,
        or areas where the share without area has changed much, with
        ``change_reason``), "uppgift saknas", "för kort historik" or, by date of
        occurrence, "ännu inte jämförbart"; where the police find the offences
        by looking, "fler upptäckta" and "färre upptäckta". Verdicts hold for the
        whole family of comparisons at once (Benjamini–Hochberg, 5 %).

    Raises
    ------
    UsageError
        If the periods are of different kinds, ``base`` is not before ``period``, or
        ``rates`` has no rows of ``period``.
    """
    later, earlier = (Period(str(p)) for p in (period, base))
    if not earlier < later:
        raise UsageError("Perioden att jämföra med ska ligga före den andra.")
    if not (rates["period"] == later.label).any():
        raise UsageError(f"Antalen har inga rader för {later.label}.")
    return comparing.compare(rates, later.label, earlier.label)


def measure_cycle(
    incidents: pd.DataFrame,
    closed_counts: pd.DataFrame,
    ready_counts: pd.DataFrame,
    deliveries: pd.DataFrame,
    areas: pd.DataFrame,
    population: pd.DataFrame,
    *,
    cycle: Period | str,
    rules: MeasureRules,
    closed_contributors: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure all that a cycle's publications need; nothing is hidden yet.

    Closed quarters are read from ``closed_counts`` and ``closed_contributors``, the
    others from the rows.

    Returns
    -------
    DataFrame
        One row, area × category × quarter, all quarters from the first delivered to
        the cycle: area "*" is the municipality and "" "Utan område", category a
        leaf, a group or "alla". The columns of ``add_rates`` and
        ``compare_periods`` (with the same quarter last year, without p), and what
        lies behind the counts: n_police_events and n_observer_events (distinct),
        n_police_places, n_observer_places and n_offences_largest (missing where the
        rows are not known).

    Raises
    ------
    UsageError
        If the cycle is not a quarter, or nothing has been delivered for it.
    """
    cycle = Period(str(cycle))
    if cycle.kind != "quarter":
        raise UsageError(f"En publikation gäller ett kvartal; '{cycle}' är inget.")
    rows = counting.dated(incidents)
    tally, delivered = _closed_and_live(
        rows, closed_counts, ready_counts, deliveries, to=cycle.label
    )
    now = delivered[delivered["period"] == cycle.label]
    if not now["is_delivered"].any():
        raise UsageError(
            f"Ingen källa har lämnat något för {cycle}. Läs in leveranserna med "
            "'lagesbild ingest' eller välj en annan period."
        )
    grid = _grid(tally, delivered, areas)
    counts = add_contributors(
        add_totals(counting.gather(tally, delivered, **grid)),
        **_contributors(rows, closed_counts, closed_contributors, tally, grid),
    )
    cells = add_rates(
        counts,
        population,
        areas=areas,
        min_inhabitants=rules.min_inhabitants_for_rate,
        kinds_without_rate=rules.kinds_without_rate,
    )
    return comparing.compare_all(cells).drop(columns="p")


def _contributors(rows, closed_counts, closed_contributors, tally, grid) -> dict:
    """Contributors of closed quarters as frozen, of the others from the rows."""
    is_closed = set(closed_counts["period"])
    # nobody has seen the reports behind ready-made counts
    is_ready = tally["source_kind"].eq("police") & tally["n_reports"].isna()
    unseen = set(tally.loc[is_ready & tally["n_offences"].gt(0), "period"])
    live = [p for p in grid["periods"] if p not in is_closed | unseen]
    parts = [count_contributors(rows[rows["period"].isin(live)], grid["area_ids"])]
    known = set(live)
    if closed_contributors is not None and len(closed_contributors):
        parts.append(closed_contributors[parts[0].columns])
        known |= set(closed_contributors["period"])
    found = pd.concat([part for part in parts if len(part)] or parts)
    return {"contributors": found, "known": known}


def _closed_and_live(
    rows, closed_counts, ready_counts, deliveries, *, to: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tally and deliveries: closed quarters as frozen, the others from the rows."""
    closed, closed_delivered = read_closed(closed_counts, to=to)
    is_closed = set(closed_delivered["period"])
    delivered = counting.find_delivered(deliveries)
    # an event that a closed quarter has counted counts in no later one
    told = rows.loc[rows["period"].isin(is_closed), "event_id"]
    rows = rows[~rows["period"].isin(is_closed) & (rows["period"] <= to)]
    live = counting.tally_sources(rows, counted=set(told))
    ready = tally_ready(ready_counts, delivered, deliveries)
    ready = ready[~ready["period"].isin(is_closed) & (ready["period"] <= to)]
    tally = pd.concat([t for t in (closed, live, ready) if len(t)] or [live])
    is_open = ~delivered["period"].isin(is_closed) & (delivered["period"] <= to)
    delivered = pd.concat([closed_delivered, delivered[is_open]], ignore_index=True)
    return tally, counting.fill_delivered(delivered)

"""The same event told by several organisations.

In: newly placed reports and their stored neighbours. Out: links of the contract, which
tell each report's event. Two reports are one event only if every pair in it agrees in
kind, place and time and comes from different sources. Next: store.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lagesbild import contracts
from lagesbild.workspace import LinkRules

RELATED = (
    ("skadegorelse", "klotter"),
    ("trafikbrott", "farlig_korning"),
    ("storning", "otrygg_samling", "ovrig_ordning"),
)
"""Categories that organisations use for the same thing; all others only match alone."""

MOST_DAYS = 7
"""A report that knows its time less well than this is linked with no other."""

MOST_DAYS_APART = 183
"""Reports registered farther apart are never linked: this bounds what is looked at."""

_HOUR_NS = 3_600_000_000_000
_OTHER_LEAF = 0.5  # what a related but other category adds to a pair's distance


@dataclass
class _Event:
    """Rows that are one event; ``event_id`` "" until it is named."""

    rows: list[int] = field(default_factory=list)
    event_id: str = ""


def link_events(
    new: pd.DataFrame, neighbours: pd.DataFrame, *, rules: LinkRules
) -> pd.DataFrame:
    """Tell which event each new report is about.

    Parameters
    ----------
    new : DataFrame
        Contract reports joined with ``easting_m`` and ``northing_m`` (EPSG:3006); one
        row, one report, each once.
    neighbours : DataFrame
        Stored reports in the same form and their ``event_id``. Holds those near
        ``new`` in time, the stored versions of reports in ``new``, and the other
        members of those reports' events.
    rules : LinkRules
        Greatest distance in metres and in hours.

    Returns
    -------
    DataFrame
        Contract links: one row for every report in ``new``, in order, then one for
        each neighbour whose event changes because a corrected report left it.
        ``event_id`` is "E" and the id of the event's first member; an event keeps it
        when reports join. Protected, withdrawn and unplaced reports are alone.
    """
    if new.empty:
        return contracts.empty("links")
    stored = neighbours[~neighbours["incident_id"].isin(new["incident_id"])]
    ordered = new.sort_values("incident_id")
    rows = pd.concat([ordered, stored], ignore_index=True)
    ids = rows["incident_id"].to_numpy(object)
    pairs = _find_pairs(rows, rules)
    before = dict(zip(neighbours["incident_id"], neighbours["event_id"], strict=True))
    events = _stored_events(ids, before, set(pairs), n_new=len(ordered))
    events = _join_best_first(events, pairs, rows["source"].to_numpy(object))
    event_of = _name_events(events, rows)
    changed = [i for i in stored["incident_id"] if event_of[i] != before[i]]
    told = [*new["incident_id"], *changed]
    causes = [*new["delivery_id"], *[new["delivery_id"].iloc[0]] * len(changed)]
    links = pd.DataFrame(
        {
            "incident_id": told,
            "event_id": [event_of[i] for i in told],
            "made_by": causes,
        }
    )
    return contracts.check(links, "links")


def _find_pairs(rows: pd.DataFrame, rules: LinkRules) -> dict[tuple[int, int], float]:
    """Pairs of rows that can be one event, best first.

    Returns
    -------
    dict
        (row, row) with the lower first → 0 for the same place and time, up to 2.5.
    """
    from scipy.spatial import cKDTree

    start, end = _intervals(rows)
    points = rows[["easting_m", "northing_m"]].to_numpy("float64", na_value=np.nan)
    usable = np.flatnonzero(
        np.isfinite(points).all(axis=1)
        & np.isfinite(start)
        & (end - start <= MOST_DAYS * 24)
        & rows["protected_class"].isna().to_numpy()
        & ~rows["is_withdrawn"].to_numpy(bool)
    )
    if len(usable) < 2:
        return {}
    group = _link_groups(rows["category"])[usable]
    reach_h = rules.max_hours + MOST_DAYS * 24
    # one unit is the greatest distance in each direction; groups lie far apart
    scaled = np.column_stack(
        [
            points[usable] / rules.max_distance_m,
            (start[usable] + end[usable]) / 2 / reach_h,
            group * 10.0,
        ]
    )
    found = cKDTree(scaled).query_pairs(1 + 1e-9, p=np.inf, output_type="ndarray")
    first, second = np.sort(usable[found], axis=1).T
    metres = np.hypot(*(points[first] - points[second]).T)
    gap = np.maximum(
        0, np.maximum(start[first] - end[second], start[second] - end[first])
    )
    days = rows["reported_on"].to_numpy("datetime64[D]").astype("int64")
    codes = {c: pd.factorize(rows[c])[0] for c in ("source", "category")}
    fits = (
        (metres <= rules.max_distance_m)
        & (gap <= rules.max_hours)
        & (np.abs(days[first] - days[second]) <= MOST_DAYS_APART)
        & (codes["source"][first] != codes["source"][second])
    )
    other = codes["category"][first] != codes["category"][second]
    apart = metres / rules.max_distance_m + gap / rules.max_hours + other * _OTHER_LEAF
    first, second, apart = first[fits], second[fits], apart[fits]
    ids = rows["incident_id"].rank(method="first").to_numpy()
    low, high = (f(ids[first], ids[second]) for f in (np.minimum, np.maximum))
    order = np.lexsort((high, low, apart))
    keys = zip(first[order].tolist(), second[order].tolist(), strict=True)
    return dict(zip(keys, apart[order].tolist(), strict=True))


def _intervals(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Start and end of each report in hours; a day without time ends at midnight."""
    start = rows["occurred_from"].fillna(rows["occurred_to"])
    end = rows["occurred_to"].fillna(rows["occurred_from"])
    whole_day = ~rows["has_time"].to_numpy(bool)
    hours = []
    for moments in (start, end):
        ns = moments.astype("datetime64[ns, UTC]").astype("int64").to_numpy("float64")
        hours.append(np.where(moments.isna(), np.nan, ns / _HOUR_NS))
    return hours[0], np.maximum(hours[0], hours[1]) + whole_day * 24.0


def _link_groups(categories: pd.Series) -> np.ndarray:
    same = {leaf: leaves[0] for leaves in RELATED for leaf in leaves}
    return pd.factorize(categories.map(lambda leaf: same.get(leaf, leaf)))[0]


def _stored_events(
    ids: np.ndarray, before: dict[str, str], pairs: set[tuple[int, int]], *, n_new: int
) -> list[_Event]:
    """Events as they were stored, without reports that no longer fit in theirs.

    A corrected report (stored before, now new) stays in its event while it agrees with
    every other that stays. Stored reports that are not new never leave theirs.
    """
    members: dict[str, list[int]] = {}
    events = []
    for row, incident_id in enumerate(ids):
        if incident_id in before:
            members.setdefault(before[incident_id], []).append(row)
        else:
            events.append(_Event([row]))
    for event_id, rows in members.items():
        kept = [row for row in rows if row >= n_new]
        corrected = sorted(
            (r for r in rows if r < n_new), key=lambda r: f"E{ids[r]}" != event_id
        )
        left = []
        for row in corrected:
            fits = all((min(row, k), max(row, k)) in pairs for k in kept)
            (kept if fits else left).append(row)
        founder_left = any(f"E{ids[row]}" == event_id for row in left)
        if len(kept) > 1 or any(row >= n_new for row in kept):
            events.append(_Event(kept, "" if founder_left else event_id))
        else:
            left += kept  # alone: free to join another event
        events += [_Event([row]) for row in left]
    return events


def _join_best_first(
    events: list[_Event], pairs: dict[tuple[int, int], float], sources: np.ndarray
) -> list[_Event]:
    """Join events pair by pair; two that already have their own id are never joined."""
    held_by = {row: event for event in events for row in event.rows}
    for a, b in pairs:
        one, two = held_by[a], held_by[b]
        if one is two or (one.event_id and two.event_id):
            continue
        if not {sources[r] for r in one.rows}.isdisjoint(sources[r] for r in two.rows):
            continue
        if any((min(r, s), max(r, s)) not in pairs for r in one.rows for s in two.rows):
            continue
        joined = _Event(one.rows + two.rows, one.event_id or two.event_id)
        held_by.update(dict.fromkeys(joined.rows, joined))
    return list({id(event): event for event in held_by.values()}.values())


def _name_events(events: list[_Event], rows: pd.DataFrame) -> dict[str, str]:
    """incident_id → event_id; a new event is named by its first reported member."""
    ids = rows["incident_id"].to_numpy(object)
    reported = rows["reported_on"].to_numpy("datetime64[us]")
    named = {}
    for event in events:
        first = min(event.rows, key=lambda row: (reported[row], ids[row]))
        event_id = event.event_id or f"E{ids[first]}"
        named |= {ids[row]: event_id for row in event.rows}
    return named

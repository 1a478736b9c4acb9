"""The analyst's loop: what the register of texts says now, and whom that moves.

In: register/platser_alias.csv and the store. Out: the register's rows, held to the
gazetteer, for the deliveries that are about to be read; and, where they differ from
when reports were last placed by them, exactly those stored reports placed again. A
faulty register stops everything before anything is written. Used by ``ingest``.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from lagesbild import arrivals, contracts, placings, store
from lagesbild.geocode.alias_file import FILE, read_aliases
from lagesbild.geocode.aliases import digest_aliases, find_touched
from lagesbild.geocode.place import check_aliases, place_reports
from lagesbild.link import link_events
from lagesbild.workspace import Workspace

PLACED_AGAIN = "omplacerade"
"""Status of the register in what ``ingest_files`` tells."""


def place_again(
    ws: Workspace, load_layer: Callable[[str], pd.DataFrame]
) -> tuple[pd.DataFrame, list[dict]]:
    """Place the stored reports again that a change of the register names.

    Parameters
    ----------
    ws : Workspace
        Its lock is held, and what was never committed is swept.
    load_layer : callable
        Name of a reference table → the table; the same one each time.

    Returns
    -------
    aliases : DataFrame
        As ``read_aliases`` gives them. A text means what is stored, which is masked.
    told : list of dict
        One entry as of a delivered file if the register has changed, else none:
        rows_in are the stored reports that it names, rows_stored those that are placed
        otherwise than before, rows_unchanged the others.

    Raises
    ------
    RegisterError
        If the register is at fault; nothing is written then.
    """
    aliases = read_aliases(ws.registers / FILE)
    before = placings.load_known(ws)
    if aliases.empty and not before:
        return aliases, []
    layers = {name: load_layer(name) for name in ("areas", "addresses", "places")}
    check_aliases(aliases, **layers)
    after = digest_aliases(aliases)
    if after == before:
        return aliases, []
    incidents = store.load_incidents(ws)
    is_touched = find_touched(incidents, before, after)
    touched = incidents[is_touched & incidents["protected_class"].isna()]
    placing = placings.new_placing(ws, after)
    made_by = placing["placing_id"]
    placed = place_reports(
        touched[contracts.columns("reports")],
        **layers,
        deso=load_layer("deso") if len(touched) else None,
        aliases=aliases,
        made_by=made_by,
    )
    placed = placed[_differs(placed, touched, _PLACE)]
    links = _link_again(ws, incidents, placed, made_by)
    placings.commit_placing(
        ws, placing=placing, placements=placed, links=links, reports=incidents
    )
    return aliases, [_tell(len(touched), len(placed))]


_POINT = ["easting_m", "northing_m"]
_PLACE = [*_POINT, "area_id", "geocode_method", "geocode_score", "geocode_reason"]


def _differs(placed: pd.DataFrame, stored: pd.DataFrame, names: list[str]) -> pd.Series:
    """Which placements say something else than the stored one of the same report."""
    before = stored.set_index("incident_id").loc[placed["incident_id"], names]
    before.index = placed.index
    now = placed[names]
    return ~(before.eq(now) | (before.isna() & now.isna())).all(axis="columns")


def _link_again(
    ws: Workspace, incidents: pd.DataFrame, placed: pd.DataFrame, made_by: str
) -> pd.DataFrame:
    """Links of the reports whose point has moved, and of those that they leave."""
    moved = placed[_differs(placed, incidents, _POINT)]
    if moved.empty:
        return contracts.empty("links")
    reports = incidents[contracts.columns("reports")].assign(delivery_id=made_by)
    new = reports[reports["incident_id"].isin(moved["incident_id"])]
    rules = ws.settings.link
    none_gone = contracts.empty("reports")
    near = arrivals.find_neighbours(incidents, new, none_gone, rules=rules)
    points = moved[["incident_id", *_POINT]]
    new = new.merge(points, on="incident_id", validate="one_to_one")
    return link_events(new, near, rules=rules)


def _tell(n_touched: int, n_placed: int) -> dict:
    return {
        "file": FILE,
        "source": None,
        "rows_in": n_touched,
        "rows_stored": n_placed,
        "rows_unchanged": n_touched - n_placed,
        "rows_quarantined": 0,
        "rows_withdrawn": 0,
        "status": PLACED_AGAIN,
    }

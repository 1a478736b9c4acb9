"""Versions of reports: which is in force, joined with its place and event.

In: stored versions, placements and links. Out: the current versions, and incidents.
Pure; used by ``store``.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.errors import StoreError


def keep_current(reports: pd.DataFrame) -> pd.DataFrame:
    """Latest version of each report, by ``sequence_number``; withdrawn ones too.

    A report that moved to another year of registration has a withdrawn row in its old
    year and a live one in the new, of the same delivery: the live one is the version.
    """
    ordered = reports.sort_values(
        ["sequence_number", "is_withdrawn"], ascending=[True, False], kind="stable"
    )
    return ordered.drop_duplicates("incident_id", keep="last").sort_index()


def join_incidents(
    reports: pd.DataFrame, placements: pd.DataFrame, links: pd.DataFrame
) -> pd.DataFrame:
    """Reports with their placement and event, one of each at most.

    Returns
    -------
    DataFrame
        One row, one report, in order: its columns, those of placements and links
        without ``made_by``. A report nobody linked is its own event.

    Raises
    ------
    StoreError
        If a report lacks its placement.
    """
    incidents = reports
    for part in (placements, links):
        incidents = incidents.merge(
            part.drop(columns="made_by"),
            on="incident_id",
            how="left",
            validate="one_to_one",
        )
    n_without = int(incidents["geocode_method"].isna().sum())
    if n_without:
        raise StoreError(
            f"Lagret saknar placering för {n_without} rader. Kör 'lagesbild verify'."
        )
    event_id = incidents["event_id"].fillna(incidents["incident_id"])
    return incidents.assign(event_id=event_id)

"""Versions of reports: which is in force, and what a delivery changes.

In: stored versions and a cleaned delivery. Out: the current versions, incidents joined
from their parts, and the delivery divided into new, unchanged and withdrawn. Pure;
used by ``store`` and ``ingest``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lagesbild.errors import DropError, StoreError
from lagesbild.stored_form import content_hash

MOST_DROPPED = 0.2
"""A delivery that loses a larger share of its period's rows asks for a decision."""


@dataclass(frozen=True)
class Changes:
    """What a delivery changes.

    Attributes
    ----------
    stored : DataFrame
        Contract reports: rows that are new or tell something else than before.
    n_unchanged : int
        Rows that say what is stored already.
    withdrawn_ids : list of str
        incident_id of reports that a full delivery of their period left out.
    moved_ids : list of str
        incident_id of reports whose new version has another year of registration.
    """

    stored: pd.DataFrame
    n_unchanged: int
    withdrawn_ids: list[str]
    moved_ids: list[str]


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


def compare_versions(
    rows: pd.DataFrame,
    versions: pd.DataFrame,
    *,
    in_period: pd.Series,
    quarantined_keys: set[str],
) -> Changes:
    """Divide a delivery's rows by what is stored of the same source.

    Parameters
    ----------
    rows : DataFrame
        Contract reports, each report once.
    versions : DataFrame
        From ``load_versions``.
    in_period : Series of bool
        Aligned with ``versions``: what the delivery must tell again or withdraw;
        all False for a delivery that is not full.
    quarantined_keys : set of str
        Keys that stand in the file though their rows were rejected: not withdrawn.

    Returns
    -------
    Changes
    """
    before = versions.set_index("incident_id")
    known = rows[["incident_id"]].join(before, on="incident_id")
    is_live = known["is_withdrawn"].eq(False)
    same = is_live & (known["content_hash"] == content_hash(rows)).fillna(False)
    old_year = known["reported_on"].dt.year
    moved = is_live & ~same & (old_year != rows["reported_on"].dt.year)
    gone = (
        in_period
        & ~versions["is_withdrawn"]
        & ~versions["incident_id"].isin(rows["incident_id"])
        & ~versions["source_key"].isin(quarantined_keys)
    )
    return Changes(
        stored=rows[~same],
        n_unchanged=int(same.sum()),
        withdrawn_ids=versions.loc[gone, "incident_id"].tolist(),
        moved_ids=rows.loc[moved, "incident_id"].tolist(),
    )


def refuse_drop(n_missing: int, n_before: int, *, file_name: str) -> None:
    """Stop a delivery that loses too many of the rows its period had.

    Raises
    ------
    DropError
        If more than a fifth is missing.
    """
    if n_missing > MOST_DROPPED * n_before:
        raise DropError(
            f"{file_name}: {n_missing} av periodens {n_before} inlästa rader saknas i "
            "filen, mer än en femtedel. Fråga avsändaren om filen är hel. Är den det, "
            "läs in den igen med --accept-drop."
        )

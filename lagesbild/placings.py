"""Stored reports placed again since a register changed: committed whole or not at all.

In: new placements and links of stored reports, and what the register says. Out: those
rows and, last, their marker in ``placings``, which takes the next sequence number, so
that ``as_of`` shows the store before and after. What was placed before is kept.
Used by ``place_again``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pandas as pd

from lagesbild.accounting import MARKED_BY, refuse_faulty_placing
from lagesbild.contracts import check
from lagesbild.errors import LockError
from lagesbild.store import latest_sequence_number, load_placings
from lagesbild.stored_columns import add_helpers
from lagesbild.stored_form import append_rows, see_versions
from lagesbild.workspace import Workspace


def load_known(ws: Workspace) -> dict[str, str]:
    """What the register said when reports were last placed by it, as digests."""
    placings = load_placings(ws)
    return json.loads(placings["known"].iloc[-1]) if len(placings) else {}


def new_placing(ws: Workspace, known: Mapping[str, str]) -> dict:
    """The marker of a placing to be, but for its number of reports.

    Parameters
    ----------
    ws : Workspace
        Its lock is held by the caller.
    known : mapping
        What the register says now, as digests.

    Returns
    -------
    dict
        placing_id, sequence_number, known. The same store and register give the same.
    """
    told = json.dumps(dict(sorted(known.items())))
    number = latest_sequence_number(ws) + 1
    digest = hashlib.sha256(f"{number} {told}".encode()).hexdigest()
    return {
        "placing_id": digest[:16],
        "sequence_number": number,
        "known": told,
    }


def commit_placing(
    ws: Workspace,
    *,
    placing: Mapping[str, object],
    placements: pd.DataFrame,
    links: pd.DataFrame,
    reports: pd.DataFrame,
) -> None:
    """Store that reports have been placed again, or nothing that any reader sees.

    Parameters
    ----------
    ws : Workspace
        Its lock is held by the caller.
    placing : mapping
        As ``new_placing`` gives it.
    placements, links : DataFrame
        Of their contracts, ``made_by`` the placing; may be empty.
    reports : DataFrame
        The stored reports, contract reports at least; all that are placed or linked
        are among them.

    Raises
    ------
    ContractError
        If a table breaks its contract or holds a report that is not stored.
    StoppedError
        If a protected report has a place.
    LockError
        If another copy of the workspace writes in the same bucket.
    StoreError
        If the disk cannot be written.
    """
    parts = {
        "placements": check(placements, "placements"),
        "links": check(links, "links"),
    }
    now = pd.Timestamp(datetime.now(UTC)).as_unit("us")
    told = dict(placing) | {"n_placed": len(placements), "committed_at": now}
    marker = check(pd.DataFrame([told]), "placings")
    refuse_faulty_placing(marker.iloc[0], parts, reports)
    years = reports.set_index("incident_id")["reported_on"].dt.year
    seen = see_versions(ws, MARKED_BY)
    if seen and latest_sequence_number(ws) + 1 != placing["sequence_number"]:
        raise LockError("En annan kopia av arbetsytan har skrivit i lagret. Kör igen.")
    for table, rows in parts.items():
        append_rows(ws, table, add_helpers(rows, table, years=years))
    append_rows(ws, "placings", marker, seen=seen)

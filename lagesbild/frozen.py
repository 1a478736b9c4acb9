"""What is frozen beside closed counts: who is behind them, releases, registers.

In: frames under contract. Out: rows of append-only Delta tables in the private lager/.
Used by ``closing``, ``publication`` and ``publish.release``. No delivery brings these
rows and nothing sweeps them: a release is recorded when its rows are here.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.contracts import check
from lagesbild.store import load_closed_counts
from lagesbild.stored_form import append_rows, read_rows
from lagesbild.workspace import Workspace

_CELL = ["area_id", "category", "period"]


def load_closed_contributors(ws: Workspace) -> pd.DataFrame:
    """Who and what is behind frozen counts.

    Returns
    -------
    DataFrame
        Contract closed_contributors, of closed cycles.
    """
    rows = read_rows(ws, "closed_contributors")
    rows = rows[rows["cycle"].isin(load_closed_counts(ws)["cycle"])]
    # a close that was cut short before its mark has written them twice
    rows = rows.drop_duplicates([*_CELL, "source_kind"], keep="last")
    return check(rows, "closed_contributors", where="lagret")


def append_closed_contributors(ws: Workspace, frame: pd.DataFrame) -> None:
    """Freeze who is behind the counts of cycles; the counts, written next, mark it."""
    append_rows(ws, "closed_contributors", check(frame, "closed_contributors"))


def load_publications(ws: Workspace) -> pd.DataFrame:
    """Every cell ever released.

    Returns
    -------
    DataFrame
        Contract publications: one row, one count of one cell of one release, with its
        true value, hidden ones too.
    """
    return check(read_rows(ws, "publications"), "publications", where="lagret")


def append_publications(ws: Workspace, frame: pd.DataFrame) -> None:
    """Record the cells of one release, in one piece and for good."""
    append_rows(ws, "publications", check(frame, "publications"))


def find_releases(ws: Workspace) -> list[tuple[str, str]]:
    """(cycle, audience) of every release, the oldest cycle first."""
    rows = read_rows(ws, "publications", ["cycle", "audience"]).drop_duplicates()
    return sorted(rows.itertuples(index=False, name=None))


def load_register_versions(ws: Workspace) -> pd.DataFrame:
    """Every register as it was each time it was loaded and had changed.

    Returns
    -------
    DataFrame
        Contract register_versions: one row, one row of one version of one register.
    """
    rows = read_rows(ws, "register_versions")
    return check(rows, "register_versions", where="lagret")


def append_register_versions(ws: Workspace, frame: pd.DataFrame) -> None:
    """Keep versions of registers, in one piece and for good."""
    append_rows(ws, "register_versions", check(frame, "register_versions"))

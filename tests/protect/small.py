"""Small invented tables in the form of a cycle's cells, and what may be known of them.

Totals are plain sums made here, and ``widths`` goes through every possible table one
by one, so that neither ``measure`` nor ``protect`` is its own judge.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

TREE = pd.DataFrame(
    {
        "category": ["ran", "klotter", "brott", "felparkering", "trafik"],
        "parent": ["brott", "brott", "alla", "trafik", "alla"],
    }
)
LEAVES = ("ran", "klotter", "felparkering")
COUNTS = ("n_offences", "n_observations", "n_reports", "n_events", "n_events_occurred")
QUARTER = "2026-K3"


def name_areas(n: int) -> list[str]:
    """O1, O2, … and last "Utan område"."""
    return [*(f"O{k}" for k in range(1, n)), ""]


def above(leaf: str) -> list[str]:
    """The leaf and every category over it."""
    parent = dict(zip(TREE["category"], TREE["parent"], strict=True))
    nodes = [leaf]
    while nodes[-1] in parent:
        nodes.append(parent[nodes[-1]])
    return nodes


def make_cells(inner, *, leaves=LEAVES, period=QUARTER) -> pd.DataFrame:
    """Cells of one quarter in which the police tell every leaf and others nothing.

    ``inner``: one row an area, the last "Utan område"; one column a leaf. Every
    report is an event of one offence, so every count but n_observations is the same.
    """
    inner = np.asarray(inner)
    count: dict[tuple[str, str], int] = {}
    pairs = itertools.product(
        enumerate(name_areas(len(inner))), enumerate(leaves[: inner.shape[1]])
    )
    for (row, area), (column, leaf) in pairs:
        for at in ("*", area):
            for node in above(leaf):
                count[at, node] = count.get((at, node), 0) + int(inner[row, column])
    cells = pd.DataFrame(
        [(area, node, period, n) for (area, node), n in count.items()],
        columns=["area_id", "category", "period", "n_offences"],
    )
    for name in COUNTS:
        is_told = name != "n_observations"
        values = cells["n_offences"] if is_told else pd.NA
        cells[name] = pd.Series(values, cells.index, dtype="Int64")
        cells[f"{name}_status"] = "shown" if is_told else "not_computed"
    return cells.assign(
        n_police_events=cells["n_offences"].astype(float),
        n_observer_events=np.nan,
        n_police_places=np.nan,
        n_observer_places=np.nan,
        n_offences_largest=np.nan,
        n_places_occurred=np.nan,
        measure="n_offences",
        n_inhabitants=pd.array([1000] * len(cells), dtype="Int64"),
        rate_per_1000_quarter=cells["n_offences"].astype(float),
        rate_lower=0.5,
        rate_upper=9.5,
        rate_status="shown",
        rate_reason=None,
        n_offences_last_year=pd.array([pd.NA] * len(cells), dtype="Int64"),
        n_offences_last_year_status="missing",
        n_observations_last_year=pd.array([pd.NA] * len(cells), dtype="Int64"),
        n_observations_last_year_status="missing",
        rate_ratio=np.nan,
        ratio_lower=np.nan,
        ratio_upper=np.nan,
        change_status="too_short_history",
        verdict="för kort historik",
    )


def set_status(cells: pd.DataFrame, hidden: pd.Series) -> pd.DataFrame:
    """The cells as an outsider meets n_offences alone; other counts are not told."""
    out = cells.copy()
    for name in COUNTS[1:]:
        out[f"{name}_status"] = "not_computed"
        out[name] = pd.array([pd.NA] * len(out), dtype="Int64")
    out["n_offences"] = out["n_offences"].mask(hidden)
    out["n_offences_status"] = np.where(hidden, "suppressed", "shown")
    return out


def widths(cells, hidden, shape, *, most, leaves=LEAVES) -> np.ndarray:
    """How far apart the possible values of each cell lie, by going through them all.

    Every table of whole counts from 0 to ``most`` that agrees with what is shown.
    """
    n = int(np.prod(shape))
    grid = np.indices((most + 1,) * n).reshape(n, -1)
    inner = list(itertools.product(name_areas(shape[0]), leaves[: shape[1]]))
    totals = []
    for area, node in zip(cells["area_id"], cells["category"], strict=True):
        parts = [
            at
            for at, (where, leaf) in enumerate(inner)
            if area in (where, "*") and node in above(leaf)
        ]
        totals.append(grid[parts].sum(axis=0))
    totals = np.array(totals)
    shown = ~hidden.to_numpy()
    truth = cells["n_offences"].to_numpy(dtype=int)
    possible = (totals[shown] == truth[shown, None]).all(axis=0)
    kept = totals[:, possible]
    return kept.max(axis=1) - kept.min(axis=1)

"""Audit anybody's published tables from the outside.

In: one or several publications of the same table, and the trees over its dimensions.
Out: the cells that can be worked out. Used by the command line and by who imports
``lagesbild.protect``. It knows nothing but what is published, and shares no code with
``standalone``, which suppresses.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lagesbild.errors import ProtectError
from lagesbild.protect.forms import (
    check_columns,
    check_hierarchy,
    check_names,
    check_rows,
    read_counts,
)
from lagesbild.protect.outsider import SLACK, place_unknowns

TOP = "Totalt"
SMALL = "litet antal visas"
DIFFERENT = "olika tal i två publiceringar"
PLACED = "kan räknas ut"
PUBLISHED = "publiceringen"


def audit(
    publications: Sequence[pd.DataFrame] | pd.DataFrame,
    hierarchy: pd.DataFrame,
    *,
    dims: Sequence[str],
    count: str,
    threshold: int = 5,
    range_min: int = 3,
) -> pd.DataFrame:
    """Find the cells that a reader of all publications can work out.

    Parameters
    ----------
    publications : DataFrame or sequence of DataFrame
        One row, one published combination of ``dims``; ``count`` is missing where it
        is hidden. A combination that no row tells is known to nobody.
    hierarchy : DataFrame
        dim, hier, parent, child; root "Totalt".
    dims : sequence of str
    count : str
    threshold : int
        Counts from 1 up to but not including it may not be shown.
    range_min : int
        Hidden cells that can be placed within less are worked out.

    Returns
    -------
    DataFrame
        One row, one cell that is not safe: ``dims``, low and high (what it can be; the
        counts shown where they differ) and reason, in Swedish. No rows: all is safe.

    Raises
    ------
    UsageError, RegisterError
        If a column is missing, or a value stands in no tree.
    ProtectError
        If the counts that are shown cannot all be true.
    """
    frames = [publications] if isinstance(publications, pd.DataFrame) else publications
    dims = list(dims)
    check_names(dims, count)
    check_hierarchy(hierarchy, dims)
    for frame in frames:
        check_columns(frame, [*dims, count], PUBLISHED)
    nodes = {name: _nodes(hierarchy, frames, name) for name in dims}
    grid = pd.MultiIndex.from_product([nodes[name] for name in dims], names=dims)
    least, most, told = _what_is_told(frames, grid, dims, count)
    low, high = least.copy(), most.copy()
    is_small = (least >= 1) & (least < threshold)
    differs = least < most
    hidden = told & np.isnan(least)
    if not differs.any():  # revised figures are no one truth to place others by
        matrix = _sums(hierarchy, nodes, dims)
        low, high = _place(matrix, least, hidden, range_min)
    placed = hidden & (high - low < range_min - SLACK)
    unsafe = is_small | differs | placed
    reason = np.select([differs, is_small], [DIFFERENT, SMALL], default=PLACED)
    return (
        grid[unsafe]
        .to_frame(index=False)
        .assign(low=low[unsafe], high=high[unsafe], reason=reason[unsafe])
    )


def _what_is_told(frames, grid, dims, count):
    """Least and most count shown of each cell, and whether it is published at all."""
    least, most = np.full(len(grid), np.nan), np.full(len(grid), np.nan)
    told = np.zeros(len(grid), dtype=bool)
    for frame in frames:
        for level, name in enumerate(dims):
            unknown = ~frame[name].isin(grid.levels[level])
            rule = "Värdet finns inte i hierarkin. Rätta det."
            check_rows(frame, unknown, name, rule, PUBLISHED)
        again = frame.duplicated(dims)
        rule = "Samma kombination står på en rad högre upp. Ta bort den ena."
        check_rows(frame, again, ", ".join(dims), rule, PUBLISHED)
        shown = read_counts(frame, count, PUBLISHED, may_be_empty=True)
        at = grid.get_indexer(pd.MultiIndex.from_frame(frame[dims]))
        told[at] = True
        least[at] = np.fmin(least[at], shown)
        most[at] = np.fmax(most[at], shown)
    return least, most, told


def _nodes(hierarchy: pd.DataFrame, frames, name: str) -> list[str]:
    tree = hierarchy[hierarchy["dim"] == name]
    found = [*tree["parent"], *tree["child"]]
    if not found:
        found = sorted({v for frame in frames if name in frame for v in frame[name]})
    return list(dict.fromkeys([TOP, *found]))


def _sums(hierarchy: pd.DataFrame, nodes: dict[str, list[str]], dims: list[str]):
    """One row a sum over one dimension, for every combination of the others."""
    from scipy.sparse import csr_array, eye_array, kron, vstack

    blocks = []
    for name in dims:
        place = {node: at for at, node in enumerate(nodes[name])}
        tree = hierarchy[hierarchy["dim"] == name]
        groups = tree.groupby(["hier", "parent"], sort=False)["child"]
        families = [(parent, list(children)) for (_, parent), children in groups]
        if tree.empty:
            families = [(TOP, [node for node in nodes[name] if node != TOP])]
        own = np.zeros((len(families), len(place)))
        for row, (parent, children) in enumerate(families):
            own[row, place[parent]] = -1.0
            own[row, [place[child] for child in children]] = 1.0
        block = csr_array(np.ones((1, 1)))
        for other in dims:
            part = csr_array(own) if other == name else eye_array(len(nodes[other]))
            block = kron(block, part)
        blocks.append(block)
    return csr_array(vstack(blocks))


def _place(matrix, known, hidden, range_min):
    """What every cell can be; known cells are what they are."""
    low, high = known.copy(), known.copy()
    unknown = np.flatnonzero(np.isnan(known))
    inside = matrix[:, unknown].tocsr()
    is_used = np.diff(inside.indptr) > 0
    right = -(matrix @ np.nan_to_num(known))
    if (np.abs(right[~is_used]) > SLACK).any():
        raise ProtectError("Visade tal går inte ihop: en summa är inte sina delar.")
    if hidden.any():
        targets = np.flatnonzero(hidden[unknown])
        low[unknown], high[unknown] = place_unknowns(
            inside[is_used], right[is_used], targets, range_min=range_min
        )
    return low, high

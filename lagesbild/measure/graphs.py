"""Neighbours as matrices: the graph of areas beside the values of areas.

In: a libpysal ``Graph`` and the index of the values. Out: a sparse matrix whose rows
and columns stand in the order of the values. Used by ``rates`` and ``hotspots``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.errors import UsageError

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from scipy.sparse import csr_matrix


def matrix(graph: Graph, index: pd.Index, *, include_self: bool) -> csr_matrix:
    """Whether two areas are neighbours, 1 or 0, in the order of ``index``.

    Parameters
    ----------
    graph : Graph
        Only which areas are neighbours is used, not their weights.
    index : Index
        Of the values. The graph's own ids in any order, or a plain count from 0,
        which takes the order of the graph.
    include_self : bool
        Whether an area is its own neighbour.

    Returns
    -------
    csr_matrix

    Raises
    ------
    UsageError
        If graph and values are not of the same areas.
    """
    from scipy.sparse import csr_matrix, diags, identity

    ids = pd.Index(graph.unique_ids)
    plain = isinstance(index, pd.RangeIndex)
    at = index if plain and len(index) == len(ids) else ids.get_indexer(index)
    if len(index) != len(ids) or min(at, default=0) < 0:
        raise UsageError("Grafen och värdena gäller inte samma områden.")
    near = (graph.sparse.tocsr()[at][:, at] != 0).astype(float)
    near = near - diags(near.diagonal())
    return csr_matrix(near + identity(len(ids)) if include_self else near)

"""Every combination of a table's dimensions, totals included, and the sums between.

In: inner cells and the trees over each dimension. Out: ``Lattice``, a frozen value.
Used by ``standalone``. A parent of one child equals it: the two are one cell, so that
hiding the one hides the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lagesbild.errors import RegisterError
from lagesbild.protect.forms import (
    check_columns,
    check_hierarchy,
    check_names,
    check_rows,
    read_counts,
)
from lagesbild.protect.relations import Table, make_table

ROOT = "Totalt"
TABLE, CELLS = "tabellen", "listan över publicerade celler"


@dataclass(frozen=True, eq=False)
class Lattice:
    """A table with its totals.

    Attributes
    ----------
    names : list of list of str
        For each dimension its nodes, the root first.
    same : list of ndarray of int
        For each dimension the node that each node equals by necessity.
    table : Table
        One cell a combination of nodes; equal ones are told by one alone.
    told : ndarray of bool
        The combinations that are published, in order of the product.
    """

    names: list[list[str]]
    same: list[np.ndarray]
    table: Table
    told: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(names) for names in self.names)

    @property
    def cell_of(self) -> np.ndarray:
        """For every combination, in order of the product, the cell that tells it."""
        grid = np.meshgrid(*self.same, indexing="ij")
        return np.ravel_multi_index([axis.ravel() for axis in grid], self.shape)

    def combinations(self, dims: Sequence[str]) -> pd.DataFrame:
        """Every combination by name, in order of the product."""
        index = pd.MultiIndex.from_product(self.names, names=dims)
        return index.to_frame(index=False)


def make_lattice(
    inner: pd.DataFrame,
    hierarchy: pd.DataFrame,
    *,
    dims: Sequence[str],
    count: str,
    cells: pd.DataFrame | None = None,
) -> Lattice:
    """Add all totals to a table.

    Parameters
    ----------
    inner : DataFrame
        One row, one inner combination of ``dims``; ``count`` whole and not negative.
        A combination that is not there is 0.
    hierarchy : DataFrame
        dim, hier, parent, child; root "Totalt", several trees a dimension. A
        dimension without trees has its values under the root.
    dims : sequence of str
    count : str
    cells : DataFrame, optional
        The combinations that are published; None is every one.

    Returns
    -------
    Lattice

    Raises
    ------
    UsageError
        If a column is missing.
    RegisterError
        If the counts are not counts, or a tree lacks its root, runs in a ring, or
        does not hold every value of the table.
    """
    counts = _check(inner, hierarchy, cells, dims, count)
    trees = [_read_trees(hierarchy, name, inner) for name in dims]
    names = [tree.names for tree in trees]
    shape = tuple(len(n) for n in names)
    values = np.zeros([tree.up.shape[1] for tree in trees])
    at = [
        pd.Index(tree.leaves).get_indexer(inner[name])
        for tree, name in zip(trees, dims, strict=True)
    ]
    np.add.at(values, tuple(at), counts)
    for axis, tree in enumerate(trees):
        values = np.moveaxis(np.tensordot(tree.up, values, (1, axis)), 0, axis)
    same = [tree.same for tree in trees]
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    first = numbers[np.ix_(*same)]
    sums = []
    for axis, tree in enumerate(trees):
        along = np.moveaxis(first, axis, 0).reshape(shape[axis], -1)
        for members in tree.sums:
            sums += list(np.unique(along[members], axis=1).T)
    told = np.full(numbers.size, cells is None)
    if cells is not None:
        told[_find(cells, names, dims)] = True
    published = np.zeros(numbers.size, dtype=bool)
    published[first.ravel()[told]] = True
    table = make_table(values.ravel(), sums, published)
    return Lattice(names, same, table, told)


@dataclass(frozen=True, eq=False)
class _Trees:
    """One dimension: nodes, leaves, node × leaf, equal nodes, sums of equal nodes."""

    names: list[str]
    leaves: list[str]
    up: np.ndarray
    same: np.ndarray
    sums: list[np.ndarray]


def _read_trees(hierarchy: pd.DataFrame, dim: str, inner: pd.DataFrame) -> _Trees:
    rows = hierarchy[hierarchy["dim"] == dim]
    if rows.empty:
        values = sorted(inner[dim].unique())
        rows = pd.DataFrame({"hier": "h", "parent": ROOT, "child": values})
    names = list(dict.fromkeys([ROOT, *rows["parent"], *rows["child"]]))
    place = {name: at for at, name in enumerate(names)}
    leaves = [name for name in names if name not in set(rows["parent"])]
    families = [
        (tree, place[parent], [place[c] for c in children])
        for (tree, parent), children in rows.groupby(["hier", "parent"], sort=False)[
            "child"
        ]
    ]
    up = _add_up(dim, rows, families, names, leaves)
    check_rows(
        inner,
        ~inner[dim].isin(leaves),
        dim,
        "Värdet är inget blad i hierarkin. Tabellen ska bara ha de innersta cellerna, "
        "och varje värde ska stå som child utan egna barn.",
        TABLE,
    )
    same = np.arange(len(names))
    for _ in families:  # a chain of only children is followed to its end
        for _, parent, children in families:
            if len(children) == 1:
                same[parent] = same[children[0]]
    sums = [
        np.array([parent, *children])
        for _, parent, children in families
        if len(children) > 1
    ]
    return _Trees(names, leaves, up, same, sums)


def _add_up(dim, rows, families, names, leaves) -> np.ndarray:
    """Node × leaf, 1 where the leaf lies under the node; the same in every tree."""
    up = np.zeros((len(names), len(leaves)))
    up[[names.index(leaf) for leaf in leaves], np.arange(len(leaves))] = 1
    for tree in rows["hier"].unique():
        own = {parent: kids for name, parent, kids in families if name == tree}
        reached = _gather(dim, tree, 0, own, up, set())
        if not (reached == 1).all():
            raise RegisterError(
                f"Trädet '{tree}' i dimensionen '{dim}' ska ha roten '{ROOT}' och "
                f"hålla varje blad en gång; {(reached != 1).sum()} blad gör det inte."
            )
    return up


def _gather(dim, tree, node, own, up, above) -> np.ndarray:
    if node in above:
        raise RegisterError(f"Trädet '{tree}' i dimensionen '{dim}' går i ring.")
    if node not in own:
        return up[node]
    kids = [_gather(dim, tree, kid, own, up, above | {node}) for kid in own[node]]
    total = np.sum(kids, axis=0)
    if up[node].any() and (up[node] != total).any():
        raise RegisterError(
            f"En nod i dimensionen '{dim}' har olika blad i olika träd. Ge dem skilda "
            "namn."
        )
    up[node] = total
    return up[node]


def _find(cells, names, dims) -> np.ndarray:
    at = []
    for nodes, dim in zip(names, dims, strict=True):
        at.append(pd.Index(nodes).get_indexer(cells[dim]))
        rule = "Värdet finns inte i hierarkin eller tabellen. Rätta det."
        check_rows(cells, at[-1] < 0, dim, rule, CELLS)
    return np.ravel_multi_index(at, [len(n) for n in names])


def _check(inner, hierarchy, cells, dims, count) -> np.ndarray:
    check_names(dims, count)
    check_columns(inner, [*dims, count], TABLE)
    check_hierarchy(hierarchy, dims)
    if cells is not None:
        check_columns(cells, dims, CELLS)
    again = inner.duplicated(list(dims))
    rule = "Samma kombination står på en rad högre upp. Slå ihop dem."
    check_rows(inner, again, ", ".join(dims), rule, TABLE)
    return read_counts(inner, count, TABLE, may_be_empty=False)

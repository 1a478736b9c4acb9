"""Totals over areas and up the category tree, from the full grid of inner cells.

In: the grid of ``counting.gather``. Out: the same with groups, ``alla`` and the
municipality "*" added. Next: ``tables.measure_cycle``. A total is the sum of what
it is made of; where a part is missing, so is the total.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.measure.counting import COUNTS, KEYS
from lagesbild.offences import ALL, load_categories

MUNICIPALITY = "*"
WITHOUT_AREA = ""
HIDDEN_COUNTS = {"n_police_events": "n_reports", "n_observer_events": "n_observations"}


def category_tree(leaves: list[str]) -> pd.DataFrame:
    """The tree above some leaf categories.

    Returns
    -------
    DataFrame
        One row, one node that is not the root: category, parent. Leaves first, in
        the order of the code table, then their groups.
    """
    table = load_categories()
    table = table[table["category"].isin(leaves)]
    groups = table["group"].drop_duplicates()
    return pd.DataFrame(
        {
            "category": [*table["category"], *groups],
            "parent": [*table["group"], *[ALL] * len(groups)],
        }
    )


def add_totals(inner: pd.DataFrame) -> pd.DataFrame:
    """Add groups, ``alla`` and the municipality to a grid of inner cells.

    Parameters
    ----------
    inner : DataFrame
        From ``counting.gather``: every area × leaf × period, in grid order.

    Returns
    -------
    DataFrame
        One row, area × category × period: the municipality "*" first, then the areas
        and "" ("Utan område"); leaves, groups, ``alla``. The columns of ``inner``.
    """
    area_ids, leaves, periods = (list(inner[key].drop_duplicates()) for key in KEYS)
    tree = category_tree(leaves)
    groups = list(dict.fromkeys(tree["parent"]))
    nodes = [*leaves, *groups] if leaves else []
    up = np.zeros((len(nodes), len(leaves)))
    parent = dict(zip(tree["category"], tree["parent"], strict=True))
    for column, leaf in enumerate(leaves):
        node = leaf
        while node is not None:
            up[nodes.index(node), column] = 1
            node = parent.get(node)
    shape = (len(area_ids), len(leaves), len(periods))
    grid = pd.MultiIndex.from_product(
        [[MUNICIPALITY, *area_ids], nodes, periods], names=KEYS
    )
    frame = grid.to_frame(index=False)
    for name in COUNTS:
        counts = inner[name].to_numpy(float).reshape(shape)
        status = inner[f"{name}_status"].to_numpy(object).reshape(shape)
        frame[name], words = _sum(counts, status, up)
        frame[f"{name}_status"] = pd.Series(words, dtype="str")
    for name, like in HIDDEN_COUNTS.items():
        counts = inner[name].to_numpy(float).reshape(shape)
        status = inner[f"{like}_status"].to_numpy(object).reshape(shape)
        frame[name], _ = _sum(counts, status, up)
    return frame


def _sum(counts, status, up) -> tuple[np.ndarray, np.ndarray]:
    def over(values: np.ndarray) -> np.ndarray:
        by_node = np.einsum("nl,alp->anp", up, values.astype(float))
        return np.concatenate([by_node.sum(axis=0, keepdims=True), by_node])

    total = over(np.nan_to_num(counts))
    is_told = over(status != "not_computed") > 0
    has_gap = over(status == "missing") > 0
    words = np.where(is_told, np.where(has_gap, "missing", "shown"), "not_computed")
    return np.where(words == "shown", total, np.nan).ravel(), words.ravel()

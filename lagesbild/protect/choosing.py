"""Choose the cells that must be hidden so that small counts cannot be worked out.

In: the cells of a cycle and a threshold. Out: for every cell and count whether it is
hidden. Next: ``hide``. Each quarter and count is one table with two trees: areas and
"Utan område" make the municipality, leaf categories make groups and ``alla``.
First the small cells (primary), then, by a mixed integer program, the fewest others
such that no sum holds exactly one hidden cell (secondary); last, by linear programs,
more until every hidden cell could lie within at least ``range_min``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.protect.relations import Rules, Table, make_table
from lagesbild.protect.search import choose

MUNICIPALITY = "*"
ALL = "alla"
KEYS = ["area_id", "category", "period"]
RANGE_MIN = 3
MEASURES = {
    "n_offences": ("n_offences", "n_reports", "n_police_events"),
    "n_observations": ("n_observations", "n_observer_events"),
}
"""Each count, and the counts behind it that may not be small either."""
WHOLE_MEASURES = ("n_reports", "n_events", "n_events_occurred")
"""Counts shown for the whole municipality and category groups only."""
_BESIDE = ("n_offences", "n_observations", "n_reports", "n_events")


def choose_hidden(
    cells: pd.DataFrame,
    tree: pd.DataFrame,
    *,
    threshold: int,
    range_min: int = RANGE_MIN,
    hidden_before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Choose what to hide from an audience.

    Parameters
    ----------
    cells : DataFrame
        From ``measure_cycle``, with ``count_occurred``.
    tree : DataFrame
        category, parent: one row a category that is not ``alla``.
    threshold : int
        Counts from 1 up to but not including it are hidden; 1 hides nothing.
    range_min : int
        The least width of what an outsider can know of a hidden cell.
    hidden_before : DataFrame, optional
        The answer for another audience, of a lower threshold: all that it hides is
        hidden here too, so that the two together tell no more than the other alone.

    Returns
    -------
    DataFrame
        Index of ``cells``; bool columns n_offences, n_observations, n_reports,
        n_events and n_events_occurred: True where hidden. A cell that is not shown in
        ``cells`` is False.
    """
    names = [*MEASURES, *WHOLE_MEASURES]
    rules = Rules(threshold, range_min)
    hidden = pd.DataFrame(False, index=cells.index, columns=names)
    if threshold <= 1:
        return hidden
    counts = {*names, *(name for behind in MEASURES.values() for name in behind)}
    cells = cells.astype(dict.fromkeys(counts, "float64"))
    before = hidden if hidden_before is None else hidden_before[names]
    for measure, counts in MEASURES.items():
        must = _is_small(cells, counts, threshold) | before[measure]
        hidden[measure] = _protect(cells, measure, tree, must, rules)
    parents = set(tree["parent"])
    is_whole = (cells["area_id"] == MUNICIPALITY) & cells["category"].isin(parents)
    # the four counts stand beside each other there: one hidden hides them all, since
    # reports are nearly offences, and events nearly observations
    few = {m: (cells[m] >= 1) & (cells[m] < threshold) for m in names}
    beside = hidden["n_offences"] | hidden["n_observations"]
    for measure in _BESIDE:
        beside |= few[measure]
    for measure in WHOLE_MEASURES:
        whole = cells[is_whole]
        shown = whole[f"{measure}_status"] == "shown"
        must = (beside | few[measure])[is_whole] & shown
        must |= before.loc[is_whole, measure]
        narrow = _protect(whole, measure, tree, must, rules)
        hidden[measure] = cells[f"{measure}_status"] == "shown"
        hidden.loc[is_whole, measure] = narrow
    return hidden


def _is_small(cells: pd.DataFrame, counts: tuple[str, ...], threshold: int):
    """A count is small if it, or what lies behind it, is 1 up to the threshold."""
    shown = cells[f"{counts[0]}_status"] == "shown"
    least = cells[counts[0]].where(cells[counts[0]] >= 1)
    for behind in counts[1:]:
        known = cells[behind].clip(lower=1)
        least = np.minimum(least, known.where(known.notna(), least))
    return shown & (least < threshold)


def _protect(cells, measure, tree, must, rules: Rules) -> pd.Series:
    hidden = pd.Series(False, index=cells.index)
    shown = cells[f"{measure}_status"] == "shown"
    for _, rows in cells[shown].groupby("period", sort=True):
        forced = must.loc[rows.index].to_numpy()
        if not forced.any():
            continue
        frame = rows[["area_id", "category"]].assign(value=rows[measure].astype(float))
        cell_of, table = make_quarter(frame, tree)
        primary = np.zeros(table.n_cells, dtype=bool)
        np.logical_or.at(primary, cell_of, forced)
        cost = np.zeros(table.n_cells)
        np.maximum.at(cost, cell_of, _cost(frame, tree))
        chosen = choose(table, primary, cost, rules).hidden
        hidden.loc[rows.index] = chosen[cell_of]
    return hidden


def make_quarter(frame: pd.DataFrame, tree: pd.DataFrame) -> tuple[np.ndarray, Table]:
    """Make one quarter of one count a table with its sums.

    Parameters
    ----------
    frame : DataFrame
        One row, one cell: area_id, category, value.
    tree : DataFrame
        category, parent.

    Returns
    -------
    cell_of : ndarray of int
        For each row the number of its cell; rows that are equal by necessity (a group
        with one member) share one.
    table : Table
        With the sums of which every part stands in the frame, since one that is
        missing leaves the total unknown.
    """
    same = _same_category(tree, set(frame["category"]))
    category = frame["category"].map(same)
    pairs = pd.MultiIndex.from_arrays([frame["area_id"], category])
    cell_of, unique = pd.factorize(pairs)
    number = pd.Series(np.arange(len(unique)), index=unique)
    sums = []
    for _, at in number.groupby(level=1, sort=True):
        here = dict(zip(at.index.get_level_values(0), at, strict=True))
        whole = here.pop(MUNICIPALITY, None)
        if whole is not None and here:
            sums.append(np.array([whole, *here.values()]))
    nodes = tree[tree["category"].isin(set(frame["category"]))]
    for _, at in number.groupby(level=0, sort=True):
        here = dict(zip(at.index.get_level_values(1), at, strict=True))
        for parent, below in nodes.groupby("parent", sort=True)["category"]:
            known = {here[same[c]] for c in below if same[c] in here}
            top = here.get(same.get(parent, parent))
            if top is not None and known and known != {top}:
                sums.append(np.array([top, *sorted(known)]))
    values = np.zeros(len(unique))
    values[cell_of] = frame["value"]
    return cell_of, make_table(values, sums)


def _same_category(tree: pd.DataFrame, present: set[str]) -> dict[str, str]:
    """A parent of one category equals it: each maps to the lowest it equals."""
    same = {name: name for name in present}
    below = tree[tree["category"].isin(present)].groupby("parent")["category"]
    only = {parent: names.iloc[0] for parent, names in below if len(names) == 1}
    for name in present:
        low = name
        while low in only:
            low = only[low]
        same[name] = low
    return same


def _cost(frame: pd.DataFrame, tree: pd.DataFrame) -> np.ndarray:
    """Fewest cells first, then small values; totals are dearer, "*" dearest."""
    value = frame["value"].to_numpy()
    is_total = frame["category"].isin(set(tree["parent"])).to_numpy()
    is_whole = (frame["area_id"] == MUNICIPALITY).to_numpy()
    weight = np.where(is_total, 2.0, 1.0) * np.where(is_whole, 200.0, 1.0)
    weight[is_whole & (frame["category"] == ALL).to_numpy()] = 20_000.0
    return weight + 0.1 * value / (value.max() + 1)

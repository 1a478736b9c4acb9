"""Choose the cells that must be hidden so that small counts cannot be worked out.

In: a cycle's cells and an audience's rule. Out: for every cell and count whether it is
hidden. Next: ``hide``. Each quarter and count is one table with two trees: areas and
"Utan område" make the municipality, leaf categories make groups and ``alla``.
First the small cells (primary), then, by a mixed integer program, the fewest others
such that no sum holds exactly one hidden cell (secondary); last, by linear programs,
more until every hidden cell could lie within at least ``range_min``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.audiences import Audience
from lagesbild.protect.relations import Rules, Table, make_table
from lagesbild.protect.search import choose

MUNICIPALITY = "*"
ALL = "alla"
KEYS = ["area_id", "category", "period"]
RANGE_MIN = 3
MEASURES = {
    "n_offences": ("n_offences", "n_reports", "n_police_events", "n_police_places"),
    "n_observations": ("n_observations", "n_observer_events", "n_observer_places"),
}
"""Each count, and the counts behind it that may not be small either."""
_LARGEST = "n_offences_largest"
_BEHIND = {"n_events_occurred": ("n_events_occurred", "n_places_occurred")}
WHOLE_MEASURES = ("n_reports", "n_events", "n_events_occurred")
"""Counts shown for the whole municipality and category groups only."""
_BESIDE = ("n_offences", "n_observations", "n_reports", "n_events")


def choose_hidden(
    cells: pd.DataFrame,
    tree: pd.DataFrame,
    *,
    rule: Audience,
    range_min: int = RANGE_MIN,
    hidden_before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Choose what to hide from an audience.

    Parameters
    ----------
    cells : DataFrame
        From ``measure_cycle``, with ``add_occurred``.
    tree : DataFrame
        category, parent: one row a category that is not ``alla``.
    rule : Audience
        What is hidden for its own sake, by category.
    range_min : int
        The least width of what an outsider can know of a hidden cell.
    hidden_before : DataFrame, optional
        What is hidden whatever its size: the answer for another audience, of a lower
        threshold, so that the two together tell no more than the other alone, and
        what a release has hidden.

    Returns
    -------
    DataFrame
        Index of ``cells``; bool columns n_offences, n_observations, n_reports,
        n_events and n_events_occurred: True where hidden. A cell that is not shown in
        ``cells`` is False.
    """
    names = [*MEASURES, *WHOLE_MEASURES]
    rules = Rules(rule.threshold, range_min)
    hidden = pd.DataFrame(False, index=cells.index, columns=names)
    if not rule.hides:
        return hidden
    small = find_small(cells, rule)
    behind = (*MEASURES.values(), *_BEHIND.values())
    counts = {*names, *(name for group in behind for name in group)}
    cells = cells.astype(dict.fromkeys(counts, "float64"))
    before = hidden if hidden_before is None else hidden_before[names]
    for measure in MEASURES:
        must = small[measure] | before[measure]
        hidden[measure] = _protect(cells, measure, tree, must, rules)
    parents = set(tree["parent"])
    is_whole = (cells["area_id"] == MUNICIPALITY) & cells["category"].isin(parents)
    # the four counts stand beside each other there: one hidden hides them all, since
    # reports are nearly offences, and events nearly observations
    beside = hidden["n_offences"] | hidden["n_observations"]
    for measure in _BESIDE:
        beside |= small[measure]
    for measure in WHOLE_MEASURES:
        whole = cells[is_whole]
        shown = whole[f"{measure}_status"] == "shown"
        must = (beside | small[measure])[is_whole] & shown
        must |= before.loc[is_whole, measure]
        narrow = _protect(whole, measure, tree, must, rules)
        hidden[measure] = cells[f"{measure}_status"] == "shown"
        hidden.loc[is_whole, measure] = narrow
    return hidden


def find_small(cells: pd.DataFrame, rule: Audience) -> pd.DataFrame:
    """Find the shown counts that are hidden for their own sake.

    Parameters
    ----------
    cells : DataFrame
        As for ``choose_hidden``.
    rule : Audience

    Returns
    -------
    DataFrame
        Index of ``cells``; a bool column a count. True where the least of the count
        and of the events and places known behind it is 1 up to the threshold, where
        it is 0 and zeros are protected, and where one event dominates it.
    """
    by_category = {c: rule.rule_of(c) for c in cells["category"].unique()}

    def setting(name: str) -> pd.Series:
        told = {c: getattr(own, name) for c, own in by_category.items()}
        return cells["category"].map(told).astype("float64")

    threshold, zeros = setting("threshold"), setting("protect_zeros") == 1
    found = {}
    for measure in (*MEASURES, *WHOLE_MEASURES):
        counts = {**MEASURES, **_BEHIND}.get(measure, (measure,))
        value = cells[measure].astype("float64")
        least = value.where(value >= 1)
        for behind in counts[1:]:
            known = cells[behind].astype("float64").clip(lower=1)
            least = np.minimum(least, known.where(known.notna(), least))
        small = (least < threshold) | (zeros & (value == 0))
        if measure == "n_offences":
            largest = cells[_LARGEST].astype("float64")
            small |= (value >= 1) & (100 * largest >= setting("dominance_pct") * value)
        found[measure] = small & (cells[f"{measure}_status"] == "shown")
    return pd.DataFrame(found)


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

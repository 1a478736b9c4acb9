"""How far each hidden cell could lie from its value, given all that is shown.

In: a table and its hidden cells. Out: the cells that an outsider could place within
less than ``range_min``, and for each a row that every choice must fulfil to keep it
safe. Used by ``search``; ``auditing`` computes the intervals on its own.

Every solution of the sums is a witness for all cells at once, so that programs are
solved for whole crowds of cells first, and for single cells only where no witness
settled it. The dual of a cell's program says which further cells would widen it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lagesbild.protect.program import Gatherer, Rows, quiet_solver, run, set_matrix
from lagesbild.protect.relations import Table

SLACK = 1e-6
REACH = 30.0
"""Cells are moved at most so far from their value: wider intervals prove no more."""
FEW = 2500
"""Up to so many unknown cells, single cells are settled against all the others."""
NEAR = 400
"""With more, each is settled against so many of its neighbours: never too narrow."""
N_CROWDS = 14


@dataclass(frozen=True, eq=False)
class Narrow:
    """What was found.

    Attributes
    ----------
    cells : ndarray of int
        Hidden cells that are too well known.
    cuts : Rows
        One a narrow cell.
    low, high : ndarray of float
        For every cell how far below and above its value a witness lies.
    """

    cells: np.ndarray
    cuts: Rows
    low: np.ndarray
    high: np.ndarray


def find_narrow(
    table: Table, hidden: np.ndarray, range_min: int, *, before: Narrow | None = None
) -> Narrow:
    """Find the hidden cells whose interval is narrower than ``range_min``.

    Parameters
    ----------
    table : Table
    hidden : ndarray of bool
    range_min : int
    before : Narrow, optional
        Found for some of these hidden cells: its witnesses still hold.

    Returns
    -------
    Narrow
    """
    low = np.zeros(table.n_cells) if before is None else before.low.copy()
    high = np.zeros(table.n_cells) if before is None else before.high.copy()
    targets = np.flatnonzero(hidden)
    unknown = np.flatnonzero(hidden | ~table.published)
    cuts, narrow = Gatherer(), []

    def is_open(cells):
        return high[cells] - low[cells] < range_min - SLACK

    def settle(cells: np.ndarray, moves: np.ndarray) -> None:
        low[cells] = np.minimum(low[cells], moves)
        high[cells] = np.maximum(high[cells], moves)

    _settle_crowds(table, unknown, targets, settle, is_open)
    ask_all = None
    for cell in targets[is_open(targets)]:
        if not is_open(cell):  # a neighbour's witness has settled it
            continue
        room = None
        if len(unknown) > FEW:
            ask = _make_asker(table, _near(table, unknown, cell))
            room = _ask_both(table, unknown, ask, cell, settle)
            if is_open(cell) and not (room[table.published & ~hidden] > SLACK).any():
                room = None  # nothing near could widen it
        if room is None:
            ask_all = ask_all or _make_asker(table, unknown)
            room = _ask_both(table, unknown, ask_all, cell, settle)
        if is_open(cell):
            narrow.append(cell)
            _add_cut(cuts, table, cell, room, range_min)
    found = np.array(narrow, dtype=np.int64)
    return Narrow(found, cuts.rows(table.n_cells), low, high)


def _settle_crowds(table, unknown, targets, settle, is_open) -> None:
    if not len(targets):
        return
    solver, _ = _load(table, unknown)
    if len(unknown) > FEW:  # inner points come quicker, and move more cells at once
        solver.setOptionValue("solver", "ipm")
        solver.setOptionValue("run_crossover", "off")
    place = np.full(table.n_cells, -1)
    place[unknown] = np.arange(len(unknown))
    every = np.arange(len(unknown), dtype=np.int32)
    chance = np.random.default_rng(0)
    for _ in range(N_CROWDS):
        left = targets[is_open(targets)]
        if not len(left):
            return
        push = np.zeros(len(unknown))
        push[place[left]] = np.where(chance.random(len(left)) < 0.5, -1.0, 1.0)
        solver.changeColsCost(len(unknown), every, push)
        run(solver)
        settle(unknown, np.asarray(solver.getSolution().col_value))


def _ask_both(table: Table, unknown, ask, cell: int, settle) -> np.ndarray:
    """Move one cell down and up.

    Returns
    -------
    ndarray of float
        For each cell how much of the interval it can be to thank for: hidden cells
        that make less than a width together can give no such width.
    """
    from_values = np.minimum(table.values, REACH)
    room = np.zeros(table.n_cells)
    for sign in (1.0, -1.0):
        columns, moves, prices = ask(cell, sign)
        settle(columns, moves)
        gain = table.matrix.T @ prices
        gain[cell] += sign
        gain[np.abs(gain) < SLACK] = 0
        room += np.where(gain > 0, gain * REACH, -gain * from_values)
    far = np.zeros(table.n_cells, dtype=bool)
    far[unknown] = True
    far[columns] = False
    room[far] = 0
    return room


def _make_asker(table: Table, columns: np.ndarray):
    """A function cell, sign → columns, how they move, and the prices of the sums."""
    solver, sums = _load(table, columns)
    solver.setOptionValue("presolve", "off")  # warm starts serve better
    solver.setOptionValue("simplex_strategy", 4)

    def ask(cell: int, sign: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        place = int(np.searchsorted(columns, cell))
        solver.changeColCost(place, -sign)
        run(solver)
        solution = solver.getSolution()
        solver.changeColCost(place, 0.0)
        prices = np.zeros(table.matrix.shape[0])
        prices[sums] = np.asarray(solution.row_dual)
        return columns, np.asarray(solution.col_value), prices

    return ask


def _add_cut(cuts: Gatherer, table: Table, cell: int, room, range_min) -> None:
    """A choice that hides the cell hides enough of what could widen it."""
    needed = range_min - room[cell] - room[~table.published].sum()
    others = np.flatnonzero((room > SLACK) & table.published)
    others = others[others != cell]
    coefficients = np.minimum(room[others], needed)
    cuts.add(np.append(others, cell), np.append(coefficients, -needed), 0)


def _load(table: Table, columns: np.ndarray):
    """A solver of moves away from the true values, which always satisfy the sums."""
    import highspy

    matrix = table.matrix[:, columns].tocsr()
    sums = np.flatnonzero(np.diff(matrix.indptr))
    matrix = matrix[sums]
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.zeros(len(columns))
    model.col_lower_ = -np.minimum(table.values[columns], REACH)
    model.col_upper_ = np.full(len(columns), REACH)
    model.row_lower_ = np.zeros(len(sums))
    model.row_upper_ = np.zeros(len(sums))
    set_matrix(model, matrix)
    solver = quiet_solver()
    solver.passModel(model)
    return solver, sums


def _near(table: Table, unknown: np.ndarray, cell: int) -> np.ndarray:
    """The unknown cells that share sums with it, with those, and so on."""
    is_unknown = np.zeros(table.n_cells, dtype=bool)
    is_unknown[unknown] = True
    found, edge = np.zeros(table.n_cells, dtype=bool), np.array([cell])
    found[cell] = True
    while len(edge) and found.sum() < NEAR:
        sums = np.unique(table.sums_of[edge].indices)
        near = np.unique(table.matrix[sums].indices)
        edge = near[is_unknown[near] & ~found[near]][: NEAR - found.sum()]
        found[edge] = True
    return np.flatnonzero(found)

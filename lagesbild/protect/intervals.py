"""How far each hidden cell could lie from its value, given all that is shown.

In: a table and its hidden cells. Out: the cells that an outsider could place within
less than ``range_min``, and for each a row that every choice must fulfil to keep it
safe. Used by ``search``; ``auditing`` computes the intervals on its own.

Every solution of the sums is a witness for all cells at once, so that programs are
solved for whole crowds of cells first. A cell that no witness settled is moved among
its neighbours: with all others held still it can move no more than in truth, and
without the sums that reach beyond them no less. Where the two disagree, more
neighbours are taken in. The dual says which further cells would widen the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from lagesbild.protect.program import Gatherer, Rows, quiet_solver, run, set_matrix
from lagesbild.protect.relations import Table

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SLACK = 1e-6
REACH = 30.0
"""Cells are moved at most so far from their value: wider intervals prove no more."""
FEW = 2500
"""With more unknown cells than so, a crowd is moved by an inner point method."""
NEAR = 60
WIDER = 6
"""Neighbours taken in at first, and how many times more each time they are too few."""
N_CROWDS = 60
N_IDLE = 4
"""After so many crowds in a row that settle few, the rest go one by one."""
N_AT_ONCE = 1


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


@dataclass(frozen=True, eq=False)
class _Unknown:
    """The cells that an outsider does not see, and the sums that hold any of them."""

    cells: np.ndarray
    sums: np.ndarray
    matrix: csr_array
    values: np.ndarray

    @cached_property
    def sums_of(self) -> csr_array:
        return self.matrix.T.tocsr()

    @cached_property
    def cells_of(self) -> list[np.ndarray]:
        return np.split(self.matrix.indices, self.matrix.indptr[1:-1])

    @cached_property
    def solver(self):
        return _make_asker(self.matrix, self.values)


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
    unknown = _unknown(table, hidden)
    is_hidden = hidden[unknown.cells]

    def is_open(places=slice(None)):
        cells = unknown.cells[places]
        return high[cells] - low[cells] < range_min - SLACK

    def settle(places, moves: np.ndarray) -> None:
        cells = unknown.cells[places]
        low[cells] = np.minimum(low[cells], moves)
        high[cells] = np.maximum(high[cells], moves)

    _settle_crowds(unknown, lambda: is_hidden & is_open(), settle)
    cuts, narrow = Gatherer(), []
    for place in np.flatnonzero(is_hidden & is_open()):
        if not is_open(place):  # a neighbour's witness has settled it
            continue
        for near in _ever_wider(unknown, place):
            moves, prices = _ask(unknown, near, place, range_min)
            for move in moves:
                settle(near, move)
            if prices is not None or not is_open(place):
                break
        if prices is not None:
            cell = unknown.cells[place]
            narrow.append(cell)
            cuts.add(*_make_cut(table, hidden, unknown, cell, prices, range_min), 0)
    found = np.array(narrow, dtype=np.int64)
    return Narrow(found, cuts.rows(table.n_cells), low, high)


def _unknown(table: Table, hidden: np.ndarray) -> _Unknown:
    cells = np.flatnonzero(hidden | ~table.published)
    matrix = table.matrix[:, cells].tocsr()
    sums = np.flatnonzero(np.diff(matrix.indptr))
    return _Unknown(cells, sums, matrix[sums], table.values[cells])


def _settle_crowds(unknown: _Unknown, open_: Callable, settle: Callable) -> None:
    """Move crowds at once, this way and that; each move is a witness for all."""
    n = len(unknown.cells)
    if not open_().any():
        return
    at_once = N_AT_ONCE if n > FEW else 1
    every = np.arange(n, dtype=np.int32)
    solvers = [_load(unknown.matrix, unknown.values) for _ in range(at_once)]
    for solver in solvers if n > FEW else ():
        _use_inner_points(solver)
    chance = np.random.default_rng(0)

    def move(solver, push) -> np.ndarray:
        solver.changeColsCost(n, every, push)
        run(solver)
        return np.asarray(solver.getSolution().col_value)

    with ThreadPoolExecutor(at_once) as pool:
        idle = 0
        for round_ in range(N_CROWDS):
            left = open_()
            if not left.any() or idle == N_IDLE:
                return
            # one cell of a sum can rise only if others fall: few are pushed hard
            sign = 1.0 if round_ % 4 == 3 else -1.0
            pushes = [sign * left * chance.random(n) ** 4 for _ in solvers]
            for moves in pool.map(move, solvers, pushes):
                settle(slice(None), moves)
            is_idle = open_().sum() > 0.9 * left.sum()
            idle = idle + 1 if is_idle else 0


def _ever_wider(unknown: _Unknown, place: int) -> Iterator[np.ndarray]:
    """The cells around one: at each step the sum that needs the fewest more."""
    cells_of = unknown.cells_of
    sums_of, starts = unknown.sums_of.indices, unknown.sums_of.indptr
    lacks: dict[int, int] = {}
    queue: list[tuple[int, int]] = []
    found: set[int] = set()

    def take(cell: int) -> None:
        found.add(cell)
        for k in sums_of[starts[cell] : starts[cell + 1]].tolist():
            lacks[k] = lacks.get(k, len(cells_of[k])) - 1
            heappush(queue, (lacks[k], k))

    take(int(place))
    size = NEAR
    while queue:
        n, k = heappop(queue)
        if n == lacks[k] and n:
            for cell in cells_of[k].tolist():
                if cell not in found:
                    take(cell)
        if len(found) >= size or not queue:
            yield np.array(sorted(found))
            size = WIDER * len(found)
            if len(unknown.cells) <= FEW and queue:  # one solver serves for all
                yield np.arange(len(unknown.cells))
                return


def _ask(unknown: _Unknown, near, place: int, range_min: int):
    """Move one cell down and up among its neighbours.

    Returns
    -------
    moves : list of ndarray
        How the neighbours move with it.
    prices : list of ndarray, or None
        Of each sum, if the cell is too well known whatever all others do.
    """
    if len(near) == len(unknown.cells):
        sums, goes_beyond, solver = slice(None), (), unknown.solver
    else:
        sums = np.unique(unknown.sums_of[near].indices)
        reach = unknown.matrix[sums]
        inside = reach[:, near].tocsr()
        goes_beyond = np.flatnonzero(np.diff(inside.indptr) < np.diff(reach.indptr))
        solver = _make_asker(inside, unknown.values[near])
    at = int(np.searchsorted(near, place))
    moves, prices = _move_both(solver, at)
    if len(goes_beyond) and _width(moves, at) < range_min - SLACK:
        for row in goes_beyond:
            solver.changeRowBounds(int(row), -np.inf, np.inf)
        free, prices = _move_both(solver, at)
        if _width(free, at) >= range_min - SLACK:
            return moves, None
    elif _width(moves, at) >= range_min - SLACK:
        return moves, None
    told = np.zeros((2, len(unknown.sums)))
    told[:, sums] = prices
    return moves, list(told)


def _move_both(solver, at: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    moves, prices = [], []
    for cost in (1.0, -1.0):
        solver.changeColCost(at, cost)
        run(solver)
        solution = solver.getSolution()
        moves.append(np.asarray(solution.col_value))
        prices.append(np.asarray(solution.row_dual))
    solver.changeColCost(at, 0.0)
    return moves, prices


def _width(moves: list[np.ndarray], at: int) -> float:
    down, up = moves
    return up[at] - down[at]


def _make_cut(table: Table, hidden, unknown: _Unknown, cell: int, prices, range_min):
    """A choice that hides the cell hides enough of what could widen it."""
    room = np.zeros(table.n_cells)
    far = np.where(hidden | ~table.published, REACH, np.inf)
    near = np.where(hidden, np.minimum(table.values, REACH), table.values)
    for sign, price in zip((-1.0, 1.0), prices, strict=True):
        full = np.zeros(table.matrix.shape[0])
        full[unknown.sums] = price
        gain = table.matrix.T @ full
        gain[cell] += sign
        up, down = gain > SLACK, gain < -SLACK
        room[up] += gain[up] * far[up]
        room[down] -= gain[down] * near[down]
    needed = range_min - room[cell] - room[~table.published].sum()
    others = np.flatnonzero((room > SLACK) & table.published)
    others = others[others != cell]
    capacities = np.minimum(room[others], needed)
    return np.append(others, cell), np.append(capacities, -needed)


def _load(matrix: csr_array, values: np.ndarray):
    """A solver of moves away from the true values, which always satisfy the sums."""
    import highspy

    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = np.zeros(len(values))
    model.col_lower_ = -np.minimum(values, REACH)
    model.col_upper_ = np.full(len(values), REACH)
    model.row_lower_ = np.zeros(matrix.shape[0])
    model.row_upper_ = np.zeros(matrix.shape[0])
    set_matrix(model, matrix)
    solver = quiet_solver()
    solver.passModel(model)
    return solver


def _make_asker(matrix: csr_array, values: np.ndarray):
    """A solver for one cell after the other, each from where the last one ended."""
    solver = _load(matrix, values)
    if len(values) > FEW:
        _use_inner_points(solver)
    else:
        solver.setOptionValue("presolve", "off")
        solver.setOptionValue("simplex_strategy", 4)
    return solver


def _use_inner_points(solver) -> None:
    """Quicker for large programs, and moves more cells at once."""
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "off")

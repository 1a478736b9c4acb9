"""The mixed integer program that picks the fewest cells to hide beside the small ones.

In: a table, its small cells and costs. Out: which cells are hidden, and a bound that no
choice can be below. Used by ``search``. What a choice must fulfil is kept as ``Rows``:
those that every table has, and those that ``intervals`` finds on the way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lagesbild.errors import ProtectError
from lagesbild.protect.relations import Rules, Table

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_NOTHING = 1e-9
_NEARLY = 1e-4
N_RINGS = 3
"""So often more is chosen anew where what the relaxed program settled cannot hold."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows ``sum(coefficient × hidden) >= least``, one column a cell."""

    matrix: csr_array
    least: np.ndarray

    def __len__(self) -> int:
        return len(self.least)


@dataclass(frozen=True)
class Effort:
    """How hard to try: nodes give the same answer everywhere, seconds do not."""

    nodes: int | None = None
    seconds: float | None = None
    gap: float = 0.0


@dataclass(frozen=True, eq=False)
class Solution:
    """A choice, and the least cost that any choice has."""

    hidden: np.ndarray
    bound: float
    is_proved: bool


class Gatherer:
    """Rows gathered one by one."""

    def __init__(self) -> None:
        self.columns: list[np.ndarray] = []
        self.coefficients: list[np.ndarray] = []
        self.least: list[float] = []

    def add(self, columns, coefficients, least: float) -> None:
        self.columns.append(np.asarray(columns))
        self.coefficients.append(np.asarray(coefficients, dtype=float))
        self.least.append(float(least))

    def rows(self, n_cells: int) -> Rows:
        from scipy.sparse import csr_array

        starts = np.cumsum([0, *(len(c) for c in self.columns)])
        columns = np.concatenate([np.zeros(0, dtype=np.int64), *self.columns])
        data = np.concatenate([np.zeros(0), *self.coefficients])
        shape = (len(self.least), n_cells)
        return Rows(
            csr_array((data, columns, starts), shape=shape), np.array(self.least)
        )


def join(*several: Rows) -> Rows:
    """All rows of several."""
    from scipy.sparse import vstack

    full = [rows for rows in several if len(rows)] or [several[0]]
    matrix = vstack([rows.matrix for rows in full], format="csr")
    return Rows(matrix, np.concatenate([rows.least for rows in full]))


def make_rows(table: Table, primary: np.ndarray, rules: Rules) -> Rows:
    """Make the rows that every safe choice fulfils.

    In no sum exactly one cell is hidden; where the hidden parts of a shown total are
    two, and one is 1 and the other small, there is a third; and the hidden parts of a
    shown total make at least ``range_min`` together. A sum that holds a cell nobody is
    to see gives none.
    """
    gather = Gatherer()
    room = np.minimum(table.values, rules.range_min)
    for members in table.sums:
        if not table.published[members].all():
            continue
        held = primary[members]
        if held.sum() == 1:
            free = members[~held]
            gather.add(free, np.ones(len(free)), 1)
        elif not held.any():
            for place in range(len(members)):
                signs = np.ones(len(members))
                signs[place] = -1.0
                gather.add(members, signs, 0)
        if rules.singleton:
            _add_singleton(gather, table, members, held, rules.threshold)
        _add_room(gather, room, members, held, rules.range_min)
    return gather.rows(table.n_cells)


def _add_singleton(gather, table, members, held, threshold) -> None:
    two = table.values[members[held]]
    if len(two) != 2 or held[0]:
        return
    if two.min() == 1 and two.max() < threshold:
        free = members[~held]
        gather.add(free, np.ones(len(free)), 1)


def _add_room(gather, room, members, held, least) -> None:
    """A part of a shown total can vary by no more than the hidden parts' sum."""
    total, parts = members[0], members[1:]
    if held[0] or len(parts) < 2:
        return
    have = room[parts[held[1:]]].sum()
    if held[1:].any():
        if have < least:
            free = parts[~held[1:]]
            needed = least - have
            capacity = np.append(np.minimum(room[free], needed), needed)
            gather.add(np.append(free, total), capacity, needed)
        return
    capacity = np.append(room[parts], least)
    columns = np.append(parts, total)
    for place in np.flatnonzero(room[parts] < least):
        needed = capacity.copy()
        needed[place] -= least
        gather.add(columns, needed, 0)


def solve(
    rows: Rows,
    cost: np.ndarray,
    at_least: np.ndarray,
    at_most: np.ndarray,
    effort: Effort,
    *,
    start: np.ndarray | None = None,
) -> Solution | None:
    """Solve the program between two choices.

    Parameters
    ----------
    rows : Rows
    cost : ndarray
        What hiding each cell costs, above 0.
    at_least, at_most : ndarray of bool
        Cells that are hidden, and cells that may be.
    effort : Effort
    start : ndarray of bool, optional
        A choice to better.

    Returns
    -------
    Solution or None
        None if no choice was found.
    """
    solver, free = _between(rows, cost, at_least, at_most)
    paid = cost[at_least].sum()
    if solver is None:
        return Solution(at_least.copy(), paid, True)
    import highspy

    whole = np.full(len(free), highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(len(free), np.arange(len(free), dtype=np.int32), whole)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", effort.gap)
    if effort.nodes is not None:
        solver.setOptionValue("mip_max_nodes", effort.nodes)
    if effort.seconds is not None:
        solver.setOptionValue("time_limit", max(effort.seconds, 0.1))
    if start is not None:
        _propose(solver, start[free])
    run(solver)
    information = solver.getInfo()
    if information.primal_solution_status != 2:  # no feasible choice was found
        return None
    hidden = at_least.copy()
    hidden[free] = np.asarray(solver.getSolution().col_value) > 0.5
    is_proved = solver.modelStatusToString(solver.getModelStatus()) == "Optimal"
    return Solution(hidden, information.mip_dual_bound + paid, is_proved)


def relax(rows: Rows, cost, at_least, at_most) -> tuple[np.ndarray, float]:
    """Solve the program with parts of cells: shares hidden, and a bound."""
    solver, free = _between(rows, cost, at_least, at_most)
    shares, paid = at_least.astype(float), cost[at_least].sum()
    if solver is None:
        return shares, paid
    run(solver)
    shares[free] = np.clip(solver.getSolution().col_value, 0, 1)
    return shares, paid + solver.getInfo().objective_function_value


def solve_around(rows: Rows, cost, at_least, at_most, effort: Effort):
    """Take over what the relaxed program settles; choose among the rest.

    Returns
    -------
    Solution or None
        Its bound is that of the relaxed program, which holds for all choices.
    """
    shares, bound = relax(rows, cost, at_least, at_most)
    unsettled = (shares > _NEARLY) & (shares < 1 - _NEARLY)
    turned = rows.matrix.T.tocsr()
    for _ in range(N_RINGS):
        touched = np.unique(turned[np.flatnonzero(unsettled)].indices)
        unsettled[np.unique(rows.matrix[touched].indices)] = True
        unsettled &= at_most & ~at_least
        least = (at_least | (shares > 0.5)) & ~unsettled
        found = solve(rows, cost, least, least | unsettled, effort)
        if found is not None:
            return Solution(found.hidden, bound, False)
    return None


def _between(rows: Rows, cost, at_least, at_most):
    """A solver for the cells that are free; None where no row asks for any."""
    free = np.flatnonzero(at_most & ~at_least)
    least = rows.least - rows.matrix @ at_least.astype(float)
    inside = rows.matrix[:, free].tocsr()
    lowest = inside.copy()
    lowest.data = np.minimum(lowest.data, 0)
    open_ = np.asarray(lowest.sum(axis=1)).ravel() < least - _NOTHING
    if not open_.any():
        return None, free
    return _load(inside[open_], least[open_], cost[free]), free


def _load(matrix, least, cost):
    import highspy

    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = cost
    model.col_lower_ = np.zeros(len(cost))
    model.col_upper_ = np.ones(len(cost))
    model.row_lower_ = least
    model.row_upper_ = np.full(len(least), math.inf)
    set_matrix(model, matrix)
    solver = quiet_solver()
    solver.passModel(model)
    return solver


def _propose(solver, start: np.ndarray) -> None:
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = start.astype(float)
    solver.setSolution(solution)


def set_matrix(model, matrix: csr_array) -> None:
    """Give a HiGHS model its matrix, row by row."""
    import highspy

    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data


def quiet_solver():
    """A HiGHS solver that has printed nothing, not even its banner."""
    # Highs() itself prints a banner before it can be told not to; its base does not
    from highspy._core import _Highs

    solver = _Highs()
    solver.setOptionValue("output_flag", False)
    return solver


def run(solver) -> None:
    """Run a HiGHS solver; what it cannot run is an error, never a silent nothing."""
    import highspy

    if solver.run() == highspy.HighsStatus.kError:
        raise ProtectError(
            "Lösaren kunde inte räkna ut vad som måste döljas. Inget har skrivits. "
            "Meddela den som förvaltar programmet."
        )

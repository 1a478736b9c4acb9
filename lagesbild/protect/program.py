"""The mixed integer program that picks the fewest cells to hide beside the small ones.

In: one table's values, sums, small cells and costs. Out: which cells are hidden. Used
by ``choosing``. HiGHS runs in one thread with a limit on nodes, never on time, so
that the answer is the same on every machine.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lagesbild.protect.choosing import Sums

MAX_NODES = 400
GAP = 0.005


def fewest(
    values: np.ndarray,
    sums: Sums,
    forced: np.ndarray,
    cost: np.ndarray,
    threshold: int,
    range_min: int,
) -> np.ndarray:
    """Pick the cheapest cells such that no sum gives a hidden cell away by itself.

    Parameters
    ----------
    values, sums, forced, cost : as in ``choosing.choose``
        Cells that are ``forced`` are hidden.
    threshold : int
        Below it a value is small (the singleton rule).
    range_min : int

    Returns
    -------
    ndarray of bool
        True where hidden. In no sum exactly one cell is hidden; where two parts of a
        shown total are, and one is 1 and the other small, there is a third; and the
        hidden parts of a shown total make at least ``range_min``.
    """
    rows = _Rows(len(values))
    room = np.minimum(np.ceil(values), range_min)
    for total, parts in zip(sums.total, sums.parts, strict=True):
        _add_sum(rows, total, parts, values, room, forced, threshold, range_min)
    if not rows.bounds:
        return forced.copy()
    solved = _solve(rows, forced, cost)
    return forced.copy() if solved is None else solved


class _Rows:
    """Rows ``sum(coefficient × hidden) >= bound`` gathered for the solver."""

    def __init__(self, n_cells: int) -> None:
        self.n_cells = n_cells
        self.starts, self.columns = [0], []
        self.coefficients, self.bounds = [], []

    def add(self, columns, coefficients, bound: float) -> None:
        self.columns.append(np.asarray(columns))
        self.coefficients.append(np.asarray(coefficients, dtype=float))
        self.starts.append(self.starts[-1] + len(columns))
        self.bounds.append(float(bound))


def _add_sum(rows, total, parts, values, room, forced, threshold, least) -> None:
    members = np.append(parts, total)
    held = members[forced[members]]
    free = members[~forced[members]]
    if len(held) == 1:
        rows.add(free, np.ones(len(free)), 1)
    if len(held) == 0:
        for cell in free:
            sign = np.where(members == cell, -1.0, 1.0)
            rows.add(members, sign, 0)
    if len(held) == 2 and not forced[total]:
        two = values[held]
        if two.min() == 1 and two.max() < threshold and len(free):
            rows.add(free, np.ones(len(free)), 1)
    _add_room(rows, total, parts, values, room, forced, least)


def _add_room(rows, total, parts, values, room, forced, least) -> None:
    """A part of a shown total can vary by no more than the hidden parts' sum."""
    if forced[total] or len(parts) < 2:
        return
    held, free = parts[forced[parts]], parts[~forced[parts]]
    # the most that hiding every part could give: a total of 2 can never give 3
    have = values[held].sum()
    columns, capacity = np.append(free, total), np.append(room[free], least)
    if len(held) and have < least:
        rows.add(columns, capacity, least - have)
    if len(held) == 0:
        for cell in free[values[free] < least]:
            needed = capacity - np.where(columns == cell, least, 0.0)
            rows.add(columns, needed, 0)


def quiet_solver():
    """A HiGHS solver that has printed nothing, not even its banner."""
    # Highs() itself prints a banner before it can be told not to; its base does not
    from highspy._core import _Highs

    solver = _Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver


def _solve(rows: _Rows, forced: np.ndarray, cost: np.ndarray) -> np.ndarray | None:
    import highspy

    columns = np.concatenate(rows.columns)
    used = np.unique(columns)
    where = np.full(rows.n_cells, -1)
    where[used] = np.arange(len(used))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(used), len(rows.bounds)
    model.col_cost_ = cost[used]
    model.col_lower_ = forced[used].astype(float)
    model.col_upper_ = np.ones(len(used))
    model.row_lower_ = np.array(rows.bounds)
    model.row_upper_ = np.full(len(rows.bounds), math.inf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(rows.starts, dtype=np.int32)
    model.a_matrix_.index_ = where[columns].astype(np.int32)
    model.a_matrix_.value_ = np.concatenate(rows.coefficients)
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(used)
    solver = quiet_solver()
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_max_nodes", MAX_NODES)
    solver.setOptionValue("mip_rel_gap", GAP)
    solver.passModel(model)
    solver.run()
    if solver.getInfo().primal_solution_status != 2:  # no feasible choice was found
        return None
    hidden = forced.copy()
    hidden[used] |= np.asarray(solver.getSolution().col_value) > 0.5
    return hidden

"""How far each hidden cell could lie from its value, given all that is shown.

In: one table's values, sums and hidden cells. Out: the cells that an outsider could
place within less than ``range_min``. Used by ``choosing``; ``auditing`` computes this
on its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lagesbild.protect.program import quiet_solver

if TYPE_CHECKING:
    from lagesbild.protect.choosing import Sums

N_SWEEPS = 12
REACH = 25.0
"""Cells are moved at most so far from their value: wider intervals prove no more."""
SLACK = 1e-6


def find_narrow(
    values: np.ndarray, sums: Sums, hidden: np.ndarray, range_min: int
) -> np.ndarray:
    """Find hidden cells whose interval is narrower than ``range_min``.

    Every solution of the sums is a witness for all cells at once; programs are solved
    for whole crowds of cells first, and for one cell only if no witness settled it.

    Returns
    -------
    ndarray of bool
        True for a hidden cell that is too well known.
    """
    narrow = np.zeros_like(hidden)
    at = np.flatnonzero(hidden)
    if len(at) == 0:
        return narrow
    solver = _make_solver(values, sums, hidden, at)
    low, high = values[at].copy(), values[at].copy()
    rng = np.random.default_rng(0)

    def witness(objective: np.ndarray) -> None:
        solution = solver(objective)
        np.minimum(low, solution, out=low)
        np.maximum(high, solution, out=high)

    for sweep in range(N_SWEEPS):
        left = high - low < range_min - SLACK
        if not left.any():
            return narrow
        signs = np.where(rng.random(len(at)) < 0.5, -1.0, 1.0)
        witness(signs * left)
        if sweep % 2:
            witness(-signs * left)
    for cell in range(len(at)):
        for sign in (1.0, -1.0):
            if high[cell] - low[cell] < range_min - SLACK:
                objective = np.zeros(len(at))
                objective[cell] = sign
                witness(objective)
    narrow[at] = high - low < range_min - SLACK
    return narrow


def _make_solver(values, sums, hidden, at):
    """A function objective → cells' values at its least, all programs warm-started."""
    import highspy

    number = np.full(len(values), -1)
    number[at] = np.arange(len(at))
    model = highspy.HighsLp()
    starts, index, value = [0], [], []
    for total, parts in zip(sums.total, sums.parts, strict=True):
        inside = parts[hidden[parts]]
        terms = [*number[inside]] + ([number[total]] if hidden[total] else [])
        if terms:
            index += terms
            value += [1.0] * len(inside) + ([-1.0] if hidden[total] else [])
            starts.append(len(index))
    n_rows = len(starts) - 1
    # written as moves away from the true values, which always satisfy the sums
    model.num_col_, model.num_row_ = len(at), n_rows
    model.col_cost_ = np.zeros(len(at))
    model.col_lower_ = -np.minimum(values[at], REACH)
    model.col_upper_ = np.full(len(at), REACH)
    model.row_lower_ = np.zeros(n_rows)
    model.row_upper_ = np.zeros(n_rows)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(index, dtype=np.int32)
    model.a_matrix_.value_ = np.array(value)
    solver = quiet_solver()
    solver.setOptionValue("presolve", "off")  # warm starts serve better
    solver.passModel(model)
    every = np.arange(len(at), dtype=np.int32)

    def solve(objective: np.ndarray) -> np.ndarray:
        solver.changeColsCost(len(at), every, objective)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return values[at]
        return values[at] + np.asarray(solver.getSolution().col_value)

    return solve

"""How far an outsider can place numbers that are not shown, from sums that hold.

In: equations between unknown counts. Out: for each the least and the most it was found
to be able to be. Used by ``auditing`` and ``standalone_audit``; it knows no true value
and shares no code with the suppression.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from lagesbild.errors import ProtectError

CEILING = 100_000.0
SLACK = 1e-5
N_CROWDS = 16
MANY = 2500
"""With more unknown numbers than this, one at a time is moved among its neighbours."""
NEAR = 300


def place_unknowns(
    matrix: csr_array, right: np.ndarray, targets: np.ndarray, *, range_min: int
) -> tuple[np.ndarray, np.ndarray]:
    """Find how far unknown counts can be placed.

    Every solution of the equations is a possible truth and a witness for all numbers
    at once. A number is asked for by itself until its least and most are known, unless
    witnesses lie ``range_min`` apart before that.

    Parameters
    ----------
    matrix, right : csr_array, ndarray
        ``matrix @ counts == right``; counts are 0 or more.
    targets : ndarray of int
        The unknowns that must not be placed.
    range_min : int

    Returns
    -------
    low, high : ndarray
        By unknown. Where they are less than ``range_min`` apart and the unknown is a
        target, they are exact.

    Raises
    ------
    ProtectError
        If the equations contradict each other.
    """
    n = matrix.shape[1]
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    truths = np.zeros(n)

    def is_open(cells):
        return ~(high[cells] - low[cells] >= range_min - SLACK)

    def settle(cells, counts) -> None:
        low[cells] = np.minimum(low[cells], counts)
        high[cells] = np.maximum(high[cells], counts)

    chance = np.random.default_rng(7)
    n_asked = 0
    while n_asked == 0 or (n_asked < 2 * N_CROWDS and is_open(targets).any()):
        push = np.zeros(n)
        push[targets] = chance.normal(size=len(targets)) * is_open(targets)
        for sign in (1, -1):
            counts = _solve(matrix, right, sign * push)
            settle(slice(None), counts)
            truths += counts
            n_asked += 1
    for cell in targets[is_open(targets)]:
        if is_open(cell) and n > MANY:
            _move_near(matrix, truths / n_asked, cell, settle)
        if is_open(cell):
            for sign in (1.0, -1.0):
                alone = np.zeros(n)
                alone[cell] = sign
                settle(slice(None), _solve(matrix, right, alone))
    return low, high


def _solve(matrix, right, objective) -> np.ndarray:
    has_rows = matrix.shape[0] > 0
    answer = linprog(
        objective,
        A_eq=matrix if has_rows else None,
        b_eq=right if has_rows else None,
        bounds=(0, CEILING),
        method="highs",
    )
    if answer.status != 0:
        raise ProtectError("Visade tal går inte ihop. Inget har skrivits.")
    return answer.x


def _move_near(matrix, truth, cell, settle) -> None:
    """Move one number and its neighbours away from a possible truth."""
    turned = matrix.T.tocsr()
    near, edge = np.zeros(matrix.shape[1], dtype=bool), np.array([cell])
    near[cell] = True
    while len(edge) and near.sum() < NEAR:
        equations = np.unique(turned[edge].indices)
        found = np.unique(matrix[equations].indices)
        edge = found[~near[found]][: NEAR - near.sum()]
        near[edge] = True
    columns = np.flatnonzero(near)
    inside = matrix[:, columns].tocsr()
    inside = inside[np.diff(inside.indptr) > 0]
    right = inside @ truth[columns]
    for sign in (1.0, -1.0):
        settle(columns, _solve(inside, right, np.where(columns == cell, sign, 0.0)))

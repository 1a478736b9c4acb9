"""The search for the fewest cells to hide: safe first, then smaller.

In: a table, its small cells, costs and rules. Out: a ``Choice``. Used by ``choosing``
and ``standalone``. A program picks cells that fulfil every row known; the linear
programs of ``intervals`` say which are still too well known, and give the rows that
were missing. Small tables go round so until nothing is left to find: the choice is
then the best there is. Larger ones go round while there is time, on what the relaxed
program settles; what is still missing is added, what is not needed taken away, and
parts chosen again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from lagesbild.protect.intervals import find_narrow
from lagesbild.protect.program import (
    Effort,
    Rows,
    Solution,
    join,
    make_rows,
    solve,
    solve_around,
)
from lagesbild.protect.relations import Rules, Table

NODES = 400
GAP = 0.002
EXACT = 1000
"""Tables of up to so many published cells are searched for the best choice."""
PART = 1000
N_ROUNDS = 40
N_TRIES = 6
_NIL = 1e-9


@dataclass(frozen=True, eq=False)
class Choice:
    """What to hide.

    Attributes
    ----------
    hidden : ndarray of bool
    bound : float
        No safe choice costs less.
    is_best : bool
        Whether none costs less than this one.
    """

    hidden: np.ndarray
    bound: float
    is_best: bool


class _Clock:
    """Time left, or none counted: then effort is told in nodes, the same everywhere."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.start = time.perf_counter()

    @property
    def left(self) -> float:
        if self.seconds is None:
            return 0.0
        return self.seconds - (time.perf_counter() - self.start)

    def effort(self, share: float, *, gap: float = 0.0) -> Effort:
        if self.seconds is None:
            return Effort(nodes=NODES, gap=gap or GAP)
        return Effort(seconds=max(min(share * self.seconds, self.left), 1.0), gap=gap)


def choose(
    table: Table,
    primary: np.ndarray,
    cost: np.ndarray,
    rules: Rules,
    *,
    time_limit: float | None = None,
) -> Choice:
    """Choose the cells to hide.

    Parameters
    ----------
    table : Table
    primary : ndarray of bool
        Cells that must be hidden.
    cost : ndarray of float
        What hiding each costs, above 0.
    rules : Rules
    time_limit : float, optional
        Seconds. None: one round of each step, and the same answer on every machine.

    Returns
    -------
    Choice
        Safe whatever the time; the longer, the smaller.
    """
    clock = _Clock(time_limit)
    if not primary.any():
        return Choice(primary.copy(), 0.0, True)
    rows = make_rows(table, primary, rules)
    found, rows, narrow = _begin(table, primary, cost, rules, rows, clock)
    if found.is_best:
        return found
    hidden, rows = _add_missing(table, found.hidden, cost, rules, rows, narrow, clock)
    if _costs(hidden, cost) > (1 + GAP) * found.bound:
        hidden, rows = _take_away(table, primary, hidden, cost, rules, rows, clock)
        if time_limit is not None:
            hidden = _improve(table, primary, hidden, cost, rules, rows, clock)
    return Choice(hidden, found.bound, _costs(hidden, cost) <= found.bound + 1e-6)


def _begin(table, primary, cost, rules, rows: Rows, clock: _Clock):
    """Choose and look again, until nothing more is found or half the time is gone.

    Returns
    -------
    Choice
        Fulfils all rows known, and may still have cells that are too well known.
    Rows
    Narrow or None
        What is too well known in it; None if that has not been asked.
    """
    is_small = clock.seconds is None or table.published.sum() <= EXACT
    ask = solve if is_small else solve_around
    gap = 0.0 if is_small else GAP / 4
    best = Choice(table.published.copy(), 0.0, False)
    for _ in range(1 if clock.seconds is None else N_ROUNDS):
        effort = clock.effort(0.5 if is_small else 0.1, gap=gap)
        found = ask(rows, cost, primary, table.published, effort)
        if found is None and not is_small:
            found = solve(rows, cost, primary, table.published, clock.effort(0.3))
        if found is None:
            return best, rows, None
        best = Choice(found.hidden, max(best.bound, found.bound), False)
        narrow = find_narrow(table, found.hidden, rules.range_min)
        rows = join(rows, narrow.cuts)
        if not len(narrow.cells):
            return Choice(found.hidden, best.bound, found.is_proved), rows, narrow
        if clock.seconds and clock.left < clock.seconds * (0.5 if is_small else 0.75):
            break
    return best, rows, narrow


def _add_missing(table, hidden, cost, rules, rows: Rows, narrow, clock: _Clock):
    """Hide more until no hidden cell is too well known: the choice is then safe."""
    while narrow is None or len(narrow.cells):
        if narrow is not None:
            found = solve(rows, cost, hidden, table.published, clock.effort(0.1))
            before = hidden.sum()
            hidden = found.hidden if found else _fill(rows, hidden, table, cost)
            if hidden.sum() == before:  # beyond what the solver can tell apart
                hidden = hidden | (table.published & _beside(table, narrow.cells))
        if (hidden >= table.published).all():
            break
        narrow = find_narrow(table, hidden, rules.range_min, before=narrow)
        rows = join(rows, narrow.cuts)
    return hidden, rows


def _fill(rows: Rows, hidden, table: Table, cost) -> np.ndarray:
    """Without time to choose well: fulfil row by row, the cheapest cell first."""
    hidden = hidden.copy()
    while True:
        lack = rows.least - rows.matrix @ hidden.astype(float) > 1e-9
        if not lack.any():
            return hidden
        row = rows.matrix[[int(np.argmax(lack))]]
        useful = row.indices[row.data > 0]
        useful = useful[~hidden[useful] & table.published[useful]]
        if not len(useful):
            return table.published.copy()
        hidden[useful[np.argmin(cost[useful])]] = True


def _beside(table: Table, cells: np.ndarray) -> np.ndarray:
    """Cells that share a sum with any of these."""
    sums = np.unique(table.sums_of[cells].indices)
    near = np.zeros(table.n_cells, dtype=bool)
    near[np.unique(table.matrix[sums].indices)] = True
    return near


def _take_away(table, primary, hidden, cost, rules, rows: Rows, clock: _Clock):
    """Show every cell that can be shown: a choice within the one that is safe."""
    for _ in range(N_ROUNDS):
        effort = clock.effort(0.1)
        found = solve(rows, cost, primary, hidden, effort, start=hidden)
        if not _is_cheaper(found, hidden, cost):
            break
        narrow = find_narrow(table, found.hidden, rules.range_min)
        if not len(narrow.cells):
            return found.hidden, rows
        rows = join(rows, narrow.cuts)
        if clock.seconds is not None and clock.left < 0.2 * clock.seconds:
            break
    return hidden, rows


def _improve(table, primary, hidden, cost, rules, rows: Rows, clock: _Clock):
    """Choose part by part again while there is time; keep what is safe and cheaper."""
    chance = np.random.default_rng(0)
    size, slowest, margin = PART, 0.0, 0.2 * clock.seconds
    while clock.left > margin:
        part = _grow_part(table, primary, hidden, int(size), chance)
        for _ in range(N_TRIES):
            begun = clock.left
            if begun < margin:  # there is no time for as slow a try as any before
                break
            kept, effort = primary | (hidden & ~part), clock.effort(0.05)
            found = solve(rows, cost, kept, hidden | part, effort, start=hidden)
            # as large as can be searched through
            size *= 1.1 if found is not None and found.is_proved else 0.8
            if not _is_cheaper(found, hidden, cost):
                break
            narrow = find_narrow(table, found.hidden, rules.range_min)
            rows = join(rows, narrow.cuts)
            if len(narrow.cells):  # what is missing may cost less than was gained
                found = solve(rows, cost, found.hidden, table.published, effort)
                if _is_cheaper(found, hidden, cost):
                    narrow = find_narrow(
                        table, found.hidden, rules.range_min, before=narrow
                    )
                    rows = join(rows, narrow.cuts)
            if not len(narrow.cells):
                hidden = found.hidden
            slowest = max(slowest, begun - clock.left)
            margin = max(0.05 * clock.seconds, slowest)
    return hidden


def _is_cheaper(found: Solution | None, hidden: np.ndarray, cost: np.ndarray) -> bool:
    return (
        found is not None and _costs(found.hidden, cost) < _costs(hidden, cost) - _NIL
    )


def _grow_part(table, primary, hidden, size, chance) -> np.ndarray:
    """Neighbouring cells around one that is hidden and need not be."""
    part = np.zeros(table.n_cells, dtype=bool)
    spare = np.flatnonzero(hidden & ~primary)
    if not len(spare):
        return part
    edge = chance.choice(spare, 1)
    free = table.published & ~primary
    while len(edge) and part.sum() < size:
        part[edge] = True
        sums = np.unique(table.sums_of[edge].indices)
        if len(sums) > size // 10:
            sums = chance.choice(sums, size // 10, replace=False)
        near = np.unique(table.matrix[np.sort(sums)].indices)
        edge = near[free[near] & ~part[near]]
    return part


def _costs(hidden: np.ndarray, cost: np.ndarray) -> float:
    return float(cost[hidden].sum())

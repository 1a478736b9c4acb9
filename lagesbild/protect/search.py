"""The search for the fewest cells to hide: safe first, then smaller.

In: a table, its small cells, costs and rules. Out: a ``Choice``. Used by ``choosing``
and ``standalone``. A program picks cells that fulfil every row known; the linear
programs of ``intervals`` say which are still too well known, and give the rows that
were missing. Small tables go round so until nothing is left to find: the choice is
then the best there is. For larger ones what is missing is added to a first choice,
what is not needed taken away, and parts of it chosen again while there is time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from lagesbild.protect.intervals import Narrow, find_narrow
from lagesbild.protect.program import Effort, Rows, join, make_rows, solve
from lagesbild.protect.relations import Rules, Table

NODES = 400
GAP = 0.002
EXACT = 1000
"""Tables of up to so many published cells are searched for the best choice."""
LARGE = 6000
"""Larger tables are chosen part by part from the first."""
PART = 1500
N_ROUNDS = 40


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
        return Effort(seconds=min(share * self.seconds, self.left), gap=gap)


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
    if time_limit is not None and table.published.sum() <= EXACT:
        best = _search_all(table, primary, cost, rules, rows, clock)
        if best.is_best:
            return best
    first, bound = _begin(table, primary, cost, rows, clock)
    hidden, rows = _add_missing(table, first, cost, rules, rows, clock)
    hidden, rows = _take_away(table, primary, hidden, cost, rules, rows, clock)
    if time_limit is not None:
        hidden = _improve(table, primary, hidden, cost, rules, rows, clock)
    return Choice(hidden, bound, cost[hidden].sum() <= bound + 1e-6)


def _search_all(table, primary, cost, rules, rows: Rows, clock: _Clock) -> Choice:
    """Choose and look again, until nothing more is found or half the time is gone."""
    bound = 0.0
    while clock.left > clock.seconds / 2:
        found = solve(rows, cost, primary, table.published, clock.effort(0.5))
        if found is None:
            break
        bound = max(bound, found.bound)
        narrow = find_narrow(table, found.hidden, rules.range_min)
        if not len(narrow.cells):
            return Choice(found.hidden, bound, found.is_proved)
        rows = join(rows, narrow.cuts)
    return Choice(primary, bound, False)


def _begin(table, primary, cost, rows: Rows, clock: _Clock):
    """A choice that fulfils the rows of every table, and a bound for all choices."""
    if table.published.sum() > LARGE:
        hidden = _close(table, primary, cost)
        hidden = _choose_parts(table, primary, hidden, cost, rows, clock, share=0.3)
        return hidden, 0.0
    effort = clock.effort(0.25, gap=GAP)
    found = solve(rows, cost, primary, table.published, effort)
    if found is None:
        return table.published.copy(), 0.0
    return found.hidden, found.bound


def _add_missing(table, hidden, cost, rules, rows: Rows, clock: _Clock):
    """Hide more until no hidden cell is too well known: the choice is then safe."""
    narrow: Narrow | None = None
    while True:
        narrow = find_narrow(table, hidden, rules.range_min, before=narrow)
        if not len(narrow.cells) or (hidden >= table.published).all():
            return hidden, rows
        rows = join(rows, narrow.cuts)
        effort = clock.effort(0.1)
        found = solve(rows, cost, hidden, table.published, effort)
        hidden = _fill(rows, hidden, table, cost) if found is None else found.hidden


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


def _take_away(table, primary, hidden, cost, rules, rows: Rows, clock: _Clock):
    """Show every cell that can be shown: a choice within the one that is safe."""
    for _ in range(N_ROUNDS):
        effort = clock.effort(0.1)
        found = solve(rows, cost, primary, hidden, effort, start=hidden)
        if found is None or _costs(found.hidden, cost) >= _costs(hidden, cost):
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
    while clock.left > 0.1 * clock.seconds:
        part = _grow_part(table, primary, hidden, PART // 4, chance)
        for _ in range(6):
            found = _choose_part(primary, hidden, cost, rows, part, clock.effort(0.05))
            if found is None:
                break
            narrow = find_narrow(table, found, rules.range_min)
            if not len(narrow.cells):
                hidden = found
                break
            rows = join(rows, narrow.cuts)
            if clock.left < 0.1 * clock.seconds:
                break
    return hidden


def _choose_part(primary, hidden, cost, rows, part, effort) -> np.ndarray | None:
    """The choice with a part of it chosen anew; None unless it is cheaper."""
    kept = primary | (hidden & ~part)
    found = solve(rows, cost, kept, hidden | part, effort, start=hidden)
    if found is None or _costs(found.hidden, cost) >= _costs(hidden, cost) - 1e-9:
        return None
    return found.hidden


def _choose_parts(table, primary, hidden, cost, rows, clock, *, share) -> np.ndarray:
    chance = np.random.default_rng(0)
    n_parts = 4 * table.n_cells // PART
    until = clock.left - share * (clock.seconds or 0)
    for _ in range(n_parts if clock.seconds is None else 10 * n_parts):
        if clock.seconds is not None and clock.left < until:
            break
        part = _grow_part(table, primary, hidden, PART, chance)
        effort = clock.effort(0.05, gap=GAP)
        found = _choose_part(primary, hidden, cost, rows, part, effort)
        hidden = hidden if found is None else found
    return hidden


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


def _close(table: Table, primary, cost) -> np.ndarray:
    """Greedily: hide the cheapest cell of every sum that has exactly one hidden."""
    told = [members for members in table.sums if table.published[members].all()]
    hidden = primary.copy()
    sums_of: list[list[int]] = [[] for _ in range(table.n_cells)]
    for k, members in enumerate(told):
        for cell in members:
            sums_of[cell].append(k)
    n_hidden = np.array([hidden[members].sum() for members in told])
    waiting = list(np.flatnonzero(n_hidden == 1))
    while waiting:
        k = waiting.pop()
        if n_hidden[k] != 1:
            continue
        free = [cell for cell in told[k] if not hidden[cell]]
        # a cell that closes other sums too is cheap, one that opens new ones is dear
        open_ = [[n_hidden[s] for s in sums_of[cell]] for cell in free]
        price = [
            cost[cell] - 0.9 * (n.count(1) - 1) + 0.9 * n.count(0)
            for cell, n in zip(free, open_, strict=True)
        ]
        cell = free[int(np.argmin(price))]
        hidden[cell] = True
        for s in sums_of[cell]:
            n_hidden[s] += 1
            if n_hidden[s] == 1:
                waiting.append(s)
    return hidden


def _costs(hidden: np.ndarray, cost: np.ndarray) -> float:
    return float(cost[hidden].sum())

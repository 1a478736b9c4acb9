"""Prove from the outside that nothing hidden can be worked out, or stop.

In: the cells each audience is to get, and the category tree. Out: nothing, or an error
that says how many cells fail. Next: only what has passed is written. It knows no true
value and shares no code with ``choosing``: it takes the published figures, the sums
that an outsider knows to hold, and asks a linear program how far each hidden cell can
be from known. Two audiences are also taken together, as by one reader of both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from lagesbild.audiences import Audience
from lagesbild.errors import ProtectError
from lagesbild.protect.seen import (
    BY_AREA,
    BY_GROUP,
    KEYS,
    check_shown,
    join_views,
    view_releases,
)

WHOLE = "*"
Once = Callable[[pd.DataFrame, Callable[[], int]], int]


def _each_time(rows: pd.DataFrame, count: Callable[[], int]) -> int:
    return count()


def audit_publications(
    publications: Mapping[str, pd.DataFrame],
    tree: pd.DataFrame,
    *,
    rules: Mapping[str, Audience],
    released: pd.DataFrame | None = None,
    range_min: int = 3,
    once: Once = _each_time,
) -> None:
    """Audit the cells that audiences are to get.

    Parameters
    ----------
    publications : mapping of str to DataFrame
        By audience, cells as ``hide_cells`` makes them.
    tree : DataFrame
        category, parent.
    rules : mapping of str to Audience
        By audience; one whose rule hides nothing sees all and is not audited.
    released : DataFrame, optional
        Contract publications: what has been handed out before. Of its hidden cells
        nothing but that they are hidden is used.
    range_min : int
        Least width of every hidden cell's interval.
    once : callable, optional
        Given a quarter's cells of a view and how to count the faults in them, tells
        how many there are. It may remember cells in which there were none: no sum
        reaches from one quarter to another, so the proof of each is its own.

    Raises
    ------
    ProtectError
        If a small count or something derived from a hidden one is shown, if shown
        figures contradict each other or an earlier release, if what a release hid is
        shown, or if a hidden cell can be placed too well.
    """
    outside = {a: f for a, f in publications.items() if rules[a].hides}
    before = {} if released is None else view_releases(released)
    alone = []
    for audience, frame in outside.items():
        earlier = before.get(audience)
        check_shown(frame, rules[audience], audience, earlier)
        views = [frame[_published_columns()]]
        alone.append(join_views(views if earlier is None else [earlier, *views]))
    views = [*alone, join_views([*before.values(), *alone])] if alone else []
    seen: list[pd.DataFrame] = []
    for view in views:
        if any(view.equals(other) for other in seen):
            continue
        seen.append(view)
        count = partial(count_narrow, tree=tree, range_min=range_min)
        narrow = sum(
            once(rows, partial(count, rows)) for _, rows in view.groupby("period")
        )
        if narrow:
            raise ProtectError(
                f"{narrow} dolda celler kan räknas ut närmare än {range_min} steg ur "
                "det som visas. Inget har skrivits. Meddela den som förvaltar "
                "programmet."
            )


def _published_columns() -> list[str]:
    counts = (*BY_AREA, *BY_GROUP)
    return [*KEYS, *counts, *(f"{c}_status" for c in counts)]


def count_narrow(view: pd.DataFrame, tree: pd.DataFrame, *, range_min: int) -> int:
    """Count the hidden cells that the shown ones place within less than ``range_min``.

    Parameters
    ----------
    view : DataFrame
        Cells as published.
    tree : DataFrame
        category, parent.
    range_min : int

    Returns
    -------
    int

    Raises
    ------
    ProtectError
        If the shown figures cannot all be true.
    """
    narrow = 0
    groups = set(tree["parent"])
    for count in (*BY_AREA, *BY_GROUP):
        cells = view[view[f"{count}_status"].isin(["shown", "suppressed"])]
        if count in BY_GROUP:
            # below the groups nothing of these is ever shown
            is_top = (cells["area_id"] == WHOLE) & cells["category"].isin(groups)
            cells = cells[is_top]
        for _, table in cells.groupby("period"):
            value = table.pivot(index="area_id", columns="category", values=count)
            there = table.assign(one=1).pivot(
                index="area_id", columns="category", values="one"
            )
            narrow += _narrow_in(value, there.notna(), tree, range_min)
    return narrow


def _narrow_in(value, there, tree, range_min) -> int:
    known = value.to_numpy(dtype=float, na_value=np.nan)
    hidden = there.to_numpy() & np.isnan(known)
    if not hidden.any():
        return 0
    number = np.where(hidden, np.cumsum(hidden).reshape(hidden.shape) - 1, -1)
    equations = [
        *_equations_of(value.index, value.columns, there, _by_area(value.index)),
        *_tree_equations(value, there, tree),
    ]
    return _count(equations, known, number, int(hidden.sum()), range_min)


def _by_area(areas: pd.Index) -> list[tuple[str, list[str]]]:
    parts = [area for area in areas if area != WHOLE]
    return [(WHOLE, parts)] if WHOLE in areas and parts else []


def _equations_of(rows, columns, there, sums):
    """(cells, signs) of every sum over rows, column by column."""
    present = there.to_numpy()
    for total, parts in sums:
        at = [rows.get_loc(name) for name in (total, *parts)]
        signs = np.array([-1.0] + [1.0] * len(parts))
        for column in range(len(columns)):
            if present[at, column].all():
                yield (np.array(at), np.full(len(at), column)), signs


def _tree_equations(value, there, tree):
    columns = value.columns
    sums = []
    for parent in tree["parent"].unique():
        parts = [
            c for c in tree.loc[tree["parent"] == parent, "category"] if c in columns
        ]
        if parent in columns and parts:
            sums.append((parent, parts))
    for (at_column, at_row), signs in _equations_of(
        columns, value.index, there.T, sums
    ):
        yield (at_row, at_column), signs


def _count(equations, known, number, n_hidden, range_min) -> int:
    from scipy.sparse import coo_array

    from lagesbild.protect.outsider import SLACK, place_unknowns

    row, column, sign, right = [], [], [], []
    for cells, signs in equations:
        values, at = known[cells], number[cells]
        told = at < 0
        constant = -(values[told] * signs[told]).sum()
        if told.all():
            if abs(constant) > SLACK:
                raise ProtectError("Visade tal går inte ihop. Inget har skrivits.")
            continue
        column += at[~told].tolist()
        sign += signs[~told].tolist()
        row += [len(right)] * int((~told).sum())
        right.append(constant)
    matrix = coo_array((sign, (row, column)), shape=(len(right), n_hidden)).tocsr()
    every = np.arange(n_hidden)
    low, high = place_unknowns(matrix, np.array(right), every, range_min=range_min)
    return int((high - low < range_min - SLACK).sum())

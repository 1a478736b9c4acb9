"""Prove from the outside that nothing hidden can be worked out, or stop.

In: the cells each audience is to get, and the category tree. Out: nothing, or an error
that says how many cells fail. Next: only what has passed is written. It knows no true
value and shares no code with ``choosing``: it takes the published figures, the sums
that an outsider knows to hold, and asks a linear program how far each hidden cell can
be from known. Two audiences are also taken together, as by one reader of both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from lagesbild.errors import ProtectError

WHOLE = "*"
BY_AREA = ("n_offences", "n_observations")
BY_GROUP = ("n_reports", "n_events", "n_events_occurred")


def audit_publications(
    publications: Mapping[str, pd.DataFrame],
    tree: pd.DataFrame,
    *,
    thresholds: Mapping[str, int],
    range_min: int = 3,
) -> None:
    """Audit the cells that audiences are to get.

    Parameters
    ----------
    publications : mapping of str to DataFrame
        By audience, cells as ``hide_cells`` makes them.
    tree : DataFrame
        category, parent.
    thresholds : mapping of str to int
        By audience; an audience with threshold 1 sees all and is not audited.
    range_min : int
        Least width of every hidden cell's interval.

    Raises
    ------
    ProtectError
        If a small count or something derived from a hidden one is shown, if shown
        figures contradict each other, or if a hidden cell can be placed too well.
    """
    outside = {a: f for a, f in publications.items() if thresholds[a] > 1}
    for audience, frame in outside.items():
        _check_shown(frame, thresholds[audience], audience)
    seen: list[pd.DataFrame] = []
    views = [*outside.values()]
    if len(views) > 1:
        views.append(_together(views))
    for view in views:
        known = view[_published_columns()]
        if any(known.equals(other) for other in seen):
            continue
        seen.append(known)
        narrow = count_narrow(view, tree, range_min=range_min)
        if narrow:
            raise ProtectError(
                f"{narrow} dolda celler kan räknas ut närmare än {range_min} steg ur "
                "det som visas. Inget har skrivits. Meddela den som förvaltar "
                "programmet."
            )


def _published_columns() -> list[str]:
    counts = (*BY_AREA, *BY_GROUP)
    return ["area_id", "category", "period", *counts, *(f"{c}_status" for c in counts)]


def _check_shown(frame: pd.DataFrame, threshold: int, audience: str) -> None:
    """No small count, no value beside a status that says there is none."""
    faults = 0
    last_year = ("n_offences_last_year", "n_observations_last_year")
    for count in (*BY_AREA, *BY_GROUP, *last_year):
        value = frame[count].astype("float64")
        faults += int(((value >= 1) & (value < threshold)).sum())
        faults += int((value.notna() & (frame[f"{count}_status"] != "shown")).sum())
    base = frame["n_offences_status"].where(
        frame["measure"] == "n_offences", frame["n_observations_status"]
    )
    then = frame["n_offences_last_year_status"].where(
        frame["measure"] == "n_offences", frame["n_observations_last_year_status"]
    )
    rate = (
        frame[["rate_per_1000_quarter", "rate_lower", "rate_upper"]].notna().any(axis=1)
    )
    ratio = frame[["rate_ratio", "ratio_lower", "ratio_upper"]].notna().any(axis=1)
    is_hidden = (base == "suppressed") | (then == "suppressed")
    words = (
        "visas inte",
        "jämförs inte",
        "ännu inte jämförbart",
        "uppgift saknas",
        "för kort historik",
    )
    faults += int(
        (rate & ((base != "shown") | (frame["rate_status"] != "shown"))).sum()
    )
    faults += int((ratio & (is_hidden | (frame["change_status"] != "shown"))).sum())
    faults += int((is_hidden & ~frame["verdict"].isin(words)).sum())
    faults += _count_disagreeing_years(frame)
    if faults:
        raise ProtectError(
            f"{faults} celler i publikationen för '{audience}' visar ett litet antal "
            "eller något som bygger på ett dolt. Inget har skrivits."
        )


def _count_disagreeing_years(frame: pd.DataFrame) -> int:
    """Last year's count must be hidden wherever the cell itself is."""
    number = frame["period"].str[:4].astype(int) * 4 + frame["period"].str[6:].astype(
        int
    )
    keys = [frame["area_id"], frame["category"]]
    then = frame.set_index([*keys, number + 4])
    at = pd.MultiIndex.from_arrays([*keys, number])
    faults = 0
    for count in BY_AREA:
        hidden = then[f"{count}_status"].eq("suppressed").reindex(at, fill_value=False)
        faults += int((hidden.to_numpy() & frame[f"{count}_last_year"].notna()).sum())
    return faults


def _together(views: list[pd.DataFrame]) -> pd.DataFrame:
    """What somebody knows who holds every audience's publication."""
    keys = ["area_id", "category", "period"]
    joint = views[0].set_index(keys)[_published_columns()[3:]].copy()
    for view in views[1:]:
        other = view.set_index(keys).reindex(joint.index)
        for count in (*BY_AREA, *BY_GROUP):
            both = joint[count].notna() & other[count].notna()
            if (joint.loc[both, count] != other.loc[both, count]).any():
                raise ProtectError(
                    "Samma cell visas med olika tal för två mottagare. Inget har "
                    "skrivits."
                )
            told = other[f"{count}_status"] == "shown"
            joint[count] = joint[count].where(~told, other[count])
            status = f"{count}_status"
            joint[status] = joint[status].where(~told, "shown")
    return joint.reset_index()


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

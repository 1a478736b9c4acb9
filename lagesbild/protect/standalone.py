"""Suppression of anybody's table, apart from Lägesbild's own publications.

In: inner cells, trees over the dimensions and perhaps the combinations that are to be
published. Out: every published cell with its total, hidden where it must be. Used by
the command line and by who imports ``lagesbild.protect``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.protect.lattice import make_lattice
from lagesbild.protect.relations import Rules
from lagesbild.protect.search import choose

SHOWN, PRIMARY, SECONDARY = "visad", "primar", "sekundar"
STATUS = "status"
_TIE = 0.9


def suppress(
    inner: pd.DataFrame,
    hierarchy: pd.DataFrame,
    *,
    dims: Sequence[str],
    count: str,
    threshold: int = 5,
    cells: pd.DataFrame | None = None,
    protect_zeros: bool = False,
    range_min: int = 3,
    singleton: bool = True,
    time_limit: float | None = 60,
) -> pd.DataFrame:
    """Hide the fewest cells such that no small count can be worked out.

    Parameters
    ----------
    inner : DataFrame
        One row, one inner combination of ``dims`` with its ``count``; 0 if absent.
    hierarchy : DataFrame
        dim, hier, parent, child; root "Totalt", several trees a dimension allowed.
    dims : sequence of str
    count : str
    threshold : int
        Counts from 1 up to but not including it are hidden.
    cells : DataFrame, optional
        The combinations that are published; nothing else counts as known.
    protect_zeros : bool
        Hide zeros as well.
    range_min : int
        The least width of what an outsider can know of any hidden cell.
    singleton : bool
        Whether two hidden parts alone in a sum may not be a 1 and a small one.
    time_limit : float, optional
        Seconds to search for fewer; None gives the same answer on every machine.

    Returns
    -------
    DataFrame
        One row, one published combination: ``dims``, ``count`` (Int64, missing where
        hidden) and ``status``: visad, primar or sekundar; the last two are for the
        table's owner alone. ``attrs``: n_hidden, and n_least, the number that no safe
        choice can be below.

    Raises
    ------
    UsageError, RegisterError
        If the table, the trees or the list of cells do not follow their form.
    """
    if threshold < 1 or range_min < 1:
        raise UsageError("Tröskel och minsta spann ska vara minst 1.")
    lattice = make_lattice(inner, hierarchy, dims=dims, count=count, cells=cells)
    table, cell_of = lattice.table, lattice.cell_of
    small = (table.values < threshold) & (protect_zeros | (table.values > 0))
    primary = table.published & small
    choice = choose(
        table,
        primary,
        _cost(table, cell_of[lattice.told], top=cell_of[0]),
        Rules(threshold, range_min, singleton),
        time_limit=_share(time_limit, table.n_cells),
    )
    out = lattice.combinations(dims)
    hidden, is_small = choice.hidden[cell_of], primary[cell_of]
    out[count] = pd.array(table.values[cell_of].round(), dtype="Int64")
    out[count] = out[count].mask(hidden)
    words = np.where(hidden, np.where(is_small, PRIMARY, SECONDARY), SHOWN)
    out[STATUS] = pd.Series(words, dtype="str")
    out = out[lattice.told].reset_index(drop=True)
    n_hidden = int((out[STATUS] != SHOWN).sum())
    least = choice.bound - _TIE - 1e-6
    least -= (
        table.n_cells + 1 if least > table.n_cells else 0
    )  # the grand total's price
    n_primary = int(is_small[lattice.told].sum())
    out.attrs = {"n_hidden": n_hidden, "n_least": max(math.ceil(least), n_primary)}
    return out


def _share(seconds: float | None, n_cells: int) -> float | None:
    """A small table gains nothing from more than its share of the time."""
    return None if seconds is None else seconds * min(1, 0.06 + n_cells / 15_000)


def _cost(table, told: np.ndarray, *, top: int) -> np.ndarray:
    """Fewest combinations first, then the least hidden in all; the grand total never.

    Whatever is hidden, the values add less than one cell.
    """
    number = np.bincount(told, minlength=table.n_cells).astype(float)
    cost = number + _TIE * table.values / max(table.values.sum(), 1)
    cost[top] += table.n_cells + 1
    return cost

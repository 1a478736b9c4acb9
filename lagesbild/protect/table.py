"""What a page gets: a selection of protected cells, with the words it must carry.

In: the cells of one audience. Out: a ``ProtectedTable``, a frozen value. Next:
``present``, which shows its cells and neither adds, divides nor sorts hidden values.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class ProtectedTable:
    """A selection of the cells of one publication.

    Attributes
    ----------
    frame : DataFrame
        One row a cell, in reading order; the columns of ``celler``.
    by : tuple of str
        The dimensions that vary: area_id, category, period.
    fixed : dict
        The others, with their one value.
    cycle, audience : str
    area_names, category_names : dict
        Id → Swedish name; "" is "Utan område" and "*" "Hela kommunen".
    notes : tuple of str
        Swedish sentences that every caption must hold.
    """

    frame: pd.DataFrame
    by: tuple[str, ...]
    fixed: dict[str, str]
    cycle: str
    audience: str
    area_names: dict[str, str] = field(repr=False)
    category_names: dict[str, str] = field(repr=False)
    notes: tuple[str, ...] = ()

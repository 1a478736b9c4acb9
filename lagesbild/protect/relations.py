"""A table of counts as the numbers and the sums that hold between them.

In: counts and the sums they make. Out: ``Table``, a frozen value. Used by ``program``,
``intervals``, ``search`` and whoever asks them to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Table:
    """Cells and the sums between them.

    Attributes
    ----------
    values : ndarray of float
        The true count of each cell.
    published : ndarray of bool
        Cells that somebody is to see. The others are known to nobody, yet take part
        in the sums.
    starts, members : ndarray of int
        Sum k is ``members[starts[k]:starts[k + 1]]``: first the total, then its parts.
    """

    values: np.ndarray
    published: np.ndarray
    starts: np.ndarray
    members: np.ndarray

    @property
    def n_cells(self) -> int:
        return len(self.values)

    @property
    def sums(self) -> list[np.ndarray]:
        """Members of each sum, the total first."""
        return np.split(self.members, self.starts[1:-1]) if len(self.starts) > 1 else []

    @cached_property
    def matrix(self) -> csr_array:
        """One row a sum: 1 for a part, -1 for the total; times ``values`` it is 0."""
        from scipy.sparse import csr_array

        signs = np.ones(len(self.members))
        signs[self.starts[:-1]] = -1.0
        shape = (len(self.starts) - 1, self.n_cells)
        return csr_array((signs, self.members, self.starts), shape=shape)

    @cached_property
    def sums_of(self) -> csr_array:
        """One row a cell: the sums it takes part in."""
        return abs(self.matrix).T.tocsr()


@dataclass(frozen=True)
class Rules:
    """What is asked of a choice.

    Attributes
    ----------
    threshold : int
        Counts from 1 up to but not including it are small.
    range_min : int
        The least width of what an outsider can know of a hidden cell.
    singleton : bool
        Two hidden parts alone under a shown total may not be a 1 and a small one: the
        one person behind the 1 would take it away and know the other.
    """

    threshold: int
    range_min: int = 3
    singleton: bool = True


def make_table(
    values: np.ndarray,
    sums: Sequence[np.ndarray],
    published: np.ndarray | None = None,
) -> Table:
    """Make a table of counts and its sums, each with the total first."""
    if published is None:
        published = np.ones(len(values), dtype=bool)
    lengths = np.array([0, *(len(members) for members in sums)], dtype=np.int64)
    members = np.concatenate(sums) if len(sums) else np.zeros(0)
    return Table(
        np.asarray(values, dtype=float),
        published,
        np.cumsum(lengths),
        members.astype(np.int64),
    )

"""The map's colour classes, from shown values alone.

In: shown values. Out: up to three limits, and the class of a value: k0 for zero,
k1–k4 above it. Stronger colour means more. Used by ``maps``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from lagesbild.present import swedish


def limits(values: Sequence[float]) -> list[float]:
    """Round numbers that part the positive values into about equal heaps."""
    positive = sorted(value for value in values if value > 0)
    if not positive:
        return []
    nice = (_nice(positive[int(len(positive) * share)]) for share in (0.25, 0.5, 0.75))
    return [limit for limit in sorted(set(nice)) if positive[0] < limit <= positive[-1]]


def _nice(value: float) -> float:
    step = 10 ** math.floor(math.log10(value)) / 2
    return round(round(value / step) * step, 6)


def class_of(value: float, limits_: Sequence[float]) -> str:
    """k0 for zero, then k1 … k4 by how many limits the value reaches."""
    if value == 0:
        return "k0"
    reached = sum(value >= limit for limit in limits_)
    # few limits leave the weakest steps out, so that the strongest is always used
    return f"k{reached + 4 - len(limits_)}"


def words(limits_: Sequence[float]) -> list[tuple[str, str]]:
    """The legend: (class, words) for every class from zero and up."""
    told = [_told(limit) for limit in limits_]
    if not told:
        return [("k0", "0"), ("k4", "över 0")]
    first = f"under {told[0]}"
    between = [f"{a} till under {b}" for a, b in pairwise(told)]
    texts = [first, *between, f"{told[-1]} eller fler"]
    start = 4 - len(limits_)
    return [("k0", "0"), *((f"k{start + n}", text) for n, text in enumerate(texts))]


def _told(limit: float) -> str:
    decimals = next(n for n in range(7) if round(limit, n) == limit)
    return swedish.number(limit, decimals)

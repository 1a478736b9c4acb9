"""Near in place and time: whether one burglary is followed by others close by.

In: points (EPSG:3006, metres) and days. Out: pairs by distance and days, seen beside
what the same places and the same days would give if they had nothing to do with each
other (Knox 1964), and a map of density. For ``intern`` alone: both are about places.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lagesbild.errors import UsageError
from lagesbild.measure.history import require_history

MIN_EVENTS = 50
METRES = (0, 100, 200, 400)
DAYS = (0, 7, 14, 28)
N_PERMUTATIONS, SEED = 999, 2026
MAX_CELLS = 250_000


def near_repeat(
    easting_m: ArrayLike,
    northing_m: ArrayLike,
    day: ArrayLike,
    *,
    metres: Sequence[float] = METRES,
    days: Sequence[float] = DAYS,
    n_permutations: int = N_PERMUTATIONS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Knox's test of near repeats.

    Parameters
    ----------
    easting_m, northing_m : array-like
        Points, EPSG:3006.
    day : array-like
        When, in days from any start or as dates.
    metres, days : sequence of float
        Edges of the bands: (0, 100, 200) is 0, above 0 to 100 and above 100 to 200
        metres; the days (0, 7, 14) are 0 to 7 and above 7 to 14.
    n_permutations : int
        Times the days are shuffled among the places.
    seed : int

    Returns
    -------
    DataFrame
        One row, one band of metres and of days: metres, days (text), n_pairs,
        expected (mean of the shuffles), ratio (missing where expected is 0) and p
        (one-sided: as many pairs or more).

    Raises
    ------
    ShortHistoryError
        On fewer than 50 events.
    UsageError
        If something is missing.
    """
    from scipy.spatial import cKDTree

    points = np.column_stack(
        [np.asarray(v, dtype=float) for v in (easting_m, northing_m)]
    )
    when = pd.Series(day)
    if pd.api.types.is_datetime64_any_dtype(when):
        when = (when - when.min()) / pd.Timedelta(days=1)
    when = when.to_numpy(dtype=float, na_value=np.nan)
    if np.isnan(points).any() or np.isnan(when).any():
        raise UsageError("Varje händelse ska ha plats och dag.")
    require_history(len(when), MIN_EVENTS, "event")
    pairs = cKDTree(points).query_pairs(metres[-1], output_type="ndarray")
    apart = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    band = np.searchsorted(metres, apart, side="left")
    shape = (len(metres), len(days) - 1)

    def count(times: np.ndarray) -> np.ndarray:
        gap = np.abs(times[pairs[:, 0]] - times[pairs[:, 1]])
        of = np.maximum(np.searchsorted(days, gap, side="left"), 1) - 1
        inside = of < shape[1]
        cell = band[inside] * shape[1] + of[inside]
        return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)

    seen = count(when)
    rng = np.random.default_rng(seed)
    sums, as_many = np.zeros(shape), np.zeros(shape)
    for _ in range(n_permutations):
        drawn = count(rng.permutation(when))
        sums += drawn
        as_many += drawn >= seen
    expected = sums / n_permutations
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, seen / expected, np.nan)
    rows, columns = np.indices(shape)
    return pd.DataFrame(
        {
            "metres": np.array(_bands(metres, zero=True))[rows.ravel()],
            "days": np.array(_bands(days, zero=False))[columns.ravel()],
            "n_pairs": seen.ravel(),
            "expected": expected.ravel(),
            "ratio": ratio.ravel(),
            "p": ((as_many + 1) / (n_permutations + 1)).ravel(),
        }
    )


def _bands(edges: Sequence[float], *, zero: bool) -> list[str]:
    first = ["samma plats"] if zero else []
    steps = [f"{a:g}–{b:g}" for a, b in pairwise(edges)]
    return first + steps


def density(
    easting_m: ArrayLike,
    northing_m: ArrayLike,
    *,
    bandwidth_m: float = 300,
    cell_m: float = 100,
) -> pd.DataFrame:
    """Smooth map of events by a quartic kernel; for ``intern`` alone.

    Parameters
    ----------
    easting_m, northing_m : array-like
        Points, EPSG:3006.
    bandwidth_m : float
        How far an event is spread.
    cell_m : float
        Side of the squares, at most the bandwidth.

    Returns
    -------
    DataFrame
        One row, one square that any event reaches: easting_m, northing_m (its
        middle, EPSG:3006) and per_km2, events a square kilometre. Over all squares
        they make the number of events, but for what the grid rounds off.

    Raises
    ------
    UsageError
        If the squares are larger than the bandwidth or too many.
    """
    from scipy.spatial import cKDTree

    if not 0 < cell_m <= bandwidth_m:
        raise UsageError(
            "Rutan ska vara större än 0 och högst så stor som bandbredden."
        )
    points = np.column_stack(
        [np.asarray(v, dtype=float) for v in (easting_m, northing_m)]
    )
    if len(points) == 0:
        return pd.DataFrame({"easting_m": [], "northing_m": [], "per_km2": []})
    low = np.floor((points.min(axis=0) - bandwidth_m) / cell_m)
    high = np.ceil((points.max(axis=0) + bandwidth_m) / cell_m)
    axes = [(np.arange(a, b) + 0.5) * cell_m for a, b in zip(low, high, strict=True)]
    if len(axes[0]) * len(axes[1]) > MAX_CELLS:
        raise UsageError(
            f"Kartan skulle få fler än {MAX_CELLS} rutor. Välj större rutor."
        )
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    near = cKDTree(grid).sparse_distance_matrix(
        cKDTree(points), bandwidth_m, output_type="coo_matrix"
    )
    kernel = 3 / (np.pi * bandwidth_m**2) * (1 - (near.data / bandwidth_m) ** 2) ** 2
    total = np.bincount(near.row, kernel, minlength=len(grid)) * 1e6
    reached = total > 0
    return pd.DataFrame(
        {
            "easting_m": grid[reached, 0],
            "northing_m": grid[reached, 1],
            "per_km2": total[reached],
        }
    )

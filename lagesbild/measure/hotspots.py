"""Where events gather: places that stand out with their neighbours, and for how long.

In: counts or rates by area or grid cell and a libpysal ``Graph`` of neighbours. Out:
frames aligned with them. Next: pages (classes), and ``intern`` alone for density.
Equal to ``localG`` and ``localmoran`` of R's package spdep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure import change, graphs
from lagesbild.measure.history import require_history

if TYPE_CHECKING:
    from libpysal.graph import Graph

LEVEL = 0.05
MIN_QUARTERS = 8
"""Fewest quarters by which a place is called lasting, new or past."""
RECENT, MIN_RECENT = 0.2, 2
LASTING, SOME = 0.8, 0.1
PERSISTENT, EMERGING = "bestående", "ny"
FORMER, INTERMITTENT, NONE = "tidigare", "återkommande", "ingen"
N_PERMUTATIONS, SEED = 999, 2026


def gi_star(values: pd.Series, graph: Graph) -> pd.DataFrame:
    """Getis and Ord's G*: is the sum of an area and its neighbours unusually high?

    Parameters
    ----------
    values : Series
        One an area, nothing missing.
    graph : Graph
        Neighbours; each weighs as much, and the area is its own neighbour.

    Returns
    -------
    DataFrame
        One row an area, index of ``values``: z (standard deviations from what is
        expected were the values spread at random), p (two-sided) and p_adjusted
        (Benjamini–Hochberg over the areas). Missing where all values are the same.

    Raises
    ------
    UsageError
        If a value is missing, or graph and values differ.
    """
    from scipy.special import ndtr

    values = _complete(values)
    near = graphs.matrix(graph, values.index, include_self=True)
    z = _heat(values.to_numpy(dtype=float), near)
    frame = pd.DataFrame({"z": z, "p": 2 * ndtr(-np.abs(z))}, index=values.index)
    return frame.assign(p_adjusted=change.adjust(frame["p"]))


def _heat(x: np.ndarray, near) -> np.ndarray:
    n, size = len(x), np.asarray(near.sum(axis=1)).ravel()
    variance = x.var() * (n * size - size**2) / max(n - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (near @ x - size * x.mean()) / np.sqrt(variance)
    return np.where(np.isfinite(z), z, np.nan)


def local_moran(
    values: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = N_PERMUTATIONS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Local Moran's I: is an area like its neighbours, or unlike them?

    Parameters
    ----------
    values : Series
        One an area, nothing missing.
    graph : Graph
        Neighbours, whose mean the area is set beside.
    n_permutations : int
        Times the other areas' values are shuffled.
    seed : int

    Returns
    -------
    DataFrame
        One row an area, index of ``values``: i (as spdep's ``localmoran``), p (from
        the permutations, two-sided), p_adjusted (Benjamini–Hochberg) and cluster:
        "hög bland höga", "låg bland låga", "hög bland låga", "låg bland höga", or
        "ingen" where p_adjusted is 0.05 or more. Areas without neighbours have i 0
        and no p.

    Raises
    ------
    UsageError
        If a value is missing, or graph and values differ.
    """
    values = _complete(values)
    x, n = values.to_numpy(dtype=float), len(values)
    z = x - x.mean()
    variance = x.var()
    near = graphs.matrix(graph, values.index, include_self=False)
    size = np.asarray(near.sum(axis=1)).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        lag = np.where(size > 0, (near @ z) / size, 0.0)
        local = z * lag / variance if variance > 0 else np.full(n, np.nan)
    p = _shuffle(z, lag, size.astype(int), n_permutations, seed)
    p = np.where(np.isnan(local) | (size == 0), np.nan, p)
    frame = pd.DataFrame({"i": local, "p": p}, index=values.index)
    frame["p_adjusted"] = change.adjust(frame["p"])
    own = np.where(z > 0, "hög", "låg")
    around = np.where(lag > 0, "höga", "låga")
    words = [f"{a} bland {b}" for a, b in zip(own, around, strict=True)]
    cluster = np.where(frame["p_adjusted"] < LEVEL, words, NONE)
    return frame.assign(cluster=pd.Series(cluster, index=values.index, dtype="str"))


def _shuffle(z, lag, size, n_permutations, seed) -> np.ndarray:
    """Two-sided p of each area's lag, itself held still and the others shuffled."""
    rng = np.random.default_rng(seed)
    n = len(z)
    p = np.full(n, np.nan)
    if n < 2:
        return p
    # the same shuffles serve every area, as in esda
    most = max(int(size.max()), 1)
    orders = np.argsort(rng.random((n_permutations, n - 1)), axis=1)[:, :most]
    for at in np.flatnonzero(size):
        others = np.delete(z, at)
        drawn = others[orders[:, : size[at]]].mean(axis=1)
        # rounding must not tell apart what is equal
        higher = (drawn >= lag[at] - 1e-12).sum()
        lower = (drawn <= lag[at] + 1e-12).sum()
        p[at] = min(1.0, 2 * (min(higher, lower) + 1) / (n_permutations + 1))
    return p


def classify(p: pd.DataFrame, *, level: float = LEVEL) -> pd.Series:
    """Say for how long each place has been a hot spot.

    Parameters
    ----------
    p : DataFrame
        One row a place, one column a quarter in order: p of the place being hot,
        adjusted within the quarter (``hot_p`` gives it); missing where the quarter
        is.
    level : float

    Returns
    -------
    Series
        Aligned with the rows. With the latest fifth of the quarters (two or more) as
        recent: "bestående" hot in 80 % or more of all; "ny" in under 10 % of the
        earlier, and in two or more and at least half of the recent; "tidigare" in
        10 % or more of the earlier and none of the recent; "återkommande" in 10 %
        or more of all; else "ingen".

    Raises
    ------
    ShortHistoryError
        On fewer than eight quarters.
    """
    known = p.loc[:, p.notna().any()]
    require_history(known.shape[1], MIN_QUARTERS)
    hot = (known < level).to_numpy()
    recent = max(MIN_RECENT, int(hot.shape[1] * RECENT))
    whole, late = hot.mean(axis=1), hot[:, -recent:].sum(axis=1)
    early = hot[:, :-recent].mean(axis=1)
    # one hot quarter is soon had by chance among hundreds of places
    is_new = (early < SOME) & (late >= max(MIN_RECENT, recent / 2))
    words = np.select(
        [
            whole >= LASTING,
            is_new,
            (early >= SOME) & (late == 0),
            whole >= SOME,
        ],
        [PERSISTENT, EMERGING, FORMER, INTERMITTENT],
        default=NONE,
    )
    return pd.Series(words, index=p.index, dtype="str")


def hot_p(counts: pd.DataFrame, graph: Graph) -> pd.DataFrame:
    """How unlikely each place's heat is in each quarter, for ``classify``.

    Parameters
    ----------
    counts : DataFrame
        One row a place, one column a quarter; a quarter with something missing gives
        no answer.
    graph : Graph

    Returns
    -------
    DataFrame
        Same shape: one-sided p of ``gi_star``, adjusted within the quarter.
    """
    from scipy.special import ndtr

    near = graphs.matrix(graph, counts.index, include_self=True)
    out = pd.DataFrame(np.nan, index=counts.index, columns=counts.columns)
    for quarter, values in counts.items():
        if values.notna().all():
            z = _heat(values.to_numpy(dtype=float), near)
            out[quarter] = change.adjust(ndtr(-z)).to_numpy()
    return out


def most_loaded(counts: pd.Series, *, share: float = 0.05) -> dict[str, float]:
    """Share of all events that fall on the most loaded places.

    Parameters
    ----------
    counts : Series
        Events by place, places without events among them.
    share : float
        Of the places, rounded up to whole places.

    Returns
    -------
    dict
        n_places, n_events, share_of_events (missing without events), and expected:
        what the same places would hold by chance alone were all places alike, so
        that few events on many places are not taken for concentration.
    """
    x = np.sort(counts.dropna().to_numpy(dtype=float))[::-1]
    top, total = int(np.ceil(len(x) * share)), x.sum()
    if total == 0:
        return {
            "n_places": top,
            "n_events": 0,
            "share_of_events": np.nan,
            "expected": np.nan,
        }
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(int(total), np.full(len(x), 1 / len(x)), size=200)
    by_chance = np.sort(drawn, axis=1)[:, ::-1][:, :top].sum(axis=1).mean()
    return {
        "n_places": top,
        "n_events": int(total),
        "share_of_events": float(x[:top].sum() / total),
        "expected": float(by_chance / total),
    }


def _complete(values: pd.Series) -> pd.Series:
    values = pd.Series(values)
    if values.isna().any():
        raise UsageError(
            "Ett område saknar värde. Ta bort det ur både värdena och grafen först."
        )
    return values

"""Invented tables of the sizes that matter, suppressed and audited: cells and seconds.

    python tests/bench/bench_suppress.py [--time-limit N] [--cells N ...]

Areas × categories × quarters with their totals; most counts are zero. Prints one JSON
object a table: hidden cells, the least that any safe choice hides, how many cells the
audit could work out, and seconds. Leaves with 1 where a limit is broken.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time

import numpy as np
import pandas as pd

from lagesbild.protect import audit, suppress

DIMS = ["omrade", "brott", "kvartal"]
SIZES = {
    294: ((13, 13), (16, 4), (1, 1)),
    2635: ((24, 4), (12, 3), (4, 4)),
    28083: ((64, 16), (30, 5), (8, 4)),
}
"""Cells → for each dimension its leaves, and how many of them make a group."""
MEAN = {294: 4.0, 2635: 0.8, 28083: 0.5}
MOST_SECONDS = {294: 10, 2635: 30, 28083: 120}
_SEED = 20_260_701


def make_table(n_cells: int) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Invent inner cells and trees; a dimension of one leaf is left out."""
    chance = np.random.default_rng(_SEED)
    sizes = {d: s for d, s in zip(DIMS, SIZES[n_cells], strict=True) if s[0] > 1}
    leaves, trees = [], []
    for dim, (n, in_group) in sizes.items():
        names = [f"{dim[0]}{k}" for k in range(n)]
        leaves.append(names)
        if in_group in (n, 1):
            trees += [(dim, "h", "Totalt", name) for name in names]
            continue
        groups = [f"{dim[0]}-{k}" for k in range(n // in_group)]
        trees += [(dim, "h", "Totalt", group) for group in groups]
        trees += [(dim, "h", groups[k // in_group], m) for k, m in enumerate(names)]
    shape = [len(names) for names in leaves]
    weight = np.multiply.outer(
        chance.lognormal(0, 0.8, shape[0]), chance.lognormal(0, 1.3, shape[1])
    )
    weight *= chance.gamma(1.4, 0.7, weight.shape)
    each = weight.ravel().repeat(np.prod(shape[2:], dtype=int))
    inner = pd.DataFrame(itertools.product(*leaves), columns=list(sizes))
    inner["antal"] = chance.poisson(MEAN[n_cells] * each)
    hierarchy = pd.DataFrame(trees, columns=["dim", "hier", "parent", "child"])
    return inner, hierarchy, list(sizes)


def measure(n_cells: int, time_limit: float) -> dict:
    """Suppress and audit one table."""
    inner, hierarchy, dims = make_table(n_cells)
    begun = time.perf_counter()
    out = suppress(inner, hierarchy, dims=dims, count="antal", time_limit=time_limit)
    done = time.perf_counter()
    unsafe = audit(out, hierarchy, dims=dims, count="antal")
    return {
        "cells": len(out),
        "primary": int((out["status"] == "primar").sum()),
        "hidden": out.attrs["n_hidden"],
        "least": out.attrs["n_least"],
        "unsafe": len(unsafe),
        "seconds": round(done - begun, 1),
        "audit_seconds": round(time.perf_counter() - done, 1),
    }


def main() -> int:
    """Measure the tables asked for; 1 where one is unsafe or slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time-limit", type=float, default=100)
    parser.add_argument("--cells", type=int, nargs="*", default=list(SIZES))
    asked = parser.parse_args()
    is_broken = False
    for n_cells in asked.cells:
        told = measure(n_cells, asked.time_limit)
        print(json.dumps(told), flush=True)
        is_slow = told["seconds"] > MOST_SECONDS[n_cells]
        is_broken |= is_slow or told["unsafe"] > 0 or told["cells"] != n_cells
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main())

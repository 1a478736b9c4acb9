"""Ten years of quarters, one after the other: does a cycle cost more and more?

Run: ``LAGESBILD_SOAK=40 pytest tests/bench/bench_soak.py -s``. Each quarter is taken
in, closed, made and released to both audiences in a process of its own. The figures go
into docs/skala.md.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.bench.sized_town import LAST, decide_and_assess, make_sized_town

N_CYCLES = int(os.environ.get("LAGESBILD_SOAK", "4"))
ROOT = Path(__file__).parents[2]
TOWN = {"n_areas": 3, "n_inhabitants": 6_000}
TOWN |= {"police_a_year": 600, "others_a_year": 300}
STEPS = "ingest close run release_radet release_offentlig".split()


def do_cycle(folder: Path, cycle: str, *steps: str) -> pd.DataFrame:
    """Do a quarter's steps in a process of its own.

    Returns
    -------
    DataFrame
        One row a step: step, cpu_s, wall_s, memory_mb (peak).
    """
    words = [sys.executable, "-m", "tests.bench.one_cycle", str(folder), cycle, *steps]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return pd.DataFrame(json.loads(done.stdout.splitlines()[-1]))


def size_of(folder: Path) -> float:
    """Size of all files below a folder, MB."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files) / 1e6


def soak(base: Path, n_cycles: int, file: Path) -> pd.DataFrame:
    """Take in, close, make and release one quarter after the other.

    Returns
    -------
    DataFrame
        One row a quarter and step: number, cycle, step, cpu_s, wall_s, memory_mb; with
        the last step of each the sizes (MB) of tables, releases, lager/ and pages.
    """
    folder, told, done = base / "data" / "exempelkommun", [], set()
    shutil.copytree(ROOT / "notebooks", base / "notebooks", dirs_exist_ok=True)
    if file.exists():  # a soak that was cut short goes on
        told = [pd.read_csv(file)]
        done = set(told[0]["cycle"])
    arriving = find_arriving(folder, n_cycles)
    for number, (cycle, files) in enumerate(arriving.items()):
        if cycle in done:
            continue
        for one in files:
            shutil.copy2(one, folder / "inkommande" / one.name)
        decide_and_assess(folder / "register", list(arriving)[: number + 1])
        steps = do_cycle(folder, cycle, *STEPS).assign(number=number, cycle=cycle)
        lager = folder / "lager"
        sizes = {"tables_mb": size_of(lager / "tabeller"), "lager_mb": size_of(lager)}
        sizes["handed_mb"] = size_of(lager / "utlamnat")
        sizes["pages_mb"] = size_of(base / "outputs")
        steps.loc[steps.index[-1], list(sizes)] = list(sizes.values())
        told.append(steps)
        pd.concat(told).to_csv(file, index=False)
        cost = dict(zip(steps["step"], steps["cpu_s"].round(1), strict=True))
        shown = {name: round(size, 1) for name, size in sizes.items()}
        peak = round(steps["memory_mb"].max())
        print(cycle, json.dumps(cost | {"memory_mb": peak} | shown), flush=True)
    return pd.concat(told, ignore_index=True)


def find_arriving(folder: Path, n_cycles: int) -> dict[str, list[Path]]:
    """The quarters' files; the town is made if it is not there."""
    if not folder.exists():
        return make_sized_town(folder, n_quarters=n_cycles, **TOWN)
    beside = sorted((folder.parent / "kommande").iterdir())
    labels = [quarter.label for quarter in LAST.back(n_cycles)]
    return {label: [f for f in beside if label in f.name] for label in labels}


def compare_ends(told: pd.DataFrame) -> pd.Series:
    """What the last fifth of the quarters cost, as times of what the first fifth did.

    Returns
    -------
    Series
        cpu_s and memory_mb, of the middle quarter of each; lager_mb and pages_mb, of
        what a quarter adds.
    """
    quarters = told.groupby("number").agg(
        {"cpu_s": "sum", "memory_mb": "max", "lager_mb": "max", "pages_mb": "max"}
    )
    sizes = ["lager_mb", "pages_mb"]
    quarters[sizes] = quarters[sizes].diff()
    fifth = max(1, len(quarters) // 5)
    first, last = quarters.iloc[1 : 1 + fifth], quarters.iloc[-fifth:]
    return last.median() / first.median()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are told by /proc")
def test_a_cycle_costs_the_same_year_after_year(tmp_path):
    base = Path(os.environ.get("LAGESBILD_SOAK_FOLDER", tmp_path))
    ratio = compare_ends(soak(base, N_CYCLES, base / "soak.csv"))
    print(ratio.round(2).to_dict())
    # pages and open data tell all quarters: ten years cost more than one, and no more
    # than that; what grew with the square of them would be forty times as much
    assert ratio.max() < 2

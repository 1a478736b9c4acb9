"""One million place texts through the command, beside the least that must be done.

    pip install -e .[bench]
    python tests/bench/bench_geocode.py [--rows N] [--rounds N] [--jobs N]

The floor: read the CSV, lower and strip the text, join it exactly with the addresses,
place a million points in polygons, write the CSV; in polars and shapely (extra
``bench``). Both run in turn, each in a process of its own whose memory, with that of
its children, is watched. Prints one JSON object; leaves with 1 where a limit is broken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST_TIMES_FLOOR = {20_000: 10, 300_000: 40}
MOST_MEMORY = 1_000_000_000
_SEED = 20_260_701
_WATCH_S = 0.02


def make_registers(folder: Path) -> None:
    """Write the invented municipality's addresses, areas and places."""
    from lagesbild.demo import gazetteer, geography
    from lagesbild.demo.files import write_csv, write_layer

    write_layer(geography.make_areas(), folder / "areas.gpkg", "omraden")
    addresses = gazetteer.make_addresses().drop(columns=["area", "neighbour", "weight"])
    write_csv(addresses, folder / "addresses.csv", separator=",")
    places = gazetteer.make_places().drop(columns="area")
    write_csv(places, folder / "places.csv", separator=",")


def make_incidents(file: Path, *, n_rows: int, n_distinct: int) -> int:
    """Write rows whose texts are the demo's; return how many texts are distinct."""
    import numpy as np
    import pandas as pd

    from lagesbild.demo import dirt, gazetteer

    rng = np.random.default_rng(_SEED)
    addresses = gazetteer.make_addresses()
    pool = pd.DataFrame({"text": [], "ort": []}, dtype="str")
    while len(pool) < n_distinct:
        drawn = rng.integers(len(addresses), size=max(n_distinct, 10_000))
        area = addresses["area"].to_numpy()[drawn]
        events = pd.DataFrame({"address": drawn, "place": -1, "area": area})
        written = dirt.write_places(events, locality="column", rng=rng)
        text = written["text"].astype("str")
        # the demo's streets have fewer ways to be written than a million rows need
        flat = rng.integers(1001, 1600, size=len(text)).astype(str)
        text = text.where(rng.random(len(text)) < 0.5, text + ", lgh " + flat)
        new = pd.DataFrame({"text": text, "ort": written["locality"].astype("str")})
        pool = pd.concat([pool, new]).drop_duplicates(ignore_index=True)
    pool = pool.iloc[:n_distinct]
    # a few texts are many rows, as in any police register
    weight = 1 / np.arange(1, n_distinct + 1) ** 0.5
    rows = np.concatenate(
        [
            np.arange(n_distinct),
            rng.choice(n_distinct, size=n_rows - n_distinct, p=weight / weight.sum()),
        ]
    )
    rng.shuffle(rows)
    table = pool.iloc[rows].reset_index(drop=True)
    table.insert(0, "rad_id", [f"R{i:07d}" for i in range(n_rows)])
    table.columns = ["rad_id", "adresstext", "ort"]
    table.to_csv(file, index=False, encoding="utf-8", lineterminator="\n")
    return int(table[["adresstext", "ort"]].drop_duplicates().shape[0])


def run_floor(folder: Path, source: Path, target: Path) -> None:
    """The least that must be done with the rows, in the fastest tools there are."""
    import geopandas as gpd
    import numpy as np
    import polars as pl
    import shapely

    areas = gpd.read_file(folder / "areas.gpkg")
    register = pl.read_csv(folder / "addresses.csv", infer_schema=False)
    number = pl.col("husnummer") + pl.col("bokstav").fill_null("")
    known = register.select(
        key=(pl.col("gatuadress") + " " + number).str.to_lowercase(),
        ort_key=pl.col("postort").str.to_lowercase(),
        e=pl.col("e").cast(float),
        n=pl.col("n").cast(float),
    ).unique(["key", "ort_key"])
    rows = pl.read_csv(source, infer_schema=False).with_columns(
        key=pl.col("adresstext").str.to_lowercase().str.strip_chars(),
        ort_key=pl.col("ort").str.to_lowercase().str.strip_chars(),
    )
    found = rows.join(known, on=["key", "ort_key"], how="left", maintain_order="left")
    east = found["e"].fill_null(float(known["e"].mean())).to_numpy()
    north = found["n"].fill_null(float(known["n"].mean())).to_numpy()
    tree = shapely.STRtree(areas.geometry.to_numpy())
    point, area = tree.query(shapely.points(east, north), predicate="intersects")
    ids = np.full(len(found), "", dtype=object)
    ids[point] = areas["omrade_id"].to_numpy(object)[area]
    out = found.select("rad_id", "e", "n").with_columns(omrade_id=pl.Series(ids))
    out.write_csv(target)


def run_ours(folder: Path, source: Path, target: Path, jobs: int | None) -> None:
    """The command's own function."""
    from lagesbild.geocode.command import geocode_file

    geocode_file(
        source,
        target,
        addresses=folder / "addresses.csv",
        areas=folder / "areas.gpkg",
        places=folder / "places.csv",
        jobs=jobs,
    )


def measure(arguments: list[str]) -> tuple[float, int]:
    """Run this file's own step; give its seconds and its most bytes of memory."""
    import psutil

    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, *arguments])
    watched, most = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            family = [watched, *watched.children(recursive=True)]
            most = max(most, sum(p.memory_info().rss for p in family))
        except psutil.NoSuchProcess:
            pass  # it ended while it was looked at
        time.sleep(_WATCH_S)
    if process.returncode:
        raise SystemExit(f"{arguments[0]} failed")
    return time.perf_counter() - started, most


def compare(folder: Path, n_rows: int, n_distinct: int, rounds: int, jobs: str) -> dict:
    """Run floor and ours in turn on one file."""
    source = folder / f"incidents_{n_distinct}.csv"
    told = make_incidents(source, n_rows=n_rows, n_distinct=n_distinct)
    floor, ours, memory = [], [], []
    for _ in range(rounds):
        place = [str(folder), str(source), str(folder / "out.csv")]
        floor.append(measure(["--step", "floor", *place])[0])
        seconds, most = measure(["--step", "ours", *place, "--jobs", jobs])
        ours.append(seconds)
        memory.append(most)
        with (folder / "out.csv").open(encoding="utf-8") as lines:
            n_out = sum(1 for _ in lines) - 1
        if n_out != n_rows:
            raise SystemExit(f"{n_rows} rows in, {n_out} out")
    seconds = statistics.median(ours)
    times = seconds / statistics.median(floor)
    return {
        "rows": n_rows,
        "distinct": told,
        "floor_s": round(statistics.median(floor), 2),
        "ours_s": round(seconds, 2),
        "times_floor": round(times, 2),
        "rows_per_s": round(n_rows / seconds),
        "memory_mb": round(max(memory) / 1e6),
        "holds": times <= MOST_TIMES_FLOOR[n_distinct] and max(memory) <= MOST_MEMORY,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default="")
    parser.add_argument("--step", choices=("floor", "ours"))
    parser.add_argument("place", nargs="*", type=Path)
    asked = parser.parse_args()
    if asked.step == "floor":
        return run_floor(*asked.place)
    if asked.step == "ours":
        return run_ours(*asked.place, int(asked.jobs) if asked.jobs else None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_registers(folder)
        found = [
            compare(folder, asked.rows, n_distinct, asked.rounds, asked.jobs)
            for n_distinct in MOST_TIMES_FLOOR
        ]
    print(json.dumps(found, indent=2))
    sys.exit(not all(result["holds"] for result in found))


if __name__ == "__main__":
    main()

"""An ingest costs by the new rows: the same quarter after 1, 4 and 16 times as many.

Run: ``pytest tests/bench/bench_ingest.py -s``; ``LAGESBILD_ROWS=4000`` before it takes
quarters of so many rows. The figures go into docs/skala.md.
"""

import os
import shutil
from time import process_time

import pandas as pd

from lagesbild import store
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.workspace import open_workspace
from tests.tiny_town import make_tiny_town, police, write_police

N_ROWS = int(os.environ.get("LAGESBILD_ROWS", "400"))
LENGTHS, N_TIMES, MOST = (2, 8, 32), 7, 1.3
PLACES = ("Kvarngatan 1", "Kvarngatan 9", "Ågatan 1", "Vikvägen 5", "Okänd väg 3")
LAST = Period("2026-K1")


def _write(ws, quarter):
    days = pd.date_range(quarter.start, quarter.end)
    rows = [
        police(
            f"5000-K{quarter.label[:4]}{quarter.number}{i}",
            f"{days[i % len(days)]:%Y-%m-%d}",
            place=PLACES[i % len(PLACES)],
        )
        for i in range(N_ROWS)
    ]
    write_police(ws.inbox, *rows, name=f"polisen_{quarter.label}.csv")


def _seconds(root, folder, monkeypatch):
    """Processor time of the last quarter: of the whole ingest, and of the commit."""
    shutil.copytree(root, folder)
    copy, spent = open_workspace(folder), []
    _write(copy, LAST)
    commit = store.commit_delivery

    def timed(*args, **named):
        started = process_time()
        done = commit(*args, **named)
        spent.append(process_time() - started)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(store, "commit_delivery", timed)
        started = process_time()
        assert ingest_files(copy)[0]["rows_stored"] == N_ROWS
        whole = process_time() - started
    shutil.rmtree(folder)
    return {"hela inläsningen": whole, "lagrets commit": spent[0]}


def test_an_ingest_costs_by_the_new_rows(tmp_path, monkeypatch):
    ws = make_tiny_town(tmp_path / "w")
    # the quarters nearest to the new one first, so that its neighbours are there
    earlier = [q for q in reversed(LAST.back(max(LENGTHS) + 1)) if q != LAST]
    for n_quarters in LENGTHS:
        for quarter in earlier[len(store.load_deliveries(ws)) : n_quarters]:
            _write(ws, quarter)
        ingest_files(ws)
        shutil.copytree(ws.root, tmp_path / f"n{n_quarters}")
    told = {}
    for time in range(N_TIMES + 1):  # in turn: a busy machine is busy for all of them
        for n_quarters in LENGTHS:
            root = tmp_path / f"n{n_quarters}"
            spent = _seconds(root, tmp_path / "kopia", monkeypatch)
            for what, seconds in spent.items() if time else ():  # the first loads
                told.setdefault(what, {}).setdefault(n_quarters, []).append(seconds)
    for what, by_length in told.items():
        best = {n: min(seconds) for n, seconds in by_length.items()}
        ratio = best[LENGTHS[-1]] / best[LENGTHS[0]]
        shown = ", ".join(f"{seconds:.2f} s efter {n}" for n, seconds in best.items())
        print(f"\n{what}, {N_ROWS} rader: {shown} kvartal; kvot {ratio:.2f}")
    for n_quarters in LENGTHS:
        tables = tmp_path / f"n{n_quarters}" / "lager" / "tabeller"
        size = sum(f.stat().st_size for f in tables.rglob("*") if f.is_file())
        print(f"tabellerna efter {n_quarters} kvartal: {size / 1e6:.2f} MB")
    for by_length in told.values():
        assert min(by_length[LENGTHS[-1]]) <= MOST * min(by_length[LENGTHS[0]])

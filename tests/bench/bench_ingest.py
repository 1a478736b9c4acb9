"""An ingest costs by the new rows: the same quarter after 1 and after 16 times as many.

Run: ``pytest tests/bench/bench_ingest.py -s``. The figures go into docs/skala.md.
"""

import shutil
from time import process_time

import pandas as pd

from lagesbild import store
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.workspace import open_workspace
from tests.tiny_town import make_tiny_town, police, write_police

N_ROWS, SHORT, LONG, N_TIMES = 400, 2, 32, 3
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


def _seconds(ws, folder):
    """Processor time of the quarter's ingest, the best of a few on copies."""
    told = []
    for number in range(N_TIMES):
        shutil.copytree(ws.root, folder / str(number))
        copy = open_workspace(folder / str(number))
        _write(copy, LAST)
        started = process_time()
        assert ingest_files(copy)[0]["rows_stored"] == N_ROWS
        told.append(process_time() - started)
    return min(told)


def test_an_ingest_costs_by_the_new_rows(tmp_path):
    ws = make_tiny_town(tmp_path / "w")
    seconds, sizes = {}, {}
    earlier = [q for q in LAST.back(LONG + 1) if q != LAST]
    first = True
    for n_quarters in (SHORT, LONG):
        have = len(store.load_deliveries(ws))
        # the quarters nearest to the new one first, so that its neighbours are there
        for quarter in list(reversed(earlier))[have:n_quarters]:
            _write(ws, quarter)
        ingest_files(ws)
        if first:  # what is loaded once is no one's cost
            _seconds(ws, tmp_path / "varm")
            first = False
        seconds[n_quarters] = _seconds(ws, tmp_path / f"n{n_quarters}")
        files = [f for f in (ws.lager / "tabeller").rglob("*") if f.is_file()]
        sizes[n_quarters] = sum(f.stat().st_size for f in files)
    ratio = seconds[LONG] / seconds[SHORT]
    print(
        f"\n{N_ROWS} rader efter {SHORT} och {LONG} kvartal: {seconds[SHORT]:.2f} och "
        f"{seconds[LONG]:.2f} s, kvot {ratio:.2f}; tabellerna "
        f"{sizes[SHORT] / 1e6:.2f} och {sizes[LONG] / 1e6:.2f} MB"
    )
    assert ratio <= 1.3

"""What 290 municipalities would cost: three sizes measured in part, the rest reckoned.

Run: ``LAGESBILD_COUNTRY=5000:4,40000:2 pytest tests/bench/bench_country.py -s``
(inhabitants:quarters, …). Everything is invented. The figures go into docs/skala.md.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lagesbild.store import load_deliveries, load_incidents
from lagesbild.workspace import open_workspace
from tests.bench.bench_soak import ROOT, do_cycle, size_of
from tests.bench.sized_town import (
    AREAS_IN_DEMO,
    LAST,
    PEOPLE_IN_DEMO,
    make_sized_town,
)

SIZES = os.environ.get("LAGESBILD_COUNTRY", "5000:2")
PEOPLE, N_MUNICIPALITIES, N_QUARTERS = 10_600_000, 290, 24
POLICE_A_YEAR, OTHERS_A_YEAR = 1_500_000, 1_500_000
SOURCES = 4
_MEDIAN, _SPREAD, _SMALLEST = 16_000, 1.28, 2_400


def make_inhabitants() -> np.ndarray:
    """Inhabitants of each municipality, the fewest first, by a rule and no register.

    Lognormal quantiles about the median that Swedish municipalities have, none below
    the smallest of them, made to sum to the country.
    """
    from scipy.stats import norm

    at = norm.ppf((np.arange(N_MUNICIPALITIES) + 0.5) / N_MUNICIPALITIES)
    people = np.maximum(_MEDIAN * np.exp(_SPREAD * at), _SMALLEST)
    return (people * PEOPLE / people.sum()).round().astype(int)


def n_areas_of(n_inhabitants) -> np.ndarray:
    """As many people in an area as in the demo: finer than SCB's RegSO."""
    each = PEOPLE_IN_DEMO / AREAS_IN_DEMO
    return np.maximum(2, np.round(np.asarray(n_inhabitants) / each)).astype(int)


def measure_town(base: Path, n_inhabitants: int, n_quarters: int) -> dict:
    """Take in all quarters of a town of a size, close them and make the last one."""
    folder, share = base / "data" / "exempelkommun", n_inhabitants / PEOPLE
    shutil.copytree(ROOT / "notebooks", base / "notebooks")
    n_areas = int(n_areas_of(n_inhabitants))
    arriving = make_sized_town(
        folder,
        n_areas=n_areas,
        n_inhabitants=n_inhabitants,
        n_quarters=n_quarters,
        police_a_year=POLICE_A_YEAR * share,
        others_a_year=OTHERS_A_YEAR * share,
    )
    for files in arriving.values():
        for file in files:
            shutil.copy2(file, folder / "inkommande" / file.name)
    told = [do_cycle(folder, LAST.label, "ingest")]
    for cycle in list(arriving)[:-1]:
        told.append(do_cycle(folder, cycle, "close"))
    told.append(do_cycle(folder, LAST.label, "close", "measure", "run"))
    steps = pd.concat(told)
    cost, ws = steps.groupby("step")["cpu_s"].sum(), open_workspace(folder)
    pages = list((ws.outputs / LAST.label / "intern").glob("0*.html"))
    rows, tables = len(load_incidents(ws)), size_of(ws.lager / "tabeller")
    return {
        "inhabitants": n_inhabitants,
        "quarters": n_quarters,
        "areas": n_areas,
        "rows": rows,
        "files": len(load_deliveries(ws)),
        "ingest_s": cost["ingest"],
        "measure_s": cost["measure"],
        "page_s": cost["run"] / len(pages),
        "close_s": cost["close"] / n_quarters,
        "memory_mb": steps["memory_mb"].max(),
        "tables_mb": tables,
        "lager_mb": size_of(ws.lager),
        "pages_mb": size_of(ws.outputs),
    }


def reckon(measured: pd.DataFrame, people: np.ndarray) -> dict:
    """The whole country from lines through what was measured.

    An ingest costs by row, a publication by area, and both something whatever the
    size; a page costs the same wherever it is made.
    """
    rows = people / PEOPLE * (POLICE_A_YEAR + OTHERS_A_YEAR) * N_QUARTERS / 4
    areas = n_areas_of(people)
    n_files = SOURCES * N_QUARTERS * len(people)
    a_row, a_file = _line(measured, "ingest_s", "rows", "files")
    an_area, base = _line(measured.assign(one=1), "measure_s", "areas", "one")
    n_pages = (areas * 3 + 23).sum()
    return {
        "municipalities": len(people),
        "people": int(people.sum()),
        "rows": round(rows.sum()),
        "areas": int(areas.sum()),
        "ingest_h": (a_row * rows.sum() + a_file * n_files) / 3600,
        "publications_h": (an_area * areas + base).sum() / 3600,
        "pages": int(n_pages),
        "pages_h": n_pages * measured["page_s"].median() / 3600,
        "tables_gb": (measured["tables_mb"] / measured["rows"]).max()
        * rows.sum()
        / 1000,
        "ms_a_row": 1000 * a_row,
        "s_a_file": a_file,
        "s_an_area": an_area,
        "s_a_publication": base,
    }


def _line(measured: pd.DataFrame, what: str, first: str, second: str) -> np.ndarray:
    """What one more of each costs, by least relative error; none costs less than 0."""
    from scipy.optimize import nnls

    each = measured[[first, second]].to_numpy(dtype=float)
    cost = measured[what].to_numpy(dtype=float)
    return nnls(each / cost[:, None], np.ones(len(cost)))[0]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="memory is told by /proc")
def test_the_country_is_reckoned_from_a_few_of_its_municipalities(tmp_path):
    told = []
    for size in SIZES.split(","):
        n_inhabitants, n_quarters = map(int, size.split(":"))
        told.append(measure_town(tmp_path / size[:-2], n_inhabitants, n_quarters))
        print("\n", pd.DataFrame(told[-1:]).round(2).to_string(index=False), flush=True)
    country = reckon(pd.DataFrame(told), make_inhabitants())
    print("\n".join(f"{name}: {value:,.3g}" for name, value in country.items()))
    assert 9e6 < country["people"] < 12e6 and country["rows"] > 17e6

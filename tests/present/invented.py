"""An invented publication with every kind of cell, in the form of the real ones.

One row of ``cells`` is area × category × period, as docs/architecture.md says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lagesbild.offences import category_names, load_categories
from lagesbild.period import Period

NAMES = ("Ängsbo", "Alby", "Åsen", "Östanbäck", "Björkhöjden", "Centrum", "Hamnen")
NOTES = (
    "Brott räknas efter det datum då de anmäldes.",
    "Brott i nära relation, sexualbrott och brott mot barn räknas inte med här.",
)


@dataclass(frozen=True)
class Table:
    frame: pd.DataFrame
    by: tuple[str, ...]
    fixed: dict
    cycle: str
    audience: str
    area_names: dict
    category_names: dict
    notes: tuple[str, ...] = NOTES


@dataclass(frozen=True)
class Publication:
    cells: pd.DataFrame
    deliveries: pd.DataFrame
    areas_listed: pd.DataFrame
    cycle: str = "2026-K3"
    audience: str = "offentlig"
    municipality: str = "Exempelkommun"
    county: str = "Exempellän"
    is_invented: bool = True
    contact: dict = field(
        default_factory=lambda: {
            "function": "Samordningsfunktionen",
            "email": "samordning@exempelkommun.example",
        }
    )
    status: str = "Utkast"
    data_until: date = date(2026, 10, 12)
    quality: dict = field(default_factory=dict)
    meta: dict = field(default_factory=lambda: {"sequence_number": 7})

    def table(self, *by, category="alla", area_id="*", period=None) -> Table:
        fixed = {
            "category": category,
            "area_id": area_id,
            "period": str(period or self.cycle),
        }
        fixed = {name: value for name, value in fixed.items() if name not in by}
        frame = self.cells
        for name, value in fixed.items():
            frame = frame[frame[name] == value]
        names = dict(zip(self.areas_listed["area_id"], self.areas_listed["name"]))
        return Table(
            frame.reset_index(drop=True),
            by,
            fixed,
            self.cycle,
            self.audience,
            names | {"": "Utan område", "*": "Hela kommunen"},
            category_names(),
        )


def make_areas(n: int = len(NAMES)) -> gpd.GeoDataFrame:
    """Squares of a kilometre in two rows; the last has a hole and a thousand corners."""
    squares = [
        shapely.box(x, y, x + 1000, y + 1000)
        for x in range(600_000, 600_000 + 1000 * ((n + 1) // 2), 1000)
        for y in (6_700_000, 6_701_000)
    ][:n]
    kinds = ["bostad"] * n
    kinds[5] = "centrum"
    return gpd.GeoDataFrame(
        {
            "area_id": [f"O{k:02d}" for k in range(n)],
            "name": list(NAMES[:n]),
            "district": ["Norra"] * n,
            "kind": kinds,
        },
        geometry=squares,
        crs=3006,
    )


def make_publication(
    *, threshold: int = 5, n_quarters: int = 8, audience: str = "offentlig"
) -> Publication:
    """Counts from a seed; 1 up to the threshold are hidden, Hamnen is missing."""
    chance = np.random.default_rng(3)
    categories = load_categories()
    categories = categories[categories["group"] != "skyddade"]
    wanted = ["alla", *categories["group"].unique(), *categories["category"]]
    areas = make_areas().drop(columns="geometry")
    periods = [str(p) for p in Period("2026-K3").back(n_quarters)]
    index = pd.MultiIndex.from_product(
        [["", "*", *areas["area_id"]], list(dict.fromkeys(wanted)), periods],
        names=["area_id", "category", "period"],
    )
    cells = index.to_frame(index=False)
    heavy = cells["category"].isin(["alla", "brott"]) * 40 + 6
    heavy = heavy * np.where(cells["area_id"] == "*", 8, 1)
    cells["n_offences"] = pd.array(chance.poisson(heavy), "Int64")
    cells["n_observations"] = pd.array(chance.poisson(4, len(cells)), "Int64")
    cells = _add_status(cells, threshold)
    cells = _add_rates(cells)
    cells = _add_change(cells, n_quarters)
    return Publication(
        cells,
        _deliveries(periods[-1]),
        areas,
        audience=audience,
        quality=_quality() if audience == "intern" else {},
    )


def _add_status(cells: pd.DataFrame, threshold: int) -> pd.DataFrame:
    cells = cells.assign(n_reports=cells["n_offences"], n_events=cells["n_offences"])
    for name in ("n_offences", "n_observations", "n_reports", "n_events"):
        status = pd.Series("shown", index=cells.index)
        status[cells[name].between(1, threshold - 1)] = "suppressed"
        status[cells["area_id"] == "O06"] = "missing"
        cells[f"{name}_status"] = status
        cells[name] = cells[name].mask(status != "shown")
    return cells


def _add_rates(cells: pd.DataFrame) -> pd.DataFrame:
    inhabitants = cells["area_id"].map({"*": 40_000, "": pd.NA}).fillna(1_400)
    rate = cells["n_offences"].astype("float64") * 1000 / inhabitants.astype(float)
    status = cells["n_offences_status"].copy()
    status[cells["area_id"].isin(["O05", ""])] = "not_computed"
    shown = status == "shown"
    return cells.assign(
        n_inhabitants=pd.array(inhabitants, "Int64"),
        rate_per_1000_quarter=rate.where(shown),
        rate_lower=(rate * 0.7).where(shown),
        rate_upper=(rate * 1.4 + 1).where(shown),
        rate_status=status,
        rate_reason=cells["area_id"].map({"O05": "centrum, där få bor"}),
    )


def _add_change(cells: pd.DataFrame, n_quarters: int) -> pd.DataFrame:
    before = cells.groupby(["area_id", "category"])["n_offences"].shift(4)
    was = cells.groupby(["area_id", "category"])["n_offences_status"].shift(4)
    is_short = was.isna()
    shown = (was == "shown") & (cells["n_offences_status"] == "shown")
    ratio = cells["n_offences"].astype(float) / before.astype(float).clip(lower=1)
    status = pd.Series("suppressed", index=cells.index)
    status[shown] = "shown"
    status[is_short] = "too_short_history"
    status[cells["area_id"] == "O06"] = "missing"
    verdict = pd.Series("ingen säker förändring", index=cells.index)
    verdict[ratio > 1.5] = "ökar"
    verdict[ratio < 0.6] = "minskar"
    words = {
        "suppressed": "visas inte",
        "too_short_history": "för kort historik",
        "missing": "uppgift saknas",
    }
    verdict = verdict.mask(status != "shown", status.map(words))
    return cells.assign(
        n_offences_last_year=before.mask(status != "shown"),
        n_offences_last_year_status=status.replace("too_short_history", "missing"),
        rate_ratio=ratio.where(status == "shown"),
        ratio_lower=(ratio * 0.8).where(status == "shown"),
        ratio_upper=(ratio * 1.2).where(status == "shown"),
        change_status=status,
        verdict=verdict,
    )


def _deliveries(period: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": ["polisen", "kommunen"],
            "source_name": ["Polisens anmälningar", "Kommunens felanmälningar"],
            "organisation": ["Polisen", "Exempelkommun"],
            "period": [period] * 2,
            "received_on": pd.to_datetime(["2026-10-12", "2026-10-02"]),
            "is_delivered": [True, True],
        }
    )


def _quality() -> dict:
    return {
        "quarantine": pd.DataFrame(
            {"source_name": ["Polisen"], "reason": ["datum saknas"], "n_rows": [3]}
        )
    }

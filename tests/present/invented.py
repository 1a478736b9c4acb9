"""An invented publication with every kind of cell, in the form of the real ones.

Counts from a seed go through ``measure`` and ``hide_cells``, so that columns, statuses
and verdicts are those that pages meet; unit tests take single rows from ``make_row``.
One row of ``cells`` is area × category × period, as docs/architecture.md says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lagesbild.measure import comparing, findings, tables, totals
from lagesbild.offences import (
    category_names,
    load_categories,
    protected_categories,
)
from lagesbild.period import Period
from lagesbild.protect.hide import COLUMNS, COUNTS, hide_cells
from lagesbild.protect.published import Publication
from lagesbild.protect.table import ProtectedTable
from lagesbild.protect.told import leave_to_intern, tell_findings

CYCLE = "2026-K3"
NAMES = (
    "Ängsbo Alby Åsen Östanbäck Björkhöjden Centrum Hamnen Kullen Norrängen Ekbacken "
    "Fågelsången Granliden Hagaby Kvarnbacken Kyrkbyn Lillsjön Mellanby Nybygget "
    "Ringvallen Rönndalen Sjöstaden Skogsbyn Stationen Strömmen Sågverket Tallmon "
    "Torpängen Östermarksfältet"
).split()
FEW = 9  # enough for one area of every kind
NOTES = (
    "Brott räknas efter det datum då de anmäldes.",
    "Brott i nära relation och sexualbrott räknas inte med här.",
)
# mean number a quarter in an area of ordinary size
_POLICE = {
    "bostadsinbrott": 2.2,
    "ovrigt_inbrott": 1.6,
    "cykelstold": 4.0,
    "stold_ur_fordon": 4.4,
    "butiksstold": 2.0,
    "ran": 0.1,
    "skadegorelse": 8.0,
    "misshandel": 2.5,
    "bedrageri": 6.0,
    "narkotika": 3.0,
    "trafikbrott": 5.0,
    "ovriga_brott": 14.0,
}
_OTHERS = {
    "klotter": 2.0,
    "storning": 6.0,
    "trasig_belysning": 6.5,
    "nedskrapning": 5.0,
}
_CHANGES = {"bostadsinbrott": 1.9, "cykelstold": 0.5, "narkotika": 1.8, "storning": 1.5}


def make_row(**changes) -> dict:
    """One shown cell: 61 offences against 34, an increase; change what a test needs."""
    row = dict.fromkeys(COLUMNS)
    for name in (*COUNTS, "n_offences_last_year", "n_observations_last_year"):
        row |= {name: pd.NA, f"{name}_status": "not_computed"}
    row |= {
        "area_id": "O01",
        "category": "skadegorelse",
        "period": CYCLE,
        "measure": "n_offences",
        "n_offences": 61,
        "n_offences_status": "shown",
        "n_inhabitants": 12_000,
        "rate_per_1000_quarter": 5.083,
        "rate_lower": 3.889,
        "rate_upper": 6.53,
        "rate_status": "shown",
        "rate_reason": np.nan,
        "n_offences_last_year": 34,
        "n_offences_last_year_status": "shown",
        "rate_ratio": 1.794,
        "ratio_lower": 1.2,
        "ratio_upper": 2.8,
        "change_status": "shown",
        "verdict": "ökar",
    }
    return row | changes


HIDDEN = {
    "n_offences": pd.NA,
    "n_offences_status": "suppressed",
    "rate_per_1000_quarter": np.nan,
    "rate_lower": np.nan,
    "rate_upper": np.nan,
    "rate_status": "suppressed",
    "rate_ratio": np.nan,
    "ratio_lower": np.nan,
    "ratio_upper": np.nan,
    "change_status": "suppressed",
    "verdict": "visas inte",
}
MISSING = HIDDEN | {
    "n_offences_status": "missing",
    "rate_status": "missing",
    "change_status": "missing",
    "verdict": "uppgift saknas",
}


def make_table(rows, by, *, area_names=None, **fixed) -> ProtectedTable:
    """A selection of rows as ``Publication.table`` makes it."""
    areas = area_names or {f"O{n:02d}": name for n, name in enumerate(NAMES)}
    fixed = {"category": "skadegorelse", "area_id": "*", "period": CYCLE} | fixed
    return ProtectedTable(
        frame=pd.DataFrame(rows, columns=COLUMNS),
        by=tuple(by),
        fixed={name: value for name, value in fixed.items() if name not in by},
        cycle=CYCLE,
        audience="offentlig",
        area_names=areas | {"": "Utan område", "*": "Hela kommunen"},
        category_names=category_names(),
        notes=NOTES,
    )


@cache
def make_areas(n: int = FEW) -> gpd.GeoDataFrame:
    """Irregular neighbours that fill a round municipality; Centrum is a centre."""
    chance = np.random.default_rng(5)
    angle, reach = chance.uniform(0, 2 * np.pi, n), np.sqrt(chance.uniform(0, 1, n))
    spread = 9_000 * reach
    points = np.column_stack(
        [600_000 + 1.15 * spread * np.cos(angle), 6_700_000 + spread * np.sin(angle)]
    )
    edge = shapely.Point(600_000, 6_700_000).buffer(9_500, quad_segs=12)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=edge)
    shapes = [
        next(c for c in cells.geoms if c.contains(shapely.Point(p))).intersection(edge)
        for p in points
    ]
    kinds = ["centrum" if name == "Centrum" else "bostad" for name in NAMES[:n]]
    return gpd.GeoDataFrame(
        {
            "area_id": [f"O{k:02d}" for k in range(n)],
            "name": list(NAMES[:n]),
            "district": ["Norra"] * n,
            "kind": kinds,
        },
        geometry=shapes,
        crs=3006,
    )


def make_base_map() -> gpd.GeoDataFrame:
    """A lake and a road."""
    lake = shapely.Point(602_000, 6_702_500).buffer(1_300, quad_segs=6)
    road = shapely.LineString(
        [(591_000, 6_698_000), (600_000, 6_700_500), (609_500, 6_703_000)]
    )
    return gpd.GeoDataFrame(
        {"kind": ["water", "road"], "name": ["Exempelsjön", "Exempelvägen"]},
        geometry=[lake, road],
        crs=3006,
    )


HELP = {
    "checked_on": "2026-06-10",
    "lines": [
        {"name": "Påhittade jouren", "phone": "08-465 004 04", "about": "Dygnet runt."},
        {"name": "Påhittade samtalet", "phone": "08-465 004 05", "about": ""},
    ],
}
"""As a publication keeps it; nobody can be given these numbers."""


def _protected_years() -> pd.DataFrame:
    """Two years of every protected class; of honour-related crime too little."""
    rows = [
        (category, year, pd.NA if category == "hedersrelaterat" else 90 + n, status)
        for n, category in enumerate(protected_categories())
        for year in ("2024", "2025")
        for status in ("suppressed" if category == "hedersrelaterat" else "shown",)
    ]
    names = ["category", "period", "n_offences", "n_offences_status"]
    kinds = {"category": "str", "period": "str", "n_offences": "Int64"}
    return pd.DataFrame(rows, columns=names).astype(kinds)


@cache
def make_publication(
    *,
    threshold: int = 5,
    n_quarters: int = 9,
    audience: str = "offentlig",
    n_areas: int = FEW,
) -> Publication:
    """Counts from a seed; 1 up to the threshold are hidden, Hamnen is missing."""
    areas = make_areas(n_areas).drop(columns="geometry")
    measured = _measure(_counts(areas, n_quarters), areas)
    hidden = {name: measured[name].between(1, threshold - 1) for name in COUNTS}
    cells = hide_cells(measured, pd.DataFrame(hidden).fillna(False).astype(bool))
    is_internal = audience == "intern"
    found = {
        "signals": findings.find_signals(measured, CYCLE),
        "trends": findings.find_trends(measured, CYCLE),
        "week": make_week(),
        "hot_spots": _squares(),
    }
    return Publication(
        cycle=CYCLE,
        audience=audience,
        municipality="Exempelkommun",
        county="Exempellän",
        is_invented=True,
        contact={
            "function": "Samordningsfunktionen",
            "email": "samordning@exempelkommun.example",
        },
        status="Utkast",
        data_until=date(2026, 10, 12),
        meta={
            "threshold": threshold,
            "closed_without": [],
            "sequence_number": 7,
            "help": HELP,
            "mark": "Internt – kan innehålla personuppgifter" if is_internal else "",
        },
        cells=cells if is_internal else leave_to_intern(cells),
        areas_listed=areas,
        protected_years=_protected_years(),
        deliveries=_deliveries(),
        quality=_quality() if is_internal else {},
        findings=tell_findings(found, cells, is_internal=is_internal),
    )


def make_earlier(publication: Publication) -> Publication:
    """What could have been released a quarter before: one number was another."""
    earlier = str(Period(publication.cycle).previous)
    cells = publication.cells[publication.cells["period"] < publication.cycle].copy()
    first = cells.index[cells["n_offences_status"] == "shown"][:1]
    cells.loc[first, "n_offences"] += 2
    return replace(publication, cycle=earlier, cells=cells)


def make_week(**changes) -> pd.DataFrame:
    """A week of even hours but for Saturday evening; change what a test needs."""
    index = pd.MultiIndex.from_product(
        [range(7), range(0, 24, 3)], names=["weekday", "hour"]
    )
    week = index.to_frame(index=False).assign(
        share=0.02, hour_share=0.12, day_share=0.14, n_events=2400, reason=None
    )
    week["by_day"] = week["by_week"] = "ojämnt"
    week.loc[week["hour"] == 21, "hour_share"] = 0.18
    week.loc[week["weekday"].isin([4, 5]), "day_share"] = 0.16
    week.loc[(week["weekday"] == 5) & (week["hour"] == 21), "share"] = 0.05
    text = dict.fromkeys(["by_day", "by_week", "reason"], "str")
    return week.assign(**changes).astype(text | {"n_events": "Int64"})


def _squares() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "area_id": ["O05", "O05", "O08", ""],
            "hot_spot": ["bestående", "ny", "ny", "tidigare"],
            "n_squares": [2, 1, 3, 1],
            "reason": None,
        }
    )
    return frame.astype({"reason": "str"})


def _counts(areas: pd.DataFrame, n_quarters: int) -> pd.DataFrame:
    """The grid that ``measure`` adds totals to."""
    chance = np.random.default_rng(3)
    told = [c for c in load_categories()["category"] if c in {**_POLICE, **_OTHERS}]
    periods = [str(period) for period in Period(CYCLE).back(n_quarters)]
    busy = dict(zip(areas["area_id"], chance.gamma(4, 0.25, len(areas)), strict=True))
    busy[""] = 1.5
    index = pd.MultiIndex.from_product(
        [list(busy), told, periods], names=["area_id", "category", "period"]
    )
    frame = index.to_frame(index=False)
    size = frame["area_id"].map(busy)
    is_now = frame["period"] == CYCLE
    change = frame["category"].map(_CHANGES).fillna(1).where(is_now, 1)
    # one burglary wave in one area
    change[is_now & (frame["area_id"] == "O08")] *= 2.5
    police = chance.poisson(frame["category"].map(_POLICE).fillna(0) * size * change)
    others = chance.poisson(frame["category"].map(_OTHERS).fillna(0) * size * change)
    is_late = is_now & (frame["area_id"] == "O06")
    by_police = frame["category"].isin(_POLICE)
    for name, values, is_told in (
        ("n_offences", police, by_police),
        ("n_reports", police, by_police),
        ("n_observations", others, frame["category"].isin(_OTHERS)),
        ("n_events", police + others, True),
        ("n_police_events", police, by_police),
        ("n_observer_events", others, True),
    ):
        status = np.where(
            is_told, np.where(is_late, "missing", "shown"), "not_computed"
        )
        frame[f"{name}_status"] = pd.Series(status, dtype="str")
        frame[name] = pd.Series(values).astype("Int64").mask(status != "shown")
    return frame


def _measure(grid: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    cells = totals.add_totals(grid)
    for name in ("n_events_occurred", "n_events_occurred_status"):
        cells[name] = cells[name.replace("_occurred", "")]
    # in the real chain a missing part makes the total missing; here only one area is,
    # so the municipality keeps a shown total to be read against
    cells = _fill_totals(cells)
    people = pd.DataFrame(
        {
            "area_id": areas["area_id"],
            "year": 2023,
            "n_inhabitants": [1_200 + 60 * n for n in range(len(areas))],
        }
    )
    people.loc[people["area_id"] == "O07", "n_inhabitants"] = 420
    rates = tables.add_rates(cells, people, areas=areas)
    return comparing.compare_all(rates)


def _fill_totals(cells: pd.DataFrame) -> pd.DataFrame:
    cells = cells.copy()
    is_whole = cells["area_id"] == "*"
    for name in COUNTS:
        gone = is_whole & (cells[f"{name}_status"] == "missing")
        parts = cells[~is_whole].groupby(["category", "period"])[name].sum()
        keys = pd.MultiIndex.from_frame(cells.loc[gone, ["category", "period"]])
        cells[name] = cells[name].astype("Int64")
        cells.loc[gone, name] = parts.reindex(keys).to_numpy()
        cells.loc[gone, f"{name}_status"] = "shown"
    return cells


def _deliveries() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": ["polisen", "kommunen", "bostadsbolaget", "raddningstjansten"],
            "source_name": [
                "Polisens anmälningar",
                "Kommunens felanmälningar",
                "Bostadsbolagets störningar",
                "Räddningstjänstens insatser",
            ],
            "organisation": [
                "Polisen",
                "Exempelkommun",
                "Exempelbostäder",
                "Räddningstjänsten",
            ],
            "period": [CYCLE] * 4,
            "received_on": pd.to_datetime(
                ["2026-10-12", "2026-10-02", "2026-10-05", None]
            ),
            "is_delivered": [True, True, True, False],
            "rows_in": pd.array([980, 412, 120, pd.NA], "Int64"),
            "rows_stored": pd.array([950, 410, 118, pd.NA], "Int64"),
            "rows_unchanged": pd.array([20, 0, 0, pd.NA], "Int64"),
            "rows_quarantined": pd.array([10, 2, 2, pd.NA], "Int64"),
        }
    )


def _quality() -> dict:
    return {
        "quarantine": pd.DataFrame(
            {
                "source_name": ["Polisens anmälningar", "Kommunens felanmälningar"],
                "reason": ["dubblett", "datum saknas"],
                "n_rows": [3, 2],
            }
        ),
        "geocoding": pd.DataFrame(
            {
                "source_name": ["Polisens anmälningar"] * 3,
                "method": ["adress", "gata", "avvisad"],
                "n_rows": [700, 200, 50],
                "share": [0.737, 0.211, 0.052],
            }
        ),
        "rejected_places": pd.DataFrame(
            {"reason": ["flera gator med samma namn"], "n_rows": [50]}
        ),
        "rejected_texts": pd.DataFrame(
            {
                "text": ["röda ladan", "vid [namn] <b>bod</b>"],
                "locality": ["Storbyn", ""],
                "reason": ["platsen är okänd"] * 2,
                "advice": ["Skriv i platser_alias.csv vad texten betyder"] * 2,
                "n_rows": [12, 2],
            }
        ),
        "withdrawn": pd.DataFrame(columns=["source_name", "period", "n_rows"]),
        "masked": pd.DataFrame(
            {
                "source_name": ["Polisens anmälningar"],
                "columns_dropped": ["Handläggare|Fritext"],
                "masked": ["personnummer=2"],
            }
        ),
        "notices": pd.DataFrame({"notice_type": ["Brand"], "n_rows": [12]}),
    }

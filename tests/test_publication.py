"""From the store to what each audience may see: whole, protected, kept, read again."""

import json
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from lagesbild import contracts, publication, store
from lagesbild.closing import close_cycle
from lagesbild.errors import ProtectError, UsageError
from lagesbild.publication import make_publications, open_publication
from lagesbild.workspace import lock, open_workspace

CYCLE = "2026-K2"
SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"
is_invented = true
[contact]
function = "Samordningsfunktionen"
email = "samordning@exempelkommun.example"
"""
SOURCE = """
[sources.{name}]
name = "{title}"
organisation = "{title}s förvaltning"
kind = "{kind}"
[[sources.{name}.layouts]]
files = "{name}_*.csv"
format = "csv"
"""
SOURCES = {
    "polisen": ("Polisen", "police"),
    "kommunen": ("Kommunen", "observation"),
    "bostadsbolaget": ("Bostadsbolaget", "observation"),
}
AUDIENCES = ("intern", "radet", "offentlig")


def make_workspace(folder, town, *, skip=()):
    """A workspace whose store holds an invented town, one delivery at a time."""
    told = [
        SOURCE.format(name=name, title=title, kind=kind)
        for name, (title, kind) in SOURCES.items()
    ]
    (folder / "kommun.toml").write_text(SETTINGS + "".join(told), encoding="utf-8")
    ws = open_workspace(folder)
    write_registers(ws, town)
    for delivery in town["deliveries"].to_dict("records"):
        if delivery["delivery_id"] not in skip:
            commit(ws, town["incidents"], delivery)
    return ws


def write_registers(ws, town):
    ws.reference.mkdir()
    areas = town["areas"].rename(
        columns={
            "area_id": "omrade_id",
            "name": "namn",
            "district": "kommundel",
            "kind": "slag",
        }
    )
    squares = [
        shapely.box(x, 6_700_000, x + 1000, 6_701_000)
        for x in range(600_000, 600_000 + 1000 * len(areas), 1000)
    ]
    shapes = gpd.GeoDataFrame(areas, geometry=squares, crs=3006)
    shapes.to_file(ws.reference / "omraden.gpkg", driver="GPKG")
    town["population"].rename(
        columns={"area_id": "omrade_id", "year": "ar", "n_inhabitants": "antal"}
    ).to_csv(ws.reference / "befolkning.csv", index=False, encoding="utf-8")


def commit(ws, incidents, delivery):
    rows = incidents[
        (incidents["source"] == delivery["source"])
        & incidents["reported_on"].between(
            delivery["period_start"], delivery["period_end"]
        )
    ]
    identity = delivery["delivery_id"]
    reports = rows.assign(
        source_key=rows["incident_id"],
        delivery_id=identity,
        row_number=range(1, len(rows) + 1),
        municipality_code="9999",
        has_time=True,
        offence_code=None,
        found_by="anmälan",
        place_text=None,
        place_locality=None,
        given_easting_m=float("nan"),
        given_northing_m=float("nan"),
        deso_code=None,
        is_withdrawn=False,
    )
    placements = rows.assign(
        easting_m=float("nan"),
        northing_m=float("nan"),
        geocode_score=1.0,
        made_by=identity,
        geocode_method=rows["geocode_method"].where(
            rows["area_id"].notna(), "avvisad"
        ),
    )
    with lock(ws):
        store.commit_delivery(
            ws,
            delivery={
                **{k: v for k, v in delivery.items() if k != "sequence_number"},
                "sha256": f"{abs(hash(identity)):064x}",
                "file_name": f"{identity}.csv",
                "layout": f"{delivery['source']}_*.csv",
                "rows_in": len(rows) + 3,
                "rows_stored": len(rows),
                "rows_unchanged": 3,
                "rows_quarantined": 0,
                "rows_withdrawn": 0,
                "columns_dropped": None,
                "masked": None,
                "reader_version": "1",
                "settings_sha256": "0" * 64,
            },
            reports=reports[contracts.columns("reports")],
            placements=placements[contracts.columns("placements")],
            links=rows.assign(made_by=identity)[contracts.columns("links")],
        )

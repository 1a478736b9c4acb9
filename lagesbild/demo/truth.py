"""The answers to the demo: what is true of each row, and what was planted.

In: the demo's deliveries. Out: facit/ in the workspace, which no part of the product
reads: facit.csv, personuppgifter.csv and planterat.json. Next: tests compare with it.

facit.csv has one row for each row of each file: ``fil``, ``rad`` (the first data row
is 1), ``kalla``, ``nyckel`` (the sender's own, also where the file does not show it),
``handelse`` (number of the event; two sources may tell of the same), ``kategori``,
``omrade_id`` (where it happened), ``kan_placeras`` (ja, nej: whether the row tells its
area), ``smuts`` (how its place is written), ``koordinat`` (how its point is wrong),
``avvisas`` (reason's code in quarantine), ``skyddad``, ``sen`` (came in the next
quarter's file), ``aterkallas`` (not in the corrected file), ``rattas`` (its place is
written anew there), ``tillkommer`` (only there). Empty: no, none.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from lagesbild.demo import events, gazetteer, geography, rates
from lagesbild.demo.deliveries import LAST_QUARTER
from lagesbild.demo.files import write_csv

FOLDER = "facit"
ROWS, PERSONAL, PLANTED = "facit.csv", "personuppgifter.csv", "planterat.json"


def read_choices(folder: Path) -> dict | None:
    """How the demo in a folder was made (seed, scale, quarters); None if it is none."""
    file = folder / FOLDER / PLANTED
    if not file.is_file():
        return None
    return json.loads(file.read_text("utf-8"))["val"]


def write_planted(folder: Path, *, seed: int, scale: float, n_quarters: int) -> None:
    """Write planterat.json: the choices and the planted truths."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    told = {
        "val": {"seed": seed, "scale": scale, "quarters": n_quarters},
        "kvartal": [quarter.label for quarter in LAST_QUARTER.back(n_quarters)],
        **describe_planted(scale),
    }
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (target / PLANTED).write_text(text, encoding="utf-8", newline="\n")


def describe_planted(scale: float) -> dict:
    """The planted truths, areas by id.

    Returns
    -------
    dict
        ``inbrottsvag`` (factor by area and quarter), ``ny_hotspot`` (place, EPSG:3006,
        radius, extra reports by quarter), ``atgard_som_verkade`` and
        ``atgard_utan_verkan`` (area, category, last day of the action, true factor
        after it, areas to compare with), ``lugna_serier`` (category and area of which
        nothing but season and chance moves).
    """
    wave = {
        geography.area_id(name): dict(zip(rates.WAVE_QUARTERS, factors, strict=True))
        for name, factors in rates.WAVE.items()
    }
    place = gazetteer.make_places().set_index("namn").loc[rates.HOT_SPOT_PLACE]
    near = events.hot_spot_addresses()
    hot_spot = {
        "plats": rates.HOT_SPOT_PLACE,
        "omrade_id": geography.area_facts()["omrade_id"][place["area"]],
        "e": float(place["e"]),
        "n": float(place["n"]),
        "radie_m": rates.HOT_SPOT_RADIUS_M,
        "antal_adresser": len(near),
        "kategorier": ["skadegorelse", "klotter"],
        "extra_anmalningar": {
            quarter: number * scale for quarter, number in rates.HOT_SPOT_EXTRA.items()
        },
    }
    return {
        "inbrottsvag": {"kategori": "bostadsinbrott", "faktor": wave},
        "ny_hotspot": hot_spot,
        "atgard_som_verkade": _describe_action(rates.WORKED),
        "atgard_utan_verkan": _describe_action(rates.DID_NOT),
        "lugna_serier": [
            {"kategori": category, "omrade_id": geography.area_id(area)}
            for category, area in rates.QUIET
        ],
    }


def _describe_action(action: dict) -> dict:
    return {
        "titel": action["title"],
        "kategori": action["category"],
        "omrade_id": geography.area_id(action["area"]),
        "klar": action["finished_on"],
        "faktor": action["factor"],
        "jamfor_med": [geography.area_id(name) for name in action["compare_with"]],
    }


def write_truth(
    folder: Path, truths: list[pd.DataFrame], personal: list[pd.DataFrame]
) -> None:
    """Write facit.csv and personuppgifter.csv."""
    rows = pd.concat(truths, ignore_index=True)
    flags = rows.select_dtypes("bool").columns
    rows[flags] = rows[flags].apply(lambda flag: flag.map({True: "ja", False: ""}))
    write_csv(rows, folder / FOLDER / ROWS)
    write_csv(pd.concat(personal, ignore_index=True), folder / FOLDER / PERSONAL)

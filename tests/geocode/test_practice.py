"""The practice set: 20,000 invented texts whose truth somebody else wrote."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.geocode.gazetteer import make_gazetteer
from lagesbild.geocode.match import match_text

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "geocode"
LEAST_RECALL = 0.995
LEAST_RIGHT_OF_SURE = 0.99  # of hits with a score of at least SURE
SURE = 0.9
MOST_WRONG = 0.002
MOST_WRONG_OF_A_KIND = 0.02

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.exists(), reason="shared/data saknas här"),
]


BANDS = {
    "1,00": (0.995, 1.01),
    "0,95–0,99": (0.945, 0.995),
    "0,90–0,94": (0.895, 0.945),
    "0,85–0,89": (0.845, 0.895),
    "under 0,85": (0, 0.845),
    "minst 0,90": (0.895, 1.01),
}


def _bands(scores):
    return {
        name: int(((scores >= low) & (scores < high)).sum())
        for name, (low, high) in BANDS.items()
    }


def _told_in_docs():
    """Hits of the practice set by score, as docs/metod.md tells them."""
    text = (Path(__file__).parents[2] / "docs" / "metod.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines()]
    return {
        row[0]: int(row[1].replace(" ", ""))
        for row in rows
        if row[0] in BANDS and row[1].replace(" ", "").isdecimal()
    }


def _read(name, table):
    raw = pd.read_csv(FOLDER / name, dtype="str")
    named = raw.rename(columns=contracts.HEADINGS[table])
    return contracts.check(
        named.astype({"easting_m": "float64", "northing_m": "float64"}), table
    )


def test_recall_wrong_share_and_calibration(tmp_path):
    areas = gpd.read_file(FOLDER / "areas.gpkg").rename(
        columns=contracts.HEADINGS["areas"]
    )
    gazetteer = make_gazetteer(
        areas=areas,
        addresses=_read("gazetteer.csv", "addresses"),
        places=_read("places.csv", "places"),
    )
    texts = pd.read_csv(FOLDER / "incidents.csv", dtype="str", keep_default_na=False)
    found = [
        match_text(text, locality, gazetteer)
        for text, locality in zip(texts["adresstext"], texts["ort"], strict=True)
    ]
    out = pd.DataFrame(
        {
            "rad_id": texts["rad_id"],
            "status": ["avvisad" if f.method == "avvisad" else "traff" for f in found],
            "omrade_id": [f.area for f in found],
            "e": [f.east for f in found],
            "n": [f.north for f in found],
            "poang": [f.score for f in found],
        }
    )
    out.to_csv(tmp_path / "out.csv", index=False)
    command = [sys.executable, FOLDER / "score.py", FOLDER / "truth.csv"]
    told = subprocess.run(
        [*command, tmp_path / "out.csv", "--json"],
        capture_output=True,
        check=True,
        text=True,
    )
    score = json.loads(told.stdout)
    assert score["recall"] >= LEAST_RECALL
    assert score["fel_andel_av_traffar"] <= MOST_WRONG
    assert {
        k["klass"] for k in score["klass"] if k["fel"] > MOST_WRONG_OF_A_KIND
    } == set()
    truth = pd.read_csv(FOLDER / "truth.csv", dtype="str", keep_default_na=False)
    both = truth.merge(out, on="rad_id", suffixes=("", "_told"))
    sure = both[(both["status"] == "traff") & (both["poang"] >= SURE)]
    right = (sure["utfall"] == "traff") & (sure["omrade_id"] == sure["omrade_id_told"])
    assert len(sure) > 10_000
    assert right.mean() >= LEAST_RIGHT_OF_SURE
    assert _bands(both[both["status"] == "traff"]["poang"]) == _told_in_docs()
    hopeless = both[both["utfall"] == "avvisa"]
    falsely = (hopeless["status"] == "traff") & (hopeless["omrade_id_told"] != "")
    assert falsely.mean() <= 0.005

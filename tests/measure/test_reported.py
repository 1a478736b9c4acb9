"""Reported crime beside others: limits, verdicts, what is missing, the sentences."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure.reported import compare_reported, with_limits
from lagesbild.present.peers import tell_reported, tell_without_survey
from lagesbild.read.bra import read_condensed

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "bra"
NAMES = {"9998": "Exempelkommun", "0480": "Nyköping", "0562": "Finspång"}


def figures(*rows):
    text = "kommun;period;key;count;per100k;preliminary\n" + "".join(
        f"{row}\n" for row in rows
    )
    return read_condensed(
        text.encode(), retrieved_at=date(2026, 11, 1), file_name="bra.csv"
    )


# 82 of 10 000, Byar: 652.15–1017.85 per 100 000 (OHID's PHEindicatormethods)
OWN = "9998;2025;total;82;820;"
HIGH = "0480;2025;total;2000;2000;"
SAME = "0562;2025;total;85;850;"
NATION = "0000;2025;total;40000;400;"


def compare(*rows, similar=("0480", "0562")):
    return compare_reported(figures(*rows), own="9998", similar=similar)


def test_limits_are_those_of_the_count_behind_the_rate():
    got = with_limits(figures(OWN), "bra_totalt").iloc[0]
    assert got["value"] == 820
    assert [round(got[c], 2) for c in ("lower", "upper")] == [652.15, 1017.85]


def test_a_count_not_told_takes_the_inhabitants_of_the_year_before():
    rows = (OWN, "9998;2026;total;;820;", "9998;2028;total;;820;")
    got = with_limits(figures(*rows), "bra_totalt").set_index("period")
    assert got.loc["2026", "lower"] == pytest.approx(got.loc["2025", "lower"])
    assert got.loc["2026", "upper"] == pytest.approx(got.loc["2025", "upper"])
    # two years on it is not known any more
    assert got.loc["2028", ["lower", "upper"]].isna().all()


def test_each_similar_municipality_and_the_nation_have_a_verdict():
    got = compare(OWN, HIGH, SAME, NATION).set_index("area_id")
    assert got["verdict"].drop("median").to_dict() == {
        "0480": "lägre",
        "0562": "ingen säker skillnad",
        "0000": "högre",
    }
    assert set(got["own_value"]) == {820}


def test_a_missing_figure_or_count_is_told_and_not_guessed():
    got = compare(OWN, SAME, "0000;2025;total;;400;").set_index("area_id")["verdict"]
    assert got["0480"] == "uppgift saknas"
    assert got["0000"] == "kan inte bedömas"
    with pytest.raises(UsageError, match="inget värde av 'bra_totalt'"):
        compare(HIGH)


def test_the_sentences_say_it_whichever_way_it_points():
    told = tell_reported(compare(OWN, HIGH, SAME, NATION), NAMES, own="9998")
    assert len(told) == 1
    assert told[0].replace("\u00a0", " ") == (
        "2025: Exempelkommun 820 (652–1 018) anmälda brott per 100 000 invånare och "
        "år. Lägre än Nyköping (2 000); ingen säker skillnad mot Finspång (850). "
        "Högre än i riket, 400 (396–404)."
    )
    without = " ".join(tell_without_survey("Exempelkommun"))
    assert "ingen enkät med svar för Exempelkommun" in without


def test_preliminary_and_missing_are_in_the_sentences():
    rows = (OWN.rstrip(";") + ";1", SAME)
    told = tell_reported(compare(*rows), NAMES, own="9998")[0].replace("\u00a0", " ")
    assert told.startswith("2025 (preliminärt): Exempelkommun 820")
    assert told.endswith("Uppgift saknas för Nyköping. Uppgift saknas för riket.")


@pytest.mark.skipif(not SHARED.is_dir(), reason="saknar ../shared/data")
def test_sandviken_every_year_from_2015():
    names = ("2181_2010_2025", "similar_2015_2025", "riket_2015_2025")
    read = [
        read_condensed(
            (SHARED / f"bra_annual_{name}.csv").read_bytes(),
            retrieved_at=date(2026, 11, 1),
            file_name=name,
        )
        for name in names
    ]
    every = pd.concat(read).drop_duplicates(
        ["indicator_id", "area_id", "period", "source"]
    )
    similar = ("0480", "0562", "0682", "1285", "1487", "1983", "2081")
    got = compare_reported(every, own="2181", similar=similar)
    got = got[got["period"] >= "2015"]
    per_year = got.groupby("period")["area_id"].agg(list)
    assert list(per_year.index) == [str(year) for year in range(2015, 2026)]
    assert all(areas == [*similar, "median", "0000"] for areas in per_year)
    assert got["verdict"].isin(["högre", "lägre", "ingen säker skillnad"]).all()
    inside = got["own_value"].between(got["own_lower"], got["own_upper"])
    assert inside.all()
    told = tell_reported(got, dict.fromkeys([*similar, "2181"], "X"), own="2181")
    assert len(told) == 11

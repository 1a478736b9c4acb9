"""What is suggested for the plan, and why, in points that add up."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.agreement.suggest import (
    PARTS,
    SPOT,
    make_plan_rows,
    read_harm,
    risk_matrix,
    suggest_problems,
)
from lagesbild.errors import RegisterError, UsageError
from lagesbild.offences import category_names
from lagesbild.period import Period

CYCLE = "2026-K3"
NAMES = {"A1": "Ängsbo", "A2": "Viken", "A3": "Åsen"}
COUNTS = {
    ("A1", "bostadsinbrott"): [2, 3, 2, 9],
    ("A2", "bostadsinbrott"): [2, 2, 2, 2],
    ("A1", "skadegorelse"): [20, 20, 20, 20],
    ("A2", "skadegorelse"): [1, 1, 1, 1],  # too few
    ("A1", "narkotika"): [30, 30, 30, 90],  # found by looking
    ("*", "skadegorelse"): [50, 50, 50, 50],
    ("", "skadegorelse"): [9, 9, 9, 9],
    ("A3", "skadegorelse"): [9, np.nan, 9, 9],  # a delivery is missing
}


def make_cells():
    rows = []
    for (area, category), counts in COUNTS.items():
        for period, n in zip(Period(CYCLE).back(4), counts, strict=True):
            rows.append(
                {
                    "area_id": area,
                    "category": category,
                    "period": period.label,
                    "measure": "n_offences",
                    "n_offences": n,
                    "n_observations": np.nan,
                    "verdict": "ökar"
                    if (area, category)
                    in (("A1", "bostadsinbrott"), ("A1", "narkotika"))
                    else "ingen säker förändring",
                }
            )
    return pd.DataFrame(rows).astype({"n_offences": "Int64", "n_observations": "Int64"})


def make_findings(spots=()):
    keys = pd.DataFrame(list(COUNTS), columns=["area_id", "category"])
    wave = (keys["area_id"] == "A1") & (keys["category"] != "skadegorelse")
    return {
        "signals": keys.assign(verdict=np.where(wave, "signal", "ingen signal")),
        "trends": keys.assign(verdict="ingen säker trend"),
        "hot_spots": pd.DataFrame(
            spots, columns=["area_id", "hot_spot", "n_squares"], dtype=object
        ),
    }


def suggest(**more):
    spots = more.pop("spots", ())
    return suggest_problems(make_cells(), make_findings(spots), CYCLE, **more)


def test_candidates_are_areas_and_types_that_the_police_do_not_find_by_looking():
    told = suggest()
    assert list(zip(told["area_id"], told["category"], strict=True)) == [
        ("A1", "bostadsinbrott"),
        ("A1", "skadegorelse"),
        ("A2", "bostadsinbrott"),
    ]
    assert told["n_year"].tolist() == [16, 80, 8]
    assert told["n_quarter"].tolist() == [9, 20, 2]


def test_every_point_is_told_and_the_score_is_their_sum():
    told = suggest().set_index(["area_id", "category"])
    wave = told.loc[("A1", "bostadsinbrott")]
    assert wave[["change", "signal", "trend"]].tolist() == [2, 2, 0]
    assert (told["score"] == told[list(PARTS)].sum(axis=1)).all()
    assert told[["safety", "harm"]].isna().all(axis=None)
    assert told["volume"].between(1, 4).all()
    assert told["volume"].idxmax() == ("A1", "skadegorelse")


def test_a_new_gathering_of_events_is_a_candidate_of_its_own():
    spots = [("A3", "ny", 2), ("A2", "bestående", 1), ("A2", "ny", 1), ("", "ny", 9)]
    spots += [("A1", "tidigare", 3)]
    told = suggest(spots=spots)
    places = told[told["category"] == SPOT].set_index("area_id")
    assert places["hot_spot"].to_dict() == {"A2": 4, "A3": 4}
    assert places["n_year"].to_dict() == {"A2": 8, "A3": 0}


def test_safety_and_harm_count_where_they_are_known():
    harm = pd.DataFrame(
        {
            "category": ["bostadsinbrott", "skadegorelse"],
            "weight": [100.0, 5.0],
            "source": "påhittat index",
            "year": 2020,
        }
    )
    told = suggest(harm=harm, safety=pd.Series({"A1": 0.4, "A2": 0.1}))
    told = told.set_index(["area_id", "category"])
    assert told.loc[("A1", "bostadsinbrott"), ["safety", "harm"]].tolist() == [2, 4]
    assert told.loc[("A1", "skadegorelse"), "harm"] == 2
    box = risk_matrix(told.reset_index())
    assert box.index.tolist() == [4, 3, 2, 1] and box.columns.tolist() == [1, 2, 3, 4]
    assert box.to_numpy().sum() == 3
    assert box.loc[2, 4] == 1  # much vandalism, little harm each
    assert risk_matrix(suggest()).to_numpy().sum() == 0  # the group's to judge


@pytest.mark.parametrize(
    "harm",
    [
        pd.DataFrame({"category": ["bostadsinbrott"], "weight": [1]}),
        pd.DataFrame({"category": ["ufo"], "weight": [1], "source": "x", "year": 1}),
    ],
)
def test_an_index_that_is_not_whole_is_refused(harm):
    with pytest.raises(UsageError):
        suggest(harm=harm)


def test_rows_for_the_plan_say_what_where_how_many_and_why():
    told = make_plan_rows(
        suggest(spots=[("A3", "ny", 2)]),
        CYCLE,
        area_names=NAMES,
        category_names=category_names(),
    ).set_index(["omrade_id", "kategori"])
    wave = told.loc[("A1", "bostadsinbrott")]
    assert wave["problem"] == (
        "Bostadsinbrott i Ängsbo, 16 anmälda brott på fyra kvartal: fler än samma "
        "kvartal i fjol, ovanligt många det här kvartalet."
    )
    assert wave["utgangslage"] == "16" and wave["underlag"] == "02_lagesbild 2026-K3"
    spot = told.loc[("A3", "alla")]
    assert spot["problem"] == "Nya platser där händelser samlas, i Åsen."
    assert spot["utgangslage"] == ""


def test_an_index_of_harm_is_a_register_with_its_source(tmp_path):
    file = tmp_path / "skadeindex.csv"
    assert read_harm(file) is None
    file.write_bytes(
        "kategori;vikt;kalla;ar\r\nbostadsinbrott;100,5;Påhittat index;2020\r\n".encode(
            "cp1252"
        )
    )
    told = read_harm(file)
    assert told.to_numpy().tolist() == [
        ["bostadsinbrott", 100.5, "Påhittat index", "2020"]
    ]
    file.write_text("kategori;vikt;kalla;ar\nran;mycket;;2020\n", "utf-8")
    with pytest.raises(RegisterError, match=r"rad 2, kolumn vikt.*rad 2, kolumn kalla"):
        read_harm(file)

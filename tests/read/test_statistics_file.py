"""Every kind of statistics file by its name: recognised, counted, and damaged."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.errors import LagesbildError, ReadError
from lagesbild.read.place_names import load_place_names
from lagesbild.read.statistics_file import (
    Context,
    read_statistics_file,
    recognise,
)
from tests.examples import few

GIVEN = Context(
    names=load_place_names({"Exempelkommun": "9998"}),
    retrieved_at=date(2026, 11, 1),
    wastewater_site="SE004",
)
GROUPS = [
    {"id": "G1", "title": "X", "members": [{"member_id": "0480", "member_title": "N"}]}
]
STAT = {
    "id": ["Region", "Kon", "Tid"],
    "size": [2, 1, 1],
    "dimension": {
        "Region": {"category": {"index": ["9998", "9998A0010_DeSO2025"]}},
        "Kon": {"category": {"index": ["1"], "label": {"1": "män"}}},
        "Tid": {"category": {"index": ["2025"]}},
    },
    "value": [100, 7],
}
# name, content, rows, left out, figures
WHOLE = {
    "kolada_a.csv": (
        (
            "kpi,municipality_id,year,gender,value,status\n"
            "N07609,9998,2025,T,26.5,\nN07657,9998,2025,T,1.5,\n"
            "N07609,9998,2024,T,NA,Missing\n"
        ),
        (3, 0, 2),
    ),
    "kolada_grupper.json": (json.dumps(GROUPS), (1, 0, 0)),
    "scb_folk.json": (json.dumps(STAT), (2, 1, 1)),
    "scb_folk.csv": (
        '"Region","Kon","BE0101N1 2024","BE0101N1 2025"\n"2181","totalt",9,8\n',
        (2, 0, 2),
    ),
    "sol_export.txt": (
        (
            "Region;Brott;År;Period;Antal;/100 000 inv\n"
            "Exempelkommun;Totalt antal brott;2025;År;80;2000;\n"
            "Exempelkommun;Totalt antal brott;2026 prel.;Kvartal 1;20;500;\n"
            "Exempelkommun;Totalt antal brott;2026 prel.;Aug;8;200;\n"
            "Polisregion Mitt;Totalt antal brott;2025;År;80;2000;\n"
            "Exempelkommun;0950 - Påhittat;2025;År;1;25;\n"
        ),
        (5, 3, 4),
    ),
    "anmalda_brott_kommunerna_2025.csv": (
        "Kommun;Antal;Per 100 000 inv.\nExempelkommun;2537;7810\n",
        (1, 0, 2),
    ),
}


def read(text: str, name: str):
    return read_statistics_file(text.encode(), file_name=name, given=GIVEN)


@pytest.mark.parametrize("name", WHOLE)
def test_every_row_is_used_or_left_out_for_a_reason(name):
    text, wanted = WHOLE[name]
    got = read(text, name)
    left = sum(got.left_out.values())
    assert (got.n_rows, left, len(got.figures)) == wanted
    assert got.n_used == got.n_rows - left


def test_what_the_values_are():
    kolada = read(*_of("kolada_a.csv")).figures.set_index("period")
    assert kolada.loc["2025", ["lower", "upper"]].tolist() == [25.0, 28.0]
    assert kolada.loc["2024", "status"] == "missing"
    scb = read(*_of("scb_folk.json")).figures.iloc[0]
    assert (scb["breakdown"], scb["value"]) == ("män", 100)
    sol = read(*_of("sol_export.txt")).figures.set_index(["indicator_id", "period"])
    assert sol.loc[("bra_totalt", "2025"), "value"] == 2000
    assert sol.loc[("bra_totalt_kvartal_antal", "2026-K1"), "value"] == 20
    assert sol.loc[("bra_totalt_kvartal", "2026-K1"), "status"] == "preliminary"


def _of(name: str) -> tuple[str, str]:
    return WHOLE[name][0], name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CAN_2025.xlsx", "CAN:s skolundersökning"),
        ("hlv_rokning_gavleborg.csv", "Hälsa på lika villkor, PxWeb"),
        ("hlv_mall_2025.csv", "Hälsa på lika villkor"),
        ("ww2025-all-data.csv", "EUDA, avloppsvatten i städer"),
        ("bild.png", None),
    ],
)
def test_a_file_is_what_its_name_says(name, kind):
    found = recognise(name)
    assert (found.name if found else None) == kind


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bild.png", "x", "namnet säger inte vad filen är"),
        ("anmalda_brott_kommunerna_a.csv", "x;1;2", "skriv årtalet i filens namn"),
        ("hlv_okänt.csv", "x", "filens namn ska börja med"),
        ("kolada_a.csv", "kpi,ort\nN07609,9998\n", "väntade rubrikerna kpi.*fann kpi"),
        ("kolada_grupper.json", "[]", "ingen lista över Koladas kommungrupper"),
        ("scb_folk.csv", '"Region","BE0101N1 2024"\n"9x",1\n', "regionkod"),
    ],
)
def test_a_faulty_file_is_refused(name, text, told):
    with pytest.raises(ReadError, match=told):
        read(text, name)


@pytest.mark.parametrize("name", WHOLE)
@few(15)
@given(data=st.data())
def test_a_damaged_file_gives_our_own_error_or_figures(name, data):
    whole = WHOLE[name][0]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 12)))
    piece = data.draw(st.text(alphabet=';,"\n.0189aÅ- \x00x[]{}', max_size=8))
    try:
        got = read(whole[:start] + piece + whole[end:], name)
    except LagesbildError:
        return
    assert got.n_rows == got.n_used + sum(got.left_out.values())

"""Published statistics: Brå, Kolada, the EUDA and laboratories, on real files too."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.errors import LagesbildError, ReadError
from lagesbild.read import bra, kolada, wastewater

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ON = date(2026, 11, 1)
real = pytest.mark.skipif(not SHARED.is_dir(), reason="saknar ../shared/data")


def condensed(text: str) -> pd.DataFrame:
    return bra.read_condensed(text.encode(), retrieved_at=ON, file_name="b.csv")


def test_condensed_series_keep_missing_apart_from_zero():
    got = condensed(
        "kommun;period;key;count;per100k;preliminary\n"
        "0000;2015;total;;1988,5;\n9998;2015;total;0;0;\n9998;2026K1;total;;;prel\n"
    )
    counts, got = got[3:], got[:3]
    assert counts["indicator_id"].tolist()[0] == "bra_totalt_antal"
    assert counts["value"].fillna(-1).tolist() == [-1, 0, -1]
    assert got["value"].tolist()[:2] == [1988.5, 0.0]
    assert got["status"].tolist() == ["final", "final", "missing"]
    assert got["area_level"].tolist() == ["country", "municipality", "municipality"]
    # a quarter and a year are never the same indicator
    assert got["indicator_id"].tolist()[2] == "bra_totalt_kvartal"
    assert got["period"].tolist()[2] == "2026-K1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kommun;period;key;antal;per100k\n9998;2015;total;1;2\n", "rubriken count"),
        ("kommun;period;key;count;per100k\n9998;2015;okänd;1;2\n", "okända grupper"),
        ("kommun;period;key;count;per100k\n9998;maj;total;1;2\n", "okänd period"),
        ("kommun;period;key;count;per100k\n9998;2015;total;1;x\n", "annat än tal"),
        (
            "kommun;period;key;count;per100k\n9998;2015;total;1;2\n9998;2015;total;1;3\n",
            "två gånger",
        ),
    ],
)
def test_a_changed_file_is_an_error_that_says_what_was_expected(text, told):
    with pytest.raises(ReadError, match=told):
        condensed(text)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffKommun;Antal;Per 100 000 inv.\r\nExempelkommun;2537;7810\r\n",
        "Exempelkommun kommun;2537;7810\n",  # as in 2021: no heading
    ],
)
def test_municipal_table_with_and_without_heading(content):
    got = bra.read_municipal(
        content.encode(),
        year=2025,
        municipalities={"Exempelkommun": "9998"},
        retrieved_at=ON,
        file_name="k.csv",
    )
    assert got[["area_id", "period", "value"]].values.tolist() == [
        ["9998", "2025", 7810.0],
        ["9998", "2025", 2537.0],
    ]


def test_an_unknown_municipality_is_told_by_row():
    with pytest.raises(ReadError, match="kommunnamn känns inte igen"):
        bra.read_municipal(
            b"Ingenstans;1;2\n",
            year=2025,
            municipalities={"Exempelkommun": "9998"},
            retrieved_at=ON,
            file_name="k.csv",
        )


def test_sol_text():
    text = (
        "Region;Brott;År;Period;Antal;/100 000 inv\n"
        "Hela landet;Påhittat brott;2025;År;..;..;\n"
        "Hela landet;0950 - Påhittat;2026 prel.;Aug;498;5;\n"
    )
    got = bra.read_sol_text(text.encode("iso-8859-1"), file_name="sol.txt")
    assert got["offence_code"].tolist()[1] == "0950"
    assert got["is_preliminary"].tolist() == [False, True]
    assert got["count"].isna().tolist() == [True, False]
    with pytest.raises(ReadError, match=r"rubriken Brott, .* saknas"):
        bra.read_sol_text(b"Region;Typ;x\n1;2;3\n", file_name="sol.txt")


@real
def test_real_files_of_bra_are_read_whole():
    for name in ("bra_annual_2181_2010_2025", "bra_annual_similar_2015_2025"):
        content = (SHARED / "bra" / f"{name}.csv").read_bytes()
        got = bra.read_condensed(content, retrieved_at=ON, file_name=name)
        assert len(got) == 2 * (content.decode().count("\n") - 1)
    sol = bra.read_sol_excel(
        (SHARED / "bra" / "SOL_export_exempel.xlsx").read_bytes(), file_name="sol"
    )
    book = openpyxl.load_workbook(SHARED / "bra" / "SOL_export_exempel.xlsx")
    cells = [c.value for row in book.active.iter_rows(min_row=6) for c in row[1:]]
    n_figures = sum(isinstance(value, int) for value in cells)
    assert int(sol["value"].notna().sum()) == n_figures
    assert set(sol["year"]) == {2024, 2025}
    assert sol["chapter"].notna().all()
    at = sol.set_index(["offence", "year"])[["period", "value"]]
    liv = "3 kap. Brott mot liv och hälsa"
    assert at.loc[(liv, 2024)].tolist() == ["Helår", 658.0]
    assert at.loc[(liv, 2025)].tolist() == ["Helår", 667.0]


def answer(**changes) -> bytes:
    value = {"gender": "T", "count": 1, "status": "", "value": 10.0, "isdeleted": False}
    entries = [
        {"kpi": k, "municipality": "9998", "period": 2025, "values": [value | v]}
        for k, v in (
            ("N07609", changes),
            ("N07657", {"value": 1.5}),
        )
    ]
    return json.dumps({"values": entries}).encode()


def read_answer(content: bytes) -> pd.DataFrame:
    return kolada.read_kolada(
        content, retrieved_at=ON, file_name="k.json", margins=kolada.MARGINS
    )


def test_kolada_margin_becomes_limits():
    got = read_answer(answer()).iloc[0]
    assert (got["value"], got["lower"], got["upper"]) == (10.0, 8.5, 11.5)
    assert got["source"] == "Kolada"


@pytest.mark.parametrize("change", [{"isdeleted": True}, {"value": None}])
def test_kolada_deleted_is_missing(change):
    got = read_answer(answer(**change)).iloc[0]
    assert got["status"] == "missing"
    assert pd.isna(got["value"])


def test_kolada_unknown_is_an_error():
    with pytest.raises(ReadError, match="okänt kön"):
        read_answer(answer(gender="X"))
    with pytest.raises(ReadError, match="finns inte i förteckningen"):
        kolada.read_kolada(
            answer().replace(b"N07609", b"N99999"), retrieved_at=ON, file_name="k"
        )
    with pytest.raises(ReadError, match="inget svar från Koladas API"):
        read_answer(b"<html>")


def test_lidkoping_2020_is_reproduced():
    # Lidköpings reningsverk 2020, RISE's printed report: 36 000 connected, 0.26 m³ a
    # person and day; cannabis 66 µg/m³ → 17 mg, cocaine 334 µg/m³ → 86 mg per 1 000
    results = pd.DataFrame(
        {
            "substance": ["THC-COOH", "kokain och BzE"],
            "concentration_ug_per_m3": [66.0, 334.0],
            "flow_m3_per_day": 0.26 * 36_000,
            "n_connected": 36_000.0,
            "printed_mg_per_1000_day": [17.0, 86.0],
        }
    )
    got = wastewater.compute_loads(results)
    assert got["load_mg_per_1000_day"].round().tolist() == [17, 87]
    assert not got["is_printed_wrong"].any()
    assert (got["lower"] < got["load_mg_per_1000_day"]).all()
    assert (got["upper"] > got["load_mg_per_1000_day"]).all()
    # the same report prints 232 doses as 10 per 1 000, which is 6.4
    flags = wastewater.flag_printed_rates(
        pd.Series([746.0, 60.0, 232.0]),
        pd.Series([21.0, 1.7, 10.0]),
        pd.Series([36_000.0] * 3),
    )
    assert flags.tolist() == [False, False, True]


def test_laboratory_faults_are_refused():
    good = {name: [1.0] for name in wastewater.LABORATORY_COLUMNS}
    with pytest.raises(ReadError, match="saknar n_connected"):
        wastewater.compute_loads(pd.DataFrame(good).drop(columns="n_connected"))
    with pytest.raises(ReadError, match="1 rader"):
        wastewater.compute_loads(pd.DataFrame(good | {"n_connected": [0.0]}))


@real
def test_sandviken_in_the_euda_table():
    content = (SHARED / "wastewater" / "ww2025-all-data.csv").read_bytes()
    got = wastewater.read_euda(
        content, site="SE004", retrieved_at=ON, file_name="euda.csv"
    )
    value = got.set_index(["indicator_id", "period"])["value"]
    assert value["euda_kokain", "2022"] == 106.40
    assert value["euda_amfetamin", "2020"] == 551.41
    assert len(got) == content.decode().count('"SE004"')
    with pytest.raises(ReadError, match="finns inte i tabellen"):
        wastewater.read_euda(content, site="SE999", retrieved_at=ON, file_name="e")


WHOLE = {
    "condensed": "kommun;period;key;count;per100k\n9998;2015;total;1;2\n",
    "municipal": "Kommun;Antal;Per 100 000 inv.\nExempelkommun;2537;7810\n",
    "sol": "Region;Brott;År;Period;Antal;/100 000 inv\nRiket;Påhittat;2025;År;1;2;\n",
    "euda": ",".join(f'"{name}"' for name in wastewater.EUDA_COLUMNS)
    + '\n2022,"MDMA","SE004","SE","Ort",,1,2,3,4,5,6,1,2,3\n',
    "kolada": answer().decode(),
}
READERS = {
    "condensed": lambda c: bra.read_condensed(c, retrieved_at=ON, file_name="f"),
    "municipal": lambda c: bra.read_municipal(
        c,
        year=2025,
        municipalities={"Exempelkommun": "9998"},
        retrieved_at=ON,
        file_name="f",
    ),
    "sol": lambda c: bra.read_sol_text(c, file_name="f"),
    "euda": lambda c: wastewater.read_euda(
        c, site="SE004", retrieved_at=ON, file_name="f"
    ),
    "kolada": read_answer,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("content", [b"", b"\x0b", b" \n\t\r\n", b";;;\n", b"\x00"])
def test_a_file_of_nothing_is_told_as_such(name, content):
    with pytest.raises(LagesbildError):
        READERS[name](content)


def test_a_heading_that_stands_twice_is_refused():
    content = WHOLE["sol"].replace("Period", "Antal").replace("Brott", "Period")
    content = content.replace("Region;Period", "Region;Brott;Period").encode()
    with pytest.raises(ReadError, match="flera gånger"):
        READERS["sol"](content)


@pytest.mark.parametrize(
    "old", ['"kpi": "', '"gender": "', '"value": ', '"municipality": "', '"period": ']
)
@pytest.mark.parametrize("new", ["[1]", "{}", "true", "7", "null", '"x"'])
def test_an_answer_with_another_type_gives_our_own_error_or_a_table(old, new):
    start = WHOLE["kolada"].index(old) + len(old.rstrip('"'))
    end = start + re.search(r"[,}\n]", WHOLE["kolada"][start:]).start()
    damaged = WHOLE["kolada"][:start] + new + WHOLE["kolada"][end:]
    try:
        assert isinstance(READERS["kolada"](damaged.encode()), pd.DataFrame)
    except LagesbildError:
        pass


@pytest.mark.parametrize("count", ["1.5", "1,5", "inf", "1e999", "ett"])
def test_a_count_that_is_no_whole_number_is_refused(count):
    content = WHOLE["sol"].replace("År;1;2", f"År;{count};2").encode()
    with pytest.raises(ReadError, match="1 rader"):
        READERS["sol"](content)


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_damaged_file_gives_our_own_error_or_a_table(name, data):
    """Any bytes, and any whole file with a piece of it replaced by any text."""
    whole = WHOLE[name]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 12)))
    piece = data.draw(st.text(alphabet=';,"\n.0189aÅ- \x00x', max_size=8))
    damaged = (whole[:start] + piece + whole[end:]).encode("utf-8")
    for content in (damaged, data.draw(st.binary(max_size=60))):
        try:
            got = READERS[name](content)
        except LagesbildError:
            continue
        assert isinstance(got, pd.DataFrame)


def test_the_whole_files_of_the_fuzz_are_read():
    for name, read in READERS.items():
        wanted = 2 if name in ("condensed", "municipal") else 1
        assert len(read(WHOLE[name].encode())) == wanted, name

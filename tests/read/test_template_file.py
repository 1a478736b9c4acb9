"""Figures copied into our templates, a laboratory's file, HLV and NTU in long form."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.errors import LagesbildError, ReadError
from lagesbild.read import hlv, laboratory, ntu, template_file
from lagesbild.read.indicators import load_indicator_catalogue
from lagesbild.read.place_names import load_place_names
from lagesbild.read.template_file import TEMPLATES, read_template

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ON = date(2026, 11, 1)
BY_FILE = {template.file: template for template in TEMPLATES}
NAMES = load_place_names({"Exempelkommun": "9998"})
CAN = (
    "indikator;kommun;arskurs;kon;period;varde;undre;ovre;antal_svar\n"
    "can_snus;9998;åk 9;flickor;2025;12,5;9,1;16,8;210\n"
    "can_snus;9998;gy 2;alla;2025;..;;;\n"
)
STOD = "indikator;kommun;period;varde\nstod_kvinnojour;9998;2025;84\n"
LAB = (
    "# en kommentar\n"
    "reningsverk;period;amne;halt_ug_per_m3;flode_m3_per_dygn;anslutna_personer;"
    "anslutna_hushall;antal_dygn;tryckt_mg_per_1000_dygn;tryckt_antal;"
    "tryckt_antal_per_1000\n"
    "A;2020;cannabis;66;9360;36000;16000;3;17;746;21\n"
    "A;2020;kokain;334;9360;36000;16000;3;86;60;1,7\n"
    "A;2020;amfetamin;334;9360;36000;16000;3;87;232;10\n"
    "B;2020;kokain;334;93,6;360;160;3;;;\n"
)
HLV = (
    '"Region","Kön","År","Andel","Undre gräns","Övre gräns","Antal svar"\n'
    '"21 Gävleborgs län","Kvinnor","2021-2024","7,5","6,1","8,9","1 204"\n'
    '"00 Riket","Totalt","2021-2024","6.2","6.0","6.4","61000"\n'
)
NTU = (
    "geografi,enhet,ar,variabel,varde,kalla\n"
    "Hela landet,Andel (%),2025,"
    "Problem med skadegörelse i det egna bostadsområdet,20,x\n"
    "Hela landet,KI (95 %) undre gräns,2025,"
    "Problem med skadegörelse i det egna bostadsområdet,19,x\n"
    "Hela landet,KI (95 %) övre gräns,2025,"
    "Problem med skadegörelse i det egna bostadsområdet,21,x\n"
    "Hela landet,,2025,Antal svarande i NTU.,60000,x\n"
)


def fill(text: str, name: str = "can", file_name: str = "f.csv") -> pd.DataFrame:
    return read_template(
        text.encode(), BY_FILE[name], retrieved_at=ON, file_name=file_name
    )


def lab(text: str, least: int = 1000) -> laboratory.Analysis:
    return laboratory.read_laboratory(
        text.encode(), min_households=least, retrieved_at=ON, file_name="avlopp.csv"
    )


def read_hlv(text: str, encoding: str = "cp1252") -> pd.DataFrame:
    return hlv.read_hlv(
        text.encode(encoding),
        indicator_id="hlv_snus",
        names=NAMES,
        retrieved_at=ON,
        file_name="h.csv",
    )


def read_ntu(text: str) -> pd.DataFrame:
    return ntu.read_ntu(text.encode(), names=NAMES, retrieved_at=ON, file_name="n.csv")


def test_a_school_survey_by_class_and_sex():
    got = fill(CAN)
    assert got["breakdown"].tolist() == ["åk 9 flickor", "gy 2"]
    first = got.iloc[0]
    assert (first["value"], first["lower"], first["upper"]) == (12.5, 9.1, 16.8)
    assert (first["n_respondents"], first["unit"]) == (210, "procent")
    assert got["status"].tolist() == ["final", "missing"]
    assert set(got["area_level"]) == {"municipality"}


def test_the_same_table_in_excel_is_the_same():
    book = openpyxl.Workbook()
    for row in CAN.splitlines():
        book.active.append(row.split(";"))
    out = io.BytesIO()
    book.save(out)
    got = read_template(
        out.getvalue(), BY_FILE["can"], retrieved_at=ON, file_name="can_2025.xlsx"
    )
    pd.testing.assert_frame_equal(got, fill(CAN))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.file)
def test_a_blank_template_is_what_its_reader_wants(template):
    text = template_file.write_template(template)
    own = [i for i in load_indicator_catalogue()["indicator_id"] if f"# {i}:" in text]
    assert own
    assert all(i.startswith(template.prefix) for i in own)
    # with one row it is read; as it is, it says that it is empty
    cell = {"indikator": own[0], "kommun": "9998", "period": "2025", "varde": "1"}
    cell |= {"arskurs": "åk 9"}
    row = ";".join(cell.get(heading, "") for heading in template.headings)
    assert len(fill(text + row + "\n", template.file)) == 1
    with pytest.raises(ReadError, match="inga rader"):
        fill(text, template.file)


def test_a_changed_heading_names_what_was_expected_and_found():
    with pytest.raises(
        ReadError,
        match=r"väntade rubrikerna indikator, kommun, arskurs.*fann .*ålder.*"
        r"Saknas: kon; okända: ålder",
    ):
        fill(CAN.replace(";kon;", ";ålder;"))


def test_a_file_without_headings_is_refused_and_its_first_row_not_told():
    _, _, rows = CAN.partition("\n")
    with pytest.raises(ReadError, match=r"ingen rubrikrad.*indikator") as told:
        fill(rows)
    assert "can_snus" not in str(told.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("can_snus;9998;åk 9", "can_okänd;9998;åk 9", "rad 2, indikator: finns inte"),
        ("can_snus;9998;åk 9", "hlv_snus;9998;åk 9", "rad 2, indikator: finns inte"),
        ("åk 9", "åk 8", "rad 2, arskurs: okänt ord"),
        ("flickor", "kvinnor", "rad 2, kon: okänt ord"),
        (";2025;12,5", ";25;12,5", "rad 2, period: ska vara ett år"),
        ("12,5", "1250", "rad 2, varde: ska vara högst 100"),
        ("12,5", "x", "rad 2, varde: ska vara ett tal"),
        ("12,5", "-1", "rad 2, varde: ska vara minst 0"),
        ("9,1", "13", "rad 2, undre: ska inte vara större"),
        ("16,8", "12", "rad 2, ovre: ska inte vara mindre"),
        ("210", "210,5", "rad 2, antal_svar: ska vara ett heltal"),
        ("gy 2;alla", "åk 9;flickor", "två gånger"),
    ],
)
def test_a_faulty_cell_is_told_by_row_and_column(old, new, told):
    with pytest.raises(ReadError, match=told):
        fill(CAN.replace(old, new, 1))


def test_those_who_seek_support_are_counted_by_municipality_and_year_only():
    got = fill(STOD, "stod").iloc[0]
    assert (got["value"], got["breakdown"], got["unit"]) == (84, "alla", "antal")
    with pytest.raises(ReadError, match="okända: kon"):
        fill(STOD.replace("kommun;", "kommun;kon;"), "stod")
    with pytest.raises(ReadError, match="period: ska vara ett år"):
        fill(STOD.replace("2025", "2025-K1"), "stod")
    with pytest.raises(ReadError, match="varde: ska vara ett heltal"):
        fill(STOD.replace("84", "8,4"), "stod")


def test_the_laboratory_of_lidkoping_2020():
    # RISE's printed report: 36 000 connected, 0.26 m³ a person and day; 746, 60 and
    # 232 printed beside 21, 1.7 and 10 per 1 000: the last should be 6.4
    got = lab(LAB)
    at = got.figures.set_index("indicator_id")["value"].round()
    assert at.to_dict() == {
        "avlopp_cannabis": 17,
        "avlopp_kokain": 87,
        "avlopp_amfetamin": 87,
    }
    assert got.printed_wrong == (5,)
    # 160 households are fewer than 1 000: left out, and counted as left out
    assert (got.n_rows, got.n_too_small, len(got.figures)) == (4, 1, 3)
    assert (got.figures["lower"] < got.figures["value"]).all()
    assert (got.figures["upper"] > got.figures["value"]).all()
    assert set(got.figures["area_level"]) == {"treatment_plant"}


@pytest.mark.parametrize(("least", "n_left"), [(160, 0), (161, 1)])
def test_a_plant_needs_as_many_households_as_settings_say(least, n_left):
    assert lab(LAB, least).n_too_small == n_left


def test_a_plant_of_unknown_size_is_left_out():
    assert lab(LAB.replace(";36000;16000;", ";36000;;")).n_too_small == 4


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("cannabis", "socker", "rad 3, amne: okänt ämne"),
        (";2020;cannabis", ";maj;cannabis", "rad 3, period"),
        ("66;9360", "66;0", "rad 3, flode_m3_per_dygn: ska vara mer än 0"),
        ("antal_dygn", "dygn", "Saknas: antal_dygn; okända: dygn"),
    ],
)
def test_a_faulty_analysis_is_refused(old, new, told):
    with pytest.raises(ReadError, match=told):
        lab(LAB.replace(old, new, 1))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_pooled_years_of_hlv(encoding):
    got = read_hlv(HLV, encoding)
    assert got["area_id"].tolist() == ["0021", "0000"]
    assert got["area_level"].tolist() == ["county", "country"]
    assert got["breakdown"].tolist() == ["kvinnor", "alla"]
    assert set(got["period"]) == {"2021-2024"}
    first = got.iloc[0]
    assert [first[c] for c in ("value", "lower", "upper")] == [7.5, 6.1, 8.9]
    assert first["n_respondents"] == 1204


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Undre gräns", "Medelfel", "Saknas: undre gräns; oväntade: Medelfel"),
        ("Gävleborgs", "Ingenstans", "Lästa"),
        ('"21 Gävleborgs län"', '"Ingenstans"', "region känns inte igen.*rad 2"),
        ("Kvinnor", "Okänt", "kön känns inte igen"),
        ("2021-2024", "våren", "är ingen period"),
        ('"7,5"', '"sju"', "Andel är inget tal"),
    ],
)
def test_a_changed_table_of_hlv_is_refused(old, new, told):
    if told == "Lästa":  # the code decides, whatever the name
        assert len(read_hlv(HLV.replace(old, new, 1))) == 2
        return
    with pytest.raises(ReadError, match=told):
        read_hlv(HLV.replace(old, new, 1))


def test_four_rows_of_ntu_are_one_figure():
    got = read_ntu(NTU)
    assert len(got) == 1
    row = got.iloc[0]
    assert [row[c] for c in ("value", "lower", "upper")] == [20, 19, 21]
    assert (row["n_respondents"], row["area_level"]) == (60000, "country")
    with pytest.raises(ReadError, match="kolumnen variabel, den första på rad 2"):
        read_ntu(NTU.replace("Problem med", "Annat om", 1))
    with pytest.raises(ReadError, match="Saknas: enhet"):
        read_ntu(NTU.replace("enhet", "mått", 1))


@pytest.mark.skipif(not SHARED.is_dir(), reason="saknar ../shared/data")
def test_real_figures_of_ntu():
    content = (
        SHARED / "kolada" / "ntu_ki_riket_dalarna_borlange_2017_2025.csv"
    ).read_bytes()
    got = ntu.read_ntu(content, names=NAMES, retrieved_at=ON, file_name="n.csv")
    # 3 questions × 3 places × 9 years, each with value, two limits; answers beside
    assert len(got) == 81
    assert (got["lower"] < got["value"]).all()
    assert (got["upper"] > got["value"]).all()
    assert set(got["area_id"]) == {"0000", "0020", "2081"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Gävleborgs län", "0021"),
        ("Region Gävleborg", "0021"),
        ("Gävleborg", "0021"),
        ("2181 Sandviken", "2181"),
        ("Sandvikens kommun", "2181"),
        ("Riket", "0000"),
        ("Stockholm", "0180"),
        ("Stockholms län", "0001"),
        ("Ingenstans", None),
        ("9997 Ingenstans", None),
    ],
)
def test_places_by_name(name, code):
    from lagesbild.read.indicators import find_area

    assert find_area(name, NAMES) == code


WHOLE = {"can": CAN, "lab": LAB, "hlv": HLV, "ntu": NTU}
READERS = {
    "can": lambda c: fill(c),
    "lab": lambda c: lab(c).figures,
    "hlv": lambda c: read_hlv(c, "utf-8"),
    "ntu": read_ntu,
}


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_damaged_file_gives_our_own_error_or_a_table(name, data):
    whole = WHOLE[name]
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 12)))
    piece = data.draw(st.text(alphabet=';,"\n.0189aÅ- \x00x#', max_size=8))
    try:
        got = READERS[name](whole[:start] + piece + whole[end:])
    except LagesbildError:
        return
    assert isinstance(got, pd.DataFrame)

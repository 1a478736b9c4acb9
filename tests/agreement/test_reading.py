"""A register is loaded whole or not at all, and every fault is told."""

import openpyxl
import pandas as pd
import pytest

from lagesbild.agreement.reading import Known, find_file, read_sheet
from lagesbild.agreement.registers import read_all
from lagesbild.agreement.tables import ACTIONS, PROMISES, REGISTERS
from lagesbild.errors import RegisterError
from tests.tiny_town import write

PLAIN = {
    "atgard_id": "A1",
    "kategori": "Klotter",
    "problem": "Klotter på skolan",
    "atgard": "Sanering inom ett dygn",
}


def sheet(folder, rows, register=ACTIONS):
    """The register as a workbook, each row given as heading → cell."""
    book = openpyxl.Workbook()
    book.active.title = "Läs först"
    page = book.create_sheet("Register")
    page.append(register.headings)
    for row in rows:
        page.append([row.get(heading) for heading in register.headings])
    file = folder / f"{register.file}.xlsx"
    book.save(file)
    return file


def test_words_days_numbers_and_ids_get_their_form(tmp_path):
    row = PLAIN | {
        "omrade_id": "A01",
        "sikt": "Lång",
        "utgangslage": "1 200,5",
        "jamfor_med": "A02 | A03",
        "slut": pd.Timestamp("2026-08-31").to_pydatetime(),
        "synlighet": "RADET",
        "agare": "Kommun",
    }
    known = Known(areas={"A01", "A02", "A03"})
    got = read_sheet(sheet(tmp_path, [row]), ACTIONS, known)
    assert list(got.columns) == ACTIONS.names()
    assert got.index.tolist() == [2]
    (first,) = got.to_dict("records")
    assert first["category"] == "klotter"
    assert first["horizon"] == "lång"
    assert first["baseline"] == 1200.5
    assert first["compare_with"] == "A02|A03"
    assert first["ends_on"] == pd.Timestamp("2026-08-31")
    assert (first["visible_for"], first["owner"]) == ("radet", "kommun")
    assert pd.isna(first["starts_on"]) and pd.isna(first["responsible"])


def test_ten_faults_are_ten_messages_and_nothing_is_loaded(tmp_path):
    rows = [
        PLAIN | {"omrade_id": "Z99"},
        PLAIN | {"atgard_id": "A2", "kategori": "trolleri"},
        PLAIN | {"atgard_id": "A3", "start": "31/8 2026"},
        PLAIN | {"atgard_id": "A4", "utgangslage": "många"},
        PLAIN | {"atgard_id": "A5", "synlighet": "alla"},
        PLAIN | {"atgard_id": "A6", "problem": ""},
        PLAIN | {"atgard_id": "A7", "synlighet": "radet"},
        PLAIN | {"atgard_id": "A8", "agare": "polis", "synlighet": "offentlig"},
        PLAIN | {"atgard_id": "A9", "start": "2026-02-01", "slut": "2026-01-01"},
        PLAIN | {"atgard_id": "A9", "anteckning": "Ring 19121212-1212 om detta"},
    ]
    file = sheet(tmp_path, rows)
    with pytest.raises(RegisterError) as error:
        read_sheet(file, ACTIONS, Known(areas={"A01"}))
    told = str(error.value)
    for place in (
        "rad 2, kolumn omrade_id: området finns inte",
        "rad 3, kolumn kategori: kategorin finns inte",
        "rad 4, kolumn start: skriv datumet",
        "rad 5, kolumn utgangslage: skriv ett tal",
        "rad 6, kolumn synlighet: skriv intern eller radet eller offentlig",
        "rad 7, kolumn problem: fältet är tomt",
        "rad 8, kolumn agare: skriv kommun eller polis",
        "rad 9, kolumn godkand_av_polisen: skriv dagen",
        "rad 10, kolumn slut: dagen ligger före",
        "rad 11, kolumn anteckning: personnummer får inte stå",
    ):
        assert place in told
    # the same id twice is told too, beside the ten
    assert told.count(", kolumn ") == 11
    assert "rad 11, kolumn atgard_id" in told
    for value in ("Z99", "trolleri", "19121212", "många"):
        assert value not in told


def test_faults_of_several_registers_are_told_together(tmp_path):
    sheet(tmp_path, [PLAIN | {"kategori": "trolleri"}])
    sheet(tmp_path, [{"lofte_id": "x"}], PROMISES)
    with pytest.raises(RegisterError) as error:
        read_all(tmp_path)
    assert "atgarder.xlsx: rad 2" in str(error.value)
    assert "loften.xlsx: rad 2" in str(error.value)


def test_an_action_points_at_a_group_that_is_there(tmp_path):
    groups = {"grupp": "trygg", "namn": "Trygghet", "slag": "arbetsgrupp"}
    sheet(tmp_path, [groups], REGISTERS["groups"])
    sheet(tmp_path, [PLAIN | {"grupp": "trygg"}])
    assert read_all(tmp_path)["actions"]["group"].tolist() == ["trygg"]
    sheet(tmp_path, [PLAIN | {"grupp": "otrygg"}])
    with pytest.raises(RegisterError, match="rad 2, kolumn grupp"):
        read_all(tmp_path)


def test_two_files_of_one_register_are_refused(tmp_path):
    write(tmp_path / "atgarder.csv", [";".join(ACTIONS.headings)])
    sheet(tmp_path, [])
    with pytest.raises(RegisterError, match=r"atgarder\.xlsx och atgarder\.csv"):
        find_file(tmp_path, ACTIONS)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_a_plan_that_excel_saved_as_csv_is_read(tmp_path, encoding):
    text = f"{';'.join(PLAIN)}\r\n{';'.join(PLAIN.values())}\r\n"
    (tmp_path / "atgarder.csv").write_bytes(text.encode(encoding))
    got = read_all(tmp_path)["actions"]
    assert got["problem"].tolist() == ["Klotter på skolan"]


def test_a_file_that_is_no_workbook_is_told(tmp_path):
    (tmp_path / "atgarder.xlsx").write_bytes(b"no workbook")
    with pytest.raises(RegisterError, match="ingen läsbar Excelfil"):
        read_all(tmp_path)

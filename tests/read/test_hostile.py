"""Files made to break a reader: refused in words, within bounded memory and time."""

import io
import tracemalloc
import zipfile

import openpyxl
import pytest

from lagesbild.errors import ReadError
from lagesbild.read.csv_file import read_csv_file
from lagesbild.read.excel_file import read_excel_file
from lagesbild.read.header import MAX_COLUMNS
from lagesbild.workspace import Layout

HEAD = ["ID", "Plats", "Datum"]
LAYOUT = {
    "files": "*",
    "columns": {"source_key": "ID", "place_text": "Plats", "reported_on": "Datum"},
}
CSV, XLSX = Layout(format="csv", **LAYOUT), Layout(format="excel", **LAYOUT)
MOST_BYTES = 200_000_000


@pytest.fixture(autouse=True)
def bounded():
    tracemalloc.start()
    yield
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MOST_BYTES


def read_csv(text):
    return read_csv_file(text.encode("utf-8"), CSV, file_name="fil.csv")


def test_a_million_columns_are_refused():
    names = ";".join([*HEAD, *(f"c{n}" for n in range(300_000))])
    with pytest.raises(ReadError, match=f"högst {MAX_COLUMNS} läses"):
        read_csv(f"{names}\n1;Åvägen 1;2026-01-01\n")


def test_a_million_empty_headings_are_none():
    frame, *_ = read_csv(";".join(HEAD) + ";" * 300_000 + "\n1;Åvägen 1;2026-01-01\n")
    assert len(frame) == 1


@pytest.mark.parametrize("start", ["", '"'])
def test_one_endless_cell_breaks_its_row_and_no_other(start):
    rows = [f"1;{start}{'x' * 5_000_000};2026-01-01", "2;Åvägen 1;2026-01-02"]
    frame, *_ = read_csv("\n".join([";".join(HEAD), *rows]))
    assert frame["Plats"].tolist()[-1] == "Åvägen 1" and len(frame) == 2


def test_an_endless_line_before_the_headings_is_no_heading():
    frame, *_ = read_csv("x" * 5_000_000 + f"\n{';'.join(HEAD)}\n1;Åvägen 1;2026-01-01")
    assert len(frame) == 1


def make_book(change=None):
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(["1", "Åvägen 1", "2026-01-01"])
    plain, out = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            is_sheet = name.endswith("sheet1.xml")
            new.writestr(name, change(content) if change and is_sheet else content)
    return out


def read_xlsx(content):
    return read_excel_file(content, XLSX, file_name="fil.xlsx")


def test_a_book_that_is_as_it_should_be_is_read():
    frame, *_ = read_xlsx(make_book().getvalue())
    assert frame["Plats"].tolist() == ["Åvägen 1"]


def test_a_book_that_unpacks_to_more_than_memory_holds_is_refused():
    book = make_book()
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as parts:
        with parts.open("xl/media/bild.png", "w", force_zip64=True) as part:
            block = bytes(1_000_000)
            for _ in range(450):
                part.write(block)
    assert len(book.getvalue()) < 1_000_000
    with pytest.raises(ReadError, match="packas upp till mer än 200 MB"):
        read_xlsx(book.getvalue())


def test_entities_that_grow_are_refused():
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{levels}]>'

    def change(content):
        told = content.decode().replace("<worksheet", f"{bomb}<worksheet", 1)
        row = '<row r="3"><c t="inlineStr"><is><t>&a11;</t></is></c></row></sheetData>'
        return told.replace("</sheetData>", row).encode()

    with pytest.raises(ReadError):
        read_xlsx(make_book(change).getvalue())


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_book_cut_short_is_refused(share):
    whole = make_book().getvalue()
    with pytest.raises(ReadError, match="läsbar Excelfil"):
        read_xlsx(whole[: int(share * len(whole))])

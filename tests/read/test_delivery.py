"""Files as organisations send them: any encoding, separator, heading row or shape."""

import datetime as dt
import io
import json

import hypothesis.strategies as st
import openpyxl
import pytest
from hypothesis import given, settings

from lagesbild.errors import ReadError
from lagesbild.read.delivery import BROKEN, read_delivery
from lagesbild.workspace import Layout, Source

COLUMNS = {"source_key": "Ärende", "reported_on": "Datum", "street": "Gata"}
HEAD = "Ärende;Datum;Gata;Fritext"
ROWS = ["1;2026-07-01;Åvägen;x", "2;2026-07-02;Ögatan;y"]


def _source(*layouts):
    return Source(name="X", organisation="X", kind="observation", layouts=layouts)


def _csv(**more):
    return Layout(files="*.csv", format="csv", columns=COLUMNS, **more)


def _read(folder, content, *layouts, name="a.csv"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_delivery(file, _source(*(layouts or (_csv(),))))


def _text(*lines):
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found(tmp_path, encoding, separator):
    content = _text(HEAD, *ROWS).replace(";", separator).encode(encoding)
    delivered = _read(tmp_path, content)
    assert list(delivered.frame["Gata"]) == ["Åvägen", "Ögatan"]
    assert list(delivered.frame.index) == [1, 2]
    assert list(delivered.frame.columns) == [*HEAD.split(";"), BROKEN]
    assert delivered.frame[BROKEN].isna().all()
    assert any(note.startswith("Teckenkodning") for note in delivered.notes)


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_encoding_that_gives_no_swedish_is_refused(tmp_path, encoding):
    content = _text(HEAD, *ROWS).replace("é", "e").encode(encoding)
    with pytest.raises(ReadError, match=r"teckenkodning|rubrik saknas"):
        _read(tmp_path, content)


def test_twice_encoded_file_is_refused(tmp_path):
    content = _text(HEAD, *ROWS).encode("utf-8").decode("latin-1").encode("utf-8")
    with pytest.raises(ReadError, match="teckenkodning"):
        _read(tmp_path, content)


def test_declared_encoding_is_held_to(tmp_path):
    content = _text(HEAD, *ROWS).encode("cp1252")
    with pytest.raises(ReadError, match="encoding"):
        _read(tmp_path, content, _csv(encoding="utf-8"))
    assert len(_read(tmp_path, content, _csv(encoding="cp1252")).frame) == 2


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_empty_file_is_refused(tmp_path, content):
    with pytest.raises(ReadError, match="tom"):
        _read(tmp_path, content)


def test_only_headings_is_a_delivery_without_rows(tmp_path):
    delivered = _read(tmp_path, HEAD + "\n")
    assert len(delivered.frame) == 0
    assert list(delivered.frame.columns) == [*HEAD.split(";"), BROKEN]


def test_headings_below_title_rows_in_any_case_and_spacing(tmp_path):
    content = _text('Utdrag "kvartal', "", " ärende ;DATUM;Gata", *ROWS[:1])
    delivered = _read(tmp_path, content)
    assert list(delivered.frame.columns) == ["Ärende", "Datum", "Gata", BROKEN]
    assert "Rubrikerna står på rad 3." in delivered.notes


def test_missing_and_repeated_headings_are_named(tmp_path):
    with pytest.raises(ReadError, match=r"rubrik saknas: Datum, Gata") as told:
        _read(tmp_path, _text("Ärende;Dag", "hemlig;x"))
    assert "hemlig" not in str(told.value)
    with pytest.raises(ReadError, match="flera gånger: Gata"):
        _read(tmp_path, _text("Ärende;Datum;Gata;gata", "1;2;3;4"))


def test_unmapped_headings_may_be_empty_or_repeated(tmp_path):
    delivered = _read(tmp_path, _text("Ärende;Datum;Gata;;Typ;Typ;;", "1;2;3;4;5;6;;"))
    assert list(delivered.frame.columns) == [
        *("Ärende", "Datum", "Gata", "kolumn 4", "Typ", "Typ (2)", BROKEN)
    ]


def test_ragged_rows_stay_and_are_marked(tmp_path):
    lines = [HEAD, ROWS[0], "2;2026-07-02", "", ";;;", "3;2026-07-03;A;b;för mycket"]
    delivered = _read(tmp_path, _text(*lines, "4;2026-07-04;B;c;;"))
    broken = delivered.frame[BROKEN]
    assert list(broken.notna()) == [False, True, True, False]
    assert "2 fält" in broken[2] and "fler fält" in broken[3]
    assert any(note.startswith("2 tomma rader") for note in delivered.notes)
    assert any(note.startswith("2 rader går inte") for note in delivered.notes)


def test_open_quotation_mark_breaks_only_its_row(tmp_path):
    lines = [HEAD, '1;2026-07-01;"Storg;x', *(f"{i};2026-07-02;B;c" for i in (2, 3))]
    frame = _read(tmp_path, _text(*lines, '4;2026-07-02;"C";d')).frame
    assert list(frame[BROKEN].notna()) == [True, False, False, False]
    assert list(frame["Ärende"][1:]) == ["2", "3", "4"]


def test_line_break_within_quotation_marks_is_one_row(tmp_path):
    frame = _read(tmp_path, _text(HEAD, '1;2026-07-01;A;"två\nrader"', ROWS[1])).frame
    assert len(frame) == 2 and frame[BROKEN].isna().all()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(st.text('aå;"\n, 1', max_size=4), min_size=1, max_size=5), max_size=6
    )
)
def test_no_line_with_text_vanishes(tmp_path_factory, rows):
    lines = [";".join(cell.replace("\n", " ") for cell in row) for row in rows]
    lines = [line for line in lines if line.replace('"', "").replace(";", "").strip()]
    content = _text("Ärende;Datum;Gata", *lines)
    folder = tmp_path_factory.mktemp("filer")
    n_rows = len(_read(folder, content).frame)
    # a quotation mark may join lines into one row, but only within its three cells
    assert n_rows == len(lines) or any('"' in line for line in lines)
    assert n_rows >= 1 if lines else n_rows == 0


def _excel(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


EXCEL = Layout(
    files="*.xlsx",
    format="excel",
    columns={"offence_code": "Brottskod", "reported_on": "Inskr"},
)
TABLE = [
    ["Störningar 2026"],
    [],
    ["Brottskod", "Inskr", "Tid", "Antal", "Not"],
    [821.0, dt.datetime(2026, 7, 3), dt.time(9, 30), 1.5, "#N/A"],
    ["0821 ", dt.datetime(2026, 7, 3, 22, 10), 930, True, None],
    [None, None, None, None, None],
    [9801, "7/3/26", None, 2, "x"],
]


def test_excel_cells_become_text(tmp_path):
    delivered = _read(tmp_path, _excel(("A", TABLE)), EXCEL, name="a.xlsx")
    frame = delivered.frame
    assert list(frame["Brottskod"]) == ["821", "0821", "9801"]
    assert list(frame["Inskr"]) == ["2026-07-03", "2026-07-03 22:10:00", "7/3/26"]
    assert list(frame["Tid"].fillna("")) == ["09:30:00", "930", ""]
    assert list(frame["Antal"]) == ["1.5", "1", "2"]
    assert list(frame["Not"].fillna("")) == ["", "", "x"]
    assert "Rubrikerna står på rad 3." in delivered.notes
    assert "1 celler med felvärde läses som tomma." in delivered.notes


def test_excel_sheet_is_found_or_declared(tmp_path):
    content = _excel(("Läs mig", [["hej"]]), ("Data", TABLE))
    assert len(_read(tmp_path, content, EXCEL, name="a.xlsx").frame) == 3
    twice = _excel(("A", TABLE), ("B", TABLE[:4]))
    with pytest.raises(ReadError, match="flera blad"):
        _read(tmp_path, twice, EXCEL, name="a.xlsx")
    chosen = EXCEL.model_copy(update={"sheet": "B"})
    assert len(_read(tmp_path, twice, chosen, name="a.xlsx").frame) == 1
    with pytest.raises(ReadError, match="'C' finns inte"):
        wrong = EXCEL.model_copy(update={"sheet": "C"})
        _read(tmp_path, twice, wrong, name="a.xlsx")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 skadad", b"\xd0\xcf\x11\xe0 xls"]
)
def test_what_is_no_excel_file_is_refused(tmp_path, content):
    with pytest.raises(ReadError, match=r"tom|\.xlsx"):
        _read(tmp_path, content, EXCEL, name="a.xlsx")


def test_excel_without_headings_names_them(tmp_path):
    with pytest.raises(ReadError, match="Inskr"):
        _read(tmp_path, _excel(("A", [["Brottskod"], [1]])), EXCEL, name="a.xlsx")


def test_layout_is_chosen_by_name_and_headings(tmp_path):
    other = Layout(files="*.csv", format="csv", columns={"source_key": "ID"})
    delivered = _read(tmp_path, _text("ID;X", "1;2"), _csv(), other)
    assert delivered.layout is other and delivered.layout_name == "*.csv (2)"
    with pytest.raises(ReadError, match="passar ingen"):
        _read(tmp_path, _text(HEAD), name="a.txt")
    with pytest.raises(ReadError, match="flera layouter"):
        _read(tmp_path, _text(HEAD), _csv(), _csv())
    with pytest.raises(ReadError, match="finns inte"):
        read_delivery(tmp_path / "saknas.csv", _source(_csv()))


API = Layout(files="*.json", format="polisen_api")
EVENT = {
    "id": 1,
    "datetime": "2026-08-07 7:06:22 +02:00",
    "name": "7 augusti 07.06, Brand, Nyby",
    "type": "Brand",
    "location": {"name": "Nyby", "gps": "60,16"},
}


def test_polisen_api_is_flattened_and_broken_events_marked(tmp_path):
    content = json.dumps([EVENT, {"id": 2}, "x"])
    frame = _read(tmp_path, content, API, name="a.json").frame
    assert list(frame["id"].fillna("")) == ["1", "2", ""]
    assert frame.loc[1, "location.name"] == "Nyby"
    assert list(frame[BROKEN].notna()) == [False, True, True]
    assert len(_read(tmp_path, "[]", API, name="a.json").frame) == 0


@pytest.mark.parametrize("content", ["", "{", '{"a": 1}', '[{"id": 1}]'])
def test_what_is_no_list_of_events_is_refused(tmp_path, content):
    with pytest.raises(ReadError):
        _read(tmp_path, content, API, name="a.json")

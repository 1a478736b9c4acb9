"""Files made to break a reader: refused or told of row by row, within bounded memory.

The corpus is made here, small where a small file shows the same as a large one. Each
case is read in a process of its own where memory is what is measured.
"""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lagesbild.errors import ReadError
from lagesbild.read import limits
from lagesbild.read.delivery import BROKEN, Delivered, read_delivery
from lagesbild.workspace import Layout, Source

COLUMNS = {"source_key": "Nr", "reported_on": "Datum", "place_text": "Plats"}
SOURCE = Source(
    name="X",
    organisation="X",
    kind="observation",
    layouts=(
        Layout(files="*.csv", format="csv", columns=COLUMNS),
        Layout(files="*.xlsx", format="excel", columns=COLUMNS),
        Layout(files="*.json", format="polisen_api"),
    ),
)
HEAD = b"Nr;Datum;Plats\n"
ROW = b"1;2026-01-01;a\n"
MB = 1_000_000
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _read(folder, name, content):
    file = folder / name
    with file.open("wb") as out:
        for part in [content] if isinstance(content, bytes) else content:
            out.write(part)
    return read_delivery(file, SOURCE)


def _refused(folder, name, content, told):
    with pytest.raises(ReadError, match=told) as error:
        _read(folder, name, content)
    assert str(error.value).startswith(f"{name}: ")


# --- text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x00" * MB, "tom"),
        (HEAD + b"1;2026-01-01;a\x00b\n", "teckenkodningen"),
        (HEAD.decode().encode("utf-16")[:-1], "teckenkodningen"),
        (b"\xff\xfe" + HEAD, "teckenkodning|rubrik saknas"),
        (b"\x1f\x8b\x08" + bytes(range(256)) * 40, "teckenkodningen"),
        (b"Nr;Datum;Plats" + b";x" * 400_000 + b"\n" + ROW, "1000 kolumner"),
        (b"Nr;Datum;Plats" + b";x" * 1_000_000 + b"\n" + ROW, "längre än 1000000"),
        (HEAD + b"a" * 2 * MB, "längre än 1000000"),
        (HEAD + b"\n" * 300_001, "fler än 300000 rader"),
        (b"Nr;Datum;Plats" + b";x" * 97 + b"\n" + b"1\n" * 40_000, "för många rader"),
        (b'"' * 200_000 + b"\n" + ROW, "rubrik saknas"),
    ],
)
def test_text_that_is_no_table_is_refused(tmp_path, content, told):
    _refused(tmp_path, "a.csv", content, told)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    file = tmp_path / "a.csv"
    with file.open("wb") as out:
        out.truncate(2_000 * MB)  # takes no room on most disks
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("läst"))
    with pytest.raises(ReadError, match="större än 50 MB"):
        read_delivery(file, SOURCE)
    with pytest.raises(ReadError, match=r"större än 0\.5 MB"):
        read_delivery(file, SOURCE, max_mb=0.5)


def test_a_cell_too_long_breaks_its_row_alone(tmp_path):
    content = HEAD + b"1;2026-01-01;" + b"a" * 500_000 + b"\n" + ROW
    frame = _read(tmp_path, "a.csv", content).frame
    assert frame[BROKEN].notna().tolist() == [True, False]


@pytest.mark.parametrize("n_rows", [2_000])
def test_open_quotation_marks_cost_by_the_row(tmp_path, n_rows):
    frame = _read(tmp_path, "a.csv", HEAD + b'1;2026-01-01;"a\n' * n_rows).frame
    assert len(frame) == n_rows
    assert frame[BROKEN].notna().sum() >= n_rows - 1


def test_a_row_of_many_cells_is_one_broken_row(tmp_path):
    content = HEAD + b"1;2026-01-01;a" + b";" * 400_000 + b"x\n" + ROW
    frame = _read(tmp_path, "a.csv", content + b"2;2026-01-01;b;;;\n").frame
    assert frame[BROKEN].notna().tolist() == [True, False, False]
    assert list(frame.columns) == [*COLUMNS.values(), BROKEN]


def test_a_formula_is_text_and_nothing_more(tmp_path):
    cell = '=HYPERLINK("http://x";"y")'
    frame = _read(tmp_path, "a.csv", HEAD + f"1;2026-01-01;'{cell}\n".encode()).frame
    assert frame[BROKEN].notna().all() or frame.loc[1, "Plats"].endswith(cell)


# --- Excel ----------------------------------------------------------------------------


def _book(*rows):
    book = openpyxl.Workbook()
    for row in (list(COLUMNS.values()), *rows):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


BOOK = _book([1, "2026-01-01", "a"])


def _with_part(name, parts):
    """The book with one of its parts written anew, piece by piece."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(BOOK)) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        with new.open(name, "w") as part:
            for piece in parts:
                part.write(piece.encode())
    return content.getvalue()


def _row(number, *cells):
    told = "".join(
        f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for column, text in cells
    )
    return f'<row r="{number}">{told}</row>'


def _sheet(*body, before=""):
    start = f'<?xml version="1.0"?>{before}<worksheet {MAIN}><sheetData>'
    head = _row(1, *zip("ABC", COLUMNS.values(), strict=True))
    return _with_part(SHEET, [start, head, *body, "</sheetData></worksheet>"])


def _entities():
    told = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY a0 "lol">{told}]>'


def _far_cells():
    cells = ("A", 1), ("B", "2026-01-01"), ("C", "x"), ("XFD", "x")
    return _sheet(*(_row(n, *cells) for n in range(2, 6)))


def _cut():
    return BOOK[: len(BOOK) // 2]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: _sheet(*[" " * MB] * 401), "större än 400 MB"),
        (lambda: _sheet(_row(2, ("A", "&a9;")), before=_entities()), r"\.xlsx"),
        (_far_cells, "1000 kolumner"),
        (_cut, r"\.xlsx"),
        (lambda: _with_part("[Content_Types].xml", ["x"]), r"\.xlsx"),
        (lambda: _with_part("xl/workbook.xml", ["<a>"]), r"\.xlsx"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000), r"\.xlsx"),
        (lambda: b"PK\x05\x06" + bytes(18), r"\.xlsx"),
    ],
)
def test_what_is_packed_to_harm_is_refused(tmp_path, make, told):
    _refused(tmp_path, "a.xlsx", make(), told)


def test_a_part_that_lies_about_its_size_is_refused(tmp_path):
    content = bytearray(_sheet(*[" " * MB] * 20))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as packed:
        size = packed.getinfo(SHEET).file_size
    lie = (1_000).to_bytes(4, "little")
    content = bytes(content).replace(size.to_bytes(4, "little"), lie)
    _refused(tmp_path, "a.xlsx", content, r"\.xlsx")


def test_a_file_of_this_computer_is_not_read_into_a_cell(tmp_path):
    secret = tmp_path / "hemlig.txt"
    secret.write_text("hemligt", encoding="utf-8")
    before = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    content = _sheet(_row(2, ("A", "1"), ("B", "&x;"), ("C", "&x;")), before=before)
    try:
        frame = _read(tmp_path, "a.xlsx", content).frame
    except ReadError as error:
        assert "hemligt" not in str(error)
    else:
        assert "hemligt" not in frame.to_csv()


def test_rows_formatted_to_the_end_of_the_sheet_are_no_rows(tmp_path):
    blank = (f'<row r="{n}" s="1"/>' for n in range(3, 100_000))
    row = _row(2, ("A", "1"), ("B", "2026-01-01"), ("C", "x"))
    delivered = _read(tmp_path, "a.xlsx", _sheet(row, *blank))
    assert len(delivered.frame) == 1


def test_a_formula_in_a_book_has_the_value_that_was_saved_or_none(tmp_path):
    content = _book(["=1+1", "2026-01-01", '=HYPERLINK("http://x","y")'])
    frame = _read(tmp_path, "a.xlsx", content).frame
    assert frame["Nr"].isna().all() and frame["Plats"].isna().all()


# --- JSON -----------------------------------------------------------------------------

EVENT = {
    "id": 2,
    "datetime": "2026-01-01 10:00:00 +01:00",
    "name": "1 januari 09.00, Brand, Nyby",
    "type": "Brand",
}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[" * 200_000, "giltig JSON"),
        (b'[{"id":' + b"9" * 200_000 + b"}]", "giltig JSON"),
        (b"[" + b"{}," * 300_000 + b"{}]", "för många rader"),
        (b"\xff\xfe[]", "giltig JSON"),
        (b'{"a":' * 20_000, "giltig JSON"),
    ],
)
def test_json_made_to_harm_is_refused(tmp_path, content, told):
    _refused(tmp_path, "a.json", content, told)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "\ud800 x"},
        {"id": float("nan"), "type": None},
        {"name": ["x"]},
        {"type": {"a": 1}},
        {"datetime": ""},
    ],
)
def test_a_broken_event_is_one_broken_row(tmp_path, change):
    content = json.dumps([EVENT | change, EVENT, 1, None]).encode()
    frame = _read(tmp_path, "a.json", content).frame
    assert frame[BROKEN].notna().tolist() == [True, False, True, True]


# --- anything -------------------------------------------------------------------------


def _valid(kind):
    if kind == "xlsx":
        return BOOK
    if kind == "json":
        return json.dumps([EVENT] * 3).encode()
    return HEAD + ROW * 3


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.sampled_from(["csv", "xlsx", "json"]),
    st.lists(
        st.tuples(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 40)),
        min_size=1,
        max_size=4,
    ),
)
def test_any_damage_is_a_table_or_a_refusal(tmp_path, kind, changes):
    content = _valid(kind)
    for place, new, n_gone in changes:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + n_gone :]
    try:
        delivered = _read(tmp_path, f"a.{kind}", content)
    except ReadError as error:
        assert str(error).startswith(f"a.{kind}: ")
    else:
        assert isinstance(delivered, Delivered)
        assert BROKEN in delivered.frame.columns


@settings(
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from(["csv", "json", "xlsx"]), st.binary(max_size=300))
@pytest.mark.slow
def test_ten_thousand_files_of_anything(tmp_path, kind, tail):
    content = tail if kind == "xlsx" else _valid(kind)[:-3] + tail
    try:
        _read(tmp_path, f"a.{kind}", content)
    except ReadError as error:
        assert str(error).startswith(f"a.{kind}: ")


# --- memory ---------------------------------------------------------------------------

MEASURE = """
import resource, sys
from pathlib import Path
from lagesbild.errors import ReadError
from lagesbild.read.delivery import read_delivery
from tests.read.test_hostile import SOURCE
try:
    print(len(read_delivery(Path(sys.argv[1]), SOURCE).frame))
except ReadError:
    print("avvisad")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak // (1024 if sys.platform == "linux" else 1024 * 1024))
"""


def _largest():
    """The file of each format that takes the most memory within the limits."""
    wide = b"1;2026-01-01;Storgatan 1;a1;b1;c1;d1;e1;f1;g1\n"
    yield "rader.csv", [b"Nr;Datum;Plats;a;b;c;d;e;f;g\n"] + [wide * 1_000] * 299
    foreign = "1;2026-01-01;" + "жш" * 30 + "\n"
    yield "tecken.csv", [HEAD] + [foreign.encode() * 1_000] * 290
    yield "celler.csv", [HEAD] + [b"ab;" * 50_000 + b"\n"] * 300
    yield "poster.json", [b"[{}", *[b",{}" * 100_000] * 160, b"]"]
    yield (
        "nycklar.json",
        [b"[{"] + [b'"k%d":1,' % n for n in range(3 * MB)] + [b'"a":1}]'],
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="minnet mäts så bara på POSIX")
@pytest.mark.parametrize("number", range(5))
def test_no_file_takes_more_than_half_a_gigabyte(tmp_path, number):
    name, parts = list(_largest())[number]
    file = tmp_path / name
    with file.open("wb") as out:
        out.writelines(parts)
    assert file.stat().st_size <= limits.MAX_MB * MB
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert int(done.stdout.split()[-1]) <= 500

"""Large files made to use up memory or time, each for the door it would come to.

Each maker writes one file; they are made when asked for and taken away again, for
together they fill gigabytes.
"""

import io
import os
import sqlite3
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import shapely

HEAD = b"Nr;Datum;Typ;Plats\n"
MEGA = 1_000_000
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _write(file, *parts):
    with file.open("wb") as out:
        for part in parts:
            out.write(part)


def _repeat(file, block, n_bytes, start=b""):
    with file.open("wb") as out:
        out.write(start)
        whole = block * max(1, MEGA // len(block))
        for _ in range(n_bytes // len(whole)):
            out.write(whole)


def sparse(file):
    with file.open("wb") as out:
        out.truncate(2 << 30)


def one_long_line(file):
    _repeat(file, b"x", 100 * MEGA, HEAD)


def one_long_line_within_the_size(file):
    _repeat(file, b"x", 48 * MEGA, HEAD)


def one_long_quoted_cell(file):
    _repeat(file, b"xxxxxxxxxxxxxxx\n", 48 * MEGA, HEAD + b'1;2026-02-03;Klotter;"')


def million_columns(file):
    _write(file, b";".join(b"kolumn%d" % n for n in range(MEGA)), b"\n1\n")


def million_mapped_columns(file):
    _write(file, HEAD.strip(), b";x" * MEGA, b"\n1;2026-02-03;Klotter;Ugatan\n")


def short_lines(file):
    _repeat(file, b"1\n", 48 * MEGA, HEAD)


def short_lines_of_old_macs(file):
    _repeat(file, b"1\r", 48 * MEGA, HEAD)


def separators(file):
    _repeat(file, b";" * 999 + b"\n", 48 * MEGA, HEAD)


def quotation_marks(file):
    _repeat(file, b'"\n', 900_000, HEAD)


def zero_bytes(file):
    _repeat(file, b"\x00", 48 * MEGA)


def zero_bytes_below_the_headings(file):
    _repeat(file, b"\x00", 48 * MEGA, HEAD)


def emoji(file):
    _repeat(file, "😀😀😀😀😀😀😀😀😀😀\n".encode() * 4, 19 * MEGA, HEAD)


def noise(file):
    rng = np.random.default_rng(1)
    _write(file, rng.bytes(48 * MEGA))


def text_without_headings(file):
    _repeat(
        file,
        b"abc def;ghi jkl;mno pqr stu vwx yz abc def ghi jkl mno pqr\n" * 2,
        24 * MEGA,
    )


def json_of_lists(file):
    _write(file, b"[", b"[]," * (16 * MEGA), b"[]]")


def json_deep(file):
    _write(file, b"[" * (40 * MEGA))


def json_long_number(file):
    _write(file, b'[{"id":', b"9" * (40 * MEGA), b"}]")


def json_long_text(file):
    _write(file, b'[{"id":"', b"x" * (45 * MEGA), b'"}]')


# --- workbooks ----------------------------------------------------------------------


def _book(file, changes=None, extra=None):
    """A small workbook with parts changed (name → chunks) and others beside them."""
    book, plain = openpyxl.Workbook(), io.BytesIO()
    for row in (["Nr", "Datum", "Typ", "Plats"], ["1", "2026-02-03", "Klotter", "A"]):
        book.active.append(row)
    book.save(plain)
    changes = changes or {}
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, chunks in (changes | (extra or {})).items():
            with new.open(name, "w", force_zip64=True) as part:
                for chunk in chunks:
                    part.write(chunk)


def _sheet(*chunks):
    head = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    return {SHEET: [head, *chunks, b"</sheetData></worksheet>"]}


def book_with_a_picture_bomb(file):
    _book(file, extra={"xl/media/bild.png": [bytes(MEGA)] * 450})


def book_of_one_row(file):
    _book(file, _sheet(b"<row>", *[b"<c/>" * (MEGA // 4)] * 180, b"</row>"))


def book_of_unknown_elements(file):
    _book(file, _sheet(*[b"<z/>" * (MEGA // 4)] * 180))


def book_of_empty_rows(file):
    _book(file, _sheet(*[b"<row/>" * (MEGA // 6)] * 180))


def book_of_one_cell(file):
    text = [b"x" * MEGA] * 180
    cell = b'<row><c t="inlineStr"><is><t>'
    _book(file, _sheet(cell, *text, b"</t></is></c></row>"))


def book_of_one_comment(file):
    _book(file, _sheet(b"<!--", *[b"x" * MEGA] * 180, b"-->"))


def book_of_one_attribute(file):
    _book(file, _sheet(b'<row a="', *[b"x" * MEGA] * 180, b'"/>'))


def book_nested_deep(file):
    _book(file, _sheet(*[b"<a>" * 300_000] * 50))


def book_with_a_far_row(file):
    rows = b'<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'
    _book(file, _sheet(rows))


def book_wide_and_long(file):
    wide = b'<row r="1"><c r="XFD1"><v>1</v></c></row>'
    rows = b"".join(
        b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n)
        for n in range(2, 90_000)
    )
    _book(file, _sheet(wide, rows))


def book_with_one_far_column(file):
    wide = b'<row r="1"><c r="XFD1"><v>1</v></c></row>'
    _book(file, _sheet(wide, b'<row><c t="n"><v>1</v></c></row>' * 400_000))


STRINGS = "xl/sharedStrings.xml"


def _strings(*chunks):
    return {STRINGS: [f'<sst xmlns="{MAIN}">'.encode(), *chunks, b"</sst>"]}


def book_of_empty_texts(file):
    _book(file, _strings(*[b"<si/>" * (MEGA // 5)] * 24))


def book_of_one_text_in_many_cells(file):
    text = b"<si><t> " + b"x" * 900_000 + b"</t></si>"
    rows = b'<row><c t="s"><v>0</v></c></row>' * 400_000
    _book(file, _strings(text) | _sheet(rows))


def book_of_large_styles(file):
    font = b"<font><sz val='1'/></font>" * 40_000
    head = f'<styleSheet xmlns="{MAIN}"><fonts>'.encode()
    parts = [head, *[font] * 150, b"</fonts></styleSheet>"]
    _book(file, {"xl/styles.xml": parts})


def book_of_many_parts(file):
    with zipfile.ZipFile(file, "w") as parts:
        for n in range(200_000):
            parts.writestr(f"{n}", b"")


def book_of_entities(file):
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{levels}]><worksheet xmlns="{MAIN}">'
    row = "<sheetData><row><c t='inlineStr'><is><t>&a11;</t></is></c></row></sheetData>"
    _book(file, {SHEET: [head.encode(), row.encode(), b"</worksheet>"]})


def book_that_lies_of_its_size(file):
    book_of_one_row(file)
    content = bytearray(file.read_bytes())
    # the central directory says that every part is empty
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = bytes(4)
        at = content.find(b"PK\x01\x02", at + 4)
    file.write_bytes(content)


# --- maps ---------------------------------------------------------------------------


def _areas(file, shapes):
    table = {
        "omrade_id": [f"A{n}" for n in range(len(shapes))],
        "namn": [f"Område {n}" for n in range(len(shapes))],
    }
    gpd.GeoDataFrame(table, geometry=shapes, crs=3006).to_file(file)


def map_with_an_endless_view(file):
    _areas(file, [shapely.box(600_000, 6_700_000, 601_000, 6_701_000)])
    with sqlite3.connect(file) as database:
        database.execute(
            "CREATE VIEW vy AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1"
            " FROM n) SELECT x AS fid, NULL AS geom FROM n"
        )
        database.execute("UPDATE gpkg_contents SET table_name = 'vy'")
        database.execute("UPDATE gpkg_geometry_columns SET table_name = 'vy'")


def map_of_coordinates(file):
    ring = ",".join(f"[{n % 9},{n % 7}]" for n in range(6 * MEGA))
    _write(
        file,
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
        b'{"omrade_id":"A","namn":"B"},"geometry":{"type":"Polygon","coordinates":[[',
        ring.encode(),
        b"]]}}]}",
    )


def map_of_features(file):
    one = b'{"type":"Feature","properties":{},"geometry":null},'
    _write(file, b'{"type":"FeatureCollection","features":[', one * 900_000, b"]}")


def map_deep(file):
    start = b'{"type":"FeatureCollection","features":['
    _write(file, start, b"[" * (45 * MEGA))


def map_of_one_blob(file):
    _areas(file, [shapely.box(600_000, 6_700_000, 601_000, 6_701_000)])
    with sqlite3.connect(file) as database:
        database.execute(f'ALTER TABLE "{file.stem}" ADD COLUMN blob BLOB')
        database.execute("PRAGMA recursive_triggers = OFF")
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(f'UPDATE "{file.stem}" SET blob = zeroblob(95000000)')


def map_zipped(file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        with parts.open("omraden.shp", "w", force_zip64=True) as part:
            part.write(b"\x00\x00\x27\x0a")
            for _ in range(400):
                part.write(bytes(MEGA))


# --- what is brought to which door ----------------------------------------------------

_TABLES = (
    *(sparse, one_long_line, one_long_line_within_the_size, one_long_quoted_cell),
    *(million_columns, million_mapped_columns, short_lines, short_lines_of_old_macs),
    *(separators, quotation_marks, zero_bytes, zero_bytes_below_the_headings, emoji),
    *(noise, text_without_headings),
)
_BOOKS = (
    *(sparse, book_with_a_picture_bomb, book_of_one_row, book_of_unknown_elements),
    *(book_of_empty_rows, book_of_one_cell, book_of_one_comment),
    *(book_of_one_attribute, book_nested_deep, book_with_a_far_row, book_wide_and_long),
    *(book_with_one_far_column, book_of_empty_texts, book_of_one_text_in_many_cells),
    *(book_of_large_styles, book_of_many_parts, book_of_entities),
    *(book_that_lies_of_its_size, noise, zero_bytes),
)
_JSONS = (sparse, json_of_lists, json_deep, json_long_number, json_long_text, noise)
_MAPS = (sparse, noise, map_with_an_endless_view, map_of_one_blob)
_GEOJSONS = (map_of_coordinates, map_of_features, map_deep, json_deep)
CORPUS = [
    *(("ingest", "fel_2026-K1.csv", make) for make in _TABLES),
    *(("ingest", "bolag_2026-K1.xlsx", make) for make in _BOOKS),
    *(("ingest", "events_2026.json", make) for make in _JSONS),
    *(("statistics", "kolada_a.json", make) for make in _JSONS),
    *(("init", "omraden.gpkg", make) for make in _MAPS),
    *(("init", "omraden.geojson", make) for make in _GEOJSONS),
    ("init", "omraden.zip", map_zipped),
    *(
        ("geocode", "rader.csv", m)
        for m in (sparse, one_long_line, one_long_quoted_cell)
    ),
    *(("register", "plan.csv", m) for m in (short_lines, separators, zero_bytes)),
    *(("answers", "svar.csv", m) for m in (short_lines, separators, noise)),
    *(("addresses", "adresser.csv", m) for m in (short_lines, separators, noise)),
]


def name_of(entry):
    door, file, make = entry
    return f"{door}-{os.path.splitext(file)[1][1:]}-{make.__name__}"


assert len({name_of(entry) for entry in CORPUS}) == len(CORPUS)

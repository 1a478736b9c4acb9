"""What the analyst says goes before the geocoder, and touches only what it names."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.errors import RegisterError
from lagesbild.geocode import outcome as why
from lagesbild.geocode.alias_file import (
    FILE,
    HEADINGS,
    read_aliases,
    write_template,
)
from lagesbild.geocode.aliases import digest_aliases, find_touched, place_aliases
from lagesbild.geocode.gazetteer import make_gazetteer


@pytest.fixture
def gazetteer(small_town):
    return make_gazetteer(
        areas=small_town.areas(),
        addresses=small_town.addresses(),
        places=small_town.places(),
    )


@pytest.fixture
def write(tmp_path):
    def write(*rows, head="text,ort,betyder,kommentar"):
        file = tmp_path / "platser_alias.csv"
        file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return read_aliases(file)

    return write


@pytest.mark.parametrize(
    ("meaning", "area", "method"),
    [
        ('"Kvarngatan 4, Storbyn"', "A01", "adress"),
        ("Storbyns station", "A01", "plats"),
        ("Norrängen", "A02", "omradesnamn"),
        ("A03", "A03", "omradesnamn"),
        ("6700500 601500", "A02", "koordinat"),
        ("-", "", "avvisad"),
    ],
)
def test_what_a_text_may_mean(write, gazetteer, meaning, area, method):
    aliases = place_aliases(write(f"vid röda ladan,,{meaning},"), gazetteer)
    found = aliases.find("Vid  RÖDA ladan!", "Storbyn")
    assert (found.area, found.method) == (area, method)
    assert found.reason == (why.ALIAS_NOWHERE if meaning == "-" else "")
    assert aliases.find("vid röda", "Storbyn") is None


def test_the_row_of_the_locality_goes_before_that_of_any(write, gazetteer):
    table = write("ladan,,A01,", "ladan,Viken,A03,")
    aliases = place_aliases(table, gazetteer)
    assert aliases.find("ladan", "viken").area == "A03"
    assert aliases.find("ladan", "Storbyn").area == "A01"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["ladan,,,"], "rad 2, kolumn betyder: är tom"),
        (["!,,A01,"], "rad 2, kolumn text: saknar bokstäver och siffror"),
        ([",,A01,", ",,,ladan"], "rad 2, kolumn text.*rad 3, kolumn text.*rad 3"),
        (["a,,A01,", "A,,A02,"], "rad 3, kolumn text: samma text och ort"),
        (["a,,A01,", "A,viken,A02,", "a,VIKEN,-,"], "rad 4, kolumn text: samma"),
    ],
)
def test_faults_are_told_by_row_and_column_without_their_text(
    write, gazetteer, rows, told
):
    with pytest.raises(RegisterError, match=told) as error:
        place_aliases(write(*rows), gazetteer)
    assert "ladan" not in str(error.value)


def test_a_meaning_that_cannot_be_placed_is_refused(write, gazetteer):
    table = write("ladan,,A01,", "logen,,Okända gatan 1,")
    with pytest.raises(
        RegisterError, match="rad 3, kolumn betyder: går inte att placera, "
    ):
        place_aliases(table, gazetteer)


def test_no_register_is_no_aliases(tmp_path):
    assert read_aliases(tmp_path / "platser_alias.csv").empty


def test_only_rows_that_the_change_names_are_touched(write):
    before = write("ladan,,A01,", "logen,,A02,", "bron,Viken,A03,", "dammen,,A01,")
    after = write(
        "ladan,,A01,", "logen,,A03,", "ån,,A02,", "dammen,,A02,", "dammen,Viken,A01,"
    )
    rows = [
        ("Ladan", "", False),
        ("LOGEN", "Viken", True),
        ("bron", "Viken", True),
        ("bron", "Storbyn", False),
        ("ån", None, True),
        ("Dammen", "Storbyn", True),
        ("Dammen", "Viken", True),  # the same area, but by the locality's own row
        (None, None, False),
    ]
    reports = pd.DataFrame(rows, columns=["place_text", "place_locality", "is_touched"])
    reports.index = range(len(rows), 0, -1)
    told = [digest_aliases(table) for table in (before, after)]
    touched = find_touched(reports, *told)
    assert touched.tolist() == reports["is_touched"].tolist()
    assert touched.index.tolist() == reports.index.tolist()
    assert not find_touched(reports, told[1], told[1]).any()
    assert not find_touched(reports, {}, {}).any()


def test_what_is_remembered_holds_no_word_of_the_register(write):
    told = digest_aliases(write("Röda ladan,Viken,Kvarngatan 4,så kallas den"))
    assert re.fullmatch(r"\{'[0-9a-f]{16}': '[0-9a-f]{16}'\}", str(told))


# --- the file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "text,ort,betyder,kommentar\nladan,,A01,\n",
        "\ufefftext;ort;betyder;kommentar\r\nladan;;A01;varför, då\r\n;;;\r\n",
        '# a;b;;\n\n"# c, d";;;\nTEXT;Betyder;;\nladan;A01\n',
        "betyder,text\nA01,ladan\n",
        'text,ort,betyder,kommentar\n"ladan",,"A01","två\nrader"\n',
    ],
)
def test_as_editors_and_spreadsheets_save_it(tmp_path, text):
    file = tmp_path / FILE
    file.write_bytes(text.encode())
    table = read_aliases(file)
    assert table[["text", "locality", "meaning"]].values.tolist() == [
        ["ladan", "", "A01"]
    ]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    file = tmp_path / FILE
    rows = ["# k;;;", "text;ort;betyder;kommentar", 'a;;A01;"två', 'rader"', "", "b;;x"]
    file.write_text("\n".join(rows), encoding="utf-8")
    assert read_aliases(file).index.tolist() == [3, 5]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"text,plats\na,A01", "Saknas: betyder; okända: plats"),
        (b"text,betyder,text\na,A01,b", "flera gånger: text"),
        (b"text,betyder\na,A01\nb,A01,,x\nc,A02,y", "rad 3, kolumn 3: .*rad 4"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path, content, told):
    file = tmp_path / FILE
    file.write_bytes(content)
    with pytest.raises(RegisterError, match=told):
        read_aliases(file)


def test_windows_letters_are_read_as_swedish_excel_saves_them(tmp_path):
    file = tmp_path / FILE
    file.write_bytes("text,ort,betyder\nån,,A01".encode("cp1252"))
    assert read_aliases(file)["text"].tolist() == ["ån"]


def test_many_faults_are_counted_and_the_first_twenty_told(write, gazetteer):
    table = write(*[f"text {n},,," for n in range(25)])
    with pytest.raises(RegisterError, match="och 5 fel till") as error:
        place_aliases(table, gazetteer)
    assert str(error.value).count("kolumn betyder") == 20


def test_the_template_explains_itself_and_says_nothing(tmp_path):
    write_template(tmp_path)
    file = tmp_path / FILE
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf# ") and b"\r" not in content
    assert read_aliases(file).empty
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[-1] == ";".join(HEADINGS)
    assert {line.count(";") for line in lines} == {3}  # whole rows in a spreadsheet
    file.write_text("text;betyder\nladan;A01\n", encoding="utf-8")
    write_template(tmp_path)
    assert len(read_aliases(file)) == 1  # the analyst's work is never written over


@given(
    st.binary(max_size=200)
    | st.text(st.sampled_from('abå#;,"\n\r -1x'), max_size=60).map(
        lambda text: ("text;betyder\n" + text).encode()
    )
)
def test_any_bytes_are_a_table_or_told_in_swedish(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("register") / FILE
    file.write_bytes(content)
    try:
        table = read_aliases(file)
    except RegisterError as error:
        assert FILE in str(error)
    else:
        assert list(table.columns) == ["text", "locality", "meaning"]
        assert table.notna().all(axis=None) and table.index.is_unique

"""Letters lost between encodings; Python's own codecs make what must be read back."""

import html
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.geocode.encoding import read_back

NAMES = ["Sågvägen 4", "Björkgränd 12 B", "Södra Åvägen 3", "Tegnérsvägen 7"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("utf-8", "latin-1"),
        ("utf-8", "cp1252"),
        ("utf-8", "mac_roman"),
        ("utf-8", "cp850"),
        ("utf-8", "cp437"),
        ("cp850", "cp1252"),
    ],
)
def test_one_encoding_read_as_another(name, written, read):
    try:
        broken = name.encode(written).decode(read)
    except UnicodeError:
        pytest.skip("dessa två teckenkodningar kan inte förväxlas för namnet")
    assert broken != name
    assert read_back(broken) == name


@pytest.mark.parametrize("name", NAMES)
def test_broken_twice(name):
    once = name.encode().decode("latin-1")
    assert read_back(once.encode().decode("latin-1")) == name


@pytest.mark.parametrize("name", NAMES)
def test_letters_written_out(name):
    assert read_back(name.encode("ascii", "xmlcharrefreplace").decode()) == name
    assert read_back(quote(name, safe=" ")) == name
    assert read_back(name.encode("ascii", "backslashreplace").decode()) == name
    assert read_back("".join(f"={ord(c):X}" if c > "z" else c for c in name)) == name
    assert read_back(html.escape("a & b")) == "a & b"


def test_the_seven_bit_alphabet():
    assert read_back("S}gv{gen 4") == "Sågvägen 4"


@pytest.mark.parametrize(
    "text",
    [
        "”Sågvägen 4”",
        "„Sågvägen 4”",
        "{Sågvägen 4}",
        "50 % rabatt & gratis",
        "gata=Sågvägen|husnr=4",
        "C:\\mapp\\fil",
        "x=E45",
        "pris 4 € på Sågvägen",
    ],
)
def test_what_is_whole_is_left(text):
    assert read_back(text) == text


@given(st.text())
def test_any_text_has_an_answer(text):
    assert isinstance(read_back(text), str)


@given(st.text(alphabet="abcåäöÅÄÖ éÉ0123456789.,:;-/()"))
def test_swedish_text_is_never_changed(text):
    assert read_back(text) == text

"""What the analyst says goes before the geocoder, and touches only what it names."""

import pandas as pd
import pytest

from lagesbild.errors import RegisterError
from lagesbild.geocode import outcome as why
from lagesbild.geocode.aliases import (
    count_rejected_texts,
    find_touched,
    place_aliases,
    read_aliases,
)
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
    ("rows", "head", "told"),
    [
        (["ladan,,,"], "text,ort,betyder,kommentar", "rad 1 saknar text eller betyder"),
        (["!,,A01,"], "text,ort,betyder,kommentar", "rad 1 har varken"),
        (["a,,A01,", "A,,A02,"], "text,ort,betyder,kommentar", "rad 2 har samma text"),
        (["a,A01"], "text,plats", "Saknas: betyder; okända: plats"),
    ],
)
def test_a_faulty_register_is_told_by_row_without_its_text(write, rows, head, told):
    with pytest.raises(RegisterError, match=told) as error:
        write(*rows, head=head)
    assert "ladan" not in str(error.value)


def test_a_meaning_that_cannot_be_placed_is_refused(write, gazetteer):
    table = write("ladan,,A01,", "logen,,Okända gatan 1,")
    with pytest.raises(RegisterError, match=r"rad 2 går inte att placera: gatan"):
        place_aliases(table, gazetteer)


def test_no_register_is_no_aliases(tmp_path):
    assert read_aliases(tmp_path / "platser_alias.csv").empty


def test_only_rows_that_the_change_names_are_touched(write):
    before = write("ladan,,A01,", "logen,,A02,", "bron,Viken,A03,")
    after = write("ladan,,A01,", "logen,,A03,", "dammen,,A02,")
    reports = pd.DataFrame(
        {
            "place_text": ["Ladan", "LOGEN", "bron", "bron", "dammen", None],
            "place_locality": ["", "Viken", "Viken", "Storbyn", None, None],
        },
        index=[5, 4, 3, 2, 1, 0],
    )
    touched = find_touched(reports, before, after)
    assert touched.tolist() == [False, True, True, False, True, False]
    assert touched.index.tolist() == [5, 4, 3, 2, 1, 0]
    assert not find_touched(reports, after, after).any()


def test_rejected_texts_by_frequency():
    rows = [
        ("Ladan", "Viken", "avvisad", "platsen är okänd"),
        ("ladan ", "viken", "avvisad", "platsen är okänd"),
        ("Ladan", "Viken", "avvisad", "platsen är okänd"),
        ("Logen", None, "avvisad", "platsen är okänd"),
        ("Storg 1", "Viken", "adress", None),
        (None, "Viken", "avvisad", "text saknas"),
        (None, None, "skyddad", "skyddad brottstyp placeras aldrig"),
    ]
    columns = ["place_text", "place_locality", "geocode_method", "geocode_reason"]
    told = count_rejected_texts(pd.DataFrame(rows, columns=columns))
    assert told["n_rows"].tolist() == [3, 1]
    assert told.loc[0, ["text", "locality"]].tolist() == ["Ladan", "Viken"]
    assert told.loc[1, "locality"] == ""

import pytest

from lagesbild.errors import UsageError
from lagesbild.present.area_table import show_area_table
from tests.present import look
from tests.present.invented import NOTES, make_publication, make_row, make_table


def _table():
    seen = {"n_observations": 7, "n_observations_status": "shown"}
    gone = {"n_offences": None, "n_offences_status": "not_computed"}
    rows = [
        make_row(area_id="O00", **seen),
        make_row(area_id="O00", category="storning", **seen, **gone),
        make_row(area_id="O01", n_offences_status="suppressed"),
        make_row(area_id="*", n_offences=122),
    ]
    return make_table(rows, ["area_id", "category"])


def test_offences_and_observations_are_two_tables():
    tree = look.parse(show_area_table(_table()).page)
    captions = [caption.text for caption in tree.all("caption")]
    assert "Polisen: anmälda brott efter område" in captions[0]
    assert "Kommunen och andra: observationer efter område" in captions[1]
    heads = [[th.text for th in head.all("th")] for head in tree.all("thead")]
    assert heads == [["Område", "Skadegörelse"], ["Område", "Störningar och buller"]]
    for note in NOTES:
        assert all(note in caption for caption in captions)


def test_cells_keep_their_looks_and_only_shown_ones_their_value():
    tree = look.parse(show_area_table(_table(), observations=()).page)
    rows = [[c.text for c in row.parts] for row in tree.all("tbody")[0].all("tr")]
    assert rows == [["Alby", "visas inte"], ["Ängsbo", "61"], ["Hela kommunen", "122"]]
    values = [td.attrs.get("data-v") for td in tree.all("td")]
    assert values == [None, "61", "122"]


def test_an_area_without_a_cell_is_missing_and_not_zero():
    tree = look.parse(show_area_table(_table(), offences=()).page)
    assert [td.text for td in tree.all("td")] == [
        "uppgift saknas",
        "7",
        "uppgift saknas",
    ]


def test_categories_that_nobody_tells_are_left_out():
    page = show_area_table(make_publication().table("area_id", "category")).page
    assert "Bostadsinbrott" in page
    heads = look.parse(page).all("thead")[1].all("th")
    assert [th.text for th in heads] == [
        "Område",
        "Störningar och buller",
        "Trasig belysning",
        "Nedskräpning och dumpning",
    ]
    assert (
        show_area_table(_table(), offences=["ran"], observations=()).page.count(
            "<table"
        )
        == 0
    )


def test_other_dimensions_and_unknown_categories_are_refused():
    with pytest.raises(UsageError, match="område × typ"):
        show_area_table(make_table([], ["area_id"]))
    with pytest.raises(UsageError, match="stold"):
        show_area_table(_table(), offences=["stold"])

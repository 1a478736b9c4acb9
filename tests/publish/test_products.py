"""One table of products: who reads what, and what the pages are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.errors import PublishError, UsageError
from lagesbild.publish.products import (
    PRODUCTS,
    check_names,
    find_product,
    for_audience,
    page_name,
)
from lagesbild.workspace import AUDIENCES

SHEET = next(product for product in PRODUCTS if product.per_area)


def test_data_quality_is_for_the_house_alone():
    names = {a: [p.name for p in for_audience(a)] for a in AUDIENCES}
    assert "01_datakvalitet" in names["intern"]
    assert names["radet"] == names["offentlig"] == names["intern"][1:]


def test_a_product_is_found_with_or_without_its_number():
    assert find_product("andts").name == "04_andts"
    assert find_product("04_andts") is find_product("andts")
    with pytest.raises(UsageError, match="Sidan 'brott' finns inte"):
        find_product("brott")


def test_who_may_be_watched_has_a_way_out_and_a_tab_that_tells_nothing():
    found = [p for p in PRODUCTS if p.has_exit]
    assert [p.name for p in found] == ["05_vald_i_nara_relation"]
    assert found[0].tab_title == "Sida 05"
    assert PRODUCTS[1].tab_title == PRODUCTS[1].title


def test_a_sheet_takes_the_area_and_the_others_do_not():
    assert SHEET.parameters == ("workspace", "cycle", "audience", "area_id")
    assert PRODUCTS[1].parameters == ("workspace", "cycle", "audience")


def test_pages_are_named_as_their_notebooks():
    assert page_name(PRODUCTS[1]) == "02_lagesbild.html"
    assert page_name(SHEET, "EX01") == "03_omradesblad_EX01.html"


@given(st.text(min_size=1))
def test_no_area_id_makes_a_name_that_leaves_the_folder(area_id):
    name = page_name(SHEET, area_id)
    assert name.isascii()
    assert not set(name) & set('/\\:*?"<>| ')
    assert ".." not in name


@pytest.mark.parametrize("ids", [["A 1", "A/1"], ["a1", "A1"]])
def test_areas_that_would_share_a_page_are_refused(ids):
    with pytest.raises(PublishError, match="samma filnamn"):
        check_names(SHEET, ids)


def test_areas_that_differ_are_let_through():
    check_names(SHEET, ["A1", "A2", "B1"])

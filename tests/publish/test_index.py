"""The front page leads to every other page and tells no more than its audience may."""

import re

import pytest

from lagesbild.present import swedish
from lagesbild.publish import index, meeting, since
from lagesbild.publish.products import for_audience, page_name
from tests.present import invented
from tests.present.pages import EARLIER
from tests.publish.test_page import make_frame

SHEET = "03_omradesblad_{}.html"


def _render(
    audience="offentlig", threshold=5, earlier=(), before=None, **of_publication
):
    publication = invented.make_publication(audience=audience, **of_publication)
    html = index.render(
        publication,
        make_frame(audience=audience),
        areas=invented.make_areas(),
        base_map=None,
        products=for_audience(audience),
        threshold=threshold,
        earlier=list(earlier),
        last_release=before,
    )
    return html, publication


@pytest.fixture(scope="module")
def public():
    """The public front page, and what it was made from."""
    return _render()


def test_every_area_leads_to_its_sheet_from_the_list_and_from_the_map(public):
    html, publication = public
    listed = re.search(r'<ul class="areas" id="omraden">(.*?)</ul>', html, re.DOTALL)[1]
    for row in publication.areas_listed.to_dict("records"):
        file = SHEET.format(row["area_id"])
        assert f'<a href="{file}">{row["name"]}</a>' in listed
    drawn = set(re.findall(r'href="(03_[^"]*)"', html.replace(listed, "")))
    assert drawn == {SHEET.format(id) for id in publication.areas_listed["area_id"]}


def test_areas_stand_in_swedish_order(public):
    listed = re.search(r'id="omraden">(.*?)</ul>', public[0], re.DOTALL)[1]
    names = re.findall(r">([^<]+)</a>", listed)
    assert names == sorted(names, key=swedish.sort_key)
    assert names[-3:] == ["Åsen", "Ängsbo", "Östanbäck"]


@pytest.mark.parametrize("audience", ["intern", "radet", "offentlig"])
def test_the_products_of_the_audience_and_no_others_are_listed(audience):
    html, _ = _render(audience)
    for product in for_audience(audience):
        assert product.title in html
        if not product.per_area:
            assert f'<a href="{page_name(product)}">{product.title}</a>' in html
    assert ("01_datakvalitet" in html) == (audience == "intern")


def test_words_on_small_counts_follow_the_audiences_threshold(public):
    assert "Antal från 1 till 4 visas aldrig." in public[0]
    assert "Antal från 1 till 9 visas aldrig." in _render(threshold=10)[0]
    internal, _ = _render("intern", threshold=1)
    assert "visas aldrig" not in internal
    assert "får inte lämna huset" in internal


def test_with_a_short_history_no_change_is_claimed():
    html, _ = _render(n_quarters=2)
    brief = re.search(r'<ul class="brief">(.*?)</ul>', html, re.DOTALL)[1]
    assert not re.search("ökar|minskar|Fler|Färre|upptäckt", brief)
    assert "för kort historik" in brief


def test_the_same_publication_gives_the_same_bytes(public):
    assert _render()[0] == public[0]


def test_earlier_quarters_and_what_has_changed_since_are_told():
    before = invented.make_earlier(invented.make_publication())
    link = since.Earlier("2026-K2", "Fastställd den 24 augusti 2026", EARLIER)
    html, _ = _render(earlier=[link], before=before)
    assert f'<a href="{EARLIER}">2026-K2</a> Fastställd den 24 augusti 2026' in html
    changed = html.split("Ändrat sedan 2026-K2</h2>")[1]
    assert "Ett antal för tidigare kvartal är rättat, med 2." in changed


def test_before_the_first_release_there_is_nothing_to_look_back_at(public):
    assert "Ändrat sedan" not in public[0]
    assert "Tidigare kvartal" not in public[0]


def test_the_meeting_in_one_file_is_for_the_council_alone(public):
    assert f'"{meeting.FILE}"' not in public[0]
    assert f'<a href="{meeting.FILE}">Underlag till rådet</a>' in _render("radet")[0]

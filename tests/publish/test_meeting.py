"""The meeting's file stands alone: no script, no sibling, one head, ids of its own."""

import re

import pytest

from lagesbild.errors import PublishError
from lagesbild.publish import meeting
from lagesbild.publish.checks import check_page
from tests.present import invented, pages

MOST_BYTES = 350_000


@pytest.fixture(scope="module")
def made():
    """All pages of the council, with 28 areas."""
    n_areas = len(invented.NAMES)
    return pages.build(invented.make_publication(audience="radet", n_areas=n_areas))


def test_it_holds_the_meetings_pages_and_is_small_enough_to_mail(made):
    html = made[meeting.FILE]
    assert [at for at, _ in meeting.parts().values()] == ["m09", "m02", "m07", "m08"]
    assert len(html.encode("utf-8")) < MOST_BYTES
    page = made["02_lagesbild.html"].split("<main")[1].split("</main>")[0]
    # open data are siblings of the pages, which the file does without
    words = _words(re.sub(r'<p class="csv">.*?</p>', "", page))
    assert words[words.index(">") + 1 :].strip() in _words(html)


def _words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


def test_it_needs_no_script_and_no_sibling(made):
    html = made[meeting.FILE]
    assert "<script" not in html
    assert "script-src" not in html
    assert not re.search(r'href="[^"]*\.html', html)
    assert '<svg class="karta"' in html


def test_it_keeps_the_rules_of_every_page_and_names_its_regions_apart(made):
    html = made[meeting.FILE]
    check_page(html, where=meeting.FILE)
    article = html.split('<article class="part"')[2]  # the picture's
    assert not re.search(r"<(section|aside)[^>]* aria-labelledby", article)
    assert re.search(r'role="region"[^>]* aria-labelledby="m02-\S+ m02"', article)
    ids = set(re.findall(r' id="([^"]+)"', article))
    assert all(id == "m02" or id.startswith("m02-") for id in ids)


def test_links_and_drawings_follow_their_ids(monkeypatch):
    told = {"02_a.html": ("m02", "Läge"), "08_b.html": ("m08", "Löften")}
    monkeypatch.setattr(meeting, "parts", lambda: told)
    body = meeting._part(
        '<main id="innehall"><div class="top"><h1>Läget</h1></div><h2 id="a">x</h2>'
        '<a href="#a">1</a><a href="08_b.html">2</a><a href="08_b.html#c">3</a>'
        '<a href="03_omrade.html">4</a><a href="https://x.example/#y">5</a>'
        '<svg><g id="g" fill="url(#g)"/><path fill="url(#p-hid)"/></svg>'
        "<script>x()</script></main>",
        "02_a.html",
        told,
    )
    assert re.findall(r"<a( [^>]*|)>", body) == [
        ' href="#m02-a"',
        ' href="#m08"',
        ' href="#m08-c"',
        "",
        ' href="https://x.example/#y"',
    ]
    assert 'id="m02-g" fill="url(#m02-g)"' in body
    assert "url(#p-hid)" in body
    assert '<h2 id="m02">Läget</h2>' in body
    assert '<h3 id="m02-a">' in body
    assert "<script" not in body


def test_a_page_without_a_body_is_refused():
    with pytest.raises(PublishError, match=r"02_lagesbild\.html har ingen sida"):
        meeting._part("<p>x</p>", "02_lagesbild.html", meeting.parts())

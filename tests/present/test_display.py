import pytest
from markupsafe import Markup

from lagesbild.present.display import PAGE_MIME, PAGES_ONLY, Shown
from tests.present import pages
from tests.present.invented import make_areas, make_publication

PUBLICATION = make_publication()


def _everything():
    from lagesbild import present

    table = PUBLICATION.table
    return [
        present.show_heading(PUBLICATION),
        present.show_summary(PUBLICATION),
        present.show_map(table("area_id", category="skadegorelse"), make_areas()),
        present.show_table(table("category")),
        present.show_area_table(table("area_id", "category")),
        present.show_trend(table("period")),
        present.show_quality(PUBLICATION, "quarantine"),
        present.show_about(PUBLICATION),
    ]


@pytest.mark.parametrize("number", range(8))
def test_jupyterlab_gets_html_and_the_page_its_fragment(number, monkeypatch):
    monkeypatch.delenv(PAGES_ONLY, raising=False)
    shown = _everything()[number]
    bundle = shown._repr_mimebundle_()
    assert bundle[PAGE_MIME] == str(shown.page)
    assert bundle["text/plain"] == shown.text == repr(shown)
    assert "<style>" in bundle["text/html"]


def test_in_the_batch_nothing_live_is_drawn(monkeypatch):
    monkeypatch.setenv(PAGES_ONLY, "1")
    shown = Shown(Markup("<p>a</p>"), "a", live=lambda: pytest.fail("drawn"))
    assert set(shown._repr_mimebundle_()) == {PAGE_MIME, "text/plain"}


def test_charts_and_maps_are_live_in_jupyterlab_alone(monkeypatch):
    monkeypatch.setenv(PAGES_ONLY, "1")
    quiet = [set(shown._repr_mimebundle_()) for shown in _everything()]
    assert quiet == [{PAGE_MIME, "text/plain"}] * 8
    monkeypatch.delenv(PAGES_ONLY)
    chart = _everything()[5]._repr_mimebundle_()
    assert "application/vnd.vegalite.v5+json" in chart


def test_all_names_of_the_room_can_be_loaded():
    from lagesbild import present

    for name in present.__all__:
        assert callable(getattr(present, name))
    with pytest.raises(AttributeError, match="show_nothing"):
        present.show_nothing  # noqa: B018


def test_every_page_kind_keeps_the_rules_of_pages_and_its_size():
    """``page.render`` stops a page that breaks a rule every page keeps."""
    publication = make_publication(threshold=1, audience="intern")
    made = pages.build(publication)
    assert {name[:2] for name in made if name[0] == "0"} >= {"01", "02", "03", "05"}
    assert {"index.html", "tillganglighet.html", "arshjul.html"} <= set(made)
    for name, html in made.items():
        has_map = name in ("index.html", "02_lagesbild.html")
        assert ("Leaflet 1.9.4" in html) == has_map
        assert len(html.encode("utf-8")) < (350_000 if has_map else 150_000)
        assert "Internt – kan innehålla personuppgifter" in html
    for html in pages.build(PUBLICATION).values():
        assert "Internt" not in html

from dataclasses import replace

import pytest

from lagesbild.errors import UsageError
from lagesbild.present.page_parts import show_about, show_heading, show_summary
from tests.present import look
from tests.present.invented import make_publication

PUBLICATION = make_publication()


def facts(publication):
    return [s.text for s in look.parse(show_heading(publication).page).all("span")]


def test_the_heading_says_what_when_status_and_how_fresh():
    tree = look.parse(show_heading(PUBLICATION).page)
    assert tree.all("h1")[0].text == "Brott och ordning juli–september 2026"
    assert tree.all("p", class_="kick")[0].text == "Gemensam lägesbild, 2026-K3"
    assert facts(PUBLICATION) == [
        "Utkast",
        "Preliminär. Kvartalet är öppet, så siffrorna kan ändras.",
        "Uppgifter till och med 12 oktober 2026",
        "Jämförs med juli–september 2025",
    ]


def test_a_released_page_is_not_called_preliminary():
    released = replace(PUBLICATION, status="Fastställd")
    assert facts(released)[0] == "Fastställd"
    assert "reliminär" not in show_heading(released).page
    assert "utkast" not in show_about(released).page


def test_a_draft_of_a_closed_quarter_is_not_called_preliminary():
    closed = replace(PUBLICATION, meta=PUBLICATION.meta | {"is_closed": True})
    assert "stängt, så antalen ändras inte mer" in facts(closed)[1]
    assert "reliminär" not in show_heading(closed).page + show_about(closed).page
    assert "Kvartalet är stängt" in show_about(closed).page
    assert "kvartalet är öppet" in show_about(PUBLICATION).page


def test_without_history_nothing_is_said_to_be_compared():
    short = make_publication(n_quarters=2)
    assert "Jämförs" not in show_heading(short).page
    # a page of something else than counts compares nothing
    assert "Jämförs" not in show_heading(PUBLICATION, title="Datakvalitet").page
    assert "mot samma kvartal" not in show_summary(short).page


def test_an_areas_heading_says_which_and_what_kind():
    tree = look.parse(show_heading(PUBLICATION, "O05").page)
    assert tree.all("h1")[0].text == "Centrum juli–september 2026"
    assert tree.all("p", class_="kick")[0].text == (
        "Gemensam lägesbild, 2026-K3. Centrumområde i Norra"
    )


def test_an_unknown_area_is_an_error():
    for show in (show_heading, show_summary):
        with pytest.raises(UsageError, match="areas_listed"):
            show(PUBLICATION, "O99")


def test_the_summary_says_of_where_when_and_against_what():
    told = look.parse(show_summary(PUBLICATION).page).all("p", class_="tag")[0].text
    assert told == (
        "Beräknat: hela kommunen, juli–september 2026, mot samma kvartal i fjol"
    )
    here = look.parse(show_summary(PUBLICATION, "O08").page)
    assert here.all("p", class_="tag")[0].text.startswith("Beräknat: Norrängen, ")


def test_the_summary_has_its_words_beside_every_mark():
    tree = look.parse(show_summary(PUBLICATION).page)
    for item in tree.all("li"):
        kind, sentence = (part.text for part in item.parts)
        assert kind.strip("▲▼ ")
        assert sentence.endswith(".")


def test_the_reader_is_told_how_to_read_what_the_page_has():
    guide = look.parse(show_summary(PUBLICATION).page).all("aside")[0].text
    assert "Så läser du sidan" in guide
    assert "Antalet är 1–4, eller döljs" in guide
    assert "Det betyder inte noll" in guide
    inside = make_publication(threshold=1, audience="intern")
    assert "Visas inte." not in show_summary(inside).page


def test_what_the_figures_rest_on_has_deliveries_and_notes_but_no_row_counts():
    inside = make_publication(threshold=1, audience="intern")
    for publication in (PUBLICATION, inside):
        page = show_about(publication).page
        assert look.table(page)[1:] == [
            ["Bostadsbolagets störningar", "Exempelbostäder", "5 oktober 2026"],
            ["Kommunens felanmälningar", "Exempelkommun", "2 oktober 2026"],
            ["Polisens anmälningar", "Polisen", "12 oktober 2026"],
            ["Räddningstjänstens insatser", "Räddningstjänsten", "saknas"],
        ]
        assert "980" not in page
        for note in publication.table("area_id").notes:
            assert note in page

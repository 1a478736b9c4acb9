"""The statement says what the law asks for, and presumes nothing."""

import re
from dataclasses import replace

import pytest

from lagesbild.accessibility import Accessibility
from lagesbild.publish import statement
from tests.present import invented
from tests.publish.test_page import make_frame

JUDGED = {
    "level": "delvis",
    "assessed_on": "2026-06-15",
    "updated_on": "2026-06-22",
    "method": "självskattning",
    "assessor": "webbfunktionen",
    "feedback_url": "https://exempelkommun.example/form?a=1&b=2",
    "shortcomings": ["Tabellen är svår att höra."],
}


def _words(told):
    publication = invented.make_publication()
    meta = publication.meta | ({} if told is None else {"accessibility": told})
    html = statement.render(replace(publication, meta=meta), make_frame())
    main = html.split("<main")[1].split("</main>")[0]
    return html, re.sub(r"\s+", " ", re.sub(r"<[^>]+>|\u00ad|&shy;", "", main))


@pytest.mark.parametrize(
    "part",
    [
        "Exempelkommun står bakom webbplatsen Gemensam lägesbild",  # who, and what
        "delvis förenlig med lagen",
        "Tabellen är svår att höra.",  # what is not accessible
        "Oskäligt betungande att rätta (12 §)",
        "Innehåll som lagen inte omfattar (9 §)",
        "Metod: självskattning",
        "Bedömd av: webbfunktionen",
        "Senaste bedömningen: 15 juni 2026",
        "Redogörelsen uppdaterad: 22 juni 2026",
        "lagen (2018:1937)",
        "WCAG 2.1, nivå AA",
    ],
)
def test_every_part_that_the_law_and_its_authority_ask_for_is_there(part):
    assert part in _words(JUDGED)[1]


def test_there_is_a_form_a_function_and_the_authority_to_turn_to():
    html, words = _words(JUDGED)
    assert 'href="https://exempelkommun.example/form?a=1&amp;b=2"' in html
    assert 'href="https://www.digg.se/tdosanmalan"' in html
    assert "Samordningen, a@exempelkommun.example" in words


@pytest.mark.parametrize(
    "told",
    [None, {}, *({**JUDGED, k: None} for k in ("assessed_on", "method", "assessor"))],
)
def test_what_is_not_judged_in_full_is_a_draft(told):
    words = _words(told)[1]
    assert "Utkast – ingen bedömning gjord" in words
    assert "förenlig med lagen," not in words
    assert not re.search("(Helt|Delvis|Inte) förenlig", words)


def test_nothing_is_a_default_and_all_that_is_missing_is_named():
    assert Accessibility().level is None
    needed = ["level", "assessed_on", "method", "assessor", "feedback_url"]
    assert Accessibility().missing == needed
    assert Accessibility.model_validate(JUDGED).missing == []


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "helt"},  # and yet a shortcoming
        {"shortcomings": []},
        {"level": "inte", "shortcomings": []},
        {"level": "nästan"},
        {"feedback_url": "a@exempelkommun.example"},
        {"updated_on": "2026-06-14"},
        {"assessor": ""},
        {"bedomd": "2026-06-15"},
    ],
)
def test_settings_that_contradict_themselves_are_refused(changes):
    with pytest.raises(ValueError):
        Accessibility.model_validate(JUDGED | changes)


def test_wholly_accessible_pages_have_no_shortcomings_to_tell():
    words = _words(JUDGED | {"level": "helt", "shortcomings": []})[1]
    assert "helt förenlig med lagen." in words
    assert "Vi känner inte till några brister." in words

"""The record of processing says what article 30 asks for, from the settings alone."""

import re

import pytest

from lagesbild.publish import processing
from lagesbild.publish.checks import check_page
from lagesbild.workspace import COLUMNS
from tests.present import invented, pages
from tests.publish.test_page import make_frame


def _words(*sources):
    told = {f"k{n}": source for n, source in enumerate(sources)}
    html = processing.render(
        told, invented.make_publication(audience="intern"), make_frame()
    )
    check_page(html, where="registret")
    main = html.split("<main")[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>|\u00ad|&shy;", "", main))


@pytest.mark.parametrize(
    "part",
    [
        "Personuppgiftsansvarig: Exempelnämnden",
        "Ändamål: påhittat ändamål",
        "Rättslig grund: påhittad grund",
        "Registrerade: den som har anmält",
        "Uppgifter: avsändarens ärendenummer, dag och tid och plats.",
        "artikel 10",
        "filen 6 månader från att den kom",
        "koordinater 36 månader och raden 84 månader",
        "Gallringsbeslut: PÅHITTAT 2026:1",
        "Konsekvensbedömning: 31 januari 2026",
        "Inga uppgifter förs till tredje land",
        "Disken ska vara krypterad",
        "Samordningen, a@exempelkommun.example",
    ],
)
def test_every_part_of_the_article_is_there(part):
    assert part in _words(pages.make_source())


def test_a_month_is_one_and_no_source_is_said():
    assert "filen 1 månad från" in _words(pages.make_source(retention_raw_months=1))
    assert "Ingen källa lämnar uppgifter rad för rad." in _words()


def test_every_column_that_a_delivery_may_tell_has_its_word():
    assert set(processing._FACTS) == set(COLUMNS)

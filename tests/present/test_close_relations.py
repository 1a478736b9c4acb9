"""The page on violence: help before any figure, whole years and nothing smaller."""

from dataclasses import replace
from datetime import date

import pandas as pd

from lagesbild.offences import category_names
from lagesbild.present.close_relations import show_violence
from lagesbild.present.help_box import show_help
from tests.present import look
from tests.present.invented import HELP, make_publication

PUBLICATION = make_publication()


def with_help(**changes):
    return replace(PUBLICATION, meta=PUBLICATION.meta | {"help": HELP | changes})


def test_112_is_first_and_every_number_can_be_dialled():
    tree = look.parse(show_help(PUBLICATION).page)
    links = [(a.attrs["href"], a.text) for a in tree.all("a")]
    assert links == [
        ("tel:112", "112"),
        ("tel:0846500404", "08-465 004 04"),
        ("tel:0846500405", "08-465 004 05"),
    ]
    assert "senast den 10 juni 2026." in tree.text
    assert "12 månader" not in tree.text


def test_old_unchecked_and_missing_numbers_are_told():
    day = PUBLICATION.data_until
    limit = date(day.year - 1, day.month, day.day)
    told = [
        show_help(with_help(checked_on=str(checked))).page
        for checked in (limit, limit.replace(day=limit.day - 1))
    ]
    assert ["mer än 12 månader sedan" in page for page in told] == [False, True]
    assert "Ingen har kontrollerat" in show_help(with_help(checked_on=None)).page
    none = show_help(replace(PUBLICATION, meta={})).page
    assert "inte fyllt i några nummer" in none and "tel:112" in none


def test_years_stand_newest_first_and_what_is_hidden_has_its_words():
    tree = look.parse(show_violence(PUBLICATION, "years").page)
    head, *rows = [
        [cell.text for cell in row.all() if cell.tag in ("th", "td")]
        for row in tree.all("tr")
    ]
    names = category_names()
    hidden = head.index(names["hedersrelaterat"])
    assert head[1] == names["nara_relation"]
    assert [row[0] for row in rows] == ["2025", "2024"]
    assert [row[hidden] for row in rows] == ["visas inte"] * 2
    assert rows[0][1] == "90"
    assert "1–9 visas inte" in tree.text


def test_without_a_closed_year_it_says_what_is_needed():
    none = pd.DataFrame(columns=PUBLICATION.protected_years.columns)
    told = show_violence(replace(PUBLICATION, protected_years=none), "years").page
    assert "<table" not in told and "fyra kvartal" in told

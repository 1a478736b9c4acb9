"""A number put where a hidden cell stands is found, by the words around it alone."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from lagesbild.publish.hidden_numbers import (
    FAULT,
    find_hidden_numbers,
    read_places,
)
from tests.present import invented, pages

KEYS = ["area_id", "category", "period"]
PAGES = ("02_lagesbild.html", "03_omradesblad_O08.html", "03_omradesblad_O05.html")


@pytest.fixture(scope="module")
def publication():
    return invented.make_publication(audience="offentlig")


@pytest.fixture(scope="module")
def made(publication):
    return pages.build(publication)


def as_frame(html, file, publication):
    told = pd.DataFrame(read_places(html, file, publication))
    return told.merge(publication.cells, on=KEYS, how="left", validate="m:1")


@pytest.mark.parametrize("file", PAGES)
def test_words_lead_to_the_very_cell_whose_number_is_shown(file, made, publication):
    told = as_frame(made[file], file, publication)
    n_checked = 0
    for count, rows in told.groupby("column"):
        if count not in told.columns:
            continue
        shown = rows[rows[f"{count}_status"] == "shown"]
        # a share is of two counts; an area of a map without a rate has no number
        shown = shown[shown["text"].str.contains(r"^[^%]*\d[^%]*$")]
        numbers = shown["text"].str.replace(r"\D", "", regex=True).astype(int)
        assert (numbers == shown[count]).all()
        n_checked += len(shown)
    assert n_checked >= 15
    assert find_hidden_numbers(made[file], file, publication) == []


@pytest.mark.parametrize("file", PAGES)
@pytest.mark.parametrize("lie", ["3", "1\u00a0234", "5,2", "12,8 % av kommunens"])
def test_a_number_in_any_hidden_place_of_a_table_is_found(file, lie, made, publication):
    html = made[file]
    hidden = list(re.finditer(r'<td class="n hid">visas inte</td>', html))
    assert len(hidden) >= 4
    for place in hidden:
        told = html[: place.start()] + f"<td>{lie}</td>" + html[place.end() :]
        assert find_hidden_numbers(told, file, publication) == [FAULT]


def test_a_verdict_of_a_hidden_change_is_found(made, publication):
    html = made["02_lagesbild.html"]
    hidden = '<td class="hid"><span class="v-no">visas inte</span></td>'
    assert hidden in html
    told = html.replace(hidden, "<td>ökar</td>", 1)
    assert find_hidden_numbers(told, "02_lagesbild.html", publication) == [FAULT]


def test_a_cell_that_the_audience_does_not_have_is_found(made, publication):
    narkotika = publication.cells["category"] == "narkotika"
    assert (publication.cells.loc[narkotika, "area_id"] == "*").all()
    table = (
        "<table><caption><span>Narkotikabrott efter område</span></caption><tr>"
        "<th>Område</th><th>Antal</th></tr><tr><th>Norrängen</th><td>{}</td></tr></table>"
    )
    assert find_hidden_numbers(table.format(40), "x.html", publication) == [FAULT]
    assert find_hidden_numbers(table.format("visas inte"), "x.html", publication) == []


def test_the_map_s_areas_are_read_and_each_hidden_one_is_guarded(made, publication):
    file = "02_lagesbild.html"
    places = [
        p for p in read_places(made[file], file, publication) if p.column == "rate"
    ]
    assert len({p.area_id for p in places}) >= len(publication.areas_listed)
    hidden = list(re.finditer(r'="([^"=]+): visas inte"', made[file]))
    assert hidden
    for place in hidden:
        lie = f'="{place[1]}: 4,2 per 1\u00a0000 invånare"'
        told = made[file][: place.start()] + lie + made[file][place.end() :]
        assert find_hidden_numbers(told, file, publication) == [FAULT]

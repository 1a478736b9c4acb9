"""The form is a valid XLSForm in Swedish that says first who asks and why."""

import io
import re

import openpyxl
import pandas as pd
import pytest
from pyxform.xls2xform import convert

from lagesbild.questionnaire.form import NO_NAMES, introduce, make_paper, make_xlsform
from lagesbild.questionnaire.questions import load_choices, load_questions
from lagesbild.workspace import QuestionnaireRules

AREAS = pd.DataFrame(
    {"area_id": ["A02", "A01", "A03"], "name": ["Ängby", "Viken & <b>", "Åsen"]}
)
RULES = QuestionnaireRules(
    purpose="påhittade Nyby väljer vad som ska göras",
    controller="Kommunstyrelsen i Nyby",
    retention_months=12,
)


@pytest.fixture(scope="module")
def content():
    return make_xlsform(AREAS, RULES, version="2026-K3")


def test_pyxform_converts_it_without_a_warning(content):
    warnings = []
    made = convert(io.BytesIO(content), warnings=warnings, file_type=".xlsx")
    assert warnings == [] and made.warnings == []
    for question in load_questions()["name"]:
        assert f'nodeset="/data/{question}"' in made.xform
    assert 'version="2026-K3"' in made.xform
    assert "Viken &amp; &lt;b&gt;" in made.xform


def test_the_first_thing_told_is_why_who_how_long_and_no_names(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, *rows = book["survey"].iter_rows(values_only=True)
    label = head.index("label::Svenska (sv)")
    notes = [row[label] for row in rows if row[0] == "note"]
    assert [row[0] for row in rows[: len(notes)]] == ["note"] * len(notes)
    told = " ".join(notes)
    for words in (RULES.purpose, RULES.controller, "12 månader", NO_NAMES, "112"):
        assert words in told


def test_areas_are_in_swedish_order_and_can_be_declined():
    own = load_choices(AREAS)
    own = own[own["list"] == "omraden"]
    assert own["label"].tolist()[:3] == ["Viken & <b>", "Åsen", "Ängby"]
    assert own["name"].tolist()[3:] == ["annat", "vill_inte"]


def test_every_list_of_a_question_has_choices_with_codes_that_pass_as_names():
    choices = load_choices(AREAS)
    asked = set(load_questions()["choices"]) - {""}
    assert asked == set(choices["list"])
    assert not choices.duplicated(["list", "name"]).any()
    assert not choices.duplicated(["list", "label"]).any()
    assert choices["name"].str.fullmatch(r"\w+").all()


def test_the_paper_asks_the_same_and_escapes_what_it_is_given():
    html = make_paper(AREAS, RULES)
    for words in (*load_questions()["label"], *introduce(RULES)):
        assert words in html
    assert "Viken &amp; &lt;b&gt;" in html and "<b>" not in html
    assert '<html lang="sv">' in html and not re.search(r"src=|href=|https?:", html)


def test_the_same_form_twice_asks_the_same(content):
    again = make_xlsform(AREAS, RULES, version="2026-K3")
    one, other = (
        [list(s.values) for s in openpyxl.load_workbook(io.BytesIO(c))]
        for c in (content, again)
    )
    assert one == other

"""A cell is shown by a spreadsheet and never run."""

import openpyxl
import pandas as pd
import pytest

from lagesbild.spreadsheet import keep_as_text, safe_cell, safe_table


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        " =1+1",
        "\t=1",
        "\r1",
        "\nx",
        "＝1+1",
        "＠x",
        "+1;=1",
    ],
)
def test_what_could_be_a_formula_has_an_apostrophe_before_it(text):
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(safe_cell(text)) == safe_cell(text)


@pytest.mark.parametrize(
    "text", ["", "-", "-12", "+46", "-1,5", "a=b", "Ågatan 1", "1-2"]
)
def test_words_and_numbers_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_a_table_is_made_safe_with_its_headings_and_keeps_its_numbers():
    table = pd.DataFrame({"=a": ["=1", "b", None], "n": [-1, 2, 3]})
    told = safe_table(table)
    assert told.columns.tolist() == ["'=a", "n"]
    assert told["'=a"].tolist()[:2] == ["'=1", "b"] and told["n"].tolist() == [-1, 2, 3]
    assert table.columns[0] == "=a"


def test_a_workbook_has_no_formula():
    book = openpyxl.Workbook()
    book.active.append(["=1+1", "a", 2])
    keep_as_text(book)
    assert [cell.data_type for cell in book.active[1]] == ["s", "s", "n"]
    assert book.active["A1"].value == "=1+1"

"""The workbooks that are handed out: they load, they help, and nobody is named."""

import openpyxl
import pytest

from lagesbild.agreement.registers import read_all
from lagesbild.agreement.tables import REGISTERS
from lagesbild.agreement.templates import (
    INSTRUCTIONS,
    LISTS,
    load_published,
    write_template,
    write_templates,
)
from lagesbild.protect.texts import list_withheld

AREAS = {"A01": "Ängby", "A02": "Norrängen"}


@pytest.fixture(scope="module")
def sandviken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("register")
    write_templates(folder, areas=AREAS, rows=load_published("2181"))
    return folder


def test_every_column_is_explained_and_words_are_chosen_from_a_list(sandviken):
    for register in REGISTERS.values():
        book = openpyxl.load_workbook(sandviken / f"{register.file}.xlsx")
        assert book.sheetnames == [INSTRUCTIONS, "Register", LISTS]
        told = {row[0].value for row in book[INSTRUCTIONS].iter_rows()}
        assert set(register.headings) <= told
        page = book["Register"]
        assert [cell.value for cell in page[1]] == register.headings
        checks = page.data_validations.dataValidation
        listed = {str(c.sqref).split("2:")[0] for c in checks if c.type == "list"}
        chosen = {
            cell.column_letter
            for cell, column in zip(page[1], register.columns, strict=True)
            if column.kind in ("word", "area", "category")
        }
        assert listed == chosen
        assert book.properties.title == register.title


def test_what_a_list_offers_is_what_the_reader_takes(sandviken):
    book = openpyxl.load_workbook(sandviken / "atgarder.xlsx")
    lists = book[LISTS]
    told = {lists.cell(1, n).value: n for n in range(1, lists.max_column + 1)}
    offered = [
        lists.cell(row, told["omrade_id"]).value for row in range(2, lists.max_row + 1)
    ]
    assert [area for area in offered if area] == list(AREAS)


def test_what_sandviken_has_published_is_filled_in(sandviken):
    got = read_all(sandviken)
    groups = got["groups"].set_index("group")
    assert groups.loc["andts", "convener"] == "ANDTS-strateg"
    assert groups.loc["andts", "contact"] == "Preventionsstrateg"
    assert (groups["kind"] == "arbetsgrupp").sum() == 3
    promises = got["promises"]
    assert promises.groupby("promise_id").size().to_dict() == {
        "2020-2021": 4,
        "2022-2023": 4,
    }
    assert promises["indicator"].isna().all()
    for key in ("groups", "promises"):
        assert list_withheld(got[key], REGISTERS[key]) == []
    assert all(got[key].empty for key in set(got) - {"groups", "promises"})


def test_nobody_else_gets_rows_and_a_register_is_never_written_over(tmp_path):
    assert load_published("0114") == {}
    write_templates(tmp_path)
    file = tmp_path / "grupper.xlsx"
    file.write_bytes(b"mine")
    write_templates(tmp_path, rows=load_published("2181"))
    assert file.read_bytes() == b"mine"


def test_the_same_rows_give_the_same_bytes(tmp_path):
    rows = load_published("2181")["promises"]
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, REGISTERS["promises"], areas=AREAS, rows=rows)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()

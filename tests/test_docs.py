"""What a reader is told is there, and what is there is told."""

import ast
import csv
import inspect
import re
import tomllib
from pathlib import Path
from typing import Literal, get_args, get_origin
from urllib.parse import unquote

import pytest
from pydantic import BaseModel

from lagesbild import (
    accessibility,
    audiences,
    cli,
    contracts,
    errors,
    help_lines,
    limits,
    object_store,
    workspace,
)
from lagesbild.read import reference

PROJECT = Path(__file__).resolve().parents[1]
HANDBOOK = (PROJECT / "docs" / "handbok.md").read_text("utf-8")
GLOSSARY = (PROJECT / "GLOSSARY.md").read_text("utf-8")
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
SHARED_OPTIONS = {"--workspace", "-w", "--json", "--debug", "--help"}
SETTINGS = {
    "`[municipality]`": workspace.Municipality,
    "`[contact]`": workspace.Contact,
    "`[help]`": help_lines.Help,
    "`[[help.lines]]`": help_lines.Line,
    "`[accessibility]`": accessibility.Accessibility,
    "`[open_data]`": workspace.OpenData,
    "`[audiences]`": workspace.Audiences,
    "`[measure]`": workspace.MeasureRules,
    "`[link]`": workspace.LinkRules,
    "`[limits]`": limits.Limits,
    "`[questionnaire]`": workspace.QuestionnaireRules,
    "`[statistics]`": workspace.StatisticsRules,
    "`[store]`": object_store.StoreSettings,
    "`[sources.<namn>]`": workspace.Source,
    "`[[sources.<namn>.layouts]]`": workspace.Layout,
    "`[sources.<namn>.governance]`": workspace.Governance,
}


def section(text, heading):
    """What stands under the heading that begins so, down to the next of its level."""
    begin = re.search(rf"^(#+) {re.escape(heading)}.*$", text, re.MULTILINE)
    assert begin, f"no heading '{heading}'"
    rest = text[begin.end() :]
    end = re.search(rf"^#{{1,{len(begin[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def first_cells(text):
    """The words in backticks of the first cell of every row of its tables."""
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in re.findall("`([^`]+)`", row.split("|")[1])]


# --- commands ---------------------------------------------------------------------


def test_every_command_has_its_section_and_no_other_has():
    told = re.findall(r"^### `lagesbild (\w+)`", HANDBOOK, re.MULTILINE)
    assert sorted(told) == sorted(cli.commands.commands)


@pytest.mark.parametrize("name", sorted(cli.commands.commands))
def test_every_option_is_told_and_no_other(name):
    command = cli.commands.commands[name]
    options = {word for p in command.params for word in p.opts if word[0] == "-"}
    told = first_cells(section(HANDBOOK, f"`lagesbild {name}`"))
    assert set(told) == options - SHARED_OPTIONS


def test_shared_options_are_told():
    told = first_cells(section(HANDBOOK, "Kommandona").split("###")[0])
    # of the program alone: a command may have a version of something else
    assert set(told) == {*SHARED_OPTIONS, "--version"}


# --- settings ---------------------------------------------------------------------


@pytest.mark.parametrize(("heading", "model"), SETTINGS.items(), ids=str)
def test_every_setting_is_told_and_no_other(heading, model):
    table = section(HANDBOOK, heading).split("Våra namn i")[0]
    inner = set(audiences.Audience.model_fields)
    inner = inner if model is workspace.Audiences else set()
    assert set(first_cells(table)) == set(model.model_fields) | inner


def test_no_part_of_the_settings_is_forgotten():
    def inside(model):
        found = {model}
        for field in model.model_fields.values():
            told = str(field.annotation)
            for module, kind in re.findall(
                r"(workspace|audiences|accessibility|help_lines|limits|object_store)"
                r"\.(\w+)",
                told,
            ):
                found |= inside(getattr(globals()[module], kind))
        return found

    told = {*SETTINGS.values(), workspace.Settings}
    told |= {audiences.Audience, audiences.CategoryRule}
    assert inside(workspace.Settings) == told


@pytest.mark.parametrize("model", SETTINGS.values())
def test_every_word_that_a_setting_may_hold_is_told(model: type[BaseModel]):
    for name, field in model.model_fields.items():
        words = [
            word
            for part in (field.annotation, *get_args(field.annotation))
            if get_origin(part) is Literal
            for word in get_args(part)
        ]
        for word in words:
            if word.isalpha():
                assert f'"{word}"' in HANDBOOK, f"{name} may be {word}"


def test_our_names_of_columns_are_told_and_no_other():
    under = section(HANDBOOK, "`[[sources.<namn>.layouts]]`")
    told = first_cells(under.split("Våra namn i")[1])
    assert sorted(told) == sorted(workspace.COLUMNS)


def test_the_example_of_a_source_keeps_the_form_of_the_settings():
    example = re.search(r"```toml\n(.*?)```", HANDBOOK, re.DOTALL)[1]
    head = '[municipality]\ncode = "9999"\nname = "Nyby"\ncounty = "Nyby län"\n'
    head += '[contact]\nfunction = "Samordning"\nemail = "a@nyby.example"\n'
    filled = example.replace('"…"', '"påhittat"')
    settings = workspace.Settings.model_validate(tomllib.loads(head + filled))
    leaves = {row["category"] for row in categories()}
    assert set(settings.sources["parkering"].types.values()) <= leaves


def test_reference_files_and_their_headings_are_told():
    told = section(HANDBOOK, "Lägg upp din kommun")
    names = [v for k, v in vars(reference).items() if k.endswith("_FILE")]
    assert names
    for name in names:
        assert f"| `{name}` |" in told
    for headings in contracts.HEADINGS.values():
        for heading in headings:
            assert f"`{heading}`" in told


# --- errors -----------------------------------------------------------------------


def classes_of_errors():
    return {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.LagesbildError)
    }


def test_every_kind_of_error_is_told_with_its_exit_code():
    rows = re.findall(r"^\| `(\w+Error)` \| (\d) \|", HANDBOOK, re.MULTILINE)
    assert {name: int(code) for name, code in rows} == classes_of_errors()


def test_every_reason_for_quarantine_is_told():
    codes = set()
    for file in (PROJECT / "lagesbild" / "clean").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault":
                codes.add(node.args[2].value)
    assert len(codes) > 10
    told = first_cells(section(HANDBOOK, "Varför en rad hamnar i karantän"))
    assert set(told) == codes


# --- words ------------------------------------------------------------------------


def categories():
    with (PROJECT / "lagesbild" / "categories.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", sorted(contracts._TABLES))
def test_every_column_has_its_swedish_word(table):
    told = first_cells(section(GLOSSARY, "Columns"))
    assert [name for name in contracts.columns(table) if name not in told] == []


def test_no_column_is_told_that_is_not_there():
    told = first_cells(section(GLOSSARY, "Columns").split("Of a publication")[0])
    known = {name for table in contracts._TABLES for name in contracts.columns(table)}
    assert len(told) == len(set(told))
    assert set(told) - known <= {"n_reports", "n_observations", "n_events"}


def test_categories_stand_in_the_glossary_as_in_the_code():
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| (.+?) \(`(\w+)`\) \|$",
        section(GLOSSARY, "Kategorier"),
        re.MULTILINE,
    )
    wanted = [
        (r["category"], r["name"], r["group_name"], r["group"]) for r in categories()
    ]
    assert rows == wanted


def test_ways_of_finding_a_place_are_told():
    told = first_cells(section(GLOSSARY, "Geocoding"))
    assert told == list(contracts.GEOCODE_METHODS)


# --- links ------------------------------------------------------------------------


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def anchors(file):
    """Headings as the forges name them in links."""
    text = without_code(file.read_text("utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in plain}


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_links_lead_somewhere(file):
    text = without_code(file.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (file.parent / path).resolve() if path else file
        assert there.exists(), f"{file.name}: {target}"
        if anchor:
            assert anchor in anchors(there), f"{file.name}: {target}"


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_files_that_are_named_are_there(file):
    named = re.findall(
        r"`((?:lagesbild|tests|docs|notebooks|\.ci)/[\w./-]*\w/?)`",
        file.read_text("utf-8"),
    )
    assert [name for name in named if not (PROJECT / name).exists()] == []


def test_every_document_can_be_reached_from_the_readme():
    text = (PROJECT / "README.md").read_text("utf-8")
    for file in DOCUMENTS:
        if file.name != "README.md":
            assert f"]({file.relative_to(PROJECT).as_posix()}" in text

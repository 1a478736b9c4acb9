"""The order of the rooms is held, and nothing heavy is loaded before it is needed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
HEAVY = ("pandas", "geopandas", "numpy", "scipy", "altair", "folium", "deltalake")


def lint(folder):
    program = (
        "import sys; from importlinter.cli import lint_imports;"
        " sys.exit(lint_imports(cache_dir=None))"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=None,
    )


def test_rooms_import_only_what_lies_below_them():
    told = lint(PROJECT)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("measure/rates.py", "from lagesbild import store"),
        ("present/tables.py", "from lagesbild.read import reference"),
        ("clean/times.py", "import deltalake"),
        ("measure/rates.py", "import folium"),
        ("ingest.py", "import papermill"),
        ("read/header.py", "from lagesbild import ingest"),
        ("new_room.py", "X = 1"),
    ],
)
def test_an_import_against_the_order_is_found(tmp_path, module, line):
    shutil.copytree(
        PROJECT / "lagesbild",
        tmp_path / "lagesbild",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    with (tmp_path / "lagesbild" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    told = lint(tmp_path)
    assert told.returncode == 1, told.stdout


def test_importing_lagesbild_loads_nothing_heavy():
    program = f"import sys, lagesbild; print([m for m in {HEAVY} if m in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True
    )
    assert told.stdout.strip() == "[]", told.stderr


def test_the_grammar_that_jsonschema_brings_is_compiled_when_asked_for():
    program = """
import sys, lagesbild, altair, nbformat
from jsonschema import Draft202012Validator, FormatChecker
before = "lark" in sys.modules
checker = Draft202012Validator({"format": "iri"}, format_checker=FormatChecker())
told = [checker.is_valid(text) for text in ("https://a.example/å", "a b", "x:å")]
print(before, *told, "lark" in sys.modules)
"""
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True
    )
    assert told.stdout.split() == ["False", "True", "False", "True", "True"], (
        told.stderr
    )

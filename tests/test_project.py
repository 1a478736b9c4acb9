"""The project around the code holds together: lock, tree, size, names."""

import ast
import fnmatch
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import lagesbild
from lagesbild import doctor

PROJECT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
LOCK = (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
PYTHONS = ("3.11", "3.12", "3.13")
# spelt apart: this file is itself one of those that are searched
HOSTS = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npmjs" + ".org",
    "ana" + "conda.org",
)
HOSTS += ("debian" + ".org", "files" + ".pythonhosted")
MOST_LINES = 400
MOST_BYTES = 500_000


@cache
def tracked():
    """Files of the repository; skips where there is none to ask."""
    try:
        told = subprocess.run(
            ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git ls-files fails here: only a checkout knows what is tracked")
    names = told.stdout.decode("utf-8").split("\0")
    return [PROJECT / name for name in names if name and (PROJECT / name).is_file()]


def as_text(file):
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def dependencies():
    declared = PYPROJECT["project"]["dependencies"]
    return declared + PYPROJECT["project"]["optional-dependencies"]["test"]


def modules():
    return sorted((PROJECT / "lagesbild").rglob("*.py"))


# --- one lock ---------------------------------------------------------------------


def test_every_line_of_the_lock_is_one_exact_version():
    for line in LOCK:
        pin = Requirement(line)
        assert pin.url is None
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), line


def test_lock_is_sorted_and_gives_one_version_a_python():
    names = [canonicalize_name(Requirement(line).name) for line in LOCK]
    assert names == sorted(names)
    for python in PYTHONS:
        here = {"python_version": python, "python_full_version": f"{python}.7"}
        chosen = [
            Requirement(line).name
            for line in LOCK
            if Requirement(line).marker is None
            or Requirement(line).marker.evaluate(here)
        ]
        assert len(chosen) == len(set(chosen))


@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_pinned_in_the_lock(python):
    here = {"python_version": python, "python_full_version": f"{python}.7"}
    pins = [Requirement(line) for line in LOCK]
    pins = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(here)]
    pinned = {canonicalize_name(pin.name): pin.specifier for pin in pins}
    for wanted in map(Requirement, dependencies()):
        version = str(pinned[canonicalize_name(wanted.name)]).removeprefix("==")
        assert version in wanted.specifier


def test_conda_gets_python_and_pip_and_the_same_lock():
    told = yaml.safe_load((PROJECT / "environment.yml").read_text("utf-8"))
    python, pip, by_pip = told["dependencies"]
    assert pip == "pip"
    assert by_pip == {"pip": ["-c requirements.txt", "-e ."]}
    name, _, version = python.partition("=")
    assert name == "python"
    assert version in SpecifierSet(PYPROJECT["project"]["requires-python"])


def test_pythons_agree_wherever_they_are_named():
    wanted = SpecifierSet(PYPROJECT["project"]["requires-python"])
    first, beyond = (".".join(map(str, version)) for version in doctor.PYTHON)
    assert str(wanted) == str(SpecifierSet(f">={first},<{beyond}"))
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    low, high = (f"({version.replace('.', ', ')})" for version in (first, beyond))
    assert f"{low} <= sys.version_info[:2] < {high}" in makefile
    assert set(PYTHONS) == {f"3.{n}" for n in range(20) if f"3.{n}" in wanted}


# --- commands ---------------------------------------------------------------------


def test_make_and_ci_let_python_write_bytecode():
    assert "unexport PYTHONDONTWRITEBYTECODE" in (PROJECT / "Makefile").read_text()
    ci = (PROJECT / ".ci" / "run").read_text("utf-8")
    assert "unset PYTHONDONTWRITEBYTECODE" in ci


def test_ci_demands_a_browser_and_runs_the_readmes_test_command():
    ci = (PROJECT / ".ci" / "run").read_text("utf-8")
    assert "export LAGESBILD_REQUIRE_BROWSER=1" in ci
    assert ci.rstrip().endswith("\nmake test")
    assert "make test" in (PROJECT / "README.md").read_text("utf-8")


def test_demo_needs_nothing_but_what_running_needs():
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    told = makefile.split("$(RUNNING): ")[1].split("\n\n")[0]
    assert "-c requirements.txt" in told
    assert "-r requirements.txt" not in told


# --- tree -------------------------------------------------------------------------


def test_no_file_names_a_registry_or_this_machine():
    found = []
    here = (str(PROJECT), str(PROJECT.parent / "shared"), sys.prefix)
    for file in tracked():
        text = as_text(file)
        if text is None:
            continue
        found += [(file.name, host) for host in HOSTS if host in text]
        found += [(file.name, path) for path in here if path in text]
    assert found == []


def test_no_file_is_large():
    assert [f.name for f in tracked() if f.stat().st_size > MOST_BYTES] == []


def test_generated_things_and_workspaces_are_never_committed():
    made = [
        ".venv/bin/python",
        "data/nyby/kommun.toml",
        "data/exempelkommun/lager/tabeller/reports/1.parquet",
        "outputs/nyby/2026-K3/intern/02_lagesbild.html",
        "lagesbild/__pycache__/errors.pyc",
        "notebooks/.ipynb_checkpoints/02_lagesbild.ipynb",
        "lagesbild.egg-info/PKG-INFO",
        ".hypothesis/examples",
        ".grimp_cache/a.json",
    ]
    tracked()  # skips outside a checkout
    told = subprocess.run(
        ["git", "check-ignore", "--no-index", *made],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines() == made
    kept = {"data/.gitkeep", "outputs/.gitkeep"}
    inside = [f.relative_to(PROJECT).as_posix() for f in tracked()]
    assert {f for f in inside if f.startswith(("data/", "outputs/"))} == kept


def test_every_file_of_the_package_is_installed_with_it():
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]
    left_out = []
    for file in tracked():
        inside = file.relative_to(PROJECT)
        if inside.parts[0] != "lagesbild":
            continue
        home = file.parent
        while not (home / "__init__.py").exists():
            home = home.parent
        if file.suffix == ".py":
            assert home == file.parent, f"{inside} lies in no package"
            continue
        package = ".".join(home.relative_to(PROJECT).parts)
        name = file.relative_to(home).as_posix()
        wanted = patterns.get("*", []) + patterns.get(package, [])
        if not any(fnmatch.fnmatch(name, p) for p in wanted) and file.suffix != ".po":
            left_out.append(str(inside))
    assert left_out == []


# --- code -------------------------------------------------------------------------


@pytest.mark.parametrize("module", modules(), ids=lambda file: file.stem)
def test_module_is_short_and_opens_with_what_comes_in_and_goes_out(module):
    text = module.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_the_notebooks_words_fit_on_one_screen_and_are_all_there():
    assert len(lagesbild.__all__) <= 30
    assert [n for n in lagesbild.__all__ if getattr(lagesbild, n, None) is None] == []
    rooms = {file.stem for file in (PROJECT / "lagesbild").iterdir()}
    assert not rooms & set(lagesbild.__all__)


def test_a_word_that_is_not_there_says_so():
    with pytest.raises(AttributeError, match="no attribute 'show_everything'"):
        lagesbild.show_everything  # noqa: B018

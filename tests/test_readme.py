"""The README keeps its word: the snippet runs and the commands are there."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from lagesbild import cli
from lagesbild.present.display import PAGE_MIME

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def demo_project(ingested_demo, tmp_path, monkeypatch):
    """A folder that looks like the project after ``make demo``."""
    shutil.copytree(ingested_demo.root, tmp_path / "data" / "exempelkommun")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.delenv("LAGESBILD_WORKSPACE", raising=False)


@pytest.mark.demo
def test_snippet_runs_as_it_stands(demo_project):
    (snippet,) = blocks("python")
    assert len(snippet.strip().splitlines()) == 4
    *before, last = ast.parse(snippet).body
    names = {}
    exec(compile(ast.Module(before, []), "README.md", "exec"), names)
    shown = eval(compile(ast.Expression(last.value), "README.md", "eval"), names)
    told = shown._repr_mimebundle_()
    assert "Utan område" in told[PAGE_MIME]
    assert "<svg" in told[PAGE_MIME]
    assert "L.map" in told["text/html"]  # in a notebook the map pans


def test_first_screen_says_what_it_is_shows_a_page_and_gives_two_commands():
    screen = README.split("## Set-up")[0]
    assert len(screen.splitlines()) <= 40
    assert re.search(r"!\[[^\]]*invented[^\]]*\]\(docs/bilder/lagesbild\.png\)", screen)
    commands = re.findall(r"^make (\w+)", blocks("sh")[0], re.MULTILINE)
    assert commands == ["demo", "test"]


def test_picture_is_small_and_clearly_invented():
    picture = PROJECT / "docs" / "bilder" / "lagesbild.png"
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 200_000
    width = int.from_bytes(content[16:20], "big")
    assert 1000 <= width <= 1400


def test_every_command_that_is_told_exists():
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    text = "\n".join([*blocks("sh"), *blocks("bat"), *re.findall("`([^`]+)`", prose)])
    told = set(re.findall(r"(?:^|[\\/\s])lagesbild ([a-z]+)", text, re.MULTILINE))
    assert {"demo", "ingest", "run", "doctor", "init", "close"} <= told
    assert told <= set(cli.commands.commands)
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_pip_and_conda_install_what_make_installs():
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    arguments = "-c requirements.txt -e ."
    assert f"$(PIP) {arguments}\n" in makefile
    assert f"pip install {arguments}\n" in "".join(blocks("bat"))
    assert "conda env create -f environment.yml" in "".join(blocks("sh"))

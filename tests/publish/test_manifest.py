"""The manifest names what the pages came from, and nothing about who or when."""

import hashlib
import json

import pytest

from lagesbild.publish import manifest
from tests.present.invented import make_publication


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "offentlig"
    made.mkdir()
    (made / "index.html").write_text("<p>Läget</p>", encoding="utf-8")
    (made / "02.html").write_text("<p>Kartan</p>", encoding="utf-8")
    return made


def _write(folder, project, **more):
    manifest.write(folder.parent, make_publication(), project, **more)
    return (folder / "manifest.json").read_text(encoding="utf-8")


def test_every_page_is_named_with_its_hash(folder, project):
    told = json.loads(_write(folder, project))
    assert list(told["files"]) == ["02.html", "index.html"]
    content = (folder / "02.html").read_bytes()
    assert told["files"]["02.html"] == hashlib.sha256(content).hexdigest()
    assert told["cycle"] == "2026-K3"
    assert told["audience"] == "offentlig"
    assert told["status"] == "Utkast"
    assert told["as_of"] == "2026-10-12"
    assert told["sequence_number"] == 7


def test_the_same_pages_give_the_same_bytes(folder, project):
    assert _write(folder, project) == _write(folder, project)


def test_it_tells_no_place_and_no_name_of_a_file_of_the_analysts(folder, project):
    (project.reference / "anteckning.txt").write_text("x", encoding="utf-8")
    text = _write(folder, project)
    assert str(project.root) not in text
    assert "anteckning" not in text


@pytest.mark.parametrize(
    ("where", "key"),
    [
        ("data/exempelkommun/referens/platser.csv", "registers_sha256"),
        ("notebooks/02_lagesbild.ipynb", "notebooks_sha256"),
    ],
)
def test_another_register_or_notebook_shows(folder, project, where, key):
    before = json.loads(_write(folder, project))
    (project.project / where).write_text("{}", encoding="utf-8")
    after = json.loads(_write(folder, project))
    assert {name for name in before if before[name] != after[name]} == {key}


def test_further_parameters_are_told(folder, project):
    told = json.loads(_write(folder, project, parameters={"n_quarters": 8}))
    assert told["parameters"] == {"n_quarters": 8}

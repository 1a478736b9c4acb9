"""The notebooks are thin, clean and run as they stand."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import lagesbild
import lagesbild.present
from lagesbild.present.display import PAGE_MIME
from lagesbild.publish.products import PRODUCTS

FOLDER = Path(__file__).parents[2] / "notebooks"
FILES = sorted(FOLDER.glob("*.ipynb"))
PICTURE = FOLDER / "02_lagesbild.ipynb"
LOGIC = (
    *(ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If),
    *(ast.Try, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp),
)


def read(file: Path):
    return nbformat.read(file, as_version=nbformat.NO_CONVERT)


def code_cells(file: Path):
    return [cell for cell in read(file).cells if cell.cell_type == "code"]


def test_each_product_has_its_notebook_and_each_notebook_its_product():
    assert [file.stem for file in FILES] == sorted(p.name for p in PRODUCTS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_at_most_twelve_cells_of_five_lines_without_logic(file):
    nbformat.validate(read(file))
    cells = code_cells(file)
    assert len(cells) <= 12
    for cell in cells:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 5, cell.source
        found = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, LOGIC)]
        assert not found, cell.source


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_committed_without_outputs(file):
    for cell in code_cells(file):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_the_parameters_are_those_a_run_gives(product):
    tagged = [
        cell
        for cell in code_cells(FOLDER / f"{product.name}.ipynb")
        if "parameters" in cell.metadata.get("tags", [])
    ]
    assert len(tagged) == 1
    names = [node.targets[0].id for node in ast.parse(tagged[0].source).body]
    assert tuple(names) == (*product.parameters, *product.asked)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_only_the_words_of_the_front_door_are_called(file):
    told = {"lb": lagesbild, "present": lagesbild.present}
    used = [
        (node.value.id, node.attr)
        for cell in code_cells(file)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in told
    ]
    assert used
    assert [name for room, name in used if name not in told[room].__all__] == []


@pytest.mark.demo
@pytest.mark.slow
def test_they_run_as_they_stand(ingested_demo, tmp_path):
    """nbval, lax: every cell runs, as from Run All Cells in JupyterLab.

    ``seen`` runs the picture's in the same way, and stops at a cell that fails.
    """
    files = [file for file in FILES if file != PICTURE]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
        + ["-p", "no:xdist", f"--rootdir={tmp_path}", "-c", os.devnull]
        + [str(file) for file in files],
        env=os.environ | {"LAGESBILD_WORKSPACE": str(ingested_demo.root)},
        cwd=FOLDER,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 0, told.stdout[-3000:]
    n_cells = sum(len(code_cells(file)) for file in files)
    assert f"{n_cells} passed" in told.stdout


@pytest.fixture(scope="module")
def seen(ingested_demo):
    """What JupyterLab has to show of each cell of the picture, by the cell's name."""
    from nbclient import NotebookClient

    picture = read(PICTURE)
    client = NotebookClient(picture, resources={"metadata": {"path": str(FOLDER)}})
    client.execute(
        env=os.environ | {"LAGESBILD_WORKSPACE": str(ingested_demo.root)},
    )
    outputs = {cell.id: cell.get("outputs", []) for cell in picture.cells}
    return {id: found[-1].data for id, found in outputs.items() if found}


@pytest.mark.demo
@pytest.mark.slow
def test_in_jupyterlab_the_map_pans_and_the_chart_answers_to_the_mouse(seen):
    assert "L.map(" in seen["karta"]["text/html"].replace("&quot;", '"')
    charts = [mime for mime in seen["utveckling"] if "vegalite" in mime]
    assert len(charts) == 1
    assert "tooltip" in json.dumps(seen["utveckling"][charts[0]])


@pytest.mark.demo
@pytest.mark.slow
def test_every_cell_that_shows_has_something_for_the_page_too(seen):
    shows = [id for id in seen if id not in ("parametrar", "oppna")]
    assert len(shows) == 10
    assert all(PAGE_MIME in seen[id] for id in shows)
    assert all("text/html" in seen[id] for id in shows if id != "utveckling")

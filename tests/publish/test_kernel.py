"""Notebooks run in a warm kernel that remembers nothing, and fail with their place."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from lagesbild.errors import NotebookError, ParameterError
from lagesbild.publish import kernel
from tests.publish.conftest import write_notebook


@pytest.fixture(scope="module", autouse=True)
def warm():
    """One kernel for the module, ended with it."""
    yield
    kernel.shut_down()


def _run(tmp_path, code, *, names=("audience", "area_id"), **parameters):
    file = tmp_path / "02_prov.ipynb"
    write_notebook(file, code, names)
    executed = tmp_path / "lager" / "02_prov.ipynb"
    return kernel.execute(file, parameters, executed)


def _texts(notebook):
    return [
        "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]


def test_parameters_reach_the_notebook_as_they_are(tmp_path):
    done = _run(tmp_path, "area_id", area_id="0114")
    assert _texts(done) == ["'0114'"]
    assert (tmp_path / "lager" / "02_prov.ipynb").is_file()


POISON = """
import os, random
import numpy as np
import pandas as pd
left_behind = 1
os.chdir("/")
pd.set_option("display.max_rows", 3)
random.seed(1); np.random.seed(1)
"""
ASK = """
import os, random
import numpy as np
import pandas as pd
[
    "left_behind" in globals(), os.path.basename(os.getcwd()) == here,
    pd.get_option("display.max_rows"), random.random(), np.random.random(),
]
"""


def test_one_notebook_leaves_nothing_to_the_next(tmp_path):
    names, here = ("here",), tmp_path.name
    clean = _texts(_run(tmp_path, ASK, names=names, here=here))
    _run(tmp_path, POISON)
    assert _texts(_run(tmp_path, ASK, names=names, here=here)) == clean
    assert clean[0].startswith("[False, True, 60, ")


def test_a_failure_names_notebook_parameters_and_cell_but_no_data(tmp_path):
    code = 'raise ValueError("rad ur leveransen")'
    with pytest.raises(NotebookError) as error:
        _run(tmp_path, code, audience="radet", area_id="EX07")
    told = str(error.value)
    assert "02_prov.ipynb (radet, EX07) stannade i cell 3." in told
    assert "ValueError" in told
    assert "rad ur leveransen" not in told
    assert error.value.__cause__ is None


def test_the_cells_number_is_that_of_the_notebook_as_written(tmp_path):
    file = tmp_path / "02_prov.ipynb"
    cells = [new_code_cell("1 / 0"), new_code_cell("a = 1")]
    cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(new_notebook(cells=cells), file)
    with pytest.raises(NotebookError, match="stannade i cell 1"):
        kernel.execute(file, {"a": 2}, tmp_path / "ut.ipynb")
    cells[0].source, cells[1].source = "b = 1", "a = 1 / 0"
    nbformat.write(new_notebook(cells=cells), file)
    with pytest.raises(NotebookError, match="stannade i cell 2"):
        kernel.execute(file, {"a": 2}, tmp_path / "ut.ipynb")


def test_our_own_message_is_told_whole(tmp_path):
    code = 'import lagesbild as lb\nlb.Period("2026-K9")'
    with pytest.raises(NotebookError, match="'2026-K9' är ingen period"):
        _run(tmp_path, code)


def test_after_a_failure_the_next_notebook_runs(tmp_path):
    with pytest.raises(NotebookError):
        _run(tmp_path, "1 / 0")
    assert _texts(_run(tmp_path, "1 + 1")) == ["2"]


def test_nothing_live_is_drawn_when_nobody_looks(tmp_path):
    code = 'from lagesbild.present.display import Shown\nShown("<p>a</p>", "a")'
    outputs = _run(tmp_path, code).cells[-1].outputs
    assert sorted(outputs[0].data) == [
        "application/vnd.lagesbild.page+html",
        "text/plain",
    ]


def test_a_notebooks_parameters_are_read_without_running_it(tmp_path):
    write_notebook(tmp_path / "a.ipynb", "1 / 0", ("cycle", "audience"))
    assert kernel.parameters_of(tmp_path / "a.ipynb") == ["cycle", "audience"]


def test_a_parameter_the_notebook_does_not_declare_is_an_error():
    kernel.check_parameters("02_prov", ["cycle", "audience"], ("cycle",))
    with pytest.raises(ParameterError) as error:
        kernel.check_parameters("02_prov", ["cykle", "audience"], ("cycle",))
    assert "02_prov har ingen parameter 'cycle'" in str(error.value)
    assert "cykle, audience" in str(error.value)
    assert error.value.exit_code == 2


def test_a_notebook_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(NotebookError, match=r"Hittar inte notebooken x\.ipynb"):
        kernel.parameters_of(tmp_path / "x.ipynb")


def test_a_notebook_that_is_not_in_python_is_an_error(tmp_path):
    cell = new_code_cell("a = 1")
    cell.metadata["tags"] = ["parameters"]
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "x.ipynb")
    with pytest.raises(NotebookError, match="välj Python 3"):
        kernel.parameters_of(tmp_path / "x.ipynb")


def test_the_executed_notebook_keeps_its_error_for_the_analyst(tmp_path):
    with pytest.raises(NotebookError):
        _run(tmp_path, "1 / 0")
    kept = json.loads((tmp_path / "lager" / "02_prov.ipynb").read_text("utf-8"))
    kinds = [o["output_type"] for c in kept["cells"] for o in c.get("outputs", [])]
    assert "error" in kinds


def test_a_kernel_that_dies_is_told_as_such_and_the_next_is_fresh(tmp_path):
    with pytest.raises(NotebookError, match=r"\(radet\) stannade: dess process"):
        _run(tmp_path, "import os\nos._exit(1)", audience="radet")
    assert _texts(_run(tmp_path, "1 + 1")) == ["2"]

"""Notebooks run in a process that remembers nothing, and fail with their place."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from lagesbild.errors import NotebookError, ParameterError
from lagesbild.publish import execute
from tests.publish.conftest import write_notebook


def _run(
    tmp_path, code, *, names=("audience", "area_id"), fresh_kernel=False, **parameters
):
    file = tmp_path / "02_prov.ipynb"
    write_notebook(file, code, names)
    executed = tmp_path / "lager" / "02_prov.ipynb"
    return execute.execute(file, parameters, executed, fresh_kernel=fresh_kernel)


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
        execute.execute(file, {"a": 2}, tmp_path / "ut.ipynb")
    cells[0].source, cells[1].source = "b = 1", "a = 1 / 0"
    nbformat.write(new_notebook(cells=cells), file)
    with pytest.raises(NotebookError, match="stannade i cell 2"):
        execute.execute(file, {"a": 2}, tmp_path / "ut.ipynb")


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
    assert execute.parameters_of(tmp_path / "a.ipynb") == ["cycle", "audience"]


def test_a_parameter_the_notebook_does_not_declare_is_an_error():
    execute.check_parameters("02_prov", ["cycle", "audience"], ("cycle",))
    with pytest.raises(ParameterError) as error:
        execute.check_parameters("02_prov", ["cykle", "audience"], ("cycle",))
    assert "02_prov har ingen parameter 'cycle'" in str(error.value)
    assert "cykle, audience" in str(error.value)
    assert error.value.exit_code == 2


def test_a_notebook_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(NotebookError, match=r"Hittar inte notebooken x\.ipynb"):
        execute.parameters_of(tmp_path / "x.ipynb")


def test_a_notebook_that_is_not_in_python_is_an_error(tmp_path):
    cell = new_code_cell("a = 1")
    cell.metadata["tags"] = ["parameters"]
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "x.ipynb")
    with pytest.raises(NotebookError, match="välj Python 3"):
        execute.parameters_of(tmp_path / "x.ipynb")


def test_the_executed_notebook_keeps_its_error_for_the_analyst(tmp_path):
    with pytest.raises(NotebookError):
        _run(tmp_path, "1 / 0")
    kept = json.loads((tmp_path / "lager" / "02_prov.ipynb").read_text("utf-8"))
    kinds = [o["output_type"] for c in kept["cells"] for o in c.get("outputs", [])]
    assert "error" in kinds


def test_a_kernel_that_dies_is_told_as_such(tmp_path):
    with pytest.raises(NotebookError, match=r"\(radet\) stannade: dess process"):
        _run(tmp_path, "import os\nos._exit(1)", fresh_kernel=True, audience="radet")


SHOWS = """
import random
from IPython.display import HTML, display
import numpy as np

print("ett"); print("två")
shown = display(HTML("<b>först</b>"), display_id="x")
shown.update(HTML("<b>sedan</b>"))
!echo fyra
display({"a": audience}); (random.random(), np.random.random())
"""


@pytest.mark.slow
def test_a_kernel_of_its_own_gives_the_same_outputs(tmp_path):
    kinds = []
    for fresh_kernel in (False, True):
        done = _run(tmp_path, SHOWS, fresh_kernel=fresh_kernel, audience="radet")
        kinds.append(done.cells[-1].outputs)
        assert done.cells[-1].execution_count == 3
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) > 4


@pytest.mark.parametrize("code", ["1 +", "1 / 0", "raise SystemExit(3)", "%nej"])
@pytest.mark.slow
def test_a_failure_looks_as_papermill_tells_it(tmp_path, code):
    told = []
    for fresh_kernel in (False, True):
        with pytest.raises(NotebookError) as error:
            _run(tmp_path, code, fresh_kernel=fresh_kernel)
        kept = nbformat.read(tmp_path / "lager" / "02_prov.ipynb", as_version=4)
        faults = [
            (number, output.ename, output.evalue, len(output.traceback) > 0)
            for number, cell in enumerate(kept.cells)
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        ]
        told.append((str(error.value), faults))
    assert told[0] == told[1]
    assert len(told[0][1]) == (code != "%nej")  # an unknown magic writes its fault


def test_an_end_without_a_fault_is_none(tmp_path):
    assert _run(tmp_path, "raise SystemExit").cells[-1].outputs


def test_tags_let_a_cell_fail_or_leave_it_out(tmp_path):
    file = tmp_path / "02_prov.ipynb"
    cells = [new_code_cell("1 / 0"), new_code_cell("2 / 0"), new_code_cell("a = 1; a")]
    cells[0].metadata["tags"] = ["raises-exception"]
    cells[1].metadata["tags"] = ["skip-execution"]
    cells[2].metadata["tags"] = ["parameters"]
    notebook = new_notebook(cells=cells)
    nbformat.write(notebook, file)
    with pytest.raises(NotebookError):  # papermill finds the output, whatever the tag
        execute.execute(file, {"a": 2}, tmp_path / "ut.ipynb")
    kept = nbformat.read(tmp_path / "ut.ipynb", as_version=4)
    assert "'a'" not in str(kept.cells) and "2" in str(kept.cells[-2].execution_count)


def test_papermill_knows_the_engine_without_being_told():
    import entrypoints

    (found,) = [
        point
        for point in entrypoints.get_group_all("papermill.engine")
        if point.name == execute.ENGINE
    ]
    assert found.load().__name__ == "InProcessEngine"

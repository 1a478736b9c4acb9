"""A project with a workspace, and notebooks so small that a run takes seconds."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lagesbild.publish import plan, products, unchanged
from lagesbild.workspace import open_workspace
from tests.present import invented

SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"
is_invented = true

[contact]
function = "Samordningsfunktionen"
email = "samordning@exempelkommun.example"
"""
PAGE = """
from lagesbild.present.display import Shown
from markupsafe import Markup

Shown(Markup("<h1>{}</h1>").format(f"{cycle} {audience} {area_id}"), "rubrik")
"""
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
AREA_FILE = {
    "area_id": "omrade_id",
    "name": "namn",
    "district": "kommundel",
    "kind": "slag",
}


def write_notebook(file, code, names=("workspace", "cycle", "audience", "area_id")):
    """A notebook with one cell of parameters, one of words and one of code."""
    parameters = new_code_cell("\n".join(f"{name} = None" for name in names))
    parameters.metadata["tags"] = ["parameters"]
    cells = [parameters, new_markdown_cell("Påhittat."), new_code_cell(code.strip())]
    file.parent.mkdir(exist_ok=True)
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = KERNEL
    nbformat.write(notebook, file)


@pytest.fixture(scope="module")
def few_products():
    """A page of one audience, one of all and one an area: how a run treats each."""
    few = products.PRODUCTS[:3]
    assert [len(p.audiences) for p in few] == [1, 3, 3] and few[2].per_area
    with pytest.MonkeyPatch.context() as patch:
        for module in (products, plan, unchanged):
            patch.setattr(module, "PRODUCTS", few)
        yield few


@pytest.fixture
def project(tmp_path, forked_workers):
    """The workspace of a project whose every notebook shows a heading."""
    for product in products.PRODUCTS:
        write_notebook(tmp_path / "notebooks" / f"{product.name}.ipynb", PAGE)
    root = tmp_path / "data" / "exempelkommun"
    (root / "referens").mkdir(parents=True)
    (root / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    areas = invented.make_areas().rename(columns=AREA_FILE)
    areas.to_file(root / "referens" / "omraden.gpkg", driver="GPKG")
    return open_workspace(root)

"""A run makes every page of a cycle or leaves the old ones, the same in every run."""

import hashlib
import json
import os
from dataclasses import replace

import pytest

from lagesbild.errors import LockError, NotebookError, ParameterError, PublishError
from lagesbild.publish import batch
from lagesbild.publish.products import for_audience, page_name
from lagesbild.workspace import AUDIENCES, lock
from tests.present import invented
from tests.publish.conftest import PAGE, write_notebook

pytestmark = pytest.mark.usefixtures("few_products")
N_AREAS = 2


@pytest.fixture(autouse=True)
def publications(monkeypatch):
    """The run finds invented publications where the real ones are made and kept."""
    made = []

    def make(ws, cycle):
        made.append(str(cycle))
        return {audience: _publication(audience) for audience in AUDIENCES}

    monkeypatch.setattr("lagesbild.publication.make_publications", make)
    return made


def _publication(audience):
    found = invented.make_publication(audience=audience)
    areas = found.areas_listed.head(N_AREAS)
    kept = found.cells["area_id"].isin(["", "*", *areas["area_id"]])
    return replace(found, areas_listed=areas, cells=found.cells[kept])


def _hashes(folder):
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(
            file.read_bytes()
        ).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _notebook(project, name, code, *names):
    known = names or ("workspace", "cycle", "audience", "area_id")
    write_notebook(project.project / "notebooks" / f"{name}.ipynb", code, known)


def _pages_of(audience):
    sheets = [f"03_omradesblad_O0{n}.html" for n in range(N_AREAS)]
    return [
        file
        for product in for_audience(audience)
        for file in (sheets if product.per_area else [page_name(product)])
    ]


def test_a_run_makes_every_page_once_and_tells_of_it(project, publications):
    told = []
    made = batch.run_cycle(
        project, "2026-K3", jobs=1, on_progress=lambda *now: told.append(now)
    )
    wanted = [(a, file) for a in AUDIENCES for file in _pages_of(a)]
    beside = ["index.html", "tillganglighet.html", "arshjul.html"]
    n_run = len(wanted)
    wanted += [(a, file) for a in AUDIENCES for file in beside]
    wanted += [("radet", "radet.html"), ("intern", "behandlingar.html")]
    pages = [(p["audience"], p["file"]) for p in made["pages"]]
    assert sorted(pages) == sorted(wanted)
    assert [audience for audience, _ in pages] == sorted(
        (audience for audience, _ in pages), key=AUDIENCES.index
    )
    assert {p["product"] for p in made["pages"]} >= {"index", "03_omradesblad"}
    assert all(page["seconds"] >= 0 for page in made["pages"])
    assert publications == ["2026-K3"]

    folder = project.outputs / "2026-K3"
    manifests = [(audience, "manifest.json") for audience in AUDIENCES]
    found = {tuple(name.split("/")) for name in _hashes(folder)}
    sheets = {place for place in found if "oppna_data" in place}
    assert found - sheets == {*wanted, *manifests}
    for audience in AUDIENCES:
        assert (audience, "oppna_data", "datapackage.json") in sheets
        manifest = json.loads((folder / audience / "manifest.json").read_text("utf-8"))
        listed = {name for name in manifest["files"] if name.startswith("oppna_data/")}
        assert listed == {"/".join(p[1:]) for p in sheets if p[0] == audience}
    assert sorted(file.name for file in project.outputs.iterdir()) == ["2026-K3"]

    assert [now[:2] for now in told] == [(n, n_run) for n in range(n_run + 1)]
    assert told[0][2] == "intern/01_datakvalitet.html"

    page = (folder / "radet" / "03_omradesblad_O01.html").read_text("utf-8")
    assert "<h1>2026-K3 radet O01</h1>" in page
    kept = project.lager / batch.RUNS / "2026-K3" / "radet" / "03_omradesblad_O01.ipynb"
    assert kept.is_file()

    log = (project.lager / batch.RUNS / "logg.jsonl").read_text("utf-8")
    assert json.loads(log)["pages"] == made["pages"]
    assert "seconds" not in (folder / "radet" / "manifest.json").read_text("utf-8")

    if os.name == "posix":
        assert (folder / "intern").stat().st_mode & 0o777 == 0o700
        assert kept.parent.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes_whatever_the_number_of_jobs(project):
    folder = project.outputs / "2026-K3"
    runs = []
    for jobs in (1, 1, 2):
        batch.run_cycle(project, "2026-K3", jobs=jobs, force=True)
        runs.append(_hashes(folder))
    assert runs[0] == runs[1] == runs[2]


FAILS = 'if area_id == "O01": raise KeyError("rad ur leveransen")\n' + PAGE


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_failed_notebook_leaves_the_old_pages_and_says_where(project, jobs):
    folder = project.outputs / "2026-K3"
    (folder / "offentlig").mkdir(parents=True)
    (folder / "offentlig" / "index.html").write_text("gamla", encoding="utf-8")
    _notebook(project, "03_omradesblad", FAILS)
    with pytest.raises(NotebookError) as error:
        batch.run_cycle(project, "2026-K3", jobs=jobs)
    told = str(error.value)
    assert "03_omradesblad.ipynb (2026-K3, intern, O01) stannade i cell 3" in told
    assert "leveransen" not in told
    assert list(_hashes(folder)) == ["offentlig/index.html"]
    assert sorted(file.name for file in project.outputs.iterdir()) == ["2026-K3"]
    with lock(project):  # a failed run holds no lock
        pass


def test_a_process_that_dies_leaves_the_old_pages_and_says_so(project):
    _notebook(project, "02_lagesbild", "import os\nos._exit(1)")
    with pytest.raises(PublishError, match="avslutades av datorn"):
        batch.run_cycle(project, "2026-K3", jobs=2)
    assert list(project.outputs.iterdir()) == []


def test_a_page_that_breaks_a_rule_leaves_the_old_pages(project):
    _notebook(project, "02_lagesbild", 'print("en rad")')
    with pytest.raises(PublishError, match=r"02_lagesbild\.html: cell 4 visar"):
        batch.run_cycle(project, "2026-K3", jobs=1)
    assert list(project.outputs.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("02_lagesbild", ("workspace", "cykel", "audience")),
        ("03_omradesblad", ("workspace", "cycle", "audience")),
    ],
)
def test_a_mistyped_parameter_is_an_error_before_anything_runs(
    project, publications, name, declared
):
    _notebook(project, name, PAGE, *declared)
    with pytest.raises(ParameterError, match=name):
        batch.run_cycle(project, "2026-K3", jobs=1)
    assert publications == []
    assert not project.lager.exists()


def test_a_further_parameter_goes_to_the_notebooks_that_declare_it(project):
    code = PAGE.replace("{area_id}", "{n_quarters}")
    _notebook(
        project, "02_lagesbild", code, "workspace", "cycle", "audience", "n_quarters"
    )
    batch.run_cycle(project, "2026-K3", jobs=1, parameters={"n_quarters": 8})
    folder = project.outputs / "2026-K3" / "radet"
    assert "2026-K3 radet 8" in (folder / "02_lagesbild.html").read_text("utf-8")
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert told["parameters"] == {"n_quarters": 8}


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"n_quartes": 8}, "Ingen notebook har parametern 'n_quartes'"),
        ({"audience": "intern"}, "'audience' sätts av körningen själv"),
    ],
)
def test_a_further_parameter_that_is_wrong_is_an_error_before_anything_runs(
    project, publications, parameters, told
):
    with pytest.raises(ParameterError, match=told):
        batch.run_cycle(project, "2026-K3", jobs=1, parameters=parameters)
    assert publications == []


def _times(folder):
    return {f: f.stat().st_mtime_ns for f in folder.rglob("*.html")}


def test_only_pages_that_something_has_changed_of_are_made_again(project):
    folder = project.outputs / "2026-K3"
    first = batch.run_cycle(project, "2026-K3", jobs=1)
    assert not any(page.get("is_kept") for page in first["pages"])
    hashes, times = _hashes(folder), _times(folder)

    def made_again():
        told = batch.run_cycle(project, "2026-K3", jobs=1)["pages"]
        assert len(told) == len(first["pages"])
        return {
            (page["audience"], page["file"])
            for page in told
            if not page.get("is_kept") and page["product"][:2].isdigit()
        }

    assert made_again() == set()
    assert (_hashes(folder), _times(folder)) == (hashes, times)

    _notebook(project, "02_lagesbild", PAGE + "# ändrad")
    assert made_again() == {(a, "02_lagesbild.html") for a in AUDIENCES}
    assert _times(folder) == times  # made again, and the same

    page = folder / "radet" / "03_omradesblad_O00.html"
    page.write_text("ändrad för hand", encoding="utf-8")
    assert made_again() == {("radet", page.name)}
    assert _hashes(folder).keys() == hashes.keys()
    assert _hashes(folder)["radet/" + page.name] == hashes["radet/" + page.name]


def test_a_sheet_depends_on_its_own_area_and_on_the_municipality():
    from lagesbild.publish import unchanged

    publication = _publication("intern")

    def parts(changed):
        return unchanged.parts_of(changed, ["O00", "O01", None])

    def change(area_id):
        cells = publication.cells.copy()
        at = cells.index[(cells["area_id"] == area_id) & cells["n_offences"].notna()][0]
        cells.loc[at, "n_offences"] = cells.loc[at, "n_offences"] + 1
        return parts(replace(publication, cells=cells))

    before = parts(publication)
    assert len(set(before)) == 3
    assert [a == b for a, b in zip(before, change("O00"), strict=True)] == [0, 1, 0]
    assert [a == b for a, b in zip(before, change("*"), strict=True)] == [0, 0, 0]
    other = parts(replace(publication, status="Fastställd"))
    assert not set(other) & set(before)
    meta = publication.meta | {"sequence_number": 99, "made_from": "annat"}
    assert parts(replace(publication, meta=meta)) == before


def test_two_runs_at_a_time_are_one_too_many(project):
    with lock(project), pytest.raises(LockError):
        batch.run_cycle(project, "2026-K3", jobs=1)


def test_the_top_function_reads_as_a_recipe():
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(batch.run_cycle)).body[0]
    assert tree.end_lineno - tree.body[0].end_lineno <= 25

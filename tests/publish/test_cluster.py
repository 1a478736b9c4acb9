"""Pages and municipalities on a Dask cluster: the same bytes, and clear refusals."""

import json
import pickle
import shutil
import sys
from types import SimpleNamespace

import pytest

from lagesbild import cli, terminal
from lagesbild.errors import DropError, UsageError
from lagesbild.private import kept_private
from lagesbild.publish import cluster, cluster_checks
from lagesbild.publish.batch import RUNS
from lagesbild.publish.products import PRODUCTS
from lagesbild.workspace import open_workspace
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE, bytes_of
from tests.test_many import CYCLE
from tests.tiny_town import make_tiny_town, police, write_police


@pytest.fixture(scope="module")
def address():
    """A scheduler and two workers of this machine, reached by loopback alone."""
    import dask
    from distributed import LocalCluster

    settings = {"distributed.scheduler.allowed-failures": 0}
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            scheduler_kwargs={"dashboard": False},
            host="127.0.0.1",
        ) as found,
    ):
        yield found.scheduler_address


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Two municipalities with a delivery each, read in."""
    from lagesbild.ingest import ingest_files

    folder = tmp_path_factory.mktemp("kluster")
    for product in PRODUCTS:
        write_notebook(folder / "notebooks" / f"{product.name}.ipynb", PAGE)
    ws = make_tiny_town(folder / "data" / "by00")
    ws.inbox.mkdir(exist_ok=True)
    write_police(ws.inbox, *(police(f"K{n}") for n in range(7)))
    assert [row["status"] for row in ingest_files(ws)] == ["inläst"]
    copy = shutil.copytree(ws.root, ws.root.with_name("by01"))
    settings = (copy / "kommun.toml").read_text("utf-8")
    settings = settings.replace('"9999"', '"9001"')
    (copy / "kommun.toml").write_text(settings, encoding="utf-8")
    return folder


def typed(capsys, *words):
    with kept_private():  # as the command line is
        code = terminal.run(cli.commands, ["run", CYCLE, *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.slow
@pytest.mark.usefixtures("forked_workers")
def test_the_same_bytes_as_in_processes_of_this_machine(project, address, capsys):
    ws = open_workspace(project / "data" / "by00")
    pages = ws.outputs / CYCLE
    assert typed(capsys, "-w", ws.root, "--jobs", 2)[0] == 0
    before = bytes_of(pages)
    code, out, err = typed(capsys, "-w", ws.root, "--force", "--dask", address)
    assert (code, err) == (0, "")
    assert "oförändrade" not in out
    assert bytes_of(pages) == before
    assert not list(ws.lager.glob("kluster-*"))

    code, out, _ = typed(capsys, "--all", project / "data", "--dask", address, "--json")
    told = json.loads(out)
    assert (code, told["made"], told["unchanged"]) == (0, 1, 1)
    assert bytes_of(pages) == before
    assert not list((project / "data").glob("*/lager/kluster-*"))

    # whatever the umask of the worker that made them
    other = open_workspace(project / "data" / "by01")
    kept = [
        *(other.outputs / CYCLE / "intern").rglob("*"),
        *(other.lager / RUNS).rglob("*"),
    ]
    assert len(kept) > 9 and {path.stat().st_mode & 0o077 for path in kept} == {0}


LOST = """
import os, pathlib

if pathlib.Path(workspace, "gift.txt").exists():
    os._exit(1)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("forked_workers")
def test_a_worker_that_is_lost_is_told_and_takes_nothing_with_it(
    project, address, capsys
):
    first = project / "notebooks" / f"{PRODUCTS[0].name}.ipynb"
    write_notebook(first, LOST + PAGE)
    ws = open_workspace(project / "data" / "by00")
    (ws.root / "gift.txt").touch()
    before = bytes_of(ws.outputs / CYCLE)
    words = "-w", ws.root, "--dask", address
    code, _, err = typed(capsys, *words)
    assert code == 1 and err.startswith("Fel: En arbetare i klustret försvann")
    assert bytes_of(ws.outputs / CYCLE) == before

    code, out, err = typed(capsys, "--all", project / "data", "--dask", address)
    assert code == 1
    assert err.startswith("Fel: by00: En arbetare i klustret försvann")
    assert "1 av 2 kommuner är klara" in out
    assert bytes_of(ws.outputs / CYCLE) == before
    assert sorted(file.name for file in ws.outputs.iterdir()) == [CYCLE]


# --- what is refused before any work ----------------------------------------------


@pytest.mark.parametrize("address", ["10.0.0.5:8786", "http://10.0.0.5", "ws://x:1"])
def test_an_address_of_another_kind_is_refused(address):
    with pytest.raises(UsageError, match="ingen adress till ett kluster"):
        with cluster.connect(address):
            pass


def test_without_the_package_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="distributed saknas"):
        with cluster.connect("tcp://127.0.0.1:1"):
            pass


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_a_cluster_that_does_not_answer_is_told(monkeypatch, scheme):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    with pytest.raises(UsageError, match=r"svarar inte \(\w+\)") as error:
        with cluster.connect(f"{scheme}://127.0.0.1:1"):
            pass
    assert ("certifikaten" in str(error.value)) == (scheme == "tls")


def made_of(*n_threads):
    """A client of a cluster whose workers have so many threads."""
    workers = {f"tcp://10.0.0.{n}:1": {"nthreads": t} for n, t in enumerate(n_threads)}
    return SimpleNamespace(
        scheduler_info=lambda: {"workers": workers},
        scheduler=SimpleNamespace(address="tcp://10.0.0.5:8786"),
    )


def answer(monkeypatch, **other):
    """Every worker tells our own versions, but for these."""

    def ask_each(_client, workers, function, *given):
        return {address: function(*given) | other for address in workers}

    monkeypatch.setattr(cluster_checks, "ask_each", ask_each)


def test_workers_as_they_must_be_are_taken(monkeypatch):
    answer(monkeypatch)
    assert len(cluster_checks.check_workers(made_of(1, 1))) == 2


def test_a_cluster_without_workers_is_told_with_how_to_start_one():
    with pytest.raises(UsageError, match=r"dask worker tcp://10\.0\.0\.5:8786 --nthr"):
        cluster_checks.check_workers(made_of())


def test_a_worker_of_several_threads_is_refused():
    with pytest.raises(
        UsageError, match=r"Arbetaren tcp://10\.0\.0\.1:1 har mer än en"
    ):
        cluster_checks.check_workers(made_of(1, 2))


@pytest.mark.parametrize("name", ["lagesbild", "python", "pandas", "vl-convert-python"])
def test_a_worker_of_another_version_is_refused(monkeypatch, name):
    answer(monkeypatch, **{name: "0.0"})
    with pytest.raises(UsageError, match=rf"har andra versioner: {name} 0\.0 \(här"):
        cluster_checks.check_workers(made_of(1))


@pytest.mark.parametrize("other", [{"mark": "borta"}, {"files": "andra"}])
def test_a_worker_that_sees_other_files_is_refused(tmp_path, monkeypatch, other):
    write_notebook(tmp_path / "notebooks" / "02_prov.ipynb", PAGE)
    ws = make_tiny_town(tmp_path / "data" / "nyby")
    (ws.lager / "prov").mkdir()
    answer(monkeypatch)
    cluster_checks.check_sight(made_of(1), ws, ws.lager / "prov")
    answer(monkeypatch, **other)
    with pytest.raises(UsageError, match="ser inte arbetsytan"):
        cluster_checks.check_sight(made_of(1), ws, ws.lager / "prov")


def test_a_folder_that_is_not_there_is_no_fault_of_the_worker(tmp_path):
    told = cluster_checks.look(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert told == {"files": "", "mark": ""}


# --- what a worker tells ----------------------------------------------------------


def fail(kind, *words):
    raise kind(*words)


def test_a_worker_tells_no_text_but_our_own(tmp_path):
    sight = cluster.Sight(tmp_path, tmp_path)

    def told(*given):
        return cluster.work_here(sight, fail, given, {})

    ours = told(DropError, "Filen saknar rader.")
    assert (ours.error, ours.text) == ("DropError", "Filen saknar rader.")
    other = told(KeyError, "rad ur leveransen")
    assert other.text == "På en arbetare: ett fel i Lägesbild (KeyError)."
    assert b"leveransen" not in pickle.dumps(other)


def test_nothing_is_begun_when_nobody_waits(tmp_path):
    sight = cluster.Sight(tmp_path / "borta", tmp_path)
    told = cluster.work_here(sight, fail, (KeyError,), {})
    assert told.error == "PublishError" and "ser inte arbetsytan" in told.text

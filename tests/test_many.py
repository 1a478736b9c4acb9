"""The municipalities of a folder: each by itself, and one that fails stops no other."""

import json
import os
import shutil
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from lagesbild import cli, ingest, many, terminal
from lagesbild.errors import UsageError
from lagesbild.publish import batch, exchange, slots
from lagesbild.publish.products import PRODUCTS
from lagesbild.workspace import lock, open_workspace
from tests.publish.conftest import SETTINGS, write_notebook
from tests.publish.test_release import PAGE, bytes_of
from tests.tiny_town import make_tiny_town, police, write_police

CYCLE = "2026-K1"
ASKED = many.Asked(CYCLE)
POISON = "gift.txt"


def lay_out(folder, n_towns):
    """A project with that many municipalities, of which nothing has been delivered."""
    write_notebook(folder / "notebooks" / "02_prov.ipynb", PAGE)
    for number in range(n_towns):
        root = folder / "data" / f"by{number:02d}"
        root.mkdir(parents=True)
        settings = SETTINGS.replace('"9999"', f'"9{number:03d}"')
        (root / "kommun.toml").write_text(settings, encoding="utf-8")
    return folder / "data"


@pytest.fixture
def simple_run(monkeypatch):
    """A run puts one page in place, under the lock; other faults than ours are told."""

    def run_cycle(ws, cycle, *, jobs, **_):
        assert jobs == 1
        with lock(ws), exchange.replacing(ws.outputs / cycle) as staging:
            (ws.lager / batch.RUNS / cycle).mkdir(parents=True, exist_ok=True)
            (staging / "intern").mkdir()
            if (ws.root / POISON).exists():
                raise KeyError("rad ur leveransen")
            page = staging / "intern" / "02_lagesbild.html"
            page.write_text(ws.settings.municipality.code, encoding="utf-8")
        told = {"file": page.name, "product": "02_lagesbild", "audience": "intern"}
        return {"pages": [told], "released": [], "n_purged": 0, "seconds": 1.0}

    monkeypatch.setattr(batch, "run_cycle", run_cycle)


class Here:
    """A place in this process: what is handed out is done at once."""

    count = 1

    def __init__(self):
        self.asked = []

    def submit(self, function, *given):
        self.asked.append(given[0].name)
        future = Future()
        future.set_result(function(*given))
        return future

    def take(self, future):
        return future.result()


def run_here(data, asked=ASKED, **more):
    here = Here()

    @contextmanager
    def places(_count):
        yield here

    found = many.find_workspaces(data)
    told = many.run_all(found, asked, places=places, jobs=1, **more)
    outcomes = {one["folder"]: one["outcome"] for one in told["municipalities"]}
    return told, outcomes, sorted(here.asked)


@pytest.mark.usefixtures("simple_run")
def test_of_twenty_with_one_poisoned_nineteen_are_made_and_one_is_told(tmp_path):
    data, done = lay_out(tmp_path, 20), []
    (data / "by07" / POISON).touch()
    told, outcomes, begun = run_here(data, on_done=lambda *now: done.append(now))
    assert (told["made"], told["unchanged"], told["failed"]) == (19, 0, 1)
    assert [now[:2] for now in done] == [(n, 20) for n in range(1, 21)]
    assert len(begun) == 20

    (failed,) = (one for one in told["municipalities"] if "error" in one)
    assert (failed["folder"], failed["exit_code"]) == ("by07", 1)
    assert failed["error"].startswith("ett fel i Lägesbild (KeyError). Kör den för sig")
    assert "leveransen" not in json.dumps(told)
    pages = {page.parents[2].name for page in (tmp_path / "outputs").rglob("*.html")}
    assert pages == set(outcomes) - {"by07"}

    # the fault is mended and the run goes on where it stopped
    (data / "by07" / POISON).unlink()
    again, outcomes, begun = run_here(data)
    assert begun == ["by07"]
    assert (again["made"], again["unchanged"], again["failed"]) == (1, 19, 0)
    assert outcomes["by07"] == many.MADE
    assert run_here(data)[2] == []


@pytest.mark.usefixtures("simple_run")
def test_what_has_changed_is_begun_again_and_nothing_else(tmp_path):
    data = lay_out(tmp_path, 4)
    run_here(data)
    pages = tmp_path / "outputs"
    (pages / "by01" / CYCLE / "intern" / "02_lagesbild.html").unlink()
    os.utime(data / "by02" / "kommun.toml", ns=(1, 1))
    (data / "by03" / "register").mkdir()
    (data / "by03" / "register" / "beslut.csv").touch()
    assert run_here(data)[2] == ["by01", "by02", "by03"]
    assert run_here(data)[2] == []
    write_notebook(tmp_path / "notebooks" / "02_prov.ipynb", PAGE + "# ändrad")
    assert len(run_here(data)[2]) == 4
    for more in ({"force": True}, {"products": ("02_lagesbild",)}):
        assert len(run_here(data, many.Asked(CYCLE, **more))[2]) == 4
    other = many.Asked(CYCLE, parameters={"as_of": "2026-04-14"})
    assert len(run_here(data, other)[2]) == 4
    assert run_here(data, other)[2] == []
    assert len(run_here(data, many.Asked("2026-K2"))[2]) == 4


@pytest.mark.usefixtures("simple_run")
def test_what_fails_is_told_with_what_to_do(tmp_path):
    data = lay_out(tmp_path, 4)
    (data / "by00" / "kommun.toml").write_text("[municipality]\n", encoding="utf-8")
    (data / "by01" / "lager").mkdir()
    (data / "by01" / "lager" / batch.RUNS).write_text("en fil", encoding="utf-8")
    with lock(open_workspace(data / "by02")):
        told, outcomes, begun = run_here(data)
    assert begun == ["by02", "by03"]
    assert list(outcomes.values()) == [many.FAILED] * 3 + [many.MADE]
    assert [one.get("exit_code") for one in told["municipalities"]] == [3, 1, 5, None]
    settings, disk, locked, _ = (one.get("error") for one in told["municipalities"])
    assert "'municipality.code': nyckeln saknas" in settings
    assert "går inte att läsa eller skriva" in disk
    assert "skrivs just nu av en annan körning" in locked


@pytest.mark.usefixtures("simple_run")
def test_being_stopped_leaves_those_that_are_ready(tmp_path):
    data, done = lay_out(tmp_path, 4), []

    def stop(*now):
        done.append(now[2]["folder"])
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_here(data, on_done=stop)
    assert run_here(data)[2] == sorted({f"by{n:02d}" for n in range(4)} - {*done})


# --- which there are --------------------------------------------------------------


def test_a_folder_without_workspaces_and_a_workspace_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"har en kommun\.toml"):
        many.find_workspaces(tmp_path)
    with pytest.raises(UsageError, match="är själv en arbetsyta"):
        many.find_workspaces(lay_out(tmp_path, 1) / "by00")


def test_two_of_the_same_municipality_are_refused_before_anything(tmp_path):
    data = lay_out(tmp_path, 2)
    shutil.copytree(data / "by01", data / "by01_kopia")
    with pytest.raises(UsageError, match="by01 och by01_kopia har samma kommunkod"):
        many.find_workspaces(data)


@pytest.mark.skipif(os.name != "posix", reason="a link needs rights on Windows")
def test_two_with_the_same_folder_of_pages_are_refused(tmp_path):
    data = lay_out(tmp_path, 2)
    (data / "by01").rename(tmp_path / "by00")
    (data / "lank").symlink_to(tmp_path / "by00", target_is_directory=True)
    with pytest.raises(UsageError, match="by00 och lank skriver sina sidor i"):
        many.find_workspaces(data)


# --- as it is typed ---------------------------------------------------------------


def typed(capsys, *words):
    code = terminal.run(cli.commands, ["run", CYCLE, *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def typed_here(monkeypatch):
    """What is typed is made in this process."""

    @contextmanager
    def places(_count):
        yield Here()

    monkeypatch.setattr(slots, "on_this_machine", places)


@pytest.mark.usefixtures("simple_run", "typed_here")
def test_each_is_told_as_it_is_done_and_all_at_the_end(tmp_path, capsys):
    data = lay_out(tmp_path, 3)
    (data / "by01" / "kommun.toml").unlink()
    (data / "by01" / "lager").mkdir()
    code, out, err = typed(capsys, "--all", data)
    assert code == 3
    lines = out.splitlines()
    assert lines[0] == "1/3 by01: misslyckades, se nedan"
    assert lines[1].startswith("2/3 by0") and "1 sida, varav 1 gjorda" in lines[1]
    assert err.startswith("Fel: by01: Hittar ingen kommun.toml")
    assert "2 av 3 kommuner är klara för 2026-K1: 2 gjorda och 0 oförändrade" in out
    assert "1 misslyckades; deras förra sidor är orörda." in out

    code, out, err = typed(capsys, "--all", data, "--json")
    told = json.loads(out)
    assert (code, told["made"], told["unchanged"], told["failed"]) == (3, 0, 2, 1)
    assert told["municipalities"][1]["exit_code"] == 3
    assert err == ""


def test_being_stopped_is_told_with_how_to_go_on(tmp_path, capsys, monkeypatch):
    data = lay_out(tmp_path, 3)

    def run_all(folders, asked, *, on_done, **_):
        on_done(1, 3, {"folder": "by00", "outcome": many.MADE, "pages": 1, "made": 0})
        raise KeyboardInterrupt

    monkeypatch.setattr(many, "run_all", run_all)
    code, _, err = typed(capsys, "--all", data)
    assert code == 1
    assert err.startswith("Avbrutet. 1 av 3 kommuner är klara;")
    assert "Kör samma kommando igen" in err


@pytest.mark.parametrize(
    "words", [("-w", "x"), ("--agenda", "x.docx"), ("--as-published",)]
)
def test_what_is_about_one_municipality_does_not_go_with_all(tmp_path, capsys, words):
    code, out, err = typed(capsys, "--all", tmp_path, *words)
    assert (code, out) == (2, "")
    assert f"{words[0]} gäller en kommun" in err


# --- in processes of their own ----------------------------------------------------

ENDS = """
import os, threading

if workspace.endswith("by00"):
    os._exit(1)
if workspace.endswith("by01"):
    threading.Event().wait()
"""


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    """Real ones: the process of the first dies, and the second never ends."""
    folder = tmp_path_factory.mktemp("byar")
    for product in PRODUCTS:
        write_notebook(folder / "notebooks" / f"{product.name}.ipynb", PAGE)
    first = folder / "notebooks" / f"{PRODUCTS[0].name}.ipynb"
    write_notebook(first, ENDS + PAGE)
    ws = make_tiny_town(folder / "data" / "by00")
    ws.inbox.mkdir(exist_ok=True)
    write_police(ws.inbox, *(police(f"K{n}") for n in range(7)))
    assert [row["status"] for row in ingest.ingest_files(ws)] == ["inläst"]
    for number in range(1, 5):
        copy = shutil.copytree(ws.root, ws.root.with_name(f"by{number:02d}"))
        settings = (copy / "kommun.toml").read_text("utf-8")
        settings = settings.replace('"9999"', f'"9{number:03d}"')
        (copy / "kommun.toml").write_text(settings, encoding="utf-8")
    tables = folder / "data" / "by03" / "lager" / "tabeller"
    for file in (tables / "reports").rglob("*.parquet"):
        file.write_bytes(b"skadad")
    shutil.rmtree(folder / "data" / "by04" / "lager" / "tabeller")
    return folder


@pytest.mark.slow
@pytest.mark.usefixtures("forked_workers")
def test_what_becomes_of_one_process_or_store_is_nothing_to_the_others(towns):
    asked = many.Asked(CYCLE, time_limit=30)
    told = many.run_all(many.find_workspaces(towns / "data"), asked, jobs=2)
    died, late, made, damaged, empty = told["municipalities"]
    assert "avslutades av datorn" in died["error"]
    assert "inte klar på 30 sekunder" in late["error"]
    assert made["outcome"] == many.MADE
    assert "lagesbild verify" in damaged["error"], damaged["error"]
    assert empty["exit_code"] == 2 and "leveranser" in empty["error"], empty["error"]
    shown = [folder.parent.name for folder in (towns / "outputs").glob("*/*")]
    assert shown == ["by02"]

    # the very pages of a run of that municipality alone
    pages = towns / "outputs" / "by02" / CYCLE
    before = bytes_of(pages)
    shutil.rmtree(pages)
    batch.run_cycle(open_workspace(towns / "data" / "by02"), CYCLE, jobs=2, force=True)
    assert bytes_of(pages) == before

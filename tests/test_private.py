"""What is private is its owner's alone from the start, whatever the umask is."""

import os
import stat

import pytest

from lagesbild import private
from lagesbild.workspace import open_workspace
from tests.crash.ingesting import make_few_pages, start
from tests.publish.conftest import write_notebook
from tests.publish.test_release import PAGE, assess, decide
from tests.tiny_town import make_tiny_town, police, write, write_police

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="rättigheter för ägare och andra finns bara på POSIX"
)
CYCLE = "2026-K1"
QUARTER = [CYCLE, "--without", "felanmalan", "--without", "raddningen"]
REGISTERS = "--addresses REF/adresser.csv --areas REF/omraden.gpkg".split()
ALONE = ("geocode", "restore")  # need no workspace
WORDS = [
    ["statistics"],
    ["ingest"],
    ["close", *QUARTER],
    ["run", CYCLE, "--jobs", "1", "--agenda", "UT/dagordning.docx"],
    ["release", CYCLE, "--audience", "radet", "--jobs", "1"],
    ["update", "--jobs", "1"],
    [*"geocode UT/in.csv UT/punkter.csv --kommun 2181 --jobs 1".split(), *REGISTERS],
    ["backup", "UT/kopia.tar.gz"],
    ["restore", "UT/kopia.tar.gz", "UT/ny"],
    ["purge", "5000-K1", "--decision", "NYBY 9", "--confirm"],
    ["verify"],
]


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def do_all_commands(folder, told):
    """Do as a user does whose umask is open, with a folder of its own for scraps."""
    from lagesbild import cli

    os.umask(int((folder / "mask.txt").read_text(), 8))
    out = folder.parents[1] / "UT"
    os.environ["TMPDIR"] = str(out / "tmp")
    make_few_pages()
    told.send("redo")
    for words in WORDS:
        words = [w.replace("UT/", f"{out}/") for w in words]
        words = [w.replace("REF/", f"{folder}/referens/") for w in words]
        place = ["-w", str(folder)] if words[0] not in ALONE else []
        try:
            cli.main([*words, *place])
        except SystemExit as end:
            if end.code:
                told.send(f"{words[0]}: {end.code}")
                return
    told.send("klar")


@pytest.mark.slow
@pytest.mark.parametrize("mask", ["000", "022"])
def test_all_that_is_private_is_its_owners_alone(tmp_path, mask):
    from lagesbild.publish.products import PRODUCTS

    project = tmp_path / "projekt"
    project.mkdir()
    for product in PRODUCTS[:3]:
        write_notebook(project / "notebooks" / f"{product.name}.ipynb", PAGE)
    ws = make_tiny_town(project / "data" / "nyby")
    project.chmod(0o755)
    keys = [police(f"5000-K{i}") for i in range(9)]
    write_police(ws.inbox, *keys)
    decide(ws, "kommunen", "polisen")
    assess(ws, CYCLE)
    head, *rows = (ws.registers / "beslut.csv").read_text("utf-8").splitlines()
    rows.append(";;kommunen;påhittad chef;2026-05-04;NYBY 9;gallring;Påhittat")
    write(ws.registers / "beslut.csv", [f"{head};slag;beslut", *rows])
    out = project / "UT"
    (out / "tmp").mkdir(parents=True)
    (out / "in.csv").write_text("rad_id,adresstext\n1,Ågatan 1\n", encoding="utf-8")
    (ws.root / "mask.txt").write_text(mask)
    given = set(project.rglob("*"))
    process, told = start(do_all_commands, ws.root)
    assert told.recv() == "klar"
    process.join()
    assert open_workspace(out / "ny").name == "ny"
    made = [path for path in project.rglob("*") if path not in given]
    shared = [p for p in made if p.is_relative_to(ws.outputs / CYCLE / "radet")]
    shared += [p for p in made if p.is_relative_to(ws.outputs / CYCLE / "offentlig")]
    above = [ws.outputs.parent, ws.outputs, ws.outputs / CYCLE]
    others = set(made) - {*shared, *above}
    assert len(others) > 100 and {_mode(p) & 0o077 for p in others} == {0}
    assert {_mode(p) for p in others if p.is_dir()} == {0o700}
    # whoever may read the project may read pages for others, and change none
    assert len(shared) > 4
    assert {_mode(p) for p in shared if p.is_file()} == {0o644}
    assert {_mode(p) for p in [*above, *shared] if p.is_dir()} == {0o755}


def test_a_folder_made_before_is_closed(tmp_path):
    (tmp_path / "a").mkdir(mode=0o777)
    assert _mode(private.make_private_folder(tmp_path / "a")) == 0o700


def test_whoever_closes_the_folder_of_pages_closes_what_comes_there(tmp_path):
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    for mode, file, folder in ((0o700, 0o600, 0o700), (0o2750, 0o640, 0o750)):
        outputs.chmod(mode)
        pages = private.make_shared_folder(outputs / f"nyby{mode}" / "2026-K1")
        for name in ("intern", "radet"):
            private.make_private_folder(pages / name)
            (pages / name / "index.html").touch(0o600)
        private.share(pages, ["radet", "offentlig"])
        assert _mode(pages) & 0o777 == _mode(pages.parent) & 0o777 == folder
        assert _mode(pages / "radet") & 0o777 == folder
        assert _mode(pages / "radet" / "index.html") == file
        assert _mode(pages / "intern") == 0o700
        assert _mode(pages / "intern" / "index.html") == 0o600

"""No file takes more memory than a laptop has: each is read by a command of its own.

A few by default; ``LAGESBILD_HOSTILE=all pytest tests/hostile/test_memory.py -s`` reads
every file of the corpus and prints what each took.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.hostile.corpus import CORPUS, name_of
from tests.hostile.doors import make_hall, seen

MOST_MB = 500
_ALL = os.environ.get("LAGESBILD_HOSTILE") == "all"
_FEW = (
    "ingest-csv-short_lines",
    "ingest-xlsx-book_of_one_row",
    "init-gpkg-map_with_an_endless_view",
)
CHOSEN = [entry for entry in CORPUS if _ALL or name_of(entry) in _FEW]
RUN = "import sys; from lagesbild.cli import main; main(sys.argv[1:])"
# a child is charged with what its parent held when it was made: a small one between
BETWEEN = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
told = done.stderr.decode("utf-8", "replace")
most, seconds = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
print(json.dumps([done.returncode, told, most, seconds]))
"""
COMMANDS = {
    "ingest": "ingest {file} -w {root}",
    "statistics": "statistics -w {root} --on 2026-10-01",
    "register": "plan check -w {root}",
    "answers": "answers {file} -w {root}",
    "init": "init {new} --kommun 2181 --areas {file}",
    "addresses": "init {new} --kommun 2181 --areas {areas} --addresses {file}",
    "geocode": "geocode {file} {new} --addresses {root}/referens/adresser.csv"
    " --areas {areas} --jobs 1",
}
PLACES = {"statistics": "statistik/{name}", "register": "register/atgarder.csv"}


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    return make_hall(tmp_path_factory.mktemp("minne"))


def run(arguments):
    """Exit code, what was told, most megabytes held, seconds of the processor."""
    own = [sys.executable, "-c", RUN, *arguments]
    done = subprocess.run(
        [sys.executable, "-S", "-c", BETWEEN, *own],
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,  # what never ends is a fault
    )
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="minnet mäts som POSIX räknar det")
@pytest.mark.parametrize("entry", CHOSEN, ids=name_of)
def test_no_file_takes_more_memory_than_there_is(hall, tmp_path, entry, capsys):
    door, name, make = entry
    before = seen(hall.root)
    place = PLACES.get(door)
    file = hall.root / place.format(name=name) if place else tmp_path / name
    make(file)
    asked = COMMANDS[door].format(
        file=file,
        root=hall.root,
        new=tmp_path / "ny",
        areas=hall.root / "referens" / "omraden.gpkg",
    )
    try:
        code, told, most, seconds = run(asked.split())
    finally:
        file.unlink()
    with capsys.disabled():
        what = {0: "läst", 3: "avvisad"}.get(code, f"kod {code}")
        print(f"\n{name_of(entry)}: {most:.0f} MB, {seconds:.1f} s, {what}", end=" ")
    assert code in (0, 2, 3, 4), told[-600:]
    assert "fel i Lägesbild" not in told and "Traceback" not in told
    assert most < MOST_MB
    if code:
        assert seen(hall.root) == before
    elif seen(hall.root) != before:
        hall.put_back()

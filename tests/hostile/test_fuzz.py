"""Files broken at random: read, or refused in words, and then nothing has changed.

``LAGESBILD_FUZZ=10000 pytest tests/hostile/test_fuzz.py -s`` is the long proof. Several
processes share it with ``LAGESBILD_FUZZ_FIRST``, the turn of 200 files that one begins
with.
"""

import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from lagesbild.errors import LagesbildError
from tests.hostile.doors import (
    CANARY,
    DOORS,
    RefusedError,
    make_hall,
    make_seeds,
    seen,
)

N_FILES = int(os.environ.get("LAGESBILD_FUZZ", "60"))
FIRST = int(os.environ.get("LAGESBILD_FUZZ_FIRST", "0"))
SHARE = 200
PIECES = [
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b";", b",", b"\t", b"\r"),
    *(b"\n", b"\n\n\n", b"\x1a", b"\x0b", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xc3"),
    *(b"=cmd|' /C calc'!A0", b"+1", b"-1", b"@SUM(1)", "＝1+1".encode(), b"../../x"),
    *(
        b"{",
        b"}",
        b"[" * 3000,
        b"]",
        b":",
        b"null",
        b"NaN",
        b"Infinity",
        b"-0",
        b"1e999",
    ),
    *(b"9" * 400, b"9" * 5000, b"1.5.5", b"<!ENTITY a 'b'>", b"&a;", b"<script>"),
    *(b"PK\x03\x04", b"SQLite format 3\x00", b"\x00" * 40, b"a" * 300, b"2026-02-30"),
    *(b"0000-00-00", b"9999-12-31", b"2026-13-01 25:61", b"'; DROP TABLE x; --"),
    *(b"Nr;Datum;Typ;Plats\n", b"omrade_id", b"geometry", b'{"type":"Point"}', b"#"),
    *(b"A01", b"true", b'"id":1,"id":2', b"kommun", b"2181", b"\xe5\xe4\xf6"),
]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["cut", "put", "drop", "twice", "flip", "swap", "fill"]),
        st.floats(0, 1),
        st.floats(0, 1),
        st.sampled_from(PIECES),
    ),
    min_size=1,
    max_size=4,
)


def broken(content, changes):
    for kind, first, last, piece in changes:
        start, stop = sorted(int(share * len(content)) for share in (first, last))
        match kind:
            case "cut":
                content = content[:start]
            case "put":
                content = content[:start] + piece + content[start:]
            case "drop":
                content = content[:start] + content[stop:]
            case "twice":
                content = content[:stop] + content[start:stop] + content[stop:]
            case "flip":
                byte = content[start : start + 1].translate(bytes(range(255, -1, -1)))
                content = content[:start] + byte + content[start + 1 :]
            case "swap":
                content = content[stop:] + content[start:stop] + content[:start]
            case "fill":
                content = content[:start] + piece * 3 + content[stop:]
    return content


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    return make_hall(tmp_path_factory.mktemp("dorrar"))


@pytest.fixture(scope="module")
def seeds(hall):
    made = make_seeds(hall.root.parent / "fron", hall)
    return [(door, file) for door, files in made.items() for file in files]


def lay(hall, file, content):
    """The file alone in a folder, with what belongs to it, as its sender named it."""
    place = hall.root.parent / "bruten"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    if file.suffix == ".shp":
        for beside in file.parent.glob(f"{file.stem}.*"):
            shutil.copyfile(beside, place / beside.name)
    (place / file.name).write_bytes(content)
    return place / file.name


@pytest.mark.slow
def test_what_is_broken_is_refused_in_words_and_nothing_is_changed(hall, seeds):
    told = Counter()
    faults = []

    # a long run gives each file its share, for a draw among them is not an even one
    is_long = N_FILES >= 10 * SHARE
    for turn, done in enumerate(range(0, N_FILES, SHARE), start=FIRST):
        own = [seeds[turn % len(seeds)]] if is_long else seeds

        @seed(turn if is_long else random.randrange(2**32))
        @settings(
            max_examples=min(SHARE, N_FILES - done),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.sampled_from(own), CHANGES)
        def run(which, changes):
            door, file = which
            content = broken(file.read_bytes(), changes)
            target = lay(hall, file, content)
            before = seen(hall.root)
            try:
                DOORS[door](hall, target)
                told[door, "läst"] += 1
            except (LagesbildError, RefusedError) as error:
                told[door, "avvisad"] += 1
                if door not in ("settings", "register"):
                    assert CANARY not in str(error), (door, file.name)
                assert "Traceback" not in str(error)
                assert seen(hall.root) == before, (door, file.name)
            except Exception as error:
                kept = os.environ.get("LAGESBILD_FUZZ_KEEP")
                if kept is None:
                    raise
                name = f"{len(faults)}_{door}_{file.name}"
                Path(kept, name).write_bytes(content)
                faults.append((door, file.name, repr(error)[:300]))
            if seen(hall.root) != before:
                hall.put_back()

        run()
        print(turn, told.total(), len(faults), flush=True)
    read = sum(n for (_, what), n in told.items() if what == "läst")
    print(f"\n{told.total()} filer: {read} lästa, {told.total() - read} avvisade")
    for key, n in sorted(told.items()):
        print(*key, n)
    assert faults == []


def test_what_is_whole_is_read(hall, seeds):
    """Else the files above were refused for another reason than being broken."""
    for door, file in seeds:
        DOORS[door](hall, lay(hall, file, file.read_bytes()))
        hall.put_back()

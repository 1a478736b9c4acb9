"""Whole pages: a purge moves none of the next quarter's, and a backup gives them back.

The notebooks are the project's own. What is gone is searched for here in a way that
shares nothing with the purge's own search.
"""

import gzip
import io
import json
import os
import pickletools
import re
import shutil
import sqlite3
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from lagesbild import purge, purging, store
from lagesbild.backup import make_backup, restore_backup
from lagesbild.errors import PurgeError
from lagesbild.period import Period
from lagesbild.publish import again, batch, plan, products, release, unchanged
from lagesbild.status import verify
from lagesbild.traces import find_traces
from lagesbild.workspace import AUDIENCES, open_workspace
from tests.publish.test_release import assess, bytes_of, decide
from tests.test_purge import NEW, PLACES, make_ten_quarters

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked_workers", "some")]
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
RELEASED, TODAY = "2024-K1", date(2026, 4, 20)
SECRET = "Påhittade gläntan 77"
"""Where something happened in the old quarters, and in no other."""
LEAVES_ROWS = ("01", "02", "03")
"""Pages of all that rests on rows, cells and findings; the others tell less of both.

``LAGESBILD_PURGED=all`` makes every product's pages, and is the long proof.
"""
IS_LONG = os.environ.get("LAGESBILD_PURGED") == "all"


@pytest.fixture(scope="module")
def some():
    every = products.PRODUCTS
    few = tuple(p for p in every if IS_LONG or p.name[:2] in LEAVES_ROWS)
    assert len(few) == len(every if IS_LONG else LEAVES_ROWS)
    with pytest.MonkeyPatch.context() as patch:
        for module in (products, plan, unchanged):
            patch.setattr(module, "PRODUCTS", few)
        yield


def _places(quarter):
    return (*PLACES[:4], SECRET) if quarter.label <= RELEASED else PLACES


def _project(folder):
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    return folder / "nyby"


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Before: pages, and a quarter released long ago. After: what a purge has left.

    Between them the workspace was backed up, so that the backup can be asked too.
    """
    base = tmp_path_factory.mktemp("gallrade_sidor")
    ws = make_ten_quarters(_project(base / "a"), _places)
    decide(ws, "kommunen", "polisen", cycle=RELEASED)
    assess(ws, RELEASED, NEW)
    for audience in ("radet", "offentlig"):
        release.release_cycle(ws, RELEASED, audience, jobs=2)
    batch.run_cycle(ws, RELEASED, jobs=2, audiences=("intern",))
    batch.run_cycle(ws, NEW, jobs=2)
    current = purging.load_current(ws)
    told = {
        "before": bytes_of(ws.outputs / NEW),
        "handed": bytes_of(ws.outputs / RELEASED),
        "gone": current[current["reported_on"] <= "2024-04-20"],
        "base": base,
        "where": _find(ws, {SECRET}),
    }
    make_backup(ws, base / "kopia.tar.gz")
    told["purge"] = purge.purge(ws, today=TODAY)
    told["left"] = _find(ws, {SECRET, *told["gone"]["source_key"]})
    batch.run_cycle(ws, NEW, jobs=2, force=True)
    return ws, told | {"after": bytes_of(ws.outputs / NEW)}


def test_a_purge_before_the_next_quarter_moves_no_figure_of_its_pages(story):
    _, told = story
    assert told["purge"]["n_rows"] == len(told["gone"]) > 20
    assert told["purge"]["n_places"] > 20
    before, after = told["before"], told["after"]
    assert after.keys() == before.keys()
    moved = {name for name in before if after[name] != before[name]}
    # the house's earlier pages went, so its front page leads to them no longer
    front = "intern/index.html"
    assert moved == {front, *(f"{a}/manifest.json" for a in AUDIENCES)}
    lost = set(before[front].decode().splitlines())
    assert set(after[front].decode().splitlines()) <= lost
    assert f"../../{RELEASED}/intern/".encode() in before[front]
    # and a manifest names what it was made from, the purges too
    for audience in AUDIENCES:
        one, other = (
            json.loads(pages[f"{audience}/manifest.json"]) for pages in (before, after)
        )
        assert one.pop("made_from") != other.pop("made_from")
        if audience == "intern":
            assert one["files"].pop("index.html") != other["files"].pop("index.html")
        assert one == other
    assert sum(name.endswith(".html") for name in before) > 15


def test_what_needs_rows_says_how_far_back_it_reaches(story):
    ws, told = story
    first = purging.find_rows_from(ws, Period(NEW))
    assert first == "2025-K1"  # a year and a half before the next quarter's end
    pages = [n for n in told["after"] if re.match(r"intern/0[23]_.*html", n)]
    assert len(pages) == 4
    for name in pages:
        words = f"Räknas från {first}, eftersom äldre rader gallras."
        assert words in told["after"][name].decode()


def test_what_was_released_becomes_the_same_and_a_draft_says_it_cannot(story):
    ws, told = story
    made = again.make_as_published(ws, RELEASED, jobs=2)
    assert made["ok"] and set(made["audiences"]) == {"radet", "offentlig"}
    n_files = sum(one["n_same"] for one in made["audiences"].values())
    handed = {n: b for n, b in told["handed"].items() if not n.startswith("intern")}
    manifests = [name for name in handed if name.endswith("manifest.json")]
    assert n_files == len(handed) - len(manifests)
    now = bytes_of(ws.outputs / RELEASED)
    assert now == handed  # the pages of the house went, the released ones are as then
    with pytest.raises(PurgeError, match=rf"{RELEASED} kan inte göras om.*utlämnat"):
        batch.run_cycle(ws, RELEASED, jobs=2, audiences=("intern",))
    assert verify(ws) == {"ok": True, "faults": []}


def test_no_file_holds_a_key_or_a_place_of_what_is_gone(story):
    ws, told = story
    assert any("reports" in name for name in told["where"])  # it is found where it is
    assert any(name.endswith(".ipynb") for name in told["where"])
    assert any(name.endswith("01_datakvalitet.html") for name in told["where"])
    assert told["left"] == []
    assert _find(ws, {SECRET, *told["gone"]["source_key"]}) == []
    assert find_traces(ws, SECRET).empty
    assert find_traces(ws, told["gone"]["source_key"].iloc[0]).empty


def test_a_backup_from_before_gives_the_very_pages_and_holds_what_is_gone(story):
    _, told = story
    root = _project(told["base"] / "b")
    restore_backup(told["base"] / "kopia.tar.gz", root)
    ws = open_workspace(root)
    assert again.make_as_published(ws, RELEASED, jobs=2)["ok"]
    batch.run_cycle(ws, RELEASED, jobs=2, audiences=("intern",))
    assert bytes_of(ws.outputs / RELEASED) == told["handed"]
    batch.run_cycle(ws, NEW, jobs=2, force=True)
    assert bytes_of(ws.outputs / NEW) == told["before"]
    assert [b["fil"] for b in told["purge"]["backups"]] == ["kopia.tar.gz"]
    assert _find(ws, {SECRET})  # so it must be made anew, and the purge said so
    assert purge.purge(ws, today=TODAY)["n_rows"] == told["purge"]["n_rows"]
    assert _find(ws, {SECRET, *told["gone"]["source_key"]}) == []


def test_what_is_gone_is_gone_in_order_of_layers(story):
    """Raw files after months, then places, then rows; counts stay."""
    ws, _ = story
    rows = store.load_incidents(ws)
    oldest, placed = rows["reported_on"].min(), rows.dropna(subset=["easting_m"])
    assert oldest <= pd.Timestamp("2024-07-31") < placed["reported_on"].min()
    # the files came long after what they tell, and go with the first of their places
    raw = {f.name[-11:-4] for f in ws.archive.iterdir() if f.suffix == ".csv"}
    assert min(raw) == "2025-K1"
    assert store.load_closed_counts(ws)["cycle"].min() == "2023-K4"


# --- a search that shares nothing with the purge's ------------------------------------


def _find(ws, words):
    """Files that hold any of the words, packed, escaped or in another encoding."""
    needles = {word.casefold() for word in words}
    found = []
    for base in (ws.root, ws.outputs):
        for file in base.rglob("*"):
            if file.is_file() and _holds(file.read_bytes(), needles):
                found.append(file.relative_to(base).as_posix())
    return sorted(found)


def _holds(content, needles):
    # most keys begin alike: few texts hold a beginning, and need be asked for each
    starts = {needle[:6] for needle in needles}
    return any(
        any(start in text for start in starts) and any(n in text for n in needles)
        for text in map(str.casefold, _texts(content))
    )


def _texts(content):
    """Every text that the bytes may be, whatever the file is called."""
    for encoding in ("utf-8", "cp1252", "utf-16-le", "utf-16-be"):
        yield content.decode(encoding, errors="ignore")
        yield content[1:].decode(encoding, errors="ignore")
    if b"\\u" in content:
        yield content.decode("utf-8", "ignore").encode().decode("unicode_escape")
    yield from _packed(content)


def _packed(content):
    if content[:2] == b"\x1f\x8b":
        yield from _texts(gzip.decompress(content))
    if content[:1] == b"\x78":
        try:
            yield from _texts(zlib.decompress(content))
        except zlib.error:
            pass  # an x that begins no packed bytes; the text itself is read above
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for name in parts.namelist():
                yield name
                yield from _texts(parts.read(name))
    if content[:4] == b"PAR1":
        table = pd.read_parquet(io.BytesIO(content))
        yield table.to_csv(sep="\t")
        yield json.dumps(str(table.attrs))
    if content[:15] == b"SQLite format 3":
        base = sqlite3.connect(":memory:")
        base.deserialize(content)
        for (name,) in base.execute(
            "select name from sqlite_master where type='table'"
        ):
            rows = base.execute(f'select * from "{name}"').fetchall()
            yield repr(rows)
        base.close()
    if content[:1] == b"\x80":
        try:
            yield repr([arg for _, arg, _ in pickletools.genops(content)])
        except ValueError:
            pass  # bytes that only begin as a pickle does


@pytest.mark.parametrize("form", ["gz", "zip", "parquet", "sqlite", "json", "cp1252"])
def test_the_search_of_these_tests_finds_a_word_in_every_form(tmp_path, form):
    needles, text = {SECRET.casefold()}, f"a;{SECRET};b"
    if form == "gz":
        content = gzip.compress(gzip.compress(text.encode()))
    elif form == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("a/b.xml", text)
        content = out.getvalue()
    elif form == "parquet":
        content = pd.DataFrame({"a": [text] * 9}).to_parquet(compression="zstd")
    elif form == "sqlite":
        base = sqlite3.connect(":memory:")
        base.execute("create table t (a text)")
        base.execute("insert into t values (?)", [text])
        base.commit()
        content = base.serialize()
    else:
        content = json.dumps(text).encode() if form == "json" else text.encode("cp1252")
    assert _holds(content, needles)
    assert not _holds(content, {"påhittade gläntan 78"})

"""A backup is the whole workspace; a damaged one restores nothing."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tracemalloc

import filelock
import pytest

from lagesbild import journal
from lagesbild.backup import CONTENTS, make_backup, restore_backup
from lagesbild.errors import LockError, StoreError, UsageError
from lagesbild.workspace import lock, open_workspace
from tests.publish.conftest import SETTINGS

DEEP = "lager/tabeller/reports/del-0.parquet"
FILES = {
    "kommun.toml": SETTINGS.encode("utf-8"),
    "register/beslut.csv": "påhittat;beslut\r\n".encode("cp1252"),
    DEEP: bytes(range(256)) * 20,
    "inkommande/tom.csv": b"",
}


@pytest.fixture
def ws(tmp_path):
    root = tmp_path / "arbetsyta"
    for name, content in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return open_workspace(root)


OWN = {"skrivlas.lock", "logg.lock", journal.FILE}


def contents(folder):
    """What somebody else put there: not the locks, nor what is logged of it."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name not in OWN
    }


def test_what_is_restored_is_what_was_backed_up(ws, tmp_path):
    told = make_backup(ws, tmp_path / "kopia.tar.gz")
    assert told == {"files": 4, "bytes": sum(map(len, FILES.values()))}
    assert restore_backup(tmp_path / "kopia.tar.gz", tmp_path / "ny") == told
    assert contents(tmp_path / "ny") == FILES
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "arbetsyta",
        "kopia.tar.gz",
        "ny",
    ]
    restored = open_workspace(tmp_path / "ny")
    assert journal.read_log(ws)[["what", "facts"]].to_numpy().tolist() == [
        ["backup", "fil=kopia.tar.gz, filer=4"]
    ]
    assert journal.read_log(restored)[["what", "facts"]].to_numpy().tolist() == [
        ["restore", "fil=kopia.tar.gz, filer=4"]
    ]


@pytest.mark.skipif(os.name != "posix", reason="owner-only is a notion of POSIX")
def test_only_the_owner_may_read_either(ws, tmp_path):
    make_backup(ws, tmp_path / "kopia.tar.gz")
    restore_backup(tmp_path / "kopia.tar.gz", tmp_path / "ny")
    assert (tmp_path / "kopia.tar.gz").stat().st_mode & 0o077 == 0
    assert all(p.stat().st_mode & 0o077 == 0 for p in (tmp_path / "ny").rglob("*"))


def test_a_workspace_that_is_being_written_is_not_backed_up(ws, tmp_path):
    with lock(ws), pytest.raises(LockError):
        make_backup(ws, tmp_path / "kopia.tar.gz")
    assert not list(tmp_path.glob("kopia*"))


@pytest.mark.parametrize("name", ["arbetsyta/kopia.tar.gz", "finns.gz", "x/kopia.gz"])
def test_where_a_backup_cannot_lie(ws, tmp_path, name):
    (tmp_path / "finns.gz").write_bytes(b"mitt")
    with pytest.raises(UsageError):
        make_backup(ws, tmp_path / name)
    assert (tmp_path / "finns.gz").read_bytes() == b"mitt"
    assert contents(ws.root) == FILES


def test_a_link_would_be_backed_up_empty_and_is_refused(ws, tmp_path):
    try:
        (ws.root / "lager" / "lank").symlink_to(tmp_path)
    except OSError:
        pytest.skip("this system lets no ordinary user make links")
    with pytest.raises(StoreError, match="lager/lank"):
        make_backup(ws, tmp_path / "kopia.gz")


def test_a_folder_that_holds_something_is_left_alone(ws, tmp_path):
    make_backup(ws, tmp_path / "kopia.gz")
    with pytest.raises(UsageError):
        restore_backup(tmp_path / "kopia.gz", ws.root)
    assert contents(ws.root) == FILES


@pytest.fixture
def whole(ws, tmp_path):
    make_backup(ws, tmp_path / "kopia.gz")
    return (tmp_path / "kopia.gz").read_bytes()


def refuse(tmp_path, content, error=StoreError):
    file = tmp_path / "skadad.gz"
    file.write_bytes(content)
    with pytest.raises(error) as told:
        restore_backup(file, tmp_path / "ny")
    assert not (tmp_path / "ny").exists()
    assert not list(tmp_path.glob("*.aterstalls"))
    return str(told.value)


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.6, 0.9])
def test_a_backup_cut_short_restores_nothing(whole, tmp_path, share):
    refuse(tmp_path, whole[: int(share * len(whole))])


@pytest.mark.parametrize("is_packed", [True, False])
@pytest.mark.parametrize("place", range(10))
def test_a_changed_byte_is_found(whole, tmp_path, place, is_packed):
    content = bytearray(whole if is_packed else gzip.decompress(whole))
    content[place * len(content) // 10 + 3] ^= 0x55
    file = tmp_path / "andrad.gz"
    file.write_bytes(content if is_packed else gzip.compress(content))
    try:
        restore_backup(file, tmp_path / "ny")
    except StoreError:
        assert not (tmp_path / "ny").exists()
    else:  # a byte of padding, or of a date, is no part of any file
        assert contents(tmp_path / "ny") == FILES


def repack(whole, change):
    """The same archive with its members changed."""
    members = {}
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        for member in tar:
            members[member.name] = tar.extractfile(member).read()
    members = change(members)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def also_listed(name, content=b"x"):
    """A member that the list knows, but that would lie elsewhere."""

    def change(members):
        told = json.loads(members[CONTENTS])
        digest = hashlib.sha256(content).hexdigest()
        told["files"].append({"name": name, "bytes": len(content), "sha256": digest})
        return members | {CONTENTS: json.dumps(told).encode(), name: content}

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda m: {k: v for k, v in m.items() if k != DEEP},
        lambda m: m | {"register/mer.csv": b"mer"},
        lambda m: m | {DEEP: m[DEEP][:-1] + b"!"},
        lambda m: dict(reversed(list(m.items()))),
        also_listed("../utanfor.txt"),
        also_listed("/tmp/utanfor.txt"),
        also_listed("C:utanfor.txt"),
        also_listed("lager\\utanfor.txt"),
    ],
)
def test_what_is_not_as_listed_restores_nothing(whole, tmp_path, change):
    refuse(tmp_path, repack(whole, change))
    assert not list(tmp_path.rglob("utanfor.txt"))


def _link(name, kind, target):
    """A member that leads elsewhere, and one that is written through it."""

    def pack(whole):
        out = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(whole)) as old,
            tarfile.open(fileobj=out, mode="w:gz") as new,
        ):
            for member in old:
                content = old.extractfile(member).read()
                if member.name == CONTENTS:
                    content = also_listed(name)({CONTENTS: content})[CONTENTS]
                    member.size = len(content)
                new.addfile(member, io.BytesIO(content))
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, target
            new.addfile(link)
        return out.getvalue()

    return pack


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_what_is_no_plain_file_restores_nothing(whole, tmp_path, kind):
    link = _link("register/lank.csv", kind, "/etc/hostname")
    refuse(tmp_path, link(whole))


def _bomb(name, kind, n_bytes, first=b""):
    """Some kilobytes that unpack to a member without end."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, n_bytes
    head = info.tobuf(format=tarfile.GNU_FORMAT)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as packed:
        packed.write(first + head)
        for _ in range(n_bytes >> 20):
            packed.write(bytes(1 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(CONTENTS, tarfile.REGTYPE, id="list"),
        pytest.param("x", tarfile.XHDTYPE, id="header"),
        pytest.param("x", tarfile.GNUTYPE_LONGNAME, id="name"),
    ],
)
def test_what_unpacks_without_end_is_refused_before_it_is(tmp_path, name, kind):
    packed = _bomb(name, kind, 300 << 20)
    assert len(packed) < 1 << 20
    tracemalloc.start()
    refuse(tmp_path, packed)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100 << 20


def test_a_file_larger_than_listed_is_not_written(whole, tmp_path, monkeypatch):
    written = []
    real = os.open

    def note(path, *args, **named):
        written.append(str(path))
        return real(path, *args, **named)

    monkeypatch.setattr(os, "open", note)
    refuse(tmp_path, repack(whole, lambda m: m | {DEEP: m[DEEP] + bytes(1 << 20)}))
    assert not [path for path in written if path.endswith(DEEP.rpartition("/")[2])]


@pytest.mark.parametrize(
    "told", ["[" * 100_000, '{"form": 1, "files": [{"name": 1, "bytes": 1e999}]}', "{}"]
)
def test_a_list_that_is_none_restores_nothing(whole, tmp_path, told):
    refuse(tmp_path, repack(whole, lambda m: m | {CONTENTS: told.encode()}))


def test_two_that_restore_to_one_folder_are_one_too_many(whole, tmp_path):
    with filelock.FileLock(tmp_path / "ny.aterstalls.lock"):
        with pytest.raises(LockError, match="samma mapp") as error:
            restore_backup(tmp_path / "kopia.gz", tmp_path / "ny")
    assert error.value.exit_code == 5
    restore_backup(tmp_path / "kopia.gz", tmp_path / "ny")


def test_another_kind_of_file_and_another_version_are_told(whole, tmp_path):
    assert "skadad.gz" in refuse(tmp_path, b"PK\3\4 inget arkiv")

    def newer(members):
        told = json.loads(members[CONTENTS]) | {"form": 99}
        return members | {CONTENTS: json.dumps(told).encode()}

    assert "annan version" in refuse(tmp_path, repack(whole, newer))

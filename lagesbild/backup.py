"""Back up a workspace to one file, and restore it: whole, or not at all.

In: a workspace, or a backup. Out: a tar file whose first member lists every other with
its size and hash; a workspace in a folder of its own. A backup holds all that the
workspace does, personal data too, and is written for its owner only.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lagesbild import journal
from lagesbild.errors import LockError, StoreError, UsageError
from lagesbild.locking import HOLDER, LOCK
from lagesbild.object_store import StoreSettings
from lagesbild.store_anew import list_objects_in_force, read_object
from lagesbild.stored_form import OWNER_FILE, TABLES
from lagesbild.workspace import (
    SETTINGS_FILE,
    Workspace,
    lock,
    make_private_folder,
    open_workspace,
)

CONTENTS = "innehall.json"
FORM = 1
_NOT_KEPT = (LOCK, HOLDER, OWNER_FILE)
_OWNER_ONLY = 0o600
_BLOCK = 1 << 20
_MOST_AT_ONCE = 1 << 26  # the list of a hundred thousand files is a third of that
_DAMAGES = (
    *(tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError),
    *(ValueError, KeyError, TypeError, AttributeError, ArithmeticError),
    RecursionError,
)
"""What the libraries raise for an archive that is no longer whole."""


def make_backup(ws: Workspace, file: Path) -> dict:
    """Write a backup of everything in a workspace.

    Parameters
    ----------
    ws : Workspace
        Nothing is written to it meanwhile.
    file : Path
        Must not exist, and not lie in the workspace.

    Returns
    -------
    dict
        ``files`` and ``bytes``. Tables of a bucket are among the files, where they
        would lie on a disk.

    Raises
    ------
    UsageError
        If ``file`` exists or lies in the workspace.
    LockError
        If the workspace is being written.
    StoreError
        If a file of the workspace is a link, which would leave the backup empty.
    """
    file = file.absolute()
    if file.exists():
        raise UsageError(f"{file.name} finns redan. Välj ett annat namn.")
    if not file.parent.is_dir():
        raise UsageError(f"Mappen {file.parent.name} finns inte. Skapa den först.")
    if file.parent.resolve().is_relative_to(ws.root):
        raise UsageError(
            "Säkerhetskopian får inte ligga i arbetsytan. Lägg den på en annan disk."
        )
    part = file.with_name(file.name + ".ny")
    try:
        with lock(ws):
            told = _write(ws, part)
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    # by its name it is found again when rows are purged
    journal.note(ws, "backup", fil=_masked(file.name), filer=told["files"])
    return told


def _masked(name: str) -> str:
    import pandas as pd

    from lagesbild.clean.personal_data import mask_personal_data

    return mask_personal_data(pd.Series([name]))[0].iloc[0]


def _write(ws: Workspace, part: Path) -> dict:
    content = {name: file.open for name, file in _find_files(ws.root)}
    content |= _find_objects(ws)
    listed = [_describe(name, opening) for name, opening in content.items()]
    told = json.dumps({"form": FORM, "files": listed}, ensure_ascii=False, indent=1)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as out:
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
            whole = told.encode("utf-8")
            first = tarfile.TarInfo(CONTENTS)
            first.size, first.mode = len(whole), _OWNER_ONLY
            tar.addfile(first, io.BytesIO(whole))
            for each in listed:
                member = tarfile.TarInfo(each["name"])
                member.size, member.mode = each["bytes"], _OWNER_ONLY
                with content[each["name"]]("rb") as opened:
                    tar.addfile(member, opened)
        out.flush()
        os.fsync(out.fileno())
    return {"files": len(listed), "bytes": sum(each["bytes"] for each in listed)}


def _find_files(root: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(root.rglob("*")):
        if file.is_symlink():
            raise StoreError(
                f"{file.relative_to(root).as_posix()} är en länk. Flytta in det den "
                "pekar på i arbetsytan, så att det kommer med."
            )
        if file.is_file() and file.name not in _NOT_KEPT:
            yield file.relative_to(root).as_posix(), file


def _find_objects(ws: Workspace) -> dict[str, Callable[[str], BinaryIO]]:
    """The tables of a bucket, by the names that they would have on a disk."""

    def opening(name: str) -> Callable[[str], BinaryIO]:
        return lambda mode: io.BytesIO(read_object(ws, name))

    return {
        f"{ws.lager.name}/{TABLES}/{name.partition('/')[2]}": opening(name)
        for name in list_objects_in_force(ws)
    }


def _describe(name: str, opening: Callable[[str], BinaryIO]) -> dict:
    with opening("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        size = content.seek(0, os.SEEK_END)
    return {"name": name, "bytes": size, "sha256": digest}


def restore_backup(file: Path, folder: Path) -> dict:
    """Restore a backup to a new folder.

    Parameters
    ----------
    file : Path
        From ``make_backup``.
    folder : Path
        Must not exist, or be empty.

    Returns
    -------
    dict
        ``files`` and ``bytes``.

    Raises
    ------
    UsageError
        If the folder holds something, or the disk has no room.
    StoreError
        If the backup is damaged, not whole, or no backup; nothing is left.
    LockError
        If another process restores to the same folder.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"Mappen {folder.name} är inte tom. Återställ till en ny mapp och byt "
            "plats på dem när du har sett att allt är med."
        )
    staging = folder.with_name(folder.name + ".aterstalls")
    with _alone(staging):
        return _restore(file, folder, staging)


@contextmanager
def _alone(staging: Path) -> Iterator[None]:
    import filelock

    guard = filelock.FileLock(f"{staging}.lock", timeout=0, mode=_OWNER_ONLY)
    try:
        guard.acquire()
    except filelock.Timeout:
        raise LockError(
            "En annan körning återställer till samma mapp just nu. Vänta tills den är "
            "klar, eller välj en annan mapp."
        ) from None
    try:
        yield
    finally:
        Path(f"{staging}.lock").unlink(missing_ok=True)
        guard.release()


def _restore(file: Path, folder: Path, staging: Path) -> dict:
    shutil.rmtree(staging, ignore_errors=True)  # of one that was killed
    try:
        make_private_folder(staging)
        told = _read(file, staging)
        ws = open_workspace(staging)
        journal.note(ws, "restore", fil=_masked(file.name), filer=told["files"])
        if folder.exists():
            folder.rmdir()
        os.replace(staging, folder)
    except _DAMAGES:
        raise StoreError(_damaged(file, "går inte att läsa")) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return told


def open_restored(folder: Path) -> Workspace:
    """The workspace of a restored folder, with the tables that were restored with it.

    What kommun.toml says of a bucket is passed by: there lie the tables of today.
    """
    ws = open_workspace(folder)
    on_disk = ws.settings.model_copy(update={"store": StoreSettings()})
    return replace(ws, settings=on_disk)


class _Bounded(gzip.GzipFile):
    """Gives no more at a time than a backup has: what is packed may be without end."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= _MOST_AT_ONCE:
            raise ValueError("more than a backup holds in one piece")
        return super().read(size)


def _read(file: Path, staging: Path) -> dict:
    with _Bounded(file) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
        first = tar.next()
        if first is None or first.name != CONTENTS:
            raise StoreError(f"{file.name} är ingen säkerhetskopia av en arbetsyta.")
        contents = json.loads(tar.extractfile(first).read())
        if contents["form"] != FORM:
            raise StoreError(
                f"{file.name} är gjord av en annan version av lagesbild. Återställ med "
                "den versionen."
            )
        listed = {str(each["name"]): each for each in contents["files"]}
        size = sum(int(each["bytes"]) for each in listed.values())
        if size > shutil.disk_usage(staging).free:
            raise UsageError(
                f"Disken har inte plats för {size / 1e6:.0f} MB. Välj en annan."
            )
        while (member := tar.next()) is not None:
            _take(tar, member, listed, file, staging)
    if listed:
        raise StoreError(_damaged(file, f"saknar {len(listed)} filer"))
    if not (staging / SETTINGS_FILE).is_file():
        raise StoreError(_damaged(file, f"saknar {SETTINGS_FILE}"))
    return {"files": len(contents["files"]), "bytes": size}


def _take(tar, member: tarfile.TarInfo, listed: dict, file: Path, staging: Path):
    """Write one member, if it is listed and is what the list says."""
    known = listed.pop(member.name, None)
    path = PurePosixPath(member.name)
    is_safe = not path.is_absolute() and ".." not in path.parts
    # on Windows a drive or a backslash would lead elsewhere
    is_safe &= not any(sign in member.name for sign in (":", "\\"))
    is_safe &= known is not None and member.isreg()
    # told before it is unpacked: a disk is filled by what is larger than it says
    if not is_safe or member.size != known["bytes"]:
        raise StoreError(_damaged(file, "innehåller något som inte står i listan"))
    target = staging.joinpath(*path.parts)
    for parent in reversed(target.relative_to(staging).parents[:-1]):
        make_private_folder(staging / parent)
    digest, n_bytes = hashlib.sha256(), 0
    content = tar.extractfile(member)
    with os.fdopen(
        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb"
    ) as out:
        while block := content.read(_BLOCK):
            digest.update(block)
            n_bytes += len(block)
            out.write(block)
    if n_bytes != known["bytes"] or digest.hexdigest() != known["sha256"]:
        raise StoreError(_damaged(file, f"har fel innehåll i {member.name}"))


def _damaged(file: Path, why: str) -> str:
    return (
        f"Säkerhetskopian {file.name} {why}. Inget har återställts. Ta en äldre kopia."
    )

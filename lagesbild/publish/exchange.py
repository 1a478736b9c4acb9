"""Exchange a folder of pages, or of tables, for a new one: before or after.

In: a staging folder beside the old one. Out: the new one in its place. A journal is
written before the two renames; if they are cut short, the next command of any kind
finishes them, and staging without a journal is thrown away.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import LockError, PublishError

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

_NEW, _OLD, _JOURNAL, _PART = ".ny", ".gammal", ".byte.json", ".byte.json.del"
_ENDINGS = (_NEW, _OLD, _JOURNAL, _PART)
_TRIES, _PAUSE = 6, 0.25


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Fill a staging folder in a ``with``; it takes the place of ``folder`` at the end.

    If anything goes wrong inside, or the run is stopped, the old folder stays. The
    caller holds the workspace's lock.

    Raises
    ------
    PublishError
        If a file of the old folder is held open by another program; all is as before.
    """
    _finish(folder.parent)
    staging = folder.with_name(folder.name + _NEW)
    try:
        staging.mkdir(parents=True)
    except FileExistsError:
        raise PublishError(
            f"Mappen {staging.name} bland sidorna hålls öppen av ett annat program. "
            "Stäng det och kör igen. De tidigare sidorna är orörda."
        ) from None
    try:
        yield staging
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _commit(folder)


def finish_or_undo(ws: Workspace) -> None:
    """Finish what an earlier command was cut short in.

    Parameters
    ----------
    ws : Workspace
        Nothing is touched while another process writes in it: what looks left behind
        is then what that process is making.
    """
    from lagesbild.workspace import lock

    folders = (ws.outputs, ws.lager)
    found = [file for folder in folders for file in folder.glob("*")]
    if not any(file.name.endswith(_ENDINGS) for file in found):
        return
    try:
        with lock(ws):
            for folder in folders:
                _finish(folder)
    except LockError:
        return


def _finish(outputs: Path) -> None:
    for journal in sorted(outputs.glob(f"*{_JOURNAL}")):
        name = json.loads(journal.read_text(encoding="utf-8"))["folder"]
        _exchange_or_undo(outputs / name, journal)
    for part in outputs.glob(f"*{_PART}"):
        part.unlink()
    for left in (_NEW, _OLD):  # no journal: it was never finished, or is done with
        for folder in outputs.glob(f"*{left}"):
            shutil.rmtree(folder, ignore_errors=True)


def _commit(folder: Path) -> None:
    """Put the finished staging folder in the place of ``folder``."""
    journal = folder.with_name(folder.name + _JOURNAL)
    _write(journal, {"folder": folder.name})
    _exchange_or_undo(folder, journal)


def _exchange_or_undo(folder: Path, journal: Path) -> None:
    try:
        _exchange(folder)
    except PermissionError:
        _undo(folder)
        journal.unlink()
        raise PublishError(
            f"Filerna i {folder.name} hålls öppna av ett annat program. Stäng det och "
            "kör igen. De tidigare filerna är orörda."
        ) from None
    journal.unlink()


def _exchange(folder: Path) -> None:
    """The two renames; each step is skipped if it is already done."""
    staging = folder.with_name(folder.name + _NEW)
    old = folder.with_name(folder.name + _OLD)
    if staging.is_dir():
        if folder.is_dir():
            shutil.rmtree(old, ignore_errors=True)
            _replace(folder, old)
        _replace(staging, folder)
    shutil.rmtree(old, ignore_errors=True)


def _undo(folder: Path) -> None:
    old = folder.with_name(folder.name + _OLD)
    if old.is_dir() and not folder.is_dir():
        _replace(old, folder)
    shutil.rmtree(folder.with_name(folder.name + _NEW), ignore_errors=True)


def _replace(source: Path, target: Path) -> None:
    # Windows refuses for a moment while a virus scanner or an indexer reads the file
    for attempt in range(_TRIES):
        try:
            os.replace(source, target)
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE * (attempt + 1))
        else:
            return


def _write(file: Path, content: dict) -> None:
    """Write a small file whole: under another name first, then renamed."""
    part = file.with_name(file.name + _PART.removeprefix(_JOURNAL))
    with part.open("w", encoding="utf-8", newline="\n") as handle:
        json.dump(content, handle)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(part, file)

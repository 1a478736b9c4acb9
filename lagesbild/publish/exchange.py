"""Exchange a folder of pages for a new one: before or after, never between.

In: a staging folder beside the old one. Out: the new one in its place. A journal is
written before the two renames; if they are cut short, the next command of any kind
finishes them, and staging without a journal is thrown away.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

from lagesbild.errors import PublishError

_NEW, _OLD, _JOURNAL = ".ny", ".gammal", ".byte.json"
_TRIES, _PAUSE = 6, 0.25


def begin(folder: Path) -> Path:
    """An empty staging folder beside ``folder``."""
    staging = folder.with_name(folder.name + _NEW)
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    return staging


def commit(folder: Path) -> None:
    """Put the finished staging folder in the place of ``folder``.

    Raises
    ------
    PublishError
        If a file of the old folder is held open by another program; all is as before.
    """
    journal = folder.with_name(folder.name + _JOURNAL)
    _write(journal, {"folder": folder.name})
    try:
        _exchange(folder)
    except PermissionError:
        _undo(folder)
        journal.unlink(missing_ok=True)
        raise PublishError(
            f"Sidorna i {folder.name} hålls öppna av ett annat program. Stäng det och "
            "kör igen. De tidigare sidorna är orörda."
        ) from None
    journal.unlink(missing_ok=True)


def abandon(folder: Path) -> None:
    """Throw the staging folder away; the old one was never touched."""
    shutil.rmtree(folder.with_name(folder.name + _NEW), ignore_errors=True)


def finish_or_undo(folder: Path) -> None:
    """Finish what an earlier command was cut short in.

    Parameters
    ----------
    folder : Path
        The workspace's outputs, which holds the folders that are exchanged. A folder
        that is not there is nothing to do.
    """
    if not folder.is_dir():
        return
    for journal in sorted(folder.glob(f"*{_JOURNAL}")):
        _exchange(folder / json.loads(journal.read_text("utf-8"))["folder"])
        journal.unlink()
    for staging in sorted(folder.glob(f"*{_NEW}")):
        shutil.rmtree(staging)  # no journal: it was never finished
    for old in sorted(folder.glob(f"*{_OLD}")):
        shutil.rmtree(old)


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
    abandon(folder)


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
    part = file.with_name(file.name + ".del")
    with part.open("w", encoding="utf-8", newline="\n") as handle:
        json.dump(content, handle)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(part, file)

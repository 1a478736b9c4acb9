"""Who may read what we write: its owner alone, unless it is meant for others.

In: folders. Out: folders and files with the rights that POSIX has words for; on Windows
they inherit those of the folder they lie in. Used by whatever writes; the command line
says ``keep_private`` first of all, so that what nobody has thought of is private too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_OWNER = 0o700
_READERS = 0o055  # group and others: look into folders, read files
_IS_POSIX = os.name == "posix"


def keep_private() -> None:
    """Let all that this process makes, and those it starts, be its owner's alone."""
    os.umask(0o077)


@contextmanager
def kept_private() -> Iterator[None]:
    """As ``keep_private`` in a ``with``, for a process that is somebody else's too."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def make_private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can enter, where the system has that notion."""
    folder.mkdir(mode=_OWNER, parents=True, exist_ok=True)
    if _IS_POSIX and stat.S_IMODE(folder.stat().st_mode) != _OWNER:
        folder.chmod(_OWNER)  # made before, or by others
    return folder


def owner_only(path: str, flags: int) -> int:
    """Open a file that, if it is made, only its owner may read: ``open(opener=…)``."""
    return os.open(path, flags, 0o600)


def make_shared_folder(folder: Path) -> Path:
    """Make a folder that those may read who may read the one it lies in."""
    if not folder.is_dir():
        parent = make_shared_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _let_read(folder, _readers_of(parent))
    return folder


def share(folder: Path, names: Iterable[str]) -> None:
    """Let those who may read the folder above read a folder, and parts of it whole.

    Whoever closes outputs/ to others has so closed all pages that come there.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        Folders in it that are meant for others; the rest of it stays as it is.
    """
    readers = _readers_of(folder.parent)
    _let_read(folder, readers)
    for name in names:
        for path in (folder / name, *(folder / name).rglob("*")):
            if path.exists():
                _let_read(path, readers)


def _readers_of(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode) & _READERS


def _let_read(path: Path, readers: int) -> None:
    if not _IS_POSIX:
        return
    mode = path.stat().st_mode
    own = _OWNER | readers if stat.S_ISDIR(mode) else 0o600 | readers & 0o044
    path.chmod(stat.S_IMODE(mode) & ~0o777 | own)

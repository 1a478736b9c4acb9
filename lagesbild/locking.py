"""The lock of a workspace: one process writes at a time, and it is said which.

In: a workspace. Out: its only writing place, for the length of a ``with``; another
process is refused with who holds it, since when, and what to do. The lock is the
operating system's and ends with its process, however that ends; who holds it stands in
a file beside, which tells nothing while the lock is free.
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import LockError, StoreError
from lagesbild.private import make_private_folder, owner_only

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

LOCK, HOLDER = "skrivlas.lock", "skrivlas.txt"
_CANNOT_LOCK = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_LONGEST_S = 24 * 3600  # no command takes that long


@contextmanager
def lock(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace's only writing place for the length of a ``with``.

    Raises
    ------
    LockError
        If another process holds it; names its account, computer, process number and
        since when. If it is marked by another computer, whose lock may not be seen
        from here, or lies on a disk that cannot be locked.
    StoreError
        At the end, if the folder is no longer the one it was.
    """
    with hold(make_private_folder(workspace.lager)):
        yield


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder as ``lock`` does a workspace; the folder is there already."""
    import filelock

    guard = filelock.FileLock(folder / LOCK, timeout=0, mode=0o600)
    holder = folder / HOLDER
    try:
        guard.acquire()
    except filelock.Timeout:
        raise LockError(
            f"Arbetsytan skrivs just nu av en annan körning ({_tell(_read(holder))}). "
            "Vänta tills den är klar och kör igen. Svarar den inte, avsluta den "
            "processen; låset släpper då av sig självt."
        ) from None
    except OSError as error:
        if error.errno not in _CANNOT_LOCK:
            raise
        raise LockError(
            "Disken där arbetsytan ligger kan inte låsas, oftast för att den är en "
            "nätverksmapp. Lägg arbetsytan på datorns egen disk."
        ) from None
    try:
        _refuse_other_computer(holder)
        mine = _write(holder)
        try:
            yield
            _refuse_vanished(holder, mine)
        finally:
            holder.unlink(missing_ok=True)
    finally:
        guard.release()


def who() -> str:
    """The account on this computer: of who runs it, never of whom the data is about."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "okänt konto"


def _refuse_other_computer(holder: Path) -> None:
    """A lock of a network folder is not always seen by other computers; its mark is.

    One of this computer is left by a process that was killed.
    """
    told = _read(holder)
    if told.get("host", socket.gethostname()) == socket.gethostname():
        return
    if abs(time.time() - holder.stat().st_mtime) > _LONGEST_S:
        return
    raise LockError(
        f"Arbetsytan är märkt som öppen från en annan dator ({_tell(told)}). Vänta "
        "tills den körningen är klar. Blev den avbruten, ta bort filen "
        f"lager/{HOLDER} och kör igen. Lås syns inte säkert mellan datorer på en "
        "nätverksmapp: låt bara en dator skriva i arbetsytan."
    )


def _refuse_vanished(holder: Path, mine: dict) -> None:
    """Where a network folder was mounted an empty one is left, and takes what comes."""
    if _read(holder) != mine:
        raise StoreError(
            "Arbetsytans mapp försvann medan kommandot arbetade, oftast för att en "
            "nätverksdisk kopplades ner. Det som gjordes är kanske inte sparat. Anslut "
            "disken, kör 'lagesbild verify' och sedan kommandot igen."
        )


def _write(holder: Path) -> dict:
    now = datetime.now().astimezone()
    told = {"who": who(), "host": socket.gethostname(), "process": os.getpid()}
    told["since"] = f"{now:%Y-%m-%d kl. %H.%M}"
    with open(holder, "w", encoding="utf-8", opener=owner_only) as file:
        json.dump(told, file, ensure_ascii=False)
    return told


def _read(holder: Path) -> dict:
    try:
        told = json.loads(holder.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _tell(told: dict) -> str:
    names = ("who", "host", "process", "since")
    if not all(name in told for name in names):
        return "okänd process"
    return "{who} på {host}, process {process}, sedan {since}".format(**told)

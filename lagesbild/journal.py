"""The log: who did what with the workspace, and when; lines are added, never changed.

In: a step that is done, with facts that point at no person. Out: one line of JSON in
``lager/logg.jsonl``. Every line holds the hash of the one before it, so that a line
taken away or changed is seen. Used by whatever changes the store, the pages or what
is kept; shown by ``lagesbild log`` and checked by ``lagesbild verify``.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from lagesbild.errors import LockError
from lagesbild.locking import who
from lagesbild.private import owner_only
from lagesbild.workspace import Workspace, make_private_folder

FILE = "logg.jsonl"
COLUMNS = ("at", "who", "what", "facts")
_OWNER_ONLY = 0o600
_WAIT_S = 20
_START = "0" * 16


def note(ws: Workspace, what: str, **facts: str | int) -> None:
    """Add a line.

    Parameters
    ----------
    ws : Workspace
    what : str
        The command: ingest, close, run, update, release, backup, restore, purge.
    **facts
        Keys, cycles, audiences and numbers; never a text somebody wrote.

    Raises
    ------
    LockError
        If another process has kept the log for long.
    """
    import filelock

    folder = make_private_folder(ws.lager)
    try:
        with filelock.FileLock(folder / "logg.lock", timeout=_WAIT_S, mode=_OWNER_ONLY):
            _add(folder / FILE, {"what": what, **facts})
    except filelock.Timeout:
        raise LockError(
            "Loggen skrivs av en annan körning. Vänta tills den är klar."
        ) from None


def _add(file: Path, told: dict) -> None:
    before = file.read_bytes() if file.exists() else b""
    lines = before.splitlines()
    line = {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "who": who(),
        **told,
        "after": _hash(lines[-1]) if lines else _START,
    }
    # a line that was cut short is left as it is and told by find_log_faults
    start = "\n" if before and not before.endswith(b"\n") else ""
    text = start + json.dumps(line, ensure_ascii=False) + "\n"
    with open(file, "ab", opener=owner_only) as log:
        log.write(text.encode("utf-8"))
        log.flush()
        os.fsync(log.fileno())


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:16]


def read_log(ws: Workspace) -> pd.DataFrame:
    """Read the log.

    Returns
    -------
    DataFrame
        One row, one step: at (UTC), who, what, facts ("källa=polisen, rader=12"), in
        the order they were done. Lines that cannot be read are left out.
    """
    rows = []
    for told in read_lines(ws):
        told.pop("after")
        first = [told.pop(name) for name in COLUMNS[:3]]
        rows.append([*first, ", ".join(f"{k}={v}" for k, v in told.items())])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read_lines(ws: Workspace) -> list[dict]:
    """Every line that can be read, in order: at, who, what, after and its facts."""
    return [told for told in map(_parse, _lines(ws)) if told is not None]


def noted(ws: Workspace, what: str, fact: str) -> set[str]:
    """The values of one fact in all lines of one command."""
    told = [line for line in read_lines(ws) if line["what"] == what]
    return {str(line[fact]) for line in told if fact in line}


def find_log_faults(ws: Workspace) -> list[str]:
    """Tell where a line is broken, changed or gone; by its number."""
    faults, before = [], _START
    for number, line in enumerate(_lines(ws), start=1):
        told = _parse(line)
        if told is None:
            faults.append(f"Loggens rad {number} går inte att läsa.")
        elif told["after"] != before:
            faults.append(f"Loggen är ändrad före rad {number}.")
        before = _hash(line)
    return faults


def _lines(ws: Workspace) -> list[bytes]:
    file = ws.lager / FILE
    return file.read_bytes().splitlines() if file.exists() else []


def _parse(line: bytes) -> dict | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    names = (*COLUMNS[:3], "after")
    return told if isinstance(told, dict) and set(names) <= set(told) else None

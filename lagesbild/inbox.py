"""Which delivered files wait, in what order, and whose they are.

In: the workspace's inkommande/ or files that were named. Out: files in the order they
are to be read, the source each belongs to, its hash and the day it came. Next:
``ingest``.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path
from zoneinfo import ZoneInfo

from lagesbild.clean.periods import days_of_file
from lagesbild.errors import GovernanceError, ReadError, UsageError
from lagesbild.workspace import Source, Workspace

_NO_DELIVERY = ("desktop.ini", "thumbs.db")
_NEVER = (date.max, date.max)


def find_waiting(ws: Workspace) -> list[Path]:
    """All files in inkommande/ and its folders, but for what programs leave there."""
    return [
        file
        for file in ws.inbox.rglob("*")
        if file.is_file()
        and not file.name.startswith((".", "~"))
        and file.name.casefold() not in _NO_DELIVERY
    ]


def in_order(files: list[Path]) -> list[Path]:
    """Oldest period first and then by name, so that corrections come after."""

    def key(file: Path) -> tuple:
        parts = re.split(r"(\d+)", file.name)  # "del 10" after "del 9"
        parts[1::2] = map(int, parts[1::2])
        return days_of_file(file.name) or _NEVER, parts, str(file)

    return sorted(map(Path, files), key=key)


def check_source(ws: Workspace, name: str | None) -> None:
    """Hold a source that was asked for to those in kommun.toml.

    Raises
    ------
    UsageError
        If it is not there.
    """
    if name is not None and name not in ws.settings.sources:
        raise UsageError(
            f"Källan '{name}' finns inte i kommun.toml. Där finns: "
            f"{', '.join(ws.settings.sources) or 'ingen'}."
        )


def source_of(ws: Workspace, file: Path) -> str:
    """The key of the one source whose patterns fit a file's name.

    Raises
    ------
    ReadError
        If none or several do.
    """
    fitting = [
        name
        for name, source in ws.settings.sources.items()
        if any(
            fnmatch(file.name.casefold(), layout.files.casefold())
            for layout in source.layouts
        )
    ]
    if len(fitting) == 1:
        return fitting[0]
    found = f"flera källor ({', '.join(fitting)})" if fitting else "ingen källa"
    raise ReadError(
        f"{file.name}: filnamnet passar {found} i kommun.toml. Ange källan med "
        "--source eller rätta mönstren i 'files'."
    )


def check_governance(name: str, source: Source) -> None:
    """Refuse a source of rows that has not said why it may be kept and how long.

    Raises
    ------
    GovernanceError
        If [sources.<name>.governance] is missing.
    """
    if source.has_rows and source.governance is None:
        raise GovernanceError(
            f"Källan '{name}' lämnar uppgifter rad för rad men saknar "
            f"[sources.{name}.governance] i kommun.toml: ändamål, rättslig grund, "
            "ansvarig, gallring, beslutsnummer och datum för konsekvensbedömning. "
            "Fyll i dem innan något läses in."
        )


def identify(file: Path) -> tuple[str, date]:
    """A file's SHA-256 and the day it came, as the file system tells.

    Raises
    ------
    ReadError
        If it cannot be opened.
    """
    try:
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        changed = file.stat().st_mtime
    except OSError:
        raise ReadError(
            f"{file.name}: filen går inte att läsa. Är den öppen i ett annat program?"
        ) from None
    return sha256, datetime.fromtimestamp(changed, ZoneInfo("Europe/Stockholm")).date()

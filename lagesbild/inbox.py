"""Which delivered files wait, in what order, and whose they are.

In: the workspace's inkommande/ or files that were named. Out: files in the order they
are to be read, the source each belongs to, its hash and the day it came. Next:
``ingest``.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path
from zoneinfo import ZoneInfo

from lagesbild.bounds import check_name, open_plain, plain_name
from lagesbild.clean.periods import days_of_file
from lagesbild.errors import GovernanceError, ReadError, UsageError
from lagesbild.limits import USUAL, Limits
from lagesbild.workspace import Source, Workspace

_NO_DELIVERY = ("desktop.ini", "thumbs.db")
_NEVER = (date.max, date.max)


def find_waiting(ws: Workspace) -> list[Path]:
    """All in inkommande/ and its folders but folders and what programs leave there.

    A link, a pipe or a device is there too, to be refused and told of.
    """
    return [
        file
        for file in ws.inbox.rglob("*")
        if (file.is_symlink() or not file.is_dir())
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
        f"{plain_name(file.name)}: filnamnet passar {found} i kommun.toml. Ange källan "
        "med --source eller rätta mönstren i 'files'."
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


def check_file(ws: Workspace, file: Path) -> None:
    """Refuse a file by its name and kind, before anything of it is read.

    Raises
    ------
    ReadError
        If its name cannot be told or kept, or it is a link that somebody has laid in
        inkommande/, which could point at anything on the machine.
    """
    check_name(file)
    is_inside = file.absolute().parent.resolve().is_relative_to(ws.inbox.resolve())
    if is_inside and file.is_symlink():
        raise ReadError(
            f"{file.name} är en länk till något annat. Lägg själva filen i mappen."
        )


def identify(file: Path, limits: Limits = USUAL) -> tuple[str, date]:
    """A file's SHA-256 and the day it came, as the file system tells.

    Raises
    ------
    ReadError
        If it cannot be opened, is no plain file or is larger than the limits allow.
    """
    try:
        with os.fdopen(open_plain(file, most=limits.max_bytes), "rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            changed = os.fstat(content.fileno()).st_mtime
    except OSError:
        raise ReadError(
            f"{file.name}: filen går inte att läsa. Är den öppen i ett annat program?"
        ) from None
    return sha256, datetime.fromtimestamp(changed, ZoneInfo("Europe/Stockholm")).date()

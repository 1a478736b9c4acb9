"""The door of every file from outside: what it may be before anybody reads it.

In: a path, or bytes. Out: the bytes of a plain file that is no larger than allowed, or
a refusal in Swedish. A pipe or a device is never waited for, and nothing is taken into
memory that the limits do not allow. Used by all readers.
"""

from __future__ import annotations

import io
import json
import os
import stat
import unicodedata
from pathlib import Path

from lagesbild.errors import LagesbildError, ReadError
from lagesbild.limits import USUAL, Limits

MAX_LINE = 10_000_000
"""A line of twice as many bytes is always refused, one of as many never."""
MAX_CELLS = 20_000_000
MAP_FACTOR = 2
_MAX_JSON = 3_000_000
"""Values, keys and brackets of one JSON; the largest answer of Kolada is a tenth."""
_MAX_NAME = 200
"""Bytes of a file's name, so that the archive has room for its own marks."""
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def open_plain(
    file: Path, *, most: int, error: type[LagesbildError] = ReadError
) -> int:
    """Open a plain file for reading; the descriptor, which the caller closes.

    Raises
    ------
    LagesbildError
        Of the class ``error``: it is missing, no plain file, or has more bytes than
        ``most``.
    """
    name = plain_name(file.name)
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        # asked before it is opened: to open a device may itself do something
        is_plain = stat.S_ISREG(file.stat().st_mode)
        descriptor = os.open(file, flags) if is_plain else -1
    except FileNotFoundError:
        raise error(f"Filen {name} finns inte. Kontrollera sökvägen.") from None
    except (OSError, ValueError):
        raise error(
            f"{name}: filen kan inte öppnas. Stäng den i andra program och försök igen."
        ) from None
    if is_plain:
        told = os.fstat(descriptor)
        is_plain = stat.S_ISREG(told.st_mode)
        if is_plain and told.st_size <= most:
            return descriptor
        os.close(descriptor)
    if not is_plain:
        raise error(
            f"{name} är ingen vanlig fil (utan till exempel en mapp, ett rör eller en "
            "enhet). Ta bort den eller ange en fil."
        )
    raise error(
        f"{name}: filen är {told.st_size // 1_000_000} MB, högst {most // 1_000_000} "
        "MB läses. Dela den eller ta ut det som behövs, eller höj max_file_mb under "
        "[limits] i kommun.toml."
    )


def read_bytes(
    file: Path, limits: Limits = USUAL, *, error: type[LagesbildError] = ReadError
) -> bytes:
    """All bytes of a plain file that is within the limits.

    Raises
    ------
    LagesbildError
        As ``open_plain``, or if the file cannot be read or grows meanwhile.
    """
    most = limits.max_bytes
    # unbuffered: a buffer would hold all of it twice
    with io.FileIO(open_plain(file, most=most, error=error)) as content:
        try:
            told = content.readall()
        except OSError:
            raise error(
                f"{plain_name(file.name)}: filen går inte att läsa. Är den öppen i ett "
                "annat program?"
            ) from None
    if len(told) > most:
        raise error(f"{plain_name(file.name)}: filen växer medan den läses. Vänta.")
    return told


def require_plain(
    file: Path, *, most: int, error: type[LagesbildError] = ReadError
) -> None:
    """Refuse what ``open_plain`` refuses, for a library that opens files itself."""
    os.close(open_plain(file, most=most, error=error))


def refuse_lines(
    content: bytes,
    file_name: str,
    limits: Limits = USUAL,
    *,
    error: type[LagesbildError] = ReadError,
) -> None:
    """Stop at a text with more lines, or a longer line, than a table has.

    Raises
    ------
    LagesbildError
        Of the class ``error``.
    """
    n_lines = max(content.count(b"\n"), content.count(b"\r"))
    if n_lines > limits.max_rows:
        raise error(
            f"{file_name}: filen har fler än {limits.max_rows} rader. Be avsändaren "
            "dela den på flera perioder, eller höj max_rows under [limits] i "
            "kommun.toml."
        )
    for start in range(0, len(content) - MAX_LINE + 1, MAX_LINE):
        stop = start + MAX_LINE
        if all(content.find(end, start, stop) < 0 for end in (b"\n", b"\r")):
            raise error(
                f"{file_name}: en rad är längre än {MAX_LINE // 1_000_000} MB. Filen "
                "är skadad eller ingen tabell. Be avsändaren skicka den igen."
            )


def refuse_cells(
    n_cells: int, file_name: str, *, error: type[LagesbildError] = ReadError
) -> None:
    """Stop at more cells than a table of people's making has.

    Raises
    ------
    LagesbildError
        Of the class ``error``, if there are more than ``MAX_CELLS``.
    """
    if n_cells > MAX_CELLS:
        raise error(
            f"{file_name}: tabellen har fler än {MAX_CELLS} celler. Be avsändaren "
            "skicka bara de kolumner som behövs, eller dela filen på flera perioder."
        )


def load_json(content: bytes) -> object:
    """JSON as Python has it, within bounds.

    Raises
    ------
    ValueError
        If it is none, is nested too deep, has more values than any answer has, the
        same name twice in one object, or a number that is none (NaN, Infinity).
    """
    if sum(content.count(sign) for sign in (b",", b":", b"[", b"{")) > _MAX_JSON:
        raise ValueError("too many values")
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_distinct,
            parse_constant=_no_number,
        )
    except RecursionError:
        raise ValueError("nested too deep") from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("the same name twice")
    return told


def _no_number(_: str) -> float:
    raise ValueError("no number")


def check_name(file: Path) -> None:
    """Refuse a file's name that cannot be told, kept or written everywhere.

    Raises
    ------
    ReadError
        If it has signs that are not seen, is no text or is too long.
    """
    if plain_name(file.name) != file.name:
        raise ReadError(
            f"{plain_name(file.name)}: filens namn har tecken som inte syns eller inte "
            "är text (visade som ?). Byt namn på filen."
        )
    if len(file.name.encode("utf-8")) > _MAX_NAME:
        raise ReadError(
            f"{file.name[:40]}…: filens namn är längre än {_MAX_NAME} byte. Byt namn "
            "på filen."
        )


def plain_name(name: str) -> str:
    """A name fit to be shown: what is not seen, or is no text, as "?"."""
    return "".join("?" if unicodedata.category(c) in _HIDDEN else c for c in name)

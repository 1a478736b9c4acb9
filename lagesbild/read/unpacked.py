"""What a workbook may unpack to, before a library builds anything of it.

In: the bytes of an .xlsx. Out: nothing, or a refusal. Every part that would be parsed
is run through once by expat, which keeps nothing: the tree that a library makes of a
few thousand packed bytes may else be larger than memory. Used by ``excel_file``.
"""

from __future__ import annotations

import io
import zipfile
from xml.parsers import expat

from lagesbild.errors import ReadError
from lagesbild.limits import Limits

EXCEL_ROWS = 1_048_576
"""What a sheet may have; some programs write them all, though nearly all are blank."""
_UNPACKED = 4
"""A sheet's XML is at most about so many times as long as its text."""
_MOST_PARTS = 5_000
_MOST_SMALL = 10_000_000
"""Bytes of a part that is neither a sheet nor its texts: styles, names, relations."""
_MOST_HELD = 300_000
"""Elements that a library holds at a time: of one row, or beside all rows."""
_MOST_TEXT = 1_000_000
"""Characters of one cell; Excel itself takes 32,767."""
_CHUNK = 1 << 18
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELEASED = (f"{_MAIN} row", f"{_MAIN} si")
"""Elements at whose end the library lets go of what it held."""
_ENTRY = b"PK\x01\x02"


def refuse_unpacked(content: bytes, file_name: str, limits: Limits) -> None:
    """Stop at a workbook that a few bytes would unpack to more than memory holds.

    Raises
    ------
    ReadError
        Says which bound is passed, and what to do.
    zipfile.BadZipFile, ValueError, expat.ExpatError
        If it is no workbook.
    """
    if content.count(_ENTRY) > _MOST_PARTS:
        raise _too_much(file_name, f"består av fler än {_MOST_PARTS} delar")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        most = _UNPACKED * limits.max_bytes
        if sum(part.file_size for part in parts.infolist()) > most:
            told = f"packas upp till mer än {most // 1_000_000} MB"
            raise _too_much(file_name, told)
        for part in parts.infolist():
            name = part.filename.lower()
            if not name.endswith((".xml", ".rels")):
                continue  # pictures and the like are never opened
            is_sheet = "worksheets/" in name and name.endswith(".xml")
            is_text = name.endswith("sharedstrings.xml")
            if not is_sheet:
                own = limits.max_bytes // 2 if is_text else _MOST_SMALL
                if part.file_size > own:
                    told = f"har en del som är större än {own // 1_000_000} MB"
                    raise _too_much(file_name, told)
            with parts.open(part) as stream:
                rows = max(limits.max_rows, EXCEL_ROWS) * (1 + is_text)
                _Counter(file_name, rows).run(stream)


class _Counter:
    """Counts what a parser would hold; nothing of it is kept."""

    def __init__(self, file_name: str, most_rows: int) -> None:
        self.file_name, self.most_rows = file_name, most_rows
        self.n_held = self.n_rows = self.n_text = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.ordered_attributes = True  # cheaper than a dict
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def run(self, stream: io.BufferedIOBase) -> None:
        n_fed = 0
        while chunk := stream.read(_CHUNK):
            n_fed += len(chunk)
            self.parser.Parse(chunk, False)
            if n_fed - max(self.parser.CurrentByteIndex, 0) > _MOST_TEXT + _CHUNK:
                raise _too_much(self.file_name, "har en märkning utan slut")
        self.parser.Parse(b"", True)

    def start(self, name: str, attributes: list[str]) -> None:
        self.n_held += 1 + len(attributes) // 8
        self.n_text = 0
        if self.n_held > _MOST_HELD:
            raise _too_much(self.file_name, "har en rad som är för lång")

    def end(self, name: str) -> None:
        self.n_text = 0
        if name in _RELEASED:
            self.n_held = 0
            self.n_rows += 1
            if self.n_rows > self.most_rows:
                told = f"har fler än {self.most_rows} rader"
                raise _too_much(self.file_name, told)

    def text(self, text: str) -> None:
        self.n_text += len(text)
        if self.n_text > _MOST_TEXT:
            raise _too_much(self.file_name, "har en cell som är för lång")

    def doctype(self, *_: object) -> None:
        raise ValueError("a workbook declares no entities of its own")


def _too_much(file_name: str, what: str) -> ReadError:
    return ReadError(
        f"{file_name}: filen {what}. Be avsändaren dela den på flera perioder, eller "
        "skicka den som CSV; gränserna står under [limits] i kommun.toml."
    )

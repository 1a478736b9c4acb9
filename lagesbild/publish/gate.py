"""The last gate: what may stand in a file of pages, read from the file itself.

In: an audience's finished folder, its publication and the workspace. Out: nothing, or
an error that names file and kind, never the value. Next: the pages are put in place.
It reads all of a file: text, attributes, scripts, style, drawings and metadata, and
trusts nothing of how the page was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.agreement.tables import REGISTERS
from lagesbild.clean.personal_data import mask_personal_data
from lagesbild.errors import PublishError
from lagesbild.help_lines import dialled
from lagesbild.present import leaflet_files
from lagesbild.publish import page, processing, sheets_gate
from lagesbild.publish.hidden_numbers import find_hidden_numbers, list_known
from lagesbild.publish.word import read_words
from lagesbild.publish.written import list_unmarked_words
from lagesbild.read.register import read_register

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

_Find = Callable[[list[str], list[str]], list[str]]
PRIVATE = ("personnummer", "telefon", "e-post")
NAMES = ("namn", "person", "kontaktperson", "ansvarig", "handlaggare", "deltagare")
"""Headings of registers under which people's names stand."""
TEXTS = ("bedomning", "kommentar", "anteckning")
"""Headings of free text; it is for an audience that ``mottagare`` in its row names."""
_INLINE = ("b", "i", "em", "strong", "span", "small", "a", "abbr", "wbr", "tspan")
_DRAWN = ("d", "points", "viewbox", "transform", "x", "y", "x1", "x2", "y1", "y2")
_DRAWN += ("cx", "cy", "r", "rx", "ry", "width", "height", "dx", "dy")
_DRAWING = re.compile(
    r"[MmLlHhVvZzCcSsQqTtAa\d.,\s%e()-]*|(?:rotate|translate)\([^)]*\)"
)
_META = ("viewport", "color-scheme", "description")
_MOST_DRAWN = 100_000
_HASHES = re.compile(r"\b[0-9a-f]{16,64}\b|'sha256-[A-Za-z0-9+/=]+'")
_BLANK = re.compile(r"[\s\u00a0\u202f]+")
_SPAN = re.compile(
    r"(?<![\d.,-])[1-9]\d{0,2}(?:\u00a0\d{3})+\u2013[1-9]\d{0,2}(?:\u00a0\d{3})+(?!\d)"
)
"""Limits as we write them, "14 068–14 113": with a space they look like a telephone
number, which nobody writes with no-break spaces, an en dash and no 0 before."""
_DEGREES = re.compile(
    r"(?<![\d.,])(?:5[5-9]|6\d|1\d|2[0-4])[.,]\d{3,}(?!\d)"  # of latitude, longitude
)
_METRES = re.compile(
    r"(?<![\d.,])(?:6[1-9]|7[0-6])\d[ ]?\d{2}[ ]?\d{2}(?:[.,]\d+)?(?!\d)"
)
_LEAST_TEXT = 12
_LEAST_WRITTEN = 20
"""Shorter sentences of the registers ("Klotter i Centrum") are anybody's words."""


class _Reader(HTMLParser):
    """All that a file holds, by kind; words that stand together stay together."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.drawn: list[str] = []
        self.kept: dict[str, list[str]] = {"script": [], "style": []}
        self.faults: list[str] = []
        self.cells: list[str] = []
        self._open: str | None = None
        self._cell: list[str] | None = None
        self._block: list[str] = []

    def flush(self) -> None:
        """End a block of words."""
        self.words.append("".join(self._block))
        self._block = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in _INLINE:
            self.flush()
        told = dict(attrs)
        if tag in self.kept:
            self._open = tag
            self.kept[tag].append("")
        if tag in ("td", "th"):
            self._cell = []
        if tag == "meta" and told.get("name", _META[0]) not in _META:
            self.faults.append("okänd metadata")
        is_hidden = {"hid", "kh"} & set((told.get("class") or "").split())
        if is_hidden and "data-v" in told:
            self.faults.append("ett tal i en dold cell")
        if "data-v" in told:
            self.cells.append(told["data-v"] or "")
        for name, value in attrs:
            if name in _DRAWN:
                self.drawn.append(value or "")
            elif value:
                self.words.append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.flush()
        if tag in ("td", "th") and self._cell is not None:
            self.cells.append("".join(self._cell).strip())
            self._cell = None
        if tag == self._open:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.kept[self._open][-1] += data
            return
        self._block.append(data)
        if self._cell is not None:
            self._cell.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append("en kommentar i källan")


def check_publication(folder: Path, publication: Publication, ws: Workspace) -> None:
    """Hold every file of an audience's folder to what may leave the house.

    Parameters
    ----------
    folder : Path
    publication : Publication
    ws : Workspace

    Raises
    ------
    PublishError
        Names the file and what kind of thing it holds.
    """
    find, known = _finder(ws, publication), list_known(publication)
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".html":
            faults, words, cells = _read_page(text)
            faults += find_hidden_numbers(text, file.name, publication, known)
        elif file.suffix == ".csv":
            faults, words, cells = sheets_gate.read_sheet(text, known)
        else:
            faults, words, cells = [], sheets_gate.read_json(text), []
        name = f"{publication.audience}/{file.relative_to(folder).as_posix()}"
        _refuse([*faults, *find(words, cells)], name)


def check_document(
    file: Path, html: str, publication: Publication, ws: Workspace
) -> None:
    """Hold a Word document, and the fragments it was made of, to the same.

    Raises
    ------
    PublishError
        Names the file and what kind of thing it holds.
    """
    words, cells = read_words(file)
    faults = find_hidden_numbers(html, file.name, publication)
    _refuse([*faults, *_finder(ws, publication)(words, cells)], file.name)


def _finder(ws: Workspace, publication: Publication) -> _Find:
    """What finds faults in the words and cells of a file of this publication."""
    allowed = _allowed_addresses(ws, publication)
    banned = _banned_words(ws, publication)
    small = _small_numbers(ws, publication.audience)
    clean: set[str] = set()

    def find(words: list[str], cells: list[str]) -> list[str]:
        faults = _find_private([w for w in words if w not in clean], allowed)
        clean.update(words)  # or the run stops here
        told = _BLANK.sub(" ", " ".join(words)).casefold()
        faults += [kind for kind, pattern in banned if pattern.search(told)]
        return faults + (["ett litet antal"] if small.intersection(cells) else [])

    return find


def _refuse(faults: list[str], name: str) -> None:
    if faults:
        raise PublishError(
            f"{name} innehåller {faults[0]}. Inget har lagts ut. Ta bort det där det "
            "kommer ifrån: notebooken, registret eller kommun.toml."
        )


def _allowed_addresses(ws: Workspace, publication: Publication) -> list[str]:
    """Numbers and addresses that settings let stand, the longest first.

    A release that is made again shows the numbers that it was released with.
    """
    help_, contact = ws.settings.help, ws.settings.contact
    lines = [line.phone for line in help_.lines]
    lines += [
        line["phone"] for line in publication.meta.get("help", {}).get("lines", ())
    ]
    allowed = {contact.email, contact.phone, *help_.emails, *help_.phones}
    allowed |= {form for phone in lines for form in (phone, dialled(phone))}
    return sorted((a for a in allowed if a), key=len, reverse=True)


def _read_page(html: str) -> tuple[list[str], list[str], list[str]]:
    reader = _Reader()
    reader.feed(html)
    reader.flush()
    faults = list(reader.faults)
    # Leaflet's own file has a known hash, or it cannot be read at all
    known = (_page_file("page.js"), _page_file("karta.js"), leaflet_files.script())
    if any(script not in known for script in reader.kept["script"]):
        faults.append("ett okänt skript")
    known = (_page_file("karta.css"), leaflet_files.style())
    style, feet = _page_file("style.css"), []
    for told in reader.kept["style"]:
        if told in known:
            continue
        if not told.startswith(style):
            faults.append("en okänd stil")
        feet.append(told.removeprefix(style))
    for drawing in reader.drawn:
        if not _DRAWING.fullmatch(drawing):
            faults.append("något annat än en teckning i en teckning")
        if any(abs(float(n)) >= _MOST_DRAWN for n in re.findall(r"\d+", drawing)):
            faults.append("koordinater")
    return faults, [*reader.words, *feet], reader.cells


@cache
def _page_file(name: str) -> str:
    return (page.TEMPLATES / name).read_text(encoding="utf-8")


def _find_private(words: list[str], allowed: list[str]) -> list[str]:
    """Kinds of personal data and coordinates; what the settings list is taken away."""
    told = []
    for word in dict.fromkeys(words):
        word = _BLANK.sub(" ", _SPAN.sub(" ", _HASHES.sub(" ", word)))
        for text in allowed:
            word = re.sub(rf"(?<![\w.+-]){re.escape(text)}(?![\w-]|\.\w)", " ", word)
        if word.strip():
            told.append(word)
    texts = pd.Series(told, dtype="str")
    _, counts = mask_personal_data(texts)
    faults = [kind for kind in PRIVATE if counts.get(kind)]
    faults = [
        {"telefon": "ett telefonnummer", "e-post": "en e-postadress"}.get(k, k)
        for k in faults
    ]
    if any(_DEGREES.search(t) or _METRES.search(t) for t in told):
        faults.append("koordinater")
    return faults


def _small_numbers(ws: Workspace, audience: str) -> set[str]:
    """Whole numbers that no cell of a table may hold."""
    rule = getattr(ws.settings.audiences, audience)
    least = 0 if rule.protect_zeros else 1
    return {str(n) for n in range(least, rule.threshold)}


def _banned_words(
    ws: Workspace, publication: Publication
) -> list[tuple[str, re.Pattern]]:
    """Names and texts of registers and settings that are not for this audience."""
    found = {
        ("text som inte är märkt för mottagaren", part)
        for text in list_unmarked_words(
            ws.registers, publication.audience, as_of=publication.data_until
        )
        for part in re.split(r"(?<=[.!?])\s+", text)
        if len(part) >= _LEAST_WRITTEN
    }
    for file in sorted(ws.registers.glob("*.csv")):
        if file.stem in {register.file for register in REGISTERS.values()}:
            continue
        sheet = read_register(file)
        if "mottagare" in sheet:
            own = sheet["mottagare"].str.split(r"[,\s]+", regex=True)
            for_us = own.map(lambda told: publication.audience in told)
        else:
            for_us = pd.Series(False, sheet.index)
        for heading in sheet.columns:
            if heading in NAMES:
                names = {n for n in sheet[heading] if " " in n}
                found |= {("ett namn ur registren", name) for name in names}
            elif heading in TEXTS:
                found |= {
                    ("text som inte är märkt för mottagaren", part)
                    for text in sheet.loc[~for_us, heading]
                    for part in re.split(r"(?<=[.!?])\s+", text)
                }
    for source in ws.settings.sources.values():
        rule = source.governance
        # intern reads of it in behandlingar.html
        if rule is not None and publication.audience != processing.AUDIENCE:
            told = (rule.purpose, rule.decision_number)
            found |= {("text som inte är märkt för mottagaren", t) for t in told}
    known = {*publication.areas_listed["name"], publication.municipality}
    plain = {(kind, _BLANK.sub(" ", text).strip()) for kind, text in found}
    return [
        (kind, re.compile(rf"(?<!\w){re.escape(text.casefold())}(?!\w)"))
        for kind, text in sorted(plain)
        if text not in known and (len(text) >= _LEAST_TEXT or "namn" in kind)
    ]

"""Fragments of pages as a Word document: for those who file, sign or write further.

In: fragments that ``present`` has made, in order. Out: a DOCX with real headings, lists
and tables whose first row is their head, in Swedish, and without a clock or a person in
its properties. The words are those of the pages: there is no other way to them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.agreement.templates import save_without_clock
from lagesbild.errors import PublishError

if TYPE_CHECKING:
    from docx.document import Document

Runs = list[tuple[str, bool]]
"""Words in order, and whether they are bold."""
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
_PARAGRAPHS = ("p", *_HEADINGS)
_AROUND = ("section", "article", "aside", "div", "html", "body")
_INLINE = ("span", "b", "em", "small", "a", "p", "details", "br", "abbr")
_SKIPPED = ("svg", "summary")
_BOLD = ("b", "em")
_TABLE_STYLE = "Table Grid"
_PAGE_CM = 16.6
# also what XML cannot hold
_BLANK = re.compile(r"[ \x00-\x1f\x7f\ufffe\uffff]+")


def _blocks(element) -> Iterator[tuple[str, object]]:
    """The blocks of a fragment in order: kind, and runs or a table's rows of runs."""
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag in _PARAGRAPHS:
            yield child.tag, _runs(child)
        elif child.tag in ("ul", "ol"):
            yield from ((child.tag, _runs(item)) for item in child)
        elif child.tag == "dl":
            # each term stands before what is said of it, on one line
            for term, told in zip(child[::2], child[1::2], strict=True):
                yield "p", [*_runs(term, is_bold=True), (": ", True), *_runs(told)]
        elif child.tag == "table":
            yield "caption", _runs(child.find("caption"))
            yield "table", [[_runs(cell) for cell in row] for row in child.iter("tr")]
        elif child.tag in _AROUND:
            yield from _blocks(child)
        elif child.tag in _INLINE:
            yield "p", _runs(child)
        else:
            raise PublishError(f"Dokumentet skrevs inte: <{child.tag}> är okänt.")


def _runs(element, is_bold: bool = False) -> Runs:
    told = [(element.text or "", is_bold)]
    for child in element:
        if child.tag not in (*_INLINE, *_SKIPPED):
            raise PublishError(f"Dokumentet skrevs inte: <{child.tag}> är okänt.")
        if child.tag not in _SKIPPED and child.get("aria-hidden") != "true":
            # a word such as "Fler" stands before its sentence
            is_kind = "dir" in (child.get("class") or "").split()
            if child.tag in ("small", "p", "br"):
                told.append((". " if element.tag == "caption" else " ", False))
            told += _runs(child, is_bold or is_kind or child.tag in _BOLD)
            told += [(": ", True)] if is_kind else []
        told.append((child.tail or "", is_bold))
    return told


def write_document(fragments: Iterable[str], file: Path, *, title: str) -> Path:
    """Write fragments of pages as a Word document.

    Parameters
    ----------
    fragments : iterable of str
        HTML of ``Shown.page``, in order.
    file : Path
        Ends in .docx.
    title : str
        The document's title, in its properties.

    Returns
    -------
    Path
        The same fragments give the same bytes.

    Raises
    ------
    PublishError
        If a fragment has an element that this module does not know.
    """
    import docx
    import lxml.html

    document = docx.Document()
    _set_up(document, title)
    for fragment in fragments:
        if str(fragment).strip():
            around = lxml.html.fragment_fromstring(str(fragment), create_parent="div")
            for kind, content in _blocks(around):
                _add(document, kind, content)
    drafted = io.BytesIO()
    document.save(drafted)
    save_without_clock(drafted, file)
    return file


def _set_up(document: Document, title: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    told = document.core_properties
    told.title, told.language = title, "sv-SE"
    told.author = told.last_modified_by = "Lägesbild"
    told.comments = ""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "sv-SE")
    normal.element.get_or_add_rPr().append(language)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)


def _add(document: Document, kind: str, content) -> None:
    if kind == "table":
        _add_table(document, content)
        return
    if not _plain(content):
        return
    if kind in _HEADINGS:
        document.add_heading(_plain(content), level=_HEADINGS[kind])
        return
    styles = {"ul": "List Bullet", "ol": "List Number", "caption": "Caption"}
    paragraph = document.add_paragraph(style=styles.get(kind))
    paragraph.paragraph_format.keep_with_next = kind == "caption"
    _write(paragraph, content)


def _write(paragraph, runs, *, bold: bool = False) -> None:
    for text, is_bold in _tidy(runs):
        paragraph.add_run(text).bold = bold or is_bold or None


def _tidy(runs: Runs) -> Runs:
    """Runs with single spaces, and none at the ends; no-break spaces stay."""
    told: Runs = []
    for text, is_bold in runs:
        text = _BLANK.sub(" ", text)
        if not told or told[-1][0].endswith(" "):
            text = text.removeprefix(" ")
        if text:
            told.append((text, is_bold))
    if told:
        told[-1] = (told[-1][0].removesuffix(" "), told[-1][1])
    return told


def _plain(runs) -> str:
    return "".join(text for text, _ in _tidy(runs))


def _add_table(document: Document, rows: list[list[Runs]]) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(len(rows), len(rows[0]), style=_TABLE_STYLE)
    table.autofit = False
    widths = _widths(rows)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)  # some programs read the columns, others the cells
    for n, (line, cells) in enumerate(zip(table.rows, rows, strict=True)):
        for cell, runs, width in zip(line.cells, cells, widths, strict=True):
            cell.width = Cm(width)
            _write(cell.paragraphs[0], runs, bold=n == 0)
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(9)
        properties = line._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if n == 0:
            # the head: told to who listens, and on every sheet
            properties.append(OxmlElement("w:tblHeader"))
    document.add_paragraph()


def _widths(rows: list[list[Runs]]) -> list[float]:
    """Centimetres a column: as its longest word and its longest cell ask for."""
    asked = []
    for column in zip(*rows, strict=True):
        texts = [_plain(runs) for runs in column]
        word = max(len(part) for text in texts for part in (text or "-").split(" "))
        asked.append(max(word, 2.2 * max(map(len, texts)) ** 0.5, 8))
    return [_PAGE_CM * one / sum(asked) for one in asked]


def read_words(file: Path) -> tuple[list[str], list[str]]:
    """All words of a document, and the cells of its tables, for the last gate."""
    import docx

    document = docx.Document(str(file))
    told = document.core_properties
    cells = [
        cell.text
        for table in document.tables
        for row in table.rows
        for cell in row.cells
    ]
    words = [paragraph.text for paragraph in document.paragraphs]
    words += [told.title, told.author, told.comments, told.subject, told.keywords]
    return [word for word in (*words, *cells) if word], cells

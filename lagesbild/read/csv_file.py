"""Read a delivered CSV file: encoding, separator and heading row, all verified.

In: the file's bytes and a layout. Out: a frame of text as the sender wrote it, with
what was detected told in Swedish. Next: ``read.delivery``.
Nothing is guessed in silence: an encoding must decode every byte and give Swedish
text, a separator must give a row that holds every mapped heading.
"""

from __future__ import annotations

import codecs
import csv
import re
from contextlib import suppress

import pandas as pd

from lagesbild.bounds import refuse_cells, refuse_lines
from lagesbild.errors import ReadError
from lagesbild.limits import USUAL, Limits
from lagesbild.read.header import (
    MANY,
    MAX_TITLE_ROWS,
    Header,
    build_frame,
    damaged,
    find_header,
    refuse_width,
)
from lagesbild.workspace import Layout

_SEPARATORS = {";": "semikolon", ",": "komma", "\t": "tabb", "|": "lodstreck"}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SHOWN = {"utf-8-sig": "UTF-8 med BOM", "cp1252": "Windows-1252"}
_BLOCK = 1_000_000
_ASCII = re.compile(r"[\x00-\x7f]+")
_SWEDISH = re.compile(r"[åäöÅÄÖéÉèÈüÜáÁàÀøØæÆñçëÿ§°²³½´`¨–—’‘”“…•€\xa0«»·®©×±µ]+")
_TWICE_ENCODED = re.compile(r"Ã[¥¤¶\x85\x84\x96…„–]")


def decode(
    content: bytes,
    *,
    file_name: str,
    encoding: str | None = None,
    limits: Limits = USUAL,
):
    """Turn the file's bytes into text, strictly.

    Returns
    -------
    str
        The text, without byte-order mark.
    str
        The encoding's name, for the note.

    Raises
    ------
    ReadError
        If the file is empty, has more or longer lines than the limits allow, does
        not decode, or decodes to what is not Swedish.
    """
    refuse_lines(content, file_name, limits)
    if not content.strip(b"\x00\r\n\t ;,\xef\xbb\xbf\xff\xfe"):
        raise ReadError(f"{file_name}: filen är tom. Be avsändaren skicka den igen.")
    if encoding:
        return _decode_as(content, encoding, file_name), encoding
    for mark, name in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return _decode_as(content, name, file_name), name
    name = _propose(content)
    return _decode_as(content, name, file_name), name


def _propose(content: bytes) -> str:
    """The encoding that the bytes look like, the strictest first; then verified."""
    if content.count(b"\x00") > len(content) // 8:
        from charset_normalizer import from_bytes

        best = from_bytes(content, cp_isolation=["utf_16_le", "utf_16_be"]).best()
        return best.encoding if best else "utf-16-le"
    return next(
        (name for name in ("utf-8", "cp1252") if _fits(content, name)), "latin-1"
    )


def _fits(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decode_as(content: bytes, encoding: str, file_name: str) -> str:
    try:
        text = content.decode(encoding, errors="strict")
    except (UnicodeError, LookupError):
        raise ReadError(
            f"{file_name}: filen kan inte läsas med teckenkodningen '{encoding}'. "
            "Spara om den som UTF-8, eller rätta 'encoding' i kommun.toml."
        ) from None
    return _sane(text.removeprefix("\ufeff"), encoding, file_name)


def _sane(text: str, encoding: str, file_name: str) -> str:
    """Hold text to what a Swedish file holds, so that a wrong decoding is seen."""
    n_foreign = n_strange = n_twice = 0
    for start in range(0, len(text), _BLOCK):  # all at once takes many times its size
        block = text[start : start + _BLOCK]
        foreign = _ASCII.sub("", block)
        n_foreign += len(foreign)
        n_strange += len(_SWEDISH.sub("", foreign))
        n_twice += len(_TWICE_ENCODED.findall(block))
    is_older = not encoding.startswith(("utf-8", "utf_8"))
    wrong = "\ufffd" in text or "\x00" in text
    wrong = wrong or 2 * n_twice > n_foreign - n_twice
    if is_older:
        wrong = wrong or 2 * n_strange > n_foreign
        wrong = wrong or re.search(r"[\x80-\x9f]", text) is not None
    if wrong:
        raise ReadError(
            f"{file_name}: teckenkodningen går inte att fastställa – å, ä och ö blir "
            f"andra tecken som '{encoding}'. Spara om filen som UTF-8."
        )
    return text


def read_csv_file(
    content: bytes, layout: Layout, *, file_name: str, limits: Limits = USUAL
) -> tuple[pd.DataFrame | None, Header, tuple[str, ...]]:
    """Read a CSV file as one layout describes it.

    Parameters
    ----------
    content : bytes
    layout : Layout
        Its mapped headings verify the separator and find the heading row.
    file_name : str
        For errors.
    limits : Limits, optional

    Returns
    -------
    DataFrame or None
        One row, one data row (see ``build_frame``); None if no row holds the
        mapped headings.
    Header
        The heading row, or the nearest to one.
    tuple of str
        Swedish notes on what was detected.

    Raises
    ------
    ReadError
        If the file is empty, beyond the limits, or its encoding cannot be
        established.
    """
    text, encoding = decode(
        content, file_name=file_name, encoding=layout.encoding, limits=limits
    )
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", " ")
    text = text.rstrip("\n")
    wanted = tuple(layout.columns.values())
    head = [f"{line}\n" for line in text.split("\n", MAX_TITLE_ROWS)[:MAX_TITLE_ROWS]]
    separator, header = _find_separator(head, wanted, layout.separator)
    if not header.matches:
        return None, header, ()
    refuse_width(header, file_name)
    width = len(header.headings)
    n_cells = max(text.count(separator), width * text.count("\n"))
    refuse_cells(n_cells, file_name)
    n_lines = text.count("\n") - header.position
    if n_lines >= MANY and 4 * text.count(separator) < n_lines * (width - 1):
        raise ReadError(damaged(file_name, "de flesta", n_lines, width))
    body = [f"{line}\n" for line in text.split("\n")[header.position + 1 :]]
    rows, broken = _split(body, separator, width)
    frame, counted = build_frame(rows, header, broken, file_name=file_name)
    detected = (
        f"Teckenkodning: {_SHOWN.get(encoding, encoding.upper())}.",
        f"Skiljetecken: {_SEPARATORS.get(separator, separator)}.",
        f"Rubrikerna står på rad {header.position + 1}.",
    )
    return frame, header, detected + counted


def _find_separator(
    head: list[str], wanted: tuple[str, ...], declared: str | None
) -> tuple[str, Header]:
    """The separator that gives a row with all headings; the sniffed one first."""
    tried = [declared] if declared else _candidates(head)
    best = tried[0], Header(0, (), wanted, ())
    for separator in tried:
        # one line a row: title rows above may hold a lone quotation mark
        rows = [_split_line(line, separator) for line in head]
        header = find_header(rows, wanted)
        if header.matches:
            return separator, header
        if len(header.missing) < len(best[1].missing):
            best = separator, header
    return best


def _split_line(line: str, separator: str) -> list[str]:
    """The cells of one line; a line that the csv module gives up has none."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _candidates(head: list[str]) -> list[str]:
    import clevercsv

    sample = "".join(head)[:6000]
    try:
        sniffed = clevercsv.Sniffer().sniff(sample, delimiters=list(_SEPARATORS))
        first = [sniffed.delimiter] if sniffed and sniffed.delimiter else []
    except clevercsv.exceptions.Error:
        first = []  # no clear answer: the headings decide among the known ones
    return [*first, *(s for s in _SEPARATORS if s not in first)]


def _split(
    lines: list[str], separator: str, width: int
) -> tuple[list[list[str]], dict[int, str]]:
    """Split lines into rows; a quotation mark left open breaks one row, not the rest.

    Returns
    -------
    list of lists of str
        One row, one row of the file.
    dict
        Index of each broken row → Swedish reason.
    """
    rows: list[list[str]] = []
    broken: dict[int, str] = {}
    start = 0
    while start < len(lines):
        reader = csv.reader(lines[start:], delimiter=separator)
        done = 0
        # csv.Error: a field without end, so the line where it began is broken
        with suppress(csv.Error):
            for row in reader:
                span = lines[start + done : start + reader.line_num]
                if len(span) > 1 and _swallows(row, span, separator, width):
                    break
                rows.append(row)
                done = reader.line_num
        start += done
        if start < len(lines):
            broken[len(rows)] = "ett citattecken i raden avslutas aldrig"
            rows.append([""])
            start += 1
    return rows, broken


def _swallows(row: list[str], span: list[str], separator: str, width: int) -> bool:
    """Whether a row over several lines has eaten rows that were not its own."""
    return len(row) != width or any(
        line.count(separator) >= width - 1 for line in span[1:]
    )

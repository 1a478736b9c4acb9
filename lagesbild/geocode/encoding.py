"""Swedish letters that were lost between two encodings, read back where they can be.

In: a text. Out: the text with its letters. Every table is made from the encodings
themselves, and is used only where a broken letter stands within a word.
Used by words.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_LETTERS = "åäöÅÄÖéÉ"
_MISREADINGS = (  # written as, read as
    ("utf-8", "mac_roman"),
    ("utf-8", "cp850"),
    ("utf-8", "cp437"),
    ("cp850", "cp1252"),
)
_SEVEN_BIT = str.maketrans("}{|][\\", "åäöÅÄÖ")  # ISO 646 for Swedish, SS 63 61 27
_UTF_8 = re.compile("[ÃÂâ€Ð\u0080-\u009f]")
_WRITTEN = re.compile(
    r"&\#?\w+;|(?:%[0-9a-f]{2}){2}|\\(?:u00|x)[0-9a-f]{2}|(?<![^\sa-zåäö])=[CDEF][0-9A-F]",
    re.IGNORECASE,
)
_HEX_UNIT = re.compile(r"\\(?:u00|x)([0-9a-f]{2})", re.IGNORECASE)
_QUOTED = re.compile(r"(?<![^\sA-Za-zåäöÅÄÖ])=([CDEF][0-9A-F])(?=[a-zåäö=])")
_IN_WORD = r"(?<=[^\W\d_]){}(?=[^\W\d_])"
_BRACE_IN_WORD = re.compile(_IN_WORD.format("[{}]"))
_SUSPECT = re.compile(r"[ÃÂâ€Ð\u0080-\u009f√├┼„”†‡ŽŠšŒ™‚‹{}&%\\=]")


def _misread() -> list[tuple[re.Pattern, dict[str, str]]]:
    """For each pair of encodings: what shows that it happened, and its letters."""
    tables = []
    for written, read in _MISREADINGS:
        wrong = {
            letter.encode(written).decode(read, "replace"): letter
            for letter in _LETTERS
        }
        table = {bad: good for bad, good in wrong.items() if "\ufffd" not in bad}
        seen = "|".join(map(re.escape, table))
        pairs = "|".join(re.escape(bad) for bad in table if len(bad) > 1)
        shows = _IN_WORD.format(f"(?:{seen})") + (f"|{pairs}" if pairs else "")
        tables.append((re.compile(shows), table))
    return tables


_MISREAD = _misread()


def read_back(text: str) -> str:
    """The text with its Swedish letters, as far as what became of them is plain.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Unchanged where nothing shows that a letter was lost. UTF-8 read as Latin-1,
        cp1252, Mac Roman or DOS, once or more; DOS and Mac read as cp1252; letters
        written out for HTML, URL, JSON and e-mail; the seven-bit Swedish alphabet.
    """
    if not _SUSPECT.search(text):
        return text
    if _WRITTEN.search(text):
        text = _HEX_UNIT.sub(lambda found: chr(int(found[1], 16)), html.unescape(text))
        text = _QUOTED.sub(lambda found: chr(int(found[1], 16)), text)
        text = unquote(text, errors="replace")
    if _UTF_8.search(text):
        text = _mend(text)
    for shows, table in _MISREAD:
        if shows.search(text):
            for bad, good in table.items():
                text = text.replace(bad, good)
    if _BRACE_IN_WORD.search(text):
        text = text.translate(_SEVEN_BIT)
    return text


def _mend(text: str) -> str:
    """UTF-8 that was read as something else, wholly, in part or more than once."""
    for encoding in ("latin-1", "cp1252"):
        try:
            mended = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return _mend(mended) if _UTF_8.search(mended) else mended
    import ftfy

    return ftfy.fix_text(text)

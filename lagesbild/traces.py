"""Where a key, an address or a name occurs, in every file of a workspace.

In: a workspace and words to look for. Out: one row a file or table, how often, and
never the words themselves. For whoever answers for the data: extracts to a person
who asks (registerutdrag), and proof that what was to be deleted is gone.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath

import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.store_anew import list_objects, read_object
from lagesbild.workspace import Workspace

LEAST = 4
"""So many signs a search must have: fewer would be found everywhere."""
# a database holds its texts as UTF-8 among bytes that are none
_OTHER_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
_BETWEEN = "\0"  # no sign of any text, so that two cells are never read as one
_BLANK = re.compile(r"\s+")
_WORD = re.compile(r"\w+")


def find_traces(ws: Workspace, words: str) -> pd.DataFrame:
    """Search every file of the workspace and of its pages.

    Parameters
    ----------
    ws : Workspace
    words : str
        A sender's key, an address, a name. Case and width of blanks do not matter;
        whole words are found, so that "Storgatan 1" is not "Storgatan 12".

    Returns
    -------
    DataFrame
        One row, one file that holds the words: ``place`` (a table of the store, or
        what the folder is for), ``file`` (from the workspace's folder), ``n_hits``
        (cells of a table, otherwise occurrences). Files of tables are those on disk or
        in the bucket: what an earlier version still holds is found too.

    Raises
    ------
    UsageError
        If there are too few signs to look for.
    """
    if len(_plain(words)) < LEAST:
        raise UsageError(f"Skriv minst {LEAST} tecken att söka efter.")
    return find_any(ws, [words])


def find_any(ws: Workspace, many: Iterable[str]) -> pd.DataFrame:
    """Search every file for any of many words at once; each file is read once.

    Returns
    -------
    DataFrame
        As ``find_traces``; ``n_hits`` is of all the words together.
    """
    count, rows = _make_counter(many), []
    for base in (ws.root, ws.outputs):
        for file in _files(base):
            n_hits = _count_hits(file, count)
            if n_hits:
                name = file.relative_to(base).as_posix()
                rows.append((_place(base, ws, name), name, n_hits))
    rows += _search_bucket(ws, count)
    return pd.DataFrame(rows, columns=["place", "file", "n_hits"])


def _search_bucket(
    ws: Workspace, count: Callable[[str], int]
) -> list[tuple[str, str, int]]:
    """The same of every object below the workspace's prefix, in force or not."""
    rows = []
    for name in list_objects(ws):
        content = BytesIO(read_object(ws, name))
        n_hits = _count_hits(content, count, PurePosixPath(name).suffix)
        if n_hits:
            folders = name.split("/")[1:-1]
            place = f"tabellen {folders[0]}" if folders else "hinken"
            rows.append((place, f"{ws.settings.store.uri}/{name}", n_hits))
    return rows


def find_files(folder: Path, many: Iterable[str]) -> list[Path]:
    """Which files below a folder hold any of many words."""
    count = _make_counter(many)
    return [file for file in _files(folder) if _count_hits(file, count)]


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*")) if folder.is_dir() else []
    return [file for file in found if file.is_file()]


def _make_counter(many: Iterable[str]) -> Callable[[str], int]:
    """A function that counts whole words of many in a plain text, in one pass."""
    by_first = defaultdict(list)
    for word in {_plain(word) for word in many}:
        first = _WORD.search(word)
        if first:
            by_first[first[0]].append((first.start(), word))

    def count(text: str) -> int:
        n_hits = 0
        for found in _WORD.finditer(text):
            for offset, word in by_first.get(found[0], ()):
                start = found.start() - offset
                end = start + len(word)
                if start >= 0 and text.startswith(word, start):
                    n_hits += not (_is_word(text, start - 1) or _is_word(text, end))
        return n_hits

    return count


def _is_word(text: str, place: int) -> bool:
    return 0 <= place < len(text) and _WORD.match(text[place]) is not None


def _plain(text: str) -> str:
    return _BLANK.sub(" ", text).strip().casefold()


def _place(base: Path, ws: Workspace, name: str) -> str:
    """What a reader calls the folder that the file lies in."""
    if base == ws.outputs:
        return "sidor"
    parts = name.split("/")
    if parts[:2] == ["lager", "tabeller"] and len(parts) > 2:
        return f"tabellen {parts[2]}"
    return "/".join(parts[:2]) if parts[0] == "lager" and len(parts) > 2 else parts[0]


def _count_hits(
    file: Path | BytesIO, count: Callable[[str], int], suffix: str | None = None
) -> int:
    suffix = file.suffix if suffix is None else suffix
    read = _READERS.get(suffix.lower(), _read_text)
    try:
        return sum(count(_plain(text)) for text in read(file))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        # a file that is not what its name says is searched as bytes, never passed by
        return sum(count(_plain(text)) for text in _read_text(file))


def _read_text(file: Path | BytesIO) -> Iterator[str]:
    """The file as text; what is not UTF-8 in each way that it may have been written."""
    content = file.read_bytes() if isinstance(file, Path) else file.getvalue()
    try:
        yield content.decode("utf-8")
    except UnicodeDecodeError:
        for encoding in _OTHER_ENCODINGS:
            yield content.decode(encoding, errors="replace")


def _read_parquet(file: Path | BytesIO) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        opened = pq.ParquetFile(file)
        for batch in opened.iter_batches():
            for column in batch.columns:
                if pa.types.is_dictionary(column.type):
                    column = column.dictionary_decode()
                if pa.types.is_string(column.type) or pa.types.is_large_string(
                    column.type
                ):
                    yield _BETWEEN.join(v for v in column.to_pylist() if v is not None)
    except pa.ArrowException as error:
        raise ValueError(str(error)) from None


def _read_sheets(file: Path | BytesIO) -> Iterator[str]:
    """The texts of an Excel file, the parts of one cell put together."""
    from html import unescape

    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            if name.endswith(".xml"):
                told = parts.read(name).decode("utf-8", errors="replace")
                # </si> and </c> end a cell, other tags only its parts
                told = re.sub(r"</(?:si|c|row)>", _BETWEEN, told)
                yield unescape(re.sub(r"<[^>]*>", "", told))


_READERS: dict[str, Callable[[Path | BytesIO], Iterator[str]]] = {
    ".parquet": _read_parquet,
    ".xlsx": _read_sheets,
    ".xlsm": _read_sheets,
}

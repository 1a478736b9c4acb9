"""Keep a publication, and read it back as it was.

In: a ``Publication`` and its private folder. Out: ``celler.parquet``,
``statistik.parquet`` and ``publikation.json``. The last is written last and holds the
hash of the others: where they do not agree the publication was never finished, and is
not read.
Used by ``publication``. Same publication, same bytes. A process that opens the same
publication for page after page reads its files once.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
from dataclasses import fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from lagesbild.protect.published import Publication
from lagesbild.protect.remember import keep
from lagesbild.protect.texts import ProtectedText

CELLS_FILE, META_FILE = "celler.parquet", "publikation.json"
STATISTICS_FILE = "statistik.parquet"
_FRAMES = ("areas_listed", "protected_years", "deliveries")
_DICTS = ("quality", "findings", "about_statistics")
_PLAIN = ("meta", "contact")
_NOTHING = {"columns": [], "dtypes": [], "rows": []}


def keep_publication(folder: Path, publication: Publication) -> None:
    """Write a publication, whole or not at all."""
    tables = {
        CELLS_FILE: _to_parquet(publication.cells),
        STATISTICS_FILE: _to_parquet(publication.statistics),
    }
    told = {f.name: getattr(publication, f.name) for f in fields(publication)}
    del told["cells"], told["statistics"]
    told |= {name: _to_json(told[name]) for name in _FRAMES}
    for kind in _DICTS:
        told[kind] = {name: _to_json(frame) for name, frame in told[kind].items()}
    told["texts"] = {
        key: {"rows": _to_json(text.rows), "n_withheld": text.n_withheld}
        for key, text in publication.texts.items()
    }
    told["data_until"] = publication.data_until.isoformat()
    told["cells_sha256"] = _sha256(tables[CELLS_FILE])
    told["statistics_sha256"] = _sha256(tables[STATISTICS_FILE])
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    for name, content in tables.items():
        keep(folder / name, lambda part, content=content: part.write_bytes(content))
    keep(folder / META_FILE, lambda part: part.write_bytes(text.encode("utf-8")))


def read_publication(folder: Path) -> Publication | None:
    """The publication kept in a folder; None if none was finished there."""
    try:
        files = sorted(folder.iterdir())
    except FileNotFoundError:
        return None
    found = _read(folder, tuple(_sign(file) for file in files))
    return found and _apart(found)


def _sign(file: Path) -> tuple[str, int, int, int]:
    """Another for every file that takes the name: they are written whole."""
    told = file.stat()
    return file.name, told.st_ino, told.st_size, told.st_mtime_ns


def _apart(publication: Publication) -> Publication:
    """The same with values of its own: what one reader changes no other meets."""
    frames = ("cells", "statistics", *_FRAMES)
    own = {name: _shallow(getattr(publication, name)) for name in frames}
    for kind in _DICTS:
        held = getattr(publication, kind)
        own[kind] = {name: _shallow(frame) for name, frame in held.items()}
    own["texts"] = {
        key: replace(text, rows=_shallow(text.rows))
        for key, text in publication.texts.items()
    }
    own |= {name: copy.deepcopy(getattr(publication, name)) for name in _PLAIN}
    opened = replace(publication, **own)
    opened.share_lookups(publication)
    return opened


def _shallow(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.copy(deep=False)  # pandas copies what is written to, when it is


@lru_cache(maxsize=8)
def _read(folder: Path, signs: tuple) -> Publication | None:
    """What lies in the folder while its files have these signs."""
    try:
        told = json.loads((folder / META_FILE).read_text("utf-8"))
        cells = (folder / CELLS_FILE).read_bytes()
        # a release is read for years: what has been added to publications since is
        # empty, as statistics are in those of earlier versions
        wanted = told.pop("statistics_sha256", None)
        figures = (folder / STATISTICS_FILE).read_bytes() if wanted else b""
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if _sha256(cells) != told.pop("cells_sha256"):
        return None
    if wanted and _sha256(figures) != wanted:
        return None
    told |= {name: _from_json(told.get(name, _NOTHING)) for name in _FRAMES}
    for kind in _DICTS:
        kept = told.get(kind, {})
        told[kind] = {name: _from_json(frame) for name, frame in kept.items()}
    told["texts"] = {
        key: ProtectedText(
            key, told["audience"], _from_json(text["rows"]), text["n_withheld"]
        )
        for key, text in told.get("texts", {}).items()
    }
    told["data_until"] = date.fromisoformat(told["data_until"])
    if figures:
        told["statistics"] = pd.read_parquet(io.BytesIO(figures))
    return Publication(cells=pd.read_parquet(io.BytesIO(cells)), **told)


def _to_parquet(frame: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.to_parquet(content, index=False)
    return content.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _to_json(frame: pd.DataFrame) -> dict:
    content = frame.to_dict("split", index=False)
    rows = [[None if pd.isna(v) else _plain(v) for v in row] for row in content["data"]]
    dtypes = [str(dtype) for dtype in frame.dtypes]
    return {"columns": content["columns"], "dtypes": dtypes, "rows": rows}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _from_json(told: dict) -> pd.DataFrame:
    frame = pd.DataFrame(told["rows"], columns=told["columns"], dtype="object")
    return frame.astype(dict(zip(told["columns"], told["dtypes"], strict=True)))

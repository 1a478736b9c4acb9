"""Keep a publication, and read it back as it was.

In: a ``Publication`` and its private folder. Out: ``celler.parquet`` and
``publikation.json``. The latter is written last and holds the hash of the former:
where they do not agree the publication was never finished, and is not read.
Used by ``publication``. Same publication, same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import fields
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild.protect.published import Publication
from lagesbild.protect.remember import keep
from lagesbild.protect.texts import ProtectedText

CELLS_FILE, META_FILE = "celler.parquet", "publikation.json"
_FRAMES = ("areas_listed", "protected_years", "deliveries")
_DICTS = ("quality", "findings")
_NOTHING = {"columns": [], "dtypes": [], "rows": []}


def keep_publication(folder: Path, publication: Publication) -> None:
    """Write a publication, whole or not at all."""
    cells = io.BytesIO()
    publication.cells.to_parquet(cells, index=False)
    told = {f.name: getattr(publication, f.name) for f in fields(publication)}
    del told["cells"]
    told |= {name: _to_json(told[name]) for name in _FRAMES}
    for kind in _DICTS:
        told[kind] = {name: _to_json(frame) for name, frame in told[kind].items()}
    told["texts"] = {
        key: {"rows": _to_json(text.rows), "n_withheld": text.n_withheld}
        for key, text in publication.texts.items()
    }
    told["data_until"] = publication.data_until.isoformat()
    told["cells_sha256"] = hashlib.sha256(cells.getvalue()).hexdigest()
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    keep(folder / CELLS_FILE, lambda part: part.write_bytes(cells.getvalue()))
    keep(folder / META_FILE, lambda part: part.write_bytes(text.encode("utf-8")))


def read_publication(folder: Path) -> Publication | None:
    """The publication kept in a folder; None if none was finished there."""
    try:
        told = json.loads((folder / META_FILE).read_text("utf-8"))
        cells = (folder / CELLS_FILE).read_bytes()
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if hashlib.sha256(cells).hexdigest() != told.pop("cells_sha256"):
        return None
    # a release is read for years: what has been added to publications since is empty
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
    return Publication(cells=pd.read_parquet(io.BytesIO(cells)), **told)


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

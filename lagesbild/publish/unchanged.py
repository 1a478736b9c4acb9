"""Which pages need not be made again: nothing that they are made from has changed.

In: the tasks of a run and the pages that lie in outputs/. Out: the tasks that are
left; the pages of the others are taken over byte by byte, with their times. What each
page was made from is kept as a hash in the private ``lager/korningar/``, beside the
executed notebooks. A page that was changed by hand is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.publish.manifest import sha256, sha256_of_all
from lagesbild.publish.products import PRODUCTS

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.publish.work import Task
    from lagesbild.workspace import Workspace

STATE = "sidor.json"
_LIBRARIES = ("pandas", "altair", "shapely", "ipython", "papermill", "nbformat")
_LIBRARIES += ("jinja2", "markupsafe", "markdown-it-py")
_WHOLE = ("", "*")
"""Cells that every area sheet may tell: "Utan område" and the municipality."""
_NEVER_SHOWN = ("sequence_number", "made_from", "settings_sha256", "registers")
_NEVER_SHOWN += ("statistics_version",)
_STATISTICS = ("statistics", "about_statistics")
"""Fields of a publication that only some products show."""


def keys_of(
    ws: Workspace, publication: Publication, tasks: list[Task]
) -> dict[str, str]:
    """Hash all that each page of an audience is made from.

    Parameters
    ----------
    ws : Workspace
    publication : Publication
    tasks : list of Task
        Those of the audience.

    Returns
    -------
    dict of str to str
        By the page's file name. An area sheet is made from the cells of its area and
        of the whole municipality, and from all that is not cells; other pages from
        the whole publication. Published statistics count for the products that use
        them.
    """
    common = [_program(), ws.settings_sha256, sha256_of_all(ws.reference, ws.registers)]
    parts = parts_of(publication, [task.parameters.get("area_id") for task in tasks])
    using = {product.name for product in PRODUCTS if product.uses_statistics}
    statistics = _fields(publication, _STATISTICS)
    keys = {}
    for task, part in zip(tasks, parts, strict=True):
        own = [
            sha256(task.notebook),
            json.dumps(task.parameters, sort_keys=True, default=str),
            f"{task.title}\n{task.file}\n{task.frame}",
            statistics if task.product in using else "",
        ]
        keys[task.file] = _hash(*common, *own, part)
    return keys


def parts_of(publication: Publication, area_ids: list[str | None]) -> list[str]:
    """Hash what the sheet of each area may show of a publication; None is all of it."""
    rows = pd.util.hash_pandas_object(publication.cells, index=False).to_numpy()
    areas, beside = publication.cells["area_id"], _beside_the_cells(publication)
    told = []
    for area_id in area_ids:
        part = rows if area_id is None else rows[areas.isin([*_WHOLE, area_id])]
        told.append(_hash(beside, hashlib.sha256(part.tobytes()).hexdigest()))
    return told


def take_over(
    tasks: list[Task], keys: dict[str, str], *, pages: Path
) -> tuple[list[Task], list[dict]]:
    """Copy the pages that need not be made again; tell which are left to make.

    Parameters
    ----------
    tasks : list of Task
        Of one audience.
    keys : dict
        From ``keys_of``; none makes every page again.
    pages : Path
        The audience's folder of finished pages.

    Returns
    -------
    left : list of Task
    kept : list of dict
        One entry a page: file, product, audience and seconds.
    """
    left, kept = [], []
    for task in tasks:
        made, page = _read(task.executed).get(task.file), pages / task.file
        is_same = made is not None and made["made_from"] == keys.get(task.file)
        if not is_same or not page.is_file() or sha256(page) != made["sha256"]:
            left.append(task)
            continue
        shutil.copyfile(page, task.folder / task.file)
        _keep_time(task.folder / task.file, page)
        told = {"file": task.file, "product": task.product, "audience": task.audience}
        kept.append(told | {"seconds": 0.0, "is_kept": True})
    return left, kept


def remember(tasks: list[Task], keys: dict[str, str]) -> None:
    """Keep what the pages of an audience were made from, and their own hashes."""
    for folder in {task.executed for task in tasks}:
        told = {
            task.file: {
                "made_from": keys[task.file],
                "sha256": sha256(task.folder / task.file),
            }
            for task in tasks
            if task.executed == folder
        }
        text = json.dumps(told, indent=1) + "\n"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / STATE).write_text(text, encoding="utf-8", newline="\n")


def keep_times(new: Path, old: Path) -> None:
    """Give files that became the same, byte by byte, the times of the old ones."""
    for file in new.rglob("*"):
        before = old / file.relative_to(new)
        if before.is_file() and before.read_bytes() == file.read_bytes():
            _keep_time(file, before)


def _keep_time(file: Path, before: Path) -> None:
    """The time alone: who may read the file is not for an earlier one to say."""
    told = before.stat()
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))


def _read(folder: Path) -> dict:
    try:
        return json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _beside_the_cells(publication: Publication) -> str:
    names = [field.name for field in fields(publication)]
    return _fields(publication, [n for n in names if n not in ("cells", *_STATISTICS)])


def _fields(publication: Publication, names: Sequence[str]) -> str:
    told = []
    for name in names:
        value = getattr(publication, name)
        if name == "meta":
            value = {k: v for k, v in value.items() if k not in _NEVER_SHOWN}
        told.append(f"{name} {_text(value)}")
    return _hash(*told)


def _text(value: object) -> str:
    if isinstance(value, pd.DataFrame):
        return f"{list(value.dtypes)}\n{value.to_csv(index=False)}"
    if isinstance(value, dict):
        return "\n".join(f"{k}: {_text(value[k])}" for k in sorted(value))
    return repr(value)


@cache
def _program() -> str:
    """Hash of our code, templates and tables, and of the libraries that draw."""
    return _hash(hash_code(), *(f"{name} {version(name)}" for name in _LIBRARIES))


@cache
def hash_code() -> str:
    """Hash of our code, templates and tables, as they are installed here."""
    home = Path(__file__).parents[1]
    files = [f for f in home.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    told = [f"{f.relative_to(home).as_posix()} {sha256(f)}" for f in files]
    return _hash(*sorted(told))


def _hash(*told: str) -> str:
    return hashlib.sha256("\0".join(told).encode("utf-8")).hexdigest()

"""Whether a cycle's pages are made of what is there now, found without a table.

In: the workspace's files and pages, as sizes and times. Out: what the last run told, if
neither has changed since. Imports nothing heavy: of three hundred municipalities most
are ready when a run goes on after it was stopped. Used by ``many``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.publish import news

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

FILE = "klar.json"
LIBRARIES = ("pandas", "numpy", "geopandas", "shapely", "pyproj", "pyarrow")
LIBRARIES += ("deltalake", "altair", "vl-convert-python", "scipy", "statsmodels")
LIBRARIES += ("highspy", "ipython", "papermill", "nbformat", "jinja2", "markupsafe")
LIBRARIES += ("markdown-it-py", "joblib")
"""Packages that figures and pages are made with."""


def look(ws: Workspace, cycle: str, parameters: dict) -> str:
    """Hash of all that the pages of a cycle would be made from, by size and time.

    Parameters
    ----------
    ws : Workspace
    cycle : str
    parameters : dict
        Further ones that the run is given.
    """
    told = [cycle, parameters, versions(), news.look_at_sources(ws)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the packages that pages are made with."""
    told = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in LIBRARIES:
        try:
            told[name] = version(name)
        except PackageNotFoundError:
            told[name] = "saknas"
    return told


def find_ready(ws: Workspace, cycle: str, seen: str) -> dict | None:
    """What was told when the pages were made, if nothing has changed since.

    Parameters
    ----------
    ws : Workspace
    cycle : str
    seen : str
        From ``look``, now.
    """
    try:
        kept = json.loads(_file(ws, cycle).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    now = {"seen": seen, "pages": news.look_below(ws.outputs / cycle)}
    return kept["told"] if {key: kept[key] for key in now} == now else None


def keep(ws: Workspace, cycle: str, seen: str, told: dict) -> None:
    """Remember that the pages are made, and of what; whole or not at all.

    Parameters
    ----------
    ws : Workspace
    cycle : str
    seen : str
        From ``look``, before the pages were begun.
    told : dict
        What ``find_ready`` is to give.
    """
    pages = news.look_below(ws.outputs / cycle)
    file = _file(ws, cycle)
    part = file.with_suffix(".del")
    text = json.dumps({"seen": seen, "told": told, "pages": pages}) + "\n"
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, file)


def _file(ws: Workspace, cycle: str) -> Path:
    return ws.lager / "korningar" / cycle / FILE

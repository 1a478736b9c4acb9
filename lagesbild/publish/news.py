"""Whether anything is new since the last update, found without opening a table.

In: the workspace's files. Out: sizes and times, and whether they are those of the last
update that was finished. Imports nothing heavy: ``lagesbild update`` is run every few
minutes, and most times there is nothing to do.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

FILE = "uppdaterad.json"
_INTERNAL = "intern"


def look(ws: Workspace) -> dict[str, list[int]]:
    """Size and time of every file that pages are made from, and of the pages.

    Returns
    -------
    dict
        By the file's place: below the workspace, the project or the program.
    """
    found = _below(ws.inbox, ws.root) | look_at_sources(ws)
    pages = sorted(ws.outputs.glob(f"*/{_INTERNAL}/manifest.json"))
    return found | _of(pages, ws.outputs)


def look_at_sources(ws: Workspace) -> dict[str, list[int]]:
    """Size and time of every file that pages are made from, as ``look``."""
    program = Path(__file__).parents[1]
    found = _below(ws.registers, ws.root) | _below(ws.reference, ws.root)
    found |= _of([ws.root / "kommun.toml"], ws.root)
    found |= _below(ws.project / "notebooks", ws.project)
    found |= _below(program, program)
    found |= _below(ws.lager / "statistik", ws.root)
    return found | _commits(ws)


def look_below(folder: Path) -> dict[str, list[int]]:
    """Size and time of every file of a folder, as ``look``."""
    return _below(folder, folder)


def _commits(ws: Workspace) -> dict[str, list[int]]:
    if not ws.settings.store.is_remote:
        logs = sorted((ws.lager / "tabeller").glob("*/_delta_log/*.json"))
        return _of(logs, ws.root)
    from lagesbild.store_anew import list_commits  # heavy, as what a bucket needs is

    return {place: [changed_at] for place, changed_at in list_commits(ws)}


def read_last(ws: Workspace) -> dict[str, list[int]]:
    """What was seen when the last update was finished; nothing if there is none."""
    try:
        return json.loads((ws.lager / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def write_last(ws: Workspace, seen: dict[str, list[int]]) -> None:
    """Keep what has been seen, whole or not at all."""
    part = ws.lager / f"{FILE}.del"
    part.write_text(json.dumps(seen) + "\n", encoding="utf-8", newline="\n")
    os.replace(part, ws.lager / FILE)


def still_arriving(
    ws: Workspace, before: dict[str, list[int]], now: dict[str, list[int]]
) -> set[Path]:
    """Files in inkommande/ that were changed between two looks: not whole yet."""
    inbox = f"{ws.inbox.name}/"
    names = [name for name in now if name.startswith(inbox)]
    return {ws.root / name for name in names if now[name] != before.get(name)}


def _below(folder: Path, base: Path) -> dict[str, list[int]]:
    skipped = {"__pycache__", ".ipynb_checkpoints"}
    files = [f for f in folder.rglob("*") if not skipped & set(f.parts)]
    return _of(files, base)


def _of(files: list[Path], base: Path) -> dict[str, list[int]]:
    told = {}
    for file in files:
        if file.is_file():
            state = file.stat()
            name = file.relative_to(base).as_posix()
            told[name] = [state.st_size, state.st_mtime_ns]
    return told

"""Make the pages of a released cycle again, and hold them to what was handed out.

In: what the release recorded: its publication, kept cell by cell, and its manifest.
Out: which files became the same, byte by byte, and which did not. No row of a delivery
is read. Pages that are gone from outputs/ are put back if all became the same.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild import private
from lagesbild.audiences import RELEASED
from lagesbild.errors import ReleaseError
from lagesbild.frozen import find_releases
from lagesbild.period import Period
from lagesbild.publication import HANDED, open_release
from lagesbild.publish import batch, exchange, manifest
from lagesbild.publish.plan import check_notebooks
from lagesbild.publish.work import How
from lagesbild.workspace import AUDIENCES, lock, make_private_folder

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

_FOLDER = "som_utlamnat"


def make_as_published(
    ws: Workspace,
    cycle: Period | str,
    *,
    jobs: int | None = None,
    time_limit: float | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> dict:
    """Make a released cycle's pages again in a private folder, and compare them.

    Parameters
    ----------
    ws : Workspace
    cycle : Period or str
        A quarter that has been released to somebody.
    jobs, time_limit, on_progress
        As for ``run_cycle``.

    Returns
    -------
    dict
        cycle; ``audiences``, by name: n_same, differs (files with other bytes) and
        missing (files handed out that were not made); and ``ok``, whether all became
        the same.

    Raises
    ------
    ReleaseError
        If the cycle has not been released, or the release's manifest is gone.
    StoreError
        If the released cells are gone or damaged.
    """
    cycle = str(Period(str(cycle)))
    audiences = [name for label, name in find_releases(ws) if label == cycle]
    if not audiences:
        raise ReleaseError(f"{cycle} är inte utlämnat till någon; inget att göra om.")
    how, told = How(jobs, False, time_limit, on_progress, force=True), {}
    with lock(ws):
        for audience in audiences:
            handed = _read_manifest(ws, cycle, audience)
            staging = ws.lager / batch.RUNS / cycle / _FOLDER
            shutil.rmtree(staging, ignore_errors=True)
            make_private_folder(staging)
            given = check_notebooks(ws.project / "notebooks", handed["parameters"])
            found = open_release(ws, cycle, audience)
            batch.make_pages(ws, [found], staging, given=given, how=how)
            told[audience] = _compare(handed["files"], staging / audience)
            if not told[audience]["differs"] + told[audience]["missing"]:
                _put_back(ws, cycle, audience, staging)
            shutil.rmtree(staging)
    ok = not any(one["differs"] or one["missing"] for one in told.values())
    return {"cycle": cycle, "audiences": told, "ok": ok}


def keep_manifest(
    ws: Workspace, cycle: Period | str, audience: str, file: Path
) -> None:
    """Keep a release's manifest beside its cells; the pages' own may be lost."""
    kept = ws.lager / HANDED / str(cycle) / audience / manifest.NAME
    shutil.copyfile(file, kept)


def _read_manifest(ws: Workspace, cycle: str, audience: str) -> dict:
    # releases of earlier versions have it among the pages alone
    for folder in (ws.lager / HANDED, ws.outputs):
        file = folder / cycle / audience / manifest.NAME
        if file.is_file():
            return json.loads(file.read_text(encoding="utf-8"))
    raise ReleaseError(
        f"Det går inte att säga om {cycle} för {audience} blir som det lämnades ut: "
        f"{manifest.NAME} är borta. Lägg tillbaka säkerhetskopian."
    )


def _compare(handed: dict[str, str], folder: Path) -> dict:
    files = [file for file in folder.rglob("*") if file.is_file()]
    made = {f.relative_to(folder).as_posix(): manifest.sha256(f) for f in files}
    return {
        "n_same": sum(made.get(name) == told for name, told in handed.items()),
        "differs": sorted(n for n in handed if n in made and made[n] != handed[n]),
        "missing": sorted(set(handed) - set(made)),
    }


def _put_back(ws: Workspace, cycle: str, audience: str, staging: Path) -> None:
    pages = ws.outputs / cycle
    if (pages / audience).is_dir():
        return
    with exchange.replacing(pages) as new:
        batch.keep_folders(ws, Period(cycle), new, AUDIENCES)
        shutil.copytree(staging / audience, new / audience)
        kept = ws.lager / HANDED / cycle / audience / manifest.NAME
        if kept.is_file():  # the one handed out: registers may have changed since
            shutil.copyfile(kept, new / audience / manifest.NAME)
        private.share(new, RELEASED)

"""What a set of pages was made from, so that it can be made again byte for byte.

In: a folder of finished pages and their publication. Out: ``manifest.json``. It names
no clock, host or person; run times are kept apart, in the private lager.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

NAME = "manifest.json"


def write(
    staging: Path,
    publication: Publication,
    workspace: Workspace,
    *,
    parameters: dict | None = None,
) -> None:
    """Write the manifest of an audience's pages, last of its files.

    Parameters
    ----------
    staging : Path
        Holds the finished pages in a folder an audience.
    publication : Publication
    workspace : Workspace
    parameters : dict, optional
        Further parameters of the run.
    """
    folder = staging / publication.audience
    written = sorted(f for f in folder.rglob("*") if f.is_file() and f.name != NAME)
    content = {
        "municipality": publication.municipality,
        "cycle": str(publication.cycle),
        "audience": publication.audience,
        "status": publication.status,
        "as_of": str(publication.data_until)[:10],
        "sequence_number": publication.meta.get("sequence_number"),
        "statistics_version": publication.meta.get("statistics_version"),
        "made_from": publication.meta.get("made_from"),
        "settings_sha256": workspace.settings_sha256,
        "registers_sha256": sha256_of_all(workspace.reference, workspace.registers),
        "registers": publication.meta.get("registers", {}),
        "notebooks_sha256": sha256_of_all(workspace.project / "notebooks"),
        "parameters": parameters or {},
        "lagesbild_version": version("lagesbild"),
        "files": {f.relative_to(folder).as_posix(): sha256(f) for f in written},
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")


def read_status(folder: Path) -> str:
    """The status of the pages in a folder: "Utkast", who decided, or "" if none."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return ""
    return str(told.get("status", ""))


def sha256_of_all(*folders: Path) -> str:
    """One hash of all the files there; their names are an analyst's and stay here."""
    files = [f for folder in folders for f in folder.glob("*") if f.is_file()]
    lines = sorted(f"{file.name} {sha256(file)}" for file in files)
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def sha256(file: Path) -> str:
    """Of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()

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


def write(folder: Path, publication: Publication, workspace: Workspace) -> None:
    """Write the manifest of an audience's pages, last of its files.

    Parameters
    ----------
    folder : Path
        Holds the finished pages.
    publication : Publication
    workspace : Workspace
    """
    pages = sorted(file for file in folder.iterdir() if file.name != NAME)
    content = {
        "municipality": publication.municipality,
        "cycle": str(publication.cycle),
        "audience": publication.audience,
        "status": publication.status,
        "as_of": str(publication.data_until)[:10],
        "sequence_number": publication.meta.get("sequence_number"),
        "settings_sha256": workspace.settings_sha256,
        "lagesbild_version": version("lagesbild"),
        "files": {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in pages
        },
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")

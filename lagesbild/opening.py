"""Open a workspace that no command, cut short, has left half done.

In: its folder. Out: a ``Workspace``; what an earlier command was cut short in is first
finished or undone. Used by ``cli_shared`` and ``many``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace


def open_whole(folder: str | Path | None = None) -> Workspace:
    """Open the workspace and finish or undo what an interrupted command left.

    Parameters
    ----------
    folder : str or Path, optional
        As ``open_workspace`` takes it.

    Raises
    ------
    SettingsError
        As ``open_workspace``.
    """
    from lagesbild.publish.exchange import finish_or_undo
    from lagesbild.workspace import open_workspace

    ws = open_workspace(folder)
    finish_or_undo(ws)
    if (ws.lager / "gallring.json").exists():
        from lagesbild.purge import finish

        finish(ws)
    return ws

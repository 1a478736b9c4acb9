"""What the commands share: how one is declared, and the workspace it is about.

In: options typed in a terminal. Out: a ``Workspace`` that no interrupted run has left
half done, a quarter. Used by ``cli``, ``cli_cycle`` and ``cli_alone``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lagesbild import terminal
from lagesbild.errors import UsageError

if TYPE_CHECKING:
    from lagesbild.period import Period
    from lagesbild.workspace import Workspace

FOLDER = click.Path(file_okay=False, path_type=Path)
LAYER = click.Path(exists=True, path_type=Path)  # some layers are folders

workspace_option = click.option(
    "-w",
    "--workspace",
    type=FOLDER,
    metavar="MAPP",
    help="Arbetsyta; annars LAGESBILD_WORKSPACE, annars data/exempelkommun.",
)


def command(name: str, *, workspace: bool = True) -> Callable:
    """Declare a command with the options that all have."""

    def decorate(function: Callable) -> click.Command:
        function = terminal.debug_option(function)
        if workspace:
            function = workspace_option(function)
        return click.command(name, options_metavar="[FLAGGOR]")(function)

    return decorate


def of_the_group(name: str) -> object:
    """An option that was typed before the command's name."""
    return click.get_current_context().find_root().params.get(name)


def open_asked(folder: Path | None) -> Workspace:
    """Open the workspace and finish or undo what an interrupted run left."""
    from lagesbild.opening import open_whole

    return open_whole(folder or of_the_group("workspace"))


def quarter(text: str) -> Period:
    """The quarter that was typed.

    Raises
    ------
    UsageError
        If it is a period of another kind.
    """
    from lagesbild.period import Period

    period = Period(text)
    if period.kind != "quarter":
        raise UsageError(f"'{text}' är inget kvartal. Skriv till exempel 2026-K3.")
    return period

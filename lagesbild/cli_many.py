"""What ``run --all`` tells of the municipalities of a folder.

In: a folder, a quarter and what was asked for. Out: a line a municipality as it is
done, a table, the faults, an exit code. Used by ``cli_cycle``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lagesbild import terminal
from lagesbild.errors import LagesbildError, UsageError

if TYPE_CHECKING:
    from lagesbild.many import Asked


def run_all(
    folder: Path, asked: Asked, *, jobs: int | None, dask: str | None, as_json: bool
) -> int:
    """Make the quarter of every municipality of a folder; the worst exit code."""
    from lagesbild import many

    folders, done = many.find_workspaces(folder), []

    def tell(n_done: int, n_all: int, one: dict) -> None:
        done.append(one)
        if not as_json:
            click.echo(f"{n_done}/{n_all} {one['folder']}: {_in_words(one)}")

    try:
        with (
            _places(folders, dask) as where,
            terminal.progress("Gör kommuner", quiet=as_json) as move,
        ):
            how = {"places": where.places, "jobs": jobs or where.count}
            told = many.run_all(folders, asked, **how, on_begun=move, on_done=tell)
    except KeyboardInterrupt:
        _tell_stopped(done, len(folders))
        return 1
    if as_json:
        terminal.print_json(told)
    else:
        _tell_all(told, folder)
    failed = [one["exit_code"] for one in told["municipalities"] if "error" in one]
    return max(failed, default=0)


@dataclass(frozen=True)
class _Where:
    """Where municipalities are made, and how many at a time."""

    places: Callable
    count: int


@contextmanager
def _places(folders: list[Path], dask: str | None) -> Iterator[_Where]:
    if not dask:
        from joblib import cpu_count

        from lagesbild.publish.slots import on_this_machine

        yield _Where(on_this_machine, cpu_count())
        return
    from lagesbild.publish.cluster import connect
    from lagesbild.workspace import open_workspace

    with connect(dask) as cluster:
        for folder in folders:
            with suppress(LagesbildError, OSError):  # told when its turn comes
                ws = open_workspace(folder.absolute())
                break
        else:
            raise UsageError(f"Ingen arbetsyta i '{folders[0].parent}' går att öppna.")
        cluster.check_sight(ws)
        yield _Where(cluster.places, cluster.count)


def _in_words(one: dict) -> str:
    if "error" in one:
        return "misslyckades, se nedan"
    if not one["made"]:
        return one["outcome"]
    pages = terminal.number(one["pages"], "sida", "sidor")
    return f"{pages}, varav {one['made']} gjorda, på {one['seconds']:.0f} sekunder"


def _tell_all(told: dict, folder: Path) -> None:
    rows = [
        [one["folder"], one["outcome"], one["pages"], one["made"], _notes(one)]
        for one in told["municipalities"]
    ]
    terminal.print_table(["Mapp", "Utfall", "Sidor", "Gjorda", "Att veta"], rows)
    _tell_faults(told["municipalities"])
    n_all = len(told["municipalities"])
    n_ready = n_all - told["failed"]
    click.echo(
        f"{n_ready} av {n_all} kommuner är klara för {told['cycle']}: {told['made']} "
        f"gjorda och {told['unchanged']} oförändrade, på {told['seconds']:.0f} "
        "sekunder."
    )
    if told["failed"]:
        click.echo(
            f"{told['failed']} misslyckades; deras förra sidor är orörda. Rätta felen "
            "och kör samma kommando igen: de som är klara görs inte om."
        )


def _tell_faults(municipalities: list[dict]) -> None:
    for one in municipalities:
        if "error" in one:
            click.echo(f"Fel: {one['folder']}: {one['error']}", err=True)


def _notes(one: dict) -> str:
    notes = [f"{audience} redan utlämnat" for audience in one["released"]]
    if one["n_purged"]:
        notes.append(f"{terminal.number(one['n_purged'], 'rad', 'rader')} gallrade")
    return ", ".join(notes)


def _tell_stopped(done: list[dict], n_all: int) -> None:
    _tell_faults(done)
    n_ready = sum("error" not in one for one in done)
    click.echo(
        f"Avbrutet. {n_ready} av {n_all} kommuner är klara; de andra har sina förra "
        "sidor. Kör samma kommando igen, så fortsätter det där det stannade.",
        err=True,
    )

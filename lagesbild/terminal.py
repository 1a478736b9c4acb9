"""How the command line speaks: click in Swedish, tables, JSON, bars and faults.

In: values that a command has. Out: text on standard output; bars and faults on
standard error. Used by ``cli`` and its parts. rich is imported where something is
drawn, so that the help answers at once.
"""

from __future__ import annotations

import gettext
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import click

from lagesbild.errors import LagesbildError, explain

# click fetches its own texts from gettext's domain "messages", some of them already
# when a command is declared: the catalogue must be in place before the first one is.
os.environ["LANGUAGE"] = "sv"
gettext.bindtextdomain("messages", Path(__file__).with_name("locale"))

# Read from the arguments in run(): a fault may come before it is parsed.
debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, help="Visa hela felspåret vid fel."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Skriv bara ett JSON-objekt."
)

DELIVERY_KEYS = (
    "file",
    "source",
    "rows_in",
    "rows_stored",
    "rows_unchanged",
    "rows_quarantined",
    "status",
)
"""What is told of a delivery as JSON, in this order."""


class Sections(click.Group):
    """A group that lists its commands in sections, in the order of the work."""

    sections: ClassVar[dict[str, tuple[str, ...]]] = {}

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the section of each title with its commands."""
        for title, names in self.sections.items():
            with formatter.section(title):
                told = [(n, self.commands[n].get_short_help_str(70)) for n in names]
                formatter.write_dl(told)


def shown(path: Path) -> str:
    """The path as short as it can be written from here."""
    path = Path(path)
    inside = path.is_absolute() and path.is_relative_to(Path.cwd())
    return str(path.relative_to(Path.cwd()) if inside else path)


def listed(names: list[str]) -> str:
    """How many, and which: all if few, else the first and the last."""
    if not names:
        return "inga"
    few = ", ".join(names) if len(names) <= 4 else f"{names[0]} … {names[-1]}"
    return f"{len(names)} ({few})"


def number(count: int, one: str, many: str) -> str:
    """A count with its word: "1 rad", "2 rader"."""
    return f"{count} {one if count == 1 else many}"


def print_json(told: dict) -> None:
    """One object and nothing else; ASCII, so valid whatever the terminal's encoding."""

    def plain(value: object) -> object:
        return value.item() if hasattr(value, "item") else str(value)

    click.echo(json.dumps(told, indent=2, default=plain))


def print_table(headings: list[str], rows: list[list]) -> None:
    """A table; the first column is folded where room is short, nothing is cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    is_narrow = Console().is_terminal  # a pipe or a file has no width to keep to
    console = Console(
        width=None if is_narrow else 200, markup=False, highlight=False, emoji=False
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(headings[0], overflow="fold", min_width=12)
    for place, heading in enumerate(headings[1:], start=1):
        is_number = all(isinstance(row[place], int) for row in rows)
        table.add_column(
            heading, justify="right" if is_number else "left", no_wrap=True
        )
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Callable]:
    """A bar on standard error, moved by ``tell(done, total, name)``."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, markup=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("kvar"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    is_off = quiet or not console.is_terminal
    with Progress(*columns, console=console, disable=is_off, transient=True) as bar:
        task = bar.add_task(title, total=None, name="")

        def tell(done: int, total: int, name: str = "") -> None:
            bar.update(task, completed=done, total=total, name=name)

        yield tell


def run(commands: click.Group, arguments: list[str]) -> int:
    """Run what was typed; the exit code. No stack trace unless --debug asks for it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that lacks a sign shows "?"
            stream.reconfigure(errors="replace")
    try:
        code = commands.main(arguments, prog_name="lagesbild", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(
            "Avbrutet. Kör kommandot igen; det som var halvfärdigt görs då klart "
            "eller ångras.",
            err=True,
        )
        return 1
    except Exception as error:
        return _tell_fault(error, with_trace="--debug" in arguments)
    return code if isinstance(code, int) else 0


def _tell_fault(error: Exception, *, with_trace: bool) -> int:
    if with_trace:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, LagesbildError):
        click.echo(f"Fel: {error}", err=True)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # who reads has had enough; Python must not complain of it at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if told := explain(error):
        click.echo(f"Fel: {told}", err=True)
    elif not with_trace:
        notes = " ".join(getattr(error, "__notes__", []))
        click.echo(
            f"Fel: ett fel i Lägesbild ({type(error).__name__}). {notes} Kör igen med "
            "--debug och lämna det som visas till den som sköter programmet.",
            err=True,
        )
    return 1


def show_deliveries(told: list[dict], *, inbox: Path, receipts: Path) -> None:
    """What became of each delivered file, in a table and a sentence."""
    from lagesbild.place_again import PLACED_AGAIN

    if not told:
        where = shown(inbox)
        click.echo(f"Ingen fil att läsa. Lägg leveranserna i {where}.")
        return
    words = "Fil Källa Rader Sparade Samma Karantän Borta Utfall".split()
    keys = [*DELIVERY_KEYS[:-1], "rows_withdrawn", DELIVERY_KEYS[-1]]
    print_table(words, [[row[key] for key in keys] for row in told])
    for row in told:
        if row["status"] == PLACED_AGAIN and row["rows_in"]:
            placed = number(row["rows_stored"], "sparad rad", "sparade rader")
            click.echo(
                f"{row['file']} är ändrad: {placed} av de {row['rows_in']} som den "
                "gäller fick ny plats eller nytt skäl."
            )
        elif row["status"] == PLACED_AGAIN:
            click.echo(
                f"{row['file']} är ändrad, men ingen sparad rad har de texterna."
            )
    files = [row for row in told if row["status"] != PLACED_AGAIN]
    n_refused = sum("error" in row for row in files)
    if n_refused:
        click.echo(f"{n_refused} av {len(files)} filer lästes inte in; se felen ovan.")
    if n_refused == len(files):
        return
    if all(row["status"] == "redan inläst" for row in files if "error" not in row):
        click.echo("Inget nytt: filerna var redan inlästa.")
        return
    stored, gone, rejected = (
        sum(row[key] for row in files if row["status"] == "inläst")
        for key in ("rows_stored", "rows_withdrawn", "rows_quarantined")
    )
    click.echo(
        f"{number(stored, 'rad sparad', 'rader sparade')}, {gone} återtagna, "
        f"{rejected} i karantän. Kvittenser till avsändarna: "
        f"{shown(receipts)}"
    )

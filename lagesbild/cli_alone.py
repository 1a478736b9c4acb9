"""The commands that need no workspace: files in, files out.

In: words typed in a terminal. Out: calls of ``geocode.command``, ``protect.command``
and ``publish.pdf``, Swedish text. ``cli`` has them on its group.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from lagesbild import terminal
from lagesbild.cli_shared import LAYER, command

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
_STOPPED = 4


@command("geocode", workspace=False)
@click.argument("source", metavar="INFIL", type=_FILE)
@click.argument("target", metavar="UTFIL", type=click.Path(path_type=Path))
@click.option(
    "--addresses", required=True, type=LAYER, metavar="FIL", help="Adressregister."
)
@click.option(
    "--areas", required=True, type=LAYER, metavar="FIL", help="Områdenas ytor."
)
@click.option("--places", type=_FILE, metavar="FIL", help="Platser med namn.")
@click.option("--aliases", type=_FILE, metavar="FIL", help="Som platser_alias.csv.")
@click.option("--kommun", metavar="KOD", help="Kommunkod; annars ur adresserna.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processer.")
@terminal.json_option
def _geocode(source: Path, target: Path, as_json: bool, **asked: object) -> None:
    """Sätt ut varje rad i INFIL på kartan; svaret skrivs i UTFIL."""
    from lagesbild.geocode.command import geocode_file

    told = geocode_file(source, target, **asked)
    if as_json:
        terminal.print_json(told)
        return
    click.echo(
        f"{terminal.number(told['rows'], 'rad', 'rader')}: {told['hits']} träffar, "
        f"varav {told['without_area']} utanför alla områden, och {told['rejected']} "
        f"avvisade. Svaret ligger i {terminal.shown(target)}"
    )
    if told["reasons"]:
        terminal.print_table(["Skäl", "Rader"], [*told["reasons"].items()])


def _split(_context: object, _option: object, names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def _table_options(function: Callable) -> Callable:
    """Declare what suppress and audit share."""
    for option in (
        terminal.json_option,
        click.option(
            "--range-min",
            type=click.IntRange(min=1),
            default=3,
            metavar="N",
            help="Minsta spann som en dold cell ska kunna ligga i; annars 3.",
        ),
        click.option(
            "--threshold",
            type=click.IntRange(min=1),
            default=5,
            metavar="N",
            help="Antal från 1 upp till men inte med N döljs; annars 5.",
        ),
        click.option(
            "--hierarchy",
            required=True,
            type=_FILE,
            metavar="FIL",
            help="Träden: dim,hier,parent,child med roten Totalt.",
        ),
        click.option("--count", required=True, metavar="NAMN", help="Räknekolumnen."),
        click.option(
            "--dims",
            required=True,
            callback=_split,
            metavar="NAMN,…",
            help="Dimensionernas kolumner, till exempel omrade,brott,kvartal.",
        ),
    ):
        function = option(function)
    return function


@command("suppress", workspace=False)
@click.argument("table", metavar="INFIL", type=_FILE)
@click.argument("target", metavar="UTFIL", type=_NEW)
@_table_options
@click.option("--protect-zeros", is_flag=True, help="Dölj också nollor.")
@click.option(
    "--cells", type=_FILE, metavar="FIL", help="De celler som publiceras; annars alla."
)
@click.option(
    "--no-singleton",
    "singleton",
    flag_value=False,
    default=True,
    help="Låt en etta och ett annat litet antal vara de enda dolda i en summa.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60,
    metavar="N",
    help="Sekunder att leta efter färre celler; annars 60.",
)
@click.option("--publish", is_flag=True, help="Skriv bara visad och dold som status.")
def _suppress(table: Path, target: Path, as_json: bool, **asked: object) -> None:
    """Dölj små antal i INFIL så att de inte kan räknas ut; svaret i UTFIL."""
    from lagesbild.protect.command import suppress_file

    told = suppress_file(table, target, **asked)
    if as_json:
        terminal.print_json(told)
        return
    click.echo(
        f"{terminal.number(told['cells'], 'cell', 'celler')}: {told['hidden']} dolda, "
        f"varav {told['primary']} små och {told['secondary']} för att skydda dem. "
        f"Färre än {told['least']} går inte. Svaret ligger i {terminal.shown(target)}"
    )


@command("audit", workspace=False)
@click.argument("published", nargs=-1, required=True, metavar="FIL …", type=_FILE)
@_table_options
def _audit(published: tuple[Path, ...], as_json: bool, **asked: object) -> int:
    """Granska publicerade FIL: kan någon dold cell räknas ut ur dem?"""
    from lagesbild.protect.command import audit_files

    told = audit_files(published, **asked)
    if as_json:
        terminal.print_json(told)
    elif told["ok"]:
        click.echo("Inget kan räknas ut.")
    else:
        rows = [[str(value) for value in row.values()] for row in told["unsafe"]]
        terminal.print_table([*asked["dims"], "Minst", "Mest", "Skäl"], rows)
        n_unsafe = terminal.number(len(rows), "cell", "celler")
        click.echo(f"Inte säkert: {n_unsafe}. Dölj mer och granska igen.", err=True)
    return 0 if told["ok"] else _STOPPED


@command("pdf", workspace=False)
@click.argument("page", metavar="SIDA", type=_FILE)
@click.argument("target", metavar="[UTFIL]", required=False, type=_NEW)
def _pdf(page: Path, target: Path | None) -> None:
    """Gör en PDF av SIDA, en HTML-fil i outputs/; behöver Chromium eller Edge."""
    from lagesbild.publish.pdf import make_pdf

    click.echo(f"PDF:en ligger i {terminal.shown(make_pdf(page, target))}")


COMMANDS = (_geocode, _suppress, _audit, _pdf)

"""The command line: reads what was asked for, calls one function, tells the result.

In: words typed in a terminal. Out: calls of the rooms, Swedish text, an exit code
(0 done, 1 our fault, 2 wrong usage, 3 a file or register is refused, 4 stopped to
protect, 5 another process is writing). Nothing is decided here; heavy libraries are
imported inside the commands, so that the help answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import click

from lagesbild import (
    cli_alone,
    cli_citizens,
    cli_cycle,
    cli_keep,
    cli_plan,
    cli_statistics,
    terminal,
)
from lagesbild.cli_shared import (
    FOLDER,
    LAYER,
    command,
    of_the_group,
    open_asked,
    workspace_option,
)
from lagesbild.errors import UsageError
from lagesbild.private import keep_private

_SECTIONS = {
    "Kom igång": ("demo", "init", "lab", "doctor"),
    "Varje kvartal": tuple(each.name for each in cli_cycle.COMMANDS),
    "Öppna data": tuple(each.name for each in cli_statistics.COMMANDS),
    "Planen": tuple(each.name for each in cli_plan.COMMANDS),
    "Fråga invånarna": tuple(each.name for each in cli_citizens.COMMANDS),
    "Bevara och söka": tuple(each.name for each in cli_keep.COMMANDS),
    "För sig": tuple(each.name for each in cli_alone.COMMANDS),
}


@click.group(
    cls=terminal.Sections, options_metavar="[FLAGGOR]", subcommand_metavar="KOMMANDO …"
)
@workspace_option
@terminal.debug_option
@click.version_option(
    package_name="lagesbild",
    message="Lägesbild %(version)s",
    help="Visa versionen och avsluta.",
)
def commands(workspace: Path | None) -> None:
    """Lägesbild: kommunens och polisens gemensamma bild, kvartal för kvartal.

    Nybörjare: skriv 'lagesbild demo', 'lagesbild ingest' och
    'lagesbild run 2026-K3'. Varje kommando har egen hjälp:
    'lagesbild KOMMANDO --help'.
    """


commands.sections = _SECTIONS


# --- Kom igång ----------------------------------------------------------------


@command("demo", workspace=False)
@click.option(
    "--out",
    type=FOLDER,
    default=Path("data/exempelkommun"),
    metavar="MAPP",
    help="Ny mapp för arbetsytan; annars data/exempelkommun.",
)
@click.option("--seed", type=int, default=2026, metavar="N", help="Frö för slumpen.")
@click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    metavar="N",
    help="Andel av full storlek: 0.2 går fort, 1 är 40 000 invånare.",
)
@click.option(
    "--quarters",
    type=click.IntRange(1, 23),
    default=23,
    metavar="N",
    help="Behåll de sista N kvartalen, till och med 2026-K3.",
)
def _demo(out: Path, seed: int, scale: float, quarters: int) -> None:
    """Bygg den påhittade Exempelkommun med leveranser att läsa in."""
    from lagesbild.demo import make_demo

    folder = make_demo(out, seed=seed, scale=scale, n_quarters=quarters)
    click.echo(
        f"Exempelkommun ligger i {terminal.shown(folder)}. Alla uppgifter är påhittade."
    )
    click.echo("Nästa steg: lagesbild ingest" + _with_workspace(folder))


@command("init", workspace=False)
@click.argument("folder", metavar="MAPP", type=FOLDER)
@click.option(
    "--kommun", required=True, metavar="KOD", help="Kommunkod, fyra siffror: 2181."
)
@click.option(
    "--areas",
    required=True,
    type=LAYER,
    metavar="FIL",
    help="Områdenas ytor: GeoPackage, GeoJSON eller Shapefile.",
)
@click.option("--addresses", type=LAYER, metavar="FIL", help="Adresser med punkter.")
@click.option(
    "--population", type=LAYER, metavar="FIL", help="Invånare per område och år."
)
def _init(
    folder: Path,
    kommun: str,
    areas: Path,
    addresses: Path | None,
    population: Path | None,
) -> None:
    """Lägg upp en tom arbetsyta för en riktig kommun."""
    from lagesbild.initiate import init_workspace

    made = init_workspace(
        folder, kommun=kommun, areas=areas, addresses=addresses, population=population
    )
    click.echo(f"Arbetsytan ligger i {terminal.shown(made)}.")
    click.echo(
        "Nästa steg: fyll i kommun.toml, lägg leveranserna i inkommande/ och kör "
        "'lagesbild ingest" + _with_workspace(made) + "'."
    )


@command("lab")
def _lab(workspace: Path | None) -> int:
    """Öppna JupyterLab i notebooks/ med arbetsytan vald."""
    import subprocess

    from lagesbild.workspace import ENVIRONMENT_VARIABLE

    ws = open_asked(workspace)
    notebooks = ws.project / "notebooks"
    if not notebooks.is_dir():
        raise UsageError(
            f"Hittar ingen mapp notebooks/ i '{ws.project}'. Stå i projektets mapp "
            "när du kör 'lagesbild lab'."
        )
    environment = {**os.environ, ENVIRONMENT_VARIABLE: str(ws.root)}
    return subprocess.call(
        [sys.executable, "-m", "jupyterlab"], cwd=notebooks, env=environment
    )


@command("doctor")
@click.option(
    "--clock-is-right",
    is_flag=True,
    help="Datorns klocka är kontrollerad och går rätt; det antecknas i loggen.",
)
def _doctor(workspace: Path | None, clock_is_right: bool) -> int:
    """Undersök om datorn och arbetsytan är redo."""
    from lagesbild.doctor import examine

    if clock_is_right:
        from lagesbild.clock import accept_clock

        accept_clock(open_asked(workspace))

    findings = examine(workspace or of_the_group("workspace"))
    for finding in findings:
        click.echo(f"{finding.level:<8} {finding.name}: {finding.text}")
    is_ready = all(finding.level != "FEL" for finding in findings)
    click.echo("Redo." if is_ready else "Inte redo: rätta det som är märkt FEL.")
    return 0 if is_ready else 1


for _each in (
    *(_demo, _init, _lab, _doctor),
    *cli_cycle.COMMANDS,
    *cli_statistics.COMMANDS,
    *cli_plan.COMMANDS,
    *cli_citizens.COMMANDS,
    *cli_keep.COMMANDS,
    *cli_alone.COMMANDS,
):
    commands.add_command(_each)


def _with_workspace(folder: Path) -> str:
    is_default = Path(folder).resolve() == Path("data/exempelkommun").resolve()
    return "" if is_default else f" -w {terminal.shown(folder)}"


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : list of str, optional
        None takes those of the process.
    """
    keep_private()
    # asked to end is as Ctrl-C: what is half done is undone first
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments = sys.argv[1:] if arguments is None else arguments
    sys.exit(terminal.run(commands, arguments))

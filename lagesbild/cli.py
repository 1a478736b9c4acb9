"""The command line: reads what was asked for, calls one function, tells the result.

In: words typed in a terminal. Out: calls of the rooms, Swedish text, an exit code
(0 done, 1 our fault, 2 wrong usage, 3 a file or register is refused, 4 stopped to
protect). Nothing is decided here; heavy libraries are imported inside the commands,
so that the help answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from lagesbild import cli_alone, terminal
from lagesbild.errors import UsageError

if TYPE_CHECKING:
    from lagesbild.period import Period
    from lagesbild.workspace import Workspace

_SECTIONS = {
    "Kom igång": ("demo", "init", "lab", "doctor"),
    "Varje kvartal": ("ingest", "close", "status", "run", "release", "verify"),
    "För sig": tuple(command.name for command in cli_alone.COMMANDS),
}
_FOLDER = click.Path(file_okay=False, path_type=Path)
_LAYER = click.Path(exists=True, path_type=Path)  # some layers are folders

_workspace_option = click.option(
    "-w",
    "--workspace",
    type=_FOLDER,
    metavar="MAPP",
    help="Arbetsyta; annars LAGESBILD_WORKSPACE, annars data/exempelkommun.",
)


@click.group(
    cls=terminal.Sections, options_metavar="[FLAGGOR]", subcommand_metavar="KOMMANDO …"
)
@_workspace_option
@terminal.debug_option
def commands(workspace: Path | None) -> None:
    """Lägesbild: kommunens och polisens gemensamma bild, kvartal för kvartal.

    Nybörjare: skriv 'lagesbild demo', 'lagesbild ingest' och
    'lagesbild run 2026-K3'. Varje kommando har egen hjälp:
    'lagesbild KOMMANDO --help'.
    """


commands.sections = _SECTIONS
for _alone in cli_alone.COMMANDS:
    commands.add_command(_alone)


def _command(name: str, *, workspace: bool = True) -> Callable:
    """Declare a command with what all commands share."""

    def decorate(function: Callable) -> click.Command:
        function = terminal.debug_option(function)
        if workspace:
            function = _workspace_option(function)
        return commands.command(name, options_metavar="[FLAGGOR]")(function)

    return decorate


# --- Kom igång ----------------------------------------------------------------


@_command("demo", workspace=False)
@click.option(
    "--out",
    type=_FOLDER,
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


@_command("init", workspace=False)
@click.argument("folder", metavar="MAPP", type=_FOLDER)
@click.option(
    "--kommun", required=True, metavar="KOD", help="Kommunkod, fyra siffror: 2181."
)
@click.option(
    "--areas",
    required=True,
    type=_LAYER,
    metavar="FIL",
    help="Områdenas ytor: GeoPackage, GeoJSON eller Shapefile.",
)
@click.option("--addresses", type=_LAYER, metavar="FIL", help="Adresser med punkter.")
@click.option(
    "--population", type=_LAYER, metavar="FIL", help="Invånare per område och år."
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


@_command("lab")
def _lab(workspace: Path | None) -> int:
    """Öppna JupyterLab i notebooks/ med arbetsytan vald."""
    import subprocess

    from lagesbild.workspace import ENVIRONMENT_VARIABLE

    ws = _open(workspace)
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


@_command("doctor")
def _doctor(workspace: Path | None) -> int:
    """Undersök om datorn och arbetsytan är redo."""
    from lagesbild.doctor import examine

    findings = examine(workspace or _of_the_group("workspace"))
    for finding in findings:
        click.echo(f"{finding.level:<8} {finding.name}: {finding.text}")
    is_ready = all(finding.level != "FEL" for finding in findings)
    click.echo("Redo." if is_ready else "Inte redo: rätta det som är märkt FEL.")
    return 0 if is_ready else 1


# --- Varje kvartal ------------------------------------------------------------


@_command("ingest")
@click.argument(
    "files",
    nargs=-1,
    metavar="[FIL …]",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--source", metavar="NAMN", help="Källans nyckel i kommun.toml.")
@click.option(
    "--accept-drop",
    is_flag=True,
    help="Ta emot en leverans som saknar mer än en femtedel av periodens rader.",
)
@terminal.json_option
def _ingest(
    workspace: Path | None,
    files: tuple[Path, ...],
    source: str | None,
    accept_drop: bool,
    as_json: bool,
) -> int:
    """Läs in leveranser: alla i inkommande/, eller de FIL som nämns."""
    from lagesbild.ingest import ingest_files

    ws = _open(workspace)
    with terminal.progress("Läser in", quiet=as_json) as tell:
        told = ingest_files(
            ws,
            list(files) or None,
            source=source,
            accept_drop=accept_drop,
            on_progress=tell,
        )
    for delivery in told:
        if delivery.get("error"):
            click.echo(f"Fel: {delivery['file']}: {delivery['error']}", err=True)
        if delivery.get("is_left"):
            click.echo(
                f"{delivery['file']} är inläst men ligger kvar i inkommande/: den är "
                "öppen i ett annat program. Stäng den och kör igen.",
                err=True,
            )
    if as_json:
        rows = [{key: row.get(key) for key in terminal.DELIVERY_KEYS} for row in told]
        terminal.print_json({"deliveries": rows})
    else:
        terminal.show_deliveries(told, inbox=ws.inbox, receipts=ws.receipts)
    return max((row.get("exit_code", 0) for row in told), default=0)


@_command("close")
@click.argument("cycles", nargs=-1, required=True, metavar="KVARTAL …")
@click.option(
    "--without",
    multiple=True,
    metavar="KÄLLA",
    help="Stäng trots att källan inte har levererat; sidorna säger det. Får upprepas.",
)
def _close(
    workspace: Path | None, cycles: tuple[str, ...], without: tuple[str, ...]
) -> None:
    """Frys antalen för KVARTAL, till exempel 2026-K2."""
    from lagesbild.closing import close_cycles

    periods = [_quarter(cycle) for cycle in dict.fromkeys(cycles)]
    close_cycles(_open(workspace), periods, without=without)
    for period in periods:
        click.echo(f"{period} är stängt.")


@_command("status")
@terminal.json_option
def _status(workspace: Path | None, as_json: bool) -> None:
    """Visa vad som är inläst och vilka kvartal som är stängda."""
    from lagesbild.status import status

    ws = _open(workspace)
    told = status(ws)
    if as_json:
        terminal.print_json(told)
        return
    click.echo(f"Arbetsyta: {terminal.shown(ws.root)}")
    click.echo(f"Rapporter: {told['incidents']}")
    click.echo(f"I karantän: {told['quarantined']}")
    click.echo(f"Leveranser: {told['deliveries']}")
    closed = [c["cycle"] for c in told["cycles"] if c["is_closed"]]
    click.echo(f"Stängda kvartal: {terminal.listed(closed)}")
    for cycle in told["cycles"]:
        if cycle["released"]:
            click.echo(
                f"  {cycle['cycle']} är utlämnat: {', '.join(cycle['released'])}"
            )
        if not cycle["is_closed"]:
            lacking = ", ".join(cycle["missing_sources"])
            state = f"saknar leverans från {lacking}" if lacking else "kan stängas"
            click.echo(f"  {cycle['cycle']} är öppet: {state}")


@_command("run")
@click.argument("cycle", metavar="KVARTAL")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Antal processer; annars så många som datorn orkar.",
)
@terminal.json_option
def _run(workspace: Path | None, cycle: str, jobs: int | None, as_json: bool) -> None:
    """Gör alla sidor för KVARTAL, till exempel 2026-K3."""
    from lagesbild.publish.batch import run_cycle

    period = _quarter(cycle)
    ws = _open(workspace)
    with terminal.progress("Gör sidor", quiet=as_json) as tell:
        told = run_cycle(ws, period, jobs=jobs, on_progress=tell)
    if as_json:
        terminal.print_json(told)
        return
    for audience in told["released"]:
        click.echo(f"{audience}: redan utlämnat och lämnat som det är.")
    click.echo(f"{len(told['pages'])} sidor på {told['seconds']:.0f} sekunder. Öppna:")
    click.echo(terminal.shown(ws.outputs / str(period) / "offentlig" / "index.html"))


@_command("release")
@click.argument("cycle", metavar="KVARTAL")
@click.option(
    "--audience",
    required=True,
    type=click.Choice(["radet", "offentlig"]),
    help="Vem sidorna lämnas ut till.",
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processer.")
@terminal.json_option
def _release(workspace: Path | None, cycle: str, as_json: bool, **asked: str) -> None:
    """Lämna ut KVARTAL efter beslut av båda organisationerna."""
    from lagesbild.publish.release import release_cycle

    period, ws = _quarter(cycle), _open(workspace)
    with terminal.progress("Gör sidor", quiet=as_json) as tell:
        told = release_cycle(ws, period, **asked, on_progress=tell)
    if as_json:
        terminal.print_json(told)
        return
    click.echo(f"{told['status']}. Sidorna ligger i:")
    click.echo(terminal.shown(ws.outputs / str(period) / told["audience"]))


@_command("verify")
@terminal.json_option
def _verify(workspace: Path | None, as_json: bool) -> int:
    """Kontrollera att lagret och sidorna är hela."""
    from lagesbild.status import verify

    told = verify(_open(workspace))
    if as_json:
        terminal.print_json(told)
    else:
        for fault in told["faults"]:
            click.echo(f"Fel: {fault}", err=True)
        click.echo("Allt är helt." if told["ok"] else "Något är fel; se ovan.")
    return 0 if told["ok"] else 1


# --- What the commands share --------------------------------------------------


def _of_the_group(name: str) -> object:
    return click.get_current_context().find_root().params.get(name)


def _open(folder: Path | None) -> Workspace:
    """Open the workspace and finish or undo what an interrupted run left."""
    from lagesbild.publish.exchange import finish_or_undo
    from lagesbild.workspace import open_workspace

    ws = open_workspace(folder or _of_the_group("workspace"))
    finish_or_undo(ws)
    return ws


def _quarter(text: str) -> Period:
    from lagesbild.period import Period

    period = Period(text)
    if period.kind != "quarter":
        raise UsageError(f"'{text}' är inget kvartal. Skriv till exempel 2026-K3.")
    return period


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
    arguments = sys.argv[1:] if arguments is None else arguments
    sys.exit(terminal.run(commands, arguments))

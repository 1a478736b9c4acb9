"""The command line: reads what was asked for, calls one function, tells the result.

In: words typed in a terminal. Out: calls of the rooms, Swedish text, an exit code
(0 done, 1 our fault, 2 wrong usage, 3 a file or register is refused, 4 stopped to
protect). Nothing is decided here; heavy libraries are imported inside the commands,
so that the help answers at once.
"""

from __future__ import annotations

import gettext
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# click fetches its own texts from gettext's domain "messages", some of them already
# when a command is declared, so the catalogue must be in place before click is used.
os.environ["LANGUAGE"] = "sv"
gettext.bindtextdomain("messages", Path(__file__).with_name("locale"))

import click  # noqa: E402

from lagesbild.errors import LagesbildError, UsageError  # noqa: E402

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

_SECTIONS = {
    "Kom igång": ("demo", "init", "lab", "doctor"),
    "Varje kvartal": ("ingest", "close", "status", "run", "verify"),
}
_DELIVERY_KEYS = (
    "file",
    "source",
    "rows_in",
    "rows_stored",
    "rows_unchanged",
    "rows_quarantined",
    "status",
)
_EXIT_CODES = {"avvisad": 3, "stoppad": 4}


class _Sections(click.Group):
    """A group that lists its commands in the order of the work."""

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        for title, names in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (name, self.commands[name].get_short_help_str(70))
                        for name in names
                    ]
                )


_workspace_option = click.option(
    "-w",
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="MAPP",
    help="Arbetsyta; annars LAGESBILD_WORKSPACE, annars data/exempelkommun.",
)
# Read from the arguments in main(): a fault may come before options are parsed.
_debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, help="Visa hela felspåret vid fel."
)
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Skriv bara ett JSON-objekt."
)


@click.group(
    cls=_Sections, options_metavar="[FLAGGOR]", subcommand_metavar="KOMMANDO …"
)
@_workspace_option
@_debug_option
def commands(workspace: Path | None) -> None:
    """Lägesbild: kommunens och polisens gemensamma bild, kvartal för kvartal.

    Nybörjare: skriv 'lagesbild demo', 'lagesbild ingest' och
    'lagesbild run 2026-K3'. Varje kommando har egen hjälp:
    'lagesbild KOMMANDO --help'.
    """


def _command(name: str, *, workspace: bool = True) -> Callable:
    """Declare a command with what all commands share."""

    def decorate(function: Callable) -> click.Command:
        function = _debug_option(function)
        if workspace:
            function = _workspace_option(function)
        return commands.command(name, options_metavar="[FLAGGOR]")(function)

    return decorate


# --- Kom igång ----------------------------------------------------------------


@_command("demo", workspace=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
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
    click.echo(f"Exempelkommun ligger i {_shown(folder)}. Alla uppgifter är påhittade.")
    click.echo("Nästa steg: lagesbild ingest" + _with_workspace(folder))


@_command("init", workspace=False)
@click.argument(
    "folder", metavar="MAPP", type=click.Path(file_okay=False, path_type=Path)
)
@click.option(
    "--kommun", required=True, metavar="KOD", help="Kommunkod, fyra siffror: 2181."
)
@click.option(
    "--areas",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FIL",
    help="Områdenas ytor: GeoPackage, GeoJSON eller Shapefile.",
)
@click.option(
    "--addresses",
    type=click.Path(exists=True, path_type=Path),
    metavar="FIL",
    help="Adresser med punkter.",
)
@click.option(
    "--population",
    type=click.Path(exists=True, path_type=Path),
    metavar="FIL",
    help="Invånare per område och år.",
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
    click.echo(f"Arbetsytan ligger i {_shown(made)}.")
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

    folder = workspace or _of_the_group("workspace")
    findings = examine(folder)
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
@_json_option
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
    with _progress("Läser in", quiet=as_json) as tell:
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
    if as_json:
        rows = [{key: row.get(key) for key in _DELIVERY_KEYS} for row in told]
        _print_json({"deliveries": rows})
    else:
        _show_deliveries(told, ws)
    return max((_exit_code(delivery) for delivery in told), default=0)


def _exit_code(delivery: dict) -> int:
    return delivery.get("exit_code") or _EXIT_CODES.get(delivery["status"], 0)


def _show_deliveries(told: list[dict], ws: Workspace) -> None:
    if not told:
        click.echo(f"Ingen fil att läsa. Lägg leveranserna i {_shown(ws.inbox)}.")
        return
    _print_table(
        ["Fil", "Källa", "Rader", "Sparade", "Oförändrade", "Karantän", "Utfall"],
        [[row.get(key) for key in _DELIVERY_KEYS] for row in told],
    )
    n_refused = sum(_exit_code(row) != 0 for row in told)
    n_stored = sum(row.get("rows_stored") or 0 for row in told)
    n_withdrawn = sum(row.get("rows_withdrawn") or 0 for row in told)
    n_quarantined = sum(row.get("rows_quarantined") or 0 for row in told)
    if n_refused:
        click.echo(f"{n_refused} av {len(told)} filer lästes inte in; se felen ovan.")
    elif n_stored + n_withdrawn == 0:
        click.echo("Inget nytt: alla filer var redan inlästa.")
    else:
        click.echo(
            f"{n_stored} rader sparade, {n_withdrawn} återtagna, {n_quarantined} i "
            f"karantän. Kvittenser till avsändarna: {_shown(ws.receipts)}"
        )


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
    from lagesbild.closing import close_cycle
    from lagesbild.period import Period

    periods = [Period(cycle) for cycle in cycles]  # a slip closes nothing
    ws = _open(workspace)
    for period in periods:
        close_cycle(ws, period, without=without)
        click.echo(f"{period} är stängt.")


@_command("status")
@_json_option
def _status(workspace: Path | None, as_json: bool) -> None:
    """Visa vad som är inläst och vilka kvartal som är stängda."""
    from lagesbild.status import status

    ws = _open(workspace)
    told = status(ws)
    if as_json:
        _print_json(told)
        return
    click.echo(f"Arbetsyta: {_shown(ws.root)}")
    click.echo(f"Rapporter: {told['incidents']}")
    click.echo(f"I karantän: {told['quarantined']}")
    click.echo(f"Leveranser: {_listed(told['deliveries'])}")
    click.echo(f"Stängda kvartal: {_listed(told['cycles'])}")


@_command("run")
@click.argument("cycle", metavar="KVARTAL")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Antal processer; annars så många som datorn orkar.",
)
@_json_option
def _run(workspace: Path | None, cycle: str, jobs: int | None, as_json: bool) -> None:
    """Gör alla sidor för KVARTAL, till exempel 2026-K3."""
    from lagesbild.period import Period
    from lagesbild.publish.batch import run_cycle

    period = Period(cycle)
    ws = _open(workspace)
    with _progress("Gör sidor", quiet=as_json) as tell:
        told = run_cycle(ws, period, jobs=jobs, on_progress=tell)
    if as_json:
        _print_json(told)
        return
    click.echo(f"{len(told['pages'])} sidor på {told['seconds']:.0f} sekunder. Öppna:")
    click.echo(_shown(ws.outputs / str(period) / "offentlig" / "index.html"))


@_command("verify")
@_json_option
def _verify(workspace: Path | None, as_json: bool) -> int:
    """Kontrollera att lagret och sidorna är hela."""
    from lagesbild.status import verify

    told = verify(_open(workspace))
    if as_json:
        _print_json(told)
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


def _shown(path: Path) -> str:
    """The path as short as it can be written from here."""
    path = Path(path)
    inside = path.is_absolute() and path.is_relative_to(Path.cwd())
    return str(path.relative_to(Path.cwd()) if inside else path)


def _with_workspace(folder: Path) -> str:
    is_default = Path(folder).resolve() == Path("data/exempelkommun").resolve()
    return "" if is_default else f" -w {_shown(folder)}"


def _listed(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    names = [
        v.get("cycle", v.get("file", "")) if isinstance(v, dict) else str(v)
        for v in value
    ]
    few = ", ".join(names) if len(names) <= 4 else f"{names[0]} … {names[-1]}"
    return f"{len(names)} ({few})" if names else "inga"


def _print_json(told: dict) -> None:
    # ASCII only: valid whatever encoding the terminal or pipe has
    def plain(value: object) -> object:
        return value.item() if hasattr(value, "item") else str(value)

    click.echo(json.dumps(told, indent=2, default=plain))


def _print_table(headings: list[str], rows: list[list]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*headings)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


@contextmanager
def _progress(title: str, *, quiet: bool) -> Iterator[Callable | None]:
    """A bar on standard error, moved by ``tell(done, total, name)``."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=console, disable=quiet, transient=True) as bar:
        task = bar.add_task(title, total=None, name="")

        def tell(done: int, total: int, name: str = "") -> None:
            bar.update(task, completed=done, total=total, name=name)

        yield tell


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : list of str, optional
        None takes those of the process.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that lacks a sign shows "?"
            stream.reconfigure(errors="replace")
    sys.exit(_run_commands(arguments))


def _run_commands(arguments: list[str]) -> int:
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
        return _tell(error, with_trace="--debug" in arguments)
    return code if isinstance(code, int) else 0


def _tell(error: Exception, *, with_trace: bool) -> int:
    if with_trace:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, LagesbildError):
        click.echo(f"Fel: {error}", err=True)
        return error.exit_code
    if not with_trace:
        click.echo(
            f"Fel: ett fel i Lägesbild ({type(error).__name__}). Kör igen med --debug "
            "och lämna det som visas till den som sköter programmet.",
            err=True,
        )
    return 1

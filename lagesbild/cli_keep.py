"""The commands of whoever answers for the data: keep it safe, and find what is asked.

In: words typed in a terminal. Out: calls of the rooms, Swedish text, an exit code.
``cli`` has them on its group. Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path

import click

from lagesbild import terminal
from lagesbild.cli_shared import FOLDER, command, open_asked

_FILE = click.Path(dir_okay=False, path_type=Path)


@command("log")
@click.option(
    "--last", type=click.IntRange(min=1), default=50, metavar="N", help="Antal rader."
)
@terminal.json_option
def _log(workspace: Path | None, last: int, as_json: bool) -> None:
    """Visa vem som har gjort vad med arbetsytan, och när."""
    from lagesbild.journal import read_log

    told = read_log(open_asked(workspace)).tail(last)
    if as_json:
        terminal.print_json({"log": told.to_dict("records")})
        return
    if told.empty:
        click.echo("Loggen är tom.")
        return
    rows = told.astype(object).to_numpy().tolist()
    terminal.print_table(["När (UTC)", "Vem", "Vad", "Uppgifter"], rows)


@command("backup")
@click.argument("file", metavar="FIL", type=_FILE)
def _backup(workspace: Path | None, file: Path) -> None:
    """Spara hela arbetsytan i FIL, till exempel kopia.tar.gz."""
    from lagesbild.backup import make_backup

    told = make_backup(open_asked(workspace), file)
    click.echo(
        f"{told['files']} filer ({told['bytes'] / 1e6:.0f} MB) ligger i "
        f"{terminal.shown(file)}."
    )
    click.echo(
        "Den innehåller allt som arbetsytan gör, personuppgifter också: förvara den "
        "krypterad och gallra den när arbetsytan gallras."
    )


@command("restore", workspace=False)
@click.argument("file", metavar="FIL", type=_FILE)
@click.argument("folder", metavar="MAPP", type=FOLDER)
def _restore(file: Path, folder: Path) -> int:
    """Återställ en säkerhetskopia till en ny MAPP, och pröva den."""
    from lagesbild.backup import restore_backup
    from lagesbild.errors import UsageError
    from lagesbild.store import verify_store
    from lagesbild.workspace import open_workspace

    if not file.is_file():
        raise UsageError(f"Filen {file.name} finns inte.")
    told = restore_backup(file, folder)
    click.echo(f"{told['files']} filer ligger i {terminal.shown(folder)}.")
    faults = verify_store(open_workspace(folder))
    for fault in faults:
        click.echo(f"Fel: {fault}", err=True)
    click.echo("Lagret är prövat: " + ("fel, se ovan." if faults else "allt stämmer."))
    click.echo("Sidorna görs om med 'lagesbild run'.")
    return 1 if faults else 0


@command("trace")
@click.argument("words", metavar="NYCKEL")
@terminal.json_option
def _trace(workspace: Path | None, words: str, as_json: bool) -> None:
    """Lista var en nyckel, en adress eller ett namn förekommer (registerutdrag).

    Alla filer i arbetsytan och bland sidorna läses. Orden själva visas aldrig.
    """
    from lagesbild.traces import find_traces

    found = find_traces(open_asked(workspace), words)
    rows = found.to_dict("records")
    if as_json:
        terminal.print_json({"traces": rows})
        return
    for row in rows:
        click.echo(f"{row['place']}: {row['file']} ({row['n_hits']})")
    click.echo(
        f"{len(rows)} filer innehåller det sökta." if rows else "Finns ingenstans."
    )


COMMANDS = (_log, _backup, _restore, _trace)

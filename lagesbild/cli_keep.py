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
    from lagesbild.backup import open_restored, restore_backup
    from lagesbild.errors import UsageError
    from lagesbild.store import verify_store
    from lagesbild.workspace import open_workspace

    if not file.is_file():
        raise UsageError(f"Filen {file.name} finns inte.")
    told = restore_backup(file, folder)
    click.echo(f"{told['files']} filer ligger i {terminal.shown(folder)}.")
    faults = verify_store(open_restored(folder))
    for fault in faults:
        click.echo(f"Fel: {fault}", err=True)
    click.echo("Lagret är prövat: " + ("fel, se ovan." if faults else "allt stämmer."))
    if (uri := open_workspace(folder).settings.store.uri) is not None:
        click.echo(
            f"Tabellerna ligger nu på disken, och kommun.toml säger {uri}. Ta bort "
            "[store] ur kommun.toml, eller flytta upp dem: se docs/handbok.md."
        )
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


@command("purge")
@click.argument("keys", nargs=-1, metavar="[NYCKEL …]")
@click.option("--source", metavar="NAMN", help="Bara nycklar från den källan.")
@click.option(
    "--decision", metavar="NUMMER", help="Gallringsbeslutets nummer i register/beslut."
)
@click.option("--confirm", is_flag=True, help="Gallra. Utan den visas bara vad.")
@terminal.json_option
def _purge(
    workspace: Path | None, confirm: bool, as_json: bool, **asked: str | tuple | None
) -> int:
    """Gallra det som har passerat sin gallringsfrist, eller raderna med NYCKEL.

    Tas bort ur lagret, arkivet, körda notebooks, utkast och mellanlager. Sedan söks
    varje fil igenom. Stängda antal och det som är utlämnat står kvar.
    """
    from lagesbild.purge import purge

    told = purge(open_asked(workspace), is_trial=not confirm, **asked)
    if as_json:
        terminal.print_json(told)
    else:
        _tell_purge(told, is_trial=not confirm)
    return 0 if told["ok"] else 1


def _tell_purge(told: dict, *, is_trial: bool) -> None:
    n_rows, n_places, n_files = (told[f"n_{name}"] for name in _PURGED)
    if not n_rows + n_places + n_files:
        click.echo("Inget att gallra.")
        return
    click.echo(
        f"{'Ska gallras' if is_trial else 'Gallrat'}: {n_rows} rader, platsen i "
        f"{n_places} rader och {n_files} filer i arkivet. "
        f"Beslut: {', '.join(told['decisions'])}."
    )
    if told["cycles"]:
        click.echo(
            f"Kan inte göras om från raderna: {terminal.listed(told['cycles'])}. "
            "Det som är utlämnat kan göras om med 'lagesbild run KVARTAL "
            "--as-published'."
        )
    if told["pages"]:
        click.echo(f"Interna sidor som tas bort: {terminal.listed(told['pages'])}.")
    for backup in told["backups"]:
        click.echo(
            f"Säkerhetskopian {backup['fil']} ({backup['at'][:10]}) har kvar det: gör "
            "en ny och förstör den."
        )
    if is_trial:
        click.echo("Inget har gallrats. Kör igen med --confirm.")
        return
    for one in told["left"]:
        place = f"{one['place']}: {one['file']}"
        click.echo(f"Fel: kvar i {place} ({one['n_hits']})", err=True)
    click.echo(
        f"{told['n_searched']} nycklar är sökta i varje fil: "
        + ("inget är kvar." if told["ok"] else "se ovan.")
    )
    if told["n_not_searched"]:
        click.echo(
            f"{told['n_not_searched']} nycklar är för korta för att sökas i text; de "
            "är borta ur lagrets tabeller."
        )


_PURGED = ("rows", "places", "files")
COMMANDS = (_log, _backup, _restore, _trace, _purge)

"""The commands for open data: lay out a workspace, read its statistics, tell of them.

In: words typed in a terminal. Out: calls of ``open_data``, ``fetching`` and
``statistics``, Swedish text. ``cli`` has them on its group.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lagesbild import terminal
from lagesbild.cli_shared import FOLDER, command, open_asked
from lagesbild.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from lagesbild.workspace import Workspace

_REFUSED = 3
_FIRST_YEAR = 2015
_MOST_NAMED = 8


@command("statistics")
@click.option("--fetch", is_flag=True, help="Hämta först från Kolada och SCB.")
@click.option("--check", is_flag=True, help="Läs och granska, men ändra inget.")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATUM",
    help="Dagen då nya filer hämtades; annars i dag.",
)
@click.option("--list", "only_list", is_flag=True, help="Visa det som gäller nu.")
@terminal.json_option
def _statistics(
    workspace: Path | None,
    fetch: bool,
    check: bool,
    on: datetime | None,
    only_list: bool,
    as_json: bool,
) -> int:
    """Läs in statistik/: Brå, Kolada, SCB, avloppsvatten, enkäter."""
    from lagesbild import statistics
    from lagesbild.measure.monitor import watch_statistics

    ws = open_asked(workspace)
    today = on.date() if on else date.today()
    if today > date.today():
        raise UsageError(f"{today} har inte varit än. Ange den dag filerna hämtades.")
    if fetch:
        _fetch(ws, today)
    if only_list:
        files = statistics.load_statistics_files(ws)
        figures = before = statistics.load_indicators(ws)
        is_whole = True
    else:
        before = statistics.load_indicators(ws)
        folder = statistics.read_statistics(ws, today=today)
        files, figures, is_whole = folder.files, folder.figures, folder.is_whole
        if is_whole and not check:
            statistics.keep_statistics(ws, folder)
    n_figures = len(figures)
    findings = watch_statistics(figures, before, as_of=today) if is_whole else None
    if as_json:
        told = {
            "files": files.to_dict("records"),
            "n_figures": n_figures,
            "is_whole": is_whole,
            "findings": [] if findings is None else _records(findings),
        }
        terminal.print_json(told)
    else:
        _tell(files, n_figures, findings, is_whole=is_whole, is_kept=not check)
    return 0 if is_whole else _REFUSED


@command("opendata", workspace=False)
@click.argument("folder", metavar="MAPP", type=FOLDER)
@click.option("--kommun", required=True, metavar="KOD", help="Kommunkod, fyra siffror.")
@click.option(
    "--files", required=True, type=FOLDER, metavar="MAPP", help="Det som har hämtats."
)
@terminal.json_option
def _open_data(folder: Path, kommun: str, files: Path, as_json: bool) -> None:
    """Lägg upp en arbetsyta på enbart öppna data."""
    from lagesbild.open_data import make_open_workspace

    told = make_open_workspace(folder, kommun=kommun, files=files)
    if as_json:
        terminal.print_json(
            {
                "is_new": told.is_new,
                "used": told.used,
                "unused": told.unused,
                "missing": [
                    {"what": what, "where": where} for what, where in told.missing
                ],
            }
        )
        return
    n_used = terminal.number(len(told.used), "fil", "filer")
    click.echo(f"Arbetsytan ligger i {terminal.shown(folder)}: {n_used} används.")
    if told.unused:
        rest = len(told.unused) - _MOST_NAMED
        more = f" och {rest} till" if rest > 0 else ""
        names = ", ".join(told.unused[:_MOST_NAMED])
        click.echo(f"Används inte: {names}{more}.")
    if told.missing:
        terminal.print_table(
            ["Saknas", "Var det finns"], [list(m) for m in told.missing]
        )


def _fetch(ws: Workspace, today: date) -> None:
    from lagesbild import fetching

    fetcher = fetching.open_fetcher(ws, today=today)
    with fetcher.client:
        told = fetching.fetch_statistics(
            ws, fetcher, years=range(_FIRST_YEAR, today.year)
        )
    for file, what in told.items():
        click.echo(f"Hämtade {file}: {what}.", err=True)
    if fetcher.from_cache:
        click.echo(
            f"{len(fetcher.from_cache)} svar kommer från det som hämtades "
            f"{min(fetcher.from_cache)} eller senare: nätet svarade inte.",
            err=True,
        )


def _records(findings: pd.DataFrame) -> list[dict]:
    return findings.astype(object).where(findings.notna(), None).to_dict("records")


def _tell(
    files: pd.DataFrame,
    n_figures: int,
    findings: pd.DataFrame | None,
    *,
    is_whole: bool,
    is_kept: bool,
) -> None:
    if files.empty:
        click.echo(
            "Mappen statistik/ är tom. Blanka mallar ligger i statistik/mallar/; var "
            "allt hämtas står i docs/handbok.md."
        )
        return
    terminal.print_table(
        ["Fil", "Slag", "Rader", "Lästa", "Utelämnade", "Tal"],
        [
            [r.file, r.kind, *map(str, (r.n_rows, r.n_used, r.n_left_out, r.n_figures))]
            for r in files.itertuples()
        ],
    )
    for row in files.itertuples():
        for text in (row.left_out and f"utelämnat: {row.left_out}", row.notes):
            if text:
                click.echo(f"{row.file}: {text}")
        if row.refused:
            click.echo(f"AVVISAD {row.refused}", err=True)
    for row in () if findings is None else findings.itertuples():
        about = row.indicator_id if isinstance(row.indicator_id, str) else row.source
        click.echo(f"Se efter: {row.what}, {about}. {row.told}")
    if not is_whole:
        click.echo("Inget är ändrat: rätta filerna eller flytta undan dem.", err=True)
    elif is_kept:
        click.echo(f"{terminal.number(n_figures, 'tal', 'tal')} gäller nu.")
    else:
        click.echo(f"{terminal.number(n_figures, 'tal', 'tal')}; inget är ändrat.")


COMMANDS = (_open_data, _statistics)

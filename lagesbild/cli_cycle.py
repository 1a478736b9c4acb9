"""The commands of every quarter: deliveries in, the cycle closed, pages made.

In: words typed in a terminal. Out: calls of the rooms, Swedish text, an exit code.
``cli`` has them on its group. Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lagesbild import terminal
from lagesbild.cli_shared import command, of_the_group, open_asked, quarter
from lagesbild.errors import UsageError

if TYPE_CHECKING:
    from lagesbild.period import Period
    from lagesbild.workspace import Workspace


@command("ingest")
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

    ws = open_asked(workspace)
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


@command("close")
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

    periods = [quarter(cycle) for cycle in dict.fromkeys(cycles)]
    close_cycles(open_asked(workspace), periods, without=without)
    for period in periods:
        click.echo(f"{period} är stängt.")


@command("status")
@terminal.json_option
def _status(workspace: Path | None, as_json: bool) -> None:
    """Visa vad som är inläst och vilka kvartal som är stängda."""
    from lagesbild.status import status

    ws = open_asked(workspace)
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


@command("run")
@click.argument("cycle", metavar="[KVARTAL]", required=False)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Antal processer; annars så många som datorn orkar.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Gör om även sidor som inget har ändrats för.",
)
@click.option(
    "--fresh-kernels",
    is_flag=True,
    help="Kör varje notebook i en egen kärna: långsamt, och samma sidor.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Flest sekunder som en sida får ta; annars ingen gräns.",
)
@click.option(
    "--as-published",
    is_flag=True,
    help="Gör om det som är utlämnat och jämför; inget annat ändras.",
)
@click.option(
    "--agenda",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FIL",
    help="Skriv också rådets dagordning som Word-dokument.",
)
@click.option(
    "--product",
    metavar="SIDA",
    help="Gör om den sidan, till exempel andts; andra bara om något har ändrats.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATUM",
    help="Mötets dag; utan KVARTAL gäller det kvartal som tog slut före den.",
)
@click.option(
    "--all",
    "everybody",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="MAPP",
    help="Varje kommun vars arbetsyta ligger i MAPP, till exempel data/.",
)
@click.option(
    "--dask",
    metavar="ADRESS",
    help="Gör sidorna på ett Dask-kluster, till exempel tcp://10.0.0.5:8786.",
)
@terminal.json_option
def _run(
    workspace: Path | None,
    cycle: str | None,
    as_json: bool,
    as_published: bool,
    agenda: Path | None,
    product: str | None,
    as_of: datetime | None,
    everybody: Path | None,
    dask: str | None,
    **asked: int | float | bool,
) -> int:
    """Gör alla sidor för KVARTAL, till exempel 2026-K3."""
    from lagesbild.publish.batch import run_cycle
    from lagesbild.publish.products import find_product

    period = _period(cycle, as_of)
    if product:
        asked |= {"products": (find_product(product).name,)}
    if as_of:
        asked |= {"parameters": {"as_of": f"{as_of:%Y-%m-%d}"}}
    if everybody is not None:
        _refuse_beside_all(
            {
                "-w": workspace or of_the_group("workspace"),
                "--agenda": agenda,
                "--as-published": as_published,
            }
        )
        return _run_all(everybody, period, as_json, asked, dask)
    ws = open_asked(workspace)
    if as_published:
        if dask:
            raise UsageError("--as-published görs på den här datorn, utan --dask.")
        return _run_as_published(ws, period, as_json, asked)
    with (
        _workers(ws, asked, dask) as workers,
        terminal.progress("Gör sidor", quiet=as_json) as tell,
    ):
        told = run_cycle(ws, period, **asked, **workers, on_progress=tell)
    if agenda is not None:
        from lagesbild.publish.documents import make_agenda

        make_agenda(ws, period, agenda)
    if as_json:
        terminal.print_json(told)
        return 0
    if agenda is not None:
        click.echo(f"Dagordningen ligger i {terminal.shown(agenda)}.")
    for audience in told["released"]:
        click.echo(f"{audience}: redan utlämnat och lämnat som det är.")
    if told["n_purged"]:
        click.echo(
            f"{told['n_purged']} rader i kvartalet är gallrade: utkastet kan inte "
            "göras om som det var."
        )
    n_kept = sum(page.get("is_kept", False) for page in told["pages"])
    kept = f", varav {n_kept} oförändrade" if n_kept else ""
    click.echo(
        f"{len(told['pages'])} sidor{kept}, på {told['seconds']:.0f} sekunder. Öppna:"
    )
    click.echo(terminal.shown(ws.outputs / str(period) / "offentlig" / "index.html"))
    return 0


def _period(cycle: str | None, as_of: datetime | None) -> Period:
    from lagesbild.period import Period

    if cycle:
        return quarter(cycle)
    if as_of is None:
        raise UsageError("Skriv vilket kvartal, till exempel 2026-K3.")
    return Period.containing(as_of.date()).previous


def _refuse_beside_all(given: dict[str, object]) -> None:
    for name, value in given.items():
        if value:
            raise UsageError(
                f"{name} gäller en kommun och går inte ihop med --all. Ta bort den ena."
            )


def _run_all(
    folder: Path, period: Period, as_json: bool, asked: dict, dask: str | None
) -> int:
    from lagesbild.cli_many import run_all
    from lagesbild.many import Asked

    how = {"jobs": asked.pop("jobs"), "dask": dask, "as_json": as_json}
    return run_all(folder, Asked(str(period), **asked), **how)


@contextmanager
def _workers(ws: Workspace, asked: dict, dask: str | None) -> Iterator[dict]:
    """Where the pages are made, if not here; ``asked`` is told how many at a time."""
    if not dask:
        yield {}
        return
    from lagesbild.publish.cluster import connect

    with connect(dask) as cluster:
        cluster.check_sight(ws)
        asked["jobs"] = min(asked["jobs"] or cluster.count, cluster.count)
        yield {"workers": cluster.pages_of(ws)}


def _run_as_published(ws: Workspace, period: Period, as_json: bool, asked: dict) -> int:
    from lagesbild.publish.again import make_as_published

    how = {"jobs": asked["jobs"], "time_limit": asked["time_limit"]}
    with terminal.progress("Gör sidor", quiet=as_json) as tell:
        told = make_as_published(ws, period, **how, on_progress=tell)
    if as_json:
        terminal.print_json(told)
        return 0 if told["ok"] else 1
    for audience, one in told["audiences"].items():
        click.echo(f"{audience}: {one['n_same']} filer blev som de lämnades ut.")
        for key, word in (("differs", "annorlunda"), ("missing", "borta")):
            for name in one[key]:
                click.echo(f"{audience}: {name} är {word}.", err=True)
    return 0 if told["ok"] else 1


@command("update")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processer.")
@terminal.json_option
def _update(workspace: Path | None, jobs: int | None, as_json: bool) -> int:
    """Läs in det som har kommit och gör om de interna sidor som berörs."""
    from lagesbild.publish import news

    ws = open_asked(workspace)
    seen = news.look(ws)
    if seen == news.read_last(ws):
        told = {"deliveries": [], "cycles": [], "pages": [], "arriving": 0}
        if as_json:
            terminal.print_json(told)
        else:
            click.echo("Inget nytt.")
        return 0
    from lagesbild.publish.update import update

    with terminal.progress("Uppdaterar", quiet=as_json) as tell:
        told = update(ws, before=seen, jobs=jobs, on_progress=tell)
    if as_json:
        terminal.print_json(told)
    else:
        terminal.show_deliveries(
            told["deliveries"], inbox=ws.inbox, receipts=ws.receipts
        )
        cycles = terminal.listed(told["cycles"])
        click.echo(f"Öppna kvartal: {cycles}. Sidor som gjordes: {len(told['pages'])}.")
        if told["arriving"]:
            click.echo(f"{told['arriving']} filer skrivs ännu och tas nästa gång.")
    return max((row.get("exit_code", 0) for row in told["deliveries"]), default=0)


@command("release")
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

    period, ws = quarter(cycle), open_asked(workspace)
    with terminal.progress("Gör sidor", quiet=as_json) as tell:
        told = release_cycle(ws, period, **asked, on_progress=tell)
    if as_json:
        terminal.print_json(told)
        return
    click.echo(f"{told['status']}. Sidorna ligger i:")
    click.echo(terminal.shown(ws.outputs / str(period) / told["audience"]))


@command("verify")
@terminal.json_option
def _verify(workspace: Path | None, as_json: bool) -> int:
    """Kontrollera att lagret och sidorna är hela."""
    from lagesbild.status import verify

    told = verify(open_asked(workspace))
    if as_json:
        terminal.print_json(told)
    else:
        for fault in told["faults"]:
            click.echo(f"Fel: {fault}", err=True)
        click.echo("Allt är helt." if told["ok"] else "Något är fel; se ovan.")
    return 0 if told["ok"] else 1


COMMANDS = (_ingest, _close, _status, _run, _update, _release, _verify)

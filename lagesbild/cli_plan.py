"""The commands about the agreement's registers: the plan and what belongs to it.

In: words typed in a terminal. Out: calls of ``agreement``, Swedish text, an exit code.
``cli`` has the group ``plan`` on its own. Heavy libraries are imported inside.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lagesbild import terminal
from lagesbild.cli_shared import command, open_asked, quarter

if TYPE_CHECKING:
    import pandas as pd


@click.group("plan", options_metavar="[FLAGGOR]", subcommand_metavar="KOMMANDO …")
@terminal.debug_option
def _plan() -> None:
    """Åtgärdsplanen, löftena och de andra registren."""


@command("check")
@terminal.json_option
def _check(workspace: Path | None, as_json: bool) -> None:
    """Läs alla register och säg alla fel på en gång."""
    from lagesbild.agreement.check import check_registers
    from lagesbild.agreement.tables import REGISTERS
    from lagesbild.protect.texts import list_withheld

    registers, told = check_registers(open_asked(workspace))
    withheld = [
        {"file": REGISTERS[key].file, "row": row, "column": heading}
        for key, frame in registers.items()
        for row, heading in list_withheld(frame, REGISTERS[key])
    ]
    if as_json:
        terminal.print_json({"registers": told, "withheld": withheld})
        return
    heads = ["Register", "Rader", "Intern", "Radet", "Offentlig"]
    terminal.print_table(heads, [list(row.values()) for row in told])
    click.echo("Registren följer sin form.")
    for cell in withheld:
        click.echo(
            f"{cell['file']}, rad {cell['row']}, kolumn {cell['column']}: ser ut att "
            "innehålla ett namn eller ett nummer och visas bara för intern."
        )


@command("suggest")
@click.argument("cycle", metavar="KVARTAL")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FIL",
    help="Skriv raderna som CSV, att klistra in i åtgärdsplanens register.",
)
@click.option(
    "--most", type=click.IntRange(min=1), default=10, metavar="N", help="Antal förslag."
)
@terminal.json_option
def _suggest(
    workspace: Path | None, cycle: str, out: Path | None, most: int, as_json: bool
) -> None:
    """Föreslå problem ur lägesbilden, med poäng som visas del för del.

    Bara för arbetsgrupperna: förslagen bygger på allt som intern ser.
    """
    from lagesbild.agreement import suggest
    from lagesbild.offences import category_names
    from lagesbild.publication import open_publication
    from lagesbild.spreadsheet import safe_table

    ws, period = open_asked(workspace), quarter(cycle)
    publication = open_publication(ws, period)
    harm = suggest.read_harm(ws.registers / suggest.HARM_FILE)
    found = suggest.suggest_problems(
        publication.cells, publication.findings, period, harm=harm
    ).head(most)
    names = publication.areas_listed.set_index("area_id")["name"].to_dict()
    rows = suggest.make_plan_rows(
        found, period, area_names=names, category_names=category_names()
    )
    if out is not None:
        # as Swedish Excel opens and saves it
        safe_table(rows).to_csv(out, sep=";", index=False, encoding="utf-8-sig")
    parts = found[list(suggest.PARTS)].astype(object).where(found.notna(), None)
    told = [
        {"problem": words, "score": score, **points, "probability": int(step)}
        for words, score, points, step in zip(
            rows["problem"],
            found["score"],
            parts.to_dict("records"),
            found["probability"],
            strict=True,
        )
    ]
    if as_json:
        terminal.print_json({"cycle": period.label, "problems": told})
        return
    _show_suggestions(told)
    if harm is None:
        click.echo("Skada räknas inte: register/skadeindex.csv finns inte.")
    else:
        _show_matrix(suggest.risk_matrix(found))
    if out is not None:
        click.echo(f"Raderna ligger i {terminal.shown(out)}.")


_HEADS = {
    "volume": "Mängd",
    "change": "Mot i fjol",
    "signal": "Ovanligt",
    "trend": "Över år",
    "hot_spot": "Samlat",
    "safety": "Otrygghet",
    "harm": "Skada",
}


def _show_suggestions(told: list[dict]) -> None:
    heads = ["Problem", "Poäng", *_HEADS.values(), "Sannolikhet"]
    table = [
        [
            row["problem"],
            f"{row['score']:.0f}",
            *("–" if row[part] is None else f"{row[part]:.0f}" for part in _HEADS),
            row["probability"],
        ]
        for row in told
    ]
    terminal.print_table(heads, table)
    click.echo(
        "– är inte bedömt. Sannolikhet 1–4 efter antal i kvartalet: högst 1, 4 eller"
    )
    click.echo(
        "12, och fler. Gruppen bedömer konsekvensen 1–4 och väger de två samman."
    )


def _show_matrix(boxes: pd.DataFrame) -> None:
    """The problems in each box: impact down, probability across."""
    heads = ["Konsekvens", *(f"Sannolikhet {step}" for step in boxes.columns)]
    rows = [
        [str(step), *map(int, n)]
        for step, n in zip(boxes.index, boxes.to_numpy(), strict=True)
    ]
    terminal.print_table(heads, rows)


@click.group("report", options_metavar="[FLAGGOR]", subcommand_metavar="KOMMANDO …")
@terminal.debug_option
def _report() -> None:
    """Rapporter som Word-dokument."""


@command("fullmaktige")
@click.argument("year", metavar="ÅR", type=click.IntRange(min=2000, max=2100))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FIL",
    help="Dokumentets namn; annars rapport_ÅR.docx här.",
)
def _report_council(workspace: Path | None, year: int, out: Path | None) -> None:
    """Årets rapport till kommunfullmäktige, bara ur det som är utlämnat."""
    from lagesbild.publish.documents import make_report

    file = out or Path(f"rapport_{year}.docx")
    made = make_report(open_asked(workspace), year, file)
    click.echo(f"Rapporten ligger i {terminal.shown(made)}.")


for _each in (_check, _suggest):
    _plan.add_command(_each)
_report.add_command(_report_council)
COMMANDS = (_plan, _report)

"""The commands of the questionnaire: the form out, and what the answers say.

In: words typed in a terminal. Out: calls of the rooms, Swedish text, an exit code.
``cli`` has them on its group. Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lagesbild import terminal
from lagesbild.cli_shared import FOLDER, command, open_asked

if TYPE_CHECKING:
    import pandas as pd

    from lagesbild.workspace import Workspace

FORM, PAPER = "enkat.xlsx", "enkat_papper.html"
THEMES = "teman.csv"


@command("form")
@click.argument("folder", metavar="MAPP", type=FOLDER)
@click.option("--version", default="1", metavar="ORD", help="Formulärets version.")
def _form(workspace: Path | None, folder: Path, version: str) -> None:
    """Gör enkätens formulär i MAPP: för ODK och KoBoToolbox, och på papper."""
    from lagesbild.errors import SettingsError, UsageError
    from lagesbild.questionnaire.form import make_paper, make_xlsform
    from lagesbild.read.reference import load_areas

    ws = open_asked(workspace)
    rules = ws.settings.questionnaire
    if rules is None:
        raise SettingsError(
            "kommun.toml saknar [questionnaire]: purpose, controller och "
            "retention_months. Den som svarar ska få veta det. Fyll i och försök igen."
        )
    if not folder.parent.is_dir():
        raise UsageError(f"Mappen {folder.parent.name} finns inte. Skapa den först.")
    folder.mkdir(exist_ok=True)
    areas = load_areas(ws)[["area_id", "name"]]
    (folder / FORM).write_bytes(make_xlsform(areas, rules, version=version))
    html = make_paper(areas, rules)
    (folder / PAPER).write_text(html, encoding="utf-8", newline="\n")
    click.echo(f"{FORM} och {PAPER} ligger i {terminal.shown(folder)}.")
    click.echo("Nästa steg: samla svar, exportera dem och kör 'lagesbild answers'.")


@command("answers")
@click.argument(
    "file", metavar="FIL", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@terminal.json_option
def _answers(workspace: Path | None, file: Path, as_json: bool) -> int:
    """Räkna enkätsvar ur FIL: från ODK, KoBoToolbox, Microsoft Forms eller CSV."""
    from lagesbild.questionnaire.answers import read_answers
    from lagesbild.questionnaire.questions import load_choices, load_questions
    from lagesbild.questionnaire.results import count_answers
    from lagesbild.read.reference import load_areas

    ws = open_asked(workspace)
    areas = load_areas(ws)[["area_id", "name"]]
    questions, choices = load_questions(), load_choices(areas)
    answers = read_answers(file, questions, choices)
    counts = count_answers(answers, questions, choices)
    told = {
        "answers": counts,
        "areas": _who_answered(ws, answers, areas),
        "themes": _themes(ws, answers),
        "refused": answers.refused,
    }
    n = {"read": len(answers.rows), "refused": answers.refused["row"].nunique()}
    if as_json:
        frames = {k: v.astype(object).where(v.notna(), None) for k, v in told.items()}
        rows = {name: frame.to_dict("records") for name, frame in frames.items()}
        terminal.print_json({**n, "note": counts.attrs["note"], **rows})
    else:
        _show(told, n, answers.left_out, questions, counts.attrs["note"])
    return 3 if n["refused"] else 0


def _who_answered(ws: Workspace, answers, areas: pd.DataFrame) -> pd.DataFrame:
    from lagesbild.questionnaire.results import compare_with_inhabitants
    from lagesbild.read.reference import load_population

    people = load_population(ws)
    latest = people[people["year"] == people["year"].max()]
    inhabitants = latest.groupby("area_id")["n_inhabitants"].sum()
    return compare_with_inhabitants(answers, inhabitants.reindex(areas["area_id"]))


def _themes(ws: Workspace, answers) -> pd.DataFrame:
    import pandas as pd

    from lagesbild.questionnaire.results import count_themes
    from lagesbild.read.register import read_register

    file = ws.registers / THEMES
    if not file.is_file():
        return pd.DataFrame(columns=["theme", "n", "n_texts"])
    return count_themes(answers.rows["fritext"], read_register(file, ("tema", "ord")))


def _show(told: dict, n: dict, left_out: tuple, questions: pd.DataFrame, note: str):
    click.echo(f"{n['read']} svar räknade, {n['refused']} rader avvisade. {note}.")
    for row in told["refused"].itertuples():
        click.echo(f"  Rad {row.row}, {row.column}: {row.reason}", err=True)
    counts = told["answers"]
    for question in questions.to_dict("records"):
        own = counts[counts["question"] == question["name"]]
        if len(own):
            click.echo(f"\n{question['label']}")
            terminal.print_table(["Svar", "Antal", "Andel"], _rows(own))
    if len(told["themes"]):
        click.echo("\nTeman i fritexten (bara internt)")
        themes = told["themes"][["theme", "n"]].astype(object)
        terminal.print_table(["Tema", "Antal"], themes.to_numpy().tolist())
    if left_out:
        click.echo(f"\nInte övertaget ur filen: {', '.join(left_out)}.")


def _rows(own: pd.DataFrame) -> list[list]:
    return [
        [
            row.label,
            int(row.n),
            "" if row.status != "shown" else f"{100 * row.proportion:.0f} %",
        ]
        for row in own.itertuples()
    ]


COMMANDS = (_form, _answers)

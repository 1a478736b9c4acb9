"""The questionnaire as a form to fill in: an XLSForm, and the same on paper.

In: the questions, the areas and who is responsible for the answers. Out: a file for
ODK, KoBoToolbox and whatever else reads XLSForm (xlsform.org), and a page to print.
Both begin with purpose, controller, how long answers are kept, and "skriv inte namn".
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.questionnaire.questions import (
    ONE,
    TEXT,
    load_choices,
    load_questions,
)
from lagesbild.spreadsheet import keep_as_text

if TYPE_CHECKING:
    from lagesbild.workspace import QuestionnaireRules

TITLE = "Hur trygg är du där du bor?"
NO_NAMES = (
    "Skriv inte namn, telefonnummer, personnummer eller annat som visar vem du eller "
    "någon annan är."
)
ASK_FIRST = (
    "Svara en gång, för dig själv. Du kan hoppa över frågor som inte är märkta *."
)
NOT_EMERGENCY = "Är det bråttom, ring 112. Vill du anmäla ett brott, ring 114 14."
_LANGUAGE = "Svenska (sv)"
_SURVEY = (
    "type",
    "name",
    "label",
    "hint",
    "required",
    "required_message",
    "appearance",
)


def introduce(rules: QuestionnaireRules) -> list[str]:
    """What is told before the first question, a paragraph each."""
    return [
        f"Svaren används så här: {rules.purpose.rstrip('.')}.",
        f"Ansvarig för uppgifterna är {rules.controller}.",
        f"Svaren sparas i {rules.retention_months} månader och tas sedan bort.",
        f"{NO_NAMES} Det är frivilligt att svara, och vi frågar inte vem du är.",
        f"{NOT_EMERGENCY} Enkäten läses inte varje dag.",
    ]


def make_xlsform(
    areas: pd.DataFrame, rules: QuestionnaireRules, *, version: str
) -> bytes:
    """Make the form for ODK and KoBoToolbox.

    Parameters
    ----------
    areas : DataFrame
        area_id, name.
    rules : QuestionnaireRules
    version : str
        Of this form: whoever collects sees which form an answer came by.

    Returns
    -------
    bytes
        A workbook with the sheets survey, choices and settings.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    told = [
        ("note", f"inledning_{place}", words, "", "", "", "")
        for place, words in enumerate(introduce(rules), start=1)
    ]
    told += [_ask(question) for question in load_questions().to_dict("records")]
    choices = load_choices(areas)[["list", "name", "label"]]
    settings = {
        "form_title": TITLE,
        "form_id": "trygghetsenkat",
        "version": version,
        "default_language": _LANGUAGE,
    }
    book = Workbook()
    book.remove(book.active)
    for name, head, rows in (
        ("survey", _translated(_SURVEY), told),
        (
            "choices",
            _translated(("list_name", "name", "label")),
            choices.itertuples(index=False, name=None),
        ),
        ("settings", tuple(settings), [tuple(settings.values())]),
    ):
        sheet = book.create_sheet(name)
        for row in (head, *rows):
            sheet.append([None if cell == "" else cell for cell in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
    keep_as_text(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _translated(head: tuple[str, ...]) -> tuple[str, ...]:
    """Headings of words that a reader meets say in which language they are."""
    words = ("label", "hint", "required_message")
    return tuple(f"{h}::{_LANGUAGE}" if h in words else h for h in head)


def _ask(question: dict) -> tuple[str, ...]:
    is_text = question["type"] == TEXT
    kind = TEXT if is_text else f"{question['type']} {question['choices']}"
    required = question["required"] == "yes"
    return (
        kind,
        question["name"],
        question["label"],
        question["hint"],
        "yes" if required else "",
        "Välj ett svar för att gå vidare." if required else "",
        "multiline" if is_text else "",
    )


def make_paper(areas: pd.DataFrame, rules: QuestionnaireRules) -> str:
    """Make the questionnaire to print and fill in by hand.

    Parameters
    ----------
    areas : DataFrame
        area_id, name.
    rules : QuestionnaireRules

    Returns
    -------
    str
        HTML with nothing from elsewhere.
    """
    choices = load_choices(areas)
    asked = Markup("").join(
        _paper_question(place, question, choices)
        for place, question in enumerate(load_questions().to_dict("records"), start=1)
    )
    first = Markup("").join(
        Markup("<p>{}</p>").format(words) for words in introduce(rules)
    )
    return _PAPER.format(title=TITLE, ask_first=ASK_FIRST, first=first, asked=asked)


def _paper_question(place: int, question: dict, choices: pd.DataFrame) -> Markup:
    label = f"{place}. {question['label']}"
    if question["required"] == "yes":
        label += " *"
    hint = question["hint"]
    if question["type"] == TEXT:
        body = Markup('<div class="rader"></div>')
    else:
        sign = "○" if question["type"] == ONE else "□"
        own = choices.loc[choices["list"] == question["choices"], "label"]
        body = Markup("<ul>{}</ul>").format(
            Markup("").join(
                Markup('<li><span aria-hidden="true">{}</span> {}</li>').format(
                    sign, told
                )
                for told in own
            )
        )
    told = Markup("<p>{}</p>").format(hint) if hint else Markup("")
    return Markup("<section><h2>{}</h2>{}{}</section>").format(label, told, body)


_PAPER = Markup(
    '<!doctype html>\n<html lang="sv"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>"
    "body{{font:12pt/1.4 'Segoe UI','Liberation Sans',Arial,sans-serif;color:#111;"
    "background:#fff;max-width:42rem;margin:1rem auto;padding:0 1rem}}"
    "h1{{font-size:20pt;margin:0 0 .5rem}}h2{{font-size:12.5pt;margin:1rem 0 .3rem}}"
    "p{{margin:.2rem 0}}section{{break-inside:avoid}}"
    "ul{{list-style:none;margin:0;padding:0;columns:2}}li{{margin:.1rem 0}}"
    "li span{{font-size:15pt;line-height:1}}"
    ".rader{{height:5.4em;background:repeating-linear-gradient(#fff 0 1.7em,"
    "#767676 1.7em 1.75em)}}"
    "@page{{size:A4;margin:16mm}}@media print{{body{{max-width:none;margin:0;"
    "padding:0}}*{{print-color-adjust:exact}}}}"
    "@media (max-width:30rem){{ul{{columns:1}}}}"
    "</style></head><body><main><h1>{title}</h1>{first}<p>{ask_first}</p>{asked}"
    "</main></body></html>\n"
)

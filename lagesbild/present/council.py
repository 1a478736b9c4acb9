"""The council's meeting on a page: what is asked, what has changed, what the law asks.

In: ``Publication.texts``, its findings law and wheel, and the publication that was
released last. Out: Markup for ``agreement``. A proposal is a person's, and looks so;
the rest is computed, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.agreement import statuses as st
from lagesbild.errors import ProtectError
from lagesbild.present import (
    assessment,
    findings,
    page_parts,
    plan,
    promises,
    swedish,
    words,
)
from lagesbild.present.changes import tell_changes
from lagesbild.present.display import ID

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_LAW = (st.LAW_DONE, st.LAW_NOT_DONE, st.LAW_OVERDUE)
_WHEEL = (st.WHEEL_LATE, st.WHEEL_DUE, st.WHEEL_LATER, st.WHEEL_DONE)


def opening(publication: Publication) -> Markup:
    """The assessment beside the decisions that are asked for."""
    return Markup('<div class="two even"><div>{}</div>{}</div>').format(
        assessment.box(publication), asked(publication)
    )


def asked(publication: Publication) -> Markup:
    """The decisions that the council is asked to make, with the meeting's day."""
    rows = asked_of(publication)
    if not rows:
        body = words.lede("Inget beslut begärs i det som visas här.")
    else:
        items = Markup("").join(map(_proposal, rows))
        body = Markup('<ol class="decide">{}</ol>').format(items)
    days = sorted({row["meets_on"] for row in rows if row["meets_on"] != ""})
    when = f" {words.day(days[0])}" if days else ""
    tag = Markup('<p class="tag human">Förslag, skrivna av människor</p>')
    return Markup(
        '<section class="flush" aria-labelledby="{id}beg"><h2 id="{id}beg">Beslut som '
        "begärs{when}</h2>{tag}{body}</section>"
    ).format(id=ID, when=when, tag=tag, body=body)


def asked_of(publication: Publication) -> list[dict]:
    """The cycle's proposals that are not decided on."""
    return [
        row
        for row in words.rows_of(publication, "agenda")
        if row["cycle"] == publication.cycle and row["decided_on"] == ""
    ]


def _proposal(row: dict) -> Markup:
    told = [words.written(row["why"])] if row["why"] else []
    told.append(Markup("Föreslås av {}.").format(words.written(row["role"])))
    return Markup('<li>{}<p class="small">{}</p></li>').format(
        words.written(row["proposal"]), Markup(" ").join(told)
    )


def situation(publication: Publication, before: Publication | None) -> Markup:
    """Six sentences, beside what has changed since what was handed out last."""
    changed = Markup("").join(
        Markup("<li>{}</li>").format(line) for line in changes_of(publication, before)
    )
    since = f" ({before.cycle})" if before is not None else ""
    return Markup(
        '<div class="two"><section class="flush" aria-labelledby="{id}laget"><h2 '
        'id="{id}laget">Läget</h2>{brief}</section><aside class="read" '
        'aria-labelledby="{id}sedan"><h2 id="{id}sedan">Sedan förra mötet{since}</h2>'
        '<ul class="plain">{changed}</ul></aside></div>'
    ).format(id=ID, brief=_brief(publication), since=since, changed=changed)


def _brief(publication: Publication) -> Markup:
    if has_deliveries(publication):
        return page_parts.brief(publication)
    return words.lede("Ingen leverans har kommit, så inget om läget kan räknas.")


def in_short(publication: Publication) -> Markup:
    """The six sentences alone, as a section."""
    return words.section("kort", "Kort sagt", _brief(publication))


def has_deliveries(publication: Publication) -> bool:
    """Whether there is anything to compute the situation from."""
    return bool(publication.meta.get("has_deliveries", True))


def signals(publication: Publication) -> Markup:
    """What is higher than usual right now; without deliveries nothing."""
    return findings.signals(publication) if has_deliveries(publication) else Markup("")


def changes_of(publication: Publication, before: Publication | None) -> list[str]:
    """What has changed, and what became of what was asked for before."""
    if before is None:
        told = ["Inget tidigare underlag är utlämnat att jämföra med."]
    else:
        told = tell_changes(before, publication)
    for row in words.rows_of(publication, "agenda"):
        if row["cycle"] < publication.cycle and row["outcome"]:
            told.append(f"{row['proposal']} {row['outcome']}")
    return told


def law(publication: Publication) -> Markup:
    """Each paragraph of the law, what shows that it is kept, and when it is due."""
    rows = law_of(publication)
    done = sum(row["status"] == st.LAW_DONE for row in rows)
    return words.section(
        "lagen",
        "Det lagen kräver",
        words.lede(
            "Lagen (2023:196) om kommuners ansvar för brottsförebyggande arbete. Ett "
            "beslut eller en fil räknas som bevis. Utan bevis som visas här räknas en "
            "punkt inte som klar."
        ),
        words.table(
            "lag",
            f"{swedish.out_of(done, len(rows))} punkter är "
            f"{'klar' if done == 1 else 'klara'}",
            ("Paragraf", "Krav", "Status", "Bevis", "Senast", "Nästa gång"),
            [
                (
                    paragraph(row),
                    row["requirement"],
                    _status(row["status"], row["status"] == st.LAW_DONE),
                    swedish.upper_first(row["evidence"]),
                    words.day(row["done_on"]),
                    words.day(row["due_on"]),
                )
                for row in rows
            ],
        ),
        computed=True,
    )


def law_of(publication: Publication) -> list[dict]:
    """The rows of the law's checklist.

    Raises
    ------
    ProtectError
        If a status is unknown.
    """
    return _judged(publication, "law", _LAW, "Lagens punkter")


def paragraph(row: dict) -> str:
    """A paragraph as it is written: "4 §", "8–9 §§"."""
    sign = "§§" if "-" in row["paragraph"] else "§"
    return f"{row['paragraph'].replace('-', swedish.DASH)}{swedish.NO_BREAK}{sign}"


def _status(word: str, is_good: bool) -> Markup:
    look = "st" if is_good else "st late"
    return Markup('<span class="{}">{}</span>').format(look, swedish.upper_first(word))


def wheel_of(publication: Publication) -> list[dict]:
    """The year's entries by their day.

    Raises
    ------
    ProtectError
        If a status is unknown.
    """
    return _judged(publication, "wheel", _WHEEL, "Årshjulet")


def _judged(
    publication: Publication, name: str, known: tuple[str, ...], what: str
) -> list[dict]:
    """Rows of a finding, each with a status that this room knows."""
    rows = publication.findings.get(name, pd.DataFrame()).to_dict("records")
    if any(row["status"] not in known for row in rows):
        raise ProtectError(f"{what} har ett okänt ord. Gör om publikationen.")
    return rows


def wheel(publication: Publication) -> Markup:
    """The year: what is done, late, due and to come."""
    rows = wheel_of(publication)
    if not rows:
        return words.section("aret", "Året", words.lede("Inget finns att visa här."))
    on = words.day(publication.data_until)
    late = sum(row["status"] == st.WHEEL_LATE for row in rows)
    told = f"{swedish.counted(late)} {'sak är sen' if late == 1 else 'saker är sena'}."
    return words.section(
        "aret",
        "Året",
        words.lede(told if late else "Inget är sent."),
        words.table(
            "hjul",
            "Möten, leveranser, undersökningar och rapporter",
            ("När", "Vad", "Slag", "Hur det går"),
            [
                (
                    words.day(row["due_on"]),
                    words.written(row["what"]),
                    swedish.upper_first(row["kind"]),
                    _status(row["status"], row["status"] != st.WHEEL_LATE),
                )
                for row in rows
            ],
            small=f"Sent och dags räknas från {on}, dagen för underlaget.",
        ),
        computed=True,
    )


def due(publication: Publication) -> Markup:
    """What of the year is late or due within a month, as a short list."""
    rows = [
        row
        for row in wheel_of(publication)
        if row["status"] in (st.WHEEL_LATE, st.WHEEL_DUE)
    ]
    items = Markup("").join(
        Markup("<li>{}: {}, {}</li>").format(
            _status(row["status"], row["status"] != st.WHEEL_LATE),
            words.written(row["what"]),
            words.day(row["due_on"]),
        )
        for row in rows
    )
    body = Markup('<ul class="plain text">{}</ul>').format(items)
    if not rows:
        body = words.lede("Inget är sent, och inget ska ske inom en månad.")
    return words.section("dags", "Sent och dags i årshjulet", body, computed=True)


def open_issues(publication: Publication) -> Markup:
    """What is late, without effect, not followed up or not shown to be done."""
    actions = plan.actions_of(publication)
    told = [
        Markup("Sen åtgärd: {}").format(words.written(row["action"]))
        for row in actions
        if row["now"]["status"] == st.LATE
    ]
    told += [
        Markup("Ingen effekt syns: {}").format(words.written(row["action"]))
        for row in actions
        if plan.has_no_effect(row)
    ]
    told += [
        Markup("Uppföljning saknas: {}").format(words.written(row["undertaking"]))
        for row in promises.undertakings_of(publication)
        if row["now"]["period"] == st.CURRENT
        and row["now"]["follow_up"] == st.NO_FOLLOW_UP
    ]
    told += [
        Markup("{}, {}: {}").format(
            paragraph(row), row["status"], swedish.lower_first(row["requirement"])
        )
        for row in law_of(publication)
        if row["status"] != st.LAW_DONE
    ]
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in told)
    body = Markup('<ul class="plain text">{}</ul>').format(items)
    if not told:
        body = words.lede("Inget är sent, utan effekt eller utan uppföljning.")
    return words.section("kvar", "Öppna frågor", body, computed=True)

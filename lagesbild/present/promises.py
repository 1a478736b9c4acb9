"""The promises to the citizens on a page: what was promised, done, said and told.

In: ``Publication.texts`` and its finding promises. Out: Markup for ``agreement``.
Written for those who were promised: nothing is said to be followed up that is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.agreement import statuses as st
from lagesbild.errors import ProtectError
from lagesbild.present import swedish, words

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_PERIODS = (st.CURRENT, st.COMING, st.ENDED)
_GOOD = {"ner": "Lägre är bra", "upp": "Högre är bra"}
_NONE = "Inget medborgarlöfte finns att visa här."


def undertakings_of(publication: Publication) -> list[dict]:
    """The undertakings that the audience may read of, each with what is computed.

    Raises
    ------
    ProtectError
        If what is computed is not of the same rows, or holds an unknown word.
    """
    rows = words.rows_of(publication, "promises")
    found = publication.findings.get("promises", pd.DataFrame())
    found = found.astype("object").where(found.notna(), "").to_dict("records")
    same = [row["promise_id"] for row in rows] == [f["promise_id"] for f in found]
    if not same or any(f["period"] not in _PERIODS for f in found):
        raise ProtectError("Löftena följer inte registret. Gör om publikationen.")
    return [row | {"now": now} for row, now in zip(rows, found, strict=True)]


def standing(publication: Publication) -> Markup:
    """Whether a promise runs, and whether undertakings can be followed up."""
    rows = undertakings_of(publication)
    if not rows:
        return words.lede(_NONE)
    told = []
    current = [row for row in rows if row["now"]["period"] == st.CURRENT]
    if not current:
        ended = [row["to_day"] for row in rows if row["now"]["period"] == st.ENDED]
        last = f" Det senaste gällde till {words.day(max(ended))}." if ended else ""
        told.append(f"Inget löfte gäller nu.{last}")
    lacking = sum(row["now"]["follow_up"] == st.NO_FOLLOW_UP for row in current)
    if lacking:
        n = swedish.out_of(lacking, len(current))
        told.append(f"Uppföljning saknas: {swedish.lower_first(n)} åtaganden.")
    again = [row for row in current if row["now"]["repeats"]]
    if again:
        n, before = swedish.out_of(len(again), len(current)), again[0]["now"]["repeats"]
        told.append(f"{n} åtaganden upprepar löftet {before} nästan ord för ord.")
    told = told or ["Ett löfte gäller, och alla åtaganden följs upp."]
    items = Markup("").join(Markup("<li>{}</li>").format(line) for line in told)
    return Markup('<ul class="plain text">{}</ul>').format(items)


def each(publication: Publication) -> Markup:
    """A section a promise: the one that runs, those to come, then those that ended."""
    rows = undertakings_of(publication)
    ids = list(dict.fromkeys(row["promise_id"] for row in rows))
    parts = [[row for row in rows if row["promise_id"] == id] for id in ids]
    parts.sort(key=lambda part: part[0]["from_day"], reverse=True)
    parts.sort(key=lambda part: _PERIODS.index(part[0]["now"]["period"]))
    return Markup("").join(_promise(part, n) for n, part in enumerate(parts))


def _promise(rows: list[dict], n: int) -> Markup:
    first = rows[0]
    when = f"{words.day(first['from_day'])} till {words.day(first['to_day'])}"
    told = f"{swedish.upper_first(first['now']['period'])}: {when}."
    if any(row["now"]["repeats_promise"] for row in rows):
        told += " Löftet är detsamma som det förra."
    parts = [
        Markup('<div class="human-box">{}</div>').format(
            words.paragraphs(first["promise"])
        ),
        words.lede(told),
    ]
    if first["basis"]:
        basis = Markup("<b>Löftet bygger på:</b> ") + words.written(first["basis"])
        parts.append(Markup('<p class="text">{}</p>').format(basis))
    heads = ("Åtagande", "Ansvarig", "Hur det går", "Så följs det upp")
    table = words.table(
        f"lofte{n}t",
        f"Åtaganden i löftet {first['promise_id']}",
        (*heads, "Återkoppling till invånarna"),
        [
            (
                words.written(row["undertaking"]) + _repeats(row),
                words.written(row["responsible"], begins=True),
                _how(row),
                _followed(row),
                _feedback(row),
            )
            for row in rows
        ],
    )
    return words.section(f"lofte{n}", f"Löftet {first['promise_id']}", *parts, table)


def _repeats(row: dict) -> Markup:
    before = row["now"]["repeats"]
    small = Markup(' <span class="small">Upprepar {}.</span>')
    return small.format(before) if before else Markup("")


def _how(row: dict) -> Markup:
    status = swedish.upper_first(row["status"]) or "Inget är rapporterat"
    done = Markup(". {}").format(words.written(row["done"])) if row["done"] else ""
    return Markup("{}{}").format(status, done)


def _followed(row: dict) -> Markup:
    if row["now"]["follow_up"] == st.NO_FOLLOW_UP:
        lacking = swedish.upper_first(st.NO_FOLLOW_UP)
        return Markup('<span class="st late">{}</span>').format(lacking)
    good = _GOOD.get(row["direction"], swedish.upper_first(row["direction"]))
    told = words.written(row["indicator"]) if row["indicator"] else Markup("")
    return Markup(". ").join(part for part in (told, Markup(good)) if part)


def _feedback(row: dict) -> Markup:
    none = Markup('<span class="st late">Ingen ännu</span>')
    return words.written(row["feedback"]) if row["feedback"] else none


def short_table(publication: Publication) -> Markup:
    """The promise that runs, as the council reads it; or that there is none."""
    rows = undertakings_of(publication)
    rows = [row for row in rows if row["now"]["period"] == st.CURRENT]
    if not rows:
        return Markup("")
    return words.table(
        "loften",
        f"Löftet {rows[0]['promise_id']}",
        ("Åtagande", "Hur det går", "Så följs det upp", "Återkoppling till invånarna"),
        [
            (words.written(r["undertaking"]), _how(r), _followed(r), _feedback(r))
            for r in rows
        ],
    )


def dialogues(publication: Publication) -> Markup:
    """What people have said, and what came of it; the latest first."""
    until = pd.Timestamp(publication.data_until)
    rows = words.rows_of(publication, "dialogues")
    rows = [row for row in rows if pd.Timestamp(row["held_on"]) <= until]
    rows.sort(key=lambda row: row["held_on"], reverse=True)
    if not rows:
        return words.lede("Ingen dialog finns att visa här.")
    none = Markup('<span class="st late">Inget är återkopplat ännu</span>')
    return words.table(
        "dialoger",
        "Dialoger med invånare och medarbetare",
        ("När", "Var", "Vad det var", "Om", "Vad som kom fram", "Vad det ledde till"),
        [
            (
                words.day(row["held_on"]),
                words.written(row["place"]),
                swedish.upper_first(row["kind"]),
                words.written(row["themes"]),
                words.written(row["summary"]),
                words.written(row["led_to"]) if row["led_to"] else none,
            )
            for row in rows
        ],
    )

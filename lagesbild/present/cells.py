"""One cell of a publication, as it looks to a reader.

In: a row of a ``ProtectedTable`` and the name of a column. Out: a ``Cell`` with its
text, its HTML, and its value if, and only if, it is shown. Hidden, missing, not
computed and zero keep four looks that are never merged. Used by tables and maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup, escape

from lagesbild.errors import ProtectError
from lagesbild.present import swedish

HIDDEN = "visas inte"
MISSING = "uppgift saknas"
NOT_COMPUTED = swedish.DASH
TOO_SHORT = "för kort historik"
_WORDS = {
    "suppressed": HIDDEN,
    "missing": MISSING,
    "not_computed": NOT_COMPUTED,
    "too_short_history": TOO_SHORT,
}

# Found mostly by the police's own work: more of them says how the police worked.
EFFORT = ("narkotika", "vapen", "trafikbrott")


@dataclass(frozen=True)
class Column:
    """How a column of a publication is headed and read.

    ``status`` is the column that says whether it may be shown; ``kind`` one of
    count, rate, interval, ratio and verdict; ``unit`` goes into captions.
    """

    name: str
    heading: str
    status: str
    kind: str
    subject: str
    unit: str = "antal"


COLUMNS = {
    column.name: column
    for column in (
        Column("n_offences", "Antal", "n_offences_status", "count", "Anmälda brott"),
        Column("n_reports", "Anmälningar", "n_reports_status", "count", "Anmälningar"),
        Column(
            "n_observations",
            "Observationer",
            "n_observations_status",
            "count",
            "Observationer",
        ),
        Column(
            "n_events",
            "Händelser, alla källor",
            "n_events_status",
            "count",
            "Händelser, alla källor",
        ),
        Column("n_inhabitants", "Invånare", "", "count", "Invånare"),
        Column(
            "n_offences_last_year",
            "Antal i fjol",
            "n_offences_last_year_status",
            "count",
            "Anmälda brott i fjol",
        ),
        Column(
            "rate_per_1000_quarter",
            "Per 1\u00a0000 invånare och kvartal",
            "rate_status",
            "rate",
            "Anmälda brott",
            "per 1\u00a0000 invånare och kvartal",
        ),
        Column(
            "rate_interval",
            "Troligt spann",
            "rate_status",
            "interval",
            "Anmälda brott",
            "per 1\u00a0000 invånare och kvartal",
        ),
        Column(
            "rate_ratio",
            "Jämfört med i fjol, kvot",
            "change_status",
            "ratio",
            "Anmälda brott",
            "kvot, i fjol är 1",
        ),
        Column("verdict", "Mot i fjol", "change_status", "verdict", "Anmälda brott"),
    )
}


@dataclass(frozen=True)
class Cell:
    """What a reader meets in one place of a table or a map.

    ``value`` is None unless the cell is shown, and then rounded as it is shown, so
    that nothing finer than the page's own figures can be read out of its source.
    """

    text: str
    html: Markup
    kind: str
    value: float | None = None

    @property
    def is_shown(self) -> bool:
        return self.kind == "shown"


def column(name: str) -> Column:
    """The column's reading; an unknown name is an error that names the known ones."""
    if name not in COLUMNS:
        from lagesbild.errors import UsageError

        raise UsageError(
            f"Kolumnen '{name}' går inte att visa. Välj bland {', '.join(COLUMNS)}."
        )
    return COLUMNS[name]


def status(row: Mapping, wanted: Column) -> str:
    """shown, suppressed, missing, not_computed or too_short_history."""
    if not wanted.status:
        return "missing" if pd.isna(row[wanted.name]) else "shown"
    word = row[wanted.status]
    if pd.isna(word):
        return "missing"
    if word != "shown" and word not in _WORDS:
        # fail closed: a status this room does not know is never taken for shown
        raise ProtectError(
            f"Kolumnen '{wanted.status}' har ett okänt ord. Gör om publikationen."
        )
    return str(word)


def read(row: Mapping, name: str) -> Cell:
    """The cell of a row in one column.

    Parameters
    ----------
    row : Mapping
        One row of a ``ProtectedTable``.
    name : str
        A column in ``COLUMNS``.

    Returns
    -------
    Cell

    Raises
    ------
    ProtectError
        If the status of the cell is an unknown word.
    """
    wanted = column(name)
    if wanted.kind == "verdict":
        return _verdict(row, wanted)
    state = status(row, wanted)
    if state == "not_computed":
        reason = row.get("rate_reason")
        told = reason if isinstance(reason, str) and reason else "räknas inte"
        return Cell(
            NOT_COMPUTED,
            Markup(
                '<span aria-hidden="true">{}</span><span class="vh">{}</span>'
            ).format(NOT_COMPUTED, told),
            state,
        )
    needed = {"interval": "rate_lower", "ratio": "rate_ratio"}.get(wanted.kind, name)
    if state == "shown" and pd.isna(row[needed]):
        state = "missing"
    if state != "shown":
        return Cell(_WORDS[state], escape(_WORDS[state]), state)
    text, value = _shown(row, wanted)
    return Cell(text, escape(text), "shown", value)


def _shown(row: Mapping, wanted: Column) -> tuple[str, float | None]:
    if wanted.kind == "interval":
        return swedish.span(row["rate_lower"], row["rate_upper"]), None
    value = float(row[wanted.name])
    if wanted.kind == "count":
        return swedish.number(value), int(value)
    if wanted.kind == "ratio":
        text = swedish.number(value, 2)
        if pd.notna(row["ratio_lower"]) and pd.notna(row["ratio_upper"]):
            lower = swedish.number(row["ratio_lower"], 2)
            text += f" ({lower}{swedish.DASH}{swedish.number(row['ratio_upper'], 2)})"
        return text, round(value, 2)
    return swedish.rate(value), round(value, 1)


def _verdict(row: Mapping, wanted: Column) -> Cell:
    word = row["verdict"]
    if not isinstance(word, str) or not word:
        return Cell(NOT_COMPUTED, Markup(NOT_COMPUTED), "not_computed")
    if status(row, wanted) == "suppressed" or word == HIDDEN:
        return Cell(HIDDEN, Markup(HIDDEN), "suppressed")
    if word not in ("ökar", "minskar"):
        kind = {MISSING: "missing", TOO_SHORT: "too_short_history"}.get(word, "shown")
        return Cell(word, Markup('<span class="v-no">{}</span>').format(word), kind)
    is_up = word == "ökar"
    if row.get("category") in EFFORT:
        word = "fler upptäckta" if is_up else "färre upptäckta"
    mark, look = ("▲", "v-up") if is_up else ("▼", "v-down")
    html = Markup('<span class="{}"><span aria-hidden="true">{} </span>{}</span>')
    return Cell(word, html.format(look, mark, word), "shown")

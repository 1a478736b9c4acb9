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

from lagesbild.errors import ProtectError, UsageError
from lagesbild.offences import FOUND_BY_POLICE
from lagesbild.present import swedish

HIDDEN = "visas inte"
MISSING = "uppgift saknas"
NOT_COMPUTED = swedish.DASH
TOO_SHORT = "för kort historik"
TOO_FEW = "för få att jämföra"
NO_CHANGE = "ingen säker förändring"
NOT_COMPARED = "jämförs inte"
NOT_YET = "ännu inte jämförbart"
_WORDS = {
    "suppressed": HIDDEN,
    "missing": MISSING,
    "not_computed": NOT_COMPUTED,
    "too_short_history": TOO_SHORT,
}
UP = ("ökar", "fler upptäckta")
DOWN = ("minskar", "färre upptäckta")
_PLAIN_VERDICTS = {
    NO_CHANGE: "shown",
    TOO_FEW: "shown",
    NOT_COMPARED: "not_computed",
    NOT_YET: "not_computed",
    HIDDEN: "suppressed",
    MISSING: "missing",
    TOO_SHORT: "too_short_history",
}

# Found mostly by the police's own work: more of them says how the police worked.
EFFORT = FOUND_BY_POLICE
OFFENCES, OBSERVATIONS = "n_offences", "n_observations"
MEASURES = (OFFENCES, OBSERVATIONS)
COUNTED = (*MEASURES, "n_reports", "n_events")
"""The counts that a rate and a change can be about; a row's ``measure`` says which."""


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
    subject: str = "Anmälda brott"
    unit: str = "antal"

    @property
    def is_derived(self) -> bool:
        """Whether it is computed from the count that the row's ``measure`` names."""
        return self.kind in ("rate", "interval", "ratio", "verdict")


_PER = "per 1\u00a0000 invånare och\u00a0kvartal"
COLUMNS = {
    column.name: column
    for column in (
        Column("n_offences", "Antal", "n_offences_status", "count"),
        Column(
            "n_observations",
            "Observationer",
            "n_observations_status",
            "count",
            "Observationer",
        ),
        Column("n_reports", "Anmälningar", "n_reports_status", "count", "Anmälningar"),
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
            "I fjol",
            "n_offences_last_year_status",
            "count",
            "Anmälda brott i fjol",
        ),
        Column(
            "n_observations_last_year",
            "I fjol",
            "n_observations_last_year_status",
            "count",
            "Observationer i fjol",
        ),
        Column(
            "rate_per_1000_quarter",
            swedish.upper_first(_PER),
            "rate_status",
            "rate",
            unit=_PER,
        ),
        Column("rate_interval", "Troligt spann", "rate_status", "interval", unit=_PER),
        Column(
            "rate_ratio",
            "Jämfört med i fjol, kvot",
            "change_status",
            "ratio",
            unit="kvot, i fjol är 1",
        ),
        Column("verdict", "Mot i fjol", "change_status", "verdict"),
    )
}


@dataclass(frozen=True)
class Cell:
    """What a reader meets in one place of a table or a map.

    ``value`` is None unless the cell is shown, and then rounded as it is shown, so
    that nothing finer than the page's own figures can be read out of its source.
    ``why`` is the reason when nothing is computed, or "".
    """

    text: str
    html: Markup
    kind: str
    value: float | None = None
    why: str = ""

    @property
    def is_shown(self) -> bool:
        return self.kind == "shown"


def records(frame: pd.DataFrame) -> list[dict]:
    """A frame's rows as dicts, four times as fast as ``to_dict``; what lacks is NA."""
    names = list(frame)
    rows = frame.to_numpy(dtype=object).tolist()
    return [dict(zip(names, row, strict=True)) for row in rows]


def column(name: str) -> Column:
    """The column's reading; an unknown name is an error that names the known ones."""
    if name not in COLUMNS:
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


def read(row: Mapping, name: str, *, measure: str | None = None) -> Cell:
    """The cell of a row in one column.

    Parameters
    ----------
    row : Mapping
        One row of a ``ProtectedTable``.
    name : str
        A column in ``COLUMNS``.
    measure : str, optional
        The count that stands beside it. A rate or a change of another count is then
        not computed: it would be taken for that of its neighbour.

    Returns
    -------
    Cell

    Raises
    ------
    ProtectError
        If the cell's status or verdict is an unknown word.
    """
    wanted = column(name)
    if wanted.is_derived and measure is not None and measure_of(row) != measure:
        return _not_computed("räknas inte för det här antalet")
    if wanted.kind == "verdict":
        return _verdict(row, wanted)
    state = status(row, wanted)
    if state == "not_computed":
        return _not_computed(_reason(row, wanted))
    needed = {"interval": ["rate_lower", "rate_upper"]}.get(wanted.kind, [name])
    if state == "shown" and any(pd.isna(row[column]) for column in needed):
        state = "missing"
    if state != "shown":
        return Cell(_WORDS[state], escape(_WORDS[state]), state)
    text, value = _shown(row, wanted)
    return Cell(text, escape(text), "shown", value)


def measure_of(row: Mapping) -> str:
    """The count that the row's rate and change are about."""
    word = row["measure"]
    if word not in MEASURES:
        raise ProtectError(
            "Kolumnen 'measure' har ett okänt ord. Gör om publikationen."
        )
    return str(word)


def _not_computed(why: str) -> Cell:
    html = Markup('<span aria-hidden="true">{}</span><span class="vh">{}</span>')
    return Cell(NOT_COMPUTED, html.format(NOT_COMPUTED, why), "not_computed", why=why)


def _reason(row: Mapping, wanted: Column) -> str:
    if wanted.kind in ("rate", "interval"):
        told = row["rate_reason"]
        if isinstance(told, str) and told:
            return swedish.lower_first(told.rstrip("."))
    if wanted.kind == "ratio" and isinstance(row["verdict"], str):
        return row["verdict"]
    return "räknas inte"


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
    word = word if isinstance(word, str) and word else MISSING
    if word not in (*UP, *DOWN, *_PLAIN_VERDICTS):
        raise ProtectError(
            "Kolumnen 'verdict' har ett okänt ord. Gör om publikationen."
        )
    if word in (*UP, *DOWN, NO_CHANGE, TOO_FEW) and not _is_open(row, wanted):
        word = HIDDEN
    if word in _PLAIN_VERDICTS:
        html = Markup('<span class="v-no">{}</span>').format(word)
        told = row.get("change_reason") if word == NOT_COMPARED else None
        why = swedish.lower_first(told.rstrip(".")) if isinstance(told, str) else ""
        return Cell(word, html, _PLAIN_VERDICTS[word], why=why)
    if row.get("category") in EFFORT and measure_of(row) == OFFENCES:
        word = UP[1] if word in UP else DOWN[1]
    mark, look = ("▲", "v-up") if word in UP else ("▼", "v-down")
    html = Markup('<span class="{}"><span aria-hidden="true">{} </span>{}</span>')
    return Cell(word, html.format(look, mark, word), "shown")


def change(row: Mapping, of: str) -> str:
    """The verdict of a sure change of the count ``of``, or "".

    A table by date of occurrence has no comparisons.
    """
    if "verdict" not in row or measure_of(row) != of:
        return ""
    word = read(row, "verdict").text
    return word if word in (*UP, *DOWN) else ""


def _is_open(row: Mapping, wanted: Column) -> bool:
    """Whether neither the change nor the count it is about is hidden."""
    of = column(measure_of(row))
    return "suppressed" not in (status(row, wanted), status(row, of))


def share(row: Mapping, whole: Mapping | None) -> str:
    """The row's part of the municipality's count: "12,8 %", or "" if either is hidden.

    For areas where no rate is computed; made of two figures that both are shown.
    """
    if whole is None:
        return ""
    part, total = read(row, measure_of(row)), read(whole, measure_of(row))
    if not (part.is_shown and total.is_shown) or not total.value:
        return ""
    return swedish.percent(part.value / total.value)

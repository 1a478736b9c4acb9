"""The open data beside the pages: the same cells as sheets that programs can read.

In: a ``Publication``. Out: ``Sheet`` values, and the link from a table on a page to the
sheet that holds its figures. Every figure goes through ``cells.read``, so that a sheet
tells nothing that a page would not, and nothing finer. Written by ``publish``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.period import Period
from lagesbild.present import captions, cells, swedish
from lagesbild.spreadsheet import safe_cell

if TYPE_CHECKING:
    import pandas as pd

    from lagesbild.protect.published import Publication
    from lagesbild.protect.table import ProtectedTable

FOLDER = "oppna_data"
DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
DELIVERIES, WEEK = "leveranser.csv", "veckan.csv"
WHOLE_ID, WITHOUT_ID = "hela_kommunen", "utan_omrade"
STATES = {
    "shown": "visas",
    "suppressed": "visas_inte",
    "missing": "saknas",
    "not_computed": "raknas_inte",
    "too_short_history": "for_kort_historik",
}
"""Why a figure is empty, in a sheet's words; "visas" stands beside all that are not."""


@dataclass(frozen=True)
class Field:
    """A column of a sheet: its name, type ("string", "integer" …), heading and meaning.

    ``unit`` is "" for what is no quantity; ``words`` are all it may say, if told.
    """

    name: str
    type: str
    title: str
    description: str
    unit: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One file of open data; ``key`` names the columns that together are unique."""

    file: str
    title: str
    description: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    rows: tuple[tuple[str, ...], ...] = ()


_WHERE = (
    Field("kvartal", "string", "Kvartal", "År och kvartal: 2026-K3 är juli–september."),
    Field(
        "omrade_id",
        "string",
        "Områdets id",
        f"{WHOLE_ID} är hela kommunen, {WITHOUT_ID} det som inte gick att placera.",
    ),
    Field("omrade", "string", "Område", "Områdets namn."),
    Field("typ_id", "string", "Typens id", "Typ, grupp av typer, eller alla."),
    Field("typ", "string", "Typ", "Typens eller gruppens namn."),
)
COUNTS = {
    "anmalda_brott": ("n_offences", "Anmälda brott", "antal brott"),
    "anmalda_brott_i_fjol": (
        "n_offences_last_year",
        "Anmälda brott samma kvartal i fjol",
        "antal brott",
    ),
    "observationer": ("n_observations", "Observationer", "antal observationer"),
    "observationer_i_fjol": (
        "n_observations_last_year",
        "Observationer samma kvartal i fjol",
        "antal observationer",
    ),
    "anmalningar": ("n_reports", "Anmälningar", "antal anmälningar"),
    "handelser_alla_kallor": (
        "n_events",
        "Händelser, alla källor, som kom in under kvartalet",
        "antal händelser",
    ),
    "handelser_intraffade": (
        "n_events_occurred",
        "Händelser, alla källor, som inträffade under kvartalet",
        "antal händelser",
    ),
}
"""Name in a sheet → column of the publication, heading and unit."""
MEASURES = {"n_offences": "anmalda_brott", "n_observations": "observationer"}
_PER = "per 1\u00a0000 invånare och kvartal"
_STATE = Field(
    "",
    "string",
    "",
    "Varför värdet är tomt, om det är det.",
    "",
    tuple(STATES.values()),
)


def _figures() -> tuple[Field, ...]:
    fields = []
    for name, (_, title, unit) in COUNTS.items():
        fields.append(
            Field(name, "integer", title, f"{title}. Tomt om det inte visas.", unit)
        )
        fields.append(replace(_STATE, name=f"{name}_status", title=f"{title}: status"))
    about = "Det antal som talet per invånare och jämförelsen gäller."
    fields.append(Field("matt", "string", "Mått", about, "", tuple(MEASURES.values())))
    for name, title, about in (
        (
            "per_1000_invanare",
            "Antal per 1\u00a0000 invånare",
            "Avrundat som på sidorna.",
        ),
        ("per_1000_lagst", "Troligt spann, nedre gräns", "Av antal per invånare."),
        ("per_1000_hogst", "Troligt spann, övre gräns", "Av antal per invånare."),
    ):
        fields.append(Field(name, "number", title, about, _PER))
    fields.append(
        replace(_STATE, name="per_1000_status", title="Antal per invånare: status")
    )
    about = "Mot samma kvartal i fjol, efter prövning mot slumpen."
    fields.append(Field("jamforelse", "string", "Mot i fjol", about))
    return tuple(fields)


_KEY = ("kvartal", "omrade_id", "typ_id")
_MUNICIPALITY = Sheet(
    "kommunen.csv",
    "Hela kommunen, typ för typ och kvartal för kvartal",
    "En rad är en typ, grupp eller alla typer, i hela kommunen under ett kvartal.",
    _KEY,
    (*_WHERE, *_figures()),
)
_AREAS = Sheet(
    "omraden.csv",
    "Områdena, typ för typ, det senaste kvartalet",
    "En rad är en typ, grupp eller alla typer, i ett område under kvartalet.",
    _KEY,
    (*_WHERE, *_figures()),
)
_AREAS_OVER_TIME = Sheet(
    "omraden_kvartal.csv",
    "Områdena, alla typer, kvartal för kvartal",
    "En rad är alla typer i ett område under ett kvartal.",
    _KEY,
    (*_WHERE, *_figures()),
)
_DELIVERIES = Sheet(
    DELIVERIES,
    "Leveranser till kvartalet",
    "En rad är en källa.",
    ("kvartal", "kalla"),
    (
        _WHERE[0],
        Field("kalla", "string", "Källa", "Vad uppgifterna är."),
        Field("organisation", "string", "Organisation", "Vem som har lämnat dem."),
        Field("kom_in", "date", "Kom in", "Tomt om leveransen saknas."),
    ),
)
_WEEK = Sheet(
    WEEK,
    "När i veckan brotten händer, hela kommunen",
    "En rad är tre timmar av en veckodag; fyra kvartal.",
    ("veckodag", "fran_klockan"),
    (
        Field("veckodag", "string", "Veckodag", "Dagens namn.", "", DAYS),
        Field("fran_klockan", "string", "Från klockan", "Till tre timmar senare."),
        Field("andel", "number", "Andel", "Andel av händelserna, 0–1, avrundad.", "1"),
    ),
)


def make_sheets(publication: Publication) -> list[Sheet]:
    """Everything that the pages of a publication tell in tables, as sheets.

    Parameters
    ----------
    publication : Publication

    Returns
    -------
    list of Sheet
        Rows in reading order, never by value. Text that a spreadsheet could take for a
        formula has an apostrophe before it.
    """
    held, cycle = publication.cells, str(publication.cycle)
    is_whole = held["area_id"] == captions.WHOLE
    made = [
        (_MUNICIPALITY, held[is_whole]),
        (_AREAS, held[held["period"] == cycle]),
        (_AREAS_OVER_TIME, held[held["category"] == "alla"]),
    ]
    names = _Names(publication)
    sheets = [replace(sheet, rows=names.rows(frame)) for sheet, frame in made]
    sheets.append(replace(_DELIVERIES, rows=_delivered(publication)))
    week = publication.findings.get("week")
    if week is not None and not week["reason"].notna().any():
        sheets.append(replace(_WEEK, rows=_week(week)))
    return sheets


class _Names:
    """The names of a publication's areas and types, and the order of its rows."""

    def __init__(self, publication: Publication) -> None:
        table = publication.table("area_id")
        self.areas = table.area_names
        self.types = table.category_names
        alphabetical = sorted(
            self.areas,
            key=lambda key: (_rank(key), swedish.sort_key(self.areas[key]), key),
        )
        self.places = {key: place for place, key in enumerate(alphabetical)}
        self.type_places = {key: place for place, key in enumerate(self.types)}

    def rows(self, frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
        told = sorted(frame.to_dict("records"), key=self._order)
        return tuple(self._row(row) for row in told)

    def _order(self, row: Mapping) -> tuple:
        period = Period(str(row["period"]))
        place = self.places[str(row["area_id"])]
        return period, place, self.type_places[str(row["category"])]

    def _row(self, row: Mapping) -> tuple[str, ...]:
        area_id, category = str(row["area_id"]), str(row["category"])
        ids = {captions.WHOLE: WHOLE_ID, captions.WITHOUT: WITHOUT_ID}
        where = (ids.get(area_id, area_id), self.areas[area_id])
        what = (category, self.types[category])
        return tuple(map(safe, (str(row["period"]), *where, *what))) + _told(row)


def _rank(area_id: str) -> int:
    return {captions.WITHOUT: 1, captions.WHOLE: 2}.get(area_id, 0)


def _told(row: Mapping) -> tuple[str, ...]:
    """The figures of a row as text, each with its status."""
    told: list[str] = []
    for column, _, _ in COUNTS.values():
        cell = _count(row, column)
        told += ["" if cell.value is None else str(cell.value), STATES[cell.kind]]
    rate = cells.read(row, "rate_per_1000_quarter")
    told += [MEASURES[cells.measure_of(row)], _decimal(rate.value)]
    is_drawn = rate.is_shown and cells.read(row, "rate_interval").is_shown
    told += [_decimal(row[k]) if is_drawn else "" for k in ("rate_lower", "rate_upper")]
    return (*told, STATES[rate.kind], safe(cells.read(row, "verdict").text))


def _count(row: Mapping, column: str) -> cells.Cell:
    if column == "n_events_occurred":
        row = {
            "n_events": row["n_events_occurred"],
            "n_events_status": row["n_events_occurred_status"],
        }
        column = "n_events"
    return cells.read(row, column)


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _delivered(publication: Publication) -> tuple[tuple[str, ...], ...]:
    """As on the pages: when, never how many rows."""
    frame = publication.deliveries
    frame = frame[frame["period"].astype(str) == str(publication.cycle)]
    told = [
        (
            str(row["period"]),
            safe(row["source_name"]),
            safe(row["organisation"]),
            f"{row['received_on']:%Y-%m-%d}" if row["is_delivered"] else "",
        )
        for row in frame.to_dict("records")
    ]
    return tuple(sorted(told, key=lambda row: (swedish.sort_key(row[1]), row)))


def _week(frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    frame = frame.sort_values(["weekday", "hour"])
    return tuple(
        (DAYS[int(day)], f"{int(hour):02d}:00", f"{share:.2f}")
        for day, hour, share in zip(
            frame["weekday"], frame["hour"], frame["share"], strict=True
        )
    )


def safe(text: str) -> str:
    """Text of one line that no spreadsheet takes for a formula."""
    return safe_cell(" ".join(str(text).split()))


def find_file(table: ProtectedTable) -> str:
    """The sheet that holds the cells of a table, or "" if none does."""
    area = table.fixed.get("area_id", "")
    is_whole = "area_id" not in table.by and area == captions.WHOLE
    if is_whole:
        return _MUNICIPALITY.file
    if "period" not in table.by:
        is_now = table.fixed["period"] == str(table.cycle)
        return _AREAS.file if is_now else ""
    is_all = "category" not in table.by and table.fixed["category"] == "alla"
    return _AREAS_OVER_TIME.file if is_all else ""


def link(file: str, what: str) -> Markup:
    """The way from a table to its sheet; ``what`` is said, so that links differ."""
    if not file:
        return Markup("")
    return Markup(
        '<p class="csv"><a href="{}/{}" download>Siffrorna som öppna data (CSV)'
        '<span class="vh">: {}</span></a></p>'
    ).format(FOLDER, file, what)

"""The trend of a measure, quarter by quarter, with its figures as a table.

In: a ``ProtectedTable`` by period. Out: a ``Shown``: an SVG drawn twice, wide and
narrow, so that its words are never scaled below reading size, and in JupyterLab a
chart that answers to the mouse. The line is broken where a quarter is hidden or
missing, and the axis is set by shown values alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.offences import ALL, find_breaks
from lagesbild.period import Period
from lagesbild.present import (
    captions,
    cells,
    open_data,
    order,
    swedish,
    tables,
    text,
)
from lagesbild.present.display import ID, Shown, live_html

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

N_PERIODS = 12
_YEAR = 4


@dataclass(frozen=True)
class Point:
    """One quarter of the chart; the numbers are None unless it is shown.

    ``count`` is the count behind a rate, with its noun, or "". ``is_new``: what was
    counted changed with this quarter, so it is not joined to the one before.
    """

    period: Period
    kind: str
    text: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    count: str = ""
    is_new: bool = False


def show_trend(
    table: ProtectedTable,
    column: str = "rate_per_1000_quarter",
    *,
    n_periods: int = N_PERIODS,
    breaks: Mapping[str, str] | None = None,
) -> Shown:
    """Show how a measure has gone, at most the last ``n_periods`` quarters.

    Parameters
    ----------
    table : ProtectedTable
        By period alone.
    column : str
        A count or a rate of the publication. Where no rate is computed in any quarter
        (few live there) the count is shown, and why.
    n_periods : int
    breaks : mapping, optional
        Quarter → why it cannot be compared with those before ("Nya brottskoder"),
        beside the known breaks of the category (``offences.find_breaks``). The line
        is broken there, and nothing is compared across it. What stands before a
        colon is written in the chart, all of it in the captions.

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If the table is not by period alone, or the column cannot be drawn.
    """
    wanted = cells.column(column)
    if tuple(table.by) != ("period",) or wanted.kind not in ("count", "rate"):
        raise UsageError(
            "Diagrammet visar ett antal eller en rate kvartal för kvartal."
        )
    rows = _recent(table, n_periods)
    why = _why_no_rate(rows, wanted)
    if why:
        column = captions.measure(table)
        wanted = cells.column(column)
    of = captions.measure(table, (column,))
    breaks = _known_breaks(table, of, rows) | {
        str(Period(str(k))): words for k, words in (breaks or {}).items()
    }
    points = [_point(row, wanted, row["label"] in breaks) for row in rows]
    name = captions.category_name(table, table.fixed.get("category", "alla"), of)
    title = f"{captions.subject(table, wanted)}, {wanted.unit}"
    title += "" if wanted.kind == "rate" else " per kvartal"
    key = tables.slug(f"{title} {captions.place(table)}")
    broken = _broken_last_year(points)
    heading = _heading(table, name, rows, wanted, broken)
    page = Markup(
        '<section aria-labelledby="{id}trend-{key}"><h2 id="{id}trend-{key}">{heading}'
        '</h2><p class="text">{lede}</p>{figure}{details}</section>'
    ).format(
        id=ID,
        key=key,
        heading=heading,
        lede=f"Inget tal per invånare: {why}." if why else _lede(rows, wanted, broken),
        figure=_figure(table, points, title, key, wanted, breaks),
        details=_details(table, rows, wanted, title, breaks),
    )

    def live() -> dict:
        from lagesbild.present import altair_chart

        bundle = altair_chart.to_bundle(points, heading, title, breaks)
        return bundle | {"text/html": live_html(page)}

    return Shown(page, text=f"Diagram: {title}", live=live)


def _recent(table: ProtectedTable, n_periods: int) -> list[dict]:
    last = Period(str(table.cycle))
    rows = [row for row in order.rows(table) if Period(row["label"]) <= last]
    return rows[-n_periods:]


def _known_breaks(table: ProtectedTable, of: str, rows: list[dict]) -> dict[str, str]:
    """The breaks of the codes; what others than the police tell has none."""
    if of != cells.OFFENCES:
        return {}
    category = table.fixed.get("category", ALL)
    return find_breaks(category, [row["label"] for row in rows])


def _why_no_rate(rows: list[dict], wanted: cells.Column) -> str:
    """The reason, where no quarter has a rate; else ""."""
    if wanted.kind != "rate" or not rows:
        return ""
    read = [cells.read(row, wanted.name) for row in rows]
    is_none = all(cell.kind == "not_computed" for cell in read)
    return read[-1].why if is_none else ""


def _broken_last_year(points: list[Point]) -> bool:
    return any(point.is_new for point in points[-_YEAR:])


def _point(row: dict, wanted: cells.Column, is_new: bool) -> Point:
    cell = cells.read(row, wanted.name)
    period = Period(row["label"])
    if cell.value is None:
        return Point(period, cell.kind, cell.text, is_new=is_new)
    if wanted.kind != "rate":
        return Point(period, "shown", cell.text, cell.value, is_new=is_new)
    count = cells.read(row, cells.measure_of(row))
    told = text.counted(count, row) if count.is_shown else ""
    lower = upper = None
    if cells.read(row, "rate_interval").is_shown:
        lower, upper = round(row["rate_lower"], 1), round(row["rate_upper"], 1)
    return Point(period, "shown", cell.text, cell.value, lower, upper, told, is_new)


def _heading(table, name: str, rows: list[dict], wanted, is_broken: bool) -> str:
    """A finding if the cycle's verdict is clear, and about what is drawn."""
    neutral = f"{name}, kvartal för kvartal"
    if not rows or rows[-1]["label"] != str(table.cycle) or is_broken:
        return neutral
    of = cells.measure_of(rows[-1])
    if not wanted.is_derived and wanted.name != of:
        return neutral
    return text.change(name, rows[-1]).finding or neutral


def _lede(rows: list[dict], wanted: cells.Column, is_broken: bool) -> str:
    if len(rows) <= _YEAR:
        return "För kort historik för att jämföra med samma kvartal i fjol."
    if is_broken:
        return "Det som räknas har ändrats under året. Jämför inte över linjen."
    if wanted.kind != "rate":
        return "Antalet följer årstiderna. Jämför därför med samma kvartal i fjol."
    now, before = rows[-1], rows[-1 - _YEAR]
    told = [sentence.text for sentence in text.rate(now, None)]
    if cells.read(now, wanted.name).is_shown and _has_span(before):
        lower, upper = (swedish.rate(before[k]) for k in ("rate_lower", "rate_upper"))
        value = cells.read(before, wanted.name).text
        told.append(f"I fjol var det {value}, troligen mellan {lower} och {upper}.")
    return " ".join(told) or "Talet för det senaste kvartalet visas inte."


def _has_span(row: dict) -> bool:
    return cells.read(row, "rate_interval").is_shown


def _details(table, rows: list[dict], wanted, title: str, breaks) -> Markup:
    columns = [wanted.name]
    if wanted.kind == "rate":
        of = captions.measure(table)
        columns = [of, wanted.name, "rate_interval"]
    id = f"{ID}tab-{tables.slug(title + captions.place(table))}"
    head = Markup("").join(
        Markup('<th scope="col" class="n">{}</th>').format(
            "Antal" if name in cells.MEASURES else cells.column(name).heading
        )
        for name in columns
    )
    body = Markup("").join(
        Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
            Markup(' class="out"') if row["label"] in breaks else "",
            row["label"],
            Markup("").join(_td(row, name) for name in columns),
        )
        for row in rows
    )
    why = [f"Från {period}: {words}" for period, words in sorted(breaks.items())]
    small = captions.small_print(captions.place(table), captions.by_date(table), *why)
    caption = f"{captions.subject(table, wanted)}, kvartal för kvartal"
    region = Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        '<thead><tr><th scope="col">Kvartal</th>{}</tr></thead><tbody>{}</tbody>'
        "</table></div>"
    ).format(id, captions.caption(caption, small, table.notes, id=id), head, body)
    return Markup(
        "<details><summary>Visa diagrammets siffror som tabell</summary>{}{}{}"
        "</details>"
    ).format(
        region,
        tables.reasons(rows, columns, captions.measure(table), table.by),
        open_data.link(open_data.find_file(table), caption),
    )


def _td(row: dict, name: str) -> Markup:
    # without data-v: time keeps its order
    cell = cells.read(row, name)
    look = "n" if cell.is_shown else "n hid"
    return Markup('<td class="{}">{}</td>').format(look, cell.html)


def _figure(table, points: list[Point], title: str, key: str, wanted, breaks) -> Markup:
    from lagesbild.present import chart_svg

    kinds = {point.kind for point in points}
    told = [f"{captions.place(table)}, {_ends(points)}. {captions.by_date(table)}."]
    if any(point.lower is not None for point in points):
        told.append("Fältet kring linjen är troligt spann.")
    told += [words for kind, words in _GAPS.items() if kind in kinds]
    told += _told_breaks(points, breaks)
    drawn = [
        chart_svg.draw(points, title=title, key=key, is_wide=is_wide, breaks=breaks)
        for is_wide in (True, False)
    ]
    return Markup(
        '<figure class="tight" aria-labelledby="{id}"><figcaption id="{id}">{title}'
        "<small>{small}</small></figcaption>{drawn}</figure>"
    ).format(
        id=f"{ID}dia-{key}",
        title=title,
        small=" ".join(told),
        drawn=Markup("").join(drawn),
    )


def _told_breaks(points: list[Point], breaks: Mapping[str, str]) -> list[str]:
    """Why the line is broken, of the breaks within it."""
    labels = [str(point.period) for point in points[1:] if point.is_new]
    return [f"Serien är bruten från {k}: {_as_clause(breaks[k])}." for k in labels]


def _as_clause(words: str) -> str:
    return swedish.lower_first(words.rstrip("."))


_GAPS = {
    "suppressed": "Randig ruta vid axeln: visas inte.",
    "missing": "Streckad ruta vid axeln: uppgift saknas.",
    "not_computed": "Tal per invånare räknas inte i alla kvartal.",
}


def _ends(points: list[Point]) -> str:
    if not points:
        return "inga kvartal"
    first, last = str(points[0].period), str(points[-1].period)
    return first if first == last else f"{first}{swedish.DASH}{last}"

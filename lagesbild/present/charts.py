"""The trend of a measure, quarter by quarter, with its figures as a table.

In: a ``ProtectedTable`` by period. Out: a ``Shown``: an SVG drawn twice, wide and
narrow, so that its words are never scaled below reading size, and in JupyterLab a
chart that answers to the mouse. The line is broken where a quarter is hidden or
missing, and the axis is set by shown values alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.period import Period
from lagesbild.present import captions, cells, swedish, tables, text
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

N_PERIODS = 12


@dataclass(frozen=True)
class Point:
    """One quarter of the chart; the numbers are None unless it is shown."""

    period: Period
    kind: str
    text: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None


def show_trend(
    table: ProtectedTable,
    column: str = "rate_per_1000_quarter",
    *,
    n_periods: int = N_PERIODS,
) -> Shown:
    """Show how a measure has gone, at most the last ``n_periods`` quarters.

    Parameters
    ----------
    table : ProtectedTable
        By period alone.
    column : str
        A count or a rate of the publication.
    n_periods : int

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
    points = [_point(row, wanted) for row in rows]
    what = captions.subject(table, wanted)
    name = "Alla brott" if what == "Anmälda brott" else what
    heading = _heading(table, name, rows, wanted)
    title = f"{what}, {wanted.unit}" + ("" if wanted.kind == "rate" else " per kvartal")
    key = tables.slug(f"{title} {captions.place(table)}")
    page = Markup(
        '<section aria-labelledby="{id}trend-{key}"><h2 id="{id}trend-{key}">{heading}'
        '</h2><p class="text">{lede}</p>{figure}{details}</section>'
    ).format(
        id=ID,
        key=key,
        heading=heading,
        lede=_lede(rows, wanted),
        figure=_figure(table, points, title, key, wanted),
        details=_details(table, rows, wanted, title),
    )

    def live() -> dict:
        from lagesbild.present import altair_chart

        return altair_chart.to_bundle(points, heading, title)

    return Shown(page, text=f"Diagram: {title}", live=live)


def _recent(table: ProtectedTable, n_periods: int) -> list[dict]:
    last = Period(str(table.cycle))
    rows = [row for row in tables.ordered(table) if Period(row["label"]) <= last]
    return rows[-n_periods:]


def _point(row: dict, wanted: cells.Column) -> Point:
    cell = cells.read(row, wanted.name)
    period = Period(row["label"])
    if cell.value is None:
        return Point(period, cell.kind, cell.text)
    if wanted.kind != "rate" or pd.isna(row["rate_lower"]):
        return Point(period, "shown", cell.text, cell.value)
    lower, upper = round(row["rate_lower"], 1), round(row["rate_upper"], 1)
    return Point(period, "shown", cell.text, cell.value, lower, upper)


def _heading(table, name: str, rows: list[dict], wanted: cells.Column) -> str:
    is_offences = wanted.name in ("n_offences", "rate_per_1000_quarter")
    neutral = f"{name}, kvartal för kvartal"
    if not rows or rows[-1]["label"] != str(table.cycle) or not is_offences:
        return neutral
    return text.finding(name, rows[-1] | {"category": _category(table, rows[-1])})


def _category(table: ProtectedTable, row: dict) -> str:
    return row.get("category") or table.fixed.get("category", "alla")


def _lede(rows: list[dict], wanted: cells.Column) -> str:
    if len(rows) < 5:
        return "För kort historik för att jämföra med samma kvartal i fjol."
    if wanted.kind != "rate":
        return "Antalet följer årstiderna. Jämför därför med samma kvartal i fjol."
    now, before = rows[-1], rows[-5]
    told = text.rate(now, None)
    last_year = text.rate(before, None)
    parts = [told[0].text] if told else []
    if told and last_year and last_year[0].text.startswith("Det är"):
        lower, upper = (
            swedish.rate(before["rate_lower"]),
            swedish.rate(before["rate_upper"]),
        )
        value = cells.read(before, wanted.name).text
        parts.append(f"I fjol var det {value}, troligen mellan {lower} och {upper}.")
    return " ".join(parts) or "Talet för det senaste kvartalet visas inte."


def _details(table, rows: list[dict], wanted: cells.Column, title: str) -> Markup:
    columns = [wanted.name]
    if wanted.kind == "rate":
        columns = ["n_offences", wanted.name, "rate_interval"]
    id = f"{ID}tab-{tables.slug(title + captions.place(table))}"
    head = Markup("").join(
        Markup('<th scope="col" class="n">{}</th>').format(cells.column(name).heading)
        for name in columns
    )
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row["label"], Markup("").join(_plain_td(row, name) for name in columns)
        )
        for row in rows
    )
    region = Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        '<thead><tr><th scope="col">Kvartal</th>{}</tr></thead><tbody>{}</tbody></table>'
        "</div>"
    ).format(
        id,
        captions.caption(
            f"{captions.subject(table, wanted)}, kvartal för kvartal",
            captions.small_print(table, captions.place(table)),
            id=id,
        ),
        head,
        body,
    )
    return Markup(
        "<details><summary>Visa diagrammets siffror som tabell</summary>{}{}</details>"
    ).format(region, tables.reasons(rows, columns))


def _plain_td(row: dict, name: str) -> Markup:
    cell = cells.read(row, name)
    look = "n" if cell.is_shown else "n hid"
    return Markup('<td class="{}">{}</td>').format(look, cell.html)


def _figure(table, points: list[Point], title: str, key: str, wanted) -> Markup:
    from lagesbild.present import chart_svg

    small = f"{captions.place(table)}, {swedish.DASH.join(_ends(points))}."
    kinds = {point.kind for point in points}
    if any(point.lower is not None for point in points):
        small += " Fältet kring linjen är troligt spann."
    if "suppressed" in kinds:
        small += " Randig ruta vid axeln: visas inte."
    if "missing" in kinds:
        small += " Streckad ruta vid axeln: uppgift saknas."
    if "not_computed" in kinds:
        small += " Tal per invånare räknas inte här."
    return Markup(
        '<figure class="tight" aria-labelledby="{id}dia-{key}"><figcaption '
        'id="{id}dia-{key}">{title}<small>{small}</small></figcaption>{wide}{narrow}'
        "</figure>"
    ).format(
        id=ID,
        key=key,
        title=title,
        small=small,
        wide=chart_svg.draw(points, wanted, title=title, key=key, is_wide=True),
        narrow=chart_svg.draw(points, wanted, title=title, key=key, is_wide=False),
    )


def _ends(points: list[Point]) -> list[str]:
    if not points:
        return ["inga kvartal"]
    first, last = str(points[0].period), str(points[-1].period)
    return [first] if first == last else [first, last]

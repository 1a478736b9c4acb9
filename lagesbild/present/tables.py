"""Tables: names left, figures right, hidden cells in their own places.

In: a ``ProtectedTable`` and the columns to show. Out: a ``Shown`` table. Rows lie in
Swedish alphabetical order or in the order of the code table, never by value, and
"Utan område" and the whole municipality stay last under any sort.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import captions, cells, open_data, order, swedish
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

DEFAULT_COLUMNS = ("n_offences", "rate_per_1000_quarter", "rate_interval", "verdict")
_BY = {"area_id": "Område", "category": "Typ", "period": "Kvartal"}
_AFTER = {
    "area_id": "efter område",
    "category": "efter typ",
    "period": "kvartal för kvartal",
}
_APART = "Antalen räknas var för sig och läggs aldrig ihop"
_SPAN = "Troligt spann visar hur mycket siffran kan bero på slump"


def show_table(
    table: ProtectedTable,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    *,
    groups: Sequence[str] = (),
    level: str = "leaf",
    beside: ProtectedTable | None = None,
) -> Shown:
    """Show a selection of cells as a table.

    Parameters
    ----------
    table : ProtectedTable
        With one dimension in ``by``.
    columns : sequence of str
        Columns of the publication; ``rate_interval`` is the drawn interval. With
        ``n_observations`` as the first count, the rows are those that the
        municipality and others tell, and rates and changes are theirs.
    groups : sequence of str, optional
        With ``by`` category: show only the categories of these groups.
    level : str
        With ``by`` category: "leaf", the types, or "group", the groups of types.
    beside : ProtectedTable, optional
        The same rows of something else (the municipality), whose rate is put last.

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If a column cannot be shown, or the table varies in more than one dimension.
    """
    if len(table.by) != 1:
        raise UsageError(
            "show_table visar en dimension. Använd show_area_table för område × typ."
        )
    if level not in ("leaf", "group"):
        raise UsageError("'level' ska vara leaf (typer) eller group (grupper).")
    _check(table, columns)
    title = f"{_title(table, columns)} {_AFTER[table.by[0]]}"
    if level == "group":
        title = title.replace("efter typ", "efter grupp")
    of = captions.measure(table, tuple(columns))
    rows = order.rows(table, of=of, groups=groups, level=level)
    html = build(table, rows, columns, title=title, beside=beside)
    return Shown(html, text=title)


def _check(table: ProtectedTable, columns: Sequence[str]) -> None:
    """A table by date of occurrence holds events and nothing else."""
    wanted = {name: cells.column(name).status or name for name in columns}
    lacking = [name for name, held in wanted.items() if held not in table.frame]
    if lacking:
        raise UsageError(f"Tabellen har inte kolumnen {', '.join(lacking)}.")


def _title(table: ProtectedTable, columns: Sequence[str]) -> str:
    wanted = [cells.column(name) for name in columns]
    counts = [c for c in wanted if c.kind == "count" and c.name in cells.COUNTED]
    subjects = [captions.subject(table, c) for c in counts or wanted[:1]]
    first, *others = subjects
    title = swedish.listed([first, *map(swedish.lower_first, others)])
    if len(subjects) > 2:
        title = "Samma kvartal räknat på olika sätt,"
    if table.fixed.get("area_id", captions.WHOLE) != captions.WHOLE:
        title += f" i {captions.place(table)}"
    return title


def build(
    table: ProtectedTable,
    rows: list[dict],
    columns: Sequence[str],
    *,
    title: str,
    beside: ProtectedTable | None = None,
    row_ids: bool = False,
) -> Markup:
    """The scrolling region with the table in it; ``row_ids`` for a map's links.

    ``rows`` are of ``order.rows``.
    """
    of = captions.measure(table, tuple(columns))
    id = f"{ID}tab-{slug(title)}"
    scene = _scene(table, rows, columns, of, beside)
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}">'
        '<table{} class="stick">{}{}<tbody>{}</tbody></table></div>{}{}'
    ).format(
        id,
        "" if table.by[0] == "period" else Markup(" data-sort"),
        captions.caption(title, _small(table, scene), table.notes, id=id, wide=True),
        _head(table.by[0], scene),
        Markup("").join(_row(table.by[0], row, scene, row_ids) for row in rows),
        reasons(rows, columns, of, table.by),
        open_data.link(open_data.find_file(table), title),
    )


@dataclass(frozen=True)
class _Scene:
    """What every row of one table needs to know of the whole."""

    columns: Sequence[str]
    of: str
    scale: float | None
    mean: float | None
    whole: dict | None
    beside: dict | None

    @property
    def share_in(self) -> str:
        """The column where a share stands instead of a rate that is not computed."""
        has_span = "rate_interval" in self.columns
        return "rate_interval" if has_span else "rate_per_1000_quarter"


def _scene(table, rows, columns, of, beside) -> _Scene:
    is_by_area = table.by[0] == "area_id"
    whole = [row for row in rows if is_by_area and row["area_id"] == captions.WHOLE]
    mean = cells.read(whole[0], "rate_per_1000_quarter", measure=of) if whole else None
    others = None
    if beside is not None:
        key = beside.by[0]
        others = {row[key]: row for row in cells.records(beside.frame)}
    return _Scene(
        columns,
        of,
        scale=interval_scale(rows, of) if "rate_interval" in columns else None,
        mean=mean.value if mean is not None else None,
        whole=whole[0] if whole else None,
        beside=others,
    )


def slug(text: str) -> str:
    """Letters and digits of a text, for an id that is the same in every run."""
    plain = swedish.lower_first(text).casefold()
    plain = plain.replace("å", "a").replace("ä", "a").replace("ö", "o")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def interval_scale(rows: list[dict], of: str | None = None) -> float | None:
    """The highest shown upper bound among the rows whose interval is drawn."""
    shown = [
        row["rate_upper"]
        for row in rows
        if row["fixed"] != "sum"
        and cells.read(row, "rate_interval", measure=of).is_shown
    ]
    return max(shown, default=None)


def _small(table: ProtectedTable, scene: _Scene) -> str:
    is_time = table.by[0] == "period"
    told = [captions.by_date(table) if is_time else captions.dated(table)]
    if scene.of == cells.OBSERVATIONS or "n_observations" in scene.columns:
        told.append(captions.OBSERVED)
    elif len([name for name in scene.columns if name in cells.COUNTED]) > 1:
        told.append(_APART)
    if "rate_interval" in scene.columns:
        told.append(_SPAN)
        if scene.mean is not None:
            told.append(f"Prickad linje: hela kommunen, {swedish.rate(scene.mean)}")
    return captions.small_print(*told)


def _head(by: str, scene: _Scene) -> Markup:
    heads = [Markup('<th scope="col" class="c0"{}>{}</th>').format(_k(0, by), _BY[by])]
    is_alone = len([name for name in scene.columns if name in cells.COUNTED]) == 1
    for place, name in enumerate(scene.columns, start=1):
        column = cells.column(name)
        is_number = column.kind in ("count", "rate", "ratio")
        words = column.heading
        if name in cells.COUNTED:
            words = "Antal" if is_alone else column.subject
        heads.append(
            Markup('<th scope="col"{}{}>{}</th>').format(
                Markup(' class="n"') if is_number else "",
                _k(place, by) if is_number else "",
                words,
            )
        )
    if scene.beside is not None:
        rate = cells.column("rate_per_1000_quarter")
        heads.append(
            Markup('<th scope="col" class="n"{}>{}</th>').format(
                _k(len(scene.columns) + 1, by), f"Hela kommunen, {rate.unit}"
            )
        )
    return Markup("<thead><tr>{}</tr></thead>").format(Markup("").join(heads))


def _k(place: int, by: str) -> Markup:
    # data-k makes a column sortable by script; time has its own order
    return Markup("") if by == "period" else Markup(' data-k="{}"').format(place)


def _row(by: str, row: dict, scene: _Scene, row_ids: bool) -> Markup:
    other = scene.beside.get(row[by]) if scene.beside is not None else None
    whole = scene.whole if scene.beside is None else other
    tds = [_cell(row, name, scene, whole) for name in scene.columns]
    if scene.beside is not None:
        tds.append(
            td(other, "rate_per_1000_quarter", measure=scene.of)
            if other is not None
            else Markup('<td class="n hid">{}</td>').format(cells.MISSING)
        )
    attributes = Markup("")
    if row_ids:
        attributes += Markup(' id="{}r{}"').format(ID, row["place"])
    if row["fixed"]:
        attributes += Markup(' class="{}" data-fixed').format(row["fixed"])
    return Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
        attributes, row["label"], Markup("").join(tds)
    )


def _cell(row: dict, name: str, scene: _Scene, whole: dict | None) -> Markup:
    cell = cells.read(row, name, measure=scene.of)
    if name == scene.share_in and cell.kind == "not_computed":
        part = cells.share(row, whole)
        if part and cells.measure_of(row) == scene.of:
            look = "hid" if name == "rate_interval" else "n hid"
            return Markup('<td class="{}">{} av kommunens</td>').format(look, part)
    if name == "rate_interval":
        return _interval(row, cell, scene)
    return td(row, name, measure=scene.of)


def td(row: dict, name: str, *, measure: str | None = None) -> Markup:
    """One cell; ``data-v``, by which a column is sorted, only when it is shown."""
    cell = cells.read(row, name, measure=measure)
    if cells.column(name).kind == "verdict":
        look = Markup(' class="hid"') if cell.kind in ("suppressed", "missing") else ""
        return Markup("<td{}>{}</td>").format(look, cell.html)
    look = "n" if cell.is_shown else "n hid"
    value = Markup(' data-v="{}"').format(cell.value) if cell.value is not None else ""
    return Markup('<td class="{}"{}>{}</td>').format(look, value, cell.html)


def _interval(row: dict, cell: cells.Cell, scene: _Scene) -> Markup:
    """The interval in figures and drawn: dot the rate, line what chance may do."""
    if not cell.is_shown:
        return Markup('<td class="hid">{}</td>').format(cell.html)
    svg = Markup("")
    if row["fixed"] != "sum" and scene.scale:
        left, dot, right = (
            _x(row[key], scene.scale)
            for key in ("rate_lower", "rate_per_1000_quarter", "rate_upper")
        )
        line = Markup("")
        if scene.mean is not None:
            at = _x(min(scene.mean, scene.scale), scene.scale)
            line = Markup('<path class="w-mean" d="M{} -13v46"/>').format(at)
        svg = Markup(
            '<svg viewBox="0 0 134 20" aria-hidden="true">{}<path class="w-line" '
            'd="M{} 10H{}"/><circle class="w-dot" cx="{}" cy="10" r="4"/></svg>'
        ).format(line, left, right, dot)
    return Markup(
        '<td><span class="wh"><span class="r">{}</span>{}</span></td>'
    ).format(cell.text, svg)


def _x(value: float, scale: float) -> int:
    return 4 + round(126 * value / scale)


def reasons(
    rows: list[dict], columns: Sequence[str], of: str, by: Sequence[str]
) -> Markup:
    """Under the table: why some rates are a dash and some changes are not judged.

    Each reason stands once, with its areas unless it is that of every area.
    """
    notes = Markup("")
    for needed, read, head in (
        (
            "rate_status",
            "rate_per_1000_quarter",
            f"{swedish.DASH} Inget tal per invånare",
        ),
        ("change_status", "verdict", swedish.upper_first(cells.NOT_COMPARED)),
    ):
        if any(cells.column(name).status == needed for name in columns):
            notes += _why(rows, read, head, of, by)
    return notes


def _why(rows: list[dict], name: str, head: str, of: str, by: Sequence[str]) -> Markup:
    # no one lives in "Utan område" and it is not compared; that needs no reason
    asked = [r for r in rows if not r["fixed"] and cells.measure_of(r) == of]
    why: dict[str, list[str]] = {}
    for row in asked:
        cell = cells.read(row, name)
        if cell.kind == "not_computed" and cell.why:
            why.setdefault(cell.why, []).append(row["label"])
    if not why:
        return Markup("")
    told = [
        reason
        if "area_id" not in by or len(names) == len(asked)
        else f"{reason} ({swedish.listed(names)})"
        for reason, names in sorted(why.items())
    ]
    return Markup('<p class="note">{}: {}.</p>').format(head, "; ".join(told))

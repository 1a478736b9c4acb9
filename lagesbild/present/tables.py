"""Tables: names left, figures right, hidden cells in their own places.

In: a ``ProtectedTable`` and the columns to show. Out: a ``Shown`` table. Rows lie in
Swedish alphabetical order or in the order of the code table, never by value, and
"Utan område" and the whole municipality stay last under any sort.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup, escape

from lagesbild.errors import UsageError
from lagesbild.period import Period
from lagesbild.present import captions, cells, swedish
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

DEFAULT_COLUMNS = ("n_offences", "rate_per_1000_quarter", "rate_interval", "verdict")
_BY = {"area_id": "Område", "category": "Typ", "period": "Kvartal"}
_EFTER = {
    "area_id": "efter område",
    "category": "efter typ",
    "period": "kvartal för kvartal",
}


def show_table(
    table: ProtectedTable,
    columns: Sequence[str] = DEFAULT_COLUMNS,
    *,
    groups: Sequence[str] = (),
    beside: ProtectedTable | None = None,
) -> Shown:
    """Show a selection of cells as a table.

    Parameters
    ----------
    table : ProtectedTable
        With one dimension in ``by``.
    columns : sequence of str
        Columns of the publication; ``rate_interval`` is the drawn interval.
    groups : sequence of str, optional
        With ``by`` category: show only the categories of these groups.
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
    wanted = [cells.column(name) for name in columns]
    title = f"{_title(table, wanted[0], groups)} {_EFTER[table.by[0]]}"
    html = build(table, columns, title=title, groups=groups, beside=beside)
    return Shown(html, text=title)


def _title(table: ProtectedTable, first: cells.Column, groups: Sequence[str]) -> str:
    title = captions.subject(table, first)
    if table.fixed.get("area_id", captions.WHOLE) != captions.WHOLE:
        title += f" i {captions.place(table)}"
    return title


def build(
    table: ProtectedTable,
    columns: Sequence[str],
    *,
    title: str,
    groups: Sequence[str] = (),
    beside: ProtectedTable | None = None,
    row_ids: bool = False,
) -> Markup:
    """The scrolling region with the table in it; ``row_ids`` for a map's links."""
    rows = ordered(table, groups)
    id = f"{ID}tab-{slug(title)}"
    scale = interval_scale(rows) if "rate_interval" in columns else None
    mean = _whole_rate(rows) if table.by[0] == "area_id" else None
    other = beside.frame.set_index(list(beside.by)) if beside is not None else None
    body = Markup("").join(
        _row(table, row, columns, scale, mean, other, row_ids) for row in rows
    )
    small = captions.small_print(
        table,
        captions.when(table) if table.by[0] != "period" else "",
        *_reading(columns, mean, rows),
    )
    head = _head(table.by[0], columns, beside)
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}">'
        '<table{} class="stick">{}{}<tbody>{}</tbody></table></div>{}'
    ).format(
        id,
        "" if table.by[0] == "period" else Markup(" data-sort"),
        captions.caption(title, small, id=id, wide=True),
        head,
        body,
        reasons(rows, columns),
    )


def slug(text: str) -> str:
    """Letters and digits of a text, for an id that is the same in every run."""
    plain = swedish.lower_first(text).casefold()
    plain = plain.replace("å", "a").replace("ä", "a").replace("ö", "o")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def ordered(table: ProtectedTable, groups: Sequence[str] = ()) -> list[dict]:
    """The table's rows in reading order, each with ``label`` and ``fixed``."""
    by = table.by[0]
    rows = table.frame.to_dict("records")
    if by == "period":
        rows.sort(key=lambda row: Period(str(row["period"])))
        return [row | {"label": str(row["period"]), "fixed": ""} for row in rows]
    if by == "area_id":
        by_id = {str(row["area_id"]): row for row in rows}
        return [by_id[id] | place for id, place in area_order(table, list(by_id))]
    return _by_category(table, rows, groups)


def area_order(
    table: ProtectedTable, area_ids: Sequence[str]
) -> list[tuple[str, dict]]:
    """Areas in alphabetical order, then "Utan område", then the municipality.

    Each with ``label``, ``rank`` (0 for an area on the map) and ``fixed``, the look of
    a row that no sorting moves.
    """
    named = [(area_id, _area_place(table, area_id)) for area_id in area_ids]
    return sorted(
        named, key=lambda pair: (pair[1]["rank"], swedish.sort_key(pair[1]["label"]))
    )


def _area_place(table: ProtectedTable, area_id: str) -> dict:
    rank, fixed = {captions.WITHOUT: (1, "out"), captions.WHOLE: (2, "sum")}.get(
        area_id, (0, "")
    )
    label = "Hela kommunen" if area_id == captions.WHOLE else table.area_names[area_id]
    return {"label": label, "rank": rank, "fixed": fixed}


def _by_category(
    table: ProtectedTable, rows: list[dict], groups: Sequence[str]
) -> list:
    from lagesbild.offences import load_categories

    known = load_categories()
    leaves = known[~known["group"].eq("skyddade")]
    order = {name: place for place, name in enumerate(leaves["category"])}
    if groups:
        wanted = set(leaves.loc[leaves["group"].isin(list(groups)), "category"])
        wanted |= {group for group in groups if (leaves["group"] == group).sum() > 1}
    else:
        wanted = {*order, "alla"}
    total = groups[0] if len(groups) == 1 else "alla"
    kept = [row for row in rows if row["category"] in wanted]
    named = [
        row
        | {
            "label": table.category_names[row["category"]],
            "fixed": "sum" if row["category"] == total else "",
        }
        for row in kept
    ]
    last = len(order)
    return sorted(named, key=lambda row: order.get(row["category"], last))


def interval_scale(rows: list[dict]) -> float | None:
    """The highest shown upper bound: what the drawn intervals are scaled by."""
    shown = [
        row["rate_upper"]
        for row in rows
        if row["rate_status"] == "shown" and pd.notna(row["rate_upper"])
    ]
    return max(shown, default=None)


def _whole_rate(rows: list[dict]) -> float | None:
    whole = [row for row in rows if row.get("area_id") == captions.WHOLE]
    if not whole:
        return None
    return cells.read(whole[0], "rate_per_1000_quarter").value


def _reading(columns: Sequence[str], mean: float | None, rows: list[dict]) -> list[str]:
    told = []
    if "rate_interval" in columns:
        text = "Troligt spann visar hur mycket siffran kan bero på slump"
        if mean is not None:
            text += f". Prickad linje: hela kommunen, {swedish.rate(mean)}"
        told.append(text)
    return told


def _head(by: str, columns: Sequence[str], beside: ProtectedTable | None) -> Markup:
    heads = [Markup('<th scope="col" class="c0"{}>{}</th>').format(_k(0, by), _BY[by])]
    for place, name in enumerate(columns, start=1):
        column = cells.column(name)
        is_number = column.kind in ("count", "rate", "ratio")
        heads.append(
            Markup('<th scope="col"{}{}>{}</th>').format(
                Markup(' class="n"') if is_number else "",
                _k(place, by) if is_number else "",
                column.heading,
            )
        )
    if beside is not None:
        heads.append(
            Markup('<th scope="col" class="n"{}>{}</th>').format(
                _k(len(columns) + 1, by), "Hela kommunen, per 1\u00a0000"
            )
        )
    return Markup("<thead><tr>{}</tr></thead>").format(Markup("").join(heads))


def _k(place: int, by: str) -> Markup:
    # data-k makes a column sortable by script; time has its own order
    return Markup("") if by == "period" else Markup(' data-k="{}"').format(place)


def _row(table, row, columns, scale, mean, other, row_ids) -> Markup:
    tds = [
        interval_cell(row, scale, mean) if name == "rate_interval" else td(row, name)
        for name in columns
    ]
    if other is not None:
        key = row[table.by[0]]
        tds.append(
            td(other.loc[key].to_dict(), "rate_per_1000_quarter")
            if key in other.index
            else Markup('<td class="n hid">{}</td>').format(cells.MISSING)
        )
    attributes = Markup("")
    if row_ids:
        attributes += Markup(' id="{}r-{}"').format(
            ID, slug(str(row["area_id"])) or "utan"
        )
    if row["fixed"]:
        attributes += Markup(' class="{}" data-fixed').format(row["fixed"])
    return Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
        attributes, row["label"], Markup("").join(tds)
    )


def td(row: dict, name: str, extra: str = "") -> Markup:
    """One cell; ``data-v``, by which a column is sorted, only when it is shown."""
    cell = cells.read(row, name)
    kind = cells.column(name).kind
    if kind == "verdict":
        look = ' class="hid"' if cell.kind in ("suppressed", "missing") else ""
        return Markup("<td{}>{}</td>").format(Markup(look), cell.html)
    names = " ".join(filter(None, ["n", extra, "" if cell.is_shown else "hid"]))
    value = Markup(' data-v="{}"').format(cell.value) if cell.value is not None else ""
    return Markup('<td class="{}"{}>{}</td>').format(names, value, cell.html)


def interval_cell(row: dict, scale: float | None, mean: float | None) -> Markup:
    """The interval in figures and drawn: dot the rate, line what chance may do."""
    cell = cells.read(row, "rate_interval")
    if not cell.is_shown:
        return Markup('<td class="hid">{}</td>').format(cell.html)
    svg = Markup("")
    if row.get("fixed") != "sum" and scale:
        x = {
            key: 4 + round(126 * row[key] / scale)
            for key in ("rate_lower", "rate_per_1000_quarter", "rate_upper")
        }
        line = (
            f'<path class="w-mean" d="M{4 + round(126 * min(mean, scale) / scale)} -13v46"/>'
            if mean is not None
            else ""
        )
        svg = Markup(
            f'<svg viewBox="0 0 134 20" aria-hidden="true">{line}<path class="w-line" '
            f'd="M{x["rate_lower"]} 10H{x["rate_upper"]}"/><circle class="w-dot" '
            f'cx="{x["rate_per_1000_quarter"]}" cy="10" r="4"/></svg>'
        )
    return Markup(
        '<td><span class="wh"><span class="r">{}</span>{}</span></td>'
    ).format(cell.text, svg)


def reasons(rows: list[dict], columns: Sequence[str]) -> Markup:
    """Under the table: why some rates are a dash, each reason once with its areas."""
    if not any(cells.column(name).status == "rate_status" for name in columns):
        return Markup("")
    why: dict[str, list[str]] = {}
    for row in rows:
        reason = row.get("rate_reason")
        if row.get("fixed"):
            continue  # no one lives in "Utan område"; that needs no reason
        if row["rate_status"] == "not_computed" and isinstance(reason, str):
            why.setdefault(reason, []).append(row["label"])
    if not why:
        return Markup("")
    told = [
        f"{swedish.upper_first(reason.rstrip('.'))}: {swedish.listed(names)}."
        for reason, names in sorted(why.items())
    ]
    return Markup('<p class="note">{} Inget tal per invånare: {}</p>').format(
        swedish.DASH, escape(" ".join(told))
    )

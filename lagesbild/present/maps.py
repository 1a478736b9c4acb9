"""The map of a measure by area, beside the table that holds the same cells.

In: a ``ProtectedTable`` by area, the areas (EPSG:3006) and a column. Out: a ``Shown``:
an inline SVG whose areas are links to their rows, and in JupyterLab a map that pans.
Both hold only what is drawn: names, the cell's own text and its class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.offences import load_categories
from lagesbild.present import (
    captions,
    cells,
    classes,
    map_svg,
    order,
    swedish,
    tables,
    text,
)
from lagesbild.present.display import ID, Shown, live_html

if TYPE_CHECKING:
    import geopandas as gpd

    from lagesbild.protect.table import ProtectedTable

_LOOKS = {
    "suppressed": ("kh", cells.HIDDEN),
    "missing": ("km", cells.MISSING),
    "not_computed": ("kn", "inget tal per invånare"),
    "too_short_history": ("kn", cells.TOO_SHORT),
}
_SIGNS = {"ökar": "▲", "minskar": "▼"}
MAPPED = "skadegorelse"
"""The type on the front page's map: common, reported by others, seldom private."""
STRONGER = "Starkare färg betyder fler."
_MANY = 3


def show_map(
    table: ProtectedTable,
    areas: gpd.GeoDataFrame,
    column: str = "rate_per_1000_quarter",
    *,
    base_map: gpd.GeoDataFrame | None = None,
) -> Shown:
    """Show a measure on the map, beside its table, under a finding as heading.

    Parameters
    ----------
    table : ProtectedTable
        By area_id alone.
    areas : GeoDataFrame
        One row an area: area_id, geometry in EPSG:3006.
    column : str
        A count or a rate of the publication.
    base_map : GeoDataFrame, optional
        Water and roads in EPSG:3006: kind, name, geometry.

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If the table is not by area alone, the column cannot be drawn on a map, or
        the category must not be: see ``check_mapped``.
    RegisterError
        If the areas are not in EPSG:3006.
    """
    wanted = cells.column(column)
    if tuple(table.by) != ("area_id",) or wanted.kind not in ("count", "rate"):
        raise UsageError("Kartan visar ett antal eller tal per invånare efter område.")
    category = table.fixed.get("category", "alla")
    check_mapped(category)
    from lagesbild.present import geometry

    drawn = shown_areas(table, column)
    drawing = geometry.draw(areas[areas["area_id"].isin(list(drawn))])
    title = f"{captions.subject(table, wanted)}, {wanted.unit}"
    of = captions.measure(table, (column,))
    columns = [wanted.name]
    if wanted.kind == "rate":
        columns = [of, wanted.name, "rate_interval", "verdict"]
    rows = order.rows(table)
    table_title = f"{captions.subject(table, wanted)} efter område"
    region = tables.build(table, rows, columns, title=table_title, row_ids=True)
    small = f"{captions.place(table)}, {captions.dated(table)}. {STRONGER}"
    name = tables.slug(title)
    map_ = map_svg.figure(
        drawn,
        drawing,
        title=title,
        name=name,
        small=small,
        base_map=base_map,
        pans=True,
    )
    page = Markup(
        '<section aria-labelledby="{id}"><h2 id="{id}">{heading}</h2>{lede}'
        '<div class="mapgrid">{map}<div>{table}</div></div></section>'
    ).format(
        id=f"{ID}var-{name}",
        heading=_heading(table, rows, of),
        lede=_lede(rows, wanted, of),
        map=map_,
        table=region,
    )

    def live() -> dict:
        from lagesbild.present import leaflet

        frame = leaflet.to_html(areas, drawn, title=title, base_map=base_map)
        legend = Markup("<p><b>{}</b></p>").format(title) + map_svg.legend(drawn)
        return {"text/html": frame + live_html(legend + region)}

    return Shown(page, text=f"Karta: {title}", live=live)


def check_mapped(category: str) -> None:
    """Refuse what no map shows: types together, and what the police find by looking.

    A map of everything shows mostly the commonest type and where people move; one of
    what the police find shows where they worked.

    Raises
    ------
    UsageError
        Names the category.
    """
    if category in cells.EFFORT:
        raise UsageError(
            f"'{category}' ritas inte på karta: brott som polisen själv upptäcker "
            "visar mest var polisen har arbetat. Visa dem i tabell."
        )
    if category not in set(load_categories()["category"]):
        raise UsageError(
            f"'{category}' ritas inte på karta: olika brottstyper läggs inte ihop där. "
            f'Välj en typ, till exempel table("area_id", category="{MAPPED}").'
        )


def _heading(table: ProtectedTable, rows: list[dict], of: str) -> str:
    """What the verdicts of the areas say, if anything; areas are never ranked."""
    category = table.fixed.get("category", "alla")
    name = captions.category_name(table, category, of)
    up = [row["label"] for row in _rising(rows, of)]
    if not up:
        return f"{name}, område för område"
    if len(up) <= _MANY:
        return f"{name} ökar i {swedish.listed(up)}"
    return f"{name} ökar i minst {len(up)} områden"


def _rising(rows: list[dict], of: str) -> list[dict]:
    on_map = [row for row in rows if row["rank"] == 0]
    return [row for row in on_map if cells.change(row, of) == "ökar"]


def _lede(rows: list[dict], wanted: cells.Column, of: str) -> Markup:
    told = []
    whole = [row for row in rows if row["area_id"] == captions.WHOLE]
    if whole and wanted.is_derived:
        about = [s.text for s in text.rate(whole[0], None) if s.strong]
        told += [t.replace("Det är", "I hela kommunen är det", 1) for t in about]
    found = _rising(rows, of)
    if len(found) == 1:
        both = text.change("", found[0]).strong
        told.append(f"I {found[0]['label']} är det {both} i fjol.")
    return Markup('<p class="text">{}</p>').format(" ".join(told)) if told else Markup()


def shown_areas(table: ProtectedTable, column: str) -> dict[str, dict]:
    """What the map may know, by area_id: name, text, look (class), change and row.

    "Utan område" and the whole municipality have no place on a map.
    """
    rows = order.rows(table)
    on_map = [row for row in rows if row["rank"] == 0]
    read = {str(row["area_id"]): cells.read(row, column) for row in on_map}
    limits = classes.limits([c.value for c in read.values() if c.value is not None])
    whole = next((row for row in rows if row["area_id"] == captions.WHOLE), None)
    unit = "" if cells.column(column).kind == "count" else " per 1\u00a0000 invånare"
    of = captions.measure(table, (column,))
    drawn = {}
    for row in on_map:
        cell = read[str(row["area_id"])]
        look, told = "", ""
        if cell.is_shown:
            look, told = classes.class_of(cell.value, limits), f"{cell.text}{unit}"
        else:
            look, told = _LOOKS[cell.kind]
        if cell.kind == "not_computed" and (part := _count_and_share(row, whole)):
            told = f"{part}; {told}"
        drawn[str(row["area_id"])] = {
            "name": row["label"],
            "text": told,
            "look": look,
            "change": _SIGNS.get(cells.change(row, of), ""),
            "row": row["place"],
            "limits": limits,
        }
    return drawn


def _count_and_share(row: dict, whole: dict | None) -> str:
    """Instead of a rate: how many, and how large a part of the municipality's."""
    count = cells.read(row, cells.measure_of(row))
    if not count.is_shown:
        return count.text
    part = cells.share(row, whole)
    told = text.counted(count, row)
    return f"{told}, {part} av kommunens" if part else told

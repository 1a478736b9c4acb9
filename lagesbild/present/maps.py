"""The map of a measure by area, beside the table that holds the same cells.

In: a ``ProtectedTable`` by area, the areas (EPSG:3006) and a column. Out: a ``Shown``:
an inline SVG whose areas are links to their rows, and in JupyterLab a map that pans.
Both hold only what is drawn: names, the cell's own text and its class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import captions, cells, classes, order, swedish, tables, text
from lagesbild.present.display import ID, Shown, live_html

if TYPE_CHECKING:
    import geopandas as gpd

    from lagesbild.present.geometry import Drawing
    from lagesbild.protect.table import ProtectedTable

_LOOKS = {
    "suppressed": ("kh", cells.HIDDEN),
    "missing": ("km", cells.MISSING),
    "not_computed": ("kn", "inget tal per invånare"),
    "too_short_history": ("kn", cells.TOO_SHORT),
}
_NUMBERS = ("k0", "k1", "k2", "k3", "k4")
_CHANGES = {"▲": "ökar mot i fjol", "▼": "minskar mot i fjol"}
_SIGNS = {"ökar": "▲", "minskar": "▼"}
STRONGER = "Starkare färg betyder fler."
_MANY = 3
_LEAST_WIDTH = 560
_TOP = 64  # a band above the drawing, where name and value of the pointed area stand


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
        the category is one that the police find by looking: its map would show where
        they worked.
    RegisterError
        If the areas are not in EPSG:3006.
    """
    wanted = cells.column(column)
    if tuple(table.by) != ("area_id",) or wanted.kind not in ("count", "rate"):
        raise UsageError("Kartan visar ett antal eller tal per invånare efter område.")
    category = table.fixed.get("category", "alla")
    if category in cells.EFFORT:
        raise UsageError(
            f"'{category}' ritas inte på karta: brott som polisen själv upptäcker "
            "visar mest var polisen har arbetat. Visa dem i tabell."
        )
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
    map_ = figure(
        drawn, drawing, title=title, name=name, small=small, base_map=base_map
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
        legend = Markup("<p><b>{}</b></p>").format(title) + _legend(drawn)
        return {"text/html": frame + live_html(legend + region)}

    return Shown(page, text=f"Karta: {title}", live=live)


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


def figure(
    drawn: dict[str, dict],
    drawing: Drawing,
    *,
    title: str,
    name: str,
    small: str,
    base_map: gpd.GeoDataFrame | None = None,
    link: Callable[[str], str] | None = None,
) -> Markup:
    """The map with caption, a way past it, and its legend.

    Parameters
    ----------
    drawn : dict
        From ``shown_areas``.
    drawing : Drawing
    title, small : str
        The caption.
    name : str
        The figure's part of its ids.
    base_map : GeoDataFrame, optional
    link : function, optional
        area_id → where the area leads; None is its row in the table.

    Returns
    -------
    Markup
    """
    return Markup(
        '<figure aria-labelledby="{id}"><figcaption id="{id}">{title}'
        '<small>{small}</small></figcaption><a class="skip" href="#{skip}">Hoppa över '
        'kartan</a>{svg}{legend}<span id="{skip}"></span></figure>'
    ).format(
        id=f"{ID}karta-{name}",
        title=title,
        small=small,
        skip=f"{ID}efter-{name}",
        svg=_svg(drawn, drawing, name, base_map, link),
        legend=_legend(drawn),
    )


def _svg(drawn, drawing: Drawing, name: str, base_map, link) -> Markup:
    # a narrow municipality gets room beside it, so that no name is cut
    side = max(0, (_LEAST_WIDTH - drawing.width) // 2)
    parts = [
        Markup(
            '<a href="{}" aria-label="{}: {}"><path class="{}" d="{}"/>'
            '<g class="tip" aria-hidden="true"><text class="b" x="{x}" y="-38">{}'
            '</text><text x="{x}" y="-10">{}</text></g></a>'
        ).format(
            link(area_id) if link else f"#{ID}r{area['row']}",
            area["name"],
            _spoken(area),
            area["look"],
            drawing.paths[area_id],
            area["name"],
            area["text"],
            x=2 - side,
        )
        for area_id, area in drawn.items()
        if area_id in drawing.paths
    ]
    goal = "sitt blad" if link else "sin rad i tabellen"
    return Markup(
        '<svg class="karta" data-map="{}" viewBox="{} {} {} {}" role="group" '
        'aria-label="Karta över {} områden. Varje område är en länk till {}.">'
        '{}{}<path class="edge" d="{}"/>{}</svg>'
    ).format(
        name,
        -4 - side,
        -_TOP,
        drawing.width + 8 + 2 * side,
        drawing.height + _TOP + 4,
        len(parts),
        goal,
        Markup("").join(parts),
        _base(drawing, base_map),
        drawing.outline,
        _marks(drawn, drawing),
    )


def _spoken(area: dict) -> str:
    said = _CHANGES.get(area["change"])
    return f"{area['text']}, {said}" if said else area["text"]


def _marks(drawn: dict[str, dict], drawing: Drawing) -> Markup:
    # missing has a dashed edge of its own, above its neighbours' borders
    dashed = Markup("").join(
        Markup('<path class="dashbg" d="{0}"/><path class="dash" d="{0}"/>').format(
            drawing.paths[area_id]
        )
        for area_id, area in drawn.items()
        if area["look"] == "km" and area_id in drawing.paths
    )
    words = Markup("").join(
        Markup('<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            look, x, y + 5, word
        )
        for area_id, area in drawn.items()
        if area_id in drawing.paths
        for look, word in [_mark(area)]
        for x, y in [drawing.points[area_id]]
        if word
    )
    return Markup('<g aria-hidden="true">{}{}</g>').format(dashed, words)


def _mark(area: dict) -> tuple[str, str]:
    """The word or sign that stands in the area itself."""
    words = {"km": "saknas", "kn": swedish.DASH}
    if area["look"] in words:
        return "miss", words[area["look"]]
    return "chg", area["change"]


def _base(drawing: Drawing, base_map) -> Markup:
    if base_map is None or base_map.empty:
        return Markup("")
    from lagesbild.present import geometry

    looks = {"water": "lake", "road": "road"}
    drawn = [
        (kind, name, geometry.path_on(drawing, shape), geometry.spot(drawing, shape))
        for kind, name, shape in zip(
            base_map["kind"], base_map["name"], base_map.geometry, strict=True
        )
    ]
    paths = [
        Markup('<path class="{}" d="{}"/>').format(looks[kind], path)
        for kind, _, path, _ in drawn
        if path
    ]
    names = [
        Markup(
            '<text class="wname" x="{}" y="{}" text-anchor="middle">{}</text>'
        ).format(spot[0], spot[1] + 5, name)
        for kind, name, _, spot in drawn
        if kind == "water" and isinstance(name, str) and spot
    ]
    return Markup('<g aria-hidden="true">{}</g>').format(Markup("").join(paths + names))


_OTHERS = {
    "kh": "visas inte: för få, eller döljs för att skydda andra",
    "km": "uppgift saknas",
    "kn": "inget tal per invånare",
}


def _legend(drawn: dict[str, dict]) -> Markup:
    """Only what is on the map; colours of numbers from zero and up, then the rest."""
    if not drawn:
        return Markup("")
    looks = {area["look"] for area in drawn.values()}
    limits = next(iter(drawn.values()))["limits"]
    entries = classes.words(limits) if looks & {*_NUMBERS} else []
    entries = [(k, told) for k, told in entries if k != "k0" or k in looks]
    swatch = Markup(
        '<li{}><svg viewBox="0 0 44 24" aria-hidden="true"><rect class="sw {}" '
        'x="1" y="1" width="42" height="22"/></svg>{}</li>'
    )
    items = [swatch.format("", look, told) for look, told in entries]
    wide = Markup(' class="wide"')
    items += [swatch.format(wide, k, t) for k, t in _OTHERS.items() if k in looks]
    signs = {area["change"] for area in drawn.values()}
    items += [
        Markup('<li{}><b class="sign" aria-hidden="true">{}</b>{}</li>').format(
            wide, sign, told
        )
        for sign, told in _CHANGES.items()
        if sign in signs
    ]
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))

"""The map of a measure by area, beside the table that holds the same cells.

In: a ``ProtectedTable`` by area, the areas (EPSG:3006) and a column. Out: a ``Shown``:
an inline SVG whose areas are links to their rows, and in JupyterLab a map that pans.
Both hold only what is drawn: names, the cell's own text and its class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import captions, cells, classes, swedish, tables
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
_TOP = 40  # a band above the drawing, where the name of the pointed area stands


def show_map(
    table: ProtectedTable,
    areas: gpd.GeoDataFrame,
    column: str = "rate_per_1000_quarter",
    *,
    base_map: gpd.GeoDataFrame | None = None,
) -> Shown:
    """Show a measure on the map, beside its table.

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
        If the table is not by area alone, or the column cannot be drawn on a map.
    RegisterError
        If the areas are not in EPSG:3006.
    """
    wanted = cells.column(column)
    if tuple(table.by) != ("area_id",) or wanted.kind not in ("count", "rate"):
        raise UsageError("Kartan visar ett antal eller tal per invånare efter område.")
    from lagesbild.present import geometry

    drawn = shown_areas(table, column)
    drawing = geometry.draw(areas[areas["area_id"].isin(list(drawn))])
    title = f"{captions.subject(table, wanted)}, {wanted.unit}"
    name = tables.slug(title)
    columns = [wanted.name]
    if wanted.kind == "rate":
        columns = ["n_offences", wanted.name, "rate_interval", "verdict"]
    table_title = f"{captions.subject(table, wanted)} efter område"
    region = tables.build(table, columns, title=table_title, row_ids=True)
    figure = _figure(table, drawn, drawing, wanted, title, name, base_map)
    page = Markup('<div class="mapgrid">{}{}</div>').format(figure, region)

    def live() -> dict:
        from lagesbild.present import leaflet

        frame = leaflet.to_html(areas, drawn, title=title, base_map=base_map)
        legend = Markup("<p><b>{}</b></p>").format(title) + _legend(drawn, wanted)
        return {"text/html": frame + live_html(legend + region)}

    return Shown(page, text=f"Karta: {title}", live=live)


def shown_areas(table: ProtectedTable, column: str) -> dict[str, dict]:
    """What the map may know, by area_id: name, text, look (class) and value.

    "Utan område" and the whole municipality have no place on a map.
    """
    rows = [row for row in tables.ordered(table) if row["rank"] == 0]
    read = {str(row["area_id"]): cells.read(row, column) for row in rows}
    found = classes.limits([c.value for c in read.values() if c.value is not None])
    drawn = {}
    for row in rows:
        cell = read[str(row["area_id"])]
        if cell.is_shown:
            look, text = classes.class_of(cell.value, found), cell.text
        else:
            look, text = _LOOKS[cell.kind]
        drawn[str(row["area_id"])] = {
            "name": row["label"],
            "text": text,
            "look": look,
            "limits": found,
        }
    return drawn


def _figure(table, drawn, drawing, wanted, title, name, base_map) -> Markup:
    id = f"{ID}karta-{name}"
    small = (
        f"{captions.place(table)}, {captions.when(table)}. Starkare färg betyder fler."
    )
    skip = f"{ID}efter-{name}"
    return Markup(
        '<figure aria-labelledby="{id}"><figcaption id="{id}">{title}'
        '<small>{small}</small></figcaption><a class="skip" href="#{skip}">Hoppa över '
        'kartan</a>{svg}{legend}<span id="{skip}"></span></figure>'
    ).format(
        id=id,
        title=title,
        small=small,
        skip=skip,
        svg=svg(drawn, drawing, wanted, name=name, base_map=base_map),
        legend=_legend(drawn, wanted),
    )


def svg(
    drawn: dict[str, dict],
    drawing: Drawing,
    wanted: cells.Column,
    *,
    name: str,
    base_map=None,
    link: str | None = None,
) -> Markup:
    """The drawing; an area links to its table row, or to ``link`` with its id put in."""
    unit = "" if wanted.kind == "count" else " per 1\u00a0000 invånare"
    target = link or f"#{ID}r-{{}}"
    parts = []
    for area_id, area in drawn.items():
        if area_id not in drawing.paths:
            continue
        is_number = area["look"] in ("k0", "k1", "k2", "k3", "k4")
        value = f"{area['text']}{unit if is_number else ''}"
        key = area_id if link else tables.slug(area_id)
        parts.append(
            Markup(
                '<a href="{}" aria-label="{}: {}"><path class="{}" d="{}"/>'
                '<g class="tip" aria-hidden="true"><text x="2" y="-14"><tspan class="b">'
                "{}</tspan> {}</text></g></a>"
            ).format(
                target.format(key),
                area["name"],
                value,
                area["look"],
                drawing.paths[area_id],
                area["name"],
                value,
            )
        )
    label = f"Karta över {len(parts)} områden. Varje område är en länk till " + (
        "sitt blad." if link else "sin rad i tabellen."
    )
    return Markup(
        '<svg class="karta" data-map="{}" viewBox="-4 {} {} {}" role="group" '
        'aria-label="{}">{}{}<path class="edge" d="{}"/>{}</svg>'
    ).format(
        name,
        -_TOP,
        drawing.width + 8,
        drawing.height + _TOP + 4,
        label,
        Markup("").join(parts),
        _marks(drawn, drawing),
        drawing.outline,
        _base(drawing, base_map),
    )


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
        Markup(
            '<text class="miss" x="{}" y="{}" text-anchor="middle">{}</text>'
        ).format(
            *drawing.points[area_id], "saknas" if area["look"] == "km" else swedish.DASH
        )
        for area_id, area in drawn.items()
        if area["look"] in ("km", "kn") and area_id in drawing.paths
    )
    return Markup('<g aria-hidden="true">{}{}</g>').format(dashed, words)


def _base(drawing: Drawing, base_map) -> Markup:
    if base_map is None or base_map.empty:
        return Markup("")
    from lagesbild.present import geometry

    looks = {"water": "lake", "road": "road"}
    return Markup('<g aria-hidden="true">{}</g>').format(
        Markup("").join(
            Markup('<path class="{}" d="{}"/>').format(
                looks.get(kind, "road"), geometry.path_on(drawing, shape)
            )
            for kind, shape in zip(base_map["kind"], base_map.geometry, strict=True)
        )
    )


def _legend(drawn: dict[str, dict], wanted: cells.Column) -> Markup:
    if not drawn:
        return Markup("")
    found = next(iter(drawn.values()))["limits"]
    entries = classes.words(found, decimals=0 if wanted.kind == "count" else 1)
    looks = {area["look"] for area in drawn.values()}
    if "k0" not in looks:
        entries = entries[1:]
    others = {
        "kh": "visas inte: för få, eller döljs för att skydda andra",
        "km": "uppgift saknas",
        "kn": "inget tal per invånare",
    }
    entries += [(look, text) for look, text in others.items() if look in looks]
    items = Markup("").join(
        Markup(
            '<li{}><svg viewBox="0 0 44 24" aria-hidden="true"><rect class="sw {}" '
            'x="1" y="1" width="42" height="22"/></svg>{}</li>'
        ).format(Markup(' class="wide"') if look in others else "", look, text)
        for look, text in entries
    )
    return Markup('<ul class="legend">{}</ul>').format(items)

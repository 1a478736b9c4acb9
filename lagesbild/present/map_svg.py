"""The map as a drawing: areas as links, water, roads and names, and a legend in HTML.

In: what may be shown of each area, and the areas as pixels. Out: a figure. Used by
``maps``, and by the front page. On a page where it ``pans``, Leaflet moves and zooms
this very drawing; paper and a reader without script have it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.present import captions, classes, swedish
from lagesbild.present.display import ID

if TYPE_CHECKING:
    import geopandas as gpd

    from lagesbild.present.geometry import Drawing

PANS = "data-pan"
"""The attribute of a figure that the page's script may make movable."""
CHANGES = {"▲": "ökar mot i fjol", "▼": "minskar mot i fjol"}
_NUMBERS = ("k0", "k1", "k2", "k3", "k4")
_LEAST_WIDTH = 560
_BASE_LOOKS = {"water": "lake", "road": "road"}
_TOP = 64  # a band above the drawing, where name and value of the pointed area stand


def figure(
    drawn: dict[str, dict],
    drawing: Drawing,
    *,
    title: str,
    name: str,
    small: str,
    base_map: gpd.GeoDataFrame | None = None,
    link: Callable[[str], str] | None = None,
    pans: bool = False,
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
    pans : bool
        Whether the page's script may make it a map that moves and zooms; names of
        areas and roads then lie ready for who comes near.

    Returns
    -------
    Markup
    """
    return Markup(
        '<figure{pans} aria-labelledby="{id}"><figcaption id="{id}">{title}'
        '<small>{small}</small></figcaption><a class="skip" href="#{skip}">Hoppa över '
        'kartan</a>{svg}{legend}<span id="{skip}"></span></figure>'
    ).format(
        pans=Markup(f" {PANS}") if pans else "",
        id=f"{ID}karta-{name}",
        title=title,
        small=small,
        skip=f"{ID}efter-{name}",
        svg=_svg(drawn, drawing, name, base_map, link, pans),
        legend=legend(drawn),
    )


def _svg(drawn, drawing: Drawing, name: str, base_map, link, pans: bool) -> Markup:
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
        'aria-label="Karta över {}. Varje område är en länk till {}.">'
        '{}{}<path class="edge" d="{}"/>{}</svg>'
    ).format(
        name,
        -4 - side,
        -_TOP,
        drawing.width + 8 + 2 * side,
        drawing.height + _TOP + 4,
        captions.counted_areas(list(drawn)),
        goal,
        Markup("").join(parts),
        _base(drawing, base_map, pans),
        drawing.outline,
        _marks(drawn, drawing, pans),
    )


def _spoken(area: dict) -> str:
    said = CHANGES.get(area["change"])
    return f"{area['text']}, {said}" if said else area["text"]


def _marks(drawn: dict[str, dict], drawing: Drawing, pans: bool) -> Markup:
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
    names = Markup("").join(
        Markup(
            '<text class="aname" x="{}" y="{}" dy="{}" text-anchor="middle">{}</text>'
        ).format(
            *drawing.points[area_id],
            "1.3em" if _mark(area)[1] else ".3em",
            area["name"],
        )
        for area_id, area in drawn.items()
        if pans and area_id in drawing.paths
    )
    return Markup('<g aria-hidden="true">{}{}{}</g>').format(dashed, words, names)


def _mark(area: dict) -> tuple[str, str]:
    """The word or sign that stands in the area itself."""
    words = {"km": "saknas", "kn": swedish.DASH}
    if area["look"] in words:
        return "miss", words[area["look"]]
    return "chg", area["change"]


def _base(drawing: Drawing, base_map, pans: bool) -> Markup:
    if base_map is None or base_map.empty:
        return Markup("")
    from lagesbild.present import geometry

    paths, names = Markup(""), Markup("")
    for kind, name, shape in zip(
        base_map["kind"], base_map["name"], base_map.geometry, strict=True
    ):
        path = geometry.path_on(drawing, shape)
        if not path:
            continue
        paths += Markup('<path class="{}" d="{}"/>').format(_BASE_LOOKS[kind], path)
        spot = geometry.spot(drawing, shape) if isinstance(name, str) else None
        if spot and (kind == "water" or pans):
            look = "wname" if kind == "water" else "rname"
            names += Markup(
                '<text class="{}" x="{}" y="{}" dy=".3em" text-anchor="middle">{}'
                "</text>"
            ).format(look, *spot, name)
    return Markup('<g aria-hidden="true">{}{}</g>').format(paths, names)


_OTHERS = {
    "kh": "visas inte: för få, eller döljs för att skydda andra",
    "km": "uppgift saknas",
    "kn": "inget tal per invånare",
}


def legend(drawn: dict[str, dict]) -> Markup:
    """Only what is on the map; colours of numbers from zero and up, then the rest."""
    if not drawn:
        return Markup("")
    looks = {area["look"] for area in drawn.values()}
    limits = next(iter(drawn.values()))["limits"]
    entries = classes.words(limits) if looks & {*_NUMBERS} else []
    entries = [(k, told) for k, told in entries if k != "k0" or k in looks]
    swatch = Markup(
        '<li{}><svg viewBox="0 0 44 24" aria-hidden="true"><rect class="sw {}" '
        'x="1" y="1" width="42" height="22"/>{}</svg>{}</li>'
    )
    items = [swatch.format("", look, "", told) for look, told in entries]
    wide = Markup(' class="wide"')
    # without colours it has the look of zero: the sign is that of the map
    signs = {"kn": Markup('<text x="22" y="17" text-anchor="middle">{}</text>')}
    items += [
        swatch.format(wide, look, signs.get(look, "").format(swedish.DASH), told)
        for look, told in _OTHERS.items()
        if look in looks
    ]
    signs = {area["change"] for area in drawn.values()}
    items += [
        Markup('<li{}><b class="sign" aria-hidden="true">{}</b>{}</li>').format(
            wide, sign, told
        )
        for sign, told in CHANGES.items()
        if sign in signs
    ]
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))

"""The front page of an audience: the cycle in short, and the way to every other page.

In: a ``Publication`` and its areas. Out: HTML. Words about how small counts are
treated follow from the audience's threshold, and rows of deliveries are never told.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.period import swedish_date
from lagesbild.present import (
    captions,
    cells,
    changes,
    geometry,
    map_svg,
    maps,
    page_parts,
    swedish,
)
from lagesbild.present.display import ID
from lagesbild.publish import meeting, page, processing, since, wheel
from lagesbild.publish.products import Product, has_deliveries, left_out, page_name

if TYPE_CHECKING:
    import geopandas as gpd

    from lagesbild.publication import Publication

FILE = "index.html"
_COLUMN = "rate_per_1000_quarter"
_TABLE = Markup(
    '<p class="note"><a href="02_lagesbild.html">Samma siffror som tabell</a></p>'
)

_WHEEL = {"title": wheel.TITLE, "lede": wheel.LEDE, "file": wheel.FILE}
_PROCESSING = {
    "title": processing.TITLE,
    "lede": processing.LEDE,
    "file": processing.FILE,
}


def render(
    publication: Publication,
    frame: page.Frame,
    *,
    areas: gpd.GeoDataFrame,
    base_map: gpd.GeoDataFrame | None,
    products: list[Product],
    threshold: int,
    earlier: list[since.Earlier] | None = None,
    last_release: Publication | None = None,
    category: str = maps.MAPPED,
) -> str:
    """Make the front page.

    Parameters
    ----------
    publication : Publication
    frame : Frame
    areas : GeoDataFrame
        EPSG:3006, for the map.
    base_map : GeoDataFrame or None
        Water and roads.
    products : list of Product
        Those of the audience.
    threshold : int
        Counts from 1 up to but not including it are withheld.
    earlier : list of Earlier, optional
        Earlier cycles' front pages, the latest first.
    last_release : Publication, optional
        What the audience was handed last before this cycle.
    category : str
        The one type that the map shows.

    Returns
    -------
    str
    """
    is_whole = has_deliveries(publication)
    missing = [product.title for product in left_out(publication)]
    body = page.fill(
        "index.html.j2",
        is_whole=is_whole,
        left_out=swedish.listed(missing) if missing else "",
        sources=[] if is_whole else _sources(publication),
        cycle=frame.cycle,
        municipality=frame.municipality,
        status=frame.status,
        is_draft=frame.status == "Utkast",
        preliminary=page_parts.preliminary(publication),
        data_until=swedish_date(publication.data_until),
        period_name=swedish.upper_first(frame.period_name),
        brief=page_parts.brief(publication) if is_whole else "",
        areas=_areas(publication, products) if is_whole else [],
        map=_map(publication, areas, base_map, products, category) if is_whole else "",
        guide=page_parts.guide(publication) if is_whole else "",
        products=[
            *_meeting(publication),
            *map(_card, products),
            _WHEEL,
            *([_PROCESSING] if publication.audience == processing.AUDIENCE else []),
        ],
        earlier=earlier or [],
        before=last_release.cycle if last_release else "",
        changes=changes.tell_changes(last_release, publication) if last_release else [],
        deliveries=page_parts.deliveries_table(publication) if is_whole else "",
        hiding=_hiding(threshold),
        contact=frame.contact,
    )
    html = Markup(body.replace(ID, "i-"))
    return page.render(html, frame, file=FILE, title="Hur är läget?")


def _sources(publication: Publication) -> list[dict]:
    """The kinds of statistics that are here, in Swedish order, with their day."""
    frame = publication.about_statistics["sources"]
    here = frame[frame["n_files"] > 0].to_dict("records")
    here.sort(key=lambda row: swedish.sort_key(row["name"]))
    days = [date.fromisoformat(row["retrieved_on"]) for row in here]
    return [
        {"name": row["name"], "day": swedish_date(day)}
        for row, day in zip(here, days, strict=True)
    ]


def _areas(publication: Publication, products: list[Product]) -> list[dict]:
    sheet = next(product for product in products if product.per_area)
    rows = publication.areas_listed.to_dict("records")
    rows.sort(key=lambda row: swedish.sort_key(row["name"]))
    return [
        {"name": row["name"], "file": page_name(sheet, row["area_id"])} for row in rows
    ]


def _map(
    publication, areas, base_map, products: list[Product], category: str
) -> Markup:
    sheet = next(product for product in products if product.per_area)
    maps.check_mapped(category)
    table = publication.table("area_id", category=category)
    drawn = maps.shown_areas(table, _COLUMN)
    column = cells.column(_COLUMN)
    figure = map_svg.figure(
        drawn,
        geometry.draw(areas[areas["area_id"].isin(list(drawn))]),
        title=f"{captions.subject(table, column)}, {column.unit}",
        name="start",
        small=f"{swedish.upper_first(captions.dated(table))}. {maps.STRONGER} Välj ett "
        "område för att se dess blad.",
        base_map=base_map,
        link=lambda area_id: page_name(sheet, area_id),
        pans=True,
    )
    return Markup("<div>{}{}</div>").format(figure, _TABLE)


def _meeting(publication: Publication) -> list[dict]:
    if not meeting.is_made(publication):
        return []
    lede = "Mötets sidor i en enda fil, att skicka eller skriva ut."
    return [{"title": meeting.TITLE, "lede": lede, "file": meeting.FILE}]


def _card(product: Product) -> dict:
    return {
        "title": product.title,
        "lede": product.lede,
        "file": None if product.per_area else page_name(product),
    }


def _hiding(threshold: int) -> str:
    if threshold <= 1:
        return "Den här sidan är intern: små antal visas, och får inte lämna huset."
    return (
        f"Antal från 1 till {threshold - 1} visas aldrig. Ibland döljs fler siffror, "
        "för att de dolda inte ska gå att räkna ut."
    )

"""Area borders as whole pixels: the only geometry that reaches a page.

In: a GeoDataFrame in EPSG:3006. Out: SVG path data with whole-pixel coordinates, a
point for a word in each area, and the drawing's height. Used by ``maps`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from lagesbild.errors import RegisterError

if TYPE_CHECKING:
    import geopandas as gpd

WIDTH = 656
MAX_HEIGHT = 760
_LEAST_NAMED = 70


@dataclass(frozen=True)
class Drawing:
    """Areas in a frame ``WIDTH`` wide; ``paths`` and ``points`` by the frame's index.

    ``outline`` is the municipality's; ``scale`` is metres a pixel and ``left``,
    ``top`` the drawing's corner, so that water and roads fall in place.
    """

    paths: dict
    points: dict
    outline: str
    width: int
    height: int
    scale: float
    left: float
    top: float


def draw(areas: gpd.GeoDataFrame, *, key: str = "area_id") -> Drawing:
    """Draw the areas from above, north up, in the plane of EPSG:3006.

    Raises
    ------
    RegisterError
        If the areas are not in EPSG:3006, or there are none.
    """
    import shapely

    if areas.empty or areas.crs is None or areas.crs.to_epsg() != 3006:
        raise RegisterError("Kartan ritas av områden i EPSG:3006 (SWEREF 99 TM).")
    left, bottom, right, top = areas.total_bounds
    scale = max((right - left) / WIDTH, (top - bottom) / MAX_HEIGHT)
    pixels = _to_pixels(areas.geometry.to_numpy(), left, top, scale)
    # neighbours keep one common border: simplified as a coverage, not one by one
    pixels = shapely.coverage_simplify(pixels, 1.0)
    keys = list(areas[key])
    points = {
        name: (round(point.x), round(point.y))
        for name, point in zip(keys, shapely.point_on_surface(pixels), strict=True)
    }
    outline = shapely.union_all(shapely.make_valid(pixels), grid_size=1.0)
    return Drawing(
        paths={name: path(shape) for name, shape in zip(keys, pixels, strict=True)},
        points=points,
        outline=path(outline),
        width=round((right - left) / scale),
        height=round((top - bottom) / scale),
        scale=scale,
        left=left,
        top=top,
    )


def path_on(drawing: Drawing, shape) -> str:
    """Path data of another shape of EPSG:3006 (a lake, a road) in the same drawing."""
    import shapely

    pixels = _to_pixels(shape, drawing.left, drawing.top, drawing.scale)
    return path(shapely.simplify(pixels, 1.0))


def spot(drawing: Drawing, shape) -> tuple[int, int] | None:
    """Where the name of a lake or road can stand, if it is wide enough for one."""
    import shapely

    pixels = _to_pixels(shape, drawing.left, drawing.top, drawing.scale)
    left, _, right, _ = pixels.bounds
    if pixels.is_empty or right - left < _LEAST_NAMED:
        return None
    point = shapely.point_on_surface(pixels)
    return round(point.x), round(point.y)


def _to_pixels(shapes, left: float, top: float, scale: float):
    import shapely

    return shapely.transform(shapes, lambda xy: (xy - (left, top)) / (scale, -scale))


def path(shape) -> str:
    """SVG path data of a polygon or line, relative and in whole pixels."""
    if shape is None or shape.is_empty:
        return ""
    if hasattr(shape, "geoms"):
        return "".join(path(part) for part in shape.geoms)
    if shape.geom_type == "Polygon":
        rings = (shape.exterior, *shape.interiors)
        return "".join(_ring(ring.coords, is_closed=True) for ring in rings)
    return (
        _ring(shape.coords, is_closed=False) if shape.geom_type == "LineString" else ""
    )


def _ring(coordinates, *, is_closed: bool) -> str:
    points = [(round(x), round(y)) for x, y, *_ in coordinates]
    kept = [p for n, p in enumerate(points) if n == 0 or p != points[n - 1]]
    if is_closed and len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    if len(kept) < (3 if is_closed else 2):
        return ""
    (x, y), steps = kept[0], []
    for before, after in pairwise(kept):
        steps.append(f"{after[0] - before[0]} {after[1] - before[1]}")
    return f"M{x} {y}l{' '.join(steps)}{'z' if is_closed else ''}"

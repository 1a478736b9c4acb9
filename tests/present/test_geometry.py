import geopandas as gpd
import numpy as np
import pytest
import shapely

from lagesbild.errors import RegisterError
from lagesbild.present import geometry
from tests.present.invented import make_areas


def _frame(shapes, crs=3006):
    ids = [f"O{n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"area_id": ids}, geometry=shapes, crs=crs)


def test_two_squares_are_drawn_north_up_in_whole_pixels():
    west = shapely.box(600_000, 6_700_000, 601_000, 6_701_000)
    east = shapely.box(601_000, 6_700_000, 602_000, 6_701_000)
    drawing = geometry.draw(_frame([west, east]))
    assert (drawing.width, drawing.height) == (656, 328)
    # 328 pixels a kilometre: the western square from its corner at the top left
    assert _corners(drawing.paths["O0"]) == {(0, 0), (0, 328), (328, 328), (328, 0)}
    assert _corners(drawing.paths["O1"]) == {(328, 0), (328, 328), (656, 328), (656, 0)}


def _corners(path):
    """Points of a path "Mx yl dx dy dx dy z" that has one ring."""
    start, steps = path.removeprefix("M").removesuffix("z").split("l")
    x, y = map(int, start.split())
    numbers = list(map(int, steps.split()))
    found = {(x, y)}
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        found.add((x, y))
    return found


def test_a_tall_municipality_is_held_within_the_height():
    drawing = geometry.draw(
        _frame([shapely.box(600_000, 6_700_000, 601_000, 6_710_000)])
    )
    assert (drawing.width, drawing.height) == (76, 760)


def test_holes_and_parts_are_kept():
    ring = shapely.box(0, 0, 3000, 3000).difference(shapely.box(1000, 1000, 2000, 2000))
    island = shapely.box(5000, 0, 6000, 1000)
    corner = np.array([600_000, 6_700_000])
    shape = shapely.transform(shapely.union(ring, island), lambda xy: xy + corner)
    path = geometry.draw(_frame([shape])).paths["O0"]
    assert path.count("M") == path.count("z") == 3


def test_neighbours_keep_one_common_border():
    """Simplified as a coverage: no point of a common border is only on one side."""
    drawing = geometry.draw(make_areas())
    shapes = [_polygon(path) for path in drawing.paths.values()]
    union = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(union.area, rel=0.01)
    assert not list(getattr(union, "interiors", []))


def _polygon(path):
    start, steps = path.removeprefix("M").removesuffix("z").split("l")
    points = [tuple(map(int, start.split()))]
    numbers = list(map(int, steps.split()))
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        points.append((points[-1][0] + dx, points[-1][1] + dy))
    return shapely.Polygon(points)


def test_a_road_and_a_lake_fall_in_the_same_drawing():
    drawing = geometry.draw(
        _frame([shapely.box(600_000, 6_700_000, 601_000, 6_701_000)])
    )
    road = shapely.LineString([(600_000, 6_701_000), (601_000, 6_700_000)])
    assert geometry.path_on(drawing, road) == "M0 0l656 656"
    lake = shapely.Point(600_500, 6_700_500).buffer(200)
    assert geometry.spot(drawing, lake) == pytest.approx((328, 328), abs=10)
    pond = shapely.Point(600_500, 6_700_500).buffer(20)
    assert geometry.spot(drawing, pond) is None


def test_shapes_too_small_for_a_pixel_and_empty_ones_draw_nothing():
    drawing = geometry.draw(
        _frame([shapely.box(600_000, 6_700_000, 601_000, 6_701_000)])
    )
    dot = shapely.Point(600_500, 6_700_500).buffer(0.1)
    assert geometry.path_on(drawing, dot) == ""
    assert geometry.path(shapely.Polygon()) == ""
    assert geometry.path(None) == ""
    assert geometry.path(shapely.Point(1, 1)) == ""
    assert geometry.spot(drawing, shapely.Polygon()) is None


def test_areas_in_another_system_or_none_are_refused():
    box = shapely.box(15, 60, 16, 61)
    for frame in (_frame([box], 4326), _frame([box], None), _frame([])):
        with pytest.raises(RegisterError, match="EPSG:3006"):
            geometry.draw(frame)

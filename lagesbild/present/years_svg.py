"""A small chart of yearly figures: points at their year, limits as strokes.

In: lines of points with periods such as "2025", "2021-2024" and "2026-K1". Out: one
SVG, so narrow that its words are never scaled below reading size. Used by ``andts``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from lagesbild.present import swedish
from lagesbild.present.display import ID

_WIDTH, _HEIGHT = 400, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 336, 22, 206
_MOST_LABELS = 4
_LABEL = 40


@dataclass(frozen=True)
class Point:
    """A figure of one period; limits are None where the source tells none."""

    period: str
    value: float
    text: str
    lower: float | None = None
    upper: float | None = None

    @property
    def at(self) -> float:
        """Where on the axis of time: the middle of the period, in years."""
        year, _, rest = self.period.partition("-")
        if rest.startswith("K"):
            return int(year) + (int(rest[1]) - 0.5) / 4
        return (int(year) + int(rest or year) + 1) / 2

    @property
    def label(self) -> str:
        """The period in few signs: "2025", "21–24", "K1 26"."""
        year, _, rest = self.period.partition("-")
        if rest.startswith("K"):
            return f"{rest} {year[2:]}"
        return f"{year[2:]}{swedish.DASH}{rest[2:]}" if rest else year


def draw(lines: list[tuple[str, tuple[Point, ...]]], *, title: str, key: str) -> Markup:
    """One drawing of one or several lines.

    Parameters
    ----------
    lines : list of (str, tuple of Point)
        What each is called ("" for the only one), and its points in order of time.
    title, key : str
        The chart's name, and its part of the ids.

    Returns
    -------
    Markup
        An ``<svg role="img">`` with title and description.
    """
    points = [point for _, told in lines for point in told]
    ticks = _ticks(max(p.value if p.upper is None else p.upper for p in points))
    first, last = min(p.at for p in points), max(p.at for p in points)

    def x(at: float) -> int:
        if last == first:
            return (_LEFT + _RIGHT) // 2
        return round(_LEFT + 14 + (at - first) / (last - first) * (_RIGHT - _LEFT - 28))

    def y(value: float) -> int:
        return round(_BOTTOM - value / ticks[-1] * (_BOTTOM - _TOP))

    heights = _apart(
        [y(told[-1].value) for _, told in lines], [bool(n) for n, _ in lines]
    )
    drawn = Markup("").join(
        _line(name, told, x, y, height)
        for (name, told), height in zip(lines, heights, strict=True)
    )
    ids = f"{ID}ar-{key}"
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{ids}-t '
        '{ids}-d"><title id="{ids}-t">{title}</title><desc id="{ids}-d">{desc}</desc>'
        "{grid}{time}{drawn}</svg>"
    ).format(
        w=_WIDTH,
        h=_HEIGHT,
        ids=ids,
        title=title,
        desc=_describe(lines),
        grid=_grid(ticks, y),
        time=_time(points, x),
        drawn=drawn,
    )


def _ticks(highest: float) -> list[float]:
    if highest <= 0:
        return [0, 1]
    step = 10 ** math.floor(math.log10(highest))
    step *= next(part for part in (0.25, 0.5, 1.0, 2.5) if highest / (step * part) <= 4)
    return [round(step * n, 6) for n in range(math.ceil(highest / step - 1e-9) + 1)]


def _grid(ticks: list[float], y) -> Markup:
    decimals = 0 if all(t == int(t) for t in ticks) else 1
    if any(round(t, 1) != t for t in ticks):
        decimals = 2
    return Markup("").join(
        Markup(
            '<path class="{}" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}'
            "</text>"
        ).format(
            "zero" if tick == 0 else "grid",
            _LEFT,
            y(tick),
            _RIGHT,
            _LEFT - 8,
            y(tick) + 6,
            "0" if tick == 0 else swedish.number(tick, decimals),
        )
        for tick in ticks
    )


def _time(points: list[Point], x) -> Markup:
    """First and last period, and between them as many as there is room for."""
    spots = sorted({(x(p.at), p.label) for p in points})
    keep, gap = [spots[-1]], (_RIGHT - _LEFT) / _MOST_LABELS
    for spot in reversed(spots[:-1]):
        if keep[-1][0] - spot[0] >= gap:
            keep.append(spot)
    return Markup("").join(
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            at, _BOTTOM + 26, label
        )
        for at, label in keep
    )


def _apart(heights: list[int], have_names: list[bool]) -> list[int]:
    """The heights of the lines' labels, moved so that none is written over another."""
    order, told = sorted(range(len(heights)), key=heights.__getitem__), list(heights)
    for upper, lower in pairwise(order):
        need = _LABEL if have_names[upper] else _LABEL // 2
        told[lower] = max(told[lower], told[upper] + need)
    over = max(told) - (_BOTTOM - _LABEL // 2)
    return [height - max(0, over) for height in told]


def _line(name: str, points: tuple[Point, ...], x, y, height: int) -> Markup:
    spots = [(x(p.at), p) for p in points]
    told = Markup("")
    for at, point in spots:
        if point.lower is not None and point.upper is not None:
            told += Markup('<path class="w-line" d="M{0} {1}V{2}"/>').format(
                at, y(point.upper), y(point.lower)
            )
    if len(spots) > 1:
        told += Markup('<path class="ln" d="M{}"/>').format(
            "L".join(f"{at} {y(p.value)}" for at, p in spots)
        )
    for number, (at, point) in enumerate(spots):
        is_last = number == len(spots) - 1
        told += Markup('<circle class="pt{}" cx="{}" cy="{}" r="{}"/>').format(
            " on" if is_last else "", at, y(point.value), 6 if is_last else 4
        )
    at, last = spots[-1]
    label = Markup('<text class="b" x="{}" y="{}">{}</text>').format(
        at + 14, height + 6, last.text
    )
    if name:
        label += Markup('<text x="{}" y="{}">{}</text>').format(
            at + 14, height + 24, name
        )
    return told + label


def _describe(lines: list[tuple[str, tuple[Point, ...]]]) -> str:
    told = []
    for name, points in lines:
        first, last = points[0], points[-1]
        start = f"{swedish.upper_first(name)}: " if name else ""
        told.append(
            f"{start}{first.text} år {first.period}, {last.text} {last.period}."
        )
    return f"{' '.join(told)} Alla siffror finns i tabellen under diagrammet."

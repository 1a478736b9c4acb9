"""The trend chart as SVG: labelled where the eye is, in whole pixels.

In: the points of a trend. Out: one drawing, wide or narrow. Used by ``charts``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.present import swedish
from lagesbild.present.display import ID

if TYPE_CHECKING:
    from lagesbild.present.charts import Point


@dataclass(frozen=True)
class _Frame:
    """Where things lie: the plot from left, top to right, bottom; y up to ``most``."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    n: int
    most: float

    def x(self, place: int) -> int:
        if self.n == 1:
            return (self.left + self.right) // 2
        return self.left + round(place * (self.right - self.left) / (self.n - 1))

    def y(self, value: float) -> int:
        return self.bottom - round(value * (self.bottom - self.top) / self.most)


def draw(
    points: list[Point],
    *,
    title: str,
    key: str,
    is_wide: bool,
    breaks: Mapping[str, str],
) -> Markup:
    """One drawing of the points.

    Parameters
    ----------
    points : list of Point
        In order of time.
    title, key : str
        The chart's name, and its part of the ids.
    is_wide : bool
        For a screen or paper; else for a phone.
    breaks : mapping
        Quarter → why it is not compared with those before.

    Returns
    -------
    Markup
        An ``<svg role="img">`` with title and description.
    """
    ticks = _ticks(points)
    frame = _frame(len(points), ticks[-1], is_wide)
    size = "wide" if is_wide else "small"
    ids = f"{ID}{size}-{key}"
    return Markup(
        '<svg class="chart {size}-only" viewBox="0 0 {w} {h}" role="img" '
        'aria-labelledby="{ids}-t {ids}-d"><title id="{ids}-t">{title}</title>'
        '<desc id="{ids}-d">{desc}</desc>{grid}{time}{gaps}{lines}{breaks}{labels}'
        "</svg>"
    ).format(
        size=size,
        w=frame.width,
        h=frame.height,
        ids=ids,
        title=title,
        desc=_describe(points, breaks),
        grid=_grid(frame, ticks),
        time=_time(frame, points, is_wide),
        gaps=_gaps(frame, points),
        lines=_lines(frame, points),
        breaks=_breaks(frame, points, breaks),
        labels=_labels(frame, points, is_wide),
    )


def _frame(n: int, most: float, is_wide: bool) -> _Frame:
    if is_wide:
        return _Frame(1000, 400, 62, 830, 24, 340, n, most)
    return _Frame(400, 360, 52, 372, 40, 300, n, most)


def _ticks(points: list[Point]) -> list[float]:
    highest = max(
        (
            p.value if p.upper is None else p.upper
            for p in points
            if p.value is not None
        ),
        default=0,
    )
    if highest <= 0:
        return [0, 1]
    step = 10 ** math.floor(math.log10(highest))
    for part in (0.2, 0.25, 0.5, 1.0, 2.0):
        if highest / (step * part) <= 5:
            step *= part
            break
    return [round(step * n, 6) for n in range(math.ceil(highest / step - 1e-9) + 1)]


def _grid(frame: _Frame, ticks: list[float]) -> Markup:
    decimals = 0 if all(t == int(t) for t in ticks) else 1
    if any(round(t, 1) != t for t in ticks):
        decimals = 2
    lines = Markup("")
    for tick in ticks:
        y = frame.y(tick)
        lines += Markup('<path class="{}" d="M{} {}H{}"/>').format(
            "zero" if tick == 0 else "grid", frame.left - 8, y, frame.right
        )
        text = "0" if tick == 0 else swedish.number(tick, decimals)
        lines += Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(
            frame.left - 14, y + 6, text
        )
    return lines


def _time(frame: _Frame, points: list[Point], is_wide: bool) -> Markup:
    told = Markup("")
    if is_wide:
        for place, point in enumerate(points):
            told += Markup(
                '<text x="{}" y="{}" text-anchor="middle">K{}</text>'
            ).format(frame.x(place), frame.bottom + 24, point.period.number)
    for year, places in groupby(range(len(points)), lambda n: points[n].period.year):
        spots = [frame.x(place) for place in places]
        if len(spots) == 1 and len(points) > 1 and not is_wide:
            continue  # a lone quarter's year would run into its neighbour's
        told += Markup(
            '<text class="b" x="{}" y="{}" text-anchor="middle">{}</text>'
        ).format(sum(spots) // len(spots), frame.bottom + (48 if is_wide else 26), year)
    return told


def _gaps(frame: _Frame, points: list[Point]) -> Markup:
    """Hidden and missing quarters as boxes on the axis, all of one height."""
    looks = {"suppressed": "kh", "missing": "km"}
    half = max(8, min(24, (frame.right - frame.left) // max(1, 2 * frame.n) - 2))
    return Markup("").join(
        Markup('<rect class="sw {}" x="{}" y="{}" width="{}" height="24"/>').format(
            looks[point.kind], frame.x(place) - half, frame.bottom - 26, 2 * half
        )
        for place, point in enumerate(points)
        if point.kind in looks
    )


def _runs(points: list[Point]) -> list[list[int]]:
    """Places of quarters that one line may join: shown, and counted in one way."""
    runs: list[list[int]] = []
    for place, point in enumerate(points):
        if point.value is None:
            continue
        joined = runs and runs[-1][-1] == place - 1 and not point.is_new
        if joined:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _lines(frame: _Frame, points: list[Point]) -> Markup:
    bands, lines, dots = Markup(""), Markup(""), Markup("")
    for run in _runs(points):
        spots = [(frame.x(n), points[n]) for n in run]
        if len(run) > 1:
            if all(point.lower is not None for _, point in spots):
                there = [f"{x} {frame.y(p.upper)}" for x, p in spots]
                back = [f"{x} {frame.y(p.lower)}" for x, p in reversed(spots)]
                bands += _path("band", there + back, "z")
            lines += _path("ln", [f"{x} {frame.y(p.value)}" for x, p in spots])
        elif spots[0][1].lower is not None:
            x, only = spots[0]
            lines += _path(
                "w-line", [f"{x} {frame.y(v)}" for v in (only.lower, only.upper)]
            )
    named = {len(points) - 1, _last_year(points)}
    for n, point in enumerate(points):
        if point.value is not None:
            dots += Markup('<circle class="pt{}" cx="{}" cy="{}" r="{}"/>').format(
                " on" if n in named else "",
                frame.x(n),
                frame.y(point.value),
                6 if n in named else 4,
            )
    return bands + lines + dots


def _last_year(points: list[Point]) -> int | None:
    """The place of the same quarter last year, if it can be compared with the last."""
    place = len(points) - 5
    if place < 0 or any(point.is_new for point in points[place + 1 :]):
        return None
    return place


def _breaks(frame: _Frame, points: list[Point], breaks: Mapping[str, str]) -> Markup:
    told = Markup("")
    for place, point in enumerate(points):
        if point.is_new and place:
            x = (frame.x(place - 1) + frame.x(place)) // 2
            is_late = x > frame.width // 2
            told += Markup(
                '<path class="brk" d="M{} 10V{}"/><text class="b" x="{}" y="22" '
                'text-anchor="{}">{}</text>'
            ).format(
                x,
                frame.bottom,
                x + (-8 if is_late else 8),
                "end" if is_late else "start",
                breaks[str(point.period)].split(":")[0],
            )
    return told


def _path(look: str, spots: list[str], end: str = "") -> Markup:
    return Markup('<path class="{}" d="M{}{}"/>').format(look, "L".join(spots), end)


def _labels(frame: _Frame, points: list[Point], is_wide: bool) -> Markup:
    if not points:
        return Markup("")
    last, told = points[-1], Markup("")
    if last.value is not None:
        told += _wide_last(frame, points) if is_wide else _narrow_last(frame, points)
    place = _last_year(points)
    if place is not None and points[place].value is not None:
        before = points[place]
        x, y = frame.x(place), frame.y(before.value)
        low = frame.y(before.lower) if before.lower is not None else y
        base = min(low + 30, frame.bottom - 10)
        told += Markup(
            '<path class="lead" d="M{0} {1}V{2}"/><text class="lbl" x="{0}" y="{3}" '
            'text-anchor="middle"><tspan class="b">{4}</tspan> i fjol</text>'
        ).format(x, y + 8, max(base - 18, y + 8), base, before.text)
    return told


def _wide_last(frame: _Frame, points: list[Point]) -> Markup:
    """The last value large, with its count and months, right of the line."""
    last = points[-1]
    x, y = frame.x(len(points) - 1) + 18, frame.y(last.value)
    months = last.period.name.rsplit(" ", 1)[0]
    told = Markup('<text class="big" x="{}" y="{}">{}</text>').format(
        x, y + 6, last.text
    )
    lines = [("b", last.count), ("", months)]
    for n, (look, line) in enumerate((k, t) for k, t in lines if t):
        told += Markup('<text class="{}" x="{}" y="{}">{}</text>').format(
            look, x, y + 30 + 22 * n, line
        )
    return told


def _narrow_last(frame: _Frame, points: list[Point]) -> Markup:
    last = points[-1]
    return Markup('<text class="b" x="{}" y="{}" text-anchor="end">{}</text>').format(
        min(frame.x(len(points) - 1) + 20, frame.width - 2),
        max(20, frame.y(last.value if last.upper is None else last.upper) - 12),
        last.text,
    )


def _describe(points: list[Point], breaks: Mapping[str, str]) -> str:
    """Only what is drawn: first and last shown value, and where the rest stands."""
    shown = [point for point in points if point.value is not None]
    if not shown:
        return "Inget kvartal visas."
    if len(shown) == 1:
        told = f"{shown[0].text} under {shown[0].period.name}."
    else:
        told = (
            f"{shown[0].text} under {shown[0].period.name} och {shown[-1].text} under "
            f"{shown[-1].period.name}."
        )
    if len(shown) < len(points):
        told += " Linjen är bruten där ett kvartal inte visas eller saknas."
    for point in points[1:]:
        if point.is_new:
            told += (
                f" Linjen är bruten vid {point.period}: {breaks[str(point.period)]}."
            )
    return f"{told} Alla siffror finns i tabellen under diagrammet."

"""The quadrant: perceived safety up, reported crime to the right, limits as crosses.

In: a publication's ``perceived`` and ``reported`` comparisons. Out: their pairs, the
drawing, wide and narrow, and the gap to the nation year by year. Nothing is drawn of a
place that lacks either figure, and nothing at all without the municipality's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.present import captions, figures, swedish
from lagesbild.present.display import ID

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_NATION, _MEDIAN, OWN = "0000", "median", "own"
_SPANNED = ("value", "lower", "upper")
_PER = f"per {swedish.number(100_000)} invånare"
_BESIDE = 12
_SIGN = 9
"""Pixels that a letter of the chart takes, on average; labels keep clear of others."""


def pair(publication: Publication) -> pd.DataFrame:
    """Both axes of every place and period that has them.

    Returns
    -------
    DataFrame
        One row a period and other place: indicator_id, means, period, year (of the
        reported crime: a pooled period's last), area_id, name; perceived and reported
        with _lower and _upper, the same of the municipality as own_perceived and
        own_reported; the differences (own less the other) as perceived_difference and
        difference with limits; perceived_verdict and verdict.
    """
    about = publication.about_statistics
    perceived, reported = about.get("perceived"), about.get("reported")
    if perceived is None or reported is None or perceived.empty or reported.empty:
        return pd.DataFrame()
    perceived = perceived[perceived["area_id"] != _MEDIAN]
    perceived = perceived.assign(year=perceived["period"].str[-4:])
    both = perceived.merge(
        _renamed(reported, "reported").drop(columns="status"),
        left_on=["year", "area_id"],
        right_on=["period_reported", "area_id"],
        validate="many_to_one",
    )
    both = _renamed(both, "perceived", verdict="perceived_verdict")
    both = both.rename(columns={"verdict_reported": "verdict"})
    both = both[both["perceived"].notna() & both["reported"].notna()]
    places = about["places"]
    names = dict(zip(places["area_id"], places["name"], strict=True))
    return both.assign(name=both["area_id"].map(names)).reset_index(drop=True)


def _renamed(frame: pd.DataFrame, axis: str, **more: str) -> pd.DataFrame:
    """``value`` becomes the axis' name, its limits and differences follow."""
    names = {"value": axis, "lower": f"{axis}_lower", "upper": f"{axis}_upper"}
    names |= {
        f"own_{part}": f"own_{new}"
        for part, new in {n: names[n] for n in _SPANNED}.items()
    }
    names |= {
        f"difference{end}": f"{axis}_difference{end}"
        for end in ("", "_lower", "_upper")
    }
    if axis == "reported":
        names |= {"verdict": "verdict_reported", "period": "period_reported"}
    return frame.rename(columns=names | more)


@dataclass(frozen=True)
class _Mark:
    """One place in the drawing."""

    name: str
    x: float
    y: float
    x_span: tuple[float, float]
    y_span: tuple[float, float]
    look: str


def figure(publication: Publication, latest: pd.DataFrame) -> Markup:
    """The drawing of one period, wide and narrow, with its caption and its table."""
    first = latest.iloc[0]
    name = figures.name_of(publication, first["indicator_id"])
    unit = figures.unit_of(publication, first["indicator_id"])
    marks = _marks(publication.municipality, latest)
    title = f"{name} och anmälda brott, {first['period']}"
    id = f"{ID}kvadrant"
    drawn = Markup("").join(
        _draw(marks, title, first["means"], unit, is_wide=is_wide)
        for is_wide in (True, False)
    )
    small = (
        f"Uppåt: {swedish.lower_first(name)}, {unit}. Åt höger: anmälda brott {_PER} "
        f"{first['year']}. Kryssen är troliga spann (95 %). De streckade linjerna går "
        "genom riket. Axlarna börjar inte på noll."
    )
    return Markup(
        '<figure class="tight" aria-labelledby="{id}"><figcaption id="{id}">{title}'
        "<small>{small}</small></figcaption>{drawn}</figure>{details}"
    ).format(
        id=id,
        title=title,
        small=small,
        drawn=drawn,
        details=_details(marks, title, unit),
    )


def _marks(municipality: str, latest: pd.DataFrame) -> list[_Mark]:
    """The municipality last, so that it lies on top."""
    looks = {_NATION: "nation"}
    marks = [
        _mark(row["name"], row, "", looks.get(row["area_id"], "other"))
        for _, row in latest.iterrows()
    ]
    return [*marks, _mark(municipality, latest.iloc[0], "own_", OWN)]


def _mark(name: str, row: pd.Series, start: str, look: str) -> _Mark:
    def span(axis: str) -> tuple[float, float]:
        ends = (row[f"{start}{axis}_lower"], row[f"{start}{axis}_upper"])
        value = row[f"{start}{axis}"]
        return (value, value) if any(map(pd.isna, ends)) else ends

    x, y = row[f"{start}reported"], row[f"{start}perceived"]
    return _Mark(name, x, y, span("reported"), span("perceived"), look)


@dataclass(frozen=True)
class _Axis:
    """Values from ``low`` to ``high`` lie between two pixels."""

    ticks: tuple[float, ...]
    first: int
    last: int

    def at(self, value: float) -> int:
        low, high = self.ticks[0], self.ticks[-1]
        return self.first + round(
            (value - low) / (high - low) * (self.last - self.first)
        )


def _axis(spans: list[tuple[float, float]], first: int, last: int, n: int) -> _Axis:
    """Ticks at even numbers round all that is drawn."""
    low, high = min(s[0] for s in spans), max(s[1] for s in spans)
    width = (high - low) or abs(high) or 1.0
    step = 10 ** math.floor(math.log10(width / n))
    step *= next(part for part in (1, 2, 2.5, 5, 10) if width / (step * part) <= n)
    start = math.floor(low / step - 0.2)
    stop = math.ceil(high / step + 0.2)
    ticks = tuple(round(step * k, 6) for k in range(start, stop + 1))
    return _Axis(ticks, first, last)


def _draw(
    marks: list[_Mark], title: str, means: str, unit: str, *, is_wide: bool
) -> Markup:
    width, height = (1000, 560) if is_wide else (400, 440)
    left, right, top, bottom = (76, 970, 44, 500) if is_wide else (60, 366, 44, 370)
    across = _axis([m.x_span for m in marks], left, right, 6 if is_wide else 3)
    up = _axis([m.y_span for m in marks], bottom, top, 5)
    size = "wide" if is_wide else "small"
    ids = f"{ID}{size}-kvadrant"
    return Markup(
        '<svg class="chart quad {size}-only" viewBox="0 0 {w} {h}" role="img" '
        'aria-labelledby="{ids}-t {ids}-d"><title id="{ids}-t">{title}</title>'
        '<desc id="{ids}-d">{desc}</desc>{grid}{nation}{corners}{marks}{labels}</svg>'
    ).format(
        size=size,
        w=width,
        h=height,
        ids=ids,
        title=title,
        desc="Alla siffror finns i tabellen under diagrammet.",
        grid=_grid(across, up, unit, height),
        nation=_nation(marks, across, up),
        corners=_corners(across, up, means),
        marks=Markup("").join(_cross(mark, across, up) for mark in marks),
        labels=_labels(marks, across, up, is_wide=is_wide),
    )


def _grid(across: _Axis, up: _Axis, unit: str, height: int) -> Markup:
    told = Markup("")
    for tick in up.ticks:
        y = up.at(tick)
        told += Markup(
            '<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">'
            "{}</text>"
        ).format(
            across.first, y, across.last, across.first - 8, y + 6, _tick(tick, unit)
        )
    for tick in across.ticks:
        x = across.at(tick)
        told += Markup(
            '<path class="grid" d="M{0} {1}V{2}"/><text x="{0}" y="{3}" '
            'text-anchor="middle">{4}</text>'
        ).format(x, up.last, up.first, up.first + 24, swedish.number(tick))
    middle = (across.first + across.last) // 2
    return told + Markup(
        '<text class="b" x="{}" y="{}" text-anchor="middle">Anmälda brott {}</text>'
    ).format(middle, height - 8, _PER)


def _tick(value: float, unit: str) -> str:
    decimals = 0 if value == round(value) else 1
    return swedish.number(value, decimals) + (" %" if unit == "procent" else "")


def _nation(marks: list[_Mark], across: _Axis, up: _Axis) -> Markup:
    lines = Markup("")
    for mark in marks:
        if mark.look == "nation":
            lines += Markup(
                '<path class="brk" d="M{} {}V{}"/><path class="brk" d="M{} {}H{}"/>'
            ).format(
                *(across.at(mark.x), up.last, up.first),
                *(across.first, up.at(mark.y), across.last),
            )
    return lines


def _corners(across: _Axis, up: _Axis, means: str) -> Markup:
    """What up means, at both ends of the axis."""
    high, low = ("tryggare", "mindre trygga")
    if means == "otrygg":
        high, low = low, high
    return Markup(
        '<text class="lbl" x="{0}" y="{1}">{2} ↑</text>'
        '<text class="lbl" x="{0}" y="{3}">{4} ↓</text>'
    ).format(across.first + 6, up.last - 12, high, up.first - 10, low)


def _cross(mark: _Mark, across: _Axis, up: _Axis) -> Markup:
    x, y = across.at(mark.x), up.at(mark.y)
    look = "w-line" if mark.look == OWN else "lead"
    return Markup(
        '<path class="{}" d="M{} {}H{}"/><path class="{}" d="M{} {}V{}"/>'
        '<circle class="pt{}" cx="{}" cy="{}" r="{}"/>'
    ).format(
        *(look, across.at(mark.x_span[0]), y, across.at(mark.x_span[1])),
        *(look, x, up.at(mark.y_span[0]), up.at(mark.y_span[1])),
        *(" on" if mark.look == OWN else "", x, y, 7 if mark.look == OWN else 5),
    )


def _labels(marks: list[_Mark], across: _Axis, up: _Axis, *, is_wide: bool) -> Markup:
    """Names beside their marks where there is room; the municipality and nation first.

    A name that finds no room near its mark stands further off, with a line to it. Where
    even that is full it is left out: the table under the drawing has it.
    """
    order = {OWN: 0, "nation": 1, "other": 2}
    dots = [(across.at(m.x) - 8, up.at(m.y) - 8, 16, 16) for m in marks]
    taken, told = list(dots), Markup("")
    for mark in sorted(marks, key=lambda m: order[m.look]):
        if mark.look == "other" and not is_wide:
            continue
        x, y = across.at(mark.x), up.at(mark.y)
        width = _SIGN * len(mark.name)
        for left, base, is_far in _near(x, y, width):
            box = (left, base - 16, width, 20)
            is_inside = across.first <= left and left + width <= across.last
            is_inside &= up.last <= base - 16 and base + 4 <= up.first
            if is_inside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                if is_far:
                    end = left if left > x else left + width
                    told += Markup('<path class="lead" d="M{} {}L{} {}"/>').format(
                        x, y, end, base - 5
                    )
                told += Markup('<text class="{}" x="{}" y="{}">{}</text>').format(
                    "lbl b" if mark.look == OWN else "lbl", left, base, mark.name
                )
                break
    return told


def _near(x: int, y: int, width: int) -> list[tuple[int, int, bool]]:
    """Where a label may stand, the best first: left end, base line, far or not."""
    return [
        (x + away if is_right else x - away - width, y + down, away > _BESIDE)
        for away, downs in ((_BESIDE, (-8, 22)), (40, (-30, 44, -54, 68)))
        for down in downs
        for is_right in (True, False)
    ]


def _meet(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _details(marks: list[_Mark], title: str, unit: str) -> Markup:
    id = f"{ID}kvadrant-tab"
    head = ("Plats", "Upplevd trygghet", "Spann", "Anmälda brott", "Brottens spann")
    rows = [
        (
            mark.name,
            figures.amount(mark.y, unit),
            figures.limits(mark.y, *mark.y_span, unit),
            figures.amount(mark.x, ""),
            figures.limits(mark.x, *mark.x_span, ""),
        )
        for mark in reversed(marks)
    ]
    caption = captions.caption(title, f"Anmälda brott {_PER}.", id=id, wide=True)
    told = figures.table(id, caption, head, [figures.body(rows)], numbers=(1, 2, 3, 4))
    return Markup(
        "<details><summary>Visa diagrammets siffror som tabell</summary>{}</details>"
    ).format(told)


def gaps(publication: Publication, told: pd.DataFrame) -> Markup:
    """The gap to the nation on both axes, every period that has it, newest first."""
    nation = told[told["area_id"] == _NATION].sort_values("period", ascending=False)
    if nation.empty:
        return Markup("")
    unit = figures.unit_of(publication, nation["indicator_id"].iloc[0])
    id = f"{ID}avstand"
    head = ("År", "Upplevd trygghet, skillnad", "Mot riket")
    head += ("Anmälda brott, skillnad", "Brotten mot riket")
    rows = [
        (
            str(row["period"]),
            _gap(row, "perceived_difference", unit),
            row["perceived_verdict"],
            _gap(row, "reported_difference", ""),
            row["verdict"],
        )
        for _, row in nation.iterrows()
    ]
    words = "procentenheter" if unit == "procent" else unit
    small = (
        f"Kommunen minus riket, med spann (95 %). Upplevd trygghet i {words}, anmälda "
        f"brott {_PER}. Högre och lägre står bara där slumpen är en dålig förklaring."
    )
    caption = captions.caption(
        "Avståndet till riket, år för år", small, id=id, wide=True
    )
    return figures.table(id, caption, head, [figures.body(rows)], numbers=(1, 3))


def _gap(row: pd.Series, name: str, unit: str) -> str:
    decimals = 1 if unit.startswith("index") else 0
    value, low, high = (row[name + end] for end in ("", "_lower", "_upper"))
    sign = "+" if value > 0 else ""
    told = f"{sign}{swedish.number(value, decimals)}"
    if pd.isna(low) or pd.isna(high):
        return told
    ends = [swedish.number(end, decimals) for end in (low, high)]
    return f"{told} ({' till '.join(ends)})"

"""The trend chart that answers to the mouse, for JupyterLab alone.

In: the points of a trend, shown and not. Out: a MIME bundle with one Vega-Lite
specification that holds shown values only. Used by ``charts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.present import swedish

if TYPE_CHECKING:
    from lagesbild.present.charts import Point

# JupyterLab draws version 5 and not yet the 6 that Altair writes; line, area and
# point are the same in both
_MIME = "application/vnd.vegalite.v5+json"
_SWEDISH = {
    "decimal": ",",
    "thousands": swedish.NO_BREAK,
    "grouping": [3],
    "currency": ["", f"{swedish.NO_BREAK}kr"],
    "minus": swedish.MINUS,
}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


def to_bundle(
    points: list[Point], heading: str, title: str, breaks: Mapping[str, str]
) -> dict:
    """The chart's MIME bundle; quarters that are not shown leave a gap.

    The line is parted at each of ``breaks`` (quarter → why), which is told there.
    """
    import altair as alt

    frame = pd.DataFrame(
        {
            "kvartal": [str(point.period) for point in points],
            "varde": [point.value for point in points],
            "lagst": [point.lower for point in points],
            "hogst": [point.upper for point in points],
            "text": [point.text for point in points],
            "del": list(accumulate(point.is_new for point in points)),
            "brott": [
                breaks[str(point.period)] if point.is_new and place else None
                for place, point in enumerate(points)
            ],
        }
    ).astype({"varde": "float64", "lagst": "float64", "hogst": "float64"})
    time = alt.X("kvartal:O", title=None, axis=alt.Axis(labelAngle=0))
    told = [
        alt.Tooltip("kvartal:N", title="Kvartal"),
        alt.Tooltip("text:N", title=title),
    ]
    base = alt.Chart(frame).encode(x=time)
    parted = base.encode(detail="del:N")
    band = parted.mark_area(color="#cfe2e8").encode(y="lagst:Q", y2="hogst:Q")
    line = parted.mark_line(color="#0e4a5a").encode(y=alt.Y("varde:Q", title=None))
    dots = base.mark_point(color="#0e4a5a", filled=True, size=70).encode(
        y="varde:Q", tooltip=told
    )
    layers = [band, line, dots]
    if frame["brott"].notna().any():
        why = alt.Tooltip("brott:N", title="Serien är bruten")
        marks = base.transform_filter("datum.brott != null").encode(tooltip=why)
        layers.append(marks.mark_rule(color="#5b5b5b", strokeDash=[4, 4], size=2))
    chart = alt.layer(*layers).properties(
        width=720,
        height=300,
        title=alt.TitleParams(heading, subtitle=title, anchor="start"),
    )
    specification = chart.to_dict()
    specification["$schema"] = _SCHEMA
    # how vega-embed is told to write numbers: "1 234,5", with a true minus
    specification["usermeta"] = {"embedOptions": {"formatLocale": _SWEDISH}}
    return {_MIME: specification}

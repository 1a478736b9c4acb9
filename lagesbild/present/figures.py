"""Published statistics in tables and sentences: a value never without its base.

In: a publication's statistics and what it holds about them. Out: Markup. Used by the
modules on safety and on violence. What is hidden keeps the look that hidden cells have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.period import swedish_date
from lagesbild.present import captions, cells, swedish
from lagesbild.present.display import ID

if TYPE_CHECKING:
    from lagesbild.publication import Publication

MISSING = cells.MISSING
_HIDDEN = "suppressed"
_PERCENT = "procent"
_EVERYONE = "alla"
_SMALL = 10
"""Per cent below which a decimal is told."""


def paragraph(text: str) -> Markup:
    """One paragraph of ours, no wider than is good to read."""
    return Markup('<p class="text near">{}</p>').format(text)


def sentences(told: Iterable[str]) -> Markup:
    """Sentences as a list, under the mark of what a program has computed."""
    items = Markup("").join(Markup("<li>{}</li>").format(words) for words in told)
    return Markup(
        '<p class="tag near">Beräknat</p><ul class="plain text">{}</ul>'
    ).format(items)


def about(publication: Publication, indicator_id: str) -> dict:
    """What the catalogue says of an indicator."""
    known = publication.about_statistics["indicators"].set_index("indicator_id")
    return known.loc[indicator_id].to_dict()


def name_of(publication: Publication, indicator_id: str) -> str:
    """The indicator's Swedish name."""
    return str(about(publication, indicator_id)["name"])


def unit_of(publication: Publication, indicator_id: str) -> str:
    """The indicator's unit."""
    return str(about(publication, indicator_id)["unit"])


def place_of(publication: Publication, role: str) -> str:
    """area_id of the own municipality, the county or the nation; "" if none is told."""
    places = publication.about_statistics.get("places")
    if places is None:
        return ""
    found = places.loc[places["role"] == role, "area_id"]
    return str(found.iloc[0]) if len(found) else ""


def amount(value: float, unit: str, *, beside: float | None = None) -> str:
    """A figure as Swedes write it: "62 %", "1,5", "9 412".

    ``beside`` is the value whose limit this is: a limit has its decimals.
    """
    near = value if beside is None else beside
    if unit == _PERCENT:
        decimals = 1 if near < _SMALL else 0
        return f"{swedish.number(value, decimals)}{swedish.NO_BREAK}%"
    is_index = unit.startswith("index")
    return swedish.number(value, 1 if is_index else 0)


def limits(value: float, low: float, high: float, unit: str) -> str:
    """Limits of a value as "57–65 %"; "" where the source gives none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    ends = [amount(end, unit, beside=value) for end in (low, high)]
    if unit == _PERCENT:
        ends[0] = ends[0].removesuffix(f"{swedish.NO_BREAK}%")
    return swedish.DASH.join(ends)


def with_span(row: pd.Series, name: str, unit: str) -> str:
    """A value with its limits in brackets: "62 % (57–65 %)"."""
    told = amount(row[name], unit)
    span = limits(row[name], row[f"{name}_lower"], row[f"{name}_upper"], unit)
    return f"{told} ({span})" if span else told


def group(title: str, rows: Iterable[Sequence[str]], head: Sequence[str]) -> Markup:
    """Rows of one table under a title of their own, as a body of the table."""
    lines = Markup("").join(_line(row) for row in rows)
    return Markup(
        '<tbody><tr><th scope="rowgroup" colspan="{}">{}</th></tr>{}</tbody>'
    ).format(len(head), title, lines)


def body(rows: Iterable[Sequence[str]]) -> Markup:
    """Rows as the one body of a table."""
    return Markup("<tbody>{}</tbody>").format(Markup("").join(_line(r) for r in rows))


def _line(row: Sequence[str]) -> Markup:
    first, *rest = row
    told = Markup("").join(
        Markup('<td class="{}">{}</td>').format(_look(text), text) for text in rest
    )
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, told)


def _look(text: str) -> str:
    if text in (MISSING, cells.HIDDEN):
        return "n hid"
    is_number = bool(text) and (text[0].isdigit() or text[0] in "+\u2212\u2013")
    return "n" if is_number else "v-no"


def table(
    id: str,
    caption: Markup,
    head: Sequence[str],
    bodies: Iterable[Markup],
    *,
    numbers: Sequence[int] = (),
) -> Markup:
    """A table in the region that a narrow screen scrolls.

    ``numbers`` are the places of the columns that hold figures.
    """
    names = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(
            Markup(' class="n"') if place in numbers else "", name
        )
        for place, name in enumerate(head)
    )
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        "<thead><tr>{}</tr></thead>{}</table></div>"
    ).format(id, caption, names, Markup("").join(bodies))


def indicator_table(
    publication: Publication, told: pd.DataFrame, *, title: str, key: str
) -> Markup:
    """Figures of one or several indicators, each under its name, the newest first.

    ``told`` are rows of ``Publication.statistics``. Every figure has its place, group,
    year, limits and number of answers where the source gives them; source, base and
    what it cannot say stand in the small print.
    """
    id = f"{ID}{key}"
    head = ("Plats och grupp", "År", "Värde", "Spann (95 %)", "Svar")
    places = publication.about_statistics["places"]
    order = {area: n for n, area in enumerate(places["area_id"])}
    names = dict(zip(places["area_id"], places["name"], strict=True))
    known = told[told["area_id"].isin(list(order))]
    bodies, small = [], []
    for indicator_id, rows in known.groupby("indicator_id", sort=False):
        facts = about(publication, indicator_id)
        rows = rows.assign(place=rows["area_id"].map(order))
        rows = rows.sort_values(
            ["period", "place", "breakdown"], ascending=[False, True, True]
        )
        lines = [_figure(row, names, facts["unit"]) for _, row in rows.iterrows()]
        bodies.append(group(facts["name"], lines, head))
        small.append(f"{facts['name']}: {facts['unit']}, {facts['base']}.")
        small += [f"Källa: {facts['source']}.", f"{facts['caveat']}"]
    words = " ".join(dict.fromkeys(words for words in small if words.strip(". ")))
    caption = captions.caption(title, words, id=id, wide=True)
    return table(id, caption, head, bodies, numbers=(1, 2, 3, 4))


def _figure(row: pd.Series, names: dict, unit: str) -> tuple[str, ...]:
    who = names[row["area_id"]]
    if row["breakdown"] != _EVERYONE:
        who += f", {_group_name(row['breakdown'])}"
    year = str(row["period"]).replace("-", swedish.DASH)
    if row["status"] == _HIDDEN:
        return (who, year, cells.HIDDEN, swedish.DASH, swedish.DASH)
    if pd.isna(row["value"]):
        return (who, year, MISSING, swedish.DASH, swedish.DASH)
    answers = row["n_respondents"]
    return (
        who,
        year,
        amount(row["value"], unit),
        limits(row["value"], row["lower"], row["upper"], unit) or swedish.DASH,
        swedish.number(answers) if pd.notna(answers) else swedish.DASH,
    )


def _group_name(breakdown: str) -> str:
    """The sex first: "män 16–29 år"; other groups as the source has them."""
    words = breakdown.split()
    if words and words[-1] in ("man", "kvinnor"):
        sex = {"man": "män"}.get(words[-1], words[-1])
        return " ".join([sex, *words[:-1]])
    return breakdown


def sources(publication: Publication, prefixes: tuple[str, ...]) -> Markup:
    """Every source of a page: when it was fetched, or where it is had.

    ``prefixes`` are what the page's indicators begin with.
    """
    told = publication.about_statistics.get("sources")
    if told is None:
        return paragraph("Vilka källor som fanns är inte sparat för den här perioden.")
    told = told[told["indicator_prefix"].isin(prefixes)]
    rows = [
        (
            str(row["name"]),
            _fetched(row["retrieved_on"]) if row["n_files"] else "saknas",
            str(row["where"]),
        )
        for _, row in told.iterrows()
    ]
    rows.sort(key=lambda row: (row[1] == "saknas", swedish.sort_key(row[0])))
    id = f"{ID}kallor"
    names = Markup("").join(
        Markup('<th scope="col">{}</th>').format(h)
        for h in ("Källa", "Hämtad", "Var den finns")
    )
    body = Markup("").join(
        Markup(
            '<tr><th scope="row">{}</th><td data-l="Hämtad">{}</td>'
            '<td data-l="Var den finns">{}</td></tr>'
        ).format(
            name, Markup('<b class="up">saknas</b>') if day == "saknas" else day, at
        )
        for name, day, at in rows
    )
    caption = captions.caption(
        "Källor till sidan", "En källa som saknas räcker att lägga i statistik/.", id=id
    )
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table '
        'class="stack">{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(id, caption, names, body)


def _fetched(day: str) -> str:
    return swedish_date(date.fromisoformat(day))

"""Published figures as words: a value in its unit, its span, and how it stands.

In: ``Publication.statistics`` and ``about_statistics``. Out: ``Series``, and Swedish
clauses on one. The only reader of published figures on the page on alcohol, narcotics
and the like.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.present import captions, swedish
from lagesbild.present.display import ID
from lagesbild.present.years_svg import Point

if TYPE_CHECKING:
    from lagesbild.publication import Publication

GRADES = ("åk 9", "gy 2")
MEDIAN = "median"
_FOUND = ("bra_narkotika", "kolada_N07544")
_SEXES = {"pojkar": ("flickor", "pojkar"), "man": ("kvinnor", "män")}
_PART = {"flickor": "Flickor", "kvinnor": "Kvinnor", "pojkar": "Pojkar", "man": "Män"}
_JUDGED = {
    "högre": "högre än",
    "lägre": "lägre än",
    "ingen säker skillnad": "ingen säker skillnad mot",
}


@dataclass(frozen=True)
class Series:
    """One indicator of the municipality, of everyone or of a grade at school.

    ``latest`` and ``span`` are words; ``trend``, ``sex`` and ``others`` rows of
    ``measure.standing`` as dicts.
    """

    indicator_id: str
    name: str
    grade: str
    unit: str
    base: str
    source: str
    caveat: str
    latest: str
    period: str
    span: str
    area_id: str
    points: tuple[Point, ...]
    trend: dict
    sex: dict
    others: tuple[dict, ...]
    is_old: bool = False
    nation_id: str = field(default="0000", repr=False)

    @property
    def is_found_by_looking(self) -> bool:
        """Whether more of it means most of all that the police have looked more."""
        return self.indicator_id.startswith(_FOUND)

    @property
    def is_judged(self) -> bool:
        """Whether its latest figure could be held to the one before."""
        return self.trend.get("verdict") in _JUDGED

    @property
    def latest_in_full(self) -> str:
        """The latest figure with the whole of its unit."""
        last = value(self.points[-1].value, self.unit)
        return self.latest if self.unit == "procent" else f"{last}\u00a0{self.unit}"

    @property
    def grade_word(self) -> str:
        """The grade, or "" for everyone."""
        return "" if self.grade == "alla" else self.grade

    @property
    def title(self) -> str:
        """The name, with the grade where there is one."""
        return f"{self.name}{of_grade(self.grade)}"


def of_grade(grade: str) -> str:
    """Words to put after an indicator's name: ", åk 9"."""
    return f", {grade}" if grade in GRADES else ""


def names_of(publication: Publication) -> dict[str, str]:
    """indicator_id → Swedish name."""
    known = publication.about_statistics["indicators"]
    return dict(zip(known["indicator_id"], known["name"], strict=True))


def ids_of(publication: Publication, themes: Collection[str]) -> list[str]:
    """The indicators of themes in the catalogue's order; no counts behind rates."""
    known = publication.about_statistics["indicators"]
    ids = known.loc[known["theme"].isin(list(themes)), "indicator_id"]
    return [one for one in ids if not one.endswith("_antal")]


def own_series(publication: Publication, theme: str) -> list[Series]:
    """Every figure of a theme that the municipality or its treatment plant has.

    Returns
    -------
    list of Series
        In the catalogue's order, åk 9 before gy 2.
    """
    about = publication.about_statistics
    if "standing" not in about or publication.statistics.empty:
        return []
    places = about["places"]
    own = places.loc[places["role"].isin(["own", "plant"]), "area_id"]
    ids = ids_of(publication, [theme])
    catalogue = about["indicators"].set_index("indicator_id")
    known = catalogue.loc[ids].reset_index().to_dict("records")
    found = _by_series(publication, ids)
    limits = {
        (row.indicator_id, row.area_id, row.period): (row.lower, row.upper)
        for row in about["limits"].itertuples()
    }
    standing = about["standing"]
    compared = standing[standing["indicator_id"].isin(ids)].to_dict("records")
    told = []
    for one in known:
        rows = [row for row in compared if row["indicator_id"] == one["indicator_id"]]
        for grade in ("alla", *GRADES):
            for area in own:
                whole = found.get((one["indicator_id"], area, grade), [])
                whole = [row for row in whole if not pd.isna(row["value"])]
                if whole:
                    told.append(_series(whole, one, rows, grade, limits))
    return told


def _by_series(publication: Publication, ids: Collection[str]) -> dict:
    """(indicator_id, area_id, breakdown) → rows."""
    shown = publication.statistics
    rows = shown[shown["indicator_id"].isin(list(ids))].to_dict("records")
    found: dict[tuple[str, str, str], list[dict]] = {}
    for row in rows:
        key = (row["indicator_id"], row["area_id"], row["breakdown"])
        found.setdefault(key, []).append(row)
    return found


def _series(
    whole: list[dict], known: dict, rows: list[dict], grade: str, limits: dict
) -> Series:
    is_old = any(row["what"] == "inaktuell" for row in rows)
    rows = [row for row in rows if row["grade"] == grade]
    points = []
    for row in _in_time(whole):
        lower, upper = limits.get(
            (row["indicator_id"], row["area_id"], row["period"]),
            (row["lower"], row["upper"]),
        )
        points.append(
            Point(
                row["period"],
                row["value"],
                value(row["value"], row["unit"]),
                None if pd.isna(lower) else lower,
                None if pd.isna(upper) else upper,
            )
        )
    last = points[-1]
    return Series(
        indicator_id=known["indicator_id"],
        name=known["name"],
        grade=grade,
        unit=known["unit"],
        base=f"elever i {grade}" if grade in GRADES else known["base"],
        source=known["source"],
        caveat=known["caveat"],
        latest=with_unit(last.value, known["unit"]),
        period=last.period,
        span=span(last.lower, last.upper, known["unit"]),
        area_id=whole[-1]["area_id"],
        points=tuple(points),
        trend=next((row for row in rows if row["what"] == "trend"), {}),
        sex=next((row for row in rows if row["what"] == "kön"), {}),
        others=tuple(row for row in rows if row["what"] == "andra"),
        is_old=is_old,
    )


def _in_time(rows: list[dict]) -> list[dict]:
    """Years and pooled years by their last year, quarters by their own."""

    def when(row: dict) -> tuple[str, str]:
        period = row["period"]
        return (period[:4] if "-K" in period else period[-4:], period)

    return sorted(rows, key=when)


def value(number: float, unit: str) -> str:
    """A figure without its unit: whole numbers for rates and counts, else a decimal."""
    return swedish.number(number, 0 if _is_whole(unit) else 1)


def with_unit(number: float, unit: str) -> str:
    """A figure with its unit in short: "38,0 %", "48,2 mg", "322 personer"."""
    short = {"procent": "%", "index 0–6": ""}.get(unit, unit)
    if unit.startswith("mg"):
        short = "mg"
    elif unit.startswith("per 100"):
        short = "per 100\u00a0000"
    return f"{value(number, unit)}\u00a0{short}".strip()


def _is_whole(unit: str) -> bool:
    return unit.startswith("per 100") or unit in (
        "personer",
        "samtal",
        "antal",
        "brott",
    )


def span(lower: float | None, upper: float | None, unit: str) -> str:
    """Limits as "33,1–43,2"; "" where there are none."""
    if lower is None or upper is None or pd.isna(lower) or pd.isna(upper):
        return ""
    return f"{value(lower, unit)}{swedish.DASH}{value(upper, unit)}"


def trend(one: Series) -> str:
    """How the latest figure stands to the one before; "" for the first."""
    row = one.trend
    if not row.get("base_period"):
        return ""
    before = f"{row['base_period']}, då {with_unit(row['base'], one.unit)}"
    verdict = row["verdict"]
    if verdict == "serien är bruten":
        return f"jämförs inte med {before}: serien är bruten"
    if verdict not in _JUDGED:
        told = f"{with_unit(row['base'], one.unit)} år {row['base_period']}"
        return f"{told}; källan ger inget spann att jämföra med"
    if one.is_found_by_looking and verdict != "ingen säker skillnad":
        more = "fler" if verdict == "högre" else "färre"
        return f"polisen har upptäckt {more} än {before}"
    return f"{_JUDGED[verdict]} {before}"


def by_sex(one: Series) -> str:
    """Girls against boys, or women against men, of the latest period."""
    row = one.sex
    if not row:
        return ""
    women, men = _SEXES[row["other"]]
    both = (
        f"{women} {with_unit(row['value'], one.unit)}, "
        f"{men} {with_unit(row['base'], one.unit)}"
    )
    verdict = {
        "högre": f"högre bland {women}",
        "lägre": f"högre bland {men}",
        "ingen säker skillnad": "ingen säker skillnad",
    }.get(row["verdict"], "källan ger inget spann att jämföra med")
    return f"{both}: {verdict}"


def nation(one: Series) -> str:
    """How the figure stands to the nation's of the same period."""
    row = next((row for row in one.others if row["other"] == one.nation_id), None)
    if row is None or pd.isna(row["base"]):
        return ""
    told = f"{with_unit(row['base'], one.unit)} år {row['period']}"
    if row["verdict"] not in _JUDGED:
        return told
    word = {"högre": "kommunen högre", "lägre": "kommunen lägre"}.get(
        row["verdict"], row["verdict"]
    )
    return f"{told}: {word}"


def similar(one: Series, publication: Publication) -> str:
    """Median of those like it, and to how many the municipality's figure differs."""
    rows = [row for row in one.others if row["other"] not in (MEDIAN, one.nation_id)]
    rows = [row for row in rows if not pd.isna(row["base"])]
    middle = next((row for row in one.others if row["other"] == MEDIAN), None)
    if not rows or middle is None:
        return ""
    n = len(rows)
    of = f"av {n} år {middle['period']}"
    told = f"median {of}: {with_unit(middle['base'], one.unit)}"
    counts = {
        word: sum(row["verdict"] == word for row in rows) for word in ("högre", "lägre")
    }
    parts = [f"{word} än i {count} av {n}" for word, count in counts.items() if count]
    judged = [row for row in rows if row["verdict"] in _JUDGED]
    if not judged:
        return told
    rest = swedish.listed(parts) if parts else f"ingen säker skillnad mot någon av {n}"
    return f"{told}; {rest}"


def details(publication: Publication, lines: list[Series], *, key: str, title: str):
    """The chart's figures as a table: every period, by sex and beside others."""
    first = lines[0]
    found = _by_series(publication, [first.indicator_id])
    columns = _columns(found, first, lines)
    periods = [p.period for one in lines for p in one.points]
    order = [row["period"] for row in _in_time([{"period": p} for p in set(periods)])]
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            period,
            Markup("").join(
                Markup('<td class="n">{}</td>').format(cells.get(period, swedish.DASH))
                for _, cells in columns
            ),
        )
        for period in order
    )
    head = Markup("").join(
        Markup('<th scope="col" class="n">{}</th>').format(name) for name, _ in columns
    )
    id = f"{ID}siffror-{key}"
    return Markup(
        "<details><summary>Visa siffrorna som tabell</summary>"
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        '<thead><tr><th scope="col">Period</th>{}</tr></thead><tbody>{}</tbody></table>'
        "</div></details>"
    ).format(
        id,
        captions.caption(title, f"{first.source}. Spann: 95 procent.", id=id),
        head,
        body,
    )


def _columns(found: dict, first: Series, lines: list[Series]):
    """Heading and text by period, only those that hold anything."""
    unit, told = first.unit, []
    for one in lines:
        start = f"{swedish.upper_first(one.grade_word)}: " if one.grade_word else ""
        values = {p.period: p.text for p in one.points}
        told.append((f"{start}kommunen" if start else "Kommunen", values))
        spans = {p.period: span(p.lower, p.upper, unit) for p in one.points}
        told.append((f"{start}spann" if start else "Spann", spans))
        prefix = f"{one.grade_word} " if one.grade_word else ""
        for sex, name in _PART.items():
            rows = found.get((one.indicator_id, one.area_id, f"{prefix}{sex}"), [])
            head = f"{start}{swedish.lower_first(name)}" if start else name
            told.append((head, _texts(rows, unit)))
        rows = found.get((one.indicator_id, one.nation_id, one.grade), [])
        told.append((f"{start}riket" if start else "Riket", _texts(rows, unit)))
    return [(name, cells) for name, cells in told if any(cells.values())]


def _texts(rows: list[dict], unit: str) -> dict[str, str]:
    return {
        row["period"]: "visas inte" if _is_hidden(row) else value(row["value"], unit)
        for row in rows
        if _is_hidden(row) or not pd.isna(row["value"])
    }


def _is_hidden(row: dict) -> bool:
    return row["status"] == "suppressed"

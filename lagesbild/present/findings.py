"""What stands out, in words: signals, development over years, the week, hot spots.

In: ``Publication.findings``. Out: one ``Shown`` of sections, each with what was found,
what was not, and what cannot be told and why. Nothing is computed here, and rows lie
in the order of the registers, never by value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.errors import ProtectError
from lagesbild.offences import load_categories
from lagesbild.present import captions, cells, swedish, week
from lagesbild.present.display import ID, Shown
from lagesbild.present.page_parts import area_row
from lagesbild.protect.notes import ROWS_FROM

if TYPE_CHECKING:
    from lagesbild.publication import Publication

SIGNAL, NO_SIGNAL = "signal", "ingen signal"
RISING, FALLING, NO_TREND = "stigande", "fallande", "ingen säker trend"
FOUND_MORE, FOUND_LESS = "fler upptäckta", "färre upptäckta"
_CLEAR = (RISING, FALLING, FOUND_MORE, FOUND_LESS)
_WHY = ("för kort historik", cells.MISSING)
_CLASSES = ("bestående", "ny", "tidigare", "återkommande")


def show_findings(publication: Publication, area: str | None = None) -> Shown:
    """Show what stands out: now, over years, in the week and in places.

    Parameters
    ----------
    publication : Publication
    area : str, optional
        area_id; None is the municipality with all its areas, and the week.

    Returns
    -------
    Shown
        Places stand there for ``intern`` alone.

    Raises
    ------
    UsageError
        If the area is not in the publication.
    """
    if area is not None:
        area = str(area_row(publication, area)["area_id"])
    parts = [signals(publication, area), _trends(publication, area)]
    if area is None:
        parts.append(week.section(publication.findings["week"]))
    if "hot_spots" in publication.findings:
        parts.append(_hot_spots(publication, area))
    return Shown(Markup("").join(parts), text="Det som sticker ut")


def signals(publication: Publication, area: str | None = None) -> Markup:
    """The section on what is higher than usual right now."""
    rows = _rows(publication, "signals", area)
    _check(rows, (SIGNAL, NO_SIGNAL))
    found = [row for row in rows if row["verdict"] == SIGNAL]
    told = [
        f"{_name(row)}: {_counted(row['count'], row)}. Väntat var omkring "
        f"{swedish.number(row['expected'])}, och upp till "
        f"{swedish.number(row['upper'])} hade varit vanligt."
        for row in found
    ]
    n_quiet = sum(row["verdict"] == NO_SIGNAL for row in rows)
    if n_quiet and not found:
        told = [
            f"Inget av de {swedish.number(n_quiet)} antal som prövats är ovanligt högt."
        ]
    elif n_quiet:
        told.append(
            f"Övriga {swedish.number(n_quiet)} antal som prövats är inte ovanligt höga."
        )
    return _section(
        "signaler",
        "Ovanligt många just nu",
        "Här står de antal som är högre än vad samma tid tidigare år och slumpen "
        "förklarar. Vad det beror på visar siffrorna inte. Även när inget har hänt "
        "hamnar ungefär ett av tvåhundra antal här.",
        [*told, *_untold(rows)],
    )


def _trends(publication: Publication, area: str | None) -> Markup:
    rows = [
        row
        for row in _rows(publication, "trends", area)
        if row["area_id"] == (area or captions.WHOLE)
    ]
    _check(rows, (*_CLEAR, NO_TREND))
    told = [_trend(row) for row in rows if row["verdict"] in _CLEAR]
    still = [row["name"] for row in rows if row["verdict"] == NO_TREND]
    if still:
        told.append(f"Ingen säker trend: {_inside(still)}.")
    gone = [row["name"] for row in rows if row["verdict"] == cells.MISSING]
    if gone:
        told.append(f"Uppgift saknas: {_inside(gone)}.")
    n_hidden = sum(row["verdict"] == cells.HIDDEN for row in rows)
    if n_hidden:
        word = "typ" if n_hidden == 1 else "typer"
        told.append(f"Visas inte, för att skydda enskilda: {n_hidden} {word}.")
    short: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] == cells.TOO_SHORT:
            short.setdefault(row["reason"], []).append(row["name"])
    for reason, names in short.items():
        told.append(f"{swedish.upper_first(reason)}: {_inside(names)}.")
    return _section(
        "ar",
        "Över flera år",
        "Varje årstid jämförs med sig själv. Stigande och fallande står bara där "
        "slumpen är en dålig förklaring. En utveckling som har vänt syns inte här.",
        told,
    )


def _trend(row: dict) -> str:
    """One clear trend: how many the latest year, against the first."""
    word = row["verdict"]
    if pd.isna(row["n_first_year"]) or pd.isna(row["n_last_year"]):
        return f"{row['name']}: {word} sedan {row['from_period']}."
    now = swedish.number(row["n_last_year"])
    before = swedish.number(row["n_first_year"])
    if word in (FOUND_MORE, FOUND_LESS):
        head = (
            f"Polisen har upptäckt {word.split()[0]} {swedish.lower_first(row['name'])}"
        )
        noun = ""
    else:
        head, noun = f"{row['name']}: {word}", f" {_noun(row)}"
    return (
        f"{head} sedan {row['from_period']}: {now}{noun} de senaste fyra kvartalen mot "
        f"{before} de första fyra."
    )


def _hot_spots(publication: Publication, area: str | None) -> Markup:
    frame = publication.findings["hot_spots"]
    lede = (
        "Rutor på 250 meter där fler händelser samlas än väntat, utan det som polisen "
        "själv hittar. Där fler vistas händer mer: en sådan ruta är inte en farlig "
        "plats. Visas bara internt."
    )
    if publication.meta.get("rows_from"):
        lede += f" {ROWS_FROM.format(publication.meta['rows_from'])}"
    title = "Platser där händelser samlas"
    told = frame["reason"].dropna().tolist()
    if told:
        return _section("platser", title, lede, map(_sentence, told))
    counts: dict[str, dict] = {}
    for row in cells.records(frame):
        counts.setdefault(row["area_id"], {})[row["hot_spot"]] = row["n_squares"]
    if area is not None:
        here = counts.get(area, {})
        words = [f"{here[c]} {_plural(c, here[c])}" for c in _CLASSES if c in here]
        told = [_sentence(swedish.listed(words))] if words else ["Inga i området."]
        return _section("platser", title, lede, told)
    if not counts:
        return _section("platser", title, lede, ["Inga i kommunen."])
    names = publication.table().area_names
    order = [a for a in (*publication.areas_listed["area_id"], "") if a in counts]
    order.sort(key=lambda a: (a == "", swedish.sort_key(names[a])))
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            names[a],
            Markup("").join(
                Markup('<td class="n">{}</td>').format(counts[a].get(c, 0))
                for c in _CLASSES
            ),
        )
        for a in order
    )
    id = f"{ID}rutor"
    heads = Markup("").join(
        Markup('<th scope="col" class="n">{}</th>').format(
            swedish.upper_first(_plural(c, 2))
        )
        for c in _CLASSES
    )
    table = Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        '<thead><tr><th scope="col">Område</th>{}</tr></thead><tbody>{}</tbody></table>'
        "</div>"
    ).format(
        id,
        captions.caption(
            "Antal rutor efter område",
            "Upp till 24 kvartal. Områden utan sådana rutor är inte med. Bestående: "
            "nästan hela tiden. Nya: bara nyss. Tidigare: inte längre. Återkommande: "
            "då och då.",
            id=id,
            wide=True,
        ),
        heads,
        body,
    )
    return _section("platser", title, lede, [], table)


def _plural(kind: str, n: int) -> str:
    return "nya" if kind == "ny" and n != 1 else kind


def _section(
    key: str, title: str, lede: str, told: Iterable[str], more: str = ""
) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(words) for words in told)
    listed = Markup('<ul class="plain text">{}</ul>').format(items) if items else ""
    return Markup(
        '<section aria-labelledby="{id}{key}"><h2 id="{id}{key}">{title}</h2>'
        '<p class="text">{lede}</p>{listed}{more}</section>'
    ).format(id=ID, key=key, title=title, lede=lede, listed=listed, more=more)


def _rows(publication: Publication, name: str, area: str | None) -> list[dict]:
    """The rows of a place, named and in the order of areas and code table."""
    frame = publication.findings[name]
    if area is not None:
        frame = frame[frame["area_id"] == area]
    table = publication.table()
    areas = [captions.WHOLE, *publication.areas_listed["area_id"]]
    known = load_categories()["category"]
    place = {
        "area_id": {a: n for n, a in enumerate(areas)},
        "category": {c: n for n, c in enumerate([*captions.ALL, *known])},
    }
    rows = cells.records(frame)
    rows.sort(key=lambda row: tuple(place[key][row[key]] for key in place))
    for row in rows:
        row["name"] = captions.category_name(table, row["category"], row["measure"])
        row["area"] = table.area_names[row["area_id"]] if area is None else ""
    return rows


def _check(rows: list[dict], known: tuple[str, ...]) -> None:
    """Fail closed: a word that this room does not know is never taken for a finding."""
    for row in rows:
        word = row["verdict"]
        if word not in (*known, cells.HIDDEN) and not str(word).startswith(_WHY):
            raise ProtectError("Fynden har ett okänt ord. Gör om publikationen.")


def _untold(rows: list[dict]) -> list[str]:
    """How many series could not be judged, and why."""
    n: dict[str, int] = {}
    for row in rows:
        if row["verdict"] == cells.HIDDEN or str(row["verdict"]).startswith(_WHY):
            n[row["verdict"]] = n.get(row["verdict"], 0) + 1
    told = {words: _sentence(words)[:-1] for words in n}
    if cells.HIDDEN in told:
        told[cells.HIDDEN] += ", för att skydda enskilda"
    if len(n) == 1 and sum(n.values()) == len(rows):
        return [f"{told[words]}." for words in n]
    return [f"{told[words]}: {swedish.number(n[words])} antal." for words in n]


def _name(row: dict) -> str:
    if not row["area"] or row["area_id"] == captions.WHOLE:
        return row["name"] if not row["area"] else f"{row['name']} i hela kommunen"
    return f"{row['name']} i {row['area']}"


def _counted(value: float, row: dict) -> str:
    return f"{swedish.number(value)} {_noun(row)}"


def _noun(row: dict) -> str:
    return "observationer" if row["measure"] == cells.OBSERVATIONS else "anmälda"


def _inside(names: list[str]) -> str:
    return swedish.listed([names[0], *map(swedish.lower_first, names[1:])])


def _sentence(words: str) -> str:
    return f"{swedish.upper_first(words)}."

"""Swedish sentences from verdicts: number, comparison, how sure, in that order.

In: a ``Publication``. Out: at most six ``Sentence`` of at most twenty words, and the
headings of evidence. No change is claimed without its verdict, nothing is said from
a hidden cell, and what the police find by looking is told as what the police found.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from lagesbild.present import cells, swedish
from lagesbild.present.captions import ALL, WHOLE, WITHOUT, category_name

if TYPE_CHECKING:
    from lagesbild.publication import Publication

MAX_SENTENCES = 6
MAX_WORDS = 20
MAX_AREAS = 2
_PROTECTS = "för att skydda enskilda"
_NOUNS = {
    "anmäld": ("anmält", "anmälda"),
    "upptäckt": ("upptäckt", "upptäckta"),
    "observation": ("observation", "observationer"),
}


@dataclass(frozen=True)
class Sentence:
    """One calculated sentence.

    ``kind`` is a short word put before it (Fler, Färre, …); ``strong`` the part of
    ``text`` that is set in bold, or ""; ``finding`` the same as a heading, or "" when
    nothing was found.
    """

    kind: str
    text: str
    strong: str = ""
    finding: str = ""


def summarise(publication: Publication) -> list[Sentence]:
    """The cycle in short for the whole municipality, and what stands out in an area."""
    rows = _by_category(publication, WHOLE)
    changes = [row for row in _largest_first(_leaves(rows)) if _is_change(row)]
    of_police = [row for row in changes if row["measure"] == cells.OFFENCES]
    crimes = [row for row in of_police if row["category"] not in cells.EFFORT]
    observed = [row for row in changes if row["measure"] == cells.OBSERVATIONS]
    effort = [row for row in of_police if row["category"] in cells.EFFORT]
    rest = [change(row["name"], row) for row in observed[:1]]
    rest += [change(row["name"], row) for row in _total(rows)]
    rest += [change(row["name"], row) for row in effort[:1]]
    rest += _gaps(publication)
    first = _both_ways(crimes)[: MAX_SENTENCES - len(rest)]
    told = [change(row["name"], row) for row in first] or _nothing_found(rows)
    n_left = MAX_SENTENCES - len(told) - len(rest)
    areas = [change(row["name"], row) for row in _of_areas(publication)[:n_left]]
    return told + areas[:MAX_AREAS] + rest


def summarise_area(publication: Publication, area_id: str) -> list[Sentence]:
    """The cycle in short for one area."""
    rows = _by_category(publication, area_id)
    whole = _total(_by_category(publication, WHOLE))
    changes = [row for row in _largest_first(_leaves(rows)) if _is_change(row)]
    told = []
    for row in _total(rows):
        told.append(change(row["name"], row))
        told += rate(row, whole[0] if whole else None)
    told += [change(row["name"], row) for row in changes[:2]]
    if any(cells.read(row, row["measure"]).kind == "suppressed" for row in rows):
        text = f"Vissa antal visas inte, {_PROTECTS}."
        told = [*told[: MAX_SENTENCES - 1], Sentence("Visas inte", text)]
    return told


def change(name: str, row: dict) -> Sentence:
    """One sentence about a row of cells: its count, against that of last year."""
    now = cells.read(row, row["measure"])
    before = cells.read(row, f"{row['measure']}_last_year")
    if now.kind == "suppressed":
        text = f"{name}: antalet visas inte, {_PROTECTS}."
        return Sentence("Visas inte", text)
    if not now.is_shown:
        return Sentence("Saknas", f"{name}: uppgift saknas.")
    verdict = cells.read(row, "verdict").text
    alone = counted(now, row)
    if verdict == cells.TOO_SHORT:
        tail = "för kort historik för att jämföra med i fjol"
    elif verdict == cells.TOO_FEW:
        tail = "för få att jämföra med i fjol"
    elif before.kind == "suppressed":
        tail = "fjolårets antal visas inte"
    elif not before.is_shown or verdict not in (
        *cells.UP,
        *cells.DOWN,
        cells.NO_CHANGE,
    ):
        return Sentence("Nu", f"{name}: {alone}.", alone)
    else:
        return _compared(name, row, verdict)
    return Sentence("Nu", f"{name}: {alone}, {tail}.", alone)


def counted(cell: cells.Cell, row: dict) -> str:
    """A shown count with its noun: "61 anmälda", "1 observation"."""
    one, many = _NOUNS["anmäld"]
    if row["measure"] == cells.OBSERVATIONS:
        one, many = _NOUNS["observation"]
    elif row["category"] in cells.EFFORT:
        one, many = _NOUNS["upptäckt"]
    return f"{cell.text} {one if cell.value == 1 else many}"


def _compared(name: str, row: dict, verdict: str) -> Sentence:
    now = cells.read(row, row["measure"])
    before = cells.read(row, f"{row['measure']}_last_year")
    both = f"{counted(now, row)} mot {before.text}"
    if verdict in ("fler upptäckta", "färre upptäckta"):
        both = f"{now.text} mot {before.text}"
        word = verdict.split()[0]
        head = f"Polisen har upptäckt {word} {swedish.lower_first(name)}"
        return _found(
            "Upptäckt", head, both, "vilket mest säger hur polisen har arbetat"
        )
    if verdict == "ökar":
        return _found("Fler", f"{name} ökar", both, "mer än vad slumpen brukar ge")
    if verdict == "minskar":
        tail = "och skillnaden är troligen ingen slump"
        return _found("Färre", f"{name} minskar", both, tail)
    if now.value == before.value:
        same = f"{counted(now, row)}, lika många som i fjol"
        return Sentence("Ingen säker förändring", f"{name}: {same}.", same)
    text = f"{name}: {both} i fjol, en skillnad som kan vara slump."
    return Sentence("Ingen säker förändring", text, both)


def _found(kind: str, head: str, both: str, tail: str) -> Sentence:
    finding = f"{head}: {both} i fjol"
    return Sentence(kind, f"{finding}, {tail}.", both, finding)


def rate(row: dict, whole: dict | None) -> list[Sentence]:
    """How many per inhabitant, how sure, and the municipality's own figure.

    Where no rate is computed: the share of the municipality's count, and why.
    """
    per = cells.read(row, "rate_per_1000_quarter")
    if per.kind == "not_computed":
        return _instead_of_rate(row, whole, per.why)
    if not per.is_shown:
        return []
    noun = "observationer" if row["measure"] == cells.OBSERVATIONS else "anmälda"
    strong = f"{per.text} {noun} per 1{swedish.NO_BREAK}000 invånare"
    text = f"Det är {strong} och kvartal"
    if cells.read(row, "rate_interval").is_shown:
        lower, upper = (swedish.rate(row[k]) for k in ("rate_lower", "rate_upper"))
        text += f", troligen mellan {lower} och {upper}"
    other = cells.read(whole, "rate_per_1000_quarter") if whole is not None else None
    if other is not None and other.is_shown:
        text += f"; hela kommunen har {other.text}"
    return [Sentence("Per invånare", f"{text}.", strong)]


def _instead_of_rate(row: dict, whole: dict | None, why: str) -> list[Sentence]:
    told = []
    part = cells.share(row, whole)
    if part:
        what = {cells.OBSERVATIONS: "observationer"}.get(
            row["measure"], "anmälda brott"
        )
        told.append(Sentence("Andel", f"Det är {part} av kommunens {what}.", part))
    return [*told, Sentence("Per invånare", f"Inget tal per invånare: {why}.")]


def _total(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["category"] == "alla"]


def _leaves(rows: list[dict]) -> list[dict]:
    from lagesbild.offences import load_categories

    groups = {*load_categories()["group"], *ALL}
    return [row for row in rows if row["category"] not in groups]


def _nothing_found(rows: list[dict]) -> list[Sentence]:
    crimes = [row for row in _leaves(rows) if row["measure"] == cells.OFFENCES]
    verdicts = {cells.read(row, "verdict").text for row in crimes}
    if cells.NO_CHANGE not in verdicts or verdicts & {*cells.UP, *cells.DOWN}:
        return []
    # of those that are hidden or too few nothing is known, so nothing is said of them
    known = "" if verdicts == {cells.NO_CHANGE} else " som går att jämföra"
    text = f"I hela kommunen skiljer sig ingen typ av brott{known} säkert från i fjol."
    return [Sentence("Ingen säker förändring", text)]


def _gaps(publication: Publication) -> list[Sentence]:
    """What is not known: deliveries that did not come, else offences without area."""
    deliveries = publication.deliveries
    is_now = deliveries["period"].astype("str") == str(publication.cycle)
    late = deliveries[is_now & ~deliveries["is_delivered"].astype(bool)]
    if len(late):
        names = sorted(set(late["source_name"]))
        what = f"{len(names)} leveranser"
        if len(names) == 1:
            what = f"{names[0]}: leveransen"
        text = f"{what} har inte kommit, så siffrorna är inte fullständiga."
        return [Sentence("Saknas", text)]
    rows = cells.records(publication.table("area_id").frame)
    found = {row["area_id"]: cells.read(row, cells.OFFENCES) for row in rows}
    without, whole = found.get(WITHOUT), found.get(WHOLE)
    if without is None or whole is None:
        return []
    if not (without.is_shown and whole.is_shown) or without.value == 0:
        return []
    strong = f"{without.text} av {whole.text} anmälda brott"
    text = f"{strong} saknar område och syns inte på kartan."
    return [Sentence("Saknas", text, strong)]


def _by_category(publication: Publication, area_id: str) -> list[dict]:
    table = publication.table("category", area_id=area_id)
    return [
        row | {"name": category_name(table, row["category"], row["measure"])}
        for row in cells.records(table.frame)
    ]


def _of_areas(publication: Publication) -> list[dict]:
    """Changes of crimes in single areas, the most first, named with their area."""
    table = publication.table("area_id", "category")
    rows = [
        row
        for row in _leaves(cells.records(table.frame))
        if row["area_id"] not in (WHOLE, WITHOUT)
        and row["measure"] == cells.OFFENCES
        and row["category"] not in cells.EFFORT
        and _is_change(row)
    ]
    for row in rows:
        kind = category_name(table, row["category"], row["measure"])
        row["name"] = f"{kind} i {table.area_names[row['area_id']]}"
    return _largest_first(rows)


def _is_change(row: dict) -> bool:
    names = (row["measure"], f"{row['measure']}_last_year")
    both = all(cells.read(row, name).is_shown for name in names)
    return both and cells.read(row, "verdict").text in (*cells.UP, *cells.DOWN)


def _largest_first(rows: list[dict]) -> list[dict]:
    """By shown counts only; hidden ones stay last, in alphabetical order."""

    def key(row: dict) -> tuple:
        value = cells.read(row, row["measure"]).value
        return (value is None, -(value or 0), swedish.sort_key(row["name"]))

    return sorted(rows, key=key)


def _both_ways(rows: list[dict]) -> list[dict]:
    """Increases and decreases by turns, so that neither pushes the other out."""
    up = [row for row in rows if cells.read(row, "verdict").text in cells.UP]
    down = [row for row in rows if cells.read(row, "verdict").text in cells.DOWN]
    pairs = chain.from_iterable(zip_longest(up, down))
    return [row for row in pairs if row is not None]

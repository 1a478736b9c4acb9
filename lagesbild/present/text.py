"""Swedish sentences from verdicts: number, comparison, how sure, in that order.

In: a ``Publication``. Out: at most six ``Sentence`` of at most twenty words, and the
headings of evidence. No change is claimed without its verdict, nothing is said from
a hidden cell, and what the police find by looking is told as what the police found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lagesbild.present import cells, swedish
from lagesbild.present.captions import ALL, WHOLE, WITHOUT

if TYPE_CHECKING:
    from lagesbild.publication import Publication

MAX_SENTENCES = 6
MAX_WORDS = 20


@dataclass(frozen=True)
class Sentence:
    """One calculated sentence.

    ``kind`` is a short word put before it (Fler, Färre, …); ``strong`` the part of
    ``text`` that is set in bold, or "".
    """

    kind: str
    text: str
    strong: str = ""


def summarise(publication: Publication) -> list[Sentence]:
    """The cycle in short for the whole municipality."""
    rows = _by_category(publication, WHOLE)
    leaves = [row for row in rows if row["category"] not in _groups()]
    changes = [row for row in _largest_first(leaves) if _is_change(row)]
    crimes = [row for row in changes if row["category"] not in cells.EFFORT]
    effort = [row for row in changes if row["category"] in cells.EFFORT]
    told = [change(row["name"], row) for row in (*_up(crimes)[:2], *_down(crimes)[:2])]
    told = told[:3] + [change(row["name"], row) for row in effort[:1]]
    told += [change("Alla brott", row) for row in rows if row["category"] == "alla"]
    told += _gaps(publication)
    return told[:MAX_SENTENCES]


def summarise_area(publication: Publication, area_id: str) -> list[Sentence]:
    """The cycle in short for one area."""
    rows = _by_category(publication, area_id)
    leaves = [row for row in rows if row["category"] not in _groups()]
    changes = [row for row in _largest_first(leaves) if _is_change(row)]
    whole = [r for r in _by_category(publication, WHOLE) if r["category"] == "alla"]
    told = []
    for row in (row for row in rows if row["category"] == "alla"):
        told += [change("Alla brott", row), *rate(row, whole[0] if whole else None)]
    told += [change(row["name"], row) for row in changes[:3]]
    if any(row["n_offences_status"] == "suppressed" for row in leaves):
        told.append(
            Sentence("Visas inte", "Små antal visas inte, för att skydda enskilda.")
        )
    return told[:MAX_SENTENCES]


def change(name: str, row: dict) -> Sentence:
    """One sentence about a row of cells: its count and how it differs from last year."""
    now = cells.read(row, "n_offences")
    before = cells.read(row, "n_offences_last_year")
    verdict = row["verdict"] if isinstance(row["verdict"], str) else ""
    if now.kind == "missing":
        return Sentence("Saknas", f"{name}: uppgift saknas.")
    if not now.is_shown:
        text = f"{name}: antalet visas inte, för att skydda enskilda."
        return Sentence("Visas inte", text)
    alone = f"{now.text} anmälda"
    if verdict == cells.TOO_SHORT:
        text = f"{name}: {alone}, för kort historik för att jämföra med i fjol."
        return Sentence("Nu", text, alone)
    if verdict == "för få att jämföra":
        return Sentence("Nu", f"{name}: {alone}, för få att jämföra med i fjol.", alone)
    if not before.is_shown or verdict in ("", cells.HIDDEN, cells.MISSING):
        return Sentence("Nu", f"{name}: {alone}.", alone)
    return _compared(name, row, verdict, now, before)


def _compared(name: str, row: dict, verdict: str, now, before) -> Sentence:
    both = f"{now.text} anmälda mot {before.text}"
    if verdict in ("ökar", "minskar") and row["category"] in cells.EFFORT:
        word = "fler" if verdict == "ökar" else "färre"
        both = f"{now.text} mot {before.text}"
        return Sentence(
            "Upptäckt",
            f"Polisen har upptäckt {word} {swedish.lower_first(name)}, {both} i fjol, "
            "vilket mest säger hur polisen har arbetat.",
            both,
        )
    if verdict == "ökar":
        text = f"{name} ökar: {both} i fjol, mer än vad slumpen brukar ge."
        return Sentence("Fler", text, both)
    if verdict == "minskar":
        text = f"{name} minskar: {both} i fjol, och skillnaden är troligen ingen slump."
        return Sentence("Färre", text, both)
    if now.value == before.value:
        text = f"{name}: {alone_same(now.text)} i fjol."
        return Sentence("Ingen säker förändring", text)
    text = f"{name}: {both} i fjol, en skillnad som kan vara slump."
    return Sentence("Ingen säker förändring", text, both)


def alone_same(number: str) -> str:
    """Equal counts need no word about chance."""
    return f"{number} anmälda, lika många som"


def rate(row: dict, whole: dict | None) -> list[Sentence]:
    """How many per inhabitant, how sure, and the municipality's own figure."""
    per = cells.read(row, "rate_per_1000_quarter")
    if per.kind == "not_computed":
        reason = row.get("rate_reason")
        told = (
            f": {swedish.lower_first(reason.rstrip('.'))}"
            if isinstance(reason, str)
            else ""
        )
        return [Sentence("Per invånare", f"Inget tal per invånare räknas här{told}.")]
    if not per.is_shown:
        return []
    lower, upper = swedish.rate(row["rate_lower"]), swedish.rate(row["rate_upper"])
    strong = f"{per.text} anmälda per 1{swedish.NO_BREAK}000 invånare"
    text = f"Det är {strong} och kvartal, troligen mellan {lower} och {upper}"
    other = cells.read(whole, "rate_per_1000_quarter") if whole is not None else None
    if other is not None and other.is_shown:
        text += f"; hela kommunen har {other.text}"
    return [Sentence("Per invånare", f"{text}.", strong)]


def finding(name: str, row: dict) -> str:
    """A heading of evidence: a finding if the verdict is clear, else neutral."""
    told = change(name, row)
    if told.kind in ("Fler", "Färre"):
        return f"{told.text.split(': ')[0]}: {told.strong} i fjol"
    if told.kind == "Upptäckt":
        return f"{told.text.split(',')[0]}: {told.strong} i fjol"
    return f"{name}, kvartal för kvartal"


def _gaps(publication: Publication) -> list[Sentence]:
    """What is not known: deliveries that did not come, else offences without area."""
    deliveries = publication.deliveries
    late = deliveries[
        (deliveries["period"] == str(publication.cycle)) & ~deliveries["is_delivered"]
    ]
    if len(late):
        names = sorted(set(late["source_name"]), key=swedish.sort_key)
        who = swedish.lower_first(names[0]) if len(names) == 1 else "flera källor"
        text = f"Leverans saknas från {who}. Siffrorna är inte fullständiga."
        return [Sentence("Saknas", f"{text}")]
    rows = publication.table("area_id").frame.to_dict("records")
    found = {row["area_id"]: cells.read(row, "n_offences") for row in rows}
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
    rows = table.frame.to_dict("records")
    return [row | {"name": table.category_names[row["category"]]} for row in rows]


def _groups() -> set[str]:
    from lagesbild.offences import load_categories

    return {*load_categories()["group"], *ALL}


def _is_change(row: dict) -> bool:
    counts = ("n_offences", "n_offences_last_year")
    both = all(cells.read(row, name).is_shown for name in counts)
    return both and row["verdict"] in ("ökar", "minskar")


def _largest_first(rows: list[dict]) -> list[dict]:
    """By shown counts only; hidden ones stay last, in alphabetical order."""

    def key(row: dict) -> tuple:
        value = cells.read(row, "n_offences").value
        return (value is None, -(value or 0), swedish.sort_key(row["name"]))

    return sorted(rows, key=key)


def _up(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["verdict"] == "ökar"]


def _down(rows: list[dict]) -> list[dict]:
    return [row for row in rows if row["verdict"] == "minskar"]

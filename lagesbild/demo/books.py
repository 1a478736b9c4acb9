"""What each organisation has written in its own system about one quarter.

In: the reports of ``demo.events`` in one quarter. Out: one book a source, one row a
report as that organisation knows it, with how its place is written, its faults and
what will become of it. Next: ``demo.deliveries`` makes files of the books.
All that is drawn by chance is drawn here, from one stream a source and quarter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.demo import dirt, events, gazetteer
from lagesbild.demo.personal import draw_personal, write_free_texts
from lagesbild.period import Period

POLICE_FORM_B_FROM = Period("2025-K4")
"""The police deliver Excel without keys before it, and text with keys from it."""
CORRECTED = {
    "polisen": ("2022-K2", "2023-K4", "2025-K2", "2025-K4", "2026-K2"),
    "kommunen_fel": ("2023-K1", "2024-K3", "2026-K1", "2026-K3"),
    "bostadsbolaget": ("2024-K1", "2025-K3", "2026-K2"),
    "raddningstjansten": ("2023-K2", "2026-K2"),
}
"""Quarters of which a source sends the whole file again, corrected."""

_LOCALITY = {
    "polisen": "none",
    "kommunen_fel": "column",
    "bostadsbolaget": "text",
    "raddningstjansten": "column",
}
_KEY = {
    "polisen": "P",
    "kommunen_fel": "F",
    "bostadsbolaget": "S",
    "raddningstjansten": "B",
}
_SHOWS_KEY = ("form_b", "kommunen_fel", "bostadsbolaget")
_LATE, _ADDED, _WITHDRAWN, _REWRITTEN = 0.012, 0.006, 0.015, 0.02
_DOUBLED, _CONFLICTING = 0.005, 0.002
_LEAST_TO_CORRECT = 15  # a withdrawn row of fewer would be a suspicious drop

# How a source's coordinates are given, and the share of its rows; the rest are good.
_POINTS = {
    "form_b": {"saknas": 0.06, "noll": 0.010, "mitt": 0.003, "ombytt": 0.004},
    "kommunen_fel": {"saknas": 0.45, "noll": 0.005, "mitt": 0.002, "ombytt": 0.010},
}
# Kind of fault that makes a row impossible to use, the share of its rows, and the
# reason's code in quarantine.
_FAULTS = {
    "form_a": {"ogiltigt_datum": 0.001, "ogiltig_tid": 0.001, "omvand_tid": 0.001,
               "ogiltigt_antal": 0.001, "inte_brott": 0.003},
    "form_b": {"ogiltigt_datum": 0.001, "omvand_tid": 0.002, "inte_brott": 0.003},
    "kommunen_fel": {"okand_typ": 0.004, "saknar_datum": 0.002},
    "bostadsbolaget": {"okand_typ": 0.006},
    "raddningstjansten": {"ogiltigt_datum": 0.004},
}  # fmt: skip
OTHER_MUNICIPALITY_FAULT = "annan_kommun"
_NAMES_MUNICIPALITY = ("form_b", "raddningstjansten")


def form_of(source: str, quarter: Period) -> str:
    """The shape of a source's file: the police have two, the others their own."""
    if source != "polisen":
        return source
    return "form_b" if quarter >= POLICE_FORM_B_FROM else "form_a"


def make_books(quarter: Period, *, seed: int, scale: float) -> dict[str, pd.DataFrame]:
    """What the sources have written about a quarter.

    Parameters
    ----------
    quarter : Period
    seed : int
    scale : float
        Multiplies the number of events.

    Returns
    -------
    dict
        Source → frame, one row a report, by when it was reported: the columns of
        ``events.draw_quarter`` and ``dirt.write_places``; ``key`` (not all files show
        it); ``note``, ``note_datum``, ``contact`` (free texts and the personal data in
        them); ``point`` (how coordinates are told: good, none or a kind of error),
        ``told_e`` and ``told_n``; ``fault`` (reason for which the row will be rejected,
        ""); ``again_…`` (the place as a corrected file writes it); and the flags
        ``is_late``, ``is_added``, ``is_withdrawn``, ``is_rewritten``, ``is_doubled``,
        ``is_conflicting``.
    """
    drawn = events.draw_quarter(quarter, seed=seed, scale=scale)
    number = (quarter.year - 2000) * 4 + quarter.number
    books = {}
    for i, (source, told) in enumerate(drawn.items()):
        rng = np.random.default_rng([seed, number, 100 + i])
        books[source] = _make_book(source, told, quarter, rng)
    return books


def _make_book(
    source: str, told: pd.DataFrame, quarter: Period, rng: np.random.Generator
) -> pd.DataFrame:
    form = form_of(source, quarter)
    written = dirt.write_places(told, locality=_LOCALITY[source], rng=rng)
    again = written
    if quarter.label in CORRECTED[source]:
        again = dirt.write_places(told, locality=_LOCALITY[source], rng=rng)
    book = pd.concat([told, written, again.add_prefix("again_")], axis="columns")
    if form == "form_b":  # one row an offence, where form A has a column for how many
        book = book.loc[book.index.repeat(book["n_offences"])].assign(n_offences=1)
        book = book.reset_index(drop=True)
    start = f"{_KEY[source]}{quarter.year % 100}K{quarter.number}-"
    book["key"] = [f"{start}{10_000 + i}" for i in range(len(book))]
    book = _add_notes(book, source, rng)
    book = _add_points(book, form, rng)
    book = _add_faults(book, form, rng)
    return _add_fates(book, source, quarter, rng)


def _add_notes(
    book: pd.DataFrame, source: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Free texts, and whom to call; the police and the rescue service send none."""
    blank = {"note": "", "note_datum": "", "contact": ""}
    if source not in ("kommunen_fel", "bostadsbolaget"):
        return book.assign(**blank)
    notes = write_free_texts(len(book), rng)
    people = draw_personal(len(book), rng)["datum"].where(rng.random(len(book)) < 0.15)
    return book.assign(
        note=notes["text"].to_numpy(),
        note_datum=notes["datum"].to_numpy(),
        contact=people.fillna("").to_numpy(),
    )


def _add_points(
    book: pd.DataFrame, form: str, rng: np.random.Generator
) -> pd.DataFrame:
    """The coordinates that are told: a few metres off, or wrong in a known way."""
    number = len(book)
    shares = _POINTS.get(form)
    if shares is None:
        return book.assign(point="finns_inte", told_e=np.nan, told_n=np.nan)
    point = rng.choice(
        [*shares, ""], number, p=[*shares.values(), 1 - sum(shares.values())]
    ).astype(object)
    is_without = book["dirt"] == "annan_kommun"
    if form == "form_b":
        # the police's system gets its point from the address: none found, no point
        is_without |= ~book["is_placeable"].astype(bool)
    point[is_without.to_numpy()] = "saknas"
    off = rng.uniform(-6, 6, (number, 2))  # less than an address keeps from a border
    spots = book[["e", "n"]].to_numpy() + off
    middle = gazetteer.make_places().set_index("namn").loc["Stora torget", ["e", "n"]]
    spots[point == "mitt"] = middle.to_numpy("float64")
    spots[point == "saknas"] = np.nan
    return book.assign(point=point, told_e=spots[:, 0], told_n=spots[:, 1])


def _add_faults(
    book: pd.DataFrame, form: str, rng: np.random.Generator
) -> pd.DataFrame:
    """What makes a row impossible to use."""
    shares = _FAULTS[form]
    fault = rng.choice(
        [*shares, ""], len(book), p=[*shares.values(), 1 - sum(shares.values())]
    ).astype(object)
    if form in _NAMES_MUNICIPALITY:
        fault[(book["dirt"] == "annan_kommun").to_numpy()] = OTHER_MUNICIPALITY_FAULT
    return book.assign(fault=fault)


def _add_fates(
    book: pd.DataFrame, source: str, quarter: Period, rng: np.random.Generator
) -> pd.DataFrame:
    """Which rows come late or twice, and which a corrected file changes.

    A row has one fate at most. Rows that are rejected or protected have none: their
    truth would be hard to tell.
    """
    number = len(book)
    is_plain = (book["fault"] == "") & ~book["category"].isin(events.PROTECTED)
    left = list(rng.permutation(np.flatnonzero(is_plain & (book["n_offences"] == 1))))
    differs = (book["text"] != book["again_text"]).to_numpy()
    has_place = (book["text"] != "").to_numpy()  # without, it is finished as it is

    def take(share: float, *, wanted: bool = True) -> np.ndarray:
        chosen = np.zeros(number, dtype=bool)
        if wanted:
            n_taken = min(max(round(number * share), 1), len(left))
            chosen[[left.pop() for _ in range(n_taken)]] = True
        return chosen

    sends_again = quarter.label in CORRECTED[source] and number >= _LEAST_TO_CORRECT
    is_keyed = form_of(source, quarter) in _SHOWS_KEY
    has_repeats = source != "raddningstjansten"  # there, identical rows are two events
    book = book.assign(
        is_late=take(_LATE, wanted=number >= _LEAST_TO_CORRECT),
        is_added=take(_ADDED, wanted=sends_again),
        is_withdrawn=take(_WITHDRAWN, wanted=sends_again),
        is_rewritten=take(_REWRITTEN, wanted=sends_again) & differs,
        is_doubled=take(_DOUBLED, wanted=has_repeats and number >= _LEAST_TO_CORRECT),
        is_conflicting=take(_CONFLICTING, wanted=has_repeats and is_keyed) & has_place,
    )
    for column in dirt.COLUMNS:
        again = book[f"again_{column}"]
        book[f"again_{column}"] = again.where(book["is_rewritten"], book[column])
    return book


def rewrite(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as a corrected file has them: some places are written anew."""
    return rows.assign(**{name: rows[f"again_{name}"] for name in dirt.COLUMNS})


def can_be_placed(rows: pd.DataFrame) -> pd.Series:
    """Whether the row tells its true area, by text or by coordinates.

    False where text and coordinates contradict each other, and for protected classes.
    """
    good_point = rows["point"] == ""
    misleads = rows["dirt"].isin(("fel_ort", "annan_kommun"))
    contradicts = rows["point"] == "mitt"
    can = (rows["is_placeable"] | (good_point & ~misleads)) & ~contradicts
    return can.astype(bool) & ~rows["category"].isin(events.PROTECTED)

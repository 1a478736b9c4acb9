"""The files that four organisations send each quarter, and what is true of each row.

In: the books of ``demo.books``. Out: one ``Delivery`` a file: the table to write, when
it came, and its truth. Next: ``demo.make_demo`` writes them.
A quarter's file holds the book but for what comes late, then what came late from the
quarter before, some rows twice. A corrected file holds the quarter as it should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from lagesbild.demo import books, events
from lagesbild.demo.shapes import SHAPES, Shape
from lagesbild.period import Period

FIRST_QUARTER, LAST_QUARTER = Period("2021-K1"), Period("2026-K3")
_DAYS_TO_FILE, _DAYS_TO_CORRECTION = 12, 33
_ORDER_SEED = 71


@dataclass(frozen=True)
class Delivery:
    """One file of one source.

    Attributes
    ----------
    file_name : str
    shape : Shape
    table : DataFrame
        As the sender's file holds it, the sender's headings.
    title : tuple of str
        Rows above the headings.
    received : datetime
        When it came; the time of change of the file.
    truth : DataFrame
        One row, one row of the file; see ``demo.truth``.
    personal : DataFrame
        One row, one planted personal datum: ``rad``, ``kolumn``, ``uppgift``.
    """

    file_name: str
    shape: Shape
    table: pd.DataFrame
    title: tuple[str, ...]
    received: datetime
    truth: pd.DataFrame
    personal: pd.DataFrame


def make_deliveries(n_quarters: int, *, seed: int, scale: float) -> Iterator[Delivery]:
    """All files of the last quarters, oldest first.

    Parameters
    ----------
    n_quarters : int
        1–23; the last is 2026-K3. A file is the same however many quarters are made.
    seed : int
    scale : float
        Multiplies the number of events.
    """
    quarters = LAST_QUARTER.back(n_quarters)
    before = quarters[0].previous
    late: dict[str, pd.DataFrame] = {}
    if before >= FIRST_QUARTER:
        late = _late_rows(books.make_books(before, seed=seed, scale=scale))
    for quarter in quarters:
        written = books.make_books(quarter, seed=seed, scale=scale)
        for source, book in written.items():
            yield from _make_files(source, quarter, book, late.get(source))
        late = _late_rows(written)


def _late_rows(written: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {source: book[book["is_late"]] for source, book in written.items()}


def _make_files(
    source: str, quarter: Period, book: pd.DataFrame, late: pd.DataFrame | None
) -> Iterator[Delivery]:
    """The quarter's file, and the corrected one where there is one."""
    in_time = book[~book["is_late"] & ~book["is_added"]]
    rows = pd.concat([late, in_time], ignore_index=True)
    yield _deliver(source, quarter, _repeat_some(rows), n_days=_DAYS_TO_FILE)
    if not book["is_withdrawn"].any():
        return
    right = pd.concat([late, book[~book["is_late"]]], ignore_index=True)
    right = books.rewrite(right[~right["is_withdrawn"]].reset_index(drop=True))
    yield _deliver(source, quarter, right, n_days=_DAYS_TO_CORRECTION, mark="_rattad")


def _repeat_some(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with some twice: identical further down, or an unfinished one above."""
    rng = np.random.default_rng(_ORDER_SEED)
    order = np.arange(len(rows), dtype="float64")
    twice, conflicting = (rows[rows[f]] for f in ("is_doubled", "is_conflicting"))
    unfinished = conflicting.assign(tail="", number="", text="", street="", personal="")
    steps = rng.uniform(0.5, 30.5, len(twice)), rng.uniform(0.5, 30.5, len(unfinished))
    parts = [
        rows.assign(repeats="", order=order),
        twice.assign(repeats="dubblett", order=order[twice.index] + steps[0]),
        unfinished.assign(
            repeats="dubblett_nyckel", order=order[unfinished.index] - steps[1]
        ),
    ]
    joined = pd.concat(parts).sort_values("order", kind="stable", ignore_index=True)
    return joined.drop(columns="order")


def _deliver(
    source: str, quarter: Period, rows: pd.DataFrame, *, n_days: int, mark: str = ""
) -> Delivery:
    shape = SHAPES[books.form_of(source, quarter)]
    name = shape.name.format(f"{quarter.label}{mark}")
    rows = rows.assign(repeats=rows.get("repeats", ""))
    at_noon = datetime(*quarter.end.timetuple()[:3], 10, tzinfo=UTC)
    return Delivery(
        file_name=name,
        shape=shape,
        table=shape.to_table(rows),
        title=tuple(line.format(quarter.name) for line in shape.title),
        received=at_noon + timedelta(days=n_days),
        truth=_tell_truth(name, source, quarter, rows),
        personal=_tell_personal(name, shape, rows),
    )


def _tell_truth(
    name: str, source: str, quarter: Period, rows: pd.DataFrame
) -> pd.DataFrame:
    is_late = rows["reported"] < pd.Timestamp(quarter.start)
    return pd.DataFrame(
        {
            "fil": name,
            "rad": np.arange(1, len(rows) + 1),
            "kalla": source,
            "nyckel": rows["key"],
            "handelse": rows["event"],
            "kategori": rows["category"],
            "omrade_id": events.areas_of(rows),
            "kan_placeras": books.can_be_placed(rows),
            "smuts": rows["dirt"],
            "koordinat": rows["point"],
            "avvisas": rows["fault"].mask(rows["repeats"] != "", rows["repeats"]),
            "skyddad": rows["category"].isin(events.PROTECTED),
            "sen": is_late,
            "aterkallas": rows["is_withdrawn"],
            "rattas": rows["is_rewritten"],
            "tillkommer": rows["is_added"],
        }
    )


def _tell_personal(name: str, shape: Shape, rows: pd.DataFrame) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "fil": name,
                "rad": rows.index + 1,
                "kolumn": heading,
                "uppgift": rows[column],
            }
        )
        for column, heading in shape.personal.items()
    ]
    told = pd.concat(parts, ignore_index=True)
    return told[told["uppgift"] != ""].sort_values(["rad", "kolumn"])

"""The door for words: what of a register an audience may read.

In: a register's rows, its declaration and an audience. Out: ``ProtectedText``, the only
form in which written words reach a page. Next: ``Publication.texts``.

It fails closed. A row passes only if it is marked for the audience, a column only if it
is declared publishable, and a row of the police reaches ``offentlig`` only from the day
they approved it. A cell in which personal data or a name is found is withheld whole,
outside ``intern``: what stands round a name points at the same person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from lagesbild.agreement.contract import (
    INTERNAL,
    KEY,
    VISIBLE_FOR,
    WITHHELD,
    Register,
)
from lagesbild.audiences import AUDIENCES
from lagesbild.clean.given_names import find_people
from lagesbild.clean.names import find_names
from lagesbild.clean.personal_data import mask_personal_data
from lagesbild.errors import ProtectError, UsageError

_PUBLIC, _POLICE = AUDIENCES[-1], "polis"
_LEAST_NAME = 2


@dataclass(frozen=True)
class ProtectedText:
    """What an audience may read of a register.

    Attributes
    ----------
    register, audience : str
    rows : DataFrame
        One row, one row of the register, in its order; only the columns that the
        audience may have. A cell that is withheld holds "visas inte".
    n_withheld : int
        How many cells are withheld because of what they hold.
    """

    register: str
    audience: str
    rows: pd.DataFrame = field(repr=False)
    n_withheld: int = 0


def texts_for(
    frame: pd.DataFrame, register: Register, audience: str, *, as_of: date
) -> ProtectedText:
    """Let through what an audience may read of a register.

    Parameters
    ----------
    frame : DataFrame
        From ``agreement.reading.read_sheet``.
    register : Register
    audience : str
        intern, radet or offentlig.
    as_of : date
        The day the page is about; an approval after it does not count.

    Returns
    -------
    ProtectedText

    Raises
    ------
    UsageError
        If the audience is unknown.
    ProtectError
        If personal data is left in what would pass.
    """
    if audience not in AUDIENCES:
        raise UsageError(f"Mottagaren '{audience}' finns inte.")
    is_internal = audience == INTERNAL
    rows = frame[_is_for(frame, audience, as_of)]
    rows = rows[register.names(publishable=not is_internal)].reset_index(drop=True)
    people = _people_of(frame, register)
    n_withheld = 0
    for name in _worded(register, rows):
        masked, is_private = _find_private(rows[name], people)
        # the internal reader sees the sentence, without who it is about
        told = masked if is_internal else rows[name].mask(is_private, WITHHELD)
        n_withheld += int(is_private.sum())
        rows[name] = told
        # where nothing was found the same texts were just read
        if is_private.any() and _find_private(told, people)[1].any():
            raise ProtectError(
                f"Registret {register.file}, kolumn {_heading(register, name)}, "
                "innehåller personuppgifter som inte gick att ta bort. Rätta raden."
            )
    return ProtectedText(register.key, audience, rows, 0 if is_internal else n_withheld)


def list_withheld(frame: pd.DataFrame, register: Register) -> list[tuple[int, str]]:
    """Cells that would be withheld: row of the sheet and heading, never the value."""
    people = _people_of(frame, register)
    return [
        (int(row), _heading(register, name))
        for name in _worded(register, frame)
        for row in frame.index[_find_private(frame[name], people)[1]]
    ]


def _is_for(frame: pd.DataFrame, audience: str, as_of: date) -> pd.Series:
    """Whether each row is marked for the audience; one with a faulty mark is not."""
    if audience == INTERNAL:
        return pd.Series(True, frame.index)
    wider = VISIBLE_FOR[VISIBLE_FOR.index(audience) :]
    passes = frame["visible_for"].isin(wider) & frame["owner"].notna()
    if audience == _PUBLIC:
        approved = frame["approved_on"] <= pd.Timestamp(as_of)
        passes &= (frame["owner"] != _POLICE) | approved
    return passes


def _worded(register: Register, frame: pd.DataFrame) -> list[str]:
    keys = [c.name for c in register.columns if c.kind == KEY]
    return [n for n in (*register.written(), *keys) if n in frame.columns]


def _heading(register: Register, name: str) -> str:
    return next(c.heading for c in register.columns if c.name == name)


def _people_of(frame: pd.DataFrame, register: Register) -> frozenset[str]:
    """Names that any text of the register tells are names; they are so everywhere."""
    found = set()
    for name in register.written():
        for text in frame[name].dropna():
            spans = [*find_names(text), *find_people(text)]
            found |= {text[start:end] for start, end in spans}
    return frozenset(n for n in found if len(n.split()) >= _LEAST_NAME)


def _find_private(
    texts: pd.Series, people: frozenset[str]
) -> tuple[pd.Series, pd.Series]:
    """The texts with what is private masked, and which had any."""
    told = texts.dropna()
    if told.empty:
        return texts, pd.Series(False, texts.index)
    masked, _ = mask_personal_data(told)
    masked = masked.map(lambda text: _mask_people(text, people)).astype("str")
    is_private = (masked != told).reindex(texts.index, fill_value=False)
    return texts.where(~is_private, masked.reindex(texts.index)), is_private


def _mask_people(text: str, people: frozenset[str]) -> str:
    for start, end in reversed(find_people(text)):
        text = f"{text[:start]}[namn]{text[end:]}"
    for name in sorted(people, key=len, reverse=True):
        text = text.replace(name, "[namn]")
    return text

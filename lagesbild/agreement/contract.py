"""What a register is: its columns, what each may hold, and who may read it.

In: nothing. Out: ``Column`` and ``Register``, frozen values, and the columns that all
registers have. ``tables`` says which registers there are; ``reading`` holds files to
them, ``templates`` writes them empty, ``protect.texts`` lets through what they mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

TEXT, ROLE, KEY, WORD, DAY, NUMBER = "text", "role", "key", "word", "day", "number"
QUARTER, AREA, AREAS, CATEGORY, GROUP = "quarter", "area", "areas", "category", "group"
WRITTEN = (TEXT, ROLE)
"""Kinds that people write in their own words: they may hold what must not be told."""
VISIBLE_FOR = ("intern", "radet", "offentlig")
OWNERS = ("kommun", "polis")
INTERNAL = VISIBLE_FOR[0]
WITHHELD = "visas inte"
"""What stands in a cell that holds what its audience may not read."""

Cells = Mapping[str, str]
Rule = Callable[[Cells], list[tuple[str, str]]]
"""A row's cells by heading → headings that are wrong together, and what to do."""


@dataclass(frozen=True)
class Column:
    """One column of a register.

    Attributes
    ----------
    heading, name : str
        In the sheet (Swedish), and ours.
    kind : str
        text, role, key, word, day, number, quarter, area, areas (separated by "|"),
        category or group.
    help : str
        What to write, in Swedish, for the sheet of instructions.
    is_required : bool
    is_publishable : bool
        Whether it may stand on a page of an audience that the row is marked for. What
        is not so marked is read by ``intern`` alone.
    words : tuple of str
        The only ones a column of kind word may hold.
    """

    heading: str
    name: str
    kind: str
    help: str
    is_required: bool = False
    is_publishable: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """One register: a sheet that the two organisations keep.

    Attributes
    ----------
    key, file, title : str
        Ours, the file's name without its ending, and the Swedish heading.
    one_row : str
        What one row is, in Swedish.
    columns : tuple of Column
    unique : function, optional
        A row's cells → what no other row may have too; none: rows may be alike.
    unique_at : str
        The heading at which a second row is told.
    rules : tuple of functions
        What cells of a row must be together.
    """

    key: str
    file: str
    title: str
    one_row: str
    columns: tuple[Column, ...]
    unique: Callable[[Cells], tuple[str, ...]] | None = None
    unique_at: str = ""
    rules: tuple[Rule, ...] = ()

    @property
    def headings(self) -> list[str]:
        """The headings of the sheet, in order."""
        return [column.heading for column in self.columns]

    @property
    def required(self) -> list[str]:
        """The headings that must be there."""
        return [c.heading for c in self.columns if c.is_required]

    def names(self, *, publishable: bool = False) -> list[str]:
        """Our names of the columns; of those that may be published, if asked."""
        wanted = [c for c in self.columns if c.is_publishable or not publishable]
        return [column.name for column in wanted]

    def written(self) -> list[str]:
        """Our names of the columns that people write in their own words."""
        return [c.name for c in self.columns if c.kind in WRITTEN]


def own(heading: str, name: str, kind: str, help: str, **more: object) -> Column:
    """Declare a column that is for ``intern`` alone."""
    return Column(heading, name, kind, help, **more)


def told(heading: str, name: str, kind: str, help: str, **more: object) -> Column:
    """Declare a column that may be published where its row is marked for it."""
    return Column(heading, name, kind, help, is_publishable=True, **more)


NOTE = own("anteckning", "note", TEXT, "Egen anteckning. Visas bara för intern.")
MARKS = (
    own(
        "agare",
        "owner",
        WORD,
        "Vems uppgift raden är. Fylls i när raden ska visas utanför intern.",
        words=OWNERS,
    ),
    own(
        "synlighet",
        "visible_for",
        WORD,
        "Vem som får se raden. Tomt betyder intern.",
        words=VISIBLE_FOR,
    ),
    own(
        "godkand_av_polisen",
        "approved_on",
        DAY,
        "Dag då polisen godkände att deras rad visas för offentlig.",
    ),
)


def check_marks(cells: Cells) -> list[tuple[str, str]]:
    """Refuse a row for others that says neither whose it is nor who let it go."""
    seen = cells["synlighet"] or INTERNAL
    if seen not in VISIBLE_FOR[1:]:
        return []
    if not cells["agare"]:
        return [("agare", "skriv kommun eller polis, raden ska visas för andra")]
    needs = seen == "offentlig" and cells["agare"] == "polis"
    if needs and not cells["godkand_av_polisen"]:
        what = "skriv dagen då polisen godkände att raden visas för offentlig"
        return [("godkand_av_polisen", what)]
    return []

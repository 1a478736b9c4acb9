"""What people have written, on a page: the only reader of ``ProtectedText``.

In: ``Publication.texts``. Out: rows as dicts, and their cells as Markup. A cell that is
withheld looks as a hidden number does. Used by the modules on the agreement.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup, escape

from lagesbild.agreement.contract import WITHHELD
from lagesbild.period import swedish_date
from lagesbild.present import swedish
from lagesbild.present.display import ID

if TYPE_CHECKING:
    from lagesbild.publication import Publication

NOTHING = Markup("\N{EN DASH}")


def rows_of(publication: Publication, register: str) -> list[dict]:
    """The rows of a register that the audience may read, in the register's order.

    Parameters
    ----------
    publication : Publication
    register : str
        Its key.

    Returns
    -------
    list of dict
        By our names of the columns; "" where nothing is written. Columns that the
        audience may not have are not there.
    """
    text = publication.texts.get(register)
    if text is None:
        return []
    frame = text.rows.astype("object")
    return frame.where(text.rows.notna(), "").to_dict("records")


def written(value: object, *, begins: bool = False) -> Markup:
    """A written cell; "" is a dash, and a withheld one says so.

    ``begins``: its first letter becomes a capital.
    """
    if value == WITHHELD:
        return Markup('<span class="hid">{}</span>').format(WITHHELD)
    if begins:
        value = swedish.upper_first(str(value))
    return escape(str(value)) if value not in (None, "") else NOTHING


def paragraphs(value: str, *, label: str = "") -> Markup:
    """Written text as paragraphs, a new one at each line; the first has the label."""
    parts = [line.strip() for line in str(value).splitlines() if line.strip()]
    told = [written(part) for part in parts]
    if told and label:
        told[0] = Markup("<b>{}.</b> {}").format(label, told[0])
    return Markup("").join(Markup("<p>{}</p>").format(words) for words in told)


def day(value: object) -> Markup:
    """A day as "12 oktober 2026"; "" or missing is a dash."""
    if value in (None, "") or pd.isna(value):
        return NOTHING
    told = swedish_date(pd.Timestamp(value).date())
    return escape(told.replace(" ", swedish.NO_BREAK))


def section(key: str, title: str, *parts: Markup | str, computed: bool = False):
    """A section under its heading, marked where a program speaks in it."""
    mark = Markup('<p class="tag">Beräknat</p>') if computed else ""
    return Markup(
        '<section aria-labelledby="{id}{key}"><h2 id="{id}{key}">{title}</h2>{mark}'
        "{body}</section>"
    ).format(id=ID, key=key, title=title, mark=mark, body=Markup("").join(parts))


def lede(text: str) -> Markup:
    """A paragraph of plain words at reading width."""
    return Markup('<p class="text">{}</p>').format(text)


def table(
    key: str,
    title: str,
    heads: Iterable[str],
    rows: Iterable[Iterable[Markup | str]],
    *,
    small: str = "",
) -> Markup:
    """A table of words; on a phone each row is a card, named by its first cell."""
    heads = list(heads)
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(name) for name in heads
    )
    body = Markup("").join(_tr(list(row), heads) for row in rows)
    under = Markup("<small>{}</small>").format(small) if small else ""
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{id}{key}">'
        '<table class="stack"><caption><span id="{id}{key}">{title}</span>{under}'
        "</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    ).format(id=ID, key=key, title=title, under=under, head=head, body=body)


def _tr(row: list, heads: list[str]) -> Markup:
    first, *rest = row
    cells = Markup("").join(
        Markup('<td data-l="{}">{}</td>').format(name, cell)
        for name, cell in zip(heads[1:], rest, strict=True)
    )
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, cells)

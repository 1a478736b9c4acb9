"""Where a reader can turn for help: the part [help] of kommun.toml.

In: nothing. Out: strict settings. Used by ``workspace``, which reads them, by
``publication``, which hands the lines to the page on violence, by ``publish.gate``,
which lets no other number stand, and by ``publish.release``, which refuses lines that
nobody has called for a year.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MONTHS = 12
"""How long a number is trusted after somebody has checked it."""


class Line(BaseModel):
    """One number to call: who answers, and what whoever calls should know."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(min_length=3)]
    phone: Annotated[str, Field(pattern=r"^\+?\d[\d -]+\d$")]
    about: str = ""


class Help(BaseModel):
    """Where readers can turn; no other number or address may stand on a page.

    ``phones`` and ``emails`` are what words on pages may hold. ``lines`` are shown on
    the page on violence after 112, in this order; ``checked_on`` is the day on which
    somebody last made sure that they are right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    checked_on: date | None = None

    def find_fault(self, as_of: date) -> str | None:
        """What keeps the lines from being handed out; None if nothing does.

        Parameters
        ----------
        as_of : date
            The day that the pages are handed out.

        Returns
        -------
        str or None
            In Swedish, the end of a list of what is missing.
        """
        if not self.lines:
            return "telefonnummer att ringa för hjälp: [[help.lines]] i kommun.toml"
        if self.checked_on is None:
            return (
                "checked_on under [help] i kommun.toml: dagen då numren kontrollerades"
            )
        if is_stale(self.checked_on, as_of):
            return (
                f"en ny kontroll av numren under [help] i kommun.toml: checked_on är "
                f"{self.checked_on}, mer än {MONTHS} månader före {as_of}"
            )
        return None


def is_stale(checked_on: date, as_of: date) -> bool:
    """Whether more than twelve months have gone since the numbers were checked."""
    # 29 February a year ago was the 28th
    last_year = (as_of.year - MONTHS // 12, as_of.month, as_of.day)
    return (checked_on.year, checked_on.month, checked_on.day) < last_year


def dialled(phone: str) -> str:
    """A number as a telephone dials it: "020-50 50 50" is 020505050."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")

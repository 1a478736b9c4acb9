"""The parts of a page that tell of the agreement: plan, promises, council and law.

In: a ``Publication``. Out: ``Shown``, a section or several. Each part is one entry of
``PARTS``. Used by notebooks as ``show_agreement(publication, "plan")``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import council, plan, promises, words
from lagesbild.present.display import Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication


def show_agreement(
    publication: Publication, part: str, *, before: Publication | None = None
) -> Shown:
    """Show one part of what the two organisations have agreed on.

    Parameters
    ----------
    publication : Publication
    part : str
        A name in ``PARTS``.
    before : Publication, optional
        What the audience was handed last, for "situation".

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If there is no such part.
    ProtectError
        If a computed word is unknown.
    """
    if part not in PARTS:
        raise UsageError(f"Delen '{part}' finns inte. Välj {', '.join(PARTS)}.")
    if part == "situation":
        return Shown(council.situation(publication, before), text=part)
    return Shown(_PARTS[part](publication), text=part)


def _plan_table(publication: Publication) -> Markup:
    parts = (plan.tally(publication), plan.table(publication))
    return words.section("plan", plan.heading(publication), *parts, computed=True)


def _standing(publication: Publication) -> Markup:
    body = promises.standing(publication)
    return words.section("lage", "Hur det går med löftena", body, computed=True)


def _promise_table(publication: Publication) -> Markup:
    parts = (promises.standing(publication), promises.short_table(publication))
    return words.section("lofte", "Löftena till invånarna", *parts, computed=True)


def _dialogues(publication: Publication) -> Markup:
    body = promises.dialogues(publication)
    return words.section("dialog", "Vad människor har sagt", body)


_PARTS: dict[str, Callable[[Publication], Markup]] = {
    "plan": plan.chains,
    "plan_table": _plan_table,
    "promise_status": _standing,
    "promises": promises.each,
    "promise_table": _promise_table,
    "dialogues": _dialogues,
    "opening": council.opening,
    "in_short": council.in_short,
    "signals": council.signals,
    "law": council.law,
    "wheel": council.wheel,
    "due": council.due,
    "open_issues": council.open_issues,
}
PARTS = (*_PARTS, "situation")

"""The parts of a page that tell of the agreement: plan, promises, council and law.

In: a ``Publication``. Out: ``Shown``, a section or several. Each part is one entry of
``_PARTS``. Used by notebooks as ``show_agreement(publication, "plan")``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import plan, words
from lagesbild.present.display import Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication


def show_agreement(publication: Publication, part: str) -> Shown:
    """Show one part of what the two organisations have agreed on.

    Parameters
    ----------
    publication : Publication
    part : str
        "plan_status", "plan" or "plan_table".

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
    if part not in _PARTS:
        raise UsageError(f"Delen '{part}' finns inte. Välj {', '.join(_PARTS)}.")
    return Shown(_PARTS[part](publication), text=part)


def _plan_status(publication: Publication) -> Markup:
    body = plan.tally(publication)
    return words.section("status", plan.heading(publication), body, computed=True)


def _plan_table(publication: Publication) -> Markup:
    parts = (plan.tally(publication), plan.table(publication))
    return words.section("plan", plan.heading(publication), *parts, computed=True)


_PARTS: dict[str, Callable[[Publication], Markup]] = {
    "plan_status": _plan_status,
    "plan": plan.chains,
    "plan_table": _plan_table,
}

"""What each audience may see: the part [audiences] of kommun.toml.

In: nothing. Out: strict settings, and the rule that holds for a category. Used by
``workspace``, which reads them, and by ``protect``, which keeps to them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

AUDIENCES = ("intern", "radet", "offentlig")
RELEASED = AUDIENCES[1:]
"""Those that pages can be released to; ``intern`` never leaves the house."""
LEAST_THRESHOLD = 5
PROTECTED_THRESHOLD = 10
"""For protected classes, by municipality and year, whoever reads."""
_Threshold = Annotated[int, Field(ge=1)]
_Percent = Annotated[int, Field(ge=50, le=100)]


class Rule(BaseModel):
    """How small counts are hidden.

    Counts from 1 up to but not including ``threshold`` are hidden, zeros too if
    ``protect_zeros``, and counts of which one event holds ``dominance_pct`` or more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    threshold: _Threshold = LEAST_THRESHOLD
    protect_zeros: bool = False
    dominance_pct: _Percent | None = None


class CategoryRule(BaseModel):
    """What is stricter for one category than for its audience."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    threshold: _Threshold | None = None
    protect_zeros: bool | None = None
    dominance_pct: _Percent | None = None


class Audience(Rule):
    """The rule of one audience, and of the categories in which it is stricter."""

    decision_number: str | None = None
    reason: str | None = None
    categories: dict[str, CategoryRule] = {}

    @field_validator("categories")
    @classmethod
    def _known(cls, categories: dict[str, CategoryRule]) -> dict[str, CategoryRule]:
        if categories:
            from lagesbild.offences import category_names

            unknown = sorted(set(categories) - set(category_names()))
            if unknown:
                raise ValueError(f"kategorin finns inte: {', '.join(unknown)}")
        return categories

    @model_validator(mode="after")
    def _stricter_only(self) -> Audience:
        for name, rule in self.categories.items():
            if rule.threshold is not None and rule.threshold < self.threshold:
                raise ValueError(
                    f"categories.{name}: tröskeln får inte vara lägre än mottagarens"
                )
        return self

    @property
    def has_decision(self) -> bool:
        """Whether somebody has decided on a lower threshold, and said why."""
        return all((text or "").strip() for text in (self.decision_number, self.reason))

    @property
    def hides(self) -> bool:
        """Whether any count is ever hidden for its own sake."""
        rules = [self, *(self.rule_of(name) for name in self.categories)]
        return any(r.threshold > 1 or r.protect_zeros or r.dominance_pct for r in rules)

    def rule_of(self, category: str) -> Rule:
        """The rule that holds for a category."""
        own = self.categories.get(category, CategoryRule())
        told = {k: v for k, v in own.model_dump().items() if v is not None}
        return Rule(**(self.model_dump(include=set(Rule.model_fields)) | told))

    def is_as_strict_as(self, other: Audience) -> bool:
        """Whether all that ``other`` hides for its own sake is hidden here too."""
        names = {"", *self.categories, *other.categories}
        pairs = [(self.rule_of(name), other.rule_of(name)) for name in names]
        return all(
            ours.threshold >= theirs.threshold
            and ours.protect_zeros >= theirs.protect_zeros
            and (ours.dominance_pct or 101) <= (theirs.dominance_pct or 101)
            for ours, theirs in pairs
        )


class Audiences(BaseModel):
    """The rules of the three audiences."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    intern: Audience = Audience(threshold=1)
    radet: Audience = Audience()
    offentlig: Audience = Audience()

    @model_validator(mode="after")
    def _not_below_five(self) -> Audiences:
        if self.offentlig.threshold < LEAST_THRESHOLD:
            raise ValueError("tröskeln för offentlig får inte vara under 5")
        if self.radet.threshold < LEAST_THRESHOLD and not self.radet.has_decision:
            raise ValueError(
                "tröskeln för radet får inte vara under 5 utan beslut: ange "
                "decision_number och reason"
            )
        return self

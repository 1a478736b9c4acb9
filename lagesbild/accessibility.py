"""How accessible the pages are judged to be: the part [accessibility] of kommun.toml.

In: nothing. Out: strict settings. Used by ``workspace``, which reads them, by
``publish.statement``, which tells them, and ``publish.release``, which asks for them.
Nothing here has a value of its own accord: what nobody has judged is not judged.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_Words = Annotated[str, Field(min_length=3)]
_NEEDED = ("level", "assessed_on", "method", "assessor", "feedback_url")


class Accessibility(BaseModel):
    """What the accessibility statement says that a program cannot know.

    ``level`` is how well the pages keep the law: "helt", "delvis" or "inte".
    ``assessor`` is a function or a company, never a person. ``shortcomings``,
    ``unreasonable`` (12 §) and ``exempt`` (9 §) are one sentence each, what and why.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    level: Literal["helt", "delvis", "inte"] | None = None
    assessed_on: date | None = None
    updated_on: date | None = None  # of the statement; None: when it was assessed
    method: _Words | None = None
    assessor: _Words | None = None
    feedback_url: str | None = None
    shortcomings: tuple[_Words, ...] = ()
    unreasonable: tuple[_Words, ...] = ()
    exempt: tuple[_Words, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The keys that a release to the public needs and nobody has filled in."""
        return [name for name in _NEEDED if getattr(self, name) is None]

    @field_validator("feedback_url")
    @classmethod
    def _a_form_on_the_web(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith("https://"):
            raise ValueError("ska börja med https:// och leda till ett formulär")
        return url

    @model_validator(mode="after")
    def _says_what_is_lacking(self) -> Accessibility:
        if self.level == "helt" and self.shortcomings:
            raise ValueError('level = "helt" går inte ihop med shortcomings')
        if self.level in ("delvis", "inte") and not self.shortcomings:
            raise ValueError(
                f'level = "{self.level}" kräver att bristerna räknas upp i shortcomings'
            )
        day, updated = self.assessed_on, self.updated_on
        if day is not None and updated is not None and updated < day:
            raise ValueError("updated_on kan inte ligga före assessed_on")
        return self

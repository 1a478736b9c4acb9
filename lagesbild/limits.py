"""How large a file from outside may be: the part [limits] of kommun.toml.

In: nothing. Out: strict settings. Used by ``workspace``, which reads them, and by
every door a file comes in through, before a byte of it is read. What has no workspace
yet, as ``init``, keeps to ``USUAL``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """Bounds that the largest file of a mid-sized municipality is far below.

    ``max_file_mb`` is of a delivery, a register or a file of statistics, and of what a
    workbook unpacks to as text; a map may be twice as large.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    max_file_mb: Annotated[int, Field(ge=1, le=1000)] = 50
    max_rows: Annotated[int, Field(ge=1000, le=20_000_000)] = 500_000

    @property
    def max_bytes(self) -> int:
        return self.max_file_mb * 1_000_000


USUAL = Limits()

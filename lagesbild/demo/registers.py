"""The demo's registers: invented decisions and an invented assessment.

In: nothing. Out: register/beslut.csv and register/analys.csv, with which 2026-K2 can
be released and 2026-K3 cannot. Next: ``lagesbild release``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lagesbild import contracts
from lagesbild.agreement.registers import ANALYSES_FILE, DECISIONS_FILE
from lagesbild.demo.files import write_csv

CYCLE = "2026-K2"
_ROLES = {
    "kommunen": ("påhittad säkerhetschef", "2026-08-20", "EX-PÅHITTAT 2026:{}"),
    "polisen": ("påhittad områdespolischef", "2026-08-24", "EXP-PÅHITTAT 2026:{}"),
}
_AUDIENCES = {"radet": 41, "offentlig": 42}
_TEXT = (
    "Påhittad bedömning: kvartalet liknar det förra. Exempelrådet följer "
    "bostadsinbrotten vidare och ser inget annat som kräver nya åtgärder."
)


def write_registers(folder: Path) -> None:
    """Write both registers; what somebody has added to them stays."""
    decisions = pd.DataFrame(
        [
            (CYCLE, audience, organisation, role, day, number.format(n))
            for audience, n in _AUDIENCES.items()
            for organisation, (role, day, number) in _ROLES.items()
        ],
        columns=list(contracts.HEADINGS["decisions"]),
    )
    analysis = pd.DataFrame(
        [(CYCLE, "påhittad samordnare", _TEXT)],
        columns=list(contracts.HEADINGS["analyses"]),
    )
    for name, table in ((DECISIONS_FILE, decisions), (ANALYSES_FILE, analysis)):
        if not (folder / name).exists():
            write_csv(table, folder / name)

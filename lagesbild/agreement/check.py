"""Look through every register of a workspace, as ``lagesbild plan check`` does.

In: a workspace. Out: how many rows each register has and for whom, and the cells that
will be withheld because of what they hold. Each load that has changed is kept.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.agreement.contract import INTERNAL, VISIBLE_FOR
from lagesbild.agreement.history import record_load
from lagesbild.agreement.registers import read_all
from lagesbild.agreement.tables import REGISTERS
from lagesbild.read.reference import AREAS_FILE, load_areas
from lagesbild.workspace import Workspace, lock


def load_registers(ws: Workspace) -> dict[str, pd.DataFrame]:
    """Read every register, held to the workspace's own areas.

    Raises
    ------
    RegisterError
        Tells every fault of every register by file, row and column.
    """
    areas = None
    if (ws.reference / AREAS_FILE).is_file():
        areas = frozenset(load_areas(ws)["area_id"])
    return read_all(ws.registers, areas=areas)


def check_registers(ws: Workspace) -> tuple[dict[str, pd.DataFrame], list[dict]]:
    """Read every register and keep those that have changed.

    Parameters
    ----------
    ws : Workspace

    Returns
    -------
    dict of str to DataFrame
        The registers, by key.
    list of dict
        One a register: file, n_rows and how many of them are for intern, radet and
        offentlig (each row counted at the widest).

    Raises
    ------
    RegisterError
        As ``load_registers``; nothing is then kept.
    """
    registers = load_registers(ws)
    with lock(ws):
        record_load(ws, registers, loaded_at=pd.Timestamp.now("UTC"))
    told = []
    for key, frame in registers.items():
        seen = frame["visible_for"].fillna(INTERNAL).value_counts()
        by = {audience: int(seen.get(audience, 0)) for audience in VISIBLE_FOR}
        told.append({"file": REGISTERS[key].file, "n_rows": len(frame), **by})
    return registers, told

"""Every version of every register that was ever loaded, so that follow-up sees history.

In: registers as they were read. Out: rows of an append-only table in the private
lager/, a version only where something has changed. Personal data is masked first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pandas as pd

from lagesbild import frozen
from lagesbild.agreement.tables import REGISTERS
from lagesbild.clean.personal_data import mask_personal_data
from lagesbild.workspace import Workspace


def record_load(
    ws: Workspace, registers: Mapping[str, pd.DataFrame], *, loaded_at: pd.Timestamp
) -> dict[str, str]:
    """Keep those registers that are not as they were when last loaded.

    Parameters
    ----------
    ws : Workspace
        Locked by the caller.
    registers : mapping
        From ``registers.read_all``.
    loaded_at : Timestamp
        UTC.

    Returns
    -------
    dict of str to str
        Register's key → its version, of those with rows or a history.
    """
    stored = frozen.load_register_versions(ws)
    latest = stored.sort_values("number", kind="stable").drop_duplicates(
        "register", keep="last"
    )
    latest = latest.set_index("register")
    versions, fresh = {}, []
    for key, frame in registers.items():
        if frame.empty and key not in latest.index:
            continue
        rows = _to_rows(key, frame)
        text = json.dumps(rows["cells"].tolist(), ensure_ascii=False)
        versions[key] = hashlib.sha256(text.encode()).hexdigest()[:16]
        before = latest.loc[key] if key in latest.index else None
        if before is not None and before["version"] == versions[key]:
            continue
        number = 1 if before is None else int(before["number"]) + 1
        fresh.append(
            rows.assign(
                register=key,
                version=versions[key],
                number=number,
                loaded_at=loaded_at,
            )
        )
    if fresh:
        frozen.append_register_versions(ws, pd.concat(fresh, ignore_index=True))
    return versions


def load_versions(ws: Workspace, register: str) -> pd.DataFrame:
    """Every version of a register.

    Returns
    -------
    DataFrame
        One row, one row of one version, by version and row: number, version, loaded_at,
        row_number and the register's columns as text; a version without rows is one row
        numbered 0 with nothing in it.
    """
    stored = frozen.load_register_versions(ws)
    mine = stored[stored["register"] == register]
    mine = mine.sort_values(["number", "row_number"], ignore_index=True)
    cells = pd.DataFrame(
        mine["cells"].map(json.loads).tolist(), columns=REGISTERS[register].names()
    )
    heads = mine[["number", "version", "loaded_at", "row_number"]]
    return pd.concat([heads, cells.astype("str")], axis=1)


def _to_rows(key: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Row numbers and cells as JSON; one empty row where there are none."""
    told = frame.astype("object").where(frame.notna(), None)
    for name in REGISTERS[key].written():
        masked, _ = mask_personal_data(frame[name])
        told[name] = masked.astype("object").where(frame[name].notna(), None)
    cells = [
        json.dumps(
            {k: None if v is None else _plain(v) for k, v in row.items()},
            ensure_ascii=False,
        )
        for row in told.to_dict("records")
    ]
    if not cells:
        return pd.DataFrame({"row_number": [0], "cells": ["{}"]})
    return pd.DataFrame({"row_number": frame.index.astype("int64"), "cells": cells})


def _plain(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)

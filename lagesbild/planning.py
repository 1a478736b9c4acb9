"""What the registers and the plan give a publication, for each audience.

In: the registers, a cycle's cells and areas. Out: the words each audience may read, and
what is computed of the plan. Used by ``publication``, as ``protecting`` is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild.agreement.check import load_registers
from lagesbild.agreement.history import record_load
from lagesbild.agreement.law import check_law
from lagesbild.agreement.plan import describe_actions, judge_goals
from lagesbild.agreement.promises import describe_promises, describe_wheel
from lagesbild.agreement.reading import ENDINGS
from lagesbild.agreement.statuses import EVIDENCE
from lagesbild.agreement.tables import REGISTERS
from lagesbild.audiences import AUDIENCES, Audience
from lagesbild.measure.planned import find_effects
from lagesbild.period import Period
from lagesbild.protect.planned import tell_plan
from lagesbild.protect.texts import ProtectedText, texts_for
from lagesbild.workspace import Workspace

if TYPE_CHECKING:
    import geopandas as gpd

_BESIDE_M = 5.0
"""Areas so near each other are neighbours; drawn borders seldom meet exactly."""


@dataclass(frozen=True)
class Plan:
    """The registers on a day, and what is computed of the plan; for nobody yet.

    Attributes
    ----------
    as_of : date
    registers : dict of str to DataFrame
    found : dict of str to DataFrame
        actions, goals and effects; see ``protect.planned.tell_plan``.
    versions : dict of str to str
        Register's key → the version that was read.
    evidence : tuple of str
        Names of the files in register/bevis/.
    """

    as_of: date
    registers: dict[str, pd.DataFrame] = field(repr=False)
    found: dict[str, pd.DataFrame] = field(repr=False)
    versions: dict[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


def measure_plan(
    ws: Workspace,
    cells: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    *,
    cycle: Period,
    as_of: date,
) -> Plan:
    """Read the registers, keep what has changed in them, and measure the plan.

    Parameters
    ----------
    ws : Workspace
        Locked by the caller.
    cells : DataFrame
        From ``measure_cycle``.
    areas : GeoDataFrame
    cycle : Period
    as_of : date
        The run's day.

    Returns
    -------
    Plan

    Raises
    ------
    RegisterError
        Tells every fault of every register.
    """
    registers = load_registers(ws)
    versions = record_load(ws, registers, loaded_at=pd.Timestamp.now("UTC"))
    actions = registers["actions"]
    found = {
        "actions": describe_actions(actions, as_of=as_of),
        "goals": judge_goals(actions, cells, cycle=cycle),
        "effects": find_effects(
            actions, cells, cycle=cycle, neighbours=find_neighbours(areas)
        ),
    }
    return Plan(as_of, registers, found, versions, _evidence(ws))


def tell_words(
    plan: Plan, cells: pd.DataFrame, audience: str, rule: Audience
) -> tuple[dict[str, ProtectedText], dict[str, pd.DataFrame]]:
    """The words and the plan's findings that an audience may have.

    Parameters
    ----------
    plan : Plan
    cells : DataFrame
        The audience's cells as measured now.
    audience : str
    rule : Audience

    Returns
    -------
    dict of str to ProtectedText
        By register.
    dict of str to DataFrame
        plan, goals, effects; and promises, wheel and law, each computed from the rows
        that the audience may read, promises in their order.
    """
    texts = {
        key: texts_for(frame, REGISTERS[key], audience, as_of=plan.as_of)
        for key, frame in plan.registers.items()
    }
    found = tell_plan(
        plan.found,
        cells,
        rule=rule,
        action_ids=set(texts["actions"].rows["action_id"]),
        is_internal=audience == "intern",
    )
    return texts, found | _describe(plan, {k: t.rows for k, t in texts.items()})


def _describe(plan: Plan, rows: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """What follows from the words that an audience reads, and from nothing else."""
    promises = describe_promises(rows["promises"], as_of=plan.as_of)
    return {
        "promises": promises.drop(columns="undertaking"),
        "wheel": describe_wheel(rows["wheel"], as_of=plan.as_of),
        "law": check_law(rows, as_of=plan.as_of, files=plan.evidence),
    }


def last_releases(
    released: list[tuple[str, str]], cycle: Period
) -> dict[str, list[str]]:
    """Cycle and audience of what each was handed last before a cycle; [] if nothing.

    ``intern``, which is handed nothing, compares with the council.
    """
    intern, council, public = AUDIENCES
    found: dict[str, list[str]] = {council: [], public: []}
    for label, audience in released:  # in order of their cycles
        if Period(label) < cycle:
            found[audience] = [label, audience]
    return found | {intern: found[council]}


def find_neighbours(areas: gpd.GeoDataFrame) -> dict[str, list[str]]:
    """Which areas lie beside which: area_id → their ids, in order."""
    near, other = areas.sindex.query(areas.geometry, "dwithin", distance=_BESIDE_M)
    ids = areas["area_id"].to_numpy()
    found: dict[str, list[str]] = {area: [] for area in ids}
    for i, j in zip(near, other, strict=True):
        if i != j:
            found[ids[i]].append(ids[j])
    return {area: sorted(beside) for area, beside in found.items()}


def read_bytes(ws: Workspace) -> bytes:
    """All registers' files as they lie there, to see whether one has changed."""
    names = [r.file + ending for r in REGISTERS.values() for ending in ENDINGS]
    files = [ws.registers / name for name in names]
    told = [file.read_bytes() if file.is_file() else b"-" for file in files]
    return b"".join([*told, *(name.encode() for name in _evidence(ws))])


def _evidence(ws: Workspace) -> tuple[str, ...]:
    """The files that the register of the law may point at, by name."""
    folder = ws.registers / EVIDENCE
    return tuple(sorted(f.name for f in folder.glob("*") if f.is_file()))

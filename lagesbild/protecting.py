"""Protect every audience's cells together, and prove it, once.

In: a cycle's cells and what has been released. Out: what each audience may have.
Used by ``publication``. What was chosen and proved is remembered in the private
``lager/skydd/``, so that nothing is computed twice.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from lagesbild.errors import StoreError
from lagesbild.measure.totals import category_tree
from lagesbild.offences import load_categories
from lagesbild.protect import handed, remember
from lagesbild.protect.auditing import Once, audit_publications
from lagesbild.protect.choosing import choose_hidden
from lagesbild.protect.hide import hide_cells
from lagesbild.workspace import AUDIENCES, Workspace

MEMORY = "skydd"
HANDED_FILE = "granskade.parquet"
"""All that was proved safe, also what no page tells, beside what was handed out."""


def protect_cells(
    ws: Workspace,
    cells: pd.DataFrame,
    released: pd.DataFrame,
    before: Mapping[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Make the cells of every audience.

    Parameters
    ----------
    ws : Workspace
    cells : DataFrame
        From ``measure_cycle``, with ``add_occurred``.
    released : DataFrame
        Contract publications.
    before : mapping of str to DataFrame
        By audience, from ``load_handed``.

    Returns
    -------
    protected : dict of str to DataFrame
        By audience: quarters that have been handed out as they were, others as they
        are; in the columns of a publication.
    fresh : dict of str to DataFrame
        The same cells as they are measured now, hidden also where they are no longer
        what was handed out: what is computed of several quarters rests on these.

    Raises
    ------
    ProtectError
        If the audit fails; nothing comes out before it has passed.
    """
    present = set(cells["category"])
    tree = category_tree([c for c in load_categories()["category"] if c in present])
    rules = {name: getattr(ws.settings.audiences, name) for name in AUDIENCES}
    told = {name: rule.model_dump() for name, rule in rules.items()}
    memory = ws.lager / MEMORY
    key = remember.make_key([cells, tree, released, *before.values()], told)
    hidden, protected, fresh = False, {}, {}
    for name in sorted(AUDIENCES, key=lambda name: rules[name].threshold):
        kept = handed.find_kept(name, cells, rules=rules, handed=before)
        must = handed.find_hidden(name, cells, kept, rules=rules, released=released)
        is_new = ~cells["period"].isin(set(kept["period"]))
        choose = partial(
            choose_hidden,
            cells[is_new],
            tree,
            rule=rules[name],
            # what a lower threshold hides is hidden here too: together no more is told
            hidden_before=(must | hidden)[is_new],
        )
        chosen = remember.recall_frame(memory, f"{key}_{name}", choose)
        chosen = chosen.set_axis(cells.index[is_new])
        hidden = pd.concat([chosen, must[~is_new]]).reindex(cells.index)
        fresh[name] = hide_cells(cells, hidden)
        protected[name] = handed.restore_kept(fresh[name], kept)
    known = {"rules": rules, "released": released}
    audit = partial(audit_publications, protected, tree, **known)
    remember.recall_proof(memory, key, partial(audit, once=_remembered(memory, tree)))
    return protected, fresh


def _remembered(memory: Path, tree: pd.DataFrame) -> Once:
    """Prove a quarter once: one that was handed out years ago is as it was then."""

    def once(rows: pd.DataFrame, count: Callable[[], int]) -> int:
        key = remember.make_key([rows, tree], {"what": "kvartal"})
        return remember.recall_none(memory, key, count)

    return once


def keep_handed(folder: Path, cells: pd.DataFrame) -> None:
    """Keep the cells that were proved safe for a release, with their hash."""
    content = io.BytesIO()
    cells.to_parquet(content, index=False)
    whole = content.getvalue()
    told = hashlib.sha256(whole).hexdigest() + "\n"
    remember.keep(folder / HANDED_FILE, lambda part: part.write_bytes(whole))
    remember.keep(
        folder / f"{HANDED_FILE}.sha256", lambda part: part.write_text(told, "utf-8")
    )


def load_handed(folder: Path) -> pd.DataFrame:
    """The cells kept of a release.

    Raises
    ------
    StoreError
        If they are gone or damaged.
    """
    file = folder / HANDED_FILE
    try:
        whole = file.read_bytes()
        told = (folder / f"{HANDED_FILE}.sha256").read_text("utf-8").strip()
    except FileNotFoundError:
        whole = told = None
    if whole is None or hashlib.sha256(whole).hexdigest() != told:
        raise StoreError(
            f"Cellerna i utlämnandet {folder.parent.name}/{folder.name} saknas eller "
            "är skadade i lager/utlamnat. Lägg tillbaka mappen från säkerhetskopian."
        )
    return pd.read_parquet(io.BytesIO(whole))

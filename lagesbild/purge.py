"""Delete for good what the decision says, everywhere, and prove that nothing is left.

In: the terms of kommun.toml, or keys that somebody has decided on. Out: a store, an
archive and private folders without the rows. The tables change place all at once; what
is left to do after that stands in ``lager/gallring.json``, which holds no key, and the
next command of any kind finishes it. Closed counts and releases stay.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild import (
    journal,
    object_versions,
    purging,
    retention,
    store,
    store_anew,
    traces,
)
from lagesbild.agreement.registers import DECISIONS_FILE, read_purge_decisions
from lagesbild.archive import archived_file, write_whole
from lagesbild.clock import check_clock
from lagesbild.closing import closed_cycles
from lagesbild.errors import LockError, PublishError, PurgeError, UsageError
from lagesbild.period import Period
from lagesbild.protecting import MEMORY
from lagesbild.publication import FOLDER
from lagesbild.publish import exchange
from lagesbild.publish.batch import RUNS
from lagesbild.retention import BY_KEY, BY_RULE, PLACES, ROWS
from lagesbild.stored_form import TABLES
from lagesbild.tending import tend
from lagesbild.workspace import Workspace, lock, make_private_folder

JOURNAL = "gallring.json"
_INTERNAL = "intern"
_QUARTERS_TOLD = 4
"""01_datakvalitet tells texts of the rows of a year."""
_SHORT, _LONG = 5, 7


@dataclass(frozen=True)
class _Plan:
    """What is to be deleted, and by which decisions."""

    by: str
    current: pd.DataFrame
    layers: pd.Series  # incident_id → "rader" or "platser"
    files: list[str]  # names in the archive
    decisions: dict[str, str]  # source → number

    @property
    def rows(self) -> pd.DataFrame:
        ids = self.layers.index[self.layers == ROWS]
        return self.current[self.current["incident_id"].isin(ids)]

    @property
    def quarters(self) -> list[str]:
        is_in = self.current["incident_id"].isin(self.layers.index)
        return sorted(self.current.loc[is_in, "period"].unique())


def purge(
    ws: Workspace,
    keys: Sequence[str] = (),
    *,
    source: str | None = None,
    decision: str | None = None,
    today: date | None = None,
    is_trial: bool = False,
) -> dict:
    """Delete what has passed its term, or the reports of some keys.

    Parameters
    ----------
    ws : Workspace
    keys : sequence of str
        Senders' keys; none deletes by the terms of kommun.toml.
    source : str, optional
        Only the keys of this source.
    decision : str, optional
        Number of a decision in register/beslut.csv of the kind "gallring". Needed
        with keys; without, each source's own in kommun.toml is the decision.
    today : date, optional
        None takes the clock; an invented municipality lives by its deliveries.
    is_trial : bool
        Tell what would be deleted, and delete nothing.

    Returns
    -------
    dict
        n_rows, n_places and n_files that went; decisions; cycles, the quarters that
        can no longer be made from rows; pages, whose internal pages went; backups (at,
        fil) that hold what is gone; n_searched and n_not_searched, keys that every
        file was searched for, and those too short for that; left, one entry a file
        that still holds one: place, file, n_hits; and ok, whether none does.

    Raises
    ------
    PurgeError
        If the decision is missing, or a quarter that loses rows by rule is not closed.
    UsageError
        If a key or source is unknown.
    LockError
        If another process is writing.
    """
    with lock(ws):
        _finish(ws)
        check_clock(ws)
        store.sweep(ws)
        plan = _plan(ws, keys, source, decision, today or _today(ws))
        told = _describe(ws, plan)
        if not is_trial:
            tend(ws)  # also what was never committed has a term
        if is_trial or not (len(plan.layers) or plan.files):
            return told | {"left": [], "ok": True, "n_searched": 0, "n_not_searched": 0}
        if ws.settings.store.is_remote:  # what cannot be proved is not begun
            object_versions.count_old_versions(ws)
        _begin(ws, plan, told, today or _today(ws))
        _finish(ws)
        return told | _prove(ws, plan)


def finish(ws: Workspace) -> None:
    """Finish a purge that was cut short after its tables had changed place.

    Nothing is touched while another process writes.
    """
    if not (ws.lager / JOURNAL).exists():
        return
    try:
        with lock(ws):
            _finish(ws)
    except LockError:
        return


def _today(ws: Workspace) -> date:
    if not ws.settings.municipality.is_invented:
        return date.today()
    latest = store.load_deliveries(ws)["received_on"].max()
    return date.today() if pd.isna(latest) else latest.date()


# --- what is to go ------------------------------------------------------------------


def _plan(
    ws: Workspace,
    keys: Sequence[str],
    source: str | None,
    decision: str | None,
    today: date,
) -> _Plan:
    current, sources = purging.load_current(ws), ws.settings.sources
    if decision is not None:
        _require_decided(ws, decision)
    deliveries, by = store.load_deliveries(ws), BY_KEY if keys else BY_RULE
    if keys:
        layers = _find_keys(current, keys, source)
        is_due = pd.Series(False, index=deliveries.index)
    else:
        due = retention.find_due(current, sources, today=today)
        # a place that is gone already is not due again
        due = due.mask((due == PLACES) & ~current["has_place"])
        layers = due.set_axis(current["incident_id"]).dropna()
        is_due = retention.find_due_files(deliveries, sources, today=today)
    files = {archived_file(ws, mark) for _, mark in deliveries[is_due].iterrows()}
    plan = _Plan(by, current, layers, [], {})
    words = _words(plan.rows)[0]
    holding = traces.find_files(ws.archive, words) if words else []
    files = {file for file in files if file.exists()} | set(holding)
    decisions = _decisions(ws, plan, deliveries[is_due], decision)
    if by == BY_RULE:
        _require_closed(ws, plan.quarters)
    return _Plan(by, current, layers, sorted(f.name for f in files), decisions)


def _find_keys(
    current: pd.DataFrame, keys: Sequence[str], source: str | None
) -> pd.Series:
    rows = current if source is None else current[current["source"] == source]
    found = rows[rows["source_key"].isin(keys)]
    n_unknown = len(set(keys) - set(found["source_key"]))
    if n_unknown:
        raise UsageError(
            f"{n_unknown} av {len(set(keys))} nycklar finns inte i lagret. Skriv dem "
            "som avsändaren gör, eller ange en annan --source. Inget har gallrats."
        )
    return pd.Series(ROWS, index=found["incident_id"], dtype="str")


def _require_decided(ws: Workspace, decision: str) -> None:
    if decision not in read_purge_decisions(ws.registers / DECISIONS_FILE):
        raise PurgeError(
            f"Gallringsbeslutet '{decision}' finns inte i register/{DECISIONS_FILE}. "
            "Skriv in det där med slag gallring. Inget har gallrats."
        )


def _decisions(
    ws: Workspace, plan: _Plan, files: pd.DataFrame, decision: str | None
) -> dict[str, str]:
    """The number of the decision by source; refuses where there is none."""
    is_in = plan.current["incident_id"].isin(plan.layers.index)
    names = {*plan.current.loc[is_in, "source"], *files["source"]}
    if decision is not None:
        return dict.fromkeys(names, decision)
    if plan.by == BY_KEY:
        raise PurgeError(
            "Att gallra enskilda rader i förtid kräver ett eget gallringsbeslut: skriv "
            f"in det i register/{DECISIONS_FILE} med slag gallring och ange numret med "
            "--decision. Inget har gallrats."
        )
    found = {}
    for name in sorted(names):
        source = ws.settings.sources.get(name)
        if source is None or source.governance is None:
            raise PurgeError(
                f"Källan '{name}' har inget gallringsbeslut i kommun.toml. Ange ett "
                "med --decision. Inget har gallrats."
            )
        found[name] = source.governance.decision_number
    return found


def _require_closed(ws: Workspace, quarters: list[str]) -> None:
    """Rows of an open quarter are still what its figures are counted from."""
    still_open = sorted(set(quarters) - set(closed_cycles(ws)))
    if still_open:
        raise PurgeError(
            f"{', '.join(still_open)} är inte stängda, och rader där har passerat sin "
            f"gallringsfrist. Kör först 'lagesbild close {' '.join(still_open)}', så "
            "att antalen står kvar. Inget har gallrats."
        )


def _describe(ws: Workspace, plan: _Plan) -> dict:
    counted = plan.layers.value_counts()
    pages = {
        quarter.shift(step).label
        for quarter in map(Period, plan.quarters)
        for step in range(_QUARTERS_TOLD)
    }
    return {
        "by": plan.by,
        "n_rows": int(counted.get(ROWS, 0)),
        "n_places": int(counted.get(PLACES, 0)),
        "n_files": len(plan.files),
        "decisions": sorted(set(plan.decisions.values())),
        "cycles": plan.quarters,
        "pages": sorted(c for c in pages if (ws.outputs / c / _INTERNAL).is_dir()),
        "backups": _find_backups(ws),
    }


def _find_backups(ws: Workspace) -> list[dict]:
    """Backups made since the last purge, which named those before it."""
    lines = journal.read_lines(ws)
    last = max(
        (n for n, line in enumerate(lines) if line["what"] == "purge"), default=0
    )
    made = [line for line in lines[last:] if line["what"] == "backup"]
    return [{"at": line["at"], "fil": line["fil"]} for line in made]


# --- doing it, so that it is finished whatever happens --------------------------------


def _begin(ws: Workspace, plan: _Plan, told: dict, today: date) -> None:
    """Say what is to be done, and let the tables change place."""
    purge_id = uuid.uuid4().hex[:16]
    intent = {"purge_id": purge_id, "in_store": bool(len(plan.layers)), **told}
    intent["files"] = plan.files
    write_whole(ws.lager / JOURNAL, json.dumps(intent, ensure_ascii=False) + "\n")
    if not len(plan.layers):
        return
    about = {"purge_id": purge_id, "purged_on": today, "by": plan.by}
    purged = purging.plan_purge(
        ws, plan.current, plan.layers, **about, decisions=plan.decisions
    )
    if ws.settings.store.is_remote:
        with store_anew.exchanging(ws) as elsewhere:
            purging.write_without(ws, elsewhere, purged)
        return
    with exchange.replacing(ws.lager / TABLES) as staging:
        make_private_folder(staging)
        purging.write_without(ws, staging, purged)


def _finish(ws: Workspace) -> None:
    """Do what is left of a purge; nothing, if its tables never changed place."""
    file = ws.lager / JOURNAL
    if not file.exists():
        return
    intent = json.loads(file.read_text(encoding="utf-8"))
    done = set(store.load_purges(ws)["purge_id"])
    if not intent["in_store"] or intent["purge_id"] in done:
        for name in intent["files"]:
            (ws.archive / name).unlink(missing_ok=True)
        if intent["in_store"]:
            _remove_what_is_made_from_rows(ws, intent["pages"])
        _note(ws, intent)
    if ws.settings.store.is_remote:
        store_anew.remove_replaced(ws)
        object_versions.remove_old_versions(ws)
    file.unlink()


def _remove_what_is_made_from_rows(ws: Workspace, pages: list[str]) -> None:
    """Drafts, executed notebooks and memories: all can be made again, or may not."""
    _remove(ws.lager / FOLDER)
    _remove(ws.lager / MEMORY)
    for folder in sorted((ws.lager / RUNS).glob("*/")):
        _remove(folder)
    for cycle in pages:
        _remove(ws.outputs / cycle / _INTERNAL)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except PermissionError:
        raise PublishError(
            f"Gallringen kan inte slutföras: {folder.name} hålls öppen av ett annat "
            "program. Stäng det och kör 'lagesbild status'."
        ) from None


def _note(ws: Workspace, intent: dict) -> None:
    if intent["purge_id"] in journal.noted(ws, "purge", "gallring"):
        return
    facts = {"gallring": intent["purge_id"], "efter": intent["by"]}
    facts |= {"beslut": ", ".join(intent["decisions"]), "rader": intent["n_rows"]}
    facts |= {"platser": intent["n_places"], "filer": intent["n_files"]}
    journal.note(ws, "purge", **facts)


# --- proving it -----------------------------------------------------------------------


def _words(rows: pd.DataFrame) -> tuple[set[str], int]:
    """What to search for, and how many keys are too short to be told from numbers."""
    keys = rows["source_key"]
    is_long = keys.str.len() >= _LONG
    is_mixed = keys.str.contains(r"\d") & keys.str.contains(r"\D")
    is_told = is_long | (is_mixed & (keys.str.len() >= _SHORT))
    return {*keys[is_told], *rows["incident_id"]}, int((~is_told).sum())


def _prove(ws: Workspace, plan: _Plan) -> dict:
    """Search the store and every file for what is gone.

    Raises
    ------
    PurgeError
        If the store still holds a row or a place of it.
    """
    current = purging.load_current(ws).set_index("incident_id")
    ids = {layer: plan.layers.index[plan.layers == layer] for layer in (ROWS, PLACES)}
    n_left = int(current.index.isin(ids[ROWS]).sum())
    n_left += int(current.loc[current.index.isin(ids[PLACES]), "has_place"].sum())
    if n_left:
        raise PurgeError(f"Lagret har kvar {n_left} rader. Kör 'lagesbild purge' igen.")
    words, n_short = _words(plan.rows)
    left = traces.find_any(ws, words).to_dict("records") if words else []
    if ws.settings.store.is_remote:
        n_old = object_versions.count_old_versions(ws)
        old = {"place": "gamla versioner i hinken", "file": ws.settings.store.uri}
        left += [old | {"n_hits": n_old}] if n_old else []
    return {
        "n_searched": len(plan.rows) - n_short,
        "n_not_searched": n_short,
        "left": left,
        "ok": not left,
    }

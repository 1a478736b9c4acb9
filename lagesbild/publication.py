"""The middle: what each audience may see of a cycle, measured, protected and kept.

In: the store and the registers. Out: a ``Publication`` an audience, kept in the
private ``lager/publikationer/<cycle>/<audience>/``. Next: ``present``.
All audiences are protected and audited together, whichever are asked for; what was
chosen and proved is remembered, so that nothing is computed twice.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from lagesbild import describing, frozen, planning, protecting, shown_statistics, store
from lagesbild.errors import LockError, StoreError, UsageError
from lagesbild.made_from import state_of
from lagesbild.measure.findings import find_all
from lagesbild.measure.occurred import add_occurred
from lagesbild.measure.tables import measure_cycle
from lagesbild.period import Period
from lagesbild.protect.handed import make_record
from lagesbild.protect.kept import keep_publication, read_publication
from lagesbild.protect.published import DRAFT, Publication
from lagesbild.protect.told import leave_to_intern, tell_findings
from lagesbild.purging import find_rows_from, refuse_purged
from lagesbild.read import reference
from lagesbild.workspace import AUDIENCES, Workspace, lock

__all__ = ["Publication", "make_publications", "open_publication"]

FOLDER, HANDED = "publikationer", "utlamnat"
RELEASING = "LAGESBILD_RELEASING"
"""Names to the notebooks of a release, and to no other, the candidate they show."""
_INTERNAL = "intern"
_MARKS = {
    "intern": "Internt \u2013 kan innehålla personuppgifter",
    "radet": "Lämnas inte vidare \u2013 sekretessprövas före utlämnande",
}
_NOT_SHOWN = {"phones", "emails"}
_ROW_COUNTS = ["rows_in", "rows_stored", "rows_unchanged", "rows_quarantined"]


def make_publications(
    ws: Workspace, cycle: Period | str, *, audiences: Sequence[str] = AUDIENCES
) -> dict[str, Publication]:
    """Measure a cycle, protect it for every audience, audit it and keep it.

    What is kept already, and made from the same store, registers, settings, program
    and earlier releases, is read and not made again. What has been released is read as
    it was.

    Parameters
    ----------
    ws : Workspace
    cycle : Period or str
        A quarter.
    audiences : sequence of str
        Those to keep.

    Returns
    -------
    dict of str to Publication
        By audience.

    Raises
    ------
    UsageError
        If an audience is unknown, the cycle is no quarter or nothing has been
        delivered for it.
    ProtectError
        If the audit fails; nothing is then written.
    PurgeError
        If rows of the cycle have passed their term and are gone.
    """
    cycle, audiences = Period(str(cycle)), _known(audiences)
    with lock(ws):
        state = state_of(ws)
        kept = {name: _read(ws, cycle, name, state) for name in audiences}
        if all(kept.values()):
            return kept
        made, _ = _make_all(ws, cycle, state)
        for name in audiences:
            if kept[name] is None or kept[name].status == DRAFT:
                kept[name] = made[name]
                keep_publication(_folder(ws, cycle, name), made[name])
    return kept


def make_candidate(
    ws: Workspace, cycle: Period, audience: str, *, status: str
) -> tuple[Publication, pd.DataFrame]:
    """Make and keep what is to be released; it counts as released when recorded.

    Parameters
    ----------
    ws : Workspace
    cycle : Period
        A closed quarter.
    audience : str
        radet or offentlig.
    status : str
        Who has decided, and when; stands on every page.

    Returns
    -------
    Publication
    DataFrame
        Contract publications: the cells to record.

    Raises
    ------
    ProtectError, UsageError
        As ``make_publications``.
    """
    with lock(ws):
        made, record = _make_all(ws, cycle, state_of(ws), record_of=audience)
        publication = replace(made[audience], status=status)
        keep_publication(_handed(ws, cycle, audience), publication)
    return publication, record


def open_publication(
    ws: Workspace, cycle: Period | str, audience: str = _INTERNAL
) -> Publication:
    """Open what an audience may see of a cycle; it is made if it is not up to date.

    Parameters
    ----------
    ws : Workspace
    cycle : Period or str
        A quarter.
    audience : str
        intern, radet or offentlig.

    Returns
    -------
    Publication

    Raises
    ------
    UsageError, ProtectError
        As ``make_publications``.
    LockError
        If it must be made while another process writes in the workspace.
    """
    cycle, (audience,) = Period(str(cycle)), _known([audience])
    kept = _read(ws, cycle, audience, state_of(ws))
    if kept:
        return kept
    try:
        return make_publications(ws, cycle)[audience]
    except LockError as error:
        # a page of a batch gets here when something changed while the batch ran
        raise LockError(
            f"Siffrorna för {cycle.label} måste göras om, eftersom leveranser, "
            f"inställningar, register eller program har ändrats. {error} Gör sedan om."
        ) from None


def _folder(ws: Workspace, cycle: Period, audience: str) -> Path:
    return ws.lager / FOLDER / cycle.label / audience


def _handed(ws: Workspace, cycle: Period | str, audience: str) -> Path:
    return ws.lager / HANDED / str(cycle) / audience


def open_release(ws: Workspace, cycle: Period | str, audience: str) -> Publication:
    """Open what was released, as it was.

    Raises
    ------
    StoreError
        If its kept cells are gone or damaged.
    """
    found = read_publication(_handed(ws, cycle, audience))
    if found is None:
        raise StoreError(
            f"Det som lämnades ut till {audience} för {cycle} saknas eller är skadat i "
            "lager/utlamnat. Lägg tillbaka mappen från säkerhetskopian."
        )
    return found


def _read(
    ws: Workspace, cycle: Period, audience: str, state: dict
) -> Publication | None:
    """The publication kept, unless it is missing, half written or out of date."""
    mine = [cycle.label, audience]
    if mine in state["released"] or os.environ.get(RELEASING) == "/".join(mine):
        return open_release(ws, cycle, audience)
    found = read_publication(_folder(ws, cycle, audience))
    same = found is not None and found.meta["made_from"] == state["made_from"]
    return found if same else None


def _known(audiences: Sequence[str]) -> list[str]:
    for name in audiences:
        if name not in AUDIENCES:
            raise UsageError(
                f"Mottagaren '{name}' finns inte. Välj {', '.join(AUDIENCES)}."
            )
    return list(audiences)


def _load(ws: Workspace) -> dict[str, pd.DataFrame]:
    return {
        "incidents": store.load_incidents(ws),
        "deliveries": store.load_deliveries(ws),
        "ready_counts": store.load_ready_counts(ws),
        "closed_counts": store.load_closed_counts(ws),
        "closed_contributors": frozen.load_closed_contributors(ws),
        "quarantine": store.load_quarantine(ws),
        "notices": store.load_notices(ws),
        "areas": reference.load_areas(ws),
        "population": reference.load_population(ws),
    }


def _measure(
    ws: Workspace, cycle: Period, tables: dict, rows_from: str | None
) -> pd.DataFrame:
    names = ("closed_counts", "ready_counts", "deliveries", "areas", "population")
    cells = measure_cycle(
        tables["incidents"],
        *(tables[name] for name in names),
        cycle=cycle,
        rules=ws.settings.measure,
        closed_contributors=tables["closed_contributors"],
    )
    rows = tables["incidents"], tables["deliveries"]
    return add_occurred(cells, *rows, cycle=cycle, rows_from=rows_from)


def _make_all(
    ws: Workspace, cycle: Period, state: dict, *, record_of: str | None = None
) -> tuple[dict[str, Publication], pd.DataFrame]:
    """Every audience's publication, and what one of them would be remembered by."""
    refuse_purged(ws, cycle)
    tables, rows_from = _load(ws), find_rows_from(ws, cycle)
    state = state | {"rows_from": rows_from}
    released = frozen.load_publications(ws)
    if not describing.has_deliveries(tables):
        return _make_without(ws, cycle, state, tables), released.iloc[:0]
    cells = _measure(ws, cycle, tables, rows_from)
    before = _load_handed(ws, state)
    protected, fresh = protecting.protect_cells(ws, cells, released, before)
    rows = tables["incidents"], tables["deliveries"]
    findings = find_all(cells, *rows, cycle=cycle, rows_from=rows_from)
    about = describing.describe(ws, cycle, tables, cells, state)
    about |= {"findings": findings, "statistics": None}
    made = _make_each(ws, cycle, tables, cells, (protected, fresh), about)
    if record_of is None:
        return made, released.iloc[:0]
    protecting.keep_handed(_handed(ws, cycle, record_of), protected[record_of])
    what = {"cycle": cycle.label, "audience": record_of, "released": released}
    record = make_record(protected[record_of], cells, **what)
    return made, record.assign(sequence_number=state["sequence_number"])


def _make_without(ws: Workspace, cycle: Period, state: dict, tables: dict) -> dict:
    """Publications of statistics alone, where no delivery has ever come."""
    if cycle.kind != "quarter":
        raise UsageError(f"En publikation gäller ett kvartal; '{cycle}' är inget.")
    statistics = shown_statistics.choose_statistics(ws)
    last = describing.find_last_day(tables, statistics.retrieved_on, cycle=cycle)
    cells = describing.make_empty_cells()
    about = describing.describe(ws, cycle, tables, cells, state)
    about |= {"findings": {}, "statistics": statistics, "data_until": last}
    each = dict.fromkeys(AUDIENCES, cells)
    return _make_each(ws, cycle, tables, cells, (each, each), about)


def _make_each(ws, cycle, tables, cells, told, about: dict) -> dict[str, Publication]:
    protected, fresh = told
    as_of = about["data_until"]
    if about["statistics"] is None:
        about["statistics"] = shown_statistics.choose_statistics(ws, as_of=as_of)
    about["last_release"] = planning.last_releases(frozen.find_releases(ws), cycle)
    about["plan"] = planning.measure_plan(
        ws, cells, tables["areas"], cycle=cycle, as_of=as_of
    )
    return {n: _make(ws, n, protected[n], fresh[n], about) for n in AUDIENCES}


def open_earlier(ws: Workspace, publication: Publication) -> Publication | None:
    """Open what was released last before a publication, to compare with; or None."""
    last = publication.meta.get("last_release")
    return open_release(ws, *last) if last else None


def _load_handed(ws: Workspace, state: dict) -> dict[str, pd.DataFrame]:
    """The cells of each audience's latest release; it holds all that came before."""
    latest = {audience: cycle for cycle, audience in state["released"]}
    return {a: protecting.load_handed(_handed(ws, c, a)) for a, c in latest.items()}


def _mark(municipality, own: str) -> str:
    """What stands on top of every page: whose it is not, and who may have it."""
    not_adopted = "" if municipality.adopted_by else municipality.open_data_mark
    return ". ".join(words for words in (not_adopted, own) if words)


def _make(ws, audience: str, cells, fresh, about: dict) -> Publication:
    municipality, contact = ws.settings.municipality, ws.settings.contact
    is_internal = audience == _INTERNAL
    rule = getattr(ws.settings.audiences, audience)
    is_open = rule.is_as_strict_as(ws.settings.audiences.offentlig)
    deliveries, statistics = about["deliveries"], about["statistics"]
    beside = {"watched": statistics.watched} if is_internal else {}
    if last := about["last_release"][audience]:
        before = open_release(ws, *last).statistics
        beside["since"] = shown_statistics.find_since(before, statistics)
    texts, planned = planning.tell_words(about["plan"], fresh, audience, rule)
    findings = {}
    if about["findings"]:
        findings = tell_findings(about["findings"], fresh, is_internal=is_internal)
    return Publication(
        cycle=about["cycle"],
        audience=audience,
        municipality=municipality.name,
        county=municipality.county,
        is_invented=municipality.is_invented,
        contact=contact.model_dump(exclude_none=True),
        status=DRAFT,
        data_until=about["data_until"],
        meta=about["meta"]
        | {
            "statistics_version": statistics.version,
            "threshold": rule.threshold,
            "mark": _mark(municipality, "" if is_open else _MARKS[audience]),
            "accessibility": ws.settings.accessibility.model_dump(mode="json"),
            "registers": about["plan"].versions,
            "help": ws.settings.help.model_dump(mode="json", exclude=_NOT_SHOWN),
            "last_release": about["last_release"][audience],
        },
        cells=cells if is_internal else leave_to_intern(cells),
        areas_listed=about["areas_listed"],
        protected_years=about["protected_years"],
        # how many rows came or were rejected could point at somebody
        deliveries=deliveries if is_internal else deliveries.drop(columns=_ROW_COUNTS),
        quality=about["quality"] if is_internal else {},
        findings=findings | planned,
        texts=texts,
        statistics=statistics.figures,
        about_statistics=statistics.about | beside,
    )

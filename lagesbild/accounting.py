"""Nothing vanishes: the rows of a delivery and of the store are counted against it.

In: rows of ``deliveries`` and the tables they brought. Out: faults in Swedish, empty
when every row is accounted for. ``store`` asks before it writes and in ``verify``.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lagesbild.errors import ContractError, StoppedError

MADE_BY = {"placements": "made_by", "links": "made_by"}
"""Which column names the delivery, where it is not ``delivery_id``."""

MARKED_BY = {"deliveries": "delivery_id", "placings": "placing_id"}
"""Tables whose rows commit others', and the column that names what is committed."""


_PURGED = ("n_stored", "n_withdrawn", "n_placed")
_NONE_PURGED = dict.fromkeys(_PURGED, 0)


def find_unaccounted(
    delivery: pd.Series,
    parts: Mapping[str, pd.DataFrame],
    purged: Mapping[str, int] = _NONE_PURGED,
) -> list[str]:
    """Where one delivery's row accounting and its tables disagree.

    Parameters
    ----------
    delivery : Series
        One row of contract deliveries.
    parts : mapping
        Table name → its rows of this delivery: reports, placements, links,
        quarantine, ready_counts, notices.
    purged : mapping
        n_stored, n_withdrawn and n_placed: how many it had that have been purged.

    Returns
    -------
    list of str
        Swedish, counts only; empty if all adds up.
    """
    reports, placements = parts["reports"], parts["placements"]
    live_ids = reports.loc[~reports["is_withdrawn"], "incident_id"]
    n_withdrawn = int(is_taken_back(reports).sum()) + purged["n_withdrawn"]
    n_stored = len(live_ids) + len(parts["ready_counts"]) + len(parts["notices"])
    n_stored += purged["n_stored"]
    n_quarantined = parts["quarantine"]["row_number"].nunique()
    told = delivery[["rows_stored", "rows_unchanged", "rows_quarantined"]].sum()
    counted_withdrawn = delivery["source_kind"] in ("police", "observation")
    is_own = (
        (frame[MADE_BY.get(table, "delivery_id")] == delivery["delivery_id"]).all()
        for table, frame in parts.items()
    )
    rules = {
        "rader in är inte sparade + oförändrade + karantän": delivery["rows_in"]
        == told,
        "antalet sparade rader stämmer inte": delivery["rows_stored"] == n_stored,
        "antalet rader i karantän stämmer inte": delivery["rows_quarantined"]
        == n_quarantined,
        "antalet tillbakadragna rader stämmer inte": not counted_withdrawn
        or delivery["rows_withdrawn"] == n_withdrawn,
        "samma rapport finns flera gånger": live_ids.is_unique,
        "placeringarna svarar inte mot rapporterna": placements["incident_id"].is_unique
        and set(placements["incident_id"]) == set(live_ids),
        "en rad hör till en annan leverans": all(is_own),
    }
    return [fault for fault, holds in rules.items() if not holds]


def is_taken_back(reports: pd.DataFrame) -> pd.Series:
    """Which rows of one delivery withdraw a report.

    A withdrawn row beside a live one of the same report only empties its old year.
    """
    live_ids = reports.loc[~reports["is_withdrawn"], "incident_id"]
    return reports["is_withdrawn"] & ~reports["incident_id"].isin(live_ids)


def refuse_unaccounted(delivery: pd.Series, parts: Mapping[str, pd.DataFrame]) -> None:
    """Let a delivery be stored only if every row is accounted for.

    Raises
    ------
    ContractError
        If its row accounting and its tables disagree.
    StoppedError
        If a report of a protected class has a place.
    """
    faults = find_unaccounted(delivery, parts)
    if faults:
        raise ContractError("; ".join(faults) + ". Ingenting har sparats.")
    _refuse_placed_protected(parts["reports"], parts["placements"])


def _refuse_placed_protected(reports: pd.DataFrame, placements: pd.DataFrame) -> None:
    n_placed = count_placed_protected(reports, placements)
    if n_placed:
        raise StoppedError(
            f"{n_placed} rader av skyddade brottstyper har fått en plats. Ingenting "
            "har sparats."
        )


def count_placed_protected(reports: pd.DataFrame, placements: pd.DataFrame) -> int:
    """How many reports of protected classes have a place of any kind."""
    protected = reports[reports["protected_class"].notna()]
    told = ["place_text", "place_locality", "given_easting_m", "deso_code"]
    has_text = protected[told].notna().any(axis="columns")
    placed = placements[["area_id", "easting_m", "northing_m"]].notna()
    is_placed = placed.any(axis="columns") & placements["incident_id"].isin(
        protected["incident_id"]
    )
    return int(has_text.sum() + is_placed.sum())


def find_faulty_placing(
    placing: pd.Series,
    parts: Mapping[str, pd.DataFrame],
    known_ids: set[str],
    purged: Mapping[str, int] = _NONE_PURGED,
) -> list[str]:
    """Where the marker of reports placed again and its tables disagree.

    Parameters
    ----------
    placing : Series
        One row of contract placings.
    parts : mapping
        placements and links of this placing.
    known_ids : set of str
        incident_id of the reports that are stored.
    purged : mapping
        n_placed: how many of its placements have been purged.

    Returns
    -------
    list of str
        Swedish, counts only; empty if all adds up.
    """
    placements, links = parts["placements"], parts["links"]
    ids = set(placements["incident_id"])
    rules = {
        "antalet placerade rapporter stämmer inte": len(placements) + purged["n_placed"]
        == placing["n_placed"],
        "samma rapport finns flera gånger": placements["incident_id"].is_unique
        and links["incident_id"].is_unique,
        "en rapport finns inte i lagret": ids | set(links["incident_id"]) <= known_ids,
        "en rad hör till något annat": all(
            (rows["made_by"] == placing["placing_id"]).all()
            for rows in (placements, links)
        ),
    }
    return [fault for fault, holds in rules.items() if not holds]


def refuse_faulty_placing(
    placing: pd.Series, parts: Mapping[str, pd.DataFrame], reports: pd.DataFrame
) -> None:
    """Let reports be placed again only if every row is accounted for.

    Raises
    ------
    ContractError
        If the marker and its tables disagree.
    StoppedError
        If a report of a protected class has a place.
    """
    faults = find_faulty_placing(placing, parts, set(reports["incident_id"]))
    if faults:
        raise ContractError("; ".join(faults) + ". Ingenting har sparats.")
    _refuse_placed_protected(reports, parts["placements"])


def find_store_faults(
    deliveries: pd.DataFrame,
    placings: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    purges: pd.DataFrame,
) -> list[str]:
    """Faults of the whole store, in Swedish.

    Parameters
    ----------
    deliveries : DataFrame
        Contract deliveries, all committed ones.
    placings : DataFrame
        Contract placings, all of them.
    tables : mapping
        Table name → all its committed rows.
    purges : DataFrame
        Contract purges.
    """
    marks = (deliveries, placings)
    numbers = [number for rows in marks for number in rows["sequence_number"]]
    faults = []
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        faults.append("Leveransernas ordningsnummer är inte 1, 2, 3 … utan luckor.")
    by_delivery = {
        table: dict(tuple(rows.groupby(MADE_BY.get(table, "delivery_id"))))
        for table, rows in tables.items()
    }
    purged = purges.groupby("made_by")[list(_PURGED)].sum().to_dict("index")
    for _, delivery in deliveries.iterrows():
        parts = {
            table: by_delivery[table].get(delivery["delivery_id"], rows.iloc[:0])
            for table, rows in tables.items()
        }
        faults += [
            f"Leverans {delivery['sequence_number']} ({delivery['source']}): {fault}."
            for fault in find_unaccounted(
                delivery, parts, purged.get(delivery["delivery_id"], _NONE_PURGED)
            )
        ]
    known_ids = set(tables["reports"]["incident_id"])
    for _, placing in placings.iterrows():
        parts = {
            table: by_delivery[table].get(placing["placing_id"], tables[table].iloc[:0])
            for table in ("placements", "links")
        }
        faults += [
            f"Omplacering {placing['sequence_number']}: {fault}."
            for fault in find_faulty_placing(
                placing,
                parts,
                known_ids,
                purged.get(placing["placing_id"], _NONE_PURGED),
            )
        ]
    n_placed = count_placed_protected(tables["reports"], tables["placements"])
    if n_placed:
        faults.append(f"{n_placed} rader av skyddade brottstyper har en plats.")
    return faults

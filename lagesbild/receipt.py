"""The receipt (kvittens) that goes back to the sender of a delivery.

In: a committed delivery and its quarantine. Out: a text and a CSV in
lager/kvittenser. They hold counts, column names and, of each rejected row, only its
number, column and reason, so that they are safe to mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from lagesbild.archive import write_whole
from lagesbild.spreadsheet import safe_table
from lagesbild.workspace import Workspace, make_private_folder

_LINES = {
    "rows_in": "Rader i filen",
    "rows_stored": "Sparade (nya eller ändrade)",
    "rows_unchanged": "Oförändrade sedan förra leveransen",
    "rows_quarantined": "Avvisade (i karantän)",
    "rows_withdrawn": "Återtagna, fanns förut men saknas nu",
}
_HEADINGS = {"row_number": "rad", "column": "kolumn", "reason": "orsak"}
_MOST_LISTED = 50


def receipt_file(ws: Workspace, delivery: Mapping[str, str] | pd.Series) -> Path:
    """Where the text of a delivery's receipt lies."""
    return ws.receipts / f"{delivery['delivery_id']}_{delivery['source']}.txt"


def write_missing_receipts(
    ws: Workspace, deliveries: pd.DataFrame, load: Callable[[], pd.DataFrame]
) -> None:
    """Write the receipts that an interrupted ingest did not come to.

    Parameters
    ----------
    ws : Workspace
    deliveries : DataFrame
        Contract deliveries, all committed ones.
    load : callable
        Gives contract quarantine; called only if a receipt is missing.
    """
    names = deliveries[["delivery_id", "source"]].to_dict("records")
    is_lacking = [not receipt_file(ws, name).exists() for name in names]
    if not any(is_lacking):
        return
    quarantine = load()
    for _, delivery in deliveries[is_lacking].iterrows():
        own = quarantine["delivery_id"] == delivery["delivery_id"]
        write_receipt(ws, delivery, quarantine[own])


def write_receipt(
    ws: Workspace,
    delivery: pd.Series,
    quarantine: pd.DataFrame,
    *,
    notes: tuple[str, ...] = (),
) -> Path:
    """Write the receipt of one delivery.

    Parameters
    ----------
    ws : Workspace
    delivery : Series
        One row of the contract ``deliveries``.
    quarantine : DataFrame
        Its rows of the contract ``quarantine``.
    notes : tuple of str
        What was detected about the file, in Swedish.

    Returns
    -------
    Path
        The text; the CSV with one line a rejected row lies beside it.
    """
    make_private_folder(ws.receipts)
    file = receipt_file(ws, delivery)
    table = quarantine[list(_HEADINGS)].rename(columns=_HEADINGS)
    text = safe_table(table).to_csv(index=False, lineterminator="\n")
    write_whole(file.with_suffix(".csv"), text)
    source = ws.settings.sources.get(delivery["source"])
    lines = [
        f"Kvittens för {delivery['file_name']}",
        f"Källa: {source.name if source else delivery['source']}",
        f"Mottagen: {_day(delivery['received_on'])}",
        f"Gäller: {_period(delivery)}",
        "",
        *[f"{word}: {delivery[name]}" for name, word in _LINES.items()],
        "",
        "Kolumner som inte behövs och inte sparades: "
        + _listed(delivery["columns_dropped"]),
        "Personuppgifter som maskerades: " + _listed(delivery["masked"]),
        *[f"Noterat: {note}" for note in notes],
        "",
        *_rejected(quarantine, file.with_suffix(".csv").name),
    ]
    write_whole(file, "\n".join(lines) + "\n")
    return file


def _day(day: pd.Timestamp) -> str:
    return day.date().isoformat()


def _period(delivery: pd.Series) -> str:
    start, end = delivery["period_start"], delivery["period_end"]
    return "okänd period" if pd.isna(start) else f"{_day(start)} till {_day(end)}"


def _listed(told: object) -> str:
    return "inga" if pd.isna(told) else told.replace("|", ", ").replace("=", " ")


def _rejected(quarantine: pd.DataFrame, csv_name: str) -> list[str]:
    """Each reason with its number of rows, then the first rows one by one."""
    if quarantine.empty:
        return ["Inga rader avvisades."]
    columns = quarantine["column"].fillna("hela raden")
    sums = (columns + ": " + quarantine["reason"]).value_counts(sort=False)
    rows = zip(quarantine["row_number"], columns, quarantine["reason"], strict=True)
    lines = [f"rad {number}, {column}: {reason}" for number, column, reason in rows]
    more = [f"… alla {len(lines)} rader står i {csv_name}."]
    return [
        "Varför rader avvisades:",
        *[f"{number} {_rows(number)} – {told}" for told, number in sums.items()],
        "",
        "Avvisade rader (första raden med uppgifter är rad 1):",
        *lines[:_MOST_LISTED],
        *(more if len(lines) > _MOST_LISTED else []),
    ]


def _rows(number: int) -> str:
    return "rad" if number == 1 else "rader"

"""The receipt (kvittens) that goes back to the sender of a delivery.

In: a committed delivery and its quarantine. Out: a text and a CSV in
lager/kvittenser. They hold counts, column names and, of each rejected row, only its
number, column and reason, so that they are safe to mail.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lagesbild.workspace import Workspace

_LINES = {
    "rows_in": "Rader i filen",
    "rows_stored": "Sparade",
    "rows_unchanged": "Oförändrade sedan förra leveransen",
    "rows_quarantined": "Avvisade (i karantän)",
    "rows_withdrawn": "Återtagna, fanns förut men saknas nu",
}


def write_receipt(
    ws: Workspace,
    delivery: pd.Series,
    quarantine: pd.DataFrame,
    *,
    source_title: str,
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
    source_title : str
        The source's name as people say it.
    notes : tuple of str
        What was detected about the file, in Swedish.

    Returns
    -------
    Path
        The text; the CSV with one line a rejected row lies beside it.
    """
    ws.receipts.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = ws.receipts / f"{delivery['delivery_id']}_{delivery['source']}.txt"
    lines = [
        f"Kvittens för {delivery['file_name']}",
        f"Källa: {source_title}",
        f"Mottagen: {delivery['received_on'].date().isoformat()}",
        f"Gäller: {_day(delivery['period_start'])} till {_day(delivery['period_end'])}",
        "",
        *[f"{word}: {delivery[name]}" for name, word in _LINES.items()],
        "",
        "Kolumner som inte behövs och inte sparades: "
        + _listed(delivery["columns_dropped"]),
        "Personuppgifter som maskerades: " + _listed(delivery["masked"]),
        *[f"Noterat: {note}" for note in notes],
        "",
        *_rejected(quarantine),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    table = quarantine[["row_number", "column", "reason"]].rename(
        columns={"row_number": "rad", "column": "kolumn", "reason": "orsak"}
    )
    table.to_csv(
        file.with_suffix(".csv"), index=False, encoding="utf-8", lineterminator="\n"
    )
    return file


def _day(day: pd.Timestamp) -> str:
    return "okänt" if pd.isna(day) else day.date().isoformat()


def _listed(told: object) -> str:
    return "inga" if pd.isna(told) else str(told).replace("|", ", ")


def _rejected(quarantine: pd.DataFrame) -> list[str]:
    if quarantine.empty:
        return ["Inga rader avvisades."]
    columns = quarantine["column"].fillna("hela raden")
    return [
        "Avvisade rader (första raden med uppgifter är rad 1):",
        *[
            f"rad {number}, {column}: {reason}"
            for number, column, reason in zip(
                quarantine["row_number"], columns, quarantine["reason"], strict=True
            )
        ],
    ]

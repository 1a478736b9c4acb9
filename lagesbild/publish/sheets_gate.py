"""What the last gate reads of open data: sheets by row, descriptions by string.

In: the text of a CSV or JSON file as it was written. Out: faults, words and cells. Used
by ``gate``. A file read as one text would make the search for names take minutes, and
let the words of one row explain those of another. It knows the sheets' columns by name,
as a reader does, and nothing of how they were filled.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

from lagesbild.protect.notes import MUNICIPALITY, WITHOUT_AREA
from lagesbild.publish.hidden_numbers import FAULT, Known

_COLUMNS = {
    "anmalda_brott": "n_offences",
    "anmalda_brott_i_fjol": "n_offences_last_year",
    "observationer": "n_observations",
    "observationer_i_fjol": "n_observations_last_year",
    "anmalningar": "n_reports",
    "handelser_alla_kallor": "n_events",
    "handelser_intraffade": "n_events_occurred",
    "per_1000_invanare": "rate",
    "per_1000_lagst": "rate",
    "per_1000_hogst": "rate",
}
_AREAS = {"hela_kommunen": MUNICIPALITY, "utan_omrade": WITHOUT_AREA}
_KEYS = ("omrade_id", "typ_id", "kvartal")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_sheet(text: str, known: Known) -> tuple[list[str], list[str], list[str]]:
    """Faults of a sheet, its words and its cells.

    ``known`` is from ``hidden_numbers.list_known``.

    Faults: rows of another length than the heading, text that a spreadsheet would take
    for a formula, and a figure where the publication shows none.
    """
    head, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    faults = []
    if any(len(row) != len(head) for row in rows):
        faults.append("en rad med fel antal kolumner")
    cells = [cell for row in (head, *rows) for cell in row]
    if any(cell.startswith(_FORMULA) for cell in cells):
        faults.append("text som ett kalkylprogram räknar med")
    if set(_KEYS) <= set(head) and not faults:
        told = (dict(zip(head, row, strict=True)) for row in rows)
        if any(_is_told(row, known) for row in told):
            faults.append(FAULT)
    numbers = {cell for cell in cells if _NUMBER.fullmatch(cell)}
    words = [" · ".join(c for c in row if c not in numbers) for row in (head, *rows)]
    return faults, [*dict.fromkeys(words), *sorted(numbers)], cells


def _is_told(row: dict, known: Known) -> bool:
    """Whether a figure stands where the publication's cell is not shown."""
    told = [column for name, column in _COLUMNS.items() if row.get(name)]
    area = _AREAS.get(row["omrade_id"], row["omrade_id"])
    held = known.get((area, row["typ_id"], row["kvartal"]))
    return held is None or any(held[f"{column}_status"] != "shown" for column in told)


def read_json(text: str) -> list[str]:
    """Every string and number of a JSON file, names of keys too."""
    return list(dict.fromkeys(_parts(json.loads(text))))


def _parts(held: object) -> Iterator[str]:
    if isinstance(held, dict):
        for key, value in held.items():
            yield str(key)
            yield from _parts(value)
    elif isinstance(held, list):
        for value in held:
            yield from _parts(value)
    else:
        yield str(held)

"""Read the events JSON of polisen.se's open interface.

In: the file's bytes. Out: a frame of text, one row an event notice, with the names
of the interface as headings. Next: ``clean.notices``. These are press notices, not
statistics.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.bounds import load_json
from lagesbild.errors import ReadError
from lagesbild.read.header import BROKEN

REQUIRED = ("id", "datetime", "name", "type")
_KEPT = (*REQUIRED, "summary", "url", "location.name", "location.gps")


def read_polisen_api(
    content: bytes, *, file_name: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a JSON array of event notices.

    Parameters
    ----------
    content : bytes
    file_name : str
        For errors.

    Returns
    -------
    DataFrame
        One row, one notice, index row number from 1: ``id, datetime, name, type,
        summary, url, location.name, location.gps`` and ``BROKEN``, all text.
    tuple of str
        Swedish notes.

    Raises
    ------
    ReadError
        If it is not JSON, not an array, or no notice has the required names.
    """
    if not content.strip():
        raise ReadError(f"{file_name}: filen är tom. Hämta händelserna igen.")
    try:
        events = load_json(content)
    except ValueError:
        raise ReadError(
            f"{file_name}: filen är inte giltig JSON i UTF-8. Hämta händelserna igen."
        ) from None
    if not isinstance(events, list):
        raise ReadError(
            f"{file_name}: filen ska vara en lista av händelser, som polisen.se ger "
            "dem. Hämta händelserna igen."
        )
    frame = pd.DataFrame(
        [_flatten(event) for event in events],
        columns=[*_KEPT, BROKEN],
        index=pd.RangeIndex(1, len(events) + 1, name="row_number"),
    ).astype("str")
    if len(frame) and frame[BROKEN].notna().all():
        raise ReadError(
            f"{file_name}: ingen händelse har uppgifterna {', '.join(REQUIRED)}. "
            "Är det rätt fil?"
        )
    n_broken = int(frame[BROKEN].notna().sum())
    notes = (f"{n_broken} händelser saknar uppgifter.",) if n_broken else ()
    return frame, ("Pressnotiser från polisen.se, inte statistik.", *notes)


def _flatten(event: object) -> dict[str, str | None]:
    if not isinstance(event, dict):
        return {BROKEN: "händelsen har fel form"}
    location = event.get("location")
    flat = {**event, "location.name": None, "location.gps": None}
    if isinstance(location, dict):
        flat |= {f"location.{key}": location.get(key) for key in ("name", "gps")}
    row = {name: _text(flat.get(name)) for name in _KEPT}
    missing = [name for name in REQUIRED if row[name] is None]
    row[BROKEN] = f"uppgift saknas: {', '.join(missing)}" if missing else None
    return row


def _text(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).strip() or None

"""Files of anybody's tables → files with what must not be known taken away.

In: CSV files (comma, UTF-8). Out: a CSV, and what became of it. ``standalone`` hides,
``standalone_audit`` asks what can be worked out. Next: the command line.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from lagesbild.archive import write_whole
from lagesbild.bounds import read_bytes, refuse_cells, refuse_lines
from lagesbild.errors import ReadError, UsageError
from lagesbild.protect.standalone import PRIMARY, SECONDARY, SHOWN, STATUS, suppress
from lagesbild.protect.standalone_audit import audit
from lagesbild.spreadsheet import safe_table

HIDDEN = "dold"


def suppress_file(
    table: Path,
    target: Path,
    *,
    dims: Sequence[str],
    count: str,
    hierarchy: Path,
    cells: Path | None = None,
    publish: bool = False,
    **rules,
) -> dict:
    """Hide what must not be known in a file of counts.

    Parameters
    ----------
    table : Path
        One row, one inner combination of ``dims`` with its ``count``.
    target : Path
        To write: ``dims``, ``count`` (empty where hidden) and status, totals included.
    dims, count : sequence of str, str
    hierarchy : Path
        dim, hier, parent, child.
    cells : Path, optional
        The combinations that are published.
    publish : bool
        Write no more of the status than "visad" and "dold".
    **rules
        As of ``suppress``.

    Returns
    -------
    dict
        ``cells``, ``hidden``, ``primary``, ``secondary``, ``least`` (no safe choice
        hides fewer) and ``seconds``.

    Raises
    ------
    UsageError, ReadError, RegisterError
        If a file or a column is not as it should be.
    """
    begun = time.perf_counter()
    sources = [file for file in (table, hierarchy, cells) if file is not None]
    if Path(target).resolve() in [Path(file).resolve() for file in sources]:
        raise UsageError(
            f"Utfilen är samma fil som en infil ({Path(target).name}). Välj ett annat "
            "namn."
        )
    out = suppress(
        _read(table),
        _read(hierarchy),
        dims=dims,
        count=count,
        cells=None if cells is None else _read(cells),
        **rules,
    )
    numbers = out[STATUS].value_counts()
    least = out.attrs["n_least"]
    if publish:
        out[STATUS] = out[STATUS].where(out[STATUS] == SHOWN, HIDDEN)
    write_whole(Path(target), safe_table(out).to_csv(index=False, lineterminator="\n"))
    n_primary, n_secondary = (int(numbers.get(w, 0)) for w in (PRIMARY, SECONDARY))
    return {
        "cells": len(out),
        "hidden": n_primary + n_secondary,
        "primary": n_primary,
        "secondary": n_secondary,
        "least": least,
        "seconds": round(time.perf_counter() - begun, 1),
    }


def audit_files(
    published: Sequence[Path],
    *,
    dims: Sequence[str],
    count: str,
    hierarchy: Path,
    **rules,
) -> dict:
    """Find what a reader of all the files together can work out.

    Parameters
    ----------
    published : sequence of Path
        Publications of the same cells.
    dims, count : sequence of str, str
    hierarchy : Path
    **rules
        As of ``audit``.

    Returns
    -------
    dict
        ``files``, ``ok`` and ``unsafe``: one dict a cell, with ``dims``, low, high and
        reason.

    Raises
    ------
    UsageError, ReadError, RegisterError
        If a file or a column is not as it should be.
    ProtectError
        If the counts that are shown cannot all be true.
    """
    frames = [_read(file) for file in published]
    found = audit(frames, _read(hierarchy), dims=dims, count=count, **rules)
    found[["low", "high"]] = found[["low", "high"]].round(2) + 0.0  # no -0.0
    unsafe = found.to_dict("records")
    return {"files": len(frames), "ok": not unsafe, "unsafe": unsafe}


def _read(file: Path) -> pd.DataFrame:
    """A CSV as text; its index is the line of each row, the heading being line 1."""
    name = Path(file).name
    content = read_bytes(Path(file))
    refuse_lines(content, name)
    refuse_cells(content.count(b","), name)
    try:
        lines = io.StringIO(content.decode("utf-8-sig"), newline="")
        reader = csv.reader(lines, strict=True)
        rows = [(reader.line_num, row) for row in reader if "".join(row).strip()]
    except UnicodeDecodeError:
        raise ReadError(f"{name}: filen är inte UTF-8. Spara om den så.") from None
    except csv.Error:
        raise ReadError(
            f"{name}, rad {reader.line_num}: ett citattecken är fel eller saknar slut. "
            "Rätta raden."
        ) from None
    if not rows:
        raise ReadError(f"{name}: filen är tom. Första raden ska vara rubriker.")
    (_, headings), *rows = rows
    headings = [heading.strip() for heading in headings]
    if len(set(headings)) < len(headings):
        raise ReadError(f"{name}: en rubrik står två gånger. Döp om den ena.")
    uneven = [line for line, row in rows if len(row) != len(headings)]
    if uneven:
        raise ReadError(
            f"{name}, rad {uneven[0]}: raden har inte lika många rutor som rubriken. "
            f"Rätta den; det gäller {len(uneven)} rader."
        )
    frame = pd.DataFrame([row for _, row in rows], columns=headings, dtype="str")
    frame.index = pd.Index([line for line, _ in rows], dtype="int64")
    frame.attrs["file"] = name
    return frame

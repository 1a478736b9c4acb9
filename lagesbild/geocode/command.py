"""A file of place texts → the same rows with point, area, score and reason.

In: a CSV of incidents, and files of addresses, areas and places. Out: a CSV with one
row for every row in, in order, and what became of them. The file passes through row by
row, so that a million rows take no more memory than their distinct texts.
Who is next: the command line.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from lagesbild.bounds import MAX_LINE, open_plain
from lagesbild.errors import ReadError, RegisterError, UsageError
from lagesbild.geocode import outcome as why
from lagesbild.geocode.alias_file import read_aliases
from lagesbild.geocode.aliases import NO_ALIASES, place_aliases
from lagesbild.geocode.gazetteer import make_gazetteer
from lagesbild.geocode.outcome import Outcome
from lagesbild.geocode.texts import Pair, open_matcher
from lagesbild.spreadsheet import safe_cell

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

ID, TEXT, LOCALITY = "rad_id", "adresstext", "ort"
COLUMNS = (ID, "status", "omrade_id", "e", "n", "metod", "poang", "skal")
HIT, REJECTED = "traff", "avvisad"
_CHUNK = 100_000
_CHUNK_LETTERS = 20_000_000
_MOST_BYTES = 2_000_000_000  # it passes through and is never held whole


def geocode_file(
    source: Path,
    target: Path,
    *,
    addresses: Path,
    areas: Path,
    places: Path | None = None,
    aliases: Path | None = None,
    kommun: str | None = None,
    jobs: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict:
    """Place every row of a file.

    Parameters
    ----------
    source : Path
        CSV (comma, UTF-8) with ``rad_id``, ``adresstext``, perhaps ``ort``, and other
        columns that pass through (an apostrophe before what a spreadsheet would take
        for a formula). Empty lines are no rows.
    target : Path
        CSV to write: ``rad_id, status, omrade_id, e, n, metod, poang, skal`` and the
        other columns. Written beside and put in place when whole.
    addresses : Path
        Of any form that ``read.addresses.read_addresses`` takes.
    areas : Path
        A layer of polygons with ``omrade_id`` and ``namn``.
    places : Path, optional
        CSV with ``plats_id, namn, alias, e, n``.
    aliases : Path, optional
        What the analyst says that texts mean, as register/platser_alias.csv.
    kommun : str, optional
        Code of our own municipality, whose name restricts nothing; else worked out.
    jobs : int, optional
        Processes; None takes one for each processor.
    on_progress : callable, optional
        Told the number of rows done.

    Returns
    -------
    dict
        ``rows``, ``hits``, ``without_area`` (hits outside all areas), ``rejected``,
        ``methods`` and ``reasons`` (name → rows).

    Raises
    ------
    UsageError
        If source and target are the same file, or no municipality has the code.
    ReadError
        If the file lacks a heading.
    RegisterError
        If a register cannot be read.
    """
    source, target = Path(source), Path(target)
    if source.resolve() == target.resolve():
        raise UsageError(
            f"Utfilen är samma fil som infilen ({source.name}). Välj ett annat namn."
        )
    gazetteer = make_gazetteer(
        areas=_read_areas(Path(areas)),
        addresses=_read_addresses(Path(addresses), kommun),
        places=_read_places(places),
        municipality=_known(kommun),
    )
    said = NO_ALIASES
    if aliases is not None:
        said = place_aliases(read_aliases(Path(aliases)), gazetteer)
    told = Counter()
    with (
        _open_rows(source) as (heading, rows),
        _replacing(target) as out,
        open_matcher(gazetteer, aliases=said, jobs=jobs) as match,
    ):
        at = _find_columns(heading, source.name)
        write = csv.writer(out, lineterminator="\n").writerow
        write([*COLUMNS, *(safe_cell(heading[i]) for i in at.others)])
        for chunk in _chunks(rows):
            outcomes = match([_pair(row, at) for row in chunk])
            for row, outcome in zip(chunk, outcomes, strict=True):
                if len(row) > len(heading):
                    outcome = why.rejected(why.TOO_MANY_CELLS)
                write(_row_out(row, at, outcome))
                told[outcome.method, outcome.reason] += 1
            if on_progress:
                on_progress(told.total())
    return _summed(told)


@dataclass(frozen=True)
class _Columns:
    """Where the columns stand in a file; ``locality`` is -1 where there is none."""

    id: int
    text: int
    locality: int
    others: tuple[int, ...]


def _find_columns(heading: list[str], where: str) -> _Columns:
    missing = [name for name in (ID, TEXT) if name not in heading]
    if missing:
        raise ReadError(
            f"{where}: kolumnen {' och '.join(missing)} saknas på första raden. "
            "Filen ska vara en CSV i UTF-8 med komma mellan kolumnerna och "
            f"rubrikerna {ID}, {TEXT} och gärna {LOCALITY}."
        )
    again = [name for name, n in Counter(heading).items() if n > 1 and name]
    taken = [name for name in COLUMNS[1:] if name in heading]
    if again or taken:
        told = "står två gånger" if again else "används i utfilen"
        raise ReadError(
            f"{where}: rubriken {', '.join(again or taken)} {told}. Döp om kolumnen "
            "och försök igen."
        )
    locality = heading.index(LOCALITY) if LOCALITY in heading else -1
    known = (heading.index(ID), heading.index(TEXT), locality)
    others = tuple(i for i in range(len(heading)) if i not in known)
    return _Columns(*known, others)


def _pair(row: list[str], at: _Columns) -> Pair:
    locality = "" if at.locality < 0 else _cell(row, at.locality)
    return _readable(_cell(row, at.text)), _readable(locality)


def _row_out(row: list[str], at: _Columns, outcome: Outcome) -> list[str]:
    is_hit = outcome.method != "avvisad"
    return [
        safe_cell(_cell(row, at.id)),
        HIT if is_hit else REJECTED,
        safe_cell(outcome.area),
        f"{outcome.east:.1f}" if is_hit else "",
        f"{outcome.north:.1f}" if is_hit else "",
        outcome.method,
        f"{outcome.score:.2f}",
        outcome.reason,
        *(safe_cell(_cell(row, i)) for i in at.others),
    ]


def _cell(row: list[str], at: int) -> str:
    return row[at] if at < len(row) else ""


def _readable(text: str) -> str:
    """Bytes that are no UTF-8 as lost letters; they pass through as they are."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def _open_rows(file: Path) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """The heading and the rows of a CSV, whatever bytes it holds."""
    descriptor = open_plain(file, most=_MOST_BYTES)
    # the csv module's own bound on a cell is lower
    before = csv.field_size_limit(MAX_LINE)
    try:
        with os.fdopen(
            descriptor, encoding="utf-8-sig", errors="surrogateescape", newline=""
        ) as lines:
            bounded = _bounded(lines, file.name)
            rows = (row for row in csv.reader(bounded) if row)
            yield [name.strip() for name in next(rows, [])], rows
    except csv.Error:
        raise ReadError(
            f"{file.name}: en cell är längre än {MAX_LINE // 1_000_000} miljoner "
            "tecken, eller så saknar ett citattecken sitt slut. Rätta filen."
        ) from None
    finally:
        csv.field_size_limit(before)


def _bounded(lines: IO[str], name: str) -> Iterator[str]:
    """The lines of a file, none longer than is held in memory."""
    while line := lines.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise ReadError(
                f"{name}: en rad är längre än {MAX_LINE // 1_000_000} miljoner tecken. "
                "Filen är skadad eller ingen tabell."
            )
        yield line


def _chunks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """As many rows at a time as there is room for, at least one."""
    chunk, n_letters = [], 0
    for row in rows:
        chunk.append(row)
        n_letters += sum(map(len, row)) + 8 * len(row)
        if len(chunk) == _CHUNK or n_letters > _CHUNK_LETTERS:
            yield chunk
            chunk, n_letters = [], 0
    if chunk:
        yield chunk


@contextmanager
def _replacing(target: Path) -> Iterator:
    """A file that takes the target's place only when it is whole."""
    draft = target.with_name(f"{target.name}.ny")
    try:
        out = draft.open("w", encoding="utf-8", errors="surrogateescape", newline="\n")
    except OSError:
        raise UsageError(
            f"Kan inte skriva {target.name} i mappen. Kontrollera att mappen finns och "
            "att filen inte är öppen i ett annat program."
        ) from None
    try:
        with out:
            yield out
        os.replace(draft, target)
    except PermissionError:
        raise UsageError(
            f"Kan inte ersätta {target.name}. Stäng filen i det program där den är "
            "öppen och försök igen."
        ) from None
    finally:
        draft.unlink(missing_ok=True)


def _read_areas(file: Path) -> gpd.GeoDataFrame:
    from lagesbild.read import reference
    from lagesbild.read.addresses import lower_headings
    from lagesbild.read.layers import read_layer

    layer = lower_headings(read_layer(file))
    wanted = ["omrade_id", "namn"]
    kept = [c for c in wanted if c in layer.columns]
    # kommundel and slag mean nothing here, and other columns are the file's own
    return reference.check_areas(layer[[*kept, layer.geometry.name]], file.name)


def _read_addresses(file: Path, kommun: str | None) -> pd.DataFrame:
    from lagesbild.read.addresses import read_addresses

    table = read_addresses(file, kommun)
    if table.empty:
        raise RegisterError(
            f"{file.name}: ingen adress"
            + (f" i kommun {kommun}" if kommun else "")
            + ". Kontrollera filen och kommunkoden."
        )
    return table


def _read_places(file: Path | None) -> pd.DataFrame:
    from lagesbild import contracts
    from lagesbild.read.reference import read_register

    if file is None:
        return contracts.empty("places")
    if not Path(file).is_file():
        raise RegisterError(
            f"Filen {Path(file).name} finns inte. Kontrollera sökvägen."
        )
    return read_register(Path(file), "places")


def _known(kommun: str | None) -> str | None:
    from lagesbild.geocode.gazetteer import municipality_codes

    if kommun is not None and kommun not in municipality_codes():
        raise UsageError(
            f"Ingen kommun har koden '{kommun}'. Skriv SCB:s kommunkod med fyra "
            "siffror, till exempel 2181 för Sandviken."
        )
    return kommun


def _summed(told: Counter) -> dict:
    methods, reasons = Counter(), Counter()
    for (method, reason), n_rows in told.items():
        methods[method] += n_rows
        if method == "avvisad":
            reasons[reason] += n_rows
    rejected = methods.get("avvisad", 0)
    outside = sum(
        n for (m, r), n in told.items() if m != "avvisad" and r == why.OUTSIDE_AREAS
    )
    return {
        "rows": told.total(),
        "hits": told.total() - rejected,
        "without_area": outside,
        "rejected": rejected,
        "methods": dict(methods.most_common()),
        "reasons": dict(reasons.most_common()),
    }

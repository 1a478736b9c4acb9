"""Brå's reported crime: municipal tables, SOL's text and Excel, condensed series.

In: a file as it was downloaded. Out: contract indicators, or for SOL the table as Brå
has it with its blank parents filled in. ``..`` and an empty count are missing, not 0.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.csv_file import decode
from lagesbild.read.excel_file import read_sheets
from lagesbild.read.indicators import area_level, make_indicators, read_table

MUNICIPAL_HEADINGS = ("Kommun", "Antal", "Per 100 000 inv.")
SOL_HEADINGS = ("Region", "Brott", "År", "Period", "Antal", "/100 000 inv")
CONDENSED_HEADINGS = ("kommun", "key", "count", "per100k")
_KEYS = {
    "total": "bra_totalt",
    "person": "bra_person",
    "theft": "bra_stold",
    "burglary": "bra_inbrott",
    "vandalism": "bra_skadegorelse",
    "drugs_weapons": "bra_narkotika_vapen",
}
COUNT = "_antal"
"""What ends the id of an indicator that is the count behind a rate."""
_NOT_APPLICABLE = ("..", ".", "-", "")
_PRELIMINARY = re.compile(r"\s*prel\.?\s*$", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})-?K([1-4])")


def _number(text: pd.Series, *, where: str) -> pd.Series:
    """Swedish numbers; ``..`` is missing, anything else unreadable an error."""
    plain = text.str.replace(r"[\s\u00a0]", "", regex=True).str.replace(",", ".")
    blank = plain.isin(_NOT_APPLICABLE)
    value = pd.to_numeric(plain.mask(blank), errors="coerce").astype("float64")
    n_bad = int((~np.isfinite(value) & ~blank).sum())
    if n_bad:
        raise ReadError(f"{where}: {n_bad} rader har något annat än tal. Rätta filen.")
    return value


def _whole_number(text: pd.Series, *, where: str) -> pd.Series:
    value = _number(text, where=where)
    n_bad = int((value.notna() & (value % 1 != 0)).sum())
    if n_bad:
        raise ReadError(
            f"{where}: {n_bad} rader har ett antal som inte är ett heltal. Rätta filen."
        )
    return value.astype("Int64")


def _expect(found: list[str], wanted: tuple[str, ...], file_name: str) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ReadError(
            f"{file_name}: rubriken {', '.join(missing)} saknas. Väntade "
            f"{', '.join(wanted)}; filen har {', '.join(found[:8])}."
        )
    twice = [name for name in wanted if found.count(name) > 1]
    if twice:
        raise ReadError(
            f"{file_name}: rubriken {', '.join(twice)} står flera gånger. Behåll en."
        )


def read_condensed(
    content: bytes, *, retrieved_at: date, file_name: str
) -> pd.DataFrame:
    """Read series condensed to ``kommun;period;key;count;per100k``.

    Returns
    -------
    DataFrame
        Contract indicators: one row a municipality (or nation), key and year or
        quarter; value per 100,000 inhabitants and that period. A quarter's total is
        an indicator of its own, so that no year is compared with a quarter. Then the
        same rows again as counts (…_antal), for whoever needs limits.

    Raises
    ------
    ReadError
        If a heading is missing, a key is unknown, or a period is neither.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=";", file_name=file_name)
    _expect(list(table.columns), CONDENSED_HEADINGS, file_name)
    when = next((c for c in ("period", "year") if c in table), None)
    if when is None:
        raise ReadError(f"{file_name}: rubriken period (eller year) saknas.")
    unknown = sorted(set(table["key"]) - set(_KEYS))
    if unknown:
        raise ReadError(f"{file_name}: okända grupper {', '.join(unknown)}.")
    quarter = table[when].str.fullmatch(_QUARTER)
    bad = ~quarter & ~table[when].str.fullmatch(r"\d{4}")
    if bad.any():
        raise ReadError(f"{file_name}: {int(bad.sum())} rader har en okänd period.")
    indicator = table["key"].map(_KEYS)
    period = table[when].str.replace(_QUARTER, r"\1-K\2", regex=True)
    prel = table.get("preliminary", pd.Series("", index=table.index)).str.strip() != ""
    rates = pd.DataFrame(
        {
            "indicator_id": indicator.mask(quarter, indicator + "_kvartal"),
            "area_id": table["kommun"].str.zfill(4),
            "area_level": area_level(table["kommun"].str.zfill(4)),
            "period": period,
            "value": _number(table["per100k"], where=file_name),
            "status": prel.map({True: "preliminary", False: "final"}),
        }
    )
    counts = _whole_number(table["count"], where=file_name)
    return _with_counts(rates, counts, retrieved_at=retrieved_at, where=file_name)


def _with_counts(
    rates: pd.DataFrame, counts: pd.Series, *, retrieved_at: date, where: str
) -> pd.DataFrame:
    """Rates, then the counts behind them as indicators of their own, "…_antal"."""
    behind = rates.assign(
        indicator_id=rates["indicator_id"] + COUNT,
        value=counts.astype("float64"),
    )
    both = pd.concat([rates, behind], ignore_index=True)
    return make_indicators(both, retrieved_at=retrieved_at, where=where)


def read_municipal(
    content: bytes,
    *,
    year: int,
    municipalities: dict[str, str],
    retrieved_at: date,
    file_name: str,
) -> pd.DataFrame:
    """Read Brå's table of all municipalities in one year.

    Parameters
    ----------
    content : bytes
        With headings ``Kommun;Antal;Per 100 000 inv.``, or as in 2021 without any and
        with "kommun" after each name.
    year : int
        The file does not say it.
    municipalities : dict
        Name → code.
    retrieved_at : date
    file_name : str

    Returns
    -------
    DataFrame
        Contract indicators: one row a municipality, bra_totalt, then its count,
        bra_totalt_antal.

    Raises
    ------
    ReadError
        If it has not three columns, or a municipality's name is not known.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=";", file_name=file_name, has_headings=False)
    if table.shape[1] < 3:
        raise ReadError(
            f"{file_name}: väntade tre kolumner ({'; '.join(MUNICIPAL_HEADINGS)}), "
            f"fann {table.shape[1]}."
        )
    if not table[1].str.contains(r"\d", regex=True).iloc[0]:
        _expect(table.iloc[0].str.strip().tolist(), MUNICIPAL_HEADINGS, file_name)
        table = table.iloc[1:].reset_index(drop=True)
    name = table[0].str.strip().str.replace(r"\s+kommun$", "", regex=True)
    code = name.map(municipalities)
    if code.isna().any():
        raise ReadError(
            f"{file_name}: {int(code.isna().sum())} kommunnamn känns inte igen, till "
            f"exempel på rad {int(code.isna().idxmax()) + 1}."
        )
    rates = pd.DataFrame(
        {
            "indicator_id": "bra_totalt",
            "area_id": code.astype("str"),
            "area_level": "municipality",
            "period": str(year),
            "value": _number(table[2], where=file_name),
        }
    )
    counts = _whole_number(table[1], where=file_name)
    return _with_counts(rates, counts, retrieved_at=retrieved_at, where=file_name)


def read_sol_text(content: bytes, *, file_name: str) -> pd.DataFrame:
    """Read SOL's "Databasfil" (ISO-8859-1): semicolons, one too many on each row.

    Returns
    -------
    DataFrame
        One row, one figure: region, offence, offence_code (missing for a group),
        year, period ("År", "Kvartal 1", "Aug" …), is_preliminary, count (Int64) and
        per_100000; missing where Brå writes ``..``.

    Raises
    ------
    ReadError
        If a heading is missing, or no row holds anything but white space.
    """
    text, _ = decode(content, file_name=file_name)
    lines = [line.rstrip().rstrip(";") for line in text.split("\n") if line.strip()]
    if not lines:
        raise ReadError(f"{file_name}: filen är tom. Hämta den på nytt.")
    # a name may hold a semicolon in theory; a row of another width is told, not bent
    rows = [line.split(";") for line in lines]
    _expect([cell.strip() for cell in rows[0]], SOL_HEADINGS, file_name)
    n_odd = sum(len(row) != len(rows[0]) for row in rows)
    if n_odd:
        raise ReadError(
            f"{file_name}: {n_odd} rader har ett annat antal kolumner än rubrikraden."
        )
    table = pd.DataFrame(rows[1:], columns=[c.strip() for c in rows[0]], dtype="str")
    return _sol(table, file_name)


def _years(text: pd.Series, file_name: str) -> pd.Series:
    year = text.str.replace(_PRELIMINARY, "", regex=True)
    is_year = year.str.fullmatch(r"[12]\d{3}")
    if not is_year.all():
        raise ReadError(
            f"{file_name}: {int((~is_year).sum())} rader har något annat än ett årtal "
            "i kolumnen År."
        )
    return year.astype("int64")


def _sol(table: pd.DataFrame, file_name: str) -> pd.DataFrame:
    year = table["År"].str.strip()
    offence = table["Brott"].str.strip()
    return pd.DataFrame(
        {
            "region": table["Region"].str.strip(),
            "offence": offence,
            "offence_code": offence.str.extract(r"^(\d{4})\s*-", expand=False),
            "year": _years(year, file_name),
            "period": table["Period"].str.strip(),
            "is_preliminary": year.str.contains(_PRELIMINARY, regex=True),
            "count": _whole_number(table["Antal"], where=file_name),
            "per_100000": _number(table["/100 000 inv"], where=file_name),
        }
    )


def read_sol_excel(content: bytes, *, file_name: str) -> pd.DataFrame:
    """Read SOL's Excel export, whose repeated parents and regions stand once.

    Returns
    -------
    DataFrame
        One row, one figure: region, chapter (the group above, missing for the top),
        offence, year (int), period, unit ("antal" or "per_100000") and value;
        missing where Brå writes ``..``.

    Raises
    ------
    ReadError
        If the rows of years, periods and units are not where Brå has them.
    """
    sheets = read_sheets(content, None, file_name)
    rows = sheets[0][1]
    top = next(
        (
            i
            for i, row in enumerate(rows[:15])
            if any(re.fullmatch(r"\d{4}( prel\.?)?", cell) for cell in row[1:])
        ),
        None,
    )
    if top is None or top + 2 >= len(rows):
        raise ReadError(
            f"{file_name}: hittar ingen rad med årtal. Väntade SOL:s export med år, "
            "period och enhet i tre rader ovanför talen."
        )
    years, periods, units = (_filled(rows[top + i]) for i in range(3))
    told, region, chapter = [], None, None
    for row in rows[top + 3 :]:
        name, values = row[0].strip(), row[1:]
        if not name:
            continue
        if not any(values):  # a line of its own names the region or the group above
            is_group = bool(re.match(r"\d+(-\d+)? ?(§|kap)", name))
            region, chapter = (region, name) if is_group else (name, None)
            continue
        for i, value in enumerate(values, start=1):
            if years[i]:
                told.append(
                    (region, chapter, name, years[i], periods[i], units[i], value)
                )
    columns = ["region", "chapter", "offence", "year", "period", "unit", "value"]
    frame = pd.DataFrame(told, columns=columns, dtype="str")
    return frame.assign(
        year=_years(frame["year"], file_name),
        is_preliminary=frame["year"].str.contains(_PRELIMINARY, regex=True),
        unit=frame["unit"].map(lambda u: "per_100000" if "100 000" in u else "antal"),
        value=_number(frame["value"], where=file_name),
    )


def _filled(row: list[str]) -> list[str]:
    """A heading that spans several columns stands in the first of them."""
    last, filled = "", []
    for i, cell in enumerate(row):
        last = cell.strip() if cell.strip() and i else last
        filled.append(last)
    return filled

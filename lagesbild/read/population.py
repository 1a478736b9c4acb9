"""Read inhabitants by area and year from files of several forms.

In: befolkning.csv, a table by DeSO with a column a year, or what SCB's table service
(PxWeb) gives as CSV. Out: contract population. Used by ``initiate``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lagesbild import contracts
from lagesbild.bounds import read_bytes, refuse_lines
from lagesbild.errors import ReadError, RegisterError
from lagesbild.read import reference
from lagesbild.read.indicators import read_table
from lagesbild.read.scb import drop_years_outside, read_px_csv, split_area_codes

_TOTALS = ("totalt", "tot", "1+2", "totalt ålder", "samtliga åldrar", "båda könen")
_TOTALS = (*_TOTALS, "män och kvinnor", "kvinnor och män", "totalt kön")


def read_population(file: Path, area_ids: set[str]) -> pd.DataFrame:
    """Read inhabitants by area and year.

    Parameters
    ----------
    file : Path
    area_ids : set of str
        The workspace's areas; others are left out.

    Returns
    -------
    DataFrame
        Contract population, areas of the workspace only.

    Raises
    ------
    RegisterError
        If the file has no known form, or no row is of these areas.
    """
    try:
        content = read_bytes(file)
        refuse_lines(content, file.name)
        table = _from_year_columns(content, file.name, area_ids)
        if table is None:
            table = _from_pxweb(content, file.name)
    except ReadError as error:
        raise RegisterError(str(error)) from None
    if table is None:
        table = reference.read_register(file, "population")
    own = table[table["area_id"].isin(area_ids)]
    if own.empty:
        raise RegisterError(
            f"{file.name}: ingen av {len(table)} rader hör till arbetsytans områden. "
            "Befolkningen ska ha samma områdeskoder som områdena."
        )
    return contracts.check(own, "population", where=file.name)


def _from_year_columns(
    content: bytes, name: str, area_ids: set[str]
) -> pd.DataFrame | None:
    """A table by DeSO with columns pop_2024, pop_2025 …; None if it is not one."""
    try:
        text = content.decode("utf-8-sig")
        separator = max(";,\t", key=text.partition("\n")[0].count)
        raw = read_table(text, separator=separator, file_name=name)
    except (UnicodeDecodeError, ReadError):
        return None
    raw.columns = raw.columns.str.strip().str.lower()
    years = [c for c in raw.columns if c.startswith("pop_") and c[4:].isdigit()]
    codes = [c for c in ("desokod", "regsokod") if c in raw.columns]
    if not years or not codes:
        return None
    code = max(codes, key=lambda c: raw[c].isin(area_ids).sum())
    long = raw.melt(id_vars=code, value_vars=years, value_name="n_inhabitants")
    long["n_inhabitants"] = pd.to_numeric(long["n_inhabitants"], errors="coerce")
    if long["n_inhabitants"].isna().any():
        raise RegisterError(
            f"{name}: {long['n_inhabitants'].isna().sum()} antal saknas eller är "
            "inte tal. Rätta filen och försök igen."
        )
    long = long.assign(area_id=long[code], year=long["variable"].str[4:].astype(int))
    return long.groupby(["area_id", "year"], as_index=False)["n_inhabitants"].sum()


def _from_pxweb(content: bytes, name: str) -> pd.DataFrame | None:
    """SCB's CSV, totals of every other dimension; None if it is not one."""
    if (
        not content.lstrip(b"\xef\xbb\xbf")
        .lower()
        .startswith((b'"region"', b"region,"))
    ):
        return None
    cells = read_px_csv(content, file_name=name)
    region = cells.columns[0]
    for dimension in cells.columns[1:-2]:
        told = cells[dimension].str.strip().str.casefold()
        if told.nunique() == 1:
            continue
        if not told.isin(_TOTALS).any():
            raise RegisterError(
                f"{name}: kolumnen '{dimension}' har ingen rad för totalen. Hämta "
                "tabellen med bara totalt antal invånare."
            )
        cells = cells[told.isin(_TOTALS)]
    if cells.duplicated([region, "period"]).any():
        raise RegisterError(
            f"{name}: samma område och år står på flera rader. Hämta tabellen med "
            "bara totalt antal invånare."
        )
    cells = drop_years_outside(cells, code=region).dropna(subset="value")
    areas = split_area_codes(cells[region])
    cells = cells.assign(area_id=areas["code"], vintage=areas["vintage"])
    # the same code in two divisions: the newer one is today's
    cells = cells.sort_values("vintage", kind="stable")
    cells = cells.drop_duplicates(["area_id", "period"], keep="last")
    named = cells.rename(columns={"period": "year", "value": "n_inhabitants"})
    return named[["area_id", "year", "n_inhabitants"]].astype({"year": "int64"})

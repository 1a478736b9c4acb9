"""Hälsa på lika villkor, as the Public Health Agency's table service gives it.

In: PxWeb's CSV, in cp1252 or UTF-8: one row a region, sex and period, four measures a
row (share, lower and upper limit, answers), periods pooled over four years. Out:
contract indicators. Which habit the table is of stands in the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.csv_file import decode
from lagesbild.read.indicators import (
    EVERYONE,
    area_level,
    find_area,
    make_indicators,
    read_table,
)

PREFIX = "hlv_"
_REGION = ("region", "län", "kommun", "område", "geografiskt område")
_SEX = ("kön", "kon")
_PERIOD = ("år", "period", "tid")
_MEASURES = {
    "value": re.compile(r"^andel\b(?!.*(undre|nedre|övre|gräns|antal))"),
    "lower": re.compile(r"(undre|nedre)"),
    "upper": re.compile(r"övre"),
    "n_respondents": re.compile(r"antal"),
}
_POOLED = re.compile(r"((?:19|20)\d{2})\s*[-–]\s*((?:19|20)\d{2})")
_SEXES = {
    **dict.fromkeys(("totalt", "total", "båda könen", EVERYONE), EVERYONE),
    **dict.fromkeys(("män och kvinnor", "kvinnor och män"), EVERYONE),
    "kvinnor": "kvinnor",
    "kvinna": "kvinnor",
    "män": "man",
    "man": "man",
}
_NO_VALUE = ("..", ".", "-", "")


def read_hlv(
    content: bytes,
    *,
    indicator_id: str,
    names: Mapping[str, str],
    retrieved_at: date,
    file_name: str,
) -> pd.DataFrame:
    """Read one habit's table.

    Parameters
    ----------
    content : bytes
    indicator_id : str
        "hlv_rokning" …
    names : mapping
        Name of municipality, county or nation → code.
    retrieved_at : date
    file_name : str

    Returns
    -------
    DataFrame
        Contract indicators: one row a region, sex and pooled period, value in per
        cent.

    Raises
    ------
    ReadError
        If a column is not one of region, sex, period and the four measures, or a
        cell is not what its column holds.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=_separator(text), file_name=file_name)
    columns = _columns(list(table.columns), file_name)
    regions = table[columns["region"]].str.strip()
    code = regions.map(lambda name: find_area(name, names))
    _refuse(code.isna(), "region", "känns inte igen", file_name)
    told = (
        table[columns["sex"]].str.strip().str.casefold()
        if "sex" in columns
        else pd.Series(EVERYONE, index=table.index)
    )
    sex = told.map(_SEXES)
    _refuse(sex.isna(), "kön", "känns inte igen", file_name)
    pooled = table[columns["period"]].str.strip().str.extract(f"^{_POOLED.pattern}$")
    _refuse(pooled.isna().any(axis=1), "år", "är ingen period som 2021-2024", file_name)
    figures = {
        name: _number(table[columns[name]], columns[name], file_name)
        for name in _MEASURES
    }
    return make_indicators(
        pd.DataFrame(
            {
                "indicator_id": indicator_id,
                "area_id": code.astype("str"),
                "area_level": area_level(code.astype("str")),
                "breakdown": sex.astype("str"),
                "period": pooled[0] + "-" + pooled[1],
                **figures,
            }
        ),
        retrieved_at=retrieved_at,
        where=file_name,
    )


def _separator(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(";,\t", key=first.count)


def _columns(headings: list[str], file_name: str) -> dict[str, str]:
    """Our name → the file's heading, every heading used once and none left over."""
    found: dict[str, str] = {}
    unknown = []
    for heading in headings:
        word = heading.strip().casefold()
        name = next((n for n, f in _MEASURES.items() if f.search(word)), None)
        if word in _REGION:
            name = "region"
        elif word in _SEX:
            name = "sex"
        elif word in _PERIOD:
            name = "period"
        if name is None or name in found:
            unknown.append(heading)
        else:
            found[name] = heading
    missing = [n for n in ("region", "period", *_MEASURES) if n not in found]
    if missing or unknown:
        words = {"value": "Andel", "lower": "undre gräns", "upper": "övre gräns"}
        words |= {"n_respondents": "antal svar", "region": "Region", "period": "År"}
        raise ReadError(
            f"{file_name}: väntade kolumnerna Region, Kön, År, Andel, undre gräns, "
            f"övre gräns och antal svar; fann {', '.join(headings[:10])}. Saknas: "
            f"{', '.join(words[n] for n in missing) or 'inga'}; oväntade: "
            f"{', '.join(unknown[:6]) or 'inga'}. Hämta tabellen med en rad per "
            "region, kön och period."
        )
    return found


def _number(text: pd.Series, column: str, file_name: str) -> pd.Series:
    plain = text.str.replace(r"[\s\u00a0]", "", regex=True).str.replace(",", ".")
    blank = plain.isin(_NO_VALUE)
    is_number = plain.str.fullmatch(r"\d{1,9}(\.\d{1,9})?")
    _refuse(~blank & ~is_number, column, "är inget tal", file_name)
    value = pd.to_numeric(plain.where(is_number), errors="coerce")
    return value.astype("float64")


def _refuse(wrong: pd.Series, column: str, why: str, file_name: str) -> None:
    if wrong.any():
        row = int(wrong.to_numpy().argmax()) + 2
        raise ReadError(
            f"{file_name}: {int(wrong.sum())} celler i kolumnen {column} {why}, den "
            f"första på rad {row}. Hämta tabellen på nytt."
        )

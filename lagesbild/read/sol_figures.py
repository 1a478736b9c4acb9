"""Brå's SOL tables → the indicators that we show, and what was left out and why.

In: a table of ``bra.read_sol_text`` or ``bra.read_sol_excel``. Out: contract
indicators. SOL has some hundred offences and many kinds of region: only the groups in
``indicators.csv`` and the places of our own list are taken, the rest is counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from lagesbild.read.bra import COUNT
from lagesbild.read.indicators import area_level, find_area, make_indicators

_OFFENCES = (
    (re.compile(r"(totalt antal|samtliga|alla) brott"), "bra_totalt"),
    (re.compile(r"3\s*[-–]\s*7 kap\..*"), "bra_person"),
    (re.compile(r"8 kap\..*"), "bra_stold"),
    (re.compile(r"12 kap\..*"), "bra_skadegorelse"),
    (re.compile(r"inbrottsstöld( totalt)?"), "bra_inbrott"),
    (re.compile(r"narkotika-? och vapenbrott"), "bra_narkotika_vapen"),
)
_WHOLE_YEAR = ("år", "helår", "hela året")
_QUARTER = re.compile(r"kv(?:artal)?\.?\s*([1-4])")


def take_sol_figures(
    table: pd.DataFrame,
    *,
    names: Mapping[str, str],
    retrieved_at: date,
    file_name: str,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Take our indicators out of SOL's table.

    Parameters
    ----------
    table : DataFrame
        Of ``read_sol_text`` or ``read_sol_excel``.
    names : mapping
        Name of municipality, county or nation → code.
    retrieved_at : date
    file_name : str

    Returns
    -------
    DataFrame
        Contract indicators: rates per 100,000 and, as …_antal, counts.
    dict
        Swedish reason → rows of the table left out.

    Raises
    ------
    ReadError
        If the same figure stands twice.
    """
    place = table["region"].fillna("").map(lambda name: find_area(name, names))
    indicator = table["offence"].map(_offence)
    period = _periods(table)
    is_quarter = period.str.contains("K", regex=False).fillna(False).astype(bool)
    reasons = {
        "platser som inte är kommun, län eller riket": place.isna(),
        "brott som inte är en av våra indikatorer": indicator.isna(),
        "månader": period.isna(),
        "kvartal för annat än alla brott": is_quarter & (indicator != "bra_totalt"),
    }
    left, taken = {}, pd.Series(True, index=table.index)
    for why, out in reasons.items():
        n_out = int((taken & out).sum())
        left |= {why: n_out} if n_out else {}
        taken &= ~out
    own = pd.DataFrame(
        {
            "indicator_id": indicator.mask(is_quarter, indicator + "_kvartal"),
            "area_id": place,
            "period": period,
            "status": table["is_preliminary"].map(
                {True: "preliminary", False: "final"}
            ),
        }
    )
    figures = pd.concat(
        [
            own.assign(
                indicator_id=own["indicator_id"] + end, value=value.astype("float64")
            )[taken & has]
            for end, value, has in _values(table)
        ],
        ignore_index=True,
    ).astype({"indicator_id": "str", "area_id": "str", "period": "str"})
    frame = make_indicators(
        figures.assign(area_level=area_level(figures["area_id"])),
        retrieved_at=retrieved_at,
        where=file_name,
    )
    return frame, left


def _values(table: pd.DataFrame) -> list[tuple[str, pd.Series, pd.Series]]:
    """End of the indicator's id, the figures, and the rows that tell them."""
    if "unit" in table:  # Excel: one figure a row
        is_rate = table["unit"] == "per_100000"
        return [("", table["value"], is_rate), (COUNT, table["value"], ~is_rate)]
    every = pd.Series(True, index=table.index)
    return [("", table["per_100000"], every), (COUNT, table["count"], every)]


def _offence(name: str) -> str | None:
    plain = re.sub(r"^brb\s+", "", name.strip().casefold())
    return next((i for form, i in _OFFENCES if form.fullmatch(plain)), None)


def _periods(table: pd.DataFrame) -> pd.Series:
    """A year, "2026-K1", or missing for months."""
    if "period" not in table:
        return table["year"].astype("str")
    told = table["period"].str.strip().str.casefold()
    year = table["year"].astype("str")
    quarter = told.str.extract(f"^{_QUARTER.pattern}$", expand=False)
    period = year.where(told.isin(_WHOLE_YEAR))
    return period.where(quarter.isna(), year + "-K" + quarter.fillna(""))

"""Drug residues in wastewater: laboratory results, and the EUDA's tables of cities.

In: a laboratory's figures, or the EUDA's CSV. Out: loads in mg per 1,000 persons and
day. The two are never mixed: a laboratory's single days are not the EUDA's week.
No doses and no number of users: the EUDA advises against both.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.csv_file import decode
from lagesbild.read.indicators import make_indicators, read_table

DAYS = (
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
)
EUDA_COLUMNS = (
    *("Year", "Metabolite", "Site ID", "Country", "City"),
    *DAYS,
    *("Weekday mean", "Weekend mean", "Daily mean"),
)
EUDA_SUBSTANCES = {
    "cocaine": "euda_kokain",
    "amphetamine": "euda_amfetamin",
    "methamphetamine": "euda_metamfetamin",
    "MDMA": "euda_mdma",
    "ketamine": "euda_ketamin",
    "cannabis": "euda_cannabis",
}
LABORATORY_COLUMNS = (
    "substance",
    "concentration_ug_per_m3",
    "flow_m3_per_day",
    "n_connected",
)
MAX_PRINTED_ERROR = 0.05
"""A printed figure further than this share from what it should be is flagged."""
_CHANCES = 20_000
# Relative standard errors: our assumption where the laboratory tells none, told as an
# assumption wherever the interval is shown (docs/metod.md).
UNCERTAINTY = {
    "concentration_ug_per_m3": 0.20,
    "flow_m3_per_day": 0.10,
    "n_connected": 0.15,
}


def read_euda(
    content: bytes, *, site: str, retrieved_at: date, file_name: str
) -> pd.DataFrame:
    """Read one treatment plant out of the EUDA's table of cities.

    Parameters
    ----------
    content : bytes
        The CSV as the EUDA publishes it: quoted, with commas.
    site : str
        The plant's code, "SE004".
    retrieved_at : date
    file_name : str

    Returns
    -------
    DataFrame
        Contract indicators, area_level treatment_plant: one row a substance and year,
        value the daily mean in mg per 1,000 persons and day, lower and upper empty
        (the EUDA gives none), n_respondents the days measured.

    Raises
    ------
    ReadError
        If a heading is missing, the plant is not in the table, or a substance is
        not known.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=",", file_name=file_name)
    missing = [name for name in EUDA_COLUMNS if name not in table.columns]
    if missing:
        raise ReadError(
            f"{file_name}: rubrikerna {', '.join(missing)} saknas. Väntade EUDA:s "
            f"tabell med {', '.join(EUDA_COLUMNS)}."
        )
    rows = table[table["Site ID"] == site].reset_index(drop=True)
    if rows.empty:
        raise ReadError(
            f"{file_name}: reningsverket '{site}' finns inte i tabellen. Koden står i "
            "EUDA:s förteckning över mätplatser, till exempel SE004."
        )
    unknown = sorted(set(rows["Metabolite"]) - set(EUDA_SUBSTANCES))
    if unknown:
        raise ReadError(f"{file_name}: okänt ämne {', '.join(unknown)}.")
    days = rows[list(DAYS)].apply(pd.to_numeric, errors="coerce")
    return make_indicators(
        pd.DataFrame(
            {
                "indicator_id": rows["Metabolite"].map(EUDA_SUBSTANCES),
                "area_id": site,
                "area_level": "treatment_plant",
                "period": rows["Year"],
                "value": pd.to_numeric(rows["Daily mean"], errors="coerce"),
                "n_respondents": days.notna().sum(axis=1),
            }
        ),
        retrieved_at=retrieved_at,
        where=file_name,
    )


def compute_loads(
    results: pd.DataFrame, *, uncertainty: dict[str, float] | None = None
) -> pd.DataFrame:
    """Loads of a laboratory's results, with limits by simulation.

    Parameters
    ----------
    results : DataFrame
        substance, concentration_ug_per_m3, flow_m3_per_day, n_connected; and, where
        the laboratory prints its own, printed_mg_per_1000_day.
    uncertainty : dict, optional
        Relative standard error of each of the three; None takes ``UNCERTAINTY``.

    Returns
    -------
    DataFrame
        The same rows with load_mg_per_1000_day = concentration × flow ÷ persons
        connected (µg to mg and per 1,000 cancel), lower and upper (95 %, Monte Carlo
        with lognormal errors from one seed), and ``is_printed_wrong``: the printed
        figure is more than 5 % from the computed one.

    Raises
    ------
    ReadError
        If a column is missing, a figure is negative, or flow or persons is not
        above 0.
    """
    missing = [name for name in LABORATORY_COLUMNS if name not in results]
    if missing:
        raise ReadError(f"Laboratoriets resultat saknar {', '.join(missing)}.")
    numbers = results[list(LABORATORY_COLUMNS[1:])].astype("float64")
    known = numbers.notna().all(axis=1)
    wrong = known & ((numbers < 0).any(axis=1) | (numbers.iloc[:, 1:] <= 0).any(axis=1))
    if wrong.any():
        raise ReadError(
            f"{int(wrong.sum())} rader har en halt under noll, eller flöde eller antal "
            "anslutna som inte är över noll. Rätta filen."
        )
    load = _load(numbers)
    spread = uncertainty or UNCERTAINTY
    chance = np.random.default_rng(0).standard_normal((3, 1, _CHANCES))
    factors = [
        np.exp(np.sqrt(np.log1p(spread[name] ** 2)) * chance[i])
        for i, name in enumerate(LABORATORY_COLUMNS[1:])
    ]
    drawn = load.to_numpy()[:, None] * factors[0] * factors[1] / factors[2]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1)
    printed = results.get("printed_mg_per_1000_day")
    apart = (
        (printed.astype("float64") - load).abs() > MAX_PRINTED_ERROR * load
        if printed is not None
        else False
    )
    return results.assign(
        load_mg_per_1000_day=load, lower=low, upper=high, is_printed_wrong=apart
    )


def _load(numbers: pd.DataFrame) -> pd.Series:
    # µg/m³ × m³/day ÷ persons = µg a person and day = mg per 1,000 persons and day
    return (
        numbers["concentration_ug_per_m3"]
        * numbers["flow_m3_per_day"]
        / numbers["n_connected"]
    )


def flag_printed_rates(
    amount: pd.Series, per_1000: pd.Series, n_connected: pd.Series
) -> pd.Series:
    """Whether a printed figure per 1,000 persons disagrees with its printed amount.

    Parameters
    ----------
    amount, per_1000 : Series of float
        What the report prints in all and per 1,000 connected persons.
    n_connected : Series of float

    Returns
    -------
    Series of bool
        True where they differ by more than 5 % and by more than the last digit.
    """
    expected = amount / (n_connected / 1000)
    apart = (per_1000 - expected).abs()
    return (apart > MAX_PRINTED_ERROR * expected) & (apart > 0.5)

"""How many live in an area in a period's year, and why an area may have no rate.

In: counts by area and period, and the population by area and year. Out: Series
aligned with the counts. Used by ``tables.add_rates``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lagesbild.measure.totals import MUNICIPALITY, WITHOUT_AREA


def find_inhabitants(counts: pd.DataFrame, population: pd.DataFrame) -> pd.Series:
    """Inhabitants of each row's area.

    Parameters
    ----------
    counts : DataFrame
        With area_id and period; area "*" is the municipality.
    population : DataFrame
        area_id, year, n_inhabitants.

    Returns
    -------
    Series
        Aligned float, of the period's year or the latest year before it; missing
        where none is known. The municipality is the sum of its areas, missing in a
        year in which one of them is.
    """
    years = counts["period"].str[:4].astype("int64")
    table = population.astype({"n_inhabitants": "float64"}).pivot(
        index="area_id", columns="year", values="n_inhabitants"
    )
    wanted = sorted({*table.columns, *years})
    table = table.reindex(columns=wanted).ffill(axis=1)
    table.loc[MUNICIPALITY] = table.sum(skipna=False)
    at = table.index.get_indexer(counts["area_id"])
    year = pd.Index(wanted).get_indexer(years)
    found = np.where(at >= 0, table.to_numpy()[at, year], np.nan)
    return pd.Series(found, index=counts.index)


def explain_no_rate(
    counts: pd.DataFrame,
    people: pd.Series,
    areas: pd.DataFrame | None,
    *,
    least: int,
    kinds: Sequence[str],
) -> pd.Series:
    """Why a row has no rate, in Swedish; missing where it has one.

    Parameters
    ----------
    counts : DataFrame
        With area_id.
    people : Series
        From ``find_inhabitants``.
    areas : DataFrame, optional
        area_id and kind.
    least : int
        Fewest inhabitants that can bear a rate.
    kinds : sequence of str
        Kinds of area where those who live there are not those who are there.
    """
    reason = pd.Series(pd.NA, index=counts.index, dtype="object")
    reason[people.notna() & (people < least)] = f"Färre än {least} invånare."
    reason[people.isna()] = "Antalet invånare är inte känt."
    if areas is not None and "kind" in areas:
        kind = counts["area_id"].map(areas.set_index("area_id")["kind"])
        for word in kinds:
            reason[kind == word] = (
                f"Området är av slaget {word}, där få bor i förhållande till dem som "
                "vistas där."
            )
    reason[counts["area_id"] == WITHOUT_AREA] = "Utan område har inga invånare."
    return reason.astype("str")

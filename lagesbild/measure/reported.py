"""Reported crime beside similar municipalities and the nation, year by year.

In: contract indicators, with Brå's rates per 100,000 inhabitants and the counts behind
them. Out: one row a year and comparison, with the intervals of both and a verdict. The
rates are Brå's own; only the limits are ours. Next: ``present.peers``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure.peers import similar_group
from lagesbild.measure.rates import rate

PER = 100_000
COUNT = "_antal"
NATION = "0000"
COLUMNS = [
    "period",
    "area_id",
    "own_value",
    "own_lower",
    "own_upper",
    "status",
    "value",
    "lower",
    "upper",
    "difference",
    "difference_lower",
    "difference_upper",
    "verdict",
]


def compare_reported(
    indicators: pd.DataFrame,
    *,
    own: str,
    similar: Sequence[str],
    nation: str = NATION,
    indicator_id: str = "bra_totalt",
) -> pd.DataFrame:
    """Set a municipality's reported crime beside others, every year there is.

    Parameters
    ----------
    indicators : DataFrame
        Contract indicators with ``indicator_id`` and, as …_antal, its counts.
    own : str
        area_id of the municipality.
    similar : sequence of str
        Those like it; one without a figure in a year has the verdict "uppgift
        saknas".
    nation : str
    indicator_id : str
        A yearly rate per 100,000 inhabitants.

    Returns
    -------
    DataFrame
        One row a year and comparison, in order: the similar municipalities, their
        "median", the nation. period; own_value, own_lower, own_upper and status
        ("final", "preliminary") of the municipality; value, lower and upper of the
        other; difference (own less the other) with limits, and verdict as
        ``similar_group``. Limits are 95 %, Poisson, of the count (Byar or exact), so
        they tell of chance alone; see ``with_limits`` where a count is missing.

    Raises
    ------
    UsageError
        If the municipality has no figure of the indicator.
    """
    figures = with_limits(indicators, indicator_id)
    mine = figures[(figures["area_id"] == own) & figures["value"].notna()]
    if mine.empty:
        raise UsageError(
            f"Statistiken har inget värde av '{indicator_id}' för kommunen {own}. Läs "
            "in Brås tal med 'lagesbild statistics'."
        )
    return compare_years(figures, own=own, similar=similar, nation=nation)


def compare_years(
    figures: pd.DataFrame, *, own: str, similar: Sequence[str], nation: str = NATION
) -> pd.DataFrame:
    """Set one indicator of a municipality beside others, every period it has.

    Parameters
    ----------
    figures : DataFrame
        One row a place and period: area_id, period, value, lower, upper, status.
    own, similar, nation
        As of ``compare_reported``.

    Returns
    -------
    DataFrame
        As of ``compare_reported``; no row if the municipality has no value.
    """
    mine = figures[(figures["area_id"] == own) & figures["value"].notna()]
    wanted = [own, *(code for code in similar if code != own), nation]
    rows = [pd.DataFrame(columns=COLUMNS)] if mine.empty else []
    for year in sorted(mine["period"]):
        that_year = figures[figures["period"] == year].set_index("area_id")
        table = that_year.reindex(wanted).rename_axis("area_id").reset_index()
        told = similar_group(table, own=own, nation=nation)
        at = that_year.loc[own]
        rows.append(
            told.assign(
                period=year,
                own_value=at["value"],
                own_lower=at["lower"],
                own_upper=at["upper"],
                status=at["status"],
            )
        )
    return pd.concat(rows, ignore_index=True)[COLUMNS]


def with_limits(indicators: pd.DataFrame, indicator_id: str) -> pd.DataFrame:
    """Brå's rate of an indicator with Poisson limits from the count behind it.

    Returns
    -------
    DataFrame
        One row a place and period: area_id, period, value, status, lower, upper.
        Where Brå tells no count, it is the rate times the inhabitants of the year
        before; without those there are no limits.
    """
    everyone = indicators[indicators["breakdown"] == "alla"]
    keys = ["area_id", "period"]
    rates = everyone.loc[
        everyone["indicator_id"] == indicator_id, [*keys, "value", "status"]
    ]
    counts = everyone.loc[
        everyone["indicator_id"] == indicator_id + COUNT, [*keys, "value"]
    ]
    both = rates.merge(
        counts.rename(columns={"value": "count"}),
        on=keys,
        how="left",
        validate="one_to_one",
    )
    # Brå's own denominator; a rate of 0 does not tell it, and has no limits then
    people = both["count"] / both["value"].where(both["value"] > 0) * PER
    ordered = people[both.sort_values(keys).index]
    # a count that is not told: last year's inhabitants give the limits' width well
    people = people.fillna(ordered.groupby(both["area_id"]).ffill(limit=1))
    count = both["count"].fillna(both["value"] * people / PER)
    limits = rate(count, people, per=PER)
    return both.drop(columns="count").assign(
        lower=limits["lower"], upper=limits["upper"]
    )

"""Protected classes: the municipality and whole years, and nothing else.

In: closed counts. Out: a small table, the same for every audience. Next:
``publication``. A year stands here when its four quarters are closed, so that its
numbers never change and no two versions of them can be compared.
"""

from __future__ import annotations

import pandas as pd

from lagesbild.audiences import PROTECTED_THRESHOLD
from lagesbild.offences import protected_categories

_LEAST_OF = ["n_offences", "n_reports", "n_events"]


def count_protected_years(closed_counts: pd.DataFrame) -> pd.DataFrame:
    """Count protected classes by year, small numbers hidden.

    Parameters
    ----------
    closed_counts : DataFrame
        The table, of any number of cycles.

    Returns
    -------
    DataFrame
        One row, one protected class and year of which the police have delivered every
        quarter and all are closed: category, period ("2025"), n_offences (Int64) and
        n_offences_status (shown, suppressed). Hidden from 1 up to the threshold, also
        when fewer reports or events than that lie behind. There are no sums.
    """
    police = closed_counts[closed_counts["source_kind"] == "police"]
    police = police.assign(year=police["period"].str[:4])
    told = police[~police["is_missing"] & police["protected_class"].isna()]
    quarters = told.groupby("year")["period"].nunique()
    years = list(quarters[quarters == 4].index)
    grid = pd.MultiIndex.from_product(
        [protected_categories(), years], names=["protected_class", "year"]
    )
    rows = police[police["protected_class"].notna()]
    counted = rows.groupby(["protected_class", "year"])[_LEAST_OF].sum()
    counted = counted.astype("Int64").reindex(grid, fill_value=0)
    behind = counted.where(counted["n_offences"] > 0).min(axis=1)
    is_small = behind.lt(PROTECTED_THRESHOLD).fillna(False)
    out = counted[["n_offences"]].mask(is_small.to_numpy()[:, None])
    out["n_offences_status"] = is_small.map({True: "suppressed", False: "shown"})
    out = out.reset_index().rename(
        columns={"protected_class": "category", "year": "period"}
    )
    return out.astype(dict.fromkeys(("category", "period"), "str"))

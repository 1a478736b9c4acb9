"""How safe people feel, beside similar municipalities and the nation.

In: contract indicators of surveys whose respondents were drawn by chance. Out: one
survey's answers year by year with their limits, as ``reported`` has reported crime, so
that the two can be set against each other. Whose answers chose themselves are no
indicators and never get here. Next: ``present.safety``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lagesbild.measure.reported import COLUMNS, NATION, compare_years

SAFE, UNSAFE = "trygg", "otrygg"
SURVEYS = {
    "mu_trygg_morker": SAFE,
    "kolada_N00610": SAFE,
    "tm_otrygg_kvall": UNSAFE,
    "ntu_otrygg_kvall": UNSAFE,
    "kolada_N07609": UNSAFE,
    "tm_problemindex": UNSAFE,
    "hlv_avstar_ga_ut": UNSAFE,
}
"""Indicator → whether more of it is safer or less safe; the first that there is, is
taken: those that are asked most often in one municipality come first."""


def compare_perceived(
    indicators: pd.DataFrame,
    *,
    own: str,
    similar: Sequence[str],
    nation: str = NATION,
) -> pd.DataFrame:
    """Set a municipality's perceived safety beside others, every period there is.

    Parameters
    ----------
    indicators : DataFrame
        Contract indicators; a suppressed value is missing.
    own : str
        area_id of the municipality.
    similar : sequence of str
    nation : str

    Returns
    -------
    DataFrame
        As of ``compare_reported`` with indicator_id and means ("trygg" or "otrygg")
        first: of the first survey in ``SURVEYS`` of which the municipality itself has
        a value. No row if there is none: nobody else's value stands in for it.
    """
    everyone = indicators[
        (indicators["breakdown"] == "alla") & indicators["value"].notna()
    ]
    of_own = set(everyone.loc[everyone["area_id"] == own, "indicator_id"])
    for name, means in SURVEYS.items():
        if name in of_own:
            figures = everyone[everyone["indicator_id"] == name]
            told = compare_years(figures, own=own, similar=similar, nation=nation)
            return _labelled(told, name, means)
    return _labelled(pd.DataFrame(columns=COLUMNS), "", "")


def _labelled(told: pd.DataFrame, indicator_id: str, means: str) -> pd.DataFrame:
    out = told.copy()
    out.insert(0, "indicator_id", indicator_id)
    out.insert(1, "means", means)
    return out.astype({"indicator_id": "str", "means": "str"})

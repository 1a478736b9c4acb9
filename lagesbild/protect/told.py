"""What stands out, as much of it as an audience may be told.

In: the findings of ``measure`` and one audience's cells. Out: the findings of that
audience. Next: ``Publication.findings``.

No hidden count can be bounded by what is told here:

* A signal or a trend is a function of one series of counts, by a method that docs/
  metod.md makes public, and of nothing else. It is told only where every quarter of
  that series that was used is shown to the audience (or is missing for everybody), so
  that the reader could have computed it from the page's own figures. Where one quarter
  is hidden the finding says "visas inte"; that follows from which cells are hidden,
  which the reader sees.
* That a history is too short or a delivery missing follows from the deliveries.
* The week tells whole per cents of a thousand events or more, of the whole
  municipality over a year, and their number to the nearest hundred: no cell of a
  publication is a part of it or a sum of its parts, and each share alone leaves a
  range of ten events or more.
* Hot spots lie in single squares and are for ``intern`` alone, as is everything by
  area of what the police find by looking.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.offences import FOUND_BY_POLICE
from lagesbild.protect.hide import HIDDEN_VERDICT
from lagesbild.protect.notes import MUNICIPALITY

NOT_BY_AREA = (
    "Narkotika-, vapen- och trafikbrott visas inte var för sig i enskilda områden. De "
    "hittas mest när polisen letar."
)
SIGNAL, NO_SIGNAL = "signal", "ingen signal"
_KEYS = ["area_id", "category"]
_NAMES = [*_KEYS, "measure"]
_COLUMNS = {
    "signals": [*_NAMES, "period", "from_period", "count", "expected", "upper"],
    "trends": [*_NAMES, "from_period", "to_period", "n_first_year", "n_last_year"],
}
_PERIODS = ("period", "from_period", "to_period")
_KNOWN = {"signals": "period", "trends": "to_period"}


def tell_findings(
    findings: dict[str, pd.DataFrame], cells: pd.DataFrame, *, is_internal: bool
) -> dict[str, pd.DataFrame]:
    """Make the findings of one audience.

    Parameters
    ----------
    findings : dict of str to DataFrame
        From ``measure.findings.find_all``.
    cells : DataFrame
        The audience's cells, from ``hide_cells``.
    is_internal : bool

    Returns
    -------
    dict of str to DataFrame
        ``signals``: one row, the municipality or an area and a leaf category: area_id,
        category, measure, period, from_period, count, expected, upper, verdict
        ("signal", "ingen signal", "visas inte" or the reason why there is no answer)
        and reason. ``trends``: area_id, category, measure, from_period, to_period,
        n_first_year, n_last_year, verdict (also "visas inte") and reason. Both by
        area and category; numbers are missing where the verdict is hidden or not known.
        ``week``: as ``measure.week.find_week``. ``hot_spots``: for ``intern`` alone.
    """
    told = {"week": findings["week"]}
    if is_internal:
        told["hot_spots"] = findings["hot_spots"]
    for name, columns in _COLUMNS.items():
        frame = findings[name]
        if name == "signals":
            frame = frame.assign(verdict=_signal_words(frame))
        hidden = _rests_on_hidden(frame, cells, to=_KNOWN[name])
        numbers = [c for c in columns if c not in (*_NAMES, *_PERIODS)]
        frame = frame.assign(
            **frame[numbers].mask(hidden),
            # a history too short, or a delivery that is missing, is told of any count
            verdict=frame["verdict"].mask(
                hidden & frame["reason"].isna(), HIDDEN_VERDICT
            ),
        )[[*columns, "verdict", "reason"]]
        frame = frame if is_internal else leave_to_intern(frame)
        told[name] = frame.sort_values(_KEYS, ignore_index=True)
    return told


def leave_to_intern(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without those by area of what the police find by looking.

    They say where the police have worked. They are not told, but not hidden either:
    who adds and subtracts may get near them, and never near a hidden count.
    """
    by_area = frame["area_id"] != MUNICIPALITY
    kept = frame[~(by_area & frame["category"].isin(FOUND_BY_POLICE))]
    return kept.reset_index(drop=True)


def _signal_words(frame: pd.DataFrame) -> pd.Series:
    words = np.where(frame["is_signal"], SIGNAL, NO_SIGNAL)
    return frame["reason"].fillna(pd.Series(words, frame.index)).astype("str")


def _rests_on_hidden(frame: pd.DataFrame, cells: pd.DataFrame, *, to: str) -> pd.Series:
    """Whether any quarter of each row's series, of those used, is hidden."""
    of_police = cells["measure"] == "n_offences"
    status = cells["n_offences_status"].where(of_police, cells["n_observations_status"])
    gone = cells.loc[status == "suppressed", [*_KEYS, "period"]]
    pairs = frame[[*_KEYS, "from_period", to]].set_axis(
        [*_KEYS, "first", "last"], axis=1
    )
    found = pairs.reset_index().merge(gone, on=_KEYS)
    within = (found["first"] <= found["period"]) & (found["period"] <= found["last"])
    return pd.Series(frame.index.isin(found.loc[within, "index"]), index=frame.index)

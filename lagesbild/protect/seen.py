"""What outsiders have before them: one publication, several, and earlier releases.

In: the cells each audience is to get, and what has been handed out. Out: one frame of
all that somebody can know, or an error where it shows what it must not. Used by
``auditing`` alone; it shares no code with the suppression.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lagesbild.audiences import Audience
from lagesbild.errors import ProtectError

KEYS = ["area_id", "category", "period"]
BY_AREA = ("n_offences", "n_observations")
BY_GROUP = ("n_reports", "n_events", "n_events_occurred")
_COUNTS = (*BY_AREA, *BY_GROUP)
_LAST_YEAR = ("n_offences_last_year", "n_observations_last_year")
_RATE = ["rate_per_1000_quarter", "rate_lower", "rate_upper"]
_RATIO = ["rate_ratio", "ratio_lower", "ratio_upper"]
# said of a cell whatever its count is
_NEUTRAL = (
    "visas inte",
    "jämförs inte",
    "ännu inte jämförbart",
    "uppgift saknas",
    "för kort historik",
)


def check_shown(
    frame: pd.DataFrame,
    rule: Audience,
    audience: str,
    earlier: pd.DataFrame | None = None,
) -> None:
    """No small count, no value beside a status that says there is none.

    What ``earlier`` releases to the same audience have shown is public, whatever the
    rule has become; what they have hidden may not be shown, and nothing may differ.

    Raises
    ------
    ProtectError
    """
    faults = 0
    was = None if earlier is None else _align(earlier, frame)
    for count in (*_COUNTS, *_LAST_YEAR):
        value = frame[count].astype("float64")
        small = _is_small(frame, value, rule)
        if was is not None and count in _COUNTS:
            is_public = was[f"{count}_status"] == "shown"
            if (value.notna() & was["is_released"] & ~is_public).any():
                raise ProtectError(
                    f"Publikationen för '{audience}' visar celler som ett tidigare "
                    "utlämnande har dolt. Inget har skrivits."
                )
            if (is_public & value.notna() & (was[count] != value)).any():
                raise ProtectError(
                    f"Publikationen för '{audience}' visar andra tal än ett tidigare "
                    "utlämnande. Inget har skrivits."
                )
            small &= ~is_public
        elif was is not None:
            small &= ~was["is_released"]
        faults += int(small.sum())
        faults += int((value.notna() & (frame[f"{count}_status"] != "shown")).sum())
    base, then = (
        frame[f"n_offences{end}_status"].where(
            frame["measure"] == "n_offences", frame[f"n_observations{end}_status"]
        )
        for end in ("", "_last_year")
    )
    rate, ratio = (frame[names].notna().any(axis=1) for names in (_RATE, _RATIO))
    is_hidden = (base == "suppressed") | (then == "suppressed")
    faults += int(
        (rate & ((base != "shown") | (frame["rate_status"] != "shown"))).sum()
    )
    faults += int((ratio & (is_hidden | (frame["change_status"] != "shown"))).sum())
    faults += int((is_hidden & ~frame["verdict"].isin(_NEUTRAL)).sum())
    faults += _count_disagreeing_years(frame)
    if faults:
        raise ProtectError(
            f"{faults} celler i publikationen för '{audience}' visar ett litet antal "
            "eller något som bygger på ett dolt. Inget har skrivits."
        )


def _is_small(frame, value: pd.Series, rule: Audience) -> pd.Series:
    rules = {c: rule.rule_of(c) for c in frame["category"].unique()}
    threshold = frame["category"].map({c: r.threshold for c, r in rules.items()})
    zeros = frame["category"].map({c: r.protect_zeros for c, r in rules.items()})
    return ((value >= 1) & (value < threshold)) | ((value == 0) & zeros.astype(bool))


def _count_disagreeing_years(frame: pd.DataFrame) -> int:
    """Last year's count must be hidden wherever the cell itself is."""
    number = frame["period"].str[:4].astype(int) * 4 + frame["period"].str[6:].astype(
        int
    )
    keys = [frame["area_id"], frame["category"]]
    then = frame.set_index([*keys, number + 4])
    at = pd.MultiIndex.from_arrays([*keys, number])
    faults = 0
    for count in BY_AREA:
        hidden = then[f"{count}_status"].eq("suppressed").reindex(at, fill_value=False)
        faults += int((hidden.to_numpy() & frame[f"{count}_last_year"].notna()).sum())
    return faults


def view_releases(released: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What each audience has been handed, as cells; hidden ones without their value.

    Parameters
    ----------
    released : DataFrame
        Contract publications.

    Returns
    -------
    dict of str to DataFrame
        By audience: keys, and each count with its status.
    """
    told = released.assign(
        status=released["is_hidden"].map({True: "suppressed", False: "shown"}),
        value=released["value"].mask(released["is_hidden"]),
    )
    views = {}
    for audience, rows in told.groupby("audience"):
        rows = rows.drop_duplicates([*KEYS, "count"])
        wide = rows.pivot(index=KEYS, columns="count", values=["value", "status"])
        columns = {}
        for count in _COUNTS:
            has = count in wide["value"]
            value = wide["value"][count] if has else pd.Series(pd.NA, wide.index)
            status = wide["status"][count] if has else pd.Series(pd.NA, wide.index)
            columns[count] = value.astype("Int64")
            columns[f"{count}_status"] = status.astype("str").fillna("not_computed")
        views[audience] = pd.DataFrame(columns).reset_index()
    return views


def _align(earlier: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The earlier cells in the rows of the frame; ``is_released``: their quarter is."""
    keyed = earlier.set_index(KEYS)
    found = keyed.reindex(pd.MultiIndex.from_frame(frame[KEYS]))
    found = found.set_axis(frame.index)
    return found.assign(is_released=frame["period"].isin(set(earlier["period"])))


def join_views(views: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """What somebody knows who holds every view: a cell that any of them shows is known.

    In a quarter that an earlier view tells, its cells are all there are: a later one
    of other areas or categories must hide what it adds.

    Raises
    ------
    ProtectError
        If the same cell is shown with two numbers, or a cell that a told quarter does
        not have.
    """
    joint = views[0].set_index(KEYS)
    for view in views[1:]:
        other = view.set_index(KEYS)
        is_told = other.index.get_level_values("period").isin(
            joint.index.get_level_values("period").unique()
        )
        is_new = is_told & ~other.index.isin(joint.index)
        if other.loc[is_new, list(_COUNTS)].notna().any(axis=None):
            raise ProtectError(
                "Ett kvartal som redan är utlämnat visas med andra områden eller "
                "kategorier. Inget har skrivits."
            )
        same = other.reindex(joint.index)
        for count in _COUNTS:
            both = joint[count].notna() & same[count].notna()
            if (joint.loc[both, count] != same.loc[both, count]).any():
                raise ProtectError(
                    "Samma cell visas med olika tal för två mottagare. Inget har "
                    "skrivits."
                )
            status = f"{count}_status"
            is_shown = (same[status] == "shown") & (joint[status] != "shown")
            is_first = same[status].notna() & (joint[status] == "not_computed")
            joint[count] = joint[count].where(~is_shown, same[count])
            joint[status] = joint[status].where(~(is_shown | is_first), same[status])
        joint = pd.concat([joint, other[~is_told]])
    return joint.reset_index()

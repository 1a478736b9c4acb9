"""One verdict a cell: this period against an earlier, for all cells at once.

In: counts with their measure and inhabitants. Out: ratios, limits and verdicts. Used
by ``tables.py``. Counts of offences vary more than by chance (one report can hold
many), so every limit and test is stretched by the category's own overdispersion.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.measure import change, dispersion
from lagesbild.measure.counting import quarter_labels
from lagesbild.measure.totals import MUNICIPALITY, WITHOUT_AREA
from lagesbild.offences import (
    ALL,
    FOUND_BY_POLICE,
    find_breaks,
    load_categories,
)

MIN_TO_COMPARE = 10
"""Both periods together; below it no difference could be told from chance."""
LEVEL = 0.05
NOT_YET = "ännu inte jämförbart"
_PLAIN_STATUS = {"few": "not_computed", "not_yet": "not_computed"}
MAX_MOVED = 0.03
MOVED = "Andelen utan område skiljer sig mer än 3 procentenheter mellan perioderna."
INCREASES, DECREASES = "ökar", "minskar"
NO_CHANGE, TOO_FEW = "ingen säker förändring", "för få att jämföra"
NOT_COMPARED, MISSING = "jämförs inte", "uppgift saknas"
TOO_SHORT = "för kort historik"


def name_measure(counts: pd.DataFrame) -> pd.DataFrame:
    """Add ``measure``: the count that rate and change are about, by category."""
    if "n_offences_status" in counts:
        of_police = counts["n_offences_status"] != "not_computed"
    else:
        of_police = counts["n_offences"].notna()
    if "category" in counts:
        of_police = of_police.groupby(counts["category"]).transform("any")
    words = np.where(of_police, "n_offences", "n_observations")
    return counts.assign(measure=pd.Series(words, index=counts.index, dtype="str"))


def measured(frame: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
    """Value (float) and status of each row's measure."""
    is_offences = frame["measure"] == "n_offences"
    value = frame["n_offences"].astype("float64")
    if "n_observations" in frame:
        value = value.where(is_offences, frame["n_observations"].astype("float64"))
    if "n_offences_status" not in frame:
        return value, np.where(value.notna(), "shown", "missing")
    status = frame["n_offences_status"].where(
        is_offences, frame["n_observations_status"]
    )
    return value, status.to_numpy(object)


def compare_all(cells: pd.DataFrame) -> pd.DataFrame:
    """Compare every quarter with the same quarter last year; the rows keep order."""
    numbers = dispersion.quarter_number(cells["period"])
    return _compare(cells, cells.index, pd.Series(quarter_labels(numbers - 4)))


def compare(frame: pd.DataFrame, period: str, base: str) -> pd.DataFrame:
    """The rows of ``period`` compared with ``base``; see ``compare_periods``."""
    rows = frame.index[frame["period"] == period]
    return _compare(frame, rows, pd.Series([base] * len(rows)))


def _compare(frame: pd.DataFrame, rows: pd.Index, base: pd.Series) -> pd.DataFrame:
    now = frame.loc[rows]
    base = base.set_axis(now.index)
    then = _rows_of(frame, now, base)
    has_base = base.isin(frame["period"])
    x1, status1 = measured(now)
    x0, status0 = measured(then.assign(measure=now["measure"]))
    moved = _is_moved(frame, now, base)
    broken = _explain_break(now, base)
    status = _status(now, has_base, moved, x1, x0, status1, status0)
    status = status.mask(broken.notna() & has_base, "not_computed")
    tested, is_known = _test(frame, now, then, x1, x0, status == "shown")
    status = status.mask((status == "shown") & ~is_known, "too_short_history")
    tested = tested.where(status == "shown")
    reason = pd.Series(pd.NA, index=now.index, dtype="object")
    reason[moved & (status == "not_computed")] = MOVED
    reason = reason.mask(status == "not_computed", broken.fillna(reason))
    out = now.assign(
        **_last_year(then, has_base),
        rate_ratio=tested["ratio"],
        ratio_lower=tested["lower"],
        ratio_upper=tested["upper"],
        p=tested["p"],
        change_status=status.replace(_PLAIN_STATUS).astype("str"),
        change_reason=reason.astype("str"),
    )
    return out.assign(verdict=_verdicts(out, status))


def _rows_of(frame, now, base) -> pd.DataFrame:
    """The rows of the base, aligned with ``now``; empty where there is none."""
    keys = [key for key in ("area_id", "category") if key in frame]
    index = pd.MultiIndex.from_frame(frame[[*keys, "period"]])
    wanted = pd.MultiIndex.from_frame(now[keys].assign(period=base))
    at = index.get_indexer(wanted)  # -1 where there is none: no label of the frame
    return frame.reset_index(drop=True).reindex(at).set_axis(now.index)


def _status(now, has_base, moved, x1, x0, status1, status0) -> pd.Series:
    word = np.where((x1 + x0) < MIN_TO_COMPARE, "few", "shown").astype(object)
    word[(status1 == "missing") | (status0 == "missing") | (x1 + x0).isna()] = "missing"
    if "known_days" in now:
        word[now["known_days"].isna().to_numpy()] = "not_yet"
    word[~has_base.to_numpy()] = "too_short_history"
    word[status1 == "not_computed"] = "not_computed"
    by_area = now["area_id"] != MUNICIPALITY
    word[((now["area_id"] == WITHOUT_AREA) | (by_area & moved)).to_numpy()] = (
        "not_computed"
    )
    return pd.Series(word, index=now.index)


def _is_moved(frame, now, base) -> pd.Series:
    """Whether the share without area differs too much for areas to be compared."""
    value = measured(frame)[0]
    if "n_reports" in frame:
        reports = frame["n_reports"].astype("float64")
        is_told = (frame["measure"] == "n_offences") & reports.notna()
        value = reports.where(is_told, value)
    inner = frame["area_id"] != MUNICIPALITY
    if "category" in frame:
        inner &= ~frame["category"].isin(_above_leaves())
    by = [frame["measure"], frame["period"]]
    without = value.where(inner & (frame["area_id"] == WITHOUT_AREA)).groupby(by).sum()
    whole = value.where(inner).groupby(by).sum()
    share = without / whole.where(whole > 0)
    pairs = [pd.MultiIndex.from_arrays([now["measure"], p]) for p in (now.period, base)]
    shares = [share.reindex(pair).to_numpy() for pair in pairs]
    return pd.Series(np.abs(shares[0] - shares[1]) > MAX_MOVED, index=now.index)


def _explain_break(now: pd.DataFrame, base: pd.Series) -> pd.Series:
    """Why offences of the two periods are not the same things; missing: they are."""
    category = now["category"] if "category" in now else pd.Series(ALL, now.index)
    pairs = pd.MultiIndex.from_arrays([category, base, now["period"]])
    places, distinct = pd.factorize(pairs)
    why = [next(iter(find_breaks(c, [b, p]).values()), pd.NA) for c, b, p in distinct]
    told = pd.Series(why, dtype="object").reindex(places).set_axis(now.index)
    return told.where(now["measure"] == "n_offences")


def _last_year(then: pd.DataFrame, has_base: pd.Series) -> dict[str, pd.Series]:
    told = {}
    for name in ("n_offences", "n_observations"):
        value = then[name].astype("float64").astype("Int64")
        if f"{name}_status" in then:
            status = then[f"{name}_status"].fillna("missing")
        else:
            status = pd.Series(np.where(value.notna(), "shown", "missing"), then.index)
        told[f"{name}_last_year"] = value
        told[f"{name}_last_year_status"] = status.where(has_base, "missing").astype(
            "str"
        )
    return told


def _test(frame, now, then, x1, x0, is_tested) -> tuple[pd.DataFrame, pd.Series]:
    """Ratio of the measure with the most careful p of it and of its reports.

    Also whether the variation is known well enough for a test at all: offences that
    come without reports are no events, so they need a history that tells it.
    """
    with_rate = now["rate_status"].eq("shown") & then["n_inhabitants"].notna()
    n1 = now["n_inhabitants"].astype("float64").where(with_rate, 1.0)
    n0 = then["n_inhabitants"].astype("float64").where(with_rate, 1.0)

    def ratio(a, b, value) -> tuple[pd.DataFrame, pd.Series]:
        known = is_tested & (a + b).notna()
        exact = change.ratio(a.where(known), n1, b.where(known), n0)
        factor = dispersion.without_own(frame, value).loc[now.index]
        return change.widen(exact, factor.fillna(1.0)), factor.notna()

    tested, is_known = ratio(x1, x0, measured(frame)[0])
    told = now["measure"] == "n_offences"
    if "n_reports" not in frame:
        return tested, is_known | ~told
    # one report with forty offences is one event: the reports must agree
    a, b = (side["n_reports"].astype("float64").where(told) for side in (now, then))
    reports, _ = ratio(a, b, frame["n_reports"].astype("float64"))
    agree = (reports["ratio"] - 1) * (tested["ratio"] - 1) >= 0
    careful = np.maximum(tested["p"], reports["p"].where(agree, 1.0))
    has_reports = (a + b).notna()
    p = tested["p"].where(~has_reports, careful)
    return tested.assign(p=p), is_known | ~told | has_reports


def _above_leaves() -> set[str]:
    return {*load_categories()["group"], ALL}


def _verdicts(out: pd.DataFrame, status: pd.Series) -> pd.Series:
    category = out["category"] if "category" in out else pd.Series("", out.index)
    # one family a quarter and kind of comparison: areas × leaves, areas × groups, town
    kind = np.select(
        [out["area_id"] == MUNICIPALITY, category.isin(_above_leaves())], [0, 1], 2
    )
    p = out["p"].where(status == "shown")
    adjusted = p.groupby([out["period"], kind]).transform(change.adjust)
    is_sure = adjusted < LEVEL
    word = pd.Series(NO_CHANGE, index=out.index)
    word[is_sure & (out["rate_ratio"] > 1)] = INCREASES
    word[is_sure & (out["rate_ratio"] < 1)] = DECREASES
    by_police = category.isin(FOUND_BY_POLICE) & (out["measure"] == "n_offences")
    word[by_police] = word[by_police].replace(
        {INCREASES: "fler upptäckta", DECREASES: "färre upptäckta"}
    )
    word[status == "few"] = TOO_FEW
    word[status == "not_computed"] = NOT_COMPARED
    word[status == "not_yet"] = NOT_YET
    word[status == "missing"] = MISSING
    word[status == "too_short_history"] = TOO_SHORT
    return word.astype("str")

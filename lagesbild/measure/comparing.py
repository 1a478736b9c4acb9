"""One verdict a cell: this period against an earlier, for all cells at once.

In: counts with their measure and inhabitants. Out: ratios, limits and verdicts. Used
by ``tables.py``. Counts of offences vary more than by chance (one report can hold
many), so every limit and test is stretched by the category's own overdispersion.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.measure import change
from lagesbild.measure.counting import quarter_labels
from lagesbild.measure.totals import MUNICIPALITY, WITHOUT_AREA
from lagesbild.offences import load_categories

FOUND_BY_POLICE = ("narkotika", "vapen", "trafikbrott")
"""Found when the police look: more of them says how the police worked."""
MIN_TO_COMPARE = 10
"""Both periods together; below it no difference could be told from chance."""
LEVEL = 0.05
MIN_PAIRS = 8
_STEPS = np.array([1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, np.inf])
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
    value = value.where(is_offences, frame["n_observations"].astype("float64"))
    if "n_offences_status" not in frame:
        return value, np.where(value.notna(), "shown", "missing")
    status = frame["n_offences_status"].where(
        is_offences, frame["n_observations_status"]
    )
    return value, status.to_numpy(object)


def dispersion_of(
    frame: pd.DataFrame,
    *,
    leave_out: str | None = None,
    value: pd.Series | None = None,
) -> pd.Series:
    """How many times more than by chance a count varies from year to year.

    The squared difference of the same quarter in two years, divided by their sum,
    is 1 on average where only chance differs. It is taken over all areas and pairs
    of years of the category; over all categories where it has too few pairs.

    Parameters
    ----------
    frame : DataFrame
        With area_id, period, measure and mostly category.
    leave_out : str, optional
        A period whose own difference to the year before is about to be tested.
    value : Series, optional
        The count; None takes that of the measure.

    Returns
    -------
    Series
        Aligned factor, 1 or more, rounded up to few steps: a finer figure would
        carry something of the hidden cells it was computed from.
    """
    x = measured(frame)[0] if value is None else value
    category = frame.get("category", "alla")
    rows = pd.DataFrame(
        {
            "area_id": frame["area_id"],
            "category": category,
            "number": _quarter_number(frame["period"]),
            "x": x,
        }
    )
    rows["level"] = rows["area_id"] == MUNICIPALITY
    pairs = rows.dropna(subset="x")
    if leave_out is not None:
        pairs = pairs[frame.loc[pairs.index, "period"] != leave_out]
    before = rows.assign(number=rows["number"] + 4).rename(columns={"x": "x0"})
    pairs = pairs.merge(
        before[["area_id", "category", "number", "x0"]].dropna(),
        on=["area_id", "category", "number"],
    )
    pairs = pairs[pairs["x"] + pairs["x0"] > 0]
    squares = ((pairs["x"] - pairs["x0"]) ** 2).rename("squares")
    terms = pd.concat(
        [
            pairs[["category", "level"]],
            squares,
            (pairs["x"] + pairs["x0"]).rename("sums"),
            pd.Series(1, index=pairs.index, name="n"),
        ],
        axis=1,
    )
    own = terms.groupby(["category", "level"])[["squares", "sums", "n"]].sum()
    shared = terms.groupby("level")[["squares", "sums", "n"]].sum()
    factor = _factor(own).reindex(pd.MultiIndex.from_frame(rows[["category", "level"]]))
    general = _factor(shared).reindex(rows["level"])
    filled = np.where(factor.isna(), general.to_numpy(), factor.to_numpy())
    return pd.Series(np.where(np.isnan(filled), 1.0, filled), index=frame.index)


def _factor(terms: pd.DataFrame) -> pd.Series:
    raw = (terms["squares"] / terms["sums"]).where(terms["n"] >= MIN_PAIRS)
    step = np.searchsorted(_STEPS[:-1], raw.fillna(1).to_numpy())
    return pd.Series(_STEPS[np.minimum(step, len(_STEPS) - 2)], raw.index).where(
        raw.notna()
    )


def _quarter_number(periods: pd.Series) -> pd.Series:
    return periods.str[:4].astype("int64") * 4 + periods.str[-1].astype("int64") - 1


def compare_all(cells: pd.DataFrame) -> pd.DataFrame:
    """Compare every quarter with the same quarter last year; the rows keep order."""
    numbers = _quarter_number(cells["period"]).unique()
    labels = dict(
        zip(quarter_labels(numbers), quarter_labels(numbers - 4), strict=True)
    )
    parts = [compare(cells, label, base) for label, base in labels.items()]
    return pd.concat(parts).sort_index()


def compare(frame: pd.DataFrame, period: str, base: str) -> pd.DataFrame:
    """The rows of ``period`` compared with ``base``; see ``compare_periods``."""
    keys = [key for key in ("area_id", "category") if key in frame]
    now = frame[frame["period"] == period]
    then = (
        frame[frame["period"] == base]
        .set_index(keys)
        .reindex(pd.MultiIndex.from_frame(now[keys]) if len(keys) > 1 else now[keys[0]])
    )
    then.index = now.index
    has_base = (frame["period"] == base).any()
    x1, status1 = measured(now)
    x0, status0 = measured(then.assign(measure=now["measure"]))
    status = _status(now, has_base, x1, x0, status1, status0)
    is_tested = (status == "shown").to_numpy()
    tested = _test(frame, now, then, x1, x0, is_tested, period)
    out = now.assign(**_last_year(then, has_base))
    out = out.assign(
        rate_ratio=tested["ratio"],
        ratio_lower=tested["lower"],
        ratio_upper=tested["upper"],
        p=tested["p"],
        change_status=status.replace({"few": "not_computed"}).astype("str"),
    )
    return out.assign(verdict=_verdicts(out, status))


def _status(now, has_base, x1, x0, status1, status0) -> pd.Series:
    word = np.where((x1 + x0) < MIN_TO_COMPARE, "few", "shown").astype(object)
    word[(status1 == "missing") | (status0 == "missing") | (x1 + x0).isna()] = "missing"
    if not has_base:
        word[:] = "too_short_history"
    word[status1 == "not_computed"] = "not_computed"
    word[(now["area_id"] == WITHOUT_AREA).to_numpy()] = "not_computed"
    return pd.Series(word, index=now.index)


def _last_year(then: pd.DataFrame, has_base: bool) -> dict[str, pd.Series]:
    told = {}
    for name in ("n_offences", "n_observations"):
        value = then[name].astype("float64").astype("Int64")
        if f"{name}_status" in then:
            status = then[f"{name}_status"].fillna("missing")
        else:
            status = pd.Series(np.where(value.notna(), "shown", "missing"), then.index)
        if not has_base:
            status = pd.Series("missing", index=then.index)
        told[f"{name}_last_year"] = value
        told[f"{name}_last_year_status"] = status.astype("str")
    return told


def _test(frame, now, then, x1, x0, is_tested, period) -> pd.DataFrame:
    """Ratio of the measure, and the most careful p of it and of its reports."""
    with_rate = now["rate_status"].eq("shown") & then["n_inhabitants"].notna()
    n1 = now["n_inhabitants"].astype("float64").where(with_rate, 1.0)
    n0 = then["n_inhabitants"].astype("float64").where(with_rate, 1.0)

    def ratio(a: pd.Series, b: pd.Series, value: pd.Series) -> pd.DataFrame:
        known = is_tested & (a + b).notna()
        exact = change.ratio(a.where(known), n1, b.where(known), n0)
        factor = dispersion_of(frame, leave_out=period, value=value)
        return change.widen(exact, factor.loc[now.index])

    tested = ratio(x1, x0, measured(frame)[0])
    if "n_reports" in frame:
        # one report with forty offences is one event: the reports must agree
        told = now["measure"] == "n_offences"
        a, b = (side["n_reports"].astype("float64").where(told) for side in (now, then))
        reports = ratio(a, b, frame["n_reports"].astype("float64"))
        agree = (reports["ratio"] - 1) * (tested["ratio"] - 1) >= 0
        careful = np.maximum(tested["p"], reports["p"].where(agree, 1.0))
        tested["p"] = tested["p"].where((a + b).isna(), careful)
    return tested


def _verdicts(out: pd.DataFrame, status: pd.Series) -> pd.Series:
    groups = {*load_categories()["group"], "alla"}
    category = out["category"] if "category" in out else pd.Series("", out.index)
    # one family a kind of comparison: areas × leaves, areas × groups, municipality
    family = np.select(
        [out["area_id"] == MUNICIPALITY, category.isin(groups)], [0, 1], default=2
    )
    p = out["p"].where(status == "shown")
    adjusted = pd.concat([change.adjust(p[family == f]) for f in range(3)])
    is_sure = adjusted.reindex(out.index) < LEVEL
    word = pd.Series(NO_CHANGE, index=out.index)
    word[is_sure & (out["rate_ratio"] > 1)] = INCREASES
    word[is_sure & (out["rate_ratio"] < 1)] = DECREASES
    by_police = category.isin(FOUND_BY_POLICE) & (out["measure"] == "n_offences")
    word[by_police] = word[by_police].replace(
        {INCREASES: "fler upptäckta", DECREASES: "färre upptäckta"}
    )
    word[status == "few"] = TOO_FEW
    word[status == "not_computed"] = NOT_COMPARED
    word[status == "missing"] = MISSING
    word[status == "too_short_history"] = TOO_SHORT
    return word.astype("str")

"""What became of each finished action, in one honest sentence.

In: finished actions, counts by area, category and quarter, and which areas lie beside
which. Out: a row an action: development beside comparison areas, spill-over to
neighbours, break in the area's own series, and a Swedish sentence. Called as
``effects.before_after``. Next: pages on the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure import effects
from lagesbild.measure.history import short_history
from lagesbild.offences import FOUND_BY_POLICE, category_names
from lagesbild.period import Period

MIN_QUARTERS = 4
"""Fewest quarters before and after: a whole year, so that season is in both."""
MAX_BEFORE = 8
MIN_BEFORE_OWN = 8
WIDE = (0.75, 1 / 0.75)
"""Limits beyond both of which a result says nothing either way."""
LEVEL = 0.05


def judge_actions(
    actions: pd.DataFrame,
    counts: pd.DataFrame,
    *,
    until: Period | str,
    neighbours: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """Judge each finished action; see ``effects.before_after``."""
    missing = {"title", "category", "area_id", "finished_on", "compare_with"}
    missing -= set(actions.columns)
    if missing:
        raise UsageError(f"Åtgärderna saknar kolumn: {', '.join(sorted(missing))}.")
    value = _events(counts)
    table = counts[["area_id", "category", "period"]].assign(value=value)
    rows = [
        _judge(action, table, Period(str(until)), neighbours or {})
        for action in actions.to_dict("records")
    ]
    columns = ["title", "category", "area_id", "n_before", "n_after", *_NUMBERS]
    return pd.DataFrame(rows, columns=[*columns, "status", "sentence"])


_NUMBERS = (
    "ratio", "lower", "upper", "p",
    "spill_ratio", "spill_lower", "spill_upper", "wdq",
    "own_ratio", "own_lower", "own_upper",
)  # fmt: skip


def _events(counts: pd.DataFrame) -> pd.Series:
    """Reports where the police tell the category, else observations: events both."""
    reports = pd.Series(np.nan, index=counts.index)
    for name in ("n_reports", "n_observations"):
        if name in counts:
            reports = reports.fillna(counts[name].astype("float64"))
    return reports


def _judge(action: dict, table: pd.DataFrame, until: Period, neighbours) -> dict:
    told = {k: action[k] for k in ("title", "category", "area_id")}
    told |= dict.fromkeys(_NUMBERS, np.nan)
    rows = table[table["category"] == action["category"]]
    wide = rows.pivot(index="period", columns="area_id", values="value").sort_index()
    wide, after = _stretch(wide, pd.Timestamp(action["finished_on"]), until)
    own = wide.get(action["area_id"], pd.Series(np.nan, wide.index)).dropna()
    is_after = after.reindex(own.index)
    n_quarters = int((~is_after).sum()), int(is_after.sum())
    told |= {
        "n_before": own[~is_after].sum() if n_quarters[0] else np.nan,
        "n_after": own[is_after].sum() if n_quarters[1] else np.nan,
    }
    if action["category"] in FOUND_BY_POLICE:
        return told | _say("not_judged", action, "effort", told)
    if min(n_quarters) < MIN_QUARTERS:
        which = "före" if n_quarters[0] < MIN_QUARTERS else "efter"
        words = f"{short_history(min(n_quarters), MIN_QUARTERS)} {which} åtgärden"
        return told | _say("too_short_history", action, "short", told, words)
    if own.sum() < effects.MIN_EVENTS:
        return told | _say("too_few", action, "few", told)
    controls = [a for a in _listed(action["compare_with"]) if a in wide.columns]
    found = _regress(wide, after, [action["area_id"]], controls)
    if found is None:
        return told | _say("too_few", action, "few", told)
    told |= dict(zip(("ratio", "lower", "upper", "p"), found, strict=True))
    beside = [
        a
        for a in neighbours.get(action["area_id"], ())
        if a in wide.columns and a not in controls and a != action["area_id"]
    ]
    told |= _spill(wide, after, action["area_id"], beside, controls)
    told |= _own_break(own, is_after)
    return told | _conclude(action, told)


def _stretch(wide, finished: pd.Timestamp, until: Period):
    """The quarters used, and which of them come after the action was finished.

    A quarter in which it was finished, other than on its last day, is neither.
    """
    periods = [Period(p) for p in wide.index]
    start = [pd.Timestamp(p.start) > finished and p <= until for p in periods]
    end = [pd.Timestamp(p.end) <= finished and p <= until for p in periods]
    after = pd.Series(start, index=wide.index, dtype=bool)
    before = np.flatnonzero(end)[-MAX_BEFORE:]
    used = after.copy()
    used.iloc[before] = True
    return wide[used], after[used]


def _listed(areas) -> list[str]:
    return areas.split("|") if isinstance(areas, str) else list(areas)


def _regress(wide, after, treated: list[str], controls: list[str]):
    """Ratio, limits and p of the treated beside the controls; None without answer.

    Poisson regression with an effect of each area and each quarter. The error is the
    widest of three: by chance, by the counts' own variation, and robust (HC1).
    """
    import statsmodels.api as sm
    from scipy.stats import t as student

    table = wide[controls].copy()
    table["*"] = wide[treated].sum(axis=1, min_count=len(treated))
    table.index.name = "period"
    long = table.reset_index().melt(id_vars="period", var_name="area", value_name="y")
    totals = long.groupby("area")["y"].transform("sum")
    long = long[(totals > 0) & long["y"].notna()]
    is_treated = (long["area"] == "*").to_numpy()
    post = long["period"].map(after).to_numpy(dtype=bool)
    cells = [long["y"].to_numpy()[a & b].sum() for a in (is_treated, ~is_treated)
             for b in (post, ~post)]  # fmt: skip
    if min(cells) == 0:
        return None
    # a quarter in which nobody told anything says nothing
    told = long.groupby("period")["y"].transform("sum") > 0
    long, is_treated, post = long[told], is_treated[told], post[told]
    dummies = pd.get_dummies(long["period"]).join(
        pd.get_dummies(long["area"]).iloc[:, 1:]
    )
    design = np.column_stack([dummies.to_numpy(float), is_treated & post])
    model = sm.GLM(long["y"].to_numpy(), design, family=sm.families.Poisson())
    plain = model.fit()
    n_free = max(plain.df_resid, 1)
    spread = max(plain.pearson_chi2 / n_free, 1.0)
    error = max(plain.bse[-1] * np.sqrt(spread), model.fit(cov_type="HC1").bse[-1])
    middle = plain.params[-1]
    half = student.ppf(1 - LEVEL / 2, n_free) * error
    p = 2 * student.sf(abs(middle) / error, n_free)
    return (*np.exp([middle, middle - half, middle + half]), float(p))


def _spill(wide, after, area, beside, controls) -> dict:
    if not beside or not controls:
        return {}
    found = _regress(wide, after, beside, controls)
    if found is None:
        return {}
    out = dict(zip(("spill_ratio", "spill_lower", "spill_upper"), found, strict=False))
    whole = wide[[area, *beside, *controls]].dropna()
    when = after.reindex(whole.index)
    sums = [
        whole.loc[flag, names].to_numpy().sum()
        for names in ([area], beside, controls)
        for flag in (~when, when)
    ]
    try:
        return out | {"wdq": effects.displacement(*sums).wdq}
    except UsageError:  # the area did not improve: nothing can have moved
        return out


def _own_break(own: pd.Series, after: pd.Series) -> dict:
    """Break in the area's own series: level after beside season and trend before."""
    import statsmodels.api as sm

    if (~after).sum() < MIN_BEFORE_OWN or own[after].sum() == 0:
        return {}
    season = pd.get_dummies(own.index.str[-1]).to_numpy(float)
    time = np.arange(len(own)) / 4
    design = np.column_stack([season, time, after.to_numpy(float)])
    fit = sm.GLM(own.to_numpy(), design, family=sm.families.Poisson()).fit()
    if fit.df_resid < 1:
        return {}
    spread = max(fit.pearson_chi2 / fit.df_resid, 1.0)
    middle, error = fit.params[-1], fit.bse[-1] * np.sqrt(spread)
    limits = np.exp([middle, middle - 1.96 * error, middle + 1.96 * error])
    return dict(zip(("own_ratio", "own_lower", "own_upper"), limits, strict=True))


def _conclude(action: dict, told: dict) -> dict:
    if told["upper"] < 1:
        return _say("improved", action, "less", told)
    if told["lower"] > 1:
        return _say("worsened", action, "more", told)
    if told["lower"] < WIDE[0] and told["upper"] > WIDE[1]:
        return _say("too_few", action, "few", told)
    return _say("no_difference", action, "same", told)


def _say(status: str, action: dict, form: str, told: dict, words: str = "") -> dict:
    name = category_names().get(action["category"], action["category"])
    name = name[0].lower() + name[1:]
    title = f" ”{action['title']}”" if action["title"] else ""
    start = f"Åtgärden{title} ({name})"
    if form == "effort":
        end = (
            "bedöms inte efter antalet brott, för polisen hittar dem genom sitt eget "
            "arbete"
        )
    elif form == "short":
        end = f"kan inte bedömas än: {words}"
    elif form == "few":
        counted = f"{told['n_before']:.0f} före och {told['n_after']:.0f} efter"
        end = f"kan inte bedömas: för få händelser för att avgöra ({counted})"
    elif form == "same":
        end = (
            "följdes av ungefär samma utveckling som i jämförelseområdena, så någon "
            "säker skillnad syns inte"
        )
    else:
        end = _difference(told, action.get("noun", "anmälningar"))
    return {"status": status, "sentence": f"{start} {end}."}


def _difference(told: dict, noun: str) -> str:
    """How much less or more than expected, with its limits and what followed near."""
    less = told["upper"] < 1
    shares = [abs(1 - told[name]) * 100 for name in ("ratio", "lower", "upper")]
    low, high = sorted(shares[1:])
    word = "färre" if less else "fler"
    text = (
        f"följdes av {shares[0]:.0f} procent {word} {noun} än väntat av "
        f"jämförelseområdena (mellan {low:.0f} och {high:.0f} procent)"
    )
    if less and told["spill_lower"] > 1:
        text += ", men de blev fler i grannområdena"
    elif less and told["spill_upper"] < 1:
        text += ", och de blev färre även i grannområdena"
    return text + "; vad det beror på visar siffrorna inte"

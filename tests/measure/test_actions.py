"""Finished actions: one that worked, one that did not, and those nobody can judge."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure import effects
from lagesbild.period import Period

pytest.importorskip("statsmodels")
QUARTERS = [p.label for p in Period("2026-K3").back(16)]
AFTER = QUARTERS[10:]  # the action was finished on the last day of 2025-K1


def _counts(means, *, factor=1.0, beside=1.0, seed=1, category="cykelstold", **more):
    rng = np.random.default_rng(seed)
    season = np.tile([0.6, 1.2, 1.5, 0.7], 4)
    rows = []
    for area, mean in means.items():
        change = {"mal": factor, "granne": beside}.get(area, 1.0)
        level = np.where(np.isin(QUARTERS, AFTER), change, 1.0) * mean * season
        rows.append(
            pd.DataFrame(
                {
                    "area_id": area,
                    "category": category,
                    "period": QUARTERS,
                    "n_reports": rng.poisson(level).astype(float),
                }
            )
        )
    return pd.concat(rows, ignore_index=True).assign(**more)


MEANS = {"mal": 30, "granne": 20, "b": 35, "c": 25, "d": 30}


def _judge(counts, *, finished_on="2025-03-31", category="cykelstold", **more):
    action = {
        "title": "Låsbara cykelställ",
        "category": category,
        "area_id": "mal",
        "finished_on": finished_on,
        "compare_with": "b|c|d",
    }
    return effects.before_after(
        pd.DataFrame([action]),
        counts,
        until="2026-K3",
        neighbours={"mal": ["granne", "b"]},
        **more,
    ).iloc[0]


def test_an_action_that_worked():
    got = _judge(_counts(MEANS, factor=0.4))
    assert got["status"] == "improved"
    assert got["lower"] < 0.4 < got["upper"] < 1
    assert got["own_upper"] < 1
    assert "procent färre anmälningar än väntat" in got["sentence"]
    assert "vad det beror på visar siffrorna inte" in got["sentence"]
    assert np.isfinite(got["wdq"])


def test_an_action_without_effect_is_no_success():
    got = [_judge(_counts(MEANS, seed=seed)) for seed in range(30)]
    wrong = sum(row["status"] in ("improved", "worsened") for row in got)
    assert wrong <= 4  # 5 % each way of thirty, with room for chance
    assert any("någon säker skillnad syns inte" in row["sentence"] for row in got)


def test_what_moved_next_door_is_told():
    got = _judge(_counts(MEANS, factor=0.4, beside=2.0))
    assert got["spill_lower"] > 1
    assert got["wdq"] < 0
    assert "men de blev fler i grannområdena" in got["sentence"]


def test_worse_is_told_too():
    got = _judge(_counts(MEANS, factor=2.2))
    assert got["status"] == "worsened"
    assert "fler anmälningar än väntat" in got["sentence"]
    assert np.isnan(got["wdq"])


def test_few_events_decide_nothing():
    got = _judge(_counts(dict.fromkeys(MEANS, 1.0), factor=0.5))
    assert got["status"] == "too_few"
    assert "för få händelser för att avgöra" in got["sentence"]


def test_short_history_is_told_in_quarters():
    got = _judge(_counts(MEANS), finished_on="2026-03-31")
    assert got["status"] == "too_short_history"
    assert "för kort historik (har 2, behöver 4 kvartal) efter" in got["sentence"]
    assert np.isnan(got["ratio"])
    early = _judge(_counts(MEANS).query("period >= '2024-K3'"))
    assert "behöver 4 kvartal) före" in early["sentence"]


def test_what_the_police_find_is_neither_success_nor_failure():
    got = _judge(_counts(MEANS, factor=0.2, category="narkotika"), category="narkotika")
    assert got["status"] == "not_judged"
    assert np.isnan(got["ratio"])
    assert "sitt eget arbete" in got["sentence"]


def test_quarters_that_were_not_delivered_are_left_out():
    counts = _counts(MEANS, factor=0.4)
    gap = (counts["period"] == "2026-K1") & (counts["area_id"] == "mal")
    got = _judge(counts.assign(n_reports=counts["n_reports"].mask(gap)))
    assert got["status"] == "improved"
    assert got["n_after"] < _judge(counts)["n_after"]


def test_a_quarter_of_the_action_itself_is_neither_before_nor_after():
    counts = _counts(MEANS)
    whole = _judge(counts)
    within = _judge(counts, finished_on="2025-05-10")
    assert within["n_before"] == whole["n_before"]
    dropped = counts.query("period == '2025-K2' and area_id == 'mal'")["n_reports"]
    assert within["n_after"] == whole["n_after"] - dropped.sum()


def test_unknown_columns_are_told():
    with pytest.raises(UsageError, match="compare_with"):
        effects.before_after(
            pd.DataFrame({"title": ["x"]}), _counts(MEANS), until="2026-K3"
        )


def test_a_category_that_nobody_has_counted_gets_no_number():
    got = _judge(_counts(MEANS, category="rattfylleri"))
    assert got["status"] == "too_short_history"
    assert np.isnan(got["ratio"]) and "för kort historik" in got["sentence"].lower()

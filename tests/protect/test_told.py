"""What stands out tells nothing of what is hidden."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.measure import findings
from lagesbild.period import Period
from lagesbild.protect.told import leave_to_intern, tell_findings

CYCLE = "2026-K3"
N = 23
SERIES = [("*", "klotter"), ("O1", "klotter"), ("O2", "klotter"), ("O1", "narkotika")]


def make_cells(values, hidden=()):
    """One audience's cells; ``hidden``: places of those that it may not see."""
    rows = [
        {
            "area_id": area,
            "category": category,
            "period": period.label,
            "measure": "n_offences",
            "n_offences": float(n),
            "n_observations": np.nan,
            "n_offences_status": "shown",
            "n_observations_status": "not_computed",
        }
        for (area, category), line in zip(SERIES, values, strict=True)
        for period, n in zip(Period(CYCLE).back(N), line, strict=True)
    ]
    cells = pd.DataFrame(rows)
    cells.loc[list(hidden), "n_offences_status"] = "suppressed"
    return cells


def tell(cells, *, is_internal=False):
    found = {
        "signals": findings.find_signals(cells, CYCLE),
        "trends": findings.find_trends(cells, CYCLE),
        "week": pd.DataFrame({"share": [0.5]}),
        "hot_spots": pd.DataFrame({"n_squares": [1]}),
    }
    return tell_findings(found, cells, is_internal=is_internal)


def draw(seed, mean=12):
    return np.random.default_rng(seed).poisson(mean, (len(SERIES), N))


def verdict(told, name, area, category="klotter"):
    frame = told[name].set_index(["area_id", "category"])
    return frame.loc[(area, category), "verdict"]


def test_one_hidden_quarter_hides_the_findings_of_its_series_and_of_no_other():
    told = tell(make_cells(draw(1), hidden=[N + 5]))  # the sixth quarter of O1
    for name, none in (("signals", "ingen signal"), ("trends", "ingen säker trend")):
        assert verdict(told, name, "O1") == "visas inte"
        assert verdict(told, name, "O2") == verdict(told, name, "*") == none
        numbers = told[name].set_index("area_id").select_dtypes("number")
        assert numbers.loc["O1"].isna().all()
        assert numbers.loc["O2"].notna().all()


def test_a_hidden_quarter_older_than_what_a_signal_uses_hides_only_the_trend():
    told = tell(make_cells(draw(1), hidden=[N]))  # 23 quarters, of which 22 are used
    assert verdict(told, "signals", "O1") == "ingen signal"
    assert verdict(told, "trends", "O1") == "visas inte"


def test_too_short_a_history_is_said_of_a_hidden_series_too():
    cells = make_cells(draw(1), hidden=[2 * N - 1])
    cells = cells[cells["period"] >= "2025-K1"].reset_index(drop=True)
    told = tell(cells)
    assert verdict(told, "signals", "O1") == (
        "för kort historik (har 7, behöver 14 kvartal)"
    )
    assert verdict(told, "trends", "O1") == "för kort historik"
    count = told["signals"].set_index("area_id")["count"]
    assert count.isna().to_dict() == {"*": False, "O1": True, "O2": False}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.002, 0.02, 0.3]))
def test_another_truth_behind_the_hidden_cells_gives_the_same_findings(seed, share):
    rng = np.random.default_rng(seed)
    values = draw(rng)
    values[0, 15:] += rng.integers(0, 40)  # at times a signal and a trend
    hidden = np.flatnonzero(rng.random(values.size) < share)
    other = values.copy()
    other.flat[hidden] = rng.integers(1, 500, len(hidden))
    one, two = (tell(make_cells(v, hidden)) for v in (values, other))
    for name in one:
        pd.testing.assert_frame_equal(one[name], two[name])


def test_places_and_what_the_police_find_by_area_are_for_intern_alone():
    cells = make_cells(draw(1))
    inside, outside = tell(cells, is_internal=True), tell(cells)
    assert set(inside) - set(outside) == {"hot_spots"}
    assert verdict(inside, "trends", "O1", "narkotika") == "ingen säker trend"
    assert not outside["trends"]["category"].eq("narkotika").any()
    assert not leave_to_intern(cells)["category"].eq("narkotika").any()
    whole = cells.assign(area_id="*")
    pd.testing.assert_frame_equal(leave_to_intern(whole), whole)


@pytest.mark.parametrize("name", ["signals", "trends"])
def test_rows_lie_by_area_and_category_and_never_by_value(name):
    values = draw(1)
    values[:3, -1] = [5, 90, 40]
    frame = tell(make_cells(values))[name]
    assert frame["area_id"].tolist() == ["*", "O1", "O2"]
    assert set(frame) >= {"measure", "verdict", "reason"}
    assert not {"p", "score", "slope_per_year"} & set(frame)

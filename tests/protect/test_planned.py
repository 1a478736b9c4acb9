"""An effect or a goal is told with the cells it rests on, or not at all."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.audiences import Audience
from lagesbild.protect.planned import FOLLOWED_INSIDE, tell_plan

QUARTERS = ["2025-K4", "2026-K1", "2026-K2", "2026-K3"]
RULE = Audience()


def cells(hidden=(), category="klotter"):
    """Three areas, four quarters; those named by area and quarter are hidden."""
    rows = [(area, quarter) for area in ("O1", "O2", "O3") for quarter in QUARTERS]
    frame = pd.DataFrame(rows, columns=["area_id", "period"])
    frame = frame.assign(category=category, measure="n_offences")
    status = ["suppressed" if pair in hidden else "shown" for pair in rows]
    return frame.assign(n_offences_status=status, n_observations_status="missing")


def plan(category="klotter", target=10.0, verdict="har troligen hjälpt"):
    row = {"action_id": "A1", "area_id": "O1", "category": category}
    span = {"from_period": QUARTERS[0], "to_period": QUARTERS[-1]}
    goal = {"measure": "n_offences", "count": 8.0, "lower": 3.4, "upper": 15.8}
    told = {"sentence": "Åtgärden följdes av 12 procent färre.", "base_areas": "O1|O2"}
    action = {"action_id": "A1", "status": "klar", "has_owner": True, "has_goal": True}
    return {
        "actions": pd.DataFrame([action, action | {"action_id": "A9"}]),
        "goals": pd.DataFrame(
            [row | span | goal | {"target": target, "verdict": "nått"}]
        ),
        "effects": pd.DataFrame([row | span | told | {"verdict": verdict}]),
    }


def tell(found, frame, *, is_internal=False, action_ids=("A1",)):
    return tell_plan(
        found, frame, rule=RULE, action_ids=action_ids, is_internal=is_internal
    )


def test_what_rests_on_shown_cells_is_told():
    got = tell(plan(), cells())
    assert got["goals"]["verdict"].tolist() == ["nått"]
    assert got["goals"]["count"].tolist() == [8.0]
    assert got["effects"]["verdict"].tolist() == ["har troligen hjälpt"]


@pytest.mark.parametrize(
    ("hidden", "goal", "effect"),
    [
        (("O1", "2026-K1"), False, False),
        (("O2", "2026-K1"), True, False),  # only the effect rests on it
        (("O3", "2026-K1"), True, True),
    ],
)
def test_one_hidden_cell_hides_all_that_rests_on_it(hidden, goal, effect):
    got = tell(plan(), cells([hidden]))
    assert (got["goals"]["verdict"].iloc[0] != FOLLOWED_INSIDE) is goal
    assert (
        bool(got["goals"][["count", "lower", "upper", "target"]].notna().all().all())
        is goal
    )
    assert (got["effects"]["verdict"].iloc[0] != FOLLOWED_INSIDE) is effect
    assert ("12 procent" in got["effects"]["sentence"].iloc[0]) is effect
    inside = tell(plan(), cells([hidden]), is_internal=True)
    assert inside["goals"]["verdict"].tolist() == ["nått"]
    assert inside["effects"]["verdict"].tolist() == ["har troligen hjälpt"]


@pytest.mark.parametrize(("target", "is_told"), [(4.0, False), (5.0, True)])
def test_a_goal_below_the_threshold_is_followed_inside(target, is_told):
    got = tell(plan(target=target), cells())["goals"]
    assert (got["verdict"].iloc[0] != FOLLOWED_INSIDE) is is_told
    assert np.isnan(got["target"].iloc[0]) == (not is_told)
    assert (
        tell(plan(target=target), cells(), is_internal=True)["goals"]["target"].iloc[0]
        == target
    )


def test_what_follows_from_the_deliveries_alone_is_told():
    got = tell(plan(verdict="för kort historik"), cells([("O1", "2026-K1")]))
    assert got["effects"]["verdict"].tolist() == ["för kort historik"]


def test_drug_offences_by_area_are_followed_inside():
    got = tell(plan(category="narkotika"), cells(category="narkotika"))
    assert got["goals"]["verdict"].tolist() == [FOLLOWED_INSIDE]
    assert got["effects"]["verdict"].tolist() == [FOLLOWED_INSIDE]


def test_a_cell_that_is_not_there_is_not_shown():
    got = tell(plan(), cells().query("area_id != 'O2'"))
    assert got["effects"]["verdict"].tolist() == [FOLLOWED_INSIDE]


def test_an_action_that_may_not_be_read_of_has_no_row():
    got = tell(plan(), cells(), action_ids=("A9",))
    assert got["plan"]["action_id"].tolist() == ["A9"]
    assert got["goals"].empty and got["effects"].empty

"""Late, owned, measurable, reached: computed from a day and the picture's own cells."""

from datetime import date

import pandas as pd
import pytest

from lagesbild.agreement import plan
from lagesbild.period import Period
from tests.agreement.frames import make

DAY = date(2026, 10, 12)
GOAL = {
    "action_id": "A1",
    "area_id": "O1",
    "category": "klotter",
    "indicator": "anmälda brott",
    "baseline": 60,
    "target": 40,
    "direction": "ner",
    "goal_on": "2026-06-30",
}


@pytest.mark.parametrize(
    ("days", "status"),
    [
        ({"ends_on": "2026-10-11"}, "sen"),
        ({"ends_on": "2026-10-12"}, "pågår"),
        ({"starts_on": "2026-10-13", "ends_on": "2026-12-01"}, "planerad"),
        ({}, "pågår"),
        ({"ends_on": "2026-01-01", "finished_on": "2026-10-12"}, "klar"),
        ({"ends_on": "2026-01-01", "finished_on": "2026-10-13"}, "sen"),
        ({"ends_on": "2026-01-01", "cancelled_on": "2026-02-01"}, "avbruten"),
    ],
)
def test_an_action_is_late_without_anyone_typing_it(days, status):
    actions = make("actions", {"action_id": "A1"} | days)
    got = plan.describe_actions(actions, as_of=DAY)
    assert got[["action_id", "status"]].to_numpy().tolist() == [["A1", status]]


def test_owner_and_goal_are_seen_or_missed():
    actions = make(
        "actions",
        GOAL | {"responsible": "gatuchef"},
        GOAL | {"action_id": "A2", "target": None},
        GOAL | {"action_id": "A3", "goal_on": None},
    )
    got = plan.describe_actions(actions, as_of=DAY)
    assert got["has_owner"].tolist() == [True, False, False]
    assert got["has_goal"].tolist() == [True, False, False]


def cells(counts, category="klotter"):
    """The last quarters up to 2026-K3 of one series."""
    periods = [p.label for p in Period("2026-K3").back(len(counts))]
    table = pd.DataFrame({"period": periods, "n_offences": counts})
    table["n_observations"] = pd.NA
    numbers = ["n_offences", "n_observations"]
    table = table.astype(dict.fromkeys(numbers, "Int64"))
    return table.assign(area_id="O1", category=category)


def judge(counts, **goal):
    got = plan.judge_goals(make("actions", GOAL | goal), cells(counts), cycle="2026-K3")
    return got.to_dict("records")[0]


def test_a_goal_is_held_to_the_four_quarters_before_its_day():
    got = judge([99, 5, 5, 5, 5, 99])  # 2025-K2 … 2026-K3; due with 2026-K2
    assert (got["from_period"], got["to_period"]) == ("2025-K3", "2026-K2")
    assert (got["count"], got["verdict"]) == (20, "nått")
    # Byar by hand: 20(1 − 1/180 − z/(3√20))³ and 21(1 − 1/189 + z/(3√21))³
    assert got["lower"] == pytest.approx(12.2114, abs=1e-3)
    assert got["upper"] == pytest.approx(30.8900, abs=1e-3)


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        ({"target": 30}, "nått, men det kan vara slump"),
        ({"target": 31}, "nått"),
        ({"target": 20}, "nått, men det kan vara slump"),
        ({"target": 19}, "inte nått"),
        ({"target": 12, "direction": "upp"}, "nått"),
        ({"target": 13, "direction": "upp"}, "nått, men det kan vara slump"),
        ({"target": 21, "direction": "upp"}, "inte nått"),
        ({"goal_on": "2026-12-31"}, "ännu inte dags att säga"),
        ({"goal_on": "2026-12-30", "target": 31}, "nått"),
    ],
)
def test_reached_is_said_with_its_uncertainty(goal, verdict):
    assert judge([5] * 6, **goal)["verdict"] == verdict


def test_what_varies_more_than_by_chance_has_wider_limits():
    calm, wild = judge([5] * 24), judge([1, 9] * 4 + [9, 1] * 4 + [1, 9] * 4)
    assert calm["count"] == wild["count"] == 20
    assert wild["upper"] > calm["upper"] and wild["lower"] < calm["lower"]


def test_what_cannot_be_measured_is_said_or_left_out():
    assert judge([5, 5, 5])["verdict"] == "uppgift saknas"
    actions = make("actions", GOAL | {"indicator": "eget mått"})
    assert plan.judge_goals(actions, cells([5] * 6), cycle="2026-K3").empty
    found = plan.judge_goals(
        make("actions", GOAL | {"category": "narkotika"}),
        cells([5] * 6, category="narkotika"),
        cycle="2026-K3",
    )
    assert found["verdict"].tolist() == ["bedöms inte efter antal"]

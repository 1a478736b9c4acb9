"""Shares of answers, and when there are none to give."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure import change, survey


def _answers(yes, no):
    return pd.Series(["ja"] * yes + ["nej"] * no)


def test_wilson_by_hand():
    got = survey.proportion(_answers(45, 75), sampling="probability")
    yes = got.set_index("answer").loc["ja"]
    assert yes["proportion"] == 0.375
    assert yes["lower"] == pytest.approx(0.29352, abs=1e-5)
    assert yes["upper"] == pytest.approx(0.46423, abs=1e-5)
    assert (yes["n"], yes["n_answers"], yes["n_effective"]) == (45, 120, 120)
    assert got["proportion"].sum() == 1


def test_unequal_weights_make_fewer_effective_answers():
    answers = _answers(50, 50)
    weights = pd.Series([1.0] * 50 + [3.0] * 50)
    yes = survey.proportion(answers, sampling="probability", weights=weights).iloc[0]
    assert yes["proportion"] == 0.25
    assert yes["n_effective"] == pytest.approx(200**2 / 500)
    plain = survey.proportion(_answers(25, 75), sampling="census").iloc[0]
    assert yes["upper"] - yes["lower"] > plain["upper"] - plain["lower"]


def test_self_selected_answers_have_shares_and_nothing_more():
    got = survey.proportion(_answers(45, 75), sampling="self_selected")
    assert got["proportion"].tolist() == [0.375, 0.625]
    assert got[["lower", "upper"]].isna().all(axis=None)
    assert got.attrs["note"].startswith("Svaren kommer från dem som själva valt")
    groups = pd.Series(["a"] * 60 + ["b"] * 60)
    beside = survey.compare(_answers(45, 75), groups, sampling="self_selected")
    assert set(beside["verdict"]) == {"jämförs inte"}
    assert beside[["difference", "lower", "upper"]].isna().all(axis=None)
    with pytest.raises(UsageError):
        survey.proportion(_answers(9, 9), sampling="self_selected", weights=[1] * 18)


@pytest.mark.parametrize("n,status", [(29, "too_few"), (30, "shown")])
def test_no_share_on_fewer_than_thirty(n, status):
    got = survey.proportion(_answers(10, n - 10), sampling="probability")
    assert set(got["status"]) == {status}
    assert got["proportion"].isna().all() == (status == "too_few")
    assert got["n"].tolist() == [10, n - 10]


def test_small_groups_are_hidden_and_never_alone():
    answers = _answers(60, 44)
    groups = pd.Series(["a"] * 60 + ["b"] * 40 + ["c"] * 4)
    got = survey.proportion(answers, sampling="census", groups=groups)
    by = got.groupby("group")["status"].first()
    assert by.to_dict() == {"a": "shown", "b": "suppressed", "c": "suppressed"}
    hidden = got[got["status"] == "suppressed"]
    assert hidden[["n", "n_answers", "proportion"]].isna().all(axis=None)
    five = pd.Series(["a"] * 60 + ["b"] * 39 + ["c"] * 5)
    got = survey.proportion(answers, sampling="census", groups=five)
    assert "suppressed" not in set(got["status"])


def test_missing_is_no_answer_and_unused_levels_are_zero():
    answers = pd.Series(["ja"] * 30 + [None] * 9, dtype="category")
    answers = answers.cat.add_categories("vet ej")
    got = survey.proportion(answers, sampling="census").set_index("answer")
    assert got.loc["ja", "n_answers"] == 30
    assert (got.loc["vet ej", "n"], got.loc["vet ej", "proportion"]) == (0, 0)


def test_groups_are_set_beside_all_others():
    answers = pd.Series(["ja"] * 40 + ["nej"] * 10 + ["ja"] * 30 + ["nej"] * 70)
    groups = pd.Series(["a"] * 50 + ["b"] * 60 + ["c"] * 40)
    got = survey.compare(answers, groups, sampling="probability")
    row = got[(got["group"] == "a") & (got["answer"] == "ja")].iloc[0]
    by_hand = change.difference(40, 50, 30, 100).iloc[0]
    assert row["difference"] == pytest.approx(0.5)
    assert row["lower"] == pytest.approx(by_hand["lower"])
    assert row["verdict"] == "högre"
    even = survey.compare(answers, pd.Series(["a", "b"] * 75), sampling="census")
    assert set(even["verdict"]) <= {"ingen säker skillnad"}


def test_too_few_to_compare_is_said():
    groups = pd.Series(["a"] * 40 + ["b"] * 20)
    got = survey.compare(_answers(30, 30), groups, sampling="census")
    assert set(got["verdict"]) == {"för få svar"}
    assert got["difference"].isna().all()


def test_sampling_and_weights_must_be_known():
    with pytest.raises(UsageError):
        survey.proportion(_answers(9, 9), sampling="webbenkät")
    for bad in ([0.0] * 18, [np.nan] * 18):
        with pytest.raises(UsageError):
            survey.proportion(_answers(9, 9), sampling="census", weights=bad)


def test_no_answers_at_all():
    got = survey.proportion(pd.Series([], dtype="object"), sampling="census")
    assert got.empty


@pytest.mark.parametrize(
    "index,words",
    [
        (0.99, "lägre än vanligt"),
        (1.0, "vanlig nivå"),
        (1.5, "vanlig nivå"),
        (1.51, "högre än vanligt"),
        (1.7, "högre än vanligt"),
        (1.71, "problem att ta på allvar"),
        (np.nan, "uppgift saknas"),
    ],
)
def test_police_index_in_words(index, words):
    assert survey.problem_level(index) == words


def test_police_index_has_its_scale():
    with pytest.raises(UsageError):
        survey.problem_level(7)


SCALE = ["mycket trygg", "ganska trygg", "ganska otrygg", "mycket otrygg"]


def test_one_end_of_a_scale():
    answers = pd.Series([*SCALE[:1] * 30, *SCALE[1:] * 10, None])
    got = survey.likert(answers, SCALE, counted=SCALE[2:], sampling="census")
    yes = got[got["answer"].astype(bool)].iloc[0]
    assert (yes["n"], yes["n_answers"]) == (20, 60)
    wilson = survey.proportion(_answers(20, 40), sampling="census").iloc[0]
    assert (yes["lower"], yes["upper"]) == (wilson["lower"], wilson["upper"])


@pytest.mark.parametrize("counted", [SCALE[1:3], [], SCALE, SCALE[::3]])
def test_steps_that_are_no_end_of_the_scale_are_refused(counted):
    with pytest.raises(UsageError):
        survey.likert(pd.Series(SCALE), SCALE, counted=counted, sampling="census")


def test_answers_off_the_scale_are_refused():
    with pytest.raises(UsageError, match="1 svar"):
        survey.likert(
            pd.Series(["vet ej"]), SCALE, counted=SCALE[:1], sampling="census"
        )

"""What is chosen to be hidden: enough, no more than needed, and the same every time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lagesbild.audiences import Audience
from lagesbild.protect.auditing import count_narrow
from lagesbild.protect.choosing import choose_hidden, find_small
from tests.examples import few
from tests.protect.small import TREE, make_cells, set_status, widths


def at(cells, area_id, category):
    found = (cells["area_id"] == area_id) & (cells["category"] == category)
    return cells.index[found][0]


def hidden_offences(inner, *, threshold=5):
    cells = make_cells(inner)
    hidden = choose_hidden(cells, TREE, rule=Audience(threshold=threshold))
    return cells, hidden["n_offences"]


@pytest.mark.parametrize(
    ("count", "threshold", "is_hidden"),
    [
        (0, 5, False),
        (1, 5, True),
        (4, 5, True),
        (5, 5, False),
        (9, 10, True),
        (10, 10, False),
    ],
)
def test_the_threshold_from_both_sides(count, threshold, is_hidden):
    inner = [[count, 40, 30], [20, 30, 20], [30, 40, 20]]
    cells, hidden = hidden_offences(inner, threshold=threshold)
    assert hidden[at(cells, "O1", "ran")] == is_hidden
    assert hidden.any() == is_hidden


def test_threshold_one_hides_nothing():
    cells = make_cells([[1, 2, 3], [4, 1, 1], [0, 0, 1]])
    assert not choose_hidden(cells, TREE, rule=Audience(threshold=1)).any(axis=None)


def test_a_small_cell_is_never_hidden_alone():
    cells, hidden = hidden_offences([[3, 40, 30], [20, 30, 20], [30, 40, 20]])
    ran = cells[hidden & (cells["category"] == "ran")]
    assert len(ran) >= 2
    o1 = cells[hidden & (cells["area_id"] == "O1")]
    assert len(o1) >= 2
    # the municipality's totals stay: the areas and leaves can carry it all
    assert not hidden[cells["area_id"] == "*"].any()


def test_one_beside_another_small_cell_needs_a_third():
    """The one person behind a 1 would take it away and learn the other."""
    cells, hidden = hidden_offences([[1, 40, 30], [4, 30, 20], [30, 40, 20]])
    assert hidden[cells["category"] == "ran"].sum() >= 3


def test_many_offences_of_one_report_or_one_event_are_hidden():
    cells = make_cells([[40, 40, 30], [20, 30, 20], [30, 40, 20]])
    few = at(cells, "O1", "ran")
    for behind in ("n_reports", "n_police_events", "n_police_places"):
        one = cells.copy()
        one.loc[few, behind] = 1
        hidden = choose_hidden(one, TREE, rule=Audience(threshold=5))
        assert hidden.loc[few, "n_offences"]
    assert not choose_hidden(cells, TREE, rule=Audience(threshold=5))[
        "n_offences"
    ].any()


WIDE = [[40, 40, 30], [20, 30, 20], [30, 40, 20]]


@pytest.mark.parametrize(("share", "is_hidden"), [(31, False), (32, True)])
def test_a_count_that_one_event_dominates_is_hidden(share, is_hidden):
    cells = make_cells(WIDE)
    few = at(cells, "O1", "ran")
    cells.loc[few, "n_offences_largest"] = share
    rule = Audience(dominance_pct=80)
    assert choose_hidden(cells, TREE, rule=rule).loc[few, "n_offences"] == is_hidden
    assert not choose_hidden(cells, TREE, rule=Audience())["n_offences"].any()


def test_zeros_are_hidden_where_the_rule_says_so():
    inner = [[0, 40, 30], [20, 30, 0], [30, 40, 20]]
    cells = make_cells(inner)
    ran, parking = at(cells, "O1", "ran"), at(cells, "O2", "felparkering")
    some = Audience(categories={"ran": {"protect_zeros": True}})
    hidden = choose_hidden(cells, TREE, rule=some)["n_offences"]
    assert hidden[ran]
    every = choose_hidden(cells, TREE, rule=Audience(protect_zeros=True))["n_offences"]
    assert every[ran] and every[parking]
    assert not choose_hidden(cells, TREE, rule=Audience())["n_offences"].any()
    assert count_narrow(set_status(cells, every), TREE, range_min=3) == 0


@pytest.mark.parametrize(("count", "is_hidden"), [(9, True), (10, False)])
def test_a_category_may_have_a_higher_threshold(count, is_hidden):
    cells = make_cells([[count, 7, 30], [20, 30, 20], [30, 40, 20]])
    rule = Audience(categories={"ran": {"threshold": 10}})
    small = find_small(cells, rule)["n_offences"]
    assert small[at(cells, "O1", "ran")] == is_hidden
    assert not small[at(cells, "O1", "klotter")]


def test_events_by_date_of_few_places_are_hidden():
    cells = make_cells(WIDE)
    whole = at(cells, "*", "brott")
    cells.loc[whole, "n_places_occurred"] = 2
    hidden = choose_hidden(cells, TREE, rule=Audience())
    assert hidden.loc[whole, "n_events_occurred"]
    assert not hidden.loc[whole, "n_events"]


def test_reports_and_events_below_the_groups_are_always_hidden():
    cells = make_cells([[40, 40, 30], [20, 30, 20], [30, 40, 20]])
    hidden = choose_hidden(cells, TREE, rule=Audience(threshold=5))
    is_whole = (cells["area_id"] == "*") & cells["category"].isin(TREE["parent"])
    for count in ("n_reports", "n_events", "n_events_occurred"):
        assert (hidden[count] == ~is_whole).all()


def test_what_is_missing_is_neither_hidden_nor_known():
    cells = make_cells([[3, 40, 30], [20, 30, 20], [30, 40, 20]])
    gone = cells["category"] == "ran"
    cells.loc[gone, "n_offences"] = pd.NA
    cells.loc[gone, "n_offences_status"] = "missing"
    hidden = choose_hidden(cells, TREE, rule=Audience(threshold=5))
    assert not hidden.loc[gone, "n_offences"].any()
    # without its leaf a group's total tells nothing of the other leaf
    assert not hidden["n_offences"].any()


def test_what_a_lower_threshold_hides_stays_hidden():
    cells = make_cells([[3, 12, 30], [20, 8, 20], [30, 40, 7]])
    lower = choose_hidden(cells, TREE, rule=Audience(threshold=5))
    higher = choose_hidden(
        cells, TREE, rule=Audience(threshold=10), hidden_before=lower
    )
    assert (higher >= lower).all(axis=None)
    assert higher.sum().sum() > lower.sum().sum()


counts = arrays(
    np.int64,
    st.tuples(st.integers(2, 4), st.integers(1, 3)),
    elements=st.integers(0, 30),
)


@few(20)
@given(counts)
def test_every_choice_hides_the_small_and_passes_the_audit(inner):
    cells, hidden = hidden_offences(inner)
    assert hidden[cells["n_offences"].between(1, 4)].all()
    assert count_narrow(set_status(cells, hidden), TREE, range_min=3) == 0


@few(10)
@given(arrays(np.int64, (2, 2), elements=st.integers(0, 6)))
def test_every_hidden_cell_spans_three_by_brute_force(inner):
    cells, hidden = hidden_offences(inner)
    if hidden.any():
        width = widths(cells, hidden, (2, 2), most=27)
        assert width[hidden].min() >= 3


@few(5)
@given(counts)
def test_the_same_table_in_another_order_hides_the_same(inner):
    cells, hidden = hidden_offences(inner)
    again = choose_hidden(cells, TREE, rule=Audience(threshold=5))["n_offences"]
    assert (again == hidden).all()
    turned = cells.iloc[::-1]
    other = choose_hidden(turned, TREE, rule=Audience(threshold=5))["n_offences"]
    assert other.sum() == hidden.sum()

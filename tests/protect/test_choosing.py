"""What is chosen to be hidden: enough, no more than needed, and the same every time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lagesbild.audiences import Audience
from lagesbild.protect.auditing import count_narrow
from lagesbild.protect.choosing import choose_hidden
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
    for behind in ("n_reports", "n_police_events"):
        one = cells.copy()
        one.loc[few, behind] = 1
        hidden = choose_hidden(one, TREE, rule=Audience(threshold=5))
        assert hidden.loc[few, "n_offences"]
    assert not choose_hidden(cells, TREE, rule=Audience(threshold=5))[
        "n_offences"
    ].any()


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


@settings(max_examples=60, deadline=None)
@given(counts)
def test_every_choice_hides_the_small_and_passes_the_audit(inner):
    cells, hidden = hidden_offences(inner)
    assert hidden[cells["n_offences"].between(1, 4)].all()
    assert count_narrow(set_status(cells, hidden), TREE, range_min=3) == 0


@settings(max_examples=20, deadline=None)
@given(arrays(np.int64, (2, 2), elements=st.integers(0, 6)))
def test_every_hidden_cell_spans_three_by_brute_force(inner):
    cells, hidden = hidden_offences(inner)
    if hidden.any():
        width = widths(cells, hidden, (2, 2), most=27)
        assert width[hidden].min() >= 3


@settings(max_examples=10, deadline=None)
@given(counts)
def test_the_same_table_in_another_order_hides_the_same(inner):
    cells, hidden = hidden_offences(inner)
    again = choose_hidden(cells, TREE, rule=Audience(threshold=5))["n_offences"]
    assert (again == hidden).all()
    turned = cells.iloc[::-1]
    other = choose_hidden(turned, TREE, rule=Audience(threshold=5))["n_offences"]
    assert other.sum() == hidden.sum()

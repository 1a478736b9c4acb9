"""What can be known of a hidden cell, against a program for each cell on its own."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lagesbild.protect import intervals
from lagesbild.protect.intervals import find_narrow
from lagesbild.protect.relations import make_table

SHAPE = (5, 4)  # the first of each axis is the total


def make_square(inner, published=None):
    values = np.zeros(SHAPE)
    values[1:, 1:] = inner
    values[0] = values[1:].sum(axis=0)
    values[:, 0] = values[:, 1:].sum(axis=1)
    at = np.arange(values.size).reshape(SHAPE)
    return make_table(values.ravel(), [*at, *at.T], published)


def width_alone(table, hidden, cell):
    """How far apart the least and most of a cell lie, by a program of its own."""
    unknown = hidden | ~table.published
    bounds = [
        (0, None) if is_unknown else (value, value)
        for value, is_unknown in zip(table.values, unknown, strict=True)
    ]
    ends = []
    for sign in (1, -1):
        aim = np.zeros(table.n_cells)
        aim[cell] = sign
        found = linprog(aim, A_eq=table.matrix, b_eq=np.zeros(9), bounds=bounds)
        ends.append(np.inf if found.status == 3 else sign * found.fun * sign)
    if np.inf in ends:
        return np.inf
    return -ends[1] - ends[0]


@st.composite
def choices(draw):
    numbers = st.lists(st.integers(0, 6), min_size=12, max_size=12)
    inner = np.array(draw(numbers)).reshape(4, 3)
    flags = st.lists(st.booleans(), min_size=20, max_size=20)
    hidden = np.array(draw(flags))
    hidden[0] = False  # the grand total
    published = np.ones(20, dtype=bool)
    if draw(st.booleans()):
        published[draw(st.integers(1, 19))] = False
    return make_square(inner, published), hidden & published


@settings(max_examples=25, deadline=None)
@given(choices(), st.sampled_from([2, 60]), st.sampled_from([1, 2500]))
def test_narrow_is_what_a_program_for_each_cell_says(choice, near, few):
    table, hidden = choice
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "NEAR", near)
        patch.setattr(intervals, "WIDER", 2)
        patch.setattr(intervals, "FEW", few)
        patch.setattr(intervals, "N_CROWDS", 2)
        found = find_narrow(table, hidden, 3)
    expected = [
        cell
        for cell in np.flatnonzero(hidden)
        if width_alone(table, hidden, cell) < 3 - 1e-5
    ]
    assert sorted(found.cells.tolist()) == expected
    # every cut is broken by the choice at hand
    assert (found.cuts.matrix @ hidden.astype(float) < found.cuts.least - 1e-6).all()


@settings(max_examples=25, deadline=None)
@given(choices(), st.integers(0, 2**31))
def test_a_cut_forbids_no_safe_choice(choice, seed):
    table, hidden = choice
    cuts = find_narrow(table, hidden, 3).cuts
    chance = np.random.default_rng(seed)
    for share in (0.3, 0.6, 0.8):
        other = (chance.random(20) < share) & table.published
        if not len(find_narrow(table, other, 3).cells):
            assert (cuts.matrix @ other.astype(float) >= cuts.least - 1e-4).all()
    everything = table.published.copy()
    if not len(find_narrow(table, everything, 3).cells):
        assert (cuts.matrix @ everything.astype(float) >= cuts.least - 1e-4).all()


def test_witnesses_known_before_spare_the_asking():
    table = make_square(np.full((4, 3), 9))
    hidden = np.zeros(20, dtype=bool)
    hidden[[5, 6, 9, 10]] = True
    first = find_narrow(table, hidden, 3)
    assert not len(first.cells)
    again = find_narrow(table, hidden, 3, before=first)
    assert (again.high - again.low == first.high - first.low).all()


def test_neighbours_grow_until_they_are_all():
    table = make_square(np.full((4, 3), 9))
    hidden = np.ones(20, dtype=bool)
    unknown = intervals._unknown(table, hidden)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "NEAR", 4)
        patch.setattr(intervals, "WIDER", 2)
        patch.setattr(intervals, "FEW", 1)
        steps = list(intervals._ever_wider(unknown, 6))
    assert all(6 in near for near in steps)
    assert all(set(a) < set(b) for a, b in itertools.pairwise(steps))
    assert len(steps[-1]) == 20 and len(steps) > 1

"""The audit finds what can be worked out, and shares nothing with what it judges."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lagesbild.audiences import Audience
from lagesbild.errors import ProtectError
from lagesbild.protect import auditing, remember
from lagesbild.protect.auditing import audit_publications, count_narrow
from lagesbild.protect.choosing import choose_hidden
from lagesbild.protect.hide import hide_cells
from tests.examples import few
from tests.protect.small import QUARTER, TREE, make_cells, set_status, widths

INNER = [[3, 40, 30], [20, 30, 20], [30, 40, 20]]
RULES = {
    a: Audience(threshold=n) for a, n in (("intern", 1), ("radet", 5), ("offentlig", 5))
}


def publish(inner=INNER, *, threshold=5, **known):
    cells = make_cells(inner)
    return hide_cells(
        cells, choose_hidden(cells, TREE, rule=Audience(threshold=threshold), **known)
    )


def check(**publications):
    audit_publications(publications, TREE, rules=RULES)


def show(frame, area_id, category, value, count="n_offences"):
    """The frame with one more cell shown."""
    found = (frame["area_id"] == area_id) & (frame["category"] == category)
    out = frame.copy()
    out.loc[found, count] = value
    out.loc[found, f"{count}_status"] = "shown"
    return out


def test_what_was_chosen_passes():
    frame = publish()
    assert (frame["n_offences_status"] == "suppressed").any()
    check(radet=frame, offentlig=frame, intern=make_cells(INNER))


def test_any_secondary_cell_shown_is_found():
    cells, frame = make_cells(INNER), publish()
    hidden = frame["n_offences_status"] == "suppressed"
    secondary = cells[hidden & ~cells["n_offences"].between(1, 4)]
    assert len(secondary) >= 3
    for row in secondary.itertuples():
        told = show(frame, row.area_id, row.category, row.n_offences)
        with pytest.raises(ProtectError, match="räknas ut"):
            check(offentlig=told)


def test_a_quarter_is_proved_once_and_again_as_soon_as_a_cell_of_it_differs(tmp_path):
    def once(rows, count):
        counted.append(rows["period"].iloc[0])
        key = remember.make_key([rows, TREE], {})
        return remember.recall_none(tmp_path, key, lambda: asked.append(1) or count())

    def audit(*frames):
        counted.clear()
        asked.clear()
        whole = pd.concat(frames, ignore_index=True)
        audit_publications({"radet": whole}, TREE, rules=RULES, once=once)

    counted, asked = [], []
    old, new = publish().assign(period="2026-K2"), publish()
    audit(old)
    assert (len(counted), len(asked)) == (1, 1)
    audit(old, new)
    assert (len(counted), len(asked)) == (2, 1)
    hidden = old["n_offences_status"] == "suppressed"
    cells = make_cells(INNER)
    row = next(cells[hidden & ~cells["n_offences"].between(1, 4)].itertuples())
    told = show(old, row.area_id, row.category, row.n_offences)
    for _ in range(2):  # that something is wrong is never remembered
        with pytest.raises(ProtectError, match="räknas ut"):
            audit(told, new)
        assert len(asked) == 1


def test_a_small_count_shown_is_found():
    for value in (1, 4):
        with pytest.raises(ProtectError, match="litet antal"):
            check(offentlig=show(publish(), "O1", "ran", value))


def test_a_stricter_category_and_a_zero_that_are_shown_are_found():
    calm = publish([[30, 40, 30], [20, 30, 0], [30, 40, 20]])
    check(offentlig=calm)
    rules = [
        Audience(categories={"felparkering": {"protect_zeros": True}}),
        Audience(categories={"ran": {"threshold": 21}}),
    ]
    for rule in rules:
        with pytest.raises(ProtectError, match="litet antal"):
            audit_publications({"offentlig": calm}, TREE, rules={"offentlig": rule})


def test_shown_figures_that_cannot_all_be_true_are_found():
    with pytest.raises(ProtectError, match="går inte ihop"):
        check(offentlig=show(publish(), "*", "alla", 251))


def test_two_audiences_together_are_one_reader():
    """Each hides enough, but one shows what the other hides."""
    cells = make_cells(INNER)
    hidden = choose_hidden(cells, TREE, rule=Audience(threshold=5))
    one = hide_cells(cells, hidden)
    other = hidden.copy()
    other["n_offences"] = False
    # the same square a column to the right: O1 and O2, ran and felparkering
    for area, category in [
        (area, category)
        for area in ("O1", "")
        for category in ("ran", "klotter", "brott", "felparkering", "trafik")
    ]:
        found = (cells["area_id"] == area) & (cells["category"] == category)
        other.loc[found, "n_offences"] = True
    two = hide_cells(cells, other)
    check(radet=two)
    check(offentlig=one)
    told = two["n_offences_status"].eq("shown") & one["n_offences_status"].eq(
        "suppressed"
    )
    assert told.any()
    with pytest.raises(ProtectError):
        check(radet=two, offentlig=one)


def test_two_audiences_may_not_contradict_each_other():
    one = publish([[30, 40, 30], [20, 30, 20], [30, 40, 20]])
    two = publish([[31, 40, 30], [20, 30, 20], [30, 40, 20]])
    with pytest.raises(ProtectError, match="olika tal"):
        check(radet=one, offentlig=two)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rate_per_1000_quarter", 3.0),
        ("rate_lower", 0.5),
        ("rate_upper", 9.5),
        ("rate_ratio", 1.5),
        ("ratio_lower", 1.1),
        ("ratio_upper", 1.9),
        ("verdict", "ökar"),
        ("n_offences", 7),
        ("n_events", 7),
    ],
)
def test_anything_derived_from_a_hidden_cell_is_found(column, value):
    frame = publish()
    hidden = (frame["area_id"] == "O1") & (frame["category"] == "ran")
    assert (frame.loc[hidden, "n_offences_status"] == "suppressed").all()
    frame.loc[hidden, column] = value
    with pytest.raises(ProtectError):
        check(offentlig=frame)


def test_last_year_shown_where_that_year_hid_it_is_found():
    then = publish().assign(period="2025-K3")
    now = publish([[30, 40, 30], [20, 30, 20], [30, 40, 20]])
    cell = (now["area_id"] == "O1") & (now["category"] == "ran")
    now.loc[cell, "n_offences_last_year_status"] = "suppressed"
    both = pd.concat([then, now], ignore_index=True)
    check(offentlig=both)
    told = both["period"].eq(QUARTER) & both["area_id"].eq("O1")
    told &= both["category"].eq("ran")
    both.loc[told, "n_offences_last_year"] = 12
    both.loc[told, "n_offences_last_year_status"] = "shown"
    with pytest.raises(ProtectError):
        check(offentlig=both)


def test_a_word_nobody_knows_is_not_taken_for_hidden_or_shown():
    frame = publish()
    frame.loc[0, "n_offences_status"] = "visas"
    with pytest.raises(ProtectError):
        check(offentlig=frame)


def test_the_internal_audience_is_not_audited():
    check(intern=make_cells([[1, 2, 3], [4, 1, 1], [0, 0, 1]]))


@few(20)
@given(
    arrays(np.int64, (2, 2), elements=st.integers(0, 4)),
    arrays(np.bool_, 15, elements=st.booleans()),
)
def test_the_audit_agrees_with_going_through_every_table(inner, flags):
    """Hidden cells chosen blindly: the audit finds just those that brute force does."""
    cells = make_cells(inner)
    hidden = pd.Series(flags[: len(cells)], cells.index)
    assume(hidden.any())
    width = widths(cells, hidden, (2, 2), most=19)
    narrow = (width < 3) & hidden.to_numpy()
    found = count_narrow(set_status(cells, hidden), TREE, range_min=3)
    assert found == narrow.sum()


def test_it_shares_no_code_with_the_suppression():
    room = Path(auditing.__file__).parent
    theirs = ("auditing", "seen", "standalone_audit", "outsider")
    ours = ("choosing", "program", "intervals", "relations", "search", "lattice")
    ours += ("standalone", "hide")
    for file, banned in [
        *((room / f"{name}.py", (*ours, "highspy")) for name in theirs),
        *((room / f"{name}.py", (*theirs, "linprog")) for name in ours),
    ]:
        tree = ast.parse(file.read_text("utf-8"))
        imported = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {
                    name for alias in node.names for name in alias.name.split(".")
                }
            if isinstance(node, ast.ImportFrom):
                imported |= {
                    *str(node.module).split("."),
                    *(a.name for a in node.names),
                }
        assert not imported & set(banned), file.name

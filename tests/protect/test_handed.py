"""What has been handed out stays: rows, pattern and record, whatever is measured."""

import pandas as pd
import pytest

from lagesbild.audiences import Audience
from lagesbild.errors import ProtectError
from lagesbild.protect import handed
from lagesbild.protect.auditing import audit_publications
from lagesbild.protect.choosing import choose_hidden
from lagesbild.protect.hide import hide_cells
from tests.protect.small import TREE, make_cells

THEN, NOW = "2026-K2", "2026-K3"
FIRST = [[3, 40, 30], [20, 30, 20], [30, 40, 20]]
LATER = [[30, 40, 30], [20, 30, 20], [30, 40, 20]]
RULES = {
    "intern": Audience(threshold=1),
    "radet": Audience(),
    "offentlig": Audience(),
}


def cells_of(then=FIRST, now=LATER):
    quarters = [make_cells(then, period=THEN), make_cells(now, period=NOW)]
    return pd.concat(quarters, ignore_index=True)


def release(audience="radet", then=FIRST, rule=None):
    """The cells of a release of the first quarter, and the record of it."""
    cells = make_cells(then, period=THEN)
    hidden = choose_hidden(cells, TREE, rule=rule or RULES[audience])
    rows = hide_cells(cells, hidden)
    nothing = pd.DataFrame(columns=["audience", "count", *handed.KEYS])
    record = handed.make_record(
        rows, cells, cycle=THEN, audience=audience, released=nothing
    )
    return rows, record


def protect(audience, cells, before, record, rules=RULES):
    kept = handed.find_kept(audience, cells, rules=rules, handed=before)
    must = handed.find_hidden(audience, cells, kept, rules=rules, released=record)
    fresh = ~cells["period"].isin(set(kept["period"]))
    chosen = choose_hidden(
        cells[fresh], TREE, rule=rules[audience], hidden_before=must[fresh]
    )
    hidden = pd.concat([chosen, must[~fresh]]).reindex(cells.index)
    return handed.restore_kept(hide_cells(cells, hidden), kept)


def of(frame, period):
    return frame[frame["period"] == period].reset_index(drop=True)


def same_rows(one, other):
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True), other.reset_index(drop=True), check_dtype=False
    )


@pytest.mark.parametrize("audience", ["radet", "offentlig"])
@pytest.mark.parametrize("then", [FIRST, [[9, 40, 30], [20, 31, 20], [30, 40, 20]]])
def test_a_quarter_handed_out_is_shown_as_it_was_even_when_revised(audience, then):
    """Also to an audience that has nothing of its own, if the rule is as strict."""
    rows, record = release()
    told = protect(audience, cells_of(then), {"radet": rows}, record)
    same_rows(of(told, THEN), rows)
    audit_publications({audience: told}, TREE, rules=RULES, released=record)


def test_without_the_kept_rows_the_revision_would_tell():
    rows, record = release()
    cells = cells_of([[9, 40, 30], [20, 30, 20], [30, 40, 20]])
    naive = hide_cells(cells, choose_hidden(cells, TREE, rule=RULES["radet"]))
    with pytest.raises(ProtectError, match="dolt"):
        audit_publications({"radet": naive}, TREE, rules=RULES, released=record)
    moved = cells_of([[3, 40, 31], [20, 30, 20], [30, 40, 20]])
    naive = hide_cells(moved, choose_hidden(moved, TREE, rule=RULES["radet"]))
    with pytest.raises(ProtectError, match="andra tal"):
        audit_publications({"radet": naive}, TREE, rules=RULES, released=record)
    assert len(rows)


def test_another_audience_may_not_show_what_a_release_hid():
    """Two publications, each safe alone, that together give a hidden cell away."""
    _, record = release()
    cells = make_cells(FIRST, period=THEN)
    hidden = choose_hidden(cells, TREE, rule=RULES["offentlig"])
    other = hidden.copy()
    other["n_offences"] = False
    square = cells["area_id"].isin(["O1", ""])
    leaves = ["ran", "klotter", "brott", "felparkering", "trafik"]
    other.loc[square & cells["category"].isin(leaves), "n_offences"] = True
    two = hide_cells(cells, other)
    audit_publications({"offentlig": two}, TREE, rules=RULES)
    with pytest.raises(ProtectError):
        audit_publications({"offentlig": two}, TREE, rules=RULES, released=record)


def test_a_stricter_audience_takes_no_rows_of_a_laxer_and_hides_what_has_moved():
    """The council was handed small numbers by decision; everyone is not."""
    lax = Audience(threshold=3, decision_number="NYBY 1", reason="påhittad")
    rules = RULES | {"radet": lax}
    rows, record = release(rule=lax)
    low = (rows["area_id"] == "O1") & (rows["category"] == "ran")
    assert rows.loc[low, "n_offences"].tolist() == [3]
    told = protect("offentlig", cells_of(), {"radet": rows}, record, rules)
    then = of(told, THEN)
    assert not then["n_offences"].between(1, 4).any()
    assert then["n_offences"].notna().any()
    audit_publications({"offentlig": told}, TREE, rules=rules, released=record)
    moved = cells_of([[3, 40, 31], [20, 30, 20], [30, 40, 20]])
    told = protect("offentlig", moved, {"radet": rows}, record, rules)
    assert of(told, THEN)["n_offences"].isna().all()
    assert of(told, NOW)["n_offences"].notna().any()


def test_rows_of_a_release_under_an_older_laxer_rule_are_not_passed_on():
    rows, record = release(rule=Audience(threshold=3))
    told = protect("offentlig", cells_of(), {"radet": rows}, record)
    assert not of(told, THEN)["n_offences"].between(1, 4).any()
    # to the council itself they are public already
    again = protect("radet", cells_of(), {"radet": rows}, record)
    same_rows(of(again, THEN), rows)
    audit_publications({"radet": again}, TREE, rules=RULES, released=record)


@pytest.mark.parametrize("second", ["radet", "offentlig"])
def test_what_is_new_in_a_later_quarter_does_not_stop_the_next_audience(second):
    """A category's first report comes when earlier quarters have been handed out.

    Hidden in them, it would be the one hidden part of totals that are shown.
    """
    cells = cells_of(then=[[0, 4, 30], [0, 30, 20], [0, 40, 20]])
    is_added = cells["category"].eq("ran") & cells["period"].eq(THEN)
    then = of(cells[~is_added], THEN)
    rows = hide_cells(then, choose_hidden(then, TREE, rule=RULES["radet"]))
    _, nothing = release()
    known = {"cycle": THEN, "released": nothing.iloc[:0]}
    before, record = {}, []
    for audience in dict.fromkeys(("radet", second)):  # who has the first quarter
        before[audience] = rows
        record.append(handed.make_record(rows, then, audience=audience, **known))
    record = pd.concat(record)
    told = protect("radet", cells, before, record)
    assert set(told.loc[is_added, "n_offences_status"]) == {"missing"}
    assert told.loc[is_added, "n_offences"].isna().all()
    audit_publications({"radet": told}, TREE, rules=RULES, released=record)
    known = {"cycle": NOW, "released": record}
    more = handed.make_record(told, cells, audience="radet", **known)
    assert not (more["category"].eq("ran") & more["period"].eq(THEN)).any()
    record = pd.concat([record, more])
    other = protect("offentlig", cells, before | {"radet": told}, record)
    both = {"radet": told, "offentlig": other}
    audit_publications(both, TREE, rules=RULES, released=record)


def test_areas_and_categories_added_since_are_hidden_in_quarters_handed_out():
    rows, record = release()
    more = cells_of([[3, 40, 30], [20, 30, 20], [9, 9, 9], [21, 31, 11]])
    told = protect("radet", more, {"radet": rows}, record)
    then = of(told, THEN).set_index(["area_id", "category"])
    new = ~then.index.isin(pd.MultiIndex.from_frame(rows[["area_id", "category"]]))
    assert new.any() and then.loc[new, "n_offences"].isna().all()
    audit_publications({"radet": told}, TREE, rules=RULES, released=record)
    shown = told.copy()
    at = shown["period"].eq(THEN) & shown["area_id"].eq("O3")
    shown.loc[at, ["n_offences", "n_offences_status"]] = [9, "shown"]
    with pytest.raises(ProtectError):
        audit_publications({"radet": shown}, TREE, rules=RULES, released=record)


def test_change_against_a_base_that_was_shown_otherwise_is_hidden():
    then, now = "2025-K3", NOW
    old = make_cells(LATER, period=then)
    rows = hide_cells(old, choose_hidden(old, TREE, rule=RULES["radet"]))
    moved = make_cells([[31, 40, 30], [20, 30, 20], [30, 40, 20]], period=then)
    fresh = make_cells(LATER, period=now).assign(
        n_offences_last_year=moved["n_offences"].to_numpy(),
        n_offences_last_year_status="shown",
        rate_ratio=1.5,
        change_status="shown",
        verdict="ökar",
    )
    cells = pd.concat([moved, fresh], ignore_index=True)
    record = handed.make_record(
        rows,
        old,
        cycle=then,
        audience="radet",
        released=pd.DataFrame(columns=["audience", "count", *handed.KEYS]),
    )
    told = of(protect("radet", cells, {"radet": rows}, record), now)
    changed = (told["area_id"] == "O1") & (told["category"] == "ran")
    assert told.loc[changed, "n_offences_last_year"].isna().all()
    assert told.loc[changed, "rate_ratio"].isna().all()
    assert told.loc[changed, "verdict"].tolist() == ["visas inte"]
    calm = (told["area_id"] == "O2") & (told["category"] == "ran")
    assert told.loc[calm, "rate_ratio"].tolist() == [1.5]


def test_the_record_has_true_values_and_is_written_once():
    rows, record = release()
    hidden = record[record["is_hidden"] & (record["count"] == "n_offences")]
    assert 3 in hidden["value"].tolist()
    told = protect("radet", cells_of(), {"radet": rows}, record)
    again = handed.make_record(
        told, cells_of(), cycle=NOW, audience="radet", released=record
    )
    assert set(again["period"]) == {NOW}
    other = handed.make_record(
        told, cells_of(), cycle=NOW, audience="offentlig", released=record
    )
    assert set(other["period"]) == {THEN, NOW}

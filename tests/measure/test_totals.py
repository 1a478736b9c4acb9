"""Totals are the sum of what they are made of, and missing where a part is."""

import numpy as np
import pandas as pd

from lagesbild.measure.totals import add_totals, category_tree
from tests.measure.frames import cell


def _inner(values, status="shown"):
    """Two areas ("O1" and without) × two leaves × one quarter."""
    index = pd.MultiIndex.from_product(
        [["O1", ""], ["ran", "storning"], ["2026-K3"]],
        names=["area_id", "category", "period"],
    )
    frame = index.to_frame(index=False)
    words = [status] * 4 if isinstance(status, str) else status
    for name in ("n_offences", "n_reports", "n_observations", "n_events"):
        frame[name] = np.where(np.array(words) == "shown", values, np.nan)
        frame[f"{name}_status"] = pd.Series(words, dtype="str")
    return frame.assign(n_police_events=values, n_observer_events=values)


def test_tree_has_leaves_in_the_order_of_the_table_then_groups():
    tree = category_tree(["storning", "ran"])
    assert tree.values.tolist() == [
        ["ran", "brott"],
        ["storning", "ordning"],
        ["brott", "alla"],
        ["ordning", "alla"],
    ]


def test_sums_by_hand():
    got = add_totals(_inner([1.0, 2.0, 10.0, 20.0]))
    assert list(got["area_id"].unique()) == ["*", "O1", ""]
    assert cell(got, area_id="*", category="alla")["n_offences"] == 33
    assert cell(got, area_id="*", category="brott")["n_offences"] == 11
    assert cell(got, area_id="O1", category="alla")["n_events"] == 3
    assert cell(got, area_id="", category="storning")["n_police_events"] == 20


def test_a_missing_part_makes_its_totals_missing_and_no_others():
    got = add_totals(_inner([1.0, 2.0, 10.0, 20.0], ["missing", *["shown"] * 3]))
    gone = got[got["n_offences_status"] == "missing"]
    assert sorted(zip(gone["area_id"], gone["category"], strict=True)) == [
        ("*", "alla"),
        ("*", "brott"),
        ("*", "ran"),
        ("O1", "alla"),
        ("O1", "brott"),
        ("O1", "ran"),
    ]
    assert gone["n_offences"].isna().all()


def test_what_no_source_tells_is_left_out_of_a_total_that_others_tell():
    words = ["not_computed", "shown"] * 2
    got = add_totals(_inner([1.0, 2.0, 10.0, 20.0], words))
    assert cell(got, area_id="*", category="alla")["n_offences"] == 22
    assert cell(got, area_id="*", category="brott")["n_offences_status"] == (
        "not_computed"
    )

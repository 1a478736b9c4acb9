"""Ready-made counts where the police deliver no rows."""

import pandas as pd

from lagesbild.measure.counting import find_delivered
from lagesbild.measure.ready import tally_ready
from tests.measure.frames import POLICE_K2_K3, deliveries, ready_counts

FILES = (
    ("polisens_antal", "counts", "2026-07-01", "2026-09-30"),
    ("polisens_antal", "counts", "2026-07-01", "2026-09-30"),
)


def _tally(ready, *files):
    frame = deliveries(*files)
    return tally_ready(ready, find_delivered(frame), frame)


def test_counts_become_police_offences_with_utan_omrade():
    tally = _tally(ready_counts({"n_offences": 7}, {"area_id": None}), FILES[0])
    assert tally[["area_id", "n_offences", "source_kind"]].values.tolist() == [
        ["", 1, "police"],
        ["O1", 7, "police"],
    ]
    assert tally["n_reports"].isna().all()


def test_a_later_file_replaces_an_earlier_of_the_same_period():
    ready = ready_counts({"n_offences": 7}, {"n_offences": 9, "delivery_id": "d1"})
    assert _tally(ready, *FILES)["n_offences"].tolist() == [9]


def test_rows_of_the_police_go_before_ready_made_counts():
    assert _tally(ready_counts({}), *POLICE_K2_K3).empty


def test_protected_classes_are_left_out():
    ready = ready_counts(
        {"protected_class": "nara_relation", "category": "nara_relation"},
        {"category": "sexualbrott"},
    )
    assert _tally(ready, FILES[0]).empty


def test_three_months_make_a_quarter_and_two_do_not():
    months = [{"period": f"2026-0{m}", "n_offences": m} for m in (7, 8, 9)]
    assert _tally(ready_counts(*months), FILES[0])["n_offences"].tolist() == [24]
    assert _tally(ready_counts(*months[:2]), FILES[0]).empty
    assert _tally(ready_counts({"period": "2026"}), FILES[0]).empty
    both = ready_counts(*months, {"n_offences": 20})
    assert _tally(both, FILES[0])["n_offences"].tolist() == [20]


def test_no_ready_counts_give_an_empty_tally():
    for nothing in (None, pd.DataFrame()):
        assert _tally(nothing, FILES[0]).empty

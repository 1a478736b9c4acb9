"""What derives from a hidden cell is hidden too; zero, missing and hidden differ."""

import numpy as np
import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.audiences import Audience
from lagesbild.measure.occurred import add_occurred
from lagesbild.measure.tables import measure_cycle
from lagesbild.measure.totals import category_tree
from lagesbild.offences import load_categories
from lagesbild.protect.choosing import choose_hidden
from lagesbild.protect.hide import CHANGE, COLUMNS, COUNTS, RATE, hide_cells
from lagesbild.workspace import MeasureRules

KEYS = ["area_id", "category", "period"]
MEASURED = ("n_offences", "n_observations")
NO_CHANGE, FEW = "ingen säker förändring", "för få att jämföra"


@pytest.fixture(scope="module")
def measured(town):
    """Cells of a small town with one late source, and what is hidden of them."""
    frames = town(n_areas=5, n_quarters=6)
    deliveries = frames["deliveries"]
    late = (deliveries["source"] == "kommunen") & (
        deliveries["period_start"] == pd.Timestamp("2025-07-01")
    )
    cells = measure_cycle(
        frames["incidents"],
        contracts.empty("closed_counts"),
        contracts.empty("ready_counts"),
        deliveries[~late],
        frames["areas"],
        frames["population"],
        cycle="2026-K2",
        rules=MeasureRules(),
    )
    cells = add_occurred(cells, frames["incidents"], deliveries[~late], cycle="2026-K2")
    told = set(cells["category"])
    leaves = [c for c in load_categories()["category"] if c in told]
    hidden = choose_hidden(cells, category_tree(leaves), rule=Audience(threshold=5))
    return cells, hidden, hide_cells(cells, hidden)


def test_the_columns_and_rows_are_those_of_a_publication(measured):
    cells, _, frame = measured
    assert frame.columns.tolist() == COLUMNS
    pd.testing.assert_frame_equal(frame[KEYS], cells[KEYS])


@pytest.mark.parametrize("count", MEASURED)
def test_zero_stays_zero_missing_stays_missing_and_hidden_is_empty(measured, count):
    cells, hidden, frame = measured
    told = cells[f"{count}_status"]
    kept = ~hidden[count]
    assert (frame.loc[kept, f"{count}_status"] == told[kept]).all()
    is_zero = kept & (cells[count] == 0)
    assert is_zero.any() and (frame.loc[is_zero, count] == 0).all()
    assert hidden[count].any() and frame.loc[hidden[count], count].isna().all()
    assert set(frame.loc[hidden[count], f"{count}_status"]) == {"suppressed"}
    assert set(frame[f"{count}_status"]) <= {
        "shown",
        "suppressed",
        "missing",
        "not_computed",
    }


def test_a_late_delivery_is_missing_and_never_zero_or_hidden(measured):
    _, hidden, frame = measured
    late = (frame["category"] == "nedskrapning") & (frame["period"] == "2025-K3")
    assert late.any()
    assert set(frame.loc[late, "n_observations_status"]) == {"missing"}
    assert frame.loc[late, "n_observations"].isna().all()
    assert not hidden.loc[late, "n_observations"].any()


def test_a_value_stands_only_beside_the_word_shown(measured):
    frame = measured[2]
    for name in [c.removesuffix("_status") for c in COLUMNS if c.endswith("_status")]:
        columns = {"rate": RATE, "change": CHANGE}.get(name, (name,))
        for column in columns:
            told = frame[column].notna()
            assert set(frame.loc[told, f"{name}_status"]) <= {"shown"}, column


def hidden_measure(frame, column="{}_status"):
    """Where the count that rate and change are about is hidden."""
    offences, observations = (frame[column.format(n)] == "suppressed" for n in MEASURED)
    return offences.where(frame["measure"] == "n_offences", observations)


def test_rates_ratios_and_verdicts_are_hidden_with_their_base(measured):
    cells, _, frame = measured
    now, then = hidden_measure(frame), hidden_measure(frame, "{}_last_year_status")
    assert now.any() and (then & ~now).any()
    assert frame.loc[now, [*RATE, *CHANGE]].isna().all(axis=None)
    assert frame.loc[then, list(CHANGE)].isna().all(axis=None)
    neutral = {"visas inte", "jämförs inte", "uppgift saknas", "för kort historik"}
    neutral |= {"ännu inte jämförbart"}
    assert set(frame.loc[now | then, "verdict"]) <= neutral
    # the same words stood there before, so that they tell nothing
    said = (now | then) & (frame["verdict"] != "visas inte")
    assert (frame.loc[said, "verdict"] == cells.loc[said, "verdict"]).all()
    free = ~(now | then)
    # why a change is not judged is told with the verdict, and gone with it
    hidden = frame["verdict"] == "visas inte"
    assert frame.loc[hidden, "change_reason"].isna().all()
    for column in (*RATE, *CHANGE, "change_reason", "verdict"):
        pd.testing.assert_series_equal(frame.loc[free, column], cells.loc[free, column])


def test_last_years_count_is_hidden_where_that_year_hid_it(measured):
    frame = measured[2]
    before = frame[frame["period"] == "2025-K2"].set_index(["area_id", "category"])
    after = frame[frame["period"] == "2026-K2"].set_index(["area_id", "category"])
    for count in MEASURED:
        same = before[f"{count}_status"] == after[f"{count}_last_year_status"]
        assert same.where(before[f"{count}_status"] != "not_computed", True).all()
        pd.testing.assert_series_equal(
            after[f"{count}_last_year"], before[count], check_names=False
        )


def test_nobody_hidden_from_sees_all(measured):
    cells, hidden, _ = measured
    frame = hide_cells(cells, hidden & False)
    for count in ("n_offences", "n_reports", "n_events", "n_events_occurred"):
        assert (frame[count].astype("float64").dropna() == cells[count].dropna()).all()
        assert "suppressed" not in set(frame[f"{count}_status"])
    pd.testing.assert_series_equal(frame["verdict"], cells["verdict"])


def test_the_measured_cells_are_left_as_they_were(measured):
    cells, hidden, _ = measured
    copy = cells.copy(deep=True)
    hide_cells(cells, hidden)
    pd.testing.assert_frame_equal(cells, copy)


def test_nothing_told_depends_on_what_is_hidden(measured):
    """Other numbers behind the hidden cells, and other derived ones: the same told."""
    cells, hidden, frame = measured
    chance = np.random.default_rng(7)
    other = cells.copy(deep=True)

    def scramble(columns, rows):
        for column in columns:
            told = rows & other[column].notna()
            numbers = chance.integers(0, 999, len(other))
            other[column] = other[column].mask(told, numbers)

    for name in COUNTS:
        scramble([name], hidden[name])
    now, then = hidden_measure(frame), hidden_measure(frame, "{}_last_year_status")
    for name in MEASURED:
        before = frame[f"{name}_last_year_status"] == "suppressed"
        scramble([f"{name}_last_year"], before)
    scramble(RATE, now)
    scramble(CHANGE, now | then)
    judged = (now | then) & other["verdict"].isin(["ökar", "minskar", NO_CHANGE, FEW])
    assert judged.any()
    words = chance.choice(["ökar", "minskar", NO_CHANGE, FEW], judged.sum())
    other.loc[judged, "verdict"] = words
    assert (other != cells).any(axis=None)
    pd.testing.assert_frame_equal(hide_cells(other, hidden), frame)

"""What is hidden leaves no trace in a page, whatever the frames still hold of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild import present
from lagesbild.present import open_data
from lagesbild.protect.hide import COUNTS
from tests.examples import few
from tests.present import invented, pages

OPEN = invented.make_publication(threshold=1, n_quarters=5)
DERIVED = {
    "rate_status": ("rate_per_1000_quarter", "rate_lower", "rate_upper"),
    "change_status": ("rate_ratio", "ratio_lower", "ratio_upper"),
}
LAST_YEAR = ("n_offences_last_year", "n_observations_last_year")


def hide(publication, pattern, truth):
    """Hide the cells of a pattern; ``truth`` stays in the frame beside the status."""
    cells = publication.cells.copy()
    chance = np.random.default_rng(truth)
    for name in (*COUNTS, *LAST_YEAR):
        cells.loc[pattern, f"{name}_status"] = "suppressed"
        cells.loc[pattern, name] = chance.integers(0, 5000, pattern.sum())
    for status, names in DERIVED.items():
        cells.loc[pattern, status] = "suppressed"
        for name in names:
            cells.loc[pattern, name] = chance.uniform(0, 999, pattern.sum())
    words = ["ökar", "minskar", "ingen säker förändring", "för få att jämföra"]
    cells.loc[pattern, "verdict"] = chance.choice(words, pattern.sum())
    return replace(publication, cells=cells)


def everything(publication):
    told = pages.picture(publication) + pages.sheet(publication, "O05")
    return told, open_data.make_sheets(publication)


@few(4)
@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.sampled_from([0.02, 0.2, 0.5, 0.9, 1.0]),
    truths=st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
)
def test_another_truth_behind_the_hidden_cells_gives_the_same_bytes(
    seed, share, truths
):
    pattern = np.random.default_rng(seed).random(len(OPEN.cells)) < share
    one, other = (everything(hide(OPEN, pattern, truth)) for truth in truths)
    assert one == other


@few(2)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_live_map_and_chart_hold_nothing_hidden_either(seed):
    pattern = np.random.default_rng(seed).random(len(OPEN.cells)) < 0.4
    told = []
    for truth in (1, 2):
        hidden = hide(OPEN, pattern, truth)
        by_area = hidden.table("area_id", category="skadegorelse")
        told.append(
            [
                present.show_map(by_area, invented.make_areas()).live(),
                present.show_trend(hidden.table("period")).live(),
            ]
        )
    assert told[0] == told[1]


def _all(status, word):
    changes = {f"{name}_status": status for name in (*COUNTS, *LAST_YEAR)}
    changes |= {"rate_status": status, "change_status": status, "verdict": word}
    changes |= dict.fromkeys((*COUNTS, *LAST_YEAR), pd.NA)
    changes |= {name: np.nan for names in DERIVED.values() for name in names}
    return replace(OPEN, cells=OPEN.cells.assign(**changes))


ODD = {
    "all hidden": lambda: _all("suppressed", "visas inte"),
    "all missing": lambda: _all("missing", "uppgift saknas"),
    "all zero": lambda: replace(
        OPEN, cells=OPEN.cells.assign(n_offences=0, n_observations=0)
    ),
    "one quarter": lambda: invented.make_publication(n_quarters=1),
    "two quarters": lambda: invented.make_publication(n_quarters=2),
    "no observations": lambda: _only(OPEN, "n_offences"),
    "no offences": lambda: _only(OPEN, "n_observations"),
    "few types": lambda: replace(
        OPEN,
        cells=OPEN.cells[
            OPEN.cells["category"].isin(
                ["alla", "brott", "skadegorelse", "bostadsinbrott"]
            )
        ],
    ),
}


def _only(publication, told):
    cells = publication.cells.assign(measure=told)
    for name in ("n_offences", "n_observations"):
        if name != told:
            cells = cells.assign(**{name: pd.NA, f"{name}_status": "not_computed"})
    return replace(publication, cells=cells)


@pytest.mark.parametrize("name", list(ODD))
def test_no_odd_publication_stops_a_page(name):
    publication = ODD[name]()
    made = pages.build(publication)
    assert {"02_lagesbild.html", "03_omradesblad_O05.html", "index.html"} <= set(made)
    for part in (pages.picture(publication), pages.sheet(publication, "O05")):
        assert "nan" not in part.lower().replace("finan", "").split()
        assert "<NA>" not in part


def test_tables_maps_and_charts_of_no_cells_say_so_without_stopping():
    empty = invented.make_table([], ["area_id"])
    assert "Område" in present.show_table(empty).page
    assert (
        "<tbody></tbody>"
        in present.show_table(invented.make_table([], ["category"])).page
    )
    assert (
        "inga kvartal" in present.show_trend(invented.make_table([], ["period"])).page
    )

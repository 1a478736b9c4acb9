"""Protected classes: whole closed years, ten, and nothing by area or quarter."""

import pandas as pd
import pytest

from lagesbild.protect.years import count_protected_years


def closed(*numbers, quarters=(1, 2, 3, 4), missing=(), **more):
    """Frozen rows of 2025: ``numbers`` offences of sexualbrott, one row each."""
    rows = [
        {"category": "klotter", "period": f"2025-K{q}", "is_missing": q in missing}
        for q in quarters
    ]
    rows += [
        {
            "category": "sexualbrott",
            "protected_class": "sexualbrott",
            "period": "2025-K1",
            "n_offences": n,
            "n_reports": n,
            "n_events": n,
            "is_missing": False,
        }
        | more
        for n in numbers
    ]
    frame = pd.DataFrame(rows).assign(source_kind="police")
    columns = ["protected_class", "n_offences", "n_reports", "n_events"]
    return frame.reindex(columns=[*frame.columns.union(columns)])


def year(frame):
    found = count_protected_years(frame)
    found = found[found["category"] == "sexualbrott"]
    return found[["period", "n_offences", "n_offences_status"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([], [0, "shown"]),
        ([9], [pd.NA, "suppressed"]),
        ([4, 6], [10, "shown"]),
    ],
)
def test_the_threshold_from_both_sides(numbers, told):
    assert str(year(closed(*numbers))) == str([["2025", *told]])


@pytest.mark.parametrize("behind", ["n_reports", "n_events"])
def test_many_offences_of_few_reports_or_events_are_hidden(behind):
    assert year(closed(40, **{behind: 9}))[0][2] == "suppressed"


@pytest.mark.parametrize("short", [{"quarters": (1, 2, 3)}, {"missing": (2,)}])
def test_a_year_that_is_not_whole_is_not_there(short):
    assert year(closed(40, **short)) == []

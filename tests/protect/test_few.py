"""Published figures of few people: hidden whoever reads, with what would tell them."""

import pandas as pd
import pytest

from lagesbild.protect.few import SUPPRESSED, hide_few


def figures(*rows, unit="procent", indicator="can_snus"):
    """Rows: (breakdown, value, answers)."""
    return pd.DataFrame(
        [
            {
                "indicator_id": indicator,
                "area_id": "9999",
                "breakdown": breakdown,
                "period": "2025",
                "value": value,
                "lower": value,
                "upper": value,
                "n_respondents": n,
                "unit": unit,
                "source": "påhittad",
                "status": "final",
            }
            for breakdown, value, n in rows
        ]
    ).astype({"n_respondents": "Int64"})


def hidden(frame, protected=()):
    out = hide_few(frame, protected=protected)
    is_hidden = out["status"] == SUPPRESSED
    assert out.loc[is_hidden, ["value", "lower", "upper"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(out[~is_hidden], frame[~is_hidden])
    return list(is_hidden)


@pytest.mark.parametrize(
    ("count", "is_hidden"), [(0, False), (1, True), (9, True), (10, False)]
)
def test_protected_counts_are_hidden_below_ten(count, is_hidden):
    frame = figures(("alla", float(count), None), unit="antal", indicator="stod_a")
    assert hidden(frame, {"stod_a"}) == [is_hidden]
    assert hidden(frame) == [False]


def test_a_share_of_few_takes_the_other_sex_with_it():
    frame = figures(
        ("åk 9", 5.0, 49),
        ("åk 9 flickor", 4.0, 40),
        ("åk 9 pojkar", 8.0, 9),
        ("gy 2 flickor", 4.0, 10),
        ("gy 2 pojkar", 4.0, 10),
    )
    assert hidden(frame) == [False, True, True, False, False]


def test_what_tells_no_answers_passes():
    assert hidden(figures(("alla", 3.0, None), ("kvinnor", 2.0, None))) == [
        False,
        False,
    ]
    load = figures(("alla", 3.0, 3), unit="mg per 1 000 personer och dygn")
    assert hidden(load) == [False]

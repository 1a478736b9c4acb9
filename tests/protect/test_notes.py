"""Captions say the date used, what is left out, what is missing, and nothing hidden."""

import pandas as pd
import pytest

from lagesbild.protect.notes import make_notes

TABLE = pd.DataFrame({"period": ["2026-K2", "2026-K3"]})


def shares(without, whole, *, category="alla", measure="n_offences", status="shown"):
    return pd.DataFrame(
        {
            "area_id": ["*", ""],
            "category": category,
            "measure": measure,
            "n_offences": pd.array([whole, without], dtype="Int64"),
            "n_offences_status": ["shown", status],
            "n_observations": pd.array([pd.NA, pd.NA], dtype="Int64"),
            "n_observations_status": "not_computed",
        }
    ).to_dict("records")


def notes(cells=(), *, missing=(), closed_without=(), date="reported"):
    return make_notes(
        TABLE, shares=cells, missing=missing, closed_without=closed_without, date=date
    )


def test_every_caption_names_the_date_and_what_is_left_out():
    for date, word in (("reported", "registreringsdatum"), ("occurred", "brottsdatum")):
        told = notes(date=date)
        assert word in told[0]
        assert "nära relation" in told[1] and "okänd kod" in told[1]
        assert len(told) == 2


@pytest.mark.parametrize(
    ("without", "whole", "words"),
    [
        (12, 100, "12 procent av de anmälda brotten"),
        (1, 400, "Mindre än 1 procent"),
        (0, 400, "0 procent"),
    ],
)
def test_the_share_without_area(without, whole, words):
    assert any(words in note for note in notes(shares(without, whole)))


def test_no_share_of_nothing():
    assert len(notes(shares(0, 0))) == 2


def test_no_share_from_a_hidden_cell_even_if_its_value_came_along():
    told = notes(shares(3, 100, status="suppressed"))
    assert not any("procent" in note for note in told)
    assert any("visas inte" in note for note in told)


def test_a_category_tells_its_own_measure_alone():
    cells = shares(5, 50, category="storning", measure="n_observations")
    assert len(notes(cells)) == 2


def test_missing_deliveries_by_source_in_the_periods_of_the_table():
    told = notes(
        missing=[("2026-K3", "Kommunen"), ("2026-K2", "Kommunen"), ("2020-K1", "X")],
        closed_without=[("2026-K2", "Polisen")],
    )
    assert told[2:] == (
        "Uppgifter från Kommunen saknas för 2026-K2 och 2026-K3.",
        "Uppgifter från Polisen var inte inne när 2026-K2 stängdes.",
    )


def test_many_missing_quarters_are_told_as_a_number():
    table = pd.DataFrame({"period": [f"2025-K{n}" for n in (1, 2, 3, 4)]})
    told = make_notes(
        table,
        shares=[],
        missing=[(p, "Kommunen") for p in table["period"]],
        closed_without=(),
    )
    assert told[-1] == "Uppgifter från Kommunen saknas för 4 kvartal, senast 2025-K4."


def _cells(*categories, period="2019-K3", measure="n_offences"):
    return pd.DataFrame(
        {"category": categories, "period": period, "measure": measure}, dtype="str"
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (_cells("bedrageri", "ran"), ["Bedrägeri jämförs inte med i fjol"]),
        (_cells("ran", "klotter"), []),
        (_cells("bedrageri", period="2020-K1"), []),
        (_cells("bedrageri", measure="n_observations"), []),
        (
            _cells("misshandel", "brott", period="2019-K1"),
            ["Misshandel utom nära relation och Brott jämförs inte med i fjol"],
        ),
    ],
)
def test_a_table_says_which_offences_a_break_keeps_from_being_compared(table, words):
    told = make_notes(table, shares=[], missing=(), closed_without=())
    broken = [note for note in told if "jämförs inte" in note]
    assert [note.split(",")[0] for note in broken] == words
    assert all("serien är bruten. Nya brottskoder: " in note for note in broken)

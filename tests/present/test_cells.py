import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import ProtectError, UsageError
from lagesbild.measure import comparing
from lagesbild.present import cells
from tests.present.invented import HIDDEN, MISSING, make_row

RATE = "rate_per_1000_quarter"
NOT_COMPUTED = {
    RATE: np.nan,
    "rate_lower": np.nan,
    "rate_upper": np.nan,
    "rate_status": "not_computed",
    "rate_reason": "Färre än 500 invånare.",
}


def test_shown_hidden_missing_not_computed_and_zero_look_different():
    rows = {
        "shown": make_row(),
        "zero": make_row(n_offences=0),
        "hidden": make_row(**HIDDEN),
        "missing": make_row(**MISSING),
        "not computed": make_row(n_offences_status="not_computed", n_offences=pd.NA),
    }
    read = {name: cells.read(row, "n_offences") for name, row in rows.items()}
    assert [cell.text for cell in read.values()] == [
        "61",
        "0",
        "visas inte",
        "uppgift saknas",
        "\u2013",
    ]
    assert [cell.value for cell in read.values()] == [61, 0, None, None, None]
    assert "räknas inte" in read["not computed"].html


@pytest.mark.parametrize("name", [*cells.COUNTED, RATE, "rate_interval", "rate_ratio"])
def test_a_value_left_beside_a_hidden_status_is_never_read(name):
    """Fail closed: the status decides, whatever the columns still hold."""
    column = cells.column(name)
    row = make_row(
        **{column.status: "suppressed"}, n_observations=61, n_reports=61, n_events=61
    )
    cell = cells.read(row, name)
    assert cell == cells.Cell("visas inte", "visas inte", "suppressed", None)


@pytest.mark.parametrize("status", ["", "secondary", "Shown", "public"])
def test_an_unknown_status_is_an_error_and_never_shown(status):
    with pytest.raises(ProtectError, match="n_offences_status"):
        cells.read(make_row(n_offences_status=status), "n_offences")


def test_no_status_is_missing():
    row = make_row(n_offences_status=None)
    assert cells.read(row, "n_offences").kind == "missing"


def test_a_shown_status_without_its_value_is_missing():
    row = make_row(n_offences=pd.NA, rate_upper=np.nan)
    assert cells.read(row, "n_offences").kind == "missing"
    assert cells.read(row, "rate_interval").kind == "missing"


def test_rates_intervals_and_ratios_are_rounded_as_they_are_written():
    row = make_row()
    rate = cells.read(row, RATE)
    assert (rate.text, rate.value) == ("5,1", 5.1)
    assert cells.read(row, "rate_interval").text == "3,9\u20136,5"
    assert cells.read(row, "rate_ratio").text == "1,79 (1,20\u20132,80)"


def test_where_no_rate_is_computed_the_reason_is_told():
    cell = cells.read(make_row(**NOT_COMPUTED), RATE)
    assert (cell.kind, cell.text) == ("not_computed", "\u2013")
    assert cell.why == "färre än 500 invånare"
    assert "färre än 500 invånare" in cell.html


def test_verdicts_of_measure_are_all_known_here():
    words = [
        comparing.INCREASES,
        comparing.DECREASES,
        comparing.NO_CHANGE,
        comparing.TOO_FEW,
        comparing.NOT_COMPARED,
        comparing.MISSING,
        comparing.TOO_SHORT,
        "fler upptäckta",
        "färre upptäckta",
        "visas inte",
    ]
    for word in words:
        assert cells.read(make_row(verdict=word), "verdict").text == word
    assert set(comparing.FOUND_BY_POLICE) == set(cells.EFFORT)


def test_an_unknown_verdict_is_an_error():
    with pytest.raises(ProtectError, match="verdict"):
        cells.read(make_row(verdict="ökar kraftigt"), "verdict")


@pytest.mark.parametrize("word", ["ökar", "ingen säker förändring"])
@pytest.mark.parametrize("status", ["change_status", "n_offences_status"])
def test_a_verdict_on_something_hidden_is_hidden(word, status):
    row = make_row(verdict=word, **{status: "suppressed"})
    assert cells.read(row, "verdict").text == "visas inte"
    assert cells.change(row, "n_offences") == ""


@pytest.mark.parametrize("category", cells.EFFORT)
def test_what_the_police_find_by_looking_never_increases(category):
    for word, told in (("ökar", "fler upptäckta"), ("minskar", "färre upptäckta")):
        row = make_row(category=category, verdict=word)
        assert cells.read(row, "verdict").text == told


def test_a_rate_of_another_count_is_not_read_as_the_neighbours():
    row = make_row(n_observations=12, n_observations_status="shown")
    for name in (RATE, "rate_interval", "rate_ratio", "verdict"):
        assert cells.read(row, name, measure="n_offences").is_shown
        assert cells.read(row, name, measure="n_observations").kind == "not_computed"
    assert cells.change(row, "n_observations") == ""


def test_an_unknown_measure_is_an_error():
    with pytest.raises(ProtectError, match="measure"):
        cells.measure_of(make_row(measure="n_arrests"))


def test_an_unknown_column_names_the_known_ones():
    with pytest.raises(UsageError, match="n_offences"):
        cells.column("antal")


def test_a_share_is_made_of_two_shown_figures_only():
    part, whole = make_row(), make_row(area_id="*", n_offences=610)
    assert cells.share(part, whole) == "10,0\u00a0%"
    assert cells.share(part, None) == ""
    assert cells.share(make_row(**HIDDEN), whole) == ""
    assert cells.share(part, make_row(**HIDDEN)) == ""
    assert cells.share(make_row(n_offences=0), make_row(n_offences=0)) == ""

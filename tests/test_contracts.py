"""Contracts: columns, dtypes, and errors that hold no values."""

import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.errors import ContractError


@pytest.mark.parametrize("table", sorted(contracts._TABLES))
def test_an_empty_table_keeps_its_contract(table):
    frame = contracts.empty(table)
    assert list(frame.columns) == contracts.columns(table)
    again = contracts.check(frame, table)
    pd.testing.assert_frame_equal(frame, again)


def test_days_and_moments_are_microseconds():
    dtypes = contracts.empty("reports").dtypes.astype(str)
    assert dtypes["reported_on"] == "datetime64[us]"
    assert dtypes["occurred_from"] == "datetime64[us, UTC]"
    assert dtypes["n_offences"] == "Int64"


def test_an_error_names_columns_and_counts_but_no_value():
    frame = pd.DataFrame(
        {
            "area_id": ["hemlig-1", "hemlig-1"],
            "year": [2020, 2020],
            "n_inhabitants": [5, -77],
        }
    )
    with pytest.raises(ContractError) as caught:
        contracts.check(frame, "population", where="befolkning.csv")
    text = str(caught.value)
    assert text.startswith("befolkning.csv: ")
    assert "'n_inhabitants': för litet tal (1 rader)" in text
    assert "samma nyckel flera gånger" in text
    assert "hemlig" not in text
    assert "-77" not in text


def test_missing_and_unknown_columns_are_named():
    frame = pd.DataFrame({"area_id": ["a"], "ar": [2020]})
    with pytest.raises(ContractError, match=r"saknas: year.*okänd kolumn: ar"):
        contracts.check(frame, "population")


def test_rows_keep_their_order_and_number():
    frame = pd.DataFrame(
        {"n_inhabitants": [3, 1], "area_id": ["b", "a"], "year": ["2021", "2020"]},
        index=[9, 4],
    )
    checked = contracts.check(frame, "population")
    assert checked["area_id"].tolist() == ["b", "a"]
    assert checked["year"].tolist() == [2021, 2020]

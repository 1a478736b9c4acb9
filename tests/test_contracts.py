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


GOOD = {"str": "x", "Int64": 5, "float64": 0.5, "bool": True}
GOOD |= dict.fromkeys([contracts.DAY, contracts.MOMENT], pd.Timestamp("2026-01-05"))
GOOD |= {"easting_m": 600_000.5, "northing_m": 6_700_000.5}
BAD = {"str": None, "Int64": -5, "float64": 9e9, "bool": False}
BAD |= dict.fromkeys([contracts.DAY, contracts.MOMENT], pd.Timestamp("2999-01-05"))


def _row(table, values):
    """A row of the contract's dtypes whose every column has one of the values."""
    dtypes = contracts.empty(table).dtypes
    row = {}
    for name, dtype in dtypes.items():
        words = [
            c.statistics["allowed_values"]
            for c in contracts._TABLES[table][name].checks
            if "allowed_values" in c.statistics
        ]
        row[name] = values.get(name.removeprefix("given_"), values[str(dtype)])
        if words and row[name] is not None:
            row[name] = sorted(words[0])[0]
        if str(dtype) == contracts.MOMENT:
            row[name] = row[name].tz_localize("UTC")
    return pd.DataFrame([row]).astype(dtypes.to_dict())


@pytest.mark.parametrize("values", [GOOD, BAD], ids=["good", "bad"])
@pytest.mark.parametrize("table", sorted(contracts._TABLES))
def test_what_has_its_dtypes_is_held_to_the_same_as_what_gets_them(
    table, values, monkeypatch
):
    def told(frame):
        try:
            return contracts.check(frame, table).to_dict()
        except ContractError as error:
            return str(error)

    frame = pd.concat([_row(table, GOOD), _row(table, values)], ignore_index=True)
    quick = told(frame)
    monkeypatch.setattr(contracts, "has_dtypes", lambda *_: False)
    assert quick == told(frame)
    assert isinstance(quick, str) == (values is BAD or table in contracts._UNIQUE)

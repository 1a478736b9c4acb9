import pytest
from babel.numbers import format_decimal, get_minus_sign_symbol
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.present import swedish


@pytest.mark.parametrize(
    ("value", "decimals", "told"),
    [
        (0, 0, "0"),
        (1234, 0, "1\u00a0234"),
        (1234567.5, 1, "1\u00a0234\u00a0567,5"),
        (-3.25, 1, "\u22123,2"),
        (-0.04, 1, "0,0"),
    ],
)
def test_numbers_have_no_break_spaces_decimal_comma_and_true_minus(
    value, decimals, told
):
    assert swedish.number(value, decimals) == told


@given(st.integers(0, 10**9), st.integers(0, 2))
def test_numbers_are_those_of_the_unicode_consortium(value, decimals):
    """Babel's Swedish, made from CLDR, is the golden value."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    told = format_decimal(value, pattern, locale="sv")
    assert swedish.number(value, decimals) == told
    minus = get_minus_sign_symbol("sv")
    assert swedish.number(-value, decimals) == (minus + told if value else told)


def test_a_rate_of_none_is_zero_and_others_have_one_decimal():
    assert swedish.rate(0) == "0"
    assert swedish.rate(3) == "3,0"
    assert swedish.span(0, 3.21) == "0\u20133,2"
    assert swedish.percent(0.1284) == "12,8\u00a0%"
    assert swedish.percent(0) == "0\u00a0%"


def test_names_sort_in_the_order_of_the_swedish_alphabet():
    """a–z, å, ä, ö; é as e and ü as y (SAOL's order)."""
    names = ["Adel", "Edén", "Édsta", "Ny", "Nütorp", "Nz", "Zorn", "Å", "Ä", "Ö"]
    mixed = names[5:] + names[:5]
    assert sorted(mixed, key=swedish.sort_key) == names


def test_lists_are_running_text():
    assert swedish.listed(["A"]) == "A"
    assert swedish.listed(["A", "B"]) == "A och B"
    assert swedish.listed(["A", "B", "C"]) == "A, B och C"


def test_first_letters():
    assert swedish.lower_first("Åsen") == "åsen"
    assert swedish.upper_first("åsen 2") == "Åsen 2"
    assert swedish.upper_first("") == ""

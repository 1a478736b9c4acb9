"""When the numbers on the page on violence are too old to be handed out."""

from datetime import date

import pytest
from pydantic import ValidationError

from lagesbild.help_lines import Help, Line, dialled

LINES = (Line(name="Påhittade jouren", phone="08-465 004 04"),)


@pytest.mark.parametrize(
    ("checked_on", "as_of", "is_refused"),
    [
        ("2025-08-24", "2026-08-24", False),
        ("2025-08-23", "2026-08-24", True),
        ("2026-09-01", "2026-08-24", False),
        ("2023-02-28", "2024-02-29", True),
        ("2024-02-29", "2025-02-28", False),
        ("2024-02-29", "2025-03-01", True),
    ],
)
def test_a_check_holds_for_twelve_months(checked_on, as_of, is_refused):
    told = Help(lines=LINES, checked_on=date.fromisoformat(checked_on))
    fault = told.find_fault(date.fromisoformat(as_of))
    assert (fault is not None) == is_refused
    if is_refused:
        assert checked_on in fault and as_of in fault


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (Help(), "help.lines"),
        (Help(checked_on=date(2026, 1, 1)), "help.lines"),
        (Help(lines=LINES), "checked_on"),
    ],
)
def test_numbers_that_are_missing_or_never_checked_are_refused(told, wanted):
    assert wanted in told.find_fault(date(2026, 1, 2))


@pytest.mark.parametrize("phone", ["112 eller 114 14", "", "fråga i växeln", "1"])
def test_a_number_is_one_that_can_be_dialled(phone):
    with pytest.raises(ValidationError):
        Line(name="Jouren", phone=phone)


def test_a_number_is_dialled_without_its_spaces():
    assert dialled("020-50 50 50") == "020505050"
    assert dialled("+46 8 465 004 04") == "+46846500404"

"""Calendar periods, written as Swedish officials write them.

In: a text such as "2026-K3". Out: a ``Period``, a comparable value that knows its
days, its neighbours and its Swedish name. Used by every room above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering

from lagesbild.errors import PeriodError

_MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
_N_PER_YEAR = {"year": 1, "half": 2, "tertial": 3, "quarter": 4, "month": 12}
_LETTER = {"half": "H", "tertial": "T", "quarter": "K"}
_FORMS = {
    "quarter": re.compile(r"(\d{4})-K([1-4])"),
    "tertial": re.compile(r"(\d{4})-T([1-3])"),
    "half": re.compile(r"(\d{4})-H([12])"),
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "year": re.compile(r"(\d{4})"),
}


@total_ordering
@dataclass(frozen=True)
class Period:
    """One calendar period: a year, half, tertial, quarter or month.

    Parameters
    ----------
    label : str
        "2026", "2026-H1", "2026-T2", "2026-K3" or "2026-07".

    Raises
    ------
    PeriodError
        If the label has none of these forms or its year is not 1900–2999.
    """

    label: str

    def __post_init__(self) -> None:
        if not isinstance(self.label, str) or self._parts() is None:
            raise PeriodError(
                f"'{self.label}' är ingen period. Skriv till exempel 2026-K3 "
                "(kvartal), 2026-07 (månad), 2026-T2 (tertial), 2026-H1 (halvår) "
                "eller 2026 (år)."
            )

    def _parts(self) -> tuple[str, int, int] | None:
        for kind, form in _FORMS.items():
            found = form.fullmatch(self.label)
            if found and 1900 <= int(found[1]) <= 2999:
                number = int(found[2]) if kind != "year" else 1
                return kind, int(found[1]), number
        return None

    @classmethod
    def containing(cls, day: date, kind: str = "quarter") -> Period:
        """The period of that kind in which the day lies."""
        if kind not in _N_PER_YEAR:
            raise PeriodError(f"'{kind}' är inget slag av period.")
        months = 12 // _N_PER_YEAR[kind]
        return cls._make(kind, day.year, (day.month - 1) // months + 1)

    @classmethod
    def _make(cls, kind: str, year: int, number: int) -> Period:
        year, zero_based = divmod(
            year * _N_PER_YEAR[kind] + number - 1, _N_PER_YEAR[kind]
        )
        if kind == "year":
            return cls(f"{year:04d}")
        if kind == "month":
            return cls(f"{year:04d}-{zero_based + 1:02d}")
        return cls(f"{year:04d}-{_LETTER[kind]}{zero_based + 1}")

    @property
    def kind(self) -> str:
        """year, half, tertial, quarter or month."""
        return self._parts()[0]

    @property
    def year(self) -> int:
        return self._parts()[1]

    @property
    def number(self) -> int:
        """Which one in its year, from 1."""
        return self._parts()[2]

    @property
    def start(self) -> date:
        """First day."""
        months = 12 // _N_PER_YEAR[self.kind]
        return date(self.year, (self.number - 1) * months + 1, 1)

    @property
    def end(self) -> date:
        """Last day, itself within the period."""
        return self.shift(1).start - timedelta(days=1)

    @property
    def n_days(self) -> int:
        return (self.end - self.start).days + 1

    def shift(self, steps: int) -> Period:
        """The period so many steps later (earlier if negative)."""
        return self._make(self.kind, self.year, self.number + steps)

    @property
    def previous(self) -> Period:
        return self.shift(-1)

    @property
    def next(self) -> Period:
        return self.shift(1)

    @property
    def same_period_last_year(self) -> Period:
        return self.shift(-_N_PER_YEAR[self.kind])

    def back(self, n_periods: int) -> list[Period]:
        """This period and those before it, oldest first, ``n_periods`` in all."""
        return [self.shift(-i) for i in range(n_periods - 1, -1, -1)]

    @property
    def name(self) -> str:
        """Swedish name: "juli–september 2026", "juli 2026", "2026"."""
        if self.kind == "year":
            return str(self.year)
        first, last = _MONTHS[self.start.month - 1], _MONTHS[self.end.month - 1]
        return f"{first if first == last else f'{first}–{last}'} {self.year}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        if other.kind != self.kind:
            raise PeriodError(
                f"'{self.label}' och '{other.label}' är olika slags perioder och "
                "kan inte ordnas."
            )
        return (self.year, self.number) < (other.year, other.number)

    def __str__(self) -> str:
        return self.label


def swedish_date(day: date) -> str:
    """The day as running text: "12 oktober 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

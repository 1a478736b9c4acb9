"""The sentences that the caption of every protected table must hold.

In: a selection of one audience's cells and what is known of its deliveries. Out:
Swedish sentences. Next: ``table``. Nothing is computed but from cells that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from lagesbild.offences import ALL, category_names, find_breaks
from lagesbild.period import Period

MUNICIPALITY, WITHOUT_AREA = "*", ""
REPORTED = (
    "Kvartalet är det då brottet anmäldes eller observationen rapporterades "
    "(registreringsdatum), inte det då det hände."
)
OCCURRED = (
    "Kvartalet är det då händelsen inträffade (brottsdatum). Händelser utan datum är "
    "inte med, och de senaste kvartalen är ofullständiga eftersom mycket anmäls i "
    "efterhand."
)
LEFT_OUT = (
    "Brott i nära relation, hedersrelaterade brott, sexualbrott, brott mot barn och "
    "brott med okänd kod är inte med, inte heller i summorna."
)
_WHAT = {
    "n_offences": "de anmälda brotten",
    "n_observations": "observationerna",
}
SHARE_OF = ("area_id", "category", "measure", *_WHAT)
SHARE_OF += tuple(f"{name}_status" for name in _WHAT)
"""The columns from which the share without area is told."""
ROWS_FROM = "Räknas från {}, eftersom äldre rader gallras."
_MOST_PERIODS = 3


def make_notes(
    table: pd.DataFrame,
    *,
    shares: Iterable[dict],
    missing: Iterable[tuple[str, str]],
    closed_without: Iterable[tuple[str, str]],
    date: str = "reported",
    rows_from: str | None = None,
) -> tuple[str, ...]:
    """Make the notes of one table.

    Parameters
    ----------
    table : DataFrame
        The selected cells.
    shares : iterable of dict
        The cells of "Utan område" and of the municipality whose share the caption
        tells, with ``SHARE_OF``; nothing is told of one alone.
    missing, closed_without : iterable of (period, source name)
        Deliveries that have not come, and those that a quarter was closed without.
    date : str
        "reported" or "occurred".
    rows_from : str, optional
        The first quarter whose rows are kept; what is counted from rows begins there.

    Returns
    -------
    tuple of str
    """
    periods = set(table["period"])
    told = [REPORTED if date == "reported" else OCCURRED, LEFT_OUT]
    if date == "reported":
        told += _share_without_area(shares)
    elif rows_from and periods and min(periods) < rows_from:
        told.append(ROWS_FROM.format(rows_from))
    late = [pair for pair in missing if pair[0] in periods]
    told += _by_source(late, "Uppgifter från {} saknas för {}.")
    closed = [pair for pair in closed_without if pair[0] in periods]
    told += _by_source(closed, "Uppgifter från {} var inte inne när {} stängdes.")
    if date == "reported" and len(periods) == 1:
        told += _not_compared(table)  # of several quarters the chart tells
    return tuple(told)


def _share_without_area(cells: Iterable[dict]) -> list[str]:
    """How much of the category's own count lacks area, if both figures are shown."""
    found = {row["area_id"]: row for row in cells}
    if not {MUNICIPALITY, WITHOUT_AREA} <= set(found):
        return []
    whole, without = found[MUNICIPALITY], found[WITHOUT_AREA]
    told = []
    for name, what in _WHAT.items():
        if whole["category"] != ALL and whole["measure"] != name:
            continue
        status = {whole[f"{name}_status"], without[f"{name}_status"]}
        if "suppressed" in status:
            told.append(f"Hur stor del av {what} som saknar område visas inte.")
        elif status == {"shown"}:
            told.append(_share(int(without[name]), int(whole[name]), what))
    return [note for note in told if note]


def _share(without: int, whole: int, what: str) -> str:
    if whole == 0:
        return ""
    share = round(100 * without / whole)
    words = f"{share} procent" if share or not without else "Mindre än 1 procent"
    return f"{words} av {what} saknar område och finns bara i raden Utan område."


def _by_source(pairs: list[tuple[str, str]], sentence: str) -> list[str]:
    periods: dict[str, set[str]] = {}
    for period, source in pairs:
        periods.setdefault(source, set()).add(period)
    return [sentence.format(s, _listed(sorted(periods[s]))) for s in sorted(periods)]


def _not_compared(table: pd.DataFrame) -> list[str]:
    """Which offences cannot be set beside last year's, and why."""
    names, why = category_names(), {}
    # the known breaks are few and the cells many: each offence is looked up once
    keys = zip(table["measure"], table["category"], table["period"], strict=True)
    for measure, category, period in dict.fromkeys(keys):
        if measure != "n_offences":
            continue
        last_year = str(Period(period).same_period_last_year)
        for reason in find_breaks(category, [last_year, period]).values():
            why.setdefault(reason, []).append(names[category])
    sentence = "{} jämförs inte med i fjol, eftersom serien är bruten. {}."
    return [sentence.format(_and(told), reason) for reason, told in why.items()]


def _and(names: list[str]) -> str:
    return " och ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _listed(periods: list[str]) -> str:
    if len(periods) > _MOST_PERIODS:
        return f"{len(periods)} kvartal, senast {periods[-1]}"
    return _and(periods)

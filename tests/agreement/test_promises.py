"""Promises, the law's clock and the year, read on a given day."""

from datetime import date

import pandas as pd
import pytest

from lagesbild.agreement import promises
from lagesbild.agreement.registers import read_all
from lagesbild.agreement.templates import load_published, write_templates
from tests.agreement.frames import make


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("register")
    write_templates(folder, rows=load_published("2181"))
    return read_all(folder)["promises"]


def test_sandvikens_promise_repeats_the_last_and_none_is_current(published):
    day = date(2026, 10, 12)
    got = promises.describe_promises(published, as_of=day)
    new = got[got["promise_id"] == "2022-2023"]
    assert new["repeats"].tolist() == ["2020-2021"] * 4
    assert new["repeats_promise"].all()
    assert got.loc[got["promise_id"] == "2020-2021", "repeats"].isna().all()
    assert set(got["follow_up"]) == {"uppföljning saknas"}
    assert set(got["period"]) == {"avslutat"}
    assert promises.has_none_current(published, as_of=day)


def test_on_another_day_it_ran(published):
    got = promises.describe_promises(published, as_of=date(2022, 1, 1))
    periods = got.groupby("promise_id")["period"].unique().map(list).to_dict()
    assert periods == {"2020-2021": ["avslutat"], "2022-2023": ["gäller"]}
    assert not promises.has_none_current(published, as_of=date(2022, 1, 1))


def test_another_undertaking_repeats_nothing_and_an_activity_needs_no_measure():
    row = {"promise_id": "a", "from_day": "2020-01-01", "to_day": "2021-12-31"}
    new = {"promise_id": "b", "from_day": "2022-01-01", "to_day": "2023-12-31"}
    told = {"promise": "Tryggare kvällar", "undertaking": "Vi byter lampor."}
    other = told | {
        "undertaking": "Vi möter unga.",
        "direction": "aktivitet, inte läge",
    }
    table = make("promises", row | told, new | other)
    got = promises.describe_promises(table, as_of=date(2022, 6, 1))
    assert got["repeats"].isna().all() and not got["repeats_promise"].any()
    assert got["follow_up"].tolist() == ["uppföljning saknas", ""]


def test_no_promise_at_all_is_not_none_current():
    assert not promises.has_none_current(make("promises"), as_of=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        ("2027-02-07", "klart"),
        ("2027-02-08", "dags"),
        ("2027-03-10", "dags"),
        ("2027-03-11", "sent"),
    ],
)
def test_the_two_years_run_from_the_last_decision(as_of, status):
    row = {"organisation": "kommunen", "kind": "lägesbild"}
    table = make(
        "decisions",
        row | {"decided_on": "2023-03-10"},
        row | {"decided_on": "2025-03-10"},
        row | {"decided_on": "2029-01-01"},  # has not happened yet
    )
    got = promises.two_year_clock(table, as_of=date.fromisoformat(as_of))
    first = got.set_index("kind").loc["lägesbild"]
    assert first["due_on"] == pd.Timestamp("2027-03-10")
    assert first["status"] == status


def test_without_a_decision_the_clock_runs_from_the_law():
    got = promises.two_year_clock(make("decisions"), as_of=date(2026, 6, 1))
    assert got["done_on"].isna().all()
    assert got["due_on"].tolist() == list(pd.to_datetime(["2025-07-01", "2026-07-01"]))
    assert got["status"].tolist() == ["sent", "dags"]


def test_the_year_is_read_on_its_day():
    rows = [
        {"due_on": "2026-10-11", "what": "b", "kind": "möte"},
        {"due_on": "2026-10-12", "what": "c", "kind": "möte"},
        {"due_on": "2026-11-12", "what": "d", "kind": "rapport"},
        {"due_on": "2026-09-01", "what": "a", "kind": "möte", "done_on": "2026-09-01"},
        {"due_on": "2026-09-02", "what": "e", "kind": "möte", "done_on": "2026-12-01"},
    ]
    got = promises.describe_wheel(make("wheel", *rows), as_of=date(2026, 10, 12))
    told = {"a": "klart", "e": "sent", "b": "sent", "c": "dags", "d": "senare"}
    assert got.set_index("what")["status"].to_dict() == told

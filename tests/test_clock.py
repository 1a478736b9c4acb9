"""A clock that was moved stops what goes by it, and loses and orders nothing anew."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from lagesbild import cli, clock, journal, purge, store, terminal
from lagesbild.closing import close_cycle
from lagesbild.errors import ClockError
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from tests.publish.test_release import bytes_of
from tests.tiny_town import make_tiny_town, police, write_police

MOVED = {"en dag": -1.01, "tillbaka": -2000, "ett halvår": 184.01, "2099": 26_700}


@pytest.fixture
def ws(tmp_path):
    """A real municipality's, where something was done just now."""
    ws = make_tiny_town(tmp_path / "nyby", is_invented=False)
    write_police(ws.inbox, police("5000-K1"), police("5000-K2"))
    ingest_files(ws)
    write_police(ws.inbox, police("5000-K3", "2026-05-03"), name="polisen_2026-K2.csv")
    return ws


def _set_clock(monkeypatch, days):
    """The clock as our modules read it."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=days)

    for module in (clock, journal, store):
        monkeypatch.setattr(module, "datetime", Moved)


@pytest.mark.parametrize("days", MOVED.values(), ids=MOVED)
@pytest.mark.parametrize("words", [["ingest"], ["close", "2026-K1"], ["statistics"]])
def test_what_goes_by_the_clock_is_refused(ws, monkeypatch, capfd, words, days):
    before = bytes_of(ws.root)
    _set_clock(monkeypatch, days)
    assert terminal.run(cli.commands, [*words, "-w", str(ws.root)]) == 4
    told = capfd.readouterr().err
    assert re.match(r"Fel: Datorns klocka står på den \d+ \w+ \d{4}, men", told)
    assert "doctor --clock-is-right" in told
    changed = set(bytes_of(ws.root).items()) ^ set(before.items())
    assert {name for name, _ in changed if "mallar" not in name} == set()


@pytest.mark.parametrize("days", [-0.99, 0, 183.9])
def test_a_clock_that_may_be_right_is_believed(ws, days):
    clock.check_clock(ws, now=datetime.now(UTC) + timedelta(days=days))


def test_a_purge_in_2099_takes_nothing(ws, monkeypatch):
    _set_clock(monkeypatch, 26_700)
    for is_trial in (True, False):
        with pytest.raises(ClockError):
            purge.purge(ws, is_trial=is_trial)
    assert len(store.load_incidents(ws)) == 2
    assert len(list(ws.archive.glob("*.csv"))) == 1


def test_who_says_that_the_clock_is_right_goes_on_in_order(ws, monkeypatch, capfd):
    _set_clock(monkeypatch, -400)
    terminal.run(cli.commands, ["doctor", "--clock-is-right", "-w", str(ws.root)])
    capfd.readouterr()
    assert [one["status"] for one in ingest_files(ws)] == ["inläst"]
    # committed earlier by the clock, later by its number: the number is the order
    rows = store.load_deliveries(ws)
    assert rows["sequence_number"].tolist() == [1, 2]
    assert rows["committed_at"].is_monotonic_decreasing
    first = store.load_incidents(ws, as_of=1)
    assert sorted(first["source_key"]) == ["5000-K1", "5000-K2"]
    assert journal.read_log(ws)["what"].tolist() == ["ingest", "clock", "ingest"]
    assert journal.find_log_faults(ws) == []
    # and back again, when it has been set right
    _set_clock(monkeypatch, 0)
    with pytest.raises(ClockError):
        ingest_files(ws)
    clock.accept_clock(ws)
    close_cycle(ws, Period("2026-K1"), without=("felanmalan", "raddningen"))
    assert not store.load_closed_counts(ws).empty


def test_an_invented_municipality_lives_by_its_deliveries(tmp_path):
    ws = make_tiny_town(tmp_path / "nyby")
    journal.note(ws, "run")
    clock.check_clock(ws, now=datetime.now(UTC) + timedelta(days=9999))

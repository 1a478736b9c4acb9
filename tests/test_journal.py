"""The log tells what was done, in order, and shows when somebody has changed it."""

import json
import multiprocessing
import os
import re

import pytest

from lagesbild import journal
from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.status import verify
from lagesbild.workspace import open_workspace
from tests.publish.conftest import SETTINGS
from tests.tiny_town import make_tiny_town, police, write, write_police


@pytest.fixture
def ws(tmp_path):
    (tmp_path / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    return open_workspace(tmp_path)


def test_steps_are_told_in_order_with_their_facts(ws):
    assert journal.read_log(ws).empty and journal.find_log_faults(ws) == []
    journal.note(ws, "ingest", källa="polisen", rader=12)
    journal.note(ws, "close", kvartal="2026-K3")
    told = journal.read_log(ws)
    assert told["what"].tolist() == ["ingest", "close"]
    assert told["facts"].tolist() == ["källa=polisen, rader=12", "kvartal=2026-K3"]
    assert told["at"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
    assert (told["who"] != "").all()
    assert journal.find_log_faults(ws) == []


@pytest.mark.skipif(os.name != "posix", reason="owner-only is a notion of POSIX")
def test_only_the_owner_may_read_it(ws):
    journal.note(ws, "ingest")
    assert (ws.lager / journal.FILE).stat().st_mode & 0o077 == 0


def test_a_line_changed_or_taken_away_is_seen(ws):
    for number in range(4):
        journal.note(ws, "run", nummer=number)
    file = ws.lager / journal.FILE
    whole = file.read_text("utf-8").splitlines(keepends=True)
    changed = whole[1].replace('"nummer": 1', '"nummer": 9')
    file.write_text("".join([whole[0], changed, *whole[2:]]), "utf-8")
    assert journal.find_log_faults(ws) == ["Loggen är ändrad före rad 3."]
    file.write_text("".join([whole[0], *whole[2:]]), "utf-8")
    assert journal.find_log_faults(ws) == ["Loggen är ändrad före rad 2."]


def test_a_line_cut_short_is_told_and_the_next_is_whole(ws):
    journal.note(ws, "run", nummer=1)
    file = ws.lager / journal.FILE
    file.write_bytes(file.read_bytes()[:-9])
    journal.note(ws, "run", nummer=2)
    assert journal.find_log_faults(ws) == ["Loggens rad 1 går inte att läsa."]
    assert journal.read_log(ws)["facts"].tolist() == ["nummer=2"]


def _note_many(root, first):
    ws = open_workspace(root)
    for number in range(first, first + 10):
        journal.note(ws, "run", nummer=number)


def test_two_processes_at_once_lose_no_line(ws):
    context = multiprocessing.get_context("spawn")
    both = [
        context.Process(target=_note_many, args=(ws.root, start)) for start in (0, 10)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    lines = (ws.lager / journal.FILE).read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["nummer"] for line in lines) == list(range(20))
    assert journal.find_log_faults(ws) == []


def test_each_delivery_and_closing_is_logged_once_and_no_word_of_any_file(tmp_path):
    town = make_tiny_town(tmp_path / "nyby")
    write_police(town.inbox, police("HEMLIG-1"), police("HEMLIG-2"))
    write(town.inbox / "polisen_Testina_Testsson.csv", ["ID;Fel"])
    ingest_files(town)
    ingest_files(town)
    close_cycle(town, Period("2026-K1"), without=("felanmalan", "raddningen"))
    told = journal.read_log(town)
    assert told["what"].tolist() == ["ingest", "ingest", "ingest", "close"]
    stored, *refused, closed = told["facts"]
    assert "källa=polisen" in stored and "rows_stored=2" in stored
    assert refused == ["källa=polisen, utfall=avvisad"] * 2
    assert closed == "kvartal=2026-K1, utan=felanmalan, raddningen"
    whole = (town.lager / journal.FILE).read_text("utf-8")
    assert not re.search("HEMLIG|Testina|Kvarngatan", whole)
    assert verify(town) == {"ok": True, "faults": []}


def test_a_delivery_that_an_interrupted_run_committed_is_logged_by_the_next(
    tmp_path, monkeypatch
):
    town = make_tiny_town(tmp_path / "nyby")
    write_police(town.inbox, police("A"))

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("lagesbild.ingest.tend", stop)
        with pytest.raises(KeyboardInterrupt):
            ingest_files(town)
    assert journal.read_log(town).empty
    ingest_files(town)
    assert journal.read_log(town)["what"].tolist() == ["ingest"]

"""One process writes at a time; the other is told who does, since when, what to do."""

import errno
import json
import os
import socket

import filelock
import pytest

from lagesbild import locking
from lagesbild.errors import LockError, StoreError
from lagesbild.workspace import lock
from tests.tiny_town import make_tiny_town


@pytest.fixture
def ws(tmp_path):
    return make_tiny_town(tmp_path / "nyby")


def _mark(ws, **changed):
    told = {"who": "anna", "host": socket.gethostname(), "process": 4711}
    told |= {"since": "2026-11-02 kl. 08.15"} | changed
    (ws.lager / locking.HOLDER).write_text(json.dumps(told), encoding="utf-8")


def test_the_second_is_told_who_holds_it_since_when_and_what_to_do(ws):
    with lock(ws), pytest.raises(LockError) as error, lock(ws):
        pass
    told = str(error.value)
    assert f"{locking.who()} på {socket.gethostname()}, process {os.getpid()}" in told
    assert "sedan 20" in told and "Vänta tills" in told and "avsluta" in told
    assert error.value.exit_code == 5
    assert not (ws.lager / locking.HOLDER).exists()


@pytest.mark.parametrize("left", ["", "{", "[1]", '{"who": "anna"}'])
def test_a_mark_that_cannot_be_read_is_an_unknown_process(ws, left):
    with filelock.FileLock(ws.lager / locking.LOCK):
        (ws.lager / locking.HOLDER).write_text(left, encoding="utf-8")
        with pytest.raises(LockError, match="okänd process"), lock(ws):
            pass
    with lock(ws):  # and nobody holds it
        assert locking._read(ws.lager / locking.HOLDER)["process"] == os.getpid()


def test_what_a_killed_process_left_is_taken_over(ws):
    _mark(ws)
    with lock(ws):
        assert locking._read(ws.lager / locking.HOLDER)["process"] == os.getpid()
    assert not (ws.lager / locking.HOLDER).exists()


def test_the_mark_of_another_computer_is_minded_for_a_day(ws):
    _mark(ws, host="en-annan-dator")
    with pytest.raises(LockError) as error, lock(ws):
        pass
    told = str(error.value)
    assert "anna på en-annan-dator, process 4711, sedan 2026-11-02 kl. 08.15" in told
    assert "ta bort filen lager/skrivlas.txt" in told and "nätverksmapp" in told
    holder = ws.lager / locking.HOLDER
    assert holder.exists()  # refused again the next time
    then = holder.stat().st_mtime - 25 * 3600
    os.utime(holder, (then, then))
    with lock(ws):
        assert locking._read(holder)["host"] == socket.gethostname()


def test_a_folder_that_went_away_is_told_though_another_took_what_came(ws):
    with pytest.raises(StoreError, match="försvann medan"), lock(ws):
        ws.root.rename(ws.root.with_name("bortkopplad"))
        ws.lager.mkdir(parents=True)
        (ws.lager / "mer.txt").write_text("går bra att skriva", encoding="utf-8")
    # what went wrong first is what is told
    with pytest.raises(ZeroDivisionError), lock(ws):
        ws.lager.rename(ws.lager.with_name("bort"))
        raise ZeroDivisionError


def test_a_disk_that_cannot_be_locked_is_said_to_be_one(ws, monkeypatch):
    def refuse(self):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "_acquire", refuse)
    with pytest.raises(LockError, match="nätverksmapp"), lock(ws):
        pass

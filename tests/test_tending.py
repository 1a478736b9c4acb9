"""Upkeep changes nothing that is read; what no table has any more goes for good."""

import os
import time

import pandas as pd
import pytest

from lagesbild import purge, store, tending
from lagesbild.closing import close_cycle
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from lagesbild.stored_columns import add_helpers
from lagesbild.stored_form import append_rows
from tests.test_store import A, B, C, commit, make_reports, make_workspace
from tests.tiny_town import make_tiny_town, police, write_police

WEEK = 7 * 24 * 3600


@pytest.fixture
def ws(tmp_path):
    return make_workspace(tmp_path)


def _data(ws):
    return [*(ws.lager / "tabeller").rglob("*.parquet")]


@pytest.mark.parametrize("keep_hours", [None, 0])
def test_every_earlier_state_reads_the_same(ws, monkeypatch, keep_hours):
    monkeypatch.setattr(tending, "_MOST_FILES", 1)
    for number, delivery_id in enumerate([A, B, C], start=1):
        commit(ws, delivery_id, make_reports(delivery_id, ["2026-01-05"], first=number))
    before = [store.load_incidents(ws, as_of=number) for number in range(4)]
    assert [len(frame) for frame in before] == [0, 1, 2, 3]
    n_files = len(_data(ws))
    tending.tend(ws, keep_hours=keep_hours)
    # joined; a reader that has begun finds the files of the last week
    assert len(_data(ws)) < n_files if keep_hours == 0 else len(_data(ws)) > n_files
    for number, frame in enumerate(before):
        found = store.load_incidents(ws, as_of=number)
        pd.testing.assert_frame_equal(found, frame)
    assert store.sweep(ws) == 0
    assert store.verify_store(ws) == []


def test_what_was_swept_lies_no_longer_than_it_may(ws):
    commit(ws, A, make_reports(A, ["2026-01-05"]))
    rows = make_reports(B, ["2026-01-06"], first=2, place_text="Okvägen 77")
    append_rows(ws, "reports", add_helpers(rows, "reports", years=None))
    assert store.sweep(ws) == 1
    assert any(b"Okv\xc3\xa4gen 77" in file.read_bytes() for file in _data(ws))
    tending.tend(ws, keep_hours=0)
    assert not any(b"Okv\xc3\xa4gen 77" in file.read_bytes() for file in _data(ws))
    assert len(store.load_incidents(ws)) == 1


def _leave(ws):
    """What a killed process leaves: a file that no log knows, and half a one."""
    folder = next((ws.lager / "tabeller" / "reports").glob("year=*"))
    old = time.time() - WEEK - 3600
    left = [folder / "part-0.parquet", folder / "part-1.parquet#1"]
    for file in left:
        file.write_bytes(b"PAR1")
        os.utime(file, (old, old))
    return left


@pytest.mark.parametrize("command", ["ingest", "close", "purge"])
def test_a_workspace_that_takes_in_nothing_more_is_tended_too(tmp_path, command):
    ws = make_tiny_town(tmp_path / "nyby")
    write_police(ws.inbox, police("5000-K1", "2026-03-30"))
    ingest_files(ws)
    left = _leave(ws)
    if command == "ingest":
        ingest_files(ws)
    elif command == "close":
        close_cycle(ws, Period("2026-K1"), without=("felanmalan", "raddningen"))
    else:
        assert purge.purge(ws)["n_rows"] == 0
    assert not any(file.exists() for file in left)
    assert len(store.load_incidents(ws)) == 1

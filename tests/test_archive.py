"""A raw file is kept for its owner only, whole, and told when it is to be deleted."""

import hashlib
import json
import os
from datetime import date

import pandas as pd
import pytest

from lagesbild.archive import (
    accept_raw_files,
    add_months,
    archived_file,
    keep_raw_file,
    take_from_inbox,
)
from lagesbild.errors import ReadError
from tests.tiny_town import make_tiny_town, write


@pytest.fixture
def ws(tmp_path):
    return make_tiny_town(tmp_path / "w")


def _mark(file, source="polisen"):
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return {
        "delivery_id": sha256[:16],
        "sha256": sha256,
        "file_name": file.name,
        "source": source,
        "received_on": pd.Timestamp("2026-11-30"),
    }


def _keep(ws, file, source="polisen"):
    mark = _mark(file, source)
    keep_raw_file(ws, file, mark, ws.settings.sources[source])
    return mark


@pytest.mark.parametrize(
    ("source", "delete_by"), [("polisen", "2027-02-28"), ("notiser", None)]
)
def test_a_kept_file_has_a_note_with_its_last_day(ws, tmp_path, source, delete_by):
    file = write(tmp_path / "a.csv", ["x"])
    mark = _keep(ws, file, source)
    accept_raw_files(ws, {mark["delivery_id"]})
    kept = archived_file(ws, mark)
    assert kept.read_bytes() == file.read_bytes()
    note = json.loads(kept.with_name(kept.name + ".json").read_text(encoding="utf-8"))
    assert note == {
        "source": source,
        "sha256": mark["sha256"],
        "delete_by": delete_by,
    }


@pytest.mark.skipif(os.name != "posix", reason="ägarrättigheter finns bara på POSIX")
def test_only_the_owner_reads_it(ws, tmp_path):
    mark = _keep(ws, write(tmp_path / "a.csv", ["x"]))
    accept_raw_files(ws, {mark["delivery_id"]})
    assert ws.archive.stat().st_mode & 0o077 == 0
    assert archived_file(ws, mark).stat().st_mode & 0o077 == 0


def test_a_copy_that_was_never_committed_goes_and_its_note_with_it(ws, tmp_path):
    first = _keep(ws, write(tmp_path / "a.csv", ["x"]))
    _keep(ws, write(tmp_path / "b.csv", ["y"]))
    accept_raw_files(ws, {first["delivery_id"]})
    names = sorted(file.name for file in ws.archive.iterdir())
    kept = archived_file(ws, first).name
    assert names == [kept, f"{kept}.json"]


def test_an_archived_file_is_never_swept(ws, tmp_path):
    mark = _keep(ws, write(tmp_path / "a.csv", ["x"]))
    accept_raw_files(ws, {mark["delivery_id"]})
    accept_raw_files(ws, set())  # a store that was lost: its files are not
    assert archived_file(ws, mark).exists()


def test_a_file_that_changes_while_it_is_read_is_refused(ws, tmp_path):
    file = write(tmp_path / "a.csv", ["x"])
    mark = _mark(file)
    write(file, ["x", "y"])
    with pytest.raises(ReadError, match="ändrades medan"):
        keep_raw_file(ws, file, mark, ws.settings.sources["polisen"])
    assert not list(ws.archive.glob("*.csv*del"))


def test_only_files_in_the_inbox_are_removed(ws, tmp_path):
    inside = write(ws.inbox / "mapp" / "a.csv", ["x"])
    outside = write(tmp_path / "a.csv", ["x"])
    assert take_from_inbox(ws, inside) and take_from_inbox(ws, outside)
    assert outside.exists() and not inside.exists()


def test_a_file_held_open_by_another_program_stays(ws, monkeypatch):
    file = write(ws.inbox / "a.csv", ["x"])

    def refuse(self, **_):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(type(file), "unlink", refuse)
    assert take_from_inbox(ws, file) is False


@pytest.mark.skipif(
    os.name != "posix", reason="symboliska länkar kräver rätt i Windows"
)
def test_a_link_in_the_inbox_is_removed_and_what_it_points_at_is_not(ws, tmp_path):
    outside = write(tmp_path / "a.csv", ["x"])
    (ws.inbox / "a.csv").symlink_to(outside)
    assert take_from_inbox(ws, ws.inbox / "a.csv")
    assert outside.exists() and not list(ws.inbox.iterdir())


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2026, 8, 15), 24, (2028, 8, 15)),
    ],
)
def test_months_later(day, months, later):
    assert add_months(date(*day), months) == date(*later)

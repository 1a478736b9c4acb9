"""What is looked at before work begins; nothing broken may make it stop."""

import os
import shutil
import sys
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest

from lagesbild import doctor
from lagesbild.doctor import FAULT, OK, WARNING, examine
from lagesbild.workspace import lock
from tests.tiny_town import make_tiny_town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return make_tiny_town(tmp_path_factory.mktemp("doktor") / "nyby")


def _level(found, name, text=""):
    return [f.level for f in found if f.name == name and text in f.text]


def test_a_good_computer_and_workspace_have_no_fault(town):
    found = examine(town.root)
    assert {finding.level for finding in found} <= {OK, WARNING}
    assert _level(found, "Arbetsyta") == [OK]
    assert _level(found, "Referens", "befolkning.csv") == [WARNING]
    assert _level(found, "Referens", "adresser.csv") == []
    assert _level(found, "Källor", "utan_beslut") == [WARNING]
    assert not list(town.root.glob(".doctor*"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "Hittar ingen kommun.toml"),
        (b"[nej", "inte giltig TOML"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "nyckeln saknas"),
    ],
)
def test_a_broken_workspace_is_a_finding(tmp_path, content, told):
    if content is not None:
        (tmp_path / "kommun.toml").write_bytes(content)
    found = examine(tmp_path)
    assert found[-1].level == FAULT and told in found[-1].text


def test_a_workspace_without_its_folders_is_a_finding(town, tmp_path):
    shutil.copy(town.root / "kommun.toml", tmp_path)
    found = examine(tmp_path)
    assert _level(found, "Referens", "omraden.gpkg") == [FAULT]
    assert _level(found, "Skriva", "lager/ görs") == [OK]


def test_settings_that_cannot_be_opened_are_a_finding(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "denied")

    monkeypatch.setattr("lagesbild.workspace.open_workspace", refuse)
    assert examine(tmp_path)[-1].level == FAULT


def test_a_package_that_is_missing_ends_the_examination(monkeypatch, town):
    def version(name):
        if name == "shapely":
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(metadata, "version", version)
    found = examine(town.root)
    assert _level(found, "Paket", "saknas: shapely") == [FAULT]
    assert _level(found, "Arbetsyta") == []


def test_versions_are_held_to_the_lock(monkeypatch):
    monkeypatch.setattr(doctor, "_pinned", lambda: {"pandas": {"0.1", "0.2"}})
    (found,) = doctor._packages()
    assert found.level == WARNING and "(låst 0.1 eller 0.2)" in found.text


def test_the_lock_of_the_project_is_read():
    file = Path(doctor.__file__).parents[1] / "requirements.txt"
    pinned = doctor._pinned()
    assert len(pinned) > 30 and "pandas" in pinned
    assert all(
        f"=={v}" in file.read_text("utf-8") for vs in pinned.values() for v in vs
    )


@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 10), FAULT), ((3, 11), OK), ((3, 13), OK), ((3, 14), FAULT)],
)
def test_python_from_3_11_to_3_13(monkeypatch, version, level):
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    assert doctor._python().level == level


@pytest.mark.parametrize(
    ("free", "level"), [(5e9, OK), (2e9, OK), (1.9e9, WARNING), (1.9e8, FAULT)]
)
def test_room_on_the_disk(monkeypatch, tmp_path, free, level):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1e12, 0, free))
    found = doctor._room(tmp_path)
    assert found.level == level and "." not in found.text


@pytest.mark.parametrize("folder", ["OneDrive - Nyby kommun", "Dropbox", "iCloud"])
def test_a_synced_folder_is_warned_of(tmp_path, folder):
    ws = make_tiny_town(tmp_path / folder / "nyby")
    found = doctor._place(ws)
    assert _level(found, "Plats", "synkad") == [WARNING]


def test_a_network_disk_is_warned_of(town, monkeypatch):
    monkeypatch.setattr(doctor, "_is_network", lambda _: True)
    assert _level(doctor._place(town), "Plats", "nätverksdisk") == [WARNING]
    monkeypatch.undo()
    assert _level(doctor._place(town), "Plats", "nätverksdisk") == []


@pytest.mark.skipif(os.name != "posix", reason="rättigheter sätts så bara på POSIX")
@pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root får skriva överallt"
)
def test_a_folder_that_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    assert doctor._can_write(tmp_path).level == FAULT
    tmp_path.chmod(0o700)


def test_writing_refused_is_a_fault(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "denied")

    monkeypatch.setattr(doctor.tempfile, "NamedTemporaryFile", refuse)
    assert doctor._can_write(tmp_path).level == FAULT


def test_a_held_lock_says_who_holds_it(town):
    assert doctor._lock(town).level == OK
    with lock(town):
        pass
    import filelock

    with filelock.FileLock(town.lager / "skrivlas.lock"):
        found = doctor._lock(town)
    assert found.level == WARNING and "annan körning" in found.text

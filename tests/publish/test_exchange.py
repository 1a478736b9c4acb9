"""After the next command the pages are as before or as after, never between."""

import os
import shutil
from pathlib import Path

import pytest

from lagesbild.errors import PublishError
from lagesbild.publish import exchange
from lagesbild.workspace import lock

N_STEPS = 6


class Killed(BaseException):
    """Stands for the end of the process: no code of ours handles it."""


def _fill(folder, word):
    for audience in ("intern", "offentlig"):
        (folder / audience).mkdir(parents=True)
        (folder / audience / "index.html").write_text(word, encoding="utf-8")


def _words(folder):
    return {file.read_text("utf-8") for file in folder.rglob("*.html")}


def _replace_with_new(folder):
    with exchange.replacing(folder) as staging:
        _fill(staging, "nya")


def _names(outputs):
    return sorted(file.name for file in outputs.iterdir())


@pytest.fixture
def folder(project):
    """Pages of the cycle as an earlier run left them."""
    found = project.outputs / "2026-K3"
    _fill(found, "gamla")
    return found


def _kill_at(monkeypatch, number, *, after):
    """Let the process die before or after its nth change of the disk."""
    steps = []

    def dying(change):
        def step(*args, **kwargs):
            steps.append(change)
            if len(steps) == number and not after:
                raise Killed
            change(*args, **kwargs)
            if len(steps) == number:
                raise Killed

        return step

    monkeypatch.setattr(os, "replace", dying(os.replace))
    monkeypatch.setattr(shutil, "rmtree", dying(shutil.rmtree))
    unlink = dying(Path.unlink)
    monkeypatch.setattr(Path, "unlink", lambda *a, **k: unlink(*a, **k))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, N_STEPS + 1))
def test_death_at_any_step_is_mended_by_the_next_command(
    project, folder, monkeypatch, number, after
):
    with monkeypatch.context() as patched:
        _kill_at(patched, number, after=after)
        with pytest.raises(Killed):
            _replace_with_new(folder)
    exchange.finish_or_undo(project)
    assert _words(folder) in ({"gamla"}, {"nya"})
    assert _names(project.outputs) == ["2026-K3"]
    _replace_with_new(folder)
    assert _words(folder) == {"nya"}


def test_these_are_all_the_steps_to_die_at(folder, monkeypatch):
    _kill_at(monkeypatch, N_STEPS + 1, after=False)
    _replace_with_new(folder)
    assert _words(folder) == {"nya"}


def test_a_written_journal_is_carried_out_not_thrown_away(project, folder, monkeypatch):
    with monkeypatch.context() as patched:
        _kill_at(patched, 1, after=True)  # the journal stands, nothing is renamed
        with pytest.raises(Killed):
            _replace_with_new(folder)
    assert _words(folder) == {"gamla"}
    exchange.finish_or_undo(project)
    assert _words(folder) == {"nya"}


def test_the_first_pages_of_a_cycle_have_none_to_replace(project):
    folder = project.outputs / "2026-K2"
    _replace_with_new(folder)
    assert _words(folder) == {"nya"}
    assert _names(project.outputs) == ["2026-K2"]


@pytest.mark.parametrize("error", [PublishError("fel"), KeyboardInterrupt()])
def test_what_goes_wrong_while_pages_are_made_leaves_the_old(project, folder, error):
    with pytest.raises(type(error)), exchange.replacing(folder) as staging:
        _fill(staging, "nya")
        raise error
    assert _words(folder) == {"gamla"}
    assert _names(project.outputs) == ["2026-K3"]


@pytest.mark.parametrize("held", [2, 3])
def test_a_page_held_open_gives_a_clear_message_and_leaves_the_old(
    project, folder, monkeypatch, held
):
    # Windows refuses to rename a folder while a file in it is open elsewhere
    tried = []
    replace = os.replace

    def refusing(source, target):
        tried.append((source, target))
        if len(set(tried)) == held:
            raise PermissionError
        replace(source, target)

    monkeypatch.setattr(exchange, "_PAUSE", 0)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refusing)
        with pytest.raises(PublishError, match="hålls öppna av ett annat program"):
            _replace_with_new(folder)
    assert len(tried) > held, "a short refusal is waited out"
    assert _words(folder) == {"gamla"}
    assert _names(project.outputs) == ["2026-K3"]


def test_a_refusal_that_passes_is_waited_out(folder, monkeypatch):
    refused = []
    replace = os.replace

    def refusing_once(source, target):
        if not refused and Path(source).is_dir():
            refused.append(source)
            raise PermissionError
        replace(source, target)

    monkeypatch.setattr(exchange, "_PAUSE", 0)
    monkeypatch.setattr(os, "replace", refusing_once)
    _replace_with_new(folder)
    assert refused
    assert _words(folder) == {"nya"}


def test_pages_that_another_process_is_making_are_left_alone(project, folder):
    with lock(project), exchange.replacing(folder) as staging:
        _fill(staging, "nya")
        exchange.finish_or_undo(project)  # a command started meanwhile
        assert staging.is_dir()
    assert _words(folder) == {"nya"}


def test_nothing_left_behind_is_nothing_to_do(project):
    exchange.finish_or_undo(project)
    assert not project.outputs.exists()
    assert not project.lager.exists()

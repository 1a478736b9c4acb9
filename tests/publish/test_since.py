"""What has changed is told from what both publications show, and nothing else."""

import json
from dataclasses import replace

import pytest

from lagesbild.present import changes
from lagesbild.publish import since
from tests.present import invented

NOTHING = ["Inget av det som stod i 2026-K2 har ändrats."]


@pytest.fixture
def now():
    return invented.make_publication()


def _with(publication, **frames):
    return replace(publication, findings=publication.findings | frames)


def test_a_number_that_both_show_and_is_another_is_told(now):
    assert changes.tell_changes(invented.make_earlier(now), now) == [
        "Ett antal för tidigare kvartal är rättat, med 2."
    ]


def test_a_number_that_one_of_them_hides_is_not_compared(now):
    before = invented.make_earlier(now)
    cells = before.cells.copy()
    moved = cells["n_offences"].ne(now.cells["n_offences"].reindex(cells.index))
    assert moved.fillna(False).sum() == 1
    cells.loc[moved.fillna(False), "n_offences_status"] = "suppressed"
    assert changes.tell_changes(replace(before, cells=cells), now) == NOTHING


def test_many_numbers_are_counted_with_the_largest_step(now):
    before = invented.make_earlier(now)
    cells = before.cells.copy()
    shown = cells.index[cells["n_offences_status"] == "shown"][1:3]
    cells.loc[shown, "n_offences"] += [7, 1]
    assert changes.tell_changes(replace(before, cells=cells), now) == [
        "3 antal för tidigare kvartal är rättade, som mest med 7."
    ]


@pytest.mark.parametrize(
    ("was", "is_", "told"),
    [
        ("ingen signal", "signal", "Rån är nytt bland det som sticker ut."),
        ("signal", "ingen signal", "Rån sticker inte längre ut."),
        ("signal", "signal", None),
        ("visas inte", "signal", None),
        ("signal", "visas inte", None),
    ],
)
def test_what_stands_out_is_told_when_both_tell_it(now, was, is_, told):
    before = invented.make_earlier(now)
    before = replace(before, cells=now.cells[now.cells["period"] < "2026-K3"])
    frame = now.findings["signals"]
    row = frame[frame["area_id"] == "*"].head(1).assign(category="ran")
    before = _with(before, signals=row.assign(verdict=was))
    now = _with(now, signals=row.assign(verdict=is_))
    assert changes.tell_changes(before, now) == ([told] if told else NOTHING)


def test_what_the_police_find_by_looking_does_not_stand_out(now):
    before = invented.make_earlier(now)
    before = replace(before, cells=now.cells[now.cells["period"] < "2026-K3"])
    row = now.findings["signals"].head(1).assign(category="narkotika", area_id="*")
    before = _with(before, signals=row.assign(verdict="ingen signal"))
    now = _with(now, signals=row.assign(verdict="signal"))
    assert changes.tell_changes(before, now) == NOTHING


# --- earlier cycles ---------------------------------------------------------------


def _pages(ws, cycle, audience, status):
    folder = ws.outputs / cycle / audience
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"status": status}), "utf-8")


def test_earlier_cycles_are_those_that_are_there_and_handed_out(project):
    for cycle in ("2025-K4", "2026-K2", "2026-K3", "2026-K4"):
        _pages(project, cycle, "offentlig", "Fastställd")
    _pages(project, "2026-K1", "offentlig", "Utkast")
    _pages(project, "2026-K1", "intern", "Utkast")
    (project.outputs / "2026-K3.ny" / "offentlig").mkdir(parents=True)
    _pages(project, "skräp", "offentlig", "Fastställd")
    found = since.find_earlier(project, "2026-K3", "offentlig")
    assert [one.cycle for one in found] == ["2026-K2", "2025-K4"]
    assert found[0].file == "../../2026-K2/offentlig/index.html"
    intern = since.find_earlier(project, "2026-K3", "intern")
    assert [(one.cycle, one.status) for one in intern] == [("2026-K1", "Utkast")]


def test_nothing_has_been_handed_out_before_the_first(project):
    assert since.find_earlier(project, "2026-K3", "radet") == []
    assert since.find_last_release(project, "2026-K3", "radet") is None

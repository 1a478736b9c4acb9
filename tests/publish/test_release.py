"""A release: what it asks for, what it remembers, and what nothing changes after it."""

import json
import os
import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from lagesbild import frozen, journal, purge, statistics, store
from lagesbild.agreement.registers import ANALYSES_FILE, DECISIONS_FILE
from lagesbild.closing import close_cycle
from lagesbild.errors import (
    ProtectError,
    PublishError,
    ReleaseError,
    StoreError,
    UsageError,
)
from lagesbild.period import Period
from lagesbild.publication import make_publications, open_publication
from lagesbild.publish import again, batch, exchange, products, release
from lagesbild.status import verify
from lagesbild.workspace import AUDIENCES, lock, open_workspace
from tests.publish import conftest
from tests.publish.conftest import write_notebook
from tests.test_publication import (
    STATISTICS,
    commit,
    make_workspace,
    two_each,
    write_statistics,
)
from tests.tiny_town import write

NOW, NEXT = "2026-K1", "2026-K2"
HEAD = "kvartal;mottagare;organisation;roll;datum;diarienummer"
pytestmark = pytest.mark.usefixtures("forked_workers", "few_products")
# a page that tells its status, so that a draft's and a release's differ
PAGE = """
import lagesbild as lb

ws = lb.open_workspace(workspace)
lb.show_heading(lb.open_publication(ws, cycle, audience=audience))
"""


def decide(ws, *organisations, cycle=NOW, audiences=("radet", "offentlig")):
    days = {"kommunen": "2026-05-04", "polisen": "2026-05-06"}
    rows = [
        f"{cycle};{audience};{name};påhittad chef;{days[name]};NYBY 2026:{number}"
        for number, audience in enumerate(audiences)
        for name in organisations
    ]
    write(ws.registers / DECISIONS_FILE, [HEAD, *rows])


def assess(ws, *cycles):
    told = "påhittad samordnare;Påhittat: lugnt.;Påhittat: inga."
    rows = [f"{c};{t};{told}" for c in cycles for t in ("", "andts", "trygghet")]
    head = "kvartal;tema;roll;bedomning;konsekvenser"
    write(ws.registers / ANALYSES_FILE, [head, *rows])


FIGURES = """
import lagesbild as lb

ws = lb.open_workspace(workspace)
publication = lb.open_publication(ws, cycle, audience=audience)
lb.show_heading(publication, title=f"Påhittat {publication.statistics['value'].max()}")
"""


def bytes_of(folder):
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def make_project(folder, frames):
    """A town whose last quarter has not been delivered yet, and tiny notebooks."""
    for product in products.PRODUCTS:
        write_notebook(folder / "notebooks" / f"{product.name}.ipynb", PAGE)
    (folder / "nyby").mkdir()
    last = frames["deliveries"]["period_start"].max()
    late = frames["deliveries"][frames["deliveries"]["period_start"] == last]
    write_notebook(folder / "notebooks" / "02_lagesbild.ipynb", FIGURES)
    ws = make_workspace(folder / "nyby", frames, skip=set(late["delivery_id"]))
    write_statistics(ws, STATISTICS)
    close_cycle(ws, Period(NOW))
    return ws


@pytest.fixture(scope="module")
def made(tmp_path_factory, town):
    """Both audiences have been handed 2026-K1; intern is a draft."""
    frames = town(n_areas=2, n_quarters=6, scale=2)
    ws = make_project(tmp_path_factory.mktemp("projekt"), frames)
    decide(ws, "kommunen", "polisen")
    assess(ws, NOW)
    batch.run_cycle(ws, NOW, jobs=1)
    told = [release.release_cycle(ws, NOW, a, jobs=1) for a in ("radet", "offentlig")]
    return ws, frames, told


def test_the_pages_say_who_decided_and_take_the_place_of_the_draft(made):
    ws, _, told = made
    status = (
        "Fastställd den 6 maj 2026 av kommunen (påhittad chef) och polisen "
        "(påhittad chef)"
    )
    assert {t["status"] for t in told} == {status}
    folder = ws.outputs / NOW
    for audience in ("radet", "offentlig"):
        for file in (folder / audience).glob("*.html"):
            text = file.read_text("utf-8")
            assert status in text and ">Utkast<" not in text, file.name
        manifest = json.loads((folder / audience / "manifest.json").read_text("utf-8"))
        assert manifest["status"] == status
    assert ">Utkast<" in (folder / "intern" / "index.html").read_text("utf-8")
    kinds = {f.suffix for f in folder.rglob("*") if f.is_file()}
    assert kinds == {".html", ".json", ".csv"}


def test_who_ran_and_released_it_is_logged_once(made):
    ws, _, _ = made
    log = journal.read_log(ws)
    log = log[log["what"].isin(["run", "release"])]
    assert log["what"].tolist()[:3] == ["run", "release", "release"]
    released = log.loc[log["what"] == "release", "facts"].tolist()
    assert released == [f"utlämnande={NOW}/{a}" for a in ("radet", "offentlig")]


def test_every_cell_is_recorded_with_its_true_value_in_the_private_store(made):
    ws, _, _ = made
    record = frozen.load_publications(ws)
    assert frozen.find_releases(ws) == [(NOW, "offentlig"), (NOW, "radet")]
    truth = open_publication(ws, NOW, "intern").cells
    keys = ["area_id", "category", "period"]
    for audience, rows in record.groupby("audience"):
        cells = open_publication(ws, NOW, audience).cells.set_index(keys)
        for count, told in rows.groupby("count"):
            at = pd.MultiIndex.from_frame(told[keys])
            assert not at.duplicated().any()
            # what the police find by looking is proved safe by area, and not told
            told, at = told[at.isin(cells.index)], at[at.isin(cells.index)]
            status = cells[f"{count}_status"]
            assert set(at) == set(status.index[status.isin(["shown", "suppressed"])])
            hidden = status.reindex(at) == "suppressed"
            assert (hidden.to_numpy() == told["is_hidden"].to_numpy()).all()
            true = truth.set_index(keys)[count].reindex(at)
            assert true.tolist() == told["value"].tolist()
    assert record["is_hidden"].any() and (record["value"] == 2).any()
    stored = ws.lager / "tabeller" / "publications"
    assert stored.is_dir()
    if os.name == "posix":
        assert ws.lager.stat().st_mode & 0o077 == 0


def test_one_event_at_a_time_changes_no_byte_and_no_cell_that_was_released(made):
    ws, frames, _ = made
    folder = ws.outputs / NOW
    before = {a: bytes_of(folder / a) for a in ("radet", "offentlig")}
    cells = {a: open_publication(ws, NOW, a).cells for a in before}
    rows = frames["incidents"]
    police = rows[(rows["source"] == "polisen") & (rows["area_id"] == "O01")]
    n_before = len(before["radet"])
    for n in (1, 2):
        day = pd.Timestamp("2026-03-30")
        late = police.head(1).assign(
            incident_id=f"sen{n}", event_id=f"sen{n}", reported_on=day
        )
        # the same event in a quarter that is open, so that something moves
        late = pd.concat([late, late.assign(incident_id=f"ny{n}", reported_on=day)])
        late.iloc[1, late.columns.get_loc("reported_on")] = pd.Timestamp("2026-04-02")
        commit(
            ws,
            late,
            {
                "delivery_id": f"sen-{n}",
                "source": "polisen",
                "source_kind": "police",
                "period_start": pd.Timestamp("2026-03-01"),
                "period_end": pd.Timestamp("2026-06-30"),
                "received_on": pd.Timestamp("2026-05-10"),
            },
        )
        left = {1: ["offentlig", "radet"], 2: ["offentlig"]}[n]
        if n == 2:  # a released folder that is gone is made again as it was
            shutil.rmtree(folder / "radet")
            before["radet"].pop("manifest.json")
        told = batch.run_cycle(ws, NOW, jobs=1)
        assert sorted(told["released"]) == left
        assert {page["audience"] for page in told["pages"]} == set(AUDIENCES) - {*left}
        for audience in before:
            assert bytes_of(folder / audience).items() >= before[audience].items()
            draft = open_publication(ws, NEXT, audience)
            assert draft.status == "Utkast"
            told = draft.cells[draft.cells["period"] <= NOW].reset_index(drop=True)
            pd.testing.assert_frame_equal(told, cells[audience])
    assert n_before >= 5


def test_what_has_been_released_is_not_released_again(made):
    ws, _, _ = made
    before = len(frozen.load_publications(ws))
    with pytest.raises(ReleaseError, match="redan utlämnat till radet"):
        release.release_cycle(ws, NOW, "radet", jobs=1)
    assert len(frozen.load_publications(ws)) == before


def test_a_record_that_is_there_without_its_cells_is_an_error(made):
    ws, _, _ = made
    kept = ws.lager / "utlamnat" / NOW / "radet" / "celler.parquet"
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-10])
    try:
        with pytest.raises(StoreError, match="utlamnat"):
            open_publication(ws, NOW, "radet")
        assert any("lager/utlamnat" in fault for fault in verify(ws)["faults"])
    finally:
        kept.write_bytes(whole)


# --- what is asked for --------------------------------------------------------------


@pytest.fixture(scope="module")
def ready(tmp_path_factory, town):
    """A town of which 2026-K1 is closed and nothing is decided."""
    frames = town(n_areas=2, n_quarters=6, scale=2)
    return make_project(tmp_path_factory.mktemp("beslut"), frames), frames


@pytest.mark.parametrize(
    ("organisations", "assessed", "cycle", "told"),
    [
        (("kommunen",), True, NOW, ["polisens beslut"]),
        (("polisen",), True, NOW, ["kommunens beslut"]),
        ((), True, NOW, ["kommunens beslut", "polisens beslut"]),
        (("kommunen", "polisen"), False, NOW, ["en skriven bedömning"]),
        (("kommunen", "polisen"), True, NEXT, [f"{NEXT} är öppet"]),
        ((), False, NEXT, ["öppet", "kommunens", "polisens", "bedömning"]),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_written(
    ready, organisations, assessed, cycle, told
):
    ws, _ = ready
    decide(ws, *organisations, cycle=cycle)
    assess(ws, *([cycle] if assessed else []))
    with pytest.raises(ReleaseError) as error:
        release.release_cycle(ws, cycle, "radet", jobs=1)
    message = str(error.value).split("Det som saknas: ")[1]
    assert error.value.exit_code == 4
    words = ["kommunens", "polisens", "bedömning", "öppet"]
    assert [w for w in words if w in message] == [
        w for w in words if w in " ".join(told)
    ]
    assert not (ws.outputs / cycle).exists()
    assert frozen.load_publications(ws).empty


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{};andts;;roll;Text.;Inga.", "en skriven bedömning av hela kvartalet"),
        ("{};;O01;roll;Text.;Inga.", "en skriven bedömning av hela kvartalet"),
        ("{};;;roll;Text.;", "konsekvenser i bedömningen av hela kvartalet"),
    ],
)
def test_the_whole_quarter_is_assessed_with_its_consequences(ready, row, told):
    ws, _ = ready
    decide(ws, "kommunen", "polisen")
    head = "kvartal;tema;omrade_id;roll;bedomning;konsekvenser"
    write(ws.registers / ANALYSES_FILE, [head, row.format(NOW)])
    with pytest.raises(ReleaseError, match=told):
        release.release_cycle(ws, NOW, "radet", jobs=1)


def test_a_decision_for_the_council_is_none_for_everyone(ready):
    ws, _ = ready
    decide(ws, "kommunen", "polisen", audiences=("radet",))
    assess(ws, NOW)
    with pytest.raises(ReleaseError, match=r"kommunens beslut.*polisens beslut"):
        release.release_cycle(ws, NOW, "offentlig", jobs=1)


@pytest.mark.parametrize("key", ["level", "assessed_on", "method", "assessor"])
def test_the_public_is_given_no_pages_that_nobody_has_judged(ready, key):
    ws, _ = ready
    decide(ws, "kommunen", "polisen")
    assess(ws, NOW)
    told = ws.settings.accessibility.model_copy(update={key: None})
    settings = ws.settings.model_copy(update={"accessibility": told})
    with pytest.raises(ReleaseError, match=rf"{key} under \[accessibility\]") as error:
        release.release_cycle(replace(ws, settings=settings), NOW, "offentlig", jobs=1)
    assert error.value.exit_code == 4
    assert frozen.load_publications(ws).empty


@pytest.mark.parametrize("audience", ["radet", "offentlig"])
def test_a_number_to_call_that_nobody_has_checked_for_a_year_is_not_handed_out(
    ready, audience
):
    ws, _ = ready
    decide(ws, "kommunen", "polisen")
    assess(ws, NOW)
    told = ws.settings.help.model_copy(update={"checked_on": date(2025, 5, 5)})
    settings = ws.settings.model_copy(update={"help": told})
    with pytest.raises(ReleaseError, match="checked_on är 2025-05-05") as error:
        release.release_cycle(replace(ws, settings=settings), NOW, audience, jobs=1)
    assert error.value.exit_code == 4
    assert not (ws.outputs / NOW).exists()


@pytest.mark.parametrize(("cycle", "audience"), [("2026", "radet"), (NOW, "intern")])
def test_a_year_and_intern_are_refused(ready, cycle, audience):
    with pytest.raises(UsageError):
        release.release_cycle(ready[0], cycle, audience)


def test_a_failed_audit_or_gate_records_and_shows_nothing(ready, monkeypatch):
    ws, _ = ready
    decide(ws, "kommunen", "polisen")
    assess(ws, NOW)

    def fail(*args, **kwargs):
        raise ProtectError("Dolda celler kan räknas ut.")

    with monkeypatch.context() as patch:
        patch.setattr("lagesbild.protecting.audit_publications", fail)
        with pytest.raises(ProtectError):
            release.release_cycle(ws, NOW, "radet", jobs=1)
    bad = PAGE.replace("audience=audience))", "audience=audience), title=NUMBER)")
    bad = bad.replace("NUMBER", "'Ring 070-174 06 05'")
    good = (ws.project / "notebooks" / "02_lagesbild.ipynb").read_bytes()
    write_notebook(ws.project / "notebooks" / "02_lagesbild.ipynb", bad)
    with pytest.raises(PublishError, match="telefonnummer"):
        release.release_cycle(ws, NOW, "radet", jobs=1)
    (ws.project / "notebooks" / "02_lagesbild.ipynb").write_bytes(good)
    assert frozen.load_publications(ws).empty
    assert not (ws.outputs / NOW).exists()
    # what was prepared is no release: it is a draft to everybody else
    assert open_publication(ws, NOW, "radet").status == "Utkast"


def test_cut_short_after_the_record_it_is_shown_by_the_next(ready, monkeypatch):
    ws, _ = ready
    decide(ws, "kommunen", "polisen")
    assess(ws, NOW)

    def stop(folder):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(exchange, "_commit", stop)
        with pytest.raises(KeyboardInterrupt):
            release.release_cycle(ws, NOW, "offentlig", jobs=1)
    n_rows = len(frozen.load_publications(ws))
    assert n_rows and not (ws.outputs / NOW / "offentlig").exists()
    told = release.release_cycle(ws, NOW, "offentlig", jobs=1)
    assert told["status"].startswith("Fastställd den 6 maj 2026")
    assert len(frozen.load_publications(ws)) == n_rows
    with lock(ws):
        assert (ws.outputs / NOW / "offentlig" / "index.html").is_file()


def test_the_next_cycle_adds_its_own_cells_and_keeps_the_pattern(ready):
    """Runs last of these: the last quarter comes, is closed and released."""
    ws, frames = ready
    first = frozen.load_publications(ws)
    last = two_each(frames["deliveries"])
    start = pd.Timestamp("2026-04-01")
    for delivery in last[last["period_start"] == start].to_dict("records"):
        commit(ws, frames["incidents"], delivery)
    close_cycle(ws, Period(NEXT))
    decide(ws, "kommunen", "polisen", cycle=NEXT)
    assess(ws, NOW, NEXT)
    release.release_cycle(ws, NEXT, "offentlig", jobs=1)
    front = (ws.outputs / NEXT / "offentlig" / "index.html").read_text("utf-8")
    assert f'<a href="../../{NOW}/offentlig/index.html">{NOW}</a> Fastställd' in front
    assert f"Inget av det som stod i {NOW} har ändrats." in front
    record = frozen.load_publications(ws)
    new = record[record["cycle"] == NEXT]
    assert len(record) == len(first) + len(new)
    assert set(new["period"]) == {NEXT}
    was = open_publication(ws, NOW, "offentlig").cells
    now = open_publication(ws, NEXT, "offentlig").cells
    now = now[now["period"] <= NOW].reset_index(drop=True)
    pd.testing.assert_frame_equal(now, was)
    # the council has been handed nothing, and its draft tells no more than that
    draft = make_publications(ws, NEXT, audiences=["radet"])["radet"].cells
    hidden = now["n_offences_status"] == "suppressed"
    same = draft[draft["period"] <= NOW].reset_index(drop=True)
    assert (same.loc[hidden, "n_offences_status"] == "suppressed").all()


@pytest.mark.slow
def _purge_all_rows_of_the_quarter(ws):
    file = ws.registers / DECISIONS_FILE
    head, *rows = file.read_text("utf-8").splitlines()
    rows.append(f"{NOW};;kommunen;påhittad chef;2026-05-04;NYBY 9;gallring;Påhittat")
    write(file, [f"{head};slag;beslut", *rows])
    found = store.load_incidents(
        ws, reported_from="2026-01-01", reported_to="2026-03-31"
    )
    keys = found["source_key"].tolist()
    return purge.purge(ws, keys, decision="NYBY 9")


def test_a_release_is_made_again_from_what_it_kept(made, tmp_path):
    ws = made[0]
    root = tmp_path / "projekt"
    shutil.copytree(ws.project, root)
    ws = open_workspace(root / ws.root.relative_to(ws.project))
    told = _purge_all_rows_of_the_quarter(ws)
    assert told["n_rows"] > 100 and told["pages"] == [NOW]  # the draft for intern
    write_statistics(ws, STATISTICS.replace("2000", "2999"))  # not what was released
    shutil.rmtree(ws.outputs / NOW / "radet")
    handed = bytes_of(made[0].outputs / NOW)
    handed = {n: b for n, b in handed.items() if not n.startswith("intern")}
    told = again.make_as_published(ws, NOW, jobs=1)
    assert told["ok"] and set(told["audiences"]) == {"radet", "offentlig"}
    assert bytes_of(ws.outputs / NOW) == handed  # also what had gone
    assert "Påhittat 2000.0 " in handed["radet/02_lagesbild.html"].decode("utf-8")
    versions = statistics.statistics_versions(ws)
    manifest = json.loads(handed["radet/manifest.json"])
    assert versions[1] == manifest["statistics_version"] != versions[0]

    write_notebook(ws.project / "notebooks" / "02_lagesbild.ipynb", conftest.PAGE)
    told = again.make_as_published(ws, NOW, jobs=1)
    assert not told["ok"]
    assert "02_lagesbild.html" in told["audiences"]["offentlig"]["differs"]
    assert bytes_of(ws.outputs / NOW) == handed


def test_what_is_not_released_cannot_be_made_again(made):
    with pytest.raises(ReleaseError, match="inte utlämnat"):
        again.make_as_published(made[0], NEXT)

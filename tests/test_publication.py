"""From the store to what each audience may see: whole, protected, kept, read again."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from lagesbild import contracts, protecting, publication, statistics, store
from lagesbild.closing import close_cycle
from lagesbild.errors import LockError, ProtectError, UsageError
from lagesbild.period import Period
from lagesbild.publication import make_publications, open_publication
from lagesbild.workspace import lock, open_workspace
from tests.tiny_town import ASSESSED

CYCLE = "2026-K2"
SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"
is_invented = true
[contact]
function = "Samordningsfunktionen"
email = "samordning@exempelkommun.example"
"""
SOURCE = """
[sources.{name}]
name = "{title}"
organisation = "{title}s förvaltning"
kind = "{kind}"
[[sources.{name}.layouts]]
files = "{name}_*.csv"
format = "csv"
"""
SOURCES = {
    "polisen": ("Polisen", "police"),
    "kommunen": ("Kommunen", "observation"),
    "bostadsbolaget": ("Bostadsbolaget", "observation"),
}
FRAMES = ("cells", "areas_listed", "protected_years", "deliveries", "statistics")
DICTS = ("quality", "findings", "about_statistics")
STATISTICS = "kommun;period;key;count;per100k\n9999;2024;total;80;2000\n"
AUDIENCES = ("intern", "radet", "offentlig")


def two_each(deliveries):
    """The history in one delivery a source, and the last quarter in another."""
    is_last = deliveries["period_start"] == deliveries["period_start"].max()
    return deliveries.groupby(["source", is_last], as_index=False).agg(
        delivery_id=("delivery_id", "last"),
        source_kind=("source_kind", "first"),
        period_start=("period_start", "min"),
        period_end=("period_end", "max"),
        received_on=("received_on", "max"),
    )


def make_workspace(folder, town, *, skip=()):
    """A workspace whose store holds an invented town."""
    told = [
        SOURCE.format(name=name, title=title, kind=kind)
        for name, (title, kind) in SOURCES.items()
    ]
    (folder / "kommun.toml").write_text(
        SETTINGS + ASSESSED + "".join(told), encoding="utf-8"
    )
    ws = open_workspace(folder)
    write_registers(ws, town)
    for delivery in two_each(town["deliveries"]).to_dict("records"):
        if delivery["delivery_id"] not in skip:
            commit(ws, town["incidents"], delivery)
    return ws


def write_registers(ws, town):
    ws.reference.mkdir()
    areas = town["areas"].rename(
        columns={
            "area_id": "omrade_id",
            "name": "namn",
            "district": "kommundel",
            "kind": "slag",
        }
    )
    squares = [
        shapely.box(x, 6_700_000, x + 1000, 6_701_000)
        for x in range(600_000, 600_000 + 1000 * len(areas), 1000)
    ]
    shapes = gpd.GeoDataFrame(areas, geometry=squares, crs=3006)
    shapes.to_file(ws.reference / "omraden.gpkg", driver="GPKG")
    town["population"].rename(
        columns={"area_id": "omrade_id", "year": "ar", "n_inhabitants": "antal"}
    ).to_csv(ws.reference / "befolkning.csv", index=False, encoding="utf-8")


def commit(ws, incidents, delivery):
    rows = incidents[
        (incidents["source"] == delivery["source"])
        & incidents["reported_on"].between(
            delivery["period_start"], delivery["period_end"]
        )
    ]
    identity = delivery["delivery_id"]
    reports = rows.assign(
        source_key=rows["incident_id"],
        delivery_id=identity,
        row_number=range(1, len(rows) + 1),
        municipality_code="9999",
        has_time=True,
        offence_code=None,
        found_by="anmälan",
        place_text=None,
        place_locality=None,
        given_easting_m=float("nan"),
        given_northing_m=float("nan"),
        deso_code=None,
        is_withdrawn=False,
    )
    placements = rows.assign(
        easting_m=float("nan"),
        northing_m=float("nan"),
        geocode_score=1.0,
        made_by=identity,
        geocode_method=rows["geocode_method"].where(rows["area_id"].notna(), "avvisad"),
    )
    with lock(ws):
        store.commit_delivery(
            ws,
            delivery={
                **delivery,
                "sha256": hashlib.sha256(identity.encode()).hexdigest(),
                "file_name": f"{delivery['source']}_leverans.csv",
                "layout": f"{delivery['source']}_*.csv",
                "rows_in": len(rows) + 3,
                "rows_stored": len(rows),
                "rows_unchanged": 3,
                "rows_quarantined": 0,
                "rows_withdrawn": 0,
                "columns_dropped": None,
                "masked": None,
                "reader_version": "1",
                "settings_sha256": "0" * 64,
            },
            reports=reports[contracts.columns("reports")],
            placements=placements[contracts.columns("placements")],
            links=rows.assign(made_by=identity)[contracts.columns("links")],
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory, town):
    """A small town's publications of its last quarter; reports of protected kinds."""
    frames = add_protected(town(n_areas=6, n_quarters=6))
    ws = make_workspace(tmp_path_factory.mktemp("kommun"), frames)
    write_statistics(ws, STATISTICS)
    return ws, make_publications(ws, CYCLE), frames


def write_statistics(ws, text):
    """Keep a statistics file; tell its version."""
    ws.statistics.mkdir(exist_ok=True)
    (ws.statistics / "bra_total.csv").write_text(text, encoding="utf-8")
    folder = statistics.read_statistics(ws, today=date(2026, 7, 20))
    statistics.keep_statistics(ws, folder)
    return folder.version


def add_protected(frames):
    """The same town with fifty reports of protected classes and unknown codes."""
    rows = frames["incidents"]
    extra = rows[rows["source"] == "polisen"].tail(50).copy()
    classes = ["nara_relation", "hedersrelaterat", "sexualbrott", "brottsutsatt_barn"]
    kinds = pd.Series([*classes, "okand_kod"] * 10, index=extra.index)
    extra = extra.assign(
        incident_id="skyddad" + extra["incident_id"],
        event_id="skyddad" + extra["incident_id"],
        category=kinds,
        protected_class=kinds,
        area_id=None,
        geocode_method="skyddad",
    )
    # as they are stored: without time of day, and so without place in a quarter
    for moment in ("occurred_from", "occurred_to"):
        extra[moment] = pd.Series(pd.NaT, extra.index, dtype=rows[moment].dtype)
    return frames | {"incidents": pd.concat([rows, extra], ignore_index=True)}


def same(one, other):
    """Whether two publications are equal, frames and all."""
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    for kind in DICTS:
        ours, theirs = getattr(one, kind), getattr(other, kind)
        assert ours.keys() == theirs.keys()
        for name in ours:
            pd.testing.assert_frame_equal(ours[name], theirs[name])
    assert one.texts.keys() == other.texts.keys()
    for key, text in one.texts.items():
        again = other.texts[key]
        pd.testing.assert_frame_equal(text.rows, again.rows)
        assert replace(text, rows=None) == replace(again, rows=None)
    plain = dict.fromkeys((*FRAMES, *DICTS, "texts"))
    return replace(one, **plain) == replace(other, **plain)


def test_every_audience_reads_back_what_was_made(made):
    ws, publications, _ = made
    assert tuple(publications) == AUDIENCES
    for audience, publication_ in publications.items():
        assert same(open_publication(ws, CYCLE, audience), publication_)


def test_statistics_are_pinned_and_the_same_for_all(made):
    ws, publications, _ = made
    version, _ = statistics.statistics_versions(ws)
    for publication_ in publications.values():
        assert publication_.meta["statistics_version"] == version
        pd.testing.assert_frame_equal(
            publication_.statistics, statistics.load_indicators(ws)
        )
    watched = {
        name: "watched" in p.about_statistics for name, p in publications.items()
    }
    assert watched == {"intern": True, "radet": False, "offentlig": False}


def test_new_statistics_make_a_publication_out_of_date(made, tmp_path):
    ws, publications, _ = made
    other = open_workspace(shutil.copytree(ws.root, tmp_path / "annan"))
    old = publications["radet"]
    assert same(open_publication(other, CYCLE, "radet"), old)
    newer = write_statistics(other, STATISTICS + "9999;2025;total;82;2050\n")
    now = open_publication(other, CYCLE, "radet")
    assert now.meta["statistics_version"] == newer != old.meta["statistics_version"]
    assert set(now.statistics["period"]) == {"2024", "2025"}
    pd.testing.assert_frame_equal(now.cells, old.cells)


def test_the_internal_publication_counts_every_countable_report(made):
    _, publications, frames = made
    rows = frames["incidents"]
    rows = rows[rows["protected_class"].isna() & (rows["source"] == "polisen")]
    table = publications["intern"].table("period").frame
    n = rows.groupby(rows["reported_on"].dt.to_period("Q")).size()
    assert table["n_reports"].tolist() == n.tolist()
    assert set(publications["intern"].cells["n_offences_status"]) <= {
        "shown",
        "not_computed",
    }


def test_areas_and_those_without_make_the_municipality(made):
    cells = made[1]["intern"].cells
    for count in ("n_offences", "n_observations", "n_reports", "n_events"):
        whole = cells[cells["area_id"] == "*"].set_index(["category", "period"])[count]
        parts = cells[cells["area_id"] != "*"].groupby(["category", "period"])[count]
        pd.testing.assert_series_equal(
            parts.sum().reindex(whole.index).fillna(0).astype("Int64"),
            whole.fillna(0),
            check_names=False,
        )


def test_protected_classes_change_no_cell_of_any_audience(made, tmp_path, town):
    without = make_workspace(tmp_path, town(n_areas=6, n_quarters=6))
    for audience in AUDIENCES:
        clean = open_publication(without, CYCLE, audience)
        pd.testing.assert_frame_equal(clean.cells, made[1][audience].cells)
        assert any("Brott i nära relation" in n for n in clean.table().notes)


def test_by_area_what_the_police_find_is_for_the_house_alone(made):
    _, publications, _ = made
    for audience in ("radet", "offentlig"):
        publication_ = publications[audience]
        cells = publication_.cells
        assert set(cells.loc[cells["category"] == "narkotika", "area_id"]) == {"*"}
        assert len(publication_.table("period", category="narkotika").frame) == 6
        for by, given in ((["area_id"], {}), (["period"], {"area_id": "O01"})):
            with pytest.raises(UsageError, match="när polisen letar"):
                publication_.table(*by, category="narkotika", **given)
        assert "när polisen letar" in publication_.table("area_id").notes[0]
        assert "hot_spots" not in publication_.findings
    inside = publications["intern"]
    assert len(inside.table("area_id", category="narkotika").frame) == 8
    assert not any("när polisen letar" in n for n in inside.table("area_id").notes)
    assert "hot_spots" in inside.findings


def test_only_the_internal_one_tells_numbers_of_rows(made):
    _, publications, _ = made
    assert {"rows_in", "rows_quarantined"} <= set(publications["intern"].deliveries)
    assert set(publications["intern"].quality) > {"quarantine", "geocoding"}
    for audience in ("radet", "offentlig"):
        assert publications[audience].quality == {}
        assert not any("rows" in name for name in publications[audience].deliveries)


def test_reports_and_events_are_shown_for_the_municipality_and_groups_alone(made):
    for audience in ("radet", "offentlig"):
        cells = made[1][audience].cells
        below = (cells["area_id"] != "*") | cells["category"].isin(
            ["bostadsinbrott", "cykelstold", "trasig_belysning"]
        )
        for count in ("n_reports", "n_events", "n_events_occurred"):
            assert cells.loc[below, count].isna().all()
            assert "shown" not in set(cells.loc[below, f"{count}_status"])
        assert cells.loc[~below, "n_events"].notna().any()


def test_no_count_of_one_to_four_is_shown_outside(made):
    for audience in ("radet", "offentlig"):
        cells = made[1][audience].cells
        counts = [name for name in cells if name.startswith("n_")]
        counts = [n for n in counts if not n.endswith("_status")]
        for count in counts:
            assert not cells[count].between(1, 4).any(), count


def test_data_until_is_the_day_the_last_delivery_was_received(made):
    _, publications, frames = made
    last = frames["deliveries"]["received_on"].max().date()
    assert {p.data_until for p in publications.values()} == {last}
    assert {p.status for p in publications.values()} == {"Utkast"}


def test_a_table_varies_what_is_asked_for_and_fixes_the_rest(made):
    publication_ = made[1]["offentlig"]
    table = publication_.table("area_id", category="skadegorelse")
    assert table.fixed == {"category": "skadegorelse", "period": CYCLE}
    assert table.frame["area_id"].tolist() == [
        "*",
        *(f"O{n:02d}" for n in range(1, 7)),
        "",
    ]
    assert table.area_names[""] == "Utan område"
    assert set(table.frame["period"]) == {CYCLE}
    crossed = publication_.table("area_id", "category").frame
    assert not crossed.duplicated(["area_id", "category"]).any()
    assert crossed["area_id"].drop_duplicates().tolist()[-1] == ""
    trend = publication_.table("period", area_id="O02").frame
    assert trend["period"].tolist() == sorted(trend["period"])
    assert len(publication_.table().frame) == 1


@pytest.mark.parametrize(
    ("by", "given"),
    [
        (["gata"], {}),
        (["area_id", "area_id"], {}),
        (["area_id"], {"area_id": "O01"}),
        (["area_id"], {"category": "nara_relation"}),
        (["area_id"], {"period": "1999-K1"}),
        (["area_id"], {"date": "igår"}),
    ],
)
def test_a_table_that_is_not_there_is_an_error(made, by, given):
    with pytest.raises(UsageError):
        made[1]["offentlig"].table(*by, **given)


def test_events_by_date_of_occurrence_are_apart_and_say_so(made):
    _, publications, frames = made
    table = publications["intern"].table("period", date="occurred")
    rows = frames["incidents"]
    rows = rows[rows["protected_class"].isna()]
    quarter = rows["occurred_from"].dt.tz_convert("Europe/Stockholm")
    quarter = quarter.dt.tz_localize(None).dt.to_period("Q")
    first = quarter.groupby(rows["event_id"]).min()
    n = first.value_counts().sort_index()
    assert table.frame["n_events"].tolist() == n[n.index >= "2025Q1"].tolist()
    assert "n_offences" not in table.frame
    assert "brottsdatum" in table.notes[0]
    assert "registreringsdatum" in publications["intern"].table().notes[0]


def test_the_share_without_area_comes_from_shown_cells_alone(made):
    for audience in AUDIENCES:
        table = made[1][audience].table("area_id", category="brott")
        cells = table.frame.set_index("area_id")
        share = 100 * cells.loc["", "n_offences"] / cells.loc["*", "n_offences"]
        assert any(f"{round(share)} procent av" in note for note in table.notes)
    hidden = made[1]["offentlig"].table("area_id", category="ran")
    assert hidden.frame.set_index("area_id").loc["", "n_offences_status"] != "shown"
    assert not any("procent" in note for note in hidden.notes)


def test_what_is_up_to_date_is_read_and_not_made_again(made, monkeypatch):
    ws, publications, _ = made

    def refuse(*args):
        raise AssertionError("measured again")

    monkeypatch.setattr(publication, "_load", refuse)
    with lock(ws):  # a reader needs no lock
        again = open_publication(ws, CYCLE, "radet")
    assert same(again, publications["radet"])
    assert list(make_publications(ws, CYCLE, audiences=["intern"])) == ["intern"]


def test_a_new_delivery_makes_new_publications(tmp_path, town):
    frames = town(n_areas=3, n_quarters=6)
    last = two_each(frames["deliveries"]).iloc[1]
    ws = make_workspace(tmp_path, frames, skip={last["delivery_id"]})
    before = open_publication(ws, CYCLE)
    told = before.table("category", area_id="*").notes
    assert any(f"Uppgifter från Bostadsbolaget saknas för {CYCLE}" in n for n in told)
    assert "missing" in set(before.table("category").frame["n_observations_status"])
    commit(ws, frames["incidents"], last.to_dict())
    # as in a batch during which something changed: said so, and not made half
    with lock(ws), pytest.raises(LockError, match="har ändrats"):
        open_publication(ws, CYCLE)
    after = open_publication(ws, CYCLE)
    assert after.meta["sequence_number"] == before.meta["sequence_number"] + 1
    assert not any("saknas" in n for n in after.table("category").notes)


def test_a_quarter_closed_without_a_source_says_so_for_ever(tmp_path, town):
    frames = town(n_areas=3, n_quarters=6)
    late = two_each(frames["deliveries"]).iloc[1]
    ws = make_workspace(tmp_path, frames, skip={late["delivery_id"]})
    close_cycle(ws, Period(CYCLE), without=("bostadsbolaget",), today=date(2026, 8, 1))
    commit(ws, frames["incidents"], late.to_dict())
    notes = open_publication(ws, CYCLE, "offentlig").table("area_id").notes
    assert any(
        f"Uppgifter från Bostadsbolaget var inte inne när {CYCLE} stängdes" in note
        for note in notes
    )


def test_a_half_written_publication_is_never_read(made):
    ws, publications, _ = made
    cells = ws.lager / "publikationer" / CYCLE / "radet" / "celler.parquet"
    whole = cells.read_bytes()
    cells.write_bytes(whole[:-100])
    assert same(open_publication(ws, CYCLE, "radet"), publications["radet"])
    assert cells.read_bytes() == whole


def test_same_input_same_bytes_in_an_owner_only_folder(made, tmp_path, town):
    ws, _, frames = made
    other = make_workspace(tmp_path, frames)
    write_statistics(other, STATISTICS)
    make_publications(other, CYCLE)
    for audience in AUDIENCES:
        one, two = (w.lager / "publikationer" / CYCLE / audience for w in (ws, other))
        assert (one / "celler.parquet").read_bytes() == (
            two / "celler.parquet"
        ).read_bytes()
        told = [
            json.loads((f / "publikation.json").read_text("utf-8")) for f in (one, two)
        ]
        for meta in told:
            meta["meta"].pop("made_from")  # the register's file names its own clock
        assert told[0] == told[1]
        assert one.stat().st_mode & 0o077 == 0


def test_a_failed_audit_writes_nothing(tmp_path, town, monkeypatch):
    ws = make_workspace(tmp_path, town(n_areas=3, n_quarters=2))

    def fail(*args, **kwargs):
        raise ProtectError("Dolda celler kan räknas ut.")

    monkeypatch.setattr(protecting, "audit_publications", fail)
    with pytest.raises(ProtectError):
        make_publications(ws, "2025-K2")
    assert not list((ws.lager / "publikationer").glob("**/*"))
    with pytest.raises(ProtectError):  # and a failure is not remembered as a proof
        make_publications(ws, "2025-K2")


def test_unknown_audience_and_a_year_are_refused(made):
    ws, _, _ = made
    with pytest.raises(UsageError, match="intern, radet, offentlig"):
        open_publication(ws, CYCLE, "press")
    with pytest.raises(UsageError, match="kvartal"):
        make_publications(ws, "2026")

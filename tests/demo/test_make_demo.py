"""The workspace that ``make_demo`` writes: same seed, same bytes."""

import hashlib
import json
import shutil
import sqlite3
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from lagesbild.demo import make_demo
from lagesbild.demo.deliveries import make_deliveries
from lagesbild.errors import UsageError
from lagesbild.geocode.alias_file import read_aliases
from lagesbild.period import Period
from lagesbild.read import reference
from lagesbild.workspace import open_workspace


def _bytes(folder):
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(
            file.read_bytes()
        ).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _facit(folder):
    return pd.read_csv(
        folder / "facit" / "facit.csv", sep=";", dtype="str", keep_default_na=False
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A demo of two quarters; copy it, never change it."""
    folder = tmp_path_factory.mktemp("liten") / "exempelkommun"
    return make_demo(folder, scale=0.07, n_quarters=2)


# --- same seed, same bytes ------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_times(tiny, tmp_path):
    again = make_demo(tmp_path / "annan_mapp", scale=0.07, n_quarters=2)
    assert _bytes(again) == _bytes(tiny)
    times = [
        {file.name: file.stat().st_mtime for file in (folder / "inkommande").iterdir()}
        for folder in (again, tiny)
    ]
    assert times[0] == times[1]


def test_another_seed_gives_other_deliveries_in_the_same_municipality(tiny, tmp_path):
    other = _bytes(make_demo(tmp_path / "x", seed=7, scale=0.07, n_quarters=2))
    here = _bytes(tiny)
    same = {name for name in here if here[name] == other.get(name)}
    assert not [name for name in same if name.startswith("inkommande")]
    assert {name for name in here if name.startswith("referens")} <= same


def test_no_map_layer_holds_the_time_it_was_made(tiny):
    layers = list((tiny / "referens").glob("*.gpkg"))
    assert len(layers) == 3
    for layer in layers:
        with sqlite3.connect(layer) as base:
            (told,) = base.execute("SELECT last_change FROM gpkg_contents").fetchone()
        base.close()
        assert told.startswith("2026-10-01")


def test_a_shorter_demo_has_the_last_files_of_a_longer_one(tiny, tmp_path):
    short = make_demo(tmp_path / "x", scale=0.07, n_quarters=1) / "inkommande"
    names = {file.name for file in short.iterdir()}
    assert len(names) == 5  # one a source, and one corrected
    assert all("2026-K3" in name for name in names)
    for name in names:
        long = (tiny / "inkommande" / name).read_bytes()
        assert (short / name).read_bytes() == long


@pytest.mark.parametrize("n_quarters", [1, 2, 5])
def test_the_last_quarters_have_four_sources_each(n_quarters):
    names = [d.file_name for d in make_deliveries(n_quarters, seed=1, scale=0.02)]
    assert len(set(names)) == len(names)
    quarters = [quarter.label for quarter in Period("2026-K3").back(n_quarters)]
    sources = ("polisen", "felanmalningar", "storningar", "anlagda_brander")
    wanted = {f"{source}_{quarter}" for source in sources for quarter in quarters}
    assert {name.split(".")[0].removesuffix("_rattad") for name in names} == wanted


def test_a_demo_in_which_nothing_happens_still_has_its_files():
    files = list(make_deliveries(2, seed=1, scale=1e-6))
    assert [len(delivery.table) for delivery in files] == [0] * 8
    assert all(len(delivery.table.columns) > 4 for delivery in files)


def test_files_came_after_their_quarter_was_over(tiny):
    for file in (tiny / "inkommande").iterdir():
        zone = ZoneInfo("Europe/Stockholm")
        came = datetime.fromtimestamp(file.stat().st_mtime, zone).date()
        quarter = Period(file.stem.removesuffix("_rattad").split("_")[-1])
        days = (came - quarter.end).days
        assert days == (33 if file.stem.endswith("_rattad") else 12)


# --- the folder -----------------------------------------------------------------------


def test_it_is_a_workspace_that_says_it_is_invented(tiny):
    ws = open_workspace(tiny)
    assert ws.settings.municipality.is_invented
    assert ws.settings.contact.email.endswith("@exempelkommun.example")
    for source in ws.settings.sources.values():
        told = source.governance
        words = (told.purpose, told.legal_basis, told.controller, told.decision_number)
        assert all("påhitta" in text.casefold() for text in words)
        assert told.impact_assessment_on < date(2021, 1, 1)
    assert {f.name for f in ws.reference.iterdir()} == {
        "omraden.gpkg",
        "deso.gpkg",
        "baskarta.gpkg",
        "adresser.csv",
        "befolkning.csv",
        "platser.csv",
    }
    assert {f.name for f in ws.registers.iterdir()} == {
        "analys.csv",
        "arshjul.xlsx",
        "atgarder.xlsx",
        "beslut.csv",
        "bevis",  # the files that lagkrav points at
        "dagordning.xlsx",
        "dialoger.xlsx",
        "grupper.xlsx",
        "lagkrav.xlsx",
        "loften.xlsx",
        "platser_alias.csv",
    }
    assert read_aliases(ws.registers / "platser_alias.csv").empty
    assert not any(ws.lager.iterdir())


def test_the_municipality_is_as_big_as_it_should_be(tiny):
    ws = open_workspace(tiny)
    areas, people = reference.load_areas(ws), reference.load_population(ws)
    assert len(areas) == 28
    assert areas["district"].nunique() == 5
    assert (areas["kind"].isin(["centrum", "industri", "handel"])).sum() >= 3
    by_year = people.groupby("year")["n_inhabitants"].sum()
    assert by_year[2026] == 40_000
    assert list(by_year.index) == list(range(2020, 2027))
    now = people[people["year"] == 2026].set_index("area_id")["n_inhabitants"]
    assert (now < 500).sum() >= 3
    assert 8_500 <= len(reference.load_addresses(ws)) <= 9_500
    assert len(reference.load_places(ws)) > 30
    assert set(reference.load_base_map(ws)["kind"]) == {"water", "road"}
    assert len(reference.load_deso(ws)) >= 20


def test_about_46_000_reports_in_23_quarters():
    from lagesbild.demo import events

    quarters = Period("2026-K3").back(23)
    some = quarters[::4]  # the whole takes seconds
    drawn = [events.draw_quarter(quarter, seed=2026, scale=1.0) for quarter in some]
    mean = sum(len(f) for told in drawn for f in told.values()) / len(some)
    assert 44_000 <= mean * len(quarters) <= 48_000


# --- made again -----------------------------------------------------------------------


def test_made_again_it_is_as_new_and_leaves_what_was_ingested(tiny, tmp_path):
    folder = tmp_path / "exempelkommun"
    shutil.copytree(tiny, folder)
    (folder / "inkommande" / "polisen_2026-K3.csv").unlink()  # as ingest does
    (folder / "kommun.toml").write_text("trasig", encoding="utf-8")
    kept = ["lager/tabeller/x.txt", "register/plan.csv", "inkommande/egen_fil.csv"]
    kept.append("register/platser_alias.csv")
    for name in kept:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mitt", encoding="utf-8")
    make_demo(folder, scale=0.07, n_quarters=2)
    made, new = _bytes(folder), _bytes(tiny)
    assert [f for f in made | new if f not in kept and made.get(f) != new.get(f)] == []
    assert all((folder / name).read_text("utf-8") == "mitt" for name in kept)


def test_files_of_an_earlier_choice_do_not_stay_in_the_inbox(tiny, tmp_path):
    folder = tmp_path / "exempelkommun"
    shutil.copytree(tiny, folder)
    make_demo(folder, scale=0.07, n_quarters=1)
    names = {file.name for file in (folder / "inkommande").iterdir()}
    assert names == set(_facit(folder)["fil"])
    assert all("2026-K3" in name for name in names)


def test_other_choices_are_refused_once_something_is_ingested(tiny, tmp_path):
    folder = tmp_path / "exempelkommun"
    shutil.copytree(tiny, folder)
    (folder / "lager" / "tabeller").mkdir()
    before = _bytes(folder)
    with pytest.raises(UsageError, match=r"andra val.*--quarters 2"):
        make_demo(folder, scale=0.07, n_quarters=1)
    assert _bytes(folder) == before


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "kommun.toml").write_text("[municipality]", encoding="utf-8")
    with pytest.raises(UsageError, match="inte tom"):
        make_demo(tmp_path, scale=0.07, n_quarters=1)
    assert [file.name for file in tmp_path.iterdir()] == ["kommun.toml"]


@pytest.mark.parametrize(
    "choice", [{"n_quarters": 0}, {"n_quarters": 24}, {"scale": 0}, {"seed": -1}]
)
def test_impossible_choices_are_refused(choice, tmp_path):
    with pytest.raises(UsageError):
        make_demo(tmp_path / "x", **choice)
    assert not (tmp_path / "x").exists()


# --- the truth ------------------------------------------------------------------------


def test_the_planted_truths_name_areas_and_quarters(tiny):
    told = json.loads((tiny / "facit" / "planterat.json").read_text("utf-8"))
    areas = set(reference.load_areas(open_workspace(tiny))["area_id"])
    assert told["kvartal"] == ["2026-K2", "2026-K3"]
    assert told["val"] == {"seed": 2026, "scale": 0.07, "quarters": 2}
    assert set(told["inbrottsvag"]["faktor"]) <= areas
    assert told["ny_hotspot"]["omrade_id"] in areas
    assert told["ny_hotspot"]["antal_adresser"] >= 5
    worked, did_not = told["atgard_som_verkade"], told["atgard_utan_verkan"]
    assert worked["faktor"] < 0.7 and did_not["faktor"] == 1
    assert {worked["omrade_id"], *worked["jamfor_med"]} <= areas
    assert len(told["lugna_serier"]) >= 5


def test_the_truth_has_one_row_for_each_row_of_each_file(tiny):
    from lagesbild.read.delivery import read_delivery

    ws, facit = open_workspace(tiny), _facit(tiny)
    n_rows = facit.groupby("fil").size()
    assert set(n_rows.index) == {file.name for file in ws.inbox.iterdir()}
    for name, rows in facit.groupby("fil"):
        source = ws.settings.sources[rows["kalla"].iloc[0]]
        delivered = read_delivery(ws.inbox / name, source)
        assert len(delivered.frame) == n_rows[name]
        assert rows["rad"].astype(int).tolist() == delivered.frame.index.tolist()
        shown = delivered.layout.columns.get("source_key")
        if shown:
            assert delivered.frame[shown].tolist() == rows["nyckel"].tolist()


def test_every_planted_personal_datum_stands_where_the_truth_says(tiny):
    from lagesbild.read.delivery import read_delivery

    ws = open_workspace(tiny)
    told = pd.read_csv(tiny / "facit" / "personuppgifter.csv", sep=";", dtype="str")
    assert len(told) > 20
    source_of = _facit(tiny).drop_duplicates("fil").set_index("fil")["kalla"]
    for name, rows in told.groupby("fil"):
        source = ws.settings.sources[source_of[name]]
        frame = read_delivery(ws.inbox / name, source).frame
        for row, column, datum in zip(
            rows["rad"], rows["kolumn"], rows["uppgift"], strict=True
        ):
            held = " ".join(frame.loc[int(row), column].split())
            assert " ".join(datum.split()) in held

"""What is planted in the deliveries: every kind of dirt, fault and fate is there."""

import numpy as np
import pandas as pd
import pytest

from lagesbild import offences
from lagesbild.contracts import PROTECTED_CLASSES
from lagesbild.demo import books, dirt, events, personal, rates
from lagesbild.demo.deliveries import make_deliveries
from lagesbild.demo.shapes import SHAPES
from lagesbild.period import Period

# the last quarter in the police's form A and the first in form B; both corrected or not
_FORM_A, _FORM_B = Period("2025-K2"), Period("2026-K2")


@pytest.fixture(scope="module")
def two_quarters():
    """Source → its books of two quarters, in full size."""
    made = [books.make_books(q, seed=2026, scale=1.0) for q in (_FORM_A, _FORM_B)]
    return {
        source: pd.concat([one[source] for one in made], ignore_index=True)
        for source in made[0]
    }


@pytest.fixture(scope="module")
def all_rows(two_quarters):
    return pd.concat(two_quarters, names=["source"]).reset_index("source")


@pytest.fixture(scope="module")
def files():
    """File name → delivery, of the last six quarters, small."""
    made = make_deliveries(6, seed=2026, scale=0.2)
    return {delivery.file_name: delivery for delivery in made}


def test_every_kind_of_written_place_is_there(all_rows):
    kinds = set(all_rows["dirt"])
    assert kinds == {*dirt.SHARES, "fel_ort", ""}
    assert 0.5 < (all_rows["dirt"] == "").mean() < 0.8


def test_most_rows_tell_their_area_and_some_do_not(all_rows):
    open_rows = all_rows[~all_rows["category"].isin(events.PROTECTED)]
    assert 0.90 < books.can_be_placed(open_rows).mean() < 0.98


def test_every_fault_and_every_wrong_point_is_there(all_rows):
    faults = {fault for shares in books._FAULTS.values() for fault in shares}
    assert faults <= set(all_rows["fault"])
    assert {"saknas", "noll", "mitt", "ombytt", ""} <= set(all_rows["point"])
    assert (all_rows["fault"] != "").mean() < 0.02


def test_a_row_has_one_fate_at_most_and_each_fate_is_there(all_rows):
    fates = [c for c in all_rows if c.startswith("is_") and c != "is_placeable"]
    assert all_rows[fates].sum(axis="columns").max() == 1
    assert all_rows[fates].any().all()


def test_a_corrected_file_loses_less_than_a_fifth(two_quarters):
    for book in two_quarters.values():
        gone = book["is_withdrawn"] | book["is_rewritten"]
        assert gone.mean() < 0.1


def test_every_protected_class_happens_and_is_known_by_its_code(two_quarters):
    police = two_quarters["polisen"]
    told = offences.classify_codes(police["code"])
    assert (told["category"].to_numpy() == police["category"]).all()
    assert set(told["protected_class"].dropna()) == set(PROTECTED_CLASSES)
    is_protected = police["category"].isin(events.PROTECTED)
    assert (told["protected_class"].notna().to_numpy() == is_protected).all()
    assert is_protected.mean() < 0.06


def test_an_event_told_by_two_is_told_near_in_place_and_time(all_rows):
    n_sources = all_rows.groupby("event")["source"].nunique()
    assert (n_sources == 2).sum() > 50
    shared = all_rows[all_rows["event"].isin(n_sources.index[n_sources > 1])]
    spread = shared.groupby("event").agg(
        e=("e", np.ptp),
        n=("n", np.ptp),
        first=("occurred_to", "min"),
        last=("occurred_to", "max"),
        n_areas=("area", "nunique"),
    )
    assert np.hypot(spread["e"], spread["n"]).max() <= 75
    assert (spread["last"] - spread["first"]).max() <= pd.Timedelta(hours=10)
    assert (spread["n_areas"] == 1).all()


# --- the senders' files ---------------------------------------------------------------


def test_the_police_send_form_a_as_excel_makes_it(files):
    table = files["polisen_2025-K2.xlsx"].table
    assert list(table.columns) == [
        "Inskrivningsdatum",
        "Närpo",
        "Basområde",
        "Gata",
        "Brottskod",
        "Antal",
        "BrottsdagStart",
        "BrottsdagSlut",
        "BrottsTidStart",
        "BrottsTidSlut",
    ]
    assert table["Inskrivningsdatum"].str.fullmatch(r"\d{1,2}/\d{1,2}/\d\d").all()
    assert (table["Brottskod"] < 1000).any()  # a number, its zeros lost
    assert (table["BrottsTidSlut"] < 1000).any()
    assert (table["Antal"] > 1).any()


def test_the_police_send_form_b_with_keys_and_points(files):
    plain, by_hand = (files[f"polisen_2026-K{n}.csv"].table for n in (1, 2))
    headings = (
        "ID BROTTSKOD LATITUDE LONGITUDE GATA GATUNR KOMMUN BROTTSDATUMTID_START "
        "BROTTSDATUMTID_SLUT"
    )
    assert list(plain.columns) == headings.split()
    assert plain["BROTTSKOD"].str.len().eq(4).all()
    assert by_hand["BROTTSKOD"].str.len().min() < 4
    assert plain["LATITUDE"].str.contains(".", regex=False).any()
    assert by_hand["LATITUDE"].str.contains(",").any()
    assert plain["KOMMUN"].nunique() == 2


def test_the_others_send_their_own_shapes(files):
    shapes = {name: delivery.shape for name, delivery in files.items()}
    assert shapes["felanmalningar_2026-K3.csv"].encoding == "utf-8"
    assert shapes["anlagda_brander_2026-K3.csv"].encoding == "cp1252"
    housing = files["storningar_2026-K3.xlsx"]
    assert housing.title == (
        "Exempelbostäder AB",
        "Störningsärenden juli–september 2026",
        "",
    )
    fires = files["anlagda_brander_2026-K3.csv"].table
    assert not [name for name in fires.columns if "nummer" in name.lower()]
    reports = files["felanmalningar_2026-K3.csv"].table
    assert reports["E"].str.fullmatch(r"(?:\d{5,7},\d|0,0)?").all()


def test_late_rows_come_in_the_next_quarters_file(files):
    truth = files["felanmalningar_2026-K2.csv"].truth
    late = truth[truth["sen"]]
    assert len(late) and late["nyckel"].str.startswith("F26K1-").all()
    first = files["felanmalningar_2026-K1.csv"].truth
    assert not set(late["nyckel"]) & set(first["nyckel"])


def test_an_identical_row_comes_after_and_an_unfinished_one_before(files):
    told = 0
    for delivery in files.values():
        truth = delivery.truth
        for kind, is_later in (("dubblett", True), ("dubblett_nyckel", False)):
            for _, row in truth[truth["avvisas"] == kind].iterrows():
                kept = truth["nyckel"].eq(row["nyckel"]) & (truth["avvisas"] == "")
                (other,) = truth.loc[kept, "rad"]
                assert (row["rad"] > other) == is_later
                told += 1
    assert told > 5


def test_a_corrected_file_is_the_first_with_some_changes(files):
    first, again = (
        files[f"polisen_2026-K2{mark}.csv"].truth.query("avvisas == ''")
        for mark in ("", "_rattad")
    )
    gone = set(first["nyckel"]) - set(again["nyckel"])
    assert gone == set(first.loc[first["aterkallas"], "nyckel"])
    new = set(again["nyckel"]) - set(first["nyckel"])
    assert new == set(again.loc[again["tillkommer"], "nyckel"])
    assert len(gone) and len(new)


# --- truths ---------------------------------------------------------------------------


def test_the_wave_is_planted_where_and_when_it_says():
    facts = rates.geography.area_facts()["namn"]
    by_quarter = {
        label: rates.expected_reports(rates.POLICE, Period(label))["bostadsinbrott"]
        for label in ("2025-K3", "2026-K3")
    }
    ratio = (by_quarter["2026-K3"] / by_quarter["2025-K3"]).set_axis(facts)
    for name in facts:
        wanted = rates.WAVE[name][-1] if name in rates.WAVE else 1
        assert ratio[name] == pytest.approx(wanted)


def test_the_action_that_worked_lowers_only_its_own_area():
    before, after = (
        rates.expected_reports(rates.POLICE, Period(label))["cykelstold"]
        for label in ("2025-K1", "2026-K1")
    )
    ratio = (after / before).set_axis(rates.geography.area_facts()["namn"])
    assert ratio.pop(rates.WORKED["area"]) == pytest.approx(rates.WORKED["factor"])
    assert ratio.to_numpy() == pytest.approx(1)


def test_the_hot_spot_grows_beside_the_usual():
    near = set(events.hot_spot_addresses().index)
    told = [
        events.draw_quarter(Period(label), seed=2026, scale=1.0)["polisen"]
        for label in ("2025-K1", "2025-K2", "2026-K2", "2026-K3")
    ]
    damage = [t[t["category"].isin(["skadegorelse", "klotter"])] for t in told]
    here = [int(d["address"].isin(near).sum()) for d in damage]
    assert min(here[2:]) > max(here[:2])


def test_counts_vary_more_than_chance():
    quarters = Period("2025-K3").back(6)
    n = [
        events.draw_quarter(q, seed=3, scale=1.0)["kommunen_fel"]
        .groupby(["category", "area"])
        .size()
        for q in quarters
    ]
    table = pd.concat(n, axis="columns").fillna(0)
    busy = table[table.mean(axis="columns") > 8]
    assert (busy.var(axis="columns") / busy.mean(axis="columns")).mean() > 1.3


def test_lighting_fails_in_winter_and_bicycles_go_in_summer():
    light, bicycles = (
        [rates.season_of_days(t, Period(f"2025-K{n}")).mean() for n in (1, 2, 3, 4)]
        for t in (rates.MUNICIPALITY["trasig_belysning"], rates.POLICE["cykelstold"])
    )
    assert light[3] > 1.3 > 0.7 > light[1]
    assert bicycles[2] > 1.2 > 0.8 > bicycles[0]


# --- people who do not exist ----------------------------------------------------------


def test_personal_data_is_of_the_kinds_kept_for_fiction_and_tests():
    drawn = personal.draw_personal(400, np.random.default_rng(1))
    data = drawn["datum"]
    emails = data[data.str.contains("@")]
    assert len(emails) and emails.str.endswith("@post.example").all()
    digits = data.str.replace(r"\D", "", regex=True)
    numbers = digits[digits.str.len().isin([10, 12]) & ~data.str.contains("70.?174")]
    # Skatteverket's numbers for tests: the birth numbers 980–989
    assert len(numbers) and numbers.str[-4:-1].astype(int).between(980, 989).all()
    phones = data[data.str.contains("70.?174")].str.replace(r"\D", "", regex=True)
    # PTS' series for books and film: 070-174 06 05 … 06 99
    assert len(phones)
    assert phones.str[-9:].astype(int).between(701_740_605, 701_740_699).all()
    assert len(data) > len(emails) + len(numbers) + len(phones)


def test_each_datum_stands_in_its_phrase():
    drawn = personal.draw_personal(50, np.random.default_rng(2))
    for phrase, datum in zip(drawn["phrase"], drawn["datum"], strict=True):
        assert phrase.startswith(" ") and phrase.endswith(datum)


def test_every_shape_says_where_its_personal_data_stands(files):
    for delivery in files.values():
        assert set(delivery.personal["kolumn"]) <= set(delivery.table.columns)
    assert set(SHAPES) == {
        books.form_of(source, quarter)
        for source in events.SOURCES
        for quarter in (_FORM_A, _FORM_B)
    }

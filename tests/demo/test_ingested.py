"""The demo taken in the whole way, held against its truth."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from lagesbild import store
from lagesbild.ingest import ingest_files
from lagesbild.workspace import open_workspace

pytestmark = pytest.mark.demo


def _answers(folder, name):
    file = folder / "facit" / name
    return pd.read_csv(file, sep=";", dtype="str", keep_default_na=False)


def _by_row(frame, deliveries):
    """Rows of the store under the file and row number of the truth."""
    names = deliveries.set_index("delivery_id")["file_name"]
    return frame.assign(
        fil=frame["delivery_id"].map(names), rad=frame["row_number"].astype("str")
    )


@pytest.fixture(scope="module")
def facit(small_demo):
    return _answers(small_demo, "facit.csv")


@pytest.fixture(scope="module")
def known(ingested_demo, facit):
    """Reports in force with their truth beside them."""
    incidents = _by_row(
        store.load_incidents(ingested_demo), store.load_deliveries(ingested_demo)
    )
    both = incidents.merge(facit, on=["fil", "rad"], suffixes=("", "_sann"))
    assert len(both) == len(incidents)
    return both


# --- nothing vanishes -----------------------------------------------------------------


def test_every_row_of_every_file_is_accounted_for(ingested_demo, facit):
    deliveries = store.load_deliveries(ingested_demo).set_index("file_name")
    parts = deliveries[["rows_stored", "rows_unchanged", "rows_quarantined"]]
    assert (parts.sum(axis="columns") == deliveries["rows_in"]).all()
    assert deliveries["rows_in"].to_dict() == facit.groupby("fil").size().to_dict()
    assert store.verify_store(ingested_demo) == []


def test_the_same_files_again_store_nothing(small_demo, ingested_demo):
    before = len(store.load_incidents(ingested_demo))
    told = ingest_files(ingested_demo, list((small_demo / "inkommande").iterdir()))
    assert len(told) == len(store.load_deliveries(ingested_demo))
    assert {row["status"] for row in told} == {"redan inläst"}
    assert {row["rows_stored"] for row in told} == {0}
    assert len(store.load_incidents(ingested_demo)) == before


def test_the_rows_that_should_be_rejected_are_and_no_others(ingested_demo, facit):
    quarantine = _by_row(
        store.load_quarantine(ingested_demo), store.load_deliveries(ingested_demo)
    )
    found = quarantine.set_index(["fil", "rad"])["reason_code"].to_dict()
    planted = facit[facit["avvisas"] != ""].set_index(["fil", "rad"])["avvisas"]
    assert found == planted.to_dict()
    assert {"dubblett", "dubblett_nyckel"} <= set(planted)


def test_what_a_corrected_file_leaves_out_is_withdrawn(ingested_demo, facit):
    deliveries = store.load_deliveries(ingested_demo)
    n_withdrawn = deliveries.set_index("file_name")["rows_withdrawn"]
    shows_key = n_withdrawn.index.str.match("(?:polisen.*csv|felan|storningar)")
    left_out = facit[facit["aterkallas"] == "ja"].groupby("fil").size()
    for first, number in left_out.items():
        again = first.replace(".", "_rattad.")
        assert n_withdrawn[again] >= number
        if shows_key[n_withdrawn.index.get_loc(again)]:
            assert n_withdrawn[again] == number
    gone = facit[facit["aterkallas"] == "ja"]
    in_force = set(store.load_incidents(ingested_demo)["source_key"])
    assert len(gone) and not in_force & set(gone["nyckel"])


# --- where and what -------------------------------------------------------------------


def test_almost_all_that_can_be_placed_is_and_nothing_wrongly(known):
    placed = known[known["area_id"].notna()]
    assert (placed["area_id"] != placed["omrade_id"]).sum() == 0
    can = known[known["kan_placeras"] == "ja"]
    assert can["area_id"].notna().mean() > 0.97
    assert known["area_id"].isna().any()  # some cannot, and stay without


def test_categories_are_the_true_ones(known):
    assert (known["category"] == known["kategori"]).all()


def test_no_protected_report_has_a_place_a_time_or_company(known):
    protected = known[known["skyddad"] == "ja"]
    assert len(protected) > 5
    assert protected["protected_class"].notna().all()
    assert known.loc[known["skyddad"] == "", "protected_class"].isna().all()
    where = ["area_id", "easting_m", "place_text", "place_locality", "given_easting_m"]
    assert protected[where].isna().all(axis=None)
    assert not protected["has_time"].any()
    told = known["event_id"].value_counts()
    assert protected["event_id"].map(told).eq(1).all()


def test_events_told_by_two_are_found_and_few_others(known):
    def pairs(frame, event):
        both = frame.merge(frame, on=event, suffixes=("_a", "_b"))
        both = both[both["source_a"] < both["source_b"]]
        return set(zip(both["incident_id_a"], both["incident_id_b"], strict=True))

    placed = known[known["easting_m"].notna()]
    columns = ["incident_id", "source"]
    found = pairs(known[[*columns, "event_id"]], "event_id")
    true = pairs(placed[[*columns, "handelse"]], "handelse")
    assert len(true) >= 20
    assert len(found & true) / len(found) >= 0.95
    assert len(found & true) / len(true) >= 0.95


# --- personal data --------------------------------------------------------------------


def test_no_planted_personal_datum_is_anywhere_in_lager(small_demo, ingested_demo):
    planted = set(_answers(small_demo, "personuppgifter.csv")["uppgift"])
    assert len(planted) > 100
    texts = []
    for file in ingested_demo.lager.rglob("*"):
        if file.is_file():
            texts.append(file.name)
            texts.append(file.read_bytes().decode("utf-8", errors="replace"))
        if file.suffix == ".parquet":
            texts.append(pq.read_table(file).to_pandas().to_csv())
    held = "\n".join(texts)
    assert "polisen" in held
    assert not [datum for datum in planted if datum in held]


def test_raw_files_lie_outside_lager_for_their_owner_only(ingested_demo):
    archive = open_workspace(ingested_demo.root).archive
    assert ingested_demo.lager not in archive.parents
    assert len(list(archive.glob("*.json"))) == len(
        store.load_deliveries(ingested_demo)
    )
    assert not any(ingested_demo.inbox.iterdir())

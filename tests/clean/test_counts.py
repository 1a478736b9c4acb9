"""Ready-made counts: area × category × period, each row kept or rejected."""

from datetime import date

import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.clean.counts import clean_counts
from lagesbild.read.delivery import BROKEN, Delivered
from lagesbild.workspace import Layout, Municipality, Source

NYBY = Municipality(code="9999", name="Nyby", county="Nyby län")
AREAS = pd.DataFrame({"area_id": ["A1", "A2"], "name": ["Åsen", "Hamnen"]})
COLUMNS = {
    "area_name": "Område",
    "category": "Brottstyp",
    "period": "Period",
    "n_offences": "Antal",
}
ROW = {
    "Område": "Åsen",
    "Brottstyp": "Bostadsinbrott",
    "Period": "2026-K3",
    "Antal": "4",
}


def _clean(*rows, columns=COLUMNS, types=None, name="antal_2026-K3.csv"):
    layout = Layout(files="*", format="csv", columns=columns)
    source = Source(
        name="P", organisation="P", kind="counts", layouts=[layout], types=types or {}
    )
    index = pd.RangeIndex(1, len(rows) + 1, name="row_number")
    frame = pd.DataFrame(list(rows), columns=list(columns.values()), index=index)
    return clean_counts(
        Delivered(frame.assign(**{BROKEN: None}).astype("str"), "*", layout, (), name),
        source_name="antal",
        source=source,
        municipality=NYBY,
        delivery_id="d" * 16,
        areas=AREAS,
    )


def test_a_whole_row():
    cleaned = _clean(ROW, {**ROW, "Område": "utan område", "Antal": "0"})
    assert list(cleaned.rows.columns) == contracts.columns("ready_counts")
    assert cleaned.rows["area_id"].fillna("").tolist() == ["A1", ""]
    assert cleaned.rows["category"].tolist() == ["bostadsinbrott"] * 2
    assert cleaned.rows["n_offences"].tolist() == [4, 0]
    assert cleaned.period_start == date(2026, 7, 1)
    assert cleaned.period_end == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"Område": "Totalt"}, "okant_omrade", "Område"),
        ({"Brottstyp": "Brott"}, "okand_typ", "Brottstyp"),
        ({"Brottstyp": None}, "okand_typ", "Brottstyp"),
        ({"Period": "i år"}, "ogiltig_period", "Period"),
        ({"Antal": ".."}, "ogiltigt_antal", "Antal"),
        ({"Antal": "-1"}, "ogiltigt_antal", "Antal"),
        ({"Antal": None}, "ogiltigt_antal", "Antal"),
    ],
)
def test_rejected(change, reason, column):
    cleaned = _clean({**ROW, **change}, ROW)
    assert cleaned.rows["row_number"].tolist() == [2]
    told = cleaned.quarantine.iloc[0]
    assert (told["row_number"], told["reason_code"]) == (1, reason)
    assert told["column"] == column


@pytest.mark.parametrize(
    ("told", "category"),
    [("rån", "ran"), ("ran", "ran"), ("Lägenhet", "bostadsinbrott")],
)
def test_category_by_name_leaf_or_the_senders_own_word(told, category):
    cleaned = _clean({**ROW, "Brottstyp": told}, types={"lägenhet": "bostadsinbrott"})
    assert cleaned.rows["category"].tolist() == [category]


def test_by_code_and_deso_with_period_from_the_file_name():
    columns = {"deso_code": "Deso", "offence_code": "Kod", "n_offences": "Antal"}
    rows = [{"Deso": "9999A0010", "Kod": code, "Antal": "3"} for code in ("821", "412")]
    cleaned = _clean(*rows, {**rows[0], "Kod": "3853"}, columns=columns)
    assert cleaned.rows["category"].tolist() == ["ovrigt_inbrott", "nara_relation"]
    assert cleaned.rows["deso_code"].fillna("").tolist() == ["9999A0010", ""]
    assert cleaned.rows["period"].tolist() == ["2026-K3"] * 2
    assert cleaned.quarantine["row_number"].tolist() == [3]


def test_protected_class_has_no_area():
    rows = _clean({**ROW, "Brottstyp": "Sexualbrott"}).rows
    assert rows["area_id"].isna().all()
    assert rows["protected_class"].tolist() == ["sexualbrott"]


def test_repeated_cell():
    cleaned = _clean(ROW, ROW, {**ROW, "Område": "A2"}, {**ROW, "Område": "Hamnen "})
    assert cleaned.rows["row_number"].tolist() == [1, 3]
    changed = _clean(ROW, {**ROW, "Antal": "5"})
    assert changed.rows["n_offences"].tolist() == [5]
    assert changed.quarantine["reason_code"].tolist() == ["dubblett_nyckel"]


def test_delivery_without_rows():
    cleaned = _clean()
    assert len(cleaned.rows) == 0 and cleaned.period_start == date(2026, 7, 1)

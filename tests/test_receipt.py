"""What goes back to the sender: counts, columns, reasons, and nothing that was sent."""

import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.ingest import ingest_files
from lagesbild.receipt import receipt_file, write_missing_receipts, write_receipt
from lagesbild.store import load_deliveries, load_quarantine
from tests.tiny_town import make_tiny_town, police, write_police


@pytest.fixture
def ws(tmp_path):
    return make_tiny_town(tmp_path / "w")


def _ingest(ws, *rows):
    write_police(ws.inbox, *rows)
    ingest_files(ws)
    delivery = load_deliveries(ws).iloc[0]
    file = receipt_file(ws, delivery)
    return delivery, file.read_text("utf-8"), file.with_suffix(".csv")


def test_a_receipt_says_what_became_of_each_row(ws):
    rows = (
        police("K1", place="Kvarngatan 1 070-123 45 67"),
        police("K2", number="hemligt"),
        police("K2", number="hemligt"),
        police("K4", day="2026-02-30"),
    )
    _, text, table = _ingest(ws, *rows)
    for line in (
        "Kvittens för polisen_2026-K1.csv",
        "Källa: Anmälda brott",
        "Gäller: 2026-01-01 till 2026-03-31",
        "Rader i filen: 4",
        "Sparade (nya eller ändrade): 1",
        "Avvisade (i karantän): 3",
        "Kolumner som inte behövs och inte sparades: Fritext",
        "Personuppgifter som maskerades: telefon 1",
        "2 rader – Antal: antalet brott saknas eller är inte ett helt tal från 1",
        "1 rad – Inskriven: datumet finns inte",
        "rad 4, Inskriven: datumet finns inte",
    ):
        assert line in text.splitlines()
    assert "Noterat: Teckenkodning" in text
    told = pd.read_csv(table)
    assert list(told.columns) == ["rad", "kolumn", "orsak"]
    assert told["rad"].tolist() == [2, 3, 4]


def test_a_receipt_is_safe_to_mail(ws):
    rows = (
        police("K1", place="Storgatan 99 hos Påhittad Person"),
        police("K99-123", number="hemligt"),
        police("K3", day="hemligt"),
    )
    _, text, table = _ingest(ws, *rows)
    both = text + table.read_text("utf-8")
    for word in ("hemligt", "Storgatan", "Påhittad", "K99", "fri text", "1203"):
        assert word not in both


def test_no_rejected_rows_is_said(ws):
    _, text, table = _ingest(ws, police("K1"))
    assert "Inga rader avvisades." in text
    assert pd.read_csv(table).empty


def test_many_rejected_rows_are_all_in_the_table(ws):
    rows = [police(f"K{i}", number="x") for i in range(60)]
    _, text, table = _ingest(ws, *rows)
    assert "rad 50, Antal" in text and "rad 51, Antal" not in text
    assert f"alla 60 rader står i {table.name}" in text
    assert len(pd.read_csv(table)) == 60


def test_a_receipt_that_an_interrupted_ingest_did_not_write_is_written(ws):
    delivery, text, table = _ingest(ws, police("K1"), police("K2", number="x"))
    receipt_file(ws, delivery).unlink()
    table.unlink()
    write_missing_receipts(ws, load_deliveries(ws), lambda: load_quarantine(ws))
    again = receipt_file(ws, delivery).read_text("utf-8")
    # how the file was read is known only when it is read
    notes = [line for line in text.splitlines() if line.startswith("Noterat")]
    assert [
        line for line in text.splitlines() if line not in notes
    ] == again.splitlines()
    assert len(pd.read_csv(table)) == 1


@pytest.mark.parametrize("heading", ["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula(ws, heading):
    delivery, _, table = _ingest(ws, police("K1"))
    row = {"delivery_id": "x", "row_number": 1, "column": heading}
    row |= {"reason_code": "x", "reason": "fel"}
    quarantine = contracts.check(pd.DataFrame([row]), "quarantine")
    write_receipt(ws, delivery, quarantine)
    assert pd.read_csv(table)["kolumn"][0] == f"'{heading}"

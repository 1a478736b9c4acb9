"""polisen.se's notices: the municipality's own are kept, all others accounted for."""

import json
from pathlib import Path

import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.clean.notices import clean_notices
from lagesbild.read.delivery import read_delivery
from lagesbild.workspace import Layout, Municipality, Source

SANDVIKEN = Municipality(code="2181", name="Sandviken", county="Gävleborgs län")
SOURCE = Source(
    name="polisen.se",
    organisation="Polisen",
    kind="notis",
    expected="none",
    layouts=[Layout(files="*.json", format="polisen_api")],
)
REAL = (
    Path(__file__).parents[2].parent
    / "shared/data/polisen/events_gavleborg_2023_2026.json"
)


def _event(number=1, **change):
    event = {
        "id": number,
        "datetime": "2026-08-07 7:06:22 +02:00",
        "name": "06 augusti 23.50, Mord/dråp, försök, Sandviken",
        "type": "Mord/dråp, försök",
    }
    return {**event, **change}


def _clean_file(file):
    return clean_notices(
        read_delivery(file, SOURCE),
        source_name="polisen_api",
        source=SOURCE,
        municipality=SANDVIKEN,
        delivery_id="d" * 16,
    )


def _clean(folder, *events):
    file = folder / "a.json"
    file.write_text(json.dumps(events), encoding="utf-8")
    return _clean_file(file)


def test_type_with_comma_and_hour_without_zero(tmp_path):
    row = _clean(tmp_path, _event()).rows.iloc[0]
    assert row["published_at"] == pd.Timestamp("2026-08-07 05:06", tz="UTC")
    assert row["occurred_on"] == pd.Timestamp("2026-08-06")
    assert row["notice_type"] == "Mord/dråp, försök"
    assert row["municipality_name"] == "Sandviken"


def test_the_year_is_that_of_publication_or_the_one_before(tmp_path):
    event = _event(
        datetime="2026-01-01 0:10:00 +01:00",
        name="31 december 23:55, Brand, Sandviken",
        type="Brand",
    )
    rows = _clean(tmp_path, event).rows
    assert rows["occurred_on"].tolist() == [pd.Timestamp("2025-12-31")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "06 augusti 23.50, Mord/dråp, försök, Gävle"}, "annan_kommun"),
        ({"name": "06 augusti 23.50, Mord/dråp, försök, Gävleborgs län"}, "bara_lan"),
        ({"name": "utan form"}, "okand_form"),
        ({"datetime": "i går"}, "ogiltigt_datum"),
        ({"type": None}, "trasig_rad"),
    ],
)
def test_rejected(tmp_path, change, reason):
    cleaned = _clean(tmp_path, _event(**change), _event(2))
    assert cleaned.rows["notice_id"].tolist() == ["2"]
    assert cleaned.quarantine["reason_code"].tolist() == [reason]


def test_repeated_notice_keeps_the_last(tmp_path):
    cleaned = _clean(tmp_path, _event(), _event())
    assert cleaned.rows["row_number"].tolist() == [2]
    assert cleaned.quarantine["reason_code"].tolist() == ["dubblett"]


@pytest.mark.skipif(not REAL.exists(), reason="../shared finns inte här")
def test_real_file_is_accounted_for():
    cleaned = _clean_file(REAL)
    assert list(cleaned.rows.columns) == contracts.columns("notices")
    assert len(cleaned.rows) == 258
    assert len(cleaned.quarantine) == 1959 - 258
    assert set(cleaned.quarantine["reason_code"]) == {"annan_kommun", "bara_lan"}
    assert cleaned.rows["occurred_on"].notna().all()
    assert set(cleaned.columns_dropped) >= {"summary", "url"}

"""The internal quality tables: counts and Swedish reasons, nothing else."""

import pandas as pd

from lagesbild.measure import quality
from lagesbild.period import Period
from tests.measure.frames import deliveries, incidents

NAMES = {"polisen": "Polisens anmälningar", "bolaget": "Störningar"}
NOTICES = pd.DataFrame(
    {
        "published_at": pd.to_datetime(
            ["2026-06-30 22:30", "2026-09-30 21:59", "2026-09-30 22:00"], utc=True
        ),
        "notice_type": ["Stöld", "Stöld", "Brand"],
    }
)


def _measure(rows, files, quarantine=None):
    if quarantine is None:
        quarantine = pd.DataFrame(columns=["delivery_id", "reason"])
    return quality.measure_quality(
        rows, files, quarantine, NOTICES, cycle=Period("2026-K3"), source_names=NAMES
    )


def test_quarantine_is_counted_by_source_and_reason_of_the_cycles_files():
    files = deliveries(
        ("polisen", "police", "2026-07-01", "2026-09-30"),
        ("polisen", "police", "2026-04-01", "2026-06-30"),
    )
    quarantine = pd.DataFrame(
        {
            "delivery_id": ["d0", "d0", "d0", "d1"],
            "reason": ["dubblett", "dubblett", "datum saknas", "dubblett"],
        }
    )
    got = _measure(incidents({}), files, quarantine)["quarantine"]
    assert got.values.tolist() == [
        ["Polisens anmälningar", "dubblett", 2],
        ["Polisens anmälningar", "datum saknas", 1],
    ]


def test_geocoding_shares_leave_out_protected_classes_and_other_quarters():
    refused = {"geocode_method": "avvisad", "geocode_reason": "okänd gata"}
    rows = incidents(
        {},
        {},
        {},
        refused,
        {"reported_on": "2026-06-30"},
        {"category": "sexualbrott", "protected_class": "sexualbrott"},
        {"category": "nara_relation", **refused},
    )
    got = _measure(rows, deliveries(("polisen", "police", "2026-07-01", "2026-09-30")))
    assert got["geocoding"].values.tolist() == [
        ["Polisens anmälningar", "adress", 3, 0.75],
        ["Polisens anmälningar", "avvisad", 1, 0.25],
    ]
    assert got["rejected_places"].values.tolist() == [["okänd gata", 1]]


def test_rejected_texts_are_those_of_the_year_that_ends_with_the_cycle():
    refused = {"geocode_method": "avvisad", "geocode_reason": "platsen är okänd"}
    days = ["2025-09-30", "2025-10-01", "2026-09-30", "2026-10-01"]
    told = [{"reported_on": day, "place_text": f"boden {day}"} for day in days * 2]
    hidden = {"category": "nara_relation", "place_text": "boden 2026-09-30"}
    rows = incidents(*(row | refused for row in [*told, hidden]))
    files = deliveries(("polisen", "police", "2026-07-01", "2026-09-30"))
    got = _measure(rows, files)["rejected_texts"]
    assert got[["text", "n_rows"]].values.tolist() == [
        ["boden 2025-10-01", 2],
        ["boden 2026-09-30", 2],
    ]


def test_withdrawn_masked_and_dropped_are_told_by_file():
    files = deliveries(
        ("polisen", "police", "2026-07-01", "2026-09-30"),
        ("okänd_källa", "police", None, None),
    ).assign(rows_withdrawn=[3, 0], masked=[None, "personnummer=2"])
    got = _measure(incidents({}), files)
    assert got["withdrawn"].values.tolist() == [["Polisens anmälningar", "fil0.csv", 3]]
    assert got["masked"]["source_name"].tolist() == ["okänd_källa"]
    assert got["masked"]["masked"].tolist() == ["personnummer=2"]


def test_notices_are_those_published_in_the_quarter_in_swedish_time():
    files = deliveries(("polisen", "police", "2026-07-01", "2026-09-30"))
    got = _measure(incidents({}), files)["notices"]
    assert got.values.tolist() == [["Stöld", 2]]


def test_deliveries_of_each_quarter_with_those_expected_and_not_come():
    sources = {
        "polisen": ("Polisens anmälningar", "Polisen", "police", "quarter"),
        "bolaget": ("Störningar", "Bolaget", "observation", "quarter"),
        "enkat": ("Enkät", "Kommunen", "observation", "none"),
        "notiser": ("Notiser", "Polisen", "notis", "none"),
    }
    files = deliveries(
        ("polisen", "police", "2026-07-01", "2026-09-30"),
        ("polisen", "police", "2026-07-01", "2026-09-30"),
        ("notiser", "notis", "2026-07-01", "2026-09-30"),
    )
    got = quality.list_deliveries(files, sources=sources, periods=["2026-K3"])
    assert got[["source", "is_delivered"]].values.tolist() == [
        ["polisen", True],
        ["bolaget", False],
    ]
    assert got["rows_in"].tolist()[0] == 20
    assert pd.isna(got["rows_in"][1])
    assert pd.isna(got["received_on"][1])

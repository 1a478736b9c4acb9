"""Small invented frames that the tests of this room share."""

import pandas as pd

_DAYS = ["period_start", "period_end", "received_on"]


def incidents(*rows, **shared):
    """Reports; each row is a dict, what it does not say is ordinary."""
    ordinary = {
        "source": "polisen",
        "source_kind": "police",
        "category": "skadegorelse",
        "area_id": "O1",
        "reported_on": "2026-07-10",
        "occurred_from": "2026-07-09 12:00",
        "n_offences": 1,
        "protected_class": None,
        "geocode_method": "adress",
        "geocode_reason": None,
        "place_text": None,
        "place_locality": None,
        "easting_m": None,  # nothing is known of where
        "northing_m": None,
    }
    told = [
        ordinary | {"incident_id": f"r{i}"} | shared | row for i, row in enumerate(rows)
    ]
    frame = pd.DataFrame(told)
    if "event_id" not in frame:
        frame["event_id"] = frame["incident_id"]
    frame["event_id"] = frame["event_id"].fillna(frame["incident_id"])
    if "occurred_to" not in frame:
        frame["occurred_to"] = frame["occurred_from"]
    for name in ("occurred_from", "occurred_to"):
        moment = pd.to_datetime(frame[name], utc=True)
        frame[name] = moment.astype("datetime64[us, UTC]")
    frame["reported_on"] = pd.to_datetime(frame["reported_on"]).astype("datetime64[us]")
    frame["n_offences"] = frame["n_offences"].astype("Int64")
    points = ["easting_m", "northing_m"]
    frame[points] = frame[points].astype("float64")
    text = ["area_id", "protected_class", "geocode_reason"]
    text += ["place_text", "place_locality"]
    return frame.astype(dict.fromkeys(text, "str"))


def deliveries(*files):
    """Files as (source, kind, first day, last day)."""
    rows = [
        {
            "delivery_id": f"d{i}",
            "sequence_number": i + 1,
            "source": source,
            "source_kind": kind,
            "period_start": first,
            "period_end": last,
            "received_on": last,
            "file_name": f"fil{i}.csv",
            "rows_in": 10,
            "rows_stored": 8,
            "rows_unchanged": 1,
            "rows_quarantined": 1,
            "rows_withdrawn": 0,
            "columns_dropped": None,
            "masked": None,
        }
        for i, (source, kind, first, last) in enumerate(files)
    ]
    frame = pd.DataFrame(rows)
    for name in _DAYS:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame.astype({"columns_dropped": "str", "masked": "str"})


POLICE_K2_K3 = (
    ("polisen", "police", "2026-04-01", "2026-06-30"),
    ("polisen", "police", "2026-07-01", "2026-09-30"),
)
AREAS = pd.DataFrame(
    {"area_id": ["O1", "O2"], "name": ["Ett", "Två"], "kind": ["bostad", "bostad"]}
)


def ready_counts(*rows, **shared):
    """Ready-made counts; each row is a dict."""
    ordinary = {
        "source": "polisens_antal",
        "delivery_id": "d0",
        "area_id": "O1",
        "deso_code": None,
        "category": "skadegorelse",
        "offence_code": None,
        "protected_class": None,
        "period": "2026-K3",
        "n_offences": 1,
    }
    frame = pd.DataFrame([ordinary | shared | row for row in rows])
    frame["n_offences"] = frame["n_offences"].astype("Int64")
    text = ["area_id", "protected_class", "period", "category", "source"]
    return frame.astype(dict.fromkeys(text, "str"))


def cell(frame, **where):
    """The only row with these values."""
    rows = frame
    for name, value in where.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, f"{len(rows)} rader för {where}"
    return rows.iloc[0]

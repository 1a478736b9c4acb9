"""Contracts of the tables that cross rooms, and the words in files we are sent.

In: a frame and the name of its table. Out: the same rows with exactly the columns,
order and dtypes of the contract, or a Swedish error that names columns and counts,
never values. Every room that hands a frame on calls ``check``.
Text is ``str`` (missing is NaN), whole numbers with gaps ``Int64``, calendar days
``datetime64[us]`` at midnight, moments ``datetime64[us, UTC]``.
"""

from __future__ import annotations

import warnings
from functools import cache

import pandas as pd

from lagesbild.audiences import RELEASED
from lagesbild.contract_columns import DAY, MOMENT, has_dtypes, rules_of
from lagesbild.contract_columns import east as _east
from lagesbild.contract_columns import north as _north
from lagesbild.contract_columns import number as _number
from lagesbild.contract_columns import text as _text
from lagesbild.contract_columns import time as _time
from lagesbild.contract_columns import whole as _whole
from lagesbild.contract_faults import tell_faults
from lagesbild.contract_headings import HEADINGS
from lagesbild.errors import ContractError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandera.pandas as pa

__all__ = ["HEADINGS", "check", "columns", "empty"]

SOURCE_KINDS = ("police", "observation")
PROTECTED_CLASSES = (
    "nara_relation",
    "hedersrelaterat",
    "sexualbrott",
    "brottsutsatt_barn",
    "okand_kod",
)
FOUND_BY = ("anmälan", "ingripande")
AREA_KINDS = ("bostad", "centrum", "industri", "handel", "landsbygd", "annat")
GEOCODE_METHODS = (
    "adress",
    "adress_ungefarlig",
    "gata",
    "plats",
    "omradesnamn",
    "koordinat",
    "deso",
    "avvisad",
    "skyddad",
)
AREA_LEVELS = (
    "country",
    "county",
    "municipality",
    "peer_group",
    "district",
    "residential_area",
    "treatment_plant",
)
INDICATOR_STATUSES = ("final", "preliminary", "missing")
WITHOUT_AREA = "Utan område"
"""Shown name of the member of the area dimension whose ``area_id`` is "" ."""


# One row, one report as its organisation told it (the part of incidents that never
# changes). A later version of the same (source, source_key) is a new row.
_REPORTS = {
    "incident_id": _text(),  # hash of source and source_key, stable between versions
    "source": _text(),  # key in kommun.toml
    "source_kind": _text(isin=SOURCE_KINDS),
    "source_key": _text(),  # the sender's own key, or one made for a keyless source
    "delivery_id": _text(),
    "row_number": _whole(),  # in the delivered file, the first data row is 1
    "municipality_code": _text(),
    "reported_on": _time(DAY),
    "occurred_from": _time(MOMENT, False),
    "occurred_to": _time(MOMENT, False),
    "has_time": pa.Column("bool"),  # False: occurred_from/to are days, not moments
    "offence_code": _text(False),
    "category": _text(),
    "found_by": _text(isin=FOUND_BY),
    "protected_class": _text(False, PROTECTED_CLASSES),
    "n_offences": _whole(False),  # brottsantal; missing for observations
    "place_text": _text(False),
    "place_locality": _text(False),
    "given_easting_m": _east(),  # coordinates the sender gave, EPSG:3006
    "given_northing_m": _north(),
    "deso_code": _text(False),
    "is_withdrawn": pa.Column("bool"),
}

# One row, one placing of one incident; the latest by sequence_number is in force.
_PLACEMENTS = {
    "incident_id": _text(),
    "easting_m": _east(),
    "northing_m": _north(),
    "area_id": _text(False),  # missing: "Utan område"
    "geocode_method": _text(isin=GEOCODE_METHODS),
    "geocode_score": _number(low=0, high=1),
    "geocode_reason": _text(False),  # Swedish, why it was rejected; no place text
    "made_by": _text(),  # delivery_id or placing_id
}

_LINKS = {"incident_id": _text(), "event_id": _text(), "made_by": _text()}

# One row, one file that was committed. Written last: it is the commit marker.
_DELIVERIES = {
    "delivery_id": _text(),  # first 16 hex digits of the file's SHA-256
    "sha256": _text(),
    "sequence_number": _whole(least=1),  # 1, 2, 3 … in order of commit
    "source": _text(),
    "source_kind": _text(isin=(*SOURCE_KINDS, "counts", "notis")),
    "file_name": _text(),
    "layout": _text(),
    "period_start": _time(DAY, False),
    "period_end": _time(DAY, False),
    "received_on": _time(DAY),
    "rows_in": _whole(),
    "rows_stored": _whole(),
    "rows_unchanged": _whole(),
    "rows_quarantined": _whole(),
    "rows_withdrawn": _whole(),
    "columns_dropped": _text(False),  # names, separated by "|"
    "masked": _text(False),  # kind=count, separated by "|"
    "reader_version": _text(),
    "settings_sha256": _text(),
    "committed_at": _time(MOMENT),
}

# One row, one time that stored reports were placed again since a register changed.
# Written last: it is the commit marker of its placements and links.
_PLACINGS = {
    "placing_id": _text(),  # in placements and links: made_by
    "sequence_number": _whole(least=1),  # one series with the deliveries
    "known": _text(),  # what the register said, as digests in JSON
    "n_placed": _whole(),  # reports that got a new placement
    "committed_at": _time(MOMENT),
}

# One row, what one purge took of one delivery (or placing) and quarter, so that the
# accounting of its rows still adds up; which rows they were is told nowhere.
_PURGES = {
    "purge_id": _text(),
    "decision_number": _text(),  # the decision that says that they are to be deleted
    "purged_on": _time(DAY),
    "by": _text(isin=("regel", "nyckel")),
    "layer": _text(isin=("rader", "platser")),
    "made_by": _text(),  # delivery_id or placing_id
    "period": _text(),  # the quarter in which the reports are registered
    "n_stored": _whole(),
    "n_withdrawn": _whole(),
    "n_placed": _whole(),
}

# One row, one rejected row of a delivery; reason in Swedish, no personal data.
_QUARANTINE = {
    "delivery_id": _text(),
    "row_number": _whole(),
    "column": _text(False),
    "reason_code": _text(),
    "reason": _text(),
}

# One row, area × category × period × source of a closed cycle.
_CLOSED_COUNTS = {
    "cycle": _text(),
    "area_id": _text(),  # "" is "Utan område"
    "category": _text(),
    "period": _text(),
    "source": _text(),
    "source_kind": _text(isin=SOURCE_KINDS),
    "protected_class": _text(False, PROTECTED_CLASSES),
    "n_offences": _whole(False),
    "n_reports": _whole(False),
    "n_observations": _whole(False),
    "n_events": _whole(),  # events told by this source
    "unplaced_share": _number(low=0, high=1),
    "is_missing": pa.Column("bool"),  # True: the source did not deliver
    "closed_at": _time(MOMENT),
}

# One row, who is behind an area × node of the tree × quarter of a closed cycle.
_CLOSED_CONTRIBUTORS = {
    "cycle": _text(),
    "area_id": _text(),  # or "*"
    "category": _text(),  # leaf, group or "alla"
    "period": _text(),
    "source_kind": _text(isin=SOURCE_KINDS),
    "n_events": _whole(),
    "n_places": _whole(),
    "n_offences_largest": _whole(False),  # of one event
}

# One row, one count of one cell that was released, with its true value: private.
_PUBLICATIONS = {
    "cycle": _text(),
    "audience": _text(isin=RELEASED),
    "area_id": _text(),
    "category": _text(),
    "period": _text(),
    "count": _text(),  # n_offences, n_observations, n_reports …
    "value": _whole(False),
    "is_hidden": pa.Column("bool"),
    "sequence_number": _whole(),  # of the store it was made from
}

# One row, one row of a register as it was when it was loaded; private text is masked.
_REGISTER_VERSIONS = {
    "register": _text(),  # key in agreement.tables
    "version": _text(),  # first 16 hex digits of the SHA-256 of all its rows
    "number": _whole(least=1),  # 1, 2, 3 … in order of loading
    "row_number": _whole(),  # in the sheet; 0 stands for a register without rows
    "cells": _text(),  # JSON, our names → text
    "loaded_at": _time(MOMENT),
}
# One row, one ready-made police count as delivered: area or DeSO × category × period.
_READY_COUNTS = {
    "source": _text(),
    "delivery_id": _text(),
    "row_number": _whole(),
    "area_id": _text(False),  # missing: "Utan område"
    "deso_code": _text(False),
    "category": _text(),
    "offence_code": _text(False),
    "protected_class": _text(False, PROTECTED_CLASSES),
    "period": _text(),
    "n_offences": _whole(),
}

# One row, one press notice of polisen.se. Never linked, counted or placed.
_NOTICES = {
    "notice_id": _text(),
    "source": _text(),
    "delivery_id": _text(),
    "row_number": _whole(),
    "published_at": _time(MOMENT),
    "occurred_on": _time(DAY, False),
    "notice_type": _text(),
    "municipality_name": _text(),
}

# One row, one published figure of one source: indicator × place × breakdown × period.
_INDICATORS = {
    "indicator_id": _text(),  # key in indicators.csv, which has name, unit, caveat
    "area_id": _text(),  # "0000" the nation, county, municipality or source's own code
    "area_level": _text(isin=AREA_LEVELS),
    "breakdown": _text(),  # "alla", "kvinnor", "man" or the source's own group
    "period": _text(),  # year, quarter or pooled years "2021-2024"
    "value": _number(),  # missing: the source has the row but no figure
    "lower": _number(),  # limits as the source gives them, 95 %
    "upper": _number(),
    "n_respondents": _whole(False),
    "unit": _text(),
    "source": _text(),
    "status": _text(isin=INDICATOR_STATUSES),
    "retrieved_at": _time(DAY),
}

_AREAS = {
    "area_id": _text(),
    "name": _text(),
    "district": _text(False),
    "kind": _text(isin=AREA_KINDS),
}
_POPULATION = {"area_id": _text(), "year": _whole(), "n_inhabitants": _whole()}
_ADDRESSES = {
    "address_id": _text(),
    "street": _text(),
    "house_number": _text(False),
    "letter": _text(False),
    "postcode": _text(False),  # five digits, no space
    "locality": _text(False),  # postort
    "district": _text(False),  # kommundel
    "easting_m": _east(),
    "northing_m": _north(),
}
_PLACES = {
    "place_id": _text(),
    "name": _text(),
    "aliases": _text(False),  # separated by "|"
    "easting_m": _east(),
    "northing_m": _north(),
}

_TABLES = {
    "reports": _REPORTS,
    "placements": _PLACEMENTS,
    "links": _LINKS,
    "deliveries": _DELIVERIES,
    "placings": _PLACINGS,
    "purges": _PURGES,
    "quarantine": _QUARANTINE,
    "closed_counts": _CLOSED_COUNTS,
    "closed_contributors": _CLOSED_CONTRIBUTORS,
    "publications": _PUBLICATIONS,
    "register_versions": _REGISTER_VERSIONS,
    "ready_counts": _READY_COUNTS,
    "notices": _NOTICES,
    "indicators": _INDICATORS,
    "areas": _AREAS,
    "population": _POPULATION,
    "addresses": _ADDRESSES,
    "places": _PLACES,
}
_UNIQUE = {
    "deliveries": ["delivery_id"],
    "placings": ["placing_id"],
    "notices": ["notice_id"],
    "indicators": ["indicator_id", "area_id", "breakdown", "period", "source"],
    "areas": ["area_id"],
    "population": ["area_id", "year"],
    "addresses": ["address_id"],
    "places": ["place_id"],
}


def columns(table: str) -> list[str]:
    """The table's column names, in order."""
    return list(_TABLES[table])


@cache
def _schema(table: str, *, coerce: bool) -> pa.DataFrameSchema:
    told = _TABLES[table] if coerce else rules_of(_TABLES[table])
    return pa.DataFrameSchema(told, coerce=coerce, unique=_UNIQUE.get(table))


def check(frame: pd.DataFrame, table: str, *, where: str = "") -> pd.DataFrame:
    """Hold a frame to its table's contract.

    Parameters
    ----------
    frame : DataFrame
        Has the table's columns, in any order, and no others.
    table : str
        Name of the table, as in this module.
    where : str
        What the frame comes from (a file name), put first in the error.

    Returns
    -------
    DataFrame
        The same rows in the same order, columns in contract order, dtypes coerced.

    Raises
    ------
    ContractError
        Names each column and how many rows break which rule; never a value.
    """
    names = columns(table)
    start = f"{where}: " if where else ""
    missing = [name for name in names if name not in frame.columns]
    extra = [name for name in frame.columns if name not in names]
    if missing or extra:
        parts = [f"kolumn saknas: {', '.join(missing)}"] if missing else []
        parts += [f"okänd kolumn: {', '.join(map(str, extra))}"] if extra else []
        raise ContractError(f"{start}tabellen '{table}' – {'; '.join(parts)}.")
    ordered = frame[names].reset_index(drop=True)
    # making dtypes costs as much as all else, and most frames have come here before
    coerce = not has_dtypes(ordered, _dtypes(table))
    try:
        checked = _schema(table, coerce=coerce).validate(ordered, lazy=True)
    except (pa.errors.SchemaErrors, pa.errors.SchemaError) as error:
        raise ContractError(
            f"{start}tabellen '{table}' följer inte sin form – {tell_faults(error)}."
        ) from None
    return checked.astype(_times(table)) if coerce else checked


def _times(table: str) -> dict[str, str]:
    return {n: c.metadata["dtype"] for n, c in _TABLES[table].items() if c.metadata}


def empty(table: str) -> pd.DataFrame:
    """A frame of no rows that keeps the table's contract."""
    return _empty(table).copy()


@cache
def _empty(table: str) -> pd.DataFrame:
    none = pd.DataFrame(columns=columns(table))
    return _schema(table, coerce=True).validate(none).astype(_times(table))


@cache
def _dtypes(table: str) -> pd.Series:
    return _empty(table).dtypes

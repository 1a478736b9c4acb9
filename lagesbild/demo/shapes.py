"""The four senders' files: headings, dates, numbers and codes as each writes them.

In: rows of ``demo.books``. Out: a table as the sender's file holds it, and how that
file is written. Next: ``demo.files`` writes it. Nothing is drawn by chance here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lagesbild.demo import geography
from lagesbild.demo.dirt import OTHER_MUNICIPALITY

_NO_OFFENCE = "3853"  # a wildlife accident
_TYPES = {
    "kommunen_fel": {
        "trasig_belysning": "Trasig gatubelysning",
        "nedskrapning": "Nedskräpning",
        "klotter": "Klotter",
        "skadegorelse": "Skadegörelse",
        "skrotfordon": "Övergivet fordon",
        "felparkering": "Felparkering",
        "farlig_korning": "Buskörning",
        "ovrig_ordning": "Annan ordningsstörning",
    },
    "bostadsbolaget": {
        "storning": "Störande ljud",
        "otrygg_samling": "Samling i trapphus",
        "skadegorelse": "Skadegörelse",
        "klotter": "Klotter",
        "nedskrapning": "Sopor och skräp",
    },
}
_UNKNOWN_TYPE = "Beröm"
_FIRES = ("Brand i container", "Brand i fordon", "Brand i terräng", "Brand i byggnad")


@dataclass(frozen=True)
class Shape:
    """How a sender's file looks.

    Attributes
    ----------
    name : str
        Of the file, with the quarter in the place of ``{}``.
    to_table : callable
        Rows of a book → the file's table.
    personal : dict
        Column of the book that may hold planted personal data → the file's heading.
    encoding : str
        Of a CSV file; "" means Excel.
    sheet : str
    title : tuple of str
        Rows above the headings of a sheet, with the quarter in the place of ``{}``.
    """

    name: str
    to_table: Callable[[pd.DataFrame], pd.DataFrame]
    personal: dict[str, str]
    encoding: str = ""
    newline: str = "\n"
    sheet: str = ""
    title: tuple[str, ...] = ()


def _form_a(rows: pd.DataFrame) -> pd.DataFrame:
    """The police's Excel: M/d/yy, HHmm and codes that have lost their zeros."""
    start, end = _turned(rows)
    code = rows["code"].mask(rows["fault"] == "inte_brott", _NO_OFFENCE)
    reported = _us_date(rows["reported"])
    year = rows["reported"].dt.strftime("%y")
    end_time = _hour_minute(end).mask(rows["fault"] == "ogiltig_tid", 2575)
    district = geography.area_facts()["kommundel"].to_numpy()[rows["area"]]
    number = pd.Series(district, rows.index).map(geography.DISTRICTS.index)
    return pd.DataFrame(
        {
            "Inskrivningsdatum": reported.mask(
                rows["fault"] == "ogiltigt_datum", "2/30/" + year
            ),
            "Närpo": "LPO Exempel",
            "Basområde": 999_100 + number,
            "Gata": rows["text"],
            "Brottskod": code.astype(int),
            "Antal": rows["n_offences"].mask(rows["fault"] == "ogiltigt_antal", 0),
            "BrottsdagStart": _us_date(start),
            "BrottsdagSlut": _us_date(end),
            "BrottsTidStart": _hour_minute(start),
            "BrottsTidSlut": end_time,
        }
    )


def _form_b(rows: pd.DataFrame) -> pd.DataFrame:
    """The police's text file: keys and coordinates, no day of registration."""
    start, end = (moment.dt.strftime("%Y-%m-%d %H:%M") for moment in _turned(rows))
    east, north = _degrees(rows)
    is_turned = rows["point"] == "ombytt"
    is_zero = rows["point"] == "noll"
    latitude = _decimals(north.mask(is_turned, east), 6).mask(is_zero, "0")
    longitude = _decimals(east.mask(is_turned, north), 6).mask(is_zero, "0")
    # some of the files have been opened and saved in a Swedish spreadsheet
    by_hand = rows["reported"].max().quarter % 2 == 0
    code = rows["code"].mask(rows["fault"] == "inte_brott", _NO_OFFENCE)
    if by_hand:
        latitude, longitude = (
            text.str.replace(".", ",") for text in (latitude, longitude)
        )
        code = code.str.lstrip("0")
    return pd.DataFrame(
        {
            "ID": rows["key"],
            "BROTTSKOD": code,
            "LATITUDE": latitude,
            "LONGITUDE": longitude,
            "GATA": rows["street"],
            "GATUNR": rows["number"] + rows["tail"],
            "KOMMUN": _municipality(rows).str.upper(),
            "BROTTSDATUMTID_START": start,
            "BROTTSDATUMTID_SLUT": _no_such_day(end, rows),
        }
    )


def _faults(rows: pd.DataFrame) -> pd.DataFrame:
    """The municipality's fault reports: SWEREF 99 TM with decimal commas."""
    kind = rows["category"].map(_TYPES["kommunen_fel"])
    reported = rows["reported"].dt.strftime("%Y-%m-%d %H:%M")
    is_turned, is_zero = rows["point"] == "ombytt", rows["point"] == "noll"
    east = rows["told_e"].mask(is_turned, rows["told_n"]).mask(is_zero, 0.0)
    north = rows["told_n"].mask(is_turned, rows["told_e"]).mask(is_zero, 0.0)
    return pd.DataFrame(
        {
            "Ärendenummer": rows["key"],
            "Inkommen": reported.mask(rows["fault"] == "saknar_datum", ""),
            "Ärendetyp": kind.mask(rows["fault"] == "okand_typ", _UNKNOWN_TYPE),
            "Plats": rows["text"],
            "Ort": rows["locality"],
            "E": _decimals(east, 1).str.replace(".", ","),
            "N": _decimals(north, 1).str.replace(".", ","),
            "Beskrivning": rows["note"],
            "Kontakt": rows["contact"],
        }
    )


def _disturbances(rows: pd.DataFrame) -> pd.DataFrame:
    """The housing company's Excel: real dates, times as text."""
    kind = rows["category"].map(_TYPES["bostadsbolaget"])
    return pd.DataFrame(
        {
            "Ärende": rows["key"],
            "Datum": rows["reported"].dt.date,
            "Tid": rows["reported"].dt.strftime("%H:%M"),
            "Typ": kind.mask(rows["fault"] == "okand_typ", _UNKNOWN_TYPE),
            "Adress": rows["text"],
            "Anteckning": rows["note"],
            "Anmält av": rows["contact"],
        }
    )


def _fires(rows: pd.DataFrame) -> pd.DataFrame:
    """The rescue service's text file, without keys."""
    alarm = rows["reported"].dt.strftime("%Y-%m-%d %H:%M")
    return pd.DataFrame(
        {
            "Larmtid": _no_such_day(alarm, rows),
            "Händelsetyp": np.array(_FIRES)[rows["event"] % len(_FIRES)],
            "Adress": rows["text"],
            "Ort": rows["locality"],
            "Kommun": _municipality(rows),
        }
    )


SHAPES = {
    "form_a": Shape(
        "polisen_{}.xlsx", _form_a, {"personal": "Gata"}, sheet="Anmälda brott"
    ),
    "form_b": Shape(
        "polisen_{}.csv", _form_b, {"personal": "GATUNR"}, "utf-8-sig", "\r\n"
    ),
    "kommunen_fel": Shape(
        "felanmalningar_{}.csv",
        _faults,
        {"personal": "Plats", "note_datum": "Beskrivning", "contact": "Kontakt"},
        "utf-8",
    ),
    "bostadsbolaget": Shape(
        "storningar_{}.xlsx",
        _disturbances,
        {"personal": "Adress", "note_datum": "Anteckning", "contact": "Anmält av"},
        sheet="Störningar",
        title=("Exempelbostäder AB", "Störningsärenden {}", ""),
    ),
    "raddningstjansten": Shape(
        "anlagda_brander_{}.csv", _fires, {"personal": "Adress"}, "cp1252", "\r\n"
    ),
}


def _turned(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Start and end, the wrong way round where that is the row's fault."""
    start, end = rows["occurred_from"], rows["occurred_to"]
    return start.mask(rows["fault"] == "omvand_tid", end + pd.Timedelta(days=1)), end


def _no_such_day(texts: pd.Series, rows: pd.DataFrame) -> pd.Series:
    wrong = texts.str[:4] + "-02-30 12:00"
    return texts.mask(rows["fault"] == "ogiltigt_datum", wrong)


def _us_date(moments: pd.Series) -> pd.Series:
    """3 July 2026 as "7/3/26"."""
    month, day = (getattr(moments.dt, part).astype("str") for part in ("month", "day"))
    return month + "/" + day + "/" + moments.dt.strftime("%y")


def _hour_minute(moments: pd.Series) -> pd.Series:
    """HHmm as a spreadsheet holds it: five past midnight is the number 5."""
    return moments.dt.hour * 100 + moments.dt.minute


def _degrees(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Longitude and latitude of the told point."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(geography.CRS, "EPSG:4326", always_xy=True)
    told = rows[["told_e", "told_n"]].to_numpy()
    known = np.isfinite(told[:, 0])
    degrees = np.full(told.shape, np.nan)
    degrees[known] = np.column_stack(transformer.transform(*told[known].T))
    return tuple(pd.Series(column, rows.index) for column in degrees.T)


def _decimals(numbers: pd.Series, n_decimals: int) -> pd.Series:
    told = [f"{x:.{n_decimals}f}" if np.isfinite(x) else "" for x in numbers]
    return pd.Series(told, numbers.index, dtype="str")


def _municipality(rows: pd.DataFrame) -> pd.Series:
    is_other = rows["fault"] == "annan_kommun"
    own = pd.Series(geography.NAME, rows.index, dtype="str")
    return own.mask(is_other, OTHER_MUNICIPALITY)

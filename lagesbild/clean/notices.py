"""From polisen.se's event notices to the contract ``notices``.

In: ``Delivered`` of the open interface. Out: ``Cleaned``, the municipality's notices
and a quarantine with all others, which together account for every notice in. Next:
``store``, called by ``ingest``. Notices are press texts, not statistics: only type,
day and municipality are kept, never linked, counted as offences or placed.
"""

from __future__ import annotations

import pandas as pd

from lagesbild import contracts
from lagesbild.clean.cleaned import Cleaned, Fault, collect_faults, is_broken, is_named
from lagesbild.clean.periods import days_of_file, days_of_rows
from lagesbild.clean.times import local_days, parse_moments
from lagesbild.read.delivery import Delivered
from lagesbild.read.header import BROKEN
from lagesbild.workspace import Municipality, Source

_KEPT = ("id", "datetime", "name", "type")
_WHEN = r"^\s*(\d{1,2})\s+([a-zåäö]+)\s+(\d{1,2})[.:](\d{2})\s*,\s*"
_MONTHS = {
    name: number
    for number, name in enumerate(
        "januari februari mars april maj juni juli augusti september oktober november "
        "december".split(),
        start=1,
    )
}


def clean_notices(
    delivered: Delivered,
    *,
    source_name: str,
    source: Source,
    municipality: Municipality,
    delivery_id: str,
) -> Cleaned:
    """Clean event notices as polisen.se gives them.

    Parameters
    ----------
    delivered : Delivered
    source_name : str
        Key of the source in kommun.toml.
    source : Source
        Of kind notis.
    municipality : Municipality
        Notices of another one, or placed only at the county, are quarantined.
    delivery_id : str

    Returns
    -------
    Cleaned
        ``rows`` keeps the contract ``notices``.
    """
    frame = delivered.frame
    moments = parse_moments(
        frame["datetime"], pd.Series(pd.NA, index=frame.index, dtype="str")
    )
    place = _read_place(frame["name"], frame["type"])
    is_county = place.str.endswith(" län").fillna(False).astype(bool)
    is_unread = moments["moment"].isna() | moments["is_bad_time"]
    faults = [
        is_broken(delivered),
        Fault(is_unread, "datetime", "ogiltigt_datum", "tidpunkten går inte att tolka"),
        Fault(
            place.isna(),
            "name",
            "okand_form",
            "namnet slutar inte med en typ och en kommun",
        ),
        Fault(
            is_county,
            "name",
            "bara_lan",
            "notisen är placerad i länet, inte i en kommun",
        ),
        Fault(
            ~is_county & ~is_named(place, municipality),
            "name",
            "annan_kommun",
            "notisen gäller en annan kommun",
        ),
    ]
    _, rejected = collect_faults(faults, frame.index, delivery_id=delivery_id)
    repeated = Fault(
        frame["id"][~rejected].duplicated(keep="last"),
        "id",
        "dubblett",
        "samma notis finns längre ned i filen",
    )
    quarantine, rejected = collect_faults(
        [*faults, repeated], frame.index, delivery_id=delivery_id
    )
    rows = pd.DataFrame(
        {
            "notice_id": frame["id"],
            "source": source_name,
            "delivery_id": delivery_id,
            "row_number": frame.index,
            "published_at": moments["moment"],
            "occurred_on": _read_day(frame["name"], local_days(moments["moment"])),
            "notice_type": frame["type"],
            "municipality_name": place,
        }
    )[~rejected]
    period = days_of_file(delivered.file_name)
    period = period or days_of_rows(local_days(moments["moment"]))
    start, end = period or (None, None)
    return Cleaned(
        delivery_id=delivery_id,
        rows=contracts.check(rows, "notices", where=delivered.file_name),
        quarantine=quarantine,
        columns_dropped=tuple(c for c in frame.columns if c not in (*_KEPT, BROKEN)),
        masked={},
        period_start=start,
        period_end=end,
        notes=delivered.notes,
    )


def _read_place(names: pd.Series, types: pd.Series) -> pd.Series:
    """The end of each name: what is left after the time and the known type.

    Types hold commas ("Mord/dråp, försök"), so the type is taken away whole; only
    where the name does not hold it is the last comma trusted.
    """
    rest = names.str.replace(_WHEN, "", regex=True).str.strip()
    pairs = zip(rest.fillna(""), types.fillna(""), strict=True)
    stripped = [text.removeprefix(f"{kind},").strip() for text, kind in pairs]
    place = pd.Series(stripped, index=names.index, dtype="str")
    last = rest.str.rsplit(",", n=1).str[-1].str.strip()
    place = place.where(place != rest, last.where(rest.str.contains(",")))
    return place.where(place.fillna("") != "")


def _read_day(names: pd.Series, published: pd.Series) -> pd.Series:
    """The day in each name; in the year before if it would lie after publication."""
    told = names.str.extract(_WHEN)
    parts = pd.DataFrame(
        {
            "year": published.dt.year,
            "month": told[1].str.casefold().map(_MONTHS),
            "day": pd.to_numeric(told[0]),
        }
    )
    day = pd.to_datetime(parts, errors="coerce")
    earlier = parts.assign(year=parts["year"] - 1)
    day = day.mask(
        day > published + pd.Timedelta(days=1),
        pd.to_datetime(earlier, errors="coerce"),
    )
    return day.astype("datetime64[us]")

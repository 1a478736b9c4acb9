"""Kolada's answers (API v3): key figures of municipalities, regions and the nation.

In: the JSON of ``/v3/data/kpi/{id}/municipality/{codes}/year/{years}``. Out: contract
indicators, margins of error turned into limits. The source is named "Kolada" for
Kolada's own figures only, never for one that we derive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from lagesbild.bounds import load_json
from lagesbild.errors import ReadError
from lagesbild.read.csv_file import decode
from lagesbild.read.indicators import area_level, make_indicators, read_table

PREFIX = "kolada_"
MARGINS = {
    "N07609": "N07657",
    "N07610": "N07658",
    "N07624": "N07672",
    "N07628": "N07676",
    "N07631": "N07679",
    **{f"N006{n}": f"U016{n}" for n in (10, 11, *range(20, 28))},
}
"""KPI → the KPI that is its margin of error ("Osäkerhetstal"), by Kolada's titles."""
CSV_HEADINGS = ("kpi", "municipality_id", "year", "gender", "value")
_GROUP = re.compile(r"G\d+")
_GENDERS = {"T": "alla", "K": "kvinnor", "M": "man"}


def read_kolada(
    content: bytes,
    *,
    retrieved_at: date,
    file_name: str,
    margins: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read one answer of Kolada.

    Parameters
    ----------
    content : bytes
    retrieved_at : date
    file_name : str
    margins : mapping, optional
        KPI → the KPI that is its margin of error ("Osäkerhetstal").

    Returns
    -------
    DataFrame
        Contract indicators: one row a KPI, place, gender and year; lower and upper
        are the value less and plus its margin, where one is given. A deleted value is
        missing, as is one with a status instead of a figure.

    Raises
    ------
    ReadError
        If it is not Kolada's JSON, or a KPI or gender is unknown.
    """
    rows = _rows(content, file_name)
    frame = pd.DataFrame(
        rows,
        columns=["kpi", "area_id", "period", "gender", "value", "is_deleted", "status"],
    )
    return _figures(frame, dict(margins or {}), retrieved_at, file_name)


def read_kolada_csv(
    content: bytes,
    *,
    retrieved_at: date,
    file_name: str,
    margins: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read Kolada's values in long form, as the client for R writes them.

    Parameters
    ----------
    content : bytes
        ``kpi,municipality_id,year,gender,value``, in any order; status, count and
        the municipality's name may stand beside.
    retrieved_at, file_name, margins
        As for ``read_kolada``.

    Returns
    -------
    DataFrame
        As ``read_kolada``.

    Raises
    ------
    ReadError
        If a heading is missing, a year or value is no number, or a KPI or gender is
        unknown.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=",", file_name=file_name)
    missing = [h for h in CSV_HEADINGS if h not in table.columns]
    if missing:
        raise ReadError(
            f"{file_name}: väntade rubrikerna {', '.join(CSV_HEADINGS)}; fann "
            f"{', '.join(map(str, table.columns[:10]))}. Saknas: {', '.join(missing)}."
        )
    blank = table["value"].str.strip().isin(["", "NA", "null"])
    value = pd.to_numeric(table["value"].mask(blank), errors="coerce")
    is_year = table["year"].str.fullmatch(r"(19|20)\d{2}")
    n_bad = int((~is_year | ~(np.isfinite(value) | blank)).sum())
    if n_bad:
        raise ReadError(f"{file_name}: {n_bad} rader har något annat än år och tal.")
    frame = pd.DataFrame(
        {
            "kpi": table["kpi"].str.strip(),
            "area_id": table["municipality_id"].str.strip().str.zfill(4),
            "period": table["year"],
            "gender": table["gender"].str.strip(),
            "value": value,
            "is_deleted": False,
            "status": table.get("status", pd.Series("", index=table.index)),
        }
    )
    return _figures(frame, dict(margins or {}), retrieved_at, file_name)


def _figures(
    frame: pd.DataFrame, margins: dict[str, str], retrieved_at: date, file_name: str
) -> pd.DataFrame:
    """Values and their margins, of any of Kolada's forms, as contract indicators."""
    unknown = sorted(set(frame["gender"]) - set(_GENDERS))
    if unknown:
        raise ReadError(f"{file_name}: okänt kön {', '.join(unknown)} i Koladas svar.")
    # a status ("Missing", "Private") stands in the place of a figure
    has_figure = ~frame["is_deleted"] & frame["status"].isin(["", "NA"])
    frame = frame.assign(value=pd.to_numeric(frame["value"]).where(has_figure))
    is_margin = frame["kpi"].isin(margins.values())
    keys = ["kpi", "area_id", "period", "gender"]
    margin = frame[is_margin].set_index(keys)["value"]
    figures = frame[~is_margin].reset_index(drop=True)
    at = pd.MultiIndex.from_frame(
        figures[keys].assign(kpi=[margins.get(kpi, "") for kpi in figures["kpi"]])
    )
    half = margin.reindex(at).to_numpy() if len(margin) else float("nan")
    return make_indicators(
        pd.DataFrame(
            {
                "indicator_id": PREFIX + figures["kpi"],
                "area_id": figures["area_id"],
                "area_level": area_level(figures["area_id"]),
                "breakdown": figures["gender"].map(_GENDERS),
                "period": figures["period"].astype("str"),
                "value": figures["value"],
                "lower": figures["value"] - half,
                "upper": figures["value"] + half,
            }
        ),
        retrieved_at=retrieved_at,
        where=file_name,
    )


def _rows(content: bytes, file_name: str) -> list[tuple]:
    wrong = ReadError(
        f"{file_name}: filen är inget svar från Koladas API v3. Väntade JSON med "
        "'values', och i varje värde kpi, municipality, period och values."
    )
    try:
        answer = load_json(content)
        entries = answer["values"] if isinstance(answer, dict) else answer
        rows = [
            (
                entry["kpi"],
                str(entry["municipality"]).zfill(4),
                int(entry["period"]),
                value["gender"],
                value["value"],
                bool(value.get("isdeleted", False)),
                str(value.get("status") or "").strip(),
            )
            for entry in entries
            for value in entry["values"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise wrong from None
    for kpi, _, _, gender, value, *_ in rows:
        is_figure = value is None or isinstance(value, int | float)
        if not (isinstance(kpi, str) and isinstance(gender, str) and is_figure):
            raise wrong
    return rows


def count_values(content: bytes, *, file_name: str) -> int:
    """How many values, by gender, an answer holds."""
    return len(_rows(content, file_name))


def read_groups(content: bytes, *, file_name: str) -> pd.DataFrame:
    """Read Kolada's groups of similar municipalities.

    Returns
    -------
    DataFrame
        One row, one member of one group: group_id, title, area_id, name.

    Raises
    ------
    ReadError
        If it has not Kolada's form, or a group stands twice.
    """
    wrong = ReadError(
        f"{file_name}: filen är ingen lista över Koladas kommungrupper. Väntade JSON "
        "med id, title och members (member_id, member_title)."
    )
    try:
        answer = load_json(content)
        groups = answer["values"] if isinstance(answer, dict) else answer
        rows = [
            (str(g["id"]), str(g["title"]), str(m["member_id"]), str(m["member_title"]))
            for g in groups
            for m in g["members"]
        ]
        ids = [str(group["id"]) for group in groups]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise wrong from None
    if not rows or not all(_GROUP.fullmatch(name) for name in ids):
        raise wrong
    if len(set(ids)) < len(ids):
        raise ReadError(f"{file_name}: samma kommungrupp står två gånger.")
    return pd.DataFrame(rows, columns=["group_id", "title", "area_id", "name"])


def choose_group(groups: pd.DataFrame, group_id: str, *, own: str) -> tuple[str, ...]:
    """Codes of a group's municipalities, the own one not among them.

    Raises
    ------
    ReadError
        If no group has the id.
    """
    members = groups[(groups["group_id"] == group_id) & (groups["area_id"] != own)]
    if members.empty:
        told = ", ".join(sorted(set(groups["group_id"]))[:12])
        raise ReadError(
            f"Kommungruppen '{group_id}' finns inte bland Koladas grupper ({told} …). "
            "Rätta 'similar_group' i kommun.toml."
        )
    return tuple(members["area_id"])

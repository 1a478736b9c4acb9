"""Kolada's answers (API v3): key figures of municipalities, regions and the nation.

In: the JSON of ``/v3/data/kpi/{id}/municipality/{codes}/year/{years}``. Out: contract
indicators, margins of error turned into limits. The source is named "Kolada" for
Kolada's own figures only, never for one that we derive.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.indicators import area_level, make_indicators

PREFIX = "kolada_"
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
        rows, columns=["kpi", "area_id", "period", "gender", "value", "is_deleted"]
    )
    unknown = sorted(set(frame["gender"]) - set(_GENDERS))
    if unknown:
        raise ReadError(f"{file_name}: okänt kön {', '.join(unknown)} i Koladas svar.")
    frame["value"] = pd.to_numeric(frame["value"]).where(~frame["is_deleted"])
    margins = dict(margins or {})
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
        answer = json.loads(content)
        entries = answer["values"] if isinstance(answer, dict) else answer
        rows = [
            (
                entry["kpi"],
                str(entry["municipality"]).zfill(4),
                int(entry["period"]),
                value["gender"],
                value["value"],
                bool(value.get("isdeleted", False)),
            )
            for entry in entries
            for value in entry["values"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise wrong from None
    for kpi, _, _, gender, value, _ in rows:
        is_figure = value is None or isinstance(value, int | float)
        if not (isinstance(kpi, str) and isinstance(gender, str) and is_figure):
            raise wrong
    return rows

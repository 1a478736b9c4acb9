"""SCB's answers: PxWeb as json-stat2, as JSON of version 1 and as CSV; small areas.

In: an answer as it was fetched, or the key of DeSO and RegSO. Out: long frames of text
codes and values. A year outside an area code's vintage comes from SCB as 0: it is made
missing here, and a value with status ``..`` or ``.`` is missing too.
From reference year 2025 SCB adds small noise to every count, so parts need not sum to
totals: nothing here corrects them.
"""

from __future__ import annotations

import re
from itertools import product

import pandas as pd

from lagesbild.bounds import load_json
from lagesbild.errors import ReadError
from lagesbild.read.csv_file import decode
from lagesbild.read.indicators import read_table

_DESO = re.compile(r"(\d{4}[ABC]\d{4})(?:_DeSO(\d{4}))?")
_REGSO = re.compile(r"(\d{4}R\d{3})(?:_RegSO(\d{4}))?")
FIRST_VINTAGE = {"DeSO": 2018, "RegSO": 2020}
"""Year of the division that a code without a year belongs to."""
KEY_HEADINGS = ("DeSO", "RegSO")
_NO_VALUE = ("..", ".", "-", "")


def read_json_stat(content: bytes, *, file_name: str) -> pd.DataFrame:
    """Read an answer in json-stat2 (PxWeb version 2).

    Returns
    -------
    DataFrame
        One row, one cell: a column of codes a dimension, named as SCB names it, and
        ``value`` (float), missing where its status says so.

    Raises
    ------
    ReadError
        If it is no json-stat2, or its size and its values do not agree.
    """
    wrong = ReadError(
        f"{file_name}: filen är inget svar i formatet json-stat2 (PxWeb 2). Hämta "
        "tabellen på nytt och välj json-stat2."
    )
    try:
        answer = load_json(content)
        names = list(answer["id"])
        codes = [_codes(answer["dimension"][name]) for name in names]
        values, status = answer["value"], answer.get("status") or {}
        if isinstance(values, dict):  # a sparse answer tells place and value
            values = [values.get(str(i)) for i in range(_size(answer["size"]))]
        if isinstance(status, list):
            status = {str(i): word for i, word in enumerate(status)}
        if [len(c) for c in codes] != list(answer["size"]):
            raise wrong
        if len(values) != _size(answer["size"]):
            raise wrong
        frame = pd.DataFrame(list(product(*codes)), columns=names, dtype="str")
        told = [None if str(i) in status else v for i, v in enumerate(values)]
        return frame.assign(value=pd.Series(told, dtype="float64"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise wrong from None


def _codes(dimension: dict) -> list[str]:
    index = dimension["category"]["index"]
    return list(index) if isinstance(index, list) else sorted(index, key=index.get)


def _size(sizes: list[int]) -> int:
    n_cells = 1
    for size in sizes:
        n_cells *= int(size)
    return n_cells


def read_json_v1(content: bytes, *, file_name: str) -> pd.DataFrame:
    """Read an answer in the JSON of PxWeb version 1.

    Returns
    -------
    DataFrame
        One row, one cell: a column of codes a dimension, ``contents`` (SCB's code of
        the figure) and ``value``.

    Raises
    ------
    ReadError
        If it has not that form.
    """
    try:
        answer = load_json(content)
        columns = answer["columns"]
        keys = [c["code"] for c in columns if c["type"] != "c"]
        contents = [c["code"] for c in columns if c["type"] == "c"]
        rows = [
            (*row["key"], name, value)
            for row in answer["data"]
            for name, value in zip(contents, row["values"], strict=True)
        ]
        frame = pd.DataFrame(rows, columns=[*keys, "contents", "value"], dtype="str")
    except (ValueError, KeyError, TypeError):
        raise ReadError(
            f"{file_name}: filen är inget svar i PxWebs JSON (version 1), som har "
            "'columns' och 'data'."
        ) from None
    return frame.assign(value=_number(frame["value"], file_name))


def read_px_csv(content: bytes, *, file_name: str) -> pd.DataFrame:
    """Read PxWeb's CSV: one column a dimension, then one a figure and year.

    Returns
    -------
    DataFrame
        One row, one cell: the dimensions' columns, ``contents`` and ``period`` (what
        heads the figure: "000007Y7 2024" is contents and year) and ``value``.

    Raises
    ------
    ReadError
        If no column is headed by a year, or a value is no number.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=",", file_name=file_name)
    headed = {c: re.fullmatch(r"(?:(.*\S)\s+)?(\d{4}(?:-\d{4})?)", c) for c in table}
    figures = [c for c, found in headed.items() if found]
    if not figures:
        raise ReadError(
            f"{file_name}: ingen kolumn slutar med ett årtal. Väntade PxWebs CSV, till "
            'exempel "Region","Alder","000007Y7 2024".'
        )
    keys = [c for c in table.columns if c not in figures]
    long = table.melt(id_vars=keys, value_vars=figures, var_name="head")
    return long.assign(
        contents=long["head"].map({c: headed[c][1] or "" for c in figures}),
        period=long["head"].map({c: headed[c][2] for c in figures}),
        value=_number(long["value"], file_name),
    )[[*keys, "contents", "period", "value"]]


def _number(text: pd.Series, file_name: str) -> pd.Series:
    plain = text.str.strip().str.replace(",", ".")
    blank = plain.isin(_NO_VALUE)
    value = pd.to_numeric(plain.mask(blank), errors="coerce").astype("float64")
    n_bad = int((value.isna() & ~blank).sum())
    if n_bad:
        raise ReadError(f"{file_name}: {n_bad} celler har något annat än tal.")
    return value


def split_area_codes(codes: pd.Series) -> pd.DataFrame:
    """Take SCB's small-area codes apart.

    Parameters
    ----------
    codes : Series of str
        "2181A0010_DeSO2025", "2181R001_RegSO2025", or without vintage.

    Returns
    -------
    DataFrame
        Aligned: code, division ("DeSO", "RegSO"; missing for other codes) and
        vintage (Int64, the year of the division).
    """
    out = pd.DataFrame(
        {"code": codes.str.strip(), "division": pd.NA, "vintage": pd.NA},
        index=codes.index,
    )
    for division, form in (("DeSO", _DESO), ("RegSO", _REGSO)):
        parts = out["code"].str.extract(f"^{form.pattern}$")
        fits = parts[0].notna()
        out.loc[fits, "division"] = division
        year = parts.loc[fits, 1].fillna(str(FIRST_VINTAGE[division]))
        out.loc[fits, "vintage"] = year.astype("int64")
        out.loc[fits, "code"] = parts.loc[fits, 0]
    return out.astype({"division": "str", "vintage": "Int64"})


def drop_years_outside(
    figures: pd.DataFrame, *, code: str, period: str = "period"
) -> pd.DataFrame:
    """Make the zeros of years when their area code did not exist missing.

    Parameters
    ----------
    figures : DataFrame
        With a column of area codes, of years (text) and ``value``.
    code, period : str
        Names of the two columns.

    Returns
    -------
    DataFrame
        The same rows. A 0 is missing where the year is before the code's division,
        or where a code of the older division is asked for a year of the newer one.
        Other figures stay: SCB recomputes some earlier years for a new division.
    """
    parts = split_area_codes(figures[code])
    year = figures[period].str[:4].astype("Int64")
    newest = parts.groupby("division")["vintage"].transform("max")
    too_early = year < parts["vintage"]
    too_late = (parts["vintage"] < newest) & (year >= newest)
    outside = (too_early | too_late).fillna(False).astype(bool)
    return figures.assign(value=figures["value"].mask(outside & figures["value"].eq(0)))


def read_deso_key(content: bytes, *, file_name: str) -> pd.DataFrame:
    """Read SCB's key of DeSO to RegSO.

    Returns
    -------
    DataFrame
        One row a DeSO: deso_code, regso_name, municipality_code.

    Raises
    ------
    ReadError
        If a heading is missing or a DeSO stands twice.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=";", file_name=file_name)
    missing = [name for name in KEY_HEADINGS if name not in table.columns]
    if missing:
        raise ReadError(
            f"{file_name}: rubriken {', '.join(missing)} saknas. Väntade SCB:s "
            "kopplingstabell med DeSO och RegSO."
        )
    table = table[(table != "").any(axis=1)].reset_index(drop=True)
    deso = table["DeSO"].str.strip()
    n_twice = int(deso.duplicated().sum())
    if n_twice:
        raise ReadError(f"{file_name}: {n_twice} DeSO-koder står flera gånger.")
    return pd.DataFrame(
        {
            "deso_code": deso,
            "regso_name": table["RegSO"].str.strip(),
            "municipality_code": deso.str[:4],
        }
    )


def read_json_stat_labels(content: bytes, *, file_name: str) -> dict[str, dict]:
    """SCB's own word for every code of an answer: dimension → code → word.

    Raises
    ------
    ReadError
        If it is no json-stat2.
    """
    try:
        answer = load_json(content)
        return {
            name: dict(answer["dimension"][name]["category"].get("label", {}))
            for name in answer["id"]
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReadError(
            f"{file_name}: filen är inget svar i formatet json-stat2 (PxWeb 2)."
        ) from None

"""NTU's figures in long form: one row a place, year, question and measure.

In: ``geografi,enhet,ar,variabel,varde`` with the share, its lower and upper limit and
the number of answers on rows of their own. Out: contract indicators, four rows to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.csv_file import decode
from lagesbild.read.indicators import (
    area_level,
    find_area,
    make_indicators,
    read_table,
)

HEADINGS = ("geografi", "enhet", "ar", "variabel", "varde")
QUESTIONS = {
    "Otrygghet vid utevistelse sent på kvällen i det egna bostadsområdet": (
        "ntu_otrygg_kvall"
    ),
    "Problem med skadegörelse i det egna bostadsområdet": "ntu_problem_skadegorelse",
    "Problem med öppen narkotikahandel i det egna bostadsområdet": (
        "ntu_problem_narkotikahandel"
    ),
}
_ANSWERS = "Antal svarande i NTU."
_MEASURES = {"undre": "lower", "övre": "upper", "Andel": "value"}
_AT = ["area_id", "period"]


def is_long(content: bytes) -> bool:
    """Whether a file begins with this form's first heading."""
    return content.removeprefix(b"\xef\xbb\xbf").lower().startswith(b"geografi")


def read_ntu(
    content: bytes, *, names: Mapping[str, str], retrieved_at: date, file_name: str
) -> pd.DataFrame:
    """Read NTU in long form.

    Parameters
    ----------
    content : bytes
    names : mapping
        Name of municipality, county or nation → code.
    retrieved_at : date
    file_name : str

    Returns
    -------
    DataFrame
        Contract indicators: one row a place, question and year, in per cent, limits
        as Brå gives them; n_respondents those who answered the survey there.

    Raises
    ------
    ReadError
        If a heading is missing, a place, question or measure is unknown, or a value
        is no number.
    """
    text, _ = decode(content, file_name=file_name)
    table = read_table(text, separator=",", file_name=file_name)
    missing = [h for h in HEADINGS if h not in table.columns]
    if missing:
        raise ReadError(
            f"{file_name}: väntade rubrikerna {', '.join(HEADINGS)}; fann "
            f"{', '.join(map(str, table.columns[:8]))}. Saknas: {', '.join(missing)}."
        )
    long = pd.DataFrame(
        {
            "area_id": table["geografi"].map(lambda n: find_area(n, names)),
            "period": table["ar"].str.strip().str.replace("–", "-"),
            "indicator_id": table["variabel"].str.strip().map(QUESTIONS),
            "measure": table["enhet"].map(_measure),
            "value": pd.to_numeric(
                table["varde"].str.replace(",", "."), errors="coerce"
            ),
        }
    )
    is_answers = table["variabel"].str.strip() == _ANSWERS
    pairs = (
        (long["area_id"].isna(), "geografi", "en plats som inte känns igen"),
        (long["indicator_id"].isna() & ~is_answers, "variabel", "en okänd fråga"),
        (long["measure"].isna() & ~is_answers, "enhet", "ett okänt mått"),
        (~np.isfinite(long["value"]), "varde", "något annat än tal"),
        (~long["period"].str.fullmatch(r"\d{4}(-\d{4})?"), "ar", "något annat än år"),
    )
    for wrong, column, what in pairs:
        if wrong.any():
            raise ReadError(
                f"{file_name}: {int(wrong.sum())} rader har {what} i kolumnen "
                f"{column}, den första på rad {int(wrong.to_numpy().argmax()) + 2}."
            )
    keys = [*_AT, "indicator_id", "measure"]
    figures = long[~is_answers]
    if figures.duplicated(keys).any() or long[is_answers].duplicated(_AT).any():
        raise ReadError(f"{file_name}: samma tal står på flera rader. Behåll ett.")
    wide = figures.pivot(
        index=[*_AT, "indicator_id"], columns="measure", values="value"
    ).reindex(columns=["value", "lower", "upper"])
    answers = long[is_answers].set_index(_AT)["value"]
    wide = wide.reset_index()
    at = pd.MultiIndex.from_frame(wide[_AT])
    wide["n_respondents"] = answers.reindex(at).to_numpy() if len(answers) else np.nan
    return make_indicators(
        wide.assign(area_level=area_level(wide["area_id"])),
        retrieved_at=retrieved_at,
        where=file_name,
    )


def _measure(unit: str) -> str | None:
    return next((name for word, name in _MEASURES.items() if word in unit), None)

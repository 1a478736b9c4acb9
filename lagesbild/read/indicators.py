"""What the readers of published statistics share: the catalogue and the last check.

In: figures as a source's own reader found them. Out: rows of contract indicators.
Used by ``bra``, ``kolada`` and ``wastewater``. Every figure keeps its unit, source and
day of retrieval; an indicator that is not in the catalogue is an error, not a column.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files

import pandas as pd

from lagesbild.bounds import refuse_cells
from lagesbild.contracts import check
from lagesbild.errors import ReadError
from lagesbild.read.header import MAX_COLUMNS

NATION = "0000"
EVERYONE = "alla"


@lru_cache(maxsize=1)
def _catalogue() -> pd.DataFrame:
    with (files("lagesbild") / "indicators.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype="str", keep_default_na=False)


def load_indicator_catalogue() -> pd.DataFrame:
    """The indicators that have a name and a unit.

    Returns
    -------
    DataFrame
        One row, one indicator: indicator_id, name, theme, unit, base, source,
        licence, breaks (years that begin a series of their own, parted by a space)
        and caveat (Swedish, what the figure cannot say).
    """
    return _catalogue().copy()


def read_table(
    text: str, *, separator: str, file_name: str, has_headings: bool = True
) -> pd.DataFrame:
    """A CSV as text cells; columns keep the file's headings.

    Raises
    ------
    ReadError
        If the rows are not of one width, or there are more columns or cells than any
        table has.
    """
    refuse_cells(text.count(separator), file_name)
    if text.partition("\n")[0].count(separator) > MAX_COLUMNS:
        raise ReadError(
            f"{file_name}: första raden har fler än {MAX_COLUMNS} kolumner. Är det "
            "rätt fil?"
        )
    try:
        with warnings.catch_warnings():
            # pandas only warns when it cuts rows that are wider than the headings
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.StringIO(text),
                sep=separator,
                dtype="str",
                keep_default_na=False,
                index_col=False,
                header=0 if has_headings else None,
            )
    except (
        pd.errors.ParserError,
        pd.errors.ParserWarning,
        pd.errors.EmptyDataError,
        ValueError,
    ):
        raise ReadError(
            f"{file_name}: raderna har olika antal kolumner, eller ett citattecken som "
            "aldrig avslutas. Hämta filen på nytt."
        ) from None


def find_area(name: str, names: Mapping[str, str]) -> str | None:
    """Code of a place as a table names it; None if no place is named so.

    A leading code ("21 Gävleborgs län", "2181 Sandviken") decides, else the name,
    with or without "kommun" and the genitive s before it.
    """
    text = re.sub(r"\s+", " ", name.strip())
    coded = re.match(r"(\d{2}|\d{4})\b", text)
    if coded:
        code = coded[1].zfill(4)
        return code if code in names.values() else None
    plain = re.sub(r" (kommun|stad)$", "", text)
    without_s = plain.removesuffix("s") if plain != text else plain
    return names.get(text) or names.get(plain) or names.get(without_s)


def area_level(area_ids: pd.Series) -> pd.Series:
    """Level of each code: the nation, a county (00nn) or a municipality."""
    level = pd.Series("municipality", index=area_ids.index, dtype="str")
    level[area_ids.str.startswith("00")] = "county"
    level[area_ids == NATION] = "country"
    return level


def make_indicators(
    figures: pd.DataFrame, *, retrieved_at: date, where: str
) -> pd.DataFrame:
    """Complete a source's figures and hold them to the contract.

    Parameters
    ----------
    figures : DataFrame
        indicator_id, area_id, area_level, period, value; breakdown, lower, upper,
        n_respondents and status where the source tells them.
    retrieved_at : date
        The day the file was fetched or received.
    where : str
        The file's name, for errors.

    Returns
    -------
    DataFrame
        Contract indicators, same order. A figure without value has status missing.

    Raises
    ------
    ReadError
        If an indicator is not in the catalogue, or the same figure stands twice.
    """
    known = _catalogue().set_index("indicator_id")
    unknown = sorted(set(figures["indicator_id"]) - set(known.index))
    if unknown:
        raise ReadError(
            f"{where}: {', '.join(unknown)} finns inte i förteckningen över "
            "indikatorer (indicators.csv). Lägg till dem där med namn, enhet och "
            "förbehåll, eller ta bort dem ur filen."
        )
    keys = ["indicator_id", "area_id", "breakdown", "period"]
    defaults = {
        "breakdown": EVERYONE,
        "status": "final",
        **dict.fromkeys(("lower", "upper", "n_respondents"), float("nan")),
    }
    frame = figures.assign(
        **{name: value for name, value in defaults.items() if name not in figures}
    )
    n_twice = int(frame.duplicated(keys).sum())
    if n_twice:
        raise ReadError(
            f"{where}: {n_twice} tal står två gånger för samma indikator, plats, grupp "
            "och period. Be avsändaren om en fil utan dubbletter."
        )
    frame["status"] = frame["status"].where(frame["value"].notna(), "missing")
    frame["unit"] = frame["indicator_id"].map(known["unit"])
    frame["source"] = frame["indicator_id"].map(known["source"])
    frame["retrieved_at"] = pd.Timestamp(retrieved_at)
    return check(frame, "indicators", where=where)

"""SCB's population of municipalities, counties and the nation as an indicator.

In: an answer of PxWeb, as ``read.scb`` reads its forms. Out: contract indicators
scb_folkmangd. Inhabitants of small areas go to befolkning.csv and are left out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.indicators import EVERYONE, area_level, make_indicators
from lagesbild.read.scb import (
    read_json_stat,
    read_json_stat_labels,
    read_json_v1,
    read_px_csv,
    split_area_codes,
)

INDICATOR = "scb_folkmangd"
_CONTENTS = ("BE0101N1", "000007Y7", "000003O5", "Folkmängd")
_REGION, _PERIOD = ("region", "region1"), ("tid", "år", "period")
_FIGURE = ("contentscode", "contents", "tabellinnehåll")
_TOTALS = ("totalt", "tot", "1+2", "totalt ålder", "samtliga åldrar", "båda könen")
_TOTALS = (*_TOTALS, "män och kvinnor", "kvinnor och män", "totalt kön", "tot1")


def read_inhabitants(
    content: bytes, *, codes: set[str], retrieved_at: date, file_name: str
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read SCB's population.

    Parameters
    ----------
    content : bytes
        json-stat2, JSON of version 1 or PxWeb's CSV.
    codes : set of str
        Four-digit codes of the nation, counties and municipalities.
    retrieved_at : date
    file_name : str

    Returns
    -------
    DataFrame
        Contract indicators: one row a place, group and year. The group is SCB's own
        words, "alla" for totals.
    dict
        Swedish reason → rows left out: small areas, and other figures than the
        population.

    Raises
    ------
    ReadError
        If it is none of the three forms, or has no year.
    """
    cells, labels = _cells(content, file_name)
    lower = {name.casefold(): name for name in cells.columns}
    period = next((lower[n] for n in _PERIOD if n in lower), None)
    if period is None:
        raise ReadError(f"{file_name}: tabellen har inget år. Hämta den med år.")
    region = next((lower[n] for n in _REGION if n in lower), None)
    figure = next((lower[n] for n in _FIGURE if n in lower), None)
    # a table without regions is of the nation
    raw = cells[region].str.strip() if region else pd.Series("00", index=cells.index)
    area = raw.str.zfill(4)
    is_small = split_area_codes(raw)["division"].notna()
    is_other = (
        ~cells[figure].isin(_CONTENTS) if figure else pd.Series(False, cells.index)
    )
    unknown = ~area.isin(codes) & ~is_small & ~is_other
    if unknown.any():
        raise ReadError(
            f"{file_name}: {int(unknown.sum())} rader har en regionkod som varken är "
            "kommun, län, riket, DeSO eller RegSO. Hämta tabellen på nytt."
        )
    kept = ~is_small & ~is_other
    groups = [c for c in cells if c not in (period, region, figure, "value")]
    own = cells[kept].reset_index(drop=True)
    area = area[kept].reset_index(drop=True)
    frame = make_indicators(
        pd.DataFrame(
            {
                "indicator_id": INDICATOR,
                "area_id": area,
                "area_level": area_level(area),
                "breakdown": _breakdown(own, groups, labels),
                "period": own[period].str.strip(),
                "value": own["value"],
            }
        ),
        retrieved_at=retrieved_at,
        where=file_name,
    )
    left = {
        "små områden: de läses som befolkning.csv": int((is_small & ~is_other).sum()),
        "annat än folkmängd": int(is_other.sum()),
    }
    return frame, {why: n for why, n in left.items() if n}


def _cells(content: bytes, file_name: str) -> tuple[pd.DataFrame, Mapping]:
    if not content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{"):
        return read_px_csv(content, file_name=file_name), {}
    if b'"columns"' in content:
        return read_json_v1(content, file_name=file_name), {}
    labels = read_json_stat_labels(content, file_name=file_name)
    return read_json_stat(content, file_name=file_name), labels


def _breakdown(own: pd.DataFrame, groups: list[str], labels: Mapping) -> pd.Series:
    words = pd.Series("", index=own.index, dtype="str")
    for group in groups:
        known = {code: str(word) for code, word in labels.get(group, {}).items()}
        word = own[group].map(lambda code, known=known: known.get(code, code))
        is_total = word.str.strip().str.casefold().isin(_TOTALS)
        is_total |= own[group].str.strip().str.casefold().isin(_TOTALS)
        words = words + " " + word.mask(is_total, "").str.strip()
    plain = words.str.split().str.join(" ")
    return plain.where(plain != "", EVERYONE)

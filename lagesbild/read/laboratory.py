"""A laboratory's analysis of wastewater, copied into our template.

In: avlopp_*.csv or .xlsx. Out: contract indicators with limits by simulation, and
which rows are printed wrong. Loads are computed here from concentration, flow and
persons; what the laboratory prints itself is only held against them. Doses and numbers
of users are never read. Next: ``read.statistics_file``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from lagesbild.errors import ReadError
from lagesbild.read.indicators import make_indicators
from lagesbild.read.template_file import (
    Fault,
    read_cells,
    read_number,
    refuse_cells,
    require_headings,
)
from lagesbild.read.wastewater import compute_loads, flag_printed_rates

PREFIX = "avlopp_"
HEADINGS = (
    "reningsverk",
    "period",
    "amne",
    "halt_ug_per_m3",
    "flode_m3_per_dygn",
    "anslutna_personer",
    "anslutna_hushall",
    "antal_dygn",
)
PRINTED = ("tryckt_mg_per_1000_dygn", "tryckt_antal", "tryckt_antal_per_1000")
"""What the report prints itself, where it does; for the check only, never stored."""
SUBSTANCES = {
    "kokain": "avlopp_kokain",
    "bensoylekgonin": "avlopp_kokain",
    "amfetamin": "avlopp_amfetamin",
    "metamfetamin": "avlopp_metamfetamin",
    "mdma": "avlopp_mdma",
    "ketamin": "avlopp_ketamin",
    "tramadol": "avlopp_tramadol",
    "cannabis": "avlopp_cannabis",
    "thc-cooh": "avlopp_cannabis",
}


@dataclass(frozen=True)
class Analysis:
    """What a laboratory's file holds.

    Attributes
    ----------
    figures : DataFrame
        Contract indicators of plants that are large enough.
    n_too_small : int
        Rows left out: fewer households than the limit are connected.
    printed_wrong : tuple of int
        Rows of the file whose printed figure is not what it should be.
    n_rows : int
        Rows in the file.
    """

    figures: pd.DataFrame
    n_too_small: int
    printed_wrong: tuple[int, ...]
    n_rows: int


def write_laboratory_template() -> str:
    """The blank file as text."""
    lines = (
        "# Laboratoriets analys av avloppsvatten. En rad per ämne, verk och period.",
        "# period: år eller kvartal (2026-K1). amne: " + ", ".join(SUBSTANCES) + ".",
        "# halt i µg/m³, flöde i m³ per dygn; antal_dygn: dygn i samlingsprovet.",
        "# tryckt_*: vad rapporten själv räknat fram, om den gör det. Visas aldrig,",
        "# används bara för att hitta räknefel. Doser och antal användare läses inte.",
    )
    return "\n".join([*lines, ";".join((*HEADINGS, *PRINTED))]) + "\n"


def read_laboratory(
    content: bytes, *, min_households: int, retrieved_at: date, file_name: str
) -> Analysis:
    """Read a laboratory's results.

    Parameters
    ----------
    content : bytes
    min_households : int
        A plant with fewer connected is left out: the water could point at people.
    retrieved_at : date
    file_name : str

    Returns
    -------
    Analysis

    Raises
    ------
    ReadError
        If a heading or cell is faulty, told by row and column.
    """
    numbered = read_cells(content, file_name=file_name)
    found = [cell.lower() for cell in numbered[0][1] if cell]
    require_headings(numbered[0][1], HEADINGS, file_name, optional=PRINTED)
    faults: list[Fault] = []
    rows = [_row(n, cells, found, faults) for n, cells in numbered[1:]]
    refuse_cells(faults, file_name)
    if not rows:
        raise ReadError(f"{file_name}: filen har inga rader. Fyll i den.")
    table = compute_loads(pd.DataFrame(rows))
    wrong = table["is_printed_wrong"].astype(bool) | flag_printed_rates(
        table["printed_amount"], table["printed_per_1000"], table["n_connected"]
    )
    large = table["n_households"] >= min_households
    kept = table[large].reset_index(drop=True)
    figures = make_indicators(
        pd.DataFrame(
            {
                "indicator_id": kept["substance"],
                "area_id": kept["plant"],
                "area_level": "treatment_plant",
                "period": kept["period"],
                "value": kept["load_mg_per_1000_day"],
                "lower": kept["lower"],
                "upper": kept["upper"],
                "n_respondents": kept["n_days"],
            }
        ),
        retrieved_at=retrieved_at,
        where=file_name,
    )
    return Analysis(
        figures=figures,
        n_too_small=int((~large).sum()),
        printed_wrong=tuple(int(n) for n in table.loc[wrong, "row"]),
        n_rows=len(table),
    )


def _row(
    n: int, cells: list[str], found: list[str], faults: list[Fault]
) -> dict[str, object]:
    if any(cells[len(found) :]):
        faults.append((n, found[-1], "fler celler än rubriker"))
    cell = dict(zip(found, [*cells, *[""] * len(found)], strict=False))
    substance = SUBSTANCES.get(cell["amne"].lower())
    if substance is None:
        faults.append((n, "amne", "okänt ämne; orden står i mallen"))
    if not cell["reningsverk"]:
        faults.append((n, "reningsverk", "saknas"))
    if not _is_period(cell["period"]):
        faults.append((n, "period", "ska vara ett år eller kvartal, 2026-K1"))
    numbers = {
        name: read_number(cell.get(column, ""), n, column, faults)
        for name, column in (
            ("concentration_ug_per_m3", "halt_ug_per_m3"),
            ("flow_m3_per_day", "flode_m3_per_dygn"),
            ("n_connected", "anslutna_personer"),
            ("n_households", "anslutna_hushall"),
            ("n_days", "antal_dygn"),
            ("printed_mg_per_1000_day", PRINTED[0]),
            ("printed_amount", PRINTED[1]),
            ("printed_per_1000", PRINTED[2]),
        )
    }
    for name, column in (("flow_m3_per_day", 4), ("n_connected", 5)):
        if numbers[name] == 0:
            faults.append((n, HEADINGS[column], "ska vara mer än 0"))
    if numbers["n_households"] != numbers["n_households"]:  # not known: not shown
        numbers["n_households"] = 0.0
    if numbers["n_days"] % 1 > 0:
        faults.append((n, "antal_dygn", "ska vara ett heltal"))
    return {
        "row": n,
        "substance": substance,
        "plant": cell["reningsverk"],
        "period": cell["period"],
        **numbers,
    }


def _is_period(text: str) -> bool:
    year, _, quarter = text.partition("-K")
    is_year = len(year) == 4 and year.isascii() and year.isdigit()
    return is_year and (text == year or quarter in ("1", "2", "3", "4"))

"""Statistics that people copy by hand from a report into a template of ours.

In: a CSV or XLSX file with the headings of one template. Out: contract indicators.
No public file of one form exists for these sources (CAN's regional tables, the
police's trygghetsmätning, support organisations …): the template is the form. A
changed heading is refused with what was expected and found, and so is any faulty cell,
by row and column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from lagesbild.bounds import refuse_cells as refuse_size
from lagesbild.errors import ReadError
from lagesbild.read.csv_file import decode
from lagesbild.read.excel_file import read_sheets
from lagesbild.read.indicators import (
    EVERYONE,
    area_level,
    load_indicator_catalogue,
    make_indicators,
)
from lagesbild.read.register import refuse_no_headings

_COMMENT = "#"
_NO_VALUE = ("", "..", ".", "-")
_MOST_TOLD = 5
_YEAR = re.compile(r"(19|20)\d{2}")
_YEARS = re.compile(r"((?:19|20)\d{2})(?:[-–]((?:19|20)\d{2}))?")
_AREA = re.compile(r"\d{4}")
_SEXES = {"alla": "", "kvinnor": "kvinnor", "män": "man", "man": "man"}
_PUPILS = {"alla": "", "flickor": "flickor", "pojkar": "pojkar"}
_CLASSES = {"åk 9": "åk 9", "gy 2": "gy 2"}
_AGES = re.compile(r"alla|\d{1,2}[-–]\d{1,2}|\d{1,2}\+")


@dataclass(frozen=True)
class Template:
    """The form of one source.

    Attributes
    ----------
    file : str
        The file's name without ending; its indicators start with it and "_".
    title : str
        Swedish, for the file's first line and for messages.
    source : str
        Who has the figures, in Swedish.
    groups : tuple of str
        Headings that part the respondents.
    is_survey : bool
        Whether it has limits and a number of respondents.
    has_pooled_years : bool
        Whether a period may be several years, "2021-2024".
    """

    file: str
    title: str
    source: str
    groups: tuple[str, ...] = ()
    is_survey: bool = True
    has_pooled_years: bool = False

    @property
    def prefix(self) -> str:
        """What the template's indicators start with."""
        return _PREFIXES[self.file] + "_"

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns, in order."""
        limits = ("undre", "ovre", "antal_svar") if self.is_survey else ()
        return ("indikator", "kommun", *self.groups, "period", "varde", *limits)


_PREFIXES = {
    "can": "can",
    "hlv_mall": "hlv",
    "trygghetsmatning": "tm",
    "medborgarundersokning": "mu",
    "ntu": "ntu",
    "spel": "spel",
    "stod": "stod",
}
TEMPLATES = (
    Template(
        "can", "CAN:s skolundersökning", "CAN och länsstyrelsen", ("arskurs", "kon")
    ),
    Template(
        "hlv_mall",
        "Hälsa på lika villkor",
        "Folkhälsomyndigheten",
        ("kon", "alder"),
        True,
        True,
    ),
    Template(
        "trygghetsmatning",
        "Polisens trygghetsmätning",
        "lokalpolisområdet",
        ("kon", "alder"),
    ),
    Template(
        "medborgarundersokning",
        "SCB:s medborgarundersökning",
        "SCB; kommunen beställer den",
        ("kon",),
    ),
    Template(
        "ntu", "Nationella trygghetsundersökningen", "Brå", ("kon", "alder"), True, True
    ),
    Template(
        "spel",
        "Spelpaus och Stödlinjen",
        "Spelinspektionen och Stödlinjen",
        is_survey=False,
    ),
    # municipality and year only: a smaller group of those who seek help points at them
    Template(
        "stod",
        "Stödsökande och ärenden",
        "kvinnojouren, brottsofferjouren, elevhälsan och familjerätten",
        is_survey=False,
    ),
)

Fault = tuple[int, str, str]


def write_template(template: Template) -> str:
    """The blank file as text: what it is for, its indicators, its headings."""
    known = load_indicator_catalogue()
    own = known[known["indicator_id"].str.startswith(template.prefix)]
    lines = [
        f"# {template.title}. En rad per tal. Rader som börjar med # läses inte.",
        "# kommun: fyra siffror; 0000 är riket, 0021 Gävleborgs län.",
        "# period: " + ("år eller år-år" if template.has_pooled_years else "år"),
        "# varde: decimalkomma går bra; tomt eller .. betyder att uppgift saknas.",
    ]
    told = {
        "arskurs": "# arskurs: " + " eller ".join(_CLASSES),
        "kon": "# kon: alla, "
        + ("flickor, pojkar" if "arskurs" in template.groups else "kvinnor, män"),
        "alder": "# alder: alla, 16-29, 65+ …",
    }
    lines += [told[group] for group in template.groups]
    lines += [f"# {row.indicator_id}: {row.name_}, {row.unit}" for row in _rows(own)]
    return "\n".join([*lines, ";".join(template.headings)]) + "\n"


def _rows(catalogue: pd.DataFrame):
    # "name" is taken by pandas' own attribute of a row
    return catalogue.rename(columns={"name": "name_"}).itertuples()


def read_template(
    content: bytes, template: Template, *, retrieved_at: date, file_name: str
) -> pd.DataFrame:
    """Read a filled-in template.

    Parameters
    ----------
    content : bytes
        CSV with semicolons, or an Excel file (its first sheet) if the name says so.
    template : Template
    retrieved_at : date
    file_name : str

    Returns
    -------
    DataFrame
        Contract indicators, one row a row of the file.

    Raises
    ------
    ReadError
        If the headings are others, or a cell is faulty: told by row and column.
    """
    numbered = read_cells(content, file_name=file_name)
    rows = _headed(numbered, template.headings, file_name)
    faults: list[Fault] = []
    units = load_indicator_catalogue().set_index("indicator_id")["unit"]
    figures = [_figure(n, row, template, units, faults) for n, row in rows]
    refuse_cells(faults, file_name)
    if not figures:
        raise ReadError(
            f"{file_name}: filen har rubriker men inga rader. Fyll i den eller ta bort "
            "den ur mappen."
        )
    frame = pd.DataFrame(figures)
    return make_indicators(
        frame.assign(area_level=area_level(frame["area_id"])),
        retrieved_at=retrieved_at,
        where=file_name,
    )


def read_cells(content: bytes, *, file_name: str) -> list[tuple[int, list[str]]]:
    """Rows that are neither empty nor comments, each with its number in the file.

    Raises
    ------
    ReadError
        If the file is empty or no table.
    """
    if file_name.lower().endswith(".xlsx"):
        rows = read_sheets(content, None, file_name)[0][1]
    else:
        text, _ = decode(content, file_name=file_name)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        first = next((x for x in lines if x.strip() and x.strip()[0] != _COMMENT), "")
        separator = max(";,\t", key=first.count)
        refuse_size(text.count(separator), file_name)
        try:
            # a line a row: a template has no cell over several lines
            rows = [next(csv.reader([line], delimiter=separator), []) for line in lines]
        except csv.Error:
            raise ReadError(
                f"{file_name}: filen kan inte läsas som tabell. Spara om den från "
                "kalkylbladet som CSV."
            ) from None
    stripped = [[cell.strip() for cell in row] for row in rows]
    kept = [
        (n, row)
        for n, row in enumerate(stripped, start=1)
        if any(row) and not next(c for c in row if c).startswith(_COMMENT)
    ]
    if not kept:
        raise ReadError(f"{file_name}: filen är tom. Fyll i den eller ta bort den.")
    return kept


def _headed(
    numbered: list[tuple[int, list[str]]], headings: tuple[str, ...], file_name: str
) -> list[tuple[int, dict[str, str]]]:
    require_headings(numbered[0][1], headings, file_name)
    found = [cell.lower() for cell in numbered[0][1]]
    rows = []
    for n, cells in numbered[1:]:
        if any(cells[len(found) :]):
            raise ReadError(
                f"{file_name}, rad {n}: fler celler än rubriker. Rätta raden."
            )
        padded = [*cells, *[""] * (len(found) - len(cells))]
        rows.append((n, {h: padded[found.index(h)] for h in headings}))
    return rows


def require_headings(
    cells: list[str],
    headings: tuple[str, ...],
    file_name: str,
    *,
    optional: tuple[str, ...] = (),
) -> None:
    """Hold a heading row to the expected one, in any order.

    Raises
    ------
    ReadError
        Names what was expected, what is missing, unknown or there twice.
    """
    found = [cell.lower() for cell in cells if cell]
    refuse_no_headings(found, (*headings, *optional), file_name, error=ReadError)
    missing = [h for h in headings if h not in found]
    unknown = [h for h in found if h not in (*headings, *optional)]
    twice = sorted({h for h in found if found.count(h) > 1})
    if missing or unknown or twice:
        raise ReadError(
            f"{file_name}: väntade rubrikerna {', '.join((*headings, *optional))}; "
            f"fann {', '.join(found[:15])}. Saknas: {', '.join(missing) or 'inga'}; "
            f"okända: {', '.join(unknown[:8]) or 'inga'}; flera gånger: "
            f"{', '.join(twice) or 'inga'}. Skriv rubrikerna som i mallen."
        )


def refuse_cells(faults: list[Fault], file_name: str) -> None:
    """Raise one error that tells the first faulty cells and how many there are."""
    if not faults:
        return
    told = "; ".join(
        f"rad {n}, {column}: {why}" for n, column, why in faults[:_MOST_TOLD]
    )
    more = len(faults) - _MOST_TOLD
    rest = f" och {more} till" if more > 0 else ""
    raise ReadError(f"{file_name}: {told}{rest}. Rätta filen; inget är inläst.")


def read_number(
    text: str, row: int, column: str, faults: list[Fault], *, low: float = 0.0
) -> float:
    """A Swedish number, NaN where the cell says there is none; else a fault."""
    plain = re.sub(r"[\s\u00a0]", "", text).replace(",", ".")
    if plain in _NO_VALUE:
        return float("nan")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?", plain):
        faults.append((row, column, "ska vara ett tal"))
        return float("nan")
    if float(plain) < low:
        faults.append((row, column, f"ska vara minst {low:g}"))
    return float(plain)


def _figure(
    n: int, row: dict[str, str], template: Template, units: pd.Series, faults: list
) -> dict[str, object]:
    """One row of the file as a figure; what is wrong with it goes into ``faults``."""
    indicator = row["indikator"].lower()
    if indicator not in units.index or not indicator.startswith(template.prefix):
        faults.append((n, "indikator", "finns inte i mallens lista"))
    if not _AREA.fullmatch(row["kommun"].zfill(4)):
        faults.append((n, "kommun", "ska vara fyra siffror"))
    figure: dict[str, object] = {
        "indicator_id": indicator,
        "area_id": row["kommun"].zfill(4),
        "breakdown": _breakdown(n, row, template, faults),
        "period": _period(n, row["period"], template, faults),
        "value": read_number(row["varde"], n, "varde", faults),
    }
    if template.is_survey:
        for name, column in (("lower", "undre"), ("upper", "ovre")):
            figure[name] = read_number(row[column], n, column, faults)
        figure["n_respondents"] = read_number(
            row["antal_svar"], n, "antal_svar", faults
        )
        if figure["n_respondents"] % 1 > 0:
            faults.append((n, "antal_svar", "ska vara ett heltal"))
    _within(n, figure, units.get(indicator, ""), faults)
    return figure


def _within(n: int, figure: dict, unit: str, faults: list[Fault]) -> None:
    """Hold a figure to its unit's range and to its own limits."""
    most = {"procent": 100, "index 0–6": 6}.get(unit, float("inf"))
    if figure["value"] > most:
        faults.append((n, "varde", f"ska vara högst {most}"))
    if unit in ("antal", "personer", "samtal") and figure["value"] % 1 > 0:
        faults.append((n, "varde", "ska vara ett heltal"))
    if figure.get("lower", 0) > figure["value"]:
        faults.append((n, "undre", "ska inte vara större än varde"))
    if figure.get("upper", most) < figure["value"]:
        faults.append((n, "ovre", "ska inte vara mindre än varde"))


def _breakdown(
    n: int, row: dict[str, str], template: Template, faults: list[Fault]
) -> str:
    """Words such as "åk 9 flickor" and "16–29 år kvinnor"; "alla" for everyone."""
    sexes = _PUPILS if "arskurs" in template.groups else _SEXES
    readers: dict[str, Callable[[str], str | None]] = {
        "arskurs": _CLASSES.get,
        "kon": lambda word: sexes.get(word or EVERYONE),
        "alder": _age,
    }
    words = []
    for group in ("arskurs", "alder", "kon"):
        if group not in template.groups:
            continue
        word = readers[group](row[group].lower())
        if word is None:
            faults.append((n, group, "okänt ord; orden står i mallen"))
        words.append(word or "")
    return " ".join(word for word in words if word) or EVERYONE


def _age(text: str) -> str | None:
    if not _AGES.fullmatch(text or EVERYONE):
        return None
    if text in ("", EVERYONE):
        return ""
    return text.replace("-", "–").replace("+", " år och äldre") + (
        "" if text.endswith("+") else " år"
    )


def _period(n: int, text: str, template: Template, faults: list[Fault]) -> str:
    form = _YEARS if template.has_pooled_years else _YEAR
    found = form.fullmatch(text)
    if not found:
        wanted = "ett år eller år-år" if template.has_pooled_years else "ett år"
        faults.append((n, "period", f"ska vara {wanted}"))
        return text
    return text.replace("–", "-")

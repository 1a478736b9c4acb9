"""Recognise a statistics file by its name and read it, every row accounted for.

In: a file's name and bytes. Out: a ``Reading``: its figures as contract indicators, its
rows, and how many were left out for which reason. Who is next: ``statistics``, which
reads a whole folder.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from lagesbild import contracts
from lagesbild.errors import ReadError
from lagesbild.read import (
    bra,
    hlv,
    inhabitants_file,
    kolada,
    laboratory,
    ntu,
    sol_figures,
    wastewater,
)
from lagesbild.read.csv_file import decode
from lagesbild.read.indicators import load_indicator_catalogue, read_table
from lagesbild.read.template_file import TEMPLATES, read_cells, read_template


@dataclass(frozen=True)
class Context:
    """What a file does not say of itself.

    Attributes
    ----------
    names : mapping
        Name of municipality, county or nation → four-digit code.
    retrieved_at : date
        The day the file was fetched.
    wastewater_site : str or None
        The EUDA's code of the municipality's treatment plant.
    min_households : int
        A plant with fewer connected is left out.
    """

    names: Mapping[str, str]
    retrieved_at: date
    wastewater_site: str | None = None
    min_households: int = 1000


@dataclass(frozen=True)
class Reading:
    """What one file holds.

    Attributes
    ----------
    figures : DataFrame
        Contract indicators.
    n_rows : int
        Rows, or for JSON values, in the file.
    left_out : mapping
        Swedish reason → rows that give no figure.
    notes : tuple of str
        What whoever looks after the file should know, in Swedish.
    """

    figures: pd.DataFrame
    n_rows: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def n_used(self) -> int:
        """Rows that are in the figures."""
        return self.n_rows - sum(self.left_out.values())


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    files : tuple of str
        Patterns of its name, in lower case.
    name : str
        Swedish.
    source : str
        Where it is fetched, in Swedish.
    read : callable
        (content, file name, context) → ``Reading``.
    prefix : str
        What its indicators begin with; "" if it has none.
    """

    files: tuple[str, ...]
    name: str
    source: str
    read: Callable[[bytes, str, Context], Reading]
    prefix: str = ""


def _sure(figures: pd.DataFrame, n_rows: int, **more: object) -> Reading:
    reading = Reading(figures, n_rows, **more)
    if reading.n_used < 0:
        raise ReadError("Räkningen av filens rader går inte ihop. Anmäl felet.")
    return reading


def _condensed(content: bytes, name: str, given: Context) -> Reading:
    figures = bra.read_condensed(
        content, retrieved_at=given.retrieved_at, file_name=name
    )
    return _sure(figures, len(figures) // 2)


def _municipal(content: bytes, name: str, given: Context) -> Reading:
    year = re.search(r"(?:19|20)\d{2}", name)
    if year is None:
        raise ReadError(f"{name}: skriv årtalet i filens namn, …_2025.csv.")
    own = {n: code for n, code in given.names.items() if not code.startswith("00")}
    figures = bra.read_municipal(
        content,
        year=int(year[0]),
        municipalities=own,
        retrieved_at=given.retrieved_at,
        file_name=name,
    )
    return _sure(figures, len(figures) // 2)


def _sol(content: bytes, name: str, given: Context) -> Reading:
    is_excel = name.lower().endswith(".xlsx")
    read = bra.read_sol_excel if is_excel else bra.read_sol_text
    table = read(content, file_name=name)
    figures, left = sol_figures.take_sol_figures(
        table, names=given.names, retrieved_at=given.retrieved_at, file_name=name
    )
    return _sure(figures, len(table), left_out=left)


def _kolada_json(content: bytes, name: str, given: Context) -> Reading:
    figures = kolada.read_kolada(
        content,
        retrieved_at=given.retrieved_at,
        file_name=name,
        margins=kolada.MARGINS,
    )
    return _sure(figures, kolada.count_values(content, file_name=name))


def _kolada_csv(content: bytes, name: str, given: Context) -> Reading:
    figures = kolada.read_kolada_csv(
        content,
        retrieved_at=given.retrieved_at,
        file_name=name,
        margins=kolada.MARGINS,
    )
    text, _ = decode(content, file_name=name)
    return _sure(figures, len(read_table(text, separator=",", file_name=name)))


def _groups(content: bytes, name: str, _: Context) -> Reading:
    members = kolada.read_groups(content, file_name=name)
    note = f"{members['group_id'].nunique()} kommungrupper, {len(members)} kommuner."
    return Reading(contracts.empty("indicators"), len(members), notes=(note,))


def _inhabitants(content: bytes, name: str, given: Context) -> Reading:
    figures, left = inhabitants_file.read_inhabitants(
        content,
        codes=set(given.names.values()),
        retrieved_at=given.retrieved_at,
        file_name=name,
    )
    return _sure(figures, len(figures) + sum(left.values()), left_out=left)


def _euda(content: bytes, name: str, given: Context) -> Reading:
    if given.wastewater_site is None:
        raise ReadError(
            f"{name}: vilket reningsverk är kommunens? Skriv EUDA:s kod i kommun.toml: "
            '[statistics] wastewater_site = "SE004".'
        )
    figures = wastewater.read_euda(
        content,
        site=given.wastewater_site,
        retrieved_at=given.retrieved_at,
        file_name=name,
    )
    text, _ = decode(content, file_name=name)
    n_rows = len(read_table(text, separator=",", file_name=name))
    left = {"andra orters reningsverk": n_rows - len(figures)}
    return _sure(figures, n_rows, left_out=left)


def _laboratory(content: bytes, name: str, given: Context) -> Reading:
    told = laboratory.read_laboratory(
        content,
        min_households=given.min_households,
        retrieved_at=given.retrieved_at,
        file_name=name,
    )
    small = f"färre än {given.min_households} anslutna hushåll"
    wrong = ", ".join(map(str, told.printed_wrong))
    note = (
        f"Ett tryckt tal stämmer inte med de andra på rad {wrong}. Fråga laboratoriet. "
        "Visade tal är våra egna beräkningar."
    )
    return _sure(
        told.figures,
        told.n_rows,
        left_out={small: told.n_too_small} if told.n_too_small else {},
        notes=(note,) if wrong else (),
    )


def _hlv(content: bytes, name: str, given: Context) -> Reading:
    known = load_indicator_catalogue()["indicator_id"]
    own = sorted(known[known.str.startswith(hlv.PREFIX)], key=len, reverse=True)
    stem = name.lower().rpartition(".")[0]
    indicator = next((i for i in own if stem == i or stem.startswith(i + "_")), None)
    if indicator is None:
        raise ReadError(
            f"{name}: filens namn ska börja med vad tabellen visar: {', '.join(own)}."
        )
    figures = hlv.read_hlv(
        content,
        indicator_id=indicator,
        names=given.names,
        retrieved_at=given.retrieved_at,
        file_name=name,
    )
    return _sure(figures, len(figures))


def _ntu_long(content: bytes, name: str, given: Context) -> Reading:
    figures = ntu.read_ntu(
        content, names=given.names, retrieved_at=given.retrieved_at, file_name=name
    )
    text, _ = decode(content, file_name=name)
    return _sure(figures, len(read_table(text, separator=",", file_name=name)))


def _of_template(template) -> Callable[[bytes, str, Context], Reading]:
    def read(content: bytes, name: str, given: Context) -> Reading:
        if ntu.is_long(content):  # of a name with the template, told by its heading
            return _ntu_long(content, name, given)
        figures = read_template(
            content, template, retrieved_at=given.retrieved_at, file_name=name
        )
        n_rows = len(read_cells(content, file_name=name)) - 1
        return _sure(figures, n_rows)

    return read


_BRA = "bra.se, statistik över anmälda brott (SOL)"
_KOLADA = "kolada.se, eller lagesbild statistics --fetch"
KINDS = (
    Kind(
        ("anmalda_brott_kommunerna_*.csv",),
        "Brå, alla kommuner ett år",
        _BRA,
        _municipal,
        "bra_",
    ),
    Kind(
        ("sol_*.txt", "sol_*.csv", "sol_*.xlsx"),
        "Brå, SOL:s export",
        _BRA,
        _sol,
        "bra_",
    ),
    Kind(("bra_*.csv",), "Brå, sammandragna serier", _BRA, _condensed, "bra_"),
    Kind(
        ("kolada_grupper*.json", "municipality_groups*.json"),
        "Koladas kommungrupper",
        _KOLADA,
        _groups,
    ),
    Kind(
        ("kolada_*.json",), "Kolada, svar från API v3", _KOLADA, _kolada_json, "kolada_"
    ),
    Kind(
        ("kolada_*.csv",),
        "Kolada, värden i långt format",
        _KOLADA,
        _kolada_csv,
        "kolada_",
    ),
    Kind(
        ("scb_*.json", "scb_*.csv"),
        "SCB, folkmängd",
        "statistikdatabasen.scb.se, eller lagesbild statistics --fetch",
        _inhabitants,
        "scb_",
    ),
    Kind(
        ("euda_*.csv", "ww*all-data.csv"),
        "EUDA, avloppsvatten i städer",
        "euda.europa.eu, Wastewater analysis, all data",
        _euda,
        "euda_",
    ),
    Kind(
        ("avlopp_*.csv", "avlopp_*.xlsx"),
        "Laboratoriets analys av avloppsvatten",
        "reningsverket; fyll i mallar/avlopp.csv",
        _laboratory,
        "avlopp_",
    ),
    *(
        Kind(
            tuple(f"{t.file}{end}" for end in (".csv", "_*.csv", ".xlsx", "_*.xlsx")),
            t.title,
            f"{t.source}; fyll i mallar/{t.file}.csv",
            _of_template(t),
            t.prefix,
        )
        for t in TEMPLATES
    ),
    Kind(
        ("hlv_*.csv",),
        "Hälsa på lika villkor, PxWeb",
        "folkhalsomyndigheten.se, Folkhälsodata",
        _hlv,
        "hlv_",
    ),
)


def recognise(file_name: str) -> Kind | None:
    """The first kind whose pattern the name fits; None if it fits none."""
    name = file_name.lower()
    return next(
        (kind for kind in KINDS if any(fnmatch.fnmatch(name, f) for f in kind.files)),
        None,
    )


def read_statistics_file(content: bytes, *, file_name: str, given: Context) -> Reading:
    """Read one statistics file.

    Parameters
    ----------
    content : bytes
    file_name : str
        Decides the kind.
    given : Context

    Returns
    -------
    Reading

    Raises
    ------
    ReadError
        If the name fits no kind, or the file does not follow its form.
    """
    kind = recognise(file_name)
    if kind is None:
        forms = ", ".join(kind.files[0] for kind in KINDS)
        raise ReadError(
            f"{file_name}: namnet säger inte vad filen är. Döp om den till något av "
            f"{forms}, eller ta bort den ur mappen."
        )
    return kind.read(content, file_name, given)

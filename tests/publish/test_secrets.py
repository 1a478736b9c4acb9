"""What nobody has let go is in no file that leaves the house, however it was written.

A whole run over a town of two areas with the real notebooks. Every register is full:
rows for the house alone, rows for all with secrets in what is for the house alone, a
row of the police that they have not approved yet, and a name in every text.
"""

import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from lagesbild.agreement.contract import (
    AREA,
    AREAS,
    CATEGORY,
    DAY,
    GROUP,
    KEY,
    NUMBER,
    QUARTER,
    WORD,
    WRITTEN,
)
from lagesbild.agreement.tables import REGISTERS
from lagesbild.errors import RegisterError
from lagesbild.period import swedish_date
from lagesbild.present.swedish import NO_BREAK
from lagesbild.publish import batch
from tests.test_publication import CYCLE, make_workspace

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PUBLIC = ("radet", "offentlig")
NAME = "Testina Testsson"
HOUSE, ALL, POLICE, NAMED = "hus", "alla", "polis", "namn"
MARKS = {
    HOUSE: {},
    ALL: {"agare": "kommun", "synlighet": "offentlig"},
    POLICE: {
        "agare": "polis",
        "synlighet": "offentlig",
        "godkand_av_polisen": "2099-01-01",
    },
    NAMED: {"agare": "kommun", "synlighet": "offentlig"},
}
FIXED = {CATEGORY: "klotter", AREA: "O01", AREAS: "O02", QUARTER: CYCLE}


def secret(register, column, row):
    return f"Hemligheten{register.key}{column.name}{row}".lower()


def cell(register, column, row, place):
    """What stands there: a secret wherever it is not let through."""
    is_secret = row in (HOUSE, POLICE) or not column.is_publishable
    if column.kind in FIXED:
        return FIXED[column.kind]
    if column.kind == WORD:
        return "annat" if "annat" in column.words else column.words[0]
    if column.kind == NUMBER:
        return f"{8_654_320 + place}" if is_secret else "7"
    if column.kind == DAY:
        return f"19{60 + place}-03-17" if is_secret else f"2026-02-{10 + place:02d}"
    if column.kind == GROUP:
        return f"grupp{ALL}"
    if column.name == "group":
        return f"grupp{row}"
    told = secret(register, column, row) if is_secret else f"öppet {column.name} {row}"
    if row == NAMED and column.kind in WRITTEN and column.is_publishable:
        return f"{NAME}, boende, sa {told}x{register.key}."
    return told if column.kind in (*WRITTEN, KEY) else ""


def fill(register):
    rows = []
    for place, row in enumerate((HOUSE, ALL, POLICE, NAMED)):
        cells = {
            c.heading: cell(register, c, row, place)
            for c in register.columns
            if c.heading not in ("agare", "synlighet", "godkand_av_polisen")
        } | MARKS[row]
        if register.key == "analyses":
            cells["tema"] = ""
            cells["omrade_id"] = "" if row == ALL else "O01"
        if register.key == "law":
            cells["paragraf"] = next(
                c for c in register.columns if c.heading == "paragraf"
            ).words[place]
        for first, last in (("start", "slut"), ("fran", "till")):
            if first in cells and cells[last] < cells[first]:
                cells[last] = cells[first]
        rows.append(cells)
    return pd.DataFrame(rows, columns=register.headings).fillna("")


def planted():
    """Every secret, with whom it must be hidden from."""
    told = {}
    for register in REGISTERS.values():
        frame = fill(register)
        for column in register.columns:
            if column.kind not in (*WRITTEN, KEY, NUMBER, DAY):
                continue
            for row, value in zip(MARKS, frame[column.heading], strict=True):
                if column.heading == "godkand_av_polisen" or not value:
                    continue
                if row == HOUSE or not column.is_publishable:
                    told[value] = PUBLIC
                elif row == POLICE:
                    told.setdefault(value, PUBLIC[1:])
        told[f"{NAMED}x{register.key}"] = PUBLIC
    return told | {NAME: PUBLIC, "Testsson": PUBLIC}


def forms(value):
    """As it may be written: a day in words, a number with spaces."""
    if value[:2] == "19" and value.count("-") == 2:
        day = swedish_date(date.fromisoformat(value))
        return [value, day, day.replace(" ", NO_BREAK)]
    if value.isdigit():
        spaced = f"{int(value):,}".replace(",", NO_BREAK)
        return [value, spaced]
    return [value]


@pytest.fixture(scope="module")
def ws(tmp_path_factory, town):
    folder = tmp_path_factory.mktemp("hemligt")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    (folder / "nyby").mkdir()
    made = make_workspace(folder / "nyby", town(n_areas=2, n_quarters=6, scale=2))
    made.registers.mkdir(exist_ok=True)
    for register in REGISTERS.values():
        file = made.registers / f"{register.file}.csv"
        fill(register).to_csv(file, sep=";", index=False, encoding="cp1252")
    return made


@pytest.mark.slow
def test_no_planted_secret_is_in_any_file_of_another_audience(ws):
    batch.run_cycle(ws, CYCLE, jobs=1)
    pages = {
        audience: {
            file: file.read_text(encoding="utf-8").casefold()
            for file in (ws.outputs / CYCLE / audience).rglob("*")
            if file.is_file()
        }
        for audience in ("intern", *PUBLIC)
    }
    found = [
        (audience, file.name, value)
        for value, hidden_from in planted().items()
        for audience in hidden_from
        for file, text in pages[audience].items()
        if any(form.casefold() in text for form in forms(value))
    ]
    assert found == []
    # what may be read is there, so that the pages were not empty
    for audience in PUBLIC:
        told = " ".join(pages[audience].values())
        for name in ("problem", "undertaking", "summary"):
            assert f"öppet {name} {ALL}" in told
        assert "visas inte" in told
    inside = " ".join(pages["intern"].values())
    for name in ("problem", "undertaking", "summary"):
        register = {"problem": "actions", "undertaking": "promises"}
        key = register.get(name, "dialogues")
        assert f"hemligheten{key}{name}{HOUSE}" in inside
    assert NAME.casefold() not in inside


def test_a_personal_number_in_any_text_stops_the_run_before_a_page_is_made(ws):
    before = {f: f.read_bytes() for f in ws.registers.glob("*.csv")}
    try:
        for register in REGISTERS.values():
            frame = fill(register)
            for heading in [c.heading for c in register.columns if c.kind in WRITTEN]:
                frame.loc[0, heading] = "Ring 19811218-9876 om det."
            file = ws.registers / f"{register.file}.csv"
            frame.to_csv(file, sep=";", index=False, encoding="cp1252")
        with pytest.raises(RegisterError) as error:
            batch.run_cycle(ws, CYCLE, jobs=1)
    finally:
        for file, content in before.items():
            file.write_bytes(content)
    told = str(error.value)
    assert "9876" not in told
    written = [c for r in REGISTERS.values() for c in r.columns if c.kind in WRITTEN]
    assert told.count("personnummer får inte stå") == len(written)

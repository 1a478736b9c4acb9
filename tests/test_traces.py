"""A planted key is found in every kind of file, and the words are never shown."""

import sqlite3

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from lagesbild.cli import commands
from lagesbild.errors import UsageError
from lagesbild.traces import find_traces
from lagesbild.workspace import open_workspace
from tests.publish.conftest import SETTINGS

KEY = "EX-K 4711-26"  # invented


@pytest.fixture
def ws(tmp_path):
    root = tmp_path / "data" / "exempelkommun"
    (root / "lager" / "tabeller" / "reports").mkdir(parents=True)
    (root / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    return open_workspace(root)


def test_every_kind_of_file_is_searched(ws):
    table = ws.lager / "tabeller" / "reports" / "del.parquet"
    pd.DataFrame({"source_key": [KEY, KEY.lower(), "annan"], "n": 1}).to_parquet(table)
    for name, encoding in (
        ("a.csv", "cp1252"),
        ("b.csv", "utf-16"),
        ("c.csv", "utf-8"),
    ):
        file = ws.root / "arkiv" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(f"nyckel;plats\nåäö;x\n{KEY};Påhittsgatan\n".encode(encoding))
    book = openpyxl.Workbook()
    book.active.append(["EX-K  4711-26", "<b>&"])
    book.save(ws.root / "arkiv" / "d.xlsx")
    with sqlite3.connect(ws.root / "arkiv" / "e.gpkg") as base:
        base.execute("create table t (a text)")
        base.execute("insert into t values (?)", [KEY])
    base.close()
    (ws.lager / "korningar").mkdir()
    (ws.lager / "korningar" / "sida.ipynb").write_text(f'{{"a": "{KEY}"}}', "utf-8")
    ws.outputs.mkdir(parents=True)
    (ws.outputs / "index.html").write_text(f"<p>{KEY}</p>", "utf-8")
    found = find_traces(ws, " ex-k\t4711-26 ").set_index("file")
    assert set(found.index) == {
        "lager/tabeller/reports/del.parquet",
        *(f"arkiv/{name}" for name in ("a.csv", "b.csv", "c.csv", "d.xlsx", "e.gpkg")),
        "lager/korningar/sida.ipynb",
        "index.html",
    }
    assert found.loc["lager/tabeller/reports/del.parquet", "n_hits"] == 2
    assert (
        found.loc["lager/tabeller/reports/del.parquet", "place"] == "tabellen reports"
    )
    assert found.loc["index.html", "place"] == "sidor"
    assert (found["n_hits"] >= 1).all()


@pytest.mark.parametrize("text", ["EX-K 4711-261", "xEX-K 4711-26", "EX-K 4711"])
def test_whole_words_are_found_and_no_parts(ws, text):
    (ws.root / "fil.csv").write_text(text, "utf-8")
    assert find_traces(ws, KEY).empty


def test_two_cells_are_never_read_as_one(ws):
    table = ws.lager / "tabeller" / "reports" / "del.parquet"
    pd.DataFrame({"a": ["Påhittsgatan", "12"]}).to_parquet(table)
    assert find_traces(ws, "Påhittsgatan 12").empty
    assert len(find_traces(ws, "påhittsgatan")) == 1


def test_a_file_that_is_not_what_its_name_says_is_searched_all_the_same(ws):
    for suffix in ("parquet", "xlsx"):
        (ws.root / f"fil.{suffix}").write_bytes(b"\xff\xfe" + KEY.encode())
    assert len(find_traces(ws, KEY)) == 2


def test_too_short_a_search_is_refused(ws):
    with pytest.raises(UsageError):
        find_traces(ws, " ab ")


def test_the_command_tells_where_and_never_what(ws):
    (ws.root / "fil.csv").write_text(f"{KEY};Hemligt", "utf-8")
    told = CliRunner().invoke(commands, ["trace", "-w", str(ws.root), KEY])
    assert told.exit_code == 0
    assert "fil.csv (1)" in told.output and "1 filer" in told.output
    assert KEY not in told.output and "Hemligt" not in told.output

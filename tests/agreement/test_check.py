"""``plan check``: all registers, all faults at once, exit code 3."""

import json

import pytest

from lagesbild import cli, terminal
from lagesbild.agreement.history import load_versions
from tests.tiny_town import make_tiny_town, write

HEAD = "atgard_id;omrade_id;kategori;problem;atgard;agare;synlighet"
ROW = "A1;A01;klotter;Klotter på skolan;Sanering;kommun;radet"


@pytest.fixture
def ws(tmp_path):
    return make_tiny_town(tmp_path / "nyby")


def check(ws, capsys, *more):
    code = terminal.run(cli.commands, ["plan", "check", "-w", str(ws.root), *more])
    return code, *capsys.readouterr()


def test_a_sound_plan_is_counted_and_kept(ws, capsys):
    named = ROW.replace("A1", "A2").replace("Sanering", "Möte med Anna Provsson")
    write(ws.registers / "atgarder.csv", [HEAD, ROW, named])
    code, out, err = check(ws, capsys, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    (plan,) = [r for r in told["registers"] if r["file"] == "atgarder"]
    assert (plan["n_rows"], plan["radet"], plan["intern"]) == (2, 2, 0)
    assert told["withheld"] == [{"file": "atgarder", "row": 3, "column": "atgard"}]
    assert load_versions(ws, "actions")["action_id"].tolist() == ["A1", "A2"]
    _, out, _ = check(ws, capsys)
    assert "atgarder, rad 3, kolumn atgard: ser ut" in out and "Anna" not in out


def test_faults_of_all_registers_stop_it_and_nothing_is_kept(ws, capsys):
    write(ws.registers / "atgarder.csv", [HEAD, ROW.replace("A01", "A99")])
    write(ws.registers / "analys.csv", ["kvartal;roll;bedomning", "2026;x;y"])
    code, out, err = check(ws, capsys)
    assert code == 3 and "följer sin form" not in out
    assert "atgarder.csv: rad 2, kolumn omrade_id" in err
    assert "analys.csv: rad 2, kolumn kvartal" in err
    assert load_versions(ws, "actions").empty

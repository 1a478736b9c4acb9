"""Files of anybody's tables: the very arguments, files and words of the commands."""

import json

import pandas as pd
import pytest

from lagesbild import cli, terminal

INNER = (
    "omrade,brott,antal\nO1,k1,3\nO1,k2,20\nO2,k1,40\nO2,k2,50\nO3,k1,60\nO3,k2,70\n"
)
TREES = (
    "dim,hier,parent,child\nomrade,h,Totalt,O1\nomrade,h,Totalt,O2\nomrade,h,Totalt,O3\n"
    "brott,h,Totalt,k1\nbrott,h,Totalt,k2\n"
)
DIMS = ["omrade", "brott"]
COMMON = ["--dims", "omrade,brott", "--count", "antal", "--hierarchy", "trad.csv"]


@pytest.fixture
def run(capfd, monkeypatch, tmp_path):
    """Type words beside a table and its trees; exit code, output, faults."""
    monkeypatch.chdir(tmp_path)
    write("tabell.csv", INNER)
    write("trad.csv", TREES)

    def typed(*words):
        code = terminal.run(cli.commands, [*words, *COMMON])
        told = capfd.readouterr()
        assert "Traceback" not in told.err + told.out
        return code, told.out, told.err

    return typed


def write(name, text):
    with open(name, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def read(name="ut.csv"):
    return pd.read_csv(name, dtype="str", keep_default_na=False)


def test_every_cell_comes_out_with_its_total_and_status(run):
    code, out, err = run("suppress", "tabell.csv", "ut.csv")
    assert (code, err) == (0, "")
    assert "12 celler: 4 dolda, varav 1 små och 3 för att skydda dem." in out
    cells = read()
    assert list(cells) == [*DIMS, "antal", "status"] and len(cells) == 12
    assert cells["status"].value_counts().to_dict() == {
        "visad": 8,
        "sekundar": 3,
        "primar": 1,
    }
    assert ((cells["antal"] == "") == (cells["status"] != "visad")).all()
    assert ("Totalt,Totalt,243,visad\n") in open("ut.csv", encoding="utf-8").read()


def test_as_json_one_object_with_the_least_that_can_be_hidden(run):
    code, out, _ = run("suppress", "tabell.csv", "ut.csv", "--json")
    told = json.loads(out)
    assert code == 0 and told.pop("seconds") >= 0
    expected = {"cells": 12, "hidden": 4, "primary": 1, "secondary": 3, "least": 4}
    assert told == expected


def test_published_words_do_not_tell_small_cells_from_others(run):
    run("suppress", "tabell.csv", "ut.csv", "--publish")
    assert set(read()["status"]) == {"visad", "dold"}


def test_only_the_cells_asked_for_come_out(run):
    write("celler.csv", "brott,omrade,annat\nTotalt,O1,x\nk1,O1,y\n")
    run("suppress", "tabell.csv", "ut.csv", "--cells", "celler.csv")
    told = read().set_index(DIMS)["status"].to_dict()
    # the other part of O1's total is published nowhere, so that nothing gives k1 away
    assert told == {("O1", "Totalt"): "visad", ("O1", "k1"): "primar"}


def test_rules_are_passed_on(run):
    run("suppress", "tabell.csv", "ut.csv", "--threshold", "3")
    assert set(read()["status"]) == {"visad"}
    write("tabell.csv", INNER.replace("20", "0"))
    run("suppress", "tabell.csv", "ut.csv", "--protect-zeros", "--range-min", "1")
    cells = read().set_index(DIMS)
    assert cells.loc[("O1", "k2"), "status"] == "primar"


def test_a_pair_of_small_cells_gets_a_third_unless_told_otherwise(run):
    write("tabell.csv", "omrade,brott,antal\nO1,k1,1\nO2,k1,4\nO3,k1,60\nO1,k2,9\n")
    run("suppress", "tabell.csv", "ut.csv")
    column = read().query("brott == 'k1' and omrade != 'Totalt'")
    assert (column["status"] != "visad").sum() != 2
    _, out, _ = run("suppress", "tabell.csv", "ut.csv", "--no-singleton", "--json")
    assert json.loads(out)["hidden"] < len(read()) and len(read()) == 12


def test_the_audit_passes_what_suppress_wrote_and_stops_what_gives_a_cell_away(run):
    run("suppress", "tabell.csv", "ut.csv", "--publish")
    code, out, err = run("audit", "ut.csv", "ut.csv")
    assert (code, out, err) == (0, "Inget kan räknas ut.\n", "")
    cells = read()
    hidden = cells.index[cells["status"] == "dold"]
    inner = dict.fromkeys(hidden, "")
    for row in hidden:
        key = tuple(cells.loc[row, DIMS])
        inner[row] = {("O2", "k1"): "40", ("O2", "k2"): "50"}.get(key, "")
    other = cells.assign(antal=cells["antal"].mask(cells.index.isin(hidden), ""))
    for row, value in inner.items():
        other.loc[row, "antal"] = value
    other.to_csv("annan.csv", index=False)
    assert any(inner.values()), "the second publication shows what the first hides"
    code, out, err = run("audit", "ut.csv", "annan.csv")
    assert code == 4 and "kan räknas ut" in out and "Inte säkert" in err
    code, out, _ = run("audit", "ut.csv", "annan.csv", "--json")
    told = json.loads(out)
    assert code == 4 and told["files"] == 2 and not told["ok"]
    assert set(told["unsafe"][0]) == {*DIMS, "low", "high", "reason"}


@pytest.mark.parametrize(
    ("file", "text", "code", "told"),
    [
        (
            "tabell.csv",
            INNER.replace("antal", "n"),
            2,
            "tabell.csv: kolumn saknas: ant",
        ),
        (
            "tabell.csv",
            INNER.replace("3\n", "-3\n", 1),
            3,
            "tabell.csv, rad 2, kolumn a",
        ),
        ("tabell.csv", INNER.replace("50", "50.5"), 3, "tabell.csv, rad 5, kolumn ant"),
        ("tabell.csv", INNER.replace("50", ""), 3, "tabell.csv, rad 5, kolumn antal"),
        (
            "tabell.csv",
            INNER.replace("O3", "O9"),
            3,
            "tabell.csv, rad 6, 7, kolumn omr",
        ),
        ("tabell.csv", INNER + "\nO1,k1,2\n", 3, "tabell.csv, rad 9, kolumn omrade, b"),
        ("tabell.csv", INNER + "O1,k1,2,7\n", 3, "tabell.csv, rad 8: raden har inte l"),
        ("tabell.csv", INNER + "O1,k1\n", 3, "tabell.csv, rad 8: raden har inte l"),
        ("tabell.csv", INNER + 'O1,"k1,2\n', 3, "tabell.csv, rad 8: ett citattecken"),
        ("tabell.csv", INNER.replace("brott", "antal"), 3, "en rubrik står två gånger"),
        ("tabell.csv", "", 3, "tabell.csv: filen är tom"),
        (
            "trad.csv",
            TREES.replace("child", "barn"),
            2,
            "trad.csv: kolumn saknas: chil",
        ),
        ("trad.csv", TREES + "bort,h,Totalt,k3\n", 3, "trad.csv, rad 7, kolumn dim"),
        ("trad.csv", TREES + "omrade,h,O2,O1\n", 3, "trad.csv, rad 7, kolumn child"),
        ("trad.csv", TREES + "omrade,h,,O4\n", 3, "trad.csv, rad 7, kolumn parent"),
        (
            "celler.csv",
            "omrade,brott\nO1,k1\nO1,k7\n",
            3,
            "celler.csv, rad 3, kolumn br",
        ),
        ("celler.csv", "omrade\nO1\n", 2, "celler.csv: kolumn saknas: brott"),
    ],
)
def test_a_file_out_of_form_is_refused_with_row_and_column(
    run, tmp_path, file, text, code, told
):
    write("celler.csv", "omrade,brott\nO1,k1\n")
    write(file, text)
    answer = run("suppress", "tabell.csv", "ut.csv", "--cells", "celler.csv")
    assert answer[0] == code and told in answer[2]
    assert not {"O9", "k7", "50.5"} & set(answer[2].split())
    assert not (tmp_path / "ut.csv").exists()


def test_other_encodings_and_the_same_file_out_are_refused(run, tmp_path):
    assert run("suppress", "tabell.csv", "trad.csv")[0] == 2
    (tmp_path / "tabell.csv").write_bytes(INNER.replace("k1", "å").encode("latin-1"))
    code, _, err = run("suppress", "tabell.csv", "ut.csv")
    assert code == 3 and "inte UTF-8" in err


@pytest.mark.parametrize("wrong", ["x", "-1", "2.5"])
def test_the_audit_takes_no_word_for_a_hidden_number(run, wrong):
    write("ut.csv", f"omrade,brott,antal\nO1,k1,{wrong}\nO2,k1,\n")
    code, _, err = run("audit", "ut.csv")
    assert code == 3 and "ut.csv, rad 2, kolumn antal" in err


def test_dimensions_are_named_once(run):
    code = terminal.run(
        cli.commands,
        "suppress tabell.csv ut.csv --dims omrade,omrade --count antal "
        "--hierarchy trad.csv".split(),
    )
    assert code == 2

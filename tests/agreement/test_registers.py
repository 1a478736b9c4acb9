"""The registers: read as a spreadsheet saves them, all faults told at once."""

import pandas as pd
import pytest

from lagesbild.agreement.registers import (
    ANALYSES_FILE,
    DECISIONS_FILE,
    read_analyses,
    read_decisions,
)
from lagesbild.agreement.templates import write_templates
from lagesbild.errors import RegisterError
from tests.tiny_town import write

HEAD = "kvartal;mottagare;organisation;roll;datum;diarienummer"
ROW = "2026-K2;radet;kommunen;säkerhetschef;2026-08-20;KS 2026:1"


def test_decisions_of_both_organisations_are_read(tmp_path):
    other = ROW.replace("kommunen", "polisen").replace("08-20", "08-24")
    file = write(tmp_path / DECISIONS_FILE, [HEAD, ROW, "", other])
    found = read_decisions(file)
    assert found["organisation"].tolist() == ["kommunen", "polisen"]
    assert found["decided_on"].tolist() == list(
        pd.to_datetime(["2026-08-20", "2026-08-24"])
    )
    assert found["role"].tolist() == ["säkerhetschef"] * 2


def test_commas_a_mark_first_and_other_order_are_read(tmp_path):
    text = '\ufeffbedomning,roll,kvartal\n"Läget, som vi ser det",samordnare,2026-K2\n'
    file = tmp_path / ANALYSES_FILE
    file.write_text(text, encoding="utf-8")
    found = read_analyses(file)
    assert found[["cycle", "role", "text"]].to_numpy().tolist() == [
        ["2026-K2", "samordnare", "Läget, som vi ser det"]
    ]


def test_a_register_that_is_not_there_or_only_headed_is_empty(tmp_path):
    assert read_decisions(tmp_path / DECISIONS_FILE).empty
    write_templates(tmp_path)
    assert read_decisions(tmp_path / DECISIONS_FILE).empty
    assert read_analyses(tmp_path / ANALYSES_FILE).empty


def test_a_template_never_writes_over_a_register(tmp_path):
    file = write(tmp_path / DECISIONS_FILE, [HEAD, ROW])
    write_templates(tmp_path)
    assert len(read_decisions(file)) == 1


def test_all_faults_are_told_at_once_by_row_and_column_without_values(tmp_path):
    rows = [
        "2026;radet;kommunen;säkerhetschef;2026-08-20;KS 2026:1",
        "2026-K2;press;kommunen;säkerhetschef;20/8 2026;KS 2026:1",
        "2026-K2;radet;Testina Testsson;;2026-08-20;",
    ]
    with pytest.raises(RegisterError) as error:
        read_decisions(write(tmp_path / DECISIONS_FILE, [HEAD, *rows]))
    told = str(error.value)
    for place in (
        "rad 2, kolumn kvartal",
        "rad 3, kolumn mottagare",
        "rad 3, kolumn datum",
        "rad 4, kolumn organisation",
        "rad 4, kolumn roll: fältet är tomt",
        "rad 4, kolumn diarienummer: fältet är tomt",
    ):
        assert place in told
    assert told.startswith("beslut.csv: ")
    assert "Testina" not in told and "press" not in told.replace("rad", "")
    assert error.value.exit_code == 3


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([HEAD.replace("roll", "person"), ROW], "Saknas: roll; okända: person"),
        ([ROW, ROW], "första raden är ingen rubrikrad.* kvartal, mottagare"),
        ([HEAD, ROW, ROW], "rad 3, kolumn organisation: samma sak finns redan"),
        ([HEAD, ROW + ";x;y"], "rad 2, kolumn 7: ingen rubrik"),
    ],
)
def test_other_faults(tmp_path, lines, told):
    with pytest.raises(RegisterError, match=told) as error:
        read_decisions(write(tmp_path / DECISIONS_FILE, lines))
    assert ROW.split(";")[3] not in str(error.value)


@pytest.mark.parametrize("head", ["# egen anteckning", "# a;b;c", ""])
def test_comments_and_empty_rows_are_no_rows_and_row_numbers_stay(tmp_path, head):
    file = write(tmp_path / DECISIONS_FILE, [head, HEAD, "# en anteckning till", ROW])
    assert len(read_decisions(file)) == 1
    wrong = write(tmp_path / DECISIONS_FILE, [head, HEAD, ROW.replace("K2", "K7")])
    with pytest.raises(RegisterError, match="rad 3, kolumn kvartal"):
        read_decisions(wrong)


def test_a_csv_as_swedish_excel_writes_it_is_read(tmp_path):
    file = tmp_path / DECISIONS_FILE
    file.write_bytes(f"{HEAD}\r\n{ROW}\r\n".encode("cp1252"))
    assert read_decisions(file)["role"].tolist() == ["säkerhetschef"]


def test_another_encoding_is_refused(tmp_path):
    file = tmp_path / DECISIONS_FILE
    file.write_bytes(f"{HEAD}\n{ROW}\n".encode("utf-16-le"))
    with pytest.raises(RegisterError, match="UTF-8"):
        read_decisions(file)

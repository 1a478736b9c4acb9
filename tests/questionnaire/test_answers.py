"""The same answers, exported by three programs, are read as the same answers."""

import csv
import io

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.errors import LagesbildError, ReadError
from lagesbild.measure.survey import SELF_SELECTED
from lagesbild.questionnaire.answers import read_answers
from lagesbild.questionnaire.questions import load_choices, load_questions
from lagesbild.questionnaire.results import (
    compare_with_inhabitants,
    count_answers,
    count_themes,
)

AREAS = pd.DataFrame({"area_id": ["A01", "A02"], "name": ["Ängby", "Viken"]})
QUESTIONS, CHOICES = load_questions(), load_choices(AREAS)
PEOPLE = 40
# invented: a series of numbers kept free for fiction
SECRET = "Ring mig på 070-174 06 05, det är mörkt vid stationen"
IN_THE_EVENING = ("ganska_otrygg", "mycket_otrygg", "ganska_trygg", "vet_ej")


def person(n):
    """One person's answers by code; None is none."""
    return {
        "omrade": ("A01", "A02", "vill_inte")[n % 3],
        "trygg_dag": ("mycket_trygg", "ganska_trygg")[n % 2],
        "trygg_kvall": IN_THE_EVENING[n % 4],
        "problem": (["trafik", "belysning"], ["inget"], [], ["narkotika"])[n % 4],
        "plats": "Påhittsgatan 1" if n == 3 else None,
        "atgard": (["belysning", "vuxna", "polis"], [])[n % 2],
        "fritext": {0: SECRET, 1: "Lampan är trasig"}.get(n),
        "alder": ("16_29", None)[n % 2],
        "kon": ("kvinna", "man", None)[n % 3],
    }


ANSWERED = [person(n) for n in range(PEOPLE)]
LABELS = {
    (row["list"], row["name"]): row["label"] for row in CHOICES.to_dict("records")
}
LISTS = dict(zip(QUESTIONS["name"], QUESTIONS["choices"], strict=True))


def as_kobo(separator=";", encoding="utf-8-sig", grouped="grupp/"):
    """Codes, a column a choice beside the whole, technical columns first and last."""
    head, rows = ["start", "end"], [["2026-09-01T08:00:00+02:00"] * 2 for _ in ANSWERED]
    for q in QUESTIONS.to_dict("records"):
        name = grouped + q["name"]
        head.append(name)
        for row, told in zip(rows, ANSWERED, strict=True):
            value = told[q["name"]]
            row.append(" ".join(value) if isinstance(value, list) else value or "")
        if q["type"] == "select_multiple":
            for code in CHOICES.loc[CHOICES["list"] == q["choices"], "name"]:
                head.append(f"{name}/{code}")
                for row, told in zip(rows, ANSWERED, strict=True):
                    given = told[q["name"]]
                    row.append(str(int(code in given)) if given else "")
    head += ["_id", "_uuid", "_submission_time", "_submitted_by"]
    for n, row in enumerate(rows):
        row += [n, f"u{n}", "2026-09-01T08:00:00", "konto.namn"]
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    return out.getvalue().encode(encoding)


def in_words(name, value):
    if isinstance(value, list):
        return ";".join(LABELS[LISTS[name], code] for code in value) + ";" * bool(value)
    return LABELS.get((LISTS[name], value), value)


def as_forms():
    """The questions' words, choices in words, and who it was: a workbook."""
    book = openpyxl.Workbook()
    head = ["ID", "Starttid", "Slutförandetid", "E-post", "Namn"]
    book.active.append(head + [f"{label}\u00a0*" for label in QUESTIONS["label"]])
    for n, told in enumerate(ANSWERED, start=1):
        own = [in_words(name, told[name]) for name in QUESTIONS["name"]]
        who = [n, "2026-09-01", "2026-09-01", "testina@post.example", "Testina T"]
        book.active.append(who + [None if cell == "" else cell for cell in own])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_plain():
    """What somebody typed in from paper: codes and words mixed, cp1252."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([name.upper() for name in QUESTIONS["name"]])
    for told in ANSWERED:
        row = [in_words(name, told[name]) or "" for name in QUESTIONS["name"]]
        row[1] = told["trygg_dag"]
        writer.writerow(row)
    return out.getvalue().encode("cp1252")


@pytest.fixture
def read(tmp_path):
    def reading(content, name="svar.csv"):
        (tmp_path / name).write_bytes(content)
        return read_answers(tmp_path / name, QUESTIONS, CHOICES)

    return reading


@pytest.fixture
def kobo(read):
    return read(as_kobo())


@pytest.mark.parametrize(
    "content",
    [
        as_kobo(",", "utf-8"),
        as_kobo(grouped=""),
        as_kobo("\t", "utf-16"),
        as_forms(),
        as_plain(),
    ],
    ids=["kobo-comma", "odk", "kobo-tab", "forms", "plain"],
)
def test_every_export_gives_the_same_answers_and_counts(read, kobo, content):
    got = read(content, "svar.xlsx" if content[:2] == b"PK" else "svar.csv")
    pd.testing.assert_frame_equal(got.rows, kobo.rows)
    assert got.refused.empty and got.masked == kobo.masked
    one, other = (count_answers(a, QUESTIONS, CHOICES) for a in (got, kobo))
    pd.testing.assert_frame_equal(one, other)


def test_the_answers_are_those_that_were_given(kobo):
    rows = kobo.rows
    assert len(rows) == PEOPLE and rows.index.tolist() == list(range(1, PEOPLE + 1))
    for n, told in enumerate(ANSWERED):
        row = rows.iloc[n]
        for name in ("omrade", "trygg_dag", "trygg_kvall", "alder", "kon"):
            assert row[name] == told[name] or (
                pd.isna(row[name]) and told[name] is None
            )
        for name in ("problem", "atgard"):
            own = [c for c in rows.columns if c.startswith(f"{name}.") and row[c]]
            assert sorted(own) == sorted(f"{name}.{code}" for code in told[name])


def test_who_it_was_is_not_taken_over_and_words_are_masked(read):
    got = read(as_forms(), "svar.xlsx")
    assert {"E-post", "Namn", "ID"} <= set(got.left_out)
    whole = got.rows.to_csv()
    assert "Testina" not in whole and "070-174" not in whole
    assert "mörkt vid stationen" in whole
    assert got.masked["telefon"] == 1


def test_counts_and_shares_without_any_interval(kobo):
    told = count_answers(kobo, QUESTIONS, CHOICES)
    assert told.attrs["note"] == SELF_SELECTED
    assert not {"lower", "upper", "p"} & set(told.columns)
    at = told.set_index(["question", "choice"])
    assert at.loc[("trygg_kvall", "mycket_otrygg"), "n"] == 10
    assert at.loc[("trygg_kvall", "mycket_otrygg"), "proportion"] == pytest.approx(0.25)
    # of the thirty who named anything
    assert at.loc[("problem", "narkotika"), ["n", "n_answers"]].tolist() == [10, 30]
    assert at.loc[("problem", "narkotika"), "proportion"] == pytest.approx(1 / 3)
    assert at.loc[("problem", "vald"), "n"] == 0
    assert at.loc[("atgard", "polis"), "status"] == "too_few"  # twenty answered
    assert pd.isna(at.loc[("atgard", "polis"), "proportion"])


def test_who_answered_is_set_beside_who_lives_there(kobo):
    told = compare_with_inhabitants(kobo, pd.Series({"A01": 3_000, "A02": 1_000}))
    assert told["n"].tolist() == [14, 13]
    assert told["answer_share"].tolist() == pytest.approx([14 / 27, 13 / 27])
    assert told["inhabitant_share"].tolist() == [0.75, 0.25]
    assert told["per_1000"].tolist() == pytest.approx([14 / 3, 13])


def test_themes_are_counted_by_the_analysts_words(kobo):
    words = [("Ljus", "lamp*"), ("Ljus", "mörk*"), ("Trafik", "moped")]
    themes = pd.DataFrame(words, columns=["tema", "ord"])
    told = count_themes(kobo.rows["fritext"], themes)
    assert told.to_numpy().tolist() == [["Ljus", 2, 2], ["Trafik", 0, 2]]
    with pytest.raises(LagesbildError, match="rad 1"):
        count_themes(kobo.rows["fritext"], pd.DataFrame({"tema": ["x"], "ord": [" *"]}))


HEAD = "omrade;trygg_dag;trygg_kvall;problem"
GOOD = "A01;mycket_trygg;vet_ej;trafik"


def test_a_bad_row_is_refused_by_row_and_column_and_the_others_stand(read):
    bad = ["A99;mycket_trygg;vet_ej;trafik", "A01;x;vet_ej;trafik ufo"]
    got = read("\n".join([HEAD, GOOD, *bad, GOOD]).encode())
    assert got.rows.index.tolist() == [1, 4]
    assert got.refused[["row", "column"]].to_numpy().tolist() == [
        [2, "omrade"],
        [3, "problem"],
        [3, "trygg_dag"],
    ]
    assert not got.refused["reason"].str.contains("A99|ufo").any()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "tom"),
        (f"{HEAD};inkomst\n{GOOD};1".encode(), "kolumn 5 hör inte till enkäten"),
        (b"omrade;problem\nA01;trafik", "'trygg_dag' saknar kolumn"),
        (f"{HEAD}\n{GOOD};9;9".encode(), "6 kolumner, rubrikerna 4"),
        (f"{HEAD};omrade\n{GOOD};A01".encode(), "finns två gånger"),
        (f'{HEAD}\nA01;"öppet'.encode(), "citattecken"),
        (f"{HEAD};problem/ufo\n{GOOD};1".encode(), r"kolumn \d hör inte"),
        (b"PK\x03\x04 inget", "Excelfil"),
    ],
)
def test_a_file_that_is_not_answers_is_told_in_words(read, content, told):
    with pytest.raises(ReadError, match=told):
        read(content)


@settings(max_examples=40, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(
            lambda t: f"{HEAD};fritext\n{GOOD};{t}".encode("utf-8", "replace")
        ),
    )
)
def test_any_bytes_are_answers_or_told_in_swedish(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("svar") / "svar.csv"
    file.write_bytes(content)
    try:
        got = read_answers(file, QUESTIONS, CHOICES)
    except LagesbildError:
        return
    assert not set(got.rows.index) & set(got.refused["row"])

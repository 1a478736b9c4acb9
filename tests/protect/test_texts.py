"""The door for words: what is not marked does not pass, nor does anybody's name."""

from datetime import date

import pandas as pd
import pytest

from lagesbild.agreement.contract import WRITTEN
from lagesbild.agreement.tables import ACTIONS, REGISTERS
from lagesbild.clean.given_names import find_people
from lagesbild.errors import UsageError
from lagesbild.protect.texts import WITHHELD, list_withheld, texts_for

DAY = date(2026, 10, 12)
SECRET, NAME, NUMBER = "HEMLIGHET", "Anna Provsson", "19121212-1212"


def frame(register, rows):
    """A register's rows with its columns and dtypes; what is not given is empty."""
    kinds = {"day": "datetime64[us]", "number": "float64"}
    table = pd.DataFrame(rows, columns=register.names())
    return table.astype({c.name: kinds.get(c.kind, "str") for c in register.columns})


def marked(audience="offentlig", owner="kommun", **cells):
    return {"visible_for": audience, "owner": owner, **cells}


def all_of(texts):
    cells = texts.rows.astype("object").to_numpy().ravel()
    return " ".join(str(cell) for cell in cells)


@pytest.mark.parametrize("register", REGISTERS.values(), ids=lambda r: r.key)
@pytest.mark.parametrize("audience", ["radet", "offentlig"])
def test_a_secret_in_every_unmarked_field_passes_nowhere(register, audience):
    words = [c for c in register.columns if c.kind not in ("day", "number")]
    words = [c.name for c in words if c.name not in ("visible_for", "owner")]
    rows = [
        # in all fields of rows that are not for them, in the internal fields of one
        dict.fromkeys(words, SECRET),
        dict.fromkeys(words, SECRET) | {"visible_for": "intern", "owner": "kommun"},
        dict.fromkeys(words, SECRET) | {"visible_for": "offentlig"},
        {c.name: SECRET for c in register.columns if c.name in words
         and not c.is_publishable} | marked(),
    ]  # fmt: skip
    assert SECRET not in all_of(texts_for(frame(register, rows), register, audience,
                                          as_of=DAY))  # fmt: skip
    inside = texts_for(frame(register, rows), register, "intern", as_of=DAY)
    assert len(inside.rows) == 4 and SECRET in all_of(inside)


@pytest.mark.parametrize("register", REGISTERS.values(), ids=lambda r: r.key)
@pytest.mark.parametrize("audience", ["radet", "offentlig"])
def test_a_name_and_a_number_in_every_text_pass_nowhere(register, audience):
    written = [c.name for c in register.columns if c.kind in WRITTEN]
    for planted in (NAME, NUMBER):
        row = dict.fromkeys(written, f"Vi talade med {planted} om saken.") | marked()
        got = texts_for(frame(register, [row]), register, audience, as_of=DAY)
        assert planted not in all_of(got)
        shown = [c.name for c in register.columns if c.is_publishable]
        n_shown = len(set(written) & set(shown))
        assert got.n_withheld == n_shown
        assert (got.rows == WITHHELD).to_numpy().sum() == n_shown


def test_a_name_that_one_text_tells_is_a_name_in_every_text():
    row = marked(
        problem="Stöld hos Grå Örn på torget",
        note="Kontaktperson: Grå Örn",
        action="Mer ljus på torget",
    )
    actions = frame(ACTIONS, [row])
    got = texts_for(actions, ACTIONS, "offentlig", as_of=DAY).rows
    assert got["problem"].tolist() == [WITHHELD]
    assert got["action"].tolist() == ["Mer ljus på torget"]
    assert (0, "problem") in list_withheld(actions, ACTIONS)
    inside = texts_for(actions, ACTIONS, "intern", as_of=DAY).rows
    assert inside["problem"].tolist() == ["Stöld hos [namn] på torget"]


@pytest.mark.parametrize(
    ("approved", "passes"),
    [(None, False), ("2026-10-13", False), ("2026-10-12", True)],
)
def test_the_polices_row_waits_for_their_approval(approved, passes):
    row = marked(owner="polis", problem="x", approved_on=pd.Timestamp(approved))
    actions = frame(ACTIONS, [row])
    assert len(texts_for(actions, ACTIONS, "offentlig", as_of=DAY).rows) == passes
    assert len(texts_for(actions, ACTIONS, "radet", as_of=DAY).rows) == 1


def test_what_is_for_everyone_is_for_the_council_and_not_the_other_way():
    actions = frame(ACTIONS, [marked("offentlig"), marked("radet"), marked("intern")])
    n_rows = {
        name: len(texts_for(actions, ACTIONS, name, as_of=DAY).rows)
        for name in ("intern", "radet", "offentlig")
    }
    assert n_rows == {"intern": 3, "radet": 2, "offentlig": 1}


def test_an_unknown_audience_is_refused():
    with pytest.raises(UsageError):
        texts_for(frame(ACTIONS, []), ACTIONS, "press", as_of=DAY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Vi mötte Anna Provsson i Centrum", ["Anna Provsson"]),
        ("Testina Testsson berättade", ["Testina Testsson"]),
        ("Karl von Prov var med", ["Karl von Prov"]),
        ("Anna Lindhs Plats 3", ["Anna Lindhs"]),
        ("Polisen Sandviken och Gästrike Räddningstjänst", []),
        ("Klotter på Karl Gatan", []),
        ("Per område räknas det", []),
        ("", []),
    ],
)
def test_people_are_found_by_given_name_and_surname(text, found):
    assert [text[start:end] for start, end in find_people(text)] == found

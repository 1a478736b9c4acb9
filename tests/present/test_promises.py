"""Promises on a page: what is not followed up is not said to be."""

from dataclasses import replace
from datetime import date

import pytest

from lagesbild import present
from lagesbild.agreement.promises import describe_promises
from lagesbild.agreement.tables import REGISTERS
from lagesbild.errors import ProtectError
from lagesbild.protect.texts import texts_for
from tests.agreement.frames import make
from tests.present import invented
from tests.present.look import parse, table

MARKS = {"owner": "kommun", "visible_for": "offentlig"}
OLD = {
    "promise_id": "2024",
    "from_day": "2024-01-01",
    "to_day": "2025-12-31",
    "promise": "Vi lovar lugn.",
    "undertaking": "Vi lagar lampor.",
    **MARKS,
}
NEW = OLD | {
    "promise_id": "2026",
    "from_day": "2026-01-01",
    "to_day": "2027-12-31",
    "indicator": "Fel på lampor",
    "direction": "ner",
    "status": "pågår",
    "done": "40 är bytta.",
    "feedback": "Brev i maj.",
}
DIALOGUE = {"held_on": "2026-05-12", "kind": "medborgardialog", **MARKS}


def publication(*promises, dialogues=()):
    made = invented.make_publication(audience="radet")
    rows = {
        "promises": make("promises", *promises),
        "dialogues": make("dialogues", *dialogues),
    }
    texts = {
        key: texts_for(frame, REGISTERS[key], "radet", as_of=made.data_until)
        for key, frame in rows.items()
    }
    told = describe_promises(texts["promises"].rows, as_of=date(2026, 10, 12))
    found = made.findings | {"promises": told}
    return replace(made, texts=texts, findings=found)


def show(made, part):
    return present.show_agreement(made, part).page


def test_the_promise_that_runs_comes_first_with_what_is_done_and_told():
    page = show(publication(OLD, NEW), "promises")
    titles = [node.text for node in parse(page).all("h2")]
    assert titles == ["Löftet 2026", "Löftet 2024"]
    row = table(page)[1]
    assert row == [
        "Vi lagar lampor. Upprepar 2024.",
        "–",
        "Pågår. 40 är bytta.",
        "Fel på lampor. Lägre är bra",
        "Brev i maj.",
    ]


def test_what_is_not_followed_up_or_told_says_so():
    bare = OLD | {"from_day": "2026-01-01", "to_day": "2027-12-31"}
    page = show(publication(bare), "promises")
    assert table(page)[1][2:] == [
        "Inget är rapporterat",
        "Uppföljning saknas",
        "Ingen ännu",
    ]
    assert "Uppföljning saknas: en av en" in show(publication(bare), "promise_status")
    activity = bare | {"direction": "aktivitet, inte läge"}
    assert table(show(publication(activity), "promises"))[1][3] == (
        "Aktivitet, inte läge"
    )


def test_that_none_runs_is_said_with_the_day_the_last_ended():
    told = parse(show(publication(OLD), "promise_status")).text
    assert "Inget löfte gäller nu. Det senaste gällde till 31\u00a0december" in told
    assert table(show(publication(OLD), "promise_table")) == []
    assert "Inget medborgarlöfte" in show(publication(), "promise_status")


def test_a_promise_that_repeats_the_last_is_said_to():
    told = parse(show(publication(OLD, NEW), "promise_status")).text
    assert "En av en åtaganden upprepar löftet 2024" in told
    assert "Löftet är detsamma som det förra." in show(
        publication(OLD, NEW), "promises"
    )


def test_what_people_said_stands_with_what_came_of_it_or_that_nothing_did():
    later = DIALOGUE | {"held_on": "2030-01-01", "summary": "Ej hållen."}
    told = DIALOGUE | {"summary": "Mörkt.", "led_to": "Nya lampor."}
    page = show(publication(dialogues=(DIALOGUE, told, later)), "dialogues")
    assert [row[-2:] for row in table(page)[1:]] == [
        ["–", "Inget är återkopplat ännu"],
        ["Mörkt.", "Nya lampor."],
    ]


def test_rows_that_do_not_follow_each_other_stop_the_page():
    made = publication(OLD, NEW)
    turned = made.findings["promises"].iloc[::-1]
    wrong = replace(made, findings=made.findings | {"promises": turned})
    with pytest.raises(ProtectError, match="följer inte registret"):
        show(wrong, "promises")

"""The plan on a page: the chain as people wrote it, and what is computed apart."""

from dataclasses import replace

import pandas as pd
import pytest

from lagesbild import present
from lagesbild.agreement.tables import REGISTERS
from lagesbild.errors import ProtectError, UsageError
from lagesbild.protect.texts import texts_for
from tests.agreement.frames import make
from tests.present import invented
from tests.present.look import parse

MARKS = {"owner": "kommun", "visible_for": "offentlig"}
GROUP = {"group": "trygg", "name": "Gruppen", "convener": "strateg", **MARKS}
ACTION = {
    "action_id": "A1",
    "group": "trygg",
    "area_id": "O08",
    "category": "klotter",
    "problem": "Klotter vid <bron>",
    "cause": "Mörkt.",
    "action": "Lampor",
    "responsible": "gatuchef",
    "ends_on": "2026-08-31",
    **MARKS,
}
NOW = {"action_id": "A1", "status": "sen", "has_owner": True, "has_goal": True}
GOAL = {
    "action_id": "A1",
    "measure": "n_offences",
    "from_period": "2025-K4",
    "to_period": "2026-K3",
    "count": 12.0,
    "lower": 6.2,
    "upper": 20.9,
    "target": 15.0,
    "verdict": "nått, men det kan vara slump",
}
HIDDEN = dict.fromkeys(["count", "lower", "upper", "target"])
EFFECT = {"action_id": "A1", "verdict": "ingen effekt syns", "sentence": "Syns inte."}


def publication(actions=(ACTION,), plan=(NOW,), goals=(GOAL,), effects=(EFFECT,)):
    made = invented.make_publication(audience="radet")
    rows = {"actions": make("actions", *actions), "groups": make("groups", GROUP)}
    texts = {
        key: texts_for(frame, REGISTERS[key], "radet", as_of=made.data_until)
        for key, frame in rows.items()
    }
    found = {"plan": plan, "goals": goals, "effects": effects}
    found = {name: pd.DataFrame(list(rows)) for name, rows in found.items()}
    return replace(made, texts=texts, findings=made.findings | found)


def chain(made):
    """What is said of the first action: label → words."""
    (first, *_) = parse(present.show_agreement(made, "plan").page).all(class_="chain")
    names = [node.text for node in first.all("dt")]
    return dict(zip(names, [node.text for node in first.all("dd")], strict=True))


def test_the_chain_is_told_from_problem_to_effect():
    page = present.show_agreement(publication(), "plan").page
    assert "Klotter vid &lt;bron&gt;" in page
    told = chain(publication())
    assert list(told)[:2] == ["Gäller", "Trolig orsak"]
    assert told["Ansvarig"] == "Gatuchef"
    assert told["Målet"] == (
        "12 anmälda 2025-K4 till 2026-K3, troligt spann 6–21; målet är 15. "
        "Målet är nått, men det kan vara slump."
    )
    assert told["Har det hjälpt?"] == "Syns inte."


def test_one_is_told_as_one():
    told = chain(publication(goals=[GOAL | {"count": 1}]))["Målet"]
    assert told.startswith("1 anmält 2025-K4")


def test_a_hidden_goal_is_followed_inside_and_has_no_number():
    made = publication(goals=[GOAL | HIDDEN | {"verdict": "följs internt"}])
    told = chain(made)["Målet"]
    assert told == "Följs internt, för antalen är för små för att visas."


def test_what_is_lacking_is_said_and_never_invented():
    row = ACTION | {"responsible": None, "area_id": None}
    now = NOW | {"status": "klar", "has_owner": False, "has_goal": False}
    told = chain(publication([row], [now], goals=(), effects=()))
    assert told["Ansvarig"] == "saknas"
    assert told["Målet"] == "Mål som går att mäta saknas."
    assert told["Har det hjälpt?"].startswith("Kan inte räknas")
    ongoing = chain(publication([row], [now | {"status": "pågår"}], (), ()))
    assert ongoing["Har det hjälpt?"] == "Räknas när åtgärden är klar."


def test_the_table_begins_with_what_is_late_and_the_tally_agrees():
    rows = [ACTION | {"action_id": "A0"}, ACTION]
    plan = [NOW | {"action_id": "A0", "status": "planerad"}, NOW]
    made = publication(rows, plan)
    page = parse(present.show_agreement(made, "plan_table").page)
    status = [node.text for node in page.all("span", class_="st")]
    assert status == ["Sen", "Planerad"]
    tally = [node.text for node in page.all("ul", class_="tally")[0].all("li")]
    assert tally == ["1 sen", "1 planerad"]
    assert page.all("h2")[0].text == "Planen: en sen och en utan synlig effekt"


def test_an_empty_plan_says_so_and_an_unknown_word_stops_the_page():
    empty = publication((), (), (), ())
    assert "Ingen åtgärd" in present.show_agreement(empty, "plan_table").page
    assert present.show_agreement(empty, "plan").page == ""
    with pytest.raises(ProtectError, match="okänt ord"):
        present.show_agreement(publication(plan=[NOW | {"status": "bra"}]), "plan")
    with pytest.raises(UsageError, match="Delen 'allt' finns inte"):
        present.show_agreement(empty, "allt")

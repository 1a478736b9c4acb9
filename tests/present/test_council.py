"""The council's page: proposals are people's, and no point of law is done unproved."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from lagesbild import present
from lagesbild.agreement.law import check_law
from lagesbild.agreement.promises import describe_wheel
from lagesbild.agreement.tables import REGISTERS
from lagesbild.errors import ProtectError
from lagesbild.protect.texts import texts_for
from tests.agreement.frames import make
from tests.present import invented
from tests.present.look import parse, table

AS_OF = date(2026, 10, 12)
MARKS = {"owner": "kommun", "visible_for": "radet"}
ASKED = {
    "cycle": invented.CYCLE,
    "meets_on": "2026-11-05",
    "proposal": "Byt lampor.",
    "why": "Det är mörkt.",
    "role": "samordnare",
    **MARKS,
}
BEFORE = ASKED | {
    "cycle": "2026-K2",
    "proposal": "Möt föräldrar.",
    "decided_on": "2026-08-27",
    "outcome": "Gjort i sex skolor.",
}


def publication(*agenda, wheel=(), audience="radet"):
    made = invented.make_publication(audience=audience)
    rows = {"agenda": make("agenda", *agenda), "wheel": make("wheel", *wheel)}
    texts = {
        key: texts_for(frame, REGISTERS[key], audience, as_of=made.data_until)
        for key, frame in rows.items()
    }
    empty = {"decisions": make("decisions"), "law": make("law")}
    found = {
        "law": check_law(empty, as_of=AS_OF),
        "wheel": describe_wheel(texts["wheel"].rows, as_of=AS_OF),
    }
    return replace(made, texts=texts, findings=made.findings | found)


def show(made, part, **more):
    return parse(present.show_agreement(made, part, **more).page)


def test_what_is_asked_stands_as_a_persons_with_day_why_and_role():
    page = show(publication(ASKED, BEFORE), "opening")
    (item,) = page.all("ol", class_="decide")[0].all("li")
    assert item.text == "Byt lampor.Det är mörkt. Föreslås av samordnare."
    assert "Förslag, skrivna av människor" in page.text
    assert "Beslut som begärs 5\u00a0november\u00a02026" in page.text
    decided = ASKED | {"decided_on": "2026-11-05"}
    assert "Inget beslut begärs" in show(publication(decided), "opening").text
    assert "Byt" not in show(publication(ASKED, audience="offentlig"), "opening").text


def test_since_the_last_meeting_tells_changes_and_what_became_of_decisions():
    made = publication(ASKED, BEFORE)
    told = [node.text for node in show(made, "situation").all("aside")[0].all("li")]
    assert told == [
        "Inget tidigare underlag är utlämnat att jämföra med.",
        "Möt föräldrar. Gjort i sex skolor.",
    ]
    plan = {"action_id": ["A1", "A2", "A3"], "status": ["sen", "klar", "pågår"]}
    was = {"action_id": ["A1", "A2"], "status": ["pågår", "pågår"]}
    now = replace(made, findings=made.findings | {"plan": pd.DataFrame(plan)})
    before = invented.make_earlier(now)
    found = before.findings | {"plan": pd.DataFrame(was)}
    aside = show(now, "situation", before=replace(before, findings=found)).all("aside")
    told = [node.text for node in aside[0].all("li")]
    assert "En åtgärd har blivit sen." in told
    assert "En åtgärd har blivit klar." in told
    assert "En åtgärd är ny i planen." in told


def test_the_law_is_told_paragraph_by_paragraph_and_nothing_done_without_evidence():
    rows = table(present.show_agreement(publication(), "law").page)
    assert [row[0] for row in rows[1:]] == [
        f"{p}\u00a0{sign}"
        for p, sign in [
            *((n, "§") for n in ("4", "5", "6", "7")),
            ("8–9", "§§"),
            ("10", "§"),
            ("11–12", "§§"),
            ("13", "§"),
        ]
    ]
    assert {row[2] for row in rows[1:]} == {"Inte klart", "För sent"}
    assert "Ingen av åtta punkter är klara" in show(publication(), "law").text


def test_the_year_tells_what_is_late_and_due():
    entry = {"due_on": "2026-09-15", "what": "Möte", "kind": "möte", **MARKS}
    soon = entry | {"due_on": "2026-11-05", "what": "Rapport", "kind": "rapport"}
    later = entry | {"due_on": "2026-12-24", "what": "Enkät", "kind": "undersökning"}
    made = publication(wheel=(later, entry, soon))
    rows = table(present.show_agreement(made, "wheel").page)
    assert [row[3] for row in rows[1:]] == ["Sent", "Dags", "Senare"]
    told = [node.text for node in show(made, "due").all("li")]
    assert told == [
        "Sent: Möte, 15\u00a0september\u00a02026",
        "Dags: Rapport, 5\u00a0november\u00a02026",
    ]
    wrong = made.findings["wheel"].assign(status="kanske")
    with pytest.raises(ProtectError, match="okänt ord"):
        show(replace(made, findings=made.findings | {"wheel": wrong}), "due")

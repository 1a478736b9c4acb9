"""An invented agreement beside the invented publication: a little of every register."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from lagesbild.agreement.law import check_law
from lagesbild.agreement.plan import describe_actions
from lagesbild.agreement.promises import describe_promises, describe_wheel
from lagesbild.agreement.tables import REGISTERS
from lagesbild.protect.texts import texts_for
from tests.agreement.frames import make
from tests.present import invented

MARKS = {"owner": "kommun", "visible_for": "offentlig"}
_ACTION = {"group": "g", "area_id": "O08", "category": "klotter", **MARKS}
_PROMISE = {
    "promise_id": "2026-2027",
    "from_day": "2026-01-01",
    "to_day": "2027-12-31",
    "promise": "Påhittat: vi lovar att göra kvällarna lugnare.",
    **MARKS,
}
ROWS = {
    "groups": [{"group": "g", "name": "Påhittade gruppen", **MARKS}],
    "analyses": [
        {
            "cycle": invented.CYCLE,
            "text": "Påhittat: inbrotten hänger ihop.\nVi följer dem.",
            "causes": "Påhittat: insyn.",
            "role": "samordnare",
            **MARKS,
        }
    ],
    "actions": [
        {"action_id": "A1", "problem": "Klotter", "action": "Färg", **_ACTION}
        | {"ends_on": "2026-08-31", "responsible": "driftchef"},
        {"action_id": "A2", "problem": "Mörker", "action": "Lampor", **_ACTION}
        | {"finished_on": "2025-06-30", "ends_on": "2025-06-30"},
    ],
    "promises": [
        _PROMISE | {"undertaking": "Vi lagar lampor.", "status": "pågår"},
        _PROMISE | {"undertaking": "Vi syns mer.", "direction": "aktivitet, inte läge"},
    ],
    "dialogues": [
        {"held_on": "2026-05-12", "kind": "medborgardialog", "themes": "Ljus", **MARKS}
    ],
    "decisions": [
        {
            "organisation": "kommunen",
            "kind": "lägesbild",
            "decided_on": "2026-02-01",
            "role": "påhittad nämnd",
            "decision_number": "EX 2026:7",
            **MARKS,
        }
    ],
    "wheel": [{"due_on": "2026-09-15", "what": "Möte", "kind": "möte", **MARKS}],
    "agenda": [
        {
            "cycle": invented.CYCLE,
            "meets_on": "2026-11-05",
            "proposal": "Ge driftchefen i uppdrag att byta lampor.",
            "why": "Det är mörkt.",
            "role": "samordnare",
            **MARKS,
        }
    ],
}


def agree(publication):
    """The publication with an agreement that its audience may read."""
    day = publication.data_until
    frames = {key: make(key, *ROWS.get(key, ())) for key in REGISTERS}
    texts = {
        key: texts_for(frame, REGISTERS[key], publication.audience, as_of=day)
        for key, frame in frames.items()
    }
    rows = {key: text.rows for key, text in texts.items()}
    effect = {
        "action_id": "A2",
        "verdict": "ingen effekt syns",
        "sentence": "Åtgärden följdes av ungefär samma utveckling som i andra områden.",
    }
    found = {
        "plan": describe_actions(frames["actions"], as_of=day),
        "goals": pd.DataFrame({"action_id": pd.Series(dtype="str")}),
        "effects": pd.DataFrame([effect]),
        "promises": describe_promises(rows["promises"], as_of=day),
        "wheel": describe_wheel(rows["wheel"], as_of=day),
        "law": check_law(rows, as_of=day),
    }
    return replace(publication, texts=texts, findings=publication.findings | found)

"""The law's checklist: only a decision or a file counts, on the run's day."""

from datetime import date

import pandas as pd
import pytest

from lagesbild.agreement.law import NO_EVIDENCE, check_law
from lagesbild.agreement.tables import PARAGRAPHS
from tests.agreement.frames import make

AS_OF = date(2026, 10, 12)


def decision(kind, day="2026-01-15", organisation="kommunen"):
    return {
        "kind": kind,
        "decided_on": day,
        "organisation": organisation,
        "role": "påhittad nämnd",
        "decision_number": "EX 2026:7",
    }


def check(*decisions, law=(), files=()):
    registers = {"decisions": make("decisions", *decisions), "law": make("law", *law)}
    told = check_law(registers, as_of=AS_OF, files=files)
    assert tuple(told["paragraph"]) == PARAGRAPHS
    return told.set_index("paragraph")


def test_nothing_is_done_without_evidence():
    told = check()
    # the two-year clock has run since the law came into force
    assert told["status"].tolist() == [
        "för sent" if paragraph == "6" else "inte klart" for paragraph in PARAGRAPHS
    ]
    assert told["done_on"].isna().all()


@pytest.mark.parametrize(
    ("kind", "paragraph"),
    [
        ("lägesbild", "4"),
        ("åtgärdsplan", "5"),
        ("annan planering", "7"),
        ("överenskommelse", "8-9"),
        ("strategiskt råd", "10"),
        ("samordningsfunktion", "11-12"),
        ("rapport till fullmäktige", "13"),
    ],
)
def test_the_municipalitys_decision_is_evidence_of_its_own_paragraph(kind, paragraph):
    told = check(decision(kind))
    assert told.index[told["status"] == "klart"].tolist() == [paragraph]
    assert told.loc[paragraph, "evidence"] == "beslut av påhittad nämnd, EX 2026:7"
    by_police = check(decision(kind, organisation="polisen"))
    assert not (by_police["status"] == "klart").any()
    tomorrow = check(decision(kind, day="2026-10-13"))
    assert not (tomorrow["status"] == "klart").any()


@pytest.mark.parametrize(
    ("file", "dated_on", "files", "is_done"),
    [
        ("avtal.pdf", "2025-02-03", ["avtal.pdf"], True),
        ("avtal.pdf", "2025-02-03", [], False),
        ("avtal.pdf", "2026-10-13", ["avtal.pdf"], False),
        ("avtal.pdf", None, ["avtal.pdf"], False),
        (None, "2025-02-03", ["avtal.pdf"], False),
    ],
)
def test_the_word_done_counts_only_with_a_file_that_is_there(
    file, dated_on, files, is_done
):
    row = {"paragraph": "8-9", "status": "klart", "file": file, "dated_on": dated_on}
    told = check(law=[row], files=files).loc["8-9"]
    assert told["status"] == ("klart" if is_done else "inte klart")
    assert told["evidence"] == ("filen avtal.pdf" if is_done else NO_EVIDENCE)
    begun = check(law=[row | {"status": "pågår"}], files=files).loc["8-9"]
    assert begun["status"] == "inte klart"


def test_two_years_for_picture_and_follow_up_and_one_for_the_report():
    told = check(
        decision("lägesbild", "2025-03-10"), decision("uppföljning", "2024-11-04")
    )
    assert told.loc["6", "status"] == "klart"
    assert told.loc["6", "due_on"] == pd.Timestamp("2026-11-04")
    assert told.loc["4", "due_on"] == pd.Timestamp("2027-03-10")
    late = check(
        decision("lägesbild", "2025-03-10"), decision("uppföljning", "2024-10-11")
    )
    assert late.loc["6", "status"] == "för sent"
    for day, status in (("2025-10-12", "klart"), ("2025-10-11", "för sent")):
        told = check(decision("rapport till fullmäktige", day))
        assert told.loc["13", "status"] == status

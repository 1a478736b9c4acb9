import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.offences import load_categories
from lagesbild.present import cells, text
from tests.present.invented import HIDDEN, MISSING, make_publication, make_row
from tests.present.invented import NAMES as NAMES_OF_AREAS

NAMES = dict(load_categories()[["category", "name"]].itertuples(index=False))
VERDICTS = [
    "ökar",
    "minskar",
    "ingen säker förändring",
    "för få att jämföra",
    "jämförs inte",
    "för kort historik",
]
STATUSES = st.sampled_from(["shown", "suppressed", "missing"])


@st.composite
def rows(draw):
    measure = draw(st.sampled_from(cells.MEASURES))
    counts = st.integers(0, 99_999)
    return make_row(
        category=draw(st.sampled_from(sorted(set(NAMES) - {"okand_kod"}))),
        measure=measure,
        verdict=draw(st.sampled_from(VERDICTS)),
        rate_status=draw(st.sampled_from(["shown", "suppressed", "not_computed"])),
        rate_reason="Området är av slaget centrum, där få bor i förhållande till dem "
        "som vistas där.",
        **{
            measure: draw(counts),
            f"{measure}_status": draw(STATUSES),
            f"{measure}_last_year": draw(counts),
            f"{measure}_last_year_status": draw(STATUSES),
        },
    )


def words_of(sentence):
    return [len(part.split(" ")) for part in re.split(r"(?<=[.!?]) ", sentence)]


@given(rows(), rows())
def test_no_sentence_is_longer_than_twenty_words(row, whole):
    told = [text.change(NAMES[row["category"]], row), *text.rate(row, whole)]
    for sentence in told:
        assert max(words_of(sentence.text)) <= text.MAX_WORDS, sentence.text
        assert sentence.strong in sentence.text


@given(rows())
def test_a_hidden_or_missing_count_gives_no_number_and_no_comparison(row):
    row[f"{row['measure']}_status"] = "suppressed"
    told = text.change("Klotter", row)
    assert not re.search(r"\d", told.text)
    assert (told.kind, told.finding) == ("Visas inte", "")
    row[f"{row['measure']}_status"] = "missing"
    told = text.change("Klotter", row)
    assert told.text == "Klotter: uppgift saknas."


@given(rows())
def test_a_hidden_count_of_last_year_is_not_told(row):
    row[f"{row['measure']}_status"] = "shown"
    row[f"{row['measure']}_last_year_status"] = "suppressed"
    told = text.change("Klotter", row)
    assert " mot " not in told.text
    assert told.finding == ""


@given(rows())
def test_only_sure_verdicts_say_that_something_changes(row):
    told = text.change("Klotter", row).text
    if row["verdict"] not in ("ökar", "minskar"):
        assert not re.search(r"ökar|minskar|upptäckt (fler|färre)", told)


@given(rows())
def test_police_effort_is_told_as_what_the_police_found(row):
    row |= {"category": "narkotika", "measure": "n_offences"}
    row |= {"n_offences": 61, "n_offences_last_year": 34}
    told = text.change("Narkotikabrott", row)
    assert not re.search(r"ökar|minskar", told.text + told.finding)


def test_number_comparison_and_how_sure_in_one_sentence():
    assert text.change("Bostadsinbrott", make_row()).text == (
        "Bostadsinbrott ökar: 61 anmälda mot 34 i fjol, mer än vad slumpen brukar ge."
    )
    fewer = make_row(n_offences=48, n_offences_last_year=83, verdict="minskar")
    assert text.change("Cykelstöld", fewer).text == (
        "Cykelstöld minskar: 48 anmälda mot 83 i fjol, och skillnaden är troligen "
        "ingen slump."
    )
    same = make_row(verdict="ingen säker förändring")
    assert text.change("Klotter", same).text == (
        "Klotter: 61 anmälda mot 34 i fjol, en skillnad som kan vara slump."
    )
    equal = make_row(n_offences=34, verdict="ingen säker förändring")
    assert text.change("Klotter", equal).text == (
        "Klotter: 34 anmälda, lika många som i fjol."
    )
    found = make_row(category="narkotika", verdict="fler upptäckta")
    assert text.change("Narkotikabrott", found).text == (
        "Polisen har upptäckt fler narkotikabrott: 61 mot 34 i fjol, vilket mest säger "
        "hur polisen har arbetat."
    )


def test_observations_are_not_called_offences():
    row = make_row(
        measure="n_observations",
        n_observations=272,
        n_observations_status="shown",
        n_observations_last_year=180,
        n_observations_last_year_status="shown",
    )
    told = text.change("Trasig belysning", row)
    assert told.text.startswith("Trasig belysning ökar: 272 observationer mot 180")
    assert "anmäl" not in told.text + text.rate(row, None)[0].text


def test_one_is_written_in_singular():
    assert text.counted(cells.Cell("1", "1", "shown", 1), make_row()) == "1 anmält"


def test_too_short_history_and_too_few_give_no_comparison():
    short = make_row(verdict="för kort historik", change_status="too_short_history")
    assert text.change("Rån", short).text == (
        "Rån: 61 anmälda, för kort historik för att jämföra med i fjol."
    )
    few = make_row(verdict="för få att jämföra", change_status="not_computed")
    assert text.change("Rån", few).text == (
        "Rån: 61 anmälda, för få att jämföra med i fjol."
    )


def test_a_rate_has_its_unit_its_interval_and_what_it_is_compared_with():
    whole = make_row(area_id="*", rate_per_1000_quarter=4.2)
    (told,) = text.rate(make_row(), whole)
    assert told.text == (
        "Det är 5,1 anmälda per 1\u00a0000 invånare och kvartal, troligen mellan 3,9 "
        "och 6,5; hela kommunen har 4,2."
    )


def test_instead_of_a_rate_the_share_and_the_reason():
    row = make_row(rate_status="not_computed", rate_reason="Färre än 500 invånare.")
    told = text.rate(row, make_row(area_id="*", n_offences=610))
    assert [sentence.text for sentence in told] == [
        "Det är 10,0\u00a0% av kommunens anmälda brott.",
        "Inget tal per invånare: färre än 500 invånare.",
    ]
    hidden = text.rate(row | {"n_offences_status": "suppressed"}, make_row())
    assert [s.text for s in hidden] == [
        "Inget tal per invånare: färre än 500 invånare."
    ]


@pytest.mark.parametrize("n_quarters", [1, 2, 5, 9])
@pytest.mark.parametrize("threshold", [1, 5])
def test_summaries_hold_their_length_and_their_history(n_quarters, threshold):
    publication = make_publication(n_quarters=n_quarters, threshold=threshold)
    told = [text.summarise(publication)]
    told += [text.summarise_area(publication, f"O0{n}") for n in range(9)]
    for sentences in told:
        assert 0 < len(sentences) <= text.MAX_SENTENCES
        for sentence in sentences:
            assert max(words_of(sentence.text)) <= text.MAX_WORDS
            if n_quarters < 5:
                assert not re.search(r"ökar|minskar|mot \d", sentence.text)


def test_the_summary_tells_of_increase_decrease_observations_effort_and_gaps():
    told = text.summarise(make_publication(n_areas=len(NAMES_OF_AREAS)))
    assert [sentence.kind for sentence in told] == [
        "Fler",
        "Färre",
        "Fler",
        "Ingen säker förändring",
        "Upptäckt",
        "Saknas",
    ]
    assert told[2].text.startswith("Störningar och buller ökar")


def test_the_summary_names_the_delivery_that_did_not_come():
    told = text.summarise(make_publication())[-1].text
    assert told == (
        "Räddningstjänstens insatser: leveransen har inte kommit, så siffrorna är inte "
        "fullständiga."
    )


def test_with_all_delivered_the_summary_tells_how_many_lack_area():
    publication = _with(make_publication(), is_delivered=True)
    rows = publication.cells.set_index(["area_id", "category", "period"])
    n = {a: rows.loc[(a, "alla", "2026-K3"), "n_offences"] for a in ("", "*")}
    told = text.summarise(publication)[-1].text.replace("\u00a0", "")
    assert told.startswith(f"{n['']} av {n['*']} anmälda brott saknar område")


@pytest.mark.parametrize("verdict", ["ökar", "minskar"])
def test_when_everything_changes_the_summary_keeps_to_six_with_the_gaps_last(verdict):
    publication = make_publication()
    cells_ = publication.cells.assign(verdict=verdict, change_status="shown")
    told = text.summarise(replace(publication, cells=cells_))
    assert len(told) == text.MAX_SENTENCES
    assert [s.kind for s in told][-2:] == ["Upptäckt", "Saknas"]


def test_a_hidden_number_of_last_year_is_said_to_be_hidden():
    row = make_row(n_offences_last_year_status="suppressed", verdict="visas inte")
    assert text.change("Rån", row).text == (
        "Rån: 61 anmälda, fjolårets antal visas inte."
    )


NOTHING_SURE = (
    "I hela kommunen skiljer sig ingen typ av brott som går att jämföra säkert från i "
    "fjol."
)


def _calm(publication):
    sure = publication.cells["verdict"].isin([*cells.UP, *cells.DOWN])
    return publication.cells["verdict"].mask(sure, cells.NO_CHANGE)


def test_when_nothing_is_sure_the_summary_says_so():
    publication = _with(make_publication(), is_delivered=True)
    calm = publication.cells.assign(verdict=_calm(publication))
    told = text.summarise(replace(publication, cells=calm))
    assert told[0].text == NOTHING_SURE


def test_where_every_type_is_compared_the_summary_speaks_of_all():
    publication = _with(make_publication(threshold=1), is_delivered=True)
    all_calm = publication.cells.assign(verdict=cells.NO_CHANGE, change_status="shown")
    told = text.summarise(replace(publication, cells=all_calm))
    assert told[0].text == NOTHING_SURE.replace(" som går att jämföra", "")


@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_sure_change_in_one_area_is_told_with_its_area_unless_hidden(is_hidden):
    publication = _with(make_publication(), is_delivered=True)
    frame = publication.cells.assign(verdict=_calm(publication))
    here = (frame["area_id"] == "O08") & (frame["category"] == "skadegorelse")
    here &= frame["period"] == "2026-K3"
    frame.loc[here, ["verdict", "change_status"]] = ["ökar", "shown"]
    frame.loc[here, ["n_offences", "n_offences_last_year"]] = [25, 7]
    told = ["shown", "suppressed" if is_hidden else "shown"]
    frame.loc[here, ["n_offences_last_year_status", "n_offences_status"]] = told
    said = [s.text for s in text.summarise(replace(publication, cells=frame))]
    assert said[0] == NOTHING_SURE
    name = f"Skadegörelse i {NAMES_OF_AREAS[8]}"
    found = [words for words in said if words.startswith(name)]
    assert found == (
        []
        if is_hidden
        else [f"{name} ökar: 25 anmälda mot 7 i fjol, mer än vad slumpen brukar ge."]
    )


def test_an_area_with_all_hidden_gives_no_number():
    publication = _with(make_publication(), is_delivered=True)
    all_hidden = publication.cells.assign(**HIDDEN, n_observations_status="suppressed")
    publication = replace(publication, cells=all_hidden)
    told = " ".join(s.text for s in text.summarise_area(publication, "O01"))
    assert not re.search(r"\d", told)
    assert "visas inte" in told


def test_an_area_with_all_missing_says_that_it_is_not_known():
    publication = _with(make_publication(), is_delivered=True)
    gone = publication.cells.assign(**MISSING, n_observations_status="missing")
    publication = replace(publication, cells=gone)
    told = [s.text for s in text.summarise_area(publication, "O01")]
    assert told == ["Alla brott: uppgift saknas."]


def _with(publication, *, is_delivered):
    """A copy whose deliveries have all come."""
    deliveries = publication.deliveries.assign(
        is_delivered=is_delivered, received_on=pd.Timestamp("2026-10-12")
    )
    return replace(publication, deliveries=deliveries)

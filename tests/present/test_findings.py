"""What stands out, as the reader meets it."""

import re
from dataclasses import replace

import pytest

from lagesbild.errors import ProtectError, UsageError
from lagesbild.present.findings import show_findings
from tests.present import look
from tests.present.invented import make_publication, make_week

PUBLIC = make_publication(n_quarters=23)
INSIDE = make_publication(n_quarters=23, threshold=1, audience="intern")
JARGON = re.compile(
    r"Farrington|\bFDR\b|\bGi\*|Moran|p-värde|Poisson|konfidensintervall|Bonferroni"
    r"|Mann|signifikan|aoristisk|kvantil|alfa",
    re.IGNORECASE,
)


def said(publication, area=None):
    """Heading → what stands under it, list items on lines of their own."""
    sections = look.parse(show_findings(publication, area).page).all("section")
    return {
        s.all("h2")[0].text: [
            n.text for n in [*s.all("p", class_="text"), *s.all("li")]
        ]
        for s in sections
    }


def with_rows(publication, name, **changes):
    """The same publication whose first row of a frame is changed."""
    frame = publication.findings[name].copy()
    for column, value in changes.items():
        frame[column] = frame[column].astype("object")
        frame.loc[0, column] = value
    return replace(publication, findings=publication.findings | {name: frame})


def first_row(name, **changes):
    """That frame with only its first row, changed."""
    held = with_rows(INSIDE, name, **changes)
    frame = held.findings[name].head(1)
    return replace(held, findings=held.findings | {name: frame})


def test_a_signal_is_told_with_its_count_what_was_expected_and_what_is_usual():
    told = first_row(
        "signals",
        area_id="O08",
        category="bostadsinbrott",
        measure="n_offences",
        count=25.0,
        expected=3.4,
        upper=12.0,
        verdict="signal",
    )
    lines = said(told)["Ovanligt många just nu"]
    assert lines[1:] == [
        (
            "Bostadsinbrott i Norrängen: 25 anmälda. "
            "Väntat var omkring 3, och upp till 12 hade varit vanligt."
        )
    ]
    assert "Vad det beror på visar siffrorna inte." in lines[0]
    assert said(told, "O08")["Ovanligt många just nu"][1].startswith("Bostadsinbrott: ")


def test_the_planted_wave_of_the_invented_town_stands_there_and_no_effort():
    lines = said(INSIDE)["Ovanligt många just nu"]
    assert any("i Norrängen" in line for line in lines)
    assert not any("arkotika" in line or "rafikbrott" in line for line in lines)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"verdict": "stigande"},
            (
                "Klotter: stigande sedan 2021-K1: 220 observationer de senaste fyra "
                "kvartalen mot 161 de första fyra."
            ),
        ),
        (
            {"verdict": "fallande", "n_first_year": None},
            "Klotter: fallande sedan 2021-K1.",
        ),
        ({"verdict": "ingen säker trend"}, "Ingen säker trend: Klotter."),
        ({"verdict": "visas inte"}, "Visas inte, för att skydda enskilda: 1 typ."),
        ({"verdict": "uppgift saknas"}, "Uppgift saknas: Klotter."),
        (
            {
                "verdict": "för kort historik",
                "reason": "för kort historik (har 5, behöver 20 kvartal)",
            },
            "För kort historik (har 5, behöver 20 kvartal): Klotter.",
        ),
        (
            {
                "verdict": "fler upptäckta",
                "category": "narkotika",
                "measure": "n_offences",
            },
            (
                "Polisen har upptäckt fler narkotikabrott sedan 2021-K1: 220 de "
                "senaste fyra kvartalen mot 161 de första fyra."
            ),
        ),
    ],
    ids=lambda value: value["verdict"] if isinstance(value, dict) else "",
)
def test_each_kind_of_trend_has_its_sentence(changes, line):
    row = {
        "area_id": "*",
        "category": "klotter",
        "measure": "n_observations",
        "from_period": "2021-K1",
        "n_first_year": 161.0,
        "n_last_year": 220.0,
    }
    assert said(first_row("trends", **row | changes))["Över flera år"][1:] == [line]


@pytest.mark.parametrize("name", ["signals", "trends"])
def test_a_word_that_is_not_known_is_no_finding(name):
    with pytest.raises(ProtectError, match="okänt ord"):
        show_findings(with_rows(INSIDE, name, verdict="kanske"))


def test_an_unknown_area_is_an_error():
    with pytest.raises(UsageError, match="O99"):
        show_findings(PUBLIC, "O99")


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_short_history_says_what_it_has_and_needs_and_claims_nothing(n):
    for audience in ("intern", "offentlig"):
        publication = make_publication(n_quarters=n, audience=audience)
        for area in (None, "O08"):
            told = said(publication, area)
            now, years = told["Ovanligt många just nu"], told["Över flera år"]
            assert f"För kort historik (har {n}, behöver 14 kvartal)" in " ".join(now)
            assert f"För kort historik (har {n}, behöver 20 kvartal)" in " ".join(years)
            whole = " ".join([*now[1:], *years[1:]])
            assert not re.search("Väntat|stigande|fallande|Ingen säker", whole)


def test_places_are_for_the_house_alone():
    title = "Platser där händelser samlas"
    assert title not in said(PUBLIC) and title not in said(PUBLIC, "O08")
    rows = look.table(show_findings(INSIDE).page)
    assert rows[-4:] == [
        ["Område", "Bestående", "Nya", "Tidigare", "Återkommande"],
        ["Centrum", "2", "1", "0", "0"],
        ["Norrängen", "0", "3", "0", "0"],
        ["Utan område", "0", "0", "1", "0"],
    ]
    assert said(INSIDE, "O05")[title][1:] == ["2 bestående och 1 ny."]
    assert said(INSIDE, "O01")[title][1:] == ["Inga i området."]


def week_of(**changes):
    found = PUBLIC.findings | {"week": make_week(**changes)}
    return replace(PUBLIC, findings=found)


def test_the_week_says_what_its_test_carries_and_names_all_that_are_even():
    text = said(PUBLIC)["När i veckan brotten händer"][0]
    assert "klockan 21–24: 18\u00a0% av alla, mot 12,5\u00a0%" in text
    assert "på fredagar och på lördagar: 16\u00a0% vardera" in text
    even = week_of(by_day="ingen säker skillnad", by_week="ingen säker skillnad")
    assert said(even)["När i veckan brotten händer"] == [
        "Skillnaderna mellan tiderna kan vara slump."
    ]
    part = said(week_of(by_week="ingen säker skillnad"))
    assert "fredagar" not in part["När i veckan brotten händer"][0]


def test_the_matrix_has_eight_rows_of_seven_days_with_the_sign_of_per_cent():
    head, *rows = look.table(show_findings(PUBLIC).page)
    assert head == [
        "Klockan",
        "mån",
        "tis",
        "ons",
        "tor",
        "fre",
        "lör",
        "sön",
        "Alla dagar",
    ]
    assert [row[0] for row in rows[:8]][-1] == "21–24"
    assert rows[7][6] == "5\u00a0%" and rows[7][8] == "18\u00a0%"
    assert rows[8][-1] == "100\u00a0%"
    assert "När i veckan brotten händer" not in said(PUBLIC, "O08")


def test_a_week_without_answer_says_why_and_draws_no_table():
    told = week_of(reason="för få händelser med känd tid")
    assert said(told)["När i veckan brotten händer"] == [
        "För få händelser med känd tid."
    ]
    assert "<table" not in show_findings(told).page


@pytest.mark.parametrize("publication", [PUBLIC, INSIDE], ids=["offentlig", "intern"])
def test_no_jargon_and_one_fragment_for_the_page(publication):
    for area in (None, "O08"):
        shown = show_findings(publication, area)
        assert not JARGON.search(shown.page)
        assert shown.page.startswith("<section")
        assert shown.live is None

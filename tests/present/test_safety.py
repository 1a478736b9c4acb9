"""The page on safety: the quadrant from a survey's file, and what is said without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.measure.perceived import SURVEYS, compare_perceived
from lagesbild.measure.reported import compare_years, with_limits
from lagesbild.present.close_relations import show_violence
from lagesbild.present.safety import show_safety
from lagesbild.protect.texts import ProtectedText
from lagesbild.publish import page
from lagesbild.read.bra import read_condensed
from lagesbild.read.indicators import load_indicator_catalogue
from lagesbild.read.template_file import TEMPLATES, read_template
from tests.present import look
from tests.present.invented import make_publication
from tests.publish.test_page import make_frame

OWN, NATION = "9999", "0000"
NEAR = {"9991": "Provköping", "9992": "Testinge"}
DAY = date(2026, 11, 1)
BRA = """kommun;period;key;count;per100k;preliminary
9999;2025;total;3900;9750;
9991;2025;total;4800;12000;
9992;2025;total;4000;10000;
0000;2025;total;1400000;13400;
9999;2024;total;4100;10250;
0000;2024;total;1410000;13500;
9999;2023;total;4000;10000;
"""
SURVEY = (
    "mu_trygg_morker;9999;alla;2025;61;57;65;600",
    "mu_trygg_morker;9999;kvinnor;2025;48;42;54;310",
    "mu_trygg_morker;9999;män;2025;74;69;79;290",
    "mu_trygg_morker;9991;alla;2025;72;68;76;580",
    "mu_trygg_morker;0000;alla;2025;70;69;71;40000",
    "mu_trygg_morker;9999;alla;2024;66;62;70;600",
    "mu_trygg_morker;0000;alla;2024;70;69;71;40000",
)


def filled(kind, *rows):
    template = next(t for t in TEMPLATES if t.file == kind)
    text = "\n".join([";".join(template.headings), *rows])
    return read_template(
        text.encode(), template, retrieved_at=DAY, file_name=f"{kind}.csv"
    )


def make(*more, bra=BRA, **changes):
    """The invented publication with the statistics of files made up here."""
    files = [read_condensed(bra.encode(), retrieved_at=DAY, file_name="bra.csv"), *more]
    told = pd.concat(files, ignore_index=True)
    rows = [
        (OWN, "Exempelkommun", "own"),
        *((k, n, "similar") for k, n in NEAR.items()),
    ]
    rows += [("0099", "Exempellän", "county"), (NATION, "Riket", "nation")]
    beside = {"own": OWN, "similar": list(NEAR)}
    about = {
        "places": pd.DataFrame(rows, columns=["area_id", "name", "role"]),
        "indicators": load_indicator_catalogue(),
        "sources": pd.DataFrame(
            [
                ("Brå", "bra.se", "bra_", 1, "2026-11-01"),
                ("Medborgarundersökningen", "SCB; kommunen beställer", "mu_", 0, ""),
            ],
            columns=["name", "where", "indicator_prefix", "n_files", "retrieved_on"],
        ),
        "reported": compare_years(with_limits(told, "bra_totalt"), **beside),
        "perceived": compare_perceived(told, **beside),
    }
    return replace(
        make_publication(), statistics=told, about_statistics=about, **changes
    )


def parts(publication, part):
    return look.parse(show_safety(publication, part).page)


def cells_of(tree):
    return [
        [cell.text for cell in row.all() if cell.tag in ("th", "td")]
        for row in tree.all("tr")
    ]


def test_a_survey_file_draws_the_quadrant_and_says_which_way_it_points():
    tree = parts(make(filled("medborgarundersokning", *SURVEY)), "question")
    drawings = tree.all("svg", role="img")
    assert len(drawings) == 2  # wide and narrow
    for drawing in drawings:
        # the municipality, one of two similar (the other was not asked), the nation
        assert len(drawing.all("circle")) == 3
        assert "Exempelkommun" in drawing.text and "Testinge" not in drawing.text
    assert "61\u00a0% (57–65\u00a0%)" in tree.text
    assert "känner sig mindre trygga än i riket" in tree.text
    assert ": lägre än i riket." in tree.text
    assert "Siffrorna här pekar åt det hållet." in tree.text
    gap = [row for row in cells_of(tree) if row[0] in ("2025", "2024")]
    assert [row[0] for row in gap] == ["2025", "2024"]
    assert gap[0][1] == "−9 (−13 till −5)" and gap[0][2] == "lägre"
    assert gap[1][2] == "ingen säker skillnad"


def test_places_that_lie_close_together_all_have_their_names():
    close = BRA.replace("12000", "9770").replace("10000", "9730", 1)
    close = close.replace("13400", "9790")
    survey = [
        f"mu_trygg_morker;{place};alla;2025;61;57;65;600"
        for place in (OWN, *NEAR, NATION)
    ]
    tree = parts(make(filled("medborgarundersokning", *survey), bra=close), "question")
    wide = tree.all("svg", role="img")[0]
    told = {text.text for text in wide.all("text")}
    assert {"Exempelkommun", "Riket", *NEAR.values()} <= told


def test_higher_up_is_safer_and_further_right_is_more_crime():
    tree = parts(make(filled("medborgarundersokning", *SURVEY)), "question")
    wide = tree.all("svg", role="img")[0]
    near, nation, own = [
        (int(dot.attrs["cx"]), int(dot.attrs["cy"])) for dot in wide.all("circle")
    ]
    assert own[0] < near[0] < nation[0]  # 9 750, 12 000, 13 400
    assert near[1] < nation[1] < own[1]  # 72, 70, 61 per cent; y grows downwards
    assert [t.text for t in wide.all("text", class_="lbl")][:2] == [
        "tryggare ↑",
        "mindre trygga ↓",
    ]


@pytest.mark.parametrize(
    ("own", "crimes", "told"),
    [
        ("78;75;81", "3900", "pekar inte åt det hållet"),
        ("61;57;65", "9000", "pekar inte åt det hållet"),
        ("69;65;73", "3900", "räcker inte för att säga det"),
    ],
)
def test_figures_that_point_another_way_are_told_as_plainly(own, crimes, told):
    rows = [f"mu_trygg_morker;9999;alla;2025;{own};600", *SURVEY[3:5]]
    rate = f"{int(crimes) / 40_000 * 100_000:.0f}"
    bra = BRA.replace("9999;2025;total;3900;9750", f"9999;2025;total;{crimes};{rate}")
    publication = make(filled("medborgarundersokning", *rows), bra=bra)
    assert told in parts(publication, "question").text


def test_a_question_about_unsafety_is_read_the_other_way_round():
    rows = ("ntu_otrygg_kvall;9999;alla;alla;2024-2025;34;30;38;500",)
    rows += ("ntu_otrygg_kvall;0000;alla;alla;2024-2025;27;26;28;60000",)
    tree = parts(make(filled("ntu", *rows)), "question")
    assert "känner sig mindre trygga än i riket" in tree.text
    words = [t.text for t in tree.all("svg", role="img")[0].all("text", class_="lbl")]
    assert words[:2] == ["mindre trygga ↑", "tryggare ↓"]


def test_without_a_survey_of_the_municipality_nothing_is_drawn():
    others = [row for row in SURVEY if not row.startswith("mu_trygg_morker;9999")]
    for publication in (make(), make(filled("medborgarundersokning", *others))):
        tree = parts(publication, "question")
        assert tree.all("svg") == [] and tree.all("table") == []
        assert "kan inte prövas" in tree.text
        assert "mallar/medborgarundersokning.csv" in tree.text
        assert not re.search(r"\d", tree.text)


def test_every_year_is_told_newest_first_with_every_figure_in_a_table():
    tree = parts(make(), "reported")
    items = [item.text for item in tree.all("li")]
    assert [item[:5] for item in items] == ["2025:", "2024:"]  # 2023: nobody else
    assert "9\u00a0750" in items[0] and "Lägre än i riket" in items[0]
    rows = cells_of(tree)
    assert ["Testinge", "10\u00a0000"] == rows[4][:2]
    assert rows[4][3] == "ingen säker skillnad"
    assert ["Testinge", "uppgift saknas", "–", "uppgift saknas"] in rows


def test_women_and_men_stand_apart_and_the_newest_only():
    tree = parts(make(filled("medborgarundersokning", *SURVEY)), "groups")
    told = {row[0]: row[2] for row in cells_of(tree) if len(row) == 5}
    assert told["Exempelkommun, kvinnor"] == "48\u00a0%"
    assert told["Exempelkommun, män"] == "74\u00a0%"
    assert "2024" not in tree.text
    assert "lokalpolisområdet" in parts(make(), "groups").text


def test_how_many_report_has_its_source_or_says_where_it_is_had():
    with_it = make(filled("ntu", "ntu_anmalt;0000;alla;alla;2024;47;46;48;9000"))
    assert "47\u00a0%" in parts(with_it, "reporting").text
    assert "Källa: Brå (NTU)." in parts(with_it, "reporting").text
    assert "mallar/ntu.csv" in parts(make(), "reporting").text


def test_places_and_walks_have_words_where_nothing_has_come():
    publication = make()
    assert "Trasig belysning" in parts(publication, "places").text
    empty = replace(publication, cells=publication.cells.iloc[:0])
    assert "ingen leverans" in parts(empty, "places").text
    assert "dialoger.xlsx" in parts(publication, "walks").text
    rows = pd.DataFrame(
        {
            "held_on": pd.to_datetime(["2026-05-12", "2026-05-20"]),
            "kind": ["trygghetsvandring", "medborgardialog"],
            "place": ["Påhittade parken", "Påhittade torget"],
            "themes": ["belysning", "fart"],
            "summary": ["Två lampor var släckta.", "Bilarna kör fort."],
        }
    )
    texts = {"dialogues": ProtectedText("dialogues", "offentlig", rows)}
    told = parts(replace(publication, texts=texts), "walks").text
    assert "Två lampor var släckta." in told and "Bilarna" not in told


def test_sources_that_are_missing_come_last_and_say_where_they_are_had():
    rows = cells_of(parts(make(), "sources"))
    assert rows[1] == ["Brå", "1 november 2026", "bra.se"]
    assert rows[2] == ["Medborgarundersökningen", "saknas", "SCB; kommunen beställer"]


def test_support_under_ten_is_hidden_and_surveys_stand_without_sex():
    survey = filled(
        "hlv_mall",
        "hlv_utsatt_vald;9999;alla;alla;2022-2025;3,1;2,2;4,3;1150",
        "hlv_utsatt_vald;9999;kvinnor;alla;2022-2025;2,4;1,5;3,7;610",
        "hlv_utsatt_vald;9991;alla;alla;2022-2025;4,4;3,2;6;1000",
    )
    support = filled(
        "stod", "stod_kvinnojour;9999;2025;66", "stod_elevhalsa;9999;2025;8"
    )
    few = support["value"] < 10
    support = support.assign(
        value=support["value"].mask(few),
        status=support["status"].mask(few, "suppressed"),
    )
    publication = make(survey, support)
    estimated = look.parse(show_violence(publication, "estimated").page)
    told = [row[0] for row in cells_of(estimated) if len(row) == 5]
    assert told == ["Plats och grupp", "Exempelkommun"]
    rows = cells_of(look.parse(show_violence(publication, "support").page))
    assert ["Exempelkommun", "2025", "66", "–", "–"] in rows
    assert ["Exempelkommun", "2025", "visas inte", "–", "–"] in rows
    none = make()
    assert "mallar/stod.csv" in show_violence(none, "support").page
    assert "rapport 2014:8" in show_violence(none, "estimated").page


def test_parts_make_a_page_that_breaks_no_rule():
    publication = make(filled("medborgarundersokning", *SURVEY))
    names = (
        "question",
        "reported",
        "reporting",
        "groups",
        "places",
        "walks",
        "sources",
    )
    body = "".join(
        show_safety(publication, name).page.replace("lbid-", f"{name}-")
        for name in names
    )
    html = f"<h1>Trygghet</h1><section><h2>Allt</h2>{body}</section>"
    page.render(Markup(html), make_frame(), file="06.html", title="Trygghet")


def test_every_survey_that_is_drawn_is_of_people_drawn_by_chance():
    known = load_indicator_catalogue().set_index("indicator_id")["caveat"]
    assert [name for name in SURVEYS if "urval svarar" not in known[name]] == []


@pytest.mark.parametrize("show", [show_safety, show_violence])
def test_an_unknown_part_is_an_error_that_names_them(show):
    with pytest.raises(UsageError, match="sources"):
        show(make(), "allt")

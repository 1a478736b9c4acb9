import re

import numpy as np
import pytest

from lagesbild.errors import UsageError
from lagesbild.present import geometry, map_svg, maps
from lagesbild.present.maps import show_map
from tests.present import look
from tests.present.invented import (
    HIDDEN,
    MISSING,
    make_areas,
    make_base_map,
    make_row,
    make_table,
)

NO_RATE = {
    "rate_per_1000_quarter": np.nan,
    "rate_lower": np.nan,
    "rate_upper": np.nan,
    "rate_status": "not_computed",
    "rate_reason": "Färre än 500 invånare.",
    "verdict": "ingen säker förändring",
}
CALM = {"verdict": "ingen säker förändring"}
ROWS = [
    make_row(area_id="O00", rate_per_1000_quarter=0.0, n_offences=0, **CALM),
    make_row(area_id="O01", **HIDDEN),
    make_row(area_id="O02", **MISSING),
    make_row(area_id="O03", rate_per_1000_quarter=2.0, **CALM),
    make_row(area_id="O04", rate_per_1000_quarter=5.0, **CALM),
    make_row(area_id="O05", n_offences=20, **NO_RATE),
    make_row(area_id="O06", rate_per_1000_quarter=11.0),
    make_row(area_id="O07", rate_per_1000_quarter=4.0, verdict="minskar"),
    make_row(area_id="", n_offences=5, **NO_RATE),
    make_row(area_id="*", n_offences=200, **CALM),
]


def shown(rows=ROWS, **options):
    return show_map(make_table(rows, ["area_id"]), make_areas(), **options)


def svg_of(rows=ROWS, **options):
    (found,) = look.parse(shown(rows, **options).page).all("svg", class_="karta")
    return found


def looks(rows=ROWS):
    return {
        link.attrs["aria-label"].split(":")[0]: link.all("path")[0].attrs["class"]
        for link in svg_of(rows).all("a")
    }


def test_hidden_missing_zero_and_numbers_have_looks_of_their_own():
    assert looks() == {
        "Ängsbo": "k0",
        "Alby": "kh",
        "Åsen": "km",
        "Östanbäck": "k1",
        "Björkhöjden": "k3",
        "Centrum": "kn",
        "Hamnen": "k4",
        "Kullen": "k2",
    }


def test_hidden_is_a_pattern_and_missing_a_dashed_edge_and_a_word():
    tree = svg_of()
    assert len(tree.all("path", class_="dash")) == 1
    assert [t.text for t in tree.all("text", class_="miss")] == ["–", "saknas"]
    legend = look.parse(shown().page).all("ul", class_="legend")[0]
    assert [li.text for li in legend.all("li")][-5:] == [
        "visas inte: för få, eller döljs för att skydda andra",
        "uppgift saknas",
        "–inget tal per invånare",
        "▲ökar mot i fjol",
        "▼minskar mot i fjol",
    ]


def test_each_area_is_a_link_to_its_row_and_says_name_and_value():
    tree = look.parse(shown().page)
    links = tree.all("svg", class_="karta")[0].all("a")
    for link in links:
        (row,) = tree.all("tr", id=link.attrs["href"].removeprefix("#"))
        assert link.attrs["aria-label"].startswith(f"{row.all('th')[0].text}: ")
    told = {link.attrs["aria-label"] for link in links}
    assert "Ängsbo: 0 per 1\u00a0000 invånare" in told
    assert "Alby: visas inte" in told
    assert "Hamnen: 11,0 per 1\u00a0000 invånare, ökar mot i fjol" in told
    assert (
        "Centrum: 20 anmälda, 10,0\u00a0% av kommunens; inget tal per invånare" in told
    )


def test_the_map_can_be_skipped_and_is_beside_its_table():
    tree = look.parse(shown().page)
    (skip,) = tree.all("a", class_="skip")
    assert skip.text == "Hoppa över kartan"
    assert tree.all("", id=skip.attrs["href"].removeprefix("#"))
    (grid,) = tree.all("div", class_="mapgrid")
    assert len(grid.all("svg", class_="karta")) == len(grid.all("table")) == 1


@pytest.mark.parametrize("rate", [0.1, 4.4, 77.7])
def test_nothing_of_a_hidden_cell_is_in_the_drawing(rate):
    """Whatever the frame still held of it: text, attributes, colours and limits."""
    worse = {
        "n_offences": 3,
        "rate_per_1000_quarter": rate,
        "rate_lower": 70.1,
        "rate_upper": 88.8,
        "verdict": "ökar",
    }
    leaky = [row | worse if row["area_id"] == "O01" else row for row in ROWS]
    assert shown(leaky).page == shown().page


def test_the_heading_is_a_finding_only_where_verdicts_are_sure():
    def heading(rows):
        return look.parse(shown(rows).page).all("h2")[0].text

    assert heading(ROWS) == "Skadegörelse ökar i Hamnen"
    assert heading([row | CALM for row in ROWS]) == "Skadegörelse, område för område"
    many = [row | {"verdict": "ökar"} for row in ROWS if row["area_id"] > "O02"]
    assert heading(many) == "Skadegörelse ökar i minst 5 områden"
    effort = [row | {"category": "narkotika"} for row in ROWS]
    table = make_table(effort, ["area_id"], category="narkotika")
    with pytest.raises(UsageError, match="polisen har arbetat"):
        show_map(table, make_areas())


def test_the_lede_has_number_interval_and_unit():
    lede = look.parse(shown().page).all("p", class_="text")[0].text
    assert lede == (
        "I hela kommunen är det 5,1 anmälda per 1\u00a0000 invånare och kvartal, "
        "troligen mellan 3,9 och 6,5. I Hamnen är det 61 anmälda mot 34 i fjol."
    )


def test_counts_of_observations_and_events_can_be_mapped():
    rows = [
        row | {"n_observations": 7, "n_observations_status": "shown"} for row in ROWS
    ]
    page = shown(rows, column="n_observations").page
    assert "Skadegörelse: observationer, antal" in page
    assert "per 1\u00a0000 invånare" not in page
    # the change is of the offences and is not told beside another count
    assert "▲" not in page


def test_water_and_roads_are_drawn_and_water_named():
    tree = svg_of(base_map=make_base_map())
    assert len(tree.all("path", class_="lake")) == 1
    assert len(tree.all("path", class_="road")) == 1
    assert [t.text for t in tree.all("text", class_="wname")] == ["Exempelsjön"]


def test_the_same_cells_give_the_same_bytes():
    assert shown().page == shown(ROWS[::-1]).page == shown(ROWS[4:] + ROWS[:4]).page


def test_a_figure_of_its_own_leads_where_it_is_told():
    table = make_table(ROWS, ["area_id"])
    drawn = maps.shown_areas(table, "rate_per_1000_quarter")
    areas = make_areas()
    html = map_svg.figure(
        drawn,
        geometry.draw(areas[areas["area_id"].isin(list(drawn))]),
        title="Karta",
        name="start",
        small="",
        link=lambda area_id: f"blad_{area_id}.html",
    )
    assert set(re.findall(r'href="(blad_[^"]+)"', html)) == {
        f"blad_O0{n}.html" for n in range(8)
    }


@pytest.mark.parametrize("category", ["alla", "brott", "ordning", "okänd"])
def test_types_are_not_mapped_together(category):
    table = make_table(ROWS, ["area_id"], category=category)
    with pytest.raises(UsageError, match="läggs inte ihop där"):
        show_map(table, make_areas())


def test_names_lie_ready_only_where_the_map_pans():
    own = svg_of(base_map=make_base_map())
    assert {t.text for t in own.all("text", class_="rname")} == {"Exempelvägen"}
    assert len(own.all("text", class_="aname")) == 8
    drawn = maps.shown_areas(make_table(ROWS, ["area_id"]), "rate_per_1000_quarter")
    drawing = geometry.draw(make_areas(8))
    still = map_svg.figure(
        drawn, drawing, title="", name="x", small="", base_map=make_base_map()
    )
    assert map_svg.PANS not in still
    assert "rname" not in still and "aname" not in still


def test_areas_of_the_statistics_office_are_called_by_its_own_word():
    names = {"9999R001": "Ängsbo", "9999R002": "Alby"}
    rows = [make_row(area_id=area_id) for area_id in names]
    areas = make_areas(2).assign(area_id=list(names))
    page = show_map(make_table(rows, ["area_id"], area_names=names), areas).page
    assert "Karta över 2 RegSO-områden. Varje" in page
    assert "bostadsområde" not in page.lower()


@pytest.mark.parametrize("column", ["verdict", "rate_interval", "rate_ratio"])
def test_what_cannot_be_drawn_is_refused(column):
    with pytest.raises(UsageError, match="efter område"):
        shown(column=column)
    with pytest.raises(UsageError, match="efter område"):
        show_map(make_table(ROWS, ["category"]), make_areas())


def test_in_jupyterlab_the_map_pans_with_legend_and_table_beneath():
    bundle = shown()._repr_mimebundle_()
    html = bundle["text/html"]
    assert "iframe" in html
    assert 'class="legend"' in html
    assert "<table" in html

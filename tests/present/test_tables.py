import re

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.present.tables import show_table
from tests.present import look
from tests.present.invented import (
    HIDDEN,
    MISSING,
    NOTES,
    make_publication,
    make_row,
    make_table,
)

NO_RATE = {
    "rate_per_1000_quarter": np.nan,
    "rate_lower": np.nan,
    "rate_upper": np.nan,
    "rate_status": "not_computed",
    "rate_reason": "Färre än 500 invånare.",
}
ROWS = [
    make_row(area_id="O00"),
    make_row(area_id="O01", **HIDDEN),
    make_row(area_id="O02", **MISSING),
    make_row(area_id="O05", n_offences=0, **NO_RATE),
    make_row(area_id="O07", n_offences=10, **NO_RATE),
    make_row(area_id="", n_offences=40, verdict="jämförs inte", **NO_RATE),
    make_row(area_id="*", n_offences=200),
]


def by_area(**options):
    return look.parse(show_table(make_table(ROWS, ["area_id"]), **options).page)


def test_every_look_of_a_cell_stands_in_its_own_place():
    told = look.table(show_table(make_table(ROWS, ["area_id"])).page)
    assert told == [
        [
            "Område",
            "Antal",
            "Per 1\u00a0000 invånare och\u00a0kvartal",
            "Troligt spann",
            "Mot i fjol",
        ],
        ["Alby", "visas inte", "visas inte", "visas inte", "visas inte"],
        ["Centrum", "0", "–", "0\u00a0% av kommunens", "▲ ökar"],
        ["Kullen", "10", "–", "5,0\u00a0% av kommunens", "▲ ökar"],
        ["Åsen", *["uppgift saknas"] * 4],
        ["Ängsbo", "61", "5,1", "3,9–6,5", "▲ ökar"],
        ["Utan område", "40", "–", "20,0\u00a0% av kommunens", "jämförs inte"],
        ["Hela kommunen", "200", "5,1", "3,9–6,5", "▲ ökar"],
    ]


def test_only_shown_numbers_carry_a_value_to_sort_by():
    rows = by_area().all("tr")[1:]
    values = [[td.attrs.get("data-v") for td in row.all("td")] for row in rows]
    assert values[0] == [None] * 4
    assert values[3] == [None] * 4
    assert values[1] == ["0", None, None, None]
    assert values[4] == ["61", "5.1", None, None]


def test_the_table_has_caption_scopes_notes_and_a_named_region():
    tree = by_area()
    (caption,) = tree.all("caption")
    assert "Skadegörelse efter område" in caption.text
    assert "Registrerade juli–september 2026." in caption.text
    for note in NOTES:
        assert note in caption.text
    assert {th.attrs["scope"] for th in tree.all("th")} == {"col", "row"}
    (region,) = tree.all("div", role="region")
    named = tree.all("span", id=region.attrs["aria-labelledby"])
    assert [node.text for node in named] == ["Skadegörelse efter område"]
    assert region.attrs["tabindex"] == "0"


def test_without_area_and_the_municipality_are_not_moved_by_sorting():
    fixed = by_area().all("tr", data_fixed=True)
    assert [row.all("th")[0].text for row in fixed] == ["Utan område", "Hela kommunen"]


def test_the_reason_why_there_is_no_rate_is_told_once_with_its_areas():
    (note,) = by_area().all("p", class_="note")
    assert note.text == (
        "– Inget tal per invånare: färre än 500 invånare (Centrum och Kullen)."
    )
    assert not by_area(columns=["n_offences"]).all("p", class_="note")


def test_why_areas_are_not_compared_is_told_once_under_the_table():
    told = {
        "verdict": "jämförs inte",
        "change_status": "not_computed",
        "change_reason": "Andelen utan område skiljer sig mer än 3 procentenheter.",
    }
    rows = [make_row(area_id=f"O0{n}") | told for n in range(3)]
    table = make_table(rows, ["area_id"])
    columns = ["n_offences", "verdict"]
    (note,) = look.parse(show_table(table, columns).page).all("p", class_="note")
    assert note.text == (
        "Jämförs inte: andelen utan område skiljer sig mer än 3 procentenheter."
    )
    mixed = make_table([rows[0], make_row(area_id="O01")], ["area_id"])
    (note,) = look.parse(show_table(mixed, columns).page).all("p", class_="note")
    assert note.text.endswith("3 procentenheter (Ängsbo).")


def test_a_count_that_still_grows_is_said_to_be_so():
    row = make_row(verdict="ännu inte jämförbart", change_status="not_computed")
    page = show_table(make_table([row], ["area_id"]), ["n_offences", "verdict"]).page
    assert "ännu inte jämförbart" in page


def test_no_share_is_told_of_a_hidden_count_or_whole():
    rows = [ROWS[4] | {"n_offences_status": "suppressed"}, ROWS[6]]
    assert "av kommunens" not in show_table(make_table(rows, ["area_id"])).page
    rows = [ROWS[4], ROWS[6] | HIDDEN]
    assert "av kommunens" not in show_table(make_table(rows, ["area_id"])).page


def test_drawn_intervals_are_scaled_by_shown_cells_and_never_by_the_total():
    """Neither a hidden upper bound nor the municipality moves what is drawn."""

    def drawn(hidden_upper, whole_upper):
        rows = [
            make_row(area_id="O00"),
            make_row(area_id="O01") | HIDDEN | {"rate_upper": hidden_upper},
            make_row(area_id="*", rate_upper=whole_upper),
        ]
        page = show_table(make_table(rows, ["area_id"])).page
        return re.findall(r'class="w-line" d="([^"]+)"', page)

    assert drawn(9.0, 7.0) == drawn(900.0, 70.0)
    assert len(drawn(9.0, 7.0)) == 1


def test_observations_have_their_own_table_without_the_rate_of_offences():
    seen = {"n_observations": 7, "n_observations_status": "shown"}
    rows = [
        make_row(category="klotter", **seen),
        make_row(
            category="storning",
            measure="n_observations",
            **seen,
            n_offences=pd.NA,
            n_offences_status="not_computed",
        ),
    ]
    table = make_table(rows, ["category"])
    columns = ["n_observations", "rate_per_1000_quarter", "verdict"]
    shown = show_table(table, columns)
    assert look.table(shown.page)[1:] == [
        ["Klotter", "7", "–", "–"],
        ["Störningar och buller", "7", "5,1", "▲ ökar"],
    ]
    assert shown.text == "Observationer efter typ"
    assert "läggs aldrig ihop" in shown.page
    assert [row[0] for row in look.table(show_table(table).page)[1:]] == ["Klotter"]


def test_the_share_of_offences_is_not_told_beside_observations():
    """Its rate is of offences, so neither the rate nor what stands for it is told."""
    seen = {"n_observations": 7, "n_observations_status": "shown"}
    rows = [row | seen for row in (ROWS[4], ROWS[6])]
    page = show_table(
        make_table(rows, ["area_id"]), ["n_observations", "rate_interval"]
    ).page
    assert look.table(page)[1:] == [["Kullen", "7", "–"], ["Hela kommunen", "7", "–"]]


def test_events_stand_under_their_own_heading():
    columns = ["n_offences", "n_reports", "n_observations", "n_events"]
    publication = make_publication()
    page = show_table(publication.table("category"), columns, level="group").page
    assert look.table(page)[0] == [
        "Typ",
        "Anmälda brott",
        "Anmälningar",
        "Observationer",
        "Händelser, alla källor",
    ]
    assert [row[0] for row in look.table(page)[1:]] == [
        "Brott",
        "Ordningsstörningar",
        "Belysning",
        "Nedskräpning",
        "Alla kategorier",
    ]


def test_a_table_by_date_of_occurrence_has_events_alone():
    table = make_publication().table("category", date="occurred")
    shown = show_table(table, ["n_events"], level="group")
    assert shown.text == "Händelser, alla källor efter grupp"
    assert "Inträffade juli–september 2026." in shown.page
    by_time = make_publication().table("period", date="occurred")
    assert "Kvartal efter brottsdatum." in show_table(by_time, ["n_events"]).page
    with pytest.raises(UsageError, match="verdict"):
        show_table(table, ["n_events", "verdict"])


def test_beside_stands_the_rate_of_the_municipality():
    here = make_table([make_row()], ["category"], area_id="O00")
    whole = make_table([make_row(rate_per_1000_quarter=4.2)], ["category"])
    rows = look.table(show_table(here, ["n_offences"], beside=whole).page)
    assert rows[1] == ["Skadegörelse", "61", "4,2"]
    assert rows[0][2] == "Hela kommunen, per 1\u00a0000 invånare och\u00a0kvartal"
    empty = make_table([], ["category"])
    rows = look.table(show_table(here, ["n_offences"], beside=empty).page)
    assert rows[1] == ["Skadegörelse", "61", "uppgift saknas"]


def test_time_is_not_sorted_by_script():
    table = make_table([make_row()], ["period"])
    tree = look.parse(show_table(table, ["n_offences"]).page)
    assert not tree.all("table", data_sort=True)
    assert not tree.all("th", data_k=True)


@pytest.mark.parametrize("by", [["area_id", "category"], []])
def test_a_table_of_other_dimensions_is_refused(by):
    with pytest.raises(UsageError, match="en dimension"):
        show_table(make_table(ROWS, by))


def test_an_unknown_level_or_column_is_refused():
    table = make_table([make_row()], ["category"])
    with pytest.raises(UsageError, match="level"):
        show_table(table, level="leaves")
    with pytest.raises(UsageError, match="antal"):
        show_table(table, ["antal"])

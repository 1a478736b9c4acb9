import pytest

from lagesbild.present import captions, cells
from tests.present.invented import NOTES, make_row, make_table


def test_a_subject_says_what_is_counted():
    offences = cells.column("n_offences")
    rate = cells.column("rate_per_1000_quarter")
    damage = make_table([make_row()], ["area_id"])
    assert captions.subject(damage, offences) == "Skadegörelse"
    assert captions.subject(damage, cells.column("n_observations")) == (
        "Skadegörelse: observationer"
    )
    everything = make_table([make_row(category="alla")], ["area_id"], category="alla")
    assert captions.subject(everything, offences) == "Anmälda brott"
    seen = make_row(measure="n_observations", category="storning")
    table = make_table([seen], ["area_id"], category="storning")
    assert captions.subject(table, rate) == "Störningar och buller: observationer"


def test_a_total_is_named_by_what_it_is_the_total_of():
    table = make_table([], ["category"])
    assert captions.category_name(table, "alla", "n_offences") == "Alla brott"
    assert captions.category_name(table, "brott", "n_offences") == "Alla brott"
    assert captions.category_name(table, "alla", "n_observations") == (
        "Alla observationer"
    )
    assert captions.category_name(table, "alla", "n_events") == "Alla kategorier"


def test_place_and_time_in_words():
    table = make_table([], ["category"], area_id="O00")
    assert captions.place(table) == "Ängsbo"
    assert captions.when(table) == "juli–september 2026"
    assert captions.place(make_table([], ["period"])) == "Hela kommunen"


def test_the_first_count_among_the_columns_decides():
    table = make_table([make_row()], ["area_id"])
    assert captions.measure(table) == "n_offences"
    assert captions.measure(table, ("verdict", "n_observations")) == "n_observations"
    assert captions.measure(make_table([], ["area_id"])) == "n_offences"


def test_the_notes_stand_within_the_caption_and_its_id_is_the_titles():
    html = captions.caption("Rån", "Antal.", NOTES, id="x")
    assert html.startswith('<caption><span id="x">Rån</span><small>Antal.</small>')
    for note in NOTES:
        assert note in html
    assert "<details" not in captions.caption("Rån", "Antal.", id="x")


def test_small_print_is_sentences():
    assert captions.small_print("juli", "", "antal.") == "Juli. Antal."


@pytest.mark.parametrize(
    ("area_ids", "told"),
    [
        (["2180R001", "2180R002"], "2 RegSO-områden"),
        (["2180R001"], "1 RegSO-område"),
        (["2180A0010", "2180C1020"], "2 DeSO-områden"),
        (["2180R001", "EX01"], "2 områden"),
        (["EX01"], "1 område"),
        ([], "0 områden"),
    ],
)
def test_areas_are_counted_by_the_word_for_their_division(area_ids, told):
    assert captions.counted_areas(area_ids) == told

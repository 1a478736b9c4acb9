import random

from hypothesis import given
from hypothesis import strategies as st

from lagesbild.offences import load_categories
from lagesbild.present import order
from tests.present.invented import HIDDEN, make_row, make_table

AREAS = ["*", "", "O00", "O01", "O02", "O03", "O04"]


@given(st.randoms())
def test_areas_are_alphabetical_then_without_area_then_the_municipality(chance):
    rows = [make_row(area_id=id, n_offences=chance.randint(0, 99)) for id in AREAS]
    chance.shuffle(rows)
    told = order.rows(make_table(rows, ["area_id"]))
    assert [row["label"] for row in told] == [
        "Alby",
        "Björkhöjden",
        "Åsen",
        "Ängsbo",
        "Östanbäck",
        "Utan område",
        "Hela kommunen",
    ]
    assert [row["place"] for row in told] == list(range(7))
    assert [row["fixed"] for row in told][-2:] == ["out", "sum"]


def test_the_order_does_not_tell_what_is_hidden():
    """Two tables that differ in which cells are hidden have their rows in one order."""
    plain = [make_row(area_id=id) for id in AREAS]
    hidden = [row | HIDDEN if n % 2 else row for n, row in enumerate(plain)]
    both = [order.rows(make_table(rows, ["area_id"])) for rows in (plain, hidden)]
    assert len({tuple(row["label"] for row in rows) for rows in both}) == 1


def test_areas_of_one_name_keep_an_order_of_their_own():
    names = {"b": "Åsen", "a": "Åsen"}
    for ids in (["a", "b"], ["b", "a"]):
        rows = [make_row(area_id=id) for id in ids]
        told = order.rows(make_table(rows, ["area_id"], area_names=names))
        assert [row["area_id"] for row in told] == ["a", "b"]


def test_quarters_are_in_order_of_time():
    periods = ["2025-K4", "2026-K1", "2026-K2", "2026-K3"]
    rows = [make_row(period=period) for period in periods]
    random.Random(1).shuffle(rows)
    told = order.rows(make_table(rows, ["period"]))
    assert [row["label"] for row in told] == periods


def _by_category():
    """Every leaf told by the police, disorder and lighting by others too."""
    known = load_categories()
    rows = []
    for leaf, group in known[["category", "group"]].itertuples(index=False):
        seen = {"n_observations": 7, "n_observations_status": "shown"}
        if group == "belysning":
            gone = {"n_offences": None, "n_offences_status": "not_computed"}
            rows.append(make_row(category=leaf, **seen, **gone))
        else:
            rows.append(make_row(category=leaf, **seen if group == "ordning" else {}))
    rows += [make_row(category=name) for name in ("alla", "brott", "ordning")]
    return make_table(rows, ["category"])


def test_categories_are_those_that_the_count_is_told_for():
    labels = [row["category"] for row in order.rows(_by_category())]
    assert labels[-1] == "alla"
    assert "trasig_belysning" not in labels
    seen = [r["category"] for r in order.rows(_by_category(), of="n_observations")]
    assert seen == ["storning", "otrygg_samling", "ovrig_ordning", "trasig_belysning"]


def test_protected_classes_have_no_row_even_if_they_were_in_the_cells():
    protected = load_categories().query("group == 'skyddade'")["category"]
    told = {row["category"] for row in order.rows(_by_category())}
    assert not told & set(protected)


def test_one_group_ends_in_its_own_total():
    told = order.rows(_by_category(), groups=["ordning"])
    assert [row["category"] for row in told][-1] == "ordning"
    assert told[-1]["fixed"] == "sum"


def test_groups_instead_of_types():
    told = order.rows(_by_category(), level="group")
    assert [row["category"] for row in told] == ["brott", "ordning", "alla"]

"""A wrong area is worse than no area: what is placed, and what is not and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lagesbild.geocode import outcome as why
from lagesbild.geocode.gazetteer import make_gazetteer
from lagesbild.geocode.match import match_text


@pytest.fixture(scope="module")
def match(small_town):
    gazetteer = make_gazetteer(
        areas=small_town.areas(),
        addresses=small_town.addresses(),
        places=small_town.places(),
    )

    def match(text, locality=""):
        return match_text(text, locality, gazetteer)

    return match


@pytest.mark.parametrize(
    ("text", "locality", "area", "method"),
    [
        ("Kvarngatan 4", "Storbyn", "A01", "adress"),
        ("kvarng. 4", "STORBYN", "A01", "adress"),
        ("KVARNGAT 4 lgh 1102", "storbyn", "A01", "adress"),
        ("Kvarngatan4", "Storbyn", "A01", "adress"),
        ("Kvarn gatan 2A, 2 tr ög", "Storbyn", "A01", "adress"),
        ("Kvarngatan 2 C", "Storbyn", "A01", "adress_ungefarlig"),
        ("Kvarngatan 2-4", "Storbyn", "A01", "adress_ungefarlig"),
        ("Kvarngatan 77", "Storbyn", "A01", "gata"),
        ("Kvarngatan", "Storbyn", "A01", "gata"),
        ("Kvarngatan 1, 999 22 Viken", "", "A03", "adress"),
        ("Kvarngtaan 4", "Storbyn", "A01", "adress_ungefarlig"),
        ("Kvarngatan 4", "Storbynn", "A01", "adress"),
        ("c/o [namn], Kvarngatan 4", "Storbyn", "A01", "adress"),
        ("S:t Olofs gr. 2", "", "A02", "adress"),
        ("St Olofs gränd 2", "Storbyn", "A02", "adress"),
        ("n. agatan 7", "Storbyn", "A02", "adress"),
        ("LÃ¥nga vÃ¤gen 3", "Storbyn", "A02", "adress"),
        ("L\ufffdnga v\ufffdgen 3", "Storbyn", "A02", "adress"),
        ("La\u030anga va\u0308gen 3", "Storbyn", "A02", "adress"),
        ("Asgatan 3", "Storbyn", "A02", "adress"),
        ("Åsgatan 3", "Storbyn", "A01", "adress"),
        ("Kvarngatan/Torggatan", "Storbyn", "A01", "adress_ungefarlig"),
        ("Kvarngatan 1 och Torggatan 1", "Storbyn", "A01", "adress_ungefarlig"),
        ("bakom stationen", "", "A01", "plats"),
        ("Storbynsstation", "", "A01", "plats"),
        ("Storbyns statoin", "", "A01", "plats"),
        ("Folkets hus, entrén", "Viken", "A03", "plats"),
        ("Norrängen (området)", "", "A02", "omradesnamn"),
        ("N 6700500 E 601500", "", "A02", "koordinat"),
        ("601500,0 6700500,0", "", "A02", "koordinat"),
    ],
)
def test_placed(match, text, locality, area, method):
    found = match(text, locality)
    assert (found.area, found.method) == (area, method), found.reason
    assert 0 < found.score <= 1


@pytest.mark.parametrize(
    ("text", "locality", "reason"),
    [
        ("", "", why.NO_TEXT),
        (" -- ", "Storbyn", why.NO_TEXT),
        ("se bilaga", "", why.UNKNOWN_PLACE),
        ("Kvarngatan 1", "", why.SEVERAL_LOCALITIES),
        ("Kvarngatan", "", why.SEVERAL_LOCALITIES),
        ("Långa vägen", "Storbyn", why.NO_NUMBER),
        ("Långa vägen 99", "Storbyn", why.NUMBER_UNKNOWN),
        ("Långa vägen 1-3", "Storbyn", why.SEVERAL_AREAS),
        ("Långa vägen 1", "Viken", why.NOT_IN_LOCALITY),
        ("Kvarngatan 4", "Gävle", why.UNKNOWN_LOCALITY),
        ("Kvarngatan 4", "Ingenstans", why.UNKNOWN_LOCALITY),
        ("Kvarngatan 4, Okändby", "", why.UNKNOWN_LOCALITY),
        ("Kvarngatan 4, 123 45", "Storbyn", why.UNKNOWN_LOCALITY),
        ("Kvarngatan 4 i Stockholm", "Storbyn", why.UNKNOWN_LOCALITY),
        ("Sveavägen 1", "Storbyn", why.UNKNOWN_STREET),
        ("Norra Kvarngatan 4", "Storbyn", why.UNKNOWN_STREET),
        ("Norr Kvarngatan 4", "Storbyn", why.UNKNOWN_STREET),
        ("Nora Kvarngatan 4", "Storbyn", why.UNKNOWN_LOCALITY),
        ("Ågatan 7", "Storbyn", why.UNKNOWN_STREET),
        ("Kyrkigatan 5", "Storbyn", why.SEVERAL_SIMILAR),
        ("Ängby 5:12", "", why.PROPERTY),
        ("kv Kvarnen 3", "Storbyn", why.PROPERTY),
        ("Långa vägen/Norra Ågatan", "Storbyn", why.NO_CROSSING),
        ("korsningen Kvarngatan", "Storbyn", why.NO_CROSSING),
        ("Kvarngatan 1 och Långa vägen 3", "Storbyn", why.SEVERAL_AREAS),
        ("Folkets hus", "", why.SEVERAL_PLACES),
        ("stationen", "Viken", why.PLACE_NOT_IN_LOCALITY),
        ("Storbyn", "", why.ONLY_LOCALITY),
        ("Ängby skola", "", why.UNKNOWN_PLACE),
        ("Kvarngatan 4 (Norrängen)", "Storbyn", why.AREA_DISAGREES),
        ("N 6580822 E 674032", "", why.OUTSIDE_MUNICIPALITY),
    ],
)
def test_rejected(match, text, locality, reason):
    found = match(text, locality)
    assert (found.method, found.reason) == ("avvisad", reason)
    assert (found.area, found.east, found.score) == ("", None, 0)


@pytest.mark.parametrize(
    "text", ["Kvarngatan kl 14", "Kvarngatan 22.30", "Kvarngatan 2026-05-12"]
)
def test_a_time_or_date_is_no_house_number(match, text):
    assert match(text, "Storbyn").method in ("gata", "avvisad")


@pytest.mark.parametrize("tail", [" kl 14", ", 12/5", " 22:30", ", 260512", ", 3 tr"])
def test_what_follows_the_number_is_not_part_of_it(match, tail):
    assert match(f"Kvarngatan 4{tail}", "Storbyn").method == "adress"


def test_an_address_outside_all_areas_says_so(match):
    found = match("Utmark 9", "Viken")
    assert (found.method, found.area) == ("adress", "")
    assert found.reason == why.OUTSIDE_AREAS


def test_the_same_number_with_letters_elsewhere_is_another_house(small_town):
    more = ("Kvarngatan", "4", "B", "99922", "Viken", 2_550)
    gazetteer = make_gazetteer(
        areas=small_town.areas(),
        addresses=small_town.addresses(more),
        places=small_town.places(),
    )
    assert match_text("Kvarngatan 4", "", gazetteer).reason == why.SEVERAL_LOCALITIES


def test_without_any_register_nothing_is_placed_but_areas_and_points(small_town):
    bare = make_gazetteer(
        areas=small_town.areas(),
        addresses=small_town.addresses().iloc[:0],
        places=small_town.places().iloc[:0],
    )
    assert match_text("Kvarngatan 4", "Storbyn", bare).method == "avvisad"
    assert match_text("Ängby", "", bare).area == "A01"


words = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                "Kvarngatan",
                "4",
                "12-",
                "Storbyn",
                "kv",
                ":",
                "/",
                "lgh",
                "Folkets hus",
                "999 11",
                "6700500",
            ]
        ),
    ),
    max_size=7,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(words, st.one_of(st.just(""), st.just("Storbyn"), st.text(max_size=8)))
def test_any_text_gets_an_answer(match, text, locality):
    found = match(text, locality)
    if found.method == "avvisad":
        assert found.reason
        assert found.area == ""
    else:
        assert found.area in ("", "A01", "A02", "A03")
        assert 0 <= found.score <= 1

from hypothesis import given
from hypothesis import strategies as st

from lagesbild.present import classes

VALUES = st.lists(st.integers(0, 4000).map(lambda n: n / 10), max_size=40)


@given(VALUES)
def test_every_value_has_a_class_that_the_legend_names(values):
    limits = classes.limits(values)
    assert limits == sorted(set(limits))
    named = dict(classes.words(limits))
    for value in values:
        assert classes.class_of(value, limits) in named
        assert (classes.class_of(value, limits) == "k0") == (value == 0)


@given(VALUES)
def test_a_higher_value_never_gets_a_weaker_colour(values):
    limits = classes.limits(values)
    looks = [classes.class_of(value, limits) for value in sorted(values)]
    assert looks == sorted(looks)


def test_limits_are_round_and_told_with_the_decimals_they_have():
    limits = classes.limits([0.2, 0.5, 0.7, 2.0, 6.0, 13.0, 18.4, 22.0])
    assert limits == [0.7, 6.0, 20.0]
    assert classes.words(limits) == [
        ("k0", "0"),
        ("k1", "under 0,7"),
        ("k2", "0,7 till under 6"),
        ("k3", "6 till under 20"),
        ("k4", "20 eller fler"),
    ]


def test_with_one_value_there_is_one_class():
    assert classes.limits([5, 5, 0]) == []
    assert classes.words([]) == [("k0", "0"), ("k4", "över 0")]
    assert classes.class_of(5, []) == "k4"

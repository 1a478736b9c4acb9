"""Rejected place texts: grouped however they are written, each with what to do."""

import pandas as pd

from lagesbild.geocode import outcome as why
from lagesbild.measure.rejected import ADVICE, count_rejected_texts

UNKNOWN = why.UNKNOWN_PLACE


def _count(*rows, **more):
    names = ["place_text", "place_locality", "geocode_method", "geocode_reason"]
    return count_rejected_texts(pd.DataFrame(rows, columns=names, dtype="str"), **more)


def test_texts_are_grouped_and_the_most_frequent_come_first():
    told = _count(
        ("Logen", None, "avvisad", UNKNOWN),
        ("Logen", None, "avvisad", UNKNOWN),
        ("Ladan", "Viken", "avvisad", UNKNOWN),
        ("ladan ", "viken", "avvisad", UNKNOWN),
        ("Ladan", "Viken", "avvisad", UNKNOWN),
        ("Ladan", None, "avvisad", UNKNOWN),
        ("Storg 1", "Viken", "adress", None),
        ("Storg 1", "Viken", "adress", None),
    )
    columns = ["text", "locality", "reason", "advice", "n_rows"]
    assert told.columns.tolist() == columns
    assert told.drop(columns="advice").values.tolist() == [
        ["Ladan", "Viken", UNKNOWN, 3],
        ["Logen", "", UNKNOWN, 2],
    ]


def test_a_text_told_once_is_not_shown_and_the_list_has_an_end():
    rows = [(f"Ladan {n}", None, "avvisad", UNKNOWN) for n in (1, 1, 1, 2, 2, 3)]
    assert _count(*rows)["n_rows"].tolist() == [3, 2]
    assert _count(*rows, most=1)["n_rows"].tolist() == [3]
    assert _count(*rows, least=1)["n_rows"].tolist() == [3, 2, 1]


def test_what_no_register_can_help_is_left_out():
    told = _count(
        *[("?", None, "avvisad", why.NO_TEXT)] * 3,
        *[(None, "Viken", "avvisad", why.NO_TEXT)] * 3,
        *[("här", None, "avvisad", why.ALIAS_NOWHERE)] * 3,
        *[(None, None, "skyddad", why.PROTECTED)] * 3,
    )
    assert told.empty


def test_every_reason_has_its_advice():
    reasons = {v for k, v in vars(why).items() if k.isupper() and isinstance(v, str)}
    assert len(reasons) > 20
    assert set(ADVICE) == reasons
    assert all(text[0].isupper() and text[-1] != "." for text in ADVICE.values())

"""What points at a person is masked; what only looks like it is a place and stays.

All numbers, addresses and names are made up.
"""

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lagesbild.clean.personal_data import mask_personal_data
from tests.clean import second_set
from tests.examples import few


def _mask(text):
    masked, counts = mask_personal_data(pd.Series([text], dtype="str"))
    return masked[0], counts


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ågatan 3 850101-1234", "Ågatan 3 [personnummer]"),  # wrong check digit too
        ("19850101-1234", "[personnummer]"),
        ("198501011234", "[personnummer]"),
        ("900101-0017", "[personnummer]"),
        ("9001010017", "[personnummer]"),
        ("900101 0017", "[personnummer]"),
        ("900101+1234", "[personnummer]"),
        ("850161-1234", "[personnummer]"),  # samordningsnummer
        ("850101-T123", "[personnummer]"),
        ("ring 070-123 45 67", "ring [telefon]"),
        ("tel 0701740605 port 3", "tel [telefon] port 3"),
        ("026-24 00 00", "[telefon]"),
        ("+46 70 174 06 05, +46701740605", "[telefon], [telefon]"),
        ("0046701740605", "[telefon]"),
        ("08-123 45 67", "[telefon]"),
        ("fråga nn.nn@exempel.se", "fråga [e-post]"),
        ("hos Påhittad Person Storgatan 3", "hos [namn] Storgatan 3"),
        ("stulen av Påhittad Person-Sson vid torget", "stulen av [namn] vid torget"),
        ("c/o Påhittad, Ågatan 3", "c/o [namn], Ågatan 3"),
        ("c/o påhittad person storgatan 4", "c/o [namn] storgatan 4"),
        ("HOS PÅHITTAD PERSON", "HOS [namn]"),
    ],
)
def test_masked(text, masked):
    assert _mask(text)[0] == masked


@pytest.mark.parametrize(
    "text",
    [
        *("Storgatan 12 lgh 1102", "811 33 Nyby", "Kungsgatan 5, 81133 Nyby"),
        *("6720000 565000", "565000, 6720000", "N 6720123 E 565123", "6720000.5"),
        *("60.618700, 16.775900", "Rv 80, avfart 102", "Storgatan 1-3", "Väg 0701"),
        *("i höjd av Storgatan 4", "korsningen av Ringvägen", "2026-07-03 22:10"),
        *("kl 22.10", "5000-K123456-26", "8501011234", "Havsgatan 2", "Hosjö 4"),
        "",
    ],
)
def test_kept(text):
    assert _mask(text) == (text, {})


def test_counts_are_of_rows_and_missing_stays():
    texts = pd.Series(
        ["850101-1234", None, "850101-1234", "hos Nn 070-1234567"],
        index=[4, 1, 2, 9],
        dtype="str",
    )
    masked, counts = mask_personal_data(texts)
    assert list(masked.index) == [4, 1, 2, 9]
    assert masked.isna().tolist() == [False, True, False, False]
    assert counts == {"personnummer": 2, "telefon": 1, "namn": 1}


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="abcÅ 0123456789-+@./", max_size=30))
def test_masking_twice_changes_nothing_more(text):
    once = _mask(text)[0]
    assert _mask(once) == (once, {})


_WORDS = st.sampled_from(
    "av hos med från c/o Målsägande: Testa TESTA Provsson, och Storgatan 3 12 B. von "
    "850101-1234 070-174 06 05 t@e.se (at) e.se ABC 123 tel på \0 Vargv. / - I".split()
)


@example("C/O a00000000")
@few(100)
@given(st.one_of(st.text(max_size=40), st.lists(_WORDS, max_size=8).map(" ".join)))
def test_any_text_is_masked_once_and_for_all(text):
    once, counts = _mask(text)
    assert bool(counts) == (once != text)
    assert _mask(once) == (once, {})


@settings(max_examples=50, deadline=None)
@given(st.dates(), st.integers(0, 9999), st.sampled_from("-+"))
def test_every_number_of_the_form_is_masked(day, last, sign):
    number = f"{day.year % 100:02d}{day:%m%d}{sign}{last:04d}"
    assert number not in _mask(f"Ågatan 3, {number}, port")[0]


def _with_masked(texts):
    masked, _ = mask_personal_data(pd.Series([t.text for t in texts], dtype="str"))
    return list(zip(texts, masked, strict=True))


def _left(pairs):
    """Kind of each planted datum, and whether it is left."""
    told = [
        (kind, second_set.survives(datum, masked, kind))
        for text, masked in pairs
        for kind, datum in text.data
    ]
    return pd.DataFrame(told, columns=["kind", "is_left"])


@pytest.fixture(scope="module")
def second():
    """The second set, masked: planted texts and lookalikes, each with its masked."""
    return {
        "planted": _with_masked(second_set.planted_texts()),
        "alike": _with_masked(second_set.lookalikes()),
    }


def test_second_set_is_large_enough(second):
    assert len({text.text for text, _ in second["planted"]}) >= 300
    assert sum(len(text.data) for text, _ in second["planted"]) >= 400
    assert len({text.text for text, _ in second["alike"]}) >= 200


def test_second_set_is_masked(second):
    """At least 99 in 100 of all data, and 95 of each kind."""
    told = _left(second["planted"])
    assert told["is_left"].mean() <= 0.01
    assert (told.groupby("kind")["is_left"].mean() <= 0.05).all()


def test_other_words_round_the_data():
    """Numbers need no words round them; names do, and the unseen are not all known."""
    later, unseen = (
        _left(_with_masked(texts))
        for texts in (second_set.later_texts(), second_set.unseen_texts())
    )
    for told, most in ((later, 0.03), (unseen, 0.35)):
        is_name = told["kind"].str.startswith("namn")
        assert not told.loc[~is_name, "is_left"].any()
        assert told.loc[is_name, "is_left"].mean() <= most


def test_what_stands_beside_personal_data_is_left(second):
    lost = [k for t, masked in second["planted"] for k in t.kept if k not in masked]
    assert lost == []


def test_lookalikes_are_left(second):
    lost = [t for t, masked in second["alike"] if t.kept not in masked]
    # three have the very form of an identity number; one that of a plate
    assert {t.kept for t in lost if t.kind != "organisation"} <= {
        *("260412-0815", "20260412-0031", "202604120017", "EKK 150")
    }
    assert len(lost) <= len(second["alike"]) * 0.05


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("c/o Testsson, Provby", "c/o [namn], Provby"),  # a locality
        ("c/o Ek, Vargv. 3 port A", "c/o [namn], Vargv. 3 port A"),
        ("C/O EK, PER PROVS VAG 4", "C/O [namn], PER PROVS VAG 4"),
        ("STULEN AV TESTA I SANDBY", "STULEN AV [namn] I SANDBY"),
        ("hos Testa I Provsson", "hos [namn]"),
        ("av A. Provsson och Testa Provlund", "av [namn] och [namn]"),
        ("ABC123", "[registreringsnummer]"),
        ("bil abc12d", "bil [registreringsnummer]"),
        ("tel 12 34 56 port 3", "tel [telefon] port 3"),
        ("850101 - TF12", "[personnummer]"),
        ("Testa Provsson, tel 070-174 06 05", "[namn], tel [telefon]"),
        ("Testa Provsson ringer", "[namn] ringer"),
        ("Testa af Prov på torget", "[namn] på torget"),
        ("Busschauffören Testa Provsson", "Busschauffören [namn]"),
        ("Inringare: Testa Provsson", "Inringare: [namn]"),
    ],
)
def test_masked_in_its_surroundings(text, masked):
    assert _mask(text)[0] == masked


@pytest.mark.parametrize(
    "text",
    [
        *(
            "i närheten av Provby skola",
            "norra delen av Provby",
            "i höjd med Provhuset",
        ),
        *("på grund av Storm", "05/06/2026", "0815-0900", "010203-040506", "LGH 123"),
        *("hos Per Provs väg 3", "Södra Provbyn", "BOX 123, 123 21 Provby"),
        *("utanför Provby Folkets Hus", "Plats: Provby Bruk", "tidigare Provby Bruk"),
        *("Gustav af Provs väg 3, Provby Bruk", "Storgatan /Lilla Provgatan"),
        *("GRUPP-BOENDE SOLROS", "tel 114 14", "2026-04-12 08:15 – 2026-04-12 09:00"),
    ],
)
def test_kept_in_its_surroundings(text):
    assert _mask(text) == (text, {})


def test_a_name_with_no_word_that_tells_of_it_is_not_known():
    """What docs/metod.md says of the mask's limit; the day it holds no more, say so."""
    told = _left(_with_masked(second_set.unmarked_names()))
    assert told["is_left"].mean() >= 0.5

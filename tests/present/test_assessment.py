"""The assessment: the human voice, signed, and never mistaken for the program's."""

from dataclasses import replace

import pytest

from lagesbild import present
from lagesbild.agreement.tables import ANALYSES
from lagesbild.errors import UsageError
from lagesbild.protect.texts import texts_for
from tests.agreement.frames import make
from tests.present import invented
from tests.present.look import parse

ROW = {
    "cycle": invented.CYCLE,
    "text": "Lugnt & stilla.\nÄven i <Centrum>.",
    "causes": "Insyn.",
    "role": "samordnare",
    "owner": "kommun",
    "visible_for": "radet",
}


def publication(*rows, audience="radet"):
    made = invented.make_publication(audience=audience)
    texts = texts_for(
        make("analyses", *rows), ANALYSES, audience, as_of=made.data_until
    )
    return replace(made, texts={"analyses": texts})


def test_it_is_told_in_its_own_box_with_its_role():
    shown = present.show_assessment(publication(ROW))
    (box,) = parse(shown.page).all(class_="human-box")
    assert [p.text for p in box.all("p")] == [
        "Bedömning, skriven av en människa",
        "Lugnt & stilla.",
        "Även i <Centrum>.",
        "Möjliga orsaker. Insyn.",
        f"Samordnare, {invented.CYCLE}.",
    ]
    assert "Beräknat" not in box.text


def test_each_theme_and_area_has_its_own():
    made = publication(
        ROW | {"theme": "andts", "text": "Om ANDTS."},
        ROW | {"area_id": "O08", "text": "Om Norrängen."},
        ROW | {"cycle": "2026-K2", "text": "Det gamla."},
    )
    whole = present.show_assessment(made).page
    assert "Ingen skriven bedömning av 2026-K3" in whole
    assert "gamla" not in whole and "Om" not in whole
    assert "Om ANDTS." in present.show_assessment(made, "andts").page
    assert "Om Norrängen." in present.show_assessment(made, area="O08").page
    with pytest.raises(UsageError, match="Temat 'buller'"):
        present.show_assessment(made, "buller")


def test_what_the_audience_may_not_read_is_not_there():
    hidden = ROW | {"text": "Hemligt om läget.", "visible_for": "intern"}
    told = present.show_assessment(publication(hidden)).page
    assert "Hemligt" not in told and "Ingen skriven bedömning" in told
    named = ROW | {"text": "Testina Testsson, Storgatan 1, syns ofta."}
    told = present.show_assessment(publication(named)).page
    assert "Testina" not in told and 'class="hid">visas inte' in told

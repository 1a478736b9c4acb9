import re
from dataclasses import replace

import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure.monitor import COLUMNS
from lagesbild.present.quality import show_quality
from tests.present import look
from tests.present.invented import make_publication

INSIDE = make_publication(threshold=1, audience="intern")


def told(name):
    return look.table(show_quality(INSIDE, name).page)


def test_deliveries_account_for_every_row():
    rows = told("deliveries")
    assert rows[0] == [
        "Från",
        "Organisation",
        "Kom in",
        "Rader in",
        "Sparade",
        "Oförändrade",
        "Avvisade",
    ]
    assert rows[1][2:] == ["2026-10-12", "980", "950", "20", "10"]
    assert rows[4][:2] == ["Räddningstjänstens insatser", "Räddningstjänsten"]
    assert rows[4][2:] == ["–"] * 5


def test_methods_and_shares_are_in_swedish():
    assert told("geocoding")[1:] == [
        ["Polisens anmälningar", "Exakt adress", "700", "73,7\u00a0%"],
        ["Polisens anmälningar", "Gata", "200", "21,1\u00a0%"],
        ["Polisens anmälningar", "Avvisad: utan område", "50", "5,2\u00a0%"],
    ]


def test_lists_within_a_cell_are_read_as_lists():
    assert told("masked")[1] == [
        "Polisens anmälningar",
        "Handläggare, Fritext",
        "personnummer=2",
    ]


def test_rejected_texts_say_what_to_do_and_are_never_markup():
    shown = show_quality(INSIDE, "rejected_texts").page
    rows = look.table(shown)
    assert rows[0] == ["Text", "Ort", "Skäl", "Att göra", "Rader"]
    assert rows[1][:2] == ["röda ladan", "Storbyn"] and rows[1][4] == "12"
    assert rows[2][:2] == ["vid [namn] <b>bod</b>", "–"]
    assert "<b>bod" not in shown and "&lt;b&gt;bod" in shown
    assert "förekommer en gång visas inte" in shown


def test_an_empty_table_says_that_it_is_empty():
    page = show_quality(INSIDE, "withdrawn").page
    assert "Inga rader." in page
    assert "<table" not in page


def test_notices_are_never_shown_without_their_warning():
    assert "Pressnotiser, inte statistik" in show_quality(INSIDE, "notices").page


@pytest.mark.parametrize(
    "name", ["deliveries", "quarantine", "geocoding", "rejected_texts"]
)
def test_other_audiences_have_no_such_table(name):
    outside = make_publication()
    outside = replace(
        outside, deliveries=outside.deliveries.drop(columns="rows_in"), quality={}
    )
    page = show_quality(outside, name).page
    assert page == "<p>Tabellen finns bara internt.</p>"


def test_an_unknown_table_is_an_error():
    with pytest.raises(UsageError, match="quarantine"):
        show_quality(INSIDE, "personer")


def test_an_unknown_column_is_headed_by_its_name():
    odd = replace(INSIDE, quality={"notices": pd.DataFrame({"n_odd": [1]})})
    assert look.table(show_quality(odd, "notices").page)[0] == ["N odd"]


def test_statistics_are_listed_and_what_to_look_at_is_told():
    row = ["reviderat", "Brå", "bra_totalt", "9999", "2024", "Talet är ändrat."]
    about = {
        "indicators": pd.DataFrame(
            {"indicator_id": ["bra_totalt"], "name": ["Anmälda brott"]}
        ),
        "places": pd.DataFrame({"area_id": ["9999"], "name": ["Exempelkommun"]}),
        "sources": pd.DataFrame(
            {
                "name": ["Brå, serier", "EUDA"],
                "n_files": [2, 0],
                "retrieved_on": ["2026-07-01", ""],
            }
        ),
        "watched": pd.DataFrame([row], columns=COLUMNS, dtype="str"),
    }
    told = str(show_quality(replace(INSIDE, about_statistics=about), "statistics").page)
    assert '<th scope="row">Brå, serier</th><td class="n">2</td>' in told
    assert "EUDA" not in told
    words = ["reviderat", "Brå", "Anmälda brott", "Exempelkommun", "2024", row[-1]]
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", told)
    assert cells[-6:] == words

    public = make_publication()
    assert "finns bara internt" in show_quality(public, "statistics").page

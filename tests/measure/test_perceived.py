"""Perceived safety beside others: whose survey, and nobody else's in its place."""

from __future__ import annotations

from datetime import date

import pandas as pd

from lagesbild.measure.perceived import SAFE, UNSAFE, compare_perceived
from lagesbild.read.template_file import TEMPLATES, read_template

OWN, NEAR, NATION = "9999", "9991", "0000"


def survey(kind, *rows):
    template = next(t for t in TEMPLATES if t.file == kind)
    lines = [";".join(template.headings), *rows]
    return read_template(
        "\n".join(lines).encode(),
        template,
        retrieved_at=date(2026, 11, 1),
        file_name=f"{kind}.csv",
    )


def compare(*files):
    return compare_perceived(pd.concat(files), own=OWN, similar=[NEAR])


CITIZENS = survey(
    "medborgarundersokning",
    "mu_trygg_morker;9999;alla;2025;61;57;65;600",
    "mu_trygg_morker;9999;kvinnor;2025;48;42;54;310",
    "mu_trygg_morker;9991;alla;2025;72;68;76;580",
    "mu_trygg_morker;0000;alla;2025;70;69;71;40000",
    "mu_trygg_morker;9999;alla;2023;63;59;67;590",
)
POLICE = survey("trygghetsmatning", "tm_otrygg_kvall;9999;alla;alla;2025;24;21;27;840")


def test_each_other_place_has_a_difference_with_limits_and_a_verdict():
    told = compare(CITIZENS)
    latest = told[told["period"] == "2025"].set_index("area_id")
    assert set(told["indicator_id"]) == {"mu_trygg_morker"}
    assert set(told["means"]) == {SAFE}
    assert latest["verdict"].drop("median").to_dict() == {
        NEAR: "lägre",
        NATION: "lägre",
    }
    # by hand, Newcombe: 61 - 70 with -sqrt(4^2 + 1^2) and sqrt(4^2 + 1^2)
    nation = latest.loc[NATION]
    assert nation["difference"] == -9
    assert round(nation["difference_lower"], 2) == round(-9 - 17**0.5, 2)
    assert round(nation["difference_upper"], 2) == round(-9 + 17**0.5, 2)
    # nobody else answered in 2023
    assert set(told.loc[told["period"] == "2023", "verdict"]) == {"uppgift saknas"}


def test_the_survey_that_is_asked_most_often_is_taken_and_one_only():
    assert set(compare(POLICE, CITIZENS)["indicator_id"]) == {"mu_trygg_morker"}
    told = compare(POLICE)
    assert set(told["indicator_id"]) == {"tm_otrygg_kvall"}
    assert set(told["means"]) == {UNSAFE}


def test_nobody_elses_value_stands_in_for_the_municipality():
    others = CITIZENS[CITIZENS["area_id"] != OWN]
    assert compare(others).empty
    # nor does a group of its own, or a value that is hidden
    women = CITIZENS[CITIZENS["breakdown"] == "kvinnor"]
    assert compare(others, women).empty
    hidden = CITIZENS.assign(value=CITIZENS["value"].where(CITIZENS["area_id"] != OWN))
    assert compare(hidden).empty

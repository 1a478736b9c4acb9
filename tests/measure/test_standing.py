"""The latest figure beside the one before, the other sex, others and the nation."""

from datetime import date

import pandas as pd
import pytest

from lagesbild.measure.standing import add_limits, find_standing

OWN, NATION = "9999", "0000"


def figures(*rows, indicator="can_snus", unit="procent", area=OWN):
    """Rows: (breakdown, period, value, lower, upper)."""
    frame = pd.DataFrame(
        rows, columns=["breakdown", "period", "value", "lower", "upper"]
    )
    return frame.assign(
        indicator_id=indicator,
        area_id=area,
        area_level="municipality",
        unit=unit,
        source="påhittad",
        status="final",
    )


def standing(*parts, similar=(), breaks=None, as_of=None):
    told = find_standing(
        pd.concat(parts, ignore_index=True),
        own=[OWN, "EX1"],
        similar=similar,
        nation=NATION,
        breaks=breaks or {},
        as_of=as_of,
    )
    return told.set_index(["grade", "what", "other"])


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        # 20 (18–22) beside 15 (13–17): the gap 5 has the limits 5 ∓ √(2²+2²) = 2.2–7.8
        ((15.0, 13.0, 17.0), "högre"),
        # 20 beside 18 (16–20): 2 ∓ 2.8
        ((18.0, 16.0, 20.0), "ingen säker skillnad"),
        ((26.0, 24.0, 28.0), "lägre"),
        ((15.0, None, None), "kan inte bedömas"),
    ],
)
def test_a_trend_is_told_only_when_chance_explains_it_badly(before, verdict):
    told = standing(
        figures(("åk 9", "2022", *before), ("åk 9", "2025", 20.0, 18.0, 22.0))
    )
    row = told.loc[("åk 9", "trend", "")]
    assert (row["period"], row["base_period"]) == ("2025", "2022")
    assert (row["value"], row["base"]) == (20.0, before[0])
    assert row["verdict"] == verdict


def test_pooled_years_that_overlap_are_not_two_measurements():
    told = standing(
        figures(
            ("alla", "2016-2019", 9.0, 8.0, 10.0),
            ("alla", "2021-2024", 5.0, 4.0, 6.0),
            ("alla", "2022-2025", 5.5, 4.5, 6.5),
            indicator="hlv_rokning",
        )
    )
    row = told.loc[("alla", "trend", "")]
    assert (row["period"], row["base_period"]) == ("2022-2025", "2016-2019")
    assert row["verdict"] == "lägre"


def test_a_broken_series_and_a_first_measurement_are_said():
    both = figures(("alla", "2020", 9.0, 8.0, 10.0), ("alla", "2022", 5.0, 4.0, 6.0))
    told = standing(both, breaks={"can_snus": "2012 2021"})
    assert told.loc[("alla", "trend", ""), "verdict"] == "serien är bruten"
    told = standing(both, breaks={"can_snus": "2012 2020"})
    assert told.loc[("alla", "trend", ""), "verdict"] == "lägre"
    told = standing(both.tail(1))
    assert told.loc[("alla", "trend", ""), "verdict"] == "första mätningen"


def test_girls_beside_boys_and_no_age_taken_for_a_sex():
    told = standing(
        figures(
            ("åk 9", "2025", 15.0, 13.0, 17.0),
            ("åk 9 flickor", "2025", 20.0, 18.0, 22.0),
            ("åk 9 pojkar", "2025", 10.0, 8.0, 12.0),
            ("gy 2", "2025", 15.0, 13.0, 17.0),
            ("16–29 år kvinnor", "2025", 1.0, 0.5, 2.0),
            ("16–29 år man", "2025", 9.0, 8.0, 10.0),
        )
    )
    row = told.loc[("åk 9", "kön", "pojkar")]
    assert (row["value"], row["base"], row["verdict"]) == (20.0, 10.0, "högre")
    assert list(told.index.get_level_values("what")).count("kön") == 1


def test_others_in_the_latest_year_of_both_and_an_outsider_never():
    told = standing(
        figures(("alla", "2024", 20.0, 18.0, 22.0), ("alla", "2025", 30.0, 28.0, 32.0)),
        figures(("alla", "2024", 10.0, 9.0, 11.0), area="9991"),
        figures(("alla", "2024", 21.0, 19.0, 23.0), area="9992"),
        figures(("alla", "2025", 29.0, 28.5, 29.5), area=NATION),
        figures(("alla", "2025", 1.0, 0.5, 1.5), area="0021"),
        similar=("9991", "9992", "9993"),
    )
    others = told.xs("andra", level="what")
    assert list(others.index.get_level_values("other")) == [
        "9991",
        "9992",
        "median",
        NATION,
    ]
    assert others["verdict"].tolist() == [
        "högre",
        "ingen säker skillnad",
        "kan inte bedömas",
        "ingen säker skillnad",
    ]
    assert others["period"].tolist() == ["2024", "2024", "2024", "2025"]
    assert others.loc[("alla", "median"), "base"] == 15.5


def test_what_has_grown_old_is_said():
    told = standing(
        figures(("alla", "2019", 9.0, 8.0, 10.0), ("alla", "2022", 5.0, 4.0, 6.0)),
        as_of=date(2029, 2, 1),
    )
    assert told.loc[("alla", "inaktuell", ""), "verdict"] == "inaktuell"
    told = standing(
        figures(("alla", "2019", 9.0, 8.0, 10.0), ("alla", "2022", 5.0, 4.0, 6.0)),
        as_of=date(2028, 2, 1),
    )
    assert "inaktuell" not in told.index.get_level_values("what")


def test_chance_gives_limits_to_counts_and_to_rates_with_a_count():
    calls = figures(
        ("alla", "2025", 48.0, None, None), unit="samtal", indicator="spel_x"
    )
    rates = figures(("alla", "2025", 480.0, None, None), unit="per", indicator="bra_x")
    counts = figures(
        ("alla", "2025", 48.0, None, None), unit="brott", indicator="bra_x_antal"
    )
    load = figures(
        ("alla", "2025", 4.0, None, None), unit="mg", indicator="euda_kokain"
    )
    out = add_limits(pd.concat([calls, rates, counts, load], ignore_index=True))
    at = out.set_index("indicator_id")[["lower", "upper"]]
    assert list(at.index) == ["spel_x", "bra_x", "euda_kokain"]
    # Byar's limits of 48: 35.388–63.642 (PHE's own example, 48 of 10 000)
    assert at.loc["spel_x"].tolist() == pytest.approx([35.388, 63.642], abs=1e-3)
    assert at.loc["bra_x"].tolist() == pytest.approx([353.88, 636.42], abs=1e-2)
    assert at.loc["euda_kokain"].isna().all()

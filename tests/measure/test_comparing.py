"""One verdict a cell, from the counts of two quarters and the history between."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure import change, comparing, dispersion, tables
from lagesbild.measure.counting import quarter_labels
from lagesbild.period import Period
from tests.measure.frames import AREAS, POLICE_K2_K3, cell, deliveries, incidents

NOW, THEN = "2026-K3", "2025-K3"


def history(values, *, base=None, now=None, n_quarters=12, category="klotter"):
    """Counts by area and quarter: ``values`` each quarter, replaced at the ends.

    ``values`` is area_id → count; every fourth quarter differs by one, so that a
    year's variation is small but known.
    """
    labels = quarter_labels(np.arange(n_quarters) + 2026 * 4 + 3 - n_quarters)
    rows = [
        {
            "area_id": area,
            "category": category,
            "period": label,
            "n_offences": n + (i // 4) % 2,
            "n_reports": n + (i // 4) % 2,
        }
        for area, n in values.items()
        for i, label in enumerate(labels)
    ]
    frame = pd.DataFrame(rows)
    for period, told in ((THEN, base), (NOW, now)):
        for area, n in (told or {}).items():
            at = (frame["area_id"] == area) & (frame["period"] == period)
            frame.loc[at, ["n_offences", "n_reports"]] = n
    return _shown(frame)


def _shown(frame, **more):
    frame = frame.assign(n_observations=np.nan, n_observations_status="not_computed")
    for name in ("n_offences", "n_reports"):
        frame[f"{name}_status"] = np.where(frame[name].notna(), "shown", "missing")
    return frame.assign(**more)


def _rated(frame, inhabitants=2000):
    people = pd.DataFrame({"area_id": frame["area_id"].unique()})
    people = people[~people["area_id"].isin(["", "*"])]
    return tables.add_rates(frame, people.assign(year=2020, n_inhabitants=inhabitants))


def _compare(frame, **more):
    return tables.compare_periods(_rated(frame, **more), NOW, THEN)


QUIET = {f"O{i}": 40 for i in range(1, 9)}


def test_a_clear_change_gets_its_verdict_and_the_quiet_get_none():
    got = _compare(history(QUIET, base={"O1": 30, "O2": 90}, now={"O1": 90, "O2": 30}))
    words = got.set_index("area_id")["verdict"]
    assert (words["O1"], words["O2"]) == ("ökar", "minskar")
    assert set(words.drop(["O1", "O2"])) == {"ingen säker förändring"}
    one = cell(got, area_id="O1")
    assert (one["n_offences_last_year"], one["rate_ratio"]) == (30, 3.0)
    assert one["ratio_lower"] < 3.0 < one["ratio_upper"]


def test_without_more_variation_than_chance_the_test_is_the_exact_one():
    got = cell(_compare(history(QUIET, base={"O1": 30}, now={"O1": 50})), area_id="O1")
    exact = change.ratio([50], [2000], [30], [2000]).iloc[0]
    for ours, theirs in {
        "rate_ratio": "ratio",
        "ratio_lower": "lower",
        "ratio_upper": "upper",
        "p": "p",
    }.items():
        assert got[ours] == pytest.approx(exact[theirs])


def test_change_is_per_inhabitant_where_there_is_a_rate():
    people = pd.DataFrame(
        {"area_id": "O1", "year": [2025, 2026], "n_inhabitants": [1000, 2000]}
    )
    frame = history({"O1": 40})
    got = tables.compare_periods(tables.add_rates(frame, people), NOW, THEN)
    assert got["rate_ratio"].iloc[0] == pytest.approx(40 / 41 / 2)
    few = tables.add_rates(frame, people, min_inhabitants=5000)
    got = tables.compare_periods(few, NOW, THEN)
    assert got["rate_ratio"].iloc[0] == pytest.approx(40 / 41)


@pytest.mark.parametrize("now,verdict", [(5, "för få att jämföra"), (6, None)])
def test_fewer_than_ten_in_both_periods_are_not_compared(now, verdict):
    got = _compare(history(QUIET, base={"O1": 4}, now={"O1": now}))
    one = cell(got, area_id="O1")
    assert (one["verdict"] == verdict) == (verdict is not None)
    assert np.isnan(one["rate_ratio"]) == (verdict is not None)


def test_many_offences_of_one_report_are_no_change():
    frame = history(QUIET)
    at = (frame["area_id"] == "O1") & (frame["period"] == NOW)
    frame.loc[at, "n_offences"] = 140  # the reports are as many as they were
    assert cell(_compare(frame), area_id="O1")["verdict"] == "ingen säker förändring"


def test_missing_is_told_and_never_compared():
    frame = history(QUIET)
    at = (frame["area_id"] == "O1") & (frame["period"] == THEN)
    frame.loc[at, ["n_offences", "n_reports"]] = np.nan
    one = cell(_compare(_shown(frame)), area_id="O1")
    assert (one["verdict"], one["change_status"]) == ("uppgift saknas", "missing")
    assert one["n_offences_last_year_status"] == "missing"
    assert np.isnan(one["rate_ratio"])


def test_short_history_gives_the_word_and_no_number():
    got = _compare(history(QUIET, n_quarters=4))
    assert set(got["verdict"]) == {"för kort historik"}
    assert set(got["change_status"]) == {"too_short_history"}
    assert got[["rate_ratio", "p", "n_offences_last_year"]].isna().all(axis=None)


def test_offences_without_reports_need_a_history_that_tells_their_variation():
    frame = history({"O1": 40}, n_quarters=5).drop(
        columns=["n_reports", "n_reports_status"]
    )
    assert _compare(frame)["verdict"].tolist() == ["för kort historik"]
    longer = history(QUIET).drop(columns=["n_reports", "n_reports_status"])
    assert set(_compare(longer)["verdict"]) == {"ingen säker förändring"}


def test_what_the_police_find_by_looking_does_not_increase():
    got = _compare(history(QUIET, now={"O1": 150, "O2": 4}, category="narkotika"))
    words = got.set_index("area_id")["verdict"]
    assert (words["O1"], words["O2"]) == ("fler upptäckta", "färre upptäckta")


def test_areas_are_not_compared_where_the_share_without_area_has_moved():
    frame = history({**QUIET, "": 10, "*": 330}, now={"": 30, "*": 350})
    got = _compare(frame).set_index("area_id")
    assert got.loc["O1", "verdict"] == "jämförs inte"
    assert got.loc["O1", "change_reason"] == comparing.MOVED
    assert got.loc["*", "verdict"] != "jämförs inte"
    still = _compare(history({**QUIET, "": 10, "*": 330}, now={"": 18}))
    assert still.set_index("area_id").loc["O1", "verdict"] == "ingen säker förändring"


def test_utan_omrade_is_never_compared():
    got = _compare(history({**QUIET, "": 10}))
    assert cell(got, area_id="")["verdict"] == "jämförs inte"


def test_verdicts_hold_for_the_whole_family_at_once():
    few = history({"O1": 40, **{f"O{i}": 40 for i in range(2, 9)}}, now={"O1": 74})
    many = history({f"O{i}": 40 for i in range(1, 200)}, now={"O1": 74})
    alone, among = (cell(_compare(f), area_id="O1") for f in (few, many))
    assert alone["p"] == pytest.approx(among["p"])
    assert (alone["verdict"], among["verdict"]) == ("ökar", "ingen säker förändring")


def test_verdict_is_benjamini_hochbergs():
    rng = np.random.default_rng(3)
    now = {area: int(n) for area, n in zip(QUIET, rng.integers(20, 90, 8), strict=True)}
    got = _compare(history(QUIET, now=now))
    sure = (change.adjust(got["p"]) < 0.05).to_numpy()
    assert sure.any()
    assert not sure.all()
    assert got["verdict"].isin(["ökar", "minskar"]).tolist() == sure.tolist()


def test_all_quarters_at_once_are_each_compared_alone(town):
    t = town(3, 8)
    counts = tables.count_incidents(
        t["incidents"],
        ["area_id", "category", "period"],
        areas=t["areas"],
        deliveries=t["deliveries"],
    )
    rated = tables.add_rates(counts, t["population"], areas=t["areas"])
    got = comparing.compare_all(rated)
    for period in ("2026-K2", "2026-K4"):
        base = f"{int(period[:4]) - 1}{period[4:]}"
        alone = tables.compare_periods(rated, period, base)
        pd.testing.assert_frame_equal(got[got["period"] == period], alone)


def test_by_date_of_occurrence_both_quarters_are_known_equally_long():
    rows = incidents(*[{}] * 12)
    more = {"areas": AREAS, "deliveries": deliveries(*POLICE_K2_K3), "date": "occurred"}
    people = AREAS.assign(year=2025, n_inhabitants=900)
    by = ["area_id", "category", "period"]

    def verdict(**known):
        counts = tables.count_incidents(rows, by, **more, **known)
        rated = tables.add_rates(counts, people)
        got = tables.compare_periods(rated, "2026-K3", "2026-K2")
        return cell(got, area_id="O1")["verdict"]

    assert verdict() == "ännu inte jämförbart"
    assert verdict(known_days=0) == "ökar"


def test_periods_must_be_in_order_and_there():
    rated = _rated(history({"O1": 40}))
    for period, base in ((THEN, NOW), (NOW, NOW), ("2027-K1", NOW)):
        with pytest.raises(UsageError):
            tables.compare_periods(rated, period, base)


def test_dispersion_by_hand():
    # eight pairs a year apart: (4 − 12)² / 16 = 4 each
    frame = history({"O1": 0}, n_quarters=12)
    value = pd.Series([4.0] * 4 + [12.0] * 4 + [4.0] * 4)
    assert dispersion.overall(frame, value).tolist() == [4.0] * 12
    # what is tested is left out: seven pairs are too few, so it is let in again
    assert dispersion.without_own(frame, value).tolist() == [4.0] * 12
    assert dispersion.without_own(frame.head(8), value.head(8)).isna().all()
    assert dispersion.overall(frame.head(8), value.head(8)).tolist() == [1.0] * 8


def test_dispersion_is_one_of_few_steps_and_never_below_one():
    rng = np.random.default_rng(1)
    frame = history({f"O{i}": 0 for i in range(30)})
    value = pd.Series(rng.poisson(20, len(frame)).astype(float))
    found = dispersion.overall(frame, value)
    assert found.isin(dispersion.STEPS).all()
    assert found.iloc[0] <= 1.5


@pytest.mark.parametrize(
    ("category", "now", "is_broken"),
    [
        ("bedrageri", "2019-K1", True),
        ("bedrageri", "2019-K4", True),
        ("bedrageri", "2018-K4", False),
        ("bedrageri", "2020-K1", False),
        ("ran", "2019-K1", False),
    ],
)
def test_periods_on_either_side_of_a_break_are_not_compared(category, now, is_broken):
    labels = quarter_labels(np.arange(16) + 2017 * 4)
    frame = pd.DataFrame(
        [
            {"area_id": area, "category": category, "period": label}
            for area in QUIET
            for label in labels
        ]
    )
    number = 40 + np.arange(len(frame)) // 4 % 2
    frame = _shown(frame.assign(n_offences=number, n_reports=number))
    then = str(Period(now).same_period_last_year)
    got = tables.compare_periods(_rated(frame), now, then)
    assert (got["verdict"] == "jämförs inte").all() == is_broken
    assert got["change_reason"].notna().all() == is_broken
    assert got["rate_ratio"].isna().all() == is_broken
    if is_broken:
        assert got["change_reason"].str.startswith("Nya brottskoder: ").all()

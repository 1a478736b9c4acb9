"""What stands out, and what is planted in the invented municipality."""

import numpy as np
import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.agreement.suggest import SPOT, suggest_problems
from lagesbild.demo import events, geography, truth
from lagesbild.errors import ShortHistoryError
from lagesbild.measure import effects, findings, tables
from lagesbild.offences import FOUND_BY_POLICE
from lagesbild.period import Period
from lagesbild.protect.hide import COUNTS, hide_cells
from lagesbild.protect.told import tell_findings
from lagesbild.workspace import MeasureRules

pytest.importorskip("libpysal")
CYCLE = "2026-K3"


def _cells(series, *, last=CYCLE, category="klotter", measure="n_offences"):
    """Cells of areas with their events by quarter, in order up to ``last``."""
    rows = [
        {
            "area_id": area,
            "category": category,
            "period": period.label,
            "measure": measure,
            "n_offences": n,
            "n_reports": n,
            "n_observations": np.nan,
        }
        for area, values in series.items()
        for period, n in zip(Period(last).back(len(values)), values, strict=True)
    ]
    return pd.DataFrame(rows)


def _noise(n=23, mean=10):
    return list(np.random.default_rng(n).poisson(mean, n).astype(float))


def test_a_wave_is_a_signal_and_an_ordinary_quarter_is_not():
    got = findings.find_signals(
        _cells({"*": _noise(), "O1": [*_noise(22), 40.0]}), CYCLE
    )
    assert got["area_id"].tolist() == ["O1", "*"]
    assert got["is_signal"].tolist() == [True, False]
    assert (got["count"] > got["upper"]).tolist() == [True, False]
    assert set(got["period"]) == {CYCLE}


def test_what_the_police_find_by_looking_gives_no_signal():
    cells = _cells({"O1": [*_noise(22), 90.0]}, category="narkotika")
    assert findings.find_signals(cells, CYCLE).empty


@pytest.mark.parametrize("n,is_told", [(13, False), (14, True)])
def test_signals_need_fourteen_quarters(n, is_told):
    got = findings.find_signals(_cells({"O1": _noise(n)}), CYCLE).iloc[0]
    assert np.isfinite(got["upper"]) == is_told
    if not is_told:
        assert got["reason"] == "för kort historik (har 13, behöver 14 kvartal)"
        assert np.isnan(got["expected"])


def test_a_series_that_was_not_delivered_is_missing_and_others_are_judged():
    gone = [*_noise(22), np.nan]
    late = [*[np.nan] * 12, *_noise(11)]
    got = findings.find_signals(
        _cells({"O1": gone, "O2": late, "O3": _noise()}), CYCLE
    ).set_index("area_id")
    assert got.loc["O1", "reason"] == "uppgift saknas"
    assert "har 11, behöver 14" in got.loc["O2", "reason"]
    assert np.isfinite(got.loc["O3", "upper"])
    assert not got["is_signal"].any()


def test_trends_of_areas_and_the_municipality():
    steep = [10.0 + 2 * i for i in range(23)]
    got = findings.find_trends(
        _cells({"*": steep, "O1": steep[::-1], "O2": _noise(), "O3": _noise(19)}), CYCLE
    ).set_index("area_id")
    assert got.loc["*", ["verdict", "slope_per_year"]].tolist() == ["stigande", 8]
    assert got.loc["O1", "verdict"] == "fallande"
    assert got.loc["O2", "verdict"] == "ingen säker trend"
    assert got.loc["O3", "verdict"] == "för kort historik"
    assert got.loc["O3", "reason"] == "för kort historik (har 19, behöver 20 kvartal)"
    assert np.isnan(got.loc["O3", "slope_per_year"])


def test_no_signal_is_measured_across_new_codes():
    shifted = [*[60.0] * 7, *_noise(15), 30.0]  # 2017-K2 to 2022-K4
    first = {}
    for category in ("bedrageri", "ran"):
        cells = _cells({"*": shifted}, last="2022-K4", category=category)
        got = findings.find_signals(cells, "2022-K4").iloc[0]
        first[category] = got["from_period"]
        assert got["is_signal"] == (category == "bedrageri")
    assert first == {"bedrageri": "2019-K1", "ran": "2017-K3"}
    young = findings.find_signals(
        _cells({"*": _noise()}, last="2021-K3", category="bedrageri"), "2021-K3"
    ).iloc[0]
    assert young["reason"] == "för kort historik (har 11, behöver 14 kvartal)"


def test_no_trend_is_drawn_across_new_codes():
    steep = [10.0 + 2 * i for i in range(30)]  # 2017-K1 to 2024-K2
    cells = _cells({"*": steep}, last="2024-K2", category="bedrageri")
    got = findings.find_trends(cells, "2024-K2").iloc[0]
    assert (got["from_period"], got["n_quarters"]) == ("2019-K1", 22)
    other = _cells({"*": steep}, last="2024-K2", category="ran")
    assert findings.find_trends(other, "2024-K2")["n_quarters"].tolist() == [30]


def test_a_verdict_of_one_series_is_moved_by_no_other():
    weak = [10.0 + 0.5 * i + 4 * (i % 3) for i in range(23)]
    words = set()
    for others in (_noise(), [10.0 + 2 * i for i in range(23)]):
        series = {"O1": weak} | {f"O{n}": others for n in range(2, 9)}
        got = findings.find_trends(_cells(series), CYCLE).set_index("area_id")
        words.add(got.loc["O1", "verdict"])
    assert len(words) == 1


def test_first_and_last_year_are_sums_of_what_is_there():
    got = findings.find_trends(_cells({"*": range(1, 24)}), CYCLE).iloc[0]
    assert (got["n_first_year"], got["n_last_year"]) == (
        1 + 2 + 3 + 4,
        20 + 21 + 22 + 23,
    )
    gap = [*map(float, range(1, 24))]
    gap[2] = np.nan
    got = findings.find_trends(_cells({"*": gap}), CYCLE).iloc[0]
    assert np.isnan(got["n_first_year"]) and got["n_quarters"] == 22


def test_trends_of_what_the_police_find_are_about_finding():
    steep = [10.0 + 2 * i for i in range(23)]
    cells = _cells({"*": steep}, category="vapen")
    assert findings.find_trends(cells, CYCLE)["verdict"].tolist() == ["fler upptäckta"]


def test_hot_spots_need_eight_quarters():
    rows = pd.DataFrame(
        {
            "easting_m": [500_000.0],
            "northing_m": 6_600_000.0,
            "protected_class": pd.Series([np.nan], dtype="str"),
            "category": "klotter",
            "reported_on": pd.Timestamp("2026-07-01"),
            "event_id": "e",
            "incident_id": "r",
        }
    )
    with pytest.raises(ShortHistoryError):
        findings.find_hot_spots(rows, CYCLE)


@pytest.fixture(scope="module")
def demo():
    """Events of the invented municipality as they are before anyone writes them."""
    facts = geography.area_facts()
    ids = facts["omrade_id"].to_numpy(object)
    parts, files = [], []
    for quarter in Period(CYCLE).back(23):
        for source, told in events.draw_quarter(quarter, seed=2026, scale=1.0).items():
            kind = "police" if source == "polisen" else "observation"
            n = told["n_offences"] if kind == "police" else pd.NA
            parts.append(
                pd.DataFrame(
                    {
                        "source": source,
                        "source_kind": kind,
                        "category": told["category"],
                        "area_id": ids[told["area"]],
                        "n_offences": pd.Series(n, told.index, dtype="Int64"),
                        "event_id": told["event"].astype(str),
                        "incident_id": source + told["event"].astype(str),
                        "reported_on": told["reported"].dt.normalize(),
                        "easting_m": told["e"],
                        "northing_m": told["n"],
                        "geocode_method": "adress",
                    }
                )
            )
            files.append((source, kind, quarter.start, quarter.end))
    rows = pd.concat(parts, ignore_index=True)
    rows["protected_class"] = pd.Series(np.nan, rows.index, dtype="str")
    names = ["source", "source_kind", "period_start", "period_end"]
    delivered = pd.DataFrame(files, columns=names)
    days = dict.fromkeys(names[2:], "datetime64[us]")
    cells = tables.measure_cycle(
        rows,
        contracts.empty("closed_counts"),
        contracts.empty("ready_counts"),
        delivered.astype(days),
        pd.DataFrame({"area_id": ids, "kind": facts["slag"]}),
        pd.DataFrame(
            {"area_id": ids, "year": 2020, "n_inhabitants": facts["n_inhabitants"]}
        ),
        cycle=CYCLE,
        rules=MeasureRules(),
    )
    return rows, cells, truth.describe_planted(1.0)


@pytest.mark.slow
def test_the_planted_wave_is_a_signal(demo):
    _, cells, planted = demo
    wave = planted["inbrottsvag"]
    (strong, _) = wave["faktor"]
    n = 0
    for quarter in wave["faktor"][strong]:
        got = findings.find_signals(cells, quarter).set_index(["area_id", "category"])
        n += bool(got.loc[(strong, "bostadsinbrott"), "is_signal"])
    assert n >= 2


@pytest.mark.slow
def test_the_planted_hot_spot_is_a_new_one(demo):
    rows, _, planted = demo
    spot = planted["ny_hotspot"]
    got = findings.find_hot_spots(rows, CYCLE, categories=spot["kategorier"])
    new = got[got["hot_spot"] == "ny"]
    away = np.hypot(new["easting_m"] - spot["e"], new["northing_m"] - spot["n"])
    assert (away < 500).any()
    assert (away < 500).mean() > 0.5


@pytest.mark.slow
def test_the_planted_actions_get_honest_sentences(demo):
    _, cells, planted = demo
    told = [planted["atgard_som_verkade"], planted["atgard_utan_verkan"]]
    actions = pd.DataFrame(
        {
            "title": [a["titel"] for a in told],
            "category": [a["kategori"] for a in told],
            "area_id": [a["omrade_id"] for a in told],
            "finished_on": [a["klar"] for a in told],
            "compare_with": [a["jamfor_med"] for a in told],
        }
    )
    got = effects.before_after(actions, cells, until=CYCLE)
    assert got["status"].tolist()[0] == "improved"
    assert got["lower"][0] < told[0]["faktor"] < got["upper"][0]
    assert got["status"].tolist()[1] == "no_difference"


@pytest.mark.slow
def test_quiet_series_are_left_in_peace(demo):
    _, cells, planted = demo
    verdicts = cells[cells["period"] == CYCLE].set_index(["area_id", "category"])
    signals = findings.find_signals(cells, CYCLE).set_index(["area_id", "category"])
    trends = findings.find_trends(cells, CYCLE).set_index(["area_id", "category"])
    for quiet in planted["lugna_serier"]:
        key = (quiet["omrade_id"], quiet["kategori"])
        assert verdicts.loc[key, "verdict"] not in ("ökar", "minskar")
        assert not signals.loc[key, "is_signal"]
        assert trends.loc[key, "verdict"] == "ingen säker trend"


@pytest.mark.slow
def test_the_plan_is_offered_the_planted_wave_and_hot_spot_first(demo):
    rows, cells, planted = demo
    found = {
        "signals": findings.find_signals(cells, CYCLE),
        "trends": findings.find_trends(cells, CYCLE),
        "hot_spots": findings._count_squares(rows, Period(CYCLE)),
        "week": pd.DataFrame(),
    }
    told = tell_findings(found, _shown(cells), is_internal=True)
    first = suggest_problems(_shown(cells), told, CYCLE).head(5)
    (strong, _) = planted["inbrottsvag"]["faktor"]
    pairs = list(zip(first["area_id"], first["category"], strict=True))
    assert (strong, "bostadsinbrott") in pairs
    spot = planted["ny_hotspot"]
    near = np.hypot(rows["easting_m"] - spot["e"], rows["northing_m"] - spot["n"])
    assert (rows.loc[near.idxmin(), "area_id"], SPOT) in pairs
    assert not first["category"].isin(FOUND_BY_POLICE).any()


def _shown(cells):
    return hide_cells(cells, pd.DataFrame(False, cells.index, COUNTS))

"""How fast the measures are, and how often they are wrong where nothing changed.

Run: ``pytest tests/bench/bench_measure.py -s``. The figures go into docs/metod.md.
"""

from time import perf_counter, process_time

import numpy as np
import pandas as pd
import pytest

from lagesbild import contracts
from lagesbild.demo import geography, rates
from lagesbild.measure import comparing, findings, signals, tables, totals
from lagesbild.measure.occurred import add_occurred
from lagesbild.offences import load_categories, protected_categories
from lagesbild.period import Period
from lagesbild.workspace import MeasureRules

CYCLE = Period("2026-K3")
N_TOWNS = 200
LATE = 0.2
CLEAR = ("ökar", "minskar", "fler upptäckta", "färre upptäckta")
N_SERIES, WEEKS, MONITORED = 480, 6 * 52, 52
HOW = {"frequency": 52, "b": 4, "w": 3, "n_periods": 10, "past_not_included": 26}


def _weekly():
    rng = np.random.default_rng(1)
    season = 1 + 0.3 * np.cos(2 * np.pi * np.arange(WEEKS) / 52)
    means = np.exp(rng.normal(0.3, 1.2, N_SERIES)) * season[:, None]
    return pd.DataFrame(rng.poisson(means * rng.gamma(3, 1 / 3, means.shape)))


def _floor(counts) -> float:
    """Seconds of one statsmodels fit a series and week, from a sample of them."""
    import statsmodels.api as sm

    at = np.arange(WEEKS - 4 * 52 - 3, WEEKS - 26)
    level = (at // 5) % 10
    design = np.column_stack([level[:, None] == np.arange(10), at / 52]).astype(float)
    sample = [counts[s].to_numpy()[at] + (np.arange(len(at)) == 0) for s in range(40)]
    start = perf_counter()
    for y in sample:
        sm.GLM(y, design, family=sm.families.Poisson()).fit()
    return (perf_counter() - start) / len(sample) * N_SERIES * MONITORED


def test_farrington_on_480_series_of_six_years_of_weeks(benchmark):
    counts = _weekly()
    monitor = range(WEEKS - MONITORED, WEEKS)
    got = benchmark.pedantic(
        signals.farrington, (counts,), {"monitor": monitor, **HOW}, rounds=1
    )
    assert len(got) == N_SERIES * MONITORED
    seconds = benchmark.stats["max"]
    floor = _floor(counts)
    print(
        f"\nFarrington: {seconds:.1f} s; en anpassning i statsmodels per serie och "
        f"vecka {floor:.0f} s; kvot {seconds / floor:.3f}"
    )
    assert seconds < 20


@pytest.mark.benchmark(timer=process_time)
def test_all_measures_of_a_cycle_of_46000_reports(benchmark, town):
    t = town(28, 23, scale=2.7, first_year=2021)
    rng = np.random.default_rng(1)
    rows = t["incidents"].assign(
        easting_m=500_000 + rng.normal(0, 1500, len(t["incidents"])),
        northing_m=6_600_000 + rng.normal(0, 1500, len(t["incidents"])),
        has_time=True,
    )

    def measure():
        cells = tables.measure_cycle(
            rows,
            contracts.empty("closed_counts"),
            contracts.empty("ready_counts"),
            t["deliveries"],
            t["areas"],
            t["population"],
            cycle=CYCLE,
            rules=MeasureRules(),
        )
        cells = add_occurred(cells, rows, t["deliveries"], cycle=CYCLE)
        findings.find_all(cells, rows, t["deliveries"], cycle=CYCLE)
        return cells

    cells = benchmark.pedantic(measure, rounds=3, warmup_rounds=1)
    seconds, floor = benchmark.stats["min"], _floor_of_a_cycle(rows, cells)
    print(
        f"\nAlla mått för {len(rows)} rapporter: {seconds:.1f} s processortid; räkna "
        f"dem en gång och anpassa en modell i statsmodels per serie {floor:.2f} s; "
        f"kvot {seconds / floor:.1f}"
    )
    assert seconds < 5


def _floor_of_a_cycle(rows, cells) -> float:
    """Seconds to count the reports once and fit one statsmodels model a series."""
    import statsmodels.api as sm

    whole = cells[~cells["category"].isin(comparing._above_leaves())]
    series = whole.pivot(
        index="period", columns=["area_id", "category"], values="n_events"
    )
    series = series.fillna(0.0).to_numpy()
    season = np.arange(len(series))[:, None] % 4 == np.arange(4)
    start = process_time()
    quarter = rows["reported_on"].dt.to_period("Q")
    rows.groupby(["area_id", "category", quarter], dropna=False)["event_id"].nunique()
    for y in series.T:
        sm.GLM(y + 0.1, season.astype(float), family=sm.families.Poisson()).fit()
    return process_time() - start


TABLES = (rates.POLICE, rates.MUNICIPALITY, rates.HOUSING, rates.RESCUE)
SERIAL = {"bedrageri": 0.12, "skadegorelse": 0.12, "klotter": 0.12}


def _expected():
    """Expected reports by area and category of each source and season, nothing planted.

    2022 is before everything that is planted in the demo.
    """
    return [
        [rates.expected_reports(t, Period(f"2022-K{n}")) for n in (1, 2, 3, 4)]
        for t in TABLES
    ]


def _draw(expected, rng, quarters, shapes, *, by_occurrence):
    """Reports by quarter, area and category; a fifth are registered a quarter late.

    By registration the late ones come in the next quarter; by occurrence, with both
    quarters known as long, they are in neither.
    """
    means = np.stack([expected[q.number - 1].to_numpy() for q in quarters])
    means = means * rng.gamma(shapes[0], 1 / shapes[0], means.shape)
    means *= rng.gamma(shapes[1], 1 / shapes[1], (len(quarters), 1, means.shape[2]))
    reports = rng.poisson(means)
    late = rng.binomial(reports, LATE)
    in_time = (reports - late)[1:]
    return in_time if by_occurrence else in_time + late[:-1]


def _town(seed, expected, *, n_quarters, shapes, by_occurrence):
    """Cells of a municipality in which nothing has changed."""
    rng = np.random.default_rng(seed)
    quarters = CYCLE.back(n_quarters + 1)
    facts = geography.area_facts()
    ids = list(facts["omrade_id"])
    told = {c for table in TABLES for c in table} - set(protected_categories())
    leaves = [c for c in load_categories()["category"] if c in told]
    shape = (len(ids) + 1, len(leaves), n_quarters)
    reports, offences, seen = np.zeros((3, *shape))
    for table, means in zip(TABLES, expected, strict=True):
        drawn = _draw(means, rng, quarters, shapes, by_occurrence=by_occurrence)
        for j, category in enumerate(table):
            if category not in leaves:
                continue
            n, at = drawn[:, :, j].T, leaves.index(category)
            unplaced = rng.binomial(n, 0.08)
            rows = np.vstack([n - unplaced, unplaced.sum(axis=0)])
            if table is rates.POLICE:
                several = rng.binomial(rows, SERIAL.get(category, 0.02))
                more = several + rng.negative_binomial(np.maximum(several, 1), 0.55)
                reports[:, at] = rows
                offences[:, at] = rows + np.where(several > 0, more, 0)
            else:
                seen[:, at] += rows
    grid = pd.MultiIndex.from_product(
        [[*ids, ""], leaves, [q.label for q in quarters[1:]]], names=tables.KEYS
    )
    frame = grid.to_frame(index=False)
    of_police = np.isin(leaves, list(rates.POLICE))
    of_others = np.isin(leaves, [c for t in TABLES[1:] for c in t])
    for name, counts, is_told in (
        ("n_offences", offences, of_police),
        ("n_reports", reports, of_police),
        ("n_observations", seen, of_others),
        ("n_events", reports + seen, of_police | of_others),
    ):
        word = np.where(is_told, "shown", "not_computed")[None, :, None]
        frame[f"{name}_status"] = np.broadcast_to(word, shape).ravel()
        frame[name] = np.where(
            frame[f"{name}_status"] == "shown", counts.ravel(), np.nan
        )
    frame["n_police_events"] = frame["n_reports"]
    frame["n_observer_events"] = frame["n_observations"]
    people = pd.DataFrame(
        {"area_id": ids, "year": 2019, "n_inhabitants": facts["n_inhabitants"]}
    )
    areas = pd.DataFrame({"area_id": ids, "kind": facts["slag"]})
    return tables.add_rates(totals.add_totals(frame), people, areas=areas)


DEMO_LIKE, WILDER = (18.0, 250.0), (6.0, 40.0)  # shapes of the gamma: area, category


@pytest.mark.parametrize(
    "n_quarters,shapes,by_occurrence,most",
    [
        (23, DEMO_LIKE, False, 0.05),
        (23, DEMO_LIKE, True, 0.05),
        (23, WILDER, False, 0.08),  # 5 % within what 200 draws tell
        (5, DEMO_LIKE, False, 0.05),
    ],
    ids=["anmälda", "inträffade", "oroligare", "fem kvartal"],
)
def test_where_nothing_changed_few_statements_say_so(
    n_quarters, shapes, by_occurrence, most
):
    expected = _expected()
    n_tested = n_clear = n_towns_wrong = 0
    for seed in range(N_TOWNS):
        cells = _town(
            seed,
            expected,
            n_quarters=n_quarters,
            shapes=shapes,
            by_occurrence=by_occurrence,
        )
        got = comparing.compare(cells, CYCLE.label, CYCLE.same_period_last_year.label)
        clear = got["verdict"].isin(CLEAR)
        n_tested += (got["change_status"] == "shown").sum()
        n_clear += clear.sum()
        leaves = ~got["category"].isin(comparing._above_leaves())
        n_towns_wrong += (clear & leaves & (got["area_id"] != "*")).any()
    print(
        f"\n{N_TOWNS} kommuner, {n_quarters} kvartal: {n_clear} fel av {n_tested} "
        f"jämförelser ({n_clear / n_tested:.3%}); minst ett fel bland områden × "
        f"kategorier i {n_towns_wrong / N_TOWNS:.1%} av kommunerna"
    )
    assert n_tested > 50 * N_TOWNS
    assert n_clear / n_tested <= 0.05
    # no change is true, so the share of false among the clear is 1 where any is clear:
    # the family's error rate is the share of municipalities with any
    assert n_towns_wrong / N_TOWNS <= most


@pytest.mark.parametrize("shapes", [DEMO_LIKE, WILDER], ids=["vanliga", "oroligare"])
def test_where_nothing_changed_few_series_stand_out(shapes):
    """Of 60 towns: signals, and (of 15) trends; every one of them is wrong."""
    expected = _expected()
    n_series = n_signals = n_tested = n_clear = 0
    for seed in range(60):
        cells = _town(seed, expected, n_quarters=23, shapes=shapes, by_occurrence=False)
        found = findings.find_signals(cells, CYCLE)
        n_series += len(found)
        n_signals += found["is_signal"].sum()
        if seed < 15:
            found = findings.find_trends(cells, CYCLE)
            n_tested += found["p"].notna().sum()
            n_clear += (found["verdict"].isin(TRENDS)).sum()
    print(
        f"\n60 kommuner: {n_signals} signaler av {n_series} serier "
        f"({n_signals / n_series:.2%}); {n_clear} säkra trender av {n_tested}"
    )
    assert n_series > 30_000 and n_tested > 10_000
    assert n_signals / n_series <= 0.01
    assert n_clear / n_tested <= 0.001


TRENDS = ("stigande", "fallande", "fler upptäckta", "färre upptäckta")

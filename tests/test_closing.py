"""A quarter is frozen when it is over and whole, and then never changes."""

from datetime import date

import pytest

from lagesbild import contracts, store
from lagesbild.closing import close_cycle, close_cycles, closed_cycles
from lagesbild.errors import CloseError, UsageError
from lagesbild.ingest import ingest_files
from lagesbild.period import Period
from tests.tiny_town import (
    make_tiny_town,
    police,
    write_fires,
    write_police,
    write_reports,
)

K1 = Period("2026-K1")
AFTER = date(2026, 4, 1)


def _deliver(ws, *, fires="brand_2026-K1.csv", n=3):
    rows = [police(f"K{i}") for i in range(n)]
    write_police(ws.inbox, *rows, police("H", code="0412"))
    write_reports(ws.inbox, (1, "2026-02-03", "Lampa", "Kvarngatan 2"))
    if fires:
        write_fires(ws.inbox, ("2026-01-05", "Ågatan 1"), name=fires)
    assert {told["status"] for told in ingest_files(ws)} == {"inläst"}


@pytest.fixture
def ws(tmp_path):
    return make_tiny_town(tmp_path / "w", is_invented=False)


def _sum(frame, source, column):
    rows = frame[(frame["source"] == source) & frame["protected_class"].isna()]
    return rows[column].sum()


def test_a_closed_quarter_keeps_its_counts_when_rows_change(ws):
    _deliver(ws)
    frame = close_cycle(ws, K1, today=AFTER)
    assert closed_cycles(ws) == ["2026-K1"]
    contracts.check(frame, "closed_counts")
    assert _sum(frame, "polisen", "n_offences") == 3
    assert _sum(frame, "felanmalan", "n_observations") == 1
    hidden = frame[frame["protected_class"].notna()]
    assert hidden["area_id"].tolist() == [""]
    late = [police(f"K{i}") for i in range(5)]
    write_police(ws.inbox, *late, name="polisen_2026-K1_b.csv")
    ingest_files(ws)
    assert _sum(store.load_closed_counts(ws), "polisen", "n_offences") == 3
    with pytest.raises(CloseError, match="redan stängt"):
        close_cycle(ws, K1, today=AFTER)


@pytest.mark.parametrize(("today", "is_over"), [(31, False), (1, True)])
def test_the_quarter_must_be_over(ws, today, is_over):
    _deliver(ws)
    day = date(2026, 4, 1) if is_over else date(2026, 3, today)
    if is_over:
        assert len(close_cycle(ws, K1, today=day))
        return
    with pytest.raises(CloseError, match="inte slut förrän 31 mars 2026") as told:
        close_cycle(ws, K1, today=day)
    assert told.value.exit_code == 4
    assert store.load_closed_counts(ws).empty


def test_an_invented_municipality_lives_by_its_deliveries(tmp_path):
    ws = make_tiny_town(tmp_path / "w")
    _deliver(ws)
    with pytest.raises(CloseError, match="inte slut förrän"):
        close_cycle(ws, Period("2026-K2"), today=date(2030, 1, 1))
    assert len(close_cycle(ws, K1, today=date(2020, 1, 1)))


@pytest.mark.parametrize("fires", [None, "brand_2026-01.csv"])
def test_a_source_that_lacks_the_quarter_or_a_part_of_it_stops(ws, fires):
    _deliver(ws, fires=fires)
    with pytest.raises(CloseError, match="--without raddningen"):
        close_cycle(ws, K1, today=AFTER)
    frame = close_cycle(ws, K1, without=("raddningen",), today=AFTER)
    fire = frame[frame["source"] == "raddningen"]
    # what was never delivered has no row at all; a part is not taken for the whole
    assert fire["n_observations"].isna().all() and fire["is_missing"].all()
    assert not frame.loc[frame["source"] == "polisen", "is_missing"].any()


@pytest.mark.parametrize(
    "names", [["brand_2026-01.csv", "brand_2026-02_03.csv"], ["brand_utdrag.csv"]]
)
def test_months_make_a_quarter_and_a_nameless_period_covers_what_it_touches(ws, names):
    _deliver(ws, fires=None)
    parts = {"brand_2026-02_03.csv": "brand_2026-02-01--2026-03-31.csv"}
    for name in names:
        file = parts.get(name, name)
        day = "2026-01-05" if name != "brand_2026-02_03.csv" else "2026-02-05"
        write_fires(ws.inbox, (day, "Ågatan 1"), name=file)
    assert {told["status"] for told in ingest_files(ws)} == {"inläst"}
    frame = close_cycle(ws, K1, today=AFTER)
    assert _sum(frame, "raddningen", "n_observations") == len(names)


def test_several_quarters_are_closed_together_or_not_at_all(ws):
    _deliver(ws)
    both = [K1, Period("2026-K2")]
    with pytest.raises(CloseError, match="2026-K2 saknar hel leverans"):
        close_cycles(ws, both, today=date(2026, 7, 1))
    assert closed_cycles(ws) == []
    lacking = ("polisen", "felanmalan", "raddningen")
    frame = close_cycles(ws, both, without=lacking, today=date(2026, 7, 1))
    assert closed_cycles(ws) == ["2026-K1", "2026-K2"]
    missing = frame.groupby("period")["is_missing"].any()
    # what is allowed to be missing but is there is counted
    assert missing.to_dict() == {"2026-K1": False, "2026-K2": True}
    assert _sum(frame[frame["period"] == "2026-K1"], "polisen", "n_offences") == 3


def test_wrong_words_are_wrong_usage(ws):
    with pytest.raises(UsageError, match="inget kvartal"):
        close_cycle(ws, Period("2026-01"))
    with pytest.raises(UsageError, match="finns inte i kommun"):
        close_cycle(ws, K1, without=("nej",), today=AFTER)

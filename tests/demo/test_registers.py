"""The demo's registers keep their form: 2026-K2 can be released, 2026-K3 cannot."""

from lagesbild.agreement.registers import (
    ANALYSES_FILE,
    DECISIONS_FILE,
    read_analyses,
    read_decisions,
)
from lagesbild.demo.registers import CYCLE, write_registers


def test_both_organisations_have_decided_on_one_cycle_for_both_audiences(tmp_path):
    write_registers(tmp_path)
    decisions = read_decisions(tmp_path / DECISIONS_FILE)
    pairs = set(zip(decisions["audience"], decisions["organisation"], strict=True))
    assert len(pairs) == len(decisions) == 4
    assert set(decisions["cycle"]) == {CYCLE} == {"2026-K2"}
    assert decisions["role"].str.startswith("påhittad").all()
    analyses = read_analyses(tmp_path / ANALYSES_FILE)
    whole = analyses[analyses["theme"].isna()]
    assert whole["cycle"].tolist() == [CYCLE, "2026-K3"]
    assert analyses["text"].str.startswith("Påhittad").all()


def test_what_somebody_has_added_stays(tmp_path):
    write_registers(tmp_path)
    file = tmp_path / ANALYSES_FILE
    row = "2026-K4;;;Påhittat tillägg.;;;;;samordnare;;;;\r\n"
    more = file.read_bytes() + row.encode("cp1252")
    file.write_bytes(more)
    write_registers(tmp_path)
    assert file.read_bytes() == more
    assert read_analyses(file)["cycle"].iloc[-1] == "2026-K4"

"""A register is kept each time it has changed, and only then."""

import pandas as pd

from lagesbild.agreement.history import load_versions, record_load
from tests.agreement.frames import make
from tests.tiny_town import make_tiny_town

ROW = {"action_id": "A1", "problem": "Klotter", "ends_on": "2026-08-31", "target": 5}
AT = pd.Timestamp("2026-10-12", tz="UTC")


def load(ws, *rows):
    return record_load(ws, {"actions": make("actions", *rows)}, loaded_at=AT)


def test_every_change_is_a_version_and_none_is_lost(tmp_path):
    ws = make_tiny_town(tmp_path / "nyby")
    assert load(ws) == {}  # nothing was ever there
    first = load(ws, ROW)
    assert load(ws, ROW) == first
    load(ws, ROW | {"finished_on": "2026-10-01"}, {"action_id": "A2"})
    load(ws)
    assert load(ws, ROW) == first  # back as it was: a version all the same
    got = load_versions(ws, "actions")
    assert got["number"].tolist() == [1, 2, 2, 3, 4]
    assert got["row_number"].tolist() == [2, 2, 3, 0, 2]
    assert got["finished_on"].tolist()[1] == "2026-10-01"
    assert got["finished_on"].isna().tolist() == [True, False, True, True, True]
    assert got["target"].tolist()[0] == "5"
    assert got["version"].tolist()[0] == got["version"].tolist()[-1]


def test_no_name_is_kept(tmp_path):
    ws = make_tiny_town(tmp_path / "nyby")
    load(ws, ROW | {"note": "Kontaktperson: Testina Testsson"})
    assert load_versions(ws, "actions")["note"].tolist() == ["Kontaktperson: [namn]"]

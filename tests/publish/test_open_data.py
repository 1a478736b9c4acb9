"""Open data are the same bytes each time, described, and read by the last gate."""

import csv
import hashlib
import io
import json
from dataclasses import replace

import pytest

from lagesbild.errors import PublishError
from lagesbild.publish import gate, open_data, sheets_gate
from lagesbild.workspace import open_workspace
from tests.present import invented
from tests.publish.test_gate import SETTINGS
from tests.tiny_town import write

PUBLICATION = invented.make_publication()


@pytest.fixture
def ws(tmp_path):
    licence = '[open_data]\nlicence = "CC0-1.0"\n'
    write(tmp_path / "kommun.toml", [SETTINGS + licence])
    (tmp_path / "register").mkdir()
    return open_workspace(tmp_path)


@pytest.fixture
def folder(ws, tmp_path):
    made = tmp_path / "sidor" / "offentlig"
    made.mkdir(parents=True)
    open_data.write(made, PUBLICATION, ws)
    return made


def test_the_description_fits_the_files(folder):
    place = folder / "oppna_data"
    told = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
    assert told["licenses"][0]["name"] == "CC0-1.0"
    assert told["temporal"]["end"] == "2026-09-30"
    assert {source["title"] for source in told["sources"]} >= {
        "Polisens anmälningar, Polisen"
    }
    files = {file.name for file in place.glob("*.csv")}
    assert {resource["path"] for resource in told["resources"]} == files
    for resource in told["resources"]:
        held = (place / resource["path"]).read_bytes()
        assert resource["bytes"] == len(held)
        assert resource["hash"] == f"sha256:{hashlib.sha256(held).hexdigest()}"
        head, *rows = csv.reader(io.StringIO(held.decode("utf-8")))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == head
        for field, column in zip(fields, zip(*rows, strict=True), strict=True):
            shown = [value for value in column if value]
            words = field.get("constraints", {}).get("enum")
            if words:
                assert set(shown) <= set(words), field["name"]
            if field["type"] in ("integer", "number"):
                kind = int if field["type"] == "integer" else float
                assert all(kind(value) >= 0 for value in shown)
                assert field["unit"]


def test_the_same_publication_gives_the_same_bytes(folder, ws, tmp_path):
    again = tmp_path / "igen"
    again.mkdir()
    mixed = PUBLICATION.cells.sample(frac=1, random_state=1)
    open_data.write(again, replace(PUBLICATION, cells=mixed), ws)
    for file in (folder / "oppna_data").iterdir():
        assert file.read_bytes() == (again / "oppna_data" / file.name).read_bytes()


def test_the_gate_lets_sound_sheets_through(folder, ws):
    gate.check_publication(folder, PUBLICATION, ws)


def _edit(file, row, name, value):
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    wanted = next(r for r in rows if row(r))
    wanted[name] = value
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(out.getvalue(), encoding="utf-8", newline="\n")


def _is_hidden(row):
    return row["anmalda_brott_status"] == "visas_inte"


@pytest.mark.parametrize(
    ("row", "name", "value", "kind"),
    [
        (_is_hidden, "anmalda_brott", "17", "ett tal för en dold cell"),
        (_is_hidden, "per_1000_invanare", "1.7", "ett tal för en dold cell"),
        (lambda r: r["anmalda_brott"], "anmalda_brott", "3", "ett litet antal"),
        (bool, "omrade_id", "EX99", "ett tal för en dold cell"),
        (bool, "omrade", "070-174 06 05", "ett telefonnummer"),
        (bool, "omrade", "57.123456", "koordinater"),
        (bool, "omrade", "=1+1", "text som ett kalkylprogram räknar med"),
    ],
)
def test_what_must_not_stand_in_a_sheet_is_refused(folder, ws, row, name, value, kind):
    _edit(folder / "oppna_data" / "omraden.csv", row, name, value)
    with pytest.raises(PublishError, match=rf"oppna_data/omraden\.csv .*{kind}"):
        gate.check_publication(folder, PUBLICATION, ws)


def test_a_row_too_long_is_refused():
    faults, _, _ = sheets_gate.read_sheet("a,b\n1,2,3\n", {})
    assert faults == ["en rad med fel antal kolumner"]


def test_a_description_is_read_string_by_string(folder, ws):
    file = folder / "oppna_data" / "datapackage.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["resources"][0]["schema"]["fields"][0]["description"] = "a@b.example"
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(PublishError, match=r"datapackage\.json .*e-postadress"):
        gate.check_publication(folder, PUBLICATION, ws)


def test_without_a_licence_none_is_told(ws, tmp_path):
    write(tmp_path / "kommun.toml", [SETTINGS])
    made = tmp_path / "utan"
    made.mkdir()
    open_data.write(made, PUBLICATION, open_workspace(tmp_path))
    told = json.loads((made / "oppna_data" / "datapackage.json").read_text("utf-8"))
    assert "licenses" not in told

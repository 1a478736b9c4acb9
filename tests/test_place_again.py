"""The analyst's loop: a text is rejected, the analyst says what it means, it is placed.

And nothing else is: each test counts the placements that are appended.
"""

import json
import shutil

import pandas as pd
import pytest

from lagesbild import cli, place_again, placings, store, terminal
from lagesbild.errors import ContractError, RegisterError, StoppedError, StoreError
from lagesbild.geocode import outcome as why
from lagesbild.ingest import ingest_files
from lagesbild.stored_form import read_rows
from lagesbild.workspace import lock, open_workspace
from tests.tiny_town import make_tiny_town, police, write, write_police, write_reports

REGISTER = "platser_alias.csv"


@pytest.fixture(scope="module")
def _made(tmp_path_factory):
    ws = make_tiny_town(tmp_path_factory.mktemp("mall") / "nyby")
    write_police(
        ws.inbox,
        police("K1"),
        police("K2", place="Röda ladan"),
        police("K3", place="röda  LADAN!"),
        police("K4", place="Gula logen"),
        police("K5", place="Vikvägen 5"),
        police("P1", code="0412", place="Röda ladan"),
    )
    write_reports(ws.inbox, (1, "2026-02-03", "Klotter", "Kvarngatan 2"))
    ingest_files(ws)
    return ws


@pytest.fixture
def ws(_made, tmp_path):
    """Nyby with three placed reports, and three at places that nobody knows."""
    shutil.copytree(_made.root, tmp_path / "nyby", copy_function=shutil.copy2)
    ws = open_workspace(tmp_path / "nyby")
    yield ws
    assert store.verify_store(ws) == []


def _say(ws, *rows, head="text;ort;betyder;kommentar"):
    return write(ws.registers / REGISTER, [head, *rows])


def _areas(ws, **more):
    rows = store.load_incidents(ws, **more).set_index("source_key")
    return rows["area_id"].fillna("").to_dict()


def _n_placements(ws):
    return len(read_rows(ws, "placements"))


def _tables(ws):
    names = ("reports", "placements", "links", "deliveries", "placings")
    return {name: read_rows(ws, name) for name in names}


def _is_same(before, after):
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name], obj=name)


def test_what_the_register_names_is_placed_again_and_nothing_else(ws):
    before, n = _areas(ws), _n_placements(ws)
    assert (before["K2"], before["K3"], before["K4"]) == ("", "", "")
    _say(ws, "Röda ladan;;Vikvägen 5;så kallas den")
    (told,) = ingest_files(ws)
    assert told["file"] == REGISTER and told["status"] == place_again.PLACED_AGAIN
    names = ("rows_in", "rows_stored", "rows_unchanged", "rows_quarantined")
    assert [told[name] for name in names] == [2, 2, 0, 0]
    assert _areas(ws) == before | {"K2": "A03", "K3": "A03"}
    assert _n_placements(ws) == n + 2
    # what was before is kept: the store as it stood is still there to be shown
    assert _areas(ws, as_of=2) == before
    assert store.latest_sequence_number(ws) == 3
    assert len(store.load_deliveries(ws)) == 2
    rows = store.load_incidents(ws).set_index("source_key")
    assert (rows["geocode_method"]["K2"], rows["geocode_score"]["K2"]) == ("adress", 1)
    # a protected report is never placed, whatever is said of its text
    assert rows["geocode_method"]["P1"] == "skyddad"
    where = ["area_id", "easting_m", "place_text"]
    assert rows.loc["P1", where].isna().all()


def test_the_same_register_again_writes_nothing(ws):
    _say(ws, "Röda ladan;;Vikvägen 5;", "okänd text;;A01;")
    ingest_files(ws)
    before = _tables(ws)
    # a comment, the order of rows and how a text is capitalised change nothing
    _say(ws, "OKÄND text.;;A01;varför", "# text;;;", "röda ladan;;Vikvägen 5;")
    assert ingest_files(ws) == []
    _is_same(before, _tables(ws))


def test_a_row_taken_away_puts_its_reports_back(ws):
    before = _areas(ws)
    _say(ws, "Röda ladan;;A02;", "Gula logen;;A01;")
    ingest_files(ws)
    assert _areas(ws) == before | {"K2": "A02", "K3": "A02", "K4": "A01"}
    _say(ws, "Gula logen;;A01;")
    n = _n_placements(ws)
    ingest_files(ws)
    assert _areas(ws) == before | {"K4": "A01"}
    assert _n_placements(ws) == n + 2
    (ws.registers / REGISTER).unlink()
    ingest_files(ws)
    assert _areas(ws) == before
    # and the register may come back as it was
    _say(ws, "Gula logen;;A01;", "Röda ladan;;-;säger inget")
    ingest_files(ws)
    assert _areas(ws) == before | {"K4": "A01"}
    row = store.load_incidents(ws).set_index("source_key").loc["K2"]
    assert row["geocode_reason"] == why.ALIAS_NOWHERE and pd.isna(row["easting_m"])
    assert store.load_placings(ws)["placing_id"].is_unique
    assert store.load_placings(ws)["sequence_number"].tolist() == [3, 4, 5, 6]


def test_a_new_delivery_is_placed_by_the_register_and_follows_its_changes(ws):
    _say(ws, "Blå boden;;A02;")
    write_police(
        ws.inbox,
        police("K9", "2025-10-05", place="blå boden"),
        name="polisen_2025-K4.csv",
    )
    write_reports(
        ws.inbox, (2, "2025-10-05", "Lampa", "Blå boden"), name="fel_2025-K4.csv"
    )
    told = ingest_files(ws)
    assert [t["status"] for t in told] == ["omplacerade", "inläst", "inläst"]
    assert told[0]["rows_in"] == 0
    assert _areas(ws)["K9"] == _areas(ws)["2"] == "A02"
    _say(ws)
    ingest_files(ws)
    assert _areas(ws)["K9"] == _areas(ws)["2"] == ""


def test_a_text_means_what_is_stored_and_none_of_it_is_kept(ws):
    raw = "boden hos Påhittad Person 070-123 45 67"
    rows = police("K8", "2025-10-05", place=raw)
    write_police(ws.inbox, rows, name="polisen_2025-K4.csv")
    ingest_files(ws)
    stored = store.load_incidents(ws).set_index("source_key")["place_text"]["K8"]
    assert "[namn]" in stored
    _say(ws, f"{stored};;A01;", f"{raw};;A02;")
    (told,) = ingest_files(ws)
    assert told["rows_stored"] == 1 and _areas(ws)["K8"] == "A01"
    held = b"".join(file.read_bytes() for file in ws.lager.rglob("*") if file.is_file())
    assert b"123 45 67" not in held and "Påhittad Person".encode() not in held


def test_events_part_and_join_when_their_place_moves(ws):
    events = store.load_incidents(ws).set_index("source_key")["event_id"]
    assert events["1"] in (events["K1"], events["K5"])  # the fault report and K1
    _say(ws, "Kvarngatan 2;;Vikvägen 5;påhittad rättelse")
    ingest_files(ws)
    rows = store.load_incidents(ws).set_index("source_key")
    assert rows.loc["1", "event_id"] == rows.loc["K5", "event_id"]
    assert rows.loc["1", "event_id"] != rows.loc["K1", "event_id"]
    (ws.registers / REGISTER).unlink()
    ingest_files(ws)
    rows = store.load_incidents(ws).set_index("source_key")
    assert rows.loc["1", "event_id"] == rows.loc["K1", "event_id"]


def test_placed_again_is_what_a_first_ingest_would_have_placed(ws, tmp_path):
    _say(ws, "Röda ladan;;Vikvägen 5;", "Gula logen;;A02;", "Kvarngatan 2;;A01;")
    ingest_files(ws)
    fresh = make_tiny_town(tmp_path / "ny" / "nyby")
    _say(fresh, "Röda ladan;;Vikvägen 5;", "Gula logen;;A02;", "Kvarngatan 2;;A01;")
    raw = [file for file in ws.archive.iterdir() if file.suffix == ".csv"]
    for file in raw:
        (fresh.inbox / file.name.split("_", 1)[1]).write_bytes(file.read_bytes())
    ingest_files(fresh)
    both = [
        store.load_incidents(one).sort_values("incident_id", ignore_index=True)
        for one in (ws, fresh)
    ]
    pd.testing.assert_frame_equal(*both)


# --- protected classes ----------------------------------------------------------------


def test_the_store_itself_refuses_a_placed_protected_report(ws):
    incidents = store.load_incidents(ws)
    protected = incidents["protected_class"].notna()
    placing = placings.new_placing(ws, {})
    rows = incidents.loc[protected, read_rows(ws, "placements").columns.drop(
        ["year", "made_by"]
    )].assign(made_by=placing["placing_id"], area_id="A01")  # fmt: skip
    with lock(ws), pytest.raises(StoppedError, match="1 rader av skyddade"):
        placings.commit_placing(
            ws, placing=placing, placements=rows, links=_no_links(), reports=incidents
        )
    with lock(ws), pytest.raises(ContractError, match="finns inte i lagret"):
        placings.commit_placing(
            ws,
            placing=placing,
            placements=rows.assign(incident_id="okänd"),
            links=_no_links(),
            reports=incidents,
        )
    assert store.load_placings(ws).empty


def _no_links():
    from lagesbild import contracts

    return contracts.empty("links")


# --- faults and interruptions ---------------------------------------------------------


def test_a_faulty_register_is_told_all_at_once_and_nothing_is_loaded(ws):
    write_police(ws.inbox, police("K9", "2025-10-05"), name="polisen_2025-K4.csv")
    before = _tables(ws)
    _say(
        ws,
        "# en kommentar;;;",
        "Röda ladan;;Hittepågatan 99;",
        ";;;",
        ";;A01;",
        "Gula logen;;;",
        "gula LOGEN;;A01;",
    )
    with pytest.raises(RegisterError) as error:
        ingest_files(ws)
    told = str(error.value)
    assert error.value.exit_code == 3
    for words in (
        "platser_alias.csv: rad 3, kolumn betyder: går inte att placera",
        "rad 5, kolumn text: saknar",
        "rad 6, kolumn betyder: är tom",
        "rad 7, kolumn text: samma text",
    ):
        assert words in told
    assert "rad 2" not in told and "rad 4" not in told
    assert not [word for word in ("ladan", "logen", "Hittepå") if word in told.lower()]
    _is_same(before, _tables(ws))
    assert [file.name for file in ws.inbox.iterdir()] == ["polisen_2025-K4.csv"]
    _say(ws)
    assert [t["status"] for t in ingest_files(ws)] == ["inläst"]


def test_an_address_that_leaves_the_gazetteer_is_told_by_the_next_ingest(ws):
    _say(ws, "Röda ladan;;Vikvägen 5;")
    ingest_files(ws)
    file = ws.reference / "adresser.csv"
    kept = [line for line in file.read_text("utf-8").splitlines() if "Vikv" not in line]
    write(file, kept)
    with pytest.raises(RegisterError, match="rad 2, kolumn betyder"):
        ingest_files(ws)


def test_cut_short_before_its_mark_it_is_swept_and_done_anew(ws, monkeypatch):
    _say(ws, "Röda ladan;;Vikvägen 5;", "Kvarngatan 2;;Vikvägen 5;")
    before = _areas(ws)
    append = placings.append_rows

    def stop(ws, table, rows):
        append(ws, table, rows)
        if table == "links":
            raise StoreError("påhittat avbrott")

    with monkeypatch.context() as patch:
        patch.setattr(placings, "append_rows", stop)
        with pytest.raises(StoreError):
            ingest_files(ws)
    # what a reader sees between is the store as it was
    assert _areas(ws) == before and store.verify_store(ws) == []
    (told,) = ingest_files(ws)
    assert told["rows_stored"] == 3
    assert _areas(ws) == before | {"K2": "A03", "K3": "A03", "1": "A03"}
    assert store.sweep(ws) == 0
    marks = set(read_rows(ws, "placements")["made_by"])
    assert marks <= {
        *store.load_deliveries(ws)["delivery_id"],
        *store.load_placings(ws)["placing_id"],
    }


def test_a_closed_cycle_keeps_its_counts_and_knows_what_it_was_closed_after(ws):
    from lagesbild.closing import close_cycle
    from lagesbild.period import Period

    _say(ws, "Röda ladan;;A02;")
    ingest_files(ws)
    lacking = ("raddningen",)
    closed = close_cycle(ws, Period("2026-K1"), without=lacking)
    (ws.registers / REGISTER).unlink()
    ingest_files(ws)
    kept = store.load_closed_counts(ws)
    assert kept["n_offences"].sum() == closed["n_offences"].sum()
    assert store.load_closed_counts(ws, as_of=2).empty
    assert len(store.load_closed_counts(ws, as_of=3)) == len(closed)


# --- what is told ---------------------------------------------------------------------


def test_the_command_tells_how_many_rows_moved_and_leaves_with_3_on_a_fault(ws, capfd):
    words = ["ingest", "-w", str(ws.root)]
    _say(ws, "Röda ladan;;Vikvägen 5;")
    assert terminal.run(cli.commands, words) == 0
    told = capfd.readouterr().out
    assert "platser_alias.csv är ändrad: 2 sparade rader av de 2" in told
    assert "Kvittenser" not in told and "lästes inte in" not in told
    _say(ws, "Röda ladan;;;")
    assert terminal.run(cli.commands, words) == 3
    assert capfd.readouterr().err.startswith("Fel: platser_alias.csv: rad 2, kolumn")
    _say(ws, "Röda ladan;;Vikvägen 5;", "ingen skriver så;;A01;")
    assert terminal.run(cli.commands, words) == 0
    assert "men ingen sparad rad har de texterna" in capfd.readouterr().out
    _say(ws)
    assert terminal.run(cli.commands, [*words, "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)["deliveries"]
    assert (row["file"], row["source"], row["status"]) == (
        REGISTER,
        None,
        "omplacerade",
    )

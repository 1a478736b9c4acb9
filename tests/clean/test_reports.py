"""Rows of the police and others: every row in is kept or rejected with its reason."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild import contracts
from lagesbild.clean.reports import clean_reports
from lagesbild.errors import ReadError, SettingsError
from lagesbild.read.delivery import BROKEN, Delivered, read_delivery
from lagesbild.workspace import Layout, Municipality, Source
from tests.examples import few

NYBY = Municipality(code="9999", name="Nyby", county="Nyby län")
KEYED = {
    "source_key": "ID",
    "reported_on": "Inskr",
    "offence_code": "BROTTSKOD",
    "occurred_from": "START",
    "occurred_to": "SLUT",
    "street": "GATA",
    "house_number": "GATUNR",
    "municipality": "KOMMUN",
    "latitude": "LATITUDE",
    "longitude": "LONGITUDE",
}
ROW = {
    "ID": "1",
    "Inskr": "2026-07-05",
    "BROTTSKOD": "9801",
    "START": "2026-07-03 22:10",
    "SLUT": "2026-07-04 06:00",
    "GATA": "Storgatan",
    "GATUNR": "3",
    "KOMMUN": "Nyby",
    "LATITUDE": "60,0",
    "LONGITUDE": "15,0",
    "Fritext": "hos Påhittad Person",
}


def _clean(
    rows, *, columns=KEYED, kind="police", types=None, name="p_2026-K3.csv", **of
):
    layout = Layout(files="*", format="csv", columns=columns, **of)
    source = Source(
        name="P", organisation="P", kind=kind, layouts=[layout], types=types or {}
    )
    index = pd.RangeIndex(1, len(rows) + 1, name="row_number")
    headings = [*dict.fromkeys(h for row in rows for h in row), *columns.values()]
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys(headings)), index=index)
    frame = frame.assign(**{BROKEN: frame.get(BROKEN)}).astype("str")
    return clean_reports(
        Delivered(frame, "*", layout, (), name),
        source_name="polisen",
        source=source,
        municipality=NYBY,
        delivery_id="d" * 16,
    )


def _reasons(cleaned):
    rows = cleaned.quarantine
    return dict(zip(rows["row_number"], rows["reason_code"], strict=True))


def test_a_whole_row():
    cleaned = _clean([ROW])
    row = cleaned.rows.iloc[0]
    assert list(cleaned.rows.columns) == contracts.columns("reports")
    assert row["reported_on"] == pd.Timestamp("2026-07-05")
    assert row["occurred_from"] == pd.Timestamp("2026-07-03 20:10", tz="UTC")
    assert row["occurred_to"] == pd.Timestamp("2026-07-04 04:00", tz="UTC")
    assert row["has_time"]
    assert (row["category"], row["offence_code"]) == ("bostadsinbrott", "9801")
    assert row["n_offences"] == 1
    assert row["place_text"] == "Storgatan 3"
    assert row["given_easting_m"] == pytest.approx(500_000, abs=0.01)
    assert row["municipality_code"] == "9999"
    assert cleaned.columns_dropped == ("Fritext",)
    assert (cleaned.period_start, cleaned.period_end) == (
        date(2026, 7, 1),
        date(2026, 9, 30),
    )
    assert "Påhittad" not in cleaned.rows.to_csv()


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"Inskr": None}, "saknar_datum", "Inskr"),
        ({"Inskr": "2026-02-30"}, "ogiltigt_datum", "Inskr"),
        ({"Inskr": "2026-10-01"}, "orimligt_datum", "Inskr"),
        ({"Inskr": "1926-07-01"}, "orimligt_datum", "Inskr"),
        ({"START": "hej"}, "ogiltigt_datum", "START"),
        ({"START": "2026-07-03 25:10"}, "ogiltig_tid", "START"),
        ({"SLUT": "2026-07-02 22:00"}, "omvand_tid", "SLUT"),
        ({"KOMMUN": "Gamlaby"}, "annan_kommun", "KOMMUN"),
        ({"KOMMUN": "8888"}, "annan_kommun", "KOMMUN"),
        ({"ID": None}, "saknar_nyckel", "ID"),
        ({"BROTTSKOD": "3853"}, "inte_brott", "BROTTSKOD"),
        ({BROKEN: "raden har 2 fält"}, "trasig_rad", None),
    ],
)
def test_rejected_row_tells_column_and_reason_but_no_value(change, reason, column):
    cleaned = _clean([{**ROW, **change}, {**ROW, "ID": "2"}])
    assert list(cleaned.rows["source_key"]) == ["2"]
    told = cleaned.quarantine.iloc[0]
    assert (told["row_number"], told["reason_code"]) == (1, reason)
    assert (None if pd.isna(told["column"]) else told["column"]) == column
    value = next(iter(change.values()))
    assert value is None or reason == "trasig_rad" or value not in told["reason"]


@pytest.mark.parametrize(
    "name", ["Nyby", "NYBY", "Nyby kommun", "Nybys kommun", "9999", None]
)
def test_the_own_municipality_in_many_spellings(name):
    assert len(_clean([{**ROW, "KOMMUN": name}]).rows) == 1


def test_lost_zero_in_code():
    assert _clean([{**ROW, "BROTTSKOD": "821"}]).rows["offence_code"].tolist() == [
        "0821"
    ]


@pytest.mark.parametrize("code", ["7777", "okänd", None])
def test_unknown_code_stays_visible_and_is_protected(code):
    cleaned = _clean([{**ROW, "BROTTSKOD": code}])
    assert cleaned.rows["category"].tolist() == ["okand_kod"]
    assert cleaned.rows["protected_class"].tolist() == ["okand_kod"]
    assert any("kodtabellen" in note for note in cleaned.notes)


def test_a_code_out_of_use_is_told_and_kept():
    old, new = {**ROW, "BROTTSKOD": "1202"}, {**ROW, "ID": "2"}
    cleaned = _clean([old, new])
    assert cleaned.rows["category"].tolist() == ["brand", "bostadsinbrott"]
    (note,) = [note for note in cleaned.notes if "inte användes" in note]
    assert note.startswith("1 rader")
    assert "1202" not in note
    assert not any("inte användes" in note for note in _clean([new]).notes)


@pytest.mark.parametrize("code", ["0412", "0435", "9627", "9306", "7777"])
def test_protected_row_says_neither_where_nor_what_hour(code):
    row = _clean([{**ROW, "BROTTSKOD": code}]).rows.iloc[0]
    where = ["place_text", "place_locality", "given_easting_m", "deso_code"]
    assert row[where].isna().all() and pd.isna(row["given_northing_m"])
    assert not row["has_time"]
    assert row["occurred_from"] == pd.Timestamp("2026-07-02 22:00", tz="UTC")
    assert row["occurred_to"] == pd.Timestamp("2026-07-03 22:00", tz="UTC")
    assert row["reported_on"] == pd.Timestamp("2026-07-05")


def test_day_without_hour():
    row = _clean([{**ROW, "START": "2026-07-03", "SLUT": None}]).rows.iloc[0]
    assert not row["has_time"]
    assert row["occurred_from"] == row["occurred_to"]
    assert row["occurred_from"] == pd.Timestamp("2026-07-02 22:00", tz="UTC")


def test_an_open_end_is_the_other_end():
    rows = [{**ROW, "START": None}, {**ROW, "ID": "2", "SLUT": None}]
    told = _clean(rows).rows
    assert (told["occurred_from"] == told["occurred_to"]).all()
    assert told["occurred_from"].dt.hour.tolist() == [4, 20]
    neither = _clean([{**ROW, "START": None, "SLUT": None}]).rows.iloc[0]
    assert pd.isna(neither["occurred_from"]) and not neither["has_time"]


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-07-04 06:01", "2026-07-04 06:00", "omvand_tid"),
        ("2026-07-05 23:59", None, None),  # the day of the report
        ("2026-07-06 00:00", None, "framtida_tid"),
        ("2026-07-04 00:00", "2026-07-09 00:00", None),  # goes on
    ],
)
def test_reversed_and_future_events(start, end, reason):
    told = _reasons(_clean([{**ROW, "START": start, "SLUT": end}]))
    assert told == ({1: reason} if reason else {})


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-10-25 02:50", "2026-10-25 02:10", 20),  # the hour comes twice
        ("2026-10-25 02:10", "2026-10-25 02:50", 40),
        ("2026-10-25 01:50", "2026-10-25 03:10", 140),
        ("2026-03-29 01:50", "2026-03-29 03:10", 20),  # the hour is skipped
        ("2026-03-29 02:20", "2026-03-29 02:40", 0),
    ],
)
def test_spans_over_the_change_of_clocks(start, end, minutes):
    row = {**ROW, "Inskr": "2026-10-30", "START": start, "SLUT": end}
    (told,) = _clean([row], name="p_2026.csv").rows.to_dict("records")
    assert (told["occurred_to"] - told["occurred_from"]).total_seconds() == minutes * 60


def test_duplicates_by_key():
    rows = [
        ROW,
        {**ROW, "Fritext": "annat"},
        {**ROW, "ID": "2", "GATUNR": "1"},
        {**ROW, "ID": "2", "GATUNR": "2"},
        {**ROW, "ID": "3"},
    ]
    cleaned = _clean(rows)
    assert _reasons(cleaned) == {2: "dubblett", 3: "dubblett_nyckel"}
    assert cleaned.rows["row_number"].tolist() == [1, 4, 5]
    assert cleaned.rows["place_text"].tolist() == [
        *("Storgatan 3", "Storgatan 2", "Storgatan 3")
    ]


def test_rejected_row_does_not_push_out_a_good_one():
    cleaned = _clean([ROW, {**ROW, "Inskr": "2027-01-01"}])
    assert cleaned.rows["row_number"].tolist() == [1]


def test_incident_id_is_the_same_in_every_version():
    first = _clean([ROW]).rows.iloc[0]
    later = _clean([{**ROW, "ID": "9"}, {**ROW, "GATUNR": "7"}]).rows.iloc[1]
    assert first["incident_id"] == later["incident_id"]
    assert len(first["incident_id"]) == 20


def test_key_that_is_an_identity_number_is_hidden():
    cleaned = _clean([{**ROW, "ID": "850101-1234"}])
    assert cleaned.rows["source_key"].str.startswith("dold-").all()
    assert cleaned.masked == {"personnummer": 1}


SHAPE_A = {
    "reported_on": "Inskr",
    "offence_code": "Brottskod",
    "n_offences": "Antal",
    "street": "Gata",
    "occurred_from_date": "Dag start",
    "occurred_from_time": "Tid start",
    "occurred_to_date": "Dag slut",
    "occurred_to_time": "Tid slut",
}
ROW_A = {
    "Inskr": "7/23/26",
    "Brottskod": "9801",
    "Antal": "2",
    "Gata": "STORG 3",
    "Dag start": "7/20/26",
    "Tid start": "5",
    "Dag slut": "7/21/26",
    "Tid slut": "930",
}


def _clean_a(*rows, **more):
    return _clean(list(rows), columns=SHAPE_A, replaces_period=True, **more)


def test_shape_without_keys():
    row = _clean_a(ROW_A).rows.iloc[0]
    assert row["reported_on"] == pd.Timestamp("2026-07-23")
    assert row["occurred_from"] == pd.Timestamp("2026-07-19 22:05", tz="UTC")
    assert row["occurred_to"] == pd.Timestamp("2026-07-21 07:30", tz="UTC")
    assert row["n_offences"] == 2


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "två", None])
def test_number_of_offences_must_be_whole_and_positive(number):
    assert _reasons(_clean_a({**ROW_A, "Antal": number})) == {1: "ogiltigt_antal"}


def test_identical_rows_are_separate_events_with_stable_keys():
    one = _clean_a(ROW_A, {**ROW_A, "Gata": "Ågatan"}, ROW_A).rows
    other = _clean_a(ROW_A, ROW_A, {**ROW_A, "Gata": "Ågatan"}).rows
    assert one["incident_id"].is_unique
    assert set(one["incident_id"]) == set(other["incident_id"])
    next_quarter = _clean_a(ROW_A, name="p_2026-K4.csv").rows
    assert not set(next_quarter["incident_id"]) & set(one["incident_id"])


def test_key_of_a_protected_row_does_not_hold_its_address():
    row = {**ROW_A, "Brottskod": "0412"}
    told = [_clean_a({**row, "Gata": place}).rows for place in ("Ågatan 1", "Ågatan 2")]
    assert told[0]["source_key"].tolist() == told[1]["source_key"].tolist()


def test_without_keys_and_without_replacing_a_repeated_row_is_a_duplicate():
    cleaned = _clean([ROW_A, ROW_A], columns=SHAPE_A)
    assert _reasons(cleaned) == {2: "dubblett"}
    # and in the next delivery it is the same report
    again = _clean([ROW_A], columns=SHAPE_A, name="p_2026-K3_igen.csv").rows
    assert again["incident_id"].tolist() == cleaned.rows["incident_id"].tolist()


def test_ambiguous_dates_are_refused_until_declared():
    unclear = {**ROW_A, "Inskr": "7/3/26", "Dag start": None, "Dag slut": None}
    with pytest.raises(ReadError, match="'Inskr'"):
        _clean_a(unclear)
    row = _clean_a(unclear, date_order="mdy").rows.iloc[0]
    assert row["reported_on"] == pd.Timestamp("2026-07-03")


def test_registration_from_the_end_of_the_event():
    columns = {k: v for k, v in SHAPE_A.items() if k != "reported_on"}
    cleaned = _clean([ROW_A], columns=columns, reported_on_from="occurred_to")
    assert cleaned.rows["reported_on"].tolist() == [pd.Timestamp("2026-07-21")]
    assert cleaned.columns_dropped == ("Inskr",)


OBSERVED = {
    "source_key": "Ärende",
    "reported_on": "Datum",
    "reported_time": "Tid",
    "offence_type": "Typ",
    "area_name": "Område",
}


def _observe(*rows, types=None):
    return _clean(
        list(rows),
        columns=OBSERVED,
        kind="observation",
        types=types or {"Trasig lampa": "trasig_belysning", "Bråk": "nara_relation"},
        name="fel.csv",
    )


def test_observation():
    row = {"Ärende": "7", "Datum": "2026-07-03", "Tid": "0:30", "Typ": " trasig  LAMPA"}
    cleaned = _observe({**row, "Område": "Åsen"})
    told = cleaned.rows.iloc[0]
    assert told["category"] == "trasig_belysning"
    assert pd.isna(told["n_offences"]) and pd.isna(told["offence_code"])
    assert told["place_text"] == "Åsen"
    assert told["occurred_from"] == pd.Timestamp("2026-07-02 22:30", tz="UTC")
    assert told["has_time"]
    assert (cleaned.period_start, cleaned.period_end) == (date(2026, 7, 3),) * 2


def test_unknown_type_is_rejected_and_a_declared_protected_one_hidden():
    row = {"Ärende": "1", "Datum": "2026-07-03", "Typ": "Bråk", "Område": "Åsen"}
    cleaned = _observe(row, {**row, "Ärende": "2", "Typ": "Annat"})
    assert _reasons(cleaned) == {2: "okand_typ"}
    told = cleaned.rows.iloc[0]
    assert told["protected_class"] == "nara_relation" and pd.isna(told["place_text"])


def test_type_that_leads_nowhere_is_a_fault_of_the_settings():
    with pytest.raises(SettingsError, match="finns_inte"):
        _observe({"Typ": "x"}, types={"x": "finns_inte"})


def test_delivery_without_rows():
    cleaned = _clean([])
    assert len(cleaned.rows) == len(cleaned.quarantine) == 0
    assert cleaned.period_end == date(2026, 9, 30)


_CELL = st.sampled_from(
    [None, "1", "2", "2026-07-05", "2026-13-01", "9801", "x", "0412"]
)


@few(10)
@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(KEYED.values(), _CELL)), max_size=6)
)
def test_every_row_is_accounted_for_once(rows):
    cleaned = _clean(rows)
    told = [*cleaned.rows["row_number"], *cleaned.quarantine["row_number"]]
    assert sorted(told) == list(range(1, len(rows) + 1))
    assert cleaned.rows["incident_id"].is_unique


def test_shape_with_deso_only_from_file_to_contract(tmp_path):
    file = tmp_path / "Brottsstatistik_Nyby_202607.csv"
    file.write_text(
        "Län;Kommunnamn;Kommunkod;desokod;Brottskod;Brottskod text;Inskrivningsdatum;"
        "Brottsdatum från;Brottsdatum till;antal_brott\n"
        "Nyby län;Nyby;9999;9999A0010;821;Stöld;2026-07-06;2026-07-03;2026-07-05;1\n"
        "Nyby län;Nyby;9999;9999A0010;412;Övrigt;2026-07-06;2026-07-03;2026-07-05;1\n"
        "Nyby län;Gamlaby;9998;9998A0010;821;Stöld;2026-07-06;2026-07-03;;1\n",
        encoding="cp1252",
    )
    columns = {
        "municipality": "Kommunkod",
        "deso_code": "desokod",
        "offence_code": "Brottskod",
        "reported_on": "Inskrivningsdatum",
        "occurred_from": "Brottsdatum från",
        "occurred_to": "Brottsdatum till",
        "n_offences": "antal_brott",
    }
    layout = Layout(
        files="Brottsstatistik_*.csv",
        format="csv",
        columns=columns,
        replaces_period=True,
    )
    source = Source(name="P", organisation="P", kind="police", layouts=[layout])
    cleaned = clean_reports(
        read_delivery(file, source),
        source_name="polisen",
        source=source,
        municipality=NYBY,
        delivery_id="d" * 16,
    )
    assert cleaned.rows["deso_code"].fillna("").tolist() == ["9999A0010", ""]
    assert cleaned.rows["offence_code"].tolist() == ["0821", "0412"]
    assert _reasons(cleaned) == {3: "annan_kommun"}
    assert cleaned.columns_dropped == ("Län", "Kommunnamn", "Brottskod text")
    assert cleaned.period_end == date(2026, 7, 31)

"""SCB's answers: both JSON forms, CSV, vintages of small areas, the DeSO–RegSO key."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagesbild.errors import LagesbildError, ReadError
from lagesbild.read import scb

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="saknar ../shared/data")


def json_stat(**changes) -> bytes:
    answer = {
        "id": ["Region", "Tid"],
        "size": [2, 2],
        "dimension": {
            "Region": {"category": {"index": {"9998": 1, "00": 0}}},
            "Tid": {"category": {"index": ["2024", "2025"]}},
        },
        "value": [1, 2, 3, 0],
        "status": {"3": ".."},
    }
    return json.dumps(answer | changes).encode()


def test_json_stat_keeps_order_and_status():
    got = scb.read_json_stat(json_stat(), file_name="s.json")
    assert got["Region"].tolist() == ["00", "00", "9998", "9998"]
    assert got["Tid"].tolist() == ["2024", "2025"] * 2
    assert got["value"].tolist()[:3] == [1, 2, 3]
    assert pd.isna(got["value"].iloc[3])


def test_sparse_json_stat():
    got = scb.read_json_stat(
        json_stat(value={"0": 5, "2": 7}, status={}), file_name="s.json"
    )
    assert got["value"].fillna(-1).tolist() == [5, -1, 7, -1]


@pytest.mark.parametrize(
    "content", [json_stat(size=[2, 3]), json_stat(value=[1]), b"[]", b"{}", b"<html>"]
)
def test_what_is_no_json_stat_is_refused(content):
    with pytest.raises(ReadError, match="json-stat2"):
        scb.read_json_stat(content, file_name="s.json")


def test_csv_splits_contents_and_year():
    got = scb.read_px_csv(
        b'"Region","Alder","000007Y7 2023","000007Y7 2024"\n'
        b'"9998A0010_DeSO2025","totalt",0,1402\n"9998A0020_DeSO2025","totalt",..,3\n',
        file_name="p.csv",
    )
    assert got["period"].tolist() == ["2023", "2023", "2024", "2024"]
    assert set(got["contents"]) == {"000007Y7"}
    assert got["value"].isna().tolist() == [False, True, False, False]
    with pytest.raises(ReadError, match="ingen kolumn slutar med ett årtal"):
        scb.read_px_csv(b'"Region","Antal"\n"00",1\n', file_name="p.csv")


def test_a_year_outside_the_vintage_is_missing_not_zero():
    figures = pd.DataFrame(
        {
            "Region": [*["9998A0010_DeSO2025"] * 3, "9998A0010", "9998"],
            "period": ["2023", "2024", "2025", "2025", "2025"],
            "value": [0.0, 4.0, 0.0, 0.0, 7.0],
        }
    )
    got = scb.drop_years_outside(figures, code="Region")
    assert got["value"].isna().tolist() == [True, False, False, True, False]


def test_codes_are_taken_apart():
    got = scb.split_area_codes(
        pd.Series(["2181A0010_DeSO2025", "2181R001_RegSO2025", "2181A0010", "00"])
    )
    assert got["code"].tolist() == ["2181A0010", "2181R001", "2181A0010", "00"]
    assert got["division"].fillna("").tolist() == ["DeSO", "RegSO", "DeSO", ""]
    assert got["vintage"].fillna(0).tolist() == [2025, 2025, 2018, 0]


@real
def test_real_answers_of_scb():
    folder = SHARED / "scb_pxweb"
    stat = scb.read_json_stat(
        (folder / "scb_v2_jsonstat2_TAB638_sample.json").read_bytes(), file_name="v2"
    )
    assert stat["value"].tolist() == [50937]
    assert stat["Tid"].tolist() == ["2024"]
    v1 = scb.read_json_v1(
        (folder / "scb_v1_json_BefolkningNy_sample.json").read_bytes(), file_name="v1"
    )
    at = v1.set_index(["Tid", "contents"])["value"]
    assert at["2010", "BE0101N1"] == 9415570
    csv = (SHARED / "scb_deso" / "folkmangd_deso_2024_raw.csv").read_bytes()
    people = scb.read_px_csv(csv, file_name="csv")
    assert len(people) == csv.decode().strip().count("\n")
    # the division of 2025 has figures for 2024 too: SCB recomputed them
    assert people["value"].notna().all()


@real
def test_the_real_key_of_deso_and_regso():
    content = (
        SHARED / "scb_deso" / "kopplingstabell-deso-regso-20210702.csv"
    ).read_bytes()
    key = scb.read_deso_key(content, file_name="nyckel.csv")
    lines = content.decode("utf-8-sig").splitlines()[1:]
    assert len(key) == sum(line.strip(";") != "" for line in lines)
    assert key["regso_name"].str.strip().eq(key["regso_name"]).all()
    assert key["deso_code"].str.fullmatch(r"\d{4}[ABC]\d{4}").all()


@given(st.binary(max_size=200))
def test_any_bytes(content):
    for read in (scb.read_json_stat, scb.read_json_v1, scb.read_px_csv):
        try:
            assert isinstance(read(content, file_name="f"), pd.DataFrame)
        except LagesbildError:
            continue

"""Kolada and SCB over a network played here: pages, pace, faults, and none at all."""

from __future__ import annotations

import json
from datetime import date

import httpx
import pytest

from lagesbild import fetching, statistics
from lagesbild.errors import ReadError, UsageError
from lagesbild.workspace import open_workspace

TODAY = date(2026, 11, 1)
SETTINGS = """
[municipality]
code = "9998"
name = "Exempelkommun"
county = "Gävleborgs län"
[contact]
function = "Samordningen"
email = "a@b.example"
[statistics]
kolada = {kolada}
{group}
"""
GROUP = {
    "id": "G37506",
    "title": "Liknande kommuner",
    "members": [{"member_id": "0480", "member_title": "Nyköping"}],
}


def workspace(folder, kolada='["N07609"]', group='similar_group = "G37506"'):
    text = SETTINGS.format(kolada=kolada, group=group)
    (folder / "kommun.toml").write_text(text, encoding="utf-8")
    return open_workspace(folder)


class Hosts:
    """Answers as Kolada and SCB do; counts the calls, and can be cut off."""

    def __init__(self):
        self.urls: list[str] = []
        self.failing: list[object] = []
        self.known = {"N07609", "N07657"}
        self.value = 26.5

    def __call__(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.urls.append(url)
        if self.failing:
            failure = self.failing.pop(0)
            if isinstance(failure, int):
                return httpx.Response(failure)
            raise httpx.ConnectError("no route", request=request)
        if url.startswith(fetching.SCB):
            return httpx.Response(200, json=self._scb(json.loads(request.content)))
        if "/data/kpi/" in url:
            return httpx.Response(200, json=self._data(url))
        if "municipality_groups" in url:
            return httpx.Response(200, json={"values": [GROUP], "next_url": None})
        asked = url.rpartition("/")[2].split(",")
        found = [{"id": kpi} for kpi in asked if kpi in self.known]
        return httpx.Response(200, json={"values": found})

    def _data(self, url):
        """Two pages: the figures, then their margins."""
        last = url.endswith("page=2")
        kpi, value = ("N07657", 1.5) if last else ("N07609", self.value)
        entry = {
            "kpi": kpi,
            "municipality": "9998",
            "period": 2025,
            "values": [{"gender": "T", "count": 1, "status": "", "value": value}],
        }
        following = None if last else url.replace("https", "http") + "?page=2"
        return {"values": [entry], "next_url": following}

    @staticmethod
    def _scb(asked):
        regions = asked["query"][0]["selection"]["values"]
        return {
            "columns": [
                {"code": "Region", "type": "d"},
                {"code": "Tid", "type": "t"},
                {"code": "BE0101N1", "type": "c"},
            ],
            "data": [{"key": [code, "2025"], "values": ["39000"]} for code in regions],
        }


@pytest.fixture
def hosts():
    return Hosts()


def open_one(ws, hosts, today=TODAY):
    waits: list[float] = []
    fetcher = fetching.open_fetcher(
        ws, today=today, transport=httpx.MockTransport(hosts), sleep=waits.append
    )
    return fetcher, waits


def fetch(ws, hosts, today=TODAY):
    fetcher, waits = open_one(ws, hosts, today)
    told = fetching.fetch_statistics(ws, fetcher, years=[2024, 2025])
    return told, fetcher, waits


def test_what_is_fetched_is_read_like_any_file(tmp_path, hosts):
    ws = workspace(tmp_path)
    told, _, waits = fetch(ws, hosts)
    assert set(told) == {
        "kolada_api.json",
        "scb_folkmangd.json",
        "kolada_grupper.json",
    }
    # a pause before each call
    assert len(waits) == len(hosts.urls)
    assert min(waits) == fetching.PAUSE_SECONDS
    assert all(url.startswith("https://") for url in hosts.urls)
    folder = statistics.read_statistics(ws, today=TODAY)
    assert folder.is_whole, folder.files["refused"].tolist()
    at = folder.figures.set_index(["indicator_id", "area_id"])
    row = at.loc["kolada_N07609", "9998"]
    assert [row[c] for c in ("value", "lower", "upper")] == [26.5, 25.0, 28.0]
    assert set(at.loc["scb_folkmangd"].index) == {"9998", "0000", "0480"}
    assert statistics.find_similar(ws) == ("0480",)


def test_without_a_network_what_was_fetched_is_used(tmp_path, hosts):
    ws = workspace(tmp_path)
    fetch(ws, hosts)
    before = (ws.statistics / "kolada_api.json").read_bytes()
    hosts.failing = [None] * 50
    _, fetcher, _ = fetch(ws, hosts, today=date(2027, 5, 1))
    assert set(fetcher.from_cache) == {"2026-11-01"}
    assert (ws.statistics / "kolada_api.json").read_bytes() == before


def test_without_network_or_copy_the_error_says_what_to_do(tmp_path, hosts):
    ws = workspace(tmp_path)
    hosts.failing = [None]
    with pytest.raises(ReadError, match=r"Ingen kontakt med api\.kolada\.se.*för hand"):
        fetch(ws, hosts)
    assert not ws.statistics.exists()


def test_a_fault_midway_leaves_the_files_as_they_were(tmp_path, hosts):
    ws = workspace(tmp_path)
    fetch(ws, hosts)
    hosts.value = 90.0
    n_calls = len(hosts.urls)
    hosts.urls.clear()
    real = hosts.__call__

    def answer(request):
        if len(hosts.urls) == n_calls - 1:
            hosts.urls.append(str(request.url))
            return httpx.Response(404)
        return real(request)

    fetcher = fetching.open_fetcher(
        ws, today=TODAY, transport=httpx.MockTransport(answer), sleep=lambda _: None
    )
    with pytest.raises(ReadError, match="svarade 404"):
        fetching.fetch_statistics(ws, fetcher, years=[2024, 2025])
    assert b"90.0" not in (ws.statistics / "kolada_api.json").read_bytes()


def test_a_busy_host_is_asked_again_more_slowly(tmp_path, hosts):
    ws = workspace(tmp_path)
    hosts.failing = [429, 503]
    _, fetcher, waits = fetch(ws, hosts)
    assert waits[:3] == [0.5, 2.0, 8.0]
    assert fetcher.from_cache == []


def test_an_unknown_key_figure_or_group_is_an_error(tmp_path, hosts):
    hosts.known = {"N07609"}
    with pytest.raises(ReadError, match="inga nyckeltal N07657"):
        fetch(workspace(tmp_path), hosts)
    with pytest.raises(ReadError, match="ingen kommungrupp 'G1'"):
        fetch(workspace(tmp_path, group='similar_group = "G1"'), hosts)
    with pytest.raises(UsageError, match="N00001"):
        fetch(workspace(tmp_path, kolada='["N00001"]'), hosts)
    with pytest.raises(UsageError, match="listan är tom"):
        fetch(workspace(tmp_path, kolada="[]"), hosts)


def test_no_call_asks_for_more_ids_than_kolada_takes(tmp_path, hosts):
    fetcher, _ = open_one(workspace(tmp_path), hosts)
    hosts.known = {f"N{n:05d}" for n in range(33)}
    fetching.fetch_kolada(fetcher, sorted(hosts.known), ["9998"], range(1990, 2026))
    for url in hosts.urls:
        parts = url.partition("/v3/")[2].replace("?page=2", "").split("/")
        assert all(len(part.split(",")) <= fetching.MOST_IDS for part in parts)


def test_another_host_is_not_followed(tmp_path, hosts):
    fetcher, _ = open_one(workspace(tmp_path), hosts)
    hosts._data = lambda url: {"values": [], "next_url": "https://example.org/v3/x"}
    with pytest.raises(ReadError, match="en annan värd"):
        fetching.fetch_kolada(fetcher, ["N07609"], ["9998"], [2025])

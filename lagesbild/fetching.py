"""Fetch published statistics over the network, politely, and keep every answer.

In: a workspace's settings. Out: files in statistik/, as if they had been downloaded by
hand; ``statistics`` reads them. One httpx client, a pause between calls to a host, a
time limit, and a copy on disk of each answer: without a network what was fetched is
used, and told with its date.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import ReadError, UsageError
from lagesbild.read.indicators import NATION, load_indicator_catalogue
from lagesbild.read.kolada import MARGINS, PREFIX, choose_group, read_groups
from lagesbild.workspace import make_private_folder

if TYPE_CHECKING:
    import httpx

    from lagesbild.workspace import Workspace

KOLADA = "https://api.kolada.se/v3"
SCB = "https://api.scb.se/OV0104/v1/doris/sv/ssd/START/BE/BE0101/BE0101A/BefolkningNy"
MOST_IDS = 20
"""Ids in one call to Kolada; 33 were refused."""
TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 0.5
_MOST_PAGES = 200
_TRIES = 3
_BUSY = (429, 500, 502, 503, 504)
_FILES = {"values": "kolada_api.json", "groups": "kolada_grupper.json"}
_FILES |= {"inhabitants": "scb_folkmangd.json"}


@dataclass
class Fetcher:
    """A client with its copies on disk.

    Attributes
    ----------
    client : httpx.Client
    cache : Path
        One file an answer, private.
    today : date
        Written beside each answer.
    sleep : callable
        Waits so many seconds.
    from_cache : list of str
        Days of the answers that came from disk because the network did not answer.
    """

    client: httpx.Client
    cache: Path
    today: date
    sleep: Callable[[float], None] = time.sleep
    from_cache: list[str] = field(default_factory=list)

    def get(self, url: str, *, body: dict | None = None) -> dict | list:
        """The JSON of an answer, over the network or, failing that, from disk.

        Raises
        ------
        ReadError
            If the answer is an error, is no JSON, or there is neither network nor
            copy.
        """
        import httpx

        asked = json.dumps([url, body], sort_keys=True)
        copy = self.cache / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
        host = httpx.URL(url).host
        try:
            answer = self._ask(url, body)
        except httpx.TransportError:
            return self._from_disk(copy, host)
        if answer.status_code in _BUSY:
            return self._from_disk(copy, host)
        if not answer.is_success:
            raise ReadError(
                f"{host} svarade {answer.status_code}. Kontrollera koderna i "
                "[statistics] i kommun.toml och försök igen."
            )
        try:
            told = answer.json()
        except ValueError:
            raise ReadError(
                f"{host} gav ett svar som inte är JSON. Försök igen senare, eller "
                "hämta filen för hand till statistik/."
            ) from None
        make_private_folder(self.cache)
        draft = copy.with_suffix(".ny")
        kept = {"url": url, "fetched_on": self.today.isoformat(), "answer": told}
        draft.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        draft.replace(copy)
        return told

    def _ask(self, url: str, body: dict | None) -> httpx.Response:
        """One answer; a busy host is asked again, after longer and longer pauses."""
        for n_tried in range(_TRIES):
            self.sleep(PAUSE_SECONDS * 4**n_tried)
            answer = (
                self.client.get(url)
                if body is None
                else self.client.post(url, json=body)
            )
            if answer.status_code not in _BUSY:
                break
        return answer

    def _from_disk(self, copy: Path, host: str) -> dict | list:
        if not copy.is_file():
            raise ReadError(
                f"Ingen kontakt med {host}, och inget är hämtat därifrån förut. "
                "Kontrollera nätet, eller hämta filen för hand till statistik/."
            )
        kept = json.loads(copy.read_text("utf-8"))
        self.from_cache.append(kept["fetched_on"])
        return kept["answer"]


def open_fetcher(
    ws: Workspace,
    *,
    today: date,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetcher:
    """A fetcher that keeps its copies in the workspace's lager/hamtat/."""
    import httpx

    client = httpx.Client(
        timeout=TIMEOUT_SECONDS,
        transport=transport,
        headers={"User-Agent": "lagesbild (oppen kallkod)"},
    )
    return Fetcher(client, ws.lager / "hamtat", today, sleep)


def fetch_statistics(
    ws: Workspace, fetcher: Fetcher, *, years: Sequence[int]
) -> dict[str, str]:
    """Fetch Kolada's values and group and SCB's population into statistik/.

    Parameters
    ----------
    ws : Workspace
        Settings say which key figures and which group of similar municipalities.
    fetcher : Fetcher
    years : sequence of int

    Returns
    -------
    dict
        File → what is in it, in Swedish.

    Raises
    ------
    ReadError
        If a host does not answer and nothing is on disk, or a key figure or group
        does not exist. Files already there stay as they are.
    UsageError
        If settings name no key figures or no group, or one that no reader knows.
    """
    own, rules = ws.settings.municipality.code, ws.settings.statistics
    kpis = _with_margins(rules.kolada)
    groups = fetch_group(fetcher, rules.similar_group) if rules.similar_group else []
    text = json.dumps(groups).encode()
    similar = (
        choose_group(
            read_groups(text, file_name=_FILES["groups"]), rules.similar_group, own=own
        )
        if rules.similar_group
        else ()
    )
    places = (own, NATION, *similar)
    texts = {
        "values": fetch_kolada(fetcher, kpis, (*places, "00" + own[:2]), years),
        "inhabitants": fetch_inhabitants(fetcher, (own, "00", *similar), years),
    }
    texts |= {"groups": groups} if groups else {}
    told = {}
    ws.statistics.mkdir(parents=True, exist_ok=True)
    for name, answer in texts.items():  # only when all is fetched
        draft = ws.statistics / f".{_FILES[name]}.ny"
        text = json.dumps(answer, ensure_ascii=False, indent=0, sort_keys=True)
        draft.write_text(text + "\n", encoding="utf-8", newline="\n")
        draft.replace(ws.statistics / _FILES[name])
        told[_FILES[name]] = (
            f"{len(places)} platser" if name != "groups" else "en grupp"
        )
    return told


def _with_margins(kpis: Sequence[str]) -> tuple[str, ...]:
    """The key figures and their margins of error.

    Raises
    ------
    UsageError
        If there are none, or one that is neither in the catalogue nor a margin.
    """
    known = set(load_indicator_catalogue()["indicator_id"])
    unknown = [k for k in kpis if PREFIX + k not in known and k not in MARGINS.values()]
    if unknown or not kpis:
        raise UsageError(
            f"'kolada' i kommun.toml: {', '.join(unknown) or 'listan är tom'}. Skriv "
            "nyckeltal som finns i indicators.csv, till exempel N07540."
        )
    wanted = [*kpis, *(MARGINS[k] for k in kpis if k in MARGINS)]
    return tuple(dict.fromkeys(wanted))


def fetch_kolada(
    fetcher: Fetcher, kpis: Sequence[str], places: Sequence[str], years: Sequence[int]
) -> dict[str, list]:
    """Kolada's values of key figures, places and years.

    Returns
    -------
    dict
        "values", in order of key figure, place and year, as one answer has them.

    Raises
    ------
    ReadError
        If a key figure does not exist.
    """
    found = {
        str(entry.get("id"))
        for some in _parts(kpis)
        for entry in _pages(fetcher, f"{KOLADA}/kpi/{','.join(some)}")
    }
    missing = [kpi for kpi in kpis if kpi not in found]
    if missing:
        raise ReadError(
            f"Kolada har inga nyckeltal {', '.join(missing)}. Rätta 'kolada' i "
            "kommun.toml."
        )
    values = [
        entry
        for some_kpis in _parts(kpis)
        for some_places in _parts(places)
        for some_years in _parts([str(year) for year in years])
        for entry in _pages(
            fetcher,
            f"{KOLADA}/data/kpi/{','.join(some_kpis)}/municipality/"
            f"{','.join(some_places)}/year/{','.join(some_years)}",
        )
    ]
    values.sort(key=lambda e: (e["kpi"], e["municipality"], e["period"]))
    return {"values": values}


def fetch_group(fetcher: Fetcher, group_id: str) -> list[dict]:
    """One of Kolada's groups of municipalities, with its members.

    Raises
    ------
    ReadError
        If there is no such group.
    """
    every = _pages(fetcher, f"{KOLADA}/municipality_groups/?page=1&per_page=5000")
    chosen = [group for group in every if str(group.get("id")) == group_id]
    if not chosen:
        raise ReadError(
            f"Kolada har ingen kommungrupp '{group_id}'. Rätta 'similar_group' i "
            "kommun.toml."
        )
    return chosen


def fetch_inhabitants(
    fetcher: Fetcher, regions: Sequence[str], years: Sequence[int]
) -> dict | list:
    """SCB's population on 31 December, in the JSON of PxWeb's version 1."""
    chosen = {
        "Region": list(dict.fromkeys(regions)),
        "ContentsCode": ["BE0101N1"],
        "Tid": [str(year) for year in years],
    }
    query = [
        {"code": code, "selection": {"filter": "item", "values": values}}
        for code, values in chosen.items()
    ]
    return fetcher.get(SCB, body={"query": query, "response": {"format": "json"}})


def _pages(fetcher: Fetcher, url: str) -> Iterator[dict]:
    """Every entry of an answer and of the pages after it."""
    first = url
    for _ in range(_MOST_PAGES):
        answer = fetcher.get(url)
        if not isinstance(answer, dict) or not isinstance(answer.get("values"), list):
            raise ReadError(
                "Kolada svarade i en annan form än väntat ('values' saknas). Hämta "
                "filen för hand till statistik/."
            )
        yield from answer["values"]
        following = answer.get("next_url")
        if not following:
            return
        url = str(following).replace("http://", "https://", 1)
        if not url.startswith(KOLADA + "/"):
            raise ReadError("Kolada hänvisar till en annan värd. Inget är hämtat.")
    raise ReadError(f"Kolada gav fler än {_MOST_PAGES} sidor på {first}.")


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), MOST_IDS):
        yield items[start : start + MOST_IDS]

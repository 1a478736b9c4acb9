"""What a publication is made from, as numbers and hashes.

In: a workspace. Out: the state that a publication keeps in its meta; while it is the
same the publication need not be made again. Used by ``publication``, page after page:
tables are read again only when there is a new commit.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from lagesbild import closing, frozen, planning, shown_statistics, store
from lagesbild.read import reference
from lagesbild.store_anew import list_commits
from lagesbild.workspace import Workspace

_stores: dict[tuple, dict] = {}
"""The latest state of the store that this process has met, by its commits."""


def state_of(ws: Workspace) -> dict[str, object]:
    """All that a publication is made from.

    Parameters
    ----------
    ws : Workspace

    Returns
    -------
    dict
        sequence_number, settings_sha256, closed (labels of closed quarters), released
        (pairs of cycle and audience), purges (their ids), statistics, and made_from:
        the hash of these, the program, the areas, the inhabitants and the registers.
    """
    stored = _state_of_store(ws)
    state = {
        "sequence_number": stored["sequence_number"],
        "settings_sha256": ws.settings_sha256,
        "closed": list(stored["closed"]),
        "released": [list(pair) for pair in stored["released"]],
        "purges": list(stored["purges"]),
        "statistics": shown_statistics.state_of(ws),
    }
    digest = hashlib.sha256(json.dumps([state, _program()]).encode())
    for name in (reference.AREAS_FILE, reference.POPULATION_FILE):
        file = ws.reference / name
        digest.update(file.read_bytes() if file.is_file() else b"-")
    digest.update(planning.read_bytes(ws))
    return state | {"made_from": digest.hexdigest()}


def _state_of_store(ws: Workspace) -> dict[str, object]:
    # taken before the tables are read: a commit meanwhile is met the next time
    key = (ws.lager, tuple(list_commits(ws)))
    if key not in _stores:
        _stores.clear()
        _stores[key] = {
            "sequence_number": store.latest_sequence_number(ws),
            "closed": closing.closed_cycles(ws),
            "released": frozen.find_releases(ws),
            "purges": sorted(store.load_purges(ws)["purge_id"].unique()),
        }
    return _stores[key]


@cache
def _program() -> str:
    """Hash of the code that makes publications, as it was when it was first asked."""
    home = Path(__file__).parent
    names = ("agreement", "measure", "protect")
    rooms = [file for room in names for file in sorted((home / room).glob("*.py"))]
    tables = ("categories.csv", "series_breaks.csv", "indicators.csv")
    modules = ("describing.py", "made_from.py", "planning.py", "publication.py")
    modules += ("purging.py", "retention.py", "shown_statistics.py")
    files = [*(home / name for name in tables + modules), *rooms]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

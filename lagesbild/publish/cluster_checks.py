"""Whether a cluster's workers can make the very pages that would be made here.

In: a client of the cluster. Out: nothing, or an error that says what to do. All that
pages depend on is held to this computer: one thread a worker, the same program and
libraries, the same files, which a worker shows by what it reads and writes.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import UsageError
from lagesbild.publish import ready
from lagesbild.publish.manifest import sha256, sha256_of_all

if TYPE_CHECKING:
    from distributed import Client

    from lagesbild.workspace import Workspace

SCHEMES = ("tcp://", "tls://")
_SECONDS = 120
"""For a worker to answer: the first time it loads the libraries."""
_FEW = 4


def check_workers(client: Client) -> list[str]:
    """Hold every worker to one thread and to the versions of this computer.

    Parameters
    ----------
    client : distributed.Client

    Returns
    -------
    list of str
        The workers' addresses.

    Raises
    ------
    UsageError
        If there are none, or one is not as it must be.
    """
    found = client.scheduler_info()["workers"]
    if not found:
        raise UsageError(
            "Klustret har inga arbetare. Starta minst en på en dator som ser samma "
            f"filer: dask worker {client.scheduler.address} --nthreads 1"
        )
    wide = [address for address, one in found.items() if one["nthreads"] != 1]
    if wide:
        raise UsageError(
            f"{_shown(wide)} har mer än en tråd; en notebook behöver en process för "
            "sig. Starta om med --nthreads 1, och --nworkers med så många som datorn "
            "har processorer."
        )
    here = versions()
    for address, there in ask_each(client, list(found), versions).items():
        other = [
            f"{name} {there.get(name, 'saknas')} (här {told})"
            for name, told in here.items()
            if there.get(name) != told
        ]
        if other:
            more = f" och {len(other) - _FEW} till" if len(other) > _FEW else ""
            raise UsageError(
                f"Arbetaren {address} har andra versioner: {', '.join(other[:_FEW])}"
                f"{more}. Installera samma version av Lägesbild och "
                "requirements.txt på alla datorer, och starta om arbetarna."
            )
    return list(found)


def versions() -> dict[str, str]:
    """Versions of all that pages are made with, and of our own code by its hash."""
    from lagesbild.publish.unchanged import hash_code

    own = {"lagesbild": f"{version('lagesbild')} {hash_code()[:12]}"}
    return own | ready.versions() | {"distributed": version("distributed")}


def check_sight(client: Client, ws: Workspace, beacon: Path) -> None:
    """See that every worker reads and writes in the very folders of a workspace.

    Parameters
    ----------
    client : distributed.Client
    ws : Workspace
    beacon : Path
        An empty folder in its lager/; every worker writes a file there.

    Raises
    ------
    UsageError
        If one sees no such folder, or other files in it.
    """
    workers = list(client.scheduler_info()["workers"])
    here = look(ws.root, ws.project, beacon)
    marks = ask_each(client, workers, look, ws.root, ws.project, beacon)
    written = {file.name for file in beacon.iterdir()}
    for address, there in marks.items():
        if there["files"] != here["files"] or there["mark"] not in written:
            raise UsageError(
                f"Arbetaren {address} ser inte arbetsytan {ws.root} eller får inte "
                f"skriva i den, eller ser inte {ws.project / 'notebooks'}. Lägg "
                "projektet på en mapp som alla datorer har på samma plats, och kör "
                "arbetarna som samma användare som det här kommandot."
            )


def look(root: Path, project: Path, beacon: Path) -> dict[str, str]:
    """What this process sees of a workspace, and the name of the file it has written.

    Parameters
    ----------
    root, project : Path
        Of the workspace.
    beacon : Path
        Where a file is written, if that is possible.
    """
    mark = uuid.uuid4().hex
    try:
        files = sha256(root / "kommun.toml"), sha256_of_all(project / "notebooks")
        (beacon / mark).touch(exist_ok=False)
    except OSError:
        return {"files": "", "mark": ""}
    return {"files": hashlib.sha256("".join(files).encode()).hexdigest(), "mark": mark}


def ask_each(client: Client, workers: list[str], function, *given) -> dict[str, dict]:
    """Call the function in every worker; what each tells.

    Raises
    ------
    UsageError
        If one does not answer in time, or has not our program.
    """
    until = time.monotonic() + _SECONDS
    asked = {
        address: client.submit(
            function,
            *given,
            key=f"lagesbild-{uuid.uuid4().hex}",
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        for address in workers
    }
    told = {}
    for address, one in asked.items():
        try:
            error = one.exception(timeout=max(0.1, until - time.monotonic()))
        except TimeoutError:
            late = [name for name, other in asked.items() if not other.done()]
            client.cancel(list(asked.values()))
            raise UsageError(
                f"{_shown(late)} svarar inte på {_SECONDS} sekunder: den arbetar med "
                "annat eller har hängt sig. Vänta, eller starta om den."
            ) from None
        if error is not None:
            why = type(error).__name__
            raise UsageError(
                f"Arbetaren {address} kan inte köra Lägesbild ({why}). Installera "
                "samma version där, och starta arbetaren ur den miljön."
            )
        told[address] = one.result()
    return told


def _shown(workers: list[str]) -> str:
    more = f" och {len(workers) - 1} till" if len(workers) > 1 else ""
    return f"Arbetaren {workers[0]}{more}"

"""Is this computer, and this workspace, ready?

In: a workspace's folder, which may be broken. Out: findings in Swedish, each OK,
VARNING or FEL, that say what to do. Reads little and writes one small file that it
removes; looks at packages without importing them, so that it answers at once.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lagesbild.errors import LagesbildError, LockError

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

OK, WARNING, FAULT = "OK", "VARNING", "FEL"
PYTHON = ((3, 11), (3, 14))
_FEW_BYTES, _TOO_FEW_BYTES = 2_000_000_000, 200_000_000
_SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud")
_NETWORK_TYPES = ("nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "afpfs", "fuse.sshfs")
_LONGEST_PATH = 120


class Finding(NamedTuple):
    """One thing looked at: ``level`` OK, VARNING or FEL; ``name`` and ``text``."""

    level: str
    name: str
    text: str


def examine(folder: str | Path | None = None) -> list[Finding]:
    """Look at the computer and the workspace.

    Parameters
    ----------
    folder : str or Path, optional
        As ``open_workspace`` takes it. It may be missing or broken: that is a finding.

    Returns
    -------
    list of Finding
        In the order in which faults are best mended.
    """
    found = [_python(), *_packages(), _time_zones(), _browser()]
    if any(finding.level == FAULT for finding in found):
        return found  # without its packages nothing more can be looked at
    from lagesbild.workspace import open_workspace

    try:
        ws = open_workspace(folder)
    except LagesbildError as error:
        return [*found, Finding(FAULT, "Arbetsyta", str(error))]
    except OSError:
        told = "kommun.toml går inte att läsa. Kontrollera mappen och dina rättigheter."
        return [*found, Finding(FAULT, "Arbetsyta", told)]
    found.append(Finding(OK, "Arbetsyta", f"{ws.root}, inställningarna är giltiga"))
    found += [*_sources(ws), *_reference(ws), *_place(ws)]
    return [*found, *_bucket(ws), _lock(ws)]


def _python() -> Finding:
    version = f"Python {platform.python_version()}"
    if PYTHON[0] <= sys.version_info[:2] < PYTHON[1]:
        return Finding(OK, "Python", version)
    told = f"{version} stöds inte. Installera Python 3.11, 3.12 eller 3.13."
    return Finding(FAULT, "Python", told)


def _packages() -> list[Finding]:
    """The packages that running needs, and the versions that the lock holds."""
    needed = _needed()
    versions = {name: _version(name) for name in needed}
    missing = sorted(name for name, version in versions.items() if version is None)
    if missing:
        told = f"saknas: {', '.join(missing)}. Installera enligt README."
        return [Finding(FAULT, "Paket", told)]
    pinned = _pinned()
    other = sorted(
        f"{name} {version} (låst {' eller '.join(sorted(pinned[name]))})"
        for name, version in versions.items()
        if version not in pinned.get(name, {version})
    )
    if other:
        told = f"andra versioner än de prövade: {', '.join(other)}"
        return [Finding(WARNING, "Paket", told)]
    held = "i låsta versioner" if pinned else "installerade"
    return [Finding(OK, "Paket", f"{len(needed)} paket {held}")]


def _needed() -> list[str]:
    try:
        told = metadata.requires("lagesbild") or []
    except metadata.PackageNotFoundError:
        return []
    return [_plain(re.split(r"[^\w.-]", t)[0]) for t in told if "extra ==" not in t]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _pinned() -> dict[str, set[str]]:
    """Name → versions of requirements.txt, where the project's folder is at hand."""
    file = Path(str(resources.files("lagesbild"))).parent / "requirements.txt"
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    pins: dict[str, set[str]] = {}
    for line in lines:
        if pin := re.match(r"([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)", line):
            pins.setdefault(_plain(pin[1]), set()).add(pin[2])
    return pins


def _time_zones() -> Finding:
    try:
        ZoneInfo("Europe/Stockholm")
    except ZoneInfoNotFoundError:
        told = "Sveriges tidszon saknas. Installera paketet tzdata."
        return Finding(FAULT, "Tidszoner", told)
    return Finding(OK, "Tidszoner", "Europe/Stockholm finns")


def _browser() -> Finding:
    from lagesbild.publish.pdf import find_browser

    found = Path(find_browser() or "hittas inte").name
    told = f"Chromium: {found}; behövs för 'lagesbild pdf' och projektets webbtester"
    return Finding(OK, "Webbläsare", told)


def _sources(ws: Workspace) -> list[Finding]:
    sources = ws.settings.sources
    if not sources:
        told = "ingen källa i kommun.toml; ta bort # framför den som ska gälla"
        return [Finding(WARNING, "Källor", told)]
    bare = [n for n, s in sources.items() if s.has_rows and s.governance is None]
    if bare:
        told = f"saknar [governance] och kan inte läsas in: {', '.join(bare)}"
        return [Finding(WARNING, "Källor", told)]
    return [Finding(OK, "Källor", ", ".join(sources))]


def _reference(ws: Workspace) -> list[Finding]:
    """Whether the reference files are there; ``init`` and ``ingest`` check them."""
    from lagesbild.read import reference as files

    wanted = {
        files.AREAS_FILE: (FAULT, "utan den kan inget område visas"),
        files.POPULATION_FILE: (WARNING, "utan den räknas inga tal per invånare"),
        files.ADDRESSES_FILE: (WARNING, "utan den hamnar adresser utan område"),
        files.PLACES_FILE: (WARNING, "utan den hittas inga namngivna platser"),
        files.DESO_FILE: (WARNING, "behövs när en leverans bara har DeSO"),
        files.BASE_MAP_FILE: (WARNING, "utan den saknar kartorna vatten och vägar"),
    }
    layouts = [one for source in ws.settings.sources.values() for one in source.layouts]
    if not any("deso_code" in layout.columns for layout in layouts):
        del wanted[files.DESO_FILE]
    lacking = {n: told for n, told in wanted.items() if not (ws.reference / n).exists()}
    if not lacking:
        return [Finding(OK, "Referens", f"alla {len(wanted)} filer finns")]
    return [
        Finding(level, "Referens", f"{name} saknas i referens/: {why}")
        for name, (level, why) in lacking.items()
    ]


def _place(ws: Workspace) -> list[Finding]:
    """Whether the folder can be written, has room, and lies on a disk of its own."""
    found = [_room(ws.root)]
    kinds = [word for word in _SYNCED if word in str(ws.root).casefold()]
    if kinds or _is_network(ws.root):
        what = f"en synkad mapp ({kinds[0]})" if kinds else "en nätverksdisk"
        told = f"arbetsytan ligger i {what}: låset gäller inte där, och en annan dator "
        told += "kan läsa halva filer. Flytta den till en lokal disk."
        found.append(Finding(WARNING, "Plats", told))
    if os.name == "nt" and len(str(ws.root)) > _LONGEST_PATH:
        told = f"sökvägen har {len(str(ws.root))} tecken; Windows klarar 260 i allt"
        found.append(Finding(WARNING, "Plats", told))
    return [*found, *(_can_write(folder) for folder in (ws.root, ws.lager))]


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    level = FAULT if free < _TOO_FEW_BYTES else WARNING if free < _FEW_BYTES else OK
    return Finding(level, "Disk", f"{free / 1e9:.1f} GB ledigt".replace(".", ","))


def _is_network(folder: Path) -> bool:
    if os.name == "nt":
        return str(folder).startswith("\\\\")
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False  # no such list here: nothing is known, and nothing is claimed
    points = {m.split()[1]: m.split()[2] for m in mounts if len(m.split()) > 2}
    holding = [p for p in points if folder.is_relative_to(p)]
    return bool(holding) and points[max(holding, key=len)] in _NETWORK_TYPES


def _can_write(folder: Path) -> Finding:
    if not folder.is_dir():
        return Finding(OK, "Skriva", f"{folder.name}/ görs vid första inläsningen")
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor"):
            pass
    except OSError:
        told = f"får inte skriva i {folder}. Ändra mappens rättigheter."
        return Finding(FAULT, "Skriva", told)
    return Finding(OK, "Skriva", f"{folder.name}/ går att skriva i")


def _bucket(ws: Workspace) -> list[Finding]:
    """Whether the bucket of the tables is reached, closed, and forgets what it must."""
    store = ws.settings.store
    if not store.is_remote:
        return []
    from lagesbild.object_versions import keeps_versions
    from lagesbild.store_anew import list_objects
    from lagesbild.stored_form import is_open_to_anyone, open_table

    try:
        n_objects, _ = len(list_objects(ws)), open_table(ws, "deliveries")
    except LagesbildError as error:
        return [Finding(FAULT, "Tabeller", f"{store.uri}: {error}")]
    told = f"{store.uri} nås, {n_objects} objekt; låset gäller bara den här mappen"
    found = [Finding(OK, "Tabeller", told)]
    if is_open_to_anyone(ws):
        told = "hinken visar vad den håller för vem som helst. Stäng den för alla utom "
        found.append(Finding(FAULT, "Hink", told + "nyckeln."))
    try:
        if keeps_versions(ws):
            told = "hinken sparar gamla versioner, också av det som är gallrat, till "
            told += "nästa 'lagesbild purge'. Slå av det, eller låt dem leva kort."
            found.append(Finding(WARNING, "Hink", told))
    except LagesbildError as error:
        found.append(Finding(WARNING, "Hink", str(error)))
    return found


def _lock(ws: Workspace) -> Finding:
    from lagesbild.locking import LOCK, lock

    if not (ws.lager / LOCK).exists():
        return Finding(OK, "Lås", "ingen körning pågår")
    try:
        with lock(ws):
            return Finding(OK, "Lås", "ingen körning pågår")
    except (LockError, OSError) as error:
        told = str(error) if isinstance(error, LockError) else "går inte att pröva"
        return Finding(WARNING, "Lås", told)

"""A workspace's statistics: every file of statistik/ → one frame, kept by version.

In: files of the kinds in ``read.statistics_file``. Out: contract indicators, kept in
lager/statistik/ under the digest of what they were made of. All or nothing: while one
file is refused, what was kept before stays in force. Who is next: pages, and
``measure.monitor``, which holds two versions side by side.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lagesbild import contracts
from lagesbild.bounds import plain_name, read_bytes
from lagesbild.clock import check_clock
from lagesbild.errors import LagesbildError, ReadError, StoreError
from lagesbild.read.kolada import choose_group, read_groups
from lagesbild.read.laboratory import write_laboratory_template
from lagesbild.read.place_names import load_place_names
from lagesbild.read.statistics_file import Context, read_statistics_file, recognise
from lagesbild.read.template_file import TEMPLATES, write_template
from lagesbild.workspace import lock, make_private_folder

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

KEPT, CURRENT = "statistik", "aktuell.json"
TEMPLATE_FOLDER = "mallar"
KEY = ["indicator_id", "area_id", "breakdown", "period", "source"]
_SAME = ["value", "lower", "upper", "n_respondents", "status"]
_FORMAT = 1
"""Of what is kept; a reader of another number makes another version."""


@dataclass(frozen=True)
class Folder:
    """What a workspace's statistics folder holds just now.

    Attributes
    ----------
    files : DataFrame
        One row a file: file, kind, retrieved_on, n_rows, n_used, n_left_out,
        n_figures, left_out and notes (Swedish), refused (Swedish, empty if it is not).
    figures : DataFrame
        Contract indicators of all files together; empty if any file is refused.
    version : str
        SHA-256 of the files and the settings that the figures were made with.
    """

    files: pd.DataFrame
    figures: pd.DataFrame
    version: str

    @property
    def is_whole(self) -> bool:
        """Whether every file was read."""
        return bool((self.files["refused"] == "").all())


_COLUMNS = [
    "file",
    "kind",
    "sha256",
    "retrieved_on",
    "n_rows",
    "n_used",
    "n_left_out",
    "n_figures",
    "left_out",
    "notes",
    "refused",
]


def read_statistics(ws: Workspace, *, today: date) -> Folder:
    """Read every file of a workspace's statistics folder; nothing is kept.

    Parameters
    ----------
    ws : Workspace
    today : date
        Day of retrieval of a file that has not been read before.

    Returns
    -------
    Folder

    Raises
    ------
    ReadError
        If two files tell different figures for the same thing.
    """
    known = {row["sha256"]: row["retrieved_on"] for row in _current(ws)["files"]}
    rows, readings = [], []
    for file in _files(ws):
        try:
            content, fault = read_bytes(file, ws.settings.limits), ""
        except ReadError as error:
            content, fault = b"", str(error)
        sha256 = hashlib.sha256(content).hexdigest()
        day = date.fromisoformat(known.get(sha256, today.isoformat()))
        kind = recognise(file.name)
        row = dict.fromkeys(_COLUMNS, "") | {
            "file": plain_name(file.name),
            "kind": kind.name if kind else "okänd",
            "sha256": sha256,
            "retrieved_on": day.isoformat(),
        }
        row |= dict.fromkeys(("n_rows", "n_used", "n_left_out", "n_figures"), 0)
        if fault:
            rows.append(row | {"refused": fault})
            continue
        try:
            told = read_statistics_file(
                content, file_name=file.name, given=_context(ws, day)
            )
        except LagesbildError as error:
            rows.append(row | {"refused": str(error)})
            continue
        left = [f"{n} {why}" for why, n in told.left_out.items()]
        rows.append(
            row
            | {
                "n_rows": told.n_rows,
                "n_used": told.n_used,
                "n_left_out": sum(told.left_out.values()),
                "n_figures": len(told.figures),
                "left_out": "; ".join(left),
                "notes": " ".join(told.notes),
            }
        )
        readings.append(told.figures.assign(file=file.name))
    files = pd.DataFrame(rows, columns=_COLUMNS)
    is_whole = len(readings) == len(files)
    figures = _together(readings) if is_whole else contracts.empty("indicators")
    return Folder(files, figures, _version(ws, files))


def _files(ws: Workspace) -> list[Path]:
    """Files in order of name; templates lie in a folder of their own, unread."""
    if not ws.statistics.is_dir():
        return []
    hidden = (".", "~")
    return sorted(
        file
        for file in ws.statistics.iterdir()
        if not file.is_dir() and not file.name.startswith(hidden)
    )


def _context(ws: Workspace, day: date) -> Context:
    own, rules = ws.settings.municipality, ws.settings.statistics
    return Context(
        names=load_place_names({own.name: own.code}),
        retrieved_at=day,
        wastewater_site=rules.wastewater_site,
        min_households=rules.min_connected_households,
    )


def _version(ws: Workspace, files: pd.DataFrame) -> str:
    rules = ws.settings.statistics
    made_of = [
        _FORMAT,
        rules.wastewater_site,
        rules.min_connected_households,
        files[["file", "sha256", "retrieved_on"]].to_numpy().tolist(),
    ]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _together(readings: list[pd.DataFrame]) -> pd.DataFrame:
    """All files' figures; the same figure in two files stands once.

    Raises
    ------
    ReadError
        If two files tell it differently.
    """
    if not readings:
        return contracts.empty("indicators")
    every = pd.concat(readings, ignore_index=True)
    same = every.drop_duplicates([*KEY, *_SAME])
    apart = same[same.duplicated(KEY, keep=False)]
    if len(apart):
        names = ", ".join(sorted(set(apart["file"])))
        n_apart = len(apart.drop_duplicates(KEY))
        raise ReadError(
            f"{n_apart} tal står olika i {names}: samma indikator, plats och period, "
            "andra siffror. Behåll den nyaste filen och flytta undan den äldre."
        )
    ordered = same.sort_values(KEY, kind="stable").drop(columns="file")
    return contracts.check(ordered, "indicators")


def keep_statistics(ws: Workspace, folder: Folder) -> str | None:
    """Keep what was read as the version in force.

    Parameters
    ----------
    ws : Workspace
    folder : Folder

    Returns
    -------
    str or None
        The version that was in force before; None if there was none.

    Raises
    ------
    ReadError
        If a file is refused: what was in force stays so.
    """
    if not folder.is_whole:
        n_refused = int((folder.files["refused"] != "").sum())
        raise ReadError(
            f"{n_refused} filer i statistik/ kan inte läsas. Inget är ändrat: rätta "
            "dem eller flytta undan dem."
        )
    with lock(ws):
        check_clock(ws)
        kept = make_private_folder(ws.lager / KEPT)
        before = _current(ws)
        file = kept / f"{folder.version}.parquet"
        if not file.exists():
            draft = file.with_suffix(".ny")
            folder.figures.to_parquet(draft, index=False)
            draft.replace(file)
        # written last: until then the version before is in force
        is_same = before["version"] == folder.version
        told = {
            "version": folder.version,
            "previous": before["previous"] if is_same else before["version"],
            "files": folder.files.to_dict("records"),
        }
        draft = kept / f"{CURRENT}.ny"
        text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
        draft.write_text(text + "\n", encoding="utf-8", newline="\n")
        draft.replace(kept / CURRENT)
    return before["version"]


def load_indicators(ws: Workspace, *, version: str | None = None) -> pd.DataFrame:
    """Load the statistics in force.

    Parameters
    ----------
    ws : Workspace
    version : str, optional
        An earlier one, as a manifest names it.

    Returns
    -------
    DataFrame
        Contract indicators; no rows if nothing was ever kept.

    Raises
    ------
    StoreError
        If the version is not kept.
    """
    wanted = version or _current(ws)["version"]
    if wanted is None:
        return contracts.empty("indicators")
    file = ws.lager / KEPT / f"{wanted}.parquet"
    if not file.is_file():
        raise StoreError(
            f"Statistikens version {wanted[:12]} finns inte i lagret. Kör 'lagesbild "
            "statistics'."
        )
    return contracts.check(pd.read_parquet(file), "indicators", where=file.name)


def load_statistics_files(ws: Workspace) -> pd.DataFrame:
    """One row a file of the version in force, as ``Folder.files``."""
    return pd.DataFrame(_current(ws)["files"], columns=_COLUMNS)


def statistics_versions(ws: Workspace) -> tuple[str | None, str | None]:
    """The version in force and the one before it; None where there is none."""
    told = _current(ws)
    return told["version"], told["previous"]


def _current(ws: Workspace) -> dict:
    file = ws.lager / KEPT / CURRENT
    if not file.is_file():
        return {"version": None, "previous": None, "files": []}
    return json.loads(file.read_text("utf-8"))


def find_similar(ws: Workspace) -> tuple[str, ...]:
    """Codes of the municipalities that settings set beside the own one.

    Returns
    -------
    tuple of str
        Empty where settings name no group or its file is not there.

    Raises
    ------
    ReadError
        If the file of groups lacks the group.
    """
    return tuple(name_similar(ws))


def name_similar(ws: Workspace) -> dict[str, str]:
    """Code → name, by Kolada, of those that ``find_similar`` finds."""
    group = ws.settings.statistics.similar_group
    kinds = ((file, recognise(file.name)) for file in _files(ws))
    file = next((f for f, k in kinds if k and k.name == "Koladas kommungrupper"), None)
    if group is None or file is None:
        return {}
    content = read_bytes(file, ws.settings.limits)
    groups = read_groups(content, file_name=file.name)
    names = dict(zip(groups["area_id"], groups["name"], strict=True))
    chosen = choose_group(groups, group, own=ws.settings.municipality.code)
    return {code: names[code] for code in chosen}


def write_statistics_templates(folder: Path) -> None:
    """Lay out statistik/mallar/ with a blank file a template; ours are written anew."""
    target = folder / TEMPLATE_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    texts = {f"{t.file}.csv": write_template(t) for t in TEMPLATES}
    texts["avlopp.csv"] = write_laboratory_template()
    for name, text in texts.items():
        # with its mark, so that Excel opens å, ä and ö right
        (target / name).write_text(text, encoding="utf-8-sig", newline="\n")

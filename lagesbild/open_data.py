"""Lay out a workspace on open data alone, for any of the 290 municipalities.

In: a folder of files that somebody downloaded. Out: a workspace with areas,
inhabitants, statistics and press notices, and what is missing and where it is had. No
delivery and no row about a person is in it; its pages say so on top until settings tell
who has adopted it. Next: ``ingest`` and ``statistics``.
"""

from __future__ import annotations

import filecmp
import fnmatch
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from lagesbild.bounds import read_bytes, require_plain
from lagesbild.errors import LagesbildError, UsageError
from lagesbild.initiate import find_municipality, init_workspace
from lagesbild.limits import USUAL
from lagesbild.read.csv_file import decode
from lagesbild.read.indicators import read_table
from lagesbild.read.kolada import read_groups
from lagesbild.read.statistics_file import KINDS, recognise
from lagesbild.workspace import SETTINGS_FILE, read_settings

_AREAS = ("*regso*.gpkg", "*regso*.geojson", "*regso*.zip", "omraden.gpkg")
_POPULATION = ("*population*.csv", "folkmangd_*.csv", "befolkning*.csv")
_NOTICES = ("events_*.json",)
# a name that other programs give → one that says what the file is
_RENAMED = (("riket_regioner*.csv", "kolada_"),)
_OVERALL = "Liknande kommuner, övergripande, {name}, "


@dataclass(frozen=True)
class OpenData:
    """What a folder of downloads gave a workspace.

    Attributes
    ----------
    folder : Path
        The workspace.
    is_new : bool
        Whether it was laid out now.
    used : tuple of str
        Names of the files that were taken.
    unused : tuple of str
        Names of files that nothing here is made from.
    missing : tuple of (str, str)
        What is missing and where it is had, in Swedish.
    """

    folder: Path
    is_new: bool
    used: tuple[str, ...]
    unused: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]


def make_open_workspace(folder: Path, *, kommun: str, files: Path) -> OpenData:
    """Lay out a workspace on open data, or bring new files to one.

    Parameters
    ----------
    folder : Path
        A new workspace, or one that this function made before: then files are
        brought and kommun.toml stays as it is.
    kommun : str
        Municipal code, four digits.
    files : Path
        Where the downloads are, in any folder below it.

    Returns
    -------
    OpenData

    Raises
    ------
    UsageError
        If no municipality has the code, the folder of downloads does not exist, it
        holds no areas of the municipality, or the workspace is another's.
    """
    municipality = find_municipality(kommun)
    if not files.is_dir():
        raise UsageError(
            f"Mappen '{files}' finns inte. Hämta filerna till en mapp och ange den med "
            "--files; vilka de är står i docs/handbok.md."
        )
    found = sorted(file for file in files.rglob("*") if file.is_file())
    is_new = not (folder / SETTINGS_FILE).exists()
    used: set[Path] = set()
    if is_new:
        used |= _lay_out(folder, kommun, found, files)
        _settle(folder / SETTINGS_FILE, municipality, found)
    elif read_settings(folder / SETTINGS_FILE)[0].municipality.code != kommun:
        raise UsageError(
            f"'{folder}' är en annan kommuns arbetsyta. Ange en annan mapp eller kod."
        )
    used |= _bring(folder, found)
    return OpenData(
        folder=folder,
        is_new=is_new,
        used=tuple(sorted(file.name for file in used)),
        unused=tuple(sorted(file.name for file in found if file not in used)),
        missing=_missing(folder),
    )


def _fits(file: Path, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(file.name.lower(), pattern) for pattern in patterns)


def _lay_out(folder: Path, kommun: str, found: list[Path], files: Path) -> set[Path]:
    """The first areas that hold the municipality, with the first inhabitants that fit.

    Files with the code in their name come first.
    """

    def first_own(patterns: tuple[str, ...]) -> list[Path]:
        fitting = [file for file in found if _fits(file, patterns)]
        return sorted(fitting, key=lambda file: (kommun not in file.name, file.name))

    reasons = []
    for areas in first_own(_AREAS):
        for people in (*first_own(_POPULATION), None):
            try:
                init_workspace(folder, kommun=kommun, areas=areas, population=people)
            except LagesbildError as error:
                reasons.append(str(error))
                continue
            return {areas} | ({people} if people else set())
    told = f" Den sista sade: {reasons[-1]}" if reasons else ""
    raise UsageError(
        f"Hittar inga områden för kommun {kommun} i '{files}'. Hämta SCB:s RegSO "
        f"(GeoPackage) och lägg den där.{told}"
    )


def _settle(settings: Path, municipality: dict[str, str], found: list[Path]) -> None:
    """Write into kommun.toml what the files tell of the municipality, and the mark."""
    name = municipality["name"]
    text = settings.read_text("utf-8")
    mark = (
        f"Exempel på öppna data – inte {_genitive(name)} kommuns eller "
        "Polismyndighetens officiella lägesbild"
    )
    text = text.replace(
        "\n# Vem som svarar",
        "# Står överst på varje sida tills adopted_by säger vem som har antagit den.\n"
        f'open_data_mark = "{mark}"\nadopted_by = ""\n\n# Vem som svarar',
        1,
    )
    for key, value in (
        ("similar_group", _find_group(name, found)),
        ("wastewater_site", _find_site(name, found)),
    ):
        if value:
            text = re.sub(
                rf"^#{key} = .*$", f"{key} = {json.dumps(value)}", text, flags=re.M
            )
    draft = settings.with_suffix(".ny")
    draft.write_text(text, encoding="utf-8", newline="\n")
    read_settings(draft)
    draft.replace(settings)


def _genitive(name: str) -> str:
    return name if name.endswith(("s", "x", "z")) else name + "s"


def _find_group(name: str, found: list[Path]) -> str | None:
    """Kolada's overall group of the municipality, the newest."""
    start = _OVERALL.format(name=name)
    told: list[tuple[str, str]] = []
    for file in found:
        kind = recognise(file.name)
        if kind and kind.name == "Koladas kommungrupper":
            groups = read_groups(read_bytes(file), file_name=file.name)
            own = groups[groups["title"].str.startswith(start)]
            told += zip(own["title"], own["group_id"], strict=True)
    return max(told)[1] if told else None


def _find_site(name: str, found: list[Path]) -> str | None:
    """The EUDA's code of the Swedish plant that bears the municipality's name."""
    for file in found:
        kind = recognise(file.name)
        if kind and kind.name.startswith("EUDA"):
            text, _ = decode(read_bytes(file), file_name=file.name)
            table = read_table(text, separator=",", file_name=file.name)
            own = table[(table["Country"] == "SE") & (table["City"] == name)]
            if len(own):
                return str(own["Site ID"].iloc[0])
    return None


def _bring(folder: Path, found: list[Path]) -> set[Path]:
    """Copy statistics and notices into place; a file that is the same is left alone."""
    brought = set()
    for file in found:
        start = next((to for form, to in _RENAMED if _fits(file, (form,))), "")
        if _fits(file, _NOTICES):
            target = folder / "inkommande" / file.name
        elif recognise(start + file.name):
            target = folder / "statistik" / (start + file.name)
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        require_plain(file, most=USUAL.max_bytes)
        if not target.exists() or not filecmp.cmp(target, file, shallow=False):
            draft = target.with_name(f".{target.name}.ny")
            shutil.copyfile(file, draft)
            draft.replace(target)
        brought.add(file)
    return brought


def _missing(folder: Path) -> tuple[tuple[str, str], ...]:
    """What no file in the workspace tells, and where it is had."""
    here = [recognise(file.name) for file in (folder / "statistik").glob("*.*")]
    told = [(k.name, k.source) for k in KINDS if k not in here]
    if not (folder / "referens" / "befolkning.csv").exists():
        told.append(
            ("Invånare per område", "statistikdatabasen.scb.se, DeSO eller RegSO")
        )
    if not (folder / "referens" / "adresser.csv").exists():
        told.append(("Adresser", "Lantmäteriet, Belägenhetsadress"))
    is_read = any((folder / "lager").glob("**/*.parquet"))
    if not is_read and not list((folder / "inkommande").glob("events_*.json")):
        told.append(("Polisens händelsenotiser", "polisen.se, api/events"))
    return tuple(told)

"""The workspace of one municipality: its settings, its paths, its lock.

In: a folder with kommun.toml. Out: a ``Workspace``, a frozen value that every other
room takes as it is. Settings are strict: an unknown key is an error that names it.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from lagesbild.accessibility import Accessibility
from lagesbild.audiences import AUDIENCES, Audience, Audiences
from lagesbild.errors import SettingsError
from lagesbild.help_lines import Help
from lagesbild.limits import Limits
from lagesbild.locking import lock
from lagesbild.object_store import StoreSettings
from lagesbild.private import make_private_folder
from lagesbild.settings_faults import explain

__all__ = ["AUDIENCES", "Audience", "Audiences", "Workspace", "lock"]
__all__ += ["make_private_folder", "open_workspace"]

SETTINGS_FILE = "kommun.toml"
_MOST_SETTINGS = 1_000_000
ENVIRONMENT_VARIABLE = "LAGESBILD_WORKSPACE"
DEMO_FOLDER = "data/exempelkommun"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Municipality(_Strict):
    """Whose picture it is."""

    code: Annotated[str, Field(pattern=r"^\d{4}$")]
    name: str
    county: str
    is_invented: bool = False  # pages say "Påhittade siffror" on top
    open_data_mark: str = ""  # on top of every page until somebody has adopted it
    adopted_by: str = ""


class Contact(_Strict):
    """Who answers questions about the pages; a function, never a person."""

    function: str
    email: str
    phone: str | None = None


class QuestionnaireRules(_Strict):
    """What the questionnaire tells whoever answers it."""

    purpose: Annotated[str, Field(min_length=10)]
    controller: Annotated[str, Field(min_length=3)]
    retention_months: Annotated[int, Field(ge=1, le=60)]


class OpenData(_Strict):
    licence: Literal["CC0-1.0", "CC-BY-4.0"] | None = None  # to use oppna_data/ by


class MeasureRules(_Strict):
    min_inhabitants_for_rate: Annotated[int, Field(ge=1)] = 500
    kinds_without_rate: tuple[str, ...] = ("centrum", "industri", "handel")


class LinkRules(_Strict):
    """How near two reports of different organisations are to be one event."""

    max_distance_m: Annotated[float, Field(gt=0)] = 150
    max_hours: Annotated[float, Field(gt=0)] = 24


class StatisticsRules(_Strict):
    """Which published statistics are the municipality's, and which are fetched."""

    similar_group: Annotated[str, Field(pattern=r"^G\d+$")] | None = None  # Kolada's
    kolada: tuple[Annotated[str, Field(pattern=r"^[NU]\d{5}$")], ...] = ()
    wastewater_site: str | None = None  # the EUDA's code of the treatment plant
    min_connected_households: Annotated[int, Field(ge=1)] = 1000


class Governance(_Strict):
    """Why row data may be kept, and for how long (months)."""

    purpose: Annotated[str, Field(min_length=3)]
    legal_basis: Annotated[str, Field(min_length=3)]
    controller: Annotated[str, Field(min_length=3)]
    retention_raw_months: Annotated[int, Field(ge=1)]
    retention_place_months: Annotated[int, Field(ge=1)]
    retention_row_months: Annotated[int, Field(ge=1)]
    decision_number: Annotated[str, Field(min_length=3)]
    impact_assessment_on: date

    @model_validator(mode="after")
    def _in_order_of_layers(self) -> Governance:
        """What came holds the place, and the place the row: none may outlive it."""
        raw, place = self.retention_raw_months, self.retention_place_months
        if not raw <= place <= self.retention_row_months:
            raise ValueError(
                "gallringsfristerna ska komma i ordning: retention_raw_months högst "
                "retention_place_months, och den högst retention_row_months"
            )
        return self


COLUMNS = (
    "source_key",
    "reported_on",
    "reported_time",
    "occurred_from",
    "occurred_to",
    "occurred_from_date",
    "occurred_from_time",
    "occurred_to_date",
    "occurred_to_time",
    "offence_code",
    "offence_type",
    "n_offences",
    "place_text",
    "street",
    "house_number",
    "locality",
    "latitude",
    "longitude",
    "easting_m",
    "northing_m",
    "municipality",
    "deso_code",
    "area_id",
    "area_name",
    "category",
    "period",
)
"""Our names for what a delivery may tell; no free text is among them."""


class Layout(_Strict):
    """One shape in which a source's files come.

    ``columns`` maps our name, one of ``COLUMNS``, to the sender's heading. Headings
    not named here are dropped and told on the receipt.
    """

    files: str  # glob on the file's name, e.g. "polisen_*.xlsx"
    format: Literal["csv", "excel", "polisen_api"]
    columns: dict[str, str] = {}
    encoding: str | None = None  # None: detected and verified
    separator: str | None = None
    sheet: str | None = None
    date_order: Literal["ymd", "mdy", "dmy"] | None = None
    is_full: bool = True  # the file holds all rows of the period it covers
    replaces_period: bool = False  # no keys: the file replaces the period it covers
    reported_on_from: Literal["column", "occurred_to"] = "column"

    @field_validator("columns")
    @classmethod
    def _known_names(cls, columns: dict[str, str]) -> dict[str, str]:
        unknown = [name for name in columns if name not in COLUMNS]
        if unknown:
            raise ValueError(
                f"okänt namn till vänster: {', '.join(unknown)}; namnen som finns står "
                "i docs/handbok.md"
            )
        return columns


class Source(_Strict):
    """Something delivered by one organisation, in one or several layouts."""

    name: str
    organisation: str
    kind: Literal["police", "observation", "counts", "notis"]
    secrecy: Literal["none", "socialtjanst", "halsa", "elevhalsa"] = "none"
    expected: Literal["quarter", "none"] = "quarter"
    layouts: tuple[Layout, ...]
    types: dict[str, str] = {}  # the sender's own types → our leaf categories
    governance: Governance | None = None

    @property
    def has_rows(self) -> bool:
        """Whether the source delivers one row a report."""
        return self.kind in ("police", "observation")

    @model_validator(mode="after")
    def _ready_made_if_secret(self) -> Source:
        if self.secrecy != "none" and self.kind != "counts":
            raise ValueError(
                "källor under socialtjänst-, hälso- eller elevhälsosekretess får bara "
                'lämna färdiga antal: kind = "counts"'
            )
        return self


class Settings(_Strict):
    """All of kommun.toml."""

    municipality: Municipality
    contact: Contact
    help: Help = Help()
    accessibility: Accessibility = Accessibility()
    audiences: Audiences = Audiences()
    measure: MeasureRules = MeasureRules()
    link: LinkRules = LinkRules()
    questionnaire: QuestionnaireRules | None = None
    statistics: StatisticsRules = StatisticsRules()
    open_data: OpenData = OpenData()
    limits: Limits = Limits()
    store: StoreSettings = StoreSettings()
    # a source's key is part of file names
    sources: dict[Annotated[str, Field(pattern=r"^[\w-]{1,60}$")], Source] = {}


@dataclass(frozen=True)
class Workspace:
    """One municipality's folder and settings.

    Attributes
    ----------
    root : Path
        The folder that holds kommun.toml.
    settings : Settings
    settings_sha256 : str
        Of the bytes of kommun.toml.
    """

    root: Path
    settings: Settings
    settings_sha256: str

    @property
    def name(self) -> str:
        """The folder's name; outputs lie in outputs/<name>/."""
        return self.root.name

    @property
    def reference(self) -> Path:
        return self.root / "referens"

    @property
    def inbox(self) -> Path:
        return self.root / "inkommande"

    @property
    def registers(self) -> Path:
        return self.root / "register"

    @property
    def statistics(self) -> Path:
        """Published statistics as files, fetched or copied by hand."""
        return self.root / "statistik"

    @property
    def lager(self) -> Path:
        """Private and generated: tables, publications, executed notebooks."""
        return self.root / "lager"

    @property
    def archive(self) -> Path:
        """Raw files as they came, with all they hold of people; owner only.

        Not in lager/, which holds no personal data.
        """
        return self.root / "arkiv"

    @property
    def receipts(self) -> Path:
        return self.lager / "kvittenser"

    @property
    def project(self) -> Path:
        """The nearest folder upward that holds notebooks/, else the workspace's own."""
        for folder in (*self.root.parents, Path.cwd(), *Path.cwd().parents):
            if (folder / "notebooks").is_dir():
                return folder
        return self.root.parent

    @property
    def outputs(self) -> Path:
        return self.project / "outputs" / self.name


def open_workspace(folder: str | Path | None = None) -> Workspace:
    """Open the workspace in a folder.

    Parameters
    ----------
    folder : str or Path, optional
        None takes LAGESBILD_WORKSPACE, else data/exempelkommun. A relative folder is
        looked for here and then in every folder upward, so that it is found from
        any folder of the project.

    Returns
    -------
    Workspace

    Raises
    ------
    SettingsError
        If there is no kommun.toml, or it breaks its form; names the key.
    """
    wanted = Path(folder or os.environ.get(ENVIRONMENT_VARIABLE) or DEMO_FOLDER)
    bases = [Path()] if wanted.is_absolute() else [Path.cwd(), *Path.cwd().parents]
    for base in bases:
        if (base / wanted / SETTINGS_FILE).is_file():
            root = (base / wanted).resolve()
            settings, sha256 = read_settings(root / SETTINGS_FILE)
            return Workspace(root, settings, sha256)
    raise SettingsError(
        f"Hittar ingen {SETTINGS_FILE} i '{wanted}'. Skapa en arbetsyta med "
        "'lagesbild demo' eller 'lagesbild init', eller peka ut en med -w."
    )


def read_settings(file: Path) -> tuple[Settings, str]:
    """Read kommun.toml; return its settings and the SHA-256 of its bytes."""
    if not file.is_file() or file.stat().st_size > _MOST_SETTINGS:
        raise SettingsError(f"{file.name} är ingen fil, eller en som är för stor.")
    content = file.read_bytes()
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{file.name} är inte sparad som UTF-8.") from None
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f" från rad {line[1]}" if line else ""
        raise SettingsError(
            f"{file.name} är inte giltig TOML{where}. Rätta och försök igen."
        ) from None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise SettingsError(f"{file.name}: {explain(error)}") from None
    return settings, hashlib.sha256(content).hexdigest()

"""Open data: the sheets of a publication as CSV, described by datapackage.json.

In: a ``Publication`` and the settings. Out: ``oppna_data/`` in the audience's folder,
with the same bytes for the same publication. Next: the manifest and the last gate.
CSV is UTF-8 with comma and decimal point; the description follows Frictionless Data
Package 1.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.period import Period
from lagesbild.present import open_data as sheets

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace

DESCRIPTION = "datapackage.json"
_LICENCES = {
    "CC0-1.0": (
        "Creative Commons CC0 1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    "CC-BY-4.0": (
        "Creative Commons Erkännande 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
}


def write(folder: Path, publication: Publication, workspace: Workspace) -> None:
    """Write an audience's open data.

    Parameters
    ----------
    folder : Path
        The audience's.
    publication : Publication
    workspace : Workspace
        Its settings say the licence.
    """
    place = folder / sheets.FOLDER
    place.mkdir()
    resources = []
    for sheet in sheets.make_sheets(publication):
        text = to_csv(sheet).encode("utf-8")
        (place / sheet.file).write_bytes(text)
        resources.append(_resource(sheet, text))
    told = _describe(publication, workspace.settings.open_data.licence)
    told["resources"] = resources
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (place / DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")


def to_csv(sheet: sheets.Sheet) -> str:
    """The sheet as text: comma, one heading row, lines that end with a line feed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in sheet.fields])
    writer.writerows(sheet.rows)
    return out.getvalue()


def _describe(publication: Publication, licence: str | None) -> dict:
    first = min(map(Period, publication.cells["period"].unique()))
    last = Period(str(publication.cycle))
    invented = " Siffrorna är påhittade." if publication.is_invented else ""
    marked = publication.meta["mark"]
    told: dict = {
        "profile": "tabular-data-package",
        "name": f"lagesbild-{publication.cycle}-{publication.audience}".casefold(),
        "title": f"Lägesbild {publication.cycle}, {publication.municipality}",
        "description": f"Gemensam lägesbild i {publication.municipality}: anmälda "
        f"brott och observationer.{invented} {publication.status}. Små antal visas "
        "inte; värdet är då tomt och status säger varför. Anmälda brott och "
        f"observationer läggs aldrig ihop. {marked}".strip(),
        "temporal": {
            "start": f"{first.start:%Y-%m-%d}",
            "end": f"{last.end:%Y-%m-%d}",
        },
        "sources": [
            {"title": f"{name}, {organisation}"}
            for name, organisation in sorted(
                {
                    (row["source_name"], row["organisation"])
                    for row in publication.deliveries.to_dict("records")
                }
            )
        ],
        "contributors": [
            {
                "title": publication.contact["function"],
                "email": publication.contact["email"],
                "role": "maintainer",
            }
        ],
    }
    if licence is not None:
        title, path = _LICENCES[licence]
        told["licenses"] = [{"name": licence, "title": title, "path": path}]
    return told


def _resource(sheet: sheets.Sheet, text: bytes) -> dict:
    return {
        "profile": "tabular-data-resource",
        "name": sheet.file.removesuffix(".csv"),
        "title": sheet.title,
        "description": sheet.description,
        "path": sheet.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(text),
        "hash": f"sha256:{hashlib.sha256(text).hexdigest()}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        "schema": {
            "fields": [_field(field) for field in sheet.fields],
            "primaryKey": list(sheet.key),
            "missingValues": [""],
        },
    }


def _field(field: sheets.Field) -> dict:
    told = {
        "name": field.name,
        "type": field.type,
        "title": field.title,
        "description": field.description,
    }
    if field.unit:
        told["unit"] = field.unit
    if field.type == "number":
        told["decimalChar"] = "."
    if field.words:
        told["constraints"] = {"enum": list(field.words)}
    return told

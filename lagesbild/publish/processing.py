"""The record of processing (dataskyddsförordningen, artikel 30) as an internal page.

In: the sources of kommun.toml, a ``Publication`` and the ``Frame``. Out: HTML. Nothing
is typed here that the settings can tell: which kinds of facts a source may bring
follows from the columns that it maps, and all other columns are dropped when read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lagesbild.period import swedish_date
from lagesbild.present import swedish
from lagesbild.publish import page

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Source

FILE = "behandlingar.html"
TITLE = "Register över behandling"
LEDE = (
    "Vilka personuppgifter som behandlas, varför, hur länge och enligt vilket beslut."
)
AUDIENCE = "intern"
_WHEN, _WHERE, _AREA = "dag och tid", "plats", "område"
_FACTS = {
    "source_key": "avsändarens ärendenummer",
    "reported_on": _WHEN,
    "reported_time": _WHEN,
    "occurred_from": _WHEN,
    "occurred_to": _WHEN,
    "occurred_from_date": _WHEN,
    "occurred_from_time": _WHEN,
    "occurred_to_date": _WHEN,
    "occurred_to_time": _WHEN,
    "offence_code": "brottskod",
    "offence_type": "typ av händelse",
    "n_offences": "antal brott",
    "place_text": _WHERE,
    "street": _WHERE,
    "house_number": _WHERE,
    "locality": _WHERE,
    "latitude": _WHERE,
    "longitude": _WHERE,
    "easting_m": _WHERE,
    "northing_m": _WHERE,
    "municipality": "kommun",
    "deso_code": _AREA,
    "area_id": _AREA,
    "area_name": _AREA,
    "category": "typ av händelse",
    "period": "kvartal",
}


def render(
    sources: Mapping[str, Source], publication: Publication, frame: page.Frame
) -> str:
    """Make the page of the record.

    Parameters
    ----------
    sources : mapping
        Key in kommun.toml → source.
    publication : Publication
        Of ``intern``.
    frame : Frame

    Returns
    -------
    str
        HTML.
    """
    told = [_describe(source) for source in sources.values() if source.governance]
    others = sorted(s.name for s in sources.values() if not s.has_rows)
    body = page.fill(
        "processing.html.j2",
        cycle=frame.cycle,
        municipality=publication.municipality,
        contact=frame.contact,
        sources=told,
        others=swedish.listed(others) if others else "",
    )
    return page.render(body, frame, file=FILE, title=TITLE)


def _describe(source: Source) -> dict[str, object]:
    rule = source.governance
    mapped = [name for layout in source.layouts for name in layout.columns]
    facts = dict.fromkeys(_FACTS[name] for name in mapped)
    return {
        "name": source.name,
        "organisation": source.organisation,
        "purpose": rule.purpose,
        "legal_basis": rule.legal_basis,
        "controller": rule.controller,
        "facts": swedish.listed(list(facts)),
        "is_police": source.kind == "police",
        "raw": _months(rule.retention_raw_months),
        "place": _months(rule.retention_place_months),
        "row": _months(rule.retention_row_months),
        "decision": rule.decision_number,
        "assessed_on": swedish_date(rule.impact_assessment_on),
    }


def _months(n: int) -> str:
    return "1 månad" if n == 1 else f"{n} månader"

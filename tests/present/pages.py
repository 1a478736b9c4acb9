"""The page kinds, built from the invented publication as the notebooks build them.

``python -m tests.present.pages FOLDER`` writes them, to be looked at.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from lagesbild import present
from lagesbild.present.andts import THEMES
from lagesbild.present.display import ID
from lagesbild.publish import (
    index,
    meeting,
    page,
    processing,
    products,
    since,
    statement,
    wheel,
)
from lagesbild.workspace import Source
from tests.present import invented
from tests.present.agreed import agree

LINKS = (
    page.Link(index.FILE, "Start"),
    page.Link("02_lagesbild.html", "Lägesbild"),
    page.Link("03_omradesblad_O08.html", "Områdesblad"),
    page.Link("01_datakvalitet.html", "Datakvalitet"),
)
AGREEMENT = {
    "07_atgardsplan.html": ("Åtgärdsplan", ("plan_table", "plan")),
    "08_medborgarlofte.html": (
        "Medborgarlöfte",
        ("promise_status", "promises", "dialogues"),
    ),
    "09_strategiska_radet.html": (
        "Strategiska rådet",
        ("opening", "situation", "signals", "plan_table", "promise_table", "law"),
    ),
}
DECIDED = (
    "Fastställd den 24 augusti 2026 av kommunen (påhittad säkerhetschef) och polisen "
    "(påhittad områdespolischef)"
)
EARLIER = "../../2026-K2/offentlig/index.html"
SAFETY = {
    "question": "Känner sig invånarna mindre trygga än brotten ger skäl till?",
    "reported": "Anmälda brott, år för år",
    "reporting": "Hur många som anmäler",
    "groups": "Upplevd trygghet efter kön och ålder",
    "places": "Område för område",
    "walks": "Trygghetsvandringar",
    "sources": "Källor",
}
QUALITY = (
    "deliveries",
    "quarantine",
    "geocoding",
    "rejected_places",
    "rejected_texts",
    "withdrawn",
    "masked",
    "notices",
)


def build(publication) -> dict[str, str]:
    """File name → HTML."""
    bodies = {
        "02_lagesbild.html": ("Lägesbild", picture(publication)),
        "03_omradesblad_O08.html": ("Norrängen", sheet(publication, "O08")),
        "03_omradesblad_O05.html": ("Centrum", sheet(publication, "O05")),
    }
    agreed = replace(agree(publication), status=DECIDED)  # so long that it must wrap
    for file, (title, parts) in AGREEMENT.items():
        shown = [present.show_agreement(agreed, part) for part in parts]
        head = present.show_heading(agreed, title=title)
        bodies[file] = (title, _join(head, *shown))
    if not publication.statistics.empty:
        bodies |= {"04_andts.html": ("Alkohol, narkotika", substances(publication))}
        bodies |= {"06_trygghet.html": ("Trygghet", safety(publication))}
    if publication.quality:
        bodies["01_datakvalitet.html"] = ("Datakvalitet", quality(publication))
    around = frame(publication)
    made = {
        file: page.render(body, around, file=file, title=title)
        for file, (title, body) in bodies.items()
    }
    made["05_vald_i_nara_relation.html"] = page.render(
        violence(publication),
        around,
        file="05_vald_i_nara_relation.html",
        title="Sida 05",
        has_exit=True,
    )
    made |= {index.FILE: start(publication, around)}
    made |= {statement.FILE: statement.render(publication, around)}
    made |= {wheel.FILE: wheel.render(agree(publication), around)}
    if publication.audience == processing.AUDIENCE:
        told = processing.render({"polisen": make_source()}, publication, around)
        made |= {processing.FILE: told}
    if publication.audience == meeting.AUDIENCE:
        made |= {meeting.FILE: meeting.render(made, publication, around)}
    return made


def make_source(**governance) -> Source:
    """A source of the police with an invented decision."""
    rule = {
        "purpose": "påhittat ändamål",
        "legal_basis": "påhittad grund",
        "controller": "Exempelnämnden",
        "retention_raw_months": 6,
        "retention_place_months": 36,
        "retention_row_months": 84,
        "decision_number": "PÅHITTAT 2026:1",
        "impact_assessment_on": "2026-01-31",
    }
    columns = {"source_key": "ID", "reported_on": "Dag", "place_text": "Plats"}
    return Source.model_validate(
        {
            "name": "Anmälda brott",
            "organisation": "Polismyndigheten",
            "kind": "police",
            "layouts": [{"files": "p_*.csv", "format": "csv", "columns": columns}],
            "governance": rule | governance,
        }
    )


def frame(publication) -> page.Frame:
    return page.Frame(
        municipality=publication.municipality,
        is_invented=publication.is_invented,
        audience=publication.audience,
        cycle=publication.cycle,
        period_name="juli–september 2026",
        status=publication.status,
        mark=publication.meta["mark"],
        contact=publication.contact,
        navigation=LINKS if publication.quality else LINKS[:3],
    )


def start(publication, around: page.Frame) -> str:
    return index.render(
        publication,
        around,
        areas=invented.make_areas(len(publication.areas_listed)),
        base_map=invented.make_base_map(),
        products=products.for_audience(publication.audience),
        threshold=publication.meta["threshold"],
        earlier=[since.Earlier("2026-K2", "Fastställd den 24 augusti 2026", EARLIER)],
        last_release=invented.make_earlier(publication),
    )


def picture(publication) -> Markup:
    areas = invented.make_areas(len(publication.areas_listed))
    base_map = invented.make_base_map()
    damage = publication.table("area_id", category="skadegorelse")
    burglary = publication.table("period", category="bostadsinbrott")
    by_type = publication.table("category")
    return _join(
        present.show_heading(publication),
        present.show_summary(publication),
        present.show_map(damage, areas, base_map=base_map),
        present.show_trend(burglary),
        present.show_findings(publication),
        _section("typer", "Typ för typ"),
        present.show_table(by_type),
        present.show_table(
            by_type, ["n_observations", "rate_per_1000_quarter", "verdict"]
        ),
        present.show_table(
            by_type,
            ["n_offences", "n_reports", "n_observations", "n_events"],
            level="group",
        ),
        _end(),
        _section("omraden", "Område för område"),
        present.show_area_table(publication.table("area_id", "category")),
        _end(),
        _section("data", "Om uppgifterna"),
        present.show_about(publication),
        _end(),
    )


def sheet(publication, area_id: str) -> Markup:
    here = publication.table("category", area_id=area_id)
    return _join(
        present.show_heading(publication, area_id),
        present.show_summary(publication, area_id),
        present.show_trend(publication.table("period", area_id=area_id)),
        present.show_findings(publication, area_id),
        _section("typer", "Typ för typ"),
        present.show_table(here, beside=publication.table("category")),
        present.show_table(here, ["n_observations", "verdict"]),
        _end(),
        _section("data", "Om uppgifterna"),
        present.show_about(publication),
        _end(),
    )


def violence(publication) -> Markup:
    return _join(
        present.show_heading(publication, title="Våld i nära relation"),
        present.show_help(publication),
        _section("anmalt", "Vad som har anmälts"),
        *(
            present.show_violence(publication, p)
            for p in ("years", "estimated", "support")
        ),
        _end(),
    )


def substances(publication) -> Markup:
    return _join(
        present.show_heading(publication, title="Alkohol, narkotika, dopning"),
        present.show_andts_summary(publication),
        *(present.show_andts(publication, theme) for theme in THEMES),
    )


def safety(publication) -> Markup:
    told = [present.show_heading(publication, title="Trygghet")]
    for number, (part, heading) in enumerate(SAFETY.items()):
        shown = present.show_safety(publication, part)
        told += [_section(f"del-{number}", heading), shown, _end()]
    return _join(*told)


def quality(publication) -> Markup:
    return _join(
        present.show_heading(publication, title="Datakvalitet"),
        _section("kvalitet", "Vad som kom in"),
        *(present.show_quality(publication, name) for name in QUALITY),
        _end(),
    )


def _join(*parts) -> Markup:
    told = []
    for number, part in enumerate(parts):
        html = part if isinstance(part, Markup) else part.page
        told.append(Markup(html.replace(ID, f"c{number}-")))
    return Markup("\n").join(told)


def _section(id: str, heading: str) -> Markup:
    start = '<section aria-labelledby="{0}"><h2 id="{0}">{1}</h2>'
    return Markup(start).format(id, heading)


def _end() -> Markup:
    return Markup("</section>")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for audience, threshold in (("offentlig", 5), ("intern", 1)):
        made = invented.make_publication(
            threshold=threshold, audience=audience, n_areas=len(invented.NAMES)
        )
        (folder / audience).mkdir(parents=True, exist_ok=True)
        for name, html in build(made).items():
            (folder / audience / name).write_text(html, "utf-8", newline="\n")
            print(folder / audience / name, len(html.encode("utf-8")))

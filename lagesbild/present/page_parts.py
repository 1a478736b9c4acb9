"""The parts of a page that are neither table, map nor chart.

In: a ``Publication``. Out: ``Shown``: the page's head, the cycle in short beside how
to read it, and what the figures rest on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.period import Period, swedish_date
from lagesbild.present import captions, open_data, swedish, text
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_KINDS = {
    "bostad": "Bostadsområde",
    "centrum": "Centrumområde",
    "industri": "Industriområde",
    "handel": "Handelsområde",
    "landsbygd": "Landsbygd",
    "annat": "Område",
}
_LOOKS = {
    "Fler": ("up", "▲ "),
    "Färre": ("down", "▼ "),
}


def show_heading(
    publication: Publication, area: str | None = None, *, title: str | None = None
) -> Shown:
    """Show the page's head: what, when, its status and the last day of its data.

    Parameters
    ----------
    publication : Publication
    area : str, optional
        area_id of the one area the page is about.
    title : str, optional
        What the page is about, if not crime and order; such a page compares nothing.

    Returns
    -------
    Shown
    """
    when = publication_period(publication).name
    what = title or "Brott och ordning"
    kick = [f"Gemensam lägesbild, {publication.cycle}"]
    if area is not None:
        row = area_row(publication, area)
        what = title or row["name"]
        kick.append(_where(row))
    head = f"{what} {when}"
    told = _facts(publication)
    if title is None and _has_last_year(publication):
        before = publication_period(publication).same_period_last_year
        told.append(f"Jämförs med {before.name}")
    facts = "".join(Markup("<span>{}</span>").format(fact) for fact in told if fact)
    page = Markup(
        '<div class="top"><p class="kick">{}</p><h1>{}</h1><div class="facts">'
        '<span class="{}">{}</span>{}</div></div>'
    ).format(
        ". ".join(kick),
        head,
        "chip" if publication.status == "Utkast" else "chip fast",
        publication.status,
        Markup(facts),
    )
    return Shown(page, text=head)


def publication_period(publication: Publication) -> Period:
    """The publication's cycle as a period."""
    return Period(str(publication.cycle))


def area_row(publication: Publication, area_id: str) -> dict:
    """The listed area with that id; an unknown one is an error that says so."""
    areas = publication.areas_listed
    found = areas[areas["area_id"] == area_id]
    if found.empty:
        raise UsageError(
            f"Området '{area_id}' finns inte i publikationen. Se listan över områden "
            "med publication.areas_listed."
        )
    return found.iloc[0].to_dict()


def _where(row: dict) -> str:
    # SCB's divisions are not neighbourhoods, whatever lies in them
    kind = captions.area_word([str(row["area_id"])])
    if kind == "område":
        kind = _KINDS.get(row.get("kind"), "Område")
    district = row.get("district")
    return f"{kind} i {district}" if isinstance(district, str) and district else kind


def preliminary(publication: Publication) -> str:
    """How far from settled the figures of a draft are; "" of what is released."""
    if publication.status != "Utkast":
        return ""
    if not publication.meta.get("has_deliveries", True):
        return "Inte fastställd."
    if publication.meta.get("is_closed", False):
        return "Inte fastställd. Kvartalet är stängt, så antalen ändras inte mer."
    return "Preliminär. Kvartalet är öppet, så siffrorna kan ändras."


def _facts(publication: Publication) -> list[Markup | str]:
    return [
        preliminary(publication),
        Markup("Uppgifter till och med <b>{}</b>").format(
            swedish_date(publication.data_until)
        ),
    ]


def _has_last_year(publication: Publication) -> bool:
    before = publication_period(publication).same_period_last_year
    return bool((publication.cells["period"] == str(before)).any())


def show_summary(publication: Publication, area: str | None = None) -> Shown:
    """Show the cycle in short, at most six sentences, beside how to read the page.

    Parameters
    ----------
    publication : Publication
    area : str, optional
        area_id; None is the whole municipality.

    Returns
    -------
    Shown
    """
    page = Markup(
        '<div class="two"><section class="flush" aria-labelledby="{id}kort"><h2 '
        'id="{id}kort">Kort sagt</h2>{brief}</section>{guide}</div>'
    ).format(
        id=ID,
        brief=brief(publication, area),
        guide=guide(publication),
    )
    return Shown(page, text="Kort sagt")


def brief(publication: Publication, area: str | None = None) -> Markup:
    """The calculated sentences under their mark: of which place and time."""
    told = (
        text.summarise(publication)
        if area is None
        else text.summarise_area(
            publication, str(area_row(publication, area)["area_id"])
        )
    )
    items = Markup("").join(_item(sentence) for sentence in told)
    return Markup('<p class="tag">Beräknat: {}</p><ul class="brief">{}</ul>').format(
        _basis(publication, area), items
    )


def _basis(publication: Publication, area: str | None) -> str:
    where = "hela kommunen" if area is None else area_row(publication, area)["name"]
    now = publication_period(publication)
    told = f"{where}, {now.name}"
    if _has_last_year(publication):
        return f"{told}, mot samma kvartal i fjol"
    return told


def _item(sentence: text.Sentence) -> Markup:
    look, mark = _LOOKS.get(sentence.kind, ("", ""))
    words = Markup("{}").format(sentence.text)
    if sentence.strong:
        bold = Markup("<b>{}</b>").format(sentence.strong)
        words = Markup(words.replace(Markup("{}").format(sentence.strong), bold, 1))
    shape = Markup('<span aria-hidden="true">{}</span>').format(mark) if mark else ""
    return Markup('<li><span class="dir{}">{}{}</span><span>{}</span></li>').format(
        f" {look}" if look else "", shape, sentence.kind, words
    )


def guide(publication: Publication) -> Markup:
    """How to read the page; only of looks that this audience's pages have."""
    box = (
        '<svg viewBox="0 0 44 24" aria-hidden="true"><rect class="sw {}" x="1" y="1" '
        'width="42" height="22"/></svg>'
    )
    line = (
        '<svg viewBox="0 0 44 20" aria-hidden="true"><path class="w-line" '
        'd="M2 10H42"/><circle class="w-dot" cx="18" cy="10" r="4.5"/></svg>'
    )
    entries = (
        (
            line,
            "Troligt spann.",
            "Pricken är siffran. Strecket visar hur mycket den kan bero på slump.",
        ),
        (
            box.format("kh"),
            "Visas inte.",
            f"{_small(publication)}, eller döljs för att skydda någon annan siffra.",
        ),
        (
            box.format("km"),
            "Uppgift saknas.",
            "Vi vet inte. Det betyder inte noll.",
        ),
        (
            '<b aria-hidden="true">ökar</b>',
            "Ökar, minskar.",
            "Skrivs bara när slumpen är en dålig förklaring.",
        ),
    )
    hides = publication.cells["n_offences_status"].eq("suppressed").any()
    told = Markup("").join(
        Markup("<dt>{}</dt><dd><b>{}</b> {}</dd>").format(Markup(sign), word, meaning)
        for sign, word, meaning in entries
        if hides or word != "Visas inte."
    )
    return Markup(
        '<aside class="read" aria-labelledby="{id}las"><h2 id="{id}las">Så läser du '
        'sidan</h2><dl>{told}</dl><p class="small near">Anmälda brott är inte alla '
        "brott. Många anmäls aldrig.</p></aside>"
    ).format(id=ID, told=told)


def _small(publication: Publication) -> str:
    threshold = publication.meta.get("threshold", 0)
    return f"Antalet är 1–{threshold - 1}" if threshold > 2 else "Antalet är litet"


def show_about(publication: Publication) -> Shown:
    """Show what the figures rest on: deliveries come or missing, dates, reservations.

    Parameters
    ----------
    publication : Publication

    Returns
    -------
    Shown
    """
    notes = publication.table("area_id").notes
    page = Markup(
        '{table}<div class="two even tight"><div class="text"><h3>Läs siffrorna med '
        "detta i minnet</h3>{notes}</div>{draft}</div>"
    ).format(
        draft=_draft(publication) if publication.status == "Utkast" else "",
        table=deliveries_table(publication),
        notes=Markup('<ul class="plain">{}</ul>').format(
            Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
        ),
    )
    return Shown(page, text="Om uppgifterna")


def _draft(publication: Publication) -> Markup:
    title = "Preliminärt"
    words = (
        "Sidan är ett utkast och kvartalet är öppet. Sena anmälningar och rättelser "
        "kan ändra siffrorna tills det stängs."
    )
    if publication.meta.get("is_closed", False):
        title = "Utkast"
        words = (
            "Kvartalet är stängt, så sena anmälningar och rättelser ändrar inte "
            "antalen. Sidan är ett utkast tills den har fastställts."
        )
    return Markup('<div class="text"><h3>{}</h3><p>{}</p></div>').format(title, words)


def deliveries_table(publication: Publication) -> Markup:
    """Which deliveries came for the cycle, and when; how many rows is never told here.

    A reject count of 1–4 could point at somebody; data quality has it, internally.
    """
    frame = publication.deliveries
    rows = frame[frame["period"].astype(str) == str(publication.cycle)]
    rows = rows.sort_values(
        "source_name", key=lambda names: names.map(swedish.sort_key)
    )
    body = Markup("").join(
        Markup(
            '<tr><th scope="row">{}</th><td data-l="Organisation">{}</td>'
            '<td data-l="Kom in">{}</td></tr>'
        ).format(row["source_name"], row["organisation"], _came(row))
        for row in rows.to_dict("records")
    )
    id = f"{ID}leveranser"
    title = f"Leveranser till {publication.cycle}"
    small = f"{swedish.upper_first(publication_period(publication).name)}."
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}">'
        '<table class="stack">{}<thead><tr><th scope="col">Från</th><th scope="col">'
        'Organisation</th><th scope="col">Kom in</th></tr></thead><tbody>{}</tbody>'
        "</table></div>{}"
    ).format(
        id,
        captions.caption(title, small, id=id),
        body,
        open_data.link(open_data.DELIVERIES, title),
    )


def _came(row: dict) -> Markup | str:
    if row["is_delivered"]:
        return swedish_date(row["received_on"])
    return Markup('<b class="up">saknas</b>')

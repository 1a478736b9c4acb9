"""Data quality in tables, for the analyst: what came, what was refused and why.

In: the frames of ``Publication.quality``, which only the internal publication has.
Out: ``Shown`` tables. Reasons and counts; the only words from reports are masked place
texts that at least two rows share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import captions, swedish
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_TITLES = {
    "deliveries": "Leveranser: rader in, sparade, oförändrade och avvisade",
    "quarantine": "Avvisade rader efter skäl",
    "geocoding": "Hur platserna hittades, per källa",
    "rejected_places": "Platser som inte fick något område, efter skäl",
    "rejected_texts": "Texter som inte gick att placera, de vanligaste först",
    "withdrawn": "Rader som sändaren har tagit tillbaka",
    "masked": "Kolumner som inte sparades och personuppgifter som maskerades",
    "notices": "Polisens pressnotiser efter typ",
    "sources": "Publicerad statistik: vad som är inläst",
    "watched": "Publicerad statistik: att se över",
}
_SMALL = {
    "deliveries": "Rader in är alltid sparade plus oförändrade plus avvisade.",
    "quarantine": "En avvisad rad räknas inte någonstans. Kvittensen säger vilken rad.",
    "geocoding": "En plats som inte är säker avvisas och räknas under Utan område.",
    "rejected_places": "Hellre inget område än fel område.",
    "rejected_texts": "Från det år som slutar med kvartalet, maskerade. En text som "
    "bara förekommer en gång visas inte: den kan peka ut någon. Högst 50 texter.",
    "withdrawn": "Saknas i en senare fullständig leverans av samma period.",
    "masked": "Bara de kolumner som källan behöver sparas.",
    "notices": "Pressnotiser, inte statistik. De ingår inte i något annat tal.",
    "sources": "Det som saknas och var det hämtas står i docs/handbok.md.",
    "watched": "En källa är inaktuell när den är äldre än två av sina egna mellanrum. "
    "Övrigt är jämfört med förra inläsningen.",
}
_STATISTICS = ("sources", "watched")
_HEADINGS = {
    "source_name": "Från",
    "name": "Slag",
    "n_files": "Filer",
    "retrieved_on": "Hämtad",
    "what": "Vad",
    "indicator_id": "Uppgift",
    "area_id": "Plats",
    "period": "Period",
    "told": "Förklaring",
    "source": "Källa",
    "organisation": "Organisation",
    "file_name": "Fil",
    "received_on": "Kom in",
    "rows_in": "Rader in",
    "rows_stored": "Sparade",
    "rows_unchanged": "Oförändrade",
    "rows_quarantined": "Avvisade",
    "rows_withdrawn": "Tillbakadragna",
    "text": "Text",
    "locality": "Ort",
    "reason": "Skäl",
    "advice": "Att göra",
    "column": "Kolumn",
    "columns_dropped": "Kolumner som inte sparades",
    "masked": "Maskerat",
    "method": "Hur",
    "kind": "Slag",
    "notice_type": "Typ av notis",
    "n_rows": "Rader",
    "n_reports": "Rader",
    "n_notices": "Notiser",
    "n_withdrawn": "Rader",
    "n_masked": "Maskerade",
    "share": "Andel",
}
_METHODS = {
    "adress": "Exakt adress",
    "adress_ungefarlig": "Ungefärlig adress",
    "gata": "Gata",
    "plats": "Namngiven plats",
    "omradesnamn": "Områdets namn",
    "koordinat": "Koordinat",
    "deso": "DeSO",
    "avvisad": "Avvisad: utan område",
    "skyddad": "Skyddad brottstyp: placeras aldrig",
}
_UNUSED = ("source", "is_delivered")
_KEPT = ("watched",)


def show_quality(publication: Publication, name: str) -> Shown:
    """Show one table of data quality.

    Parameters
    ----------
    publication : Publication
        The internal one; the others hold no such tables.
    name : str
        deliveries, quarantine, geocoding, rejected_places, rejected_texts, withdrawn,
        masked, notices or statistics (what is read, and what to look at).

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If there is no table of that name.
    """
    if name == "statistics":
        both = [show_quality(publication, part).page for part in _STATISTICS]
        return Shown(Markup("").join(both), text="Publicerad statistik")
    if name not in _TITLES:
        raise UsageError(f"Tabellen '{name}' finns inte. Välj {', '.join(_TITLES)}.")
    title = _TITLES[name]
    frame = _frame(publication, name)
    if frame is None:
        return Shown(Markup("<p>{}</p>").format("Tabellen finns bara internt."), title)
    if frame.empty:
        told = Markup('<p class="text near"><b>{}.</b> Inga rader.</p>').format(title)
        return Shown(told, title)
    return Shown(_table(frame, name, title), title)


def _frame(publication: Publication, name: str) -> pd.DataFrame | None:
    if name in _STATISTICS:
        return _statistics(publication, name)
    if name != "deliveries":
        return publication.quality.get(name)
    frame = publication.deliveries
    if "rows_in" not in frame:
        return None
    frame = frame[frame["period"].astype(str) == str(publication.cycle)]
    return frame.drop(columns="period")  # the heading says it, and paper is narrow


def _statistics(publication: Publication, name: str) -> pd.DataFrame | None:
    """Published statistics: what is read, or what to look at, with places by name."""
    about = publication.about_statistics
    if "watched" not in about:
        return None
    if name == "sources":
        frame = about[name]
        return frame.loc[frame["n_files"] > 0, ["name", "n_files", "retrieved_on"]]
    known = about["indicators"].set_index("indicator_id")["name"]
    places = about["places"].set_index("area_id")["name"]
    frame = about[name]
    return frame.assign(
        indicator_id=frame["indicator_id"].map(known).fillna(frame["indicator_id"]),
        area_id=frame["area_id"].map(places).fillna(frame["area_id"]),
    )


def _table(frame: pd.DataFrame, name: str, title: str) -> Markup:
    kept = frame.drop(
        columns=[c for c in _UNUSED if c in frame and len(frame.columns) > 2]
        if name not in _KEPT
        else []
    )
    is_number = {c: _is_number(kept[c]) for c in kept}
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(
            Markup(' class="n"') if is_number[c] else "",
            _HEADINGS.get(c, swedish.upper_first(str(c).replace("_", " "))),
        )
        for c in kept
    )
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                _td(row[c], c, is_number[c], is_first=n == 0)
                for n, c in enumerate(kept)
            )
        )
        for row in kept.to_dict("records")
    )
    id = f"{ID}kvalitet-{name}"
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}"><table>{}'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(id, captions.caption(title, _SMALL[name], id=id, wide=True), head, body)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and column.dtype != bool


def _td(value: object, column: str, is_number: bool, *, is_first: bool) -> Markup:
    text = _text(value, column, is_number)
    if is_first:
        return Markup('<th scope="row">{}</th>').format(text)
    look = Markup(' class="n"') if is_number else ""
    if column == "received_on":
        look = Markup(' class="nw"')
    return Markup("<td{}>{}</td>").format(look, text)


def _text(value: object, column: str, is_number: bool) -> str:
    if pd.isna(value) or value == "":
        return swedish.DASH
    if column == "share":
        return swedish.percent(value)
    if is_number:
        return swedish.number(value)
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}"
    if column == "method":
        return _METHODS.get(str(value), str(value))
    return str(value).replace("|", ", ")

"""Alcohol, narcotics, doping, tobacco and gambling: every source beside the others.

In: ``Publication.statistics`` and what stands beside it in ``about_statistics``. Out:
one panel a theme: each figure in its own unit, period and age, how it stands to the one
before, by sex and to others, its chart with a table, and what its source cannot say.
Only the municipality: never an area, a school or a class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.period import Period, swedish_date
from lagesbild.present import series as figs
from lagesbild.present import swedish, text, words, years_svg
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from datetime import date

    from lagesbild.publication import Publication

THEMES = {
    "alkohol": "Alkohol",
    "narkotika": "Narkotika",
    "dopning": "Dopning",
    "tobak": "Tobak och nikotin",
    "spel": "Spel om pengar",
}
_MISSING_ELSEWHERE = ("kolada_",)
"""Kolada repeats what Brå and others tell: nobody is asked to fetch it twice."""
_HEADS = (
    "Uppgift",
    "Källa och ålder",
    "Senaste tal",
    "Sedan förra mätningen",
    "Efter kön",
    "Riket",
    "Liknande kommuner",
)
_POLICE = "narkotika"
_OWN_SAMPLE = ", eget prov"
_MOST_NEWS = 12
_NEVER_MIXED = (
    "I avloppsvatten är talen milligram (mg) per 1\u00a0000 personer och dygn. EUDA "
    "mäter en vecka om året, laboratoriet några dygn. De ställs aldrig mot varandra."
)


def show_andts_summary(
    publication: Publication, as_of: date | str | None = None
) -> Shown:
    """Show the compilation in short: a sentence a theme, and what is new.

    Parameters
    ----------
    publication : Publication
    as_of : date or str, optional
        The day of the group's meeting, which the page is made for.

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If a file was fetched after the meeting: the day cannot be shown as it was.
    """
    day = _meeting(publication, as_of)
    items = Markup("").join(
        Markup('<li><span class="dir">{}</span><span>{}</span></li>').format(
            title, _in_short(publication, theme)
        )
        for theme, title in THEMES.items()
    )
    when = f" till mötet den {swedish_date(day)}" if day else ""
    return Shown(
        words.section(
            "kort",
            "Kort sagt",
            Markup('<p class="tag">Beräknat: hela kommunen{}</p>').format(when),
            Markup('<ul class="brief">{}</ul>').format(items),
            _news(publication),
        ),
        text="Kort sagt",
    )


def _meeting(publication: Publication, as_of: date | str | None) -> date | None:
    if as_of is None:
        return None
    day = pd.Timestamp(as_of).date()
    newest = publication.statistics["retrieved_at"].max()
    if pd.notna(newest) and newest.date() > day:
        raise UsageError(
            f"Statistiken har tal som hämtades {newest.date()}, efter mötet {day}. Så "
            "som det såg ut den dagen står det i det som då lämnades ut. Ange "
            "hämtningsdagen eller en senare dag."
        )
    return day


def show_andts(publication: Publication, theme: str) -> Shown:
    """Show one theme's panel.

    Parameters
    ----------
    publication : Publication
    theme : str
        alkohol, narkotika, dopning, tobak or spel.

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If there is no such theme.
    """
    if theme not in THEMES:
        raise UsageError(f"Temat '{theme}' finns inte. Välj {', '.join(THEMES)}.")
    series = figs.own_series(publication, theme)
    parts = [_police(publication) if theme == _POLICE else ""]
    if series:
        parts += [_table(publication, theme, series), _charts(publication, series)]
        parts.append(_cannot_say(series))
    else:
        parts.append(words.lede("Här finns inget tal för kommunen än."))
    parts.append(_missing(publication, theme, series))
    body = words.section(theme, THEMES[theme], *parts)
    return Shown(body, text=THEMES[theme])


def _in_short(publication: Publication, theme: str) -> str:
    """The first figure of the theme with its trend; or that there is none."""
    series = figs.own_series(publication, theme)
    if not series:
        return "Inget tal för kommunen finns att visa."
    asked = [one for one in series if not one.is_found_by_looking]
    judged = [one for one in asked if one.is_judged]
    first = (judged or asked or series)[0]
    if not first.is_judged:
        return f"{first.title}: {first.latest_in_full} år {first.period}."
    told = f"{first.title}: {first.latest} år {first.period}"
    return f"{told}, {figs.trend(first)}."


def _news(publication: Publication) -> Markup:
    """What is new since the compilation that the audience was handed last."""
    last = publication.meta.get("last_release")
    since = publication.about_statistics.get("since")
    if not last or since is None:
        told = "Ingen sammanställning har lämnats ut tidigare."
        return words.lede(told)
    mine = since[since["indicator_id"].isin(figs.ids_of(publication, THEMES))]
    names = figs.names_of(publication)
    if mine.empty:
        return words.lede(f"Inget nytt tal sedan {last[0]}, som lämnades ut senast.")
    items = [
        f"{names[row.indicator_id]}{figs.of_grade(row.breakdown)}, {row.period}"
        f"{' (ändrat)' if row.what == 'ändrat' else ''}"
        for row in mine.head(_MOST_NEWS).itertuples()
    ]
    rest = len(mine) - len(items)
    if rest:
        items.append(f"och {swedish.number(rest)} till")
    return Markup('<h3>Nytt sedan {}</h3><ul class="plain">{}</ul>').format(
        last[0], Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    )


def _police(publication: Publication) -> Markup:
    """What the police have found, by the publication's own cells."""
    if not publication.meta.get("has_deliveries", True):
        return Markup("")
    rows = publication.table("category").frame.to_dict("records")
    row = next((row for row in rows if row["category"] == "narkotika"), None)
    if row is None:
        return Markup("")
    when = Period(str(publication.cycle)).name
    told = text.change("Narkotikabrott", row).text
    return words.lede(
        f"Polisens uppgifter, {when}. {told} De flesta upptäcks när polisen letar."
    )


def _table(publication: Publication, theme: str, series) -> Markup:
    rows = [
        [
            one.title,
            f"{one.source}. {swedish.upper_first(one.base)}.",
            _latest(one),
            figs.trend(one) or "första mätningen",
            figs.by_sex(one) or words.NOTHING,
            figs.nation(one) or words.NOTHING,
            figs.similar(one, publication) or words.NOTHING,
        ]
        for one in series
    ]
    title = f"{THEMES[theme]}: alla källor bredvid varandra"
    small = (
        "Varje källa har sin egen enhet, period och ålder. Talen läggs aldrig ihop. "
        "Troligt spann (95 procent) står där det finns eller går att räkna."
    )
    if any(one.indicator_id.startswith(("euda_", "avlopp_")) for one in series):
        small += f" {_NEVER_MIXED}"
    return words.table(f"tab-{theme}", title, _HEADS, rows, small=small)


def _latest(one: figs.Series) -> Markup:
    told = Markup("<b>{}</b> år {}").format(one.latest, one.period)
    return told + f", troligt spann {one.span}" if one.span else told


def _charts(publication: Publication, series) -> Markup:
    grouped: dict[str, list] = {}
    for one in series:
        grouped.setdefault(one.indicator_id, []).append(one)
    told = Markup("").join(
        _chart(publication, lines)
        for lines in grouped.values()
        if len(lines[0].points) > 1
    )
    return Markup('<div class="multiples">{}</div>').format(told) if told else told


def _chart(publication: Publication, lines) -> Markup:
    first = lines[0]
    key = first.indicator_id.replace("_", "-").lower()
    title = f"{first.name}, {first.unit}"
    drawn = years_svg.draw(
        [(one.grade_word, one.points) for one in lines], title=title, key=key
    )
    small = f"{first.source}. {swedish.upper_first(first.base)}."
    return Markup(
        '<figure class="tight" aria-labelledby="{id}"><figcaption id="{id}">{title}'
        "<small>{small}</small></figcaption>{drawn}{details}</figure>"
    ).format(
        id=f"{ID}dia-{key}",
        title=title,
        small=small,
        drawn=drawn,
        details=figs.details(publication, lines, key=key, title=title),
    )


def _cannot_say(series) -> Markup:
    """Each source's reservations, once."""
    told: dict[str, list[str]] = {}
    for one in series:
        names = told.setdefault(one.caveat, [])
        if one.name not in names:
            names.append(one.name)
    items = Markup("").join(
        Markup("<li><b>{}:</b> {}</li>").format(
            swedish.listed([names[0], *map(swedish.lower_first, names[1:])]), caveat
        )
        for caveat, names in told.items()
        if caveat
    )
    return Markup(
        '<h3>Vad källorna inte kan säga</h3><ul class="plain">{}</ul>'
    ).format(items)


def _missing(publication: Publication, theme: str, series) -> Markup:
    """What no file tells of the municipality, and where it is had."""
    have = tuple(one.indicator_id for one in series)
    catalogue = publication.about_statistics["indicators"]
    wanted = catalogue[catalogue["theme"] == theme]
    sources = publication.about_statistics["sources"]
    items = []
    for row in sources.drop_duplicates("indicator_prefix").itertuples():
        prefix = row.indicator_prefix
        if not prefix or prefix in _MISSING_ELSEWHERE:
            continue
        of_it = wanted[wanted["indicator_id"].str.startswith(prefix)]
        of_it = of_it[~of_it["indicator_id"].str.endswith("_antal")]
        if of_it.empty or any(one.startswith(prefix) for one in have):
            continue
        names = of_it["name"].str.removesuffix(_OWN_SAMPLE)
        what = swedish.listed(names.map(swedish.lower_first))
        where = row.where.partition(";")[0]
        items.append(
            Markup("<li><b>{}.</b> Skulle visa: {}. Finns hos {}.</li>").format(
                row.name, what, where
            )
        )
    old = [one.title for one in series if one.is_old]
    note = Markup("")
    if old:
        note = Markup("<p>Inaktuellt, äldre än två av källans egna mellanrum: {}.</p>")
        note = note.format(swedish.listed([old[0], *map(swedish.lower_first, old[1:])]))
    if not items:
        return note
    return note + Markup('<h3>Det här saknas</h3><ul class="plain">{}</ul>').format(
        Markup("").join(items)
    )

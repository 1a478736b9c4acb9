"""The week: weekdays across, three hours down, each share as a figure and a shade.

In: the frame ``week`` of ``Publication.findings``. Out: a section. Used by
``findings``.
"""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from lagesbild.present import captions, open_data, swedish
from lagesbild.present.display import ID

DAYS = open_data.DAYS
_TITLE = "När i veckan brotten händer"
_UNEVEN = "ojämnt"
_SHADES = ((2.5, "q3"), (2.0, "q2"), (1.5, "q1"))
"""Times the share that three hours would have were all alike, and the look of it."""


def section(frame: pd.DataFrame) -> Markup:
    """The matrix with its sentence, or why there is none."""
    reason = frame["reason"].dropna()
    if len(reason):
        told = f"{swedish.upper_first(reason.iloc[0])}."
        return _section(told, Markup(""))
    return _section(_say(frame), _table(frame))


def _section(lede: str, table: Markup) -> Markup:
    return Markup(
        '<section aria-labelledby="{id}veckan"><h2 id="{id}veckan">{title}</h2>'
        '<p class="text">{lede}</p>{table}</section>'
    ).format(id=ID, title=_TITLE, lede=lede, table=table)


def _say(frame: pd.DataFrame) -> str:
    """The largest shares where the test carries it, else that nothing is sure."""
    told = []
    for test, share, at, name, n in (
        ("by_day", "hour_share", "hour", lambda hour: f"klockan {_hours(hour)}", 8),
        ("by_week", "day_share", "weekday", lambda day: f"på {DAYS[day]}ar", 7),
    ):
        if frame[test].iloc[0] == _UNEVEN:
            most = frame.loc[frame[share] == frame[share].max(), at].unique()
            when = swedish.listed([name(int(place)) for place in most])
            told.append(
                f"Störst andel har brotten {when}: {_percent(frame[share].max())} "
                f"{'vardera' if len(most) > 1 else 'av alla'}, mot "
                f"{swedish.percent(1 / n)} om tiden inte spelade någon roll."
            )
    if not told:
        return "Skillnaderna mellan tiderna kan vara slump."
    return " ".join([*told, "De skillnaderna är större än vad slumpen brukar ge."])


def _table(frame: pd.DataFrame) -> Markup:
    share = frame.pivot(index="hour", columns="weekday", values="share")
    head = Markup("").join(
        Markup('<th scope="col" class="n"><abbr title="{}">{}</abbr></th>').format(
            day, day[:3]
        )
        for day in DAYS
    )
    head += Markup('<th scope="col" class="n">Alla dagar</th>')
    of_hours = frame.drop_duplicates("hour")["hour_share"]
    of_days = frame.drop_duplicates("weekday")["day_share"]
    body = Markup("").join(
        Markup('<tr><th scope="row" class="nw">{}</th>{}</tr>').format(
            _hours(int(hour)),
            Markup("").join(_td(value, len(frame)) for value in row)
            + _td(of_hour, len(share)),
        )
        for hour, row, of_hour in zip(
            share.index, share.to_numpy(), of_hours, strict=True
        )
    )
    body += Markup(
        '<tr class="sum"><th scope="row">Hela dygnet</th>{}<td class="n">{}</td></tr>'
    ).format(
        Markup("").join(_td(value, len(of_days)) for value in of_days), _percent(1)
    )
    n = swedish.number(frame["n_events"].iloc[0])
    small = (
        f"Andel av ungefär {n} anmälda brottshändelser de senaste fyra kvartalen, "
        "utan dem som polisen själv hittar. När bara ett spann av tid är känt fördelas "
        "händelsen jämnt över det. Mörkare ruta: större andel."
    )
    id, title = f"{ID}vecka", "Hela kommunen: brott efter veckodag och tid"
    return Markup(
        '<div class="scroll near" role="region" tabindex="0" aria-labelledby="{}">'
        '<table class="wk">{}<thead><tr><th scope="col">Klockan</th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>{}"
    ).format(
        id,
        captions.caption(title, small, id=id, wide=True),
        head,
        body,
        open_data.link(open_data.WEEK, title),
    )


def _td(value: float, n: int) -> Markup:
    look = next((look for times, look in _SHADES if value * n >= times), "")
    return Markup('<td class="{}">{}</td>').format(f"n {look}".strip(), _percent(value))


def _percent(share: float) -> str:
    """Whole per cent, with its sign so that nobody takes it for a count."""
    return f"{swedish.number(100 * share)}{swedish.NO_BREAK}%"


def _hours(first: int) -> str:
    return f"{first:02d}{swedish.DASH}{first + 3:02d}"

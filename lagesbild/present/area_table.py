"""Areas down, kinds of crime and of observation across.

In: a ``ProtectedTable`` by area and category. Out: a ``Shown`` table with the police's
offences and the others' observations under separate headings, never added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import captions, cells, tables
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

_OFFENCES = ("alla", "skadegorelse", "cykelstold", "bostadsinbrott", "stold_ur_fordon")
_OBSERVATIONS = ("storning", "trasig_belysning", "nedskrapning")


def show_area_table(
    table: ProtectedTable,
    offences: Sequence[str] = _OFFENCES,
    observations: Sequence[str] = _OBSERVATIONS,
) -> Shown:
    """Show areas by category.

    Parameters
    ----------
    table : ProtectedTable
        By area_id and category.
    offences, observations : sequence of str
        Categories whose police offences, and whose observations, are shown.

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If the table has other dimensions, or a category is not in it.
    """
    if set(table.by) != {"area_id", "category"}:
        raise UsageError(
            "show_area_table visar område × typ: table('area_id', 'category')."
        )
    chosen = [
        *((name, "n_offences") for name in offences),
        *((name, "n_observations") for name in observations),
    ]
    unknown = [name for name, _ in chosen if name not in table.category_names]
    if unknown:
        raise UsageError(f"Okänd kategori: {', '.join(unknown)}.")
    id = f"{ID}omrade-typ"
    small = captions.small_print(table, captions.when(table), "Antal")
    caption = captions.caption(
        "Anmälda brott och observationer efter område", small, id=id, wide=True
    )
    page = Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{}">'
        '<table data-sort class="stick">{}{}<tbody>{}</tbody></table></div>'
    ).format(
        id,
        caption,
        _head(table, offences, observations),
        Markup("").join(_rows(table, chosen, len(offences))),
    )
    return Shown(page, text="Område efter typ")


def _head(table, offences: Sequence[str], observations: Sequence[str]) -> Markup:
    groups = [(len(offences), "Polisen: anmälda brott", "")]
    groups += [(len(observations), "Kommunen och andra: observationer", " gap")]
    first = Markup("").join(
        Markup('<th scope="colgroup" colspan="{}" class="grp{}">{}</th>').format(
            width, look, words
        )
        for width, words, look in groups
        if width
    )
    names = [*offences, *observations]
    second = Markup("").join(
        Markup('<th scope="col" class="n{}" data-k="{}">{}</th>').format(
            " gap" if place == len(offences) + 1 else "", place, _name(table, name)
        )
        for place, name in enumerate(names, start=1)
    )
    return Markup(
        '<thead><tr><th scope="col" class="c0" rowspan="2" data-k="0">Område</th>{}</tr>'
        "<tr>{}</tr></thead>"
    ).format(first, second)


def _name(table, category: str) -> str:
    return "Alla brott" if category in captions.ALL else table.category_names[category]


def _rows(table, chosen: list[tuple[str, str]], n_offences: int) -> list[Markup]:
    by_area: dict[str, dict] = {}
    for row in table.frame.to_dict("records"):
        by_area.setdefault(str(row["area_id"]), {})[str(row["category"])] = row
    return [
        Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
            Markup(' class="{}" data-fixed').format(place["fixed"])
            if place["fixed"]
            else "",
            place["label"],
            Markup("").join(
                _td(by_area[area_id].get(category), name, n == n_offences)
                for n, (category, name) in enumerate(chosen)
            ),
        )
        for area_id, place in tables.area_order(table, list(by_area))
    ]


def _td(row: dict | None, name: str, is_first_of_group: bool) -> Markup:
    gap = "gap" if is_first_of_group else ""
    if row is None:
        return Markup('<td class="n {} hid">{}</td>').format(gap, cells.MISSING)
    return tables.td(row, name, gap)

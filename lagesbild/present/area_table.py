"""Areas down, kinds of crime and of observation across.

In: a ``ProtectedTable`` by area and category. Out: a ``Shown`` with the police's
offences in one table and the others' observations in another, never added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import UsageError
from lagesbild.present import captions, cells, open_data, order, tables
from lagesbild.present.display import ID, Shown

if TYPE_CHECKING:
    from lagesbild.protect.table import ProtectedTable

_OFFENCES = ("alla", "skadegorelse", "cykelstold", "bostadsinbrott", "stold_ur_fordon")
_OBSERVATIONS = ("storning", "trasig_belysning", "nedskrapning")
_TITLES = {
    cells.OFFENCES: "Polisen: anmälda brott efter område",
    cells.OBSERVATIONS: "Kommunen och andra: observationer efter område",
}


def show_area_table(
    table: ProtectedTable,
    offences: Sequence[str] = _OFFENCES,
    observations: Sequence[str] = _OBSERVATIONS,
) -> Shown:
    """Show areas by category: offences in one table, observations in another.

    Parameters
    ----------
    table : ProtectedTable
        By area_id and category.
    offences, observations : sequence of str
        Categories whose police offences, and whose observations, are shown. Those
        that nobody tells are left out.

    Returns
    -------
    Shown

    Raises
    ------
    UsageError
        If the table has other dimensions, or a category is not in the code table.
    """
    if set(table.by) != {"area_id", "category"}:
        raise UsageError(
            "show_area_table visar område × typ: table('area_id', 'category')."
        )
    wanted = {cells.OFFENCES: offences, cells.OBSERVATIONS: observations}
    unknown = [c for names in wanted.values() for c in names]
    unknown = [name for name in unknown if name not in table.category_names]
    if unknown:
        raise UsageError(f"Okänd kategori: {', '.join(unknown)}.")
    by_area: dict[str, dict] = {}
    for row in cells.records(table.frame):
        by_area.setdefault(str(row["area_id"]), {})[str(row["category"])] = row
    parts = [
        _table(table, by_area, of, told)
        for of, names in wanted.items()
        if (told := [name for name in names if _is_told(by_area, name, of)])
    ]
    look = "pair" if len(parts) > 1 else "near"
    page = Markup('<div class="{}">{}</div>').format(look, Markup("").join(parts))
    return Shown(page, text="Område efter typ")


def _is_told(by_area: dict[str, dict], category: str, of: str) -> bool:
    rows = (told[category] for told in by_area.values() if category in told)
    return any(cells.read(row, of).kind != "not_computed" for row in rows)


def _table(table, by_area: dict[str, dict], of: str, names: Sequence[str]) -> Markup:
    id = f"{ID}omrade-{of.removeprefix('n_')}"
    unit = "Antal" if of == cells.OFFENCES else captions.OBSERVED
    small = captions.small_print(captions.dated(table), unit)
    head = Markup("").join(
        Markup('<th scope="col" class="n" data-k="{}">{}</th>').format(
            place, captions.category_name(table, name, of)
        )
        for place, name in enumerate(names, start=1)
    )
    rows = Markup("").join(
        _row(by_area[area_id], place, of, names)
        for area_id, place in order.areas(table, list(by_area))
    )
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{id}">'
        '<table data-sort class="stick">{caption}<thead><tr><th scope="col" class="c0" '
        'data-k="0">Område</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>{link}'
    ).format(
        id=id,
        caption=captions.caption(_TITLES[of], small, table.notes, id=id, wide=True),
        head=head,
        rows=rows,
        link=open_data.link(open_data.find_file(table), _TITLES[of]),
    )


def _row(told: dict, place: dict, of: str, names: Sequence[str]) -> Markup:
    look = Markup("")
    if place["fixed"]:
        look = Markup(' class="{}" data-fixed').format(place["fixed"])
    tds = (
        tables.td(told[name], of)
        if name in told
        # by area what the police find by looking is told inside the house alone
        else Markup('<td class="n hid">{}</td>').format(
            cells.HIDDEN if name in cells.EFFORT else cells.MISSING
        )
        for name in names
    )
    return Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
        look, place["label"], Markup("").join(tds)
    )

"""The notebooks that become pages: one table, and what is named after them.

In: nothing. Out: ``PRODUCTS`` and the names of notebooks and pages. Used by ``batch``
and ``index``; a new page is a new line here and a notebook in notebooks/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lagesbild.errors import PublishError, UsageError
from lagesbild.workspace import AUDIENCES

if TYPE_CHECKING:
    from lagesbild.publication import Publication


@dataclass(frozen=True)
class Product:
    """One notebook, and who may read its pages.

    ``per_area``: the notebook takes ``area_id`` and makes one page an area.
    ``uses_statistics``: the page shows published statistics, and is made again when
    they change. ``needs_deliveries``: without any the page has nothing to show, and is
    left out.
    ``asked``: further parameters of its notebook, which whoever runs it may give.
    ``has_exit``: who reads it may be watched, so it has a way out before all else, and
    neither its tab nor a file that it is printed to tells what it is about.
    """

    name: str
    title: str
    lede: str
    audiences: tuple[str, ...] = AUDIENCES
    per_area: bool = False
    uses_statistics: bool = False
    needs_deliveries: bool = True
    asked: tuple[str, ...] = ()
    has_exit: bool = False

    @property
    def tab_title(self) -> str:
        """What the page's tab and its printed file are called."""
        return f"Sida {self.name[:2]}" if self.has_exit else self.title

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters a run gives its notebook."""
        common = ("workspace", "cycle", "audience")
        return (*common, "area_id") if self.per_area else common


PRODUCTS = (
    Product(
        "01_datakvalitet",
        "Datakvalitet",
        "Vad som kom in, vad som avvisades och varför, och hur platserna hittades.",
        audiences=("intern",),
        uses_statistics=True,
        needs_deliveries=False,
    ),
    Product(
        "02_lagesbild",
        "Lägesbild",
        "Vad som hänt, var och när. Karta, diagram och tabeller.",
    ),
    Product(
        "03_omradesblad",
        "Områdesblad",
        "Ett blad för varje område. Välj område i listan ovan.",
        per_area=True,
    ),
    Product(
        "04_andts",
        "ANDTS",
        "Alkohol, narkotika, dopning, tobak och spel: varje källa för sig, i hela "
        "kommunen.",
        uses_statistics=True,
        needs_deliveries=False,
        asked=("as_of",),
    ),
    Product(
        "05_vald_i_nara_relation",
        "Våld i nära relation",
        "Hjälp att få, och vad anmälda brott kan och inte kan säga. Bara hela kommunen "
        "och år.",
        needs_deliveries=False,
        uses_statistics=True,
        has_exit=True,
    ),
    Product(
        "06_trygghet",
        "Trygghet",
        "Upplevd trygghet mot anmälda brott, bredvid liknande kommuner och riket.",
        needs_deliveries=False,
        uses_statistics=True,
    ),
    Product(
        "07_atgardsplan",
        "Åtgärdsplan",
        "Problem, orsak, mål, åtgärd och vad det har lett till.",
        needs_deliveries=False,
    ),
    Product(
        "08_medborgarlofte",
        "Medborgarlöfte",
        "Vad som är lovat, vad som är gjort och vad invånarna har sagt.",
        needs_deliveries=False,
    ),
    Product(
        "09_strategiska_radet",
        "Strategiska rådet",
        "Mötet på en sida: bedömning, beslut som begärs, läge, plan, löften och lag.",
        needs_deliveries=False,
    ),
)


_THEMES = {"04": "andts", "06": "trygghet"}
"""Number of a product → the theme whose assessment stands first on it."""


def themes_for(audience: str) -> list[str]:
    """The themes that an audience's pages tell an assessment of."""
    numbers = [product.name[:2] for product in for_audience(audience)]
    return [_THEMES[number] for number in numbers if number in _THEMES]


def for_audience(audience: str) -> list[Product]:
    """The products that audience has, in the table's order."""
    return [product for product in PRODUCTS if audience in product.audiences]


def find_product(word: str) -> Product:
    """The product by its name, with or without its number: "andts" or "04_andts".

    Raises
    ------
    UsageError
        If there is none.
    """
    short = {product.name.partition("_")[2]: product for product in PRODUCTS}
    found = short.get(word) or next((p for p in PRODUCTS if p.name == word), None)
    if found is None:
        raise UsageError(f"Sidan '{word}' finns inte. Välj {', '.join(short)}.")
    return found


def has_deliveries(publication: Publication) -> bool:
    """Whether it rests on deliveries; one on open data alone does not."""
    return bool(publication.meta.get("has_deliveries", True))


def in_publication(publication: Publication) -> list[Product]:
    """The products that are made of a publication, in the table's order."""
    has_all = has_deliveries(publication)
    products = for_audience(publication.audience)
    return [product for product in products if has_all or not product.needs_deliveries]


def left_out(publication: Publication) -> list[Product]:
    """The audience's products that the publication has no deliveries for."""
    made = in_publication(publication)
    return [one for one in for_audience(publication.audience) if one not in made]


def page_name(product: Product, area_id: str | None = None) -> str:
    """The page's file name: the notebook's, with the area's id if it has one."""
    if not product.per_area:
        return f"{product.name}.html"
    return f"{product.name}_{re.sub(r'[^A-Za-z0-9_-]+', '-', str(area_id))}.html"


def check_names(product: Product, area_ids: Iterable[str]) -> None:
    """Refuse area ids that would write over each other's pages.

    Raises
    ------
    PublishError
        If two areas get the same file name.
    """
    # Windows and macOS take A and a for the same file
    names = [page_name(product, area_id).casefold() for area_id in area_ids]
    if len(set(names)) < len(names):
        raise PublishError(
            "Två områden får samma filnamn. Ge områdena id som skiljer sig i "
            "bokstäver eller siffror."
        )

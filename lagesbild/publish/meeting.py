"""The council's meeting in one file: what is mailed, and read without its siblings.

In: an audience's folder of finished pages. Out: ``radet.html``, their bodies one after
the other under one head, with a contents list, and neither script nor a link out of
the file. Nothing is drawn or counted here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from lagesbild.errors import PublishError
from lagesbild.period import swedish_date
from lagesbild.present import page_parts
from lagesbild.publish import page, statement
from lagesbild.publish.products import for_audience, in_publication, page_name

if TYPE_CHECKING:
    from lagesbild.publication import Publication

FILE = "radet.html"
TITLE = "Underlag till rådet"
AUDIENCE = "radet"
MEETING = ("09", "02", "07", "08")
"""Numbers of the products that a meeting goes through, in its order."""
_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_CSV = re.compile(r'<p class="csv">.*?</p>', re.DOTALL)
_ID = re.compile(r'(?<= id=")[^"]+')
_NAMES = re.compile(r' (aria-labelledby|aria-describedby|aria-controls|for)="([^"]*)"')
_LANDMARK = re.compile(r'(<(?:section|aside)\b[^>]*?) aria-labelledby="[^"]*"')
_REGION = re.compile(r'(role="region"[^>]*? aria-labelledby="[^"]*)"')
_URL = re.compile(r"url\(#([^)]+)\)")
_HREF = re.compile(r' href="([^"#:]*)(?:#([^"]*))?"')
_HEADING = re.compile(r"(</?h)([1-5])\b")


def parts() -> dict[str, tuple[str, str]]:
    """The meeting's pages that there are, in its order: file → its id and title."""
    products = for_audience(AUDIENCE)
    found = [(n, p) for n in MEETING for p in products if p.name.startswith(f"{n}_")]
    return {page_name(product): (f"m{n}", product.title) for n, product in found}


def is_made(publication: Publication) -> bool:
    """Whether the audience has the file, and any of its pages."""
    names = {page_name(product) for product in in_publication(publication)}
    return publication.audience == AUDIENCE and bool(names & parts().keys())


def render(
    pages: Mapping[str, str], publication: Publication, frame: page.Frame
) -> str:
    """Make the file from the audience's finished pages.

    Parameters
    ----------
    pages : mapping of str to str
        HTML by file. Of ``parts`` those that are there make the file: some are left
        out where there are no deliveries.
    publication : Publication
    frame : Frame

    Returns
    -------
    str
        HTML.

    Raises
    ------
    PublishError
        If a page has no body, or the file breaks a rule that every page keeps.
    """
    found = {file: told for file, told in parts().items() if file in pages}
    bodies = [Markup(_part(pages[file], file, found)) for file in found]
    links = tuple(page.Link(f"#{at}", title) for at, title in found.values())
    body = page.fill(
        "radet_body.html.j2",
        cycle=frame.cycle,
        status=frame.status,
        is_draft=frame.status == "Utkast",
        preliminary=page_parts.preliminary(publication),
        period_name=frame.period_name,
        data_until=swedish_date(publication.data_until),
        bodies=bodies,
    )
    told = statement.values(publication, frame)
    return page.render(
        body,
        replace(frame, navigation=links),
        file=FILE,
        title=TITLE,
        template="radet.html.j2",
        has_script=False,
        accessibility=told["level"],
    )


def _part(html: str, file: str, there: Collection[str]) -> str:
    """A page's body as one part of the file: ids, names, links and headings follow."""
    found = _MAIN.search(html)
    if found is None:
        raise PublishError(f"{file} har ingen sida i sig och kan inte läggas i {FILE}.")
    at, _ = parts()[file]
    # the sheets of open data are siblings, which this file does without
    body = _CSV.sub("", _SCRIPT.sub("", found[1].strip()))
    own = set(_ID.findall(body))
    body = _ID.sub(lambda id: f"{at}-{id[0]}", body)
    body = _NAMES.sub(lambda m: f' {m[1]}="{_prefixed(m[2], at)}"', body)
    # the patterns of hidden areas are the file's own, and keep their names
    body = _URL.sub(lambda m: f"url(#{at}-{m[1]})" if m[1] in own else m[0], body)
    body = _HREF.sub(lambda m: _link(m[1] or file, m[2], there), body)
    # the part is the landmark; a table in a frame of its own is named after both
    body = _LANDMARK.sub(r"\1", body)
    body = _REGION.sub(rf'\1 {at}"', body)
    body = _HEADING.sub(lambda m: f"{m[1]}{int(m[2]) + 1}", body)
    body = body.replace("<h2>", f'<h2 id="{at}">', 1)
    return f'<article class="part" aria-labelledby="{at}">{body}</article>'


def _prefixed(ids: str, at: str) -> str:
    return " ".join(f"{at}-{id}" for id in ids.split())


def _link(file: str, id: str | None, there: Collection[str]) -> str:
    """Where a link leads within the file; to a page that is not in it, nowhere."""
    if file not in there:
        return ""
    at, _ = parts()[file]
    return f' href="#{at}-{id}"' if id else f' href="#{at}"'

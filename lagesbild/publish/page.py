"""One executed notebook → one page: self-contained, Swedish, closed by a strict policy.

In: an executed notebook and the ``Frame`` around all pages of an audience. Out: HTML.
Of the outputs only ``PAGE_MIME`` is taken; anything else a cell shows stops the run,
so that nothing reaches a page by another way than ``lagesbild.present``.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from lagesbild.errors import PublishError
from lagesbild.present import leaflet_files, map_svg
from lagesbild.present.display import ID, PAGE_MIME, PATTERN
from lagesbild.publish import checks

if TYPE_CHECKING:
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).parent / "template"
ONLY_IN_LAB = "bara-i-lab"
"""Tag of a markdown cell that speaks to who runs the notebook, not to the reader."""

_ON_ITS_OWN = ("<section", '<div class="top"', '<div class="two"')


@dataclass(frozen=True)
class Link:
    """A page in the navigation."""

    file: str
    title: str


@dataclass(frozen=True)
class Frame:
    """What all pages of one audience and cycle have in common.

    ``mark`` stands on top of pages that must not be passed on; "" is none.
    """

    municipality: str
    is_invented: bool
    audience: str
    cycle: str
    period_name: str
    status: str
    mark: str
    contact: dict
    navigation: tuple[Link, ...]


def render_notebook(
    notebook: NotebookNode,
    frame: Frame,
    *,
    file: str,
    title: str,
    has_exit: bool = False,
) -> str:
    """Make the page of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Executed.
    frame : Frame
    file : str
        The page's name, marked in the navigation.
    title : str
        For the browser's tab.
    has_exit : bool
        Whether a link to leave the page at once comes before all else.

    Returns
    -------
    str
        HTML, the same for the same notebook.

    Raises
    ------
    PublishError
        If a cell shows anything but fragments of ``present``, or the page breaks a
        rule every page keeps.
    """
    body = body_of(notebook, where=file)
    return render(body, frame, file=file, title=title, has_exit=has_exit)


def render(
    body: Markup,
    frame: Frame,
    *,
    file: str,
    title: str,
    template: str = "page.html.j2",
    has_script: bool = True,
    has_exit: bool = False,
    **words: object,
) -> str:
    """Put a page's body into the template with its policy, and check the page.

    A page with a map that pans gets Leaflet with it, unless it is to have no script.
    """
    styles, scripts = [_read("style.css") + _paper_foot(frame)], []
    if has_script:
        scripts = [_read("page.js")]
        if map_svg.PANS in body:
            styles += [leaflet_files.style(), _read("karta.css")]
            scripts = [leaflet_files.script(), _read("karta.js"), *scripts]
    invented = " (påhittade siffror)" if frame.is_invented else ""
    html = _template(template).render(
        policy=_policy(scripts, styles),
        title=f"{title} {frame.period_name} {_DASH} {frame.municipality}{invented}",
        description=f"Gemensam lägesbild i {frame.municipality}, "
        f"{frame.period_name}: {title}.",
        styles=[Markup(style) for style in styles],
        scripts=[Markup(script) for script in scripts],
        pattern=PATTERN,
        body=body,
        has_exit=has_exit,
        municipality=frame.municipality,
        is_invented=frame.is_invented,
        mark=frame.mark,
        contact=frame.contact,
        navigation=[
            {"file": link.file, "title": link.title, "is_current": link.file == file}
            for link in frame.navigation
        ],
        **words,
    )
    checks.check_page(html, where=file)
    return html


_DASH = "\u2013"


def body_of(notebook: NotebookNode, *, where: str) -> Markup:
    """Words and fragments in the notebook's order, in sections; code is never shown."""
    parts = []
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            if ONLY_IN_LAB not in cell.metadata.get("tags", []):
                parts.append(_words(cell.source, number))
        elif cell.cell_type == "code":
            for place, output in enumerate(cell.get("outputs", []), start=1):
                parts.append(_fragment(output, f"c{number}-{place}-", where, number))
    return Markup("\n").join(_in_sections(parts))


def _in_sections(parts: Iterable[tuple[str, Markup]]) -> list[Markup]:
    told, is_open = [], False
    for kind, html in parts:
        if kind in ("section", "alone") and is_open:
            told.append(Markup("</section>"))
        is_open = kind == "section" or (is_open and kind != "alone")
        told.append(html)
    return [*told, Markup("</section>")] if is_open else told


def _words(source: str, number: int) -> tuple[str, Markup]:
    """A markdown cell; one that begins with a second-level heading opens a section."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(source)
    opens = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h2"
    if opens:
        tokens[0].attrSet("id", f"s{number}")
    html = Markup(markdown.renderer.render(tokens, markdown.options, {}))
    if opens:
        start = Markup('<section aria-labelledby="s{}">').format(number)
        return "section", start + html
    return "text", Markup('<div class="text near">{}</div>').format(html)


def _fragment(output, prefix: str, where: str, number: int) -> tuple[str, Markup]:
    data = output.get("data", {})
    if (
        output.output_type not in ("display_data", "execute_result")
        or PAGE_MIME not in data
    ):
        raise PublishError(
            f"{where}: cell {number} visar något som inte hör till sidan (en utskrift, "
            "en varning eller en tabell utan show_). Använd lagesbilds "
            "show_-funktioner och ta bort resten."
        )
    html = data[PAGE_MIME]
    html = html if isinstance(html, str) else "".join(html)
    # ids are unique in the page even when the same table is shown twice
    html = html.replace(ID, prefix)
    return ("alone" if html.startswith(_ON_ITS_OWN) else "text"), Markup(html)


def _policy(scripts: list[str], styles: list[str]) -> str:
    script, style = (
        " ".join(f"'{_hash(text)}'" for text in texts) for texts in (scripts, styles)
    )
    own = f"script-src {script}; " if scripts else ""
    return (
        f"default-src 'none'; {own}style-src {style}; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _paper_foot(frame: Frame) -> str:
    """On paper every sheet says whose, when, its status, and which of how many."""
    words = [frame.municipality, f"Lägesbild {frame.cycle}", frame.status]
    words += ["påhittade siffror"] if frame.is_invented else []
    words += [frame.mark] if frame.mark else []
    foot = " · ".join(words)
    for sign in ("\\", '"', "<", "\n", "\r", "\f"):
        foot = foot.replace(sign, " ")
    font = 'font:9pt "Segoe UI","Liberation Sans",Arial,sans-serif;color:#4a5963'
    return (
        f'@page{{size:A4;margin:17mm 16mm 19mm;@bottom-left{{content:"{foot}";{font}}}'
        f'@bottom-right{{content:"Sida " counter(page) " av " counter(pages);'
        f"{font}}}}}\n"
    )


@cache
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _template(name: str):
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name)


def fill(name: str, **values: object) -> Markup:
    """A template of this folder filled in; everything not already HTML is escaped."""
    return Markup(_template(name).render(**values))


def paragraph(text: str) -> Markup:
    """One paragraph of plain text."""
    return Markup("<p>{}</p>").format(escape(text))

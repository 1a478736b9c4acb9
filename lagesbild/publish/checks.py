"""Rules every page keeps, checked on its source before it is written.

In: a page's HTML, or a folder of pages. Out: nothing, or an error. It fails closed:
a page that breaks a rule stops the run and the previous pages stay.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from lagesbild.errors import PublishError
from lagesbild.present import open_data

_FORBIDDEN = {
    r"Traceback \(most recent call last\)": "ett felmeddelande",
    r"An Exception was encountered at": "ett felmeddelande",
    r"/(?:home|root|tmp|work|Users)/|file://": "en sökväg på datorn",
    r"\b[A-Za-z]:\\{1,2}[A-Za-z]": "en sökväg på datorn",
    "\ufffd": "ett tecken som inte kunde läsas",
}
_NO_TAGS = ("iframe", "img", "link", "object", "embed", "base", "form")


class _Reader(HTMLParser):
    """Notes what the rules are about, while the source is read once."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.faults: list[str] = []
        self.tables = self.captions = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        told = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in told:
            self.ids.append(told["id"])
        for name in ("href", "aria-labelledby"):
            self._note_target(name, told.get(name))
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "th" and "scope" not in told:
            self.faults.append("en tabellrubrik utan scope")
        if tag in _NO_TAGS or "src" in told or "style" in told:
            self.faults.append(f"något som sidans regler förbjuder (<{tag}>)")
        if any(name.startswith("on") for name in told):
            self.faults.append(f"skript i ett attribut (<{tag}>)")

    def _note_target(self, name: str, value: str | None) -> None:
        if value and name == "aria-labelledby":
            self.targets.extend(value.split())
        elif value and value.startswith("#"):
            self.targets.append(value[1:])


def check_page(html: str, *, where: str) -> None:
    """Hold one page to the rules.

    One h1 and no skipped level, ids that are unique, links and labels that lead
    somewhere, a caption a table, nothing fetched, no style or script but the page's
    own, no error text and no path of a machine.

    Raises
    ------
    PublishError
        Names the page and the first rule it breaks.
    """
    reader = _Reader()
    reader.feed(html)
    faults = list(reader.faults)
    if reader.headings.count(1) != 1:
        faults.append("inte precis en huvudrubrik (show_heading)")
    faults += [
        "en överhoppad rubriknivå"
        for before, after in zip([1, *reader.headings], reader.headings, strict=False)
        if after > before + 1
    ]
    seen: set[str] = set()
    for id in reader.ids:
        if id in seen:
            faults.append(f"samma id '{id}' två gånger")
        seen.add(id)
    if set(reader.targets) - set(reader.ids):
        faults.append("en länk inom sidan som inte leder någonstans")
    if reader.captions != reader.tables:
        faults.append("en tabell utan rubrik")
    faults += [what for pattern, what in _FORBIDDEN.items() if re.search(pattern, html)]
    if faults:
        raise PublishError(f"{where} skrevs inte: sidan har {faults[0]}.")


def check_folder(folder: Path, *, private: Path) -> None:
    """Hold a staging folder to what may lie there.

    Pages, the open data of each audience, and the manifest.

    Raises
    ------
    PublishError
        If another file lies there, a page links to one that is not there, or a file
        tells where the workspace is.
    """
    for file in sorted(folder.rglob("*")):
        if file.is_dir():
            continue
        if not _may_lie_there(file):
            raise PublishError(f"En okänd fil, {file.name}, låg bland sidorna.")
        text = file.read_text(encoding="utf-8")
        if str(private) in text:
            raise PublishError(f"{file.name} berättar var arbetsytan ligger.")
        for target in re.findall(r'href="([^"#:]+\.(?:html|csv))', text):
            if not (file.parent / target).is_file():
                raise PublishError(f"{file.name} länkar till {target} som inte finns.")


def _may_lie_there(file: Path) -> bool:
    if file.parent.name == open_data.FOLDER:
        return file.suffix == ".csv" or file.name == "datapackage.json"
    return file.suffix == ".html" or file.name == "manifest.json"

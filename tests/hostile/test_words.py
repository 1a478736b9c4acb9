"""Words made to run where they are shown: a whole run over a town that is full of them.

They stand in every register, in the settings, in the names and the ids of areas and in
what has been delivered; the notebooks are the real ones. Each page is parsed as a
browser does it, opened in one, and each table is read as a spreadsheet does it.
"""

import csv
import html.parser
import json
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import docx
import openpyxl
import pandas as pd
import pytest

from lagesbild.agreement import contract
from lagesbild.agreement.contract import WRITTEN
from lagesbild.agreement.tables import REGISTERS
from lagesbild.agreement.templates import write_templates
from lagesbild.errors import PeriodError, UsageError
from lagesbild.publish import batch, documents
from lagesbild.questionnaire.form import make_xlsform
from lagesbild.spreadsheet import safe_cell
from lagesbild.workspace import QuestionnaireRules, open_workspace
from tests.hostile.doors import _cell
from tests.test_publication import CYCLE, make_workspace

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
RUNS = "alert(1)"
WORDS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    "--><script>alert(1)</script><!--",
    "</title></textarea><script>alert(1)</script>",
    "[läs](javascript:alert(1)) ![bild](javascript:alert(1))",
    '<a href="javascript:alert(1)">läs</a>',
    "<a href=' javascript:alert(1)' style='background:url(javascript:alert(1))'>x</a>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<math><mtext><style><img src onerror=alert(1)></style></mtext></math>",
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    "{{7*7}} {% import os %} ${alert(1)} <%= alert(1) %>",
    '"; import os; os.abort(); # alert(1)',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "=HYPERLINK(javascript:alert(1))",
    "@SUM(1) alert(1)",
    "ring\x07ing\x0c alert(1)",
]
IDS = {"O01": "O1'\"; import os; os.abort() #", "O02": "../../O2</script>"}
SIGNS = tuple("=+-@＝＋－＠\t\r")
FORBIDDEN = {"iframe", "object", "embed", "base", "applet", "frame", "math"}
ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "srcdoc", "data")


def filled(register, start):
    """Rows full of such words, which everyone may read."""
    rows = []
    for turn in range(len(WORDS) if register.key == "actions" else 4):
        cells = {c.heading: _cell(c) for c in register.columns}
        for place, column in enumerate(register.columns):
            if column.kind in (*WRITTEN, contract.KEY):
                cells[column.heading] = WORDS[(start + turn + place) % len(WORDS)]
            if column.kind == contract.GROUP:
                cells[column.heading] = "grupp"
            if column.kind in (contract.AREA, contract.AREAS):
                cells[column.heading] = IDS["O01"]
            if column.kind == contract.QUARTER:
                cells[column.heading] = CYCLE
            if column.name == "group" and column.kind == contract.KEY:
                cells[column.heading] = "grupp" if turn == 0 else f"grupp{turn}"
        for heading, word in (("agare", "kommun"), ("synlighet", "offentlig")):
            if heading in cells:
                cells[heading] = word
        if register.key == "analyses":
            cells["tema"] = ""
            cells["omrade_id"] = "" if turn == 0 else IDS["O01"]
        if register.key == "law":
            words = next(c for c in register.columns if c.heading == "paragraf").words
            cells["paragraf"] = words[turn]
        rows.append(cells)
    if register.unique:
        folded = [{k: v.casefold() for k, v in row.items()} for row in rows]
        keys = [register.unique(row) for row in folded]
        rows = [row for n, row in enumerate(rows) if keys[n] not in keys[:n]]
    return pd.DataFrame(rows, columns=register.headings).fillna("")


@pytest.fixture(scope="module")
def ws(tmp_path_factory, town):
    folder = tmp_path_factory.mktemp("ord")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    (folder / "nyby").mkdir()
    made = town(n_areas=2, n_quarters=6, scale=2)
    for name in ("areas", "incidents", "population"):
        made[name]["area_id"] = made[name]["area_id"].replace(IDS).astype("str")
    made["areas"]["name"] = [WORDS[0], WORDS[17]]
    made["areas"]["district"] = WORDS[3]
    ws = make_workspace(folder / "nyby", made)
    settings = ws.root / "kommun.toml"
    text = settings.read_text("utf-8")
    for old, new in (
        ("Exempelkommun", WORDS[1]),
        ("Exempellän", WORDS[2]),
        ("Samordningsfunktionen", WORDS[4]),
        ("Polisen", WORDS[5]),
        ("Polisens förvaltning", WORDS[6]),
        ("Kommunen", WORDS[18]),
    ):
        text = text.replace(json.dumps(old, ensure_ascii=False), json.dumps(new))
    settings.write_text(text, encoding="utf-8")
    ws.registers.mkdir(exist_ok=True)
    for start, register in enumerate(REGISTERS.values()):
        file = ws.registers / f"{register.file}.csv"
        filled(register, start).to_csv(file, sep=";", index=False, encoding="utf-8")
    ws = open_workspace(ws.root)
    batch.run_cycle(ws, CYCLE, jobs=1)
    return ws


class _Reader(html.parser.HTMLParser):
    """What of a page a browser would run or follow."""

    def __init__(self):
        super().__init__()
        self.found, self.scripts, self.text = [], [], []
        self.inside = None

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.inside = (tag, told) if tag in ("script", "style") else None
        if tag in FORBIDDEN or (tag == "meta" and told.get("http-equiv") == "refresh"):
            self.found.append(tag)
        if tag == "img" and told.get("src") == "x":
            self.found.append("img")
        for name, value in attrs:
            if name.startswith("on"):
                self.found.append((tag, name))
            if name in ADDRESSES:
                scheme = urlsplit(re.sub(r"[\s\x00-\x1f]", "", value or "")).scheme
                # the way out of the page on violence leads to an empty one
                if value != "about:blank" and scheme not in (
                    "",
                    "https",
                    "mailto",
                    "tel",
                    "data",
                ):
                    self.found.append((tag, name, scheme))
            if name == "style" and RUNS in (value or ""):
                self.found.append((tag, name))

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside is None:
            self.text.append(data)
            return
        tag, told = self.inside
        if tag == "style":
            data = re.sub(r'"[^"<\\\n\r\f]*"', "", data)  # words of the paper's foot
        if tag == "script" and "json" in told.get("type", ""):
            json.loads(data)
        elif RUNS in data:
            self.found.append((tag, "runs"))


def pages(ws):
    return sorted((ws.outputs / CYCLE).rglob("*.html"))


@pytest.mark.slow
def test_no_word_becomes_a_script_a_handler_or_an_address(ws):
    n_shown = 0
    for file in pages(ws):
        reader = _Reader()
        reader.feed(file.read_text("utf-8"))
        assert reader.found == [], file.name
        text = "".join(reader.text)
        n_shown += text.count(RUNS)
        assert "49 {% import" not in text  # a template's braces are words too
    assert n_shown > 100  # they are shown, so that there was something to escape


@pytest.mark.slow
def test_no_id_of_an_area_leaves_the_folder_or_is_run(ws):
    names = [file.name for file in pages(ws)]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+\.html", name) for name in names)
    assert [n for n in names if "import-os" in n]
    inside = set(ws.project.iterdir())
    assert {f.name for f in inside} <= {"notebooks", "nyby", "outputs"}
    assert not list(ws.project.parent.glob("*O2*"))


@pytest.mark.slow
def test_no_cell_of_any_table_is_a_formula(ws, tmp_path):
    write_templates(tmp_path, areas=dict(zip(IDS.values(), WORDS[17:19], strict=True)))
    areas = pd.DataFrame({"area_id": ["=1+1", "O2"], "name": WORDS[17:19]})
    rules = QuestionnaireRules(purpose="=" * 10, controller="=1+1", retention_months=1)
    (tmp_path / "enkat.xlsx").write_bytes(make_xlsform(areas, rules, version="=1+1"))
    books = sorted(tmp_path.glob("*.xlsx"))
    assert len(books) > 5
    for file in books:
        for sheet in openpyxl.load_workbook(file).worksheets:
            kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
            assert "f" not in kinds, (file.name, sheet.title)
    tables = [
        file
        for folder in (ws.outputs, ws.lager)
        for file in folder.rglob("*.csv")
        if "korningar" not in file.parts
    ]
    assert tables
    n_safe = 0
    for file in tables:
        for row in csv.reader(file.read_text("utf-8-sig").splitlines()):
            for cell in row:
                n_safe += cell.startswith("'=")
                assert safe_cell(cell) == cell, file.name
    assert n_safe > 0


@pytest.mark.slow
def test_a_document_holds_the_words_as_words(ws, tmp_path):
    file = documents.make_agenda(ws, CYCLE, tmp_path / "dagordning.docx")
    told = docx.Document(file)
    text = " ".join(p.text for p in told.paragraphs)
    text += " ".join(c.text for t in told.tables for r in t.rows for c in r.cells)
    assert RUNS in text and "<script>" in text
    assert told.core_properties.author in ("", "Lägesbild")


@pytest.mark.slow
@pytest.mark.parametrize("given", ["x'; import os", "2026-K2\nimport os", "__import__"])
def test_a_quarter_or_a_parameter_is_never_run(ws, given):
    with pytest.raises(PeriodError):
        batch.run_cycle(ws, given, jobs=1)
    with pytest.raises(UsageError):
        batch.run_cycle(ws, CYCLE, jobs=1, parameters={given: 1})


@pytest.mark.slow
@pytest.mark.web
def test_a_browser_runs_none_of_it(ws, browser):
    page = browser.new_page()
    heard = []
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda told: heard.append(told.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    for file in pages(ws):
        if file.parent.name == "offentlig" or file.name.startswith("index"):
            page.goto(file.as_uri())
            page.wait_for_load_state()
            assert heard == [], file.name
    page.close()

"""The whole chain on a small demo, and what an outsider can read from its pages.

The attacker here has only the files of outputs/…/offentlig and a linear program.
"""

from __future__ import annotations

import csv
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lagesbild.ingest import ingest_files
from lagesbild.publication import open_publication
from lagesbild.publish import plan, products, unchanged
from lagesbild.publish.batch import run_cycle
from lagesbild.store import load_incidents
from lagesbild.workspace import open_workspace

pytestmark = [pytest.mark.demo, pytest.mark.slow]
pytestmark += [pytest.mark.usefixtures("forked_workers")]
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CYCLE = "2026-K3"
SMALL = re.compile(r"^[1-4]$")
TELLS_SMALL = re.compile(
    r"(?<![\d,.\u00a0–-])[1-4] (?:anmälda|anmälningar|brott|observationer|händelser|av)"
)


class Cells(HTMLParser):
    """The text of every table cell and all that stands outside tables."""

    def __init__(self) -> None:
        super().__init__()
        self.cells, self.words, self.values = [], [], []
        self._inside: list[str] | None = None

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if "data-v" in told:
            self.values.append(told["data-v"])
        if tag in ("td", "th"):
            self._inside = []

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self._inside is not None:
            self.cells.append("".join(self._inside).strip())
            self._inside = None

    def handle_data(self, data):
        (self.words if self._inside is None else self._inside).append(data)


def parse(page: Path) -> Cells:
    reader = Cells()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def make_project(folder: Path, workspace: Path):
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    shutil.copytree(workspace, folder / "data" / "exempelkommun")
    return open_workspace(folder / "data" / "exempelkommun")


@pytest.fixture(scope="module")
def ws(ingested_demo, tmp_path_factory):
    """A small demo of which every page has been made."""
    made = make_project(tmp_path_factory.mktemp("projekt"), ingested_demo.root)
    run_cycle(made, CYCLE, jobs=2)
    return made


@pytest.fixture(scope="module")
def pages(ws):
    found = sorted((ws.outputs / CYCLE / "offentlig").glob("*.html"))
    assert len(found) > 25
    return found


def test_no_small_count_stands_on_a_public_page(pages):
    for page in pages:
        told = parse(page)
        assert not [cell for cell in told.cells if SMALL.match(cell)], page.name
        assert not [v for v in told.values if SMALL.match(v)], page.name
        assert not TELLS_SMALL.search(" ".join(told.words)), page.name


def sheets_of(ws, audience):
    """Every row of the open data, by heading."""
    for file in sorted((ws.outputs / CYCLE / audience / "oppna_data").glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                yield file.name, row


def test_no_small_count_stands_in_the_open_data(ws):
    for audience in ("radet", "offentlig"):
        rows = list(sheets_of(ws, audience))
        assert len({name for name, _ in rows}) >= 4
        assert not [n for n, row in rows if any(map(SMALL.match, row.values()))]
        told = [row["anmalda_brott"] for _, row in rows if "anmalda_brott" in row]
        assert sum(text.isdigit() for text in told) > 100
        assert "" in told
        names = {"narkotika", "vapen", "trafikbrott"}
        places = {r["omrade_id"] for _, r in rows if r.get("typ_id") in names}
        assert places == {"hela_kommunen"}


def test_the_pages_show_numbers_and_hide_some(pages):
    """That the test above reads what it should: counts and hidden cells are there."""
    cells = [cell for page in pages for cell in parse(page).cells]
    assert any(re.fullmatch(r"\d{2,}", cell) for cell in cells)
    assert "visas inte" in cells
    assert "0" in cells


@pytest.mark.parametrize("audience", ["offentlig", "radet"])
def test_no_hidden_cell_can_be_bounded_within_three(ws, audience):
    """A simple program over one quarter: areas make the municipality."""
    from scipy.optimize import linprog

    from lagesbild.offences import load_categories

    cells = open_publication(ws, CYCLE, audience=audience).cells
    tree = load_categories()
    parent = dict(zip(tree["category"], tree["group"], strict=True))
    parent |= dict.fromkeys(tree["group"], "alla")
    for count in ("n_offences", "n_observations"):
        now = cells[(cells["period"] == CYCLE)].set_index(["area_id", "category"])
        now = now[now[f"{count}_status"].isin(["shown", "suppressed"])]
        value = now[count].astype("float64")
        hidden = list(value.index[value.isna()])
        assert (now.loc[hidden, f"{count}_status"] == "suppressed").all()
        number = {key: i for i, key in enumerate(hidden)}
        rows, right = [], []

        def add(total, parts, value=value, number=number, rows=rows, right=right):
            if total not in value.index or any(p not in value.index for p in parts):
                return
            row, known = np.zeros(len(number)), 0.0
            for key, sign in ((total, -1.0), *((part, 1.0) for part in parts)):
                if key in number:
                    row[number[key]] += sign
                else:
                    known += sign * value[key]
            if row.any():
                rows.append(row)
                right.append(-known)

        areas = [a for a in now.index.unique("area_id") if a != "*"]
        categories = list(now.index.unique("category"))
        for category in categories:
            add(("*", category), [(area, category) for area in areas])
        for area in ["*", *areas]:
            for node in set(parent.values()):
                below = [c for c in categories if parent.get(c) == node]
                if below:
                    add((area, node), [(area, c) for c in below])
        if not hidden:
            continue
        equal = {"A_eq": np.array(rows), "b_eq": right} if rows else {}
        # any two solutions apart by three settle many cells at once
        low, high = np.full(len(hidden), np.inf), np.full(len(hidden), -np.inf)
        for i in range(len(hidden)):
            for sign in (1.0, -1.0):
                if high[i] - low[i] >= 3 - 1e-6:
                    break
                target = np.zeros(len(hidden))
                target[i] = sign
                got = linprog(target, bounds=(0, 10_000), **equal)
                assert got.status == 0
                low, high = np.minimum(low, got.x), np.maximum(high, got.x)
        narrow = [hidden[i] for i in np.flatnonzero(high - low < 3 - 1e-6)]
        assert not narrow, (count, len(narrow))


def test_no_planted_personal_datum_is_in_any_page(ws, small_demo):
    facit = pd.read_csv(
        small_demo / "facit" / "personuppgifter.csv",
        sep=";",
        dtype="str",
        keep_default_na=False,
    )
    planted = set(facit["uppgift"])
    assert len(planted) > 20
    for file in ws.outputs.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            assert not [datum for datum in planted if datum in text], file.name


def test_protected_reports_have_no_area_anywhere(ws):
    incidents = load_incidents(ws)
    protected = incidents[incidents["protected_class"].notna()]
    assert len(protected) > 10
    told = ["area_id", "easting_m", "place_text", "place_locality", "deso_code"]
    assert protected[told].isna().all().all()
    for audience in ("intern", "radet", "offentlig"):
        cells = open_publication(ws, CYCLE, audience=audience).cells
        assert not set(cells["category"]) & set(protected["category"])


@pytest.fixture
def what_tells_of_change(monkeypatch):
    """Only the pages that say whether something increases or decreases."""
    few = tuple(p for p in products.PRODUCTS if p.name[:2] in ("02", "03"))
    assert len(few) == 2
    for module in (products, plan, unchanged):
        monkeypatch.setattr(module, "PRODUCTS", few)


@pytest.mark.usefixtures("what_tells_of_change")
@pytest.mark.parametrize(
    ("n_quarters", "audiences"),
    [(1, ["radet"]), (2, ["offentlig"]), (5, ["intern", "offentlig"])],
)
def test_a_short_history_claims_no_change(n_quarters, audiences, tmp_path):
    from lagesbild.demo import make_demo

    folder = tmp_path / "leverans" / "exempelkommun"
    made = make_project(
        tmp_path / "p", make_demo(folder, scale=0.05, n_quarters=n_quarters)
    )
    ingest_files(made)
    run_cycle(made, CYCLE, jobs=2, audiences=audiences)
    cells = open_publication(made, CYCLE, audience="intern").cells
    verdicts = set(cells.loc[cells["period"] == CYCLE, "verdict"])
    claims = {"ökar", "minskar", "fler upptäckta", "färre upptäckta"}
    if n_quarters < 5:
        assert not verdicts & {*claims, "ingen säker förändring"}
        assert "för kort historik" in verdicts
    pages = sorted((made.outputs / CYCLE).rglob("0[23]*.html"))
    assert {page.parent.name for page in pages} == set(audiences)
    for page in pages:
        words = " ".join(parse(page).words)
        for needs in (14, 20):
            told = f"för kort historik (har {n_quarters}, behöver {needs} kvartal)"
            assert told in words.lower(), page.name
        assert not re.search(r"(?:stigande|fallande) sedan \d", words), page.name
        assert "Väntat var" not in words, page.name
        assert "Ingen säker trend" not in words, page.name
        if n_quarters < 5:
            assert " i fjol, mer än vad slumpen" not in words, page.name
            assert not re.search(r"\b(?:ökar|minskar): \d", words), page.name
            assert not re.search(r"\d mot \d+ i fjol", words), page.name


CLAIMS = ("ökar", "minskar")
ALL_WORDS = {
    *CLAIMS,
    "fler upptäckta",
    "färre upptäckta",
    "ingen säker förändring",
    "för få att jämföra",
    "jämförs inte",
    "visas inte",
    "uppgift saknas",
    "för kort historik",
}


def verdicts_told(page: Path):
    """(category's name, verdict) of each row that has one; of one place each page."""
    from tests.present import look

    html = page.read_text(encoding="utf-8")
    body = re.search(r"<main.*?</main>", html, re.DOTALL).group()
    for table in re.findall(r"<table.*?</table>", body, re.DOTALL):
        head, *rows = look.table(table)
        if "efter typ" in table and "Mot i fjol" in head:
            at = head.index("Mot i fjol")
            told = [(row[0], re.sub("^[▲▼] ", "", row[at])) for row in rows]
            # a dash: the verdict is of the other count, in the other table
            yield from (pair for pair in told if pair[1] != "–")


def test_each_cell_has_one_verdict_in_every_audience_and_on_every_page(ws):
    from lagesbild.offences import load_categories
    from lagesbild.workspace import AUDIENCES

    leaves = load_categories().set_index("category")["name"]
    said: dict[tuple, set] = {}
    n_told = 0
    for audience in AUDIENCES:
        publication = open_publication(ws, CYCLE, audience=audience)
        now = publication.cells[publication.cells["period"] == CYCLE]
        assert set(now["verdict"]) <= ALL_WORDS
        for row in now.to_dict("records"):
            key = (row["area_id"], row["category"])
            said.setdefault(key, set()).add(row["verdict"])
        by_name = {
            (row["area_id"], leaves[row["category"]]): row["verdict"]
            for row in now.to_dict("records")
            if row["category"] in leaves
        }
        for page in (ws.outputs / CYCLE / audience).glob("0[23]*.html"):
            area = page.stem.partition("blad_")[2] or "*"
            for name, verdict in verdicts_told(page):
                if (area, name) in by_name:
                    n_told += 1
                    assert by_name[area, name] == verdict, (page.name, name)
    assert n_told > 500
    assert not {k: v for k, v in said.items() if len(v - {"visas inte"}) > 1}


def test_nobody_says_that_what_the_police_find_increases_or_decreases(ws):
    effort = re.compile(r"narkotika|vapenbrott|trafikbrott", re.IGNORECASE)
    n_sentences = 0
    for file in (ws.outputs / CYCLE).rglob("*.*"):
        if file.suffix not in (".html", ".csv"):
            continue
        text = re.sub(
            r"<(?:script|style).*?</(?:script|style)>",
            " ",
            file.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        text = re.sub(r"</(?:li|p|td|th|tr|h\d|small|dd|summary)>|\n", ".", text)
        text = re.sub(r"<[^>]*>", "", text)
        for sentence in re.split(r"[.!?](?:\s|\.|$)|\.{2,}", text):
            if effort.search(sentence):
                n_sentences += 1
                assert not any(word in sentence for word in CLAIMS), sentence
    assert n_sentences > 50


def test_by_area_what_the_police_find_is_for_the_house_alone(ws):
    for audience in ("radet", "offentlig"):
        for page in (ws.outputs / CYCLE / audience).glob("03*.html"):
            told = parse(page)
            assert not {"Narkotikabrott", "Vapenbrott", "Trafikbrott"} & {*told.cells}
    inside = next((ws.outputs / CYCLE / "intern").glob("03*.html"))
    assert "Narkotikabrott" in parse(inside).cells


def test_no_page_speaks_the_statistician_s_language(ws):
    jargon = re.compile(
        r"farrington|\bfdr\b|\bgi\*|\bmoran\b|p-värde|poisson|konfidensintervall"
        r"|bonferroni|benjamini|signifikan|aoristisk|mann.kendall|kvantil",
        re.IGNORECASE,
    )
    files = list((ws.outputs / CYCLE).rglob("*.html"))
    assert len(files) > 80
    for file in files:
        assert not jargon.search(file.read_text(encoding="utf-8")), file.name

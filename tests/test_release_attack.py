"""What somebody can work out who keeps every file of every release.

The attacker has the folders that were handed out, the names of areas and categories,
and a linear program. It reads counts, rates, shares and sentences; the truth is used
only afterwards, to see how near it came.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array

from lagesbild import frozen
from lagesbild.closing import close_cycle
from lagesbild.offences import category_names, load_categories
from lagesbild.period import Period
from lagesbild.publication import open_publication
from lagesbild.publish.release import release_cycle
from tests.publish.test_release import NEXT, NOW, assess, decide
from tests.test_publication import commit, make_workspace, two_each

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked_workers")]
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
RELEASES = ((NOW, "radet"), (NEXT, "offentlig"))
RANGE_MIN = 3
MOST = 10_000.0
COUNTS = {
    "Anmälda brott": "n_offences",
    "Polisen: anmälda brott": "n_offences",
    "Observationer": "n_observations",
    "Kommunen och andra: observationer": "n_observations",
    "Anmälningar": "n_reports",
    "Händelser, alla källor": "n_events",
}
SHEET_COUNTS = {
    "anmalda_brott": "n_offences",
    "observationer": "n_observations",
    "anmalningar": "n_reports",
    "handelser_alla_kallor": "n_events",
    "handelser_intraffade": "n_events_occurred",
}
ROOTS = ("Alla brott", "Alla observationer", "Alla kategorier")
NUMBER = re.compile(r"^\d{1,3}(?:\u00a0\d{3})*(?:,\d+)?$")
SAYS = re.compile(r"(\d[\d\u00a0]*) av (\d[\d\u00a0]*) anmälda brott saknar område")
SHARE = re.compile(r"(\d+) procent av (de anmälda brotten|observationerna) saknar")


@pytest.fixture(scope="module")
def ws(tmp_path_factory, town):
    """One quarter handed to the council, the next to everyone; rows came between."""
    folder = tmp_path_factory.mktemp("projekt")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    (folder / "nyby").mkdir()
    frames = town(n_areas=3, n_quarters=6, scale=2)
    files = two_each(frames["deliveries"])
    last = files[files["period_start"] == files["period_start"].max()]
    made = make_workspace(folder / "nyby", frames, skip=set(last["delivery_id"]))
    close_cycle(made, Period(NOW))
    decide(made, "kommunen", "polisen")
    assess(made, NOW, NEXT)
    release_cycle(made, NOW, "radet", jobs=1)
    # the history that nobody has closed is revised by a late report a quarter
    rows = frames["incidents"]
    rows = rows[rows["source"] == "polisen"]
    late = rows.drop_duplicates(["area_id", "category"]).head(12)
    late = late.assign(incident_id="sen" + late["incident_id"])
    late["event_id"] = late["incident_id"]
    days = {"period_start": late["reported_on"].min()}
    days["period_end"] = days["received_on"] = late["reported_on"].max()
    told = {"delivery_id": "sena", "source": "polisen", "source_kind": "police"}
    commit(made, late, told | days)
    for delivery in last.to_dict("records"):
        commit(made, frames["incidents"], delivery)
    close_cycle(made, Period(NEXT))
    decide(made, "kommunen", "polisen", cycle=NEXT)
    release_cycle(made, NEXT, "offentlig", jobs=1)
    return made


class Page(HTMLParser):
    """Tables with captions, heads and rows; the words of everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.tables, self.words, self.labels = [], [], []
        self._cell: list[str] | None = None
        self._title = False
        self._figure = ""
        self._is_named = True

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        # what a map is of stands in its caption alone
        self.labels.append((self._figure, told.get("aria-label") or ""))
        self._is_named &= tag != "figcaption"
        if tag == "table":
            self.tables.append({"caption": [], "rows": []})
        elif tag == "caption":
            self._title = True
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag):
        if tag == "caption":
            self._title = False
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1]["rows"][-1].append("".join(self._cell).strip())
            self._cell = None

    def handle_data(self, data):
        self.words.append(data)
        if not self._is_named:
            self._figure, self._is_named = data, True
        if self._title:
            self.tables[-1]["caption"].append(data)
        if self._cell is not None:
            self._cell.append(data)


class Attacker:
    """Bounds of every cell that some file tells, by count, area, category, quarter."""

    def __init__(self, areas: pd.DataFrame, people: dict[str, int]) -> None:
        self.areas = dict(zip(areas["name"], areas["area_id"], strict=True))
        self.areas |= {"Utan område": "", "Hela kommunen": "*"}
        self.people = people | {"*": sum(people.values())}
        self.names = {name: key for key, name in category_names().items()}
        self.names |= dict.fromkeys(ROOTS, "alla")
        self.bounds: dict[tuple, tuple[float, float]] = {}
        self.shares: list[tuple[tuple, tuple, float, float]] = []
        self.n_counts = self.n_on_maps = self.n_in_sheets = 0

    def know(self, key: tuple, low: float, high: float) -> None:
        before = self.bounds.get(key, (0.0, MOST))
        self.bounds[key] = max(before[0], low), min(before[1], high)
        assert self.bounds[key][0] <= self.bounds[key][1] + 1e-9, key

    def read(self, file: Path, cycle: str) -> None:
        page = Page()
        page.feed(file.read_text("utf-8"))
        here = re.fullmatch(r"03_omradesblad_(.+)\.html", file.name)
        area = here[1] if here else "*"
        for table in page.tables:
            self._read_table(table, area, cycle)
        self._read_words("".join(page.words), cycle)
        for title, label in page.labels:
            self._read_label(title, label, cycle)

    def read_sheet(self, file: Path) -> None:
        """The open data: ids, figures without a thousands' mark, decimal point."""
        places = {"hela_kommunen": "*", "utan_omrade": ""}
        with file.open(encoding="utf-8", newline="") as opened:
            rows = [r for r in csv.DictReader(opened) if "omrade_id" in r]
        for row in rows:
            area = places.get(row["omrade_id"], row["omrade_id"])
            key = {"area": area, "category": row["typ_id"], "period": row["kvartal"]}
            for name, of in SHEET_COUNTS.items():
                before = Period(row["kvartal"]).same_period_last_year.label
                for told, period in (
                    (row[name], row["kvartal"]),
                    (row.get(f"{name}_i_fjol"), before),
                ):
                    if told:
                        self.n_in_sheets += 1
                        n = float(told)
                        self.know((of, area, row["typ_id"], period), n, n)
            if row["per_1000_invanare"]:
                of = SHEET_COUNTS[row["matt"]]
                self._know_rate(of, key, float(row["per_1000_invanare"]))

    def _read_table(self, table: dict, area: str, cycle: str) -> None:
        title, small = table["caption"][0], " ".join(table["caption"][1:3])
        subject = next((n for n in COUNTS if title.startswith(n)), None)
        if subject is None and not title.startswith("Samma kvartal"):
            return
        of = COUNTS.get(subject, "n_offences")
        if "Inträffade" in small:
            of = "n_events_occurred"
        for row in table["rows"][1:]:
            key = {"area": area, "category": "alla", "period": cycle}
            if row[0] in self.areas:
                key["area"] = self.areas[row[0]]
            elif row[0] in self.names:
                key["category"] = self.names[row[0]]
            else:
                key["period"] = Period(row[0]).label
            for heading, text in zip(table["rows"][0][1:], row[1:], strict=True):
                self._read_cell(heading, text, of, dict(key))

    def _read_cell(self, heading: str, text: str, of: str, key: dict) -> None:
        percent = re.match(r"([\d,]+)\u00a0% av kommunens", text)
        if not NUMBER.match(text) and not percent:
            return
        value = float(
            (percent[1] if percent else text).replace("\u00a0", "").replace(",", ".")
        )
        if (heading in COUNTS and key["category"] != "alla") or heading in COUNTS:
            of = COUNTS[heading]
        elif heading in self.names:
            key["category"] = self.names[heading]
        elif heading == "I fjol":
            key["period"] = Period(key["period"]).same_period_last_year.label
        elif "per 1\u00a0000" in heading.lower():
            key["area"] = "*" if heading.startswith("Hela kommunen") else key["area"]
            self._know_rate(of, key, value)
            return
        elif percent:
            whole = (of, "*", key["category"], key["period"])
            part = (of, key["area"], key["category"], key["period"])
            self.shares.append((part, whole, value / 100 - 5e-4, value / 100 + 5e-4))
            return
        elif heading != "Antal":
            return
        self.n_counts += 1
        self.know((of, key["area"], key["category"], key["period"]), value, value)

    def _know_rate(self, of: str, key: dict, rate: float) -> None:
        people = self.people.get(key["area"])
        if people:
            low, high = ((rate + d) * people / 1000 for d in (-0.05, 0.05))
            # which of the two counts the rate is of is not said: offences if any
            self.know((of, key["area"], key["category"], key["period"]), low, high)

    def _read_words(self, words: str, cycle: str) -> None:
        for part, whole in SAYS.findall(words):
            for area, text in (("", part), ("*", whole)):
                n = float(text.replace("\u00a0", ""))
                self.know(("n_offences", area, "alla", cycle), n, n)
        for percent, what in SHARE.findall(words):
            of = "n_offences" if what.startswith("de") else "n_observations"
            low, high = ((int(percent) + d) / 100 for d in (-0.5, 0.5))
            keys = [(of, area, "alla", cycle) for area in ("", "*")]
            if low > 0:
                self.shares.append((*keys, low, high))

    def _read_label(self, title: str, label: str, cycle: str) -> None:
        told = re.match(r"(\S.*?): ([\d,]+) per 1\u00a0000 invånare", label)
        if told and told[1] in self.areas:
            category = self.names[title.split(",")[0]]
            key = {"area": self.areas[told[1]], "category": category, "period": cycle}
            self._know_rate("n_offences", key, float(told[2].replace(",", ".")))
            self.n_on_maps += 1


def cells_of(ws, count: str, period: str) -> pd.DataFrame:
    """The true cells of one count and quarter as the latest release has them."""
    record = frozen.load_publications(ws)
    rows = record[(record["count"] == count) & (record["period"] == period)]
    rows = rows.drop_duplicates(["audience", "area_id", "category"])
    hidden = rows.groupby(["area_id", "category"])["is_hidden"].all()
    value = rows.groupby(["area_id", "category"])["value"].first()
    return pd.DataFrame({"value": value, "is_hidden": hidden}).reset_index()


def widths(cells: pd.DataFrame, count: str, period: str, attacker: Attacker):
    """Least and most of every hidden cell, from sums and all that was read."""
    pair = cells["area_id"], cells["category"]
    number = {key: i for i, key in enumerate(zip(*pair, strict=True))}
    tree = load_categories()
    parent = dict(zip(tree["category"], tree["group"], strict=True))
    parent |= dict.fromkeys(tree["group"], "alla")
    row, column, sign, n = [], [], [], 0

    def add(total, parts):
        nonlocal n
        if total in number and parts and all(p in number for p in parts):
            at = [number[total], *(number[p] for p in parts)]
            row.extend([n] * len(at))
            column.extend(at)
            sign.extend([-1.0] + [1.0] * len(parts))
            n += 1

    areas = sorted(set(cells["area_id"]) - {"*"})
    categories = sorted(set(cells["category"]))
    for category in categories:
        add(("*", category), [(area, category) for area in areas])
    for area in ["*", *areas]:
        for node in set(parent.values()):
            below = [c for c in categories if parent.get(c) == node]
            add((area, node), [(area, c) for c in below])
    limits = np.array([[0.0, MOST]] * len(cells))
    for (of, area, category, when), told in attacker.bounds.items():
        if (of, when) == (count, period) and (area, category) in number:
            limits[number[area, category]] = told
    upper = []
    for part, whole, low, high in attacker.shares:
        if part[0] == count and part[3] == period:
            one, all_ = number.get(part[1:3]), number.get(whole[1:3])
            if one is not None and all_ is not None:
                upper += [(one, all_, -1.0, low), (one, all_, 1.0, -high)]
    given = {"bounds": limits}
    if n:
        given["A_eq"] = coo_array((sign, (row, column)), shape=(n, len(cells))).tocsr()
        given["b_eq"] = np.zeros(n)
    if upper:
        given["A_ub"] = np.zeros((len(upper), len(cells)))
        for k, (one, all_, own, other) in enumerate(upper):
            given["A_ub"][k, one], given["A_ub"][k, all_] = own, other
        given["b_ub"] = np.zeros(len(upper))
    hidden = np.flatnonzero(cells["is_hidden"])
    low, high = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)
    for i in hidden:
        for way in (1.0, -1.0):
            if high[i] - low[i] >= RANGE_MIN - 1e-6:
                break  # two possible truths lie that far apart already
            goal = np.zeros(len(cells))
            goal[i] = way
            got = linprog(goal, **given)
            assert got.status == 0, (count, period, got.message)
            low, high = np.minimum(low, got.x), np.maximum(high, got.x)
    return high[hidden] - low[hidden]


@pytest.fixture(scope="module")
def attacker(ws):
    publication = open_publication(ws, NEXT, "intern")
    people = pd.read_csv(ws.reference / "befolkning.csv")
    made = Attacker(
        publication.areas_listed,
        dict(zip(people["omrade_id"], people["antal"], strict=True)),
    )
    for cycle, audience in RELEASES:
        folder = ws.outputs / cycle / audience
        files = sorted(folder.glob("*.html"))
        told = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
        assert [f.name for f in files] == sorted(n for n in told if n.endswith("html"))
        assert len(files) > 5
        for file in files:
            made.read(file, cycle)
        for file in (ws.outputs / cycle / audience).glob("oppna_data/*.csv"):
            made.read_sheet(file)
    return made


def test_the_attacker_reads_what_the_pages_say_and_reads_it_right(ws, attacker):
    exact = {k: v[0] for k, v in attacker.bounds.items() if v[0] == v[1]}
    assert attacker.n_counts > 200 and len(exact) > 120
    assert attacker.n_on_maps > 0
    assert attacker.n_in_sheets > 200
    record = frozen.load_publications(ws)
    keys = ["count", "area_id", "category", "period"]
    shown = record[~record["is_hidden"]].drop_duplicates(keys)
    told = shown.set_index(keys)["value"].astype("float64").to_dict()
    assert not set(exact) - set(told), "a number stands where nothing is shown"
    assert {key: told[key] for key in exact} == exact


def test_no_hidden_cell_can_be_bounded_from_two_releases(ws, attacker):
    n_hidden = 0
    for count in ("n_offences", "n_observations"):
        for period in ("2025-K1", "2025-K4", NOW, NEXT):
            cells = cells_of(ws, count, period)
            width = widths(cells, count, period, attacker)
            assert (width >= RANGE_MIN - 1e-6).all(), (count, period, width.min())
            n_hidden += len(width)
    assert n_hidden > 100


def test_a_hidden_cell_that_stood_on_one_page_would_be_found(ws, attacker):
    """That the program above can tell: show it the cells of one area."""
    cells = cells_of(ws, "n_offences", NEXT)
    told = cells[cells["is_hidden"]]
    one = told[told["area_id"] == told["area_id"].iloc[0]]
    leak = Attacker(pd.DataFrame({"name": [], "area_id": []}), {})
    leak.bounds, leak.shares = dict(attacker.bounds), attacker.shares
    for r in one.itertuples():
        leak.know(("n_offences", r.area_id, r.category, NEXT), r.value, r.value)
    width = widths(cells, "n_offences", NEXT, leak)
    assert (width < RANGE_MIN - 1e-6).sum() >= len(one)


def test_history_is_shown_as_it_was_though_late_reports_came(ws):
    before = open_publication(ws, NOW, "radet").cells
    after = open_publication(ws, NEXT, "offentlig").cells
    after = after[after["period"] <= NOW].reset_index(drop=True)
    pd.testing.assert_frame_equal(after, before)
    # the house itself sees the late reports; it has cells that nobody else has
    keys = ["area_id", "category", "period"]
    now = open_publication(ws, NEXT, "intern").cells[[*keys, "n_offences"]]
    shown = before[before["n_offences_status"] == "shown"]
    both = shown[[*keys, "n_offences"]].merge(now, on=keys, validate="1:1")
    assert len(both) == len(shown)
    assert (both["n_offences_x"] != both["n_offences_y"]).any()

"""Each page kind as its readers meet it: wide, narrow, by keyboard, on paper."""

import re
from pathlib import Path

import pytest

from lagesbild.present.cells import HIDDEN, MISSING
from lagesbild.present.swedish import sort_key
from tests.web.conftest import keep_screenshot

pytestmark = pytest.mark.web

MAPS = ("index.html", "02_lagesbild.html", "radet.html")
PAGES = (
    *MAPS,
    "03_omradesblad_O08.html",
    "03_omradesblad_O05.html",
    "01_datakvalitet.html",
    "04_andts.html",
    "06_trygghet.html",
    EXIT := "05_vald_i_nara_relation.html",
    PLAN := "07_atgardsplan.html",
    COUNCIL := "09_strategiska_radet.html",
    "tillganglighet.html",
)
PROMISES = "08_medborgarlofte.html"
WRITTEN_FIRST = (COUNCIL, "radet.html", "tillganglighet.html")
"""Pages that open with what a human has written, as long as it is."""
WITHOUT_DRAWINGS = ("01_datakvalitet.html", EXIT, "tillganglighet.html", PLAN, COUNCIL)
MOST_SHEETS = {"radet.html": 20, "04_andts.html": 30}
"""Of A4: the council's file is four pages, and each of 04's charts has its table."""
MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")


def ask(tab, question, argument=None):
    """One question of measure.js, asked in the page."""
    return tab.evaluate(f"(told) => {MEASURE}.{question}(told)", argument)


def faults_of(tab, kind=None):
    """Everything axe finds, or of a kind, best practice too, in words."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"]}
    if kind is not None:
        options["runOnly"] = [kind]
    found = Axe().run(tab, options=options).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_breaks_no_rule_at_any_width(visit, name):
    with visit(name) as (tab, watch):
        assert faults_of(tab) == []
        for width in (1280, 360, 320):
            tab.set_viewport_size({"width": width, "height": 740})
            keep_screenshot(tab, name, width)
            assert ask(tab, "overflow", width) == 0, width
        assert faults_of(tab) == []
        assert ask(tab, "sizes") == {"small": [], "body": 18}
        assert watch.requests == []
        assert watch.messages == []


@pytest.mark.parametrize(
    "name", [name for name in (*PAGES, PROMISES) if name not in WRITTEN_FIRST]
)
def test_the_first_screen_holds_at_most_six_short_sentences(visit, name):
    with visit(name) as (tab, _):
        sentences = [
            sentence
            for text in ask(tab, "firstScreen")
            for sentence in re.split(r"(?<=[.!?]) +", text)
        ]
        assert len(sentences) <= 6
        # a number with its thousands is a word: its blank is one that never breaks
        assert [s for s in sentences if len(s.split(" ")) > 20] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_in_drawings_stands_out_from_its_ground(visit, name, scheme):
    with visit(name, color_scheme=scheme) as (tab, _):
        told = ask(tab, "contrast")
        assert told["told"] == []
        assert (told["read"] > 0) == (name not in WITHOUT_DRAWINGS)
        if scheme == "dark" and name != "radet.html":  # it is 02 once more
            # nothing but colours is another than when light
            assert faults_of(tab, "cat.color") == []


@pytest.mark.parametrize("name", PAGES)
def test_every_stop_of_the_keyboard_has_a_name_and_is_seen(visit, name):
    with visit(name) as (tab, _):
        stops = []
        for _ in range(400):
            tab.keyboard.press("Tab")
            stop = ask(tab, "stop")
            if stop is None:
                break
            stops.append(stop)
        if name == EXIT:
            assert stops.pop(0)["name"] == "Lämna sidan"
        assert stops[0]["name"] == "Hoppa till innehållet"
        last = "@exempelkommun.example" if name == "radet.html" else "redogörelsen"
        assert stops[-1]["name"].endswith(last)
        assert [stop for stop in stops if not stop["name"] or not stop["isSeen"]] == []
        on_map = [stop for stop in stops if stop["inMap"]]
        assert len(on_map) == (28 if name in MAPS else 0)
        if on_map:
            for stop in on_map:
                (told,) = stop["tips"]
                assert told.startswith(stop["name"].split(":")[0])
            first = stops.index(on_map[0])
            if name == "radet.html":  # its map neither moves nor zooms
                assert stops[first - 1]["name"] == "Hoppa över kartan"
                return
            before = [stop["name"] for stop in stops[first - 4 : first]]
            assert [before[0], *before[2:]] == [
                "Hoppa över kartan",
                "Zooma in",
                "Zooma ut",
            ]
            assert before[1].startswith("Karta över 28 områden.")


def test_the_map_can_be_skipped_and_an_area_leads_to_its_row(visit):
    with visit("02_lagesbild.html") as (tab, _):
        tab.locator(".karta a").first.focus()
        tab.keyboard.press("Enter")
        name = tab.locator(".karta a").first.get_attribute("aria-label").split(":")[0]
        assert tab.locator("tr:target th").inner_text() == name
        tab.get_by_text("Hoppa över kartan").focus()
        tab.keyboard.press("Enter")
        tab.keyboard.press("Tab")
        assert not ask(tab, "stop")["inMap"]


def test_the_map_has_size_and_many_colours_and_stays_beside_its_table(visit):
    with visit("02_lagesbild.html") as (tab, _):
        box = tab.locator(".karta").bounding_box()
        assert box["width"] > 350
        assert box["height"] > 250
        fills = ask(tab, "fills")
        assert len(set(fills.values())) >= 6
        assert "p-hid" in fills["kh"]
        rows = tab.locator(".mapgrid tbody tr")
        rows.nth(18).scroll_into_view_if_needed()
        tab.mouse.wheel(0, 300)
        tab.wait_for_timeout(100)
        assert tab.locator(".karta").bounding_box()["y"] >= 0
        assert tab.locator(".mapgrid .scroll").bounding_box()["x"] > box["x"] + 350


def test_name_and_value_stand_over_the_map_when_an_area_is_pointed_at(visit):
    with visit("02_lagesbild.html") as (tab, _):
        tab.locator(".karta").scroll_into_view_if_needed()
        assert ask(tab, "tips") == []
        spot = ask(tab, "point")
        tab.mouse.move(spot["x"], spot["y"])
        (told,) = ask(tab, "tips")
        name, value = spot["label"].split(": ", 1)
        assert told.startswith(name)
        assert told.removeprefix(name) in value


def test_sorting_keeps_hidden_cells_last_and_in_alphabetical_order(visit):
    with visit("02_lagesbild.html") as (tab, _):
        button = tab.locator(".mapgrid table").get_by_role("button", name="Antal")
        orders = []
        for _ in range(2):
            button.click()
            *rows, without, whole = ask(tab, "rows", 1)
            assert [without[0], whole[0]] == ["Utan område", "Hela kommunen"]
            shown = [int(text) for _, text in rows if text not in (HIDDEN, MISSING)]
            orders.append(shown)
            gone = rows[len(shown) :]
            assert {text for _, text in gone} == {HIDDEN, MISSING}
            assert gone == sorted(gone, key=lambda row: sort_key(row[0]))
        assert orders[0] == sorted(orders[0], reverse=True)
        assert orders[1] == sorted(orders[1])
        assert tab.locator("th[aria-sort]").count() == 1


@pytest.mark.parametrize("name", PAGES)
def test_without_script_a_page_is_read_in_full(visit, name):
    with visit(name) as (tab, _):
        with_script = _words(tab)
    with visit(name, java_script_enabled=False) as (tab, watch):
        assert watch.requests == []
        assert tab.locator("h1").count() == 1
        assert tab.get_by_role("button").count() == 0
        assert _words(tab) == with_script


MADE_BY_SCRIPT = ".pekat, .hela, .leaflet-control-container"


def _words(tab):
    tab.evaluate(
        "(made) => document.querySelectorAll(made).forEach((node) => node.remove())",
        MADE_BY_SCRIPT,
    )
    told = tab.locator("main").text_content().replace("Sök på områdets namn", "")
    return re.sub(r"\s+", " ", told).strip()


@pytest.mark.parametrize("name", MAPS[:2])
def test_in_forced_colours_steps_are_patterns_and_hidden_is_another(visit, name):
    with visit(name, forced_colors="active") as (tab, _):
        fills = ask(tab, "fills")
        steps = [fills[look] for look in ("k1", "k2", "k3", "k4") if look in fills]
        assert len(set(steps)) == len(steps) >= 3
        assert all("url(" in fill for fill in steps)
        assert fills["kh"] not in steps
        assert faults_of(tab) == []


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_everything_is_unfolded_and_table_heads_repeat(visit, name):
    with visit(name) as (tab, _):
        tab.emulate_media(media="print")
        assert ask(tab, "folded") == []
        shown = tab.evaluate(
            "() => [...document.querySelectorAll('thead')]"
            ".map(head => getComputedStyle(head).display)"
        )
        n_tables = tab.locator("table").count()
        assert shown == ["table-header-group"] * n_tables
        assert (n_tables > 0) == (name != "tillganglighet.html")
        size = tab.evaluate("() => getComputedStyle(document.body).fontSize")
        assert size == "16px"  # 12 points
        paper = tab.pdf(prefer_css_page_size=True, tagged=True, outline=True)
        n_pages = len(re.findall(rb"/Type\s*/Page\b", paper))
        assert n_pages >= (4 if name == "02_lagesbild.html" else 1)
        assert n_pages <= MOST_SHEETS.get(name, 12)
        assert b"/Lang (sv)" in paper
        assert b"/MarkInfo" in paper


def test_internal_pages_say_so_on_screen_and_on_every_sheet(visit):
    with visit("01_datakvalitet.html") as (tab, _):
        mark = "Internt – kan innehålla personuppgifter"
        assert tab.get_by_text(mark).first.is_visible()
        assert re.search(rf'@bottom-left\s*{{content:"[^"]*{mark}"', tab.content())
    with visit("02_lagesbild.html") as (tab, _):
        assert mark not in tab.content()


@pytest.mark.parametrize("name", ["02_lagesbild.html", "index.html", PAGES[-1]])
def test_text_at_twice_its_size_still_flows(visit, name):
    with visit(name, viewport={"width": 640, "height": 800}) as (tab, _):
        tab.evaluate("() => { document.documentElement.style.fontSize = '225%'; }")
        assert ask(tab, "overflow", 640) == 0


def test_an_area_is_found_by_its_name(visit):
    with visit("index.html") as (tab, _):
        tab.get_by_label("Sök på områdets namn").fill("norr")
        seen = [
            li.inner_text()
            for li in tab.locator("#omraden li").all()
            if li.is_visible()
        ]
        assert seen == ["Norrängen"]
        assert tab.get_by_role("status").inner_text() == "Ett område passar."


def test_the_way_out_leaves_a_blank_page_and_no_way_back(visit):
    with visit(EXIT) as (tab, watch):
        before = tab.evaluate("history.length")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        tab.wait_for_url("about:blank")
        assert tab.evaluate("history.length") == before
        assert watch.requests == []


def test_the_way_out_is_in_sight_wherever_one_reads_but_not_on_paper(visit):
    with visit(EXIT) as (tab, _):
        tab.set_viewport_size({"width": 360, "height": 740})
        tab.evaluate("scrollTo(0, document.body.scrollHeight)")
        link = tab.locator(".leave")
        box = link.bounding_box()
        assert 0 <= box["y"] and box["y"] + box["height"] <= 740
        assert (
            tab.title()
            == "Sida 05 juli–september 2026 – Exempelkommun (påhittade siffror)"
        )
        tab.emulate_media(media="print")
        assert not link.is_visible()

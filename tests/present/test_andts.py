"""Panels of alcohol, narcotics, doping, tobacco and gambling, from the demo's files."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from lagesbild import shown_statistics
from lagesbild.errors import UsageError
from lagesbild.present import show_andts, show_andts_summary
from lagesbild.present.andts import THEMES
from lagesbild.present.years_svg import Point, draw
from lagesbild.workspace import open_workspace
from tests.present import invented, look
from tests.present.stated import make_workspace, publish, read


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    return make_workspace(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def full(ws):
    return publish(ws)[0]


def page(publication, theme):
    return str(show_andts(publication, theme).page)


@pytest.mark.parametrize("theme", THEMES)
def test_every_source_of_the_demo_stands_in_its_panel(full, theme):
    html = page(full, theme)
    known = full.about_statistics["indicators"]
    own = known[
        (known["theme"] == theme) & ~known["indicator_id"].str.endswith("_antal")
    ]
    own = own[own["indicator_id"].isin(set(full.statistics["indicator_id"]))]
    assert len(own)
    rows = look.table(re.search(r'<table class="stack">.*?</table>', html)[0])
    assert rows[0][0] == "Uppgift"
    names = {row[0].partition(", åk 9")[0].partition(", gy 2")[0] for row in rows[1:]}
    assert names == set(own["name"])
    assert html.count("<svg") == html.count("<details>") == len(own)
    assert "Vad källorna inte kan säga" in html


def test_a_row_says_value_span_trend_sex_and_others(full):
    rows = {row[0]: row for row in look.table(page(full, "tobak"))}
    figures = full.statistics.set_index(
        ["indicator_id", "area_id", "breakdown", "period"]
    )

    def told(area, breakdown, period, column="value"):
        number = figures.loc[("hlv_snus", area, breakdown, period), column]
        return f"{number:.1f}".replace(".", ",")

    row, now = rows["Snusar varje dag"], "2022-2025"
    assert row[1] == "Hälsa på lika villkor. 16–84 år."
    low, high = (told("9999", "alla", now, name) for name in ("lower", "upper"))
    assert row[2].replace("\u00a0", " ") == (
        f"{told('9999', 'alla', now)} % år {now}, troligt spann {low}–{high}"
    )
    assert f"2016-2019, då {told('9999', 'alla', '2016-2019')}" in row[3]
    assert row[4].startswith(f"kvinnor {told('9999', 'kvinnor', now)}")
    assert row[4].endswith(": högre bland män")
    assert row[5].startswith(told("0000", "alla", now))
    assert row[6].startswith(f"median av 4 år {now}")


def test_laboratory_and_euda_stand_apart_and_cannabis_is_warned_of(full):
    html = page(full, "narkotika")
    names = [row[0] for row in look.table(html)]
    assert "Kokain i avloppsvatten" in names
    assert "Kokain i avloppsvatten, eget prov" in names
    titles = re.findall(r"<title[^>]*>([^<]*)</title>", html)
    assert len(titles) == len(set(titles))
    assert "De ställs aldrig mot varandra" in html
    assert "Osäkert mått: THC-COOH" in html
    assert "dos" not in re.sub(r"dossier", "", html.casefold())


def test_what_the_police_find_is_told_as_that(full):
    row = next(
        r for r in look.table(page(full, "narkotika")) if r[0].startswith("Narkotika-")
    )
    assert "polisen har upptäckt färre än 2024" in row[3]
    assert "lägre" not in row[3]


def test_no_cell_is_a_bare_small_number(full):
    for theme in THEMES:
        cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", page(full, theme))
        assert not {"1", "2", "3", "4"} & set(cells)


def test_what_is_missing_is_named_with_where_it_is_had(ws, tmp_path):
    settings = (ws.root / "kommun.toml").read_bytes()
    (tmp_path / "kommun.toml").write_bytes(settings)
    (tmp_path / "statistik").mkdir()
    for name in ("euda_exempel.csv", "kolada_grupper.json"):
        text = (ws.statistics / name).read_bytes()
        (tmp_path / "statistik" / name).write_bytes(text)
    bare, _ = publish(read(open_workspace(tmp_path)))
    html = page(bare, "alkohol")
    assert "Här finns inget tal för kommunen än." in html
    assert "<b>CAN:s skolundersökning.</b>" in html
    assert "har druckit alkohol senaste 12 månaderna" in html
    assert "Finns hos CAN och länsstyrelsen." in html
    assert "mallar/" not in html
    html = page(bare, "narkotika")
    assert "Kokain i avloppsvatten" in html
    assert "<b>EUDA" not in html.split("Det här saknas")[1]
    summary = str(show_andts_summary(bare).page)
    assert summary.count("Inget tal för kommunen finns att visa.") == 4


def test_since_the_last_compilation(ws, full):
    shown = shown_statistics.choose_statistics(ws)
    is_new = (full.statistics["indicator_id"] == "can_snus") & (
        full.statistics["period"] == "2025"
    )
    earlier = full.statistics[~is_new].copy()
    other = earlier["indicator_id"].eq("can_ecig") & earlier["breakdown"].eq("gy 2")
    other &= earlier["area_id"].eq("9999") & earlier["period"].eq("2019")
    earlier.loc[other, "value"] += 1
    since = shown_statistics.find_since(earlier, shown)
    about = full.about_statistics | {"since": since}
    meta = full.meta | {"last_release": ["2026-K2", "offentlig"]}
    html = str(
        show_andts_summary(replace(full, about_statistics=about, meta=meta)).page
    )
    listed = re.findall(r"<li>([^<]*)</li>", html.split("Nytt sedan 2026-K2")[1])
    assert listed == [
        "Snusar, även vitt snus, gy 2, 2025",
        "Snusar, även vitt snus, åk 9, 2025",
        "Använder e-cigaretter, gy 2, 2019 (ändrat)",
    ]
    same = shown_statistics.find_since(full.statistics, shown)
    about = full.about_statistics | {"since": same}
    html = str(
        show_andts_summary(replace(full, about_statistics=about, meta=meta)).page
    )
    assert "Inget nytt tal sedan 2026-K2" in html
    assert "Ingen sammanställning har lämnats ut" in str(show_andts_summary(full).page)
    # a release of an earlier version holds no statistics: all is new
    assert len(shown_statistics.find_since(pd.DataFrame(), shown)) > 50


def test_the_meeting_is_told_and_cannot_be_before_the_figures_came(full):
    html = str(show_andts_summary(full, "2026-10-14").page)
    assert "till mötet den 14 oktober 2026" in html
    with pytest.raises(UsageError, match="hämtades 2026-10-05, efter mötet 2026-10-04"):
        show_andts_summary(full, "2026-10-04")


def test_an_unknown_theme_is_an_error():
    with pytest.raises(UsageError, match="Temat 'snus' finns inte"):
        show_andts(invented.make_publication(), "snus")


def test_a_chart_keeps_years_apart_and_labels_from_each_other():
    one = (Point("2019", 10.0, "10,0", 8.0, 12.0), Point("2025", 10.0, "10,0"))
    other = (Point("2016-2019", 10.5, "10,5"), Point("2022-2025", 10.5, "10,5"))
    svg = str(draw([("åk 9", one), ("gy 2", other)], title="t", key="k"))
    assert svg.count('class="w-line"') == 1
    labels = [int(y) for y in re.findall(r'class="b" x="\d+" y="(-?\d+)"', svg)]
    assert abs(labels[0] - labels[1]) >= 40
    assert [Point(p, 1.0, "").at for p in ("2025", "2022-2025", "2026-K1")] == [
        2025.5,
        2024.0,
        2026.125,
    ]
    assert "Åk 9: 10,0 år 2019, 10,0 2025." in svg

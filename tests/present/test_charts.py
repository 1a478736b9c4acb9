import re

import numpy as np
import pytest

from lagesbild.errors import UsageError
from lagesbild.period import Period
from lagesbild.present.charts import show_trend
from tests.present import look
from tests.present.invented import HIDDEN, MISSING, NOTES, make_row, make_table

PERIODS = [str(period) for period in Period("2026-K3").back(9)]
VALUES = [1.0, 1.2, 1.1, 1.4, 1.3, 1.2, 1.5, 1.4, 2.5]
SHAPES = ("path", "circle", "rect", "text")


def rows_of(values=VALUES):
    return [
        make_row(
            area_id="*",
            period=period,
            rate_per_1000_quarter=value,
            rate_lower=value * 0.8,
            rate_upper=value * 1.25,
        )
        for period, value in zip(PERIODS[-len(values) :], values, strict=True)
    ]


def trend(rows=None, column="rate_per_1000_quarter", **options):
    table = make_table(rows_of() if rows is None else rows, ["period"])
    return show_trend(table, column, **options)


def drawings(*args, **options):
    tree = look.parse(trend(*args, **options).page)
    return tree.all("svg", class_="chart")


def test_the_chart_is_drawn_wide_and_narrow_with_title_and_description():
    wide, narrow = drawings()
    for svg in (wide, narrow):
        assert svg.attrs["role"] == "img"
        named = [svg.all("", id=id) for id in svg.attrs["aria-labelledby"].split()]
        assert [nodes[0].tag for nodes in named] == ["title", "desc"]
    assert wide.all("desc")[0].text == (
        "1,0 under juli–september 2024 och 2,5 under juli–september 2026. Alla "
        "siffror finns i tabellen under diagrammet."
    )


def test_text_is_text_and_names_the_last_value_and_last_years():
    told = [node.text for node in drawings()[0].all("text")]
    assert "2,5" in told
    assert "61 anmälda" in told
    assert "1,3 i fjol" in told
    assert not any("<path" in text for text in told)


def test_every_quarter_has_a_point_and_one_line_and_band_join_them():
    wide = drawings()[0]
    assert len(wide.all("circle", class_="pt")) == 9
    assert len(wide.all("path", class_="ln")) == 1
    assert len(wide.all("path", class_="band")) == 1


@pytest.mark.parametrize(("gone", "look_of_box"), [(HIDDEN, "kh"), (MISSING, "km")])
def test_a_quarter_that_is_not_shown_breaks_the_line_and_stands_on_the_axis(
    gone, look_of_box
):
    rows = rows_of()
    rows[3] |= gone
    wide = drawings(rows)[0]
    assert len(wide.all("circle", class_="pt")) == 8
    assert len(wide.all("path", class_="ln")) == 2
    assert len(wide.all("path", class_="band")) == 2
    (box,) = wide.all("rect", class_=look_of_box)
    assert box.attrs["height"] == "24"
    assert "Linjen är bruten" in wide.all("desc")[0].text


def test_no_point_label_bar_or_axis_comes_from_a_hidden_cell():
    worse = {
        "n_offences": 3,
        "rate_per_1000_quarter": 77.7,
        "rate_lower": 70.1,
        "rate_upper": 88.8,
        "n_offences_last_year": 4,
    }
    rows, leaky = rows_of(), rows_of()
    for place in (2, 4, 8):
        rows[place] |= HIDDEN
        leaky[place] |= HIDDEN | worse
    assert trend(leaky).page == trend(rows).page


def test_the_axis_begins_at_zero_and_holds_the_whole_band():
    wide = drawings()[0]
    ticks = [t.text for t in wide.all("text", text_anchor="end")]
    assert ticks == ["0", "1", "2", "3", "4"]


def test_a_series_break_parts_the_line_and_forbids_comparison():
    wide = drawings(breaks={"2026-K1": "Nya brottskoder"})[0]
    assert len(wide.all("path", class_="ln")) == 2
    assert len(wide.all("path", class_="brk")) == 1
    assert "Nya brottskoder" in [t.text for t in wide.all("text")]
    assert "Linjen är bruten vid 2026-K1" in wide.all("desc")[0].text
    page = trend(breaks={"2026-K1": "Nya brottskoder"}).page
    assert "i fjol" not in page
    assert "<h2" in page
    assert "ökar" not in page
    assert "Från 2026-K1: Nya brottskoder." in page


OLD = [str(period) for period in Period("2019-K4").back(9)]


def old_trend(column="rate_per_1000_quarter", **fixed):
    rows = [row | {"period": p} for row, p in zip(rows_of(), OLD, strict=True)]
    return show_trend(make_table(rows, ["period"], **fixed), column)


@pytest.mark.parametrize(
    ("category", "quarters"),
    [
        ("bedrageri", ["2019-K1"]),
        ("hot_ofredande", ["2019-K3"]),
        ("misshandel", ["2018-K1", "2019-K1"]),
        ("alla", ["2019-K1", "2019-K3"]),
        ("ran", []),
        ("nedskrapning", []),
    ],
)
def test_a_known_break_is_marked_in_the_chart_and_told_in_its_captions(
    category, quarters
):
    page = old_trend(category=category).page
    tree = look.parse(page)
    for svg in tree.all("svg", class_="chart"):
        assert len(svg.all("path", class_="brk")) == len(quarters)
        told = [t.text for t in svg.all("text")].count("Nya brottskoder")
        assert told == len(quarters)
    (caption,) = tree.all("figcaption")
    assert caption.text.count("Serien är bruten från") == len(quarters)
    for quarter in quarters:
        assert f"Serien är bruten från {quarter}: nya brottskoder: " in caption.text
        assert f"Från {quarter}: Nya brottskoder: " in page


def test_what_others_than_the_police_tell_has_no_break():
    rows = [
        row
        | {"period": p, "measure": "n_observations", "n_observations": 7}
        | {"n_observations_status": "shown"}
        for row, p in zip(rows_of(), OLD, strict=True)
    ]
    table = make_table(rows, ["period"], category="hot_ofredande")
    assert 'class="brk"' not in show_trend(table, "n_observations").page


def test_in_jupyterlab_the_break_parts_the_line_and_is_told():
    bundle = old_trend(category="bedrageri")._repr_mimebundle_()
    specification = bundle["application/vnd.vegalite.v5+json"]
    (data,) = specification["datasets"].values()
    assert [point["del"] for point in data] == [0] * 5 + [1] * 4
    (told,) = [point for point in data if point["brott"]]
    assert told["kvartal"] == "2019-K1"
    marks = [layer["mark"]["type"] for layer in specification["layer"]]
    assert marks == ["area", "line", "point", "rule"]


def test_a_break_before_last_year_leaves_the_comparison():
    assert "1,3</tspan> i fjol" in trend(breaks={"2025-K1": "Nya koder"}).page


def test_the_heading_is_a_finding_with_number_and_comparison():
    heading = look.parse(trend().page).all("h2")[0].text
    assert heading == "Skadegörelse ökar: 61 anmälda mot 34 i fjol"
    calm = rows_of()
    calm[-1]["verdict"] = "ingen säker förändring"
    heading = look.parse(trend(calm).page).all("h2")[0].text
    assert heading == "Skadegörelse, kvartal för kvartal"
    # the verdict is of the offences, not of what is drawn
    seen = [r | {"n_observations": 7, "n_observations_status": "shown"} for r in calm]
    heading = look.parse(trend(seen, "n_observations").page).all("h2")[0].text
    assert heading == "Skadegörelse, kvartal för kvartal"


def test_the_lede_compares_with_the_same_quarter_last_year():
    lede = look.parse(trend().page).all("p", class_="text")[0].text
    assert lede == (
        "Det är 2,5 anmälda per 1\u00a0000 invånare och kvartal, troligen mellan 2,0 "
        "och 3,1. I fjol var det 1,3, troligen mellan 1,0 och 1,6."
    )


@pytest.mark.parametrize("n", [1, 2, 4])
def test_with_less_than_five_quarters_nothing_is_compared(n):
    rows = [row | {"verdict": "för kort historik"} for row in rows_of(VALUES[-n:])]
    page = trend(rows).page
    assert "För kort historik" in page
    assert " i fjol</text>" not in page
    assert "ökar" not in page


def test_the_figures_stand_in_a_table_with_every_look_and_the_notes():
    rows = rows_of()
    rows[3] |= HIDDEN
    rows[5] |= MISSING
    folded = look.parse(trend(rows).page).all("details")
    (details,) = [part for part in folded if part.all("table")]
    told = [[c.text for c in row.parts] for row in details.all("tr")]
    assert told[0] == [
        "Kvartal",
        "Antal",
        "Per 1\u00a0000 invånare och\u00a0kvartal",
        "Troligt spann",
    ]
    assert told[4] == ["2025-K2", "visas inte", "visas inte", "visas inte"]
    assert told[6] == ["2025-K4", *["uppgift saknas"] * 3]
    assert told[9] == ["2026-K3", "61", "2,5", "2,0–3,1"]
    assert all(note in details.text for note in NOTES)


def test_at_most_so_many_quarters_and_none_after_the_cycle():
    late = rows_of([*VALUES, 3.0][-9:])
    for row, period in zip(late, Period("2026-K4").back(9), strict=True):
        row["period"] = str(period)
    wide = drawings(late, n_periods=4)[0]
    assert len(wide.all("circle", class_="pt")) == 4
    assert "2026-K4" not in trend(late).page


def test_where_no_rate_is_computed_the_count_is_drawn_and_why():
    none = {
        "rate_per_1000_quarter": np.nan,
        "rate_status": "not_computed",
        "rate_reason": "Färre än 500 invånare.",
    }
    tree = look.parse(trend([row | none for row in rows_of()]).page)
    assert tree.all("p", class_="text")[0].text == (
        "Inget tal per invånare: färre än 500 invånare."
    )
    assert "Skadegörelse, antal per kvartal" in tree.all("figcaption")[0].text
    assert len(tree.all("svg", class_="chart")[0].all("circle", class_="pt")) == 9
    # one quarter without is a gap and no other measure
    mixed = rows_of()
    mixed[2] |= none
    page = trend(mixed).page
    assert "Tal per invånare räknas inte i alla kvartal." in page
    assert "per 1\u00a0000 invånare och\u00a0kvartal" in page


def test_ids_are_unique_within_the_figure():
    ids = re.findall(r'\bid="([^"]+)"', trend().page)
    assert len(ids) == len(set(ids))


def test_numbers_in_the_drawing_are_whole_pixels():
    for svg in drawings():
        for shape in (node for tag in SHAPES for node in svg.all(tag)):
            drawn = {k: v for k, v in shape.attrs.items() if k in "d x y cx cy".split()}
            assert not re.search(r"\d\.\d", " ".join(drawn.values()))


def test_other_dimensions_and_columns_are_refused():
    with pytest.raises(UsageError, match="kvartal för kvartal"):
        show_trend(make_table(rows_of(), ["area_id"]))
    with pytest.raises(UsageError, match="kvartal för kvartal"):
        trend(column="verdict")


def test_in_jupyterlab_the_chart_answers_and_holds_shown_values_only():
    rows = rows_of()
    rows[3] |= HIDDEN | {"rate_per_1000_quarter": 77.7, "rate_upper": 88.8}
    bundle = trend(rows)._repr_mimebundle_()
    specification = bundle["application/vnd.vegalite.v5+json"]
    (data,) = specification["datasets"].values()
    assert [point["varde"] for point in data] == [*VALUES[:3], None, *VALUES[4:]]
    assert data[3]["text"] == "visas inte"
    assert "77.7" not in str(specification)
    assert "88.8" not in str(specification)
    assert "<svg" in bundle["text/html"]


def test_bytes_do_not_depend_on_what_was_drawn_before():
    first = trend().page
    trend(rows_of([3.0, 4.0, 5.0, 1.0]), "n_offences").live()
    assert trend().page == first


def test_two_figures_of_a_page_share_no_id():
    both = [trend().page, trend(column="n_offences").page]
    ids = [re.findall(r' id="([^"]+)"', html) for html in both]
    assert not set(ids[0]) & set(ids[1])
    for html, own in zip(both, ids, strict=True):
        named = re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', html)
        named = [name for names in named for name in names.split()]
        named += re.findall(r'(?:url\(|href=")#([^")]+)', html)
        assert named and set(named) <= set(own)


def test_in_jupyterlab_numbers_are_written_as_swedes_write_them():
    """The library that JupyterLab draws with reads the locale as it stands here."""
    import vl_convert

    mime = "application/vnd.vegalite.v5+json"
    many = trend(rows_of([1200.5, 2400.5, 3600.5, 1800.5])).live()[mime]
    locale = many["usermeta"]["embedOptions"]["formatLocale"]
    svg = vl_convert.vegalite_to_svg(many, vl_version="5.21", format_locale=locale)
    assert re.search(r">1\u00a0000<", svg) and not re.search(r">1,000<", svg)

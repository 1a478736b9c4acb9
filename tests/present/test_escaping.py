"""Names of areas, sources and reasons come from files and are never taken for HTML."""

from dataclasses import replace

import pandas as pd

from lagesbild import present
from lagesbild.publish import checks
from tests.present import invented, look, pages

BAD = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{0}%s</title>"


def _bad_publication():
    made = invented.make_publication(threshold=1, audience="intern")
    return replace(
        made,
        municipality=BAD,
        contact={"function": BAD, "email": BAD},
        status=BAD,
        cells=made.cells.assign(
            rate_reason=made.cells["rate_reason"].mask(
                made.cells["rate_reason"].notna(), BAD
            )
        ),
        areas_listed=made.areas_listed.assign(name=BAD, district=BAD),
        deliveries=made.deliveries.assign(source_name=BAD, organisation=BAD),
        quality={
            "quarantine": pd.DataFrame(
                {"source_name": [BAD], "reason": [BAD], BAD: [BAD], "n_rows": [3]}
            )
        },
    )


def test_no_text_becomes_a_tag_or_an_attribute():
    bad = _bad_publication()
    base_map = invented.make_base_map().assign(name=BAD)
    areas = invented.make_areas()
    breaks = {"2025-K1": BAD}
    parts = [
        present.show_heading(bad, "O00"),
        present.show_heading(bad, title=BAD),
        present.show_summary(bad, "O05"),
        present.show_map(
            bad.table("area_id", category="skadegorelse"), areas, base_map=base_map
        ),
        present.show_table(bad.table("area_id")),
        present.show_table(bad.table("category", area_id="O05")),
        present.show_area_table(bad.table("area_id", "category")),
        present.show_trend(bad.table("period", area_id="O00"), breaks=breaks),
        present.show_quality(bad, "quarantine"),
        present.show_quality(bad, "deliveries"),
        present.show_about(bad),
    ]
    for shown in parts:
        tree = look.parse(shown.page)
        assert not {"script", "img"} & {node.tag for node in tree.all()}
        for node in tree.all():
            assert not any(name.startswith("on") for name in node.attrs)
        assert BAD in tree.text
        live = shown._repr_mimebundle_()["text/html"]
        assert "<script>alert" not in live


def test_a_whole_page_with_such_names_still_keeps_every_rule():
    bad = replace(_bad_publication(), municipality="M", status="Utkast")
    body = pages.sheet(bad, "O05")
    html = pages.page.render(
        body,
        pages.page.Frame(
            municipality=BAD,
            is_invented=True,
            audience="intern",
            cycle=bad.cycle,
            period_name="juli–september 2026",
            status=BAD,
            mark=BAD,
            contact={"function": BAD, "email": BAD},
            navigation=(pages.page.Link("a.html", BAD),),
        ),
        file="a.html",
        title=BAD,
    )
    checks.check_page(html, where="a.html")
    assert html.count("<script>") == 1

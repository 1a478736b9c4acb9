"""A workspace on open data alone: the pages that stand on it, and no others."""

import json
from datetime import date

import pytest

from lagesbild import statistics
from lagesbild.errors import UsageError
from lagesbild.publication import open_publication
from lagesbild.publish import batch
from lagesbild.publish.products import PRODUCTS

BRA = "kommun;period;key;count;per100k\n9999;2024;total;80;2000\n"
MADE_AT = date(2026, 10, 14)


def read(ws, text=BRA):
    ws.statistics.mkdir(exist_ok=True)
    (ws.statistics / "bra_total.csv").write_text(text, encoding="utf-8")
    folder = statistics.read_statistics(ws, today=MADE_AT)
    statistics.keep_statistics(ws, folder)
    return folder.version


def test_pages_on_statistics_are_made_and_the_rest_named(project):
    version = read(project)
    told = batch.run_cycle(project, "2026-K3", jobs=1)
    made = {(p["audience"], p["product"]) for p in told["pages"]}
    wanted = {
        (audience, product.name)
        for product in PRODUCTS
        for audience in product.audiences
        if not product.needs_deliveries
    }
    assert wanted <= made
    assert not {n for _, n in made} & {"02_lagesbild", "03_omradesblad"}
    pages = project.outputs / "2026-K3"
    for audience in ("intern", "radet", "offentlig"):
        assert not (pages / audience / "oppna_data").exists()
        front = (pages / audience / "index.html").read_text("utf-8")
        assert "Inga leveranser är inlästa." in front
        assert "är inte med: " in front
        assert "Lägesbild" in front.split("är inte med: ")[1].split("</p>")[0]
        assert "Brå, sammandragna serier, hämtad 14 oktober 2026" in front
        assert "02_lagesbild.html" not in front
        manifest = json.loads((pages / audience / "manifest.json").read_text("utf-8"))
        assert manifest["statistics_version"] == version
        assert manifest["as_of"] == "2026-10-14"

    newer = read(project, BRA + "9999;2025;total;90;2100\n")
    told = batch.run_cycle(project, "2026-K3", jobs=1)
    again = {p["product"] for p in told["pages"] if not p.get("is_kept")}
    using = {product.name for product in PRODUCTS if product.uses_statistics}
    assert {name for name in again if name[:2].isdigit()} == {
        name for _, name in wanted if name in using
    }
    manifest = json.loads((pages / "radet" / "manifest.json").read_text("utf-8"))
    assert manifest["statistics_version"] == newer


def test_nothing_at_all_is_an_error_that_says_what_to_do(project):
    with pytest.raises(UsageError, match="varken leveranser eller statistik"):
        open_publication(project, "2026-K3")


def test_a_quarter_after_the_last_figure_is_refused(project):
    read(project)
    with pytest.raises(UsageError, match="2027-K1 började efter den sista uppgiften"):
        open_publication(project, "2027-K1")
    with pytest.raises(UsageError, match="gäller ett kvartal"):
        open_publication(project, "2026")
    publication = open_publication(project, "2026-K4")
    assert publication.data_until == MADE_AT
    assert publication.cells.empty

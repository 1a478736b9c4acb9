"""The sheets say what the pages say, in figures that programs read."""

import pytest

from lagesbild.present import cells, open_data
from lagesbild.present.swedish import sort_key
from tests.present.invented import CYCLE, make_publication, make_row, make_table

PUBLICATION = make_publication()
SHEETS = {sheet.file: sheet for sheet in open_data.make_sheets(PUBLICATION)}


def rows_of(file):
    names = [field.name for field in SHEETS[file].fields]
    return [dict(zip(names, row, strict=True)) for row in SHEETS[file].rows]


def test_every_sheet_has_rows_of_its_own_columns_and_a_key_that_is_unique():
    assert set(SHEETS) == {
        "kommunen.csv",
        "omraden.csv",
        "omraden_kvartal.csv",
        "leveranser.csv",
        "veckan.csv",
    }
    for file, sheet in SHEETS.items():
        rows = rows_of(file)
        keys = [tuple(row[name] for name in sheet.key) for row in rows]
        assert rows and len(set(keys)) == len(keys)


@pytest.mark.parametrize("file", ["kommunen.csv", "omraden.csv", "omraden_kvartal.csv"])
def test_a_figure_is_the_publication_s_where_shown_and_else_empty(file):
    held = PUBLICATION.cells.set_index(["area_id", "category", "period"])
    ids = {"hela_kommunen": "*", "utan_omrade": ""}
    seen = set()
    for row in rows_of(file):
        area_id = ids.get(row["omrade_id"], row["omrade_id"])
        cell = held.loc[(area_id, row["typ_id"], row["kvartal"])]
        for name, (column, _, _) in open_data.COUNTS.items():
            status = cell[f"{column}_status"]
            seen.add(status)
            assert row[f"{name}_status"] == open_data.STATES[status]
            assert row[name] == (str(cell[column]) if status == "shown" else "")
        if row["per_1000_invanare"]:
            assert cell["rate_status"] == "shown"
            rate = cells.read(cell.to_dict(), "rate_per_1000_quarter")
            assert float(row["per_1000_invanare"]) == rate.value
    assert {"shown", "suppressed"} <= seen


def test_areas_stand_in_swedish_order_and_the_municipality_last():
    names = list(dict.fromkeys(row["omrade"] for row in rows_of("omraden.csv")))
    assert names[-2:] == ["Utan område", "Hela kommunen"]
    assert names[:-2] == sorted(names[:-2], key=sort_key)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_text_begins_as_a_formula(sign):
    assert open_data.safe(f"{sign}1+1") == f"'{sign}1+1"
    assert open_data.safe(f" \t{sign}1\n+1") == f"'{sign}1 +1"
    assert open_data.safe("Ängsbo-Alby") == "Ängsbo-Alby"


@pytest.mark.parametrize(
    ("by", "fixed", "file"),
    [
        (["area_id"], {}, "omraden.csv"),
        (["area_id", "category"], {}, "omraden.csv"),
        (["category"], {"area_id": "O01"}, "omraden.csv"),
        (["category"], {}, "kommunen.csv"),
        (["category"], {"period": "2025-K1"}, "kommunen.csv"),
        (["period"], {}, "kommunen.csv"),
        (["period"], {"area_id": "O01", "category": "alla"}, "omraden_kvartal.csv"),
        (["period"], {"area_id": "O01"}, ""),
        (["area_id"], {"period": "2025-K1"}, ""),
    ],
)
def test_a_table_leads_to_the_sheet_that_holds_its_cells(by, fixed, file):
    table = make_table([make_row()], by, **fixed)
    assert open_data.find_file(table) == file
    if not file:
        assert open_data.link(file, "x") == ""
        return
    held = {(r["omrade_id"], r["typ_id"], r["kvartal"]) for r in rows_of(file)}
    told = {"area_id": "*", "category": "skadegorelse", "period": CYCLE} | table.fixed
    told |= {"area_id": "O01"} if "area_id" in by else {}
    area = {"*": "hela_kommunen"}.get(told["area_id"], told["area_id"])
    assert (area, told["category"], told["period"]) in held


def test_every_table_of_the_pages_has_its_link():
    from tests.present import look, pages

    for html in (pages.picture(PUBLICATION), pages.sheet(PUBLICATION, "O05")):
        tree = look.parse(html)
        tables = [t.all("caption")[0].all("span")[0].text for t in tree.all("table")]
        links = [p.all("a")[0] for p in tree.all("p", class_="csv")]
        linked = {link.all("span")[0].text.removeprefix(": ") for link in links}
        assert {link.attrs["href"] for link in links} <= {
            f"oppna_data/{file}" for file in SHEETS
        }
        # what stands out is told in sentences; its tables have no sheet of their own
        assert set(tables) >= linked and len(linked) >= 4

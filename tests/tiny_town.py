"""Nyby: an invented municipality of three areas, small enough to read at a glance.

Used by the tests of the way in. Everything in it is invented; each helper writes one
delivered file as its sender would.
"""

from pathlib import Path

import geopandas as gpd
import shapely

from lagesbild.workspace import Workspace, open_workspace

EAST, NORTH, SIZE = 600_000.0, 6_700_000.0, 1_000

GOVERNANCE = """
[sources.{name}.governance]
purpose = "påhittat ändamål"
legal_basis = "påhittad grund"
controller = "Nyby kommun"
retention_raw_months = 3
retention_place_months = 24
retention_row_months = 60
decision_number = "PÅHITTAT 2026/1"
impact_assessment_on = 2026-01-31
"""

ASSESSED = """
[help]
checked_on = 2026-01-20
[[help.lines]]
name = "Påhittade jouren"
phone = "08-465 004 04"
[accessibility]
level = "delvis"
assessed_on = 2026-01-20
method = "påhittad självskattning"
assessor = "påhittad webbfunktion"
feedback_url = "https://nyby.example/tillganglighet"
shortcomings = ["Påhittat: en lång tabell är svår att höra."]
"""

SETTINGS = """
[municipality]
code = "9999"
name = "Nyby"
county = "Nyby län"
is_invented = {is_invented}
[contact]
function = "Samordningsfunktionen"
email = "samordning@nyby.example"

[sources.polisen]
name = "Anmälda brott"
organisation = "Polismyndigheten"
kind = "police"
[[sources.polisen.layouts]]
files = "polisen_*.csv"
format = "csv"
[sources.polisen.layouts.columns]
source_key = "ID"
reported_on = "Inskriven"
offence_code = "Brottskod"
place_text = "Plats"
occurred_from = "Från"
occurred_to = "Till"
n_offences = "Antal"
municipality = "Kommun"
[[sources.polisen.layouts]]
files = "Brottsstatistik_*.csv"
format = "csv"
replaces_period = true
[sources.polisen.layouts.columns]
deso_code = "desokod"
offence_code = "Brottskod"
reported_on = "Inskrivningsdatum"
occurred_from = "Brottsdatum från"
occurred_to = "Brottsdatum till"
n_offences = "antal_brott"

[sources.felanmalan]
name = "Felanmälningar"
organisation = "Nyby kommun"
kind = "observation"
types = {{ "Klotter" = "klotter", "Lampa" = "trasig_belysning" }}
[[sources.felanmalan.layouts]]
files = "fel_*.csv"
format = "csv"
[sources.felanmalan.layouts.columns]
source_key = "Nr"
reported_on = "Datum"
offence_type = "Typ"
place_text = "Plats"

[sources.raddningen]
name = "Anlagda bränder"
organisation = "Räddningstjänsten"
kind = "observation"
types = {{ "Anlagd brand" = "brand" }}
[[sources.raddningen.layouts]]
files = "brand_*.csv"
format = "csv"
replaces_period = true
[sources.raddningen.layouts.columns]
reported_on = "Larm"
offence_type = "Typ"
place_text = "Plats"

[sources.antal]
name = "Färdiga antal"
organisation = "Polismyndigheten"
kind = "counts"
expected = "none"
[[sources.antal.layouts]]
files = "antal_*.csv"
format = "csv"
[sources.antal.layouts.columns]
area_id = "omrade"
category = "brottstyp"
period = "period"
n_offences = "antal"

[sources.utan_beslut]
name = "Källa utan beslut"
organisation = "Ingen"
kind = "observation"
expected = "none"
[[sources.utan_beslut.layouts]]
files = "utan_*.csv"
format = "csv"
[sources.utan_beslut.layouts.columns]
source_key = "Nr"

[sources.notiser]
name = "Händelsenotiser"
organisation = "Polismyndigheten"
kind = "notis"
expected = "none"
[[sources.notiser.layouts]]
files = "events_*.json"
format = "polisen_api"
"""


def make_tiny_town(folder: Path, *, is_invented: bool = True) -> Workspace:
    """A workspace with areas A01, A02, A03 from west to east, a kilometre each."""
    for part in ("referens", "inkommande", "register", "lager"):
        (folder / part).mkdir(parents=True)
    settings = SETTINGS.format(is_invented=str(is_invented).lower()) + ASSESSED
    for name in ("polisen", "felanmalan", "raddningen"):
        settings += GOVERNANCE.format(name=name)
    (folder / "kommun.toml").write_text(settings, encoding="utf-8")
    boxes = [_box(i * SIZE, (i + 1) * SIZE) for i in range(3)]
    ids = ["A01", "A02", "A03"]
    table = {"omrade_id": ids, "namn": ["Ängby", "Norrängen", "Viken"]}
    gpd.GeoDataFrame(table, geometry=boxes, crs=3006).to_file(
        folder / "referens" / "omraden.gpkg", layer="omraden"
    )
    desos = {"desokod": ["9999A0010", "9999A0020"]}
    shapes = [_box(100, 900), _box(500, 1_500)]  # inside A01; across A01 and A02
    gpd.GeoDataFrame(desos, geometry=shapes, crs=3006).to_file(
        folder / "referens" / "deso.gpkg", layer="deso"
    )
    rows = [
        ("Kvarngatan", number, "Nybyn", EAST + east)
        for number, east in ((1, 100), (2, 110), (9, 800))
    ] + [("Ågatan", 1, "Nybyn", EAST + 1_500), ("Vikvägen", 5, "Nybyn", EAST + 2_500)]
    lines = ["adress_id,gatuadress,husnummer,postort,e,n"]
    lines += [
        f"AD{i},{street},{number},{locality},{east},{NORTH + 500}"
        for i, (street, number, locality, east) in enumerate(rows)
    ]
    write(folder / "referens" / "adresser.csv", lines)
    return open_workspace(folder)


def _box(west, east):
    return shapely.box(EAST + west, NORTH, EAST + east, NORTH + SIZE)


def write(file: Path, lines) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return file


def police(
    key, day="2026-02-03", code="1203", place="Kvarngatan 1", number=1, **more
) -> str:
    """One row of a police file: vandalism at noon the day it was registered."""
    start, end = more.get("start", f"{day} 12:00"), more.get("end", f"{day} 13:00")
    return ";".join(
        map(str, (key, day, code, place, start, end, number, "Nyby", "fri text"))
    )


def write_police(folder: Path, *rows, name="polisen_2026-K1.csv") -> Path:
    head = "ID;Inskriven;Brottskod;Plats;Från;Till;Antal;Kommun;Fritext"
    return write(folder / name, [head, *rows])


def write_reports(folder: Path, *rows, name="fel_2026-K1.csv") -> Path:
    """Rows: (number, day, type, place)."""
    return write(
        folder / name, ["Nr;Datum;Typ;Plats", *(";".join(map(str, r)) for r in rows)]
    )


def write_fires(folder: Path, *rows, name="brand_2026-K1.csv") -> Path:
    """Rows: (day, place); no keys, the file replaces its period."""
    lines = [f"{day};Anlagd brand;{place}" for day, place in rows]
    return write(folder / name, ["Larm;Typ;Plats", *lines])


def write_counts(folder: Path, *rows, name="antal_2026-K1.csv") -> Path:
    """Rows: (area, category, period, number)."""
    lines = [";".join(map(str, row)) for row in rows]
    return write(folder / name, ["omrade;brottstyp;period;antal", *lines])

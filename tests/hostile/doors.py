"""Every door through which a file from outside comes in, opened as its room opens it.

A door takes a file and reads it into a small workspace. What it may do is to read it,
or to refuse it with an error of ours; all else is a fault.
"""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from lagesbild.agreement import contract
from lagesbild.agreement.reading import read_sheet
from lagesbild.agreement.tables import REGISTERS
from lagesbild.geocode.alias_file import read_aliases
from lagesbild.geocode.command import geocode_file
from lagesbild.ingest import ingest_files
from lagesbild.initiate import init_workspace
from lagesbild.open_data import make_open_workspace
from lagesbild.protect.command import suppress_file
from lagesbild.questionnaire.answers import read_answers
from lagesbild.questionnaire.questions import load_choices, load_questions
from lagesbild.read.addresses import read_addresses
from lagesbild.read.population import read_population
from lagesbild.read.reference import load_areas, read_register
from lagesbild.statistics import keep_statistics, read_statistics
from lagesbild.workspace import open_workspace, read_settings
from tests.tiny_town import GOVERNANCE, make_tiny_town, police, write_police

CANARY = "Hemligsson"
"""Stands in every cell of a seed that could be about somebody."""
DAY = date(2026, 10, 1)
EXCEL = """
[sources.bolag]
name = "Bolaget"
organisation = "Bostadsbolaget"
kind = "observation"
types = { "Klotter" = "klotter" }
[[sources.bolag.layouts]]
files = "bolag_*.xlsx"
format = "excel"
[sources.bolag.layouts.columns]
source_key = "Nr"
reported_on = "Datum"
offence_type = "Typ"
place_text = "Plats"
"""
_CHANGING = ("logg.jsonl", "logg.lock", "skrivlas.lock", "skrivlas.txt")


@dataclass(frozen=True)
class Hall:
    """A workspace with a delivery stored, and a copy to put it back from."""

    root: Path
    pristine: Path

    def put_back(self):
        shutil.rmtree(self.root)
        shutil.copytree(self.pristine, self.root)

    @property
    def ws(self):
        return open_workspace(self.root)


def make_hall(folder):
    ws = make_tiny_town(folder / "nyby")
    settings = ws.root / "kommun.toml"
    text = settings.read_text("utf-8") + EXCEL + GOVERNANCE.format(name="bolag")
    # no register of areas has 9999 in SCB's list: init asks for a real code
    settings.write_text(text, encoding="utf-8")
    (ws.root / "statistik").mkdir()
    rows = [police(f"K{i}", day="2025-11-03") for i in range(4)]
    write_police(ws.inbox, *rows, name="polisen_2025-K4.csv")
    told = ingest_files(open_workspace(ws.root))
    assert [row["status"] for row in told] == ["inläst"]
    shutil.copytree(ws.root, folder / "orord")
    return Hall(ws.root, folder / "orord")


def seen(root):
    """What lies in a workspace; the log tells of refusals and may grow."""
    return {
        file.relative_to(root).as_posix(): (
            file.stat().st_size,
            file.stat().st_mtime_ns,
        )
        for file in root.rglob("*")
        if file.is_file() and file.name not in _CHANGING
    }


class RefusedError(Exception):
    """What an ingest tells of a refused file, as other doors raise it."""


def _ingest(hall, file):
    (told,) = ingest_files(hall.ws, [file])
    if "error" in told:
        raise RefusedError(told["error"])


def _init(hall, file):
    target = hall.root.parent / "ny"
    try:
        init_workspace(target, kommun="2181", areas=file)
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _open_data(hall, file):
    target = hall.root.parent / "oppen"
    try:
        make_open_workspace(target, kommun="2181", files=file.parent)
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _statistics(hall, file):
    ws = hall.ws
    target = ws.statistics / file.name
    shutil.copyfile(file, target)
    try:
        folder = read_statistics(ws, today=DAY)
        (refused,) = folder.files["refused"]
        if refused:
            raise RefusedError(refused)
        keep_statistics(ws, folder)
    finally:
        target.unlink()


def _geocode(hall, file):
    target = hall.root.parent / "svar.csv"
    try:
        geocode_file(
            file,
            target,
            addresses=hall.root / "referens" / "adresser.csv",
            areas=hall.root / "referens" / "omraden.gpkg",
            jobs=1,
        )
    finally:
        target.unlink(missing_ok=True)


def _geocode_addresses(hall, file):
    target = hall.root.parent / "svar.csv"
    rows = hall.root.parent / "fraga.csv"
    rows.write_text("rad_id,adresstext\n1,Kvarngatan 1\n", encoding="utf-8")
    areas = hall.root / "referens" / "omraden.gpkg"
    try:
        geocode_file(rows, target, addresses=file, areas=areas, jobs=1)
    finally:
        target.unlink(missing_ok=True)


def _suppress(hall, file):
    target = hall.root.parent / "dolt.csv"
    tree = hall.root.parent / "trad.csv"
    tree.write_text(
        "dim,hier,parent,child\nort,h,Totalt,A\nort,h,Totalt,B\n", encoding="utf-8"
    )
    try:
        suppress_file(file, target, dims=["ort"], count="antal", hierarchy=tree)
    finally:
        target.unlink(missing_ok=True)


def _answers(hall, file):
    areas = load_areas(hall.ws)[["area_id", "name"]]
    read_answers(file, load_questions(), load_choices(areas))


def _areas_in_place(hall, file):
    """As a municipality lays its own areas over the workspace's."""
    target = hall.root.parent / "egen" / "referens"
    shutil.rmtree(target.parent, ignore_errors=True)
    target.mkdir(parents=True)
    shutil.copyfile(hall.root / "kommun.toml", target.parent / "kommun.toml")
    shutil.copyfile(file, target / "omraden.gpkg")
    load_areas(open_workspace(target.parent))


DOORS = {
    "ingest": _ingest,
    "init": _init,
    "opendata": _open_data,
    "statistics": _statistics,
    "geocode": _geocode,
    "geocode-addresses": _geocode_addresses,
    "suppress": _suppress,
    "answers": _answers,
    "areas": _areas_in_place,
    "addresses": lambda hall, file: read_addresses(file, "2181"),
    "population": lambda hall, file: read_population(file, {"A01"}),
    "places": lambda hall, file: read_register(file, "places"),
    "aliases": lambda hall, file: read_aliases(file),
    "register": lambda hall, file: read_sheet(file, REGISTERS["actions"]),
    "settings": lambda hall, file: read_settings(file),
}


def make_seeds(folder, hall):
    """For each door, files that it takes, which are then broken: door → paths."""
    folder.mkdir()

    def text(name, *lines, encoding="utf-8"):
        file = folder / name
        file.write_text("\n".join(lines) + "\n", encoding=encoding, newline="\n")
        return file

    def book(name, rows):
        file = folder / name
        pd.DataFrame(rows[1:], columns=rows[0]).to_excel(file, index=False)
        return file

    reports = [["Nr", "Datum", "Typ", "Plats"]]
    reports += [[str(n), "2026-02-03", "Klotter", f"{CANARY} {n}"] for n in range(5)]
    lines = [";".join(row) for row in reports]
    areas = load_areas(hall.ws)
    named = areas.rename(columns={"area_id": "omrade_id", "name": "namn"})
    named = named[["omrade_id", "namn", "geometry"]]
    for file in ("omraden.gpkg", "omraden.geojson", "omraden.shp"):
        named.to_file(folder / file)
    points = named.assign(
        GATUADRESS=[f"Kvarngatan {n}" for n in range(3)], POSTORT="Nyby"
    ).set_geometry(named.centroid)
    points = points[["GATUADRESS", "POSTORT", "geometry"]]
    points.to_file(folder / "adresser.gpkg")
    osm = text(
        "adresser.osm",
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<osm version="0.6">',
        '<node id="1" version="1" lat="60.4" lon="16.8">',
        '<tag k="addr:street" v="Kvarngatan"/><tag k="addr:housenumber" v="1"/>',
        "</node>",
        "</osm>",
    )
    head = "adress_id,gatuadress,husnummer,postort,e,n"
    questions, choices = load_questions(), load_choices(areas[["area_id", "name"]])
    first = {
        q["name"]: choices.loc[choices["list"] == q["choices"], "name"].iloc[0]
        if q["type"] != "text"
        else f"{CANARY} var här"
        for q in questions.to_dict("records")
    }
    register = REGISTERS["actions"].headings
    filled = [_cell(column) for column in REGISTERS["actions"].columns]
    kolada = (
        '{"values":[{"kpi":"N07540","municipality":"2181","period":2024,"values":'
        '[{"gender":"T","value":12.5,"isdeleted":false,"status":""}]}]}'
    )
    stat = (
        '{"class":"dataset","id":["Region","Tid"],"size":[1,1],"dimension":'
        '{"Region":{"category":{"index":{"2181":0}}},"Tid":{"category":{"index":'
        '{"2024":0}}}},"value":[39000]}'
    )
    groups = (
        '[{"id":"G1","title":"Liknande kommuner, övergripande, Nyby, 2025","members":'
        '[{"member_id":"2181","member_title":"Sandviken"}]}]'
    )
    notice = (
        '[{"id":1,"datetime":"2026-02-03 10:00:00 +01:00","name":"03 februari, Rån",'
        '"summary":"s","url":"/a","type":"Rån","location":{"name":"Nyby",'
        '"gps":"60.4,16.8"}}]'
    )
    return {
        "ingest": [
            text("fel_2026-K1.csv", *lines),
            text("fel_2026-K2.csv", *lines, encoding="utf-16"),
            text("polisen_2026-K1.csv", *_police_lines(), encoding="cp1252"),
            text(
                "antal_2026-K1.csv",
                "omrade;brottstyp;period;antal",
                "A01;klotter;2026-K1;3",
            ),
            text("events_2026.json", notice),
            book("bolag_2026-K1.xlsx", reports),
        ],
        "init": [folder / f"omraden.{end}" for end in ("gpkg", "geojson", "shp")],
        "areas": [folder / "omraden.gpkg"],
        "opendata": [folder / "omraden.gpkg"],
        "statistics": [
            text(
                "bra_serier.csv",
                "kommun;period;key;count;per100k",
                "2181;2024;total;9;1",
            ),
            text("kolada_n.json", kolada),
            text("kolada_grupper.json", groups),
            text("scb_folk.json", stat),
            text(
                "kolada_n.csv",
                "kpi,municipality_id,year,gender,value",
                "N07540,2181,2024,T,1",
            ),
            text(
                "sol_a.txt",
                "Region;Brott;År;Period;Antal;/100 000 inv",
                "Nyby;Totalt;2024;Helår;1;2",
            ),
            text(
                "anmalda_brott_kommunerna_2024.csv",
                "Kommun;Antal;Per 100 000 inv.",
                "Nyby;1;2",
            ),
            text(
                "can.csv",
                "indikator;kommun;arskurs;kon;period;varde;undre;ovre;antal_svar",
                "can_rokning;2181;åk 9;;2024;40;;;",
            ),
            text(
                "avlopp_x.csv",
                "reningsverk;period;amne;halt_ug_per_m3;flode_m3_per_dygn;"
                "anslutna_personer;anslutna_hushall;antal_dygn",
                "Verket;2024;kokain;100;2000;9000;4000;7",
            ),
        ],
        "geocode": [
            text("rader.csv", "rad_id,adresstext,ort", f"1,Kvarngatan 1,{CANARY}")
        ],
        "geocode-addresses": [
            text("adr.csv", head, "1,Kvarngatan,1,Nyby,600100,6700500")
        ],
        "addresses": [
            text("adresser.csv", head, f"1,{CANARY}gatan,1,Nyby,600100,6700500"),
            folder / "adresser.gpkg",
            osm,
        ],
        "population": [
            text("befolkning.csv", "omrade_id,ar,antal", "A01,2024,900"),
            text("deso.csv", "desokod;pop_2024", "A01;900"),
            text("px.csv", '"region","kön","000 2024"', '"A01","totalt",900'),
        ],
        "places": [
            text("platser.csv", "plats_id,namn,alias,e,n", "1,Torget,,600100,6700500")
        ],
        "aliases": [
            text("platser_alias.csv", "text;ort;betyder;kommentar", "Ladan;;A01;")
        ],
        "register": [
            text("plan.csv", ";".join(register), ";".join(filled)),
            book("plan.xlsx", [list(register), filled]),
        ],
        "answers": [
            text("svar.csv", ",".join(first), ",".join(first.values())),
            book("svar.xlsx", [list(first), list(first.values())]),
        ],
        "suppress": [text("tabell.csv", "ort,antal", "A,3", "B,90")],
        "settings": [hall.root / "kommun.toml"],
    }


def _police_lines():
    head = "ID;Inskriven;Brottskod;Plats;Från;Till;Antal;Kommun;Fritext"
    return [head, *(police(f"N{i}", place=f"{CANARY} {i}") for i in range(5))]


def _cell(column):
    fixed = {
        contract.CATEGORY: "klotter",
        contract.AREA: "A01",
        contract.AREAS: "A02",
        contract.QUARTER: "2026-K1",
        contract.DAY: "2026-02-03",
        contract.NUMBER: "7",
    }
    if column.kind == contract.WORD:
        return column.words[0]
    return fixed.get(column.kind, "ord")

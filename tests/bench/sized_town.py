"""The demo's municipality in another size: more people and areas, or fewer.

Used by the benches of growth. The ground, the streets and the senders' dirt are the
demo's own; its areas are cut in strips or joined, and its numbers scaled. All of it is
invented.
"""

import shutil
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lagesbild.demo import deliveries, events, files, gazetteer, geography, rates
from lagesbild.demo.statistics import write_statistics
from lagesbild.geocode.alias_file import write_template
from lagesbild.period import Period
from lagesbild.read import reference
from lagesbild.workspace import SETTINGS_FILE

LAST = deliveries.LAST_QUARTER
PEOPLE_IN_DEMO, AREAS_IN_DEMO = 40_000, 28
_OTHERS = (rates.MUNICIPALITY, rates.HOUSING, rates.RESCUE)
_BEFORE_ALL = Period("2005-K1")
HEAD_DECISIONS = "kvartal;mottagare;organisation;roll;datum;diarienummer"
HEAD_ASSESSMENTS = "kvartal;tema;roll;bedomning;konsekvenser"


def make_sized_town(
    folder: Path,
    *,
    n_areas: int,
    n_inhabitants: int,
    n_quarters: int,
    police_a_year: float,
    others_a_year: float,
    seed: int = 2026,
) -> dict[str, list[Path]]:
    """A workspace without deliveries; they lie beside it, in ``kommande/``.

    Returns
    -------
    dict
        Quarter's label → the files of it, the oldest quarter first.
    """
    for part in ("referens", "inkommande", "register", "lager"):
        (folder / part).mkdir(parents=True)
    write_template(folder / "register")
    write_statistics(folder / "statistik")
    areas = _areas(n_areas)
    files.write_layer(areas, folder / "referens" / reference.AREAS_FILE, "omraden")
    _write_places(folder / "referens", areas["omrade_id"], n_inhabitants, n_quarters)
    settings = Path(deliveries.__file__).with_name("kommun_demo.toml")
    shutil.copyfile(settings, folder / SETTINGS_FILE)
    sizes = police_a_year, others_a_year
    return _write_deliveries(folder.parent / "kommande", n_quarters, sizes, seed)


def decide_and_assess(folder: Path, cycles: list[str]) -> None:
    """Write what a release asks for, of all cycles so far."""
    decisions, assessments = [HEAD_DECISIONS], [HEAD_ASSESSMENTS]
    for number, cycle in enumerate(cycles):
        day = Period(cycle).next.end
        decisions += [
            f"{cycle};{audience};{name};påhittad chef;{day};EX-PÅHITTAT {number + 1}"
            for audience in ("radet", "offentlig")
            for name in ("kommunen", "polisen")
        ]
        told = "påhittad samordnare;Påhittat: lugnt.;Påhittat: inga."
        assessments += [f"{cycle};{t};{told}" for t in ("", "andts", "trygghet")]
    for name, lines in (("beslut.csv", decisions), ("analys.csv", assessments)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _areas(n_areas: int) -> gpd.GeoDataFrame:
    own = geography.make_areas()
    if n_areas <= len(own):
        group = np.arange(len(own)) * n_areas // len(own)
        shapes = [
            shapely.union_all(own.geometry[group == i], grid_size=0.1)
            for i in range(n_areas)
        ]
        kinds = ["bostad"] * n_areas
    else:
        cuts = np.diff(np.arange(len(own) + 1) * n_areas // len(own))
        shapes = [
            part
            for shape, n in zip(own.geometry, cuts, strict=True)
            for part in _strips(shape, n)
        ]
        kinds = np.repeat(own["slag"].to_numpy(), cuts)
    ids = [f"EX{i:04d}" for i in range(1, n_areas + 1)]
    names = [f"Påhittade delen {i}" for i in range(1, n_areas + 1)]
    table = {"omrade_id": ids, "namn": names, "kommundel": "Exempelstad", "slag": kinds}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=geography.CRS)


def _strips(shape: shapely.Geometry, n: int) -> list[shapely.Geometry]:
    west, south, east, north = shape.bounds
    edges = np.round(np.linspace(west, east, n + 1), 1)
    boxes = [shapely.box(a, south - 1, b, north + 1) for a, b in pairwise(edges)]
    return [shapely.intersection(shape, box, grid_size=0.1) for box in boxes]


def _write_places(target: Path, ids, n_inhabitants: int, n_quarters: int) -> None:
    addresses = gazetteer.make_addresses().drop(columns=["area", "neighbour", "weight"])
    places = gazetteer.make_places().drop(columns="area")
    files.write_csv(addresses, target / reference.ADDRESSES_FILE, separator=",")
    files.write_csv(places, target / reference.PLACES_FILE, separator=",")
    years = range(LAST.back(n_quarters)[0].year - 2, LAST.year + 1)
    people = pd.DataFrame(
        [(area, year, n_inhabitants // len(ids)) for area in ids for year in years],
        columns=["omrade_id", "ar", "antal"],
    )
    files.write_csv(people, target / reference.POPULATION_FILE, separator=",")


def _write_deliveries(
    target: Path, n_quarters: int, sizes: tuple[float, float], seed: int
) -> dict[str, list[Path]]:
    police, others = (
        wanted / 4 / (rates.LEVEL * sum(one[0] for t in tables for one in t.values()))
        for wanted, tables in zip(sizes, ((rates.POLICE,), _OTHERS), strict=True)
    )
    target.mkdir()
    written = {quarter.label: [] for quarter in LAST.back(n_quarters)}
    with ExitStack() as stack:
        # the demo begins in 2021, and has one scale for all its senders
        stack.enter_context(patch.object(deliveries, "FIRST_QUARTER", _BEFORE_ALL))
        stack.enter_context(patch.object(events, "_FIRST_QUARTER", _BEFORE_ALL))
        for table in _OTHERS:
            more = {k: (v[0] * others / police, *v[1:]) for k, v in table.items()}
            stack.enter_context(patch.dict(table, more))
        made = deliveries.make_deliveries(n_quarters, seed=seed, scale=police)
        for one in made:
            file = target / one.file_name
            if one.shape.encoding:
                how = {"encoding": one.shape.encoding, "newline": one.shape.newline}
                files.write_csv(one.table, file, **how)
            else:
                sheet = {"sheet": one.shape.sheet, "title": one.title}
                files.write_excel(one.table, file, **sheet)
            files.set_time(file, one.received)
            (label,) = (name for name in written if name in one.file_name)
            written[label].append(file)
    return written

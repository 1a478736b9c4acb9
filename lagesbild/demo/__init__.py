"""Exempelkommun: a plainly invented municipality with dirty deliveries and answers.

In: a seed. Out: a workspace with its reference files, all deliveries in inkommande/
and the truth in facit/. Next: ``lagesbild ingest``. Nothing in it is real: it lies in
the open sea.
"""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from lagesbild.errors import UsageError
from lagesbild.workspace import SETTINGS_FILE, make_private_folder

N_QUARTERS = 23


def make_demo(
    folder: Path, *, seed: int = 2026, scale: float = 1.0, n_quarters: int = N_QUARTERS
) -> Path:
    """Make the workspace of the invented municipality; nothing is ingested.

    Made again in the same folder, its settings, reference files and deliveries become
    as they were, and what has been ingested stays.

    Parameters
    ----------
    folder : Path
        New, empty, or an earlier demo.
    seed : int
        The same seed gives the same bytes.
    scale : float
        Multiplies the number of events; 1 is about 46,000 reports.
    n_quarters : int
        Keep the last so many quarters, 1–23, ending with 2026-K3.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        If the folder holds something else, or an earlier demo that was made with
        other choices and has been ingested; nothing is changed then.
    """
    folder = Path(folder)
    choices = {"seed": seed, "scale": float(scale), "quarters": n_quarters}
    _check_choices(choices)
    _refuse_other(folder, choices)
    for part in ("referens", "inkommande", "register"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    make_private_folder(folder / "lager")
    _clear_earlier(folder)
    from lagesbild.demo import truth
    from lagesbild.demo.registers import write_registers
    from lagesbild.demo.statistics import write_statistics
    from lagesbild.geocode.alias_file import write_template

    write_template(folder / "register")
    truth.write_planted(folder, seed=seed, scale=float(scale), n_quarters=n_quarters)
    write_registers(folder / "register")
    write_statistics(folder / "statistik")
    _write_reference(folder / "referens")
    _write_deliveries(folder, seed=seed, scale=scale, n_quarters=n_quarters)
    settings = resources.files("lagesbild.demo").joinpath("kommun_demo.toml")
    with (folder / SETTINGS_FILE).open("wb") as file:
        file.write(settings.read_bytes().replace(b"\r\n", b"\n"))
    return folder


def _check_choices(choices: dict) -> None:
    if not 1 <= choices["quarters"] <= N_QUARTERS:
        raise UsageError(f"Demon har 1 till {N_QUARTERS} kvartal.")
    if choices["scale"] <= 0 or choices["seed"] < 0:
        raise UsageError("Demons skala ska vara större än 0 och dess frö minst 0.")


def _refuse_other(folder: Path, choices: dict) -> None:
    """Refuse a folder that holds somebody's work."""
    from lagesbild.demo import truth

    if not folder.exists() or not any(folder.iterdir()):
        return
    earlier = truth.read_choices(folder)
    if earlier is None:
        raise UsageError(
            f"Mappen '{folder}' är inte tom och innehåller ingen tidigare demo. Inget "
            "är ändrat. Välj en annan mapp med --out."
        )
    if earlier != choices and (folder / "lager" / "tabeller").exists():
        told = ", ".join(f"--{name} {value}" for name, value in earlier.items())
        raise UsageError(
            f"Demon i '{folder}' är gjord med andra val ({told}) och redan inläst. "
            "Inget är ändrat. Välj en annan mapp med --out, eller ta bort mappen först."
        )


def _clear_earlier(folder: Path) -> None:
    """Remove the deliveries of an earlier demo, and nothing that others put there."""
    import pandas as pd

    from lagesbild.demo import truth

    rows = folder / truth.FOLDER / truth.ROWS
    if rows.is_file():
        for name in pd.read_csv(rows, sep=";", usecols=["fil"])["fil"].unique():
            (folder / "inkommande" / name).unlink(missing_ok=True)
    shutil.rmtree(folder / truth.FOLDER, ignore_errors=True)


def _write_reference(target: Path) -> None:
    from lagesbild.demo import gazetteer, geography
    from lagesbild.demo.files import write_csv, write_layer
    from lagesbild.read import reference

    layers = {
        reference.AREAS_FILE: (geography.make_areas(), "omraden"),
        reference.DESO_FILE: (geography.make_deso(), "deso"),
        reference.BASE_MAP_FILE: (geography.make_base_map(), "baskarta"),
    }
    for name, (layer, title) in layers.items():
        write_layer(layer, target / name, title)
    addresses = gazetteer.make_addresses().drop(columns=["area", "neighbour", "weight"])
    places = gazetteer.make_places().drop(columns="area")
    write_csv(addresses, target / reference.ADDRESSES_FILE, separator=",")
    write_csv(places, target / reference.PLACES_FILE, separator=",")
    write_csv(
        gazetteer.make_population(), target / reference.POPULATION_FILE, separator=","
    )


def _write_deliveries(
    folder: Path, *, seed: int, scale: float, n_quarters: int
) -> None:
    from lagesbild.demo import files, truth
    from lagesbild.demo.deliveries import make_deliveries

    truths, personal = [], []
    for delivery in make_deliveries(n_quarters, seed=seed, scale=scale):
        shape, file = delivery.shape, folder / "inkommande" / delivery.file_name
        if shape.encoding:
            files.write_csv(
                delivery.table, file, encoding=shape.encoding, newline=shape.newline
            )
        else:
            files.write_excel(
                delivery.table, file, sheet=shape.sheet, title=delivery.title
            )
        files.set_time(file, delivery.received)
        truths.append(delivery.truth)
        personal.append(delivery.personal)
    truth.write_truth(folder, truths, personal)

"""The invented publication with the demo's published statistics, as pages show them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

from lagesbild import shown_statistics, statistics
from lagesbild.demo.statistics import write_statistics
from lagesbild.workspace import Workspace, open_workspace
from tests.present import invented

DAY = date(2026, 10, 5)


def make_workspace(folder: Path) -> Workspace:
    """A workspace that holds the demo's statistics and no delivery."""
    settings = resources.files("lagesbild.demo").joinpath("kommun_demo.toml")
    (folder / "kommun.toml").write_bytes(settings.read_bytes())
    write_statistics(folder / "statistik")
    return read(open_workspace(folder))


def read(ws: Workspace) -> Workspace:
    told = statistics.read_statistics(ws, today=DAY)
    statistics.keep_statistics(ws, told)
    return ws


def publish(ws: Workspace, publication=None, **more):
    """A publication with what is shown of the workspace's statistics, and that."""
    shown = shown_statistics.choose_statistics(ws)
    stated = replace(
        publication or invented.make_publication(),
        statistics=shown.figures,
        about_statistics=shown.about | more,
    )
    return stated, shown

"""Fixtures that several rooms' tests share: an invented town in frames."""

import os
import shutil

import filelock
import numpy as np
import pandas as pd
import pytest

POLICE = {
    "bostadsinbrott": 1.2,
    "cykelstold": 2.0,
    "skadegorelse": 4.0,
    "klotter": 1.0,
    "ran": 0.2,
    "misshandel": 1.5,
    "narkotika": 1.5,
    "bedrageri": 3.0,
    "ovriga_brott": 6.0,
}
OTHERS = {
    "kommunen": {"skadegorelse": 2.0, "trasig_belysning": 1.5, "nedskrapning": 3.0},
    "bostadsbolaget": {"storning": 2.5, "otrygg_samling": 0.7, "klotter": 0.5},
}


# files are handed out whole: those that take longest are begun first, so that no
# process is left alone with one of them at the end
LONGEST = (
    "tests/test_attack.py",
    "tests/web/",
    "tests/crash/",
    "tests/test_release_attack.py",
    "tests/publish/test_batch.py",
    "tests/publish/test_release.py",
    "tests/notebooks/",
    "tests/test_ingest.py",
    "tests/test_publication.py",
    "tests/publish/test_purged_pages.py",
    "tests/test_object_store.py",
    "tests/hostile/",
    "tests/publish/test_cluster.py",
    "tests/test_many.py",
)


def pytest_collection_modifyitems(items):
    def turn(item):
        begins = [item.nodeid.startswith(path) for path in LONGEST]
        return begins.index(True) if any(begins) else len(LONGEST)

    items.sort(key=turn)


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
REQUIRED = "LAGESBILD_REQUIRE_BROWSER"
WANTED = (
    "Webbtesterna behöver Chromium (på Debian: apt-get install chromium) och "
    "pip install playwright axe-playwright-python. Ligger webbläsaren på annan plats, "
    "ange den i CHROMIUM."
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One more than processors: many tests wait for processes of their own."""
    return (os.cpu_count() or 1) + 1


def _find_browser():
    given = os.environ.get("CHROMIUM")
    return given or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser():
    """The browser, started once; without one the tests skip, or fail in CI."""
    try:
        from axe_playwright_python.sync_playwright import Axe  # noqa: F401
        from playwright.sync_api import sync_playwright
    except ImportError:
        file = None
    else:
        file = _find_browser()
    if file is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(WANTED)
        pytest.skip(WANTED)
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=file, args=["--disable-gpu"])
        started.file = file
        yield started
        started.close()


def make_town(n_areas=8, n_quarters=6, *, seed=1, scale=1.0, first_year=2025):
    """Frames of an invented town: incidents, deliveries, areas, population.

    Every report is an event of its own, but for one in twenty told by two. One police
    report in ten holds several offences; one in twelve has no area.
    """
    rng = np.random.default_rng(seed)
    starts = pd.date_range(f"{first_year}-01-01", periods=n_quarters, freq="QS")
    areas = pd.DataFrame(
        {
            "area_id": [f"O{i:02d}" for i in range(1, n_areas + 1)],
            "name": [f"Område {i}" for i in range(1, n_areas + 1)],
            "district": "Väst",
            "kind": ["bostad"] * (n_areas - 1) + ["industri"],
        }
    )
    told = [("polisen", "police", c, m) for c, m in POLICE.items()]
    told += [
        (s, "observation", c, m) for s, cats in OTHERS.items() for c, m in cats.items()
    ]
    busy = rng.gamma(2.0, 0.5, n_areas)
    parts = []
    for source, kind, category, mean in told:
        n = rng.poisson(mean * scale * busy[:, None], (n_areas, n_quarters))
        area, quarter = (
            np.repeat(axis.ravel(), n.ravel()) for axis in np.indices(n.shape)
        )
        parts.append(
            pd.DataFrame(
                {
                    "source": source,
                    "source_kind": kind,
                    "category": category,
                    "area_id": areas["area_id"].to_numpy(object)[area],
                    "reported_on": starts[quarter]
                    + pd.to_timedelta(rng.integers(0, 90, len(area)), unit="D"),
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    size = len(rows)
    is_police = (rows["source_kind"] == "police").to_numpy()
    several = np.where(rng.random(size) < 0.1, rng.integers(2, 9, size), 1)
    rows["n_offences"] = pd.array(np.where(is_police, several, 0), dtype="Int64")
    rows.loc[~is_police, "n_offences"] = pd.NA
    rows["area_id"] = rows["area_id"].where(rng.random(size) > 1 / 12).astype("str")
    rows["incident_id"] = [f"r{i}" for i in range(size)]
    rows["event_id"] = rows["incident_id"]
    rows = rows.sort_values("reported_on", kind="stable").reset_index(drop=True)
    quarter = rows["reported_on"].dt.to_period("Q")
    twin = rows["incident_id"].shift().where(quarter == quarter.shift())
    double = (rng.random(size) < 0.05) & twin.notna()
    rows["event_id"] = rows["event_id"].where(~double, twin)
    rows["protected_class"] = pd.Series(pd.NA, index=rows.index, dtype="str")
    moment = rows["reported_on"].dt.tz_localize("UTC") - pd.Timedelta(days=2)
    rows["occurred_from"] = moment.astype("datetime64[us, UTC]")
    rows["occurred_to"] = rows["occurred_from"]
    rows["geocode_method"] = "adress"
    rows["easting_m"] = 600_000.0 + np.arange(size)  # every report at its own place
    rows["northing_m"] = 6_700_000.0
    rows["geocode_reason"] = pd.Series(pd.NA, index=rows.index, dtype="str")
    return {
        "incidents": rows,
        "deliveries": make_deliveries(starts),
        "areas": areas,
        "population": pd.DataFrame(
            {
                "area_id": areas["area_id"],
                "year": first_year - 1,
                "n_inhabitants": [450, *[1500 + 100 * i for i in range(1, n_areas)]],
            }
        ),
    }


def make_deliveries(starts, sources=("polisen", *OTHERS)):
    """One delivery a source and quarter, received twelve days after its end."""
    rows = [
        {
            "delivery_id": f"{source}-{start:%Y%m}",
            "sequence_number": number * len(sources) + place + 1,
            "source": source,
            "source_kind": "police" if source == "polisen" else "observation",
            "period_start": start,
            "period_end": start + pd.offsets.QuarterEnd(),
            "received_on": start + pd.offsets.QuarterEnd() + pd.Timedelta(days=12),
        }
        for number, start in enumerate(starts)
        for place, source in enumerate(sources)
    ]
    days = ["period_start", "period_end", "received_on"]
    return pd.DataFrame(rows).astype(dict.fromkeys(days, "datetime64[us]"))


@pytest.fixture(scope="session")
def town():
    """The function that makes an invented town."""
    return make_town


def _made_once(tmp_path_factory, name, make):
    """A folder that the first process to need it makes, and all others find made."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of all processes of this run, and of no other run
    folder = base / name
    with filelock.FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_suffix(".ny")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory):
    """The folder of a small demo, deliveries not ingested; copy it, never change it."""
    from lagesbild.demo import make_demo

    def make(folder):
        make_demo(folder / "exempelkommun", scale=0.1, n_quarters=6)

    return _made_once(tmp_path_factory, "demo", make) / "exempelkommun"


@pytest.fixture(scope="session")
def ingested_demo(small_demo, tmp_path_factory):
    """The workspace of a small demo with all deliveries ingested; never change it."""
    from lagesbild.ingest import ingest_files
    from lagesbild.workspace import open_workspace

    def make(folder):
        shutil.copytree(
            small_demo.parent, folder
        )  # keeps the times at which files came
        told = ingest_files(open_workspace(folder / "exempelkommun"))
        assert {row["status"] for row in told} == {"inläst"}

    made = _made_once(tmp_path_factory, "inlast_demo", make)
    # pages are made in it, under its lock: each process has its own
    folder = tmp_path_factory.mktemp("inlast") / "exempelkommun"
    shutil.copytree(made / "exempelkommun", folder)
    return open_workspace(folder)


@pytest.fixture(scope="module")
def forked_workers():
    """The processes of a run are forked from one that has loaded the libraries."""
    from joblib.externals.loky import process_executor

    from tests import forked

    with pytest.MonkeyPatch.context() as patch:
        if forked.CAN_FORK:
            patch.setattr(process_executor, "get_context", forked.ForkedContext)
        yield

"""Fixtures that several rooms' tests share: an invented town in frames."""

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


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory):
    """The folder of a small demo, deliveries not ingested; copy it, never change it."""
    from lagesbild.demo import make_demo

    folder = tmp_path_factory.mktemp("demo") / "exempelkommun"
    return make_demo(folder, scale=0.1, n_quarters=6)


@pytest.fixture(scope="session")
def ingested_demo(small_demo, tmp_path_factory):
    """The workspace of a small demo with all deliveries ingested; never change it."""
    import shutil

    from lagesbild.ingest import ingest_files
    from lagesbild.workspace import open_workspace

    folder = tmp_path_factory.mktemp("inlast") / "exempelkommun"
    shutil.copytree(small_demo, folder)  # keeps the times at which files came
    ws = open_workspace(folder)
    told = ingest_files(ws)
    assert {row["status"] for row in told} == {"inläst"}
    return ws

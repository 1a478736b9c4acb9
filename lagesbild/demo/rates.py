"""How much is expected to happen, where and when, and the truths planted in it.

In: a quarter. Out: the expected number of reports by area and category of each source.
Next: ``demo.events`` draws from it. Everything not planted is constant but for the
season, so that a measure which finds more than this has found chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.demo import geography
from lagesbild.period import Period

LEVEL = 0.72
"""Of the numbers below: about 46,000 reports in 23 quarters, as 40,000 people make."""

# category: reports a quarter before LEVEL, share that follows the town rather than the
# inhabitants, how much the season swings, day of year of its peak
POLICE = {
    "bostadsinbrott": (42, 0.05, 0.20, 330),
    "ovrigt_inbrott": (84, 0.45, 0.15, 320),
    "cykelstold": (92, 0.55, 0.50, 215),
    "fordonsstold": (44, 0.30, 0.20, 200),
    "stold_ur_fordon": (88, 0.35, 0.15, 290),
    "butiksstold": (146, 0.90, 0.08, 345),
    "ovrig_stold": (166, 0.60, 0.10, 200),
    "ran": (8, 0.80, 0.10, 320),
    "skadegorelse": (182, 0.45, 0.22, 140),
    "klotter": (56, 0.70, 0.25, 150),
    "brand": (15, 0.40, 0.35, 140),
    "misshandel": (104, 0.70, 0.15, 190),
    "hot_ofredande": (166, 0.40, 0.08, 190),
    "bedrageri": (206, 0.05, 0.05, 330),
    "narkotika": (118, 0.65, 0.08, 150),
    "vapen": (22, 0.55, 0.08, 150),
    "trafikbrott": (190, 0.50, 0.15, 200),
    "ovriga_brott": (110, 0.40, 0.05, 180),
    "nara_relation": (28, 0.05, 0.08, 200),
    "sexualbrott": (16, 0.25, 0.15, 200),
    "brottsutsatt_barn": (13, 0.10, 0.05, 150),
    "hedersrelaterat": (3, 0.05, 0.00, 1),
    "okand_kod": (2, 0.30, 0.00, 1),
}
MUNICIPALITY = {
    "trasig_belysning": (150, 0.20, 0.55, 345),
    "nedskrapning": (140, 0.50, 0.25, 160),
    "klotter": (62, 0.70, 0.25, 150),
    "skadegorelse": (48, 0.45, 0.22, 140),
    "skrotfordon": (38, 0.20, 0.10, 120),
    "felparkering": (52, 0.55, 0.10, 180),
    "farlig_korning": (64, 0.25, 0.45, 180),
    "ovrig_ordning": (24, 0.40, 0.10, 180),
}
HOUSING = {
    "storning": (96, 0.05, 0.12, 190),
    "otrygg_samling": (34, 0.25, 0.15, 330),
    "skadegorelse": (18, 0.20, 0.15, 140),
    "klotter": (10, 0.30, 0.15, 150),
    "nedskrapning": (22, 0.10, 0.10, 150),
}
RESCUE = {"brand": (84, 0.35, 0.35, 140)}

_TOWN = {
    "Centrum": 0.34,
    "Stationen": 0.17,
    "Norrängen": 0.09,
    "Sjöstaden": 0.07,
    "Tegelbruket": 0.06,
    "Hamnen": 0.06,
    "Ringvallen": 0.05,
    "Strömmen": 0.04,
    "Sågverket": 0.04,
    "Kvarnbacken": 0.04,
    "Södra lunden": 0.04,
}
_BURDEN = {
    "Norrängen": 1.6,
    "Tegelbruket": 1.3,
    "Östanbäck": 1.15,
    "Fågelsången": 0.45,
    "Kyrkbyn": 0.5,
    "Skogsbyn": 0.5,
    "Björkhöjden": 0.75,
    "Vallgården": 0.8,
}

WAVE = {"Norrängen": (4.0, 8.0, 13.0), "Kvarnbacken": (3.0, 5.0, 9.0)}
WAVE_QUARTERS = ("2026-K1", "2026-K2", "2026-K3")
HOT_SPOT_PLACE = "Tegelparken"
HOT_SPOT_RADIUS_M = 150
HOT_SPOT_EXTRA = {  # reports of skadegorelse and klotter beside the usual
    "2025-K3": 4,
    "2025-K4": 7,
    "2026-K1": 10,
    "2026-K2": 14,
    "2026-K3": 19,
}
WORKED = {
    "title": "Låsbara cykelställ",
    "category": "cykelstold",
    "area": "Stationen",
    "finished_on": "2025-03-31",
    "factor": 0.4,
    "compare_with": ("Centrum", "Sjöstaden", "Norrängen"),
}
DID_NOT = {
    "title": "Fler vuxna ute på helgkvällar",
    "category": "skadegorelse",
    "area": "Centrum",
    "finished_on": "2025-06-30",
    "factor": 1.0,
    # so many that the limits are narrow enough to say that nothing is seen
    "compare_with": (
        *("Ringvallen", "Kvarnbacken", "Östanbäck", "Nybygget", "Hagaby", "Hamnen"),
        *("Ekbacken", "Granliden", "Rönndalen", "Björkhöjden", "Lillsjön"),
        "Västermark",
    ),
}
QUIET = (
    ("skadegorelse", "Sjöstaden"),
    ("hot_ofredande", "Kvarnbacken"),
    ("bedrageri", "Björkhöjden"),
    ("misshandel", "Centrum"),
    ("butiksstold", "Centrum"),
    ("ovrig_stold", "Stationen"),
    ("cykelstold", "Norrängen"),
    ("bostadsinbrott", "Rönndalen"),
)


def expected_reports(rates: dict[str, tuple], quarter: Period) -> pd.DataFrame:
    """Expected reports of one source in one quarter.

    Parameters
    ----------
    rates : dict
        One of this module's tables: category → reports a quarter, share of the town,
        swing and peak of the season.
    quarter : Period

    Returns
    -------
    DataFrame
        One row an area, in the order of the areas; one column a category; the
        expected number of reports, with the planted wave and the planted effect but
        without the hot spot.
    """
    facts = geography.area_facts()
    people = _share(facts["n_inhabitants"] * facts["namn"].map(_BURDEN).fillna(1.0))
    town = _share(facts["namn"].map(_TOWN).fillna(0.0))
    columns = {}
    for category, (per_quarter, of_town, _, _) in rates.items():
        season = season_of_days(rates[category], quarter).mean()
        where = (1 - of_town) * people + of_town * town
        columns[category] = LEVEL * per_quarter * season * where
    expected = pd.DataFrame(columns)
    if rates is POLICE:
        expected *= _planted(quarter, expected.columns)
    return expected


def season_of_days(rate: tuple, quarter: Period) -> np.ndarray:
    """How likely each day of the quarter is; over a year the mean is one."""
    _, _, swing, peak = rate
    day = quarter.start.timetuple().tm_yday + np.arange(quarter.n_days)
    return 1 + swing * np.cos(2 * np.pi * (day - peak) / 365.25)


def _share(weights: pd.Series) -> np.ndarray:
    return (weights / weights.sum()).to_numpy()


def _planted(quarter: Period, categories: pd.Index) -> pd.DataFrame:
    """Factors on the expected reports of the police: area × category."""
    names = geography.area_facts()["namn"]
    factors = pd.DataFrame(1.0, index=range(len(names)), columns=categories)
    position = {name: i for i, name in enumerate(names)}
    if quarter.label in WAVE_QUARTERS:
        for area, waves in WAVE.items():
            factor = waves[WAVE_QUARTERS.index(quarter.label)]
            factors.loc[position[area], "bostadsinbrott"] = factor
    for action in (WORKED, DID_NOT):
        if quarter.start.isoformat() > action["finished_on"]:
            factors.loc[position[action["area"]], action["category"]] = action["factor"]
    return factors

"""What truly happens in the invented municipality in one quarter.

In: a quarter and a seed. Out: one frame a source of reports as they would be without
dirt, each with the event it tells of. Next: ``demo.dirt`` writes their places as
people do, ``demo.deliveries`` puts them in the senders' shapes.
Each quarter has its own stream of random numbers: a demo cut to its last quarters has
the same deliveries as the whole.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lagesbild.demo import gazetteer, geography, rates
from lagesbild.period import Period

SOURCES = ("polisen", "kommunen_fel", "bostadsbolaget", "raddningstjansten")
_RATES = {
    "polisen": rates.POLICE,
    "kommunen_fel": rates.MUNICIPALITY,
    "bostadsbolaget": rates.HOUSING,
    "raddningstjansten": rates.RESCUE,
}
_AREA_SHAPE, _YEAR_SHAPE = 18.0, 250.0  # of the gamma that overdisperses
_FIRST_QUARTER = Period("2020-K4")  # numbers of quarters and events start here

# hour it mostly happens, hours around it, share on Friday and Saturday night, mean
# hours between the first and last moment it can have happened
_WHEN = {
    "bostadsinbrott": (12, 4, 0.30, 10.0),
    "ovrigt_inbrott": (2, 4, 0.30, 14.0),
    "cykelstold": (15, 6, 0.30, 9.0),
    "fordonsstold": (1, 4, 0.32, 9.0),
    "stold_ur_fordon": (1, 4, 0.32, 9.0),
    "butiksstold": (15, 3, 0.25, 0.0),
    "ovrig_stold": (15, 5, 0.32, 3.0),
    "skadegorelse": (23, 4, 0.42, 4.0),
    "klotter": (0, 4, 0.36, 5.0),
    "brand": (22, 4, 0.36, 0.0),
    "misshandel": (23, 4, 0.50, 0.0),
    "ran": (22, 4, 0.45, 0.0),
    "narkotika": (20, 5, 0.42, 0.0),
    "storning": (23, 3, 0.50, 0.0),
    "otrygg_samling": (20, 3, 0.40, 0.0),
    "farlig_korning": (20, 3, 0.42, 0.0),
    "bedrageri": (13, 4, 0.24, 0.0),
}
_WHEN_OTHER = (14, 6, 0.29, 0.0)

_CODES = {
    "bostadsinbrott": "9801 9801 9801 9802 9802 0857 0874 9831",
    "ovrigt_inbrott": "0825 0825 0825 0821 0821 0818 0826 0811 0813",
    "cykelstold": "9830 9830 9830 9829",
    "fordonsstold": "0802 0802 0801 0803 0804",
    "stold_ur_fordon": "9828 9828 9827",
    "butiksstold": "0853",
    "ovrig_stold": "0880 0880 0880 9817 9817 0846",
    "ran": "9810 9811 0870",
    "skadegorelse": "1203 1203 1203 1201 1201 1205",
    "klotter": "1209 1209 1209 1208",
    "brand": "1210 1210 1211 1301",
    "misshandel": "0357 0357 0355 0365 0367 0377",
    "hot_ofredande": "9459 9458 9439 9438 9459 1705",
    "bedrageri": "0984 0985 0978 0979 0970 0954",
    "narkotika": "5011 5011 5011 5010 5010 5005",
    "vapen": "4023 4023 4127",
    "trafikbrott": "3002 3002 3005 3070 3070 3111",
    "ovriga_brott": "9472 9472 4145 1706 1602",
    "nara_relation": "9371 0412 9371 0422",
    "sexualbrott": "9694 9691 9693",
    "brottsutsatt_barn": "9306 9495 9496",
    "hedersrelaterat": "0435 0436 0437 0438",
    "okand_kod": "0910",
}
PROTECTED = tuple(list(_CODES)[-5:])
_SERIAL = ("bedrageri", "klotter", "stold_ur_fordon")  # several offences in a report

# The police's category: source that also hears of it, and how often.
_TOLD_BY_TWO = {
    "klotter": (("kommunen_fel", 0.30), ("bostadsbolaget", 0.08)),
    "skadegorelse": (("kommunen_fel", 0.10), ("bostadsbolaget", 0.06)),
    "brand": (("raddningstjansten", 0.75),),
}


def draw_quarter(
    quarter: Period, *, seed: int, scale: float
) -> dict[str, pd.DataFrame]:
    """Draw everything that is reported in a quarter.

    Parameters
    ----------
    quarter : Period
    seed : int
    scale : float
        Multiplies all numbers.

    Returns
    -------
    dict
        Source → frame; one row a report: ``event``, ``category``, ``code`` (police),
        ``n_offences``, ``address`` and ``place`` (positions in the registers; -1
        where it is not told by place), ``area`` (position), ``e``, ``n`` (EPSG:3006),
        ``reported`` (minutes precise), ``occurred_from``, ``occurred_to`` (local
        time), by ``reported``.
    """
    number = _quarter_number(quarter)
    told = {}
    for i, source in enumerate(SOURCES):
        rng = np.random.default_rng([seed, number, i])
        events = _draw_events(source, quarter, scale=scale, rng=rng)
        events["event"] = number * 1_000_000 + i * 200_000 + np.arange(len(events))
        told[source] = events
    rng = np.random.default_rng([seed, number, len(SOURCES)])
    for source, copies in _tell_again(told["polisen"], quarter, rng).items():
        told[source] = pd.concat([told[source], copies], ignore_index=True)
    return {
        source: events.sort_values(["reported", "event"], ignore_index=True)
        for source, events in told.items()
    }


def _quarter_number(quarter: Period) -> int:
    return (quarter.year - _FIRST_QUARTER.year) * 4 + quarter.number


def _draw_events(
    source: str, quarter: Period, *, scale: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Reports of one source that no other source starts: without event numbers."""
    table = _RATES[source]
    expected = rates.expected_reports(table, quarter) * scale
    noise = rng.gamma(_AREA_SHAPE, 1 / _AREA_SHAPE, expected.shape)
    noise *= rng.gamma(_YEAR_SHAPE, 1 / _YEAR_SHAPE, expected.shape[1])
    number = rng.poisson(expected.to_numpy() * noise)
    area, column = np.divmod(np.arange(number.size), len(table))
    drawn = _draw_where(
        np.repeat(area, number.ravel()),
        expected.columns.to_numpy()[np.repeat(column, number.ravel())],
        rng,
    )
    by_category = list(drawn.groupby("category")) or [(next(iter(table)), drawn)]
    parts = [
        _add_when(events, category, table[category], quarter, rng)
        for category, events in by_category
    ]
    if source == "polisen" and quarter.label in rates.HOT_SPOT_EXTRA:
        parts.append(_draw_hot_spot(quarter, scale=scale, rng=rng))
    events = pd.concat(parts, ignore_index=True)
    if source == "polisen":
        events = _add_codes(events, rng)
    return events


def _draw_where(
    area: np.ndarray, category: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """An address for each report, or a named place for some; its point and area."""
    addresses, places = gazetteer.make_addresses(), gazetteer.make_places()
    address = _choose(addresses.groupby("area").indices, area, addresses["weight"], rng)
    rare = np.isin(category, PROTECTED)
    at_place = rng.random(len(area)) < np.where(rare, 0.03, 0.07)
    place = np.full(len(area), -1)
    by_area = places.groupby("area").indices
    place[at_place] = _choose(
        by_area, area[at_place], pd.Series(1.0, places.index), rng
    )
    spot = addresses[["e", "n"]].to_numpy()[address]
    spot[at_place] = places[["e", "n"]].to_numpy()[place[at_place]]
    return pd.DataFrame(
        {
            "category": category,
            "address": np.where(at_place, -1, address),
            "place": place,
            "area": area,
            "e": spot[:, 0],
            "n": spot[:, 1],
        }
    )


def _choose(
    members: dict, area: np.ndarray, weights: pd.Series, rng: np.random.Generator
) -> np.ndarray:
    """A weighted member of each area in turn."""
    chosen, weight = np.empty(len(area), dtype=int), weights.to_numpy()
    for one, where in pd.Series(area).groupby(area).indices.items():
        here = members[one]
        share = weight[here] / weight[here].sum()
        chosen[where] = rng.choice(here, len(where), p=share)
    return chosen


def _draw_hot_spot(
    quarter: Period, *, scale: float, rng: np.random.Generator
) -> pd.DataFrame:
    """The planted hot spot: more and more damage around one place."""
    number = rng.poisson(rates.HOT_SPOT_EXTRA[quarter.label] * scale)
    near = hot_spot_addresses()
    chosen = near.iloc[rng.integers(len(near), size=number)]
    parts = []
    for category, share in (("skadegorelse", 0.6), ("klotter", 0.4)):
        first = round(number * 0.6)
        some = chosen[:first] if share > 0.5 else chosen[first:]
        events = pd.DataFrame(
            {
                "category": category,
                "address": some.index.to_numpy(),
                "place": -1,
                "area": some["area"].to_numpy(),
                "e": some["e"].to_numpy(),
                "n": some["n"].to_numpy(),
            }
        )
        rate = rates.POLICE[category]
        parts.append(_add_when(events, category, rate, quarter, rng))
    return pd.concat(parts, ignore_index=True)


def hot_spot_addresses() -> pd.DataFrame:
    """The addresses of the planted hot spot: near its place, in the same area."""
    places = gazetteer.make_places().set_index("namn")
    spot = places.loc[rates.HOT_SPOT_PLACE]
    addresses = gazetteer.make_addresses()
    distance = np.hypot(addresses["e"] - spot["e"], addresses["n"] - spot["n"])
    near = (distance < rates.HOT_SPOT_RADIUS_M) & (addresses["area"] == spot["area"])
    return addresses[near]


def _add_when(
    events: pd.DataFrame,
    category: str,
    rate: tuple,
    quarter: Period,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """When each happened and was reported; all are reported within the quarter."""
    hour, spread, at_weekend, mean_hours = _WHEN.get(category, _WHEN_OTHER)
    number, start = len(events), pd.Timestamp(quarter.start)
    weekday = (start.day_of_week + np.arange(quarter.n_days)) % 7
    chance = rates.season_of_days(rate, quarter)
    chance = chance * np.where(
        np.isin(weekday, (4, 5)), at_weekend / 2, (1 - at_weekend) / 5
    )
    day = rng.choice(quarter.n_days, number, p=chance / chance.sum())
    minute = np.round((rng.normal(hour, spread, number) % 24) * 12) * 5
    span = np.round(rng.exponential(mean_hours, number) * 12) * 5 if mean_hours else 0
    delay = np.where(
        rng.random(number) < 0.82,
        rng.exponential(6 * 60, number),
        rng.exponential(9 * 24 * 60, number),
    )
    last = day * 1440 + minute
    reported = last + np.round(np.maximum(delay, 5))
    # what would be reported after the quarter's end is moved back as a whole
    late = np.maximum(reported - (quarter.n_days * 1440 - 1), 0)
    shift = np.ceil(late / 1440) * 1440
    minutes = {"occurred_from": last - span, "occurred_to": last, "reported": reported}
    moments = {
        name: start
        + pd.to_timedelta(np.asarray(value - shift, dtype="int64"), unit="min")
        for name, value in minutes.items()
    }
    return events.assign(**moments, code="", n_offences=1)


def _add_codes(events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Offence codes, and brottsantal above one for some."""
    code = np.full(len(events), "", dtype=object)
    number = np.ones(len(events), dtype=int)
    for category, where in events.groupby("category").indices.items():
        code[where] = rng.choice(_CODES[category].split(), len(where))
        chance = 0.12 if category in _SERIAL else 0.02
        several = rng.random(len(where)) < chance
        number[where] = np.where(several, 1 + rng.geometric(0.55, len(where)), 1)
    return events.assign(code=code, n_offences=number)


def _tell_again(
    police: pd.DataFrame, quarter: Period, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """What other organisations also tell of the police's events, hours later."""
    end = pd.Timestamp(quarter.end) + pd.Timedelta(days=1)
    free = pd.Series(True, index=police.index)
    parts: dict[str, list[pd.DataFrame]] = {}
    for category, others in _TOLD_BY_TWO.items():
        for source, chance in others:
            chosen = free & (police["category"] == category)
            chosen &= rng.random(len(police)) < chance
            free &= ~chosen
            copies = police[chosen].assign(n_offences=1, code="")
            hours = rng.uniform(0.1, 5, len(copies))
            seen = copies["occurred_to"] + pd.to_timedelta(
                np.round(hours * 12).astype("int64") * 5, unit="min"
            )
            copies = copies.assign(occurred_from=seen, occurred_to=seen)
            wait = np.round(rng.uniform(5, 240, len(copies))).astype("int64")
            copies["reported"] = seen + pd.to_timedelta(wait, unit="min")
            within = copies["reported"].between(pd.Timestamp(quarter.start), end)
            copies = _move_next_door(copies[within & (copies["reported"] < end)], rng)
            parts.setdefault(source, []).append(copies)
    return {source: pd.concat(some) for source, some in parts.items()}


def _move_next_door(copies: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A fourth of them give the house next door."""
    addresses = gazetteer.make_addresses()
    address = copies["address"].to_numpy()
    moved = (rng.random(len(copies)) < 0.25) & (address >= 0)
    address = np.where(moved, addresses["neighbour"].to_numpy()[address], address)
    spot = addresses[["e", "n"]].to_numpy()[address]
    spot[address < 0] = copies[["e", "n"]].to_numpy()[address < 0]
    return copies.assign(address=address, e=spot[:, 0], n=spot[:, 1])


def areas_of(events: pd.DataFrame) -> pd.Series:
    """The id of the area in which each report's event truly lies."""
    ids = geography.area_facts()["omrade_id"].to_numpy()
    return pd.Series(ids[events["area"]], index=events.index)

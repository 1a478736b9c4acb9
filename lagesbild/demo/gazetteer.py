"""Addresses, named places and inhabitants of the invented municipality.

In: the areas of ``demo.geography``. Out: the registers of referens/ with the area
that each row truly lies in. Next: ``demo.events`` lets things happen there.
Streets run along lines within an area, some long ones through several; some names are
found in two localities and some are nearly alike, as in any municipality.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import shapely

from lagesbild.demo import geography

_SEED = 9998
_FIRST_YEAR, _LAST_YEAR = 2020, 2026
_STREET_CLEARANCE_M = 35
_ADDRESS_CLEARANCE_M = 18  # nobody's address is disputed between two areas
_HOUSE_STEP_M = 23
_ENOUGH = 0.91  # of the wanted addresses, before some houses get several entrances
_SIDE_M = 11

# Streets through several areas, laid between the middles of areas.
_LONG_STREETS = {
    "Storgatan": ("Vallgården", "Stationen", "Centrum", "Sjöstaden"),
    "Järnvägsgatan": ("Tegelbruket", "Stationen", "Ringvallen"),
    "Kungsgatan": ("Strömmen", "Centrum", "Norrängen", "Björkhöjden"),
    "Hamngatan": ("Centrum", "Strömmen", "Hamnen"),
    "Bruksvägen": ("Hamnen", "Sågverket"),
    "Södra Ringleden": ("Hagaby", "Södra lunden", "Strömmen"),
    "Norra Ringleden": ("Nybygget", "Ringvallen", "Norrängen", "Kvarnbacken"),
    "Fabelbyvägen": ("Granliden", "Kullen"),
    "Skogsvägen": ("Skogsbyn", "Granliden"),
    "Sjövägen": ("Lillsjön", "Östanbäck"),
    "Ekbacksvägen": ("Ekbacken", "Rönndalen"),
    "Landsvägen": ("Västermark", "Mellanby"),
}
# Nearly alike, two streets of one locality each.
_NEAR_NAMES = {
    "Kyrkogatan": "Norrängen",
    "Kyrkgatan": "Södra lunden",
    "Skolgatan": "Kvarnbacken",
    "Skogsgatan": "Hagaby",
    "Lindvägen": "Vallgården",
    "Lidvägen": "Nybygget",
    "Sveavägen": "Björkhöjden",
    "Svedvägen": "Tegelbruket",
}
# The same name in another locality.
_SAME_NAMES = {
    "Kyrkogatan": "Rönndalen",
    "Skolgatan": "Granliden",
    "Storgatan": "Rönndalen",
    "Lindvägen": "Östanbäck",
    "Sveavägen": "Västermark",
    "Järnvägsgatan": "Kullen",
}
_STEMS = (
    "Akleja Al Apel Asp Backe Berg Bergs Björn Blom Blåklint Bok Borg Brunns Bygg Båt "
    "Dal Domherre Drott Duv Enbärs Energi Esk Fabriks Falk Fisk Fjäll Flöjt Folkets "
    "Fors Furu Fyr Fågel Fält Getings Gjutar Gran Grind Grus Gruv Gull Gärdes "
    "Gök Hallon Hammar Harpo Hassel Hav Heds Hjort Humle Häger Hälle Höst Igelkotts "
    "Jakt Jung Jägar Kajs Kalk Kanal Kastanje Klev Klock Klöver Knekt Kol Kopparslagar "
    "Korn Krono Kvarn Kärr Körsbärs Ladu Lejon Ljung Lo Lupin Lärk Löv Malm "
    "Mas Mejeri Mjölnar Mosse Murar Målar Mård Nejlik Näckros Nät Odlar Olof Orr "
    "Pil Plommon Poppel Prost Päron Rapp Repslagar Ribb Rot Ruds Råg Räv Rödhake "
    "Sadel Sand Segel Silver Skepps Skomakar Skräddar Slakt Slätt Smed Smultron Snick "
    "Sol Sommar Sparv Spel Sten Ström Svalg Syren Sädes Tall Tegel Timmer Timotej "
    "Tjäder Tomte Torn Torp Trast Träd Tulpan Tunnbindar Ugglas Utter Vall Vetes Viol "
    "Vinkel Vinter Vret Väv Ymer Ållon Åker Åsa Älg Ängs Ärt Ödle Örn"
).split()
_ENDINGS = ("gatan", "vägen", "stigen", "gränd", "vägen", "gatan")


@cache
def make_addresses() -> pd.DataFrame:
    """The address register and what the generator needs beside it.

    Returns
    -------
    DataFrame
        One row, one address: the headings of referens/adresser.csv, and ``area`` (its
        position among the areas), ``neighbour`` (position of an address next door on
        the same street, in the same area, at most 70 m away; its own where there is
        none) and ``weight`` (how often things happen there, sums to 1 in an area).
        Do not change it: it is made once.
    """
    rng = np.random.default_rng(_SEED)
    laid = pd.concat(
        [_lay_street(**street) for street in _plan_streets(rng)], ignore_index=True
    )
    laid = laid[_keeps_clear(laid)].reset_index(drop=True)
    laid = _add_letters(laid, rng)
    areas = geography.area_facts()
    district = areas["kommundel"].to_numpy()[laid["area"]]
    post = 99_901 + 10 * pd.Series(district).map(list(geography.DISTRICTS).index)
    post = (post + laid["area"] % 7).astype("str")
    laid["postnummer"] = post.str[:3] + " " + post.str[3:]
    laid["postort"] = laid["kommundel"] = district
    # one number once in a locality, should two streets of a name have been laid
    key = ["gatuadress", "husnummer", "bokstav", "postort"]
    laid = laid.drop_duplicates(key).reset_index(drop=True)
    laid.insert(0, "adress_id", [f"EA{i:05d}" for i in range(1, len(laid) + 1)])
    laid["neighbour"] = _next_door(laid)
    weight = rng.gamma(0.45, size=len(laid)) + 0.08
    laid["weight"] = weight / pd.Series(weight).groupby(laid["area"]).transform("sum")
    return laid


def _plan_streets(rng: np.random.Generator) -> list[dict]:
    """What is needed to lay each street: its name, line and areas it may touch."""
    areas = geography.make_areas()
    facts = geography.area_facts()
    position = {name: i for i, name in enumerate(facts["namn"])}
    middle = facts[["east_m", "north_m"]].to_numpy()
    lakes = shapely.union_all(geography.make_water().geometry.buffer(30))
    streets, n_laid = [], np.zeros(len(facts))
    for name, through in _LONG_STREETS.items():
        at = [position[area] for area in through]
        line = shapely.difference(shapely.linestrings(middle[at] + 90), lakes)
        streets.append({"name": name, "line": line, "areas": areas.geometry})
        length = shapely.length(shapely.intersection(line, areas.geometry.to_numpy()))
        n_laid += length * 2 / _HOUSE_STEP_M * 0.93
    named = [*_NEAR_NAMES.items(), *_SAME_NAMES.items()]
    names = _make_names(rng)
    for i in range(len(facts)):
        inner = areas.geometry.iloc[i].buffer(-_STREET_CLEARANCE_M).difference(lakes)
        reach = 650 + 0.6 * facts["n_addresses"].iloc[i]
        inner = inner.intersection(shapely.Point(middle[i]).buffer(reach))
        turn = rng.uniform(0, np.pi / 2)
        wanted = [name for name, area in named if position[area] == i]
        while n_laid[i] < facts["n_addresses"].iloc[i] * _ENOUGH:
            line = _draw_line(inner, turn, rng)
            name = wanted.pop() if wanted else next(names)
            streets.append({"name": name, "line": line, "areas": areas.geometry})
            n_laid[i] += line.length * 2 / _HOUSE_STEP_M
    return streets


def _make_names(rng: np.random.Generator):
    """Street names in a drawn order, no two nearly alike."""
    from rapidfuzz.distance import DamerauLevenshtein

    taken = {*_LONG_STREETS, *_NEAR_NAMES}
    pairs = [(stem, ending) for stem in _STEMS for ending in dict.fromkeys(_ENDINGS)]
    for i in rng.permutation(len(pairs)):
        name = "".join(pairs[i])
        if all(DamerauLevenshtein.distance(name, other) > 2 for other in taken):
            taken.add(name)
            yield name


def _draw_line(
    inner: shapely.Geometry, turn: float, rng: np.random.Generator
) -> shapely.LineString:
    """A nearly straight line within the area, along or across its grid of streets."""
    west, south, east, north = inner.bounds
    while True:
        middle = rng.uniform((west, south), (east, north))
        angle = turn + rng.integers(2) * np.pi / 2 + rng.normal(0, 0.06)
        half = rng.uniform(110, 330) * np.array([np.cos(angle), np.sin(angle)])
        bulge = middle + rng.normal(0, 14, 2)
        line = shapely.linestrings([middle - half, bulge, middle + half])
        parts = shapely.get_parts(shapely.intersection(line, inner))
        longest = max(parts, key=shapely.length, default=None)
        if longest is not None and longest.length > 150:
            return longest


def _lay_street(name: str, line: shapely.Geometry, areas) -> pd.DataFrame:
    """Houses on both sides of a line, odd numbers left of it, each in its area."""
    along = np.arange(12.0, shapely.length(line) - 8, _HOUSE_STEP_M)
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 2))
    step = (ahead - here) / np.hypot(*(ahead - here).T).clip(1e-9)[:, None]
    side = np.column_stack([-step[:, 1], step[:, 0]]) * _SIDE_M
    points = np.vstack([here + side, here - side]).round(1)
    found = shapely.STRtree(areas.to_numpy()).query(
        shapely.points(points), predicate="within"
    )
    area = np.full(len(points), -1)
    area[found[0]] = found[1]
    number = np.arange(len(here)) * 2
    return pd.DataFrame(
        {
            "gatuadress": name,
            "husnummer": np.concatenate([number + 1, number + 2]).astype(str),
            "bokstav": "",
            "e": points[:, 0],
            "n": points[:, 1],
            "area": area,
        }
    )


def _keeps_clear(laid: pd.DataFrame) -> np.ndarray:
    """Which addresses lie in an area, not on its border and not in water."""
    borders = shapely.union_all(geography.make_areas().boundary)
    lakes = shapely.union_all(geography.make_water().geometry)
    shapely.prepare([borders, lakes])
    points = shapely.points(laid[["e", "n"]].to_numpy())
    on_border = shapely.dwithin(borders, points, _ADDRESS_CLEARANCE_M)
    return ~on_border & ~shapely.contains(lakes, points) & (laid["area"] >= 0)


def _add_letters(laid: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give some houses two or three entrances with a letter each."""
    n_letters = rng.choice([0, 2, 3], len(laid), p=[0.955, 0.03, 0.015])
    repeated = laid.loc[laid.index.repeat(np.maximum(n_letters, 1))]
    order = repeated.groupby(level=0).cumcount()
    lettered = n_letters[repeated.index] > 0
    letters = order.map({0: "A", 1: "B", 2: "C"}).where(lettered, "")
    moved = repeated["e"] + order * 6.0  # less than the clearance of the border
    return repeated.assign(bokstav=letters, e=moved.round(1)).reset_index(drop=True)


def _next_door(laid: pd.DataFrame) -> np.ndarray:
    """Position of the nearest later number on the street, or the address itself."""
    own = pd.Series(np.arange(len(laid)))
    street = [laid[name] for name in ("gatuadress", "postort", "area")]
    candidate = own.groupby(street).shift(-1).fillna(own).astype(int).to_numpy()
    spot = laid[["e", "n"]].to_numpy()
    far = np.hypot(*(spot[candidate] - spot).T) > 70
    return np.where(far, own, candidate)


@cache
def make_places() -> pd.DataFrame:
    """Named places: the headings of referens/platser.csv, and ``area``.

    Returns
    -------
    DataFrame
        One row, one place. "Bygdegården" is the name of two, in different localities.
    """
    rng = np.random.default_rng([_SEED, 1])
    addresses = make_addresses()
    names = geography.area_facts()["namn"].tolist()
    told = [(f"{name}s skola", f"skolan i {name}", name) for name in names]
    told += [
        ("Exempelstads station", "resecentrum|centralstationen", "Stationen"),
        ("Stora torget", "torget i Exempelstad", "Centrum"),
        ("Gallerian Exemplet", "gallerian", "Centrum"),
        ("Exempelbiblioteket", "stadsbiblioteket", "Centrum"),
        ("Ringvallens idrottsplats", "Ringvallens IP", "Ringvallen"),
        ("Tegelparken", "parken vid tegelbruket", "Tegelbruket"),
        ("Ängens fritidsgård", "fritidsgården Ängen", "Norrängen"),
        ("Exempelbadet", "badhuset", "Sjöstaden"),
        ("Gästhamnen", "småbåtshamnen", "Hamnen"),
        ("Tjärnbadet", "", "Lillsjön"),
        ("Fabelby kyrka", "", "Kullen"),
        ("Diktnäs bibliotek", "", "Rönndalen"),
        ("Bygdegården", "", "Skogsbyn"),
        ("Bygdegården", "", "Mellanby"),
    ]
    position = {name: i for i, name in enumerate(names)}
    spots = [_some_address(addresses, position[area], rng) for *_, area in told]
    return pd.DataFrame(
        {
            "plats_id": [f"EP{i:03d}" for i in range(1, len(told) + 1)],
            "namn": [name for name, *_ in told],
            "alias": [alias for _, alias, _ in told],
            "e": [spot[0] for spot in spots],
            "n": [spot[1] for spot in spots],
            "area": [position[area] for *_, area in told],
        }
    )


def _some_address(addresses: pd.DataFrame, area: int, rng) -> np.ndarray:
    spots = addresses.loc[addresses["area"] == area, ["e", "n"]].to_numpy()
    return spots[rng.integers(len(spots))]


def make_population() -> pd.DataFrame:
    """Inhabitants: one row an area and year, ``omrade_id``, ``ar``, ``antal``."""
    facts = geography.area_facts()
    rng = np.random.default_rng([_SEED, 2])
    growth = np.where(facts["namn"] == "Nybygget", 0.045, rng.normal(0.004, 0.006, 28))
    years = np.arange(_FIRST_YEAR, _LAST_YEAR + 1)
    share = (1 + growth[:, None]) ** (years - _LAST_YEAR)
    number = (facts["n_inhabitants"].to_numpy()[:, None] * share).round().astype(int)
    return pd.DataFrame(
        {
            "omrade_id": np.repeat(facts["omrade_id"].to_numpy(), len(years)),
            "ar": np.tile(years, len(facts)),
            "antal": number.ravel(),
        }
    )

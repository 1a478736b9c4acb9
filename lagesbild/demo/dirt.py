"""Places written as people write them, and whether they can still be found.

In: the address or named place of each report. Out: what the sender writes, which kind
of dirt it is, and whether someone with the registers can tell the area from it.
Next: ``demo.deliveries``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from lagesbild.demo import gazetteer, geography
from lagesbild.demo.personal import draw_personal

# Kind of dirt and its share of the rows told by address; the rest is clean.
SHARES = {
    "forkortning": 0.110,
    "versaler": 0.050,
    "stavfel": 0.050,
    "blanksteg": 0.030,
    "lagenhet": 0.030,
    "utan_nummer": 0.022,
    "okant_nummer": 0.008,
    "personuppgift": 0.010,
    "okand_gata": 0.008,
    "skrap": 0.007,
    "tom": 0.008,
    "annan_kommun": 0.003,
    "fastighet": 0.004,
    "omradesnamn": 0.006,
}
COLUMNS = (
    "street",
    "number",
    "tail",
    "text",
    "locality",
    "dirt",
    "is_placeable",
    "personal",
)
"""What ``write_places`` returns."""
_HOPELESS = ("okand_gata", "skrap", "tom", "annan_kommun", "fastighet")
_SHORT = {
    "gatan": ("g.", "g", "gat", "gat."),
    "vägen": ("v.", "v", "väg", "vg"),
    "stigen": ("stig", "st."),
    "gränd": ("gr.", "gr"),
}
UNKNOWN_STREETS = (
    "Regnbågsallén",
    "Drakestrandsallén",
    "Månskenspromenaden",
    "Kometplan",
)
_JUNK = ("okänd plats", "se fritext", "xxx", "-", "?", "ej angivet", "vet ej", "...")
_FLATS = (" lgh 1102", " lgh 1203", ", lgh 1001", " 2 tr", " port B", " lgh. 0902")
OTHER_MUNICIPALITY = "Grannköping"
_LETTERS = list("abdefghiklmnoprstuvåäö")


def write_places(
    events: pd.DataFrame, *, locality: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Write the place of each report.

    Parameters
    ----------
    events : DataFrame
        One row a report: ``address``, ``place``, ``area``.
    locality : {"column", "text", "none"}
        Whether the sender has a column for the locality, may put it in the text, or
        never tells it.
    rng : Generator

    Returns
    -------
    DataFrame
        The same rows: ``street``, ``number``, ``text`` (both and all that follows),
        ``locality``, ``dirt`` (kind, "" if clean), ``is_placeable`` (the text and
        locality point at the true area and no other), ``personal`` (planted personal
        data in the text, "").
    """
    number = len(events)
    kinds, shares = [*SHARES, ""], [*SHARES.values(), 1 - sum(SHARES.values())]
    dirt = rng.choice(kinds, number, p=shares).astype(object)
    told = _told_places(events, rng)
    dirt[
        (told["is_place"] & ~np.isin(dirt, ("versaler", "blanksteg", "tom"))).to_numpy()
    ] = ""
    short = told["street"].str.extract(rf"({'|'.join(_SHORT)})$")[0]
    dirt[(dirt == "forkortning") & short.isna().to_numpy()] = ""
    written = told.assign(dirt=dirt, personal="", tail="")
    typed = _mistype(told["street"][dirt == "stavfel"], rng)
    written.loc[typed.index, "street"] = typed["street"]
    written.loc[typed.index[typed["street"] == typed["intended"]], "dirt"] = ""
    written = _write_kinds(written, short, rng)
    written = _write_localities(written, events, locality, rng)
    found = _resolve(written, typed)
    written["is_placeable"] = found == events["area"].to_numpy()
    is_area_name = (written["dirt"] == "omradesnamn").to_numpy()
    written["is_placeable"] |= is_area_name & (
        written["locality"] != OTHER_MUNICIPALITY
    )
    head = (written["street"] + " " + written["number"]).str.strip()
    text = head + written["tail"]
    if locality == "text":
        text += (", " + written["locality"]).where(written["locality"] != "", "")
    shape = written["dirt"].eq("blanksteg")
    written["text"] = text.where(~shape, "  " + text.str.replace(" ", "  ") + " ")
    return written[list(COLUMNS)]


def _told_places(events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The clean street and number, or name of the place, and the true locality."""
    addresses, places = gazetteer.make_addresses(), gazetteer.make_places()
    row = addresses.iloc[events["address"].to_numpy()]
    is_place = (events["place"] >= 0).to_numpy()
    place = places.iloc[events["place"].to_numpy()]
    alias = place["alias"].str.split("|").str[0]
    named = np.where(
        (rng.random(len(place)) < 0.4) & alias.ne(""), alias, place["namn"]
    )
    district = geography.area_facts()["kommundel"].to_numpy()[events["area"]]
    return pd.DataFrame(
        {
            "street": np.where(is_place, named, row["gatuadress"]),
            "digits": np.where(is_place, "", row["husnummer"]),
            "letter": np.where(is_place, "", row["bokstav"]),
            "number": np.where(is_place, "", row["husnummer"] + row["bokstav"]),
            "district": district,
            "area": events["area"].to_numpy(),
            "is_place": is_place,
            "lookup": np.where(is_place, named, row["gatuadress"]),
        },
        index=events.index,
    )


def _write_kinds(
    written: pd.DataFrame, short: pd.Series, rng: np.random.Generator
) -> pd.DataFrame:
    """Apply each kind of dirt but misspelling to its rows."""
    written = written.copy()
    kind = written["dirt"]

    def rows(name: str) -> pd.Index:
        return kind.index[kind == name]

    at = rows("forkortning")
    written.loc[at, "street"] = [
        street.removesuffix(ending) + rng.choice(_SHORT[ending])
        for street, ending in zip(written.loc[at, "street"], short[at], strict=True)
    ]
    at = rows("versaler")
    upper = rng.random(len(at)) < 0.6
    told = written.loc[at, "street"]
    written.loc[at, "street"] = np.where(upper, told.str.upper(), told.str.lower())
    at = rows("lagenhet")
    written.loc[at, "tail"] = rng.choice(_FLATS, len(at))
    at = rows("utan_nummer")
    written.loc[at, ["number", "digits", "letter"]] = ""
    at = rows("okant_nummer")
    numbers = rng.integers(700, 990, len(at)).astype(str)
    written.loc[at, "number"] = written.loc[at, "digits"] = numbers
    written.loc[at, "letter"] = ""
    at = rows("personuppgift")
    people = draw_personal(len(at), rng)
    written.loc[at, "tail"] = people["phrase"].to_numpy()
    written.loc[at, "personal"] = people["datum"].to_numpy()
    at = rows("okand_gata")
    written.loc[at, "street"] = rng.choice(UNKNOWN_STREETS, len(at))
    at = rows("skrap")
    written.loc[at, "street"] = rng.choice(_JUNK, len(at))
    at = rows("annan_kommun")
    written.loc[at, "street"] = f"Stationen i {OTHER_MUNICIPALITY}"
    at = rows("fastighet")
    plots = rng.integers(1, 60, (len(at), 2))
    written.loc[at, "street"] = [f"Exemplet {one}:{two}" for one, two in plots]
    at = rows("omradesnamn")
    names = geography.area_facts()["namn"].to_numpy()
    written.loc[at, "street"] = names[written.loc[at, "area"].to_numpy()]
    empty = kind.isin(("skrap", "annan_kommun", "fastighet", "omradesnamn", "tom"))
    written.loc[empty, "number"] = ""
    written.loc[kind.eq("tom"), "street"] = ""
    return written


def _write_localities(
    written: pd.DataFrame, events: pd.DataFrame, how: str, rng: np.random.Generator
) -> pd.DataFrame:
    """The locality that is told: the true, none, the municipality's or a wrong one."""
    chance = rng.random(len(written))
    true = written["district"]
    if how == "none":
        return written.assign(locality="")
    if how == "text":
        names = gazetteer.make_addresses().groupby("gatuadress")["postort"].nunique()
        in_two = written["lookup"].map(names).gt(1) | written["lookup"].eq(
            "Bygdegården"
        )
        told = chance < np.where(
            in_two, 0.6, np.where(true == "Exempelstad", 0.04, 0.3)
        )
        told &= ~written["dirt"].isin(("skrap", "tom", "annan_kommun", "fastighet"))
        return written.assign(locality=true.where(told, ""))
    names = geography.DISTRICTS
    others = dict(zip(names, names[1:] + names[:1], strict=True))
    locality = true.mask(chance < 0.10, "").mask(chance > 0.97, geography.NAME)
    locality = locality.mask(chance > 0.992, true.map(others))
    is_wrong = pd.Series(chance > 0.992, index=written.index)
    kind = written["dirt"].mask(is_wrong & written["dirt"].eq(""), "fel_ort")
    shouted = pd.Series(rng.random(len(written)) < 0.05, index=written.index)
    return written.assign(
        locality=locality.mask(shouted, locality.str.upper()), dirt=kind
    )


def _mistype(streets: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Misspell street names by one letter.

    Returns
    -------
    DataFrame
        One row a street: ``street`` as written, ``intended``, ``is_nearest`` (no
        other street of the municipality is as near).
    """
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import cdist

    known = gazetteer.make_addresses()["gatuadress"].unique()
    written = [_change_letter(street, rng) for street in streets]
    result = pd.DataFrame(
        {"street": written, "intended": streets.to_numpy()}, index=streets.index
    )
    if result.empty:
        return result.assign(is_nearest=True)
    folded = [[text.lower() for text in texts] for texts in (written, known)]
    apart = cdist(*folded, scorer=DamerauLevenshtein.distance, score_cutoff=4)
    own = apart[np.arange(len(written)), pd.Index(known).get_indexer(streets)]
    n_as_near = (apart <= own[:, None]).sum(axis=1)
    # a misspelling nearer to another street than its own would be a plain lie
    n_nearer = (apart < own[:, None]).sum(axis=1)
    result["street"] = np.where(n_nearer > 0, result["intended"], result["street"])
    return result.assign(is_nearest=(n_as_near == 1) | (n_nearer > 0))


def _change_letter(street: str, rng: np.random.Generator) -> str:
    """One letter swapped, lost, doubled or another; never the first."""
    i = int(rng.integers(1, max(len(street) - 2, 2)))
    match rng.integers(4):
        case 0:
            return street[:i] + street[i + 1] + street[i] + street[i + 2 :]
        case 1:
            return street[:i] + street[i + 1 :]
        case 2:
            return street[:i] + street[i] + street[i:]
    return street[:i] + str(rng.choice(_LETTERS)) + street[i + 1 :]


def _resolve(written: pd.DataFrame, typed: pd.DataFrame) -> np.ndarray:
    """The area that text and locality point at; -1 where none or several."""
    known = _known_areas()
    locality = written["locality"].str.capitalize().replace(geography.NAME, "")
    columns = (written["lookup"], written["digits"], written["letter"], locality)
    found = np.full(len(written), -1)
    for i, (street, digits, letter, where) in enumerate(zip(*columns, strict=True)):
        tried = ((street, n, where) for n in (digits + letter, digits, ""))
        found[i] = next((known[key] for key in tried if key in known), -1)
    hopeless = written["dirt"].isin(_HOPELESS).to_numpy()
    unclear = written.index.isin(typed.index[~typed["is_nearest"]])
    found[hopeless | unclear] = -1
    return found


@cache
def _known_areas() -> dict[tuple[str, str, str], int]:
    """Street (or place), number and locality ("": not told) → area, -1 if several."""
    addresses, places = gazetteer.make_addresses(), gazetteer.make_places()
    district = geography.area_facts()["kommundel"].to_numpy()
    aliases = places.assign(namn=places["alias"].str.split("|")).explode("namn")
    named = pd.concat([places, aliases[aliases["namn"] != ""]])
    street = addresses.rename(columns={"gatuadress": "street"})
    numbers = (street["husnummer"] + street["bokstav"], street["husnummer"], "")
    rows = [
        pd.DataFrame({"street": named["namn"], "n": "", "area": named["area"]}),
        *(street[["street", "area"]].assign(n=number) for number in numbers),
    ]
    table = pd.concat(rows, ignore_index=True)
    table["where"] = district[table["area"]]
    both = pd.concat([table, table.assign(where="")])
    areas = both.groupby(["street", "n", "where"])["area"].agg(["min", "max"])
    one = areas["min"].where(areas["min"] == areas["max"], -1)
    return one.to_dict()

"""Invented statistics of Exempelkommun, in the forms that the sources have.

In: nothing. Out: files in statistik/, the same bytes every time: Brå's series, Kolada's
groups, the EUDA's table, and the templates of CAN, Hälsa på lika villkor, the surveys,
gambling, support and a laboratory. Every figure, neighbour and nation in them is made
up. Next: ``lagesbild statistics``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from lagesbild.measure.rates import proportion
from lagesbild.read.template_file import TEMPLATES
from lagesbild.read.wastewater import DAYS, EUDA_COLUMNS, EUDA_SUBSTANCES

OWN, COUNTY, NATION = "9999", "0099", "0000"
SIMILAR = {
    "9991": "Provköping",
    "9992": "Testinge",
    "9993": "Modellsta",
    "9994": "Skissnäs",
    "9995": "Utkastby",
    "9996": "Låtsasborg",
    "9997": "Mallhamn",
}
GROUP, SITE = "G99999", "EX001"
_SEED = 2026
_LEVEL = {OWN: 1.0, COUNTY: 0.95, NATION: 0.9}
_PUPILS = {OWN: 330, COUNTY: 2_900, NATION: 10_400}
_ADULTS = {OWN: 1_150, COUNTY: 9_800, NATION: 84_000}
# share in per cent, change a year, girls or women against the whole
_CAN = {
    "can_alkohol_12man": (38.0, -0.9, 1.12),
    "can_alkohol_intensiv": (9.0, -0.3, 1.05),
    "can_rokning": (6.0, -0.35, 1.2),
    "can_snus": (14.0, 0.9, 0.7),
    "can_ecig": (13.0, 1.1, 1.25),
    "can_narkotika_nagonsin": (6.5, -0.15, 0.85),
    "can_narkotika_12man": (4.8, -0.1, 0.85),
    "can_sniffning": (4.0, -0.1, 1.0),
    "can_dopning": (1.4, 0.05, 0.5),
    "can_spel_12man": (16.0, 0.5, 0.45),
}
_HLV = {
    "hlv_rokning": (7.2, -0.3, 1.05),
    "hlv_snus": (15.0, 0.4, 0.45),
    "hlv_ecig": (2.4, 0.2, 0.9),
    "hlv_riskkonsumtion": (14.5, -0.2, 0.8),
    "hlv_cannabis_12man": (2.6, 0.05, 0.6),
    "hlv_spelproblem": (3.6, -0.05, 0.5),
    "hlv_avstar_ga_ut": (19.0, 0.2, 1.5),
    "hlv_utsatt_vald": (3.1, 0.0, 0.8),
    "hlv_utsatt_hot": (5.4, 0.1, 0.9),
}
_EUDA = {
    "cocaine": (48.0, 7.0),
    "amphetamine": (92.0, -4.0),
    "methamphetamine": (4.5, 0.2),
    "MDMA": (7.0, 0.6),
    "ketamine": (3.2, 0.5),
    "cannabis": (61.0, 1.5),
}
_BRA = {
    "total": (13_600, -120),
    "person": (2_900, 25),
    "theft": (4_100, -140),
    "burglary": (620, -30),
    "vandalism": (1_750, -20),
    "drugs_weapons": (980, 30),
}
_SURVEYS = {
    "medborgarundersokning": {
        "mu_trygg_morker": (68.0, -0.3, 0.86),
        "mu_trygg_ljus": (93.0, 0.0, 0.99),
    },
}


def write_statistics(folder: Path) -> None:
    """Write every invented file, and the blank templates beside them."""
    from lagesbild.statistics import write_statistics_templates

    folder.mkdir(parents=True, exist_ok=True)
    write_statistics_templates(folder)
    texts = {
        "kolada_grupper.json": _groups(),
        "bra_exempel.csv": _bra(),
        "euda_exempel.csv": _euda(),
        "avlopp_exempel.csv": _laboratory(),
        "can_exempel.csv": _filled("can", _can()),
        "hlv_mall_exempel.csv": _filled("hlv_mall", _hlv()),
        "medborgarundersokning_exempel.csv": _filled(
            "medborgarundersokning", _citizens()
        ),
        "ntu_exempel.csv": _filled("ntu", _ntu()),
        "trygghetsmatning_exempel.csv": _filled("trygghetsmatning", _police_survey()),
        "spel_exempel.csv": _filled("spel", _gambling()),
        "stod_exempel.csv": _filled("stod", _support()),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _filled(name: str, rows: Iterable[list[str]]) -> str:
    template = next(t for t in TEMPLATES if t.file == name)
    lines = [
        "# Påhittade tal för påhittade Exempelkommun.",
        ";".join(template.headings),
    ]
    return "\n".join([*lines, *map(";".join, rows)]) + "\n"


def _groups() -> str:
    title = "Liknande kommuner, övergripande, Exempelkommun, 2026"
    members = [{"member_id": k, "member_title": n} for k, n in SIMILAR.items()]
    group = {"id": GROUP, "title": title, "members": members}
    return json.dumps({"values": [group]}, ensure_ascii=False, indent=1) + "\n"


def _bra() -> str:
    rng = np.random.default_rng(_SEED)
    people = {OWN: 38_000, NATION: 10_000_000} | dict.fromkeys(SIMILAR, 30_000)
    lines = ["kommun;period;key;count;per100k"]
    for place, n in people.items():
        level = rng.uniform(0.85, 1.15) if place in SIMILAR else 1.0
        for key, (rate, step) in _BRA.items():
            for year in range(2015, 2026):
                mean = (rate + step * (year - 2015)) * level * n / 100_000
                count = int(rng.poisson(mean))
                lines.append(f"{place};{year};{key};{count};{count / n * 1e5:.0f}")
    return "\n".join(lines) + "\n"


def _euda() -> str:
    rng = np.random.default_rng(_SEED + 1)
    rows = [EUDA_COLUMNS]
    for year in range(2021, 2026):
        for substance in EUDA_SUBSTANCES:
            mean, step = _EUDA[substance]
            days = (mean + step * (year - 2021)) * rng.uniform(0.7, 1.3, len(DAYS))
            told = [f"{day:.2f}" for day in days]
            means = [days[:2].mean(), days[2:5].mean(), days.mean()]
            head = [str(year), substance, SITE, "EX", "Exempelkommun"]
            rows.append([*head, *told, *(f"{m:.2f}" for m in means)])
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def _laboratory() -> str:
    from lagesbild.read.laboratory import HEADINGS

    rng = np.random.default_rng(_SEED + 2)
    lines = ["# Påhittade analyser av ett påhittat reningsverk.", ";".join(HEADINGS)]
    levels = {"kokain": 190.0, "amfetamin": 340.0, "tramadol": 480.0, "cannabis": 70.0}
    for quarter in ("2025-K4", "2026-K1", "2026-K2", "2026-K3"):
        for substance, level in levels.items():
            amount = f"{level * rng.uniform(0.8, 1.2):.0f}"
            row = ("Exempelverket", quarter, substance, amount, "8900", "34000")
            lines.append(";".join([*row, "15500", "3"]))
    return "\n".join(lines) + "\n"


def _survey(
    wanted: dict[str, tuple[float, float, float]],
    people: dict[str, int],
    periods: dict[str, float],
    groups: Iterable[tuple[list[str], float, float, bool]],
    rng: np.random.Generator,
) -> Iterator[list[str]]:
    """Rows of a survey: groups are their cells, size, level, and whether of women."""
    groups, heads, counts = list(groups), [], []
    for indicator, (start, step, of_women) in wanted.items():
        for place, n in people.items():
            for period, years in periods.items():
                for cells, size, level, sex in groups:
                    share = (start + step * years) * level * _LEVEL.get(place, 1.0)
                    share *= {True: of_women, False: 2 - of_women}.get(sex, 1.0)
                    asked = max(40, int(n * size))
                    share = min(max(share / 100, 0.002), 0.99)
                    told = int(rng.binomial(asked, share))
                    heads.append([indicator, place, *cells, period])
                    counts.append((told, asked))
    shares = proportion(*np.array(counts).T).itertuples(index=False)
    for head, (_, asked), figures in zip(heads, counts, shares, strict=True):
        shown = [f"{100 * figure:.1f}".replace(".", ",") for figure in figures]
        yield [*head, *shown, str(asked)]


def _can() -> Iterator[list[str]]:
    groups = [
        ([grade, word], size, level, sex)
        for grade, level in (("åk 9", 1.0), ("gy 2", 1.6))
        for word, size, sex in (
            ("alla", 1.0, None),
            ("flickor", 0.5, True),
            ("pojkar", 0.5, False),
        )
    ]
    periods = {"2019": 0.0, "2022": 3.0, "2025": 6.0}
    rng = np.random.default_rng(_SEED + 3)
    return _survey(_CAN, _PUPILS, periods, groups, rng)


def _hlv() -> Iterator[list[str]]:
    groups = [
        (["alla", "alla"], 1.0, 1.0, None),
        (["kvinnor", "alla"], 0.53, 1.0, True),
        (["män", "alla"], 0.47, 1.0, False),
        (["alla", "16-29"], 0.14, 1.4, None),
        (["alla", "30-64"], 0.52, 1.0, None),
        (["alla", "65-84"], 0.34, 0.6, None),
    ]
    people = _ADULTS | dict.fromkeys(list(SIMILAR)[:4], 1000)
    periods = {"2016-2019": 0.0, "2020-2023": 4.0, "2022-2025": 6.0}
    rng = np.random.default_rng(_SEED + 4)
    return _survey(_HLV, people, periods, groups, rng)


def _citizens() -> Iterator[list[str]]:
    groups = [
        (["alla"], 1.0, 1.0, None),
        (["kvinnor"], 0.52, 1.0, True),
        (["män"], 0.48, 1.0, False),
    ]
    people = {OWN: 620, NATION: 42_000} | dict.fromkeys(SIMILAR, 580)
    periods = {str(year): year - 2021.0 for year in range(2021, 2026)}
    wanted = _SURVEYS["medborgarundersokning"]
    rng = np.random.default_rng(_SEED + 5)
    return _survey(wanted, people, periods, groups, rng)


def _ntu() -> Iterator[list[str]]:
    wanted = {
        "ntu_otrygg_kvall": (27.0, 0.2, 1.4),
        "ntu_utsatt_person": (22.0, -0.2, 1.0),
        "ntu_anmalt": (47.0, 0.0, 1.0),
    }
    groups = [(["alla", "alla"], 1.0, 1.0, None)]
    people = {NATION: 64_000, OWN: 900}
    periods = {"2021-2022": 0.0, "2023-2024": 2.0}
    rng = np.random.default_rng(_SEED + 6)
    return _survey(wanted, people, periods, groups, rng)


def _police_survey() -> Iterator[list[str]]:
    wanted = {
        "tm_otrygg_kvall": (24.0, 0.3, 1.5),
        "tm_problem_trafik": (41.0, 0.4, 1.0),
        "tm_problem_belysning": (22.0, -0.2, 1.2),
    }
    groups = [
        (["alla", "alla"], 1.0, 1.0, None),
        (["kvinnor", "alla"], 0.51, 1.0, True),
        (["män", "alla"], 0.49, 1.0, False),
        (["alla", "16-29"], 0.2, 1.2, None),
        (["alla", "65+"], 0.3, 0.9, None),
    ]
    rng = np.random.default_rng(_SEED + 7)
    yield from _survey(wanted, {OWN: 840}, {"2023": 0.0, "2025": 2.0}, groups, rng)
    for year, index in (("2023", "1,4"), ("2025", "1,5")):
        cells = [OWN, "alla", "alla", year, index, "", "", "840"]
        yield ["tm_problemindex", *cells]


def _gambling() -> Iterator[list[str]]:
    for year, excluded, calls in (
        ("2022", 231, 41),
        ("2023", 262, 38),
        ("2024", 301, 44),
        ("2025", 322, 47),
    ):
        yield ["spel_spelpaus", OWN, year, str(excluded)]
        yield ["spel_stodlinjen", OWN, year, str(calls)]


def _support() -> Iterator[list[str]]:
    told = {
        "stod_kvinnojour": (54, 61, 66),
        "stod_brottsofferjour": (112, 98, 120),
        "stod_elevhalsa": (8, 12, 15),
        "stod_familjeratt": (23, 21, 27),
    }
    for indicator, counts in told.items():
        for year, count in zip(("2023", "2024", "2025"), counts, strict=True):
            yield [indicator, OWN, year, str(count)]

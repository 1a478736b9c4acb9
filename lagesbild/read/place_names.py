"""Names of the nation, counties and municipalities → their codes.

In: municipalities.csv beside the package. Out: a mapping for the readers of
statistics, which tell places by name. Counties are told as "Gävleborgs län",
"Region Gävleborg", "Gävleborgs" or "Gävleborg".
"""

from __future__ import annotations

import csv
from importlib import resources

NATION = "0000"
_NATION_NAMES = ("Riket", "Hela landet", "Sverige", "Hela riket")


def load_place_names(own: dict[str, str] | None = None) -> dict[str, str]:
    """Name → four-digit code.

    Parameters
    ----------
    own : dict, optional
        More names, of a municipality that is not in the list.
    """
    file = resources.files("lagesbild").joinpath("municipalities.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = dict.fromkeys(_NATION_NAMES, NATION)
    for row in rows:
        code = "00" + row["code"][:2]
        plain = row["county"].removesuffix(" län")
        short = plain.removesuffix("s")
        for name in (row["county"], f"Region {plain}", f"Region {short}"):
            names[name] = code
        # a municipality may have its county's name; it goes first
        names.setdefault(short, code)
    return names | {row["name"]: row["code"] for row in rows} | (own or {})

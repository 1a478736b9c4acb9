"""Find people by their given names, in texts that are written for others to read.

In: a text. Out: where a given name with a surname after it stands. ``names`` needs a
word that tells of a person before or after; an official's own sentence often has none.
Used by ``protect.texts`` on short texts, where one too many is cheap; not on places,
where every other street is named after somebody.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_PAIR = re.compile(
    r"(?<![\w-])(?P<given>[^\W\d_]{2,}(?:-[^\W\d_]{2,})?)\s+"
    r"(?P<family>(?:(?:von|af|de|van)\s+)?[^\W\d_][\w'´’-]+)"
)
_FAMILY_ENDS = ("sson", "sdotter", "qvist", "kvist")
_NO_FAMILY = (
    "gatan gata vägen väg gränd gränden torg torget skola skolan plan park parken gård "
    "gården kommun minne stiftelse fond dag"
).split()


@cache
def _given() -> frozenset[str]:
    file = resources.files("lagesbild.clean").joinpath("given_names.csv")
    return frozenset(file.read_text("utf-8").split()[1:])


def find_people(text: str) -> list[tuple[int, int]]:
    """Where people stand in a text by given name and surname.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (int, int)
        First sign and the one after the last of each, in order, none twice.
    """
    found, place = [], 0
    while match := _PAIR.search(text, place):
        if _is_person(match["given"], match["family"]):
            found.append(match.span())
            place = match.end()
        else:
            place = match.end("given")  # the second word may begin a name itself
    return found


def _is_person(given: str, family: str) -> bool:
    if not (given[0].isupper() and family.split()[-1][0].isupper()):
        return False
    if family.casefold() in _NO_FAMILY:
        return False
    first = given.casefold().split("-")[0]
    return first in _given() or family.casefold().endswith(_FAMILY_ENDS)

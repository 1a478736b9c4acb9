"""What became of a place text: a point, an area, or the reason there is none.

Values only. Made by match and place; the reasons are what an analyst reads and can act
on, and never hold any part of a text.
"""

from __future__ import annotations

from dataclasses import dataclass

OUTSIDE_AREAS = "punkten ligger utanför alla områden"

NO_TEXT = "text saknas"
UNKNOWN_LOCALITY = "orten är okänd eller utanför kommunen"
LOCALITIES_DISAGREE = "orterna i uppgiften motsäger varandra"
UNKNOWN_STREET = "gatan hittades inte"
SEVERAL_SIMILAR = "gatunamnet är felstavat och liknar flera gator"
NOT_IN_LOCALITY = "gatan finns inte i den angivna orten"
SEVERAL_LOCALITIES = "gatan finns i flera orter, ort saknas"
NUMBER_UNKNOWN = "numret finns inte och gatan går genom flera områden"
NO_NUMBER = "numret saknas och gatan går genom flera områden"
SEVERAL_AREAS = "adresserna ligger i olika områden"
NO_CROSSING = "gatorna möts inte"
PROPERTY = "fastighetsbeteckning, ingen adress"
UNKNOWN_PLACE = "platsen är okänd"
SEVERAL_PLACES = "platsen finns i flera orter, ort saknas"
PLACE_NOT_IN_LOCALITY = "platsen finns inte i den angivna orten"
ONLY_LOCALITY = "texten anger bara ort"
AREA_DISAGREES = "områdesnamnet i texten motsäger adressen"
OUTSIDE_MUNICIPALITY = "koordinaten ligger utanför kommunen"
TOO_MANY_CELLS = "raden har fler celler än rubriken, troligen ett komma för mycket"
ALIAS_NOWHERE = "enligt platser_alias.csv går texten inte att placera"
PROTECTED = "skyddad brottstyp placeras aldrig"
DESO_IN_SEVERAL = "DeSO ligger inte inom ett enda område"
DESO_UNKNOWN = "DeSO-koden är okänd"
NO_DESO_LAYER = "DeSO-lagret saknas i referens/"
COORDINATE_DISAGREES = "koordinaten och texten anger olika platser"
DESO_DISAGREES = "DeSO motsäger adressen"
SEVERAL_SYSTEMS = "koordinaten saknar koordinatsystem och kan betyda flera punkter"


@dataclass(frozen=True)
class Outcome:
    """One text placed or rejected; ``method`` "avvisad" has a reason and no point."""

    method: str
    score: float = 0.0
    east: float | None = None
    north: float | None = None
    area: str = ""  # "" outside all areas
    reason: str = ""


def found(method: str, score: float, east: float, north: float, area: str) -> Outcome:
    reason = "" if area else OUTSIDE_AREAS
    return Outcome(method, score, float(east), float(north), area, reason)


def rejected(reason: str) -> Outcome:
    return Outcome("avvisad", reason=reason)

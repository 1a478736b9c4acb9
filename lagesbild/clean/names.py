"""Find names of people by the words round them.

In: a text in which other personal data is marked as taken (a NUL for each sign). Out:
where names stand. Used by ``clean.personal_data``.
A word that tells of a person ("målsäganden") is enough for one word with a capital; a
preposition that may tell of a place ("från"), any other word for a kind of person, a
label or a verb that only people do wants two. Two such words beside a telephone number,
an identity number or an address of e-mail are a name too. A street, a square or an
organisation is no name, and nor is what follows "delar av" or "i höjd med".
"""

from __future__ import annotations

import re

_ROLES = r"""anmälar(?:e|en|na|es)|anm|målsägand(?:e|en|ena|es)|målsägar(?:e|en)|må
|misstänkt(?:e|a|s)?|gärningsm(?:a|ä)n(?:nen)?|vittne(?:t|n|na|ts)?|mt
|uppgiftslämnar(?:e|en)|kontaktperson(?:en)?|handläggar(?:e|en)|sökand(?:e|en)
|(?<!-)boende(?:n|t)?|grann(?:e|en|ar|arna)|hyresgäst(?:en|er|erna)?|innehavar(?:e|en)
|förar(?:e|en)|ägar(?:e|en|inna|innan)|brottsoff(?:er|ret)|tilltalad(?:e)?|offret
|fru|herr|fröken|polisassistent(?:en)?|inspektör(?:en)?|polisman(?:nen)?|polis
|rektor(?:n)?|lärar(?:e|en)|elev(?:en)?|kund(?:en)?|chef(?:en)?|kolleg(?:a|an)
|son(?:en)?|dotter(?:n)?|sambo(?:n)?|särbo(?:n)?|mak(?:e|en|a|an)|fa(?:der|dern|r)
|mo(?:der|dern|r)|pappa(?:n)?|mamma(?:n)?|bro(?:der|dern|r)|syster(?:n)?|kompis(?:en)?
|vän(?:nen)?|pojkvän(?:nen)?|flickvän(?:nen)?|mannen|kvinnan|pojken|flickan|barnet
|personen|namn|namnet|heter|hette|kontakta|mvh|hälsning(?:ar)?|hälsn|tillhör(?:de|t)?
|kalla(?:r|de|t|d|s)?\ssig|c\s?/\s?o|bröderna|systrarna|syskonen|paret|makarna|familjen
|gäst(?:en|erna)?|tillhörande|undertecknad(?:e)?|\w+(?:kamrat(?:en)?|pappan?|mamman?|frun?)"""
_ROLE = re.compile(
    rf"(?<!\w)(?P<word>{_ROLES.replace(chr(10), '')})(?!\w)"
    # "ägare enl. registret:", "ägaren till [plåten],", "vittnen är"
    r"(?:\s(?:är|var)\b|(?-i:\s[a-zåäö.]+){0,3}(?=\s?[:\0]))?[\s:;,.(/\0-]*",
    re.IGNORECASE,
)
_NEAR = re.compile(r"(?<!\w)(?P<word>av|hos|med)(?!\w):?\s+", re.IGNORECASE)
_FAR = re.compile(
    r"(?<!\w)(?P<word>från|till|mot|enligt|enl\.?|pga|ring|för|som|vara)(?!\w):?\s+",
    re.IGNORECASE,
)
# kinds of person that no list can hold: "busschauffören", "ordningsvakt", "svärmor"
_KIND = re.compile(
    r"(?<=\w\w)(?<!\bnärm)(?<!\btidig)(?<!\bsen)(?<!\bvid)(?<!\bsnar)"
    r"(?P<word>are|aren|(?:ff|[dljnst])ör(?:en)?|ist|isten|vakt|vakten|man|gäst|gästen"
    r"|maken|makan|sköterskan?|mor|far|bror|syster|son|dotter|chef|chefen|ombud"
    r"|ombudet|biträdet?|ägarna)\s+",
    re.IGNORECASE,
)
_NO_LABEL = (
    "plats|adress|ort|område|kvarter|gata|väg|stadsdel|fastighet|kommun|skola|objekt"
    "|fordon|märke|modell|bil|enhet|avdelning|bolag|företag|butik|hållplats|läge|var"
)
_LABEL = re.compile(
    rf"(?<!\w)(?P<word>(?!(?:{_NO_LABEL})\w{{0,3}}:)[^\W\d_]{{2,}}):\s*", re.IGNORECASE
)
_SIGNED = re.compile(r"(?:^|\s)(?P<word>/)\s?")
_DOES = (
    "(?:såg|ringer|ringde|uppger|uppgav|hävdar|hävdade|säger|sade|sa|berättar|berättade"
    "|bor|bodde|anmäler|anmälde|misstänks|greps|hotade|slog|vill|undrar)"
)
# what follows a name, where nothing before it tells
_OF_A_PERSON = re.compile(
    r"[\s,;/:(-]*(?:(?:f|född|pnr|tel|telnr|tfn|mob|mobil|telefon|mejl|mail|e-post)"
    r"\b[.:]{0,2}\s*)?\0"
    rf"|\s+{_DOES}\b"
)
_SOME_PERSON = re.compile(rf"\0|\s{_DOES}\b|\s(?:von|af)\s")
_CARE_OF = re.compile(r"c\s?/\s?o", re.IGNORECASE)
# what follows is a part of a place, a cause or a time
_OF_A_PLACE = re.compile(
    r"(?:\b(?:del|delen|delar|delarna|sida|sidan|kant|kanten|hörn|hörnet|korsning|mitten"
    r"|korsningen|utkanten|slutet|början|ände|änden|resten|norr|söder|öster|väster)"
    r"|\w(?:sidan|delen|kanten|änden|hörnet|korsningen)"
    r"|\b(?:höjd|närheten|grund|följd|hjälp|samband|anslutning|linje|nivå|längs|utmed|jämsides"
    r"|jämte|parallellt|kors))\s+$",
    re.IGNORECASE,
)

_WORD = re.compile(
    r"(?P<gap>\s*)(?P<word>[^\W\d_](?:[^\W\d_]|['´’-](?=[^\W\d_]))*)(?P<dot>\.?)"
)
_NOBLE = re.compile(r"\w (?:von|af) \w")
_CAPITAL = re.compile(r"(?<![\w'´’-])[A-ZÅÄÖÉÜÆØ]\w*")
_CUES = ((_ROLE, 1), (_NEAR, 1), (_FAR, 2), (_KIND, 2), (_LABEL, 2), (_SIGNED, 2))
_PARTICLES = frozenset("von af de van der den del al el bin ibn".split())
# after a name that is written in capitals these end it; none of them is a name
_NO_NAME = frozenset(
    "i på vid utanför innanför bakom framför bredvid mellan under över efter före "
    "kring runt genom längs intill invid till från mot med av hos för om ur och eller "
    "samt men som att är var har hade blev kan ska när där här en ett den det de han "
    "hon vi ni jag dom du man sig ej inte inga ingen inget okänd okända okänt saknas "
    "anonym anonyma flera alla andra någon några se tel mobil tfn telefon mejl mail "
    "pnr lgh adress ring kontakta enligt norra södra östra västra gamla nya stora "
    "lilla övre nedre inre yttre sankt".split()
)
_PLACE_ENDS = (
    "gatan gata vägen väg gränd gränden torget torg stigen stig allén allé plan planen "
    "gården parken park backen platsen plats skolan skola leden bron hamnen stranden "
    "esplanaden rondellen stationen station centrum kyrkan sjukhuset biblioteket badet "
    "hallen arena arenan området kvarteret hus"
).split()
_ORGANISATION_ENDS = (
    "kommun kommunen kommunens bolag bolaget bostäder styrelsen verket myndigheten "
    "polisen tjänst tjänsten centralen föreningen förvaltning förvaltningen kontoret "
    "macken banken regionen kåren butiken affären"
).split()
_NO_NAME_ENDS = tuple(_PLACE_ENDS + _ORGANISATION_ENDS)
_THEN_PLACE = re.compile(
    r"\s+(?:gata|v[äa]g|gr[äa]nd|torg|plats|backe|stig|park|allé|plan|skola|kyrka"
    r"|station|kommun|församling|hamn|bad|hus|arena|hall|IP|IF|BK|AB|HB|KB)\b",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"\s+\d{1,3}\s?[A-Za-z]?(?![\w./:-])(?!\s+år)")
_COMMA = re.compile(r",\s*")
_ABBREVIATED_STREET = re.compile(r"\.\s*\d")
_AND = re.compile(r"\s*(?:,|/|&|\b(?:och|samt|eller)\b)\s*")
_MOST_WORDS = 4


def find_names(plain: str) -> list[tuple[int, int]]:
    """Where names stand in a text.

    Parameters
    ----------
    plain : str
        Dashes and blanks of one kind each; NUL where something is taken.

    Returns
    -------
    list of (int, int)
        First sign and the one after the last of each name, in order, none twice.
    """
    found = _find_by_what_follows(plain)
    for pattern, fewest in _CUES:
        for cue in pattern.finditer(plain):
            if pattern in (_NEAR, _FAR) and _OF_A_PLACE.search(plain[: cue.start()]):
                continue
            any_case = bool(_CARE_OF.fullmatch(cue["word"]))
            found += _names_from(plain, cue.end(), fewest, any_case)
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _find_by_what_follows(plain: str) -> list[tuple[int, int]]:
    """Two words or more that a number, an address or a verb says are a person."""
    found, place = [], 0
    if not _SOME_PERSON.search(plain):
        return found
    while start := _CAPITAL.search(plain, place):
        place = start.end()
        name = _read_name(plain, start.start(), 2, False)
        if name and (
            _OF_A_PERSON.match(plain, name[1]) or _NOBLE.search(plain[slice(*name)])
        ):
            found.append(name)
            place = name[1]
    return found


def _names_from(
    plain: str, start: int, fewest: int, any_case: bool
) -> list[tuple[int, int]]:
    """The name that starts here, and those that "och" joins to it."""
    name = _read_name(plain, start, fewest, any_case)
    if name is None:
        return []
    found = [name]
    while joint := _AND.match(plain, found[-1][1]):
        following = _read_name(plain, joint.end(), 2, False)
        if following is None:
            break
        found.append(following)
    return found


def _read_name(
    plain: str, start: int, fewest: int, any_case: bool
) -> tuple[int, int] | None:
    words, end = _read_words(plain, start, any_case)
    if words and _THEN_PLACE.match(plain, end):
        return None
    comma = _COMMA.match(plain, end)
    if len(words) == 1 and comma:  # "Efternamn, Förnamn"
        first, first_end = _read_words(plain, comma.end(), False)
        # but "c/o Efternamn, Ort" is an address
        is_place = any(p.match(plain, first_end) for p in (_HOUSE, _THEN_PLACE))
        is_place |= any_case and not _COMMA.match(plain, first_end)
        if first and not is_place:
            words, end = words + first, first_end
    return (start, end) if len(words) >= fewest else None


def _read_words(plain: str, start: int, any_case: bool) -> tuple[list[str], int]:
    """The words of a name from here on, and where they end."""
    words: list[str] = []
    end = place = start
    while len(words) < _MOST_WORDS and (match := _WORD.match(plain, place)):
        word, place = match["word"], match.end("word")
        if words and not match["gap"]:
            break
        if words and word in _PARTICLES:
            continue
        is_initial = len(word) == 1 and word.isupper()
        # in capitals I is a preposition
        is_initial &= word != "I" or not (words and words[-1].isupper())
        if not is_initial and not _may_be_name(word, any_case):
            break
        if words and not is_initial and _HOUSE.match(plain, place):
            break  # a place with its number
        if not is_initial and _ABBREVIATED_STREET.match(plain, place):
            break
        if is_initial and not match["dot"] and not _followed_by_name(plain, place):
            break
        words.append(word)
        end = place = match.end() if is_initial else place
        if match["dot"] and not is_initial:
            break
    return words, end


def _may_be_name(word: str, any_case: bool) -> bool:
    lower = word.casefold()
    if lower in _NO_NAME or lower.endswith(_NO_NAME_ENDS):
        return False
    return any_case or word[0].isupper()


def _followed_by_name(plain: str, place: int) -> bool:
    following = _WORD.match(plain, place)
    return bool(
        following
        and following["gap"]
        and len(following["word"]) > 1
        and _may_be_name(following["word"], False)
    )

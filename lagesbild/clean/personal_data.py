"""Mask personal data in the few texts that are kept, before anything is kept.

In: texts, such as where something happened. Out: the same texts with identity
numbers, telephone numbers, e-mail addresses, registration plates and names replaced
by a word in brackets, and how many of each kind. Next: ``clean.reports``,
``clean.counts``. Names are found in ``clean.names``.
In doubt a text is masked; but house and flat numbers, postcodes, dates and
coordinates are places and times, not people, and stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

import pandas as pd

from lagesbild.clean.names import find_names

KINDS = ("personnummer", "telefon", "e-post", "registreringsnummer", "namn")

Span = tuple[int, int]

# one sign for one, so that a place in the plain text is the same in the text
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " ")
)
_MOST_ROUNDS = 8
_TAKEN = "\0"  # stands where something is masked already

_AT = r"(?:\s?@\s?|\s?[\[({]\s?(?:at|a|snabel-?a)\s?[\])}]\s?|\s(?:at|snabel-?a)\s)"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|punkt)\s?[\])}]\s?|\s(?:dot|punkt)\s)"
_SOME_AT = re.compile(_AT, re.IGNORECASE)
_EMAIL = re.compile(
    rf"[\w.+-]+(?:{_AT}[\w-]+(?:{_DOT}[\w-]+)+|\s?@\s?[\w-]+)", re.IGNORECASE
)
# year, month, day (60 more for a samordningsnummer), then four signs; a temporary
# number has letters among them, and a careful writer hides them
_IDENTITY = re.compile(
    r"(?<![\d,.])(?P<century>(?:18|19|20)?)(?P<year>\d\d)(?P<part>[-. /]?)"
    r"(?P<month>0[1-9]|1[0-2])(?P=part)"
    r"(?P<day>0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
    r"(?P<sign>\s?[-+]\s?|\s?)"
    r"(?P<last>\d{4}|[A-Z][A-Z\d]\d\d|[A-Z]\d[A-Z]\d|[Xx]{4}|\*{4})"
    r"(?![A-Za-z\d*]|[-.:/]\d)"
)
_TEMPORARY = "TRSUWXxJKLMN*"  # begins the last four where only a blank stands before
_DATE = re.compile(
    r"(?<![\d\-./])(?:(?:19|20)\d\d([-./])\d\d?\1\d\d?"
    r"|\d\d?([-./])\d\d?\2(?:19|20)\d\d)(?![\d\-./]\d)"
)
_PHONE_WORD = r"(?i:tel|telnr|telefon|telefonnr|telefonnummer|tfn|mob|mobil|mobilnr)"
_PHONE = re.compile(
    r"(?:(?<![\w\-./:,])|(?<=tel)|(?<=tfn)|(?<=mobil))"
    r"\(?(?:\+|0)(?:[\s\-()/.]{0,3}\d){6,}",
    re.IGNORECASE,
)
_CLOCK = r"(?:[01]\d|2[0-4])[0-5]\d"
_DAY = r"\d\d(?:0\d|1[0-2])[0-3]\d"
_SPAN_OF_TIME = re.compile(rf"{_CLOCK}\s?-\s?{_CLOCK}|{_DAY}\s?-\s?{_DAY}")
# a local number has no area code: only the word before it tells; 114 14 is public
_LOCAL_PHONE = re.compile(
    rf"(?<!\w){_PHONE_WORD}\b[.:]{{0,2}}\s*(?:nr\.?\s*)?"
    r"(?P<told>(?!11[34]\s?1[34]\b)[1-9](?:[ -]?\d){4,7})(?![\d-])"
)
# I, Q, V, Å, Ä and Ö stand on no plate, nor O last
_LETTERS, _END = "[A-HJ-PR-UW-Z]{3}", r"\d\d[\dA-HJ-NPR-UW-Z]"
_PLATE = re.compile(rf"(?<![\w-])({_LETTERS})[ -]?{_END}(?![\w-]|[.,:]\d)")
_GLUED_PLATE = re.compile(
    rf"(?<![\w-])({_LETTERS}){_END}(?![\w-]|[.,:]\d)", re.IGNORECASE
)
_NAMED_PLATE = re.compile(
    r"(?<!\w)reg(?:istrering\w*|[. ]{0,2}skylt\w*|[. ]{0,2}n(?:umme)?r)?\b[.: ]{0,3}"
    rf"(?P<told>({_LETTERS})[ -]?{_END})(?!\w)",
    re.IGNORECASE,
)
_NO_PLATE = frozenset(
    "LGH HUS RUM SAL BOX BRO DAG TRP ETG BUS LAG RAD KOD FEL DEL DNR PNR TEL MOB OBS "
    "SOS BMW KTM MAN GAS SAAB LED USB PEH SEK EUR USD NOK DKK GBP LAN UTM FMS".split()
)


def mask_personal_data(texts: pd.Series) -> tuple[pd.Series, dict[str, int]]:
    """Replace personal data in texts.

    Parameters
    ----------
    texts : Series of str
        Missing texts stay missing.

    Returns
    -------
    Series of str
        Aligned; "[personnummer]", "[telefon]", "[e-post]", "[registreringsnummer]" or
        "[namn]" where there was such a thing.
    dict
        Kind → how many were replaced, counted in every row; kinds found only.
    """
    texts = texts.astype("str")
    counts: Counter[str] = Counter()
    replaced = {}
    for text, n_rows in texts.value_counts().items():
        masked, found = _mask(text)
        if found:
            replaced[text] = masked
            counts.update({kind: number * n_rows for kind, number in found.items()})
    if not replaced:
        return texts, {}
    masked = texts.mask(texts.isin(replaced), texts.map(replaced)).astype("str")
    return masked, {kind: counts[kind] for kind in KINDS if counts[kind]}


def _mask(text: str) -> tuple[str, Counter[str]]:
    """What one mask lays bare may be another: "c/o n070-174 06 05"."""
    counts: Counter[str] = Counter()
    for _ in range(_MOST_ROUNDS):
        text, found = _mask_once(text)
        if not found:
            break
        counts += found
    return text, counts


def _mask_once(text: str) -> tuple[str, Counter[str]]:
    plain = text.translate(_PLAIN)
    taken: list[tuple[int, int, str]] = []
    for kind, find in _FINDERS:
        for start, end in find(plain):
            plain = plain[:start] + _TAKEN * (end - start) + plain[end:]
            taken.append((start, end, kind))
    for start, end, kind in sorted(taken, reverse=True):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text, Counter(kind for _, _, kind in taken)


def _find_emails(plain: str) -> Iterable[Span]:
    if not _SOME_AT.search(plain):  # much faster than to look for what stands before
        return []
    return [match.span() for match in _EMAIL.finditer(plain)]


def _find_identities(plain: str) -> Iterable[Span]:
    return [m.span() for m in _IDENTITY.finditer(plain) if _is_identity(m)]


def _is_identity(match: re.Match) -> bool:
    """Whether digits of the right form are a person's, not a place's or a thing's."""
    if match["sign"].strip():
        return True  # the form says it, even with a wrong check digit
    if not match["last"].isdigit():
        return not match["sign"] or match["last"][0] in _TEMPORARY
    if match["century"] and not match["part"] and not match["sign"]:
        return True
    from personnummer import personnummer

    parts = ("century", "year", "month", "day", "last")
    return personnummer.valid("".join(match[part] for part in parts))


def _find_phones(plain: str) -> Iterable[Span]:
    """What may be a Swedish telephone number, even if none has it."""
    found = [match.span("told") for match in _LOCAL_PHONE.finditer(plain)]
    if not _PHONE.search(plain):
        return found
    undated = _DATE.sub(lambda date: "_" * len(date[0]), plain)
    for candidate in _PHONE.finditer(undated):
        if _SPAN_OF_TIME.fullmatch(candidate[0]):
            continue
        import phonenumbers

        matches = phonenumbers.PhoneNumberMatcher(
            # with blanks round it a sign between digits is one the library knows
            re.sub(r"\s?([-./])\s?", r"\1", candidate[0]),
            "SE",
            phonenumbers.Leniency.POSSIBLE,
        )
        # too short is no number that someone can be called by
        if any(len(re.sub(r"\D", "", match.raw_string)) >= 8 for match in matches):
            found.append(candidate.span())
    return found


def _find_plates(plain: str) -> Iterable[Span]:
    found = {m.span("told") for m in _NAMED_PLATE.finditer(plain)}
    for pattern in (_PLATE, _GLUED_PLATE):
        matches = pattern.finditer(plain)
        found |= {m.span() for m in matches if m[1].upper() not in _NO_PLATE}
    return sorted(found)


_FINDERS: tuple[tuple[str, Callable[[str], Iterable[Span]]], ...] = (
    ("e-post", _find_emails),
    ("personnummer", _find_identities),
    ("telefon", _find_phones),
    ("registreringsnummer", _find_plates),
    ("namn", find_names),
)

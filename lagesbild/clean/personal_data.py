"""Mask personal data in the few texts that are kept, before anything is kept.

In: texts, such as where something happened. Out: the same texts with identity
numbers, telephone numbers, e-mail addresses and names replaced by a word in brackets,
and how many of each kind. Next: ``clean.reports``, ``clean.counts``.
In doubt a text is masked; but house and flat numbers, postcodes and coordinates
are places, not people, and stay.
"""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

KINDS = ("personnummer", "telefon", "e-post", "namn")

_EMAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
# year, month, day (60 more for a samordningsnummer), then four signs; a temporary
# number has a letter first among them
_IDENTITY = re.compile(
    r"(?<![\d,.])(?P<century>(?:19|20)?)(?P<date>\d\d(?:0[1-9]|1[0-2])"
    r"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01]))"
    r"(?P<sign>\s?[-+–−]\s?|\s?)(?P<last>\d{4}|[TRSUWXJKLMN]\d{3})(?![\d])"
)
_PHONE = re.compile(r"(?<![\d\-./:,])(?:\+|0)(?:[\s\-()/.]{0,2}\d){6,}")
_CAPITAL = r"[A-ZÅÄÖÉÜ][\wåäöéü'´-]+"
_STREET = (
    r"[\w-]*(?:gatan|gata|vägen|väg|gränd|gränden|torget|torg|stigen|stig|allén|allé"
    r"|plan|planen|gården|parken|backen|platsen|skolan|leden|bron|hamnen|stranden"
    r"|esplanaden|rondellen|stationen|centrum)\b"
)
_NOT_STREET = rf"(?!(?i:{_STREET}))"
_NAME = rf"{_NOT_STREET}{_CAPITAL}(?:\s+{_NOT_STREET}{_CAPITAL}(?!\s+\d)){{0,2}}"
_AFTER_WORD = re.compile(
    rf"(?<!\w)(?P<word>(?i:av|hos))(?P<gap>:?\s+)(?P<name>{_NAME})"
)
_ANY_WORD = r"[A-Za-zÅÄÖåäöÉéÜü'´-]{2,}"
_CARE_OF = re.compile(
    rf"(?<!\w)(?P<word>(?i:c\s?/\s?o))(?P<gap>:?\s*)(?P<name>{_NOT_STREET}{_ANY_WORD}"
    rf"(?:\s+{_NOT_STREET}{_ANY_WORD}(?!\s+\d)){{0,2}})"
)
_MAY_HOLD = r"\d{4}|\d[\d\s-]{5}|@|(?i:\bav\b|\bhos\b|c\s?/\s?o)"


def mask_personal_data(texts: pd.Series) -> tuple[pd.Series, dict[str, int]]:
    """Replace personal data in texts.

    Parameters
    ----------
    texts : Series of str
        Missing texts stay missing.

    Returns
    -------
    Series of str
        Aligned; "[personnummer]", "[telefon]", "[e-post]" or "[namn]" where there
        was such a thing.
    dict
        Kind → how many were replaced, counted in every row; kinds found only.
    """
    texts = texts.astype("str")
    suspects = texts[texts.str.contains(_MAY_HOLD, regex=True).fillna(False)]
    counts: Counter[str] = Counter()
    replaced = {}
    for text, n_rows in suspects.value_counts().items():
        replaced[text], found = _mask(text)
        counts.update({kind: number * n_rows for kind, number in found.items()})
    masked = texts.copy()
    masked[suspects.index] = suspects.map(replaced).astype("str")
    return masked, {kind: counts[kind] for kind in KINDS if counts[kind]}


def _mask(text: str) -> tuple[str, Counter[str]]:
    found: Counter[str] = Counter()
    text, found["e-post"] = _EMAIL.subn("[e-post]", text)

    def identity(match: re.Match) -> str:
        if not _is_identity(match):
            return match[0]
        found["personnummer"] += 1
        return "[personnummer]"

    text = _IDENTITY.sub(identity, text)
    text, found["telefon"] = _mask_phones(text)
    for pattern in (_CARE_OF, _AFTER_WORD):
        text, number = pattern.subn(r"\g<word>\g<gap>[namn]", text)
        found["namn"] += number
    return text, found


def _is_identity(match: re.Match) -> bool:
    """Whether digits of the right form are a person's, not a place's or a thing's."""
    if match["sign"].strip() or (match["century"] and not match["sign"]):
        return True  # the form says it, even with a wrong check digit
    from personnummer import personnummer

    digits = match["century"] + match["date"] + match["last"]
    return personnummer.valid(digits)


def _mask_phones(text: str) -> tuple[str, int]:
    """Replace what may be a Swedish telephone number, even if none has it."""
    if not _PHONE.search(text):
        return text, 0
    import phonenumbers

    number = 0
    for candidate in reversed(list(_PHONE.finditer(text))):
        matches = phonenumbers.PhoneNumberMatcher(
            candidate[0], "SE", phonenumbers.Leniency.POSSIBLE
        )
        for match in reversed(list(matches)):
            if len(re.sub(r"\D", "", match.raw_string)) < 8:
                continue  # too short for a number that someone can be called by
            start = candidate.start() + match.start
            end = candidate.start() + match.end
            text = f"{text[:start]}[telefon]{text[end:]}"
            number += 1
    return text, number

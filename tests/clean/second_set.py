"""A second set of texts for the masker, written without reading it.

In: nothing. Out: `planted_texts` (free sentences with personal data in them, as a
report of an offence or a fault has) and `lookalikes` (texts that hold what only
looks like it). Everything is invented: birth numbers 980-999 and telephone numbers
are from the series set aside for tests and fiction, letters of plates are among
those never issued, coordinates lie in open sea, surnames and places do not exist.

The sentences lie in second_set_planted.txt and second_set_alike.txt, one a line, and
later ones in second_set_later.txt and second_set_unseen.txt; in them ``{kind}`` is
planted and ``⟦…⟧`` must be left as it is.
"""

import random
import re
from dataclasses import dataclass
from pathlib import Path

_SLOT = re.compile(r"\{(\w+)\}")
_KEPT = re.compile(r"⟦(.*?)⟧")
_PARTICLES = {"von", "af", "de", "al", "ibn"}


@dataclass(frozen=True)
class Planted:
    """One text, the (kind, datum) pairs planted in it and the parts to be left."""

    text: str
    data: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class Lookalike:
    """One text without personal data, what it is like and the part to be left."""

    kind: str
    text: str
    kept: str


def survives(datum: str, masked: str, kind: str) -> bool:
    """Say whether a datum, or a part that still points at the person, is left."""
    if datum in masked:
        return True
    shortest = 2 if kind.startswith("namn") else 3
    host = re.split(r"\W*(?:@|\(at\)|\[at\]|snabel-a|\bat\b)\W*", datum)[0]
    parts = re.split(r"[^0-9A-Za-zÅÄÖåäöéü]+", host if kind == "epost" else datum)
    telling = [p for p in parts if len(p) >= shortest and p not in _PARTICLES]
    return any(re.search(rf"\b{re.escape(part)}\b", masked) for part in telling)


# --- the data ---------------------------------------------------------------


def _check_digit(nine: str) -> str:
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(nine))
    return str(-sum(sum(divmod(n, 10)) for n in doubled) % 10)


_IDENTITY_FORMS = (
    "{yy}{md}-{last}",
    "{cc}{yy}{md}-{last}",
    "{yy}{md}{last}",
    "{cc}{yy}{md}{last}",
    "{yy}{md} {last}",
    "{cc}{yy}{md} {last}",
    "{yy}{md} - {last}",
    "{yy}{md}–{last}",
    "{yy}{md}\N{NON-BREAKING HYPHEN}{last}",
    "{yy}{md}\N{MINUS SIGN}{last}",
    "{cc}{yy}-{m}-{d}-{last}",
    "{cc}{yy}-{m}-{d} {last}",
    "{cc}{yy} {m} {d} {last}",
    "{yy} {m} {d}-{last}",
    "{yy}-{m}-{d}-{last}",
    "{yy}{md}\N{NO-BREAK SPACE}{last}",
    "{yy}.{m}.{d}-{last}",
    "{yy}{md} -{last}",
)


def _identity(rng: random.Random, added_to_day: int = 0, last: str = "") -> str:
    year, month, day = rng.randint(1938, 2012), rng.randint(1, 12), rng.randint(1, 28)
    cc, yy = divmod(year, 100)
    values = {"cc": f"{cc}", "yy": f"{yy:02}", "m": f"{month:02}"}
    values["d"] = f"{day + added_to_day:02}"
    values["md"] = values["m"] + values["d"]
    nine = f"{values['yy']}{values['md']}{rng.randint(980, 999)}"
    values["last"] = last or nine[-3:] + _check_digit(nine)
    forms = _IDENTITY_FORMS[:2] if last else _IDENTITY_FORMS
    return rng.choice(forms).format(**values)


def _hundred(rng: random.Random) -> str:
    nine = f"{rng.randint(10, 25)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}" + str(
        rng.randint(980, 999)
    )
    return f"{nine[:6]}+{nine[6:]}{_check_digit(nine)}"


def _reserve(rng: random.Random) -> str:
    last = rng.choice(
        ["T{:03}", "P{:03}", "R{:03}", "TF{:02}", "M{:03}", "XXXX", "xxxx", "****"]
    )
    return _identity(rng, last=last.format(rng.randint(1, 99)))


def _telephone(rng: random.Random) -> str:
    n = f"{rng.randint(0, 94) + 5:02}"
    area, rest = rng.choice(
        [
            ("70", f"17406{n}"),
            ("8", f"465004{n}"),
            ("31", f"39006{n}"),
            ("40", f"62804{n}"),
            ("980", f"3192{n}"),
        ]
    )
    head = (len(rest) % 2 and 3) or 2
    pairs = [rest[:head], *(rest[i : i + 2] for i in range(head, len(rest), 2))]
    threes = [rest[:3], rest[3:6], rest[6:]] if len(rest) == 8 else pairs
    spaced, dotted = " ".join(pairs), ".".join(pairs)
    return rng.choice(
        [
            f"0{area}-{spaced}",
            f"0{area}-{rest}",
            f"0{area}{rest}",
            f"0{area} {spaced}",
            f"0{area} {rest}",
            f"0{area}/{spaced}",
            f"0{area}/{rest}",
            f"0{area} - {spaced}",
            f"0{area}–{spaced}",
            f"0{area}.{dotted}",
            f"(0{area}) {spaced}",
            f"0{area}-{' '.join(threes).strip()}",
            f"0{area}-{'-'.join(pairs)}",
            f"+46{area}{rest}",
            f"+46 {area} {spaced}",
            f"+46 {area} {rest}",
            f"+46 (0){area}-{spaced}",
            f"+46(0){area}{rest}",
            f"+46-{area}-{rest}",
            f"+46 0{area} {spaced}",
            f"0046{area}{rest}",
            f"0046 {area} {spaced}",
            f"0046-{area}-{spaced}",
            f"0{area}\N{NO-BREAK SPACE}{spaced}",
            f"0{area}\N{NON-BREAKING HYPHEN}{spaced}",
        ]
    )


def _local_number(rng: random.Random) -> str:
    n = f"{rng.randint(0, 99):02}"
    return rng.choice([f"31 92 {n}", f"3192{n}", f"465 004 {n}", f"390 06 {n}"])


_FIRST = """Anna Lars Karl-Erik Åsa Göran Birgitta Mohamed Fatima Ewa Jukka Amina
Örjan Nils Märta Zoran Li Sven-Olof Ann-Marie Yusuf Elin Ida Bo Tuula Dragan Ulf
Émilie Hodan Kjell-Åke Noor Per""".split()
_LAST = """Lingonkvist Blåbärsström Kottegren Mossfors Granbarr Påhittsson Exempelsson
Tallkottedal Kantarellin Skvattramsson Ljungtuva Björnbärlund Al-Exempeli Provska
Testinen Provović Tranbärstedt Rönnbärsberg Hittepåsson Enrisdotter""".split()
_HOSTS = ("exempel.se", "post.exempel.se", "example.com", "test-brev.nu", "prov.org")


def _name(rng: random.Random) -> str:
    first, other, last = rng.choice(_FIRST), rng.choice(_FIRST), rng.choice(_LAST)
    return rng.choice(
        [
            f"{first} {last}",
            f"{first} {last}",
            f"{first} {last}",
            f"{first} {other} {last}",
            f"{first} {last}-{rng.choice(_LAST[:6])}",
            f"{first} {last} {rng.choice(_LAST[:6])}",
            f"{first} von {last}",
            f"{first} af {last}",
            f"{first[0]}. {last}",
            f"{first} {last[0]}.",
            f"{last}, {first}",
            f"{first} {other[0]} {last}",
            f"{first.upper()} {last.upper()}",
            f"{last.upper()}, {first.upper()}",
            f"{first} {last.upper()}",
        ]
    )


def _first_name(rng: random.Random) -> str:
    return rng.choice(_FIRST)


def _email(rng: random.Random) -> str:
    first, last = rng.choice(_FIRST).lower(), rng.choice(_LAST).lower()
    first = first.translate(str.maketrans("åäöé", "aaoe"))
    host = rng.choice(_HOSTS)
    user = rng.choice(
        [
            *(f"{first}.{last}", f"{first}_{last}", f"{first}{rng.randint(10, 99)}"),
            *(f"{first}+fel", f"{last}-{first}"),
        ]
    )
    return rng.choice(
        [f"{user}@{host}"] * 3
        + [f"{user}@{host}".upper(), f"{user} @ {host}", f"{user}(at){host}"]
        + [f"{user} (at) {host}", f"{user} [at] {host}", f"{user} snabel-a {host}"]
        + [f"{user} at {host}", f"{user}[at]{host.replace('.', '[dot]')}"]
        + [f"{user} (at) {host.replace('.', ' (punkt) ')}"]
    )


_LETTERS = "ZUP ZPY WAM XTZ LOJ HKH NYP LEM ZUG MLB NRP XXL".split()


def _plate(rng: random.Random) -> str:
    letters, digits = rng.choice(_LETTERS), f"{rng.randint(1, 999):03}"
    tail = rng.choice(
        [digits, digits, digits[:2] + rng.choice("ABCDEFGHJKLMNPRSTUWXYZ")]
    )
    return rng.choice(
        [f"{letters}{tail}", f"{letters} {tail}"] * 2 + [f"{letters}-{tail}"]
    )


def _small_plate(rng: random.Random) -> str:
    return _plate(rng).lower()


_MAKERS = {
    "personnummer": _identity,
    "hundra": _hundred,
    "samordning": lambda rng: _identity(rng, added_to_day=60),
    "reserv": _reserve,
    "telefon": _telephone,
    "lokaltelefon": _local_number,
    "epost": _email,
    "plat": _plate,
    "plat_gemen": _small_plate,
    "namn": _name,
    "namn_for": _first_name,
    "namn_fritt": _name,
}

# --- the texts --------------------------------------------------------------

_FREE_NAMES = """
{namn_fritt} såg två personer springa från platsen.
{namn_fritt} bor i huset mittemot.
Samma sak hände {namn_fritt} förra veckan.
Det var {namn_fritt} som ringde.
Se {namn_fritt}, ⟦Lingongatan 12⟧.
"""


def _fill(template: str, rng: random.Random) -> Planted:
    data: list[tuple[str, str]] = []

    def plant(slot: re.Match) -> str:
        datum = _MAKERS[slot[1]](rng)
        data.append((slot[1], datum))
        return datum

    text = _SLOT.sub(plant, template)
    return Planted(_bare(text), tuple(data), tuple(_KEPT.findall(text)))


def _bare(text: str) -> str:
    return _KEPT.sub(r"\1", text)


def planted_texts(seed: int = 1809, rounds: int = 5) -> list[Planted]:
    """Fill every template `rounds` times with new data: the same for a given seed."""
    return _filled(_read("second_set_planted.txt"), seed, rounds)


def later_texts() -> list[Planted]:
    """Sentences in other words, written later; names in them taught the masker."""
    return _filled(_read("second_set_later.txt"), 77, 3)


def unseen_texts() -> list[Planted]:
    """Sentences in yet other words, which the masker has not been fitted to."""
    return _filled(_read("second_set_unseen.txt"), 99, 5)


def unmarked_names(seed: int = 1809, rounds: int = 5) -> list[Planted]:
    """Names with no word before them that says a person comes: for the report only."""
    return _filled(_FREE_NAMES.strip().splitlines(), seed, rounds)


def _read(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text("utf-8").splitlines()


def _filled(lines: list[str], seed: int, rounds: int) -> list[Planted]:
    rng = random.Random(seed)
    return [_fill(line, rng) for _ in range(rounds) for line in lines]


def lookalikes() -> list[Lookalike]:
    """Return every text that must come through unmasked, one kept part a row."""
    texts = (line.split(": ", 1) for line in _read("second_set_alike.txt"))
    return [
        Lookalike(kind, _bare(text), kept)
        for kind, text in texts
        for kept in _KEPT.findall(text)
    ]
